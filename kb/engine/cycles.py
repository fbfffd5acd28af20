"""Claims that rest on each other.

A claim may not support itself, even indirectly: seen from a conclusion, a reason is worth what it has gathered without
the claims on the path to it.  Every (claim, path) is computed once, with shared evidence counted once in each.  Where a
component has too many such paths, messages are iterated without the reverse edge, from two starts.
"""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np

from kb.engine import arithmetic as ar
from kb.engine.arithmetic import Floats
from kb.engine.conserve import Conserver
from kb.engine.flow import Numbers
from kb.engine.network import ON_ITEM, ON_LINK, Network
from kb.engine.sweep import Links, Setup, State, apply_undercuts, compete, send, settle, weigh_items

MAX_CLAIMS = 16
"""Largest component whose paths are followed."""
MAX_PATHS = 600
"""Most (claim, path) pairs that are followed in one component; above, messages are iterated."""
MAX_SWEEPS = 2_000
TOLERANCE = 1e-12
ENDS_DIFFER = 0.005
"""Two starts that end further apart than this, as probabilities, are both reported."""

Path = frozenset[int]


@dataclass(frozen=True)
class CycleReport:
    """How the claims of one cycle were computed.

    Attributes:
        claims: the claims, as indices.
        method: ``paths`` (every path followed) or ``messages`` (iterated without the reverse edge).
        iterations: sweeps until the residual fell below the tolerance; 1 for ``paths``.
        residual: largest change of a log odds in the last sweep, in nats.
        converged: whether both starts settled, and on the same values.
        ends: claim to the two credences, where the starts end more than .005 apart.
    """

    claims: tuple[int, ...]
    method: str
    iterations: int
    residual: float
    converged: bool
    ends: dict[int, tuple[float, float]]


class Slice:
    """The numbers of a few claims, their items and links, cut out of a state: same names, dictionaries for arrays."""

    gathered: dict[int, Floats]
    shift: dict[int, Floats]
    competition: dict[int, Floats]
    item_weight: dict[int, Floats]
    pair_weight: dict[int, Floats]
    pair_quiet: dict[int, Floats]
    pair_lineage_part: dict[int, Floats]
    pair_part: dict[int, Floats]
    mu: dict[int, Floats]
    log_lambda: dict[int, Floats]

    def __init__(self, state: State, where: dict[str, list[int]]) -> None:
        self.where = where
        for field in fields(State):
            array = getattr(state, field.name)
            index = where[_AXIS[field.name]]
            setattr(self, field.name, dict(zip(index, array[index], strict=True)))

    def write(self, state: State) -> None:
        """Put the numbers back into a state."""
        for field in fields(State):
            index = self.where[_AXIS[field.name]]
            if index:
                getattr(state, field.name)[index] = np.array(list(getattr(self, field.name).values()))

    def write_claims(self, state: State) -> None:
        """Put only the claims' own numbers back, not those of items and links."""
        for name in _CLAIM_FIELDS:
            getattr(state, name)[self.where["claim"]] = np.array(list(getattr(self, name).values()))


_CLAIM_FIELDS = ("log_odds", "gathered", "shift", "own", "links", "shared", "competition", "assessed")
_AXIS = {
    **dict.fromkeys(_CLAIM_FIELDS, "claim"),
    **dict.fromkeys(("item_tau", "item_weight"), "item"),
    **dict.fromkeys(("pair_weight", "pair_quiet", "pair_lineage_part", "pair_part"), "pair"),
    **dict.fromkeys(("tau", "mu", "log_lambda"), "link"),
    **dict.fromkeys(("active", "undercut_tau"), "undercut"),
}


