"""Lists that name a record twice."""

from __future__ import annotations

from collections.abc import Iterator

from kb.corpus import Corpus
from kb.errors import Finding, Level
from kb.rules._base import Family, Reporter, references

report = Reporter(__name__, Family.REFERENCE, Level.ERROR, alone=True)


def check(corpus: Corpus) -> Iterator[Finding]:
    """No list of ids names a record twice.

    An answer, a premise or an author given twice would be counted twice.  Delete one of the two.
    """
    seen: set[tuple[str, str, str]] = set()
    for ref in references(corpus):
        if not ref.place.endswith(".*") or ref.place.count(".") != 1 or ref.place in ("senses.*", "inputs.*"):
            continue
        at = (ref.entry.path, ref.place, ref.id)
        if at in seen:
            yield report(ref.entry, ref.where, f"`{ref.field}` names {ref.id} twice", "delete one of the two")
        seen.add(at)
