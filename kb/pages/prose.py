"""Record text to safe HTML: Markdown notes, links out, deep links to a passage.

Free text goes through markdown-it-py with HTML off and then through an allow list; everything else is escaped by the
templates.  Nothing here reads a record of the corpus.
"""

from __future__ import annotations

from functools import cache
from urllib.parse import quote, urlsplit

import nh3
from markdown_it import MarkdownIt
from markupsafe import Markup

from kb.models import Anchor

LINK_REL = "nofollow ugc noopener"
_TAGS = {"p", "em", "strong", "code", "pre", "ul", "ol", "li", "blockquote", "a", "br", "hr"}
_TAGS |= {"table", "thead", "tbody", "tr", "th", "td", "s"}


@cache
def _parser() -> MarkdownIt:
    """A parser without HTML, headings and pictures: notes are part of a page that has its own headings."""
    return MarkdownIt("js-default", {"html": False, "linkify": False}).disable(["heading", "lheading", "image"])


def markdown(text: str) -> Markup:
    """Markdown of a record's notes as HTML that cannot run anything."""
    html = _parser().render(text)
    clean = nh3.clean(
        html,
        tags=_TAGS,
        attributes={"a": {"href", "title"}},
        url_schemes={"http", "https", "mailto"},
        link_rel=LINK_REL,
        strip_comments=True,
    )
    return Markup(clean)


def is_web_address(url: str | None) -> bool:
    """Whether a link to ``url`` may be drawn: http or https with a host."""
    if url is None:
        return False
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and bool(parts.netloc)


def deep_link(url: str, anchor: Anchor | None) -> str:
    """A source's address with a text fragment, so that browsers scroll to the passage and mark it."""
    if anchor is None:
        return url
    words = [_fragment_words(anchor.start)]
    if anchor.end is not None:
        words.append(_fragment_words(anchor.end))
    joint = ":~:text=" if "#" in url else "#:~:text="
    return f"{url}{joint}{','.join(words)}"


def _fragment_words(words: str) -> str:
    """Percent-encoded words of a text fragment; a hyphen has a meaning there and is encoded too."""
    return quote(" ".join(words.split()), safe="").replace("-", "%2D")


def passage_words(anchor: Anchor) -> str:
    """The first and last words of a passage, as a reader can look them up by eye."""
    return f"{anchor.start} … {anchor.end}" if anchor.end is not None else anchor.start
