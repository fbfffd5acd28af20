"""Probability, log odds and decibans: the units every other module converts through.

Natural log odds ("nats") are used in formulas, decibans (dB) are shown to people: 1 dB = ln(10)/10 nat
(I. J. Good, "Weighing the Evidence", 1950).  Nothing here knows about records or graphs.
"""

from __future__ import annotations

import math

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
    """A probability as a percentage: whole numbers from 1 to 99, more digits outside."""
    x = 100 * p
    if 1 <= x <= 99:
        return f"{x:.0f}%"
    if x < 1:
        return f"{x:.2g}%" if x >= 0.01 else f"{x:.1e}%"
    return f"{100 - float(f'{100 - x:.2g}'):g}%"
