"""One record as Turtle: the triples that the whole export holds about it, written line by line.

A library graph and serializer for each record would take a multiple of the time that the site's build may take.
"""

from __future__ import annotations

from collections.abc import Callable

from kb.corpus import Entry
from kb.engine import Assessment, Explanation
from kb.engine.firmness import Firmness
from kb.export.lines import Sheet, written
from kb.export.rdfrecords import Writer


def record_turtle(
    assessed: Assessment,
    entry: Entry,
    explain: Callable[[str], Explanation] | None = None,
    firmness: Callable[[str], Firmness | None] | None = None,
) -> bytes:
    """What the whole export says in a record's name, as UTF-8 Turtle, subjects and lines sorted.

    Args:
        assessed: records and credences.
        entry: the record.
        explain: how a claim's credence comes about, where the caller has it already.
        firmness: how firm a claim's credence is, likewise.
    """
    sheet = Sheet()
    Writer(sheet, assessed, explain, firmness).record(entry)
    return written(sheet.triples, f"# Generated from the record {entry.id}; do not edit.")
