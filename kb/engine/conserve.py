"""Shared evidence counted once, by maximum flow.

Where an item can reach a claim by several routes, one pass would count it once per route.  Here evidence flows: no item
delivers more than its own weight, no root or lineage more than its cap, no reason more than it has gathered, no link
more than its message; D = maxflow(+) - maxflow(-).  On a closure that is a tree nothing binds and one pass stands.
"""

from __future__ import annotations

import math
from functools import cached_property

import networkx as nx
import numpy as np
from networkx.algorithms.flow import dinitz

from kb.engine import arithmetic as ar
from kb.engine.arithmetic import Bools, Ints
from kb.engine.closure import Uses, trees
from kb.engine.network import Network
from kb.engine.sweep import Plan, State, compete

Vertex = tuple[str | int, ...]
SOURCE: Vertex = ("source",)
SINK: Vertex = ("sink",)
SLACK = 1e-12
"""Relative slack below which a capacity counts as not binding: the rounding of a sum of doubles."""


class Conserver:
    """Counts shared evidence once in one network; call it on a level once it has been added up."""

    def __init__(self, net: Network) -> None:
        self.net = net
        self.uses = Uses(net)

    @cached_property
    def is_tree(self) -> Bools:
        """Whether one pass is exact for each claim (n,)."""
        return trees(self.net, self.uses)

    @cached_property
    def root_cap(self) -> list[float]:
        """The most each root can ever give a claim, in nats."""
        return [float(x) for x in ar.cap(self.net.root_reliability)]

    @cached_property
    def lineage_cap(self) -> list[float]:
        """The most each lineage can ever give a claim: the cluster of the caps of all its roots, in nats."""
        found = []
        for e, d in enumerate(self.net.lineage_dependence):
            caps = np.array([self.root_cap[r] for r in np.flatnonzero(self.net.root_lineage == e)])
            if np.isinf(caps).any():
                found.append(math.inf)
            else:
                found.append(float(ar.cluster_parts(caps, np.zeros(caps.size, dtype=np.int64), float(d)).sum()))
        return found

    def __call__(self, p: Plan, state: State, claims: Ints) -> None:
        """Replace D of every claim whose closure is not a tree by its conserved value; ``state.shared`` is the row."""
        questions = set()
        for c in claims[~self.is_tree[claims]].tolist():
            own = float(self.net.shift[c] + state.own[c] + state.links[c])
            plus, minus = self.side(state, c, 1), self.side(state, c, -1)
            if plus is None and minus is None:
                continue
            raw_plus, raw_minus = self.rows(state, c, 1), self.rows(state, c, -1)
            change = (0.0 if plus is None else plus - raw_plus) - (0.0 if minus is None else minus - raw_minus)
            if change == 0.0:
                continue
            state.shared[c] = change
            state.gathered[c] = own + change
            state.log_odds[c] = self.net.base[c] + own + change
            if self.net.question_of[c] >= 0:
                questions.add(int(self.net.question_of[c]))
        for q in sorted(questions):
            compete(self.net, state, self.net.questions[q])

    def rows(self, state: State, c: int, side: int) -> float:
        """Sum of a claim's rows on one side, as a size in nats: what one pass would add."""
        parts = [state.pair_part[g] for g in self.uses.pairs[c]]
        parts += [state.mu[j] for j in self.uses.links[c]]
        parts.append(self.net.shift[c])
        return math.fsum(abs(float(x)) for x in parts if x * side > 0)

    def side(self, state: State, c: int, side: int) -> float | None:
        """Maximum flow into a claim on one side, in nats; ``None`` when no capacity binds."""
        flow = _Flow(self, state)
        flow.claim(c, side, SINK)
        return flow.maximum()


