"""The gap between two viewpoints, split into the inputs that cause it."""

from __future__ import annotations

import math

import numpy as np
import pytest
from engine.debate import DB, Debate, Item, Link, build
from engine.strategies import Mix, debates, examples
from hypothesis import given
from hypothesis import strategies as st

from kb.engine.assessment import NEUTRAL, Assessment
from kb.engine.disagree import Disagreement, disagree
from kb.engine.network import Network
from kb.engine.propagate import propagate
from kb.engine.viewpoints import Change, Overlay
from kb.odds import logit

NOBODY = Overlay("nobody", "the neutral inputs", ())


def view(id: str, *changes: Change) -> Overlay:
    return Overlay(id, id, changes)


def strength(record: str, target: str, neutral: float, theirs: float) -> Change:
    return Change("strength", record, target, neutral, theirs, "It looks so.", "v")


def base_rate(claim: str, neutral: float, theirs: float) -> Change:
    return Change("base rate", claim, "", neutral, theirs, "It looks so.", "v")


def parts(found: Disagreement) -> dict[tuple[str, str], float]:
    return {(p.change.kind, p.change.record): p.weight for p in found.parts}


def adds_up(found: Disagreement) -> None:
    assert math.fsum([*(p.weight for p in found.parts), found.rounding]) == pytest.approx(found.gap, abs=1e-9)
    assert found.gap == pytest.approx(logit(found.credence_a) - logit(found.credence_b), abs=1e-9)


def one_claim() -> Network:
    items = (Item("e", "a", 10 * DB, "r"), Item("f", "a", -4 * DB, "s"))
    return build(Debate({"a": 0.5}, items, {"r": 1.0, "s": 1.0}))


def test_where_inputs_add_up_each_causes_its_own_difference() -> None:
    """Certain items and a base rate enter the sum of a claim as they are: nothing to share."""
    ann = view("ann", strength("e", "a", 10 * DB, 3 * DB), base_rate("a", 0.5, 0.2))
    bob = view("bob", strength("f", "a", -4 * DB, -9 * DB), base_rate("a", 0.5, 0.6))
    found = disagree(propagate(one_claim()), "a", ann, bob)
    assert parts(found) == pytest.approx(
        {
            ("strength", "e"): (3 - 10) * DB,
            ("strength", "f"): (-4 + 9) * DB,
            ("base rate", "a"): logit(0.2) - logit(0.6),
        },
        abs=1e-8,
    )
    adds_up(found)
    assert abs(found.rounding) < 1e-8
    shown = {p.change.record: (p.change.theirs, p.change.neutral) for p in found.parts}
    assert shown["a"] == pytest.approx((0.2, 0.6), abs=1e-12), "probabilities, not shifts"
    assert shown["e"] == pytest.approx((3 * DB, 10 * DB))
    assert (found.a, found.b, found.explains) == ("ann", "bob", True)


def test_two_inputs_of_one_chain_by_hand() -> None:
    """Evidence w on b and a link of strength m to a; both differ, and the path's integral is known in closed form.

    With base rates .5 and P(b | a) = s(m), a link that cuts both ways adds mu(m, w) = ln[(s e^w + 1 - s) / (f e^w +
    1 - f)].  The shares are the integrals of its partial derivatives along the straight line.
    """

    def mu(m: float, w: float) -> float:
        f = 1 / (1 + math.exp(m))
        s = 1 - f
        return math.log((s * math.exp(w) + f) / (f * math.exp(w) + s))

    def integral(of: str, steps: int = 4000) -> float:
        total = 0.0
        for k in range(steps):
            t = (k + 0.5) / steps
            m, w = m0 + t * (m1 - m0), w0 + t * (w1 - w0)
            h = 1e-5
            d = mu(m + h, w) - mu(m - h, w) if of == "m" else mu(m, w + h) - mu(m, w - h)
            total += d / (2 * h) / steps * (m1 - m0 if of == "m" else w1 - w0)
        return total

    m0, m1, w0, w1 = 5 * DB, 15 * DB, 3 * DB, 12 * DB
    net = build(
        Debate(
            {"a": 0.5, "b": 0.5},
            (Item("e", "b", w0, "r"),),
            {"r": 1.0},
            (Link("l", ("b",), "a", m0, both=True),),
        )
    )
    ann = view("ann", strength("l", "a", m0, m1), strength("e", "b", w0, w1))
    found = disagree(propagate(net), "a", ann, NOBODY)
    assert found.gap == pytest.approx(mu(m1, w1) - mu(m0, w0), abs=1e-12)
    assert parts(found)[("strength", "l")] == pytest.approx(integral("m"), abs=1e-6)
    assert parts(found)[("strength", "e")] == pytest.approx(integral("w"), abs=1e-6)
    adds_up(found)


