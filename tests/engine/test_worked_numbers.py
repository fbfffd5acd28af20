"""Every number that the description of the semantics states, from the engine."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from kb.engine import arithmetic as ar
from kb.odds import logit, sigma

from .debate import DB, Cut, Debate, Item, Link, credences, one_pass, sweep, weights

STRENGTH_DB = {"negligible": 1, "slight": 3, "moderate": 7, "strong": 13, "very strong": 17, "decisive": 23}


def db(nats: float) -> float:
    return nats / DB


# Reliability.


@pytest.mark.parametrize(
    ("rho", "ten", "limit"),
    [(0.5, 4.0, 4.8), (0.7, 5.9, 7.5), (0.8, 7.0, 9.5), (0.9, 8.3, 12.8), (0.95, 9.1, 15.9), (0.99, 9.8, 23.0)],
)
def test_what_trust_leaves_of_ten_decibans_and_of_any_number(rho: float, ten: float, limit: float) -> None:
    item = Item("e", "c", 10 * DB, "r")
    debate = Debate({"c": 0.5}, (item,), {"r": rho})
    assert db(weights(debate)["c"]) == pytest.approx(ten, abs=0.05)
    assert db(
        weights(replace(debate, items=(replace(item, reliability=rho),), roots={"r": 1.0}))["c"]
    ) == pytest.approx(ten, abs=0.05)
    piled = tuple(Item(f"e{i}", "c", 40 * DB, "r") for i in range(30))
    assert db(weights(Debate({"c": 0.5}, piled, {"r": rho}))["c"]) == pytest.approx(limit, abs=0.05)
    assert db(float(ar.cap(rho))) == pytest.approx(limit, abs=0.05)


def test_a_perfect_bearer_has_no_cap() -> None:
    assert math.isinf(float(ar.cap(1.0)))
    assert float(ar.discount(np.array(3.0), 1.0)) == 3.0


# Clusters.


@pytest.mark.parametrize(
    ("d", "total"), [(None, 30.0), (0.0, 30.0), (0.3, 18.75), (0.5, 15.0), (0.7, 12.5), (1.0, 10.0)]
)
def test_three_roots_of_ten_decibans_with_a_lineage(d: float | None, total: float) -> None:
    items = tuple(Item(f"e{i}", "c", 10 * DB, f"r{i}") for i in range(3))
    roots = {f"r{i}": 1.0 for i in range(3)}
    lineage = () if d is None else ((("r0", "r1"), d), (("r1", "r2"), d))
    assert db(weights(Debate({"c": 0.5}, items, roots, lineage=lineage))["c"]) == pytest.approx(total, abs=1e-9)


def test_three_items_of_one_root() -> None:
    items = tuple(Item(f"e{i}", "c", 10 * DB, "r") for i in range(3))
    assert db(weights(Debate({"c": 0.5}, items, {"r": 1.0}))["c"]) == pytest.approx(15.0, abs=1e-9)


def test_a_lineage_takes_the_largest_of_its_kinds() -> None:
    items = tuple(Item(f"e{i}", "c", 10 * DB, f"r{i}") for i in range(3))
    debate = Debate({"c": 0.5}, items, {f"r{i}": 1.0 for i in range(3)})
    mixed = replace(debate, lineage=((("r0", "r1"), 0.3), (("r1", "r2"), 0.7)))
    assert db(weights(mixed)["c"]) == pytest.approx(12.5, abs=1e-9)


def test_a_lineage_of_roots_that_are_not_neighbours_in_order() -> None:
    items = tuple(Item(f"e{i}", "c", 10 * DB, f"r{i}") for i in range(3))
    debate = Debate({"c": 0.5}, items, {f"r{i}": 1.0 for i in range(3)}, lineage=((("r0", "r2"), 0.7),))
    assert db(weights(debate)["c"]) == pytest.approx(10 + 20 / 1.7, abs=1e-9)


@pytest.mark.parametrize(("count", "credence"), [(1, 0.615), (3, 0.669), (10, 0.701)])
def test_slight_testimony(count: int, credence: float) -> None:
    slight = STRENGTH_DB["slight"] * DB
    items = tuple(Item(f"e{i}", "c", slight, f"r{i}", testimony=True) for i in range(count))
    debate = Debate({"c": 0.5}, items, {f"r{i}": 0.6 for i in range(count)})
    assert credences(debate)["c"] == pytest.approx(credence, abs=5e-4)


def test_ten_slight_testimonies_unclustered() -> None:
    slight = STRENGTH_DB["slight"] * DB
    items = tuple(Item(f"e{i}", "c", slight, f"r{i}") for i in range(10))
    assert credences(Debate({"c": 0.5}, items, {f"r{i}": 0.6 for i in range(10)}))["c"] == pytest.approx(0.99, abs=5e-3)


def overlapping(*more: Item, lineage: tuple[tuple[tuple[str, ...], float], ...] = ()) -> float:
    """Weight of testimony of 10 dB by each of three perfect roots, and of what else is said, in dB."""
    roots = {f"r{i}": 1.0 for i in range(4)}
    items = tuple(Item(f"t{i}", "c", 10 * DB, f"r{i}", testimony=True) for i in range(1, 4))
    return db(weights(Debate({"c": 0.5}, items + more, roots, lineage=lineage))["c"])


def test_a_crumb_of_another_design_does_not_free_testimony_from_its_cluster() -> None:
    assert overlapping() == pytest.approx(15.0, abs=1e-9)
    assert overlapping(Item("o", "c", 1e-9 * DB, "r1")) == pytest.approx(15.0, abs=1e-6)


def test_a_crumb_of_a_relative_does_not_merge_testimony_with_a_lineage() -> None:
    tie = ((("r0", "r1"), 1.0),)
    assert overlapping(lineage=tie) == pytest.approx(15.0, abs=1e-9)
    assert overlapping(Item("o", "c", 1e-9 * DB, "r0"), lineage=tie) == pytest.approx(15.0, abs=1e-6)


def test_testimony_beside_an_observation_of_the_same_root_never_lowers() -> None:
    """Which of two items is the larger does not decide how much is testimony."""
    seen = Item("o", "c", 10 * DB, "r0")
    found = [overlapping(seen)]
    found += [
        overlapping(seen, Item("t0", "c", w * DB, "r0", testimony=True)) for w in (0.0, 5.0, 9.99, 10.0, 10.01, 20.0)
    ]
    assert found[0] == pytest.approx(25.0, abs=1e-9)
    assert found == sorted(found)
    assert found[5] - found[3] < 0.05


# Links and undercuts.


def link_debate(reason_db: float, link_db: float, both: bool = False) -> Debate:
    return Debate(
        {"r": 0.5, "c": 0.5},
        (Item("e", "r", reason_db * DB, "root"),),
        {"root": 1.0},
        (Link("l", ("r",), "c", link_db * DB, both),),
    )


@pytest.mark.parametrize("word", STRENGTH_DB.values())
@pytest.mark.parametrize("sign", [1, -1])
def test_a_link_adds_its_weight_once_its_reason_is_certain(word: float, sign: int) -> None:
    debate = link_debate(0, sign * word)
    debate = replace(
        debate,
        items=tuple(Item(f"e{i}", "r", 40 * DB, f"root{i}") for i in range(9)),
        roots={f"root{i}": 1.0 for i in range(9)},
    )
    s = math.exp(word * DB) / (1 + math.exp(word * DB))
    limit = word if s <= 0.99 else db(math.log(0.99 / 0.01))
    assert db(weights(debate)["c"]) == pytest.approx(sign * limit, abs=1e-6)


def test_a_table_is_limited_at_ninety_nine_percent() -> None:
    s, f = ar.tables(np.array([40 * DB]), np.array([0.5]), np.array([0.5]))
    assert float(s[0]) == pytest.approx(0.99, abs=1e-12)
    assert float(f[0]) == pytest.approx(0.01, abs=1e-12)
    s, f = ar.tables(np.array([3.0]), np.array([0.99]), np.array([0.5]))
    assert float(s[0]) == float(f[0]) == pytest.approx(0.99, abs=1e-12)


def test_empty_undercuts_leave_nearly_everything() -> None:
    debate = link_debate(20, 10)
    assert db(weights(debate)["c"]) == pytest.approx(9.59, abs=0.005)
    nodes = {f"u{i}": 0.5 for i in range(10)}
    cuts = tuple(Cut(f"cut {u}", u, 0.95) for u in nodes)
    empty = replace(debate, claims={**debate.claims, **nodes}).map_links(lambda x: replace(x, cuts=cuts))
    assert db(weights(empty)["c"]) == pytest.approx(9.59, abs=0.005)
    assert weights(empty)["c"] == weights(debate)["c"]
    one = empty.with_items(Item("a", "u3", 10 * DB, "other"), roots={"other": 1.0})
    assert db(weights(one)["c"]) == pytest.approx(1.57, abs=0.005)


@pytest.mark.parametrize(("both", "expected"), [(False, 0.76), (True, 0.09)])
def test_three_silly_supports_listed_and_refuted(both: bool, expected: float) -> None:
    """A claim at .76 (5 dB) does not fall when somebody lists three reasons of 5 dB for it and refutes them."""
    silly = [f"silly{i}" for i in range(3)]
    debate = Debate(
        {"c": 0.5} | dict.fromkeys(silly, 0.5),
        (
            Item("e", "c", 5 * DB, "root"),
            *(Item(f"refutation {i} {c}", c, -40 * DB, f"root {i} {c}") for c in silly for i in range(5)),
        ),
        {"root": 1.0} | {f"root {i} {c}": 1.0 for c in silly for i in range(5)},
        tuple(Link(f"from {c}", (c,), "c", 5 * DB, both) for c in silly),
    )
    assert credences(debate)["c"] == pytest.approx(expected, abs=5e-3)
    assert db(weights(debate)["c"]) == pytest.approx(-10.0 if both else 5.0, abs=1e-9)


def test_ten_unevidenced_supporters_leave_a_claim_where_it_was() -> None:
    claims = {"c": 0.5} | {f"s{i}": 0.5 for i in range(10)}
    links = tuple(Link(f"l{i}", (f"s{i}",), "c", 13 * DB) for i in range(10))
    assert credences(Debate(claims, links=links))["c"] == 0.5


def test_an_unevidenced_strong_reason_does_not_dilute_a_certain_one() -> None:
    """A reason worth 5 dB keeps them beside a strong reason without evidence."""
    alone = link_debate(40, 5)
    before = weights(alone)["c"]
    after = weights(alone.with_links(Link("other", ("s",), "c", 13 * DB), claims={"s": 0.5}))["c"]
    assert before == after == pytest.approx(5 * DB, abs=2e-3)


# Viewpoints.


def test_a_persons_base_rate_in_the_middle_of_a_chain_is_their_evidence() -> None:
    """Prior .5 to .05 in the middle of a 13 dB chain: the shift, or evidence of that weight, give the same."""
    shift = logit(0.05) - logit(0.5)
    chain = Debate(
        {"a": 0.5, "b": 0.5, "c": 0.5},
        (Item("e", "a", 10 * DB, "root"),),
        {"root": 1.0},
        (Link("ab", ("a",), "b", 13 * DB), Link("bc", ("b",), "c", 13 * DB, both=True)),
    )
    shifted = credences(replace(chain, shifts={"b": shift}))
    evidence = credences(chain.with_items(Item("prior", "b", shift, "person"), roots={"person": 1.0}))
    assert shifted == pytest.approx(evidence, abs=1e-12)
    exact = logit(0.05) + weights(chain)["b"]
    assert shifted["b"] == pytest.approx(sigma(exact), abs=1e-12)
    assert shifted["c"] < 0.5


# Shared evidence.


def test_one_blog_through_eight_claims_is_worth_its_cap() -> None:
    names = [f"m{i}" for i in range(8)]
    debate = Debate(
        {"c": 0.5} | dict.fromkeys(names, 0.5),
        tuple(Item(f"e{i}", m, 23 * DB, "blog") for i, m in enumerate(names)),
        {"blog": 0.6},
        tuple(Link(f"l{i}", (m,), "c", 13 * DB) for i, m in enumerate(names)),
    )
    assert credences(debate)["c"] == pytest.approx(0.8, abs=1e-9)
    assert sigma(one_pass(debate).claims("log_odds")["c"]) > 0.99
    one_item = replace(debate, items=tuple(replace(x, id="e") for x in debate.items))
    assert credences(one_item)["c"] == pytest.approx(0.8, abs=1e-9)


@pytest.mark.parametrize(("d", "capacity"), [(0.3, 18.75), (0.7, 12.5), (1.0, 10.0)])
def test_a_lineage_over_several_claims_is_worth_its_capacity(d: float, capacity: float) -> None:
    """Three roots with a cap of 10 dB each, on a claim each: what one claim gets of them all is their cluster's."""
    rho = 9 / 11
    assert db(float(ar.cap(rho))) == pytest.approx(10.0, abs=1e-9)
    names = ["m0", "m1", "m2"]
    debate = Debate(
        {"c": 0.5} | dict.fromkeys(names, 0.5),
        tuple(Item(f"e{m}{i}", m, 40 * DB, f"r{m}") for m in names for i in range(20)),
        {f"r{m}": rho for m in names},
        tuple(Link(f"l{m}", (m,), "c", 19 * DB) for m in names),
        lineage=((tuple(f"r{m}" for m in names), d),),
    )
    total = one_pass(debate).claims("gathered")["c"]
    assert db(total) > 25
    assert db(weights(debate)["c"]) == pytest.approx(capacity, abs=1e-6)


