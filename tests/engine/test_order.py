"""Invariant P10: no dependence on the order of records or on their names."""

from __future__ import annotations

import random
from dataclasses import fields, replace

from hypothesis import given
from hypothesis import strategies as st

from kb.engine.sweep import State

from .debate import Cut, Debate, same, sweep, weights
from .strategies import Mix, debates, examples

SHIFTED = Mix(shifts=True)
SMALL = 3
"""Units in a debate with loops: few enough that every path is followed."""


@examples(100)
@given(debates("loops", SHIFTED, most=SMALL), st.integers(0, 10**6))
def test_the_order_of_records_does_not_matter(debate: Debate, seed: int) -> None:
    here, there = sweep(debate), sweep(debate, random.Random(seed))
    for name in ("ids", "item_ids", "root_ids", "link_ids", "undercut_ids"):
        assert getattr(here.net, name) == getattr(there.net, name)
    assert here.net.lineage_dependence.tolist() == there.net.lineage_dependence.tolist()
    for field in fields(State):
        assert getattr(here.state, field.name).tobytes() == getattr(there.state, field.name).tobytes()


@examples(60)
@given(debates("loops", SHIFTED, most=SMALL), st.integers(0, 10**6))
def test_names_do_not_matter(debate: Debate, seed: int) -> None:
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
