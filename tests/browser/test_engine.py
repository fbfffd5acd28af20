"""The browser's engine gives the numbers of the Python engine, to 1e-9, on random debates and on the founding one."""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, fields
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from conftest import ROOT
from engine.debate import DB, Debate, Item, Link, build
from engine.strategies import Mix, debates, examples, piles
from hypothesis import given
from hypothesis import strategies as st
from playwright.sync_api import Browser, Page

from kb.engine import assess, propagate
from kb.engine.inputs import Inputs
from kb.engine.part import Part, closure, part_of, plain
from kb.engine.propagate import Propagated
from kb.load import load

pytestmark = pytest.mark.browser

TOLERANCE = 1e-9
SCRIPT = ROOT / "site/pages/assets/js/engine.js"
RUN = """
(cases) => cases.map(([part, changes]) => {
  const { converged, ...state } = window.counterpoiseEngine.sweep(part, changes);
  const numbers = ["logOdds", "gathered", "own", "links", "shared", "competition", "assessed", "mu"];
  return [converged, Object.fromEntries(numbers.map((name) => [name, Array.from(state[name])]))];
})
"""
ROWS = {
    "logOdds": "log_odds",
    "gathered": "gathered",
    "own": "own",
    "links": "links",
    "shared": "shared",
    "competition": "competition",
    "assessed": "assessed",
}
"""Number of a claim in the browser to its name in the Python engine."""
AXES = {
    "base_rate": ("baseRate", "claims"),
    "pin": ("pin", "claims"),
    "item_weight": ("itemWeight", "items"),
    "item_reliability": ("itemReliability", "items"),
    "root_reliability": ("rootReliability", "roots"),
    "link_weight": ("linkWeight", "links"),
    "kill": ("kill", "undercuts"),
}
"""Input of the Python engine to its name in the browser, and the map of a part that numbers it."""


@pytest.fixture(scope="module")
def engine(browser: Browser) -> Iterator[Page]:
    """A page that has only the engine."""
    page = browser.new_page()
    page.add_script_tag(path=SCRIPT)
    yield page
    page.close()


@dataclass
class Case:
    """One sweep to compare: the Python result, and the part of it that the browser is given with its changes."""

    name: str
    result: Propagated
    part: Part
    data: dict[str, object]
    changes: dict[str, dict[str, float]]


def perturbed(result: Propagated, rng: random.Random) -> Inputs:
    """A network's inputs with a good share of them moved, some to 0, some claims pinned."""
    net = result.net
    x = Inputs.of(net)
    for c in range(net.size):
        if net.question_of[c] < 0 and rng.random() < 0.4:
            x.base_rate[c, 0] = rng.choice([rng.uniform(0.02, 0.98), 0.5, 1e-6, 0.995])
        if rng.random() < 0.15:
            x.pin[c, 0] = rng.uniform(-4, 4)
    for members in net.questions:
        if rng.random() < 0.4:
            shares = np.array([rng.uniform(0.05, 1) for _ in members])
            x.base_rate[members, 0] = shares / shares.sum()
    for weights in (x.item_weight, x.link_weight):
        for i in range(len(weights)):
            if weights[i, 0] != 0 and rng.random() < 0.5:
                weights[i, 0] = rng.choice(
                    [0.0, -weights[i, 0], weights[i, 0] * rng.uniform(0.1, 2), rng.uniform(-9, 9)]
                )
    for shares in (x.item_reliability, x.root_reliability, x.kill):
        for i in range(len(shares)):
            if rng.random() < 0.5:
                shares[i, 0] = rng.choice([rng.uniform(0.05, 1), 1.0, 0.9])
    return x


def case(name: str, base: Propagated, moved: Inputs | None, target: int | None = None) -> Case:
    """One comparison of a closure (of everything without a target), under moved inputs or as it stands."""
    result = base if moved is None else base.again(moved)
    part = part_of(base, range(base.net.size) if target is None else closure(base, target))
    changes: dict[str, dict[str, float]] = {}
    for field in fields(Inputs):
        if moved is None or field.name not in AXES:
            continue
        before, after = getattr(base.setup.inputs, field.name), getattr(moved, field.name)
        theirs, axis = AXES[field.name]
        for i, local in getattr(part, axis).items():
            if not (before[i, 0] == after[i, 0] or (math.isnan(before[i, 0]) and math.isnan(after[i, 0]))):
                changes.setdefault(theirs, {})[str(local)] = float(after[i, 0])
    return Case(name, result, part, plain(base, part), changes)


def cases_of(debate: Debate, seed: int) -> list[Case]:
    """A debate as it stands, moved as a whole, and moved and looked at from the claim with most beneath it."""
    rng = random.Random(seed)
    base = propagate(build(debate))
    top = max(range(base.net.size), key=lambda c: (len(closure(base, c)), c))
    return [
        case("as it stands", base, None),
        case("moved", base, perturbed(base, rng)),
        case("a closure", base, perturbed(base, rng), top),
    ]


