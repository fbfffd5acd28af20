"""Damped loopy belief propagation on a factor graph: what is used where exact inference does not fit.

Sum-product messages (Pearl 1988; Kschischang, Frey & Loeliger 2001), all at once, damped in log space.  Exact on trees;
elsewhere an approximation that may not converge, so every result carries its residual.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from kb.engine.arithmetic import Floats, Ints
from kb.engine.factors import FactorGraph, normalise

DAMPING = 0.5
"""Share of the old message that is kept."""
TOLERANCE = 1e-9
MAX_ITERATIONS = 2_000
FLOOR = -1e4
"""Log potentials below this are brought up to it, in nats: differences of impossible states stay defined."""


@dataclass(frozen=True)
class Beliefs:
    """Approximate marginals.

    Attributes:
        marginals: probabilities of each variable.
        iterations: rounds of messages.
        residual: largest change of a message in the last round, in nats.
        converged: whether the residual is below the tolerance.
    """

    marginals: list[Floats]
    iterations: int
    residual: float
    converged: bool


@dataclass
class _Group:
    """All factors of one shape.

    Attributes:
        tables: log potentials (f, states of axis 0, states of axis 1, ...).
        slots: for each axis, where its variable's states lie in a flat array over all states (f, states).
        messages: for each axis, what the factor says to its variable (f, states).
    """

    tables: Floats
    slots: list[Ints]
    messages: list[Floats]


def loopy(
    graph: FactorGraph,
    *,
    damping: float = DAMPING,
    tolerance: float = TOLERANCE,
    max_iterations: int = MAX_ITERATIONS,
) -> Beliefs:
    """Approximate probabilities of every variable.

    Args:
        graph: the graph, evidence included.
        damping: share of the old message that is kept in each round, 0 to below 1.
        tolerance: largest change of a message, in nats, that counts as settled.
        max_iterations: most rounds of messages.
    """
    start = np.r_[0, np.cumsum(graph.sizes)].astype(np.int64)
    groups, alone = _groups(graph, start)
    total = alone.copy()
    residual, rounds = 0.0, 0
    while groups and rounds < max_iterations:
        rounds += 1
        residual = 0.0
        fresh = alone.copy()
        for group in groups:
            residual = max(residual, _round(group, total, damping))
            for slot, sent in zip(group.slots, group.messages, strict=True):
                np.add.at(fresh, slot, sent)
        total = fresh
        if residual <= tolerance:
            break
    found = [normalise(total[a:b]) for a, b in zip(start[:-1].tolist(), start[1:].tolist(), strict=True)]
    return Beliefs(found, max(rounds, 1), residual, residual <= tolerance)


def _groups(graph: FactorGraph, start: Ints) -> tuple[list[_Group], Floats]:
    """Factors on several variables by shape, and the sum of those on one variable, flat over all states."""
    alone = np.zeros(int(start[-1]))
    by_shape: dict[tuple[int, ...], list[int]] = {}
    for f, factor in enumerate(graph.factors):
        if len(factor.variables) == 1:
            v = factor.variables[0]
            alone[start[v] : start[v + 1]] += np.maximum(factor.table, FLOOR)
        elif factor.variables:
            by_shape.setdefault(factor.table.shape, []).append(f)
    groups = []
    for shape, members in sorted(by_shape.items()):
        variables = np.array([graph.factors[f].variables for f in members], dtype=np.int64)
        slots = [start[variables[:, a]][:, None] + np.arange(n) for a, n in enumerate(shape)]
        tables = np.maximum(np.stack([graph.factors[f].table for f in members]), FLOOR)
        groups.append(_Group(tables, slots, [np.zeros((len(members), n)) for n in shape]))
    return groups, alone


def _round(group: _Group, total: Floats, damping: float) -> float:
    """New messages of one group from the beliefs of its variables; the largest change."""
    axes = range(len(group.slots))
    heard = [total[slot] - sent for slot, sent in zip(group.slots, group.messages, strict=True)]
    shaped = [x.reshape([x.shape[0], *(x.shape[1] if b == a else 1 for b in axes)]) for a, x in enumerate(heard)]
    change = 0.0
    for a in axes:
        joint = group.tables.copy()
        for b in axes:
            if b != a:
                joint += shaped[b]
        others = tuple(b + 1 for b in axes if b != a)
        top = joint.max(axis=others, keepdims=True)
        new = np.log(np.exp(joint - top).sum(axis=others)) + top.reshape(joint.shape[0], -1)
        new = np.maximum(new - new.max(axis=1, keepdims=True), FLOOR)
        mixed = damping * group.messages[a] + (1 - damping) * new
        change = max(change, float(np.abs(mixed - group.messages[a]).max()) / (1 - damping))
        group.messages[a] = mixed
    return change
