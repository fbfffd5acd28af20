"""Inputs that leave no room for doubt."""

from __future__ import annotations

from collections.abc import Iterator

from kb import models as m
from kb.corpus import Corpus, Entry
from kb.errors import Finding, Level
from kb.rules._base import Family, Reporter
from kb.text import Path

report = Reporter(__name__, Family.EVIDENCE, Level.WARNING)

LEAST, MOST = 0.01, 0.99


def check(corpus: Corpus) -> Iterator[Finding]:
    """A base rate, prior or reliability lies between 1% and 99%.

    Beyond that the number decides more than any evidence could. Choose a number that you would bet on a hundred times
    over, and let evidence do the rest.
    """
    for entry in corpus:
        for where, value in _inputs(entry):
            if not LEAST <= value <= MOST:
                yield report(
                    entry,
                    where,
                    f"{value:g} leaves evidence nothing to decide",
                    f"write a number from {LEAST:g} to {MOST:g}",
                )


def _inputs(entry: Entry) -> Iterator[tuple[Path, float]]:
    """(path, number) of what a record states before any evidence."""
    record = entry.record
    if isinstance(record, m.Claim | m.Undercut) and record.base_rate is not None:
        yield ("base_rate", "credence"), m.credence_value(record.base_rate.credence)
    if isinstance(record, m.Evidence | m.Source) and record.reliability is not None:
        yield ("reliability", "value"), m.reliability_value(record.reliability.value)
    if isinstance(record, m.Question):
        yield from ((("priors", name), prior) for name, prior in (record.priors or {}).items())
