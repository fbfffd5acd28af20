"""Shared evidence counted once, by maximum flow.

Where an item can reach a claim by several routes, one pass would count it once per route.  Here evidence flows: no item
delivers more than its own weight, no root or lineage more than its cap, no reason more than it has gathered, no link
more than its message; D = maxflow(+) - maxflow(-).  On a closure that is a tree nothing binds and one pass stands.

A flow that runs round a cycle gains nothing, so the same network serves cyclic graphs; there a reason's numbers depend
on which claims lie on the path to it (:mod:`kb.engine.cycles`), and a vertex takes the largest of its capacities.
"""

from __future__ import annotations

from functools import cached_property

import numpy as np

from kb.engine import arithmetic as ar
from kb.engine.arithmetic import Bools, Floats, Ints
from kb.engine.closure import Uses, trees
from kb.engine.flow import Caps, Flow, Look, Numbers
from kb.engine.network import Network
from kb.engine.sweep import Setup, State, settle

ROUNDING = 1e-11
"""Differences between a flow and a sum below this are rounding, in nats."""


class _Lineages:
    """The cap of each lineage, worked out when a flow asks for it."""

    def __init__(self, net: Network, root: Floats) -> None:
        self._net = net
        self._root = root
        self._known: dict[int, Floats] = {}

    def __getitem__(self, e: int, /) -> Floats:
        if e not in self._known:
            members = self._root[np.flatnonzero(self._net.root_lineage == e)]
            certain = np.isinf(members).any(axis=0)
            d = float(self._net.lineage_dependence[e])
            parts = ar.cluster_parts(np.where(certain, 0.0, members), np.zeros(len(members), dtype=np.int64), d)
            self._known[e] = np.where(certain, np.inf, parts.sum(axis=0))
        return self._known[e]


class Conserver:
    """Counts shared evidence once in one network; call it on a level once that has been added up."""

    def __init__(self, net: Network) -> None:
        self.net = net
        self.uses = Uses(net)
        self._caps: tuple[Setup, Caps] | None = None

    @cached_property
    def is_tree(self) -> Bools:
        """Whether one pass is exact for each claim (n,)."""
        return trees(self.net, self.uses)

    def caps(self, x: Setup) -> Caps:
        """The most each root, and each lineage, can ever give a claim: a lineage the cluster of its roots' caps."""
        if self._caps is None or self._caps[0] is not x:
            root = ar.cap(x.inputs.root_reliability)
            self._caps = (x, Caps(root, _Lineages(self.net, root)))
        return self._caps[1]

    def __call__(self, x: Setup, state: State, claims: Ints, look: Look | None = None, *, exact: bool = True) -> None:
        """Replace D of every claim whose closure is not a tree by its conserved value; ``state.shared`` is the row.

        Args:
            x: network and inputs.
            state: read and written.
            claims: claims of one level, already added up.
            look: how a conclusion sees its reasons; by default as they are.
            exact: solve every case; see :meth:`~kb.engine.flow.Flow.maximum`.
        """
        numbers = Numbers(state, None)

        def everywhere(context: object, reason: int) -> Numbers:
            return numbers

        changed = []
        for c in claims[~self.is_tree[claims]].tolist():
            change = self.change(x, numbers, c, look or everywhere, exact=exact)
            if change.any():
                state.shared[c] = change
                changed.append(c)
        if changed:
            questions = {int(q) for q in self.net.question_of[changed] if q >= 0}
            settle(x, state, np.array(changed), tuple(sorted(questions)))

    def change(self, x: Setup, numbers: Numbers, c: int, look: Look, *, exact: bool = True) -> Floats:
        """The row "shared evidence counted once" of a claim (B,), in nats; 0 where no capacity binds."""
        change = np.zeros(x.inputs.cases)
        for side in (1, -1):
            flow = Flow(self.net, self.uses, self.caps(x), look, c, side)
            flow.build(numbers)
            if flow.capacity:
                change += side * (flow.maximum(exact=exact) - flow.sink_total())
        return np.where(np.abs(change) <= ROUNDING, 0.0, change)
