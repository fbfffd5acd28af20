"""Addresses of people."""

from __future__ import annotations

import re
from collections.abc import Iterator

from kb.corpus import Corpus
from kb.errors import Finding, Level
from kb.rules._base import Family, Reporter, texts

report = Reporter(__name__, Family.SAFETY, Level.WARNING)

EMAIL = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")


def check(corpus: Corpus) -> Iterator[Finding]:
    """No text holds an e-mail address.

    Records are public for good, and programs collect such addresses. Name the person, and let their page say how to
    reach them.
    """
    for entry, where, text in texts(corpus):
        found = EMAIL.search(text) if "@" in text else None
        if found is not None:
            yield report(entry, where, "the text holds an e-mail address", "name the person instead")
