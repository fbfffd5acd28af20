"""Anchors that are not the source's own words."""

from __future__ import annotations

import re
from collections.abc import Iterator

from kb.corpus import Corpus
from kb.errors import Finding, Level
from kb.rules._base import Family, Reporter, passages
from kb.typed import passage_words

report = Reporter(__name__, Family.ANCHOR, Level.WARNING)

_OMISSION = re.compile(r"\A\W*(?:\.\.\.|…)|(?:\.\.\.|…)\W*\Z|\[(?:\.\.\.|…|sic)\]|\A\W*\Z")


def check(corpus: Corpus) -> Iterator[Finding]:
    """Both ends of an anchor are words of the source, without quotation marks, bold or marks of omission of your own.

    An anchor is looked up letter by letter. Leave out the quotation marks, dots, brackets and asterisks that the source
    does not have, and let the anchor begin and end with whole words; `start` and `end` differ.
    """
    for entry, where, passage in passages(corpus):
        if passage.anchor is None:
            continue
        start, end = passage.anchor.start, passage.anchor.end
        for name, text in (("start", start), ("end", end)):
            if text is not None and (wrong := _added(text)):
                bare = passage_words(text)
                write = f", here: {bare}" if bare and bare != text.strip() else ""
                hint = f"copy whole words of the source, without signs of your own{write}"
                yield report(entry, (*where, "anchor", name), f"`{name}` {wrong}", hint)
        if end is not None and start.lower().split() == end.lower().split():
            hint = "write the last words of the passage, or leave `end` out"
            yield report(entry, (*where, "anchor", "end"), "`start` and `end` are the same words", hint)


def _added(text: str) -> str:
    """What was put around or into the words of the source; empty where they look like its own."""
    text = text.strip()
    if _OMISSION.search(text):
        return "holds a mark of omission"
    bare = passage_words(text)
    if bare == text:
        return ""
    return "is set in bold or italics" if re.search(r"[*_]", text) else "stands in quotation marks"
