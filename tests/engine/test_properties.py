"""The invariants of semantics W on random debates, each with the conditions under which it is stated.

Capacities and continuity (P9, P12, P14): ``test_capacity``; order (P10): ``test_order`` and ``test_incremental``.
"""

from __future__ import annotations

import math
from dataclasses import replace
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from .debate import DB, EXACT, Cut, Debate, Item, Link, beneath, flatten, same, sweep, weights
from .scalar import cap, cluster, logit, table
from .strategies import Mix, choose, debates, examples, kills, picks, piles, reliabilities, sizes
from .strategies import weights as any_weight

PLAIN = Mix()
SHIFTED = Mix(shifts=True)
SMALL = 3
"""Units in a debate with loops: few enough that every path is followed."""


# P0, P1


@examples(100)
@given(debates("loops", SHIFTED, most=SMALL))
def test_p0_the_page_adds_up(debate: Debate) -> None:
    engine = sweep(debate)
    numbers = {n: engine.claims(n) for n in ("log_odds", "shift", "own", "links", "shared", "competition", "gathered")}
    mu = engine.links("mu")
    for c, pi in debate.claims.items():
        rows = [numbers[n][c] for n in ("shift", "own", "shared", "competition")]
        rows += [mu[x.id] for x in debate.links if x.claim == c]
        scale = 1e-12 * max(1.0, *map(abs, rows))
        assert math.fsum([logit(pi), *rows]) == pytest.approx(numbers["log_odds"][c], abs=scale)
        assert math.fsum(rows) == pytest.approx(numbers["gathered"][c], abs=scale)
        assert numbers["shift"][c] == debate.shifts.get(c, 0.0)
        assert math.isfinite(numbers["log_odds"][c])


@examples(60)
@given(debates("loops", Mix(evidence=False, edges=True), most=SMALL))
def test_p1_without_evidence_every_claim_stands_at_its_base_rate(debate: Debate) -> None:
    engine = sweep(debate)
    for name in ("gathered", "own", "links", "shared", "competition", "assessed"):
        assert not any(engine.claims(name).values())
    assert same({c: logit(pi) for c, pi in debate.claims.items()}, engine.claims("log_odds"))


@examples(40)
@given(debates("graph", PLAIN))
def test_p1_with_evidence_of_no_weight(debate: Debate) -> None:
    empty = debate.map_items(lambda x: replace(x, weight=0.0))
    engine = sweep(empty)
    assert not any(engine.claims("gathered").values())
    assert not any(engine.claims("assessed").values())


# P2, P11, P15


def with_empty_claims(debate: Debate, data: Any) -> Debate:
    """More claims without evidence: they bear on each other in circles, and on what is there, and undercut it."""
    new = [f"z{i}" for i in range(data.draw(st.integers(1, 3)))]
    claims = {z: data.draw(st.floats(0.05, 0.95)) for z in new}
    links = []
    for i in range(data.draw(st.integers(1, 5))):
        premises = tuple(sorted({choose(data, new), choose(data, new)}))
        target = choose(data, [c for c in [*debate.claims, *new] if c not in premises] or [new[0]])
        if target not in premises:
            links.append(Link(f"zl{i}", premises, target, data.draw(any_weight), data.draw(st.booleans())))
    kill, node = data.draw(kills), choose(data, new)
    attacked = data.draw(picks)

    def attack(x: Any, n: int) -> Any:
        return replace(x, cuts=(*x.cuts, Cut(f"zu {x.id} {x.claim}", node, kill))) if n % 3 == attacked % 3 else x

    return replace(
        debate.with_links(*links, claims=claims),
        links=tuple(attack(x, n) for n, x in enumerate(debate.links)) + tuple(links),
        items=tuple(attack(x, n) for n, x in enumerate(debate.items)),
    )


@examples(80)
@given(debates("loops", PLAIN, most=SMALL), st.data())
def test_p2_claims_without_evidence_change_no_other(debate: Debate, data: st.DataObject) -> None:
    assert same(weights(debate), weights(with_empty_claims(debate, data)))


