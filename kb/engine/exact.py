"""Exact marginals of a factor graph, all at once, while its treewidth allows; see :mod:`kb.engine.loopy` for the rest.

Variables are eliminated in min-fill order (Kjaerulff 1990).  Each elimination makes a clique of the variable and its
neighbours at that time; the cliques form a junction tree, on which one pass up and one down gives every marginal
(Lauritzen & Spiegelhalter 1988; Jensen, Lauritzen & Olesen 1990).  All tables are log potentials.
"""

from __future__ import annotations

import heapq
import math
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field

import numpy as np

from kb.engine.arithmetic import Floats
from kb.engine.factors import Factor, FactorGraph, aligned, normalise, prune, sum_out
from kb.errors import KbError

MAX_CLIQUE = 2**24
"""Entries of the largest clique table that is tried (128 MiB)."""
MAX_ENTRIES = 2**25
"""Entries of all clique tables together (256 MiB)."""


class TooWide(KbError):
    """A graph has no junction tree within the limits; carries the limit that was met."""

    def __init__(self, limit: int) -> None:
        self.limit = limit
        super().__init__(
            f"exact inference would need tables of more than {limit} entries; use loopy belief propagation instead"
        )


@dataclass(frozen=True)
class Elimination:
    """A junction tree, clique by clique in order of elimination.

    Attributes:
        cliques: variables of each clique, in order of elimination: the first is the one that it eliminates, the others
            are what it shares with its parent.
        parent: clique that each hangs from, -1 for a root; always a later one.
        width: largest number of variables in a clique, minus one.
        entries: table entries of all cliques together.
    """

    cliques: tuple[tuple[int, ...], ...]
    parent: tuple[int, ...]
    width: int
    entries: int


def eliminate(graph: FactorGraph, *, max_clique: int = MAX_CLIQUE, max_entries: int = MAX_ENTRIES) -> Elimination:
    """Min-fill elimination of every variable; ties go to the smaller table, then to the smaller index.

    Raises:
        TooWide: a clique, or all of them together, would exceed the limit.
    """
    search = _Search(graph, math.log2(max_clique))
    order: list[int] = []
    found: list[list[int]] = []
    entries = 0
    while (v := search.next()) is not None:
        found.append([v, *search.remove(v)])
        order.append(v)
        entries += math.prod(graph.sizes[u] for u in found[-1])
        if entries > max_entries:
            raise TooWide(max_entries)
    if len(order) < len(graph.sizes):
        raise TooWide(max_clique)
    position = {v: i for i, v in enumerate(order)}
    cliques = tuple(tuple(sorted(c, key=position.__getitem__)) for c in found)
    parent = tuple(position[c[1]] if len(c) > 1 else -1 for c in cliques)
    return Elimination(cliques, parent, max((len(c) for c in cliques), default=1) - 1, entries)