def test_a_corner_on_the_path_leaves_nothing_over() -> None:
    """b says nothing for a until its evidence has turned: the path has a corner."""
    net = build(
        Debate(
            {"a": 0.5, "b": 0.5},
            (Item("e", "b", 2 * DB, "r"),),
            {"r": 1.0},
            (Link("l", ("b",), "a", 20 * DB),),
        )
    )
    low = view("low", base_rate("b", 0.5, 0.03))
    found = disagree(propagate(net), "a", low, NOBODY)
    assert found.gap < -0.1
    assert abs(found.rounding) < 2e-5
    adds_up(found)


def random_view(net: Network, name: str, seed: int) -> Overlay:
    """A viewpoint that sets a few inputs of every kind at random."""
    random = np.random.default_rng(seed)
    changes: list[Change] = []

    def some(n: int) -> list[int]:
        return np.flatnonzero(random.random(n) < 0.4).tolist()

    for i in some(net.size):
        if random.random() < 0.3:
            stated = float(random.uniform(0.05, 0.95 / 4))
            changes.append(Change("stated credence", net.ids[i], "", float(net.pi[i]), stated, "Said.", name))
        else:
            changes.append(base_rate(net.ids[i], float(net.pi[i]), float(random.uniform(0.05, 0.95))))
    for ids, into, weights in (
        (net.link_ids, net.link_claim, net.link_weight),
        (net.item_ids, net.item_claim, net.item_weight),
    ):
        for j in some(len(ids)):
            stated = float(weights[j])
            if stated != 0:
                changes.append(strength(ids[j], net.ids[into[j]], stated, stated * float(random.uniform(0.1, 2))))
    for r in some(len(net.root_ids)):
        neutral = float(net.root_reliability[r])
        changes.append(Change("reliability", net.root_ids[r], "", neutral, float(random.uniform(0.3, 1)), "So.", name))
    for u in some(len(net.undercut_ids)):
        neutral = float(net.undercut_kill[u])
        changes.append(Change("kill", net.undercut_ids[u], "", neutral, float(random.uniform(0, 1)), "So.", name))
    return Overlay(name, name, tuple(changes))


@examples(12)
@given(debates("debate", Mix(shifts=True), most=4), st.integers(0, 10_000))
def test_parts_and_rounding_sum_to_the_gap_either_way_round(debate: Debate, seed: int) -> None:
    result = propagate(build(debate))
    ann, bob = random_view(result.net, "ann", seed), random_view(result.net, "bob", seed + 1)
    target = "c0"
    found, back = disagree(result, target, ann, bob), disagree(result, target, bob, ann)
    for one in (found, back):
        adds_up(one)
        assert abs(one.rounding) < 1e-3
    assert back.gap == pytest.approx(-found.gap, abs=1e-12)
    assert len(found.parts) == len(back.parts)
    there = sorted((p.change.record, p.change.target, p.weight) for p in found.parts)
    home = sorted((p.change.record, p.change.target, -p.weight) for p in back.parts)
    for one, other in zip(there, home, strict=True):
        assert one[:2] == other[:2]
        assert one[2] == pytest.approx(other[2], abs=1e-3)


def test_nothing_divides_a_viewpoint_from_itself() -> None:
    ann = view("ann", strength("e", "a", 10 * DB, 3 * DB))
    found = disagree(propagate(one_claim()), "a", ann, ann)
    assert (found.gap, found.parts, found.rounding) == (0.0, (), 0.0)


def test_a_conclusion_about_the_claim_itself_explains_nothing() -> None:
    said = view("ann", Change("stated credence", "a", "", 0.5, 0.9, "Said so.", "p"))
    found = disagree(propagate(one_claim()), "a", said, NOBODY)
    assert not found.explains
    assert found.credence_a == pytest.approx(0.9, abs=1e-12)
    (part,) = found.parts
    assert part.weight == pytest.approx(found.gap, abs=1e-9)
    assert part.change.theirs == pytest.approx(0.9, abs=1e-12)
    assert part.change.neutral == pytest.approx(found.credence_b, abs=1e-12)


def test_an_objection_that_differs_in_two_inputs_is_told_as_two(clock: Assessment) -> None:
    undercut = clock.result.net.undercut_ids.index("list-is-old")
    kill = float(clock.result.net.undercut_kill[undercut])
    ann = view(
        "ann",
        base_rate("list-is-old", 0.3, 0.7),
        Change("kill", "list-is-old", "", kill, 0.1, "It looks so.", "v"),
    )
    found = disagree(clock.result, "repair-pays", ann, NOBODY)
    assert {(p.change.kind, p.change.record) for p in found.parts} == {
        ("base rate", "list-is-old"),
        ("kill", "list-is-old"),
    }
    adds_up(found)


def test_two_viewpoints_of_a_corpus(clock: Assessment) -> None:
    for id in clock.credences:
        found = clock.disagree("careful-keeper", NEUTRAL, id)
        adds_up(found)
        assert abs(found.rounding) < 1e-6
        assert found.credence_a == pytest.approx(clock.under("careful-keeper").credences[id].credence, abs=1e-12)
        assert found.credence_b == pytest.approx(clock.credences[id].credence, abs=1e-12)
