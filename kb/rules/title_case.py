"""Titles in odd letters."""

from __future__ import annotations

import re
from collections.abc import Iterator

from kb import vocab
from kb.corpus import Corpus
from kb.errors import Finding, Level
from kb.rules._base import Family, Reporter

report = Reporter(__name__, Family.STYLE, Level.SUGGESTION)

SENTENCES = frozenset(
    {vocab.Kind.QUESTION, vocab.Kind.CLAIM, vocab.Kind.EVIDENCE, vocab.Kind.UNDERCUT, vocab.Kind.ARGUMENT}
)
_LOWER = re.compile(r"[a-z]+(?:[\s,;:?!.’']|\Z)")
_LOUD = re.compile(r"\b[A-Z]{5,}\b(?:\W+\b[A-Z]{4,}\b)+")


def check(corpus: Corpus) -> Iterator[Finding]:
    """A title starts with a capital letter and is not written in capitals.

    Titles stand side by side in lists; one in small letters looks cut off, one in capitals shouts. Write it as a
    sentence; names such as o3 or iPhone keep their letters.
    """
    for entry in corpus:
        title = entry.record.get("title")
        if entry.kind not in SENTENCES or title is None:
            continue
        if _LOWER.match(title):
            hint = f"write “{title[0].upper()}{title[1:30]}{'…' if len(title) > 30 else ''}”"
            yield report(entry, ("title",), "the title starts with a small letter", hint)
        elif title.isupper() or _LOUD.search(title):
            yield report(entry, ("title",), "the title is written in capitals", "write it as a sentence")
