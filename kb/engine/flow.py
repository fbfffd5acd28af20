"""The flow network of one side of one claim, for one or many cases, and its maximum flow.

Built from the claim downwards: source -> lineages -> roots -> items -> (claim, root) pairs -> clusters -> claims ->
links -> ... -> sink.  Capacities are vectors with one entry per case; a vertex that a case does not have gets 0 there.
"""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from kb.engine.arithmetic import Bools, Floats
from kb.engine.closure import Uses
from kb.engine.folded import SINK, SLACK, SOURCE, UNIT, Folded, Vertex
from kb.engine.network import Network

AGREED = 6
"""When bounds are enough: solved cases in a row that the cuts found so far already explained."""

Context = Hashable
"""On which path a claim is looked at; ``None`` off every cycle."""


class Indexed(Protocol):
    """Numbers by index: an array of rows, or a dictionary of the few that matter."""

    def __getitem__(self, i: int, /) -> Floats:
        """The numbers at an index, one per case (B,)."""


class Seen(Protocol):
    """The numbers of claims that a flow reads; see :class:`~kb.engine.sweep.State`."""

    @property
    def gathered(self) -> Indexed:
        """See State."""

    @property
    def shift(self) -> Indexed:
        """See State."""

    @property
    def competition(self) -> Indexed:
        """See State."""

    @property
    def item_weight(self) -> Indexed:
        """See State."""

    @property
    def pair_weight(self) -> Indexed:
        """See State."""

    @property
    def pair_quiet(self) -> Indexed:
        """See State."""

    @property
    def pair_lineage_part(self) -> Indexed:
        """See State."""

    @property
    def pair_part(self) -> Indexed:
        """See State."""

    @property
    def mu(self) -> Indexed:
        """See State."""

    @property
    def log_lambda(self) -> Indexed:
        """See State."""


@dataclass(frozen=True)
class Numbers:
    """What one claim looks like from one path: the numbers of a state, and the path beyond it."""

    state: Seen
    context: Context


class Look(Protocol):
    """Finds a reason's numbers as they are seen from a conclusion."""

    def __call__(self, context: Context, reason: int) -> Numbers | None:
        """Numbers of ``reason`` for a conclusion looked at in ``context``; ``None`` when it lies on the path."""


@dataclass(frozen=True)
class Caps:
    """The most that roots and lineages can ever give a claim, in nats: (r, B) and (e, B)."""

    root: Floats
    lineage: Indexed


