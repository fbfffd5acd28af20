"""Forecasts whose day had passed."""

from __future__ import annotations

from collections.abc import Iterator

from kb import models as m
from kb.corpus import Corpus
from kb.errors import Finding, Level
from kb.rules._base import Family, Reporter, after

report = Reporter(__name__, Family.FORECAST, Level.WARNING)


def check(corpus: Corpus) -> Iterator[Finding]:
    """A forecast is decided after it was made, and says how it came out if its day had passed when it was added.

    A forecast of the past is none.  Write the date that the speaker meant; if it has passed, add `resolved:` with
    outcome, date and source.
    """
    for id, claim in corpus.of(m.Claim, active=True):
        forecast = claim.forecast
        if forecast is None:
            continue
        made = [d for d in (_issued(corpus, p.source) for p in claim.seen_in) if d is not None]
        if made and all(after(d, forecast.by) for d in made):
            message = f"the forecast is decided by {forecast.by} and was made in {min(made)}"
            yield report(corpus[id], ("forecast", "by"), message, "write the date that the speaker meant")
        elif forecast.resolved is None and claim.added is not None and after(claim.added, forecast.by):
            message = f"the forecast was decided by {forecast.by}, before the record was added"
            yield report(
                corpus[id], ("forecast", "by"), message, "add `resolved:` with `outcome:`, `date:` and `source:`"
            )


def _issued(corpus: Corpus, source: str) -> str | None:
    """When a source came out."""
    entry = corpus.find(source)
    date: str | None = entry.record.get("issued") if entry is not None else None
    return date
