"""What would change a credence: claims to settle, inputs to pin down, experiments to run."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

import numpy as np

from kb import models as m
from kb import odds
from kb.corpus import Corpus
from kb.engine import arithmetic as ar
from kb.engine.arithmetic import Floats
from kb.engine.impact import beneath
from kb.engine.inputs import Inputs, cases_at_once
from kb.engine.network import Network
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
        chance: the weight of "true" at which the two average to ``now``; ``None`` where refuting it changes nothing.
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
    def swing(self) -> float:
        """Distance between the two ends, as a probability."""
        return abs(self.if_true - self.if_false)


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
    """What every claim turns on: all claims settled both ways, and all inputs moved, in two batches of sweeps.

    Args:
        result: a finished sweep (its first case is read).
    """

    def __init__(self, result: Propagated) -> None:
        self.result = result
        self.net = result.net

    @cached_property
    def settled(self) -> Floats:
        """Credences with each claim certain (columns 0, 2, ...) and refuted (1, 3, ...): (n, 2n)."""
        n = self.net.size
        sign = np.array([CERTAIN, -CERTAIN])

        def write(inputs: Inputs, case: int, column: int) -> None:
            inputs.pin[column // 2, case] = sign[column % 2]

        return self._sweep(2 * n, write, exact=True)

    @cached_property
    def inputs(self) -> list[_Input]:
        """Every input that is uncertain, with its two ends one standard deviation away."""
        return _uncertain(self.net)

    @cached_property
    def moved(self) -> Floats:
        """Credences with each input up (columns 0, 2, ...) and down (1, 3, ...): (n, 2 inputs)."""
        ends = self.inputs

        def write(inputs: Inputs, case: int, column: int) -> None:
            end = ends[column // 2]
            getattr(inputs, end.array)[end.index, case] = end.down if column % 2 else end.up

        return self._sweep(2 * len(ends), write, exact=False)

    def _sweep(self, columns: int, write: Callable[[Inputs, int, int], None], *, exact: bool) -> Floats:
        """Credences of all claims for many cases, a batch at a time."""
        found = [np.zeros((self.net.size, 0))]
        at_once = cases_at_once(self.net)
        for start in range(0, columns, at_once):
            some = range(start, min(start + at_once, columns))
            inputs = self.result.setup.inputs.take(np.zeros(len(some), dtype=np.int64))
            for case, column in enumerate(some):
                write(inputs, case, column)
            found.append(ar.sigmoid(self.result.again(inputs, exact=exact).state.log_odds))
        return np.concatenate(found, axis=1)

    def of(self, claim: str) -> Cruxes:
        """Claims and inputs beneath a claim, ranked by how much they could move it.

        Its sibling answers are left out: that settling one settles the other is what a question says.
        """
        net = self.net
        t = net.ids.index(claim)
        now = float(ar.sigmoid(self.result.state.log_odds[[t], 0])[0])
        q = int(net.question_of[t])
        siblings = set(net.questions[q].tolist()) if q >= 0 else set()
        reach = {t, *beneath(net, t)}
        claims = [
            _claim_crux(net.ids[c], now, float(self.settled[t, 2 * c]), float(self.settled[t, 2 * c + 1]))
            for c in sorted(reach - siblings - {t})
        ]
        claims = [c for c in claims if c.swing > STILL or abs(c.if_true - now) > STILL]
        claims.sort(key=lambda c: (-(c.expected if c.expected is not None else abs(c.if_true - c.now) * 0.5), c.claim))
        change = np.abs(self.moved[t, 0::2] - self.moved[t, 1::2]) / 2
        parameters = [
            ParameterCrux(end.kind, end.record, end.target, float(x))
            for end, x in zip(self.inputs, change, strict=True)
            if x > STILL
        ]
        parameters.sort(key=lambda c: (-c.change, c.kind, c.record, c.target))
        return Cruxes(claim, now, tuple(claims), tuple(parameters))


def _claim_crux(id: str, now: float, yes: float, no: float) -> ClaimCrux:
    """Weigh the two ends so that they average to the present credence."""
    if abs(no - now) <= STILL or abs(yes - no) <= STILL:
        return ClaimCrux(id, now, yes, no, None, None, None)
    p = min(max((now - no) / (yes - no), 0.0), 1.0)
    expected = p * abs(yes - now) + (1 - p) * abs(no - now)
    bits = max(entropy(now) - p * entropy(yes) - (1 - p) * entropy(no), 0.0)
    return ClaimCrux(id, now, yes, no, p, expected, bits)


@dataclass(frozen=True, slots=True)
class _Input:
    """An uncertain input: where it is, and its two ends."""

    kind: ParameterKind
    record: str
    target: str
    array: str
    index: int
    up: float
    down: float


def _uncertain(net: Network) -> list[_Input]:
    """Every input with its ends one standard deviation either way."""
    found: list[_Input] = []
    for c in range(net.size):
        base = float(net.base[c])
        up, down = (min(max(odds.sigma(base + s * BASE_RATE_SPREAD), 1e-6), 1 - 1e-6) for s in (1, -1))
        if net.question_of[c] < 0:
            found.append(_Input("base rate", net.ids[c], "", "base_rate", c, up, down))
    for array, ids, into, weights, spans in (
        ("link_weight", net.link_ids, net.link_claim, net.link_weight, net.link_range),
        ("item_weight", net.item_ids, net.item_claim, net.item_weight, net.item_range),
    ):
        for j, id in enumerate(ids):
            low, high = spans[j]
            if weights[j] != 0 and high > low:
                up, down = _within(float(weights[j]), float(high - low) / math.sqrt(12))
                found.append(_Input("strength", id, net.ids[into[j]], array, j, up, down))
    for k, id in enumerate(net.item_ids):
        if net.item_weight[k] != 0:
            up, down = _beta(float(net.item_reliability[k]))
            found.append(_Input("reliability", id, net.ids[net.item_claim[k]], "item_reliability", k, up, down))
    for r, id in enumerate(net.root_ids):
        up, down = _beta(float(net.root_reliability[r]))
        found.append(_Input("reliability", id, "", "root_reliability", r, up, down))
    return found


def _within(weight: float, sd: float) -> tuple[float, float]:
    """A signed weight one standard deviation larger and smaller in size, never changing sign."""
    sign = math.copysign(1.0, weight)
    return weight + sign * sd, sign * max(abs(weight) - sd, 0.0)


def _beta(mean: float) -> tuple[float, float]:
    """A reliability one standard deviation up and down, kept between 0 and 1."""
    sd = math.sqrt(mean * (1 - mean) / (CONCENTRATION + 1))
    return min(mean + sd, 1.0), max(mean - sd, 1e-9)


@dataclass(frozen=True, slots=True)
class ExperimentValue:
    """How much an experiment could tell about a claim.

    Attributes:
        experiment: the record.
        outcomes: (outcome id, chance, credence after it) in the experiment's order; chances sum to 1.
        expected: expected absolute change of the claim's credence.
        bits: expected information, in bits.
    """

    experiment: str
    outcomes: tuple[tuple[str, float, float], ...]
    expected: float
    bits: float


def experiments(result: Propagated, corpus: Corpus, claim: str) -> tuple[ExperimentValue, ...]:
    """Proposed experiments that bear on a claim, the most informative first.

    Each outcome updates the claims it names by ln(P(outcome | true) / P(outcome | false)); its chance is the mixture of
    those conditionals at the present credences (the mean over the claims, normalised over the outcomes).
    """
    net = result.net
    t = net.ids.index(claim)
    q = ar.sigmoid(result.state.log_odds[:, 0])
    now = float(q[t])
    reach = {net.ids[c] for c in [t, *beneath(net, t)]}
    found = []
    for id, experiment in corpus.of(m.Experiment, active=True):
        named = sorted({c for o in experiment.outcomes for c in o.likelihood if c in reach})
        if not named:
            continue
        inputs = result.setup.inputs.take(np.zeros(len(experiment.outcomes), dtype=np.int64))
        chances = []
        for n, outcome in enumerate(experiment.outcomes):
            mixture = []
            for c in named:
                table = outcome.likelihood.get(c)
                i = net.ids.index(c)
                if table is not None:
                    inputs.shift[i, n] += math.log(table.if_true) - math.log(table.if_false)
                    mixture.append(float(q[i]) * table.if_true + float(1 - q[i]) * table.if_false)
            chances.append(math.fsum(mixture) / len(mixture) if mixture else 1 / len(experiment.outcomes))
        total = math.fsum(chances)
        after = ar.sigmoid(result.again(inputs).state.log_odds[t])
        outcomes = tuple(
            (o.id, p / total, float(a)) for o, p, a in zip(experiment.outcomes, chances, after, strict=True)
        )
        expected = math.fsum(p * abs(a - now) for _, p, a in outcomes)
        bits = max(entropy(now) - math.fsum(p * entropy(a) for _, p, a in outcomes), 0.0)
        found.append(ExperimentValue(id, outcomes, expected, bits))
    return tuple(sorted(found, key=lambda e: (-e.bits, -e.expected, e.experiment)))