class Flow:
    """One side (+1 or -1) of one claim."""

    def __init__(self, net: Network, uses: Uses, caps: Caps, look: Look, target: int, side: int) -> None:
        self.net, self.uses, self.caps, self.look = net, uses, caps, look
        self.target, self.side = target, side
        self.cases = caps.root.shape[1]
        self.capacity: dict[Vertex, Floats] = {}
        self.out: dict[Vertex, dict[Vertex, Floats]] = {}
        self.queue: list[tuple[int, int, Numbers, Vertex]] = []
        self.done: set[tuple[int, int, Context, Vertex]] = set()
        self.deliveries: dict[tuple[int, int], dict[Vertex, Floats]] = {}
        self.free = np.full(self.cases, np.inf)

    def build(self, numbers: Numbers) -> None:
        """Everything on this side of the claim, feeding the sink; reasons beneath are taken in turn."""
        self._later(self.target, self.side, numbers, SINK)
        while self.queue:
            self._feed(*self.queue.pop())
        self._deliver()

    def edge(self, a: Vertex, b: Vertex, capacity: Floats | None = None) -> None:
        """Let ``a`` feed ``b``; the larger capacity holds."""
        targets = self.out.setdefault(a, {})
        new = self.free if capacity is None else capacity
        targets[b] = np.maximum(new, targets[b]) if b in targets else new

    def node(self, v: Vertex, capacity: Floats) -> None:
        """Add a vertex with what it can pass on; the larger capacity holds."""
        self.capacity[v] = np.maximum(capacity, self.capacity[v]) if v in self.capacity else capacity

    def _later(self, c: int, side: int, numbers: Numbers, into: Vertex) -> None:
        key = (c, side, numbers.context, into)
        if key not in self.done:
            self.done.add(key)
            self.queue.append((c, side, numbers, into))

    def _feed(self, c: int, side: int, numbers: Numbers, into: Vertex) -> None:
        state = numbers.state
        shift = state.shift[c] * side
        if (shift > 0).any():
            supply: Vertex = ("shift", c, side)
            self.node(supply, np.maximum(shift, 0))
            self.edge(SOURCE, supply)
            self.edge(supply, into)
        self._evidence(c, side, state, into)
        for j in self.uses.links[c]:
            mu = state.mu[j] * side
            if not (mu > 0).any():
                continue
            link: Vertex = ("link", j, side)
            self.node(link, np.maximum(mu, 0))
            self.edge(link, into)
            for r in self.uses.premises[j]:
                seen = self.look(numbers.context, r)
                if r != self.target and seen is not None:
                    self._reason(r, seen, link, state.log_lambda[j])

    def _reason(self, r: int, numbers: Numbers, into: Vertex, log_lambda: Floats) -> None:
        """A claim as a reason: on the side of what it has gathered, at most that much."""
        gathered = numbers.state.gathered[r]
        for side in (1, -1):
            feeds = (gathered * side > 0) & (log_lambda * side > 0)
            if not feeds.any():
                continue
            v: Vertex = ("claim", r, side)
            self.node(v, np.maximum(gathered * side, 0))
            self.edge(v, into, np.where(feeds, np.inf, 0.0))
            self._later(r, side, numbers, v)
            if (numbers.state.competition[r] * side > 0).any():
                self._competition(r, side, numbers, v)

    def _competition(self, r: int, side: int, numbers: Numbers, into: Vertex) -> None:
        """Competition at an answer: a supply backed by its siblings' networks on the other side."""
        state = numbers.state
        v: Vertex = ("competition", r, side)
        self.node(v, np.maximum(state.competition[r] * side, 0))
        self.edge(v, into)
        for sibling in self.net.questions[self.net.question_of[r]].tolist():
            rows = -side * (state.gathered[sibling] - state.competition[sibling])
            if sibling not in (r, self.target) and (rows > 0).any():
                w: Vertex = ("rows", sibling, -side)
                self.node(w, np.maximum(rows, 0))
                self.edge(w, v)
                self._later(sibling, -side, numbers, w)

    def _evidence(self, c: int, side: int, state: Seen, into: Vertex) -> None:
        """A claim's own roots on one side, each behind its cluster; testimony behind one more vertex."""
        clusters: dict[int, list[int]] = {}
        for g in self.uses.pairs[c]:
            if (state.pair_weight[g] * side > 0).any():
                clusters.setdefault(int(self.net.pair_cluster[g]), []).append(g)
        testimony: Vertex = ("testimony", c, side)
        heard = np.zeros(self.cases)
        for k, pairs in sorted(clusters.items()):
            cluster: Vertex = ("cluster", k, side)
            whole = [np.maximum(state.pair_lineage_part[g] * side, 0) for g in pairs]
            total = np.sum(whole, axis=0)
            quiet = np.sum([x * state.pair_quiet[g] for x, g in zip(whole, pairs, strict=True)], axis=0)
            self.node(cluster, total)
            if not quiet.any():
                self.edge(cluster, into)
            else:
                loud = np.maximum(total - quiet, 0)
                heard = heard + np.sum([np.maximum(state.pair_part[g] * side, 0) for g in pairs], axis=0) - loud
                self.edge(cluster, testimony, quiet)
                if loud.any():
                    self.edge(cluster, into, loud)
            for g in pairs:
                pair: Vertex = ("pair", g, side)
                self.node(pair, np.maximum(state.pair_weight[g] * side, 0))
                self.edge(pair, cluster)
                self._items(g, side, state, pair)
        if heard.any():
            self.node(testimony, np.maximum(heard, 0))
            self.edge(testimony, into)

    def _items(self, g: int, side: int, state: Seen, pair: Vertex) -> None:
        root = int(self.net.pair_root[g])
        for k in self.uses.items[g]:
            w = np.maximum(state.item_weight[k] * side, 0)
            if w.any():
                links = self.deliveries.setdefault((int(self.net.item_record[k]), root), {})
                links[pair] = np.maximum(w, links[pair]) if pair in links else w

    def _deliver(self) -> None:
        """Items to the links they feed: to any set of its links, an item gives at most the largest weight among them.

        Sorted by weight, layer i (capacity w_i - w_(i-1)) feeds links i, i+1, ...: local to what is reached, and
        continuous in every weight.  Cases that sort differently get layers of their own.
        """
        for (record, root), links in sorted(self.deliveries.items()):
            self._root(root)
            pairs = sorted(links)
            weights = np.array([links[p] for p in pairs])
            if len(pairs) == 1:
                layer: Vertex = ("item", record, root)
                self.node(layer, weights[0])
                self.edge(("root", root), layer)
                self.edge(layer, pairs[0])
                continue
            order = np.argsort(weights, axis=0, kind="stable")
            kinds, which = np.unique(order, axis=1, return_inverse=True)
            for n in range(kinds.shape[1]):
                self._layers((record, root), pairs, weights, kinds[:, n], which.ravel() == n)

    def _layers(self, key: tuple[int, int], pairs: list[Vertex], weights: Floats, order: np.ndarray, of: Bools) -> None:
        below = np.zeros(self.cases)
        for i, k in enumerate(order.tolist()):
            step = np.where(of, weights[k] - below, 0.0)
            below = weights[k]
            if (step > 0).any():
                layer: Vertex = ("item", *key, *order.tolist(), i)
                self.node(layer, np.maximum(step, 0))
                self.edge(("root", key[1]), layer)
                for later in order.tolist()[i:]:
                    self.edge(layer, pairs[later])

    def _root(self, root: int) -> None:
        v: Vertex = ("root", root)
        self.node(v, self.caps.root[root])
        lineage = int(self.net.root_lineage[root])
        if lineage >= 0:
            w: Vertex = ("lineage", lineage)
            self.node(w, self.caps.lineage[lineage])
            self.edge(SOURCE, w)
            self.edge(w, v)
        else:
            self.edge(SOURCE, v)

    @property
    def on_cycle(self) -> bool:
        """Whether some claim in it lies on a cycle."""
        return any(context is not None for _, _, context, _ in self.done)

    def sink_total(self) -> Floats:
        """What would arrive if nothing bound: the capacities into the sink (B,), in nats."""
        arriving = [np.minimum(c[SINK], self.capacity[v]) for v, c in self.out.items() if SINK in c]
        return np.sum(arriving, axis=0) if arriving else np.zeros(self.cases)

    def maximum(self, *, exact: bool = True) -> Floats:
        """Maximum flow of each case (B,), in nats.

        Args:
            exact: solve every case, unless a cut and a flow that are already known meet in it.  When false, cases are
                solved until the cuts found so far explain several in a row; the smallest of them bounds the rest.
        """
        total = self.sink_total()
        binds = np.flatnonzero(total)
        if binds.size == 0:
            return total
        graph = Folded(self.capacity, self.out, self.cases)
        out = total.copy()
        if not self.on_cycle:
            fine, arriving = graph.routable(graph.caps[:, binds])
            out[binds[fine]] = np.minimum(arriving[fine], total[binds[fine]])
            binds = binds[~fine]
            if binds.size == 0:
                return out
        same, inverse = np.unique(graph.caps[:, binds], axis=1, return_inverse=True)
        bound, reached = np.full(same.shape[1], np.inf), np.zeros(same.shape[1])
        agreed = 0
        for n in range(same.shape[1]):
            if not exact and agreed >= AGREED:
                break
            if bound[n] - reached[n] <= SLACK * (1 + reached[n]):
                continue
            value, carried, cut = graph.solve(same[:, n])
            agreed = agreed + 1 if abs(bound[n] - value) <= 1e-9 * (1 + value) else 0
            # a cut bounds every case from above; what was carried is possible wherever no capacity is smaller
            bound = np.minimum(bound, same[cut].sum(axis=0))
            possible = (carried[:, None] <= same + 2 / UNIT).all(axis=0)
            reached = np.maximum(reached, np.where(possible, value, 0.0))
            bound[n] = reached[n] = value
        out[binds] = np.minimum(bound[inverse.ravel()], total[binds])
        return out
