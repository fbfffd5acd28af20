"""What a credence turns on: claims settled both ways, inputs moved by one standard deviation."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from engine.debate import DB, Cut, Debate, Item, Link, build
from engine.strategies import Mix, Shape, debates, examples
from hypothesis import given

from kb.engine.assessment import Assessment
from kb.engine.cruxes import CERTAIN, ClaimCrux, Cruxes, ParameterCrux, Turning, entropy
from kb.engine.impact import beneath
from kb.engine.inputs import Inputs
from kb.engine.network import Network
from kb.engine.propagate import Propagated, propagate
from kb.odds import logit, sigma


def cruxes(net: Network, claim: str) -> Cruxes:
    return Turning(propagate(net)).of(claim)


def by_claim(found: Cruxes) -> dict[str, ClaimCrux]:
    return {c.claim: c for c in found.claims}


def credence(result: Propagated, claim: str) -> float:
    return sigma(float(result.state.log_odds[result.net.ids.index(claim), 0]))


def sigmas(result: Propagated, claim: str) -> list[float]:
    """A claim's credence in each case."""
    return [sigma(z) for z in result.state.log_odds[result.net.ids.index(claim)].tolist()]


def two_ways(both: bool) -> Debate:
    return Debate(
        {"a": 0.5, "b": 0.5},
        (Item("e", "b", 5 * DB, "r"),),
        {"r": 1.0},
        (Link("l", ("b",), "a", 10 * DB, both),),
    )


# settling claims


def test_settling_by_hand() -> None:
    """Base rates .5 and 10 dB: P(b | a) = 10/11, P(b | not a) = 1/11."""
    s, f, q = 10 / 11, 1 / 11, sigma(5 * DB)
    found = by_claim(cruxes(build(two_ways(both=True)), "a"))["b"]
    assert found.if_true == pytest.approx(s, abs=1e-9)
    assert found.if_false == pytest.approx(f, abs=1e-9)
    now = s * q + f * (1 - q)
    assert found.now == pytest.approx(now, abs=1e-12)
    assert found.chance == pytest.approx(q, abs=1e-9), "a link that cuts both ways is a plain table"
    assert found.expected == pytest.approx(q * (s - now) + (1 - q) * (now - f), abs=1e-9)
    bits = entropy(now) - q * entropy(s) - (1 - q) * entropy(f)
    assert found.bits == pytest.approx(bits, abs=1e-8)
    assert bits == pytest.approx(0.42594, abs=1e-5)
    assert found.largest == pytest.approx(now - f, abs=1e-9)


def test_entropy_in_bits() -> None:
    assert entropy(0.5) == 1
    assert entropy(0.25) == pytest.approx(0.8112781245, abs=1e-10)
    assert entropy(0) == entropy(1) == 0


def test_refuting_a_reason_that_speaks_one_way_takes_back_what_it_gave() -> None:
    found = by_claim(cruxes(build(two_ways(both=False)), "a"))["b"]
    assert found.if_false == pytest.approx(0.5, abs=1e-12)
    assert found.chance is not None
    silent = replace(two_ways(both=False), items=())
    found = by_claim(cruxes(build(silent), "a"))["b"]
    assert (found.now, found.if_false) == (0.5, 0.5)
    assert found.if_true == pytest.approx(10 / 11, abs=1e-9)
    assert (found.chance, found.expected, found.bits) == (None, None, None)
    assert found.largest == pytest.approx(10 / 11 - 0.5, abs=1e-9)


def test_where_both_ends_lie_on_one_side_no_chance_averages_to_now() -> None:
    """b supports a, and undercuts its other reason: somewhere between, a is less likely than at either end."""
    debate = Debate(
        {"a": 0.5, "b": 0.5, "k": 0.5},
        (Item("e", "b", 3 * DB, "r"), Item("f", "k", 20 * DB, "r")),
        {"r": 1.0},
        (Link("l", ("b",), "a", 40 * DB), Link("m", ("k",), "a", 13 * DB, cuts=(Cut("u", "b", 0.95),))),
    )
    low = None
    for db in np.linspace(0.2, 6, 30):
        tried = replace(debate, items=(Item("e", "b", float(db) * DB, "r"), debate.items[1]))
        found = by_claim(cruxes(build(tried), "a"))["b"]
        if found.now < min(found.if_true, found.if_false) - 1e-6:
            low = found
    assert low is not None
    assert (low.chance, low.expected, low.bits) == (None, None, None)
    assert low.largest > 0


