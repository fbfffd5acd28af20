"""Semantics W by brute force: scalar, recursive, one claim at a time, with a maximum flow of its own.

Written from the description of the semantics and sharing nothing with the engine, so that both can be wrong only in
different ways.  Slow on purpose: every definition appears as it is stated.
"""

from __future__ import annotations

import math
from collections.abc import Hashable

from .debate import Cut, Debate, Item, Link, flatten
from .scalar import SAME_ROOT, SINK, SOURCE, TESTIMONY, Flow, cap, cluster, discount, log_sigma, logit, sigma, table

NOWHERE: frozenset[str] = frozenset()


class Oracle:
    """Numbers of one debate, each computed when first asked for.

    Most take ``path``: claims that give nothing because the number is looked at from above them (a claim may not
    support itself, even indirectly).  Off every cycle it is empty.

    Args:
        debate: what to weigh.
        conserve: count shared evidence once; otherwise one pass all the way down.
    """

    def __init__(self, debate: Debate, *, conserve: bool = True) -> None:
        self.debate = debate
        self.conserve = conserve
        self._gathered: dict[tuple[str, frozenset[str]], float] = {}
        self._rows: dict[tuple[str, frozenset[str]], float] = {}
        self.lineages = self._lineages()
        self.component = self._components()

    # What a claim has gathered.

    def gathered(self, c: str, path: frozenset[str] = NOWHERE) -> float:
        """D of a claim: its rows, and for an answer the competition of the others."""
        key = (c, path)
        if key not in self._gathered:
            answers = self.debate.siblings(c)
            if len(answers) == 1:
                self._gathered[key] = self.rows(c, path)
            else:
                z = {a: math.log(self.debate.claims[a]) + self.rows(a, path) for a in answers}
                for a in answers:
                    top = max(z[b] for b in answers if b != a)
                    others = top + math.log(math.fsum(math.exp(z[b] - top) for b in answers if b != a))
                    self._gathered[(a, path)] = z[a] - others - logit(self.debate.claims[a])
        return self._gathered[key]

    def heard(self, r: str, path: frozenset[str]) -> float:
        """D of a reason as its conclusion hears it: nothing when it lies on the path."""
        return 0.0 if r in path else self.gathered(r, path & self.component[r])

    def log_odds(self, c: str) -> float:
        return logit(self.debate.claims[c]) + self.gathered(c)

    def credence(self, c: str) -> float:
        return sigma(self.log_odds(c))

    def competition(self, c: str, path: frozenset[str] = NOWHERE) -> float:
        """The row "competition from the other answers"."""
        return self.gathered(c, path) - self.rows(c, path)

    def shared(self, c: str) -> float:
        """The row "shared evidence counted once"."""
        return self.rows(c) - self.one_pass_rows(c, NOWHERE)

    def rows(self, c: str, path: frozenset[str] = NOWHERE) -> float:
        """Shift, own evidence and links of a claim, with what comes by several routes counted once."""
        key = (c, path)
        if key not in self._rows:
            if self.conserve:
                self._rows[key] = self.side(c, 1, path) - self.side(c, -1, path)
            else:
                self._rows[key] = self.one_pass_rows(c, path)
        return self._rows[key]

    def one_pass_rows(self, c: str, path: frozenset[str]) -> float:
        parts = [self.debate.shifts.get(c, 0.0), self.own(c, path)]
        return math.fsum(parts + [self.mu(x, path) for x in self.debate.links if x.claim == c])

    def beyond(self, c: str, path: frozenset[str]) -> frozenset[str]:
        """The path as the reasons of a claim meet it."""
        return path | set(self.debate.siblings(c))

    def _components(self) -> dict[str, frozenset[str]]:
        """Claims that rest on each other; answers of one question go together."""
        above: dict[str, set[str]] = {c: set() for c in self.debate.claims}
        for x in [*self.debate.links, *self.debate.items]:
            if x.weight != 0:
                used = [y.claim for y in flatten(x.cuts)] + list(x.premises if isinstance(x, Link) else ())
                for r in used:
                    above[r].add(x.claim)
        for answers in self.debate.questions:
            for a in answers:
                above[a] |= set(answers)
        reach = {}
        for c in above:
            found, queue = {c}, [c]
            while queue:
                new = above[queue.pop()] - found
                found |= new
                queue += new
            reach[c] = found
        return {c: frozenset(d for d in reach[c] if c in reach[d]) for c in above}

    # Undercuts, links.

    def active(self, cut: Cut, path: frozenset[str]) -> float:
        """Share by which an undercut is active, as seen by a claim whose reasons meet ``path``."""
        pi = self.debate.claims[cut.claim]
        return max(0.0, (sigma(logit(pi) + self.heard(cut.claim, path)) - pi) / (1 - pi))

    def tau(self, cuts: tuple[Cut, ...], path: frozenset[str]) -> float:
        """What undercuts leave of what they attack."""
        return math.prod(1 - cut.kill * self.tau(cut.cuts, path) * self.active(cut, path) for cut in cuts)

    def log_lambda(self, x: Link, path: frozenset[str] = NOWHERE) -> float:
        """ln odds(q)/odds(ref) of the reason, for a conclusion looked at from ``path``."""
        beyond = self.beyond(x.claim, path)
        premises = sorted(set(x.premises))
        gathered = [self.heard(p, beyond) for p in premises]
        if len(premises) == 1:
            return gathered[0]
        if not any(gathered):
            return 0.0
        rates = [self.debate.claims[p] for p in premises]
        log_q = math.fsum(log_sigma(logit(pi) + d) for pi, d in zip(rates, gathered, strict=True))
        log_ref = math.fsum(math.log(pi) for pi in rates)
        return (log_q - math.log(-math.expm1(log_q))) - (log_ref - math.log(-math.expm1(log_ref)))

    def mu(self, x: Link, path: frozenset[str] = NOWHERE) -> float:
        """What a link adds to its conclusion."""
        if x.weight == 0:
            return 0.0
        ref = math.prod(self.debate.claims[p] for p in set(x.premises))
        s, f = table(x.weight, ref, self.debate.claims[x.claim])
        tau = self.tau(x.cuts, self.beyond(x.claim, path))
        s, f = tau * s + (1 - tau) * ref, tau * f + (1 - tau) * ref
        ratio = math.exp(self.log_lambda(x, path))
        mu = math.log((s * ratio + 1 - s) / (f * ratio + 1 - f))
        return mu if x.both or mu * x.weight > 0 else 0.0

    # Evidence of a claim's own.

    def item_weight(self, x: Item, path: frozenset[str] = NOWHERE) -> float:
        """w' of an item: after its reliability and its undercuts."""
        t = x.reliability * self.tau(x.cuts, self.beyond(x.claim, path))
        return math.copysign(discount(abs(x.weight), t), x.weight)

    def items(self, c: str, root: str) -> list[Item]:
        return [x for x in self.debate.items if x.claim == c and x.root == root and x.weight != 0]

    def root_weight(self, c: str, root: str, path: frozenset[str], *, loud: bool = False) -> float:
        """W_root; with ``loud`` what it would be without testimony and anecdote."""
        weights = [self.item_weight(x, path) for x in self.items(c, root) if not (loud and x.testimony)]
        p = cluster([w for w in weights if w > 0], SAME_ROOT)
        n = cluster([-w for w in weights if w < 0], SAME_ROOT)
        return (p - n) / (p + n) * discount(p + n, self.debate.roots[root]) if p + n > 0 else 0.0

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

    def lineage(self, root: str) -> tuple[frozenset[str], float]:
        """Roots that ``root`` is joined with, itself included, and their dependence."""
        return next((x for x in self.lineages if root in x[0]), (frozenset([root]), 0.0))

    def groups(self, c: str) -> list[tuple[list[str], float]]:
        """Roots that vouch for something on a claim, lineage by lineage, with their dependence."""
        here = {x.root for x in self.debate.items if x.claim == c and x.weight != 0}
        families = {self.lineage(r) for r in here}
        return sorted((sorted(roots & here), d) for roots, d in families)

    def worth(self, c: str, sign: int, path: frozenset[str]) -> list[tuple[list[str], float, float]]:
        """Groups of roots on one side of a claim: their roots there, what they are worth, and how much of it is loud.

        What a group would be worth without testimony and anecdote is loud; the rest overlaps with other testimony.
        """
        found = []
        for roots, d in self.groups(c):
            weight = {r: self.root_weight(c, r, path) * sign for r in roots}
            loud = [self.root_weight(c, r, path, loud=True) * sign for r in roots]
            whole = cluster([w for w in weight.values() if w > 0], d)
            if whole > 0:
                here = [r for r in roots if weight[r] > 0]
                found.append((here, whole, min(whole, cluster([w for w in loud if w > 0], d))))
        return found

    def own(self, c: str, path: frozenset[str] = NOWHERE) -> float:
        """Weight of a claim's own evidence."""
        total = 0.0
        for sign in (1, -1):
            found = self.worth(c, sign, path)
            quiet = cluster([whole - loud for _, whole, loud in found], TESTIMONY)
            total += sign * (math.fsum(loud for _, _, loud in found) + quiet)
        return total

    # Conservation.

    def side(self, c: str, sign: int, path: frozenset[str] = NOWHERE) -> float:
        """Maximum flow into one side of a claim."""
        return _Network(self, c, sign, path).flow.maximum()


