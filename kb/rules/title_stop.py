"""Titles that end like sentences."""

from __future__ import annotations

import re
from collections.abc import Iterator

from kb import vocab
from kb.corpus import Corpus
from kb.errors import Finding, Level
from kb.rules._base import Family, Reporter

report = Reporter(__name__, Family.STYLE, Level.WARNING)

_ENDS = re.compile(r"(?<![.…])[.;:,]\Z")
_SHORT = re.compile(r"(?:\b(?:[A-Za-z]|etc|al|Inc|Ltd|Co|Jr|Sr|vs|No|St|approx|ca)|\.[A-Za-z])\.\Z")
EXEMPT = frozenset({vocab.Kind.SOURCE, vocab.Kind.PERSON})


def check(corpus: Corpus) -> Iterator[Finding]:
    """A title does not end with a full stop, comma, colon or semicolon.

    Titles stand in lists, links and sums, where the stop looks like the end of something else. Leave it out; sources
    and persons keep their titles as they are. `kb check --fix` does it.
    """
    for entry in corpus:
        title = entry.record.get("title")
        if entry.kind not in EXEMPT and title is not None and without_stop(title) != title:
            yield report(entry, ("title",), f"the title ends with `{title[-1]}`", "leave it out")


def without_stop(title: str) -> str:
    """A title without the mark at its end; abbreviations keep theirs."""
    return title[:-1].rstrip() if _ENDS.search(title) and not _SHORT.search(title) else title
