"""The latest changes as feeds: Atom (RFC 4287) and JSON Feed 1.1.

Ids are permanent names made of the commit.  Addresses are there only where the site's own is known; until then the text
of an entry has no links.
"""

from __future__ import annotations

import json
from xml.etree import ElementTree

from markupsafe import Markup

from kb.pages.changes import ChangeView, Named, change_view, recorded, stamp
from kb.pages.render import render
from kb.pages.site import Site
from kb.timeline import Timeline

MOST = 50
"""Changes in a feed."""
LISTED = 12
"""Moves, and records of one sort, that an entry names."""
ATOM_PATH = "changes.atom"
JSON_PATH = "changes.json"
_ATOM = "http://www.w3.org/2005/Atom"
_FEED_ID = "urn:counterpoise:changes"


def _views(site: Site) -> list[ChangeView]:
    return [change_view(site, step, LISTED) for step in recorded(site)[:MOST]]


def entry_id(change: ChangeView) -> str:
    """A change's permanent name: no record has a colon in its id, so it is no record's."""
    return f"urn:counterpoise:change:{change.commit}"


def _title(change: ChangeView) -> str:
    """What moved, as on the page of changes; the message comes first in the entry."""
    return change.headline or change.note or "Change without a message"


def _page_of(site: Site, change: ChangeView) -> str | None:
    return site.canonical(f"changes.html#{change.anchor}")


def _content(site: Site, change: ChangeView) -> Markup:
    """A change as HTML."""

    def link(record: Named) -> Markup:
        url = site.canonical(record.href) if record.href is not None else None
        return Markup('<a href="{}">{}</a>').format(url, record.title) if url else Markup("{}").format(record.title)

    return render("feed-entry.html.j2", c=change, link=link)


def _updated(site: Site, changes: list[ChangeView]) -> str:
    """When the feed last changed: with its newest entry, else with the records, else never."""
    if changes:
        return max(change.stamp for change in changes)
    return f"{site.settings.revised}T00:00:00Z" if site.settings.revised else stamp(0)


def atom(site: Site) -> bytes:
    """The Atom feed as UTF-8, the newest change first."""
    ElementTree.register_namespace("", _ATOM)
    changes = _views(site)
    feed = ElementTree.Element(f"{{{_ATOM}}}feed", {"xml:lang": "en"})

    def put(parent: ElementTree.Element, name: str, text: str | None = None, **attributes: str) -> ElementTree.Element:
        made = ElementTree.SubElement(parent, f"{{{_ATOM}}}{name}", attributes)
        made.text = text
        return made

    put(feed, "id", _FEED_ID)
    put(feed, "title", f"{site.settings.name}: changes")
    put(feed, "subtitle", "What was changed on the map, and which credences it moved")
    put(feed, "updated", _updated(site, changes))
    put(put(feed, "author"), "name", f"{site.settings.name} contributors")
    put(feed, "rights", "CC BY 4.0")
    home, own = site.canonical("changes.html"), site.canonical(ATOM_PATH)
    if home is not None and own is not None:
        put(feed, "link", rel="alternate", type="text/html", href=home)
        put(feed, "link", rel="self", type="application/atom+xml", href=own)
    for change in changes:
        entry = put(feed, "entry")
        put(entry, "id", entry_id(change))
        put(entry, "title", _title(change))
        put(entry, "published", change.stamp)
        put(entry, "updated", change.stamp)
        page = _page_of(site, change)
        if page is not None:
            put(entry, "link", rel="alternate", type="text/html", href=page)
        put(entry, "content", str(_content(site, change)), type="html")
    ElementTree.indent(feed, " ")
    text: bytes = ElementTree.tostring(feed, "utf-8")
    return b'<?xml version="1.0" encoding="utf-8"?>\n' + text + b"\n"


def json_feed(site: Site) -> bytes:
    """The JSON feed, with each change also as plain data under ``_counterpoise``."""
    changes = _views(site)
    feed: dict[str, object] = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": f"{site.settings.name}: changes",
        "description": "What was changed on the map, and which credences it moved",
        "language": "en",
        "authors": [{"name": f"{site.settings.name} contributors"}],
    }
    home, own = site.canonical("changes.html"), site.canonical(JSON_PATH)
    if home is not None and own is not None:
        feed |= {"home_page_url": home, "feed_url": own}
    items: list[dict[str, object]] = []
    steps = {step.commit: step for step in (site.history or Timeline()).steps}
    for change in changes:
        item: dict[str, object] = {"id": entry_id(change), "title": _title(change)}
        page = _page_of(site, change)
        if page is not None:
            item["url"] = page
        item["content_html"] = str(_content(site, change))
        item["date_published"] = item["date_modified"] = change.stamp
        item["_counterpoise"] = {
            "commit": change.commit,
            "moves": [
                {"claim": m.claim.id, "before": m.p_before, "after": m.p_after, "nats": m.weight.nats}
                for m in change.moves
            ],
            "moved": change.moved,
            "records": {deed.what: deed.count for deed in change.deeds},
            "touched": [touched.id for touched in steps[change.commit].touched[:200]],
        }
        items.append(item)
    return (json.dumps({**feed, "items": items}, ensure_ascii=False, indent=1) + "\n").encode()
