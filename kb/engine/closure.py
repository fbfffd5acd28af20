"""What lies beneath each claim: whether it is a tree (then one pass is exact), and who is used by whom.

A closure is a tree when no claim, premise, undercut, question, root or lineage is used twice beneath the claim and no
two links run parallel.
"""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

import numpy as np

from kb.engine.arithmetic import Bools
from kb.engine.network import ON_ITEM, ON_LINK, ON_UNDERCUT, Network


@dataclass(frozen=True)
class Uses:
    """Adjacency of a network as plain lists, for walks that go claim by claim."""

    net: Network

    @cached_property
    def pairs(self) -> list[list[int]]:
        """Claim to its (claim, root) pairs."""
        return _lists(self.net.size, self.net.pair_claim.tolist())

    @cached_property
    def items(self) -> list[list[int]]:
        """(claim, root) pair to its items."""
        return _lists(self.net.pair_claim.size, self.net.item_pair.tolist())

    @cached_property
    def links(self) -> list[list[int]]:
        """Claim to the links that bear on it."""
        return _lists(self.net.size, self.net.link_claim.tolist())

    @cached_property
    def premises(self) -> list[list[int]]:
        """Link to its premises."""
        start, flat = self.net.premise_start.tolist(), self.net.premise.tolist()
        return [flat[a:b] for a, b in pairwise(start)]

    @cached_property
    def members(self) -> list[list[int]]:
        """Lineage to its roots, wherever they vouch."""
        found: list[list[int]] = [[] for _ in range(self.net.lineage_dependence.size)]
        for r, e in enumerate(self.net.root_lineage.tolist()):
            if e >= 0:
                found[e].append(r)
        return found

    @cached_property
    def undercuts(self) -> dict[tuple[int, int], list[int]]:
        """(kind of target, target) to its undercuts."""
        found: dict[tuple[int, int], list[int]] = {}
        for u, key in enumerate(zip(self.net.undercut_on.tolist(), self.net.undercut_target.tolist(), strict=True)):
            found.setdefault(key, []).append(u)
        return found

    def attackers(self, kind: int, target: int) -> list[int]:
        """Undercuts of a link, item or undercut, and theirs, each once."""
        found: list[int] = []
        queue = [(kind, target)]
        while queue:
            for u in self.undercuts.get(queue.pop(), ()):
                if u not in found:
                    found.append(u)
                    queue.append((ON_UNDERCUT, u))
        return found

    @cached_property
    def users(self) -> dict[int, set[int]]:
        """Unit to the units that use it themselves, with whatever weight: as a reason, or by an undercut."""
        net = self.net
        unit = net.unit.tolist()
        found: dict[int, set[int]] = {}
        for j, c in enumerate(net.link_claim.tolist()):
            for p in self.premises[j]:
                found.setdefault(unit[p], set()).add(unit[c])
        owners = {ON_LINK: net.link_claim.tolist(), ON_ITEM: net.item_claim.tolist()}
        for kind, target in self.undercuts:
            if kind in owners:
                for u in self.attackers(kind, target):
                    found.setdefault(unit[net.undercut_node[u]], set()).add(unit[owners[kind][target]])
        return found

    @cached_property
    def fingerprints(self) -> dict[str, Hashable]:
        """Everything that a claim's own numbers are made of, by name: a claim is computed again when this changes."""
        net = self.net
        pi, shift, question_of = net.pi.tolist(), net.shift.tolist(), net.question_of.tolist()
        roots = list(zip(net.root_ids, net.root_reliability.tolist(), strict=True))
        dependence = net.lineage_dependence.tolist()
        lineages = {e: (dependence[e], tuple(roots[r] for r in members)) for e, members in enumerate(self.members)}
        vouched = [(*roots[r], lineages.get(e)) for r, e in enumerate(net.root_lineage.tolist())]
        items = list(
            zip(
                net.item_ids, net.item_weight.tolist(), net.item_reliability.tolist(),
                map(tuple, net.item_range.tolist()), net.item_quiet.tolist(), strict=True,
            )
        )  # fmt: skip
        links = list(
            zip(
                net.link_ids, net.link_weight.tolist(), map(tuple, net.link_range.tolist()), net.link_both.tolist(),
                (tuple((net.ids[r], pi[r]) for r in premises) for premises in self.premises), strict=True,
            )
        )  # fmt: skip
        questions = [tuple((net.ids[a], pi[a]) for a in answers.tolist()) for answers in net.questions]
        pair_root = net.pair_root.tolist()
        return {
            id: (
                pi[c],
                shift[c],
                questions[question_of[c]] if question_of[c] >= 0 else None,
                tuple(
                    (items[k], vouched[pair_root[g]], self._attacks(ON_ITEM, k))
                    for g in self.pairs[c]
                    for k in self.items[g]
                ),
                tuple((links[j], self._attacks(ON_LINK, j)) for j in self.links[c]),
            )
            for c, id in enumerate(net.ids)
        }

    def _attacks(self, kind: int, target: int) -> Hashable:
        """Undercuts of a link or item, and theirs, by name."""
        if (kind, target) not in self.undercuts:
            return ()
        net = self.net
        return tuple(
            (
                net.undercut_ids[u],
                net.ids[net.undercut_node[u]],
                float(net.undercut_kill[u]),
                net.undercut_ids[net.undercut_target[u]] if net.undercut_on[u] == ON_UNDERCUT else "",
            )
            for u in self.attackers(kind, target)
        )

    def beneath(self, claim: int) -> tuple[list[int], list[str]]:
        """Claims that one claim rests on directly, with repetitions, and the other things it uses itself.

        Siblings in an exclusive question are not listed: they share the unit.
        """
        net = self.net
        claims: list[int] = []
        marks: list[str] = []
        lineages = set()
        for g in self.pairs[claim]:
            live = [k for k in self.items[g] if net.item_weight[k] != 0]
            if not live:
                continue
            root = int(net.pair_root[g])
            marks.append(f"root {root}")
            lineage = int(net.root_lineage[root])
            if lineage >= 0:
                lineages.add(lineage)
            for k in live:
                claims += [int(net.undercut_node[u]) for u in self.attackers(ON_ITEM, k)]
        for j in self.links[claim]:
            if net.link_weight[j] == 0:
                continue
            claims += self.premises[j]
            claims += [int(net.undercut_node[u]) for u in self.attackers(ON_LINK, j)]
        marks += [f"lineage {x}" for x in lineages]
        return claims, marks