@examples(80)
@given(debates("loops", PLAIN, most=SMALL), st.data())
def test_p2_p11_an_echo_changes_no_other(debate: Debate, data: st.DataObject) -> None:
    """A new claim that rests on one claim alone, and bears on that one alone, gives it nothing back."""
    c = choose(data, sorted(debate.claims))
    both = st.booleans()
    echo = debate.with_links(
        Link("to echo", (c,), "z", data.draw(any_weight), data.draw(both)),
        Link("from echo", ("z",), c, data.draw(any_weight), data.draw(both)),
        claims={"z": data.draw(st.floats(0.05, 0.95))},
    )
    assert same(weights(debate), weights(echo))


@examples(80)
@given(debates("loops", Mix(negative=False, questions=False, undercuts=False, linked=False), most=6), st.data())
def test_p11_support_in_circles_never_exceeds_what_was_put_in(debate: Debate, data: st.DataObject) -> None:
    only, size = choose(data, sorted(debate.claims)), data.draw(sizes)
    one = replace(debate, items=(Item("e", only, size, "r"),), roots={"r": 1.0}, lineage=())
    found = weights(one)
    assert found[only] == pytest.approx(size, abs=EXACT)
    assert all(-EXACT <= w <= size + EXACT for w in found.values())


@examples(100)
@given(debates("loops", PLAIN, most=SMALL), st.data())
def test_p15_nothing_changes_nothing(debate: Debate, data: st.DataObject) -> None:
    """A link of 0 dB, also one that closes a circle; an item of 0 dB by any root; an undercut that takes nothing."""
    a, b, c = (choose(data, sorted(debate.claims)) for _ in range(3))
    links, items = debate.links, debate.items
    if b not in debate.siblings(a):
        links += (Link("zero", (a,), b, 0.0, data.draw(st.booleans())),)
    root = choose(data, [*sorted(debate.roots), "new"])
    items += (Item("zero item", c, 0.0, root, testimony=data.draw(st.booleans())),)
    if debate.links:
        x = choose(data, list(debate.links))
        if a not in debate.siblings(x.claim):
            cut = Cut("no kill", a, 0.0)
            links = tuple(replace(y, cuts=(*y.cuts, cut)) if y.id == x.id else y for y in links)
    more = replace(debate, links=links, items=items, roots={**debate.roots, root: debate.roots.get(root, 0.9)})
    before, after = sweep(debate), sweep(more)
    for name in ("gathered", "own", "shared", "competition", "assessed"):
        assert same(before.claims(name), after.claims(name))


# P3


def negate(debate: Debate, c: str) -> Debate:
    """The debate with one claim replaced by its opposite; its links out must cut both ways."""
    pi = debate.claims[c]

    def turn(x: Link) -> Link:
        if x.claim == c:
            return replace(x, weight=-x.weight)
        if x.premises != (c,):
            return x
        s, f = table(x.weight, pi, debate.claims[x.claim])
        assume(min(s, f) >= 0.011 and max(s, f) <= 0.989)
        return replace(x, weight=math.log((1 - s) / (1 - f)))

    turned = debate.map_links(turn).map_items(lambda x: replace(x, weight=-x.weight) if x.claim == c else x)
    shifts = {k: -v if k == c else v for k, v in debate.shifts.items()}
    return replace(turned, claims={**debate.claims, c: 1 - pi}, shifts=shifts)


@examples(80)
@given(debates("loops", SHIFTED, most=SMALL), st.data())
def test_p3_duality(debate: Debate, data: st.DataObject) -> None:
    used = {p for x in debate.links if len(x.premises) > 1 for p in x.premises}
    used |= {y.claim for x in [*debate.links, *debate.items] for y in flatten(x.cuts)}
    c = choose(data, sorted(d for d in debate.claims if d not in used and len(debate.siblings(d)) == 1))
    debate = debate.map_links(lambda x: replace(x, both=x.both or x.premises == (c,)))
    before = weights(debate)
    after = weights(negate(debate, c))
    assert same({**before, c: -before[c]}, after, 1e-9)


