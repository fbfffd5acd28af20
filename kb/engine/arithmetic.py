"""The formulas of semantics W on whole arrays, each stated once.  No graph, no order, no records.

Weights are natural log odds.  The additive weights are Good's (Probability and the Weighing of Evidence, 1950), the
message is Pearl's lambda message on a two-by-two table (Probabilistic Reasoning in Intelligent Systems, 1988), and the
table is calibrated so that a reason at its base rate says nothing.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from kb.vocab import FAULTY_LOOKALIKE, ROOT_DEPENDENCE

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

ROOT_OVERLAP = ROOT_DEPENDENCE
"""Dependence between the items of one root on one claim."""

LARGEST = 600.0
"""Log odds beyond which e^x is not needed: everything that uses it has long reached its limit."""

CONDITIONAL_LIMIT = 0.99
"""No conditional probability of a link's table exceeds this."""


def sigmoid(z: Floats) -> Floats:
    """Probability of log odds, stable at both ends; shape kept."""
    e = np.exp(-np.abs(z))
    out: Floats = np.where(z >= 0, 1.0, e) / (1.0 + e)
    return out


def log_sigmoid(z: Floats) -> Floats:
    """ln of :func:`sigmoid`, stable at both ends; shape kept."""
    out: Floats = -np.logaddexp(0.0, -z)
    return out


def discount(x: Floats, reliability: Floats | float) -> Floats:
    """T_t(x): what a weight of size ``x >= 0`` is worth when its bearer is reliable with probability ``t``.

    T_t(x) = ln[(t + (1-t) h) / (t e^-x + (1-t) h)] with h = .5, the chance, relative to the larger conditional, that a
    faulty item looks like this anyway.  T_1(x) = x, T_0(x) = 0, and T_t(x) <= T_t(inf) = :func:`cap`.
    """
    t = np.asarray(reliability, dtype=float)
    fault = (1 - t) * FAULTY_LOOKALIKE
    with np.errstate(divide="ignore"):
        out: Floats = np.log(t + fault) - np.logaddexp(np.log(t) - x, np.log(fault))
    result: Floats = np.where(t >= 1, x, np.maximum(out, 0.0))
    return result


def cap(reliability: Floats | float) -> Floats:
    """T_t(inf): the most that a bearer of this reliability can ever add, in nats; ``inf`` at reliability 1."""
    t = np.asarray(reliability, dtype=float)
    fault = (1 - t) * FAULTY_LOOKALIKE
    with np.errstate(divide="ignore"):
        out: Floats = np.log(t + fault) - np.log(fault)
    return out


def effective_step(rank: Ints, dependence: Floats | float) -> Floats:
    """n_eff(k) - n_eff(k-1) for the k-th largest weight of a cluster, ``rank`` counted from 0.

    n_eff(k) = k / (1 + (k-1) d): d = 0 leaves every weight whole, d = 1 counts only the largest.
    """
    k = rank + 1.0
    d = np.asarray(dependence, dtype=float)
    before = np.where(rank > 0, (k - 1) / (1 + np.maximum(k - 2, 0) * d), 0.0)
    out: Floats = k / (1 + (k - 1) * d) - before
    return out


def cluster_parts(weights: Floats, group: Ints, dependence: Floats | float) -> Floats:
    """What each weight adds to its cluster.

    Args:
        weights: sizes >= 0, shape (n, B): B cases side by side.
        group: cluster of each weight, sorted, shape (n,).
        dependence: of each weight's cluster, shape (n,) or a number.

    Returns:
        Parts, shape (n, B): the cluster's total is their sum; it lies between the largest weight and the plain sum.
        Equal weights keep the order in which they are given.
    """
    n, cases = weights.shape
    starts = segment_starts(group)
    if starts.size == n:
        return weights
    flat = weights.ravel()
    groups = np.repeat(group * cases, cases) + np.tile(np.arange(cases), n)
    order = np.lexsort((-flat, groups))
    first = segment_starts(groups[order])
    start = np.repeat(first, np.diff(first, append=flat.size))
    rank = np.empty(flat.size, dtype=np.int64)
    rank[order] = np.arange(flat.size) - start
    d = np.broadcast_to(np.asarray(dependence, dtype=float), (n,))
    return weights * effective_step(rank.reshape(n, cases), d[:, None])


def segment_starts(key: Ints) -> Ints:
    """Where each run of equal keys starts; ``key`` (m,) is sorted."""
    return np.concatenate([np.zeros(min(key.size, 1), dtype=np.int64), np.flatnonzero(key[1:] != key[:-1]) + 1])


