"""References to records that are no longer in force."""

from __future__ import annotations

from collections.abc import Iterator

from kb.corpus import Corpus
from kb.errors import Finding, Level
from kb.rules._base import Family, Reporter, references

report = Reporter(__name__, Family.REFERENCE, Level.WARNING)

_HISTORY = frozenset({"supersedes.*", "on", "relations.*.to"})
"""Places that may speak of what is past: what a source replaces, what somebody once held, what a claim restates."""


def check(corpus: Corpus) -> Iterator[Finding]:
    """Records in force do not rest on records that were withdrawn, superseded or merged.

    Such a record carries no weight, so a link to it or from it says nothing.  Point to the record that replaced it, or
    withdraw this one too.  Positions, relations and ``supersedes`` may name the past.
    """
    for ref in references(corpus):
        target = corpus.entries.get(ref.id)
        if target is None or target.record.active or not ref.entry.record.active or ref.place in _HISTORY:
            continue
        status = target.record.status
        assert status is not None
        yield report(
            ref.entry,
            ref.where,
            f"`{ref.field}` names {ref.id}, which is {status.state}",
            f"point to {status.by} instead" if status.by else "take the reference out, or withdraw this record too",
            key=ref.key,
        )