class _Search:
    """The graph of what is left to eliminate, with a queue of variables by the edges their elimination would add.

    ``load`` is the binary logarithm of the table that each variable's elimination would make, kept up step by step: a
    variable with 100,000 neighbours is not looked through each time that it loses one.
    """

    def __init__(self, graph: FactorGraph, max_bits: float) -> None:
        self.bits = [math.log2(max(n, 1)) for n in graph.sizes]
        self.max_bits = max_bits + 1e-6
        self.near: list[set[int]] = [set() for _ in graph.sizes]
        for factor in graph.factors:
            for v in factor.variables:
                self.near[v].update(factor.variables)
        self.key: list[tuple[int, float] | None] = [None] * len(graph.sizes)
        self.queue: list[tuple[int, float, int]] = []
        self.gone = [False] * len(graph.sizes)
        for v, near in enumerate(self.near):
            near.discard(v)
        self.load = [self.bits[v] + math.fsum(self.bits[u] for u in near) for v, near in enumerate(self.near)]
        for v in range(len(graph.sizes)):
            self.weigh(v)

    def weigh(self, v: int) -> None:
        """Queue a variable anew; one whose clique exceeds the limit waits until it has fewer neighbours."""
        near = self.near[v]
        bits = round(self.load[v], 6)
        key: tuple[int, float] | None = None
        if bits <= self.max_bits:
            key = (sum(len(near - self.near[u]) - 1 for u in near) // 2, bits)
        if key != self.key[v]:
            self.key[v] = key
            if key is not None:
                heapq.heappush(self.queue, (*key, v))

    def next(self) -> int | None:
        """The variable to eliminate next, ``None`` when none is left that fits."""
        while self.queue:
            missing, bits, v = heapq.heappop(self.queue)
            if not self.gone[v] and self.key[v] == (missing, bits):
                return v
        return None

    def remove(self, v: int) -> list[int]:
        """Eliminate a variable: its neighbours, now joined to each other."""
        near = sorted(self.near[v])
        self.gone[v] = True
        touched = set(near)
        for u in near:
            self.near[u].discard(v)
            self.load[u] -= self.bits[v]
        for i, a in enumerate(near):
            for b in near[i + 1 :]:
                if b not in self.near[a]:
                    self.near[a].add(b)
                    self.near[b].add(a)
                    self.load[a] += self.bits[b]
                    self.load[b] += self.bits[a]
                    touched |= self.near[a] & self.near[b]
        for u in sorted(touched):
            self.weigh(u)
        self.near[v] = set()
        return near


@dataclass
class JunctionTree:
    """A junction tree with its tables; every table holds log beliefs once :meth:`calibrate` has run.

    Attributes:
        tree: the cliques.
        beliefs: table of each clique, axes in the clique's order.
        separators: what each clique shares with its parent, as last sent; a scalar at a root.
    """

    tree: Elimination
    beliefs: list[Floats]
    separators: list[Floats] = field(default_factory=list)

    @classmethod
    def build(cls, graph: FactorGraph, tree: Elimination) -> JunctionTree:
        """Put every factor into the clique of its first variable to be eliminated."""
        home = {clique[0]: i for i, clique in enumerate(tree.cliques)}
        beliefs = [np.zeros([graph.sizes[v] for v in clique]) for clique in tree.cliques]
        for factor in graph.factors:
            if not factor.variables:
                continue
            i = min(home[v] for v in factor.variables)
            axis = {v: a for a, v in enumerate(tree.cliques[i])}
            beliefs[i] += aligned(factor, axis, len(axis))
        return cls(tree, beliefs)

    def copy(self) -> JunctionTree:
        """An independent copy."""
        return JunctionTree(self.tree, [b.copy() for b in self.beliefs], [s.copy() for s in self.separators])

    def collect(self) -> float:
        """One pass up: afterwards a root's table is its belief.

        Returns:
            ln of the sum of all potentials.
        """
        self.separators = []
        for i, up in enumerate(self.tree.parent):
            sent = sum_out(self.beliefs[i], (0,))
            self.separators.append(sent)
            if up >= 0:
                self.beliefs[up] += self._spread(i, sent)
        return math.fsum(float(sent) for sent, up in zip(self.separators, self.tree.parent, strict=True) if up < 0)

    def calibrate(self) -> None:
        """One pass up and one down: afterwards each table is its clique's belief, up to a constant."""
        self.collect()
        for i in range(len(self.tree.parent) - 1, -1, -1):
            self.pass_down(i)

    def pass_up(self, i: int) -> None:
        """Tell a clique's parent, if it has one, what the clique has learned since they last agreed."""
        if self.tree.parent[i] < 0:
            return
        sent = sum_out(self.beliefs[i], (0,))
        self.beliefs[self.tree.parent[i]] += self._spread(i, _ratio(sent, self.separators[i]))
        self.separators[i] = sent

    def pass_down(self, i: int) -> None:
        """Tell a clique what its parent, if it has one, has learned since they last agreed."""
        up = self.tree.parent[i]
        if up < 0:
            return
        shared = set(self.tree.cliques[i][1:])
        others = tuple(a for a, v in enumerate(self.tree.cliques[up]) if v not in shared)
        sent = sum_out(self.beliefs[up], others) if others else self.beliefs[up].copy()
        self.beliefs[i] += _ratio(sent, self.separators[i])[None]
        self.separators[i] = sent

    def tilt(self, i: int, change: Floats) -> None:
        """Add to the log potentials of the first variable of clique ``i``."""
        self.beliefs[i] += change.reshape([-1] + [1] * (self.beliefs[i].ndim - 1))

    def marginal(self, i: int) -> Floats:
        """Probabilities of the first variable of clique ``i``.

        Raises:
            Impossible: the evidence contradicts itself.
        """
        table = self.beliefs[i]
        return normalise(sum_out(table, tuple(range(1, table.ndim))) if table.ndim > 1 else table)

    def marginals(self, size: int) -> list[Floats]:
        """Probabilities of every variable, in order of variable."""
        found: list[Floats] = [np.ones(1)] * size
        for i, clique in enumerate(self.tree.cliques):
            found[clique[0]] = self.marginal(i)
        return found

    def walk(self) -> list[tuple[int, bool]]:
        """Every clique, parents before children: (clique, True) on the way in, (clique, False) on the way out."""
        children: list[list[int]] = [[] for _ in self.tree.parent]
        roots = []
        for i, up in enumerate(self.tree.parent):
            if up >= 0:
                children[up].append(i)
            else:
                roots.append(i)
        steps: list[tuple[int, bool]] = []
        stack = [(i, True) for i in reversed(roots)]
        while stack:
            i, down = stack.pop()
            steps.append((i, down))
            if down:
                stack.append((i, False))
                stack += [(c, True) for c in reversed(children[i])]
        return steps

    def _spread(self, i: int, message: Floats) -> Floats:
        """A message over a clique's separator, shaped for its parent's table (both in order of elimination)."""
        up = self.tree.parent[i]
        shared = set(self.tree.cliques[i][1:])
        return message.reshape(
            [n if v in shared else 1 for v, n in zip(self.tree.cliques[up], self.beliefs[up].shape, strict=True)]
        )


def _ratio(new: Floats, old: Floats) -> Floats:
    """Log of the quotient of two messages; impossible stays impossible."""
    out: Floats = np.subtract(new, old, out=np.full(new.shape, -np.inf), where=np.isfinite(old))
    return out


def marginals(
    graph: FactorGraph,
    targets: Collection[int] | None = None,
    *,
    max_clique: int = MAX_CLIQUE,
    max_entries: int = MAX_ENTRIES,
) -> list[Floats]:
    """Exact probabilities of every variable, or of some.

    Args:
        graph: the graph, evidence included (:meth:`~kb.engine.factors.FactorGraph.observe`).
        targets: variables that are wanted; barren ones are then pruned first.  Default: all.
        max_clique, max_entries: limits on table entries, of one clique and of all.

    Returns:
        Probabilities of each wanted variable, in the order given.

    Raises:
        TooWide: the treewidth is too large for the limits.
        Impossible: the evidence contradicts itself.
    """
    wanted: Sequence[int] = range(len(graph.sizes)) if targets is None else list(targets)
    if targets is not None:
        graph = _reached(prune(graph, wanted), wanted)
    tree = JunctionTree.build(graph, eliminate(graph, max_clique=max_clique, max_entries=max_entries))
    tree.calibrate()
    found = tree.marginals(len(graph.sizes))
    return [found[v] for v in wanted]


def _reached(graph: FactorGraph, wanted: Sequence[int]) -> FactorGraph:
    """The graph with only the factors connected to wanted variables; variables keep their numbers."""
    near = {v for part in graph.components if not set(part).isdisjoint(wanted) for v in part}
    kept: list[Factor] = [f for f in graph.factors if all(v in near for v in f.variables)]
    return FactorGraph(graph.sizes, tuple(kept))
