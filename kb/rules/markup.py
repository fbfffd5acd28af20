"""Markup where plain text is shown."""

from __future__ import annotations

import re
from collections.abc import Iterator

from kb.corpus import Corpus
from kb.errors import Finding, Level
from kb.rules._base import Family, Reporter, texts

report = Reporter(__name__, Family.STYLE, Level.WARNING)

_TAGS = "a|b|i|u|p|br|hr|em|strong|sub|sup|div|span|img|code|pre|ul|ol|li|table|tr|td|h[1-6]|script|style|iframe|svg"
MARKUP = re.compile(
    rf"</?(?:{_TAGS})(?:\s[^<>]*)?/?>|&(?:[a-z]{{2,8}}|#\d+);|\*\*[^*]+\*\*"
    r"|\[[^\]]+\]\([^)]+\)|`[^`]+`|(?<!\S)#{1,6} \w",
    re.I,
)

SIGNS = frozenset("<&*[`#")
"""Characters without which there is no markup."""


def check(corpus: Corpus) -> Iterator[Finding]:
    """Everything but `notes` is plain text, without Markdown or HTML.

    Pages show it letter for letter: a reader would see the asterisks. Write plain words; Markdown may stand in `notes`.
    """
    for entry, where, text in texts(corpus):
        found = MARKUP.search(text) if where[0] != "notes" and not SIGNS.isdisjoint(text) else None
        if found is not None:
            yield report(
                entry,
                where,
                f"`{found[0][:40]}` is markup, and this is shown as plain text",
                "write plain words; Markdown may stand in `notes`",
            )
