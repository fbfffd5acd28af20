"""Texts that break off."""

from __future__ import annotations

from collections.abc import Iterator

from kb.corpus import Corpus
from kb.errors import Finding, Level
from kb.rules._base import Family, Reporter

report = Reporter(__name__, Family.STYLE, Level.SUGGESTION)


def check(corpus: Corpus) -> Iterator[Finding]:
    """A text or a summary is made of sentences: it ends with a full stop, a question mark or an exclamation mark.

    A text that breaks off looks cut.  Add the mark, or the words that are missing.
    """
    for entry in corpus:
        for name in ("text", "summary"):
            text = entry.record.get(name)
            if text is not None and not text.rstrip("”’\"') ").endswith((".", "?", "!", "…", ":")):
                yield report(entry, (name,), f"`{name}` breaks off without a full stop", "end it with a full stop")
