"""The engine equals the oracle on random debates, number by number; and the oracle's own parts are right."""

from __future__ import annotations

import itertools
import math
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from .debate import Debate, Swept, one_pass, sweep
from .oracle import SINK, SOURCE, Flow, Oracle
from .strategies import Mix, debates, examples, piles

TOLERANCE = 1e-9
EVERYTHING = Mix(shifts=True, edges=True)


def differences(debate: Debate, engine: Swept, *, conserve: bool = True) -> list[str]:
    """Where the engine and the oracle differ: D, its rows, every message."""
    oracle = Oracle(debate, conserve=conserve)
    found = []

    def compare(what: str, engine: float, expected: float) -> None:
        if not abs(engine - expected) <= TOLERANCE * (1 + abs(expected)):
            found.append(f"{what}: engine {engine!r}, oracle {expected!r}")

    numbers = [engine.claims(name) for name in ("gathered", "own", "shared", "competition")]
    for c in debate.claims:
        compare(f"D of {c}", numbers[0][c], oracle.gathered(c))
        compare(f"own evidence of {c}", numbers[1][c], oracle.own(c))
        compare(f"shared at {c}", numbers[2][c], oracle.shared(c))
        compare(f"competition at {c}", numbers[3][c], oracle.competition(c))
    mu = engine.links("mu")
    for link in debate.links:
        compare(f"message of {link.id}", mu[link.id], oracle.mu(link))
    return found


@examples(120)
@given(debates("tree", EVERYTHING))
def test_trees(debate: Debate) -> None:
    engine = sweep(debate)
    assert not differences(debate, engine)
    assert not any(engine.claims("shared").values())
    assert all(engine.trees.values()) or debate.questions


@examples(400)
@given(piles())
def test_piles_of_evidence(debate: Debate) -> None:
    assert not differences(debate, sweep(debate))


@examples(100)
@given(debates("graph", EVERYTHING))
def test_one_pass(debate: Debate) -> None:
    assert not differences(debate, one_pass(debate), conserve=False)


@examples(150)
@given(debates("debate", EVERYTHING, most=7))
def test_debates(debate: Debate) -> None:
    assert not differences(debate, sweep(debate))


@examples(150)
@given(debates("graph", EVERYTHING))
def test_graphs(debate: Debate) -> None:
    assert not differences(debate, sweep(debate))


@examples(120)
@given(debates("loops", Mix(shifts=True), most=5))
def test_loops(debate: Debate) -> None:
    assert not differences(debate, sweep(debate))


def minimum_cut(arcs: dict[tuple[str, str], float], inner: list[str]) -> float:
    """Smallest capacity that separates source from sink, over every set of vertices."""
    best = math.inf
    for n in range(len(inner) + 1):
        for chosen in itertools.combinations(inner, n):
            near = {SOURCE, *chosen}
            best = min(best, math.fsum(c for (a, b), c in arcs.items() if a in near and b not in near))
    return best


@examples(60)
@given(st.integers(0, 10**9))
def test_the_oracles_flow_is_the_minimum_cut(seed: int) -> None:
    rng = random.Random(seed)
    inner = [f"v{i}" for i in range(rng.randint(1, 6))]
    arcs = {}
    for a in [SOURCE, *inner]:
        for b in [*inner, SINK]:
            if a != b and rng.random() < 0.5:
                arcs[(a, b)] = rng.choice([1.0, 2.0, rng.uniform(0, 5)])
    flow = Flow()
    for (a, b), capacity in arcs.items():
        flow.pipe(a, b, capacity)
    for v in inner:
        flow.vertex(v, math.inf)
    assert flow.maximum() == pytest.approx(minimum_cut(arcs, inner), abs=1e-12)


def test_a_vertex_limits_what_passes() -> None:
    flow = Flow()
    flow.pipe(SOURCE, "v")
    flow.vertex("v", 2.5)
    flow.pipe("v", SINK)
    assert flow.maximum() == 2.5
