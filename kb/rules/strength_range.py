"""Ranges that do not hold their strength."""

from __future__ import annotations

from collections.abc import Iterator

from kb import models as m
from kb import odds
from kb.corpus import Corpus
from kb.errors import Finding, Level
from kb.rules._base import Family, Reporter, every_link

report = Reporter(__name__, Family.EVIDENCE, Level.ERROR, alone=True)


def check(corpus: Corpus) -> Iterator[Finding]:
    """The range of a strength runs from low to high, in decibans, and holds the strength itself.

    Intervals are drawn from the range; one that leaves the strength out contradicts the number beside it.  Write
    `range: [low, high]` in decibans around the strength: a ratio of 10 is 10 dB, one of 2 is 3 dB.
    """
    for entry, where, link in every_link(corpus):
        strength = link.strength
        if not isinstance(strength, m.StrengthDb | m.StrengthLr) or strength.range is None:
            continue
        low, high = strength.range
        size = (
            strength.db if isinstance(strength, m.StrengthDb) else odds.db(abs(m.strength_nats(strength, link.stance)))
        )
        at = (*where, "strength", "range")
        if low > high:
            yield report(entry, at, f"the range runs from {low:g} down to {high:g}", f"write [{high:g}, {low:g}]")
        elif not low - 0.05 <= size <= high + 0.05:
            message = f"the range from {low:g} to {high:g} dB leaves out the strength itself, {size:.3g} dB"
            yield report(entry, at, message, "write a range in decibans around the strength")