@pytest.mark.parametrize("names", [("r0", "r1"), ("r1", "r0")])
def test_a_root_that_only_repeats_may_still_carry_what_is_said(names: tuple[str, str]) -> None:
    """Two roots of one study speak of c, the louder of m too; what the quieter says leaves the louder free for m."""
    loud, quiet = names
    debate = Debate(
        {"c": 0.5, "m": 0.5},
        (Item("e0", "c", 30 * DB, loud), Item("e1", "c", 10 * DB, quiet), Item("e2", "m", 30 * DB, loud)),
        {loud: 0.9, quiet: 0.95},
        (Link("mc", ("m",), "c", 13 * DB),),
        lineage=(((loud, quiet), 1.0),),
    )
    plain = one_pass(debate)
    assert plain.claims("own")["c"] == pytest.approx(float(ar.discount(np.array(30 * DB), 0.9)), abs=1e-12)
    assert db(plain.claims("gathered")["c"]) > 20
    assert db(weights(debate)["c"]) == pytest.approx(db(float(ar.cap(0.95))), abs=1e-9)


@pytest.mark.parametrize(
    ("k", "naive", "conserved"), [(1, 0.7415, 0.7415), (2, 0.8916, 0.8916), (4, 0.9854, 0.9), (8, 0.9998, 0.9)]
)
def test_diamond(k: int, naive: float, conserved: float) -> None:
    names = [f"m{i}" for i in range(k)]
    debate = Debate(
        {"c": 0.5, "s": 0.5} | dict.fromkeys(names, 0.5),
        (Item("e", "s", logit(0.9), "x"),),
        {"x": 1.0},
        (
            *(Link(f"in {m}", ("s",), m, 13 * DB) for m in names),
            *(Link(f"out {m}", (m,), "c", 7 * DB) for m in names),
        ),
    )
    assert sigma(one_pass(debate).claims("log_odds")["c"]) == pytest.approx(naive, abs=5e-5)
    assert credences(debate)["c"] == pytest.approx(conserved, abs=5e-5)