class CycleSolver:
    """Computes components of claims that rest on each other, and remembers how each was computed."""

    def __init__(self, conserver: Conserver, *, exact: bool = True) -> None:
        self.conserver = conserver
        self.exact = exact
        self.net: Network = conserver.net
        self.uses = conserver.uses
        self.reports: list[CycleReport] = []
        self.component: dict[int, int] = {}
        self.seen: dict[tuple[int, Path], Slice] = {}

    def __call__(self, x: Setup, state: State, claims: tuple[int, ...]) -> None:
        """Compute the claims of one component and write their numbers into ``state``."""
        for c in claims:
            self.component[c] = len(self.reports)
        if len(claims) <= MAX_CLAIMS and self._paths(claims) <= MAX_PATHS:
            scratch = state.copy()
            for c in claims:
                self._value(x, scratch, c, frozenset(), claims)
            for c in claims:
                self.seen[(c, frozenset())].write(state)
            self.reports.append(CycleReport(claims, "paths", 1, 0.0, True, {}))
        else:
            for c in claims:
                del self.component[c]
            self.reports.append(_Messages(x, self.conserver, claims).solve(state))

    def unit(self, c: int) -> list[int]:
        """A claim with its sibling answers."""
        q = int(self.net.question_of[c])
        return [c] if q < 0 else [int(x) for x in self.net.questions[q]]

    def inner(self, c: int) -> list[int]:
        """Claims of the same component that a claim (with its sibling answers) rests on, sorted, without repetition."""
        mine = self.component[c]
        return sorted(
            {x for member in self.unit(c) for x in self.uses.beneath(member)[0] if self.component.get(x) == mine}
        )

    def _paths(self, claims: tuple[int, ...]) -> int:
        """How many (claim, path) pairs the component has, counted up to one more than are followed."""
        found: set[tuple[int, Path]] = set()
        queue: list[tuple[int, Path]] = [(c, frozenset()) for c in claims]
        while queue and len(found) <= MAX_PATHS:
            key = queue.pop()
            if key not in found:
                found.add(key)
                on = key[1] | set(self.unit(key[0]))
                queue += [(r, on) for r in self.inner(key[0]) if r not in on]
        return len(found)

    def _value(self, x: Setup, scratch: State, c: int, path: Path, claims: tuple[int, ...]) -> Slice:
        """The numbers of one claim when the claims on ``path`` give nothing; ``scratch`` is overwritten."""
        key = (c, path)
        if key in self.seen:
            return self.seen[key]
        unit = self.unit(c)
        on = path | set(unit)
        below = [self._value(x, scratch, r, on, claims) for r in self.inner(c) if r not in on]
        _forget(x, scratch, list(claims))
        for reason in below:
            reason.write_claims(scratch)
        _forget(x, scratch, unit)
        where = self._where(unit)
        _local(x, scratch, where)
        settle(x, scratch, np.array(unit), ())
        look = CycleLook(self, scratch)
        for member in unit:
            numbers = Numbers(scratch, (self.component[member], on))
            scratch.shared[member] = self.conserver.change(x, numbers, member, look, exact=self.exact)
        settle(x, scratch, np.array(unit), ())
        if int(self.net.question_of[c]) >= 0:
            compete(x, scratch, np.array(unit))
        self.seen[key] = Slice(scratch, where)
        return self.seen[key]

    def _where(self, unit: list[int]) -> dict[str, list[int]]:
        """Indices of everything that a unit owns: claims, pairs, items, links, and the undercuts on them."""
        pairs = [g for c in unit for g in self.uses.pairs[c]]
        items = [k for g in pairs for k in self.uses.items[g]]
        links = [j for c in unit for j in self.uses.links[c]]
        undercuts = {u for k in items for u in self.uses.attackers(ON_ITEM, k)}
        undercuts |= {u for j in links for u in self.uses.attackers(ON_LINK, j)}
        return {"claim": unit, "pair": pairs, "item": items, "link": links, "undercut": sorted(undercuts)}


class CycleLook:
    """Sees a reason on a cycle as it is from the path that leads to it, and any other reason as it is."""

    def __init__(self, solver: CycleSolver, state: State) -> None:
        self.solver, self.state = solver, state

    def __call__(self, context: object, reason: int) -> Numbers | None:
        """Numbers of ``reason``; ``None`` when it lies on the path."""
        number = self.solver.component.get(reason)
        if number is None:
            return Numbers(self.state, None)
        path: Path = frozenset()
        if isinstance(context, tuple) and context[0] == number:
            path = context[1]
        if reason in path:
            return None
        return Numbers(self.solver.seen[(reason, path)], (number, path | set(self.solver.unit(reason))))


def _forget(x: Setup, state: State, claims: list[int]) -> None:
    """Claims that lie on the path give nothing."""
    state.log_odds[claims] = x.tables.base[claims]
    for name in ("gathered", "shift", "own", "links", "shared", "competition"):
        getattr(state, name)[claims] = 0.0
    state.assessed[claims] = False


