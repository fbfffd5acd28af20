"""Passages given twice."""

from __future__ import annotations

from collections.abc import Iterator

from kb.corpus import Corpus
from kb.errors import Finding, Level
from kb.rules._base import Family, Reporter, passages
from kb.text import Path

report = Reporter(__name__, Family.ANCHOR, Level.WARNING)


def check(corpus: Corpus) -> Iterator[Finding]:
    """A record gives each passage once in the same list.

    Twice the same passage looks like two sources.  Delete one of the two, or give the other passage that was meant.
    """
    seen: set[tuple[str, Path, str, str]] = set()
    for entry, where, passage in passages(corpus):
        spot = passage.anchor.start if passage.anchor is not None else passage.locator
        if spot is None:
            continue
        key = (entry.path, where[:-1], passage.source, " ".join(spot.lower().split()))
        if key in seen:
            at = (*where, "anchor", "start") if passage.anchor is not None else (*where, "locator")
            yield report(
                entry,
                at,
                f"this passage of {passage.source} is given twice",
                "delete one of the two, or give the other passage that was meant",
            )
        seen.add(key)
