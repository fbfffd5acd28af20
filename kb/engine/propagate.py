"""Credences of a whole network or corpus under semantics W."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from kb.corpus import Corpus
from kb.engine import arithmetic as ar
from kb.engine.arithmetic import Ints
from kb.engine.closure import Uses
from kb.engine.conserve import Conserver
from kb.engine.cycles import CycleLook, CycleReport, CycleSolver
from kb.engine.explain import explain
from kb.engine.graph import NONE_SUFFIX, compile_network
from kb.engine.inputs import Inputs
from kb.engine.network import Network
from kb.engine.results import Credence, Credences, Explanation, Method
from kb.engine.sweep import Plan, Setup, State, run
from kb.errors import UnknownId

P_EDGE = 1e-15
"""Reported credences keep this distance from 0 and 1."""


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


class Assessment:
    """A corpus with its credences, and the sum behind each of them.

    Attributes:
        corpus: the records.
        result: arrays of the finished sweep, for those who need more than credences.
    """

    def __init__(self, corpus: Corpus, result: Propagated) -> None:
        self.corpus = corpus
        self.result = result

    @cached_property
    def credences(self) -> Credences:
        """Every claim's credence, and that of every undercut with a text of its own, in order of id."""
        net, state = self.result.net, self.result.state
        q = ar.sigmoid(state.log_odds[:, 0])
        items, groups = beneath_counts(self.result)
        on_cycle = {c: report for report in self.result.cycles for c in report.claims}
        found = {}
        for i, id in enumerate(net.ids):
            if id.endswith(NONE_SUFFIX):
                continue
            report = on_cycle.get(i)
            method: Method = "exact" if self.result.conserver.is_tree[i] else "conserved"
            found[id] = Credence(
                id=id,
                credence=min(max(float(q[i]), P_EDGE), 1 - P_EDGE),
                base_rate=float(net.pi[i]),
                assessed=bool(state.assessed[i, 0]),
                weight=float(state.gathered[i, 0]),
                method=method if report is None else "iterated",
                residual=report.residual if report else 0.0,
                iterations=report.iterations if report else 1,
                converged=report.converged if report else True,
                ends=report.ends.get(i) if report else None,
                items=items[i],
                groups=groups[i],
            )
        cycles = tuple(tuple(net.ids[c] for c in report.claims) for report in self.result.cycles)
        return Credences(found, cycles=cycles)

    def explain(self, id: str) -> Explanation:
        """The sum behind one claim's credence.

        Raises:
            UnknownId: no claim, and no undercut with a text of its own, has this id.
        """
        entry = self.corpus.find(id)
        if entry is None or entry.id not in self.credences:
            raise UnknownId(id, self.corpus.nearest(id))
        return explain(self.result.setup, self.result.state, self.result.conserver.uses, self.credences, entry.id)


def assess(corpus: Corpus) -> Assessment:
    """Credences of all claims of a corpus under semantics W."""
    return Assessment(corpus, propagate(compile_network(corpus)))


def beneath_counts(result: Propagated) -> tuple[list[int], list[int]]:
    """How many evidence items with weight, and how many independent groups of roots, lie beneath each claim.

    Roots joined by lineage count as one group.  Shapes (n,), (n,).
    """
    net, uses = result.net, result.conserver.uses
    item_bits: dict[int, int] = {}
    group_bits: dict[int, int] = {}
    members: dict[int, list[int]] = {}
    for v, u in enumerate(net.unit.tolist()):
        members.setdefault(u, []).append(v)
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
                        items |= item_bits.get(int(net.unit[p]), 0)
                        groups |= group_bits.get(int(net.unit[p]), 0)
        item_bits[u], group_bits[u] = items, groups
    unit = net.unit.tolist()
    return [item_bits[u].bit_count() for u in unit], [group_bits[u].bit_count() for u in unit]


__all__ = ["Assessment", "Propagated", "Uses", "assess", "propagate"]
