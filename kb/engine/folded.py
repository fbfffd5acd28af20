"""A flow network folded to what is shared, and its maximum flow case by case: the solver of :mod:`kb.engine.flow`."""

from __future__ import annotations

import networkx as nx
import numpy as np
from networkx.algorithms.flow import dinitz

from kb.engine import arithmetic as ar
from kb.engine.arithmetic import Bools, Floats

Vertex = tuple[str | int, ...]
SOURCE: Vertex = ("source",)
SINK: Vertex = ("sink",)
SLACK = 1e-12
"""Relative slack below which a capacity counts as not binding: the rounding of a sum of doubles."""
UNIT = 2**50
"""Capacities are solved as whole numbers of 2^-50 nat: the solver's own sums of doubles do not come out even."""
PLENTY = 1e9
"""Stands for an unlimited capacity where numbers are divided, in nats."""


class Folded:
    """A flow's vertices split in two, folded to what is shared, as numbered edges ready to be solved case by case.

    Folding: a vertex with one way in and one way out passes the smaller of the two; edges side by side add up.  What
    feeds one reason alone folds into a single edge, so that only the shared part is left to solve.
    """

    def __init__(self, capacity: dict[Vertex, Floats], out: dict[Vertex, dict[Vertex, Floats]], cases: int) -> None:
        number: dict[Vertex, int] = {SOURCE: 0, SINK: 1}
        self.after: dict[int, dict[int, Floats]] = {0: {}, 1: {}}
        self.before: dict[int, set[int]] = {0: set(), 1: set()}
        for v, most in capacity.items():
            number[v] = 2 * len(number)
            self._edge(number[v], number[v] + 1, most)
        for a, targets in out.items():
            for b, most in targets.items():
                self._edge(0 if a == SOURCE else number[a] + 1, number[b], most)
        self._fold()
        edges = [(a, b, c) for a, targets in sorted(self.after.items()) for b, c in sorted(targets.items())]
        self.tails = np.array([a for a, _, _ in edges], dtype=np.int64)
        self.heads = np.array([b for _, b, _ in edges], dtype=np.int64)
        self.caps: Floats = np.array([c for _, _, c in edges]).reshape(len(edges), cases)

    def _edge(self, a: int, b: int, capacity: Floats) -> None:
        targets = self.after.setdefault(a, {})
        targets[b] = targets[b] + capacity if b in targets else capacity
        self.before.setdefault(b, set()).add(a)
        self.before.setdefault(a, set())
        self.after.setdefault(b, {})

    def _fold(self) -> None:
        """Fold until every vertex left is fed, or feeds, by more than one way."""
        queue = sorted((v for v in self.after if v > 1), reverse=True)
        while queue:
            v = queue.pop()
            if v not in self.after:
                continue
            feeds, fed = self.after[v], self.before[v]
            if (len(feeds) > 1 or len(fed) > 1) and feeds and fed:
                continue
            touched = [x for x in (*fed, *feeds) if x > 1]
            if len(feeds) == 1 and len(fed) == 1:
                (a,), ((b, out),) = fed, feeds.items()
                capacity = np.minimum(self.after[a][v], out)
                self._drop(v)
                if a != b:
                    self._edge(a, b, capacity)
            else:
                self._drop(v)
            queue += sorted(touched, reverse=True)

    def _drop(self, v: int) -> None:
        for a in self.before.pop(v):
            del self.after[a][v]
        for b in self.after.pop(v):
            self.before[b].discard(v)

    def routable(self, caps: Floats) -> tuple[Bools, Floats]:
        """Cases (B,) in which all that the sink can take arrives when every vertex asks its feeders in proportion.

        A sufficient check without solving, for capacities (edges, B); no case where the network has a cycle.  Returns
        those cases and what arrives, in nats.
        """
        graph: nx.DiGraph[int] = nx.DiGraph(zip(self.tails.tolist(), self.heads.tolist(), strict=True))
        if not nx.is_directed_acyclic_graph(graph):
            return np.zeros(caps.shape[1], dtype=np.bool_), np.zeros(caps.shape[1])
        order = [v for v in nx.topological_sort(graph) if v in self.before]
        into = {v: np.flatnonzero(self.heads == v) for v in order}
        caps = np.minimum(caps, PLENTY)
        able = np.zeros_like(caps)
        supply = {0: np.full(caps.shape[1], PLENTY)}
        for v in order:
            if v == 0:
                continue
            edges = into[v]
            for e in edges.tolist():
                able[e] = np.minimum(caps[e], supply.get(int(self.tails[e]), np.zeros(caps.shape[1])))
            supply[v] = able[edges].sum(axis=0)
        arriving = caps[self.heads == 1].sum(axis=0)
        asked = {1: arriving}
        fine = np.ones(caps.shape[1], dtype=np.bool_)
        for v in reversed(order):
            want = asked.get(v)
            if v == 0 or want is None:
                continue
            fine &= want <= supply[v] * (1 + SLACK)
            share = ar.ratio(want, supply[v])
            for e in into[v].tolist():
                tail = int(self.tails[e])
                asked[tail] = asked.get(tail, 0.0) + able[e] * share
        return fine & (arriving < PLENTY), arriving

    def solve(self, caps: Floats) -> tuple[float, Floats, Bools]:
        """Maximum flow of one case, what each edge carries, and which edges a smallest cut crosses (edges,)."""
        graph: nx.DiGraph[int] = nx.DiGraph()
        graph.add_nodes_from([0, 1])
        for a, b, c in zip(self.tails.tolist(), self.heads.tolist(), caps.tolist(), strict=True):
            if c == np.inf:
                graph.add_edge(a, b)
            elif c > 0:
                graph.add_edge(a, b, capacity=round(c * UNIT))
        residual = dinitz(graph, 0, 1)
        value = float(residual.graph["flow_value"]) / UNIT
        reached = {0}
        queue = [0]
        while queue:
            for b, edge in residual[queue.pop()].items():
                if b not in reached and edge["capacity"] > edge["flow"]:
                    reached.add(b)
                    queue.append(b)
        edges = list(zip(self.tails.tolist(), self.heads.tolist(), strict=True))
        flows = [(residual.get_edge_data(a, b) or {"flow": 0})["flow"] for a, b in edges]
        carried = np.maximum(np.array([float(x) for x in flows]), 0) / UNIT
        crossed = np.array([a in reached and b not in reached for a, b in edges], dtype=np.bool_)
        return value, carried, crossed
