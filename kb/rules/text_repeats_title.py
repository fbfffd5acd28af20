"""Texts that add nothing."""

from __future__ import annotations

from collections.abc import Iterator

from kb.corpus import Corpus
from kb.errors import Finding, Level
from kb.rules._base import Family, Reporter

report = Reporter(__name__, Family.STYLE, Level.SUGGESTION)


def check(corpus: Corpus) -> Iterator[Finding]:
    """The text of a record says more than its title.

    The page shows both, one below the other. Spell the proposition out: of what, when, compared with what, by which
    measure.
    """
    for entry in corpus:
        title, text = entry.record.get("title"), entry.record.get("text")
        if title and text and entry.record.active and _bare(title) == _bare(text):
            yield report(
                entry,
                ("text",),
                "the text repeats the title",
                "spell it out: of what, when, compared with what, by which measure",
            )


def _bare(text: str) -> str:
    """Letters and digits alone, in lower case."""
    return "".join(filter(str.isalnum, text.lower()))