@pytest.mark.parametrize("weight", [0.01, 7.0, -7.0])
def test_a_link_from_a_doubted_sibling_never_lowers_what_it_supports(weight: float) -> None:
    """Where the joint distribution of the closure lowers c from .870 to .756, and to .420 for a refuted sibling."""
    debate = Debate(
        {"a": 0.5, "b": 0.5, "c": 0.5},
        (Item("ea", "a", 10 * DB, "ra"), Item("eb", "b", -5 * DB, "rb")),
        {"ra": 1.0, "rb": 1.0},
        (Link("ac", ("a",), "c", 13 * DB), Link("ab", ("a",), "b", 13 * DB)),
    )
    assert credences(debate)["c"] == pytest.approx(0.870, abs=5e-4)
    more = debate.with_links(Link("bc", ("b",), "c", weight * DB))
    if weight > 0:
        assert weights(more)["c"] >= weights(debate)["c"]
    else:
        assert weights(more)["c"] <= weights(debate)["c"]


# Cycles.


def mutual() -> Debate:
    return Debate(
        {"a": 0.5, "b": 0.5},
        (Item("e", "a", 10 * DB, "r"),),
        {"r": 1.0},
        (Link("ab", ("a",), "b", 13 * DB), Link("ba", ("b",), "a", 13 * DB)),
    )


