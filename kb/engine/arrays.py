"""A debate as flat arrays: the engine's own form, without records.  Order, levels and cycles are found here.

Build one with :class:`~kb.engine.network.Builder` (by name, any order) or from records with :mod:`kb.engine.graph`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import networkx as nx
import numpy as np

from kb.engine.arithmetic import Bools, Floats, Ints

ON_LINK, ON_ITEM, ON_UNDERCUT = 0, 1, 2

Range = tuple[float, float]
"""Low and high of a weight's size, in nats."""


@dataclass(frozen=True)
class Network:
    """Claims, items, roots, links, undercuts and exclusive questions as arrays.

    Shapes: n claims, k items, g (claim, root) pairs, c clusters, r roots, e lineages, l links, p premises, u undercuts.

    Attributes:
        ids: names of the claims, sorted.
        pi: neutral base rates (n,).  An answer's is its prior.
        shift: a viewpoint's shift of base rates in nats (n,).
        item_ids, item_claim, item_weight, item_reliability: names (k), claim (k,), signed stated weight in nats (k,),
            reliability (k,).
        item_range: low and high of the stated weight's size in nats, for intervals (k, 2).
        item_pair, item_record, item_quiet: (claim, root) pair (k,), record that the links of one item share (k,),
            whether it is testimony or anecdote (k,).
        pair_claim, pair_root, pair_cluster: claim, root and cluster of each (claim, root) pair (g,).
        cluster_claim, cluster_dependence: claim and dependence of each cluster: the roots of one lineage on one claim,
            or a root by itself (c,).
        root_ids, root_reliability, root_lineage: names (r), reliability (r,), lineage or -1 (r,).
        lineage_dependence: (e,).
        link_ids, link_claim, link_weight, link_both: names (l), conclusion (l,), signed weight in nats (l,), whether it
            cuts both ways (l,).
        link_range: low and high of the weight's size in nats, for intervals (l, 2).
        premise_start, premise: link j's premises are ``premise[premise_start[j]:premise_start[j+1]]`` (CSR).
        undercut_ids, undercut_node, undercut_kill: names (u), driving claim (u,), share it takes (u,).
        undercut_on, undercut_target: what it attacks (``ON_LINK``, ``ON_ITEM``, ``ON_UNDERCUT``) and its index (u,).
        question_ids, questions: names and answers (claim indices) of exclusive questions.
    """

    ids: tuple[str, ...]
    pi: Floats
    shift: Floats
    item_ids: tuple[str, ...]
    item_claim: Ints
    item_weight: Floats
    item_reliability: Floats
    item_range: Floats
    item_pair: Ints
    item_record: Ints
    item_quiet: Bools
    pair_claim: Ints
    pair_root: Ints
    pair_cluster: Ints
    cluster_claim: Ints
    cluster_dependence: Floats
    root_ids: tuple[str, ...]
    root_reliability: Floats
    root_lineage: Ints
    lineage_dependence: Floats
    link_ids: tuple[str, ...]
    link_claim: Ints
    link_weight: Floats
    link_both: Bools
    link_range: Floats
    premise_start: Ints
    premise: Ints
    undercut_ids: tuple[str, ...]
    undercut_node: Ints
    undercut_kill: Floats
    undercut_on: Ints
    undercut_target: Ints
    question_ids: tuple[str, ...]
    questions: tuple[Ints, ...]

    @property
    def size(self) -> int:
        """Number of claims."""
        return len(self.ids)

    @cached_property
    def at(self) -> Mapping[str, int]:
        """Claim to its index."""
        return {id: i for i, id in enumerate(self.ids)}

    @cached_property
    def reasons_into(self) -> Mapping[int, tuple[int, ...]]:
        """Claim to those that rest under it directly, along :attr:`edges`."""
        found: dict[int, list[int]] = {}
        for a, b in zip(*(ends.tolist() for ends in self.edges), strict=True):
            found.setdefault(b, []).append(a)
        return {c: tuple(reasons) for c, reasons in found.items()}

    @cached_property
    def base(self) -> Floats:
        """Log odds of the base rates (n,), in nats."""
        out: Floats = np.log(self.pi) - np.log1p(-self.pi)
        return out

    @cached_property
    def question_of(self) -> Ints:
        """Exclusive question that a claim answers, or -1 (n,)."""
        out = np.full(self.size, -1, dtype=np.int64)
        for q, members in enumerate(self.questions):
            out[members] = q
        return out

    @cached_property
    def unit(self) -> Ints:
        """The claim that stands for each claim in the order of evaluation: answers of one question go together (n,)."""
        out = np.arange(self.size)
        for members in self.questions:
            if members.size:
                out[members] = members.min()
        return out

    @cached_property
    def undercut_final(self) -> Ints:
        """The claim whose value each undercut touches in the end, -1 where it touches none (u,)."""
        u = self.undercut_node.size
        out = np.full(u, -1, dtype=np.int64)
        kind, target = self.undercut_on, self.undercut_target
        for i in range(u):
            j, steps = i, 0
            while kind[j] == ON_UNDERCUT and steps <= u:
                j, steps = int(target[j]), steps + 1
            if kind[j] == ON_LINK and self.link_weight[target[j]] != 0:
                out[i] = self.link_claim[target[j]]
            elif kind[j] == ON_ITEM and self.item_weight[target[j]] != 0:
                out[i] = self.item_claim[target[j]]
        return out

    @cached_property
    def undercut_depth(self) -> Ints:
        """How many undercuts stand between each undercut and the link or item it touches in the end (u,)."""
        u = self.undercut_node.size
        out = np.zeros(u, dtype=np.int64)
        for i in range(u):
            j, steps = i, 0
            while self.undercut_on[j] == ON_UNDERCUT and steps <= u:
                j, steps = int(self.undercut_target[j]), steps + 1
            out[i] = steps
        return out

    @cached_property
    def edges(self) -> tuple[Ints, Ints]:
        """What rests on what: (from, to) claim indices.  Links and items of weight 0, and their undercuts, are none."""
        counts = np.diff(self.premise_start)
        to = np.repeat(self.link_claim, counts)
        heard = np.repeat(self.link_weight != 0, counts)
        final = self.undercut_final
        live = final >= 0
        sources = np.concatenate([self.premise[heard], self.undercut_node[live]])
        return sources, np.concatenate([to[heard], final[live]])

    @cached_property
    def cycles(self) -> tuple[tuple[int, ...], ...]:
        """Sets of claims that rest on each other, as sorted tuples of indices; answers count as one unit."""
        source, to = self.edges
        source, to = self.unit[source], self.unit[to]
        looped = set(source[source == to].tolist())
        level = _levels(self.size, source, to)[0]
        stuck = np.flatnonzero(level < 0)
        if stuck.size == 0:
            return ()
        graph: nx.DiGraph[int] = nx.DiGraph()
        keep = (level[source] < 0) & (level[to] < 0)
        graph.add_edges_from(sorted(set(zip(source[keep].tolist(), to[keep].tolist(), strict=True))))
        found = []
        for part in nx.strongly_connected_components(graph):
            if len(part) > 1 or part & looped:
                found.append(tuple(np.flatnonzero(np.isin(self.unit, sorted(part))).tolist()))
        return tuple(sorted(found))

    @cached_property
    def level(self) -> Ints:
        """Level of each claim (n,): it rests only on claims of lower levels.

        Claims of one cycle share a level; answers of one question share a level.
        """
        source, to = self.unit[self.edges[0]], self.unit[self.edges[1]]
        merged = np.arange(self.size)
        for cycle in self.cycles:
            merged[list(cycle)] = min(cycle)
        source, to = merged[source], merged[to]
        keep = source != to
        level, _ = _levels(self.size, source[keep], to[keep])
        out: Ints = level[merged[self.unit]]
        return out


def _levels(n: int, source: Ints, to: Ints) -> tuple[Ints, int]:
    """Longest-path level of each vertex by Kahn's algorithm, a whole level at a time; -1 on or behind a cycle."""
    waiting = np.bincount(to, minlength=n)
    order = np.argsort(source, kind="stable")
    targets = to[order]
    start = np.searchsorted(source[order], np.arange(n + 1))
    level = np.full(n, -1, dtype=np.int64)
    frontier = np.flatnonzero(waiting == 0)
    depth = 0
    while frontier.size:
        level[frontier] = depth
        begin, end = start[frontier], start[frontier + 1]
        counts = end - begin
        total = int(counts.sum())
        if total == 0:
            break
        offsets = np.repeat(begin - np.r_[0, np.cumsum(counts)[:-1]], counts)
        reached = targets[np.arange(total) + offsets]
        unique, hits = np.unique(reached, return_counts=True)
        waiting[unique] -= hits
        frontier = unique[waiting[unique] == 0]
        depth += 1
    return level, depth
