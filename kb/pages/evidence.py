"""Items of evidence: a page each, the list of all, and the list of what is counted once."""

from __future__ import annotations

from dataclasses import dataclass

from markupsafe import Markup

from kb import models as m
from kb import vocab
from kb.corpus import Entry
from kb.engine.graph import item_reliability, source_reliability
from kb.pages import cite, lineage, prefill, turning, words
from kb.pages.facts import Fact
from kb.pages.lineage import Together
from kb.pages.moves import Move, moved, moves_of_item
from kb.pages.page import Page, Section, page
from kb.pages.records import common
from kb.pages.render import render
from kb.pages.rows import Column, Listing, Row, choices, table, tick, topics
from kb.pages.site import CredenceView, Ref, Site

LISTED = 10
"""Groups that are shown before the rest is folded away."""
FOLDED = 90
"""Groups that are folded away, and families of sources that are listed; any further ones are counted."""


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
        question: the question through which it bears on the claim, as one of its answers; empty for a link.
    """

    move: Move
    written: str
    why: str | None
    group: Together | None
    without: str
    with_: str
    picture: CredenceView | None
    contest: str | None
    question: str


def render_evidence(site: Site, entry: Entry) -> Page:
    """The page of an item of evidence: what was found, how far it is trusted, what it bears on, with what it counts."""
    record = site.corpus.record(entry.id, m.Evidence)
    own = moves_of_item(site, entry.id)
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
                question=to if (to := prefill.target_of(site.corpus, entry.id, id)["to"]) != id else "",
            )
        )
    return found


def _answer(site: Site, id: str) -> Ref | str:
    return site.ref(id) if id in site.corpus else "none of these"


COLUMNS = (
    Column("title", "Finding", "record", csv=(("id", "id"), ("title", "title"))),
    Column("design", "Kind", "text", "kb-roomy", (("kind", ""),)),
    Column("trust", "Reliability", "number", "kb-n kb-roomy", (("reliability", ""),)),
    Column("source", "Vouched for by", "ref", "kb-roomy", (("source", "id"), ("source_title", "title"))),
    Column("weight", "Weight", "weight", "kb-n", (("weight_db", "db"),)),
    Column(
        "most",
        "Bears most on",
        "ref",
        "kb-roomy",
        (("bears_most_on", "id"), ("bears_most_on_title", "title")),
        empty="nothing with a credence",
    ),
)


def evidence_listing(site: Site) -> Listing:
    """All evidence in force: items that weigh most first, those that bear on no claim last."""
    found: list[tuple[Row, float]] = []
    for id, item in site.corpus.of(m.Evidence, active=True):
        own = moves_of_item(site, id)
        most = own[0] if own else None
        root = site.corpus.root_of(item)
        facets = [("topic", site.corpus[id].topic), ("design", item.design.value)]
        facets += [("way", _way(most))]
        facets += [("undercut", "1")] if id in site.undercut_items else []
        further = f"and {len(own) - 1} more" if len(own) > 1 else ""
        cells = (
            item.design.label,
            _short(item_reliability(item)),
            (site.ref(root) if root is not None else None, ""),
            most.now if most is not None else None,
            (most.claim if most is not None else None, further),
        )
        found.append((Row(site.ref(id), cells, tuple(facets)), most.size if most is not None else -1.0))
    found.sort(key=lambda x: (-x[1], x[0].ref.title.casefold(), x[0].ref.id))
    rows = tuple(row for row, _ in found)
    used = {value for row in rows for name, value in row.facets if name == "design"}
    designs = [(d.value, words.capital(d.label)) for d in vocab.Design if d.value in used]
    ways = (("for", "Supports"), ("against", "Counts against"), ("neutral", "Moves nothing"))
    return Listing(
        name="evidence",
        page="evidence.html",
        folder="evidence-list",
        title="All evidence",
        nouns=("item", "items"),
        columns=COLUMNS,
        rows=rows,
        filters=(
            *topics(site, rows),
            *choices("design", "Kind of evidence", "All kinds", designs),
            *choices("way", "Direction", "Either way", ways),
            tick("undercut", "Undercut only"),
        ),
        facets_csv=(("topic", "topic"),),
        below=("most", "on"),
    )


def _way(most: Move | None) -> str:
    """Which way an item speaks to the claim that it bears most on."""
    return most.now.side if most is not None else "neutral"


def _short(x: float) -> float:
    """A reliability as it is shown."""
    return float(f"{x:g}")


def evidence_list(site: Site) -> Markup:
    """The table of all evidence in force."""
    return table(site.ask(evidence_listing), empty="No evidence is recorded yet.")


def counted_once_list(site: Site) -> Markup:
    """What is counted once: groups on one claim, then families of sources that are not independent."""
    found, families = lineage.counted_once(site), lineage.families(site)
    return render(
        "counted-once.html.j2",
        root="",
        groups=found[: LISTED + FOLDED],
        total=len(found),
        listed=LISTED,
        families=families[:FOLDED],
        more_families=max(len(families) - FOLDED, 0),
        said_of=lineage.said_of,
    )