def _lists(n: int, owners: list[int]) -> list[list[int]]:
    """Owner of each part to parts of each owner."""
    found: list[list[int]] = [[] for _ in range(n)]
    for part, owner in enumerate(owners):
        found[owner].append(part)
    return found


def trees(net: Network, uses: Uses) -> Bools:
    """Whether the closure of each claim is a tree (n,); claims on a cycle, or above one, are not.

    Only things that somebody uses twice are remembered on the way up, so that long chains stay linear.
    """
    n = net.size
    unit = net.unit.tolist()
    members: dict[int, list[int]] = {}
    for v in range(n):
        members.setdefault(unit[v], []).append(v)
    below: dict[int, tuple[list[int], list[str]]] = {}
    count: dict[str, int] = {}
    for u, group in members.items():
        claims: list[int] = []
        marks: list[str] = []
        for v in group:
            c, m = uses.beneath(v)
            claims += [unit[x] for x in c]
            marks += m
        below[u] = (claims, marks)
        for key in [*(f"unit {x}" for x in claims), *marks]:
            count[key] = count.get(key, 0) + 1

    on_cycle = {unit[v] for cycle in net.cycles for v in cycle}
    order = sorted(members, key=lambda u: (int(net.level[u]), u))
    seen: dict[int, frozenset[str] | None] = {}
    for u in order:
        claims, marks = below[u]
        seen[u] = None if u in on_cycle else _join(u, claims, marks, seen, count)
    return np.array([seen[unit[v]] is not None for v in range(n)], dtype=np.bool_)


def _join(
    u: int, claims: list[int], marks: list[str], seen: dict[int, frozenset[str] | None], count: dict[str, int]
) -> frozenset[str] | None:
    """Things used more than once anywhere that lie beneath a unit, or ``None`` when one of them lies there twice."""
    if len(set(claims)) < len(claims) or len(set(marks)) < len(marks):
        return None
    own = {m for m in marks if count[m] > 1} | {f"unit {c}" for c in claims if count[f"unit {c}"] > 1}
    parts = [seen.get(c) for c in claims]
    if any(p is None for p in parts):
        return None
    filled = [p for p in parts if p]
    if not own and len(filled) == 1:
        return filled[0]
    union = set(own)
    size = len(own)
    for part in filled:
        size += len(part)
        union |= part
        if len(union) < size:
            return None
    return frozenset(union)
