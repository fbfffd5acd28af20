"""Published and cross-checked strengths of small bipolar graphs, and debates read as such graphs."""

from __future__ import annotations

import math
import random
from collections.abc import Mapping
from itertools import pairwise

import numpy as np
import pytest
from engine.debate import DB, Cut, Debate, Item, Link, build, sweep
from engine.strategies import debates, examples
from hypothesis import given

from kb.engine.propagate import propagate
from kb.engine.semantics import qbaf, run_semantics
from kb.engine.semantics.qbaf import GRADUAL
from kb.odds import sigma

Pairs = list[tuple[str, str]]
NAMES = sorted(GRADUAL)

SIX = dict(zip("abcdef", (0.5, 0.2, 0.85, 0.65, 0.4, 1.0), strict=True))
SIX_ATTACKS: Pairs = [("c", "a"), ("e", "b"), ("f", "c")]
SIX_SUPPORTS: Pairs = [("b", "a"), ("d", "a"), ("e", "c")]

TOWN = {"A1": 0.5, "A2": 0.5, "P1": 0.7, "P2": 0.5, "P3": 0.9, "C1": 0.2, "C2": 0.2, "C3": 0.6, "C4": 0.5}
TOWN_ATTACKS: Pairs = [("C1", "A2"), ("C2", "P2"), ("C3", "P2"), ("C4", "P2")]
TOWN_SUPPORTS: Pairs = [("P1", "A1"), ("P2", "A1"), ("P3", "A2")]

STOCK = {"Buy": 0.5, "Sell": 0.5, "1": 0.8, "2": 0.7, "3": 0.3, "4": 0.9, "5": 0.9}
STOCK_ATTACKS: Pairs = [("Buy", "Sell"), ("Sell", "Buy"), ("2", "1"), ("3", "2"), ("4", "3"), ("5", "1")]
STOCK_SUPPORTS: Pairs = [("1", "Sell"), ("2", "Buy"), ("4", "2"), ("5", "Buy")]


def half_unit(text: str) -> float:
    """Half a unit in the last printed digit."""
    return 0.5 * 10.0 ** -len(text.split(".")[1]) * (1 + 1e-9)


def check(found: Mapping[str, float], printed: str) -> None:
    """Compare strengths with ``name value`` pairs, each to the digits that are printed."""
    words = printed.split()
    for name, value in zip(words[::2], words[1::2], strict=True):
        assert found[name] == pytest.approx(float(value), abs=half_unit(value)), name


@pytest.mark.parametrize(
    ("semantics", "printed"),
    [
        ("qe", "a .5187551724 b .1724137931 c .625 d .65 e .4 f 1.0"),
        ("euler", "a .498787 b .153487 c .810773"),
        ("dfquad", "a .676 b .12 c .34"),
    ],
)
def test_six_arguments(semantics: str, printed: str) -> None:
    found = qbaf(SIX, SIX_ATTACKS, SIX_SUPPORTS, semantics)
    check(found.strength, printed)
    assert (found.iterations, found.residual, found.converged) == (1, 0.0, True)


@pytest.mark.parametrize(
    ("semantics", "printed"),
    [
        ("dfquad", "A1 .862 A2 .85 P2 .08"),
        ("qe", "A1 .719852 A2 .66443 P2 .185874"),
        ("euler", "A1 .68938 A2 .626285 P2 .339943"),
        ("mlp", "A1 .713852 A2 .668188 P2 .214165"),
    ],
)
def test_a_town_debate(semantics: str, printed: str) -> None:
    check(qbaf(TOWN, TOWN_ATTACKS, TOWN_SUPPORTS, semantics).strength, printed)


@pytest.mark.parametrize(
    ("semantics", "printed"),
    [
        ("qe", "Buy .821646 Sell .36217 1 .204744 2 .805085 3 .165746"),
        ("euler", "Buy .717141 Sell .494889 1 .686317 2 .789719 3 .188927"),
        ("mlp", "Buy .789955 Sell .407213 1 .414457 2 .831866 3 .148388"),
        ("dfquad", "Buy .99636 Sell .00338 1 .00312 2 .961 3 .03"),
    ],
)
def test_a_cyclic_decision(semantics: str, printed: str) -> None:
    found = qbaf(STOCK, STOCK_ATTACKS, STOCK_SUPPORTS, semantics)
    check(found.strength, printed)
    assert found.converged
    assert found.iterations > 1
    assert found.residual <= 1e-12