def segment_sums(values: Floats, key: Ints) -> tuple[Ints, Floats]:
    """Sums of rows (m, B) with the same key; ``key`` (m,) is sorted.  Returns the keys and their sums."""
    start = segment_starts(key)
    return key[start], values[start] if start.size == key.size else np.add.reduceat(values, start, axis=0)


def ratio(a: Floats, b: Floats) -> Floats:
    """a / b, and 0 where b is 0."""
    out: Floats = np.divide(a, b, out=np.zeros_like(b), where=b > 0)
    return out


def tables(m: Floats, ref: Floats, pi: Floats) -> tuple[Floats, Floats]:
    """Conditionals of a link's table with margins ``ref`` (reason) and ``pi`` (claim).

    f = ref / (1 - pi + pi e^m), s = f e^m; |m| is reduced so that s, f <= .99, to 0 where ref >= .99.

    Returns:
        (s, f): P(reason | claim) and P(reason | not claim), shapes as given.
    """
    lim = CONDITIONAL_LIMIT
    with np.errstate(divide="ignore", invalid="ignore"):
        up = np.log(lim * (1 - pi)) - np.log(np.maximum(ref - lim * pi, 0))
        down = np.log(np.maximum(ref / lim - (1 - pi), 0)) - np.log(pi)
    m = np.where(m > 0, np.minimum(m, np.maximum(up, 0)), np.maximum(m, np.minimum(down, 0)))
    m = np.where(ref >= lim, 0.0, m)
    e = np.exp(m)
    f: Floats = np.minimum(ref / (1 - pi + pi * e), 1.0)
    s: Floats = np.minimum(f * e, 1.0)
    return s, f


def message(s: Floats, f: Floats, ref: Floats, tau: Floats, log_lambda: Floats, m: Floats, both: Bools) -> Floats:
    """mu: what a link adds to its conclusion, in nats.

    mu = ln[(s' L + 1 - s') / (f' L + 1 - f')] with L = e^log_lambda = odds(q)/odds(ref) of the reason, and
    s' = tau s + (1-tau) ref, f' likewise; computed as ln[1 + (s' - f') (L - 1) / (1 + f' (L - 1))], which keeps its
    digits near 0.  0 where the reason fell below its base, unless the link cuts both ways.
    """
    e = np.expm1(np.minimum(log_lambda, LARGEST))
    mu = np.log1p(tau * (s - f) * e / (1 + (tau * f + (1 - tau) * ref) * e))
    return np.where(both | (mu * m > 0), mu, 0.0)


def link_limit(s: Floats, f: Floats, ref: Floats, tau: Floats) -> Floats:
    """ln(s'/f'): what a link would add if its reason were certain, in nats."""
    out: Floats = np.log(tau * s + (1 - tau) * ref) - np.log(tau * f + (1 - tau) * ref)
    return out


def answers(log_prior: Floats, rows: Floats) -> Floats:
    """Log odds of each answer of an exclusive question: logit softmax(log_prior + rows), stable; shape (k, B)."""
    z = log_prior + rows
    out = np.empty_like(z)
    for k in range(z.shape[0]):
        out[k] = z[k] - np.logaddexp.reduce(np.delete(z, k, axis=0), axis=0)
    return out


def holding(pin: Floats, z: Floats) -> Floats:
    """What holds some answers of an exclusive question where they are pinned; the others share the rest as before.

    Pinned chances that leave the others less than a millionth are scaled down to leave them that.

    Args:
        pin: log odds at which answers are held, NaN where they are free, shape (k, B).
        z: ln of the answers' weights, shape (k, B).

    Returns:
        Shifts of ``z`` in nats, 0 for free answers, shape (k, B).
    """
    held = ~np.isnan(pin)
    at = np.where(held, pin, -np.inf)
    log_q = log_sigmoid(at)
    total, several, all_held = np.exp(log_q).sum(axis=0), held.sum(axis=0) > 1, held.all(axis=0)
    most = np.where(all_held, 1.0, 1 - 1e-6)
    with np.errstate(divide="ignore", invalid="ignore"):
        scale = np.where(several & ((total > most) | all_held), most / total, 1.0)
        log_rest = np.where(several, np.log1p(-np.minimum(total * scale, 1.0)), log_sigmoid(-at.max(axis=0)))
        apart = np.where(all_held, 0.0, np.logaddexp.reduce(np.where(held, -np.inf, z), axis=0) - log_rest)
        out: Floats = np.where(held, log_q + np.log(scale) + apart - z, 0.0)
    return out
