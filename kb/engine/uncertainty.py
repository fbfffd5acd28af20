"""How far a credence could move: intervals from draws, hard bounds, and how much of the possible weight has evidence.

Draws are keyed on record ids, so that an edit elsewhere does not wiggle a band.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from kb.engine import arithmetic as ar
from kb.engine.arithmetic import Floats
from kb.engine.bounds import bounds, strength_ranges
from kb.engine.incremental import update
from kb.engine.inputs import Inputs, cases_at_once
from kb.engine.propagate import Propagated, propagate
from kb.engine.restrict import restrict, whole

DRAWS = 400
BASE_RATE_SPREAD = 1.0
"""Standard deviation of a base rate's log odds, in nats."""
CONCENTRATION = 20.0
"""Of the Beta distribution of a reliability: as much as twenty cases would teach."""
QUANTILES = (0.05, 0.95)
FEW = 4
"""An edit that touches less than one in so many claims, with all beneath them, has those alone drawn again."""
KEPT = 8192
"""Inputs of a sort whose random numbers are kept for the next edit, some 3 kB each."""


@dataclass(frozen=True)
class Spread:
    """What is uncertain about each claim; shapes (n,), probabilities.

    Attributes:
        low, high: 5% and 95% of the credence over draws of strengths, base rates and reliabilities.
        bound_low, bound_high: the credence with every strength at whichever end of its range hurts or helps most, base
            rates and reliabilities as stated; no draw of strengths alone leaves them.  NaN under a viewpoint that holds
            claims where somebody put them.
        evidenced: share of the reasons' possible weight that has evidence, NaN where there are no reasons.
        draws: the sweep over draws, where it was to be kept; after some edits it may be that of earlier records.
    """

    low: Floats
    high: Floats
    bound_low: Floats
    bound_high: Floats
    evidenced: Floats
    draws: Propagated | None = None


def respread(result: Propagated, before: Propagated, known: Spread, changed: Collection[str]) -> Spread:
    """The same as :func:`spread` after an edit, worked out for the claims that it touches alone.

    Args:
        result: a finished sweep of the records after the edit.
        before: the sweep of the records before it.
        known: its intervals, bounds and shares, made with ``keep``.
        changed: names of the claims beneath which something differs: see :func:`~kb.engine.incremental.differing`.
    """
    net, uses = result.net, result.conserver.uses
    part = whole(uses, [net.at[id] for id in changed])
    if len(part) * FEW > net.size:
        return spread(result, before=known.draws, keep=True)
    few = propagate(restrict(uses, part))
    low, high = intervals(few, DRAWS, cases_at_once(net))
    fresh = (low, high, *bounds(few), evidenced(few))
    at, to = [few.net.at[id] for id in changed], [net.at[id] for id in changed]
    source = np.array([before.net.at.get(id, -1) for id in net.ids], dtype=np.int64)
    arrays: dict[str, Floats] = {}
    for name, values in zip(("low", "high", "bound_low", "bound_high", "evidenced"), fresh, strict=True):
        mixed = getattr(known, name)[source]
        mixed[to] = values[at]
        arrays[name] = mixed
    return Spread(**arrays, draws=known.draws)


def spread(result: Propagated, draws: int = DRAWS, *, before: Propagated | None = None, keep: bool = False) -> Spread:
    """Intervals, bounds and share of evidence for every claim of a finished sweep (its first case is read).

    Args:
        result: a finished sweep.
        draws: how many.
        before: the draws of the records before some edits: what the edits do not touch is taken from them.
        keep: whether to keep the draws, for a later edit; some 50 kB a claim.
    """
    swept = _swept(result, draws, before) if keep and draws <= cases_at_once(result.net) else None
    low, high = _quantiles(swept) if swept is not None else intervals(result, draws)
    held = not np.isnan(result.setup.inputs.pin).all()
    bound_low, bound_high = (np.full_like(low, np.nan), np.full_like(low, np.nan)) if held else bounds(result)
    return Spread(low, high, bound_low, bound_high, evidenced(result), swept)


def _swept(result: Propagated, draws: int, before: Propagated | None) -> Propagated:
    """All draws swept at once, those that an edit does not touch as they were before it."""
    inputs = draw(result, draws)
    if before is None or before.setup.inputs.cases != draws:
        return result.again(inputs, exact=False)
    return update(before, result.net, inputs, result.conserver, exact=False).result


def _quantiles(swept: Propagated) -> tuple[Floats, Floats]:
    low, high = np.quantile(ar.sigmoid(swept.state.log_odds), QUANTILES, axis=1)
    return low, high


