"""Conditions that speak for their own forecast."""

from __future__ import annotations

from collections.abc import Iterator

from kb import models as m
from kb.corpus import Corpus
from kb.errors import Finding, Level
from kb.rules._base import Family, Reporter, links

report = Reporter(__name__, Family.FORECAST, Level.WARNING)


def check(corpus: Corpus) -> Iterator[Finding]:
    """The condition of a forecast is no reason for it.

    The credence of a conditional forecast is its credence given the condition, so the condition has done its work
    already; as a reason it would count again.  Delete the link from the condition to the forecast.
    """
    for id, claim in corpus.of(m.Claim, active=True):
        condition = claim.forecast.condition if claim.forecast is not None else None
        entry = corpus.find(condition) if condition is not None else None
        for where, link in links(entry) if entry is not None and entry.record.active else ():
            if link.claim == id and link.weight != 0 and entry is not None:
                yield report(
                    entry,
                    (*where, "claim"),
                    f"the claim is the condition of {id} and also a reason for or against it",
                    "delete this link: the forecast is judged as if its condition were met",
                )
