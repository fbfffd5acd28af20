"""Shared evidence counted once, by maximum flow.

Where an item can reach a claim by several routes, one pass would count it once per route.  Here evidence flows: no item
delivers more than its own weight, no root or lineage more than its cap, no reason more than it has gathered, no link
more than its message; D = maxflow(+) - maxflow(-).  On a closure that is a tree nothing binds and one pass stands.

A flow that runs round a cycle gains nothing, so the same network serves cyclic graphs; there a reason's numbers depend
on which claims lie on the path to it (:mod:`kb.engine.cycles`), and a vertex takes the largest of its capacities.
"""

from __future__ import annotations

import math
from collections.abc import Hashable
from dataclasses import dataclass
from functools import cached_property
from typing import Protocol

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

Context = Hashable
"""On which path a claim is looked at; ``None`` off every cycle."""


class Indexed(Protocol):
    """Numbers by index: an array, or a dictionary of the few that matter."""

    def __getitem__(self, i: int, /) -> float:
        """The number at an index."""


class Seen(Protocol):
    """The numbers of claims that a flow reads; see :class:`~kb.engine.sweep.State`."""

    @property
    def gathered(self) -> Indexed:
        """See State."""
        ...

    @property
    def competition(self) -> Indexed:
        """See State."""
        ...

    @property
    def item_weight(self) -> Indexed:
        """See State."""
        ...

    @property
    def pair_weight(self) -> Indexed:
        """See State."""
        ...

    @property
    def pair_quiet(self) -> Indexed:
        """See State."""
        ...

    @property
    def pair_lineage_part(self) -> Indexed:
        """See State."""
        ...

    @property
    def pair_part(self) -> Indexed:
        """See State."""
        ...

    @property
    def mu(self) -> Indexed:
        """See State."""
        ...

    @property
    def log_lambda(self) -> Indexed:
        """See State."""
        ...


@dataclass(frozen=True)
class Numbers:
    """What one claim looks like from one path: the numbers of a state, and the path beyond it."""

    state: Seen
    context: Context


class Look(Protocol):
    """Finds a reason's numbers as they are seen from a conclusion."""

    def __call__(self, context: Context, reason: int) -> Numbers | None:
        """Numbers of ``reason`` for a conclusion looked at in ``context``; ``None`` when it lies on the path."""


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

    def __call__(self, p: Plan, state: State, claims: Ints, look: Look | None = None) -> None:
        """Replace D of every claim whose closure is not a tree by its conserved value; ``state.shared`` is the row."""
        numbers = Numbers(state, None)

        def everywhere(context: Context, reason: int) -> Numbers:
            return numbers

        questions = set()
        for c in claims[~self.is_tree[claims]].tolist():
            change = self.change(numbers, c, look or everywhere)
            if change != 0.0:
                own = float(self.net.shift[c] + state.own[c] + state.links[c])
                state.shared[c] = change
                state.gathered[c] = own + change
                state.log_odds[c] = self.net.base[c] + own + change
                if self.net.question_of[c] >= 0:
                    questions.add(int(self.net.question_of[c]))
        for q in sorted(questions):
            compete(self.net, state, self.net.questions[q])

    def change(self, numbers: Numbers, c: int, look: Look) -> float:
        """The row "shared evidence counted once" of a claim, in nats; 0 when no capacity binds."""
        total = 0.0
        for side in (1, -1):
            flow = _Flow(self, look, c)
            flow.claim(c, side, numbers)
            value = flow.maximum()
            if value is not None:
                total += side * (value - self.rows(numbers.state, c, side))
        return total

    def rows(self, state: Seen, c: int, side: int) -> float:
        """Sum of a claim's rows on one side, as a size in nats: what one pass would add."""
        parts = [float(state.pair_part[g]) for g in self.uses.pairs[c]]
        parts += [float(state.mu[j]) for j in self.uses.links[c]]
        parts.append(float(self.net.shift[c]))
        return math.fsum(abs(x) for x in parts if x * side > 0)


