"""Semantics W on a whole network: levels, conservation and cycles together."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from kb.engine.arithmetic import Ints
from kb.engine.conserve import Conserver
from kb.engine.cycles import CycleLook, CycleReport, CycleSolver
from kb.engine.inputs import Inputs
from kb.engine.network import Network
from kb.engine.sweep import Plan, Setup, State, run


@dataclass(frozen=True)
class Propagated:
    """A network with its inputs and the numbers of a finished sweep."""

    setup: Setup
    state: State
    conserver: Conserver
    cycles: tuple[CycleReport, ...] = ()

    @property
    def net(self) -> Network:
        """The network that was swept."""
        return self.setup.net

    def again(self, inputs: Inputs, *, exact: bool = True) -> Propagated:
        """Sweep the same network with other inputs; see :func:`sweep`."""
        return sweep(self.setup.plan, self.conserver, inputs, exact=exact)


def sweep(plan: Plan, conserver: Conserver, inputs: Inputs, *, exact: bool = True) -> Propagated:
    """Sweep a network once for all cases of its inputs, bottom up, counting shared evidence once.

    Args:
        plan: the network by levels.
        conserver: what counts shared evidence once.
        inputs: the cases.
        exact: solve every maximum flow; when false bound most of them by the cuts of some, for draws.
    """
    solver = CycleSolver(conserver, exact=exact)

    def conserve(x: Setup, state: State, claims: Ints) -> None:
        conserver(x, state, claims, CycleLook(solver, state), exact=exact)

    setup = Setup.of(plan, inputs)
    state = run(setup, conserve, solver)
    return Propagated(setup, state, conserver, tuple(solver.reports))


def propagate(net: Network) -> Propagated:
    """Sweep a network with its own inputs.

    Claims that rest on each other are computed as :mod:`kb.engine.cycles` says.
    """
    return sweep(Plan.of(net), Conserver(net), Inputs.of(net))


def beneath_counts(result: Propagated, claims: Iterable[int] | None = None) -> dict[int, tuple[int, int]]:
    """How many evidence items with weight, and how many independent groups of roots, lie beneath each claim.

    Roots joined by lineage count as one group.

    Args:
        result: a finished sweep.
        claims: count for these alone; all that they use is among them.
    """
    net, uses = result.net, result.conserver.uses
    item_bits: dict[int, int] = {}
    group_bits: dict[int, int] = {}
    members: dict[int, list[int]] = {}
    unit = net.unit.tolist()
    for v in range(net.size) if claims is None else claims:
        members.setdefault(unit[v], []).append(v)
    for u in sorted(members, key=lambda x: (int(net.level[x]), x)):
        items = groups = 0
        for v in members[u]:
            for g in uses.pairs[v]:
                root = int(net.pair_root[g])
                lineage = int(net.root_lineage[root])
                for k in uses.items[g]:
                    if net.item_weight[k] != 0:
                        items |= 1 << int(net.item_record[k])
                        groups |= 1 << (lineage if lineage >= 0 else net.lineage_dependence.size + root)
            for j in uses.links[v]:
                if net.link_weight[j] != 0:
                    for p in uses.premises[j]:
                        items |= item_bits.get(unit[p], 0)
                        groups |= group_bits.get(unit[p], 0)
        item_bits[u], group_bits[u] = items, groups
    counts = {u: (item_bits[u].bit_count(), group_bits[u].bit_count()) for u in members}
    return {v: counts[u] for u, several in members.items() for v in several}
