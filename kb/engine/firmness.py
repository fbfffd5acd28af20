"""How firm a credence is: high, moderate, low or very low, by rules, each step down with its reason.

After GRADE's certainty of evidence: it says how far the number can be relied on, not how likely the claim is.  Every
rating starts at high and goes down a step or two for each of six things that the engine knows; decision 11 has the
rules and what they come to on the founding debate.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from kb import odds, vocab
from kb.corpus import Corpus
from kb.engine.results import Credence, Explanation
from kb.models import Question

WIDE, VERY_WIDE = 0.3, 0.6
"""Width of the interval, as a probability, above which the rating goes down one step, or two."""
SEVERAL = 4
"""Independent groups below which the rating goes down one step; one group alone takes two."""
MOST = 0.5
"""Share of the weight above which one source carries too much of it, among several groups: one step."""
COVERED = 0.25
"""Share of the reasons' possible weight that has evidence, below which the rating goes down one step."""
TRUSTED = 0.6
"""Mean trust in the evidence (item times source reliability), below which the rating goes down one step."""


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a rating is lower than high.

    Attributes:
        code: ``width``, ``one-group``, ``few-groups``, ``one-source``, ``uncovered``, ``trust`` or ``unsettled``.
        steps: how many steps down.
        source: the source that carries most, for ``one-source``.
        low, high: ends of the interval for ``width``; for the other codes ``low`` is the number or share that was
            measured, and ``high`` is 0.
    """

    code: str
    steps: int
    low: float = 0.0
    high: float = 0.0
    source: str | None = None

    @property
    def said(self) -> str:
        """The reason in words, without the name of a source."""
        match self.code:
            case "width":
                return f"the interval spans {odds.say_percent(self.low)} to {odds.say_percent(self.high)}"
            case "one-group":
                return "all of its evidence comes from one group"
            case "few-groups":
                return f"all of its evidence comes from {int(self.low)} independent groups"
            case "one-source":
                return f"one source carries {odds.say_percent(self.low)} of the weight"
            case "uncovered":
                return f"only {self.low:.0%} of what its reasons could weigh has evidence"
            case "trust":
                return f"the evidence is trusted to {self.low:.0%} on average"
        return "the circle of reasons in which it lies does not settle"


@dataclass(frozen=True, slots=True)
class Firmness:
    """How far a credence can be relied on.

    Attributes:
        level: high, moderate, low or very low.
        reasons: why not high, the weightiest first; empty for high.
    """

    level: vocab.Firmness
    reasons: tuple[Reason, ...]

    @property
    def said(self) -> str:
        """Level and reasons as a sentence."""
        told = [reason.said for reason in self.reasons]
        return f"{self.level.value}: {'; '.join(told)}" if told else f"{self.level.value}: nothing takes it down"


@dataclass(frozen=True)
class Carried:
    """What a claim's weight comes from.

    Attributes:
        sources: source to its share of the weight, 0 to 1, together 1; empty where nothing moves the claim.
        trust: mean of item times source reliability, weighted by what each adds, 0 to 1.
    """

    sources: Mapping[str, float]
    trust: float


class Firmnesses:
    """Ratings of claims, worked out when they are asked for.

    Args:
        corpus: the records.
        credences: id to credence, with intervals.
        explain: a claim's explanation.
        circles: claims that lie on circles of reasons, circle by circle.
    """

    def __init__(
        self,
        corpus: Corpus,
        credences: Mapping[str, Credence],
        explain: Callable[[str], Explanation],
        circles: Iterable[Iterable[str]] = (),
    ) -> None:
        self._corpus = corpus
        self._credences = credences
        self._explain = explain
        self._carried: dict[str, Carried] = {}
        self._circle = {id: n for n, circle in enumerate(circles) for id in circle}

    def of(self, id: str) -> Firmness | None:
        """The rating of a claim; ``None`` where it is not assessed or no interval is known."""
        c = self._credences[id]
        if not c.assessed or c.low is None or c.high is None:
            return None
        return rate(c, self.carried(id))

    def carried(self, id: str) -> Carried:
        """The sources that carry a claim's weight, directly and through its reasons.

        Answers that compete are one pool: evidence on a rival moves an answer as well.  On a circle of reasons only
        what comes from outside the circle counts.
        """
        if id in self._carried:
            return self._carried[id]
        todo = [self._node(id)]
        sums: dict[tuple[str, ...], list[Explanation]] = {}
        while todo:
            node = todo[-1]
            if node[0] in self._carried:
                todo.pop()
            elif node in sums:
                todo.pop()
                self._carried |= dict.fromkeys(node, self._sum(sums.pop(node)))
            else:
                sums[node] = [self._explain(a) for a in node]
                beneath = {p for e in sums[node] for _, premises in self._lines(e) for p in premises}
                todo += [n for n in map(self._node, sorted(beneath)) if n[0] not in self._carried and n not in sums]
        return self._carried[id]

    def _node(self, id: str) -> tuple[str, ...]:
        """A claim, or all the answers among which it competes."""
        for question in self._corpus.questions_of.get(id, ()):
            record = self._corpus.record(question, Question)
            if record.exclusive:
                return tuple(a for a in record.answers if a in self._credences)
        return (id,)

    def _lines(self, e: Explanation) -> Iterator[tuple[float, tuple[str, ...]]]:
        """Size and premises of each reason that moves a claim, in nats; premises on the claim's own circle left out."""
        circle = self._circle.get(e.id)
        for link in e.links:
            premises = tuple(p for p in link.premises if circle is None or self._circle.get(p) != circle)
            if link.contribution and premises:
                yield abs(link.contribution), premises

    def _sum(self, sums: Sequence[Explanation]) -> Carried:
        """Shares of a pool, from its own evidence and from those of its premises that are known by now."""
        shares: dict[str, float] = {}
        trust = total = 0.0
        for e in sums:
            for root in (root for group in e.groups for root in group.roots if root.contribution):
                weight = abs(root.contribution)
                shares[root.id] = shares.get(root.id, 0.0) + weight
                heard = math.fsum(abs(i.weight) for i in root.items)
                item = math.fsum(abs(i.weight) * i.reliability for i in root.items) / heard if heard else 0.0
                trust += weight * item * root.reliability
                total += weight
            for weight, premises in self._lines(e):
                known = [c for p in premises if (c := self._carried.get(p)) is not None and c.sources]
                for part in known:
                    for source, share in part.sources.items():
                        shares[source] = shares.get(source, 0.0) + weight / len(known) * share
                    trust += weight / len(known) * part.trust
                    total += weight / len(known)
        if not total:
            return Carried({}, 1.0)
        return Carried({s: x / total for s, x in sorted(shares.items())}, trust / total)


def rate(c: Credence, carried: Carried) -> Firmness:
    """The rating of an assessed claim with an interval, by the rules of decision 11."""
    assert c.low is not None
    assert c.high is not None
    found: list[Reason] = []
    if not c.converged:
        found.append(Reason("unsettled", 3))
    width = c.high - c.low
    if width > WIDE:
        found.append(Reason("width", 2 if width > VERY_WIDE else 1, c.low, c.high))
    top = max(carried.sources.items(), key=lambda pair: (pair[1], pair[0]), default=None)
    if c.groups <= 1:
        found.append(Reason("one-group", 2))
    elif c.groups < SEVERAL:
        found.append(Reason("few-groups", 1, float(c.groups)))
    elif top is not None and top[1] > MOST:
        found.append(Reason("one-source", 1, top[1], source=top[0]))
    if c.evidenced is not None and c.evidenced < COVERED:
        found.append(Reason("uncovered", 1, c.evidenced))
    if carried.trust < TRUSTED:
        found.append(Reason("trust", 1, carried.trust))
    found.sort(key=lambda r: -r.steps)
    levels = tuple(vocab.Firmness)
    return Firmness(levels[min(sum(r.steps for r in found), len(levels) - 1)], tuple(found))
