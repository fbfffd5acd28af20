"""Records that name themselves where another record is meant."""

from __future__ import annotations

from collections.abc import Iterator

from kb.corpus import Corpus
from kb.errors import Finding, Level
from kb.rules._base import Family, Reporter, references

report = Reporter(__name__, Family.REFERENCE, Level.ERROR, alone=True)

_ELSEWHERE = frozenset({"bears_on.*.claim", "target.undercut", "target.to"})
"""Places that ``self-support`` speaks of."""


def check(corpus: Corpus) -> Iterator[Finding]:
    """No record names itself where another is meant: in ``part_of``, ``inputs``, ``ties``, ``relations``.

    It is always a slip of copying.  Name the other record, or delete the line.
    """
    for ref in references(corpus):
        if ref.id == ref.entry.id and ref.place not in _ELSEWHERE:
            yield report(
                ref.entry,
                ref.where,
                f"`{ref.field}` names the record itself",
                "name the other record, or delete the line",
                key=ref.key,
            )