def test_mutual_support_has_no_echo() -> None:
    found = credences(mutual())
    assert found["a"] == pytest.approx(10 / 11, abs=1e-12)
    without = replace(mutual(), links=mutual().links[:1])
    assert found["b"] == credences(without)["b"]


def complete(n: int, link_db: float, evidence: float) -> Debate:
    names = [f"k{i}" for i in range(n)]
    return Debate(
        dict.fromkeys(names, 0.5),
        (Item("e", "k0", evidence * DB, "r"),),
        {"r": 1.0},
        tuple(Link(f"{a} {b}", (a,), b, link_db * DB) for a in names for b in names if a != b),
    )


def test_four_claims_that_all_support_each_other() -> None:
    """K4 of 20 dB links with 3 dB on one: nobody above 3 dB."""
    found = {c: db(w) for c, w in weights(complete(4, 20, 3)).items()}
    assert found["k0"] == pytest.approx(3.0, abs=1e-9)
    assert all(0 < w <= 3 + 1e-9 for w in found.values())
    assert found["k1"] == pytest.approx(found["k3"], abs=1e-12)


def test_an_undercut_on_the_path_does_nothing() -> None:
    """What undercuts the evidence it rests on sees that evidence whole; the evidence sees it without that support."""
    debate = Debate(
        {"a": 0.5, "u": 0.3},
        (Item("e", "a", 10 * DB, "r", cuts=(Cut("cut", "u", 0.95),)),),
        {"r": 1.0},
        (Link("au", ("a",), "u", 13 * DB),),
    )
    whole = debate.map_items(lambda x: replace(x, cuts=()))
    assert weights(debate) == pytest.approx(weights(whole), abs=1e-12)
    driven = debate.with_items(Item("own", "u", 7 * DB, "other"), roots={"other": 1.0})
    q = sigma(logit(0.3) + 7 * DB)
    tau = 1 - 0.95 * (q - 0.3) / 0.7
    assert weights(driven)["a"] == pytest.approx(float(ar.discount(np.array(10 * DB), tau)), abs=1e-12)
    assert weights(driven)["u"] == pytest.approx(7 * DB + weights(whole)["u"], abs=1e-12)


