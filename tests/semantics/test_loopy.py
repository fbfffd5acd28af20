from __future__ import annotations

import random

import numpy as np
import pytest

from kb.engine.exact import marginals
from kb.engine.factors import Factor, FactorGraph, unary
from kb.engine.loopy import loopy

from .enumeration import grid


@pytest.mark.parametrize("seed", range(10))
def test_exact_on_trees_of_mixed_factors(seed: int) -> None:
    rng = random.Random(seed)
    sizes = [rng.choice((2, 3)) for _ in range(12)]
    factors = [unary(v, [rng.gauss(0, 2) for _ in range(n)]) for v, n in enumerate(sizes)]
    v = 1
    while v < len(sizes):
        more = min(rng.choice((1, 2)), len(sizes) - v)
        family = (rng.randrange(v), *range(v, v + more))
        shape = [sizes[x] for x in family]
        factors.append(Factor(family, np.array([rng.gauss(0, 2) for _ in range(int(np.prod(shape)))]).reshape(shape)))
        v += more
    graph = FactorGraph(tuple(sizes), tuple(factors))
    found = loopy(graph)
    assert found.converged
    for a, b in zip(found.marginals, marginals(graph), strict=True):
        assert a == pytest.approx(b, abs=1e-8)


@pytest.mark.parametrize("seed", range(5))
def test_near_the_truth_on_a_grid_of_moderate_couplings(seed: int) -> None:
    graph = grid(random.Random(seed), 6, 0.7)
    found = loopy(graph)
    assert found.converged
    assert found.residual < 1e-9
    worst = max(abs(a[1] - b[1]) for a, b in zip(found.marginals, marginals(graph), strict=True))
    assert 1e-9 < worst < 0.06


def test_what_has_not_settled_says_so() -> None:
    graph = grid(random.Random(2), 8, 6.0)
    found = loopy(graph, max_iterations=40)
    assert not found.converged
    assert found.iterations == 40
    assert found.residual > 1e-9
    assert all(np.isfinite(p).all() and p.sum() == pytest.approx(1) for p in found.marginals)


def test_impossible_states_and_lonely_variables() -> None:
    both = np.full((2, 2, 2), -np.inf)
    for a in (0, 1):
        for b in (0, 1):
            both[a, b, a & b] = 0.0
    graph = FactorGraph((2, 2, 2, 2), (Factor((0, 1, 2), both), unary(2, [-np.inf, 0.0])))
    found = loopy(graph)
    assert [p[1] for p in found.marginals] == pytest.approx([1.0, 1.0, 1.0, 0.5])


def test_messages_survive_an_overwhelming_incoming_one() -> None:
    """A state with hardly any belief still gets the message that the rest of the graph sends it."""
    graph = FactorGraph((2, 2), (unary(0, [0.0, -2000.0]), unary(1, [0.0, 2005.0]), Factor((0, 1), np.eye(2) * 3000)))
    assert loopy(graph).marginals[0][1] == pytest.approx(marginals(graph)[0][1], abs=1e-9)
    assert marginals(graph)[0][1] == pytest.approx(1 / (1 + np.exp(-5)), abs=1e-9)
