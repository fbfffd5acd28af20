"""Plain networkx graphs in and out, for those who want the engine without the records.

Attributes (all optional unless said otherwise; weights in decibans, signed: positive supports, negative opposes):

* node: ``base_rate`` (probability, .5); ``joint=True`` marks a node that is no claim but the conjunction of its
  predecessors (linked premises); ``evidence``, a list of mappings with ``db`` (required), ``root`` (name of the
  voucher; default: one of its own), ``reliability`` (of the item, 1), ``testimony`` (False) and ``id``.
* edge: ``db`` (required, except on edges into a joint); ``cuts_both_ways`` (False); ``undercuts``, a list of
  ``(node, kill)``: a claim and the share, 0 to 1, that it takes once it is certain.
* graph: ``roots``, a mapping of voucher to reliability (1); ``lineage``, a list of ``(vouchers, dependence)``;
  ``questions``, a mapping of name to a mapping of answer to prior; the priors, with ``none``, sum to 1.
"""

from __future__ import annotations

import math
from collections.abc import Hashable, Mapping
from typing import Any

import networkx as nx

from kb import odds
from kb.corpus import NONE
from kb.engine.graph import NONE_SUFFIX
from kb.engine.network import ON_LINK, Builder, Network


def from_digraph(graph: nx.DiGraph[Any]) -> Network:
    """A networkx graph with the attributes above as a network.  Node names are turned into text.

    Raises:
        ValueError: a weight is missing or not finite, a probability is out of range, two nodes have the same name as
            text, a joint feeds a joint, or priors do not sum to 1.
    """
    builder = Builder()
    names = {node: str(node) for node in graph.nodes}
    if len(set(names.values())) < len(names):
        raise ValueError("two nodes have the same name as text")
    joints = {node for node, joint in graph.nodes(data="joint") if joint}
    priors: dict[str, float] = {}
    for name, answers in graph.graph.get("questions", {}).items():
        stated = {str(a): float(p) for a, p in answers.items()}
        total = math.fsum(stated.values())
        if abs(total - 1) > 1e-9:
            raise ValueError(f"the priors of {name} sum to {total!r}, not to 1")
        rest = stated.pop(NONE, 0.0)
        priors.update(stated)
        if rest > 0:
            builder.claim(f"{name}{NONE_SUFFIX}", rest)
            stated[f"{name}{NONE_SUFFIX}"] = rest
        builder.question(str(name), sorted(stated))
    for node, data in graph.nodes(data=True):
        if node not in joints:
            builder.claim(names[node], priors.get(names[node], float(data.get("base_rate", 0.5))))
    _evidence(graph, builder, names)
    for roots, dependence in graph.graph.get("lineage", []):
        builder.lineage([str(r) for r in roots], float(dependence))
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
            builder.undercut(f"undercut {number}", names[node], float(kill), ON_LINK, (link, names[b]))
            number += 1
    return builder.build()


def _evidence(graph: nx.DiGraph[Any], builder: Builder, names: Mapping[Hashable, str]) -> None:
    """Items of every node, and the vouchers that they name."""
    known: dict[str, float] = {str(k): float(v) for k, v in graph.graph.get("roots", {}).items()}
    for roots, _ in graph.graph.get("lineage", []):
        for r in roots:
            known.setdefault(str(r), 1.0)
    for node, data in graph.nodes(data=True):
        for n, item in enumerate(data.get("evidence", [])):
            id = str(item.get("id", f"{names[node]} item {n}"))
            root = str(item.get("root", f"{id} root"))
            known.setdefault(root, 1.0)
            weight = _nats(item, f"an item of {node}")
            testimony = bool(item.get("testimony", False))
            builder.item(id, names[node], weight, root, float(item.get("reliability", 1.0)), testimony=testimony)
    for root, reliability in known.items():
        builder.root(root, reliability)


def _nats(data: Mapping[str, Any], where: str) -> float:
    """A weight in decibans as nats."""
    db = data.get("db")
    if db is None or not math.isfinite(float(db)):
        raise ValueError(f"{where} needs a finite `db`")
    return odds.nats(float(db))


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
