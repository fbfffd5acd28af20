"""What the search reads of the pages about the map: each page, each of its sections, the words that explain
themselves, and the rules."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache

from markupsafe import Markup

from kb.codes import by_family
from kb.pages.hints import HINTS

PAGE = "page"
"""The kind of a hand-written page, and of its sections, among those of records."""
RULE = "rule"
"""The kind of a rule among those of records."""

_ARTICLE = re.compile(r"<article\b.*?</article>", re.DOTALL)
_DESCRIPTION = re.compile(r'<meta name="description" content="([^"]*)">')
_PART = re.compile(r"<(h[123]|dt)\b([^>]*)>(.*?)</\1>(.*?)(?=<(?:h[123]|dt)\b|</article>)", re.DOTALL)
_ID = re.compile(r'\bid="([^"]+)"')
_LEFT_OUT = re.compile(r"<(?:table|pre|math)\b.*?</(?:table|pre|math)>", re.DOTALL)
_OPENING = re.compile(r".{160,}?[.:;](?= )")
_UNLISTED = ("404.html", "index.html")
_WHOLE = "decisions/"
"""Pages whose sections are headed alike ("Context", "Measured"): nobody looks for one of them."""


def documents(frames: Mapping[str, str]) -> list[tuple[str, ...]]:
    """The documents of hand-written pages, in the form that the search gives to those of records.

    The address of a section is that of its page, ``#`` and the section's own; its number is the title of the page.

    Args:
        frames: path to rendered hand-written page, before its marks are filled.
    """
    pages = [_read(path, frames[path]) for path in sorted(frames) if path not in _UNLISTED]
    titles = {f"{page[0][0]}.html": page[0][2] for page in pages if page}
    words = list(_hints(titles))
    explained = {(document[0], document[2].casefold()) for document in words}
    found = [document for page in pages for document in page if (document[0], document[2].casefold()) not in explained]
    rules = _rules(titles["rules.html"]) if "rules.html" in titles else ()
    return [*found, *words, *rules]


@lru_cache(maxsize=256)
def _read(path: str, html: str) -> tuple[tuple[str, ...], ...]:
    """A page, with its headings as what else it says, and its sections, each with its opening.

    No whole texts: in those nearly every word stands somewhere, which would put them before the records that a search
    is mostly for.
    """
    article = _ARTICLE.search(html)
    parts = _PART.findall(article[0]) if article is not None else []
    if not parts:
        return ()
    page, title = path.removesuffix(".html"), _plain(parts[0][2])
    description = _DESCRIPTION.search(html)
    said = Markup(description[1]).unescape() if description is not None else ""
    headings = [_plain(name) for tag, _, name, _ in parts[1:] if tag != "dt"]
    found = [(page, PAGE, title, _plain(said), "", "", "; ".join(headings))]
    at = page
    for tag, attributes, name, text in parts[1:] if not path.startswith(_WHOLE) else ():
        id = _ID.search(attributes)
        if id is not None:
            at = f"{page}#{id[1]}"
        name, opening = _plain(name), _opening(_plain(_LEFT_OUT.sub(" ", text)))
        if opening and not (tag == "h3" and name[:1].isdigit()):  # a numbered example tells of a record
            found.append((at, PAGE, name, opening, "", title, ""))
    return tuple(found)


def _hints(titles: Mapping[str, str]) -> Iterator[tuple[str, ...]]:
    """The words that explain themselves, each leading to where it is told at length."""
    for hint in HINTS.values():
        page, _, anchor = hint.more.partition("#")
        if page in titles:
            yield (f"{page.removesuffix('.html')}#{anchor}", PAGE, hint.name, hint.text, "", titles[page], "")


def _rules(title: str) -> Iterator[tuple[str, ...]]:
    """Every code that a finding may have."""
    for _, codes in by_family():
        for code in codes:
            says = code.doc.partition("\n\n")[0].replace("`", "")
            yield (f"rules#{code.code}", RULE, code.code, " ".join(says.split()), "", title, "")


def _opening(text: str) -> str:
    """The first sentences of a section."""
    found = _OPENING.match(text)
    return found[0] if found is not None else text


def _plain(html: str) -> str:
    return " ".join(Markup(html).striptags().split())
