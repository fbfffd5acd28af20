"""What the pages of all records share, and one plain page for those without a weight."""

from __future__ import annotations

from kb.corpus import Entry
from kb.pages import cite, words
from kb.pages.crumbs import crumbs
from kb.pages.page import Page, Section, page
from kb.pages.positions import positions_on
from kb.pages.render import render
from kb.pages.site import Site


def render_plain(site: Site, entry: Entry) -> Page:
    """The page of a record without weight, such as a withdrawn claim: what it says, who refers to it, who holds it."""
    record = entry.record
    positions = positions_on(site, entry.id)
    backlinks = site.backlinks(entry.id)
    sections = [Section("facts", "What it is")]
    if positions:
        sections.append(Section("positions", "Who holds what"))
    sections += [Section("referred", "Referred to by"), Section("data", "Data and citation")]
    body = render(
        "plain.html.j2",
        **common(site, entry),
        lead=record.get("text") or "",
        positions=positions,
        referred=site.refs(backlinks),
        passages=site.passages(record.get("seen_in", ())),
        sections=sections,
    )
    said = f"{words.capital(entry.kind.label)}: {record.get('text') or site.ref(entry.id).title}"
    return page(site, entry, body, description=said, sections=sections)


def common(site: Site, entry: Entry) -> dict[str, object]:
    """What every record's template needs."""
    return {
        "root": "../",
        "site": site,
        "entry": entry,
        "record": entry.record,
        "crumbs": crumbs(site, entry),
        "actions": cite.actions(site, entry),
        "citation": cite.citation(site, entry),
    }