class _Network:
    """The flow network of one side of a claim.

    On a cycle the same claim is met on several paths; each vertex then takes the largest of its capacities.
    """

    def __init__(self, oracle: Oracle, c: str, sign: int, path: frozenset[str]) -> None:
        self.oracle = oracle
        self.flow = Flow()
        self.done: set[Hashable] = set()
        self.reached: dict[tuple[str, str], dict[Hashable, float]] = {}
        self.feed(c, sign, path, SINK)
        for (root, id), links in self.reached.items():
            self.deliver(root, id, links)

    def feed(self, c: str, sign: int, path: frozenset[str], into: Hashable) -> None:
        """Everything on one side of a claim, feeding ``into``."""
        if (c, sign, path, into) in self.done:
            return
        self.done.add((c, sign, path, into))
        oracle, flow, debate = self.oracle, self.flow, self.oracle.debate
        shift = debate.shifts.get(c, 0.0)
        if shift * sign > 0:
            flow.pipe(SOURCE, ("shift", c))
            flow.vertex(("shift", c), abs(shift))
            flow.pipe(("shift", c), into)
        self.evidence(c, sign, path, into)
        for link in debate.links:
            mu = oracle.mu(link, path) if link.claim == c else 0.0
            if mu * sign > 0:
                gate = ("link", link.id, c)
                flow.vertex(gate, abs(mu))
                flow.pipe(gate, into)
                direction = math.copysign(1, oracle.log_lambda(link, path))
                beyond = oracle.beyond(c, path)
                for p in sorted(set(link.premises)):
                    if oracle.heard(p, beyond) * direction > 0:
                        self.reason(p, beyond & oracle.component[p], gate)

    def evidence(self, c: str, sign: int, path: frozenset[str], into: Hashable) -> None:
        """A claim's own roots on one side; the part that rests on testimony passes a vertex of its own."""
        flow, found = self.flow, self.oracle.worth(c, sign, path)
        testimony = ("testimony", c, sign)
        for roots, whole, loud in found:
            group = ("group", c, sign, min(self.oracle.lineage(roots[0])[0]))
            flow.vertex(group, whole)
            flow.pipe(group, into, loud)
            flow.pipe(group, testimony, whole - loud)
            for r in roots:
                pair = ("vouches", r, c, sign)
                flow.vertex(pair, abs(self.oracle.root_weight(c, r, path)))
                flow.pipe(pair, group)
                for x in self.oracle.items(c, r):
                    w = self.oracle.item_weight(x, path)
                    if w * sign > 0:
                        links = self.reached.setdefault((r, x.id), {})
                        links[pair] = max(abs(w), links.get(pair, 0.0))
        flow.vertex(testimony, cluster([whole - loud for _, whole, loud in found], TESTIMONY))
        flow.pipe(testimony, into)

    def reason(self, r: str, path: frozenset[str], into: Hashable) -> None:
        """A claim as a reason: on one side only, at most what it has gathered."""
        oracle, flow = self.oracle, self.flow
        gathered, competition = oracle.gathered(r, path), oracle.competition(r, path)
        sign = 1 if gathered > 0 else -1
        node = ("claim", r, sign)
        flow.vertex(node, abs(gathered))
        flow.pipe(node, into)
        self.feed(r, sign, path, node)
        if len(oracle.debate.siblings(r)) > 1 and competition * sign > 0:
            flow.vertex(("competition", r, sign), abs(competition))
            flow.pipe(("competition", r, sign), node)
            for other in oracle.debate.siblings(r):
                rows = oracle.rows(other, path)
                if other != r and rows * sign < 0:
                    backing = ("backing", other, -sign)
                    flow.vertex(backing, abs(rows))
                    flow.pipe(backing, ("competition", r, sign))
                    self.feed(other, -sign, path, backing)

    def deliver(self, root: str, id: str, links: dict[Hashable, float]) -> None:
        """An item feeds every link it reached; any of them together get no more than the largest among them.

        They form a chain, largest first, so that a small link cannot open the way for a large one.
        """
        flow = self.flow
        feeder: Hashable = ("root", root)
        for pair, w in sorted(links.items(), key=lambda x: (-x[1], str(x[0]))):
            flow.pipe(feeder, ("item", id, pair))
            flow.vertex(("item", id, pair), w)
            flow.pipe(("item", id, pair), pair)
            feeder = ("item", id, pair)
        reliability = self.oracle.debate.roots
        flow.vertex(("root", root), cap(reliability[root]))
        roots, d = self.oracle.lineage(root)
        if len(roots) == 1:
            flow.pipe(SOURCE, ("root", root))
        else:
            flow.vertex(("lineage", min(roots)), cluster([cap(reliability[r]) for r in roots], d))
            flow.pipe(SOURCE, ("lineage", min(roots)))
            flow.pipe(("lineage", min(roots)), ("root", root))
