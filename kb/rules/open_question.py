"""Questions without answers."""

from __future__ import annotations

from collections.abc import Iterator

from kb import models as m
from kb.corpus import Corpus
from kb.errors import Finding, Level
from kb.rules._base import Family, Reporter

report = Reporter(__name__, Family.ARGUMENT, Level.SUGGESTION)


def check(corpus: Corpus) -> Iterator[Finding]:
    """A question names the claims that answer it.

    A question without answers is a dead end for a reader.  Add `answers:` with at least one claim, and say under
    `searched` what was looked for where nothing was found.
    """
    for id, question in corpus.of(m.Question, active=True):
        if not question.answers and not question.exclusive and question.searched is None:
            yield report(
                corpus[id],
                ("title",),
                "the question has no answers",
                "add `answers:` with the claims that answer it, or `searched:` with what was looked for",
            )
