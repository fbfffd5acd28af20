"""The numbers that people put in, for one or many cases at once.

A case is one set of inputs: the neutral one, a draw, a viewpoint, the records without one of them.  Every array has
one column per case, so that one sweep computes all of them.
"""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from functools import cached_property

import numpy as np

from kb.engine.arithmetic import Floats, Ints, tables
from kb.engine.network import Network


@dataclass(frozen=True)
class Inputs:
    """Inputs of a network for B cases.  Shapes as in :class:`~kb.engine.network.Network`, with a last axis B.

    Attributes:
        base_rate: neutral base rates (n, B); an answer's is its prior.
        shift: a viewpoint's shift of base rates in nats (n, B).
        pin: log odds at which a claim is held, NaN where it is computed (n, B).
        item_weight, item_reliability: signed stated weight in nats, reliability 0 to 1 (k, B).
        root_reliability: 0 to 1 (r, B).
        link_weight: signed weight in nats (l, B).
        kill: share that an undercut takes once it is certain, 0 to 1 (u, B).
    """

    base_rate: Floats
    shift: Floats
    pin: Floats
    item_weight: Floats
    item_reliability: Floats
    root_reliability: Floats
    link_weight: Floats
    kill: Floats

    @classmethod
    def of(cls, net: Network, cases: int = 1) -> Inputs:
        """A network's own inputs, repeated for each case."""

        def wide(values: Floats) -> Floats:
            return np.repeat(values[:, None], cases, axis=1)

        return cls(
            base_rate=wide(net.pi),
            shift=wide(net.shift),
            pin=np.full((net.size, cases), np.nan),
            item_weight=wide(net.item_weight),
            item_reliability=wide(net.item_reliability),
            root_reliability=wide(net.root_reliability),
            link_weight=wide(net.link_weight),
            kill=wide(net.undercut_kill),
        )

    @property
    def cases(self) -> int:
        """B, the number of cases."""
        return int(self.base_rate.shape[1])

    @cached_property
    def neutral(self) -> bool:
        """Whether no claim is shifted or pinned in any case."""
        return not self.shift.any() and bool(np.isnan(self.pin).all())

    def take(self, cases: Ints) -> Inputs:
        """Some of the cases."""
        return replace(self, **{f.name: getattr(self, f.name)[:, cases] for f in fields(self)})


@dataclass(frozen=True)
class Tables:
    """Each link's table, calibrated to its margins (l, B): see :func:`~kb.engine.arithmetic.tables`.

    Attributes:
        base: log odds of the base rates (n, B).
        s, f: P(reason | claim), P(reason | not claim).
        ref: base rate of the reason: the product of its premises'.
        log_odds_ref: its log odds, in nats.
    """

    base: Floats
    s: Floats
    f: Floats
    ref: Floats
    log_odds_ref: Floats

    @classmethod
    def of(cls, net: Network, inputs: Inputs) -> Tables:
        """Calibrate the tables of a network's links."""
        pi = inputs.base_rate
        log_pi = np.log(pi)
        base = log_pi - np.log1p(-pi)
        if net.link_claim.size == 0:
            none = np.zeros((0, inputs.cases))
            return cls(base, none, none, none, none)
        single = np.diff(net.premise_start) == 1
        log_ref = np.add.reduceat(log_pi[net.premise], net.premise_start[:-1], axis=0)
        ref = np.exp(log_ref)
        first = net.premise[net.premise_start[:-1]]
        with np.errstate(divide="ignore"):
            log_odds_ref = np.where(single[:, None], base[first], log_ref - np.log(-np.expm1(log_ref)))
        s, f = tables(inputs.link_weight, ref, pi[net.link_claim])
        return cls(base, s, f, ref, log_odds_ref)


def cases_at_once(net: Network) -> int:
    """How many cases of a network to sweep together: as many as keep its arrays within some hundred megabytes."""
    return max(16, min(1024, 2_000_000 // max(net.size + net.link_claim.size, 1)))