# P4, P5


@examples(50)
@given(debates("loops", SHIFTED, most=SMALL), st.data())
def test_p4_a_stronger_one_way_link_moves_its_claim_its_own_way(debate: Debate, data: st.DataObject) -> None:
    c = choose(data, sorted(debate.claims))
    moved = [d for d, w in sorted(weights(debate).items()) if w > 0.1 and d not in debate.siblings(c)]
    others = [d for d in sorted(debate.claims) if d not in debate.siblings(c)]
    premises = {choose(data, moved or others), choose(data, data.draw(st.sampled_from((moved, others))) or others)}
    sign = data.draw(st.sampled_from((1, -1)))

    def with_link(size: float) -> float:
        return weights(debate.with_links(Link("new", tuple(sorted(premises)), c, sign * size)))[c] * sign

    found = [weights(debate)[c] * sign]
    found += [with_link(db * DB) for db in (data.draw(st.floats(0.0, 1.0)), 3.0, 7.0, 13.0, 23.0, 40.0)]
    assert all(a <= b + EXACT for a, b in pairwise(found))


@examples(80)
@given(debates("loops", PLAIN, most=SMALL), st.data())
def test_p4_strengthening_what_is_there(debate: Debate, data: st.DataObject) -> None:
    """An existing one-way link of the debate, with its undercuts, linked premises and loops, made stronger."""
    x = choose(data, [x for x in debate.links if x.weight != 0])
    more = 1 + data.draw(st.floats(0.01, 3.0))
    before = debate.map_links(lambda y: replace(y, both=False) if y.id == x.id else y)
    after = before.map_links(lambda y: replace(y, weight=y.weight * more) if y.id == x.id else y)
    sign = math.copysign(1, x.weight)
    assert weights(before)[x.claim] * sign <= weights(after)[x.claim] * sign + EXACT


@examples(100)
@given(debates("loops", Mix(shifts=True, edges=True), most=SMALL))
def test_p5_no_message_exceeds_its_link_or_its_reason(debate: Debate) -> None:
    engine = sweep(debate)
    mu, ratio = engine.links("mu"), engine.links("log_lambda")
    for x in debate.links:
        assert abs(mu[x.id]) <= abs(ratio[x.id]) + EXACT
        if mu[x.id] * x.weight > 0:
            assert abs(mu[x.id]) <= abs(x.weight) + EXACT
        elif not x.both:
            assert mu[x.id] == 0.0


# P7


@examples(80)
@given(st.one_of(debates("loops", SHIFTED, most=SMALL), debates("graph", Mix(strong=True), most=6)), st.data())
def test_p7_evidence_never_moves_a_claim_that_does_not_rest_on_it(debate: Debate, data: st.DataObject) -> None:
    """Nor does a further link of an item, or a further item of a root, that the claim rests on elsewhere."""
    c = choose(data, sorted(debate.claims))
    z = choose(data, sorted(set(debate.claims) - beneath(debate, c)))
    root = choose(data, [*sorted(debate.roots), "new"])
    known = [x for x in debate.items if x.claim != z and not any(y.id == x.id and y.claim == z for y in debate.items)]
    size = data.draw(any_weight)
    if known and data.draw(st.booleans()):
        more = debate.with_items(replace(choose(data, known), claim=z, weight=size, cuts=()))
    else:
        more = debate.with_items(Item("new", z, size, root), roots={root: debate.roots.get(root, 0.9)})
    before, after = weights(debate), weights(more)
    rest = beneath(debate, c)
    assert same({d: w for d, w in before.items() if d in rest}, after)


# P8


