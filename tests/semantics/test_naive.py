from __future__ import annotations

import pytest
from engine.debate import DB, Cut, Debate, Item, Link, build
from engine.strategies import debates, examples
from hypothesis import given

from kb.engine.semantics import run_semantics
from kb.odds import logit, sigma


def test_everything_counts_every_time() -> None:
    """One report vouches for one finding twice, a second study is its copy, and it comes by two routes."""
    debate = Debate(
        {"c": 0.5, "k": 0.5, "m": 0.5, "s": 0.5, "idle": 0.5},
        roots={"study": 0.9, "copy": 0.8},
        items=(
            Item("i", "s", 10 * DB, "study", 0.9),
            Item("j", "s", 10 * DB, "study", 0.9),
            Item("k", "s", 10 * DB, "copy", 0.5),
        ),
        lineage=((("study", "copy"), 1.0),),
        links=(
            Link("a", ("s",), "k", 13 * DB),
            Link("b", ("s",), "m", 13 * DB),
            Link("d", ("k",), "c", 7 * DB),
            Link("e", ("m",), "c", 7 * DB),
            Link("f", ("idle",), "c", 13 * DB),
            Link("g", ("idle", "m"), "c", -3 * DB),
        ),
    )
    net = build(debate)
    found = run_semantics(net, "naive")
    s = sigma((10 * 0.81 * 2 + 10 * 0.4) * DB)
    k = sigma(13 * DB * s)
    c = sigma((7 * k + 7 * k + 13 * 0.5 - 3 * 0.5 * k) * DB)
    assert found["s"].credence == pytest.approx(s, abs=1e-12)
    assert found["c"].credence == pytest.approx(c, abs=1e-12)
    honest = run_semantics(net)
    assert found["c"].credence > honest["c"].credence + 0.05
    assert found["c"].weight == pytest.approx(logit(c), abs=1e-9)
    assert "every time" in found.notes[0]


def test_undercuts_act_as_under_weight() -> None:
    links = (Link("r", ("r",), "c", 10 * DB, cuts=(Cut("x", "u", 1.0),)),)
    items = (Item("i", "r", 40 * DB, "root"), Item("j", "u", 40 * DB, "root 2"))
    debate = Debate({"c": 0.5, "r": 0.5, "u": 0.5}, items, {"root": 1.0, "root 2": 1.0}, links)
    assert run_semantics(build(debate), "naive")["c"].credence == pytest.approx(0.5, abs=1e-3)


@given(debates("loops"))
@examples(20)
def test_any_debate_gets_numbers(debate: Debate) -> None:
    for credence in run_semantics(build(debate), "naive").values():
        assert 0 < credence.credence < 1