def differences(page: Page, cases: list[Case]) -> list[str]:
    """Where both engines differ by more than the tolerance, relative to the size of the number."""
    found = []
    answers = page.evaluate(RUN, [[c.data, c.changes] for c in cases])
    for one, (converged, numbers) in zip(cases, answers, strict=True):
        python = one.result
        settled = all(r.converged or r.method == "paths" for r in python.cycles)
        if settled != converged and not any(r.ends for r in python.cycles):
            found.append(f"{one.name}: settled {settled} in Python, {converged} in the browser")
        for theirs, ours in ROWS.items():
            for c, local in one.part.claims.items():
                expected, got = float(getattr(python.state, ours)[c, 0]), numbers[theirs][local]
                if got is None or not abs(got - expected) <= TOLERANCE * (1 + abs(expected)):
                    found.append(f"{one.name}: {theirs} of {python.net.ids[c]}: {expected!r} in Python, {got!r} here")
        for j, local in one.part.links.items():
            expected, got = float(python.state.mu[j, 0]), numbers["mu"][local]
            if got is None or not abs(got - expected) <= TOLERANCE * (1 + abs(expected)):
                found.append(f"{one.name}: message of {python.net.link_ids[j]}: {expected!r} in Python, {got!r} here")
    return found


SHAPES: dict[str, tuple[int, Callable[[], Any]]] = {
    "trees": (40, lambda: debates("tree", Mix(edges=True))),
    "piles of evidence": (60, piles),
    "debates": (60, lambda: debates("debate", Mix(edges=True), most=7)),
    "graphs": (60, lambda: debates("graph", Mix(edges=True))),
    "graphs in which capacities bind": (
        60,
        lambda: debates("graph", Mix(strong=True, questions=False, undercuts=False), most=7),
    ),
    "loops": (60, lambda: debates("loops", most=5)),
}


@cache
def drawn(shape: str) -> list[Case]:
    """Cases of random debates of one shape, the same ones every time."""
    number, strategy = SHAPES[shape]
    found: list[Case] = []

    @examples(number)
    @given(strategy(), st.integers(0, 10**9))
    def collect(debate: Debate, seed: int) -> None:
        found.extend(cases_of(debate, seed))

    collect()
    return found


@pytest.mark.parametrize("shape", SHAPES)
def test_both_engines_agree_on_random_debates(engine: Page, shape: str) -> None:
    cases = drawn(shape)
    assert len(cases) >= 3 * SHAPES[shape][0]
    assert differences(engine, cases) == []


def test_what_the_random_debates_hold() -> None:
    """The comparison means something: shared evidence is corrected, circles are followed, answers compete."""
    cases = [case for shape in SHAPES for case in drawn(shape)]
    states = [c.result.state for c in cases]
    assert sum(bool(s.shared.any()) for s in states) > 60
    assert sum(bool(s.competition.any()) for s in states) > 60
    assert sum(bool((s.undercut_tau < 1).any()) for s in states) > 5, "undercuts of undercuts"
    assert sum(bool(c.result.cycles) for c in cases) > 20
    assert sum("pin" in c.changes for c in cases) > 100
    assert any(len(p) > 1 for c in cases for p in c.data["link"]["premises"])  # type: ignore[index]
    assert any(len(c.part.claims) < c.result.net.size for c in cases)


def large_circle(n: int, both: bool) -> Debate:
    """A ring that is too large for its paths to be followed, with evidence at two places and an undercut within."""
    names = [f"k{i:02}" for i in range(n)]
    links = [Link(f"f{i}", (names[i],), names[(i + 1) % n], 9 * DB) for i in range(n)]
    if both:
        links += [Link(f"b{i}", (names[(i + 1) % n],), names[i], -5 * DB) for i in range(0, n, 3)]
    items = (Item("e", "k00", 10 * DB, "r"), Item("d", "k07", -6 * DB, "r"), Item("g", "k07", 12 * DB, "q"))
    return Debate(dict.fromkeys(names, 0.4), items, {"r": 0.9, "q": 0.8}, tuple(links))


@pytest.mark.parametrize("both", [False, True])
def test_both_engines_iterate_a_large_circle_alike(engine: Page, both: bool) -> None:
    cases = cases_of(large_circle(24, both), 7)
    assert {r.method for c in cases for r in c.result.cycles} == {"messages"}
    assert differences(engine, cases) == []


def test_the_founding_debate_claim_by_claim(engine: Page) -> None:
    """The closure of every claim, as its page has it, gives that page's credence; so do moved inputs."""
    loaded = load(Path(ROOT / "claims"))
    assessment = assess(loaded.corpus, intervals=False)
    base = assessment.result
    rng = random.Random(1)
    moved = perturbed(base, rng)
    cases = [case(id, base, m, t) for t, id in enumerate(base.net.ids) for m in (None, moved)]
    assert len(cases) == 2 * base.net.size
    assert differences(engine, cases) == []


def test_a_fault_in_the_engine_would_be_seen(browser: Browser) -> None:
    """The control: with another dependence between testimonies the comparison fails."""
    page = browser.new_page()
    broken = SCRIPT.read_text("utf-8").replace("const TESTIMONY = 0.5;", "const TESTIMONY = 0.51;")
    assert broken != SCRIPT.read_text("utf-8")
    page.add_script_tag(content=broken)
    assert differences(page, drawn("piles of evidence"))
    page.close()
