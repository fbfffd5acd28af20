"""An undercut of an undercut gives back what the first one takes; the numbers are worked out here by hand."""

from __future__ import annotations

import math

import pytest

from .debate import DB, Cut, Debate, Item, Link, sweep


def chain(*, shielded: bool) -> Debate:
    """A reason with 20 dB behind a 10 dB link, an undercut of .8 with 10 dB, and one of .5 with 13 dB upon that."""
    shield = (Cut("v", "v", 0.5),) if shielded else ()
    return Debate(
        {"a": 0.5, "c": 0.5, "u": 0.3, "v": 0.3},
        (Item("e", "a", 20 * DB, "r"), Item("f", "u", 10 * DB, "s"), Item("g", "v", 13 * DB, "t")),
        {"r": 1.0, "s": 1.0, "t": 1.0},
        (Link("l", ("a",), "c", 10 * DB, cuts=(Cut("u", "u", 0.8, shield),)),),
    )


def share(base: float, db: float) -> float:
    """a = (q - pi) / (1 - pi) of an undercut with so much evidence."""
    odds = base / (1 - base) * 10 ** (db / 10)
    q = odds / (1 + odds)
    return (q - base) / (1 - base)


@pytest.mark.parametrize("shielded", [False, True])
def test_an_undercut_of_an_undercut(shielded: bool) -> None:
    tau_u = 1 - 0.5 * share(0.3, 13) if shielded else 1.0
    tau = 1 - 0.8 * tau_u * share(0.3, 10)
    f = 0.5 / (0.5 + 0.5 * 10)
    s = 10 * f
    s, f = tau * s + (1 - tau) * 0.5, tau * f + (1 - tau) * 0.5
    mu = math.log((s * 100 + 1 - s) / (f * 100 + 1 - f))
    got = sweep(chain(shielded=shielded))
    assert got.links("tau")["l"] == pytest.approx(tau, abs=1e-12)
    assert got.links("mu")["l"] == pytest.approx(mu, abs=1e-12)


def test_the_shield_gives_weight_back() -> None:
    plain, shielded = (sweep(chain(shielded=x)).claims("gathered")["c"] for x in (False, True))
    assert shielded > plain + 0.5 * DB
