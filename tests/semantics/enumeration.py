"""Inference by listing every combination of states, for graphs of a few variables."""

from __future__ import annotations

import itertools
import math
import random

import numpy as np

from kb.engine.factors import Factor, FactorGraph


def enumerate_marginals(graph: FactorGraph) -> tuple[list[np.ndarray], float]:
    """Marginals of all variables, and ln of the sum of all potentials; no marginals where that is -inf."""
    found = [np.zeros(n) for n in graph.sizes]
    whole = 0.0
    for states in itertools.product(*(range(n) for n in graph.sizes)):
        weight = math.exp(sum(float(f.table[tuple(states[v] for v in f.variables)]) for f in graph.factors))
        whole += weight
        for marginal, state in zip(found, states, strict=True):
            marginal[state] += weight
    return ([m / whole for m in found], math.log(whole)) if whole > 0 else ([], -math.inf)


def random_graph(rng: random.Random, *, impossible: float = 0.0) -> FactorGraph:
    """A small graph of variables with 1 to 3 states and factors of up to 3 variables."""
    sizes = tuple(rng.choice((1, 2, 2, 2, 3)) for _ in range(rng.randint(1, 7)))
    factors = []
    for _ in range(rng.randint(0, 10)):
        variables = tuple(rng.sample(range(len(sizes)), min(len(sizes), rng.randint(1, 3))))
        table = np.array([rng.gauss(0, 3) for _ in range(math.prod(sizes[v] for v in variables))])
        table[[rng.random() < impossible for _ in table]] = -np.inf
        factors.append(Factor(variables, table.reshape([sizes[v] for v in variables])))
    return FactorGraph(sizes, tuple(factors))


def grid(rng: random.Random, side: int, strength: float) -> FactorGraph:
    """Binary variables on a square grid, with random couplings of neighbours."""
    factors = [Factor((v,), np.array([0.0, rng.gauss(0, 1)])) for v in range(side * side)]
    for i, j in itertools.product(range(side), repeat=2):
        for k, inside in ((1, j + 1 < side), (side, i + 1 < side)):
            if inside:
                c = rng.gauss(0, strength)
                factors.append(Factor((i * side + j, i * side + j + k), np.array([[c, 0.0], [0.0, c]])))
    return FactorGraph((2,) * (side * side), tuple(factors))