class _Flow:
    """The flow network of one side of one claim, built from the claim downwards."""

    def __init__(self, owner: Conserver, look: Look, target: int) -> None:
        self.net, self.uses, self.look, self.target = owner.net, owner.uses, look, target
        self.root_cap, self.lineage_cap = owner.root_cap, owner.lineage_cap
        self.capacity: dict[Vertex, float] = {}
        self.out: dict[Vertex, dict[Vertex, float]] = {}
        self.queue: list[tuple[int, int, Numbers, Vertex]] = []
        self.done: set[tuple[int, int, Context, Vertex]] = set()
        self.deliveries: dict[tuple[int, int], dict[Vertex, float]] = {}

    def edge(self, a: Vertex, b: Vertex, capacity: float = math.inf) -> None:
        """Let ``a`` feed ``b``; the larger capacity holds."""
        targets = self.out.setdefault(a, {})
        targets[b] = max(capacity, targets.get(b, 0.0))

    def node(self, v: Vertex, capacity: float) -> None:
        """Add a vertex with what it can pass on; the larger capacity holds."""
        self.capacity[v] = max(capacity, self.capacity.get(v, 0.0))

    def claim(self, c: int, side: int, numbers: Numbers) -> None:
        """Everything on one side of the claim, feeding the sink; reasons beneath are taken in turn."""
        self._later(c, side, numbers, SINK)
        while self.queue:
            self._feed(*self.queue.pop())

    def _later(self, c: int, side: int, numbers: Numbers, into: Vertex) -> None:
        key = (c, side, numbers.context, into)
        if key not in self.done:
            self.done.add(key)
            self.queue.append((c, side, numbers, into))

    def _feed(self, c: int, side: int, numbers: Numbers, into: Vertex) -> None:
        net, state = self.net, numbers.state
        if net.shift[c] * side > 0:
            supply: Vertex = ("shift", c)
            self.node(supply, abs(float(net.shift[c])))
            self.edge(SOURCE, supply)
            self.edge(supply, into)
        self._evidence(c, side, state, into)
        for j in self.uses.links[c]:
            mu = float(state.mu[j])
            if mu * side <= 0:
                continue
            link: Vertex = ("link", j)
            self.node(link, abs(mu))
            self.edge(link, into)
            sign = 1 if state.log_lambda[j] > 0 else -1
            for r in self.uses.premises[j]:
                seen = self.look(numbers.context, r)
                if r != self.target and seen is not None and seen.state.gathered[r] * sign > 0:
                    self._reason(r, seen, link)

    def _reason(self, r: int, numbers: Numbers, into: Vertex) -> None:
        """A claim as a reason: on the side of what it has gathered, at most that much."""
        gathered = float(numbers.state.gathered[r])
        side = 1 if gathered > 0 else -1
        v: Vertex = ("claim", r, side)
        self.node(v, abs(gathered))
        self.edge(v, into)
        self._later(r, side, numbers, v)
        if numbers.state.competition[r] * side > 0:
            self._competition(r, side, numbers, v)

    def _competition(self, r: int, side: int, numbers: Numbers, into: Vertex) -> None:
        """Competition at an answer: a supply backed by its siblings' networks on the other side."""
        state = numbers.state
        v: Vertex = ("competition", r, side)
        self.node(v, abs(float(state.competition[r])))
        self.edge(v, into)
        for sibling in self.net.questions[self.net.question_of[r]].tolist():
            rows = float(state.gathered[sibling] - state.competition[sibling])
            if sibling not in (r, self.target) and rows * side < 0:
                w: Vertex = ("rows", sibling, -side)
                self.node(w, abs(rows))
                self.edge(w, v)
                self._later(sibling, -side, numbers, w)

    def _evidence(self, c: int, side: int, state: Seen, into: Vertex) -> None:
        """A claim's own roots on one side, each behind its cluster; testimony behind one more vertex."""
        net = self.net
        clusters: dict[int, list[int]] = {}
        for g in self.uses.pairs[c]:
            if state.pair_part[g] * side > 0:
                clusters.setdefault(int(net.pair_cluster[g]), []).append(g)
        testimony: Vertex = ("testimony", c, side)
        heard = 0.0
        for k, pairs in sorted(clusters.items()):
            cluster: Vertex = ("cluster", k, side)
            whole = [abs(float(state.pair_lineage_part[g])) for g in pairs]
            quiet = math.fsum(x * float(state.pair_quiet[g]) for x, g in zip(whole, pairs, strict=True))
            self.node(cluster, math.fsum(whole))
            loud = math.fsum(whole) - quiet
            if quiet == 0.0:
                self.edge(cluster, into)
            else:
                heard += math.fsum(abs(float(state.pair_part[g])) for g in pairs) - loud
                self.edge(cluster, testimony, quiet)
                if loud > 0:
                    self.edge(cluster, into, loud)
            for g in pairs:
                pair: Vertex = ("pair", g, side)
                self.node(pair, abs(float(state.pair_weight[g])))
                self.edge(pair, cluster)
                self._items(g, side, state, pair)
        if heard > 0:
            self.node(testimony, heard)
            self.edge(testimony, into)

    def _items(self, g: int, side: int, state: Seen, pair: Vertex) -> None:
        root = int(self.net.pair_root[g])
        for k in self.uses.items[g]:
            w = abs(float(state.item_weight[k]))
            if state.item_weight[k] * side > 0:
                links = self.deliveries.setdefault((int(self.net.item_record[k]), root), {})
                links[pair] = max(w, links.get(pair, 0.0))

    def _deliver(self) -> None:
        """Items to the links they feed: to any set of its links, an item gives at most the largest weight among them.

        Sorted by weight, layer i (capacity w_i - w_(i-1)) feeds links i, i+1, ...: local to what is reached, and
        continuous in every weight.
        """
        for (record, root), links in sorted(self.deliveries.items()):
            self._root(root)
            below = 0.0
            ordered = sorted(links.items(), key=lambda x: (x[1], x[0]))
            for i, (_, w) in enumerate(ordered):
                if w > below:
                    layer: Vertex = ("layer", record, root, i)
                    self.node(layer, w - below)
                    self.edge(("root", root), layer)
                    for pair, _ in ordered[i:]:
                        self.edge(layer, pair)
                    below = w

    def _root(self, root: int) -> None:
        v: Vertex = ("root", root)
        self.node(v, self.root_cap[root])
        lineage = int(self.net.root_lineage[root])
        if lineage >= 0:
            w: Vertex = ("lineage", lineage)
            self.node(w, self.lineage_cap[lineage])
            self.edge(SOURCE, w)
            self.edge(w, v)
        else:
            self.edge(SOURCE, v)

    def maximum(self) -> float | None:
        """The maximum flow, or ``None`` when every vertex can meet all that is asked of it."""
        self._deliver()
        on_cycle = any(context is not None for _, _, context, _ in self.done)
        if not on_cycle and not self._binds():
            return None
        graph: nx.DiGraph[Vertex] = nx.DiGraph()
        graph.add_nodes_from([SOURCE, SINK])
        for v, capacity in self.capacity.items():
            _pipe(graph, (*v, "in"), (*v, "out"), capacity)
        for a, targets in self.out.items():
            for b, capacity in targets.items():
                _pipe(graph, a if a == SOURCE else (*a, "out"), b if b == SINK else (*b, "in"), capacity)
        return float(nx.maximum_flow_value(graph, SOURCE, SINK, flow_func=dinitz))

    def _binds(self) -> bool:
        """Whether some vertex may be asked for more than it can pass on."""
        asked = {v: self._asked(v) for v in self.capacity}
        layers: dict[Vertex, float] = {}
        for v in self.capacity:
            if v[0] == "root":
                total = self._items_asked(v)
                if total > self.capacity[v] * (1 + SLACK):
                    return True
                layers[v] = total
        for v, total in asked.items():
            if v[0] == "lineage":
                total = math.fsum(min(self.capacity[r], layers[r]) for r in self.out[v])
            if v[0] not in ("root", "layer") and total > self.capacity[v] * (1 + SLACK):
                return True
        return False

    def _asked(self, v: Vertex) -> float:
        """The most that what a vertex feeds could take from it, in nats."""
        return math.fsum(min(c, self.capacity.get(b, math.inf)) for b, c in self.out.get(v, {}).items())

    def _items_asked(self, root: Vertex) -> float:
        """The most that is asked of a root: of each item the sum over its links; ``inf`` where an item itself binds."""
        total = 0.0
        for (_, owner), links in self.deliveries.items():
            if owner == root[1]:
                asked = math.fsum(min(w, self.capacity[pair]) for pair, w in links.items())
                if asked > max(links.values()) * (1 + SLACK):
                    return math.inf
                total += asked
        return total


def _pipe(graph: nx.DiGraph[Vertex], a: Vertex, b: Vertex, capacity: float) -> None:
    """An edge with its capacity; networkx reads a missing capacity as unlimited."""
    if math.isfinite(capacity):
        graph.add_edge(a, b, capacity=capacity)
    else:
        graph.add_edge(a, b)