def _local(x: Setup, state: State, where: dict[str, list[int]]) -> None:
    """Undercuts, own evidence and messages of a few claims, from the numbers in ``state``."""
    if where["undercut"]:
        apply_undercuts(x, state, np.array(where["undercut"]))
    weigh_items(x, state, np.array(sorted(where["item"]), dtype=np.int64))
    links = np.array(sorted(where["link"]), dtype=np.int64)
    if links.size:
        chosen = Links.of(x.net, links)
        send(x, state, chosen)
        state.links[chosen.into] = np.add.reduceat(state.mu[chosen.at], chosen.into_start, axis=0)


class _Messages:
    """Message iteration over one large component: each link hears its reason without what it was itself told."""

    def __init__(self, x: Setup, conserver: Conserver, claims: tuple[int, ...]) -> None:
        net, uses = x.net, conserver.uses
        self.x, self.net, self.conserver = x, net, conserver
        self.claims = np.array(claims)
        self.questions = tuple(sorted({int(q) for q in net.question_of[self.claims] if q >= 0}))
        self.links = np.array(sorted(j for c in claims for j in uses.links[c]), dtype=np.int64)
        self.items = np.array(sorted(k for c in claims for g in uses.pairs[c] for k in uses.items[g]), dtype=np.int64)
        undercuts = {u for k in self.items.tolist() for u in uses.attackers(ON_ITEM, k)}
        undercuts |= {u for j in self.links.tolist() for u in uses.attackers(ON_LINK, j)}
        self.undercuts = np.array(sorted(undercuts), dtype=np.int64)
        self.sent = Links.of(net, self.links)
        self.premises = self.sent.premises
        owner = np.repeat(net.link_claim[self.links], np.diff(self.sent.start))
        into: dict[tuple[int, int], list[int]] = {}
        for j in self.links.tolist():
            for r in uses.premises[j]:
                into.setdefault((r, int(net.link_claim[j])), []).append(j)
        slots: list[int] = []
        back: list[int] = []
        for slot, (r, c) in enumerate(zip(self.premises.tolist(), owner.tolist(), strict=True)):
            for j in into.get((c, r), ()):
                slots.append(slot)
                back.append(j)
        self.slots, self.back = np.array(slots, dtype=np.int64), np.array(back, dtype=np.int64)

    def solve(self, state: State) -> CycleReport:
        """Iterate from no message and from full support; the first is kept, both ends are reported when they differ."""
        high = state.copy()
        high_sweeps, high_residual = self._run(high, np.maximum(self.x.inputs.link_weight[self.links], 0.0))
        sweeps, residual = self._run(state, np.zeros((self.links.size, self.x.inputs.cases)))
        for end in (high, state):
            self.conserver(self.x, end, self.claims)
        pairs = zip(
            self.claims.tolist(),
            ar.sigmoid(state.log_odds[self.claims, 0]).tolist(),
            ar.sigmoid(high.log_odds[self.claims, 0]).tolist(),
            strict=True,
        )
        ends = {c: (min(a, b), max(a, b)) for c, a, b in pairs if abs(a - b) > ENDS_DIFFER}
        worst = max(residual, high_residual)
        return CycleReport(
            tuple(self.claims.tolist()),
            "messages",
            max(sweeps, high_sweeps),
            worst,
            worst < TOLERANCE and not ends,
            ends,
        )

    def _run(self, state: State, mu: Floats) -> tuple[int, float]:
        """Sweep until nothing moves; the step is halved when a sweep moves more than the one before."""
        pace, last = 1.0, np.inf
        residual = np.inf
        for sweep in range(1, MAX_SWEEPS + 1):
            new = self._sweep(state, mu)
            residual = float(np.max(np.abs(new - mu))) if mu.size else 0.0
            if residual < TOLERANCE:
                return sweep, residual
            if residual >= last:
                pace = max(pace / 2, 0.05)
            last = residual
            mu = mu + pace * (new - mu)
        return MAX_SWEEPS, residual

    def _sweep(self, state: State, mu: Floats) -> Floats:
        """One sweep: credences from messages, then new messages from credences without the reverse edge."""
        state.mu[self.links] = mu
        state.links[self.claims] = 0.0
        state.links[self.sent.into] = np.add.reduceat(mu, self.sent.into_start, axis=0)
        settle(self.x, state, self.claims, self.questions)
        if self.undercuts.size:
            apply_undercuts(self.x, state, self.undercuts)
            weigh_items(self.x, state, self.items)
        told = np.zeros((self.premises.size, self.x.inputs.cases))
        np.add.at(told, self.slots, state.mu[self.back])
        send(self.x, state, self.sent, state.gathered[self.premises] - told)
        new: Floats = state.mu[self.links].copy()
        return new
