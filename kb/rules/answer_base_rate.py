"""Answers of exclusive questions with a base rate of their own."""

from __future__ import annotations

from collections.abc import Iterator

from kb import models as m
from kb.corpus import Corpus
from kb.errors import Finding, Level
from kb.rules._base import Family, Reporter
from kb.rules._questions import exclusive

report = Reporter(__name__, Family.ARGUMENT, Level.ERROR)


def check(corpus: Corpus) -> Iterator[Finding]:
    """An answer of an exclusive question has no base rate of its own.

    The question's priors are its base rates, and together with ``none`` they sum to 1.  Delete ``base_rate`` and give
    the number in the question's ``priors``.
    """
    siblings = exclusive(corpus)
    for id, claim in corpus.of(m.Claim, active=True):
        if claim.base_rate is not None and id in siblings:
            yield report(
                corpus[id],
                ("base_rate",),
                f"the claim answers the exclusive question {siblings[id]}, which sets its prior",
                f"delete `base_rate` and set it in the `priors` of {siblings[id]}",
                key=True,
            )
