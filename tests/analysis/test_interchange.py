"""Plain networkx graphs in and out."""

from __future__ import annotations

import math
from typing import Any

import networkx as nx
import numpy as np
import pytest
from engine.debate import DB, Cut, Debate, Item, Link, build, sweep
from engine.strategies import Mix, debates, examples
from hypothesis import assume, given

from kb.engine.interchange import from_digraph, to_digraph
from kb.engine.propagate import propagate
from kb.odds import db


def credences(graph: nx.DiGraph[Any]) -> dict[str, float]:
    """Log odds of every claim of a graph, hidden ones included."""
    result = propagate(from_digraph(graph))
    return dict(zip(result.net.ids, result.state.log_odds[:, 0].tolist(), strict=True))


def as_digraph(debate: Debate) -> nx.DiGraph[str]:
    """A debate whose links, and their undercuts, fit a simple graph."""
    graph: nx.DiGraph[str] = nx.DiGraph()
    graph.graph["roots"] = dict(debate.roots)
    graph.graph["lineage"] = list(debate.lineage)
    graph.graph["questions"] = {f"q{n}": {a: debate.claims[a] for a in q} for n, q in enumerate(debate.questions)}
    for claim, rate in debate.claims.items():
        graph.add_node(claim, base_rate=rate, evidence=[])
    for x in debate.items:
        graph.nodes[x.claim]["evidence"].append(
            {"id": x.id, "db": db(x.weight), "root": x.root, "reliability": x.reliability, "testimony": x.testimony}
        )
    for n, y in enumerate(debate.links):
        tail = y.premises[0]
        if len(y.premises) > 1 or graph.has_edge(tail, y.claim):
            tail = f"joint {n}"
            graph.add_node(tail, joint=True)
            graph.add_edges_from((p, tail) for p in y.premises)
        cuts = [(c.claim, c.kill) for c in y.cuts]
        graph.add_edge(tail, y.claim, db=db(y.weight), cuts_both_ways=y.both, undercuts=cuts)
    return graph


def plain(debate: Debate) -> Debate:
    """A debate without what a graph cannot say: undercuts of items and of undercuts."""
    return debate.map_items(lambda x: Item(x.id, x.claim, x.weight, x.root, x.reliability, x.testimony)).map_links(
        lambda y: Link(y.id, y.premises, y.claim, y.weight, y.both, tuple(Cut(c.id, c.claim, c.kill) for c in y.cuts))
    )


@examples(60)
@given(debates("graph"))
def test_a_digraph_says_what_the_builder_says(debate: Debate) -> None:
    asked = plain(debate)
    found = credences(as_digraph(asked))
    for claim, total in sweep(asked).claims("log_odds").items():
        assert found[claim] == pytest.approx(total, abs=1e-8)


def test_joints_undercuts_questions_and_lineage_by_hand() -> None:
    graph = nx.DiGraph(
        roots={"paper": 0.9, "post": 0.7},
        lineage=[(("paper", "post"), 1.0)],
        questions={"which": {"a": 0.4, "b": 0.4, "none": 0.2}},
    )
    graph.add_node("p", base_rate=0.6, evidence=[{"db": 10, "root": "paper", "reliability": 0.9}])
    graph.add_node("q", base_rate=0.4, evidence=[{"db": 5, "root": "post", "testimony": True}])
    graph.add_node("u", base_rate=0.3, evidence=[{"db": 13}])
    graph.add_node("both", joint=True)
    graph.add_edges_from([("p", "both"), ("q", "both")])
    graph.add_edge("both", "a", db=13, undercuts=[("u", 0.8)])
    graph.add_edge("u", "b", db=-7, cuts_both_ways=True)
    debate = Debate(
        {"a": 0.4, "b": 0.4, "which#none": 0.2, "p": 0.6, "q": 0.4, "u": 0.3},
        (
            Item("e", "p", 10 * DB, "paper", 0.9),
            Item("f", "q", 5 * DB, "post", 1.0, testimony=True),
            Item("g", "u", 13 * DB, "own"),
        ),
        {"paper": 0.9, "post": 0.7, "own": 1.0},
        (Link("l", ("p", "q"), "a", 13 * DB, cuts=(Cut("x", "u", 0.8),)), Link("m", ("u",), "b", -7 * DB, True)),
        lineage=((("paper", "post"), 1.0),),
        questions=(("a", "b", "which#none"),),
    )
    found = credences(graph)
    for claim, total in sweep(debate).claims("log_odds").items():
        assert found[claim] == pytest.approx(total, abs=1e-12), claim
    q = [1 / (1 + math.exp(-found[c])) for c in ("a", "b", "which#none")]
    assert math.fsum(q) == pytest.approx(1, abs=1e-12)


def test_a_voucher_named_once_is_one_voucher_and_unnamed_ones_are_many() -> None:
    one, many = nx.DiGraph(roots={"r": 0.6}), nx.DiGraph()
    one.add_node("a", evidence=[{"db": 40, "root": "r"}, {"db": 40, "root": "r"}])
    many.add_node("a", evidence=[{"db": 4}, {"db": 4}])
    assert credences(one)["a"] < 6.03 * DB
    assert credences(many)["a"] == pytest.approx(8 * DB, abs=1e-12)


