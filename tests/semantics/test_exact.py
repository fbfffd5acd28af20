from __future__ import annotations

import random

import numpy as np
import pytest

from kb.engine.exact import JunctionTree, TooWide, eliminate, marginals
from kb.engine.factors import Factor, FactorGraph, Impossible, log_table, prune, unary

from .enumeration import enumerate_marginals, grid, random_graph


def table(*rows: list[float]) -> np.ndarray:
    return log_table(np.array(rows))


RAIN = FactorGraph(
    (2, 2, 2, 2),
    (
        unary(0, log_table(np.array([0.8, 0.2]))),
        Factor((1, 0), table([0.6, 0.99], [0.4, 0.01])),
        Factor((2, 0, 1), log_table(np.array([[[1.0, 0.1], [0.2, 0.01]], [[0.0, 0.9], [0.8, 0.99]]]))),
        Factor((3, 2), table([0.9, 0.3], [0.1, 0.7])),
    ),
)
"""Rain, sprinkler (given rain), wet grass (given both), footprints (given wet grass)."""


@pytest.mark.parametrize("seed", range(40))
def test_all_marginals_and_the_sum_agree_with_enumeration(seed: int) -> None:
    graph = random_graph(random.Random(seed), impossible=0.1 if seed % 3 == 0 else 0.0)
    expected, whole = enumerate_marginals(graph)
    if not expected:
        with pytest.raises(Impossible):
            marginals(graph)
        return
    for a, b in zip(marginals(graph), expected, strict=True):
        assert a == pytest.approx(b, abs=1e-13)
    assert JunctionTree.build(graph, eliminate(graph)).collect() == pytest.approx(whole, abs=1e-11)


@pytest.mark.parametrize("seed", range(20))
def test_some_marginals_agree_with_all_of_them(seed: int) -> None:
    rng = random.Random(seed)
    graph = random_graph(rng)
    wanted = rng.sample(range(len(graph.sizes)), min(2, len(graph.sizes)))
    everything = marginals(graph)
    for v, found in zip(wanted, marginals(graph, wanted), strict=True):
        assert found == pytest.approx(everything[v], abs=1e-13)


def test_evidence_on_an_effect_changes_its_causes() -> None:
    wet = marginals(RAIN.observe({2: 1}))
    assert wet[0][1] == pytest.approx(0.3576876756322762, abs=1e-12)
    both = marginals(RAIN.observe({2: 1, 1: 1}))
    assert both[0][1] < wet[0][1], "the sprinkler explains the wet grass away"


def test_a_variable_without_observed_descendants_is_pruned() -> None:
    assert len(prune(RAIN, [0]).factors) == 1
    assert len(prune(RAIN, [3]).factors) == 4
    assert len(prune(RAIN.observe({1: 0}), [0]).factors) == 3


def test_evidence_that_contradicts_itself_is_refused() -> None:
    with pytest.raises(Impossible):
        marginals(RAIN.observe({0: 0, 1: 0, 2: 1}))


def test_a_graph_that_is_too_wide_is_refused_before_any_table_is_made() -> None:
    dense = FactorGraph((2,) * 60, tuple(Factor((a, b), np.zeros((2, 2))) for a in range(60) for b in range(a)))
    with pytest.raises(TooWide, match="loopy"):
        marginals(dense)
    with pytest.raises(TooWide) as refused:
        marginals(grid(random.Random(0), 6, 1.0), max_entries=100)
    assert refused.value.limit == 100


def test_width_of_known_graphs() -> None:
    chain = FactorGraph((2,) * 9, tuple(Factor((i, i + 1), np.zeros((2, 2))) for i in range(8)))
    ring = chain.with_factors([Factor((8, 0), np.zeros((2, 2)))])
    assert eliminate(chain).width == 1
    assert eliminate(ring).width == 2
    assert eliminate(grid(random.Random(0), 5, 1.0)).width == 5
    assert eliminate(FactorGraph((), ())).entries == 0


def test_thousands_of_strong_factors_on_one_variable_neither_overflow_nor_cancel() -> None:
    n = 3001
    push = [unary(i, [0.0, 9.2 if i <= n // 2 else -9.2]) for i in range(1, n)]
    star = FactorGraph((2,) * n, (*(Factor((0, i), np.array([[9.0, 0.0], [0.0, 9.0]])) for i in range(1, n)), *push))
    assert marginals(star)[0][1] == pytest.approx(0.5, abs=1e-7)
    assert marginals(star.with_factors([unary(0, [0.0, 1.0])]))[0][1] == pytest.approx(1 / (1 + np.exp(-1)), abs=1e-7)


def test_parts_of_a_graph() -> None:
    graph = FactorGraph((2, 2, 2, 2), (Factor((3, 1), np.zeros((2, 2))),))
    assert graph.components == ((0,), (1, 3), (2,))
    part = graph.restrict((1, 3))
    assert part.sizes == (2, 2)
    assert part.factors[0].variables == (1, 0)
    assert graph.restrict((1, 2)).factors == ()


@pytest.mark.parametrize("factor", [Factor((0,), np.zeros(3)), Factor((0, 0), np.zeros((2, 2)))])
def test_a_factor_that_does_not_fit_is_refused(factor: Factor) -> None:
    with pytest.raises(ValueError, match="shape"):
        FactorGraph((2, 2), (factor,))
