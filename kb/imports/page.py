"""The source that a web page says it is: the ``meta`` elements of its head that reference managers read."""

from __future__ import annotations

import re
from html.parser import HTMLParser

from kb.imports.cited import Cited, ImportFault, cited, date_of
from kb.vocab import SourceType

MOST = 200_000
"""Characters of a page that are read; the head is at its start."""
_TITLES = ("citation_title", "dc.title", "og:title", "twitter:title")
_AUTHORS = ("citation_author", "dc.creator", "author", "article:author")
_DATES = ("citation_publication_date", "citation_date", "dc.date", "article:published_time", "date")
_SCHOLARLY = ("citation_journal_title", "citation_conference_title")
_CONTAINERS = (*_SCHOLARLY, "citation_technical_report_institution", "og:site_name")


class _Head(HTMLParser):
    """Collects what the head says, and stops listening where the body starts."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.metas: dict[str, list[str]] = {}
        self.title = ""
        self._in_title = False
        self._over = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Take ``meta``, and notice ``title`` and the body."""
        given = {name: value or "" for name, value in attrs}
        self._over = self._over or tag == "body"
        if self._over:
            return
        if tag == "meta":
            name = (given.get("name") or given.get("property") or "").lower()
            if name and given.get("content", "").strip():
                self.metas.setdefault(name, []).append(given["content"])
        self._in_title = tag == "title" and not self.title

    def handle_endtag(self, tag: str) -> None:
        """Leave the title."""
        self._in_title = self._in_title and tag != "title"

    def handle_data(self, data: str) -> None:
        """Take the title's text."""
        if self._in_title:
            self.title += data

    def first(self, names: tuple[str, ...]) -> str:
        """The first of these that is given."""
        return next((self.metas[name][0] for name in names if name in self.metas), "")


def read(text: str, url: str) -> Cited:
    """What a page says of itself.

    Args:
        text: the page, of which the start is read.
        url: where it was found.

    Raises:
        ImportFault: it has no title.
    """
    head = _Head()
    head.feed(text[:MOST])
    title = head.first(_TITLES) or head.title
    if not title.strip():
        raise ImportFault(url, 1, "the page has no title", "give --source-title, --source-type and --url")
    authors = next((head.metas[name] for name in _AUTHORS if name in head.metas), [])
    names = [_name(author) for author in authors if not author.startswith(("http:", "https:", "@"))]
    arxiv = head.first(("citation_arxiv_id",))
    return cited(
        key="",
        title=title,
        type=SourceType.PEER_REVIEWED_PAPER if head.first(_SCHOLARLY) else None,
        names=names,
        issued=date_of(*_date(head.first(_DATES))),
        url=f"https://arxiv.org/abs/{arxiv}" if re.fullmatch(r"\d{4}\.\d{4,5}", arxiv) else url,
        doi=head.first(("citation_doi", "dc.identifier")),
        container=f"arXiv {arxiv}" if arxiv else head.first(_CONTAINERS),
    )


def _name(author: str) -> tuple[str, str]:
    """(family, given) of a name in either order."""
    family, comma, given = author.partition(",")
    if comma:
        return family, given
    *first, last = author.split() or [""]
    return last, " ".join(first)


def _date(written: str) -> tuple[str, str | None, str | None]:
    parts = re.match(r"(\d{4})(?:[-/](\d{1,2})(?:[-/](\d{1,2}))?)?", written.strip())
    return (parts[1], parts[2], parts[3]) if parts else ("", None, None)
