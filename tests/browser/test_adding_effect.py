"""What the form for adding in place announces is what the Python engine gives with the addition in the records."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import pytest
from adding import page_of_scripts
from engine.debate import Cut, Debate, Item, Link, build
from engine.strategies import Mix, debates, examples
from hypothesis import given
from hypothesis import strategies as st
from playwright.sync_api import Browser, Page

from kb.engine import propagate
from kb.engine.part import closure, named, part_of, plain
from kb.engine.propagate import Propagated

pytestmark = pytest.mark.browser

TOLERANCE = 1e-9
RUN = """
(cases) => cases.map(([data, draft]) => {
  const { before, after } = window.counterpoiseEffect;
  return [before(data), after(data, draft)];
})
"""
NEW = "zz-new"


@pytest.fixture(scope="module")
def engine(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Page]:
    """A page that has only the words for numbers, the engine and what puts drafts in."""
    page = page_of_scripts(browser, tmp_path_factory.mktemp("engine"), ("engine", "add/effect"))
    yield page
    page.close()


@dataclass(frozen=True)
class Case:
    """A draft, what the page knows of the claim, and both debates: without and with it."""

    name: str
    target: str
    data: dict[str, Any]
    draft: dict[str, Any]
    before: Propagated
    with_it: Debate


def beneath(result: Propagated, claim: str) -> dict[str, Any]:
    """What the script beside a claim's page holds, as far as a draft needs it."""
    at = result.net.ids.index(claim)
    part = part_of(result, closure(result, at))
    names = [["claim", result.net.ids[c], ""] for c in part.claims]
    return {"part": plain(result, part), "ids": named(result, part), "names": names, "claim": part.claims[at]}


def evidence(debate: Debate, claim: str, rng: random.Random) -> tuple[dict[str, Any], Debate]:
    """A random item on a claim, by a root that is there or a new one: as the page's draft, and in the debate."""
    known = rng.random() < 0.6 and debate.roots
    root = rng.choice(sorted(debate.roots)) if known else "zz-root"
    trust = debate.roots.get(root, rng.choice([0.9, 0.7, 0.5]))
    weight, reliability, quiet = rng.uniform(-5, 5), rng.choice([0.9, 0.85, 0.6]), rng.random() < 0.4
    item = Item("zz-item", claim, weight, root, reliability, testimony=quiet)
    theirs = {"id": "zz-item", "root": root, "rootReliability": trust, "weight": weight, "reliability": reliability}
    return {**theirs, "quiet": quiet}, debate.with_items(item, roots={root: trust})


def drafts(debate: Debate, seed: int) -> list[Case]:
    """One draft of each kind on a random claim; those that the debate has no room for are left out."""
    rng = random.Random(seed)
    result = propagate(build(debate))
    target = rng.choice(sorted(debate.claims))
    data = beneath(result, target)
    item, with_item = evidence(debate, target, rng)
    cases = [Case("evidence", target, data, {"mode": "evidence", "evidence": item}, result, with_item)]

    siblings = next((set(q) for q in debate.questions if target in q), {target})
    others = sorted(set(debate.claims) - siblings)
    weight = rng.choice([-1, 1]) * rng.uniform(0.3, 5)
    if others:
        premise = rng.choice(others)
        draft = {"mode": "reason", "id": "zz-link", "from": beneath(result, premise), "weight": weight}
        more = debate.with_links(Link("zz-link", (premise,), target, weight))
        cases.append(Case("a reason on the map", target, data, draft, result, more))

    more = debate.with_links(Link(NEW, (NEW,), target, weight), claims={NEW: 0.5})
    item, more = evidence(more, NEW, rng)
    draft = {"mode": "reason", "id": NEW, "baseRate": 0.5, "weight": weight, "evidence": item}
    cases.append(Case("a new reason", target, data, draft, result, more))

    kill = rng.choice([0.3, 0.5, 0.8, 0.95])
    cut = Cut(f"{NEW}#0", NEW, kill)
    links = [x for x in debate.links if x.claim == target and x.weight]
    items = [x for x in debate.items if x.claim == target and x.weight]
    if links or items:
        chosen = rng.choice([*links, *items])
        hit = replace(chosen, cuts=(*chosen.cuts, cut))
        more = replace(
            debate,
            claims={**debate.claims, NEW: 0.3},
            links=tuple(hit if x is chosen else x for x in debate.links),
            items=tuple(hit if x is chosen else x for x in debate.items),
        )
        item, more = evidence(more, NEW, rng)
        attack = {"carrier": chosen.id, "question": False, "kill": kill, "baseRate": 0.3}
        draft = {"mode": "contest", "id": NEW, "evidence": item, **attack}
        cases.append(Case("an objection", target, data, draft, result, more))
    return cases


SHAPES = {
    "debates": (50, lambda: debates("debate", Mix(edges=True), most=7)),
    "graphs": (50, lambda: debates("graph", Mix(edges=True))),
    "strong graphs": (40, lambda: debates("graph", Mix(strong=True), most=7)),
    "loops": (50, lambda: debates("loops", most=5)),
}


@pytest.mark.parametrize("shape", SHAPES)
def test_a_draft_moves_the_claim_as_the_python_engine_says(engine: Page, shape: str) -> None:
    number, strategy = SHAPES[shape]
    cases: list[Case] = []

    @examples(number)
    @given(strategy(), st.integers(0, 10**9))
    def collect(debate: Debate, seed: int) -> None:
        cases.extend(drafts(replace(debate, shifts={}), seed))

    collect()
    assert len(cases) > 3 * number
    wrong = []
    for case, (before, after) in zip(cases, engine.evaluate(RUN, [[c.data, c.draft] for c in cases]), strict=True):
        found = propagate(build(case.with_it))
        for what, result, theirs in (("before", case.before, before), ("after", found, after)):
            c = result.net.ids.index(case.target)
            z, assessed = float(result.state.log_odds[c, 0]), bool(result.state.assessed[c, 0])
            settled = all(r.method == "paths" or r.converged for r in result.cycles)
            if settled and (
                abs(theirs["logOdds"] - z) > TOLERANCE * (1 + abs(z)) or theirs["assessed"] is not assessed
            ):
                wrong.append(f"{case.name}, {what}: {z!r} in Python, {theirs['logOdds']!r} on the page")
    assert wrong == []
    moved = sum(
        abs(a["logOdds"] - b["logOdds"]) > 1e-6 for b, a in engine.evaluate(RUN, [[c.data, c.draft] for c in cases])
    )
    assert moved > len(cases) / 4