@pytest.mark.parametrize(
    ("semantics", "value"), [("qe", ".647799"), ("euler", ".609285"), ("mlp", ".659046"), ("dfquad", "1.0")]
)
def test_mutual_support(semantics: str, value: str) -> None:
    found = qbaf({"a": 0.5, "b": 0.5}, supports=[("a", "b"), ("b", "a")], semantics=semantics)
    check(found.strength, f"a {value} b {value}")


@pytest.mark.parametrize(
    ("semantics", "printed"), [("dfquad", "a 1.0 b 0.0"), ("qe", "a .933355 b .267215"), ("euler", "a 1.0 b .366522")]
)
def test_mutual_attack_on_a_certain_argument(semantics: str, printed: str) -> None:
    check(qbaf({"a": 1.0, "b": 0.5}, [("a", "b"), ("b", "a")], semantics=semantics).strength, printed)


@pytest.mark.parametrize(
    ("semantics", "value"), [("dfquad", ".090909"), ("qe", ".099029"), ("euler", ".092698"), ("mlp", ".092018")]
)
def test_four_attacks_in_a_ring(semantics: str, value: str) -> None:
    ring = [("a", "b"), ("b", "c"), ("c", "d"), ("d", "a")]
    check(qbaf(dict.fromkeys("abcd", 0.1), ring, semantics=semantics).strength, f"a {value} b {value} d {value}")


def swing() -> tuple[dict[str, float], Pairs, Pairs]:
    """A supports ten, each of which supports ten others, each of which attacks A: the plain iteration never settles."""
    base = {"A": 1.0} | {f"{x}{i}": 0.0 for x in "BC" for i in range(10)}
    supports = [("A", f"B{i}") for i in range(10)] + [(f"B{i}", f"C{j}") for i in range(10) for j in range(10)]
    return base, [(f"C{i}", "A") for i in range(10)], supports


def test_a_swing_settles_with_small_steps() -> None:
    found = qbaf(*swing(), "qe")
    check(found.strength, "A .224088 B0 .047814 B9 .047814 C0 .186079")
    assert found.converged
    assert found.iterations > 1000


def test_what_has_not_settled_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("kb.engine.semantics.levels.MAX_ITERATIONS", 300)
    base, attacks, supports = swing()
    found = qbaf({**base, "above": 0.5, "beside": 0.5}, attacks, [*supports, ("A", "above")], "qe")
    assert not found.converged
    assert found.iterations == 300
    assert found.residual > 1e-3


@pytest.mark.parametrize("semantics", NAMES)
def test_a_fixed_point_is_one(semantics: str) -> None:
    """Strengths of random cyclic graphs satisfy their definition, written out anew here."""
    rng = random.Random(semantics)
    for _ in range(20):
        names = [f"x{i}" for i in range(rng.randint(2, 9))]
        pairs = sorted({(rng.choice(names), rng.choice(names)) for _ in range(2 * len(names))})
        base = {x: rng.random() for x in names}
        attacks, supports = pairs[::2], pairs[1::2]
        found = qbaf(base, attacks, supports, semantics)
        assert found.converged
        for x in names:
            minus = [found.strength[a] for a, b in attacks if b == x]
            plus = [found.strength[a] for a, b in supports if b == x]
            assert found.strength[x] == pytest.approx(by_definition(semantics, base[x], minus, plus), abs=1e-11)


def by_definition(semantics: str, t: float, minus: list[float], plus: list[float]) -> float:
    a = sum(plus) - sum(minus)
    if semantics == "dfquad":
        a = math.prod(1 - x for x in minus) - math.prod(1 - x for x in plus)
        return t + (1 - t) * a if a > 0 else t + t * a
    if semantics == "qe":
        h = a**2 / (1 + a**2)
        return t + (1 - t) * h if a > 0 else t - t * h
    if semantics == "euler":
        return 1 - (1 - t**2) / (1 + t * math.exp(a))
    return sigma(math.log(t / (1 - t)) + a)


