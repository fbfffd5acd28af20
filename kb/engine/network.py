"""From names to arrays: collects a debate in any order and builds the engine's :class:`Network`."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from itertools import pairwise

import networkx as nx
import numpy as np

from kb.engine.arithmetic import Floats, Ints
from kb.engine.arrays import ON_ITEM, ON_LINK, ON_UNDERCUT, Network, Range

__all__ = ["ON_ITEM", "ON_LINK", "ON_UNDERCUT", "Builder", "Network", "Range"]


class Builder:
    """Collects a debate by name, in any order, and turns it into a :class:`Network` that does not depend on that order.

    Every weight is in nats and signed: positive supports, negative opposes.
    """

    def __init__(self) -> None:
        self._claims: dict[str, tuple[float, float]] = {}
        self._roots: dict[str, float] = {}
        self._items: list[tuple[str, str, float, str, float, bool, Range]] = []
        self._links: list[tuple[str, tuple[str, ...], str, float, bool, Range]] = []
        self._undercuts: list[tuple[str, str, float, int, tuple[str, str]]] = []
        self._lineage: list[tuple[tuple[str, ...], float]] = []
        self._questions: list[tuple[str, tuple[str, ...]]] = []

    def claim(self, id: str, base_rate: float = 0.5, shift: float = 0.0) -> None:
        """Add a claim.  Base rates outside [1e-6, 1 - 1e-6] are brought to the nearer end.

        Raises:
            ValueError: the base rate is not a probability.
        """
        if not 0 <= base_rate <= 1:
            raise ValueError(f"the base rate of {id} is {base_rate!r}, not a probability")
        self._claims[id] = (min(max(base_rate, 1e-6), 1 - 1e-6), shift)

    def root(self, id: str, reliability: float) -> None:
        """Add a voucher with its reliability, 0 < reliability <= 1."""
        if not 0 < reliability <= 1:
            raise ValueError(f"the reliability of {id} is {reliability!r}; it lies above 0 and at most at 1")
        self._roots[id] = reliability

    def item(
        self,
        id: str,
        claim: str,
        weight: float,
        root: str,
        reliability: float = 1.0,
        *,
        testimony: bool = False,
        range: Range | None = None,
    ) -> None:
        """Add one link of an evidence item; give the same ``id`` again for its other claims.

        Args:
            id: the item.
            claim: what it bears on.
            weight: ln P(item | claim) / P(item | not claim), in nats.
            root: who vouches for it.
            reliability: chance that the item is as described, above 0 and at most 1.
            testimony: whether it is testimony or anecdote.
            range: low and high of the weight's size in nats, for intervals; by default the weight itself.
        """
        if not 0 < reliability <= 1:
            raise ValueError(f"the reliability of {id} is {reliability!r}; it lies above 0 and at most at 1")
        self._items.append((id, claim, weight, root, reliability, testimony, range or (abs(weight), abs(weight))))

    def link(
        self,
        id: str,
        premises: Iterable[str],
        claim: str,
        weight: float,
        *,
        cuts_both_ways: bool = False,
        range: Range | None = None,
    ) -> None:
        """Add a reason: one premise, or several that are needed together.

        Args:
            id: the record that carries the link.
            premises: the claims it rests on.
            claim: what it bears on.
            weight: ln P(reason | claim) / P(reason | not claim), in nats.
            cuts_both_ways: whether a failing reason counts the other way.
            range: low and high of the weight's size in nats, for intervals; by default the weight itself.
        """
        spread = range or (abs(weight), abs(weight))
        self._links.append((id, tuple(sorted(set(premises))), claim, weight, cuts_both_ways, spread))

    def undercut(self, id: str, node: str, kill: float, on: int, target: tuple[str, str]) -> None:
        """Add an undercut driven by ``node``.

        Args:
            id: its name.
            node: the claim whose credence drives it.
            kill: share it takes once it is certain, 0 to 1.
            on: ``ON_LINK`` (target: link id, claim), ``ON_ITEM`` (item id, claim) or ``ON_UNDERCUT`` (undercut id, "").
            target: what it attacks.
        """
        if not 0 <= kill <= 1:
            raise ValueError(f"the kill of {id} is {kill!r}, not a share")
        self._undercuts.append((id, node, kill, on, target))

    def lineage(self, roots: Iterable[str], dependence: float) -> None:
        """Say that roots are not independent, with dependence 0 to 1."""
        self._lineage.append((tuple(roots), dependence))

    def question(self, id: str, answers: Sequence[str]) -> None:
        """Say that claims exclude each other and exhaust the question; their base rates must sum to 1."""
        self._questions.append((id, tuple(sorted(answers))))

    def build(self) -> Network:
        """The arrays, sorted by name.

        Raises:
            KeyError: something names a claim, root, link, item or undercut that was not added.
        """
        ids = tuple(sorted(self._claims))
        at = {id: i for i, id in enumerate(ids)}
        root_ids = tuple(sorted(self._roots))
        root_at = {id: i for i, id in enumerate(root_ids)}
        lineage_of, lineage_d = self._components(root_ids, root_at)

        items = sorted(self._items, key=lambda x: (at[x[1]], root_at[x[3]], x[0], x[2]))
        records = {id: i for i, id in enumerate(sorted({x[0] for x in items}))}
        pairs: dict[tuple[int, int], int] = {}
        for x in items:
            pairs.setdefault((at[x[1]], root_at[x[3]]), len(pairs))
        cluster_of, cluster_claim, cluster_d = _clusters(pairs, lineage_of, lineage_d)

        links = sorted(self._links, key=lambda x: (at[x[2]], x[0], x[1], x[3]))
        link_at = {(x[0], x[2]): j for j, x in enumerate(links)}
        item_at = {(x[0], x[1]): j for j, x in enumerate(items)}
        undercuts = sorted(self._undercuts)
        undercut_at = {x[0]: j for j, x in enumerate(undercuts)}
        where = {ON_LINK: link_at, ON_ITEM: item_at, ON_UNDERCUT: {(k, ""): v for k, v in undercut_at.items()}}
        questions = sorted(self._questions)
        premises = [[at[p] for p in x[1]] for x in links]
        net = Network(
            ids=ids,
            pi=_f([self._claims[i][0] for i in ids]),
            shift=_f([self._claims[i][1] for i in ids]),
            item_ids=tuple(x[0] for x in items),
            item_claim=_i([at[x[1]] for x in items]),
            item_weight=_f([x[2] for x in items]),
            item_reliability=_f([x[4] for x in items]),
            item_range=_f([x[6] for x in items]).reshape(-1, 2),
            item_pair=_i([pairs[(at[x[1]], root_at[x[3]])] for x in items]),
            item_record=_i([records[x[0]] for x in items]),
            item_quiet=np.array([x[5] for x in items], dtype=np.bool_),
            pair_claim=_i([c for c, _ in pairs]),
            pair_root=_i([r for _, r in pairs]),
            pair_cluster=_i(cluster_of),
            cluster_claim=_i(cluster_claim),
            cluster_dependence=_f(cluster_d),
            root_ids=root_ids,
            root_reliability=_f([self._roots[r] for r in root_ids]),
            root_lineage=_i(lineage_of),
            lineage_dependence=_f(lineage_d),
            link_ids=tuple(x[0] for x in links),
            link_claim=_i([at[x[2]] for x in links]),
            link_weight=_f([x[3] for x in links]),
            link_both=np.array([x[4] for x in links], dtype=np.bool_),
            link_range=_f([x[5] for x in links]).reshape(-1, 2),
            premise_start=_i(np.cumsum([0, *(len(p) for p in premises)]).tolist()),
            premise=_i([p for ps in premises for p in ps]),
            undercut_ids=tuple(x[0] for x in undercuts),
            undercut_node=_i([at[x[1]] for x in undercuts]),
            undercut_kill=_f([x[2] for x in undercuts]),
            undercut_on=_i([x[3] for x in undercuts]),
            undercut_target=_i([where[x[3]][x[4]] for x in undercuts]),
            question_ids=tuple(x[0] for x in questions),
            questions=tuple(_i([at[a] for a in x[1]]) for x in questions),
        )
        return _links_by_level(net)

    def _components(self, root_ids: tuple[str, ...], root_at: dict[str, int]) -> tuple[list[int], list[float]]:
        """Lineages: roots joined transitively; the dependence is the largest of the kinds that join them."""
        graph: nx.Graph[int] = nx.Graph()
        for roots, d in self._lineage:
            known = [root_at[r] for r in roots]
            for a, b in pairwise(known):
                if a != b:
                    graph.add_edge(a, b, d=max(d, graph.get_edge_data(a, b, {"d": 0.0})["d"]))
        of = [-1] * len(root_ids)
        dependence: list[float] = []
        for part in sorted(sorted(p) for p in nx.connected_components(graph)):
            for r in part:
                of[r] = len(dependence)
            ties: list[float] = [graph.edges[edge]["d"] for edge in graph.subgraph(part).edges]
            dependence.append(max(ties))
        return of, dependence


def _clusters(
    pairs: dict[tuple[int, int], int], lineage_of: list[int], lineage_d: list[float]
) -> tuple[list[int], list[int], list[float]]:
    """Clusters of (claim, root) pairs: the roots of one lineage on one claim go together, any other root by itself.

    Args:
        pairs: (claim, root) to pair index, in order of index.
        lineage_of: root to lineage or -1.
        lineage_d: lineage to dependence.

    Returns:
        Cluster of each pair, and each cluster's claim and dependence.
    """
    number: dict[tuple[int, str], int] = {}
    cluster_of: list[int] = []
    claims: list[int] = []
    dependence: list[float] = []
    for claim, root in pairs:
        e = lineage_of[root]
        key = (claim, f"lineage {e}" if e >= 0 else f"root {root}")
        if key not in number:
            number[key] = len(number)
            claims.append(claim)
            dependence.append(lineage_d[e] if e >= 0 else 0.0)
        cluster_of.append(number[key])
    return cluster_of, claims, dependence


def _links_by_level(net: Network) -> Network:
    """The same network with its links in the order in which they are computed, so that a level's lie side by side."""
    order = np.lexsort((net.link_claim, net.level[net.link_claim])) if net.size else np.zeros(0, dtype=np.int64)
    if (order == np.arange(order.size)).all():
        return net
    counts = np.diff(net.premise_start)[order]
    start = np.zeros(order.size + 1, dtype=np.int64)
    np.cumsum(counts, out=start[1:])
    index = np.arange(start[-1]) + np.repeat(net.premise_start[order] - start[:-1], counts)
    rank = np.empty(order.size, dtype=np.int64)
    rank[order] = np.arange(order.size)
    on_link = net.undercut_on == ON_LINK
    target = net.undercut_target.copy()
    target[on_link] = rank[target[on_link]]
    return replace(
        net,
        link_ids=tuple(net.link_ids[j] for j in order.tolist()),
        link_claim=net.link_claim[order],
        link_weight=net.link_weight[order],
        link_both=net.link_both[order],
        link_range=net.link_range[order],
        premise_start=start,
        premise=net.premise[index],
        undercut_target=target,
    )


def _f(values: Sequence[float] | Sequence[Range]) -> Floats:
    return np.array(values, dtype=np.float64)


def _i(values: Sequence[int]) -> Ints:
    return np.array(values, dtype=np.int64)