@examples(120)
@given(st.one_of(piles(), debates("graph", Mix(undercuts=False), most=3)), st.data())
def test_p8_a_further_item_moves_its_claim_its_own_way(debate: Debate, data: st.DataObject) -> None:
    """By a new root or one that is there, testimony or not, within a lineage or not; a new item or a further link."""
    c, size = choose(data, sorted(debate.claims)), data.draw(any_weight)
    root = choose(data, [*sorted(debate.roots), "new"])
    new = Item("new", c, size, root, data.draw(reliabilities), data.draw(st.booleans()))
    more = debate.with_items(new, roots={root: debate.roots.get(root, 0.9)})
    sign = math.copysign(1, size)
    assert weights(debate)[c] * sign <= weights(more)[c] * sign + EXACT


@examples(80)
@given(st.lists(sizes, min_size=1, max_size=6), st.sampled_from((0.0, 0.3, 0.5, 0.7, 1.0)), reliabilities)
def test_p8_a_cluster_lies_between_its_largest_and_its_sum(found: list[float], d: float, rho: float) -> None:
    roots = {f"r{i}": 1.0 for i in range(len(found))}
    items = tuple(Item(f"e{i}", "c", w, f"r{i}") for i, w in enumerate(found))
    lineage = ((tuple(roots), d),) if len(roots) > 1 else ()
    total = weights(Debate({"c": 0.5}, items, roots, lineage=lineage))["c"]
    assert max(found) - EXACT <= total <= sum(found) + EXACT
    one_root = weights(Debate({"c": 0.5}, tuple(replace(x, root="r") for x in items), {"r": rho}))["c"]
    assert one_root <= min(cap(rho), cluster(found, 0.5)) + EXACT


@examples(60)
@given(debates("tree", PLAIN, most=3), st.data())
def test_p8_p14_a_restated_study_counts_as_one(debate: Debate, data: st.DataObject) -> None:
    """A second root that repeats every item of a root without other lineage, joined to it by restatement."""
    joined = {r for roots, _ in debate.lineage for r in roots}
    root = choose(data, sorted(set(debate.roots) - joined))
    copies = [
        replace(
            x, id=f"copy of {x.id}", root="copy", cuts=tuple(replace(y, id=f"copy of {y.id}", cuts=()) for y in x.cuts)
        )
        for x in debate.items
        if x.root == root
    ]
    plain = debate.map_items(lambda x: replace(x, cuts=tuple(replace(y, cuts=()) for y in x.cuts)))
    copied = replace(
        plain.with_items(*copies, roots={"copy": debate.roots[root]}), lineage=(*debate.lineage, ((root, "copy"), 1.0))
    )
    assert same(weights(plain), weights(copied))


# P13


@examples(60)
@given(debates("loops", Mix(shifts=True, undercuts=False), most=SMALL), st.data())
def test_p13_an_undercut_that_leaves_nothing_silences_its_link(debate: Debate, data: st.DataObject) -> None:
    x = choose(data, list(debate.links))
    sure = debate.with_items(
        *(Item(f"sure {i}", "u", 40 * DB, f"sure {i}") for i in range(5)), roots={f"sure {i}": 1.0 for i in range(5)}
    )
    sure = replace(sure, claims={**debate.claims, "u": 0.3})

    def killed(share: float) -> Debate:
        cuts = (Cut("cut", "u", share),)
        return sure.map_links(lambda y: replace(y, cuts=cuts) if y.id == x.id else y)

    gone = replace(debate, links=tuple(y for y in debate.links if y.id != x.id))
    assert sweep(killed(1.0)).links("mu")[x.id] == 0.0
    assert same(weights(gone), weights(killed(1.0)), 1e-9)
    shares = sorted(data.draw(st.lists(kills, min_size=2, max_size=2)))
    found = [weights(killed(share))[x.claim] for share in (0.0, *shares, 1.0)]
    steps = [b - a for a, b in pairwise(found)]
    assert all(s <= EXACT for s in steps) or all(s >= -EXACT for s in steps)
