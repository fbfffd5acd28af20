"""Circles of reasons."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

import networkx as nx

from kb import models as m
from kb.corpus import Corpus, Entry
from kb.errors import Finding, Level
from kb.rules._base import Reporter
from kb.rules._questions import exclusive
from kb.text import Path

report = Reporter(__name__, Level.WARNING)
SHOWN = 8


def check(corpus: Corpus) -> Iterator[Finding]:
    """Reasons do not run in a circle.

    Within a circle no claim supports itself: the engine leaves out what would come back, and says so on the page, but
    the reader is better served by links that end somewhere.  Look whether one of the named links is the other way
    round or says the same twice.  The answers of an exclusive question count as one claim, for what raises one lowers
    the others.
    """
    siblings = exclusive(corpus)

    def node(id: str) -> str:
        return f"?{siblings[id]}" if id in siblings else id

    graph: nx.DiGraph[str] = nx.DiGraph()
    for premise, conclusion, carrier, where in _edges(corpus):
        a, b = node(premise), node(conclusion)
        if siblings.get(premise, "") == siblings.get(conclusion, " ") or premise == conclusion:
            continue  # self-support and sibling-support are rules of their own
        if not graph.has_edge(a, b):
            graph.add_edge(a, b, carrier=carrier, where=where, premise=premise, conclusion=conclusion)
    for members in sorted(sorted(c) for c in nx.strongly_connected_components(graph) if len(c) > 1):
        part = graph.subgraph(members)
        steps = _shortest(part, min(members))
        first = min(range(len(steps)), key=lambda i: part.edges[steps[i]]["carrier"].path)
        steps = steps[first:] + steps[:first]
        data = [part.edges[step] for step in steps]
        names = [  # where an answer leads on from another one, both are named
            d["premise"] if d["premise"] == before["conclusion"] else f"{before['conclusion']} / {d['premise']}"
            for before, d in zip([data[-1], *data[:-1]], data, strict=True)
        ]
        shown = names if len(names) <= SHOWN else [*names[: SHOWN - 1], "...", names[-1]]
        entry: Entry = data[0]["carrier"]
        where_: Path = data[0]["where"]
        through = sorted({s[1:] for s, _ in steps if s.startswith("?")})
        yield report(
            entry,
            where_,
            f"the links run in a circle: {' > '.join([*shown, names[0]])}"
            + (f" (the answers of {', '.join(through)} count as one)" if through else "")
            + (f", one of several among {len(members)} claims" if len(members) > len(names) else ""),
            "look whether one of these links is the other way round or says the same twice",
        )


def _edges(corpus: Corpus) -> Iterator[tuple[str, str, Entry, Path]]:
    """(what moves, what it moves, record that says so, path) of links and undercuts, in order of id."""
    for entry in corpus:
        record = entry.record
        if not record.active:
            continue
        if isinstance(record, m.Claim):
            for i, link in enumerate(record.bears_on):
                yield entry.id, link.claim, entry, ("bears_on", i, "claim")
        elif isinstance(record, m.Argument) and record.link is not None:
            for i, premise in enumerate(record.premises):
                yield premise, record.link.claim, entry, ("premises", i)
        elif isinstance(record, m.Undercut):
            for moved in sorted(_moved(corpus, record.target, set())):
                yield record.premise or entry.id, moved, entry, ("target",)


def _moved(corpus: Corpus, target: m.kinds.UndercutTarget, seen: set[str]) -> set[str]:
    """Claims whose credence changes when this target is undercut."""
    if target.to is not None:
        found = corpus.entries.get(target.to)
        if found is not None and isinstance(found.record, m.Question):
            return set(found.record.answers)
        return {target.to}
    if target.argument is not None:
        found = corpus.entries.get(target.argument)
        link = found.record.get("link") if found is not None else None
        return {link.claim} if link is not None else set()
    found = corpus.entries.get(target.undercut or "")
    if found is None or not isinstance(found.record, m.Undercut) or found.id in seen:
        return set()
    return _moved(corpus, found.record.target, seen | {found.id})


def _shortest(graph: nx.DiGraph[str], start: str) -> list[tuple[str, str]]:
    """Edges of a shortest circle through ``start``; ties go to the smallest ids."""
    before: dict[str, str] = {}
    layer = [start]
    while layer:
        following: list[str] = []
        for here in layer:
            for there in sorted(graph.successors(here)):
                if there == start:
                    path = [here]
                    while path[-1] != start:
                        path.append(before[path[-1]])
                    path = [*reversed(path), start]
                    return list(pairwise(path))
                if there not in before:
                    before[there] = here
                    following.append(there)
        layer = following
    raise AssertionError("a strongly connected part has a circle through each of its nodes")
