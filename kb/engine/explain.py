"""Why a credence is what it is: the sum of one claim, row by row, from the numbers of a finished sweep."""

from __future__ import annotations

import math
from typing import Literal

import numpy as np

from kb.engine import arithmetic as ar
from kb.engine.closure import Uses
from kb.engine.network import ON_ITEM, ON_LINK, ON_UNDERCUT
from kb.engine.results import Credences, Explanation, GroupRow, ItemPart, LinkRow, RootPart, UndercutPart
from kb.engine.sweep import Setup, State
from kb.vocab import TESTIMONY_DEPENDENCE


def explain(x: Setup, state: State, uses: Uses, credences: Credences, id: str) -> Explanation:
    """The sum behind one claim.

    ``base + shift + groups + links + shared + competition == total`` to 1e-12: the rows are the sweep's own numbers.
    """
    net = x.net
    c = net.at[id]
    groups = _groups(x, state, uses, c)
    links = tuple(sorted((_link(x, state, uses, j) for j in uses.links[c]), key=_size))
    base, shift = float(x.tables.base[c, 0]), float(state.shift[c, 0])
    total = float(state.log_odds[c, 0])
    competition = float(state.competition[c, 0])
    stated = math.fsum([base, shift, competition, *(g.contribution for g in groups), *(x.contribution for x in links)])
    shared = total - stated if state.shared[c, 0] != 0 else 0.0
    return Explanation(id, base, shift, groups, links, shared, competition, total, credences[id])


def _size(row: LinkRow | GroupRow | RootPart) -> tuple[float, str]:
    name = row.source if isinstance(row, LinkRow) else row.id if isinstance(row, RootPart) else row.roots[0].id
    return (-abs(row.contribution), name)


def _groups(x: Setup, state: State, uses: Uses, c: int) -> tuple[GroupRow, ...]:
    """A claim's own evidence, group by group.

    The roots of a lineage are one group; groups on the same side that rest on testimony, in whole or in part, overlap
    with each other and are shown as one.
    """
    net = x.net
    by_cluster: dict[tuple[int, bool], list[int]] = {}
    for g in uses.pairs[c]:
        by_cluster.setdefault((int(net.pair_cluster[g]), bool(state.pair_weight[g, 0] < 0)), []).append(g)
    hearsay: dict[bool, list[tuple[int, bool]]] = {False: [], True: []}
    for key, pairs in by_cluster.items():
        if any(state.pair_quiet[g, 0] > 0 and state.pair_weight[g, 0] != 0 for g in pairs):
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
        roots = tuple(sorted((_root(x, state, uses, g) for g in pairs), key=_size))
        alone, contribution = math.fsum(r.alone for r in roots), math.fsum(r.contribution for r in roots)
        found.append(GroupRow(name, roots, dependence, alone, contribution))
    return tuple(sorted(found, key=_size))


def _root(x: Setup, state: State, uses: Uses, g: int) -> RootPart:
    net = x.net
    root = int(net.pair_root[g])
    items = tuple(
        ItemPart(
            id=net.item_ids[k],
            stated=float(x.inputs.item_weight[k, 0]),
            reliability=float(x.inputs.item_reliability[k, 0]),
            tau=float(state.item_tau[k, 0]),
            weight=float(state.item_weight[k, 0]),
            undercuts=_undercuts(x, state, uses, ON_ITEM, k),
        )
        for k in uses.items[g]
    )
    return RootPart(
        id=net.root_ids[root],
        reliability=float(x.inputs.root_reliability[root, 0]),
        cap=float(ar.cap(x.inputs.root_reliability[root, 0])),
        items=tuple(sorted(items, key=lambda x: (-abs(x.weight), x.id))),
        alone=math.fsum(x.stated for x in items),
        trusted=float(state.pair_weight[g, 0]),
        contribution=float(state.pair_part[g, 0]),
    )


def _link(x: Setup, state: State, uses: Uses, j: int) -> LinkRow:
    net = x.net
    at = np.array([j])
    premises = uses.premises[j]
    return LinkRow(
        source=net.link_ids[j],
        premises=tuple(net.ids[r] for r in premises),
        stated=float(x.inputs.link_weight[j, 0]),
        limit=float(ar.link_limit(x.tables.s[at], x.tables.f[at], x.tables.ref[at], state.tau[at])[0, 0]),
        credence=float(ar.sigmoid(x.tables.log_odds_ref[at] + state.log_lambda[at])[0, 0]),
        base_rate=float(x.tables.ref[j, 0]),
        assessed=bool(state.assessed[premises, 0].any()),
        tau=float(state.tau[j, 0]),
        contribution=float(state.mu[j, 0]),
        cuts_both_ways=bool(net.link_both[j]),
        counts=bool(x.inputs.link_weight[j, 0] != 0),
        undercuts=_undercuts(x, state, uses, ON_LINK, j),
    )


def _undercuts(x: Setup, state: State, uses: Uses, kind: int, target: int) -> tuple[UndercutPart, ...]:
    """The undercuts of a link or item, and theirs after them, strongest first within each."""
    net = x.net
    found: list[UndercutPart] = []
    direct = uses.undercuts.get((kind, target), [])
    for u in sorted(direct, key=lambda u: (-float(state.active[u, 0] * x.inputs.kill[u, 0]), net.undercut_ids[u])):
        node = int(net.undercut_node[u])
        found.append(
            UndercutPart(
                id=net.undercut_ids[u].split("#")[0],
                node=net.ids[node],
                credence=float(ar.sigmoid(state.log_odds[[node], 0])[0]),
                base_rate=float(x.inputs.base_rate[node, 0]),
                assessed=bool(state.assessed[node, 0]),
                kill=float(x.inputs.kill[u, 0]),
                active=float(state.active[u, 0]),
                tau=float(state.undercut_tau[u, 0]),
            )
        )
        found += _undercuts(x, state, uses, ON_UNDERCUT, u)
    return tuple(found)
