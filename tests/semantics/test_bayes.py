from __future__ import annotations

import math
import random
from dataclasses import replace

import numpy as np
import pytest
from engine.debate import DB, Cut, Debate, Item, Link, build, credences, flatten, sweep
from engine.strategies import Mix, debates, examples
from hypothesis import given

from kb.engine.propagate import propagate
from kb.engine.semantics import bayes as module
from kb.engine.semantics import run_semantics
from kb.engine.semantics.bayes import bayes
from kb.engine.semantics.joint import build_joint

from .joint_oracle import JointOracle

BOTH_WAYS = Mix(shifts=True, edges=True)
LOUD = Mix(testimony=False, shifts=True)


def both_ways(debate: Debate) -> Debate:
    return debate.map_links(lambda x: replace(x, both=True))


def beneath(debate: Debate, claim: str) -> Debate:
    """What a claim rests on, and nothing else."""
    kept, queue = {claim}, [claim]
    while queue:
        c = queue.pop()
        used = set(debate.siblings(c))
        for x in [*debate.links, *debate.items]:
            if x.claim == c:
                used |= set(x.premises) if isinstance(x, Link) else set()
                used |= {cut.claim for cut in flatten(x.cuts)}
        queue += sorted(used - kept)
        kept |= used
    return replace(
        debate,
        claims={c: p for c, p in debate.claims.items() if c in kept},
        items=tuple(x for x in debate.items if x.claim in kept),
        links=tuple(x for x in debate.links if x.claim in kept),
        questions=tuple(q for q in debate.questions if q[0] in kept),
        shifts={c: x for c, x in debate.shifts.items() if c in kept},
    )


def joint_credences(debate: Debate, *, shared_roots: bool = True) -> dict[str, float]:
    net = build(debate)
    outcome = bayes(propagate(net), shared_roots=shared_roots)
    assert outcome.converged.all()
    assert set(outcome.method) <= {"exact"}
    return dict(zip(net.ids, (1 / (1 + np.exp(-outcome.log_odds))).tolist(), strict=True))


def diamond(k: int) -> Debate:
    """S with 9.54 dB, k middle claims (13 dB links), each 7 dB to c; all base rates .5."""
    middle = [f"m{i}" for i in range(k)]
    up = tuple(Link("s", ("s",), m, 13 * DB) for m in middle)
    return Debate(
        dict.fromkeys(["c", "s", *middle], 0.5),
        (Item("i", "s", math.log(9), "r"),),
        {"r": 1.0},
        up + tuple(Link(m, (m,), "c", 7 * DB) for m in middle),
    )


@pytest.mark.parametrize(("k", "printed"), [(1, 0.7415), (2, 0.8539), (4, 0.8970), (8, 0.9000)])
def test_diamond(k: int, printed: float) -> None:
    found = joint_credences(diamond(k))
    assert found["c"] == pytest.approx(printed, abs=5e-5)
    if k <= 4:
        assert found == pytest.approx(JointOracle(diamond(k)).credences(), abs=1e-9)


@given(debates("tree", BOTH_WAYS))
@examples(60)
def test_on_trees_each_claim_given_what_lies_beneath_is_what_weight_says(debate: Debate) -> None:
    debate = both_ways(debate)
    honest = credences(debate)
    for c in debate.claims:
        assert joint_credences(beneath(debate, c))[c] == pytest.approx(honest[c], abs=1e-9)


@given(debates("tree", replace(BOTH_WAYS, both=False, negative=False, questions=False, shifts=False)))
@examples(30)
def test_one_way_links_agree_too_where_all_evidence_is_positive(debate: Debate) -> None:
    honest = credences(debate)
    for c in debate.claims:
        assert joint_credences(beneath(debate, c))[c] == pytest.approx(honest[c], abs=1e-9)


@given(debates("graph", LOUD, most=4))
@examples(40)
def test_graphs_with_shared_roots_and_loops_agree_with_the_definition(debate: Debate) -> None:
    expected = JointOracle(debate)
    assert expected.base_rates() == pytest.approx(dict(debate.claims), abs=1e-10)
    assert joint_credences(debate) == pytest.approx(expected.credences(), abs=1e-8)


@given(debates("debate", Mix(shifts=True), most=4))
@examples(20)
def test_independent_roots_agree_with_the_definition(debate: Debate) -> None:
    debate = debate.map_items(lambda x: replace(x, testimony=False))
    expected = JointOracle(debate, shared_roots=False)
    assert joint_credences(debate, shared_roots=False) == pytest.approx(expected.credences(), abs=1e-8)


@given(debates("loops", Mix(evidence=False)))
@examples(30)
def test_without_evidence_every_claim_stands_at_its_base_rate(debate: Debate) -> None:
    assert joint_credences(debate) == pytest.approx(dict(debate.claims), abs=1e-12)
    assert not any(x.assessed for x in run_semantics(build(debate), "bayes").values())


