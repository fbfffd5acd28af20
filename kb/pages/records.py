"""Pages of the other kinds: evidence, sources, people, and the lesser kinds in one plain template."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from kb import models as m
from kb import odds, vocab
from kb.corpus import Entry
from kb.engine import arithmetic
from kb.engine.graph import item_reliability, source_reliability
from kb.pages import cite, turning, words
from kb.pages.facts import Fact, facts_of, outcomes_of
from kb.pages.moves import Move
from kb.pages.page import Page, Section, page
from kb.pages.positions import positions_by, positions_on
from kb.pages.render import render
from kb.pages.site import Ref, Site

SHELF_PAGES = {
    vocab.Kind.EVIDENCE: ("Evidence", "evidence.html"),
    vocab.Kind.SOURCE: ("Sources", "sources.html"),
    vocab.Kind.PERSON: ("People", "people.html"),
    vocab.Kind.TERM: ("Terms", "terms.html"),
}


def crumbs(site: Site, entry: Entry) -> list[tuple[str, str]]:
    """Way to a record's page: its shelf, or its topic."""
    shelf = SHELF_PAGES.get(entry.kind)
    if shelf is not None:
        return [shelf]
    if entry.topic in vocab.SHELVES.values():
        return [("Topics", "topics.html")]
    return [("Topics", "topics.html"), (site.topic_title(entry.topic), f"topic/{entry.topic}.html")]


def render_evidence(site: Site, entry: Entry, moves: Mapping[str, list[Move]]) -> Page:
    """The page of an item of evidence: what was found, how far it is trusted, what it bears on."""
    record = site.corpus.record(entry.id, m.Evidence)
    root = site.corpus.root_of(record)
    reliability = record.reliability
    why = reliability.why if reliability is not None and reliability.why else f"the default for {record.design.label}"
    facts = [
        Fact("Design", record.design.label, note=record.design.definition),
        Fact("Reliability", f"{item_reliability(record):g}", note=why),
    ]
    if root is not None:
        trust = f"source reliability {source_reliability(site.corpus.record(root, m.Source)):g}"
        facts.append(Fact("Vouched for by", refs=[site.ref(root)], note=trust))
    facts += [
        Fact("Not independent of", refs=[site.ref(x.root)], note=f"{x.kind.label}: {x.kind.definition}")
        for x in record.lineage
    ]
    facts += [Fact("Reports", refs=[site.ref(q)]) for q in record.quantities]
    why_of = {b.claim if isinstance(b, m.Link) else b.question: (b.why, _written(b)) for b in record.bears_on}
    undercuts = [(site.ref(u), site.ref(claim)) for u, claim in site.undercut_items.get(entry.id, ()) if claim]
    vectors = [b for b in record.bears_on if not isinstance(b, m.Link)]
    body = render(
        "evidence.html.j2",
        **common(site, entry),
        facts=facts,
        moves=moves.get(entry.id, []),
        left_out=turning.left_out(site, entry.id),
        why_of=why_of,
        undercuts=undercuts,
        vectors=[
            (site.ref(v.question), [(_answer(site, a), p) for a, p in sorted(v.likelihood.items())], v.why)
            for v in vectors
        ],
        passages=site.passages(record.seen_in),
        sections=(sections := [Section("bears-on", "What it bears on"), Section("data", "Data and citation")]),
    )
    return page(site, entry, body, description=f"Evidence: {record.text}", sections=sections)


def _written(bearing: m.Link | m.AnswerLikelihood) -> str:
    return m.strength_text(bearing.strength) if isinstance(bearing, m.Link) else "likelihoods over all answers"


def _answer(site: Site, id: str) -> Ref | str:
    return site.ref(id) if id in site.corpus else "none of these"


