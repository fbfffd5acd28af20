"""Claims that lead nowhere."""

from __future__ import annotations

from collections.abc import Iterator

from kb import models as m
from kb.corpus import Corpus
from kb.errors import Finding, Level
from kb.rules._base import Family, Reporter
from kb.rules._paths import leads_to_question

report = Reporter(__name__, Family.ARGUMENT, Level.SUGGESTION)


def check(corpus: Corpus) -> Iterator[Finding]:
    """Every claim leads to a question by some path.

    A claim that bears on nothing is never found by a reader who starts from the questions.  Add it to the ``answers``
    of a question, or let it bear on a claim that leads to one.
    """
    reached = leads_to_question(corpus)
    for id, _ in corpus.of(m.Claim, active=True):
        if id not in reached:
            yield report(
                corpus[id],
                ("title",),
                "the claim leads to no question",
                "add `bears_on:` a claim that does, or list it in the `answers` of a question",
            )
