"""Probability, log odds and decibans: the units every other module converts through.

Natural log odds ("nats") are used in formulas, decibans (dB) are shown to people: 1 dB = ln(10)/10 nat
(I. J. Good, "Weighing the Evidence", 1950).  Nothing here knows about records or graphs.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

DB = math.log(10) / 10
"""One deciban in nats."""

P_MIN = 1e-6
P_MAX = 1 - 1e-6


def logit(p: float) -> float:
    """Log odds in nats of a probability strictly between 0 and 1.

    Raises:
        ValueError: if ``p`` is not strictly between 0 and 1.
    """
    if not 0 < p < 1:
        raise ValueError(f"a probability strictly between 0 and 1 is needed, not {p!r}")
    return math.log(p) - math.log1p(-p)


def sigma(z: float) -> float:
    """Probability of log odds ``z`` in nats; the inverse of :func:`logit`."""
    if z >= 0:
        return 1 / (1 + math.exp(-z))
    e = math.exp(z)
    return e / (1 + e)


def nats(db: float) -> float:
    """Decibans to nats."""
    return db * DB


def db(nat: float) -> float:
    """Nats to decibans."""
    return nat / DB


def odds_factor(nat: float) -> float:
    """By how much the odds are multiplied when ``nat`` is added to the log odds."""
    return math.exp(nat)


def say_factor(nat: float) -> str:
    """A weight as people read it first: ``x3.2`` for support, ``÷3.2`` for opposition, ``x1`` for none."""
    if abs(nat) < 5e-4:
        return "x1"
    f = math.exp(abs(nat))
    digits = f"{f:.0f}" if f >= 100 else f"{f:.3g}"
    return ("x" if nat > 0 else "÷") + digits


def say_db(nat: float) -> str:
    """A weight in signed decibans with one decimal, never ``-0.0``."""
    text = f"{db(nat):+.1f} dB"
    return "0.0 dB" if text in ("+0.0 dB", "-0.0 dB") else text


def say_percent(p: float) -> str:
    """A probability as a percentage, no more exact than anybody can know it.

    Whole numbers from 1 to 99, one decimal nearer to 0 or 1 (``0.3%``, ``99.7%``), and beyond one in a thousand
    ``under 0.1%`` and ``over 99.9%``: the odds and decibans beside it tell such numbers apart. Only 0 and 1 themselves
    are ``0%`` and ``100%``. ``percent`` in ``site/pages/assets/js/site.js`` says the same, step for step.
    """
    x = 100 * p
    rare = min(x, 100 - x)
    if rare >= 1:
        return f"{round(x)}%"
    if rare <= 0:
        return "0%" if x <= 0 else "100%"
    if rare < 0.1 - 1e-9:
        return "under 0.1%" if x < 1 else "over 99.9%"
    tenths = round(10 * rare)
    return f"{(tenths if x < 1 else 1000 - tenths) / 10:g}%"


def say_shares(ps: Sequence[float]) -> list[str]:
    """Chances of outcomes of which exactly one comes, as whole percentages that add up to 100.

    Largest remainders first: each is its chance rounded down, or up where the part cut off is among the largest. What
    rounds to nothing is ``under 1%``, what rounds to everything is ``over 99%``.

    Args:
        ps: probabilities that sum to 1.
    """
    shown = [math.floor(100 * p + 1e-9) for p in ps]
    cut = sorted(range(len(ps)), key=lambda i: (shown[i] - 100 * ps[i], i))
    for i in cut[: max(100 - sum(shown), 0)]:
        shown[i] += 1
    said = []
    for p, n in zip(ps, shown, strict=True):
        inexact = {0: "under 1%", 100: "over 99%"} if 0 < p < 1 else {}
        said.append(inexact.get(n, f"{n}%"))
    return said
