"""The five lines, on records and on plain networkx graphs."""

from __future__ import annotations

import math
import shutil
from pathlib import Path

import networkx as nx
import pytest
from engine.debate import DB
from support import CLOCK

import kb
from kb import cruxes, explain, load, propagate
from kb.engine.assessment import Assessment
from kb.errors import InvalidCorpus, UnknownId
from kb.odds import logit, sigma


def test_five_lines_on_a_corpus(clock: Assessment) -> None:
    debate = propagate(load(CLOCK))
    credence = debate.credences["repair-pays"]
    rows = explain(debate, "repair-pays").rows()
    first = cruxes(debate, "repair-pays").claims[0]
    assert credence == clock.credences["repair-pays"]
    assert math.fsum(row.weight for row in rows[:-1]) == pytest.approx(rows[-1].weight, abs=1e-12)
    assert rows[-1].weight == pytest.approx(logit(credence.credence), abs=1e-12)
    assert first.claim in clock.credences
    assert propagate(load(CLOCK).corpus).credences.by_id == debate.credences.by_id


def test_a_viewpoint_or_no_intervals(clock: Assessment) -> None:
    theirs = propagate(load(CLOCK), viewpoint="careful-keeper", intervals=False)
    assert theirs.credences["repair-pays"].low is None
    expected = clock.under("careful-keeper").credences["repair-pays"].credence
    assert theirs.credences["repair-pays"].credence == expected
    with pytest.raises(UnknownId):
        propagate(load(CLOCK), viewpoint="nobody")


def test_an_alias_finds_its_claim_and_a_typo_is_told(clock: Assessment) -> None:
    assert explain(clock, "stiff-oil").id == "cold-oil"
    for ask in (explain, cruxes):
        with pytest.raises(UnknownId, match="did you mean repair-pays"):
            ask(clock, "repair-pay")
    with pytest.raises(UnknownId):
        explain(clock, "keeper")


def test_records_with_errors_are_refused(tmp_path: Path) -> None:
    folder = Path(shutil.copytree(CLOCK, tmp_path / "claims"))
    path = folder / "tower" / "cold-oil.yaml"
    path.write_text(path.read_text().replace("form: causal", "form: casual"))
    with pytest.raises(InvalidCorpus, match="run kb check"):
        propagate(load(folder))
    path.write_text(path.read_text().replace("form: casual", "form: causal").replace("to: worn-gear", "to: worn-gears"))
    with pytest.raises(InvalidCorpus) as refused:
        propagate(load(folder))
    assert "unknown-reference" in {f.code for f in refused.value.findings}


def test_anything_else_is_refused() -> None:
    graph = nx.Graph()
    for thing in (graph, "claims", None, {}):
        with pytest.raises(TypeError, match="networkx DiGraph is needed"):
            propagate(thing)  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="no viewpoints"):
        propagate(nx.DiGraph(), viewpoint="ann")


def test_what_the_package_offers() -> None:
    assert {"load", "propagate", "explain", "cruxes"} <= set(kb.__all__)
    for name in kb.__all__:
        assert getattr(kb, name).__doc__, name


# on a networkx graph


def test_five_lines_on_a_digraph() -> None:
    graph = nx.DiGraph()
    graph.add_node("rain", evidence=[{"db": 5}])
    graph.add_edge("rain", "wet", db=10, cuts_both_ways=True)
    debate = propagate(graph)
    q = sigma(5 * DB)
    expected = 10 / 11 * q + 1 / 11 * (1 - q)
    assert debate.credences["wet"].credence == pytest.approx(expected, abs=1e-12)
    assert [row.kind for row in explain(debate, "wet").rows()] == ["base", "link", "total"]
    assert cruxes(debate, "wet").claims[0].if_true == pytest.approx(10 / 11, abs=1e-9)
    assert debate.credences["wet"].low is not None


def test_other_questions_to_a_digraph() -> None:
    graph = nx.DiGraph()
    graph.add_node(1, evidence=[{"db": 5, "root": "r", "id": "e"}])
    graph.add_edge(1, 2, db=10)
    debate = propagate(graph, intervals=False)
    assert [move.claim for move in debate.impact("r").moves] == ["1", "2"]
    assert debate.impact("e").moves == debate.impact("r").moves
    assert debate.routes("2")["e"].steps == ("e", "1", "2")
    assert debate.experiments("2") == ()
    assert debate.viewpoints == ()
    for ask in (debate.impact, debate.explain, debate.under):
        with pytest.raises(UnknownId):
            ask("3")


def test_an_empty_graph_has_no_credences() -> None:
    assert dict(propagate(nx.DiGraph()).credences) == {}


def test_a_claim_that_supports_itself_gains_nothing() -> None:
    graph = nx.DiGraph()
    graph.add_node("a", evidence=[{"db": 5}])
    graph.add_edge("a", "a", db=20)
    found = propagate(graph).credences["a"]
    assert found.credence == pytest.approx(sigma(5 * DB), abs=1e-12)
    assert found.method == "iterated"
    assert found.converged