def render_source(site: Site, entry: Entry, moves: Mapping[str, list[Move]]) -> Page:
    """The page of a source: what it is, what it moved, what cites it, what its stored copy lacks."""
    record = site.corpus.record(entry.id, m.Source)
    facts = [Fact("Type", record.type.label, note=record.type.definition)]
    if record.authors:
        facts.append(Fact("By", refs=site.refs(record.authors)))
    if record.authors_text:
        facts.append(Fact("By" if not record.authors else "Also by", record.authors_text))
    if record.issued:
        facts.append(Fact("Date", record.issued))
    if record.container:
        facts.append(Fact("In", record.container))
    facts.append(
        Fact("Address", record.no_url or "") if record.url is None else Fact("Address", record.url, url=record.url)
    )
    if record.doi:
        facts.append(Fact("DOI", record.doi))
    value = source_reliability(record)
    given = record.reliability
    why = given.why if given is not None and given.why else f"the default for a {record.type.label}"
    facts.append(
        Fact("Reliability", f"{value:g}", note=f"{why}; it can add at most {words.capped(_cap(value))} to a claim")
    )
    for label, ids in (
        ("Part of", (record.part_of,) if record.part_of else ()),
        ("Quotes", record.quotes),
        ("Derived from", record.derived_from),
        ("Replaces", record.supersedes),
    ):
        if ids:
            facts.append(Fact(label, refs=site.refs(ids)))
    if record.accessed:
        facts.append(Fact("Last read", record.accessed))
    if record.snapshot:
        facts.append(Fact("Stored copy", record.snapshot, note="passages are checked against it"))
    found = moves.get(entry.id, [])
    cited = [site.ref(id) for id in site.corpus.cited_in.get(entry.id, ())]
    by_kind = [
        (kind, [r for r in cited if r.kind == kind.value])
        for kind in vocab.Kind
        if any(r.kind == kind.value for r in cited)
    ]
    parts = site.refs(site.derived_sources.get(entry.id, ()))
    sections = [
        Section("moved", "What it moved"),
        Section("cited", "Cited in"),
        Section("data", "Data and citation"),
    ]
    body = render(
        "source.html.j2",
        **common(site, entry),
        facts=facts,
        gaps=record.gaps,
        moves=found,
        left_out=turning.left_out(site, entry.id),
        total_db=f"{sum(odds.db(x.size) for x in found):.1f} dB",
        by_kind=by_kind,
        parts=parts,
        sections=sections,
    )
    said = f"{record.title}. Moves {words.count(len(found), 'claim')} on this map."
    return page(site, entry, body, description=said, sections=sections)


def _cap(reliability: float) -> float:
    """The most a root of this reliability can add, in nats."""
    return float(arithmetic.cap(np.array([reliability]))[0])


def render_person(site: Site, entry: Entry, moves: Mapping[str, list[Move]]) -> Page:
    """The page of a person: what they hold, beside what the map says, and what they wrote."""
    record = site.corpus.record(entry.id, m.Person)
    held = positions_by(site, entry.id)
    reported = site.refs(site.reported_of.get(entry.id, ()))
    facts = []
    if record.text:
        facts.append(Fact("Who", record.text))
    if record.url:
        facts.append(Fact("Home page", record.url, url=record.url))
    if record.affiliations:
        facts.append(Fact("Affiliations", refs=site.refs(record.affiliations)))
    facts += [Fact("Tied to", refs=[site.ref(t.to)], note=t.why) for t in record.ties]
    wrote = site.refs(site.written_by.get(entry.id, ()))
    drew = site.refs(site.drawn_by.get(entry.id, ()))
    sections = [
        Section("holds", "What they hold"),
        Section("differs", "With whom they differ"),
        Section("wrote", "What they wrote"),
        Section("data", "Data and citation"),
    ]
    body = render(
        "person.html.j2",
        **common(site, entry),
        facts=facts,
        held=held,
        reported=reported,
        differs=_differs(site, entry.id),
        wrote=[(ref, moves.get(ref.id, [])) for ref in wrote],
        drew=drew,
        sections=sections,
    )
    said = f"{record.title}: {words.count(len(held), 'position')} in the AI-progress debate."
    return page(site, entry, body, description=said, sections=sections)


def _differs(site: Site, id: str) -> list[tuple[Ref, list[Ref]]]:
    """Persons who take the opposite side on the same record, most of them first."""
    found: dict[str, set[str]] = {}
    for mine in positions_by(site, id):
        if mine.side == "neutral" or mine.of is not None:
            continue
        for other in positions_on(site, mine.on.id):
            if other.by.id != id and other.side not in (mine.side, "neutral") and other.of is None:
                found.setdefault(other.by.id, set()).add(mine.on.id)
    order = sorted(found.items(), key=lambda x: (-len(x[1]), x[0]))
    return [(site.ref(who), site.refs(sorted(on))) for who, on in order]


def render_plain(site: Site, entry: Entry) -> Page:
    """The page of a lesser kind: its facts, who refers to it, positions on it."""
    record = entry.record
    positions = positions_on(site, entry.id)
    backlinks = site.backlinks.get(entry.id, ())
    sections = [Section("facts", "What it is")]
    if positions:
        sections.append(Section("positions", "Who holds what"))
    sections += [Section("referred", "Referred to by"), Section("data", "Data and citation")]
    body = render(
        "plain.html.j2",
        **common(site, entry),
        facts=facts_of(site, entry),
        outcomes=outcomes_of(site, entry),
        view=site.credence(entry.id),
        lead=record.get("text") or record.get("definition") or "",
        positions=positions,
        referred=site.refs(backlinks),
        passages=site.passages(record.get("seen_in", ())),
        sections=sections,
    )
    what = record.get("text") or record.get("definition") or site.ref(entry.id).title
    said = f"{words.capital(entry.kind.label)}: {what}"
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