@pytest.mark.parametrize("shape", ["tree", "graph", "loops"])
def test_settled_claims_equal_pinning_by_hand(shape: Shape) -> None:
    @examples(15)
    @given(debates(shape, most=5))
    def holds(debate: Debate) -> None:
        result = propagate(build(debate))
        turning = Turning(result)
        for target in debate.claims:
            found = turning.of(target)
            assert found.now == pytest.approx(credence(result, target), abs=1e-12)
            inputs = Inputs.of(result.net, 2 * len(found.claims))
            for n, c in enumerate(found.claims):
                inputs.pin[result.net.ids.index(c.claim), 2 * n : 2 * n + 2] = CERTAIN, -CERTAIN
            if found.claims:
                ends = sigmas(result.again(inputs), target)
                assert [x for c in found.claims for x in (c.if_true, c.if_false)] == pytest.approx(ends, abs=1e-9)

    holds()


@examples(25)
@given(debates("graph"))
def test_ends_average_to_the_present_credence_and_tell_something(debate: Debate) -> None:
    turning = Turning(propagate(build(debate)))
    for target in debate.claims:
        for c in turning.of(target).claims:
            if c.chance is None:
                assert c.expected is None
                assert c.bits is None
                continue
            assert c.expected is not None
            assert c.bits is not None
            assert c.chance * c.if_true + (1 - c.chance) * c.if_false == pytest.approx(c.now, abs=1e-8)
            assert 0 <= c.expected <= c.largest + 1e-12
            assert 0 <= c.bits <= entropy(c.now) + 1e-9


@examples(25)
@given(debates("graph"))
def test_only_claims_beneath_are_cruxes_and_siblings_are_not(debate: Debate) -> None:
    result = propagate(build(debate))
    turning = Turning(result)
    for target in debate.claims:
        below = {result.net.ids[c] for c in beneath(result.net, result.net.ids.index(target))}
        named = {c.claim for c in turning.of(target).claims}
        assert named <= below - set(debate.siblings(target))
        sizes = [c.expected if c.expected is not None else c.largest / 2 for c in turning.of(target).claims]
        assert sizes == sorted(sizes, reverse=True)


def test_an_answer_turns_on_its_siblings_reasons_but_not_on_its_siblings() -> None:
    debate = Debate(
        {"a": 0.4, "b": 0.6, "r": 0.5},
        (Item("e", "r", 5 * DB, "s"),),
        {"s": 1.0},
        (Link("l", ("r",), "b", 10 * DB),),
        questions=(("a", "b"),),
    )
    found = by_claim(cruxes(build(debate), "a"))
    assert set(found) == {"r"}
    assert found["r"].if_true < found["r"].now < found["r"].if_false


def test_none_of_these_is_no_crux(clock: Assessment) -> None:
    for id in clock.credences:
        assert all(c.claim in clock.corpus for c in clock.cruxes(id).claims)
        assert all(p.record in clock.corpus for p in clock.cruxes(id).parameters)


# inputs


def with_ranges(debate: Debate) -> Network:
    net = build(debate)
    spans = [np.stack([np.abs(w) * 0.5, np.abs(w) * 1.5], axis=1) for w in (net.link_weight, net.item_weight)]
    return replace(net, link_range=spans[0], item_range=spans[1])


