"""Semantics W by brute force: scalar, recursive, one claim at a time, with a maximum flow of its own.

Written from the description of the semantics and sharing nothing with the engine, so that both can be wrong only in
different ways.  Slow on purpose: every definition appears as it is stated.
"""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Hashable, Iterable

from .debate import Cut, Debate, Item, Link

H = 0.5
SAME_ROOT = 0.5
TESTIMONY = 0.5
LIMIT = 0.99
SOURCE, SINK = "source", "sink"


def logit(p: float) -> float:
    return math.log(p / (1 - p))


def log_sigma(z: float) -> float:
    return -math.log1p(math.exp(-z)) if z > -30 else z - math.log1p(math.exp(z))


def sigma(z: float) -> float:
    return math.exp(log_sigma(z))


def discount(x: float, t: float) -> float:
    """T_t(x)."""
    return x if t == 1 else math.log((t + (1 - t) * H) / (t * math.exp(-x) + (1 - t) * H))


def cap(t: float) -> float:
    """T_t(infinity)."""
    return math.inf if t == 1 else math.log((t + (1 - t) * H) / ((1 - t) * H))


def n_eff(k: int, d: float) -> float:
    return 0.0 if k == 0 else k / (1 + (k - 1) * d)


def cluster(sizes: Iterable[float], d: float) -> float:
    """Worth of same-signed weights with dependence ``d``, given as sizes."""
    ordered = sorted(sizes, reverse=True)
    return math.fsum(w * (n_eff(k, d) - n_eff(k - 1, d)) for k, w in enumerate(ordered, 1) if w > 0)


def signed_cluster(weights: list[float], d: float) -> float:
    """The same, positives and negatives apart."""
    return cluster([w for w in weights if w > 0], d) - cluster([-w for w in weights if w < 0], d)


def table(m: float, ref: float, pi: float) -> tuple[float, float]:
    """(s, f) of a link; |m| is brought down by bisection until neither exceeds the limit."""

    def at(x: float) -> tuple[float, float]:
        f = ref / (1 - pi + pi * math.exp(x))
        return f * math.exp(x), f

    if ref >= LIMIT:
        return ref, ref
    if max(at(m)) <= LIMIT:
        return at(m)
    low, high = 0.0, 1.0
    for _ in range(200):
        mid = (low + high) / 2
        if max(at(mid * m)) <= LIMIT:
            low = mid
        else:
            high = mid
    return at(low * m)


class Flow:
    """A directed graph with capacities on arcs and vertices; maximum flow by shortest augmenting paths."""

    def __init__(self) -> None:
        self.room: dict[Hashable, dict[Hashable, float]] = {}

    def arc(self, a: Hashable, b: Hashable, capacity: float = math.inf) -> None:
        """Let ``a`` feed ``b``; saying so twice changes nothing."""
        self._set(a if a == SOURCE else ("out", a), b if b == SINK else ("in", b), capacity)

    def vertex(self, v: Hashable, capacity: float) -> None:
        """Let at most ``capacity`` pass through ``v``."""
        self._set(("in", v), ("out", v), capacity)

    def _set(self, a: Hashable, b: Hashable, capacity: float) -> None:
        self.room.setdefault(a, {})[b] = capacity
        self.room.setdefault(b, {}).setdefault(a, 0.0)

    def maximum(self) -> float:
        """Value of the maximum flow; the capacities are used up."""
        self.room.setdefault(SOURCE, {})
        self.room.setdefault(SINK, {})
        sent = []
        while True:
            before: dict[Hashable, Hashable] = {SOURCE: SOURCE}
            queue = deque([SOURCE])
            while queue and SINK not in before:
                a = queue.popleft()
                for b, room in self.room[a].items():
                    if room > 1e-15 and b not in before:
                        before[b] = a
                        queue.append(b)  # type: ignore[arg-type]
            if SINK not in before:
                return math.fsum(sent)
            path: list[tuple[Hashable, Hashable]] = []
            v: Hashable = SINK
            while v != SOURCE:
                path.append((before[v], v))
                v = before[v]
            amount = min(self.room[a][b] for a, b in path)
            for a, b in path:
                self.room[a][b] -= amount
                self.room[b][a] += amount
            sent.append(amount)


