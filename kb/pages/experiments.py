"""Proposed experiments: what would be done, what each outcome would say, and which claims it would move how far."""

from __future__ import annotations

from dataclasses import dataclass

from kb import models as m
from kb.corpus import Entry
from kb.engine.experiments import ExperimentValue
from kb.pages import words
from kb.pages.facts import Fact, by_whom
from kb.pages.moves import moved
from kb.pages.page import Page, Section, page
from kb.pages.positions import positions_on
from kb.pages.records import common
from kb.pages.render import render
from kb.pages.site import CredenceView, Ref, Site
from kb.pages.turning import SEEN, is_small


@dataclass(frozen=True)
class After:
    """A claim's number after one outcome: the outcome's letter, its chance, the number, the step as a picture."""

    letter: str
    chance: str
    credence: str
    picture: CredenceView


@dataclass(frozen=True)
class Outcome:
    """One outcome.

    Attributes:
        letter: what tables call it.
        text: what would be seen.
        chance: how likely it is at the present credences, or empty.
    """

    letter: str
    text: str
    chance: str


@dataclass(frozen=True)
class Told:
    """What an experiment could tell about one claim.

    Attributes:
        claim: the claim.
        now: its credence.
        after: its credence after each outcome.
        expected: expected change in percentage points.
        teaches, bits: information that the outcome is expected to give, in words and in bits.
        direct: whether the record gives likelihoods for the claim itself.
    """

    claim: Ref
    now: str
    after: list[After]
    expected: str
    teaches: str
    bits: str
    direct: bool


def values(site: Site) -> dict[str, list[tuple[str, ExperimentValue]]]:
    """Experiment to (claim, what it could tell about it), the most informative first.

    In a debate too large to ask for every claim only those that the experiments name are asked for.
    """
    named = {c for _, x in site.corpus.of(m.Experiment, active=True) for o in x.outcomes for c in o.likelihood}
    asked = [id for id in site.credences if is_small(site) or id in named]
    found: dict[str, list[tuple[str, ExperimentValue]]] = {}
    for claim in asked:
        for value in site.assessment.experiments(claim):
            found.setdefault(value.experiment, []).append((claim, value))
    return {id: sorted(told, key=lambda x: (-x[1].bits, -x[1].expected, x[0])) for id, told in found.items()}


def render_experiment(site: Site, entry: Entry) -> Page:
    """The page of an experiment."""
    record = site.corpus.record(entry.id, m.Experiment)
    facts = [Fact("State", record.state.label, note=record.state.definition)]
    facts.append(Fact("Cost", record.cost) if record.cost else Fact("Cost", "not stated"))
    facts += [Fact("Design", record.design)] if record.design else []
    facts += by_whom(site, record.by)
    told = _told(site, entry.id, record)
    settles = [c for c, claim in site.corpus.of(m.Claim, active=True) if entry.id in claim.settled_by]
    sections = [
        Section("tells", "What it could tell"),
        Section("outcomes", "Outcomes and their likelihoods"),
        Section("positions", "Who holds what"),
        Section("data", "Data and citation"),
    ]
    body = render(
        "experiment.html.j2",
        **common(site, entry),
        facts=facts,
        told=told,
        settles=site.refs(settles),
        outcomes=_outcomes(record, told),
        likelihoods=_likelihoods(site, record),
        positions=positions_on(site, entry.id),
        passages=site.passages(record.seen_in),
        sections=sections,
    )
    return page(site, entry, body, description=f"Proposed experiment: {record.text}", sections=sections)


def letter(n: int) -> str:
    """What the n-th outcome is called in tables, from 0: A to Z, then AA."""
    return (letter(n // 26 - 1) if n >= 26 else "") + chr(ord("A") + n % 26)


def _outcomes(record: m.Experiment, told: list[Told]) -> list[Outcome]:
    """The outcomes in the record's order, with their chances as the claim that is told most about has them."""
    return [
        Outcome(letter(n), outcome.text, told[0].after[n].chance if told else "")
        for n, outcome in enumerate(record.outcomes)
    ]


def _likelihoods(site: Site, record: m.Experiment) -> list[tuple[Ref, list[tuple[str, str] | None]]]:
    """Claims with how likely each outcome is, in the record's order, if they are true and if they are false."""
    claims = sorted({claim for outcome in record.outcomes for claim in outcome.likelihood})
    given = [(claim, [outcome.likelihood.get(claim) for outcome in record.outcomes]) for claim in claims]
    return [
        (site.ref(claim), [(words.percent(t.if_true), words.percent(t.if_false)) if t else None for t in row])
        for claim, row in given
    ]


def _told(site: Site, id: str, record: m.Experiment) -> list[Told]:
    """Claims that it would move by half a point or more on average, the most informative first."""
    letters = {outcome.id: letter(n) for n, outcome in enumerate(record.outcomes)}
    named = {claim for outcome in record.outcomes for claim in outcome.likelihood}
    found = []
    for claim, value in site.table(values).get(id, []):
        if value.expected < SEEN and claim not in named:
            continue
        now = site.credences[claim].credence
        chances = words.shares([p for _, p, _ in value.outcomes])
        after = [
            After(letters[o], chance, words.percent(q), moved(now, q))
            for chance, (o, _, q) in zip(chances, value.outcomes, strict=True)
        ]
        expected = words.points(value.expected)
        points = f"{expected} {'point' if expected == '1' else 'points'}"
        teaches, bits = words.teaches(value.bits), words.bits(value.bits)
        found.append(Told(site.ref(claim), words.percent(now), after, points, teaches, bits, claim in named))
    return found
