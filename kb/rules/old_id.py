"""References that use an old id."""

from __future__ import annotations

from collections.abc import Iterator

from kb.corpus import Corpus
from kb.errors import Finding, Level
from kb.rules._base import Family, Reporter, references

report = Reporter(__name__, Family.REFERENCE, Level.ERROR, alone=True)


def check(corpus: Corpus) -> Iterator[Finding]:
    """Records name each other by their present ids, not by aliases.

    Aliases keep old addresses of the site alive; inside the records one thing has one name, or links through the old
    name would carry no weight.  Write the present id.
    """
    for ref in references(corpus):
        if ref.id not in corpus.entries and ref.id in corpus.aliases:
            yield report(
                ref.entry,
                ref.where,
                f"`{ref.field}` uses the old id {ref.id}",
                f"write {corpus.aliases[ref.id]}",
                key=ref.key,
            )
