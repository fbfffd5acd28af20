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
    """A claim's number after one outcome: the outcome, its chance, the number, the step as a picture."""

    text: str
    chance: str
    credence: str
    picture: CredenceView


@dataclass(frozen=True)
class Told:
    """What an experiment could tell about one claim.

    Attributes:
        claim: the claim.
        now: its credence.
        after: its credence after each outcome.
        expected: expected change in percentage points.
        bits: information that the outcome is expected to give.
        direct: whether the record gives likelihoods for the claim itself.
    """

    claim: Ref
    now: str
    after: list[After]
    expected: str
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
        outcomes=[
            (
                outcome.text,
                [
                    (site.ref(claim), words.percent(t.if_true), words.percent(t.if_false))
                    for claim, t in sorted(outcome.likelihood.items())
                ],
            )
            for outcome in record.outcomes
        ],
        positions=positions_on(site, entry.id),
        passages=site.passages(record.seen_in),
        sections=sections,
    )
    return page(site, entry, body, description=f"Proposed experiment: {record.text}", sections=sections)


def _told(site: Site, id: str, record: m.Experiment) -> list[Told]:
    """Claims that it would move by half a point or more on average, the most informative first."""
    texts = {outcome.id: outcome.text for outcome in record.outcomes}
    named = {claim for outcome in record.outcomes for claim in outcome.likelihood}
    found = []
    for claim, value in site.table(values).get(id, []):
        if value.expected < SEEN and claim not in named:
            continue
        now = site.credences[claim].credence
        after = [After(texts[o], words.percent(p), words.percent(q), moved(now, q)) for o, p, q in value.outcomes]
        points = f"{words.points(value.expected)} points"
        found.append(Told(site.ref(claim), words.percent(now), after, points, f"{value.bits:.3f}", claim in named))
    return found
