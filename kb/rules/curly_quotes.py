"""Quotation marks of the wrong kind."""

from __future__ import annotations

import re
from collections.abc import Iterator

from kb import vocab
from kb.corpus import Corpus
from kb.errors import Finding, Level
from kb.rules._base import Family, Reporter, texts

report = Reporter(__name__, Family.STYLE, Level.WARNING)


def check(corpus: Corpus) -> Iterator[Finding]:
    """A title or a text does not stand as a whole in curly quotation marks.

    Only straight marks (`"`) hold a value together in YAML; curly ones, which many editors put in their place, become
    part of the text.  Delete them, or type straight ones.
    """
    for entry, where, text in texts(corpus):
        if where[-1] in WHOLE and CURLY.fullmatch(text.strip()) and entry.kind is not vocab.Kind.SOURCE:
            hint = "delete them, or type straight ones"
            yield report(entry, where, "curly quotation marks around all of it are part of the text", hint)


WHOLE = frozenset({"title", "text", "summary", "why", "definition"})
CURLY = re.compile(r"[“„”][^“„”]*[“”]|[‘‚’][^‘‚’]*[‘’]", re.S)