def test_evidence_elsewhere_in_the_part_does_not_wake_base_rates_on_loops() -> None:
    """An item of 0 dB makes the engine compute a loop of uneven base rates; they must stand."""
    rates = {"a": 0.2, "b": 0.7, "c": 0.35, "d": 0.9}
    pairs = [("b", "a"), ("c", "a"), ("d", "b"), ("d", "c"), ("d", "a")]
    links = tuple(Link(f"{p}{c}", (p,), c, w * DB) for (p, c), w in zip(pairs, (13, -7, 17, 7, 3), strict=True))
    debate = Debate(rates, (Item("i", "d", 20 * DB, "r"), Item("j", "d", -20 * DB, "r")), {"r": 0.9}, links)
    found = run_semantics(build(debate), "bayes")
    for c, rate in rates.items():
        assert found[c].credence == pytest.approx(rate, abs=1e-10)
        assert found[c].iterations > 1
        assert found[c].assessed


def test_evidence_for_a_conclusion_raises_its_premises() -> None:
    debate = Debate(
        {"c": 0.5, "p": 0.5}, (Item("i", "c", 10 * DB, "r"),), {"r": 1.0}, (Link("p", ("p",), "c", 13 * DB),)
    )
    net = build(debate)
    assert run_semantics(net)["p"].credence == 0.5
    raised = run_semantics(net, "bayes")["p"]
    assert raised.credence > 0.8
    assert raised.assessed


def blog(n: int, rho: float = 0.6) -> Debate:
    """One blog vouches for n reasons of one claim."""
    reasons = [f"r{i}" for i in range(n)]
    return Debate(
        dict.fromkeys(["c", *reasons], 0.5),
        tuple(Item(f"i{r}", r, 20 * DB, "blog") for r in reasons),
        {"blog": rho},
        tuple(Link(r, (r,), "c", 13 * DB) for r in reasons),
    )


def test_one_root_through_many_reasons_gives_what_trust_in_it_allows() -> None:
    assert joint_credences(blog(8))["c"] == pytest.approx(0.8, abs=1e-3)
    assert joint_credences(blog(8), shared_roots=False)["c"] > 0.9999
    assert joint_credences(blog(20, 0.3))["c"] == pytest.approx(0.65, abs=1e-3)
    one = joint_credences(blog(1))
    assert one == pytest.approx(joint_credences(blog(1), shared_roots=False), abs=1e-12)


def test_a_lineage_is_one_voucher_with_the_capacity_of_its_cluster() -> None:
    """Two roots of one study, one on each reason: together no more than the cap of their cluster."""
    debate = replace(
        blog(2),
        items=(Item("i0", "r0", 40 * DB, "a"), Item("i1", "r1", 40 * DB, "b")),
        roots={"a": 0.8, "b": 0.6},
        lineage=((("a", "b"), 1.0),),
    )
    joint = build_joint(propagate(build(debate)))
    assert [v.reliability for v in joint.vouchers] == [pytest.approx(0.8, abs=1e-12)]
    assert joint_credences(debate)["c"] < 0.5 * 0.2 + 0.8
    assert joint_credences(debate) == pytest.approx(JointOracle(debate).credences(), abs=1e-9)


def test_a_root_of_reliability_1_needs_no_variable() -> None:
    assert build_joint(propagate(build(blog(3, 1.0)))).vouchers == ()


def test_exclusive_answers_are_one_variable() -> None:
    debate = Debate(
        {"a": 0.3, "b": 0.5, "none": 0.2, "p": 0.5, "top": 0.4},
        (Item("i", "p", 10 * DB, "r"), Item("j", "b", -3 * DB, "s")),
        {"r": 0.9, "s": 0.8},
        (Link("p", ("p",), "a", 13 * DB), Link("b", ("b", "p"), "top", -7 * DB), Link("x", ("a",), "b", 9 * DB)),
        questions=(("a", "b", "none"),),
    )
    found = joint_credences(debate)
    assert found["a"] + found["b"] + found["none"] == pytest.approx(1, abs=1e-12)
    assert found == pytest.approx(JointOracle(debate).credences(), abs=1e-9)
    assert len(build_joint(propagate(build(debate))).prior.sizes) == 4, "question, p, top, conjunction"


def test_undercuts_take_from_links_and_items_what_weight_says() -> None:
    cut = (Cut("u", "u", 0.95),)
    debate = Debate(
        {"c": 0.5, "r": 0.5, "u": 0.3},
        (Item("i", "r", 20 * DB, "x"), Item("j", "u", 13 * DB, "y"), Item("k", "c", 10 * DB, "z", cuts=cut)),
        {"x": 1.0, "y": 1.0, "z": 1.0},
        (Link("r", ("r",), "c", 10 * DB, both=True, cuts=(replace(cut[0], id="v"),)),),
    )
    assert sweep(debate).links("tau")["r"] < 0.3
    assert joint_credences(debate)["c"] == pytest.approx(credences(debate)["c"], abs=1e-9)


