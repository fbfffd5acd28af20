"""Active markup in notes."""

from __future__ import annotations

import re
from collections.abc import Iterator

from kb.corpus import Corpus
from kb.errors import Finding, Level
from kb.rules._base import Family, Reporter

report = Reporter(__name__, Family.SAFETY, Level.WARNING)

HTML = re.compile(r"<(?:!--|/?[a-zA-Z][^<>]*>)|\]\(\s*(?:javascript|data|vbscript|file)\s*:|!\[[^\]]*\]\(", re.I)


def check(corpus: Corpus) -> Iterator[Finding]:
    """Notes hold Markdown without HTML, without pictures and without links that run something.

    Pages take them out, so that nothing from a record runs in a reader's browser and nothing is loaded from elsewhere.
    Write Markdown; describe a picture and link to the page that shows it.
    """
    for entry in corpus:
        notes = entry.record.notes
        found = HTML.search(notes) if notes is not None else None
        if found is not None:
            yield report(
                entry,
                ("notes",),
                f"`{' '.join(found[0].split())[:40]}` is taken out of the page",
                "write plain Markdown: *emphasis*, lists, [text](https://...)",
            )
