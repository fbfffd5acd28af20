"""What the search reads, in four parts by how much a word there counts: every record but the positions, and the pages
about the map."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from jinja2.utils import htmlsafe_json_dumps

from kb import models as m
from kb.corpus import Entry
from kb.pages import explained
from kb.pages.site import Site

INDEX_PATH = "assets/search-index.js"

_ON_PERSON = "What they think and hold; who agrees, and who disagrees or differs with them and opposes them."
"""What the page of somebody with positions tells, in the words of those who look for it."""


def search_index(site: Site, frames: Mapping[str, str] | None = None) -> bytes:
    """The index as a script, so that it loads from a file as it does from a server.

    Each document is (id, kind, title, what it says, other names, credence, what else is on its page); its page is
    ``kind/id.html``. Those about the map (:mod:`kb.pages.explained`) come last: their id is the address of a page
    without its ending, with ``#`` and a part of it.

    Args:
        site: the records.
        frames: path to rendered hand-written page, before its marks are filled.
    """
    documents = [site.ask(_document, entry.id) for entry in site.corpus]
    documents += [_written(document) for document in explained.documents(frames or {})]
    return f"window.counterpoiseIndex=[{','.join(filter(None, documents))}];\n".encode()


def _document(site: Site, id: str) -> str:
    """What the index has of a record; empty for one not in force, and for a position, found with what it is on."""
    entry = site.corpus[id]
    record = entry.record
    if isinstance(record, m.Position) or not record.active:
        return ""
    ref = site.ref(id)
    authors = [site.corpus[a].title for a in record.get("authors", ())]
    names = [*record.aliases, record.get("word"), *authors, record.get("authors_text")]
    number = ref.credence.text if ref.credence is not None else ""
    said = record.summary or record.get("text") or record.get("definition") or ""
    more = dict.fromkeys(text for text in _more(site, entry) if text and text != said)
    other = "; ".join(n for n in names if n)
    return _written((id, ref.kind, ref.title, _line(said), other, number, _line(" ".join(more))))


def _written(document: Sequence[str]) -> str:
    return str(htmlsafe_json_dumps(document, separators=(",", ":"), ensure_ascii=False))


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
    if site.corpus.positions_by.get(entry.id):
        yield _ON_PERSON


def _line(text: str) -> str:
    """Text on one line."""
    return " ".join(text.split())
