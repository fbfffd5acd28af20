"""The engine, and the oracle, against numbers computed by a program that shares nothing with either.

``weight.json`` holds small debates with each claim's ``credence`` (shared evidence counted once) and ``one_pass``.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from kb.odds import sigma

from .debate import DB, Cut, Debate, Item, Link, credences, one_pass
from .oracle import Oracle

CASES: list[dict[str, Any]] = json.loads(Path(__file__).with_name("weight.json").read_text(encoding="utf-8"))


def read(case: dict[str, Any]) -> Debate:
    """A case as a debate."""

    def cuts(of: str, found: list[dict[str, Any]]) -> tuple[Cut, ...]:
        return tuple(Cut(f"undercut {i} of {of}", x["claim"], x["kill"]) for i, x in enumerate(found))

    return Debate(
        claims=case["claims"],
        roots=case["roots"],
        items=tuple(
            Item(
                f"item {i}", x["claim"], x["db"] * DB, x["root"], x["reliability"],
                cuts=cuts(f"item {i}", x["undercuts"]),
            )
            for i, x in enumerate(case["items"])
        ),
        links=tuple(
            Link(
                f"link {i}", tuple(x["premises"]), x["claim"], x["db"] * DB, x["cuts_both_ways"],
                cuts(f"link {i}", x["undercuts"]),
            )
            for i, x in enumerate(case["links"])
        ),
        lineage=tuple((tuple(x["roots"]), x["dependence"]) for x in case["lineage"]),
    )  # fmt: skip


@pytest.fixture(params=CASES, ids=[x["name"] for x in CASES])
def case(request: pytest.FixtureRequest) -> dict[str, Any]:
    found: dict[str, Any] = request.param
    return found


def test_all_cases_are_there() -> None:
    assert len(CASES) == 31
    assert sum(any(abs(x["credence"][c] - x["one_pass"][c]) > 1e-6 for c in x["claims"]) for x in CASES) >= 10


def test_engine_conserves(case: dict[str, Any]) -> None:
    assert credences(read(case)) == pytest.approx(case["credence"], abs=1e-9)


def test_engine_in_one_pass(case: dict[str, Any]) -> None:
    found = {c: sigma(z) for c, z in one_pass(read(case)).claims("log_odds").items()}
    assert found == pytest.approx(case["one_pass"], abs=1e-9)


def test_oracle(case: dict[str, Any]) -> None:
    debate = read(case)
    for conserve, column in ((True, "credence"), (False, "one_pass")):
        oracle = Oracle(debate, conserve=conserve)
        assert {c: oracle.credence(c) for c in debate.claims} == pytest.approx(case[column], abs=1e-9)


def test_columns_agree_on_trees() -> None:
    trees = [x for x in CASES if x["name"].startswith("tree-")]
    assert len(trees) == 3
    for x in trees:
        assert x["credence"] == x["one_pass"]
