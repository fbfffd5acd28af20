"""A finished page before it is stamped: its address, title, head, body and table of contents."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from kb import vocab
from kb.corpus import Entry
from kb.pages import cite, hints, jsonld, words
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
    files = (*cite.forms(site, entry), *cite.CITED)
    return made(
        site,
        ref.href,
        ref.title,
        body,
        description=description,
        sections=sections,
        about=jsonld.record(site, entry),
        alternates=[(file.media_type, f"{entry.id}{file.ending}", file.label) for file in files],
        picture=cite.picture_path(entry.id) if entry.kind is vocab.Kind.QUESTION else None,
    )


def made(
    site: Site,
    path: str,
    title: str,
    body: Markup,
    *,
    description: str,
    sections: Sequence[Section] = (),
    about: Markup | None = None,
    alternates: Sequence[tuple[str, str, str]] = (),
    picture: str | None = None,
) -> Page:
    """A page at any address one folder deep.

    Args:
        site: the site.
        path: its address below the root.
        title, body: of the page.
        description: for search engines and link previews.
        sections: its parts, for the table of contents.
        about: what it is about, for machines; default: a list of records.
        alternates: (media type, address beside the page, label) of the same as data.
        picture: address below the root of a picture for link previews.
    """
    short = words.shorten(description, DESCRIPTION_LENGTH)
    canonical, credit = site.canonical(path), credit_line(site, path, title)
    head = render(
        "head.html.j2",
        description=short,
        canonical=canonical,
        title=title,
        credit=credit,
        site_name=site.settings.name,
        picture=site.canonical(picture) if picture is not None else None,
        about=about if about is not None else jsonld.topic(site, path, title),
        alternates=alternates,
    )
    toc = render("toc.html.j2", sections=sections)
    return Page(path, f"{title} – {site.settings.name}", head, hints.stop_once(body) + hints.boxes(body, "../"), toc)


def credit_line(site: Site, path: str, title: str) -> str:
    """Name, page, date and licence, for a picture that leaves its page."""
    parts = [f"{site.settings.name}: “{title}”", site.canonical(path), site.settings.revised, "CC BY 4.0"]
    return ", ".join(part for part in parts if part)
