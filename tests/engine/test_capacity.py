"""Invariants P9, P12 and P14: nothing gives a claim more than its capacity, and nothing jumps."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from hypothesis import assume, given
from hypothesis import strategies as st

from .debate import EXACT, Debate, Item, Link, same, sweep, weights
from .scalar import cap, cluster
from .strategies import Mix, choose, debates, examples, piles, reliabilities

PLAIN = Mix()
SHIFTED = Mix(shifts=True)
SMALL = 3
"""Units in a debate with loops: few enough that every path is followed."""


@examples(80)
@given(debates("graph", PLAIN, most=4), st.data())
def test_p9_trust_in_a_root_on_one_claim(debate: Debate, data: st.DataObject) -> None:
    """What a root says of a claim grows with its reliability, and is never above its cap."""
    c = choose(data, sorted({x.claim for x in debate.items}))
    root = choose(data, sorted({x.root for x in debate.items if x.claim == c}))
    own = tuple(replace(x, cuts=()) for x in debate.items if x.claim == c and x.root == root)
    low, high = sorted((data.draw(reliabilities), data.draw(reliabilities)))
    found = [weights(Debate({c: 0.5}, own, {root: rho}))[c] for rho in (low, high)]
    assert abs(found[0]) <= abs(found[1]) + EXACT
    assert found[0] * found[1] >= 0
    assert abs(found[0]) <= cap(low) + EXACT


# P9, P12, P14: capacities


STRONG = Mix(lineage=False, strong=True, undercuts=False)


@examples(90)
@given(
    st.one_of(debates("loops", Mix(lineage=False), most=SMALL), debates("graph", STRONG, most=5)),
    st.floats(0.05, 0.99),
)
def test_p9_p12_no_root_gives_a_claim_more_than_its_cap(debate: Debate, rho: float) -> None:
    """Over all routes, items and links together.  An answer is held to it before the others' competition."""
    one = replace(debate.map_items(lambda x: replace(x, root="r")), roots={"r": rho})
    engine = sweep(one)
    gathered, competition = engine.claims("gathered"), engine.claims("competition")
    assert all(abs(gathered[c] - competition[c]) <= cap(rho) * (1 + 1e-9) for c in debate.claims)


@examples(90)
@given(
    st.one_of(debates("loops", Mix(lineage=False), most=SMALL), debates("graph", STRONG, most=6)),
    st.sampled_from((0.3, 0.7, 1.0)),
    st.data(),
)
def test_p12_p14_no_lineage_gives_a_claim_more_than_its_capacity(debate: Debate, d: float, data: st.DataObject) -> None:
    roots = {r: data.draw(st.floats(0.05, 0.95)) for r in debate.roots}
    assume(len(roots) > 1)
    engine = sweep(replace(debate, roots=roots, lineage=((tuple(sorted(roots)), d),)))
    gathered, competition = engine.claims("gathered"), engine.claims("competition")
    most = cluster(map(cap, roots.values()), d)
    assert all(abs(gathered[c] - competition[c]) <= most * (1 + 1e-9) for c in debate.claims)


@examples(60)
@given(
    st.one_of(
        debates("graph", Mix(lineage=False, questions=False, testimony=False), most=6),
        debates("graph", Mix(questions=False, testimony=False, strong=True), most=6),
    )
)
def test_p12_no_item_delivers_more_than_its_own_weight(debate: Debate) -> None:
    """One item on many claims, of different weight on each, by a perfect root: no claim moves by more than that."""
    first = debate.items[0]
    one = {x.claim: replace(first, claim=x.claim, weight=x.weight) for x in debate.items}
    engine = weights(replace(debate, items=tuple(one.values()), roots={first.root: 1.0}, lineage=()))
    most = max(abs(x.weight) for x in one.values())
    assert all(abs(w) <= most + EXACT for w in engine.values())


# P12: continuity


STEP = 1e-9
JUMP = 1e-4
"""No change of an input by ``STEP`` moves a log odds by more: no slope reaches 100,000 with these inputs."""


def nudges(debate: Debate) -> list[Callable[[float], Debate]]:
    """Every weight, reliability and kill of a debate, as a function of how far it is moved."""
    found: list[Callable[[float], Debate]] = []
    for n, x in enumerate(debate.links):
        found.append(lambda h, n=n, x=x: _put(debate, "links", n, replace(x, weight=x.weight + h)))
        for i, cut in enumerate(x.cuts):
            kill = min(max(cut.kill, STEP), 1 - STEP)
            found.append(lambda h, n=n, x=x, i=i, kill=kill: _put(debate, "links", n, _cut(x, i, kill + h)))
    for n, e in enumerate(debate.items):
        found.append(lambda h, n=n, e=e: _put(debate, "items", n, replace(e, weight=e.weight + h)))
        t = min(e.reliability, 1 - STEP)
        found.append(lambda h, n=n, e=e, t=t: _put(debate, "items", n, replace(e, reliability=t + h)))
    for r, rho in debate.roots.items():
        found.append(lambda h, r=r, rho=min(rho, 1 - STEP): replace(debate, roots={**debate.roots, r: rho + h}))
    return found


def _put(debate: Debate, name: str, n: int, new: Any) -> Debate:
    found = list(getattr(debate, name))
    found[n] = new
    return replace(debate, **{name: tuple(found)})


def _cut(x: Any, i: int, kill: float) -> Any:
    return replace(x, cuts=(*x.cuts[:i], replace(x.cuts[i], kill=kill), *x.cuts[i + 1 :]))


@examples(180)
@given(st.one_of(piles(), debates("graph", SHIFTED, most=5)), st.data())
def test_p12_credences_are_continuous_in_every_input(debate: Debate, data: st.DataObject) -> None:
    nudge = choose(data, nudges(debate))
    here, below, above = (weights(nudge(h)) for h in (0.0, -STEP, STEP))
    for c in debate.claims:
        assert abs(here[c] - below[c]) <= JUMP
        assert abs(above[c] - here[c]) <= JUMP


@examples(120)
@given(st.one_of(piles(), debates("graph", SHIFTED, most=5)), st.data())
def test_p12_new_things_come_in_gradually(debate: Debate, data: st.DataObject) -> None:
    """A link or item of next to no weight is worth next to nothing, wherever it is added."""
    c, size = choose(data, sorted(debate.claims)), data.draw(st.sampled_from((STEP, -STEP)))
    order = {d: n for n, d in enumerate(debate.claims)}
    later = [d for d in debate.claims if order[d] > order[c] and d not in debate.siblings(c)]
    if later and data.draw(st.booleans()):
        premises = tuple(sorted({choose(data, later), choose(data, later)}))
        more = debate.with_links(Link("new", premises, c, size, data.draw(st.booleans())))
    else:
        root = choose(data, sorted(debate.roots))
        id = choose(data, ["new", *sorted({x.id for x in debate.items if x.root == root and x.claim != c})])
        assume(not any(x.id == id and x.claim == c for x in debate.items))
        quiet = data.draw(st.booleans())
        more = debate.with_items(Item(id, c, size, root, testimony=quiet))
    assert same(weights(debate), weights(more), JUMP)
