"""What would change a credence: claims to settle, inputs to pin down, experiments to run."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Literal, Protocol

import numpy as np

from kb import odds
from kb.engine import arithmetic as ar
from kb.engine.arithmetic import Floats
from kb.engine.bounds import strength_ranges
from kb.engine.graph import NONE_SUFFIX
from kb.engine.impact import beneath
from kb.engine.inputs import Inputs, cases_at_once
from kb.engine.propagate import Propagated
from kb.engine.uncertainty import BASE_RATE_SPREAD, CONCENTRATION

CERTAIN = 30.0
"""Log odds at which a claim counts as settled, in nats."""
STILL = 1e-9
"""Differences of a probability below this are rounding."""


@dataclass(frozen=True, slots=True)
class ClaimCrux:
    """A claim beneath the target, and what settling it would do.

    Attributes:
        claim: the claim to settle.
        now: the target's credence.
        if_true, if_false: the target's credence with the claim certain, and with it refuted.
        chance: the weight of "true" at which the two average to ``now``; ``None`` where there is none: refuting
            a reason that speaks one way changes nothing.
        expected: expected absolute change of the target's credence; ``None`` likewise.
        bits: mutual information between the two, in bits; ``None`` likewise.
    """

    claim: str
    now: float
    if_true: float
    if_false: float
    chance: float | None
    expected: float | None
    bits: float | None

    @property
    def largest(self) -> float:
        """The larger change of the two, as a probability."""
        return max(abs(self.if_true - self.now), abs(self.if_false - self.now))


ParameterKind = Literal["base rate", "strength", "reliability"]


@dataclass(frozen=True, slots=True)
class ParameterCrux:
    """An input, and by how much the target would move if it were one standard deviation off.

    Attributes:
        kind: which input it is.
        record: the record whose input it is.
        target: the claim that a strength bears on, else empty.
        change: |dq/dtheta| sd(theta), as a probability, from both sides.
    """

    kind: ParameterKind
    record: str
    target: str
    change: float


@dataclass(frozen=True)
class Cruxes:
    """What a claim's credence turns on: claims by how much settling them would move it, inputs by their slack."""

    claim: str
    now: float
    claims: tuple[ClaimCrux, ...]
    parameters: tuple[ParameterCrux, ...]


def entropy(p: float) -> float:
    """Uncertainty of a yes-or-no question, in bits."""
    if p <= 0 or p >= 1:
        return 0.0
    return -(p * math.log2(p) + (1 - p) * math.log2(1 - p))


