"""A finished page before it is stamped: its address, title, head, body and table of contents."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from jinja2.utils import htmlsafe_json_dumps
from markupsafe import Markup

from kb.corpus import Entry
from kb.pages import hints
from kb.pages.draw import join
from kb.pages.render import render
from kb.pages.site import Site

DESCRIPTION_LENGTH = 200


@dataclass(frozen=True)
class Section:
    """A part of a page that the table of contents lists."""

    id: str
    title: str


@dataclass(frozen=True)
class Page:
    """A page to stamp.

    Attributes:
        path: below the root of the site, one folder deep.
        title: text of the title element, without the site's name.
        head: meta data as HTML.
        body, toc: HTML.
    """

    path: str
    title: str
    head: Markup
    body: Markup
    toc: Markup


def page(site: Site, entry: Entry, body: Markup, *, description: str, sections: Sequence[Section]) -> Page:
    """The page of a record."""
    ref = site.ref(entry.id)
    return made(site, ref.href, ref.title, body, description=description, sections=sections)


def made(
    site: Site, path: str, title: str, body: Markup, *, description: str, sections: Sequence[Section] = ()
) -> Page:
    """A page at any address one folder deep."""
    short = shorten(description)
    canonical, credit = site.canonical(path), credit_line(site, path, title)
    head = render("head.html.j2", description=short, canonical=canonical, title=title, credit=credit)
    toc = render("toc.html.j2", sections=sections)
    return Page(path, f"{title} – {site.settings.name}", head, body + hints.boxes(body, "../"), toc)


def credit_line(site: Site, path: str, title: str) -> str:
    """Name, page, date and licence, for a picture that leaves its page."""
    parts = [f"{site.settings.name}: “{title}”", site.canonical(path), site.settings.revised, "CC BY 4.0"]
    return ", ".join(part for part in parts if part)


def shorten(text: str, length: int = DESCRIPTION_LENGTH) -> str:
    """Text on one line, cut at a word."""
    one = " ".join(text.split())
    if len(one) <= length:
        return one
    return one[: length - 1].rsplit(" ", 1)[0].rstrip(",;:.") + "…"


def json_script(id: str, data: object) -> Markup:
    """Data for a script of the page, safe inside HTML."""
    return join([Markup(f'<script type="application/json" id="{id}">'), htmlsafe_json_dumps(data), Markup("</script>")])
