"""Answers that bear on another answer of their own question."""

from __future__ import annotations

from collections.abc import Iterator

from kb.corpus import Corpus
from kb.errors import Finding, Level
from kb.rules._base import Family, Reporter
from kb.rules._questions import exclusive

report = Reporter(__name__, Family.ARGUMENT, Level.ERROR)


def check(corpus: Corpus) -> Iterator[Finding]:
    """No answer of an exclusive question bears on another answer of it, alone or as a premise.

    Exclusive answers already compete: what raises one lowers the others, and a link between them would count that
    twice. Delete the link; evidence that tells the answers apart bears on the question (``question:`` and
    ``likelihood:``) or on each answer.
    """
    siblings = exclusive(corpus)
    for reason in corpus.reasons:
        question = siblings.get(reason.link.claim)
        if question is None:
            continue
        entry = corpus[reason.source]
        for premise in reason.premises:
            if premise == reason.link.claim or siblings.get(premise) != question:
                continue
            alone = premise == reason.source
            links = entry.record.get("bears_on", ())
            at = next((i for i, link in enumerate(links) if link is reason.link), 0)
            yield report(
                entry,
                ("bears_on", at, "claim") if alone else ("link", "claim"),
                f"{premise} and {reason.link.claim} are answers of {question}, which is exclusive",
                "delete the link: exclusive answers already compete; let the evidence bear on the question",
            )
