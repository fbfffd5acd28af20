"""References to records that do not exist."""

from __future__ import annotations

from collections.abc import Iterator

from kb.corpus import Corpus
from kb.errors import Finding, Level
from kb.rules._base import Family, Nearest, Reporter, a_kind, references

report = Reporter(__name__, Family.REFERENCE, Level.ERROR, alone=True)


def check(corpus: Corpus) -> Iterator[Finding]:
    """Every id that a record names belongs to a record.

    A link to nothing carries no weight, and nobody would notice.  Use the id that is suggested, or add the record that
    is missing: one file, named after its id.  A record whose own file cannot be read is not reported again here.
    """
    nearest = Nearest(corpus)
    for ref in references(corpus):
        if corpus.find(ref.id) is None and ref.id not in corpus.unread:
            near = nearest(ref.id, ref.kinds)
            yield report(
                ref.entry,
                ref.where,
                f"`{ref.field}` names {ref.id}, and no record has that id",
                f"did you mean {near}?" if near else f"write the id of {a_kind(ref.kinds)}, or add {ref.id}.yaml",
                key=ref.key,
            )
