"""Evidence that nobody vouches for."""

from __future__ import annotations

from collections.abc import Iterator

from kb import models as m
from kb.corpus import Corpus
from kb.errors import Finding, Level
from kb.rules._base import Family, Reporter

report = Reporter(__name__, Family.LINEAGE, Level.ERROR, alone=True)


def check(corpus: Corpus) -> Iterator[Finding]:
    """Every item of evidence has a root: the source that vouches for it.

    The root decides how far the item is trusted and which items are counted together.  Give ``seen_in`` with the source
    and the passage; add ``root`` when another source vouches for it than the one that mentions it.
    """
    for id, item in corpus.of(m.Evidence):
        if corpus.root_of(item) is None:
            yield report(
                corpus[id],
                ("title",),
                "no source vouches for the item: it has no root",
                "add `seen_in:` with `source:` and `anchor:`",
            )
