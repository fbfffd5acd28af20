"""After any order of edits the incremental sweep equals a full one, and touches only what rests on the edit."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb.engine.incremental import above, update
from kb.engine.propagate import propagate

from .debate import DB, EXACT, Cut, Debate, Item, Link, build, flatten, sweep, weights
from .strategies import Mix, choose, debates, examples, picks
from .strategies import weights as any_weight

SMALL = 4


def edit(data: Any, debate: Debate, number: int) -> Debate:
    """One random edit: a weight changed, an item or link added or removed, a base rate changed, a lineage declared."""
    kinds = ["item", "drop item", "weight", "drop link", "base rate", "lineage", "trust", "undercuts"]
    kind = data.draw(st.sampled_from(kinds))
    claims = sorted(debate.claims)
    claim = claims[data.draw(picks) % len(claims)]
    if kind == "item":
        item = Item(f"new {number}", claim, data.draw(any_weight), f"new root {number}", 0.9)
        return debate.with_items(item, roots={f"new root {number}": 0.8})
    if kind == "drop item" and debate.items:
        n = data.draw(picks) % len(debate.items)
        return replace(debate, items=debate.items[:n] + debate.items[n + 1 :])
    if kind == "weight" and debate.links:
        chosen = debate.links[data.draw(picks) % len(debate.links)]
        w = data.draw(any_weight)

        def change(x: Link) -> Link:
            return replace(x, weight=w) if x is chosen else x

        return debate.map_links(change)
    if kind == "drop link" and debate.links:
        n = data.draw(picks) % len(debate.links)
        return replace(debate, links=debate.links[:n] + debate.links[n + 1 :])
    if kind == "lineage" and len(debate.roots) > 1:
        roots = sorted(debate.roots)[:2]
        return replace(debate, lineage=(*debate.lineage, ((roots[0], roots[1]), 0.7)))
    if kind == "trust":
        return replace(debate, roots={**debate.roots, sorted(debate.roots)[0]: 0.55})
    if kind == "undercuts" and debate.links:
        return retarget(debate, data)
    if kind == "base rate" and claim not in {a for q in debate.questions for a in q}:
        return replace(debate, claims={**debate.claims, claim: 0.2})
    return debate


def retarget(debate: Debate, data: Any) -> Debate:
    """The undercuts of one undercut, or those of a link, attack another link."""
    x, y = choose(data, list(debate.links)), choose(data, list(debate.links))
    free = [n for n, cut in enumerate(x.cuts) if cut.cuts]
    if free and len(x.cuts) > 1:
        moved = x.cuts[free[0]].cuts
        cuts = [replace(cut, cuts=() if n == free[0] else cut.cuts) for n, cut in enumerate(x.cuts)]
        other = (free[0] + 1) % len(cuts)
        cuts[other] = replace(cuts[other], cuts=(*cuts[other].cuts, *moved))
        return debate.map_links(lambda z: replace(z, cuts=tuple(cuts)) if z.id == x.id else z)
    if x.id == y.id or any(y.claim in debate.siblings(cut.claim) for cut in flatten(x.cuts)):
        return debate.map_links(lambda z: replace(z, cuts=()) if z.id == x.id else z)
    moves = {x.id: y.cuts, y.id: x.cuts}
    return debate.map_links(lambda z: replace(z, cuts=moves.get(z.id, z.cuts)))


def agrees(data: Any, debate: Debate) -> None:
    result = propagate(build(debate))
    for number in range(3):
        debate = edit(data, debate, number)
        net = build(debate)
        done = update(result, net)
        full = propagate(net)
        for name in ("log_odds", "gathered", "own", "links", "shared", "competition"):
            got, want = getattr(done.result.state, name)[:, 0], getattr(full.state, name)[:, 0]
            assert abs(got - want).max(initial=0) < 1e-9, name
        for name in ("mu", "tau", "item_weight", "pair_part"):
            got, want = getattr(done.result.state, name)[:, 0], getattr(full.state, name)[:, 0]
            assert abs(got - want).max(initial=0) < 1e-9, name
        assert (done.result.state.assessed == full.state.assessed).all()
        assert {r.claims for r in done.result.cycles} == {r.claims for r in full.cycles}
        result = done.result


@examples(60)
@given(st.data())
def test_equals_a_full_sweep_on_debates(data: Any) -> None:
    agrees(data, data.draw(debates("debate", Mix())))


@examples(30)
@given(st.data())
def test_equals_a_full_sweep_on_loops(data: Any) -> None:
    agrees(data, data.draw(debates("loops", Mix(), SMALL)))


def test_touches_only_what_rests_on_the_edit() -> None:
    claims = {f"c{i}": 0.5 for i in range(6)}
    links = tuple(Link(f"l{i}", (f"c{i}",), f"c{i + 1}", 2.0) for i in range(5))
    debate = Debate(claims, (Item("e", "c0", 1.0, "r"),), {"r": 0.9}, links)
    before = propagate(build(debate))
    done = update(before, build(debate.with_items(Item("f", "c3", 1.0, "s"), roots={"s": 0.9})))
    assert done.touched == ("c3", "c4", "c5")
    assert done.result.state.log_odds[0, 0] == before.state.log_odds[0, 0]
    assert update(before, build(debate)).touched == ()
    assert above(before.net, [0]).size == 6


def test_an_undercut_that_is_turned_on_another_undercut() -> None:
    shield = Cut("shield", "s", 0.95)

    def debate(first: tuple[Cut, ...], second: tuple[Cut, ...]) -> Debate:
        cuts = (Cut("u", "a", 0.95, first), Cut("v", "b", 0.5, second))
        evidence = [Item(f"e{c}", c, 7 * DB, f"r{c}") for c in ("a", "b", "s", "x")]
        return Debate(
            dict.fromkeys(("a", "b", "s", "x", "c"), 0.3),
            tuple(evidence),
            {x.root: 0.9 for x in evidence},
            (Link("l", ("x",), "c", 13 * DB, cuts=cuts),),
        )

    before, after = debate((shield,), ()), debate((), (shield,))
    result = sweep(before).result
    assert result is not None
    updated = update(result, build(after))
    expected = weights(after)["c"]
    assert expected != weights(before)["c"]
    assert "c" in updated.touched
    assert updated.result.state.gathered[updated.result.net.ids.index("c"), 0] == pytest.approx(expected, abs=EXACT)
