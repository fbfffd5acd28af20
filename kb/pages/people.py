"""People: what they hold and when, where the map disagrees, with whom they differ, what of theirs moved something."""

from __future__ import annotations

from dataclasses import dataclass

from markupsafe import Markup

from kb import models as m
from kb import odds, vocab
from kb.corpus import Entry
from kb.pages import words
from kb.pages.facts import Fact
from kb.pages.moves import Move, moved, moves_of_source
from kb.pages.opposition import Attack, attacks
from kb.pages.page import Page, Section, page
from kb.pages.positions import LISTED, PositionView, most_telling_first, positions_by, positions_on
from kb.pages.records import common
from kb.pages.render import render
from kb.pages.rows import Column, Listing, Row, choices, table, tick
from kb.pages.site import CredenceView, Ref, Site
from kb.pages.sums import Weight
from kb.pages.viewpoint import through

APART = 0.1
"""Gaps between a person and the map below ten points are not called a disagreement."""


WHO_LENGTH = 110
"""Characters that the list of people says of one."""


@dataclass(frozen=True)
class Gap:
    """Where the map and a person differ on a claim.

    Attributes:
        position: what they said.
        points: distance in percentage points: of their number from the map's, or, where they gave none, of the map's
            from one half when it lies on the other side.
        picture: a tick where the map stands, a dot where they do; ``None`` without a number of theirs.
        sided: whether they and the map lie on opposite sides of one half.
    """

    position: PositionView
    points: float
    picture: CredenceView | None
    sided: bool


@dataclass(frozen=True)
class Other:
    """Another person as they stand to this one.

    Attributes:
        who: the other person.
        shared: records on which both take a side.
        against: those on which they take opposite sides.
        apart: the largest distance between numbers that both stated on one record, or ``None``.
        argues: what of the other person's speaks against what this one holds.
    """

    who: Ref
    shared: int
    against: list[Ref]
    apart: float | None
    argues: list[Attack]

    @property
    def points(self) -> int:
        """How many records divide them."""
        return len(self.against) + len(self.argues)


def gaps(site: Site, held: list[PositionView]) -> tuple[list[Gap], int, int]:
    """Where the map disagrees, the biggest gap first; how many assessed claims they take a side on; on how many alike.

    Reported views and those that take no side are left out, and of several positions on one claim the last counts.
    """
    last = _last(held)
    found = []
    alike = 0
    counted = 0
    for p in last.values():
        credence = p.on.credence
        if credence is None or not credence.assessed:
            continue
        counted += 1
        theirs = p.level if p.level is not None else float(p.side == "for")
        opposite = (theirs - 0.5) * (credence.p - 0.5) < 0
        alike += not opposite
        points = abs(theirs - credence.p)
        if p.level is None:  # a stance says which side, not how far
            points = abs(credence.p - 0.5) if opposite else 0.0
        if points >= APART:
            picture = moved(credence.p, p.level) if p.level is not None else None
            found.append(Gap(p, 100 * points, picture, opposite))
    found.sort(key=lambda g: (-g.points, g.position.on.title, g.position.ref.id))
    return found, counted, alike


def _last(held: list[PositionView]) -> dict[str, PositionView]:
    """Record to the last position of their own that takes a side on it; an undated one comes before dated ones."""
    found: dict[str, PositionView] = {}
    for p in sorted(held, key=lambda p: (p.said or "", p.ref.id)):
        if p.of is None and p.side != "neutral":
            found[p.on.id] = p
    return found


def differs(site: Site, id: str) -> list[Other]:
    """Everybody who took a side on the same records or argues against what somebody holds, those most divided first."""
    mine = _last(positions_by(site, id))
    shared: dict[str, dict[str, PositionView]] = {}
    for on in mine:
        for p in positions_on(site, on):
            if p.by.id != id and p.of is None and p.side != "neutral":
                before = shared.setdefault(p.by.id, {}).get(on)
                if before is None or (before.said or "", before.ref.id) < (p.said or "", p.ref.id):
                    shared[p.by.id][on] = p
    argued: dict[str, list[Attack]] = {}
    for attack in attacks(site, id):
        argued.setdefault(attack.who, []).append(attack)
    found = []
    for who in sorted({*shared, *argued}):
        theirs = shared.get(who, {})
        against = sorted(on for on, p in theirs.items() if p.side != mine[on].side)
        levels = [(mine[on].level, p.level) for on, p in theirs.items()]
        apart = max((abs(a - b) for a, b in levels if a is not None and b is not None), default=None)
        found.append(Other(site.ref(who), len(theirs), site.refs(against), apart, argued.get(who, [])))
    return sorted(found, key=lambda x: (-x.points, -len(x.against), x.who.title.casefold(), x.who.id))


