"""Circles of reasons."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

import networkx as nx

from kb import models as m
from kb.corpus import Corpus, Entry
from kb.errors import Finding, Level
from kb.rules._base import Family, Reporter, shorten
from kb.rules._questions import exclusive
from kb.text import Path

report = Reporter(__name__, Family.ARGUMENT, Level.WARNING)


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
        entry: Entry = data[0]["carrier"]
        where_: Path = data[0]["where"]
        through = sorted({s[1:] for s, _ in steps if s.startswith("?")})
        yield report(
            entry,
            where_,
            f"the links run in a circle: {' > '.join(shorten([*names, names[0]]))}"
            + (f" (the answers of {', '.join(through)} count as one)" if through else "")
            + (f", one of several among {len(members)} claims" if len(members) > len(names) else ""),
            "look whether one of these links is the other way round or says the same twice",
        )


def _edges(corpus: Corpus) -> Iterator[tuple[str, str, Entry, Path]]:
    """(what moves, what it moves, record that says so, path) of links and undercuts, in order of id."""
    targets = _targets(corpus)
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
            for moved in targets.get(entry.id, ()):
                yield record.premise or entry.id, moved, entry, ("target",)


def _targets(corpus: Corpus) -> dict[str, tuple[str, ...]]:
    """Undercut to the claims whose credence it changes, along undercuts of undercuts."""
    found: dict[str, tuple[str, ...]] = {}
    for id, _ in corpus.of(m.Undercut, active=True):
        path: list[str] = []
        at = id
        while at not in found:
            entry = corpus.entries.get(at)
            path.append(at)
            found[at] = ()  # until it is known; stays so on a circle of undercuts
            if entry is None or not isinstance(entry.record, m.Undercut):
                break
            target = entry.record.target
            if target.undercut is None:
                found[at] = _ends(corpus, target)
                break
            at = target.undercut
        for earlier in reversed(path):
            found[earlier] = found[earlier] or found[at]
    return found


def _ends(corpus: Corpus, target: m.kinds.UndercutTarget) -> tuple[str, ...]:
    """Claims that a link, an item or an argument bears on."""
    if target.argument is not None:
        entry = corpus.entries.get(target.argument)
        link = entry.record.get("link") if entry is not None else None
        return (link.claim,) if link is not None else ()
    end = corpus.entries.get(target.to or "")
    if end is not None and isinstance(end.record, m.Question):
        return end.record.answers
    return (target.to,) if target.to is not None else ()


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
