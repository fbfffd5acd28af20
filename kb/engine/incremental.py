"""After an edit only what rests on it is computed again.

The network is compiled anew, since that is cheap; every claim whose own inputs changed, and all that rests on it, is
swept; the numbers of the others are carried over by name.  The result equals a full sweep for any order of edits.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from kb.engine.arithmetic import Ints
from kb.engine.closure import Uses
from kb.engine.conserve import Conserver
from kb.engine.cycles import CycleLook, CycleReport, CycleSolver
from kb.engine.inputs import Inputs
from kb.engine.network import ON_ITEM, ON_LINK, Network
from kb.engine.propagate import Propagated
from kb.engine.sweep import Links, Plan, Setup, State, compute, finish, weigh_items


@dataclass(frozen=True)
class Update:
    """A finished sweep after an edit.

    Attributes:
        result: the new numbers, all of them.
        touched: names of the claims that were computed again, sorted.
    """

    result: Propagated
    touched: tuple[str, ...]


def update(
    before: Propagated,
    net: Network,
    inputs: Inputs | None = None,
    conserver: Conserver | None = None,
    *,
    exact: bool = True,
) -> Update:
    """Sweep an edited network, starting from the numbers it had before the edit.

    Args:
        before: a finished sweep of the network before the edit, of as many cases.
        net: the network after the edit.
        inputs: its inputs, by default its own (one case).  Where the network of a claim is as it was, they must be too.
        conserver: counts shared evidence once in the network, where the caller has it already.
        exact: see :func:`~kb.engine.propagate.sweep`.
    """
    conserver = conserver or Conserver(net)
    changed = _changed(before.conserver.uses, conserver.uses)
    return _sweep(before, net, changed, inputs, conserver, exact=exact)


def resweep(before: Propagated, inputs: Inputs) -> Propagated:
    """Sweep the same network with other inputs, of one case: only what rests on those that differ.

    Args:
        before: a finished sweep of one case.
        inputs: the other inputs.
    """
    net, old = before.net, before.setup.inputs

    def rows(name: str) -> Ints:
        a, b = getattr(old, name)[:, 0], getattr(inputs, name)[:, 0]
        return np.flatnonzero((a != b) & ~(np.isnan(a) & np.isnan(b)))

    roots = set(rows("root_reliability").tolist())
    of_roots = [k for k, g in enumerate(net.item_pair.tolist()) if int(net.pair_root[g]) in roots]
    items = [*rows("item_weight").tolist(), *rows("item_reliability").tolist(), *of_roots]
    claims = {int(c) for name in ("base_rate", "shift", "pin") for c in rows(name)}
    claims |= {int(net.item_claim[k]) for k in items} | {int(net.link_claim[j]) for j in rows("link_weight")}
    claims |= {int(net.undercut_final[u]) for u in rows("kill") if net.undercut_final[u] >= 0}
    return _sweep(before, net, sorted(claims), inputs, before.conserver).result


def _sweep(
    before: Propagated,
    net: Network,
    changed: list[int],
    inputs: Inputs | None,
    conserver: Conserver,
    *,
    exact: bool = True,
) -> Update:
    """Sweep changed claims and all that rests on them; the numbers of the others are as before."""
    touched = above(net, changed)
    setup = Setup.of(Plan.of(net), inputs or Inputs.of(net))
    state = State.blank(setup)
    keep = np.setdiff1d(np.arange(net.size), touched)
    _carry(before, state, net, keep)
    solver = CycleSolver(conserver, exact=exact)

    def conserve(x: Setup, state: State, claims: Ints) -> None:
        conserver(x, state, claims, CycleLook(solver, state), exact=exact)

    uses = conserver.uses
    weigh_items(setup, state, _flat([k for c in touched for g in uses.pairs[c] for k in uses.items[g]]))
    for i in sorted({int(net.level[c]) for c in touched}):
        claims = np.array([c for c in touched if net.level[c] == i], dtype=np.int64)
        inside = set(claims.tolist())
        links = _flat([j for c in claims.tolist() for j in uses.links[c]])
        items = _flat([k for c in claims.tolist() for g in uses.pairs[c] for k in uses.items[g]])
        undercuts = _flat(
            [u for j in links.tolist() for u in uses.attackers(ON_LINK, j)]
            + [u for k in items.tolist() for u in uses.attackers(ON_ITEM, k)]
        )
        questions = tuple(q for q in setup.plan.questions[i] if inside & set(net.questions[q].tolist()))
        cycles = tuple(cycle for cycle in setup.plan.cycles[i] if cycle[0] in inside)
        chosen = Links.of(net, links)
        compute(setup, state, claims, chosen, undercuts, items, questions, cycles, conserve, solver)
    finish(setup, state)
    reports = [*solver.reports, *_old_reports(before, net, set(touched.tolist()))]
    result = Propagated(setup, state, conserver, tuple(sorted(reports, key=lambda r: r.claims)))
    return Update(result, tuple(net.ids[c] for c in touched))


def differing(before: Propagated, after: Propagated) -> frozenset[str]:
    """Names of claims of ``after`` that differ from those of ``before`` in what lies beneath them, at any distance.

    What the engine says of any other claim from what lies beneath it is as it was.
    """
    net, uses = after.net, after.conserver.uses
    changed = _changed(before.conserver.uses, uses)
    unit = net.unit.tolist()
    reached = _reach({unit[c] for c in changed}, uses.users)
    swept = set(above(net, changed).tolist())
    return frozenset(id for c, id in enumerate(net.ids) if c in swept or unit[c] in reached)


def _changed(before: Uses, after: Uses) -> list[int]:
    """Claims whose own numbers are made of other things than before, or which are new."""
    old = before.fingerprints
    return [i for i, (id, print) in enumerate(after.fingerprints.items()) if old.get(id) != print]


def above(net: Network, changed: list[int]) -> Ints:
    """Claims that must be computed again: the changed ones and all that rests on them, whole questions and cycles.

    A cycle that lies beneath any of them is computed again too: its numbers depend on the path it is seen from.
    """
    source, to = net.edges
    unit = net.unit
    out: dict[int, set[int]] = {}
    into: dict[int, set[int]] = {}
    for a, b in zip(unit[source].tolist(), unit[to].tolist(), strict=True):
        out.setdefault(a, set()).add(b)
        into.setdefault(b, set()).add(a)
    seen = _reach({int(unit[c]) for c in changed}, out)
    for cycle in net.cycles:
        units = {int(unit[c]) for c in cycle}
        if _reach(units, out) & seen:
            seen |= _reach(units, out)
    return np.flatnonzero(np.isin(unit, sorted(seen)))


def _reach(start: set[int], out: dict[int, set[int]]) -> set[int]:
    seen: set[int] = set()
    queue = list(start)
    while queue:
        c = queue.pop()
        if c not in seen:
            seen.add(c)
            queue += out.get(c, ())
    return seen


def _carry(before: Propagated, state: State, net: Network, keep: Ints) -> None:
    """Copy the numbers of claims that stay as they are, with their items, links and undercuts, by name."""
    old, old_state = before.net, before.state
    names: dict[str, tuple[Sequence[object], Sequence[object]]] = {
        "claim": (old.ids, net.ids),
        "item": (_pairs(old, old.item_ids, old.item_claim), _pairs(net, net.item_ids, net.item_claim)),
        "pair": (_roots(old), _roots(net)),
        "link": (_pairs(old, old.link_ids, old.link_claim), _pairs(net, net.link_ids, net.link_claim)),
        "undercut": (old.undercut_ids, net.undercut_ids),
    }
    claims = np.arange(net.size)
    owner = {"item": net.item_claim, "pair": net.pair_claim, "link": net.link_claim, "undercut": net.undercut_final}
    for axis, (old_names, new_names) in names.items():
        mine = np.isin(owner.get(axis, claims), keep)
        if old_names == new_names:
            source = to = np.flatnonzero(mine)
        else:
            where = {name: i for i, name in enumerate(old_names)}
            at = np.array([where.get(name, -1) for name in new_names], dtype=np.int64)
            to = np.flatnonzero(mine & (at >= 0))
            source = at[to]
        for field in _FIELDS[axis]:
            getattr(state, field)[to] = getattr(old_state, field)[source]


def _pairs(net: Network, ids: tuple[str, ...], claims: Ints) -> list[tuple[str, ...]]:
    return [(id, net.ids[c]) for id, c in zip(ids, claims.tolist(), strict=True)]


def _roots(net: Network) -> list[tuple[str, ...]]:
    pairs = zip(net.pair_claim.tolist(), net.pair_root.tolist(), strict=True)
    return [(net.ids[c], net.root_ids[r]) for c, r in pairs]


def _flat(values: list[int]) -> Ints:
    return np.array(sorted(set(values)), dtype=np.int64)


def _old_reports(before: Propagated, net: Network, touched: set[int]) -> list[CycleReport]:
    """Reports on cycles that stay as they are, with the indices of the new network."""
    at = {id: i for i, id in enumerate(net.ids)}
    found = []
    for report in before.cycles:
        claims = tuple(at[before.net.ids[c]] for c in report.claims if before.net.ids[c] in at)
        if len(claims) == len(report.claims) and not touched & set(claims):
            ends = {at[before.net.ids[c]]: x for c, x in report.ends.items()}
            found.append(CycleReport(claims, report.method, report.iterations, report.residual, report.converged, ends))
    return found


_FIELDS = {
    "claim": ("log_odds", "gathered", "shift", "own", "links", "shared", "competition", "assessed"),
    "item": ("item_tau", "item_weight"),
    "pair": ("pair_weight", "pair_quiet", "pair_lineage_part", "pair_part"),
    "link": ("tau", "mu", "log_lambda"),
    "undercut": ("active", "undercut_tau"),
}
