"""One document as two sources."""

from __future__ import annotations

from collections.abc import Iterator

from kb import models as m
from kb.corpus import Corpus
from kb.errors import Finding, Level
from kb.rules._base import Family, Reporter

report = Reporter(__name__, Family.LINEAGE, Level.WARNING)


def check(corpus: Corpus) -> Iterator[Finding]:
    """Two sources do not have the same address or DOI.

    One document with two records would be counted as two independent roots. Keep one record and point to it; what
    belongs to a larger page (a comment, a chapter) has no address of its own but `part_of`.
    """
    first: dict[str, str] = {}
    for id, source in corpus.of(m.Source, active=True):
        for field in ("url", "doi"):
            value: str | None = getattr(source, field)
            if value is None:
                continue
            key = value.lower().removeprefix("https://").removeprefix("http://").removeprefix("www.").rstrip("/")
            other = first.setdefault(key, id)
            if other != id and not _belong(corpus, id, other):
                yield report(
                    corpus[id],
                    (field,),
                    f"{other} has the same {'address' if field == 'url' else 'DOI'}",
                    f"keep one of the two; for a part of a page write `part_of: {other}` instead of its address",
                )


def _belong(corpus: Corpus, one: str, other: str) -> bool:
    """Whether two sources are parts of one, or one is part of the other: they may share its address."""
    return bool(_whole(corpus, one) & _whole(corpus, other))


def _whole(corpus: Corpus, id: str) -> set[str]:
    """A source and everything that it is part of."""
    seen: set[str] = set()
    at: str | None = id
    while at is not None and at not in seen:
        seen.add(at)
        entry = corpus.find(at)
        at = entry.record.get("part_of") if entry is not None else None
    return seen