def dense(rng: random.Random, n: int, links: int, most: float = 8.0) -> Debate:
    names = [f"c{i:02}" for i in range(n)]
    pairs = set()
    while len(pairs) < links:
        pairs.add(tuple(sorted(rng.sample(range(n), 2))))
    return Debate(
        {c: rng.uniform(0.2, 0.8) for c in names},
        tuple(Item(f"i{c}", c, rng.uniform(-10, 10) * DB, f"r{c}") for c in names[::2]),
        {f"r{c}": 0.9 for c in names},
        tuple(
            Link(f"{b}-{a}", (names[b],), names[a], rng.uniform(-most, most) * DB, both=True) for a, b in sorted(pairs)
        ),
    )


def test_what_does_not_fit_is_approximated_and_labelled() -> None:
    net = build(dense(random.Random(1), 60, 700, 3.0))
    found = run_semantics(net, "bayes")
    assert {x.method for x in found.values()} == {"loopy"}
    assert all(x.residual > 0 and x.iterations > 10 for x in found.values())
    assert {x.converged for x in found.values()} == {True}


def test_the_approximation_is_near_where_both_fit(monkeypatch: pytest.MonkeyPatch) -> None:
    net = build(dense(random.Random(2), 14, 18, 5.0))
    exact = run_semantics(net, "bayes")
    monkeypatch.setattr(module, "MAX_ENTRIES", 10)
    near = run_semantics(net, "bayes")
    assert {x.method for x in near.values()} == {"loopy"}
    worst = max(abs(exact[c].credence - near[c].credence) for c in exact)
    assert 1e-9 < worst < 0.02


def test_shared_roots_with_least_at_stake_are_taken_apart_where_not_all_fit(monkeypatch: pytest.MonkeyPatch) -> None:
    """A blog vouches for eight reasons of a claim; twelve others say a little about three of them each."""
    debate = blog(8)
    slight = [(f"s{i}", f"r{(i * k) % 8}") for i in range(12) for k in (1, 3, 5)]
    more = tuple(Item(f"{s} {r}", r, 0.5 * DB, s) for s, r in sorted(set(slight)))
    debate = debate.with_items(*more, roots={f"s{i}": 0.7 for i in range(12)})
    result = propagate(build(debate))
    full = bayes(result)
    assert not any("did not fit" in note for note in full.notes)
    monkeypatch.setattr(module, "MAX_CLIQUE", 2**5)
    part = bayes(result)
    assert set(part.method) == {"exact"}
    (note,) = (note for note in part.notes if "did not fit" in note)
    shared = len(build_joint(result).vouchers)
    assert 0 < int(note.split()[0]) < shared
    assert part.log_odds == pytest.approx(full.log_odds, abs=0.1)
    monkeypatch.setattr(module, "MAX_CLIQUE", 2**2)
    assert set(bayes(result).method) == {"exact"}, "a star of reasons always fits"
    assert any(note.startswith(f"{shared} roots") for note in bayes(result).notes)


def test_order_of_the_records_does_not_matter() -> None:
    debate = dense(random.Random(3), 12, 16)
    straight = run_semantics(build(debate), "bayes")
    for seed in range(3):
        assert run_semantics(build(debate, random.Random(seed)), "bayes").by_id == straight.by_id


def test_huge_opposed_weights_stay_finite() -> None:
    n = 400
    names = [f"r{i:03}" for i in range(n)]
    debate = Debate(
        dict.fromkeys(["c", *names], 0.5),
        tuple(Item(f"i{r}", r, 40 * DB * (1 if i % 2 else -1), f"s{i}") for i, r in enumerate(names)),
        {f"s{i}": 1.0 for i in range(n)},
        tuple(Link(r, (r,), "c", 40 * DB, both=True) for r in names),
    )
    assert joint_credences(debate)["c"] == pytest.approx(0.5, abs=1e-6)


@pytest.mark.parametrize("shape", ["star", "chain"])
def test_long_and_wide_trees(shape: str) -> None:
    names = [f"c{i:04}" for i in range(1500)]
    above = {name: names[0] if shape == "star" else names[i] for i, name in enumerate(names[1:])}
    debate = Debate(
        dict.fromkeys(names, 0.3),
        tuple(Item(f"i{c}", c, (3 if i % 2 else -2) * DB, f"r{c}") for i, c in enumerate(names)),
        {f"r{c}": 0.9 for c in names},
        tuple(Link(a, (a,), b, 3 * DB, both=True) for a, b in above.items()),
    )
    assert joint_credences(debate)[names[0]] == pytest.approx(credences(debate)[names[0]], abs=1e-9)
