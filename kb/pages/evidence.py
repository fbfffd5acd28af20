"""Items of evidence: a page each, the list of all, and the list of what is counted once."""

from __future__ import annotations

from dataclasses import dataclass

from markupsafe import Markup

from kb import models as m
from kb.corpus import Entry
from kb.engine.graph import item_reliability, source_reliability
from kb.pages import cite, lineage, turning, words
from kb.pages.facts import Fact
from kb.pages.lineage import Together
from kb.pages.moves import Move, moved, moves_by_item
from kb.pages.page import Page, Section, page
from kb.pages.records import common
from kb.pages.render import render
from kb.pages.site import CredenceView, Ref, Site

LISTED = 10
"""Groups that are shown before the rest is folded away."""


@dataclass(frozen=True)
class Bearing:
    """What an item does to one claim.

    Attributes:
        move: its weight there, as stated and after trust.
        written, why: the strength as the file states it, and why it bears.
        group: what it is counted with, or ``None`` where it stands alone.
        without, with_: the claim's probability with everything recomputed without the item, and as it is; empty in a
            debate too large for that.
        picture: the same as a small line, or ``None``.
        contest: where a prefilled undercut opens, or ``None``.
    """

    move: Move
    written: str
    why: str | None
    group: Together | None
    without: str
    with_: str
    picture: CredenceView | None
    contest: str | None


def render_evidence(site: Site, entry: Entry) -> Page:
    """The page of an item of evidence: what was found, how far it is trusted, what it bears on, with what it counts."""
    record = site.corpus.record(entry.id, m.Evidence)
    own = site.table(moves_by_item).get(entry.id, [])
    bearings = _bearings(site, entry, own)
    direct = {b.move.claim.id for b in bearings}
    further, more = turning.left_out(site, entry.id)
    sections = [Section("bears-on", "What it bears on"), Section("once", "What it is counted with")]
    sections += [Section("contest", "Add to it or contest it"), Section("data", "Data and citation")]
    root = site.corpus.root_of(record)
    body = render(
        "evidence.html.j2",
        **common(site, entry),
        facts=_facts(site, record, root, withdrawn=entry.id in site.corpus.unvouched),
        bearings=bearings,
        further=[x for x in further if x[0].id not in direct],
        more=more,
        undercuts=[(site.ref(u), site.ref(claim)) for u, claim in site.undercut_items.get(entry.id, ()) if claim],
        vectors=[
            (site.ref(v.question), [(_answer(site, a), p) for a, p in sorted(v.likelihood.items())], v.why)
            for v in record.bears_on
            if not isinstance(v, m.Link)
        ],
        ties=lineage.ties(site).get(root, []) if root is not None else [],
        root_ref=site.ref(root) if root is not None else None,
        said_of=lineage.said_of,
        passages=site.passages(record.seen_in),
        sections=sections,
    )
    return page(site, entry, body, description=f"Evidence: {record.text}", sections=sections)


def _facts(site: Site, record: m.Evidence, root: str | None, *, withdrawn: bool) -> list[Fact]:
    """Design, reliability with its reason, who vouches (or no longer does), what it reports."""
    given = record.reliability
    why = given.why if given is not None and given.why else f"the default for {record.design.label}"
    found = [
        Fact("Design", record.design.label, note=record.design.definition),
        Fact("Reliability", f"{item_reliability(record):g}", note=f"chance that it is as described: {why}"),
    ]
    if root is not None and withdrawn:
        said = "the source was withdrawn, so the item adds nothing"
        found.append(Fact("Vouched for by", refs=[site.ref(root)], note=said))
    elif root is not None:
        trust = source_reliability(site.corpus.record(root, m.Source))
        found.append(Fact("Vouched for by", refs=[site.ref(root)], note=f"reliability of the source {trust:g}"))
    found += [
        Fact("Not independent of", refs=[site.ref(x.root)], note=f"{x.kind.label}: {x.kind.definition}")
        for x in record.lineage
    ]
    return found + [Fact("Reports", refs=[site.ref(q)]) for q in record.quantities]


def _bearings(site: Site, entry: Entry, moves: list[Move]) -> list[Bearing]:
    """What the item does to each claim that it bears on."""
    record = site.corpus.record(entry.id, m.Evidence)
    links = {b.claim: b for b in record.bears_on if isinstance(b, m.Link)}
    groups = lineage.groups_of(site, entry.id, [x.claim.id for x in moves])
    impact = site.assessment.impacts.get(entry.id) if turning.is_small(site) else None
    ends = {x.claim: (x.without, x.with_) for x in impact.moves} if impact is not None else {}
    found = []
    for move in moves:
        id = move.claim.id
        link = links.get(id)
        now = site.credences[id].credence
        start, end = ends.get(id, (now, now))
        known = turning.is_small(site)
        found.append(
            Bearing(
                move=move,
                written=m.strength_text(link.strength) if link is not None else "likelihoods over all answers",
                why=link.why if link is not None else None,
                group=groups.get(id),
                without=words.percent(start) if known else "",
                with_=words.percent(end) if known else "",
                picture=moved(start, end) if known else None,
                contest=cite.contest_url(site, entry.id, id, entry.topic),
            )
        )
    return found


def _answer(site: Site, id: str) -> Ref | str:
    return site.ref(id) if id in site.corpus else "none of these"


@dataclass(frozen=True)
class EvidenceRow:
    """An item in the list of evidence; ``most`` is what it bears most on, ``others`` counts the rest."""

    ref: Ref
    design: str
    reliability: str
    source: Ref | None
    most: Move | None
    others: int
    added: str


def evidence_list(site: Site) -> Markup:
    """The table of all evidence in force: items that weigh most first, those that bear on no claim last."""
    rows = []
    for id, item in site.corpus.of(m.Evidence, active=True):
        own = site.table(moves_by_item).get(id, [])
        root = site.corpus.root_of(item)
        rows.append(
            EvidenceRow(
                site.ref(id),
                item.design.label,
                f"{item_reliability(item):g}",
                site.ref(root) if root is not None else None,
                own[0] if own else None,
                max(len(own) - 1, 0),
                item.added or "",
            )
        )
    rows.sort(key=lambda r: (r.most is None, -r.most.size if r.most else 0.0, r.ref.title.casefold(), r.ref.id))
    return render("evidence-list.html.j2", root="", rows=rows)


def counted_once_list(site: Site) -> Markup:
    """What is counted once: groups on one claim, then families of sources that are not independent."""
    found = lineage.counted_once(site)
    return render(
        "counted-once.html.j2",
        root="",
        groups=found,
        listed=LISTED,
        families=lineage.families(site),
        said_of=lineage.said_of,
    )
