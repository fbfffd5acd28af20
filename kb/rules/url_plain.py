"""Addresses without encryption."""

from __future__ import annotations

from collections.abc import Iterator

from kb.corpus import Corpus
from kb.errors import Finding, Level
from kb.rules._base import Family, Reporter

report = Reporter(__name__, Family.SAFETY, Level.SUGGESTION)


def check(corpus: Corpus) -> Iterator[Finding]:
    """An address starts with `https://`.

    Without encryption anybody on the way can read or change what a reader gets. Try the address with `https://` and
    keep that if the page is the same.
    """
    for entry in corpus:
        url = entry.record.get("url")
        if url is not None and url.lower().startswith("http://"):
            yield report(entry, ("url",), "the address is not encrypted", "write `https://` if the same page is there")
