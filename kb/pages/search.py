"""What the search reads, in four parts by how much a word there counts: every record but the positions, and the pages
about the map."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from jinja2.utils import htmlsafe_json_dumps
from markupsafe import Markup

from kb import models as m
from kb.corpus import Entry
from kb.pages.site import Site

INDEX_PATH = "assets/search-index.js"
PAGE = "page"
"""The kind of a hand-written page among those of records."""

_DESCRIPTION = re.compile(r'<meta name="description" content="([^"]*)">')
_HEADINGS = re.compile(r"<h([1-3])\b[^>]*>(.*?)</h\1>", re.DOTALL)
_UNLISTED = ("404.html", "index.html")


def search_index(site: Site, frames: Mapping[str, str] | None = None) -> bytes:
    """The index as a script, so that it loads from a file as it does from a server.

    Each document is (id, kind, title, what it says, other names, credence, what else is on its page); its page is
    ``kind/id.html``. Those of hand-written pages come last: their kind is :data:`PAGE` and their id the address of
    the page without its ending.

    Args:
        site: the records.
        frames: path to rendered hand-written page, before its marks are filled.
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
    documents += _pages(frames or {})
    text = str(htmlsafe_json_dumps(documents, separators=(",", ":"), ensure_ascii=False))
    return b"window.counterpoiseIndex=" + text.encode() + b";\n"


def _pages(frames: Mapping[str, str]) -> Iterator[list[str]]:
    """The documents of hand-written pages: a reader may look for a file, a rule or a word of the method too.

    Only their descriptions and headings are read: in whole texts nearly every word stands somewhere, which would put
    them before the records that a search is mostly for.
    """
    for path in sorted(frames):
        title, *parts = [Markup(text).striptags() for _, text in _HEADINGS.findall(frames[path])] or [""]
        if not title or path in _UNLISTED:
            continue
        description = _DESCRIPTION.search(frames[path])
        said = Markup(description[1]).unescape() if description is not None else ""
        yield [path.removesuffix(".html"), PAGE, title, _line(said), "", "", "; ".join(parts)]


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
