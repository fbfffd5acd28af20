"""Plain networkx graphs in and out, for those who want the engine without the records.

Attributes (all optional unless said otherwise; weights in decibans, signed: positive supports, negative opposes, at
most 40 either way):

* node: ``base_rate`` (probability, .5; brought to between 1e-6 and 1 - 1e-6); ``joint=True`` marks a node that is no
  claim but the conjunction of its predecessors (linked premises), and has no other attribute; ``evidence``, a list of
  mappings with ``db`` (required), ``root`` (name of the voucher; default: one of its own), ``reliability`` (of the
  item, 1), ``testimony`` (False) and ``id``.
* edge: ``db`` (required, except on edges into a joint); ``cuts_both_ways`` (False); ``undercuts``, a list of
  ``(node, kill)``: a claim and the share, 0 to 1, that it takes once it is certain.
* graph: ``roots``, a mapping of voucher to reliability (1); ``lineage``, a list of ``(vouchers, dependence)``;
  ``questions``, a mapping of name to a mapping of answer to prior; the priors, with ``none``, sum to 1.
"""

from __future__ import annotations

import math
from collections.abc import Hashable, Mapping
from typing import Any, SupportsFloat

import networkx as nx

from kb import odds
from kb.corpus import NONE
from kb.engine.graph import NONE_SUFFIX
from kb.engine.network import ON_LINK, Builder, Network
from kb.vocab import MAX_DB


def from_digraph(graph: nx.DiGraph[Any]) -> Network:
    """A networkx graph with the attributes above as a network.  Node names are turned into text.

    Raises:
        ValueError: the graph has parallel edges, a weight is missing or beyond 40 dB, a probability is out of range,
            two nodes have the same name as text, an undercut or a question names a node that is not there or is a
            joint, a joint has no predecessor or feeds a joint, or priors do not sum to 1.
    """
    if graph.is_multigraph():
        raise ValueError("parallel edges have no names to tell them apart: give each its own node, or add them up")
    builder = Builder()
    names = {node: str(node) for node in graph.nodes}
    if len(set(names.values())) < len(names):
        raise ValueError("two nodes have the same name as text")
    hidden = sorted(name for name in names.values() if name.endswith(NONE_SUFFIX))
    if hidden:
        raise ValueError(f"the name {hidden[0]} ends in {NONE_SUFFIX}, which stands for the answer that nobody gave")
    joints = {node for node, joint in graph.nodes(data="joint") if joint}
    claims = {node: name for node, name in names.items() if node not in joints}
    priors = _questions(graph, builder, set(claims.values()))
    for node, name in claims.items():
        rate = priors.get(name, graph.nodes[node].get("base_rate", 0.5))
        builder.claim(name, _number(rate, f"the base rate of {name}"))
    _evidence(graph, builder, claims)
    for node in joints:
        if not graph.pred[node]:
            raise ValueError(f"the joint {node} has no predecessor: it joins nothing")
        if "evidence" in graph.nodes[node] or "base_rate" in graph.nodes[node]:
            raise ValueError(f"the joint {node} is no claim: give evidence and base rates to its predecessors")
    number = 0
    for a, b, data in graph.edges(data=True):
        if b in joints:
            if a in joints:
                raise ValueError(f"the joint {a} feeds the joint {b}; let it feed a claim")
            continue
        premises = [names[p] for p in graph.predecessors(a)] if a in joints else [names[a]]
        link = names[a]
        both = bool(data.get("cuts_both_ways", False))
        builder.link(link, premises, names[b], _nats(data, f"the edge {a} -> {b}"), cuts_both_ways=both)
        for node, kill in data.get("undercuts", []):
            if node not in claims:
                raise ValueError(f"an undercut of the edge {a} -> {b} names {node}, which is no claim of the graph")
            share = _number(kill, f"the kill of an undercut of the edge {a} -> {b}")
            builder.undercut(f"undercut {number}", claims[node], share, ON_LINK, (link, names[b]))
            number += 1
    return builder.build()


