"""What the map looks like through somebody's numbers: what they set, and how the credences move under it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from kb import models as m
from kb import odds
from kb.corpus import Entry
from kb.engine.viewpoints import Change
from kb.pages import words
from kb.pages.facts import Fact, by_whom
from kb.pages.moves import moved
from kb.pages.page import Page, Section, page
from kb.pages.records import common
from kb.pages.render import render
from kb.pages.site import CredenceView, Ref, Site
from kb.pages.turning import SEEN

LISTED = 20
"""Claims that are shown before the rest is counted."""


@dataclass(frozen=True)
class Setting:
    """One number that somebody sets: on what, neutral and theirs in words, why, and the record that says so."""

    kind: str
    record: Ref
    target: Ref | None
    neutral: str
    theirs: str
    why: str
    source: Ref


@dataclass(frozen=True)
class Shift:
    """A claim whose number differs: neutral, theirs, the step as a picture; ``given`` when they stated it outright."""

    claim: Ref
    neutral: float
    theirs: float
    picture: CredenceView
    factor: str
    side: str
    given: bool

    @property
    def points(self) -> float:
        """Difference in percentage points, with its sign."""
        return 100 * (self.theirs - self.neutral)


@dataclass(frozen=True)
class Through:
    """The map through somebody's numbers.

    Attributes:
        settings: what they set.
        shifts: claims that differ by half a point or more without being stated outright, the largest difference first.
        more: further claims that are not listed.
        answers: for each question whose answers they move, its answers with both numbers.
        only_conclusions: whether they state conclusions alone, which explain nothing.
    """

    settings: list[Setting]
    shifts: list[Shift]
    more: int
    answers: list[tuple[Ref, list[Shift]]]
    only_conclusions: bool


def through(site: Site, holder: str) -> Through | None:
    """The map through the numbers of a viewpoint record or a person; ``None`` where they set nothing."""
    changes = site.table(_inputs).get(holder, ())
    if not changes:
        return None
    given = {c.record for c in changes if c.kind == "stated credence"}
    theirs = dict(site.table(_credences).get(holder, []))
    every = {
        id: _shift(site, id, site.credences[id].credence, credence, id in given)
        for id, credence in theirs.items()
        if abs(credence - site.credences[id].credence) >= SEEN or id in given
    }
    found = [shift for id, shift in every.items() if id not in given]
    found.sort(key=lambda s: (-abs(s.points), s.claim.id))
    answers = []
    for entry in site.questions:
        ids = entry.record.get("answers")
        if any(a in every for a in ids):
            answers.append((site.ref(entry.id), [every[a] for a in ids if a in every]))
    return Through(
        [_setting(site, c) for c in changes if c.record in site.corpus],
        found[:LISTED],
        max(len(found) - LISTED, 0),
        answers,
        all(c.kind == "stated credence" for c in changes),
    )


def _inputs(site: Site) -> Mapping[str, tuple[Change, ...]]:
    return site.inputs_elsewhere


def _credences(site: Site) -> dict[str, list[tuple[str, float]]]:
    """Viewpoint to (claim, its credence there) of the assessed claims that differ from the neutral ones."""
    found: dict[str, list[tuple[str, float]]] = {}
    for id, several in site.elsewhere.items():
        for holder, theirs in several:
            if theirs.assessed:
                found.setdefault(holder, []).append((id, theirs.credence))
    return found


def _shift(site: Site, id: str, neutral: float, theirs: float, given: bool) -> Shift:
    step = odds.logit(theirs) - odds.logit(neutral)
    return Shift(site.ref(id), neutral, theirs, moved(neutral, theirs), words.factor(step), words.side(step), given)


def _setting(site: Site, c: Change) -> Setting:
    say = words.decibans if c.kind == "strength" else words.percent
    if c.kind in ("reliability", "kill"):
        neutral, theirs = f"{c.neutral:g}", f"{c.theirs:g}"
    elif c.kind == "stated credence":  # set against where the claim stands, not against its base rate
        neutral, theirs = words.percent(site.credences[c.record].credence), words.percent(c.theirs)
    else:
        neutral, theirs = say(c.neutral), say(c.theirs)
    target = site.ref(c.target) if c.target and c.target in site.corpus else None
    return Setting(c.kind, site.ref(c.record), target, neutral, theirs, c.why, site.ref(c.source))


def render_viewpoint(site: Site, entry: Entry) -> Page:
    """The page of a viewpoint record: what it sets, with why, and what moves under it."""
    record = site.corpus.record(entry.id, m.Viewpoint)
    sections = [
        Section("sets", "What it sets"),
        Section("answers", "How the answers move"),
        Section("shifts", "What else moves"),
        Section("data", "Data and citation"),
    ]
    facts: list[Fact] = by_whom(site, record.by)
    seen = through(site, entry.id)
    above = {shift.claim.id for _, shifts in seen.answers for shift in shifts} if seen is not None else set()
    body = render(
        "viewpoint.html.j2",
        **common(site, entry),
        facts=facts,
        view=seen,
        others=[shift for shift in seen.shifts if shift.claim.id not in above] if seen is not None else [],
        passages=site.passages(record.seen_in),
        sections=sections,
    )
    said = record.text or f"{record.title}: what the map looks like through these numbers."
    return page(site, entry, body, description=said, sections=sections)
