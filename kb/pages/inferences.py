"""Arguments with linked premises, undercuts that rest on a claim, and positions: three lesser kinds with pages."""

from __future__ import annotations

from collections.abc import Iterator

from kb import models as m
from kb.corpus import Entry
from kb.engine.graph import kill_value
from kb.engine.results import UndercutPart
from kb.pages import words
from kb.pages.facts import Fact, by_whom
from kb.pages.moves import claims, moved
from kb.pages.page import Page, Section, page
from kb.pages.people import gaps
from kb.pages.positions import positions_on, view
from kb.pages.records import common
from kb.pages.render import render
from kb.pages.site import Site
from kb.pages.sums import Weight, sum_of


def render_argument(site: Site, entry: Entry) -> Page:
    """The page of an argument: its premises, how they bear together, what that adds now, what attacks it."""
    record = site.corpus.record(entry.id, m.Argument)
    claim = record.link.claim if record.link is not None else None
    reason = None
    if claim is not None and claim in site.credences:
        reason = next((r for r in sum_of(site, claim).reasons if r.ref.id == entry.id), None)
    target = record.concludes if claim is None else claim
    facts = [Fact("Scheme", record.scheme)] if record.scheme else []
    sections = [
        Section("premises", "What it needs"),
        Section("bears", "What it adds"),
        Section("contest", "What attacks it"),
        Section("positions", "Who holds what"),
        Section("data", "Data and citation"),
    ]
    body = render(
        "argument.html.j2",
        **common(site, entry),
        facts=[*facts, *by_whom(site, record.by)],
        premises=site.refs(record.premises),
        target=site.ref(target) if target is not None else None,
        reason=reason,
        written=m.strength_text(record.link.strength) if record.link is not None else "",
        undercuts=site.refs(site.corpus.undercuts_of.get((entry.id, ""), ())),
        positions=positions_on(site, entry.id),
        passages=site.passages(record.seen_in),
        sections=sections,
    )
    return page(site, entry, body, description=f"Argument: {record.text or record.title}", sections=sections)


def _bites(site: Site, id: str) -> Iterator[tuple[str, tuple[str, str, float, UndercutPart]]]:
    """Undercut and (what carries the link or item, claim, weight as stated in nats, its part) in a claim's sum."""
    e = site.explain(id)
    parts = [(link.source, link.stated, link.undercuts) for link in e.links]
    parts += [(i.id, i.stated, i.undercuts) for g in e.groups for root in g.roots for i in root.items]
    for source, stated, undercuts in parts:
        for part in undercuts:
            yield part.id, (source, id, stated, part)


def render_undercut(site: Site, entry: Entry) -> Page:
    """The page of an undercut that rests on a claim: what it attacks, how much it takes if true, and takes now."""
    record = site.corpus.record(entry.id, m.Undercut)
    t = record.target
    ends = (("Attacks the link from", t.from_), ("to", t.to), ("Attacks", t.argument), ("Attacks", t.undercut))
    facts = [Fact(label, refs=[site.ref(id)]) for label, id in ends if id is not None]
    kill = record.kill
    word = "" if isinstance(kill, float) else f"“{kill.label}” on the scale of such effects."
    facts.append(Fact("If true", f"takes away {words.percent(kill_value(kill))} of the weight", note=word))
    facts += [Fact("Why so much", record.why)] if record.why else []
    facts += [Fact("Because", refs=[site.ref(record.premise)])] if record.premise is not None else []
    bites = [
        (
            site.ref(source),
            site.ref(claim),
            Weight.of(stated),
            words.percent(part.credence),
            words.percent(part.kill * part.tau * part.active) if part.active * part.tau > 0 else "nothing yet",
            part.assessed,
        )
        for source, claim, stated, part in site.gather(_bites, claims, entry.id)
    ]
    sections = [
        Section("takes", "What it takes"),
        Section("contest", "What attacks it"),
        Section("positions", "Who holds what"),
        Section("data", "Data and citation"),
    ]
    body = render(
        "undercut.html.j2",
        **common(site, entry),
        facts=[*facts, *by_whom(site, record.by)],
        bites=bites,
        above=site.ref(t.undercut) if t.undercut is not None else None,
        undercuts=site.refs(site.corpus.undercuts_of.get((entry.id, ""), ())),
        positions=positions_on(site, entry.id),
        passages=site.passages(record.seen_in),
        sections=sections,
    )
    return page(site, entry, body, description=f"Undercut: {record.text or record.title}", sections=sections)


def render_position(site: Site, entry: Entry) -> Page:
    """The page of a position: who, what, when, beside the map's number and what others hold on the same."""
    own = view(site, entry.id)
    facts = [Fact("Who", refs=[own.by]), Fact("Stance", own.stance, note=own.meaning), Fact("On", refs=[own.on])]
    facts += [Fact("Whose view", refs=[own.of])] if own.of is not None else []
    facts += [Fact("Stated credence", own.credence)] if own.credence else []
    facts.append(Fact("When", own.said or "not dated"))
    gap = next(iter(gaps(site, [own])[0]), None)
    credence = own.on.credence
    picture = None
    if own.level is not None and credence is not None and credence.assessed:
        picture = moved(credence.p, own.level)
    sections = [
        Section("map", "Beside the map"),
        Section("others", "Others on the same"),
        Section("data", "Data and citation"),
    ]
    body = render(
        "position.html.j2",
        **common(site, entry),
        facts=facts,
        own=own,
        gap=gap,
        picture=picture,
        positions=[p for p in positions_on(site, own.on.id) if p.ref.id != entry.id],
        passages=own.passages,
        sections=sections,
    )
    said = f"{own.by.title} {own.stance}: {own.on.title}"
    return page(site, entry, body, description=own.text or said, sections=sections)
