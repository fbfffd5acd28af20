"""Passages that do not say where."""

from __future__ import annotations

from collections.abc import Iterator

from kb.corpus import Corpus
from kb.errors import Finding, Level
from kb.rules._base import Family, Reporter, passages

report = Reporter(__name__, Family.ANCHOR, Level.ERROR, alone=True)


def check(corpus: Corpus) -> Iterator[Finding]:
    """Every passage says where in its source it stands: by an anchor, by a locator, or by a reason in ``no_anchor``.

    Otherwise nobody can check the record against the source.  Add ``anchor: {start, end}`` as a block with quoted
    values; for a table or a recording ``locator:``; where the text was not available, ``no_anchor:`` with the reason.
    """
    for entry, where, passage in passages(corpus):
        if passage.anchor is None and passage.locator is None and passage.no_anchor is None:
            yield report(
                entry,
                (*where, "source"),
                f"nothing says where in {passage.source} it stands",
                "add `anchor:` with `start:` and `end:`, or `locator:`, or `no_anchor:` with the reason",
            )
        elif passage.anchor is not None and passage.no_anchor is not None:
            yield report(
                entry,
                (*where, "no_anchor"),
                "the passage has an anchor and a reason for having none",
                "delete one of the two",
                key=True,
            )
