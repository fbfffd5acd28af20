"""Stray blanks."""

from __future__ import annotations

import re
from collections.abc import Iterator

from kb.corpus import Corpus
from kb.errors import Finding, Level
from kb.rules._base import Family, Reporter, texts

report = Reporter(__name__, Family.STYLE, Level.WARNING)


def check(corpus: Corpus) -> Iterator[Finding]:
    """A title or a text has one blank between words and none at its ends.

    Doubled blanks spoil the search for wording and for near-duplicates.  Delete them; `kb check --fix` does it.
    """
    for entry, where, text in texts(corpus):
        if where[0] != "notes" and single_spaced(text) != text:
            yield report(entry, where, "there are stray blanks in the text", "keep one blank between words")


def single_spaced(text: str) -> str:
    """A text with one blank between words and none at the ends of its lines; the lines stay."""
    return "\n".join(_BLANKS.sub(" ", line).strip() for line in text.split("\n")).strip()


_BLANKS = re.compile(r" {2,}")
