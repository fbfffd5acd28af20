"""Factor graphs of discrete variables, and what can be read off them without inference.

A factor is a table of log potentials over a few variables; the graph's distribution is proportional to the exponential
of their sum.  Tables hold natural logarithms, so that thousands of strong factors on one variable neither overflow nor
cancel; ``-inf`` is an impossible combination.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from kb.engine.arithmetic import Floats
from kb.errors import KbError

CONSTANT = 1e-12
"""Log potentials that differ by less are one constant: the rounding of a sum of exponentials."""


class Impossible(KbError):
    """The evidence contradicts itself: every combination of states has probability 0."""

    def __init__(self) -> None:
        super().__init__("the evidence contradicts itself: no combination of states has a probability above 0")


@dataclass(frozen=True)
class Factor:
    """A table over some variables.

    Attributes:
        variables: indices of distinct variables, one for each axis of the table.
        table: log potentials, one axis for each variable; ``-inf`` is allowed, ``nan`` and ``+inf`` are not.
    """

    variables: tuple[int, ...]
    table: Floats


@dataclass(frozen=True)
class FactorGraph:
    """Discrete variables with the factors between them.

    Attributes:
        sizes: number of states of each variable.
        factors: tables; their order does not matter.
    """

    sizes: tuple[int, ...]
    factors: tuple[Factor, ...]

    def __post_init__(self) -> None:
        for factor in self.factors:
            expected = tuple(self.sizes[v] for v in factor.variables)
            if factor.table.shape != expected or len(set(factor.variables)) < len(factor.variables):
                raise ValueError(
                    f"a factor over variables {factor.variables} has a table of shape {factor.table.shape}"
                )

    @cached_property
    def factors_of(self) -> tuple[tuple[int, ...], ...]:
        """Indices of the factors that each variable is in."""
        found: list[list[int]] = [[] for _ in self.sizes]
        for f, factor in enumerate(self.factors):
            for v in factor.variables:
                found[v].append(f)
        return tuple(tuple(x) for x in found)

    @cached_property
    def components(self) -> tuple[tuple[int, ...], ...]:
        """Sets of variables that factors connect, each sorted, in order of their smallest variable."""
        seen = [False] * len(self.sizes)
        found = []
        for first in range(len(self.sizes)):
            if seen[first]:
                continue
            seen[first] = True
            part, queue = [first], [first]
            while queue:
                for f in self.factors_of[queue.pop()]:
                    for v in self.factors[f].variables:
                        if not seen[v]:
                            seen[v] = True
                            part.append(v)
                            queue.append(v)
            found.append(tuple(sorted(part)))
        return tuple(found)

    def restrict(self, variables: Collection[int]) -> FactorGraph:
        """The graph of some variables, renumbered in the order given, with the factors that lie wholly among them."""
        touched = sorted({f for v in variables for f in self.factors_of[v]})
        return renumber(self.sizes, (self.factors[f] for f in touched), variables)

    def with_factors(self, extra: Iterable[Factor]) -> FactorGraph:
        """The graph with more factors."""
        return FactorGraph(self.sizes, (*self.factors, *extra))

    def observe(self, evidence: Mapping[int, int]) -> FactorGraph:
        """The graph given the states of some variables: those states keep their potentials, the others get ``-inf``."""
        extra = []
        for v, state in sorted(evidence.items()):
            table = np.full(self.sizes[v], -np.inf)
            table[state] = 0.0
            extra.append(Factor((v,), table))
        return self.with_factors(extra)


def renumber(sizes: Sequence[int], factors: Iterable[Factor], variables: Collection[int]) -> FactorGraph:
    """The graph of some variables, in the order given, with those of the factors that lie wholly among them."""
    at = {v: i for i, v in enumerate(variables)}
    kept = (f for f in factors if all(v in at for v in f.variables))
    return FactorGraph(
        tuple(sizes[v] for v in at), tuple(Factor(tuple(at[v] for v in f.variables), f.table) for f in kept)
    )


def unary(variable: int, table: Sequence[float] | Floats) -> Factor:
    """A factor on one variable."""
    return Factor((variable,), np.asarray(table, dtype=np.float64))


def log_table(probabilities: Floats) -> Floats:
    """Natural logarithms of a table of probabilities; 0 becomes ``-inf``."""
    with np.errstate(divide="ignore"):
        out: Floats = np.log(probabilities)
    return out


def sum_out(table: Floats, axes: tuple[int, ...]) -> Floats:
    """ln of the sum of exponentials over some axes; stable, and ``-inf`` where every entry is."""
    top = table.max(axis=axes, keepdims=True)
    top = np.where(np.isfinite(top), top, 0.0)
    with np.errstate(divide="ignore"):
        out: Floats = np.log(np.exp(table - top).sum(axis=axes, keepdims=True)) + top
    return out.reshape([n for i, n in enumerate(table.shape) if i not in axes])


def normalise(table: Floats) -> Floats:
    """Probabilities of log potentials.

    Raises:
        Impossible: every entry is ``-inf``.
    """
    top = table.max()
    if not np.isfinite(top):
        raise Impossible
    weight = np.exp(table - top)
    out: Floats = weight / weight.sum()
    return out


def product(factors: Sequence[Factor], sizes: Sequence[int], order: Sequence[int]) -> Factor:
    """One factor for several: potentials multiplied, axes in the given order of variables."""
    total: Floats = np.zeros([sizes[v] for v in order])
    for factor in factors:
        total = total + aligned(factor, {v: i for i, v in enumerate(order)}, len(order))
    return Factor(tuple(order), total)


def aligned(factor: Factor, axis: Mapping[int, int], dimensions: int) -> Floats:
    """A factor's table with its axes where ``axis`` wants them and length 1 elsewhere, ready to be added."""
    places = [axis[v] for v in factor.variables]
    order = sorted(range(len(places)), key=places.__getitem__)
    shape = [1] * dimensions
    for i in order:
        shape[places[i]] = factor.table.shape[i]
    out: Floats = factor.table.transpose(order).reshape(shape)
    return out


def prune(graph: FactorGraph, keep: Collection[int]) -> FactorGraph:
    """The graph without barren variables: those whose factors sum to a constant say nothing about the others.

    In a Bayesian network these are unobserved variables without observed descendants (Shachter, Evaluating influence
    diagrams, 1986); here the sum itself is tested, so that undirected graphs with calibrated tables are pruned as well.
    A barren variable stays in the graph without factors: its own marginal is no longer meaningful.

    Args:
        graph: the graph.
        keep: variables whose marginals are wanted.
    """
    kept = set(keep)
    factors: dict[int, Factor] = dict(enumerate(graph.factors))
    of: list[set[int]] = [set(x) for x in graph.factors_of]
    waiting = [v for v in range(len(graph.sizes)) if v not in kept]
    while waiting:
        v = waiting.pop()
        wide = [f for f in of[v] if len(factors[f].variables) > 1]
        if len(wide) != 1:
            continue
        scope = factors[wide[0]].variables
        both = product([factors[f] for f in sorted(of[v])], graph.sizes, scope)
        rest = sum_out(both.table, (scope.index(v),))
        if not np.isfinite(rest).all() or np.ptp(rest) > CONSTANT:
            continue
        for f in list(of[v]):
            for u in factors.pop(f).variables:
                of[u].discard(f)
                if u not in kept:
                    waiting.append(u)
    return FactorGraph(graph.sizes, tuple(factors[f] for f in sorted(factors)))
