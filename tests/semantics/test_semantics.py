"""The registry: names, results by id, comparison."""

from __future__ import annotations

import math
import random

import pytest
from engine.debate import DB, Debate, Item, Link, build
from engine.strategies import debates, examples
from hypothesis import given

from kb.engine import Assessment
from kb.engine.propagate import propagate
from kb.engine.semantics import SEMANTICS, UnknownSemantics, compare, run_semantics
from kb.odds import logit

NAMES = ["weight", "bayes", "qbaf-dfquad", "qbaf-qe", "qbaf-euler", "qbaf-mlp", "naive"]


def test_names() -> None:
    assert list(SEMANTICS) == NAMES


@pytest.mark.parametrize("name", NAMES)
def test_records_of_every_kind(clock: Assessment, name: str) -> None:
    """Each semantics gives each claim of a corpus a credence, and leaves the hidden answers out."""
    found = run_semantics(clock.corpus, name)
    assert list(found) == sorted(clock.credences)
    assert (found.semantics, found.viewpoint) == (name, None)
    for id, x in found.items():
        assert x.id == id
        assert 0 < x.credence < 1
        assert x.weight == pytest.approx(logit(x.credence) - logit(x.base_rate), abs=1e-12)
        assert math.isfinite(x.residual)
        honest = clock.credences[id]
        assert (x.base_rate, x.items, x.groups) == (honest.base_rate, honest.items, honest.groups)
        assert x.assessed or not honest.assessed


def test_weight_is_what_the_pages_show(clock: Assessment) -> None:
    found = run_semantics(clock.result)
    for id, x in clock.credences.items():
        assert found[id].credence == pytest.approx(x.credence, abs=1e-15)
        assert (found[id].method, found[id].assessed) == (x.method, x.assessed)


def test_a_name_that_does_not_exist_lists_those_that_do(clock: Assessment) -> None:
    with pytest.raises(UnknownSemantics, match="choose one of weight, bayes, qbaf-dfquad"):
        run_semantics(clock.corpus, "dung")
    with pytest.raises(UnknownSemantics):
        compare(clock.corpus, ["weight", "qbaf"])


def idle_supporters() -> Debate:
    """Weak evidence against a claim that ten strong reasons support, none of them with evidence."""
    reasons = [f"r{i}" for i in range(10)]
    return Debate(
        dict.fromkeys(["c", "even", *reasons], 0.5),
        (Item("i", "c", -5 * DB, "s"),),
        {"s": 1.0},
        tuple(Link(r, (r,), "c", 13 * DB) for r in reasons),
    )


def test_comparison_names_the_claims_that_depend_on_the_choice() -> None:
    table = compare(build(idle_supporters()))
    assert table.names == tuple(NAMES)
    assert [x.id for x in table.disputed] == ["c"]
    (claim,) = table.disputed
    assert claim.credences[0] < 0.5 < claim.credences[2]
    assert claim.spread == max(claim.credences) - min(claim.credences)
    assert claim.assessed
    rows = {x.id: x for x in table.claims}
    assert not rows["even"].disputed, "exactly even is on neither side"
    assert not rows["r0"].assessed, "assessed as under weight"
    assert rows["r0"].credences == tuple(table.results[name]["r0"].credence for name in NAMES)


def test_comparison_of_two_and_of_none() -> None:
    net = build(idle_supporters())
    assert compare(net, ["bayes", "weight"]).disputed == ()
    assert [x.id for x in compare(net, ["qbaf-qe", "bayes"]).disputed] == ["c"]
    assert compare(net, []).claims == ()


@given(debates("loops"))
@examples(15)
def test_results_do_not_depend_on_the_order_of_records(debate: Debate) -> None:
    straight = build(debate)
    shuffled = build(debate, random.Random(1))
    for name in NAMES:
        assert run_semantics(straight, name).by_id == run_semantics(shuffled, name).by_id


@given(debates("loops"))
@examples(15)
def test_every_semantics_takes_a_swept_network(debate: Debate) -> None:
    result = propagate(build(debate))
    assert compare(result).names == tuple(NAMES)