class Oracle:
    """Numbers of one acyclic debate, each computed when first asked for.

    Args:
        debate: what to weigh.
        conserve: count shared evidence once; otherwise one pass all the way down.
    """

    def __init__(self, debate: Debate, *, conserve: bool = True) -> None:
        self.debate = debate
        self.conserve = conserve
        self._gathered: dict[str, float] = {}
        self._rows: dict[str, float] = {}
        self.lineages = self._lineages()

    # What a claim has gathered.

    def gathered(self, c: str) -> float:
        """D of a claim: its rows, and for an answer the competition of the others."""
        if c not in self._gathered:
            answers = self.debate.siblings(c)
            if len(answers) == 1:
                self._gathered[c] = self.rows(c)
            else:
                z = {a: math.log(self.debate.claims[a]) + self.rows(a) for a in answers}
                for a in answers:
                    top = max(z[b] for b in answers if b != a)
                    others = top + math.log(math.fsum(math.exp(z[b] - top) for b in answers if b != a))
                    self._gathered[a] = z[a] - others - logit(self.debate.claims[a])
        return self._gathered[c]

    def log_odds(self, c: str) -> float:
        return logit(self.debate.claims[c]) + self.gathered(c)

    def credence(self, c: str) -> float:
        return sigma(self.log_odds(c))

    def competition(self, c: str) -> float:
        """The row "competition from the other answers"."""
        return self.gathered(c) - self.rows(c)

    def shared(self, c: str) -> float:
        """The row "shared evidence counted once"."""
        return self.rows(c) - self.one_pass_rows(c)

    def rows(self, c: str) -> float:
        """Shift, own evidence and links of a claim, with what comes by several routes counted once."""
        if c not in self._rows:
            self._rows[c] = self.side(c, 1) - self.side(c, -1) if self.conserve else self.one_pass_rows(c)
        return self._rows[c]

    def one_pass_rows(self, c: str) -> float:
        parts = [self.debate.shifts.get(c, 0.0), self.own(c)]
        return math.fsum(parts + [self.mu(x) for x in self.debate.links if x.claim == c])

    # Undercuts, links.

    def active(self, cut: Cut) -> float:
        pi = self.debate.claims[cut.claim]
        return max(0.0, (sigma(self.log_odds(cut.claim)) - pi) / (1 - pi))

    def tau(self, cuts: tuple[Cut, ...]) -> float:
        """What undercuts leave of what they attack."""
        return math.prod(1 - cut.kill * self.tau(cut.cuts) * self.active(cut) for cut in cuts)

    def log_lambda(self, x: Link) -> float:
        """ln odds(q)/odds(ref) of the reason."""
        premises = sorted(set(x.premises))
        if len(premises) == 1:
            return self.gathered(premises[0])
        if all(self.gathered(p) == 0 for p in premises):
            return 0.0
        log_q = math.fsum(log_sigma(self.log_odds(p)) for p in premises)
        log_ref = math.fsum(math.log(self.debate.claims[p]) for p in premises)
        return (log_q - math.log(-math.expm1(log_q))) - (log_ref - math.log(-math.expm1(log_ref)))

    def mu(self, x: Link) -> float:
        """What a link adds to its conclusion."""
        if x.weight == 0:
            return 0.0
        ref = math.prod(self.debate.claims[p] for p in set(x.premises))
        s, f = table(x.weight, ref, self.debate.claims[x.claim])
        tau = self.tau(x.cuts)
        s, f = tau * s + (1 - tau) * ref, tau * f + (1 - tau) * ref
        ratio = math.exp(self.log_lambda(x))
        mu = math.log((s * ratio + 1 - s) / (f * ratio + 1 - f))
        return mu if x.both or mu * x.weight > 0 else 0.0

    # Evidence of a claim's own.

    def item_weight(self, x: Item) -> float:
        """w' of an item: after its reliability and its undercuts."""
        return math.copysign(discount(abs(x.weight), x.reliability * self.tau(x.cuts)), x.weight)

    def items(self, c: str, root: str) -> list[Item]:
        return [x for x in self.debate.items if x.claim == c and x.root == root and x.weight != 0]

    def roots(self, c: str) -> list[str]:
        """Roots that vouch for something on a claim."""
        return sorted({x.root for x in self.debate.items if x.claim == c and x.weight != 0})

    def root_weight(self, c: str, root: str) -> float:
        """W_root."""
        weights = [self.item_weight(x) for x in self.items(c, root)]
        p = cluster([w for w in weights if w > 0], SAME_ROOT)
        n = cluster([-w for w in weights if w < 0], SAME_ROOT)
        return (p - n) / (p + n) * discount(p + n, self.debate.roots[root]) if p + n > 0 else 0.0

    def own(self, c: str) -> float:
        """Weight of a claim's own evidence."""
        return math.fsum(signed_cluster([self.root_weight(c, r) for r in roots], d) for roots, d in self.groups(c))

    def _lineages(self) -> list[tuple[frozenset[str], float]]:
        """Roots joined transitively, with the largest dependence among what joins them."""
        found: list[tuple[frozenset[str], float]] = []
        for roots, d in self.debate.lineage:
            new, largest = frozenset(roots), d
            if len(new) < 2:
                continue
            for old in [x for x in found if x[0] & new]:
                found.remove(old)
                new, largest = new | old[0], max(largest, old[1])
            found.append((new, largest))
        return found

    def lineage(self, root: str) -> tuple[frozenset[str], float] | None:
        return next((x for x in self.lineages if root in x[0]), None)

    def groups(self, c: str) -> list[tuple[frozenset[str], float]]:
        """Roots on one claim that are not independent of each other, with their dependence."""
        here = frozenset(self.roots(c))
        quiet = frozenset(r for r in here if all(x.testimony for x in self.items(c, r)))
        ties = [(x & here, d) for x, d in self.lineages if len(x & here) > 1]
        if len(quiet) > 1:
            ties.append((quiet, TESTIMONY))
        found = [(frozenset([r]), 0.0) for r in here]
        for tie, d in ties:
            hit = [x for x in found if x[0] & tie]
            found = [x for x in found if x not in hit]
            found.append((frozenset().union(*(x[0] for x in hit)), max(d, *(x[1] for x in hit))))
        return sorted(found, key=lambda x: sorted(x[0]))

    # Conservation.

    def side(self, c: str, sign: int) -> float:
        """Maximum flow into one side of a claim."""
        flow = Flow()
        reached: dict[tuple[str, str], Item] = {}
        self._feed(flow, c, sign, SINK, set(), reached)
        self._supplies(flow, reached)
        return flow.maximum()

    def _feed(
        self, flow: Flow, c: str, sign: int, into: Hashable, done: set[Hashable], reached: dict[tuple[str, str], Item]
    ) -> None:
        """Everything on one side of a claim, feeding ``into``."""
        shift = self.debate.shifts.get(c, 0.0)
        if shift * sign > 0:
            flow.arc(SOURCE, ("shift", c))
            flow.vertex(("shift", c), abs(shift))
            flow.arc(("shift", c), into)
        for roots, d in self.groups(c):
            here = [r for r in sorted(roots) if self.root_weight(c, r) * sign > 0]
            node = ("group", c, sign, min(roots))
            flow.vertex(node, cluster([abs(self.root_weight(c, r)) for r in here], d))
            flow.arc(node, into)
            for r in here:
                pair = ("vouches", r, c)
                flow.vertex(pair, abs(self.root_weight(c, r)))
                flow.arc(pair, node)
                for x in self.items(c, r):
                    if self.item_weight(x) * sign > 0:
                        reached[(x.id, x.claim)] = x
        for link in self.debate.links:
            if link.claim == c and self.mu(link) * sign > 0:
                gate = ("link", link.id, link.claim)
                flow.vertex(gate, abs(self.mu(link)))
                flow.arc(gate, into)
                direction = math.copysign(1, self.log_lambda(link))
                for p in sorted(set(link.premises)):
                    if self.gathered(p) * direction > 0:
                        self._reason(flow, p, gate, done, reached)

    def _reason(
        self, flow: Flow, r: str, into: Hashable, done: set[Hashable], reached: dict[tuple[str, str], Item]
    ) -> None:
        """A claim as a reason: on one side only, at most what it has gathered."""
        node = ("claim", r)
        flow.arc(node, into)
        if node in done:
            return
        done.add(node)
        flow.vertex(node, abs(self.gathered(r)))
        sign = 1 if self.gathered(r) > 0 else -1
        self._feed(flow, r, sign, node, done, reached)
        competition = self.competition(r)
        if len(self.debate.siblings(r)) > 1 and competition * sign > 0:
            flow.vertex(("competition", r), abs(competition))
            flow.arc(("competition", r), node)
            for other in self.debate.siblings(r):
                if other != r and self.rows(other) * sign < 0:
                    backing = ("backing", other, -sign)
                    flow.arc(backing, ("competition", r))
                    if backing not in done:
                        done.add(backing)
                        flow.vertex(backing, abs(self.rows(other)))
                        self._feed(flow, other, -sign, backing, done, reached)

    def _supplies(self, flow: Flow, reached: dict[tuple[str, str], Item]) -> None:
        """Lineages feed roots, roots feed items, and an item feeds every claim that it reached.

        Any of an item's links together deliver no more than the largest of them: they form a chain, largest first, so
        that a small link cannot open the way for a large one.
        """
        chains: dict[tuple[str, str], list[Item]] = {}
        for x in reached.values():
            chains.setdefault((x.root, x.id), []).append(x)
        for (root, id), chain in chains.items():
            feeder: Hashable = ("root", root)
            for x in sorted(chain, key=lambda x: (-abs(self.item_weight(x)), x.claim)):
                node = ("item", id, x.claim)
                flow.arc(feeder, node)
                flow.vertex(node, abs(self.item_weight(x)))
                flow.arc(node, ("vouches", root, x.claim))
                feeder = node
            flow.vertex(("root", root), cap(self.debate.roots[root]))
            lineage = self.lineage(root)
            if lineage is None:
                flow.arc(SOURCE, ("root", root))
            else:
                roots, d = lineage
                flow.vertex(("lineage", min(roots)), cluster([cap(self.debate.roots[r]) for r in roots], d))
                flow.arc(SOURCE, ("lineage", min(roots)))
                flow.arc(("lineage", min(roots)), ("root", root))
