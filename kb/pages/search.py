"""What the search reads: title, summary and other names of every record but the positions."""

from __future__ import annotations

from jinja2.utils import htmlsafe_json_dumps

from kb import models as m
from kb.pages.page import shorten
from kb.pages.site import Site

INDEX_PATH = "assets/search-index.js"
SUMMARY_LENGTH = 220
"""Characters of a record's summary that the search looks at and shows."""


def search_index(site: Site) -> bytes:
    """The index as a script, so that it loads from a file as it does from a server.

    Each document is (id, kind, title, summary, other names, credence); its page is ``kind/id.html``.
    """
    documents = []
    for entry in site.corpus:
        record = entry.record
        if isinstance(record, m.Position) or not record.active:
            continue
        ref = site.ref(entry.id)
        authors = [site.corpus[a].title for a in record.get("authors", ())]
        said = record.summary or record.get("text") or record.get("definition") or ""
        names = [*record.aliases, record.get("word"), *authors, record.get("authors_text")]
        number = ref.credence.text if ref.credence is not None else ""
        documents.append(
            [entry.id, ref.kind, ref.title, shorten(said, SUMMARY_LENGTH), "; ".join(n for n in names if n), number]
        )
    text = str(htmlsafe_json_dumps(documents, separators=(",", ":"), ensure_ascii=False))
    return b"window.counterpoiseIndex=" + text.encode() + b";\n"
