"""Claims that rest on each other, in components small enough to follow every path and in larger ones."""

from __future__ import annotations

import math

import pytest

from .debate import DB, Debate, Item, Link, sweep
from .oracle import Oracle
from .scalar import sigma


def ring(n: int, db: float, evidence: float, *, both: bool) -> Debate:
    """``n`` claims in a circle, each supporting the next (and the one before it), with evidence on the first."""
    names = [f"k{i:02}" for i in range(n)]
    links = [Link(f"f{i}", (names[i],), names[(i + 1) % n], db * DB) for i in range(n)]
    if both:
        links += [Link(f"b{i}", (names[(i + 1) % n],), names[i], db * DB) for i in range(n)]
    return Debate(dict.fromkeys(names, 0.5), (Item("e", "k00", evidence * DB, "r"),), {"r": 1.0}, tuple(links))


def complete(n: int, db: float, evidence: float) -> Debate:
    """``n`` claims that all support each other, with evidence on one."""
    names = [f"k{i:02}" for i in range(n)]
    links = tuple(Link(f"{a} {b}", (a,), b, db * DB) for a in names for b in names if a != b)
    return Debate(dict.fromkeys(names, 0.5), (Item("e", "k00", evidence * DB, "r"),), {"r": 1.0}, links)


@pytest.mark.parametrize("both", [True, False])
@pytest.mark.parametrize("n", [2, 3, 8])
def test_small_rings_are_followed_path_by_path(n: int, both: bool) -> None:
    debate = ring(n, 13, 10, both=both and n > 2)
    engine, oracle = sweep(debate), Oracle(debate)
    assert engine.result is not None
    [report] = engine.result.cycles
    assert (report.method, report.converged, report.residual, len(report.claims)) == ("paths", True, 0.0, n)
    found = engine.claims("gathered")
    assert found == pytest.approx({c: oracle.gathered(c) for c in debate.claims}, abs=1e-9)
    assert found["k00"] == pytest.approx(10 * DB, abs=1e-12)
    assert all(0 < w <= 10 * DB + 1e-12 for w in found.values())


def test_round_a_ring_evidence_weakens_with_distance() -> None:
    found = list(sweep(ring(8, 13, 10, both=False)).claims("gathered").values())
    assert found == sorted(found, reverse=True)
    assert found[7] < found[0] / 2


@pytest.mark.parametrize("both", [True, False])
def test_a_large_ring_is_near_what_its_paths_give(both: bool) -> None:
    debate = ring(24, 13, 10, both=both)
    engine, oracle = sweep(debate), Oracle(debate)
    assert engine.result is not None
    [report] = engine.result.cycles
    assert report.converged
    assert report.residual < 1e-9
    for c, w in engine.claims("gathered").items():
        assert sigma(w) == pytest.approx(oracle.credence(c), abs=0.03)
        assert 0 < w <= 10 * DB + 1e-9


def test_nobody_in_a_large_component_gets_more_than_was_put_in() -> None:
    engine = sweep(complete(18, 20, 3))
    assert engine.result is not None
    assert engine.result.cycles[0].method == "messages"
    found = engine.claims("gathered")
    assert all(0 < w <= 3 * DB + 1e-9 for w in found.values())
    assert found["k00"] == pytest.approx(3 * DB, abs=1e-9)


def test_a_large_component_without_evidence_stands_at_its_base_rates() -> None:
    engine = sweep(complete(18, 20, 0))
    assert not any(engine.claims("gathered").values())
    assert not any(engine.claims("assessed").values())
    assert engine.result is not None
    assert engine.result.cycles[0].converged
    assert not engine.result.cycles[0].ends


def test_what_rests_on_a_cycle_and_what_it_rests_on() -> None:
    """A claim above a cycle sees each of its claims as it stands; one beneath it is not touched."""
    below = Debate(
        dict.fromkeys(("s", "a", "b", "t"), 0.5),
        (Item("e", "s", 13 * DB, "r"),),
        {"r": 0.9},
        (Link("sa", ("s",), "a", 10 * DB), Link("ab", ("a",), "b", 10 * DB), Link("ba", ("b",), "a", 10 * DB)),
    )
    debate = below.with_links(Link("bt", ("b",), "t", 10 * DB))
    engine, oracle = sweep(debate), Oracle(debate)
    found = engine.claims("gathered")
    assert found == pytest.approx({c: oracle.gathered(c) for c in debate.claims}, abs=1e-9)
    assert found["s"] > found["a"] > found["b"] > found["t"] > 0
    assert engine.result is not None
    assert [len(r.claims) for r in engine.result.cycles] == [2]


def test_two_cycles_do_not_hear_each_other() -> None:
    names = ("a", "b", "c", "d")
    debate = Debate(
        dict.fromkeys(names, 0.5),
        tuple(Item(f"e{x}", x, w * DB, f"r{x}") for x, w in (("a", 10.0), ("d", -7.0))),
        {"ra": 0.9, "rd": 0.8},
        tuple(Link(f"{x}{y}", (x,), y, 13 * DB) for x, y in (("a", "b"), ("b", "a"), ("c", "d"), ("d", "c"))),
    )
    engine = sweep(debate)
    alone = sweep(Debate(dict.fromkeys("ab", 0.5), debate.items[:1], {"ra": 0.9}, debate.links[:2]))
    assert engine.claims("gathered")["a"] == alone.claims("gathered")["a"]
    assert engine.claims("gathered")["b"] == alone.claims("gathered")["b"]
    assert engine.claims("gathered")["c"] == 0.0
    assert math.isclose(engine.claims("gathered")["d"], Oracle(debate).gathered("d"), abs_tol=1e-12)


def test_answers_that_reach_each_other_through_other_claims() -> None:
    """Found and reported as a cycle of the whole question; no answer gains by its own consequences."""
    debate = Debate(
        {"a": 0.45, "b": 0.45, "none": 0.1, "x": 0.5},
        (Item("e", "a", 10 * DB, "r"),),
        {"r": 0.9},
        (Link("ax", ("a",), "x", 13 * DB), Link("xb", ("x",), "b", -13 * DB)),
        questions=(("a", "b", "none"),),
    )
    engine, oracle = sweep(debate), Oracle(debate)
    assert engine.result is not None
    assert [len(r.claims) for r in engine.result.cycles] == [4]
    found = engine.claims("gathered")
    assert found == pytest.approx({c: oracle.gathered(c) for c in debate.claims}, abs=1e-9)
    assert found["a"] == pytest.approx(
        sweep(Debate(**{**vars(debate), "links": ()})).claims("gathered")["a"], abs=1e-12
    )
