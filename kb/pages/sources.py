"""Sources: a page each with what it moved and where it comes from, and the list of all."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from markupsafe import Markup

from kb import models as m
from kb import odds, vocab
from kb.corpus import Entry
from kb.engine import arithmetic
from kb.engine.graph import source_reliability
from kb.pages import lineage, turning, words
from kb.pages.facts import Fact
from kb.pages.moves import Move, moves_of_source
from kb.pages.page import Page, Section, page
from kb.pages.positions import LISTED, PositionView, most_telling_first, view
from kb.pages.records import common
from kb.pages.render import render
from kb.pages.rows import Column, Listing, Row, by_title, choices, table, tick, topics
from kb.pages.site import Ref, Site


def render_source(site: Site, entry: Entry) -> Page:
    """The page of a source: what it moved, where it comes from and leads to, what cites it, what its copy lacks."""
    record = site.corpus.record(entry.id, m.Source)
    found = moves_of_source(site, entry.id)
    cited = [site.ref(id) for id in site.corpus.cited_in.get(entry.id, ())]
    by_kind = [
        (kind, [r for r in cited if r.kind == kind.value]) for kind in vocab.Kind if kind is not vocab.Kind.POSITION
    ]
    items = [r for r in cited if r.kind == vocab.Kind.EVIDENCE.value]
    positions = _positions(site, cited)
    sections = [
        Section("moved", "What it moved"),
        Section("lineage", "Where it comes from"),
        Section("gaps", "What is missing"),
        Section("positions", "Who says what in it"),
        Section("cited", "Cited in"),
        Section("data", "Data and citation"),
    ]
    body = render(
        "source.html.j2",
        **common(site, entry),
        facts=_facts(site, record),
        gaps=record.gaps,
        moves=found,
        items=items,
        left_out=turning.left_out(site, entry.id),
        total=total(found),
        above=lineage.comes_from(site, entry.id),
        below=lineage.leads_to(site, entry.id),
        ties=lineage.ties(site).get(entry.id, []),
        positions=positions,
        speakers=len({p.by.id for p in positions}),
        listed=LISTED,
        by_kind=[(kind, refs) for kind, refs in by_kind if refs],
        reference=reference(site, record),
        sections=sections,
    )
    said = f"{record.title}. Moves {words.count(len(found), 'claim')} on this map."
    return page(site, entry, body, description=said, sections=sections)


def total(moves: Sequence[Move]) -> str:
    """Sizes of all moves together, in decibans."""
    return f"{odds.db(sum(x.size for x in moves)):.1f} dB"


def _facts(site: Site, record: m.Source) -> list[Fact]:
    """What the source is, how far it is trusted and why, where the stored copy is."""
    found = [Fact("Type", record.type.label, note=record.type.definition)]
    if record.authors:
        found.append(Fact("By", refs=site.refs(record.authors)))
    if record.authors_text:
        found.append(Fact("By" if not record.authors else "Also by", record.authors_text))
    found += [Fact("Date", record.issued)] if record.issued else []
    found += [Fact("In", record.container)] if record.container else []
    if record.url is None:
        found.append(Fact("Address", record.no_url or ""))
    else:
        found.append(Fact("Address", record.url, url=record.url))
    found += [Fact("DOI", record.doi, url=f"https://doi.org/{record.doi}")] if record.doi else []
    value = source_reliability(record)
    given = record.reliability
    why = given.why if given is not None and given.why else f"the default for the type {record.type.label}"
    cap = float(arithmetic.cap(np.array([value]))[0])
    found.append(
        Fact("Reliability", f"{value:g}", note=f"{why.rstrip('. ')}; it can add at most {words.capped(cap)} to a claim")
    )
    found += [Fact("Last read", record.accessed)] if record.accessed else []
    copy = record.snapshot or "none"
    note = "passages are checked against it" if record.snapshot else "its passages cannot be checked by a program"
    return [*found, Fact("Stored copy", copy, note=note)]


def reference(site: Site, record: m.Source) -> str:
    """The source as a list of references gives it: who, when, title, where, address."""
    names = [site.corpus[a].title for a in record.authors] + ([record.authors_text] if record.authors_text else [])
    who = words.listing(names) or "Author unknown"
    year = f" ({record.issued})" if record.issued else ""
    where = f" {record.container}." if record.container else ""
    address = f" https://doi.org/{record.doi}" if record.doi else f" {record.url}" if record.url else ""
    return f"{who}{year}. {record.title.rstrip('.')}.{where}{address}"


def _positions(site: Site, cited: list[Ref]) -> list[PositionView]:
    """Positions whose passage is in the source, those on answers of questions first."""
    found = [view(site, r.id) for r in cited if r.kind == vocab.Kind.POSITION.value and r.active]
    return most_telling_first(site, found)


COLUMNS = (
    Column("title", "Source", "record", csv=(("id", "id"), ("title", "title"), ("by", "note"))),
    Column("date", "Date", "date", "kb-roomy", (("date", ""),)),
    Column("type", "Type", "text", "kb-roomy", (("type", ""),)),
    Column("trust", "Reliability", "number", "kb-n kb-roomy", (("reliability", ""),)),
    Column("cited", "Cited in", "number", "kb-n kb-roomy", (("cited_in", ""),)),
    Column("items", "Items", "number", "kb-n kb-roomy", (("items", ""),)),
    Column("moved", "Moved", "size", "kb-n", (("moved_db", ""),), empty="nothing"),
    Column("most", "Moved most", "ref", "kb-roomy", (("moved_most", "id"), ("moved_most_title", "title"))),
)


def sources_listing(site: Site) -> Listing:
    """All sources in force: those that moved most first."""
    found: list[tuple[Row, float, int]] = []
    for id, source in site.corpus.of(m.Source, active=True):
        moves = moves_of_source(site, id)
        names = [site.corpus[a].title for a in source.authors] + ([source.authors_text] if source.authors_text else [])
        cited = site.corpus.cited_in.get(id, ())
        moved = odds.db(sum(x.size for x in moves))
        most = moves[0] if moves else None
        cells = (
            source.issued or "",
            source.type.label,
            float(f"{source_reliability(source):g}"),
            len(cited),
            len({item.id for x in moves for item in x.items}),
            (moved, f"on {words.count(len(moves), 'claim')}" if moves else ""),
            (most.claim, f"{most.without} → {most.with_}") if most is not None else (None, ""),
        )
        facets = [("topic", topic) for topic in sorted({site.corpus[c].topic for c in cited})]
        facets += [("type", source.type.value), *(("by", a) for a in source.authors)]
        facets += [("moved", "1")] if moves else []
        found.append((Row(site.ref(id), cells, tuple(facets), words.listing(names)), moved, len(cited)))
    found.sort(key=lambda x: (-x[1], -x[2], x[0].ref.title.casefold(), x[0].ref.id))
    rows = tuple(row for row, _, _ in found)
    used = {value for row in rows for name, value in row.facets if name == "type"}
    types = [(t.value, words.capital(t.label)) for t in vocab.SourceType if t.value in used]
    return Listing(
        name="sources",
        page="sources.html",
        folder="sources",
        title="All sources",
        nouns=("source", "sources"),
        columns=COLUMNS,
        rows=rows,
        filters=(
            *topics(site, rows),
            *choices("type", "Type", "All types", types),
            *by_title(site, "by", "By", "Anybody", rows),
            tick("moved", "Only what moved a claim"),
        ),
        facets_csv=(("topics", "topic"),),
    )


def sources_list(site: Site) -> Markup:
    """The table of all sources in force."""
    return table(site.ask(sources_listing), empty="No source is recorded yet.")
