"""Items that bear on all answers of a question at once."""

from __future__ import annotations

from collections.abc import Iterator

from kb import models as m
from kb.corpus import NONE, Corpus
from kb.errors import Finding, Level
from kb.rules._base import Family, Reporter

report = Reporter(__name__, Family.EVIDENCE, Level.ERROR, alone=True)


def check(corpus: Corpus) -> Iterator[Finding]:
    """A likelihood vector stands on an exclusive question, names each of its answers and, if you like, ``none``.

    Each number is the probability of the item if that answer is true; an answer without one could not be weighed
    against the others.  Name every answer; ``none`` gets the mean of the others where it is left out.  On a question
    that is not exclusive let the item bear on each answer.
    """
    for id, item in corpus.of(m.Evidence):
        for i, bearing in enumerate(item.bears_on):
            if not isinstance(bearing, m.AnswerLikelihood):
                continue
            target = corpus.entries.get(bearing.question)
            if target is None or not isinstance(target.record, m.Question):
                continue
            question = target.record
            if not question.exclusive:
                yield report(
                    corpus[id],
                    ("bears_on", i, "question"),
                    f"{bearing.question} is not exclusive, so its answers are not weighed together",
                    "let the item bear on each answer: `claim:`, `stance:`, `strength:`",
                )
                continue
            wanted = {*question.answers, NONE}
            for name in bearing.likelihood:
                if name not in wanted:
                    yield report(
                        corpus[id],
                        ("bears_on", i, "likelihood", name),
                        f"{name} is not an answer of {bearing.question}",
                        f"its answers are {', '.join([*question.answers, NONE])[:300]}",
                        key=True,
                    )
            absent = [name for name in question.answers if name not in bearing.likelihood]
            if absent:
                yield report(
                    corpus[id],
                    ("bears_on", i, "likelihood"),
                    f"no likelihood for {', '.join(absent)[:300]}",
                    "say how probable the item is under each answer; without `none` it gets the mean of the others",
                    key=True,
                )