def test_ten_idle_supporters_move_a_claim_here_and_not_under_weight() -> None:
    base = {"c": 0.5} | {f"r{i}": 0.5 for i in range(10)}
    links = tuple(Link(f"r{i}", (f"r{i}",), "c", 13 * DB) for i in range(10))
    debate = build(Debate(base, links=links))
    moved = {name: run_semantics(debate, name)["c"].credence for name in ("qbaf-dfquad", "qbaf-qe", "qbaf-mlp")}
    assert moved["qbaf-dfquad"] == pytest.approx(0.9995, abs=5e-5)
    assert moved["qbaf-qe"] == pytest.approx(0.981, abs=5e-4)
    assert moved["qbaf-mlp"] == pytest.approx(0.993, abs=5e-4)
    assert run_semantics(debate)["c"].credence == 0.5


def test_pairs_count_once_and_order_does_not_matter() -> None:
    once = qbaf(SIX, SIX_ATTACKS, SIX_SUPPORTS, "qe")
    twice = qbaf(dict(reversed(SIX.items())), SIX_ATTACKS[::-1] * 2, SIX_SUPPORTS, "qe")
    assert once.strength == twice.strength
    assert list(twice.strength) == sorted(SIX)


def test_refused() -> None:
    with pytest.raises(ValueError, match="not between 0 and 1"):
        qbaf({"a": 1.5})
    with pytest.raises(KeyError):
        qbaf({"a": 0.5}, attacks=[("b", "a")])
    with pytest.raises(KeyError):
        qbaf({"a": 0.5}, semantics="squared")
    assert qbaf({}).strength == {}


@pytest.mark.parametrize("semantics", NAMES)
def test_a_debate_is_read_as_a_bipolar_graph(semantics: str) -> None:
    """Base scores are credences from own evidence, linked premises multiply, undercuts leave a share."""
    debate = Debate(
        {"c": 0.4, "p": 0.5, "q": 0.6, "r": 0.5, "u": 0.3, "z": 0.5},
        roots={"s": 0.9, "t": 1.0},
        items=(Item("i", "p", 10 * DB, "s", 0.9), Item("j", "u", 10 * DB, "t"), Item("k", "c", -5 * DB, "t")),
        links=(
            Link("a", ("p", "q"), "c", 13 * DB),
            Link("r", ("r",), "c", -7 * DB, cuts=(Cut("u", "u", 0.8),)),
            Link("z", ("z",), "c", 0.0),
        ),
        shifts={"q": 0.7},
    )
    swept = sweep(debate)
    own, tau = swept.claims("own"), swept.links("tau")
    base = {x: sigma(math.log(pi / (1 - pi)) + debate.shifts.get(x, 0.0) + own[x]) for x, pi in debate.claims.items()}
    assert tau["r"] < 0.5
    expected = by_definition(semantics, base["c"], [tau["r"] * base["r"]], [base["p"] * base["q"]])
    found = run_semantics(swept.net, f"qbaf-{semantics}")
    assert found["c"].credence == pytest.approx(expected, abs=1e-12)
    assert found["p"].credence == pytest.approx(base["p"], abs=1e-12)
    assert found.semantics == f"qbaf-{semantics}"
    said = " ".join(found.notes)
    assert "sign alone" in said
    assert "product of their strengths" in said
    assert "undercuts" in said
    assert "exclusivity" not in said


@given(debates("loops"))
@examples(25)
def test_any_debate_gets_strengths(debate: Debate) -> None:
    result = propagate(build(debate))
    for name in NAMES:
        found = run_semantics(result, f"qbaf-{name}")
        assert ("exclusivity is lost" in " ".join(found.notes)) == bool(debate.questions)
        for credence in found.values():
            assert 0 < credence.credence < 1
            if credence.converged:
                assert credence.residual <= 1e-12
            if credence.method == "exact":
                assert (credence.iterations, credence.residual) == (1, 0.0)


def test_long_chains_and_wide_stars_are_quick() -> None:
    n = 3000
    names = [f"{i:05}" for i in range(n)]
    chain = qbaf(dict.fromkeys(names, 0.5), list(pairwise(names)), semantics="mlp")
    assert chain.strength[names[-1]] == pytest.approx(chain.strength[names[-3]], abs=1e-9)
    star = qbaf(dict.fromkeys(names, 0.5), supports=[(x, names[0]) for x in names[1:]], semantics="euler")
    assert star.strength[names[0]] == 1.0
    assert np.isfinite(list(star.strength.values())).all()
