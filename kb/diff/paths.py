"""The path along which a record is felt at a claim."""

from __future__ import annotations

from collections import deque

from kb import models as m
from kb.corpus import Corpus
from kb.engine import Assessment
from kb.engine.impact import Route


class Paths:
    """Paths from changed records to the claims that they move.

    The strongest route of the engine where there is one; what works through an undercut, a competing answer or a
    source has none, and is followed along the links of the records, the shortest way.

    Args:
        before, after: the two states; a record that is gone or out of force is followed in the first.
    """

    def __init__(self, before: Assessment, after: Assessment) -> None:
        self._states = (after, before)
        self._routes: dict[tuple[int, str], dict[str, Route]] = {}
        self._up: dict[int, dict[str, set[str]]] = {}

    def between(self, record: str, claim: str) -> tuple[str, ...]:
        """Ids from a record up to a claim; empty where no path is found."""
        if record == claim:
            return (claim,)
        for n, state in enumerate(self._states):
            entry = state.corpus.entries.get(record)
            if entry is not None and entry.record.active and claim in state.credences:
                route = self._route(n, claim).get(record)
                found = route.steps if route is not None else self._shortest(n, record, claim)
                if found:
                    return found
        return ()

    def _route(self, n: int, claim: str) -> dict[str, Route]:
        key = (n, claim)
        if key not in self._routes:
            self._routes[key] = self._states[n].routes(claim)
        return self._routes[key]

    def _shortest(self, n: int, record: str, claim: str) -> tuple[str, ...]:
        """Breadth first along what each record bears on; ties by name."""
        if n not in self._up:
            self._up[n] = _up(self._states[n].corpus)
        up = self._up[n]
        came: dict[str, str] = {record: ""}
        queue = deque([record])
        while queue and claim not in came:
            at = queue.popleft()
            for following in sorted(up.get(at, ())):
                if following not in came:
                    came[following] = at
                    queue.append(following)
        steps = []
        at = claim if claim in came else ""
        while at:
            steps.append(at)
            at = came[at]
        return tuple(reversed(steps))


def _up(corpus: Corpus) -> dict[str, set[str]]:
    """Record to the records that it bears on directly."""
    found: dict[str, set[str]] = {}

    def note(lower: str | None, upper: str | None) -> None:
        if lower and upper:
            found.setdefault(lower, set()).add(upper)

    for reason in corpus.reasons:
        for premise in reason.premises:
            note(premise, reason.source if reason.source != premise else reason.link.claim)
        note(reason.source, reason.link.claim)
    for id, item in corpus.of(m.Evidence, active=True):
        note(corpus.root_of(item), id)
        for link in item.bears_on:
            note(id, link.claim if isinstance(link, m.Link) else link.question)
    for id, undercut in corpus.of(m.Undercut, active=True):
        note(undercut.premise, id)
        target = undercut.target
        note(id, target.to or target.argument or target.undercut)
    for id, question in corpus.of(m.Question, active=True):
        for answer in question.answers:
            note(id, answer)
            if question.exclusive:
                note(answer, id)
    return found
