"""The engine equals the oracle on random debates, number by number; and the oracle's own parts are right."""

from __future__ import annotations

import itertools
import math
import random
from dataclasses import fields, replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb.engine.inputs import Inputs
from kb.engine.network import Network

from .debate import Cut, Debate, Swept, one_pass, sweep
from .oracle import Oracle
from .scalar import SINK, SOURCE, Flow
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


@examples(250)
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


@examples(100)
@given(debates("graph", Mix(strong=True, questions=False, undercuts=False), most=7))
def test_graphs_in_which_capacities_bind(debate: Debate) -> None:
    assert not differences(debate, sweep(debate))


@examples(120)
@given(debates("loops", Mix(shifts=True), most=5))
def test_loops(debate: Debate) -> None:
    assert not differences(debate, sweep(debate))


def variant(debate: Debate, rng: random.Random) -> Debate:
    """The same debate with other numbers, now and then 0; what has no weight stays without."""

    def weight(w: float) -> float:
        return w and rng.choice([w, 0.0, -w, w * rng.uniform(0.2, 1.5), rng.uniform(-5, 5)])

    def cuts(found: tuple[Cut, ...]) -> tuple[Cut, ...]:
        return tuple(replace(x, kill=rng.random(), cuts=cuts(x.cuts)) for x in found)

    trust = {x.id: rng.uniform(0.3, 1.0) for x in debate.items}
    answers = {a for q in debate.questions for a in q}
    return replace(
        debate,
        claims={c: pi if c in answers else rng.uniform(0.05, 0.95) for c, pi in debate.claims.items()},
        shifts={c: rng.choice([0.0, rng.uniform(-1, 1)]) for c in debate.claims},
        roots={r: rng.uniform(0.2, 1.0) for r in debate.roots},
        items=tuple(
            replace(x, weight=weight(x.weight), reliability=trust[x.id], cuts=cuts(x.cuts)) for x in debate.items
        ),
        links=tuple(replace(x, weight=weight(x.weight), cuts=cuts(x.cuts)) for x in debate.links),
    )


@examples(40)
@given(st.one_of(debates("graph", EVERYTHING), debates("loops", Mix(shifts=True), most=3)), st.integers(0, 10**6))
def test_cases_side_by_side_are_what_each_is_alone(debate: Debate, seed: int) -> None:
    """One sweep of several sets of inputs gives, column by column, what a network with those inputs gives."""
    rng = random.Random(seed)
    first = sweep(debate)
    alone = [sweep(variant(debate, rng)) for _ in range(4)]
    assert first.result is not None
    together = first.result.again(joined(first.net, [x.net for x in alone]))
    assert not together.cycles or all(x.method == "paths" for x in together.cycles)
    for n, x in enumerate(alone):
        for name in ("gathered", "shared", "competition", "own"):
            assert getattr(together.state, name)[:, n] == pytest.approx(getattr(x.state, name)[:, 0], abs=1e-9)
        mu = dict(zip(first.net.link_ids, together.state.mu[:, n].tolist(), strict=True))
        assert mu == pytest.approx(x.links("mu"), abs=1e-9)


def joined(net: Network, others: list[Network]) -> Inputs:
    """The inputs of several networks of the same parts as columns for one of them, matched by name."""

    def items(x: Network) -> list[tuple[str, str]]:
        return [(id, x.ids[c]) for id, c in zip(x.item_ids, x.item_claim.tolist(), strict=True)]

    def column(names: list[Any], other: list[Any], values: np.ndarray) -> np.ndarray:
        at = {name: i for i, name in enumerate(other)}
        return values[[at[name] for name in names]] if names else values

    parts = []
    for x in others:
        own = Inputs.of(x)
        for name in ("item_weight", "item_reliability"):
            own = replace(own, **{name: column(items(net), items(x), getattr(own, name))})
        own = replace(own, link_weight=column(list(net.link_ids), list(x.link_ids), own.link_weight))
        own = replace(own, kill=column(list(net.undercut_ids), list(x.undercut_ids), own.kill))
        parts.append(own)
    wide = {f.name: np.hstack([getattr(x, f.name) for x in parts]) for f in fields(Inputs)}
    return Inputs(**wide)


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
