"""Random debates for property tests: trees, graphs without loops, debate-like graphs, graphs with loops.

Every feature is mixed in unless a test switches it off.  ``HYPOTHESIS_PROFILE=deep`` draws many more, at random.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Literal

from hypothesis import HealthCheck, Phase, assume, settings
from hypothesis import strategies as st

from .debate import DB, Cut, Debate, Item, Link

DEEP = os.environ.get("HYPOTHESIS_PROFILE") == "deep"
DEEP_FACTOR = 25
Shape = Literal["tree", "graph", "debate", "loops"]


def examples(number: int) -> settings:
    """Settings of a property test that tries ``number`` examples, the same ones every time."""
    return settings(
        max_examples=number * DEEP_FACTOR if DEEP else number,
        derandomize=not DEEP,
        deadline=None,
        phases=[Phase.explicit, Phase.generate, Phase.shrink],
        database=None,
        suppress_health_check=list(HealthCheck),
    )


WORDS = (1.0, 3.0, 7.0, 13.0, 17.0, 23.0)
"""Strength words, in dB."""

sizes = st.one_of(st.sampled_from(WORDS), st.floats(0.01, 40.0)).map(lambda db: db * DB)
"""Sizes of weights in nats, never 0."""
weights = st.builds(lambda size, sign: size * sign, sizes, st.sampled_from((1, -1)))
"""Signed weights in nats."""
any_weights = st.one_of(weights, weights, weights, st.just(0.0))
rates = st.one_of(st.sampled_from((0.5, 0.3, 0.1)), st.floats(0.03, 0.97))
edge_rates = st.one_of(rates, st.sampled_from((1e-6, 1 - 1e-6, 0.001, 0.999)))
reliabilities = st.one_of(st.sampled_from((1.0, 0.9, 0.85, 0.6)), st.floats(0.05, 1.0))
kills = st.one_of(st.sampled_from((0.3, 0.5, 0.8, 0.95)), st.floats(0.0, 1.0))
picks = st.integers(0, 10_000)
"""A choice among things whose number is known only later."""


def choose(data: Any, among: list[Any]) -> Any:
    """One of ``among``; an example in which there is none is given up."""
    assume(among)
    return among[data.draw(picks) % len(among)]


@dataclass(frozen=True)
class Mix:
    """Which features random debates may have."""

    lineage: bool = True
    testimony: bool = True
    linked: bool = True
    both: bool = True
    undercuts: bool = True
    questions: bool = True
    shifts: bool = False
    zeros: bool = True
    evidence: bool = True
    negative: bool = True
    edges: bool = False
    strong: bool = False
    """Everything supports, strongly, and roots are weak: capacities bind nearly everywhere."""


@dataclass
class _Target:
    """Something that can be undercut, while a debate is being drawn; ``unit`` is its claim's."""

    unit: int
    cuts: list[_Target] = field(default_factory=list)
    claim: str = ""
    kill: float = 0.0
    id: str = ""

    def freeze(self) -> tuple[Cut, ...]:
        return tuple(Cut(x.id, x.claim, x.kill, x.freeze()) for x in self.cuts)


