"""Anchors that are not the source's own words."""

from __future__ import annotations

import re
from collections.abc import Iterator

from kb.corpus import Corpus
from kb.errors import Finding, Level
from kb.rules._base import Family, Reporter, passages

report = Reporter(__name__, Family.ANCHOR, Level.WARNING)

EDITED = re.compile(r"\A(?:\.\.\.|…)|(?:\[?(?:\.\.\.|…)\]?)\Z|\[(?:\.\.\.|…|sic)\]|\A\W*\Z")


def check(corpus: Corpus) -> Iterator[Finding]:
    """Both ends of an anchor are words of the source, without marks of omission.

    An anchor is looked up letter by letter. Leave out dots and brackets that the source does not have, and let the
    anchor begin and end with whole words; `start` and `end` differ.
    """
    for entry, where, passage in passages(corpus):
        if passage.anchor is None:
            continue
        start, end = passage.anchor.start, passage.anchor.end
        for name, text in (("start", start), ("end", end)):
            if text is not None and EDITED.search(text.strip()):
                message = f"`{name}` holds a mark of omission"
                hint = "copy whole words of the source, without dots or brackets of your own"
                yield report(entry, (*where, "anchor", name), message, hint)
        if end is not None and start.lower().split() == end.lower().split():
            hint = "write the last words of the passage, or leave `end` out"
            yield report(entry, (*where, "anchor", "end"), "`start` and `end` are the same words", hint)