class Turning:
    """What every claim turns on: claims settled both ways, and inputs moved, each swept once and only when asked for.

    Args:
        result: a finished sweep (its first case is read).
    """

    def __init__(self, result: Propagated) -> None:
        self.result = result
        self.net = result.net
        self._settled: dict[int, tuple[Floats, Floats]] = {}
        self._moved: dict[int, tuple[Floats, Floats]] = {}
        self._of: dict[str, Cruxes] = {}

    @cached_property
    def inputs(self) -> list[_Input]:
        """Every input that is uncertain, with its two ends one standard deviation away."""
        return _uncertain(self.result)

    @cached_property
    def _touching(self) -> dict[int, list[int]]:
        """Claim to the inputs that touch it first."""
        found: dict[int, list[int]] = {}
        for i, x in enumerate(self.inputs):
            for claim in x.claims:
                found.setdefault(claim, []).append(i)
        return found

    def settled(self, claims: Sequence[int]) -> list[tuple[Floats, Floats]]:
        """Credences (n,) with each of some claims certain, and with it refuted."""

        def write(inputs: Inputs, case: int, claim: int, *, up: bool) -> None:
            inputs.pin[claim, case] = CERTAIN if up else -CERTAIN

        return self._both(claims, self._settled, self.net.size, write)

    def moved(self, which: Sequence[int]) -> list[tuple[Floats, Floats]]:
        """Credences (n,) with each of some inputs up, and with it down."""
        ends = self.inputs

        def write(inputs: Inputs, case: int, i: int, *, up: bool) -> None:
            getattr(inputs, ends[i].array)[list(ends[i].rows), case] = ends[i].up if up else ends[i].down

        return self._both(which, self._moved, len(ends), write)

    def _both(
        self, wanted: Sequence[int], known: dict[int, tuple[Floats, Floats]], every: int, write: _Write
    ) -> list[tuple[Floats, Floats]]:
        """Credences with each of some things up and down; what is not known yet is swept, a batch at a time.

        Who asks a second time will ask for more: then all are swept at once, which costs little more than a few.
        """
        missing: list[int] = []
        if not known.keys() >= set(wanted):
            missing = sorted(set(range(every) if known else wanted).difference(known))
        at_once = max(cases_at_once(self.net) // 2, 1)
        for start in range(0, len(missing), at_once):
            some = missing[start : start + at_once]
            inputs = self.result.setup.inputs.take(np.zeros(2 * len(some), dtype=np.int64))
            for n, thing in enumerate(some):
                write(inputs, 2 * n, thing, up=True)
                write(inputs, 2 * n + 1, thing, up=False)
            q = ar.sigmoid(self.result.again(inputs).state.log_odds)
            known.update({thing: (q[:, 2 * n], q[:, 2 * n + 1]) for n, thing in enumerate(some)})
        return [known[thing] for thing in wanted]

    def of(self, claim: str) -> Cruxes:
        """Claims and inputs beneath a claim, ranked by how much they could move it."""
        if claim not in self._of:
            now = self._now(self.net.at[claim])
            self._of[claim] = Cruxes(claim, now, self.claims(claim), self.parameters(claim))
        return self._of[claim]

    def _now(self, t: int) -> float:
        return float(ar.sigmoid(self.result.state.log_odds[[t], 0])[0])

    def claims(self, claim: str) -> tuple[ClaimCrux, ...]:
        """Claims beneath a claim, those first that would move it most if they were settled.

        Its sibling answers are left out: that settling one settles the other is what a question says.  "None of these"
        is no claim that anybody could settle.
        """
        net = self.net
        t = net.at[claim]
        q = int(net.question_of[t])
        siblings = set(net.questions[q].tolist()) if q >= 0 else set()
        below = [c for c in beneath(net, t) if c not in siblings and NONE_SUFFIX not in net.ids[c]]
        now = self._now(t)
        ends = zip(below, self.settled(below), strict=True)
        found = [_claim_crux(net.ids[c], now, float(yes[t]), float(no[t])) for c, (yes, no) in ends]
        found = [c for c in found if c.largest > STILL]
        return tuple(sorted(found, key=lambda c: (-(c.largest / 2 if c.expected is None else c.expected), c.claim)))

    def parameters(self, claim: str) -> tuple[ParameterCrux, ...]:
        """Inputs beneath a claim, those first that move it most when they are one standard deviation off."""
        t = self.net.at[claim]
        near = sorted({i for c in (t, *beneath(self.net, t)) for i in self._touching.get(c, ())})
        moved = zip((self.inputs[i] for i in near), self.moved(near), strict=True)
        found = [ParameterCrux(x.kind, x.record, x.target, abs(float(a[t] - b[t])) / 2) for x, (a, b) in moved]
        found = [p for p in found if p.change > STILL]
        return tuple(sorted(found, key=lambda c: (-c.change, c.kind, c.record, c.target)))


class _Write(Protocol):
    """Writes one thing's upper or lower end into a case."""

    def __call__(self, inputs: Inputs, case: int, thing: int, /, *, up: bool) -> None:
        """Change one case of the inputs."""


def _claim_crux(id: str, now: float, yes: float, no: float) -> ClaimCrux:
    """Weigh the two ends so that they average to the present credence, where they can."""
    inside = min(yes, no) - STILL <= now <= max(yes, no) + STILL
    if abs(no - now) <= STILL or abs(yes - no) <= STILL or not inside:
        return ClaimCrux(id, now, yes, no, None, None, None)
    p = min(max((now - no) / (yes - no), 0.0), 1.0)
    expected = p * abs(yes - now) + (1 - p) * abs(no - now)
    bits = max(entropy(now) - p * entropy(yes) - (1 - p) * entropy(no), 0.0)
    return ClaimCrux(id, now, yes, no, p, expected, bits)


@dataclass(frozen=True, slots=True)
class _Input:
    """An uncertain input: the rows of an array that hold it, their two ends, and the claims that it touches first."""

    kind: ParameterKind
    record: str
    target: str
    array: str
    rows: tuple[int, ...]
    up: tuple[float, ...]
    down: tuple[float, ...]
    claims: frozenset[int]


def _uncertain(result: Propagated) -> list[_Input]:
    """Every input with its ends one standard deviation either way.

    An answer's prior takes from its siblings' and from "none of these" what it gains.
    """
    net, inputs = result.net, result.setup.inputs
    found: list[_Input] = []
    for c in range(net.size):
        q = int(net.question_of[c])
        members = net.questions[q].tolist() if q >= 0 else [c]
        if NONE_SUFFIX not in net.ids[c]:
            up, down = (_nudged(inputs.base_rate[members, 0], members.index(c), s * BASE_RATE_SPREAD) for s in (1, -1))
            found.append(_Input("base rate", net.ids[c], "", "base_rate", tuple(members), up, down, frozenset(members)))
    item_range, link_range = strength_ranges(result)
    for array, ids, into, spans in (
        ("link_weight", net.link_ids, net.link_claim, link_range),
        ("item_weight", net.item_ids, net.item_claim, item_range),
    ):
        for j, id in enumerate(ids):
            weight, (low, high), claim = float(getattr(inputs, array)[j, 0]), spans[j], int(into[j])
            if weight != 0 and high > low:
                more, less = _within(weight, float(high - low) / math.sqrt(12))
                touches = frozenset({claim})
                found.append(_Input("strength", id, net.ids[claim], array, (j,), (more,), (less,), touches))
    items: dict[str, list[int]] = {}
    roots: dict[str, list[int]] = {id: [] for id in net.root_ids}
    for k, id in enumerate(net.item_ids):
        if inputs.item_weight[k, 0] != 0:
            items.setdefault(id, []).append(k)
            roots[net.root_ids[net.pair_root[net.item_pair[k]]]].append(k)
    for id, rows in items.items():
        more, less = _beta(float(inputs.item_reliability[rows[0], 0]))
        ends = ((more,) * len(rows), (less,) * len(rows))
        touches = frozenset(net.item_claim[rows].tolist())
        found.append(_Input("reliability", id, "", "item_reliability", tuple(rows), *ends, touches))
    for r, (id, rows) in enumerate(roots.items()):
        more, less = _beta(float(inputs.root_reliability[r, 0]))
        touches = frozenset(net.item_claim[rows].tolist())
        found.append(_Input("reliability", id, "", "root_reliability", (r,), (more,), (less,), touches))
    return found


def _nudged(rates: Floats, n: int, by: float) -> tuple[float, ...]:
    """Base rates with the log odds of the n-th moved, in nats; those of its siblings share the rest as before."""
    own = odds.sigma(math.log(rates[n]) - math.log1p(-rates[n]) + by)
    found = rates * (1 - own) / (1 - rates[n])
    found[n] = own
    return tuple(float(x) for x in np.clip(found, 1e-6, 1 - 1e-6))


def _within(weight: float, sd: float) -> tuple[float, float]:
    """A signed weight one standard deviation larger and smaller in size, never changing sign."""
    sign = math.copysign(1.0, weight)
    return weight + sign * sd, sign * max(abs(weight) - sd, 0.0)


def _beta(mean: float) -> tuple[float, float]:
    """A reliability one standard deviation up and down, kept between 0 and 1."""
    sd = math.sqrt(mean * (1 - mean) / (CONCENTRATION + 1))
    return min(mean + sd, 1.0), max(mean - sd, 1e-9)