class _Draft:
    """A debate while it is being drawn.

    Claims stand in units (an exclusive question, or one claim); off loops a reason stands in a later unit than what it
    bears on.
    """

    def __init__(self, draw: Callable[[st.SearchStrategy[Any]], Any], shape: Shape, mix: Mix, most: int) -> None:
        self.draw, self.shape, self.mix = draw, shape, mix
        self.units: list[list[str]] = []
        self.claims: dict[str, float] = {}
        self.items: list[tuple[dict[str, Any], _Target]] = []
        self.links: list[tuple[dict[str, Any], _Target]] = []
        self.targets: list[_Target] = []
        self.roots: dict[str, float] = {}
        for size in draw(st.lists(st.sampled_from((1, 1, 1, 2, 3)), min_size=2, max_size=most)):
            names = [f"c{len(self.claims) + i}" for i in range(size if mix.questions else 1)]
            if len(names) == 1:
                found = [draw(edge_rates if mix.edges else rates)]
            else:
                raw = [draw(st.floats(0.05, 1.0)) for _ in names]
                found = [x / sum(raw) for x in raw]
            self.claims.update(zip(names, found, strict=True))
            self.units.append(names)
        self.unit = {c: n for n, names in enumerate(self.units) for c in names}

    def pick(self, among: list[Any]) -> Any:
        return among[self.draw(picks) % len(among)]

    def weight(self) -> float:
        if self.mix.strong:
            return DB * float(self.draw(st.floats(13.0, 40.0)))
        found: float = self.draw(any_weights if self.mix.zeros else weights)
        return found if self.mix.negative else abs(found)

    def trust(self) -> float:
        found: float = self.draw(st.floats(0.3, 0.8) if self.mix.strong else reliabilities)
        return found

    def evidence(self) -> None:
        """Items; off trees they share roots and bear on several claims."""
        names = list(self.claims)
        if self.shape != "tree":
            for i in range(self.draw(st.integers(1, 4))):
                self.roots[f"r{i}"] = self.trust()
        for i in range(self.draw(st.integers(1, 2 + len(names)))):
            claims = [self.pick(names)]
            if self.shape == "tree":
                same = sorted({x["root"] for x, _ in self.items if x["claim"] == claims[0]})
                root = self.pick(same) if same and self.draw(st.booleans()) else f"r{i}"
                self.roots.setdefault(root, self.draw(reliabilities))
            else:
                claims = sorted({*claims, *(self.pick(names) for _ in range(self.draw(st.integers(0, 2))))})
                root = self.pick(sorted(self.roots))
            shared = {"id": f"e{i}", "root": root, "reliability": self.draw(reliabilities)}
            shared["testimony"] = self.mix.testimony and self.draw(st.booleans())
            for claim in claims:
                target = _Target(self.unit[claim])
                self.items.append(({**shared, "claim": claim, "weight": self.weight()}, target))
                self.targets.append(target)

    def link(self, premises: list[str], claim: str) -> None:
        if len(premises) > 1 and not self.mix.linked:
            premises = premises[:1]
        target = _Target(self.unit[claim])
        fields = {"id": f"l{len(self.links)}", "premises": tuple(premises), "claim": claim, "weight": self.weight()}
        self.links.append(({**fields, "both": self.mix.both and self.draw(st.booleans())}, target))
        self.targets.append(target)

    def cut(self, node: str) -> bool:
        """Let ``node`` undercut something that it may undercut."""
        free = [x for x in self.targets if self.may(node, x.unit)]
        if not free or not self.mix.undercuts:
            return False
        target = self.pick(free)
        new = _Target(target.unit, [], node, self.draw(kills), f"u{len(self.targets)}")
        target.cuts.append(new)
        self.targets.append(new)
        return True

    def may(self, reason: str, unit: int) -> bool:
        """Whether a claim may bear on a unit."""
        return self.unit[reason] != unit if self.shape == "loops" else self.unit[reason] > unit

    def spine(self) -> None:
        """Every unit but the first bears on something: by a link, as one more premise, or as an undercut."""
        for n, names in enumerate(self.units[1:], 1):
            node = self.pick(names)
            role = self.draw(st.sampled_from(("link", "link", "link", "premise", "cut")))
            free = [x for x in self.links if self.may(node, x[1].unit) and node not in x[0]["premises"]]
            if role == "premise" and free and self.mix.linked:
                chosen = self.pick(free)[0]
                chosen["premises"] = (*chosen["premises"], node)
            elif role != "cut" or not self.cut(node):
                self.link([node], self.pick([c for names in self.units[:n] for c in names]))

    def cross(self, most: int) -> None:
        """Further links and undercuts, by which things are used more than once."""
        names = list(self.claims)
        for _ in range(self.draw(st.integers(0, most))):
            node = self.pick(names)
            if self.draw(st.integers(0, 3)) == 0 and self.cut(node):
                continue
            below = [c for c in names if self.may(node, self.unit[c])]
            if below:
                claim = self.pick(below)
                more = [c for c in names if self.may(c, self.unit[claim])]
                extra = [self.pick(more) for _ in range(self.draw(st.sampled_from((0, 0, 0, 1, 2))))]
                self.link(sorted({node, *extra}), claim)

    def lineage(self) -> tuple[tuple[tuple[str, ...], float], ...]:
        found = []
        groups = [sorted(self.roots)] * 3
        if self.shape == "tree":
            groups = [sorted({x["root"] for x, _ in self.items if x["claim"] == c}) for c in self.claims]
        for group in groups:
            if len(group) > 1 and self.draw(st.booleans()):
                pair = sorted({self.pick(group), self.pick(group)})
                found.append((tuple(pair), self.draw(st.sampled_from((0.7, 0.3, 1.0)))))
        return tuple(found)

    def finish(self) -> Debate:
        shifts = {}
        if self.mix.shifts:
            for c in sorted({self.pick(list(self.claims)) for _ in range(self.draw(st.integers(0, 2)))}):
                shifts[c] = self.draw(weights) / 3
        return Debate(
            claims=self.claims,
            roots=self.roots,
            items=tuple(Item(**x, cuts=target.freeze()) for x, target in self.items),
            links=tuple(Link(**x, cuts=target.freeze()) for x, target in self.links),
            lineage=self.lineage() if self.mix.lineage else (),
            questions=tuple(tuple(names) for names in self.units if len(names) > 1),
            shifts=shifts,
        )


@st.composite
def debates(draw: Any, shape: Shape = "debate", mix: Mix = Mix(), most: int = 6) -> Debate:
    """A random debate with 2 to ``most`` units (an exclusive question counts as one).

    ``tree``: nothing is used twice; ``graph``: many routes; ``debate``: a tree with a few cross links; ``loops``: a
    graph in which claims may rest on each other.
    """
    draft = _Draft(draw, shape, mix, most)
    if mix.evidence:
        draft.evidence()
    draft.spine()
    if shape != "tree":
        draft.cross({"debate": 3, "graph": 10, "loops": 8}[shape])
    return draft.finish()


@st.composite
def piles(draw: Any) -> Debate:
    """Much evidence on one claim: few roots, few sizes, so that ties and overlaps of every sort come up."""
    roots = {f"r{i}": draw(st.sampled_from((1.0, 0.9, 0.6))) for i in range(draw(st.integers(2, 4)))}
    talk = draw(st.sampled_from((True, True, False)))
    items = []
    for i in range(draw(st.integers(3, 8))):
        weight = draw(st.sampled_from((10.0, 10.0, 3.0, 0.0, -10.0))) * DB
        root = f"r{draw(picks) % len(roots)}"
        items.append(Item(f"e{i}", "c", weight, root, draw(st.sampled_from((1.0, 0.9))), talk and draw(st.booleans())))
    lineage = []
    for _ in range(draw(st.integers(0, 2))):
        pair = sorted({f"r{draw(picks) % len(roots)}", f"r{draw(picks) % len(roots)}"})
        lineage.append((tuple(pair), draw(st.sampled_from((0.7, 0.3, 1.0)))))
    return Debate({"c": 0.5}, tuple(items), roots, lineage=tuple(lineage))