def _questions(graph: nx.DiGraph[Any], builder: Builder, claims: set[str]) -> dict[str, float]:
    """Exclusive questions; the priors of their answers."""
    priors: dict[str, float] = {}
    for name, answers in graph.graph.get("questions", {}).items():
        stated = {str(a): _number(p, f"the prior of {a} in {name}") for a, p in answers.items()}
        total = math.fsum(stated.values())
        if abs(total - 1) > 1e-9:
            raise ValueError(f"the priors of {name} sum to {total!r}, not to 1")
        rest = stated.pop(NONE, 0.0)
        for answer in stated:
            if answer not in claims:
                raise ValueError(f"{name} names the answer {answer}, which is no claim of the graph")
            if answer in priors:
                raise ValueError(f"{answer} answers two questions; it can have one prior")
        priors.update(stated)
        if rest > 0:
            builder.claim(f"{name}{NONE_SUFFIX}", rest)
            stated[f"{name}{NONE_SUFFIX}"] = rest
        builder.question(str(name), sorted(stated))
    return priors


def _evidence(graph: nx.DiGraph[Any], builder: Builder, claims: Mapping[Hashable, str]) -> None:
    """Items of every claim, the vouchers that they name, and what ties those together."""
    stated = graph.graph.get("roots", {})
    known: dict[str, float] = {str(k): _number(v, f"the reliability of {k}") for k, v in stated.items()}
    for roots, dependence in graph.graph.get("lineage", []):
        shared = _number(dependence, "the dependence of a lineage")
        if not 0 <= shared <= 1:
            raise ValueError(f"the dependence of a lineage is {shared!r}; it lies between 0 and 1")
        builder.lineage([str(r) for r in roots], shared)
        for r in roots:
            known.setdefault(str(r), 1.0)
    for node, name in claims.items():
        for n, item in enumerate(graph.nodes[node].get("evidence", [])):
            id = str(item.get("id", f"{name} item {n}"))
            root = str(item.get("root", f"{id} root"))
            known.setdefault(root, 1.0)
            weight = _nats(item, f"an item of {node}")
            reliability = _number(item.get("reliability", 1.0), f"the reliability of an item of {node}")
            builder.item(id, name, weight, root, reliability, testimony=bool(item.get("testimony", False)))
    for root, reliability in known.items():
        builder.root(root, reliability)


def _nats(data: Mapping[str, Any], where: str) -> float:
    """A weight in decibans as nats."""
    if "db" not in data:
        raise ValueError(f"{where} needs a `db`")
    db = _number(data["db"], f"the `db` of {where}")
    if abs(db) > MAX_DB:
        raise ValueError(f"the `db` of {where} is {db:g}; the strongest is {MAX_DB:g} either way")
    return odds.nats(db)


def _number(value: object, what: str) -> float:
    """A finite number."""
    if isinstance(value, SupportsFloat) and math.isfinite(float(value)):
        return float(value)
    raise ValueError(f"{what} is {value!r}, not a finite number")


def to_digraph(net: Network) -> nx.DiGraph[str]:
    """A network as a networkx graph: the claims with ``base_rate``, joints, and links with ``db``; no evidence.

    Every link keeps its name as ``link``.  Parallel links between the same two claims are added up.
    """
    graph: nx.DiGraph[str] = nx.DiGraph()
    for i, id in enumerate(net.ids):
        graph.add_node(id, base_rate=float(net.pi[i]))
    for j, id in enumerate(net.link_ids):
        premises = [net.ids[p] for p in net.premise[net.premise_start[j] : net.premise_start[j + 1]]]
        tail = premises[0]
        claim = net.ids[net.link_claim[j]]
        if len(premises) > 1:
            tail = f"{id} > {claim}"
            graph.add_node(tail, joint=True)
            graph.add_edges_from((p, tail) for p in premises)
        before = graph.get_edge_data(tail, claim, {"db": 0.0})["db"]
        db = before + odds.db(float(net.link_weight[j]))
        graph.add_edge(tail, claim, link=id, db=db, cuts_both_ways=bool(net.link_both[j]))
    return graph
