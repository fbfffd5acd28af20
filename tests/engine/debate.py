"""A small debate as plain data, for tests: what the oracle reads and what the engine's builder is fed from."""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace

from kb.engine.network import ON_ITEM, ON_LINK, ON_UNDERCUT, Builder, Network
from kb.engine.propagate import Propagated, propagate
from kb.engine.sweep import Plan, Setup, State, run
from kb.odds import sigma

DB = math.log(10) / 10
"""One deciban in nats."""


@dataclass(frozen=True)
class Cut:
    """An undercut driven by ``claim``; ``cuts`` are its own undercuts."""

    id: str
    claim: str
    kill: float
    cuts: tuple[Cut, ...] = ()


@dataclass(frozen=True)
class Item:
    """One link of an evidence item; the links of one item share ``id``.  ``weight`` in nats, signed."""

    id: str
    claim: str
    weight: float
    root: str
    reliability: float = 1.0
    testimony: bool = False
    cuts: tuple[Cut, ...] = ()


@dataclass(frozen=True)
class Link:
    """A reason: one premise, or several that are needed together.  ``weight`` in nats, signed."""

    id: str
    premises: tuple[str, ...]
    claim: str
    weight: float
    both: bool = False
    cuts: tuple[Cut, ...] = ()


@dataclass(frozen=True)
class Debate:
    """Claims with base rates, and what bears on them.

    ``shifts`` are a viewpoint's, in nats; ``lineage`` holds (roots, dependence); ``questions`` the answers of each
    exclusive question, whose base rates sum to 1.
    """

    claims: Mapping[str, float]
    items: tuple[Item, ...] = ()
    roots: Mapping[str, float] = field(default_factory=dict)
    links: tuple[Link, ...] = ()
    lineage: tuple[tuple[tuple[str, ...], float], ...] = ()
    questions: tuple[tuple[str, ...], ...] = ()
    shifts: Mapping[str, float] = field(default_factory=dict)

    def with_items(self, *items: Item, roots: Mapping[str, float] | None = None) -> Debate:
        """The debate with more items (and the roots that they need)."""
        return replace(self, items=self.items + items, roots={**self.roots, **(roots or {})})

    def with_links(self, *links: Link, claims: Mapping[str, float] | None = None) -> Debate:
        """The debate with more links (and the claims that they need)."""
        return replace(self, links=self.links + links, claims={**self.claims, **(claims or {})})

    def map_links(self, change: Callable[[Link], Link]) -> Debate:
        """The debate with every link passed through ``change``."""
        return replace(self, links=tuple(change(x) for x in self.links))

    def map_items(self, change: Callable[[Item], Item]) -> Debate:
        """The debate with every item passed through ``change``."""
        return replace(self, items=tuple(change(x) for x in self.items))

    def siblings(self, claim: str) -> tuple[str, ...]:
        """The answers of the exclusive question that ``claim`` answers; itself alone where there is none."""
        return next((q for q in self.questions if claim in q), (claim,))


def flatten(cuts: tuple[Cut, ...]) -> Iterator[Cut]:
    """Undercuts and theirs."""
    for cut in cuts:
        yield cut
        yield from flatten(cut.cuts)


def build(debate: Debate, shuffle: random.Random | None = None) -> Network:
    """The engine's network of a debate; ``shuffle`` changes the order of the builder's calls."""
    b = Builder()
    calls: list[Callable[[], None]] = []

    def undercuts(cuts: tuple[Cut, ...], on: int, target: tuple[str, str]) -> None:
        for cut in cuts:
            calls.append(lambda x=cut: b.undercut(x.id, x.claim, x.kill, on, target))
            undercuts(cut.cuts, ON_UNDERCUT, (cut.id, ""))

    for id, rate in debate.claims.items():
        calls.append(lambda id=id, rate=rate: b.claim(id, rate, debate.shifts.get(id, 0.0)))
    for id, rho in debate.roots.items():
        calls.append(lambda id=id, rho=rho: b.root(id, rho))
    for x in debate.items:
        calls.append(
            lambda x=x: b.item(x.id, x.claim, x.weight, x.root, x.reliability, testimony=x.testimony)  # type: ignore[misc]
        )
        undercuts(x.cuts, ON_ITEM, (x.id, x.claim))
    for y in debate.links:
        calls.append(lambda y=y: b.link(y.id, y.premises, y.claim, y.weight, cuts_both_ways=y.both))  # type: ignore[misc]
        undercuts(y.cuts, ON_LINK, (y.id, y.claim))
    for roots, d in debate.lineage:
        calls.append(lambda roots=roots, d=d: b.lineage(roots, d))
    for n, answers in enumerate(debate.questions):
        calls.append(lambda n=n, answers=answers: b.question(f"question {n}", answers))
    if shuffle is not None:
        shuffle.shuffle(calls)
    for call in calls:
        call()
    return b.build()


@dataclass(frozen=True)
class Swept:
    """The engine's result for a debate, by name; ``result`` is ``None`` where one pass was asked for."""

    net: Network
    state: State
    result: Propagated | None

    def claims(self, name: str) -> dict[str, float]:
        """A number of every claim: ``gathered``, ``own``, ``shared``, ..."""
        return dict(zip(self.net.ids, getattr(self.state, name)[:, 0].tolist(), strict=True))

    def links(self, name: str) -> dict[str, float]:
        """A number of every link: ``mu``, ``tau``, ``log_lambda``."""
        return dict(zip(self.net.link_ids, getattr(self.state, name)[:, 0].tolist(), strict=True))

    @property
    def trees(self) -> dict[str, bool]:
        """Whether one pass is exact for each claim."""
        assert self.result is not None
        return dict(zip(self.net.ids, self.result.conserver.is_tree.tolist(), strict=True))


def sweep(debate: Debate, shuffle: random.Random | None = None) -> Swept:
    """The engine's result for a debate."""
    net = build(debate, shuffle)
    result = propagate(net)
    return Swept(net, result.state, result)


def one_pass(debate: Debate) -> Swept:
    """The engine's numbers for a debate before shared evidence is counted once."""
    net = build(debate)
    return Swept(net, run(Setup.of(Plan.of(net))), None)


def weights(debate: Debate) -> dict[str, float]:
    """The engine's D of every claim, in nats."""
    return sweep(debate).claims("gathered")


def credences(debate: Debate) -> dict[str, float]:
    """The engine's credence of every claim."""
    return {c: sigma(z) for c, z in sweep(debate).claims("log_odds").items()}


EXACT = 1e-11
"""What two ways of computing the same number may differ by, relative to its size."""


def same(before: dict[str, float], after: dict[str, float], tolerance: float = EXACT) -> bool:
    """Whether every claim of ``before`` has the same number in ``after``."""
    return all(abs(after[c] - x) <= tolerance * (1 + abs(x)) for c, x in before.items())


def beneath(debate: Debate, claim: str) -> set[str]:
    """Claims that one claim rests on, itself included; an answer rests on its siblings."""
    found, queue = {claim}, [claim]
    while queue:
        c = queue.pop()
        used = set(debate.siblings(c))
        for x in debate.links:
            if x.claim == c:
                used |= {*x.premises, *(y.claim for y in flatten(x.cuts))}
        for e in debate.items:
            if e.claim == c:
                used |= {y.claim for y in flatten(e.cuts)}
        queue += used - found
        found |= used
    return found
