"""Intervals, hard bounds, and the share of weight that has evidence."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from engine.debate import DB, Cut, Debate, Item, Link, build
from engine.strategies import Mix, Shape, debates, examples
from hypothesis import given
from hypothesis import strategies as st

from kb.engine.assessment import Assessment
from kb.engine.bounds import bounds
from kb.engine.inputs import Inputs
from kb.engine.network import Builder
from kb.engine.propagate import Propagated, propagate
from kb.engine.uncertainty import draw, evidenced, intervals, spread
from kb.odds import logit, sigma

from .ranges import ranged, strengths_within

seeds = st.integers(0, 10_000)


def chain(*more: str, strength: tuple[float, float] | None = (2.0, 8.0)) -> Builder:
    """e (5 dB) on b, b 7 dB for a; ``more`` claims that have nothing to do with them, with evidence of their own."""
    span = None if strength is None else (strength[0] * DB, strength[1] * DB)
    b = Builder()
    b.root("r", 0.8)
    for claim in ("a", "b", *more):
        b.claim(claim, 0.4)
    b.item("e", "b", 5 * DB, "r", 0.9, range=span)
    b.link("b", ["b"], "a", 7 * DB, range=(5 * DB, 10 * DB))
    for claim in more:
        b.root(f"root of {claim}", 0.7)
        b.item(f"item on {claim}", claim, 10 * DB, f"root of {claim}", 0.9, range=(7 * DB, 13 * DB))
    return b


# intervals


def test_an_edit_elsewhere_moves_no_band() -> None:
    before, after = propagate(chain().build()), propagate(chain("0", "aa", "z").build())
    low, high = intervals(before)
    more_low, more_high = intervals(after)
    for id in ("a", "b"):
        i, j = before.net.ids.index(id), after.net.ids.index(id)
        assert (low[i], high[i]) == (more_low[j], more_high[j])


def test_bands_depend_on_names_alone_and_are_the_same_twice() -> None:
    first, second = (intervals(propagate(chain("z").build())) for _ in range(2))
    assert np.array_equal(first, second)


@examples(25)
@given(debates("loops"), seeds)
def test_intervals_are_probabilities_in_order(debate: Debate, seed: int) -> None:
    low, high = intervals(propagate(ranged(debate, seed)), draws=50)
    assert ((low > 0) & (low <= high) & (high < 1)).all()


def test_a_band_holds_nine_draws_in_ten() -> None:
    result = propagate(chain().build())
    low, high = intervals(result, draws=400)
    q = 1 / (1 + np.exp(-result.again(draw(result, 400)).state.log_odds))
    inside = ((q >= low[:, None]) & (q <= high[:, None])).mean(axis=1)
    assert inside == pytest.approx(0.9, abs=0.01)


def test_strengths_given_as_numbers_have_no_spread() -> None:
    numbers = draw(propagate(chain(strength=None).build()), 50)
    assert (numbers.item_weight == 5 * DB).all()
    words = draw(propagate(chain().build()), 50)
    assert words.item_weight.min() >= 2 * DB
    assert words.item_weight.max() <= 8 * DB
    assert words.item_weight.std() > DB
    assert numbers.item_reliability.std() > 0.01


def test_an_opposing_strength_stays_opposing() -> None:
    b = chain()
    b.item("against", "a", -7 * DB, "r", range=(5 * DB, 10 * DB))
    result = propagate(b.build())
    drawn = draw(result, 50).item_weight[result.net.item_ids.index("against")]
    assert -10 * DB <= drawn.min() < drawn.max() <= -5 * DB


def test_what_is_drawn_has_the_spread_that_is_promised() -> None:
    b = chain("c", "d", "e")
    b.question("which", ["c", "d", "e"])
    for claim in ("c", "d", "e"):
        b.claim(claim, 1 / 3)
    result = propagate(b.build())
    inputs = draw(result, 4000)
    base = np.log(inputs.base_rate / (1 - inputs.base_rate))
    at = result.net.ids.index("a")
    assert base[at].mean() == pytest.approx(logit(0.4), abs=0.05)
    assert base[at].std() == pytest.approx(1, abs=0.04)
    answers = [result.net.ids.index(x) for x in ("c", "d", "e")]
    assert inputs.base_rate[answers].sum(axis=0) == pytest.approx(1, abs=1e-9)
    trust = inputs.root_reliability[result.net.root_ids.index("r")]
    assert trust.mean() == pytest.approx(0.8, abs=0.01)
    assert trust.std() == pytest.approx(np.sqrt(0.8 * 0.2 / 21), abs=0.01)


def test_one_item_is_as_reliable_on_every_claim_and_certainty_stays() -> None:
    b = chain()
    b.item("e", "a", 5 * DB, "r", 0.9)
    b.root("sure", 1.0)
    b.item("s", "a", DB, "sure", 1.0)
    result = propagate(b.build())
    inputs = draw(result, 30)
    twice = [k for k, id in enumerate(result.net.item_ids) if id == "e"]
    assert np.array_equal(inputs.item_reliability[twice[0]], inputs.item_reliability[twice[1]])
    assert (inputs.item_reliability[result.net.item_ids.index("s")] == 1).all()
    assert (inputs.root_reliability[result.net.root_ids.index("sure")] == 1).all()


def test_a_shift_moves_the_band_and_a_held_claim_has_none() -> None:
    result = propagate(chain().build())
    inputs = Inputs.of(result.net)
    inputs.shift[0] += 2.0
    shifted = spread(result.again(inputs))
    assert shifted.low[0] > spread(result).low[0]
    inputs.pin[0] = 0.5
    held = spread(result.again(inputs))
    assert held.low[0] == pytest.approx(sigma(0.5), abs=1e-12)
    assert held.high[0] == pytest.approx(sigma(0.5), abs=1e-12)
    assert np.isnan(held.bound_low).all()


# bounds


def outside(result: Propagated, inputs: Inputs) -> float:
    """How far, in nats, the most daring of some cases leaves the bounds."""
    low, high = (np.log(p) - np.log1p(-p) for p in bounds(result))
    found = result.again(inputs).state.log_odds
    return float(np.max(np.maximum(low[:, None] - found, found - high[:, None])))


@pytest.mark.parametrize("shape", ["tree", "graph", "debate", "loops"])
def test_no_strength_within_its_range_leaves_the_bounds(shape: Shape) -> None:
    @examples(40)
    @given(debates(shape, Mix(shifts=True)), seeds)
    def holds(debate: Debate, seed: int) -> None:
        result = propagate(ranged(debate, seed))
        assert outside(result, strengths_within(result.net, 16, seed)) < 1e-7

    holds()


@examples(40)
@given(debates("tree"))
def test_without_ranges_bounds_on_a_tree_are_the_credence(debate: Debate) -> None:
    result = propagate(build(debate))
    low, high = bounds(result)
    q = 1 / (1 + np.exp(-result.state.log_odds[:, 0]))
    touched = {result.net.ids[c] for c in result.net.undercut_final[result.net.undercut_final >= 0]}
    for i, id in enumerate(result.net.ids):
        if not touched:
            assert low[i] == pytest.approx(q[i], abs=1e-12), id
            assert high[i] == pytest.approx(q[i], abs=1e-12), id
        assert low[i] - 1e-12 <= q[i] <= high[i] + 1e-12


def test_bounds_of_a_chain_by_hand() -> None:
    net = chain().build()
    result = propagate(replace(net, item_reliability=np.ones(1), root_reliability=np.ones(1)))
    low, high = bounds(result)
    i = result.net.ids.index("b")
    assert low[i] == pytest.approx(sigma(logit(0.4) + 2 * DB), abs=1e-12)
    assert high[i] == pytest.approx(sigma(logit(0.4) + 8 * DB), abs=1e-12)

    def told(m: float, evidence: float) -> float:
        f = 0.4 / (0.6 + 0.4 * np.exp(m))
        s, lam = f * np.exp(m), np.exp(evidence)
        return float(np.log((s * lam + 1 - s) / (f * lam + 1 - f)))

    j = result.net.ids.index("a")
    assert low[j] == pytest.approx(sigma(logit(0.4) + told(5 * DB, 2 * DB)), abs=1e-12)
    assert high[j] == pytest.approx(sigma(logit(0.4) + told(10 * DB, 8 * DB)), abs=1e-12)


def test_linked_premises_on_one_item_hold_back_no_more_than_the_item() -> None:
    """Their conjunction gathers 3.3 dB from an item of 3 dB: only 3 dB of it flow."""
    debate = Debate(
        {"c": 0.5, "p": 0.7, "q": 0.7},
        (Item("e", "p", 3 * DB, "r"), Item("e", "q", 3 * DB, "r"), Item("n", "c", -10 * DB, "s")),
        {"r": 1.0, "s": 1.0},
        (Link("l", ("p", "q"), "c", 20 * DB),),
    )
    result = propagate(build(debate))
    assert outside(result, Inputs.of(result.net)) < 1e-9
    assert result.state.gathered[result.net.ids.index("c"), 0] == pytest.approx(-7 * DB, abs=1e-9)


def test_an_answer_that_one_root_pushes_twice_holds_back_no_more_than_its_evidence() -> None:
    debate = Debate(
        {"a": 0.5, "b": 0.5, "c": 0.5},
        (Item("e", "a", 40 * DB, "r"), Item("f", "b", -40 * DB, "r"), Item("n", "c", -20 * DB, "s")),
        {"r": 0.6, "s": 1.0},
        (Link("l", ("a",), "c", 30 * DB),),
        questions=(("a", "b"),),
    )
    result = propagate(build(debate))
    assert outside(result, Inputs.of(result.net)) < 1e-9


def test_an_undercut_on_a_circle_could_be_certain_or_count_for_nothing() -> None:
    """c undercuts the evidence of the claim that it rests on."""
    cut = (Cut("u", "c", 0.9),)
    debate = Debate(
        {"c": 0.5, "p": 0.5},
        (Item("e", "p", 10 * DB, "r", cuts=cut), Item("f", "c", 13 * DB, "s")),
        {"r": 1.0, "s": 1.0},
        (Link("l", ("p",), "c", 20 * DB),),
    )
    result = propagate(build(debate))
    assert result.net.cycles
    low, high = bounds(result)
    p = result.net.ids.index("p")
    assert low[p] < sigma(float(result.state.log_odds[p, 0])) < high[p]
    assert outside(result, Inputs.of(result.net)) < 1e-9


def test_bounds_of_held_claims_are_refused() -> None:
    result = propagate(chain().build())
    inputs = Inputs.of(result.net)
    inputs.pin[0] = 1.0
    with pytest.raises(ValueError, match="held in place"):
        bounds(result.again(inputs))


# share of evidence


def test_share_of_possible_weight_that_has_evidence() -> None:
    """Two links of 10 dB; one reason is certain, of the other nothing is known: half."""
    b = Builder()
    for claim in ("a", "known", "unknown", "lonely"):
        b.claim(claim)
    b.root("r", 1.0)
    b.item("e", "known", 40 * DB, "r")
    b.link("known", ["known"], "a", 10 * DB)
    b.link("unknown", ["unknown"], "a", -10 * DB)
    result = propagate(b.build())
    share = dict(zip(result.net.ids, evidenced(result), strict=True))
    assert share["a"] == pytest.approx(0.5, abs=1e-3)
    assert share["a"] == pytest.approx(float(result.state.mu.sum()) / (20 * DB), abs=1e-12)
    assert np.isnan(share["lonely"])


@examples(40)
@given(debates("graph", Mix(edges=True)))
def test_the_share_lies_between_none_and_all(debate: Debate) -> None:
    share = evidenced(propagate(build(debate)))
    assert np.nanmin(share, initial=0.0) >= 0
    assert np.nanmax(share, initial=0.0) <= 1 + 1e-9


# what readers see


def test_credences_carry_intervals_and_bounds(clock: Assessment) -> None:
    for credence in clock.credences.values():
        numbers = (credence.low, credence.high, credence.bound_low, credence.bound_high)
        if not credence.assessed:
            assert numbers == (None,) * 4
            continue
        low, high, bound_low, bound_high = (x for x in numbers if x is not None)
        assert low < high
        assert bound_low <= credence.credence <= bound_high
    assert clock.credences["repair-pays"].evidenced is not None
    assert clock.credences["cold-oil"].evidenced is None
    under = clock.under("careful-keeper").credences["repair-pays"]
    assert under.low is not None
    assert under.high is not None
    assert under.low < under.credence < under.high
    assert Assessment(clock.corpus, clock.result, intervals=False).credences["repair-pays"].low is None