def test_base_rates_are_kept_off_the_ends() -> None:
    graph = nx.DiGraph()
    graph.add_node("a", base_rate=0)
    graph.add_node("b", base_rate=1)
    assert from_digraph(graph).pi.tolist() == [1e-6, 1 - 1e-6]


def broken(kind: str) -> nx.DiGraph[Any]:
    """A graph that is wrong in one way."""
    graph: nx.DiGraph[Any] = nx.DiGraph()
    graph.add_nodes_from(["a", "b"])
    graph.add_edge("a", "b", db=3.0)
    node, edge = graph.nodes["a"], graph.edges["a", "b"]
    match kind:
        case "no db":
            del edge["db"]
        case "nan":
            edge["db"] = math.nan
        case "text":
            edge["db"] = "strong"
        case "too strong":
            edge["db"] = -41
        case "item without db":
            node["evidence"] = [{"root": "r"}]
        case "base rate":
            node["base_rate"] = 1.5
        case "base rate text":
            node["base_rate"] = "likely"
        case "item reliability":
            node["evidence"] = [{"db": 3, "reliability": 0}]
        case "root reliability":
            graph.graph["roots"] = {"r": 1.2}
        case "kill":
            edge["undercuts"] = [("a", 2)]
        case "undercut":
            edge["undercuts"] = [("nobody", 0.5)]
        case "lineage":
            graph.graph["lineage"] = [(("r", "s"), 1.5)]
        case "same name":
            graph.add_nodes_from([1, "1"])
        case "hidden name":
            graph.add_node("which#none")
        case "joint of joints":
            graph.add_node("j", joint=True)
            graph.add_node("k", joint=True)
            graph.add_edges_from([("a", "j"), ("b", "k"), ("j", "k")])
        case "empty joint":
            graph.add_node("j", joint=True)
            graph.add_edge("j", "b", db=3)
        case "joint with evidence":
            graph.add_node("j", joint=True, evidence=[{"db": 3}])
            graph.add_edge("a", "j")
        case "joint that undercuts":
            graph.add_node("j", joint=True)
            graph.add_edge("a", "j")
            edge["undercuts"] = [("j", 0.5)]
        case "priors":
            graph.graph["questions"] = {"which": {"a": 0.5, "b": 0.4}}
        case "answer":
            graph.graph["questions"] = {"which": {"a": 0.5, "c": 0.5}}
        case "two questions":
            graph.graph["questions"] = {"x": {"a": 0.5, "none": 0.5}, "y": {"a": 0.5, "none": 0.5}}
        case "parallel":
            return nx.MultiDiGraph(graph)
    return graph


@pytest.mark.parametrize(
    ("kind", "message"),
    [
        ("no db", "the edge a -> b needs a `db`"),
        ("nan", "the edge a -> b is nan, not a finite number"),
        ("text", "'strong', not a finite number"),
        ("too strong", "is -41; the strongest is 40 either way"),
        ("item without db", "an item of a needs a `db`"),
        ("base rate", "the base rate of a is 1.5"),
        ("base rate text", "the base rate of a is 'likely'"),
        ("item reliability", "reliability of a item 0 is 0.0"),
        ("root reliability", "reliability of r is 1.2"),
        ("kill", "kill of undercut 0 is 2.0"),
        ("undercut", "names nobody, which is no claim"),
        ("lineage", "dependence of a lineage is 1.5"),
        ("same name", "same name as text"),
        ("hidden name", "stands for the answer that nobody gave"),
        ("joint of joints", "feeds the joint"),
        ("empty joint", "the joint j has no predecessor"),
        ("joint with evidence", "the joint j is no claim"),
        ("joint that undercuts", "names j, which is no claim"),
        ("priors", "the priors of which sum to 0.9"),
        ("answer", "names the answer c, which is no claim"),
        ("two questions", "a answers two questions"),
        ("parallel", "parallel edges"),
    ],
)
def test_what_is_wrong_is_said(kind: str, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        from_digraph(broken(kind))


# out again


@examples(40)
@given(debates("graph", Mix(undercuts=False, questions=False, evidence=False)))
def test_links_survive_the_way_out_and_in(debate: Debate) -> None:
    pairs = [(y.premises, y.claim) for y in debate.links]
    assume(len(set(pairs)) == len(pairs))
    net = build(debate)
    graph = to_digraph(net)
    again = from_digraph(graph)
    assert again.ids == net.ids
    assert np.allclose(again.pi, net.pi)
    for y in debate.links:
        tail = y.premises[0] if len(y.premises) == 1 else f"{y.id} > {y.claim}"
        assert graph.edges[tail, y.claim]["db"] == pytest.approx(db(y.weight), abs=1e-12)
        assert graph.edges[tail, y.claim]["cuts_both_ways"] is y.both
        if len(y.premises) > 1:
            assert set(graph.predecessors(tail)) == set(y.premises)


def test_parallel_links_are_added_up_on_the_way_out() -> None:
    net = build(Debate({"a": 0.5, "b": 0.5}, links=(Link("l", ("b",), "a", 3 * DB), Link("m", ("b",), "a", -1 * DB))))
    graph = to_digraph(net)
    assert graph.edges["b", "a"]["db"] == pytest.approx(2, abs=1e-12)
    assert graph.nodes["a"]["base_rate"] == 0.5