def intervals(result: Propagated, draws: int = DRAWS, at_once: int | None = None) -> tuple[Floats, Floats]:
    """5% and 95% quantiles of each credence over draws of all inputs, (n,) each.

    Args:
        result: a finished sweep.
        draws: how many.
        at_once: how many are swept together; by default as many as fit.
    """
    inputs = draw(result, draws)
    at_once = at_once or cases_at_once(result.net)
    parts = []
    for start in range(0, draws, at_once):
        cases = np.arange(start, min(start + at_once, draws))
        parts.append(ar.sigmoid(result.again(inputs.take(cases), exact=False).state.log_odds))
    q = np.concatenate(parts, axis=1)
    low, high = np.quantile(q, QUANTILES, axis=1)
    return low, high


def draw(result: Propagated, draws: int) -> Inputs:
    """Inputs drawn at random, a case each: strengths uniform, base rates logit-normal, reliabilities Beta.

    The random numbers of an input depend only on what it is an input of.  Draws are around the inputs of the sweep's
    first case: what a viewpoint shifts stays shifted, and a strength that it sets is taken as said.
    """
    net = result.net
    inputs = result.setup.inputs.take(np.zeros(draws, dtype=np.int64))
    z = np.array([_normal(f"base {id}", draws) for id in net.ids]).reshape(net.size, draws)
    rate = ar.sigmoid(result.setup.tables.base[:, :1] + BASE_RATE_SPREAD * z)
    for members in net.questions:
        weights = inputs.base_rate[members] * np.exp(BASE_RATE_SPREAD * z[members])
        rate[members] = weights / weights.sum(axis=0)
    inputs.base_rate[:] = np.clip(rate, 1e-6, 1 - 1e-6)
    item_range, link_range = strength_ranges(result)
    for name, ids, into, values, spans in (
        ("link", net.link_ids, net.link_claim, inputs.link_weight, link_range),
        ("item", net.item_ids, net.item_claim, inputs.item_weight, item_range),
    ):
        for j, id in enumerate(ids):
            values[j] = _strength(f"{name} {id} {net.ids[into[j]]}", float(values[j, 0]), spans[j], draws)
    _reliabilities(inputs.item_reliability, [f"reliability {id}" for id in net.item_ids])
    _reliabilities(inputs.root_reliability, [f"reliability {id}" for id in net.root_ids])
    return inputs


def _random(key: str, stream: int) -> np.random.Generator:
    """Random numbers that belong to a key for ever."""
    seed = hashlib.sha256(f"{stream} {key}".encode()).digest()
    return np.random.Generator(np.random.PCG64(int.from_bytes(seed[:16], "big")))


@lru_cache(maxsize=KEPT)
def _normal(key: str, draws: int) -> Floats:
    return _kept(_random(key, 0).standard_normal(draws))


@lru_cache(maxsize=KEPT)
def _uniform(key: str, draws: int) -> Floats:
    return _kept(_random(key, 1).random(draws))


@lru_cache(maxsize=KEPT)
def _beta(key: str, mean: float, draws: int) -> Floats:
    return _kept(_random(key, 2).beta(mean * CONCENTRATION, (1 - mean) * CONCENTRATION, draws))


def _kept(x: Floats) -> Floats:
    """Numbers that are handed out again and again: nobody may change them."""
    x.flags.writeable = False
    return x


def _strength(key: str, weight: float, span: Floats, draws: int) -> Floats:
    """Draws of a signed weight from the range of its size."""
    low, high = float(span[0]), float(span[1])
    if weight == 0 or low == high:
        return np.full(draws, weight)
    size: Floats = low + (high - low) * _uniform(key, draws)
    return size if weight > 0 else -size


def _reliabilities(values: Floats, keys: list[str]) -> None:
    """Put draws around reliabilities in their place; one that is stated as certain stays certain."""
    for i, key in enumerate(keys):
        t = float(values[i, 0])
        if t < 1:
            values[i] = np.clip(_beta(key, t, values.shape[1]), 1e-9, 1 - 1e-9)


def evidenced(result: Propagated) -> Floats:
    """Share of the reasons' possible weight that has evidence: sum |mu| over sum of limits on the same side (n,)."""
    net, state, t = result.net, result.state, result.setup.tables
    limit = np.abs(ar.link_limit(t.s, t.f, t.ref, np.ones_like(t.ref)))[:, 0]
    mu = state.mu[:, 0]
    given = np.where(mu * result.setup.inputs.link_weight[:, 0] > 0, np.abs(mu), 0.0)
    total = np.bincount(net.link_claim, limit, minlength=net.size)
    out: Floats = np.divide(
        np.bincount(net.link_claim, given, minlength=net.size), total, out=np.full(net.size, np.nan), where=total > 0
    )
    return out
