"""Records that ascribe something to a source without a passage."""

from __future__ import annotations

from collections.abc import Iterator

from kb import models as m
from kb.corpus import Corpus, Entry
from kb.errors import Finding, Level
from kb.rules._base import Family, Reporter

report = Reporter(__name__, Family.ANCHOR, Level.ERROR, alone=True)


def check(corpus: Corpus) -> Iterator[Finding]:
    """Evidence, positions and numbers name the passage that they come from.

    What somebody found, holds or measured is a statement about the world that a reader must be able to check.  Add
    ``seen_in`` with source and anchor.  A quantity may give ``confirmed`` or ``unconfirmed`` instead, or a formula.
    """
    for entry in corpus:
        if not _has_passage(entry):
            who = {m.Evidence: "where it was found", m.Position: "where it is said"}.get(
                type(entry.record), "where the number comes from"
            )
            yield report(
                entry,
                ("kind",),
                f"nothing says {who}",
                "add `seen_in:` with `source:` and `anchor:`",
            )


def _has_passage(entry: Entry) -> bool:
    record = entry.record
    if isinstance(record, m.Evidence):
        return bool(record.seen_in) or record.root is None  # without a root it is a finding of no-root
    if isinstance(record, m.Position):
        return bool(record.seen_in)
    if isinstance(record, m.Quantity):
        known = record.seen_in or record.confirmed or record.unconfirmed or record.formula
        return bool(known)
    return True
