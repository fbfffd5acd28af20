from __future__ import annotations

import random

import numpy as np
import pytest

from kb.engine.exact import eliminate, marginals
from kb.engine.factors import Factor, FactorGraph, unary
from kb.engine.fit import fit

from .enumeration import random_graph


@pytest.mark.parametrize("seed", range(25))
def test_tilted_variables_have_the_wanted_marginals(seed: int) -> None:
    rng = random.Random(seed)
    graph = random_graph(rng)
    wanted = {}
    for v, n in enumerate(graph.sizes):
        raw = np.array([0.1 + rng.random() for _ in range(n)])
        if rng.random() < 0.8:
            wanted[v] = raw / raw.sum()
    found = fit(graph, eliminate(graph), wanted)
    assert found.converged
    tilted = marginals(graph.with_factors([unary(v, x) for v, x in found.tilts.items()]))
    for v, p in wanted.items():
        assert tilted[v] == pytest.approx(p, abs=1e-9)


def test_nothing_is_tilted_where_marginals_are_right() -> None:
    pair = FactorGraph((2, 2), (Factor((0, 1), np.array([[1.0, 0.0], [0.0, 1.0]])),))
    found = fit(pair, eliminate(pair), {0: np.array([0.5, 0.5]), 1: np.array([0.5, 0.5])})
    assert found.sweeps == 1
    assert max(np.abs(x).max() for x in found.tilts.values()) < 1e-15


def test_too_few_sweeps_are_admitted() -> None:
    rng = random.Random(3)
    ring = FactorGraph((2,) * 8, tuple(Factor((i, (i + 1) % 8), np.array([[4.0, 0.0], [0.0, 4.0]])) for i in range(8)))
    wanted = {v: np.array([p, 1 - p]) for v in range(8) if (p := rng.uniform(0.2, 0.8))}
    found = fit(ring, eliminate(ring), wanted, max_sweeps=3)
    assert (found.converged, found.sweeps) == (False, 3)
    assert found.residual > 1e-6
    assert fit(ring, eliminate(ring), wanted).converged
