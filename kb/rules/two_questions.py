"""Claims that answer two exclusive questions."""

from __future__ import annotations

from collections.abc import Iterator

from kb import models as m
from kb.corpus import Corpus
from kb.errors import Finding, Level
from kb.rules._base import Family, Reporter
from kb.rules._questions import exclusive

report = Reporter(__name__, Family.ARGUMENT, Level.ERROR)


def check(corpus: Corpus) -> Iterator[Finding]:
    """A claim answers at most one exclusive question.

    Its prior comes from that question, and two would contradict each other.  Take the claim out of one of the two
    questions, or make one of them not exclusive.
    """
    first = exclusive(corpus)
    for id, question in corpus.of(m.Question, active=True):
        if question.exclusive:
            for i, answer in enumerate(question.answers):
                if first.get(answer, id) != id:
                    yield report(
                        corpus[id],
                        ("answers", i),
                        f"{answer} already answers the exclusive question {first[answer]}",
                        "take it out of one of the two, or make one of them `exclusive: false`",
                    )
