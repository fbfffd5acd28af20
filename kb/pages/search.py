"""What the search reads: what each record but the positions says, in four parts by how much a word there counts."""

from __future__ import annotations

from collections.abc import Iterator

from jinja2.utils import htmlsafe_json_dumps

from kb import models as m
from kb.corpus import Entry
from kb.pages.site import Site

INDEX_PATH = "assets/search-index.js"


def search_index(site: Site) -> bytes:
    """The index as a script, so that it loads from a file as it does from a server.

    Each document is (id, kind, title, what it says, other names, credence, what else is on its page); its page is
    ``kind/id.html``.
    """
    documents = []
    for entry in site.corpus:
        record = entry.record
        if isinstance(record, m.Position) or not record.active:
            continue
        ref = site.ref(entry.id)
        authors = [site.corpus[a].title for a in record.get("authors", ())]
        names = [*record.aliases, record.get("word"), *authors, record.get("authors_text")]
        number = ref.credence.text if ref.credence is not None else ""
        said = record.summary or record.get("text") or record.get("definition") or ""
        more = dict.fromkeys(text for text in _more(site, entry) if text and text != said)
        documents.append(
            [
                entry.id,
                ref.kind,
                ref.title,
                _line(said),
                "; ".join(n for n in names if n),
                number,
                _line(" ".join(more)),
            ]
        )
    text = str(htmlsafe_json_dumps(documents, separators=(",", ":"), ensure_ascii=False))
    return b"window.counterpoiseIndex=" + text.encode() + b";\n"


def _more(site: Site, entry: Entry) -> Iterator[str | None]:
    """What a record says besides, why it bears on others, and what people hold of it."""
    record = entry.record
    for name in ("text", "definition", "leaves_out", "metric"):
        yield record.get(name)
    if isinstance(record, m.Claim) and record.forecast is not None:
        yield record.forecast.criteria
    for link in record.get("bears_on", ()):
        yield link.why
    for id in site.corpus.positions_on.get(entry.id, ()):
        position = site.corpus.record(id, m.Position)
        yield position.text if position.active else None


def _line(text: str) -> str:
    """Text on one line."""
    return " ".join(text.split())