class _Flow:
    """The flow network of one side of one claim, built from the claim downwards."""

    def __init__(self, owner: Conserver, state: State) -> None:
        self.net, self.uses, self.state = owner.net, owner.uses, state
        self.root_cap, self.lineage_cap = owner.root_cap, owner.lineage_cap
        self.capacity: dict[Vertex, float] = {}
        self.out: dict[Vertex, dict[Vertex, float]] = {}
        self.queue: list[tuple[int, int, Vertex]] = []

    def edge(self, a: Vertex, b: Vertex, capacity: float = math.inf) -> None:
        """Let ``a`` feed ``b``."""
        self.out.setdefault(a, {})[b] = capacity

    def node(self, v: Vertex, capacity: float) -> bool:
        """Add a vertex with what it can pass on; whether it is new."""
        new = v not in self.capacity
        self.capacity[v] = capacity
        return new

    def claim(self, c: int, side: int, into: Vertex) -> None:
        """Everything on one side of a claim, feeding ``into``; reasons beneath are taken in turn."""
        self.queue.append((c, side, into))
        while self.queue:
            self._feed(*self.queue.pop())

    def _feed(self, c: int, side: int, into: Vertex) -> None:
        net, state = self.net, self.state
        if net.shift[c] * side > 0:
            self._supply(("shift", c), abs(float(net.shift[c])), into)
        self._evidence(c, side, into)
        for j in self.uses.links[c]:
            mu = float(state.mu[j])
            if mu * side <= 0:
                continue
            link: Vertex = ("link", j)
            if self.node(link, abs(mu)):
                sign = 1 if state.log_lambda[j] > 0 else -1
                for r in self.uses.premises[j]:
                    if state.gathered[r] * sign > 0:
                        self._reason(r, link)
            self.edge(link, into)

    def _reason(self, r: int, into: Vertex) -> None:
        """A claim as a reason: on the side of what it has gathered, at most that much."""
        gathered = float(self.state.gathered[r])
        v: Vertex = ("claim", r)
        if self.node(v, abs(gathered)):
            side = 1 if gathered > 0 else -1
            self.queue.append((r, side, v))
            if self.state.competition[r] * side > 0:
                self._competition(r, side, v)
        self.edge(v, into)

    def _competition(self, r: int, side: int, into: Vertex) -> None:
        """Competition at an answer: a supply backed by its siblings' networks on the other side."""
        v: Vertex = ("competition", r)
        self.node(v, abs(float(self.state.competition[r])))
        self.edge(v, into)
        for sibling in self.net.questions[self.net.question_of[r]].tolist():
            rows = float(self.state.gathered[sibling] - self.state.competition[sibling])
            if sibling != r and rows * side < 0:
                w: Vertex = ("rows", sibling, -side)
                if self.node(w, abs(rows)):
                    self.queue.append((sibling, -side, w))
                self.edge(w, v)

    def _evidence(self, c: int, side: int, into: Vertex) -> None:
        """A claim's own roots on one side, each behind the cluster it belongs to there."""
        net, state = self.net, self.state
        live = [g for g in self.uses.pairs[c] if state.pair_part[g] * side > 0]
        clusters: dict[int, list[int]] = {}
        for g in live:
            clusters.setdefault(int(net.pair_cluster[g]), []).append(g)
        for k, pairs in sorted(clusters.items()):
            target = into
            if len(pairs) > 1:
                target = ("cluster", k, side)
                self.node(target, math.fsum(abs(float(state.pair_part[g])) for g in pairs))
                self.edge(target, into)
            for g in pairs:
                pair: Vertex = ("pair", g)
                self.node(pair, abs(float(state.pair_weight[g])))
                self.edge(pair, target)
                self._items(g, side, pair)

    def _items(self, g: int, side: int, pair: Vertex) -> None:
        net = self.net
        root = int(net.pair_root[g])
        for k in self.uses.items[g]:
            w = float(self.state.item_weight[k])
            if w * side <= 0:
                continue
            item: Vertex = ("item", root, int(net.item_record[k]))
            self.node(item, max(abs(w), self.capacity.get(item, 0.0)))
            self.edge(item, pair, abs(w))
            self._root(root, item)

    def _root(self, root: int, item: Vertex) -> None:
        v: Vertex = ("root", root)
        self.edge(v, item)
        if self.node(v, self.root_cap[root]):
            lineage = int(self.net.root_lineage[root])
            if lineage >= 0:
                w: Vertex = ("lineage", lineage)
                if self.node(w, self.lineage_cap[lineage]):
                    self.edge(SOURCE, w)
                self.edge(w, v)
            else:
                self.edge(SOURCE, v)

    def _supply(self, v: Vertex, capacity: float, into: Vertex) -> None:
        if self.node(v, capacity):
            self.edge(SOURCE, v)
        self.edge(v, into)

    def maximum(self) -> float | None:
        """The maximum flow, or ``None`` when every vertex can meet all that is asked of it."""
        if not self._binds():
            return None
        graph: nx.DiGraph[Vertex] = nx.DiGraph()
        graph.add_nodes_from([SOURCE, SINK])
        for v, capacity in self.capacity.items():
            if math.isfinite(capacity):
                graph.add_edge((*v, "in"), (*v, "out"), capacity=capacity)
            else:
                graph.add_edge((*v, "in"), (*v, "out"))
        for a, targets in self.out.items():
            for b, capacity in targets.items():
                tail = a if a == SOURCE else (*a, "out")
                head = b if b == SINK else (*b, "in")
                if math.isfinite(capacity):
                    graph.add_edge(tail, head, capacity=capacity)
                else:
                    graph.add_edge(tail, head)
        return float(nx.maximum_flow_value(graph, SOURCE, SINK, flow_func=dinitz))

    def _binds(self) -> bool:
        """Whether some vertex is asked for more than it can pass on."""
        for v, targets in self.out.items():
            if v == SOURCE or len(targets) < 2:
                continue
            asked = math.fsum(min(c, self.capacity.get(b, math.inf)) for b, c in targets.items())
            if asked > self.capacity[v] * (1 + SLACK):
                return True
        return False
