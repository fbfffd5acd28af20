"""Why a credence is what it is: the sum of one claim, row by row, from the numbers of a finished sweep."""

from __future__ import annotations

import math
from typing import Literal

import numpy as np

from kb.engine import arithmetic as ar
from kb.engine.closure import Uses
from kb.engine.network import ON_ITEM, ON_LINK, ON_UNDERCUT, Network
from kb.engine.results import Credences, Explanation, GroupRow, ItemPart, LinkRow, RootPart, UndercutPart
from kb.engine.sweep import Plan, State
from kb.vocab import TESTIMONY_DEPENDENCE


def explain(p: Plan, state: State, uses: Uses, credences: Credences, id: str) -> Explanation:
    """The sum behind one claim.

    ``base + shift + groups + links + shared + competition == total`` to 1e-12: the rows are the sweep's own numbers.
    """
    net = p.net
    c = net.ids.index(id)
    groups = _groups(net, state, uses, c)
    links = tuple(sorted((_link(p, state, uses, j) for j in uses.links[c]), key=_size))
    base, shift = float(net.base[c]), float(net.shift[c])
    total = float(state.log_odds[c])
    competition = float(state.competition[c])
    stated = math.fsum([base, shift, competition, *(g.contribution for g in groups), *(x.contribution for x in links)])
    shared = total - stated if state.shared[c] != 0 else 0.0
    return Explanation(id, base, shift, groups, links, shared, competition, total, credences[id])


def _size(row: LinkRow | GroupRow | RootPart) -> tuple[float, str]:
    name = row.source if isinstance(row, LinkRow) else row.id if isinstance(row, RootPart) else row.roots[0].id
    return (-abs(row.contribution), name)


def _groups(net: Network, state: State, uses: Uses, c: int) -> tuple[GroupRow, ...]:
    """A claim's own evidence, group by group.

    The roots of a lineage are one group; groups on the same side that rest on testimony, in whole or in part, overlap
    with each other and are shown as one.
    """
    by_cluster: dict[tuple[int, bool], list[int]] = {}
    for g in uses.pairs[c]:
        by_cluster.setdefault((int(net.pair_cluster[g]), bool(state.pair_weight[g] < 0)), []).append(g)
    hearsay: dict[bool, list[tuple[int, bool]]] = {False: [], True: []}
    for key, pairs in by_cluster.items():
        if any(state.pair_quiet[g] > 0 and state.pair_weight[g] != 0 for g in pairs):
            hearsay[key[1]].append(key)
    joined = {key for keys in hearsay.values() if len(keys) > 1 for key in keys}
    sets: list[tuple[Literal["root", "lineage", "testimony"], float, list[int]]] = []
    for keys in hearsay.values():
        if len(keys) > 1:
            sets.append(("testimony", TESTIMONY_DEPENDENCE, [g for key in keys for g in by_cluster[key]]))
    for key, pairs in by_cluster.items():
        if key not in joined:
            kind: Literal["root", "lineage"] = "lineage" if len(pairs) > 1 else "root"
            sets.append((kind, float(net.cluster_dependence[key[0]]) if len(pairs) > 1 else 0.0, pairs))
    found = []
    for name, dependence, pairs in sets:
        roots = tuple(sorted((_root(net, state, uses, g) for g in pairs), key=_size))
        alone, contribution = math.fsum(r.alone for r in roots), math.fsum(r.contribution for r in roots)
        found.append(GroupRow(name, roots, dependence, alone, contribution))
    return tuple(sorted(found, key=_size))


def _root(net: Network, state: State, uses: Uses, g: int) -> RootPart:
    root = int(net.pair_root[g])
    items = tuple(
        ItemPart(
            id=net.item_ids[k],
            stated=float(net.item_weight[k]),
            reliability=float(net.item_reliability[k]),
            tau=float(state.item_tau[k]),
            weight=float(state.item_weight[k]),
            undercuts=_undercuts(net, state, uses, ON_ITEM, k),
        )
        for k in uses.items[g]
    )
    return RootPart(
        id=net.root_ids[root],
        reliability=float(net.root_reliability[root]),
        cap=float(ar.cap(net.root_reliability[root])),
        items=tuple(sorted(items, key=lambda x: (-abs(x.weight), x.id))),
        alone=math.fsum(x.stated for x in items),
        trusted=float(state.pair_weight[g]),
        contribution=float(state.pair_part[g]),
    )


def _link(p: Plan, state: State, uses: Uses, j: int) -> LinkRow:
    net = p.net
    at = np.array([j])
    premises = uses.premises[j]
    return LinkRow(
        source=net.link_ids[j],
        premises=tuple(net.ids[r] for r in premises),
        stated=float(net.link_weight[j]),
        limit=float(ar.link_limit(p.s[at], p.f[at], p.ref[at], state.tau[at])[0]),
        credence=float(ar.sigmoid(p.log_odds_ref[at] + state.log_lambda[at])[0]),
        base_rate=float(p.ref[j]),
        assessed=bool(state.assessed[premises].any()),
        tau=float(state.tau[j]),
        contribution=float(state.mu[j]),
        cuts_both_ways=bool(net.link_both[j]),
        counts=bool(net.link_weight[j] != 0),
        undercuts=_undercuts(net, state, uses, ON_LINK, j),
    )


def _undercuts(net: Network, state: State, uses: Uses, kind: int, target: int) -> tuple[UndercutPart, ...]:
    """The undercuts of a link or item, and theirs after them, strongest first within each."""
    found: list[UndercutPart] = []
    direct = uses.undercuts.get((kind, target), [])
    for u in sorted(direct, key=lambda u: (-float(state.active[u] * net.undercut_kill[u]), net.undercut_ids[u])):
        node = int(net.undercut_node[u])
        found.append(
            UndercutPart(
                id=net.undercut_ids[u].split("#")[0],
                node=net.ids[node],
                credence=float(ar.sigmoid(state.log_odds[[node]])[0]),
                base_rate=float(net.pi[node]),
                assessed=bool(state.assessed[node]),
                kill=float(net.undercut_kill[u]),
                active=float(state.active[u]),
                tau=float(state.undercut_tau[u]),
            )
        )
        found += _undercuts(net, state, uses, ON_UNDERCUT, u)
    return tuple(found)