# Questions.


def test_a_new_answer_takes_its_prior_from_none() -> None:
    two = Debate({"a": 0.45, "b": 0.45, "none": 0.1}, questions=(("a", "b", "none"),))
    three = Debate({"a": 0.45, "b": 0.45, "d": 0.05, "none": 0.05}, questions=(("a", "b", "d", "none"),))
    evidence = Item("e", "a", 10 * DB, "r")
    assert credences(two.with_items(evidence, roots={"r": 1.0}))["a"] == pytest.approx(
        credences(three.with_items(evidence, roots={"r": 1.0}))["a"], abs=1e-12
    )


def test_one_likelihood_vector_is_bayes_rule() -> None:
    """An item on every answer at once, perfectly reliable: posterior = prior x likelihood, normalised."""
    prior = {"a": 0.5, "b": 0.3, "none": 0.2}
    likelihood = {"a": 0.2, "b": 0.8, "none": 0.4}
    items = tuple(Item("e", k, math.log(x / 0.8), "r") for k, x in likelihood.items())
    found = credences(Debate(prior, items, {"r": 1.0}, questions=(("a", "b", "none"),)))
    total = sum(prior[k] * likelihood[k] for k in prior)
    assert found == pytest.approx({k: prior[k] * likelihood[k] / total for k in prior}, abs=1e-12)


def test_the_row_of_competition_is_what_the_other_answers_do() -> None:
    debate = Debate(
        {"a": 0.4, "b": 0.4, "none": 0.2},
        (Item("e", "b", 7 * DB, "r"),),
        {"r": 1.0},
        questions=(("a", "b", "none"),),
    )
    found = sweep(debate)
    assert found.claims("own")["a"] == 0.0
    assert found.claims("competition")["a"] == pytest.approx(
        logit(0.4 / (0.6 + 0.4 * math.exp(7 * DB))) - logit(0.4), abs=1e-12
    )
    assert found.claims("gathered")["a"] == found.claims("competition")["a"]
