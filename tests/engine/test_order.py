"""Invariant P10: no dependence on the order of records or on their names."""

from __future__ import annotations

import random
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from .debate import Cut, Debate, same, sweep, weights
from .strategies import Mix, debates, examples

PLAIN = Mix()
SHIFTED = Mix(shifts=True)
SMALL = 3
"""Units in a debate with loops: few enough that every path is followed."""


# P10


@examples(60)
@given(debates("loops", SHIFTED, most=SMALL), st.integers(0, 10**6))
def test_p10_the_order_of_records_does_not_matter(debate: Debate, seed: int) -> None:
    here, there = sweep(debate), sweep(debate, random.Random(seed))
    for name in ("log_odds", "own", "links", "shared", "competition"):
        assert here.claims(name) == there.claims(name)
    assert here.links("mu") == there.links("mu")


@examples(60)
@given(debates("loops", SHIFTED, most=SMALL), st.integers(0, 10**6))
def test_p10_names_do_not_matter(debate: Debate, seed: int) -> None:
    """Other names sort in another order; nothing else may follow from them."""
    rng = random.Random(seed)
    names: dict[str, str] = {}

    def new(old: str) -> str:
        return names.setdefault(old, f"{rng.randrange(10**9):09d} {old}")

    def cuts(found: tuple[Cut, ...]) -> tuple[Cut, ...]:
        return tuple(Cut(new(x.id), new(x.claim), x.kill, cuts(x.cuts)) for x in found)

    renamed = Debate(
        claims={new(c): pi for c, pi in debate.claims.items()},
        items=tuple(
            replace(x, id=new(x.id), claim=new(x.claim), root=new(x.root), cuts=cuts(x.cuts)) for x in debate.items
        ),
        roots={new(r): rho for r, rho in debate.roots.items()},
        links=tuple(
            replace(x, id=new(x.id), premises=tuple(map(new, x.premises)), claim=new(x.claim), cuts=cuts(x.cuts))
            for x in debate.links
        ),
        lineage=tuple((tuple(map(new, roots)), d) for roots, d in debate.lineage),
        questions=tuple(tuple(map(new, answers)) for answers in debate.questions),
        shifts={new(c): x for c, x in debate.shifts.items()},
    )
    after = weights(renamed)
    assert same(weights(debate), {c: after[new(c)] for c in debate.claims})