def render_person(site: Site, entry: Entry) -> Page:
    """The page of a person: what they hold beside what the map says, whom they differ with, what of theirs counts."""
    record = site.corpus.record(entry.id, m.Person)
    held = most_telling_first(site, positions_by(site, entry.id))
    found, counted, alike = gaps(site, held)
    others = differs(site, entry.id)
    view = through(site, entry.id)
    sections = [
        *([Section("in-short", "In short")] if held else []),
        Section("holds", "What they hold"),
        Section("gaps", "Where the map disagrees"),
        Section("differs", "With whom they differ"),
        Section("viewpoint", "The map by their numbers"),
        Section("moved", "What of theirs moved something"),
        Section("data", "Data and citation"),
    ]
    body = render(
        "person.html.j2",
        **common(site, entry),
        facts=_facts(site, record),
        held=held,
        listed=LISTED,
        reported=site.refs(site.reported_of.get(entry.id, ())),
        gaps=found,
        counted=counted,
        alike=alike,
        opposed=[x for x in others if x.points],
        agreeing=[x for x in others if not x.points],
        view=view,
        viewpoints=[site.ref(v) for v, p in site.corpus.of(m.Viewpoint, active=True) if p.by == entry.id],
        wrote=_wrote(site, entry.id),
        drew=_drew(site, entry.id),
        sections=sections,
    )
    said = f"{record.title}: {words.count(len(held), 'position')} in the AI-progress debate."
    return page(site, entry, body, description=said, sections=sections)


def _facts(site: Site, record: m.Person) -> list[Fact]:
    """Who it is."""
    found = [Fact("Who", record.text)] if record.text else []
    found += [Fact("Home page", record.url, url=record.url)] if record.url else []
    found += [Fact("Affiliations", refs=site.refs(record.affiliations))] if record.affiliations else []
    return found + [Fact("Tied to", refs=[site.ref(t.to)], note=t.why) for t in record.ties]


def _wrote(site: Site, id: str) -> list[tuple[Ref, float, list[Move]]]:
    """Sources of theirs with what each moved in decibans and where, the one that moved most first."""
    wrote = site.refs(site.written_by.get(id, ()))
    found = []
    for ref in wrote:
        moves = moves_of_source(site, ref.id)
        found.append((ref, odds.db(sum(x.size for x in moves)), moves))
    return sorted(found, key=lambda x: (-x[1], x[0].title.casefold(), x[0].id))


def _drew(site: Site, id: str) -> list[tuple[Ref, Weight | None]]:
    """What else is theirs; an argument with what it adds to its conclusion now."""
    found: list[tuple[Ref, Weight | None]] = []
    for ref in site.refs(site.drawn_by.get(id, ())):
        record = site.corpus[ref.id].record
        adds = None
        if isinstance(record, m.Argument) and record.link is not None and record.link.claim in site.credences:
            rows = [x for x in site.explain(record.link.claim).links if x.source == ref.id]
            adds = Weight.of(rows[0].contribution) if rows else None
        if not isinstance(record, m.Viewpoint):
            found.append((ref, adds))
    return sorted(found, key=lambda x: (-abs(x[1].nats) if x[1] else 0.0, x[0].kind, x[0].title.casefold(), x[0].id))


COLUMNS = (
    Column("title", "Name", "record", csv=(("id", "id"), ("name", "title"), ("who", "note"))),
    Column("type", "Type", "text", "kb-roomy", (("type", ""),)),
    Column("positions", "Positions", "number", "kb-n", (("positions", ""),)),
    Column("for", "For", "number", "kb-n", (("for", ""),)),
    Column("against", "Against", "number", "kb-n", (("against", ""),)),
    Column("opposed", "Map opposed", "number", "kb-n kb-roomy", (("map_opposed", ""),)),
    Column("sources", "Sources", "number", "kb-n kb-roomy", (("sources", ""),)),
    Column("moved", "Moved", "size", "kb-n kb-roomy", (("moved_db", ""),), empty="nothing"),
    Column("latest", "Last said", "date", "kb-roomy", (("last_said", ""),)),
)


def people_listing(site: Site) -> Listing:
    """All people in force, those with most positions first, then those whose sources moved most."""
    found: list[tuple[Row, int, float]] = []
    for id, person in site.corpus.of(m.Person, active=True):
        held = positions_by(site, id)
        sides = [p.side for p in held if p.of is None]
        wrote = _wrote(site, id)
        moved = sum(size for _, size, _ in wrote)
        numbers = (len(held), sides.count("for"), sides.count("against"), sum(g.sided for g in gaps(site, held)[0]))
        latest = max((p.said or "" for p in held), default="")
        cells = (person.type.label, *numbers, len(wrote), (moved, ""), latest)
        facets = [("type", person.type.value)] + ([("opposed", "1")] if numbers[-1] else [])
        who = words.shorten(person.text or "", WHO_LENGTH)
        found.append((Row(site.ref(id), cells, tuple(facets), who), len(held), moved))
    found.sort(key=lambda x: (-x[1], -x[2], x[0].ref.title.casefold(), x[0].ref.id))
    rows = tuple(row for row, _, _ in found)
    used = {value for row in rows for name, value in row.facets if name == "type"}
    types = [(t.value, words.capital(t.label)) for t in vocab.PersonType if t.value in used]
    return Listing(
        name="people",
        page="people.html",
        folder="people",
        title="People and organisations",
        nouns=("person or organisation", "people and organisations"),
        columns=COLUMNS,
        rows=rows,
        filters=(*choices("type", "Type", "All types", types), tick("opposed", "Only whom the map opposes somewhere")),
    )


def people_list(site: Site) -> Markup:
    """The table of all people in force."""
    return table(site.ask(people_listing), empty="Nobody is recorded yet.")
