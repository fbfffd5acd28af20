"""Anchors of the wrong length."""

from __future__ import annotations

from collections.abc import Iterator

from kb.corpus import Corpus
from kb.errors import Finding, Level
from kb.rules._base import Family, Reporter, count, passages
from kb.snapshots import word_count

report = Reporter(__name__, Family.ANCHOR, Level.ERROR, alone=True)
FEWEST, MOST = 3, 8


def check(corpus: Corpus) -> Iterator[Finding]:
    """Both ends of an anchor have three to eight words.

    Fewer are found in many places; more would copy the source's sentence instead of pointing at it.  Give the first
    and the last few words of the passage, exactly as the source has them; under 16 words ``start`` alone is enough.
    """
    for entry, where, passage in passages(corpus):
        if passage.anchor is None:
            continue
        for name, text in (("start", passage.anchor.start), ("end", passage.anchor.end)):
            if text is None:
                continue
            words = word_count(text)
            if not words:
                message = f"`{name}` is empty"
            elif not FEWEST <= words <= MOST:
                message = f"`{name}` has {count(words, 'word')}"
            else:
                continue
            which = "first" if name == "start" else "last"
            yield report(
                entry,
                (*where, "anchor", name),
                message,
                f"write the {which} {FEWEST} to {MOST} words of the passage",
            )