def set_input(net: Network, inputs: Inputs, case: int, p: ParameterCrux, by: int) -> None:
    """One input a standard deviation up (+1) or down (-1) in one case, by the definitions of the spreads."""
    kind, record, target = p.kind, p.record, p.target
    if kind == "base rate":
        i = net.ids.index(record)
        q = int(net.question_of[i])
        members = [i] if q < 0 else net.questions[q].tolist()
        own = sigma(logit(float(net.pi[i])) + by)
        for j in members:
            inputs.base_rate[j, case] = own if j == i else float(net.pi[j]) * (1 - own) / (1 - float(net.pi[i]))
    elif kind == "strength":
        for values, ids, into in (
            (inputs.link_weight, net.link_ids, net.link_claim),
            (inputs.item_weight, net.item_ids, net.item_claim),
        ):
            for j, id in enumerate(ids):
                if id == record and net.ids[into[j]] == target:
                    values[j, case] *= 1 + by / math.sqrt(12)
    else:
        for values, ids in ((inputs.item_reliability, net.item_ids), (inputs.root_reliability, net.root_ids)):
            for j in [j for j, id in enumerate(ids) if id == record]:
                t = float(values[j, case])
                values[j, case] = min(max(t + by * math.sqrt(t * (1 - t) / 21), 1e-9), 1)


@pytest.mark.parametrize("shape", ["tree", "graph", "loops"])
def test_inputs_equal_differences_by_hand(shape: Shape) -> None:
    @examples(15)
    @given(debates(shape, Mix(shifts=True), most=4))
    def holds(debate: Debate) -> None:
        result = propagate(with_ranges(debate))
        turning = Turning(result)
        for target in debate.claims:
            listed = turning.of(target).parameters
            inputs = Inputs.of(result.net, 2 * len(listed))
            for n, p in enumerate(listed):
                set_input(result.net, inputs, 2 * n, p, 1)
                set_input(result.net, inputs, 2 * n + 1, p, -1)
            if listed:
                ends = sigmas(result.again(inputs), target)
                change = [abs(up - down) / 2 for up, down in zip(ends[::2], ends[1::2], strict=True)]
                assert [p.change for p in listed] == pytest.approx(change, abs=1e-9)

    holds()


def test_every_input_that_matters_is_listed_once() -> None:
    """e bears on a and b: one reliability, two strengths; an answer's prior is an input too."""
    debate = Debate(
        {"a": 0.4, "b": 0.5, "z": 0.6},
        (Item("e", "a", 5 * DB, "r", 0.8), Item("e", "b", 7 * DB, "r", 0.8)),
        {"r": 0.7, "unused": 0.5},
        (Link("l", ("b",), "a", 1 * DB),),
        questions=(("a", "z"),),
    )
    listed = [(p.kind, p.record, p.target) for p in cruxes(with_ranges(debate), "a").parameters]
    assert sorted(listed) == [
        ("base rate", "a", ""),
        ("base rate", "b", ""),
        ("base rate", "z", ""),
        ("reliability", "e", ""),
        ("reliability", "r", ""),
        ("strength", "e", "a"),
        ("strength", "e", "b"),
        ("strength", "l", "a"),
    ]


def test_a_number_without_a_range_is_not_slack() -> None:
    found = cruxes(build(two_ways(both=True)), "a").parameters
    assert {p.kind for p in found} == {"base rate"}


def test_inputs_come_largest_first() -> None:
    change = [p.change for p in cruxes(with_ranges(two_ways(both=True)), "a").parameters]
    assert change == sorted(change, reverse=True)
    assert len(change) == 4


def test_asking_for_one_claim_or_for_all_gives_the_same(clock: Assessment) -> None:
    together = Turning(clock.result)
    for id in clock.credences:
        alone = Turning(clock.result).of(id)
        assert together.of(id) == alone


def test_under_a_viewpoint_its_own_inputs_are_moved(clock: Assessment) -> None:
    """The keeper sets maker-mark's strength: taken as said, it has no slack; the log's reliability moves from .95."""
    found = {(p.kind, p.record): p.change for p in clock.under("careful-keeper").cruxes("gear-old").parameters}
    assert ("strength", "maker-mark") not in found
    assert ("strength", "maker-mark") in {(p.kind, p.record) for p in clock.cruxes("gear-old").parameters}
    assert ("reliability", "keeper-log") in found
