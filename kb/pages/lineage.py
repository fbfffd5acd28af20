"""What is counted once: items that share a source, sources that share people, data or a text, and what that costs.

The engine joins such evidence into groups, claim by claim; nothing here weighs anything anew.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from kb import models as m
from kb import vocab
from kb.engine.results import GroupRow
from kb.pages import words
from kb.pages.site import Ref, Site
from kb.pages.sums import Weight

DEPTH = 3
"""Steps that a tree of sources goes up or down."""


@dataclass(frozen=True)
class Tie:
    """Two sources that are not independent: the other one, why, and the items that say so."""

    other: Ref
    kind: str
    meaning: str
    dependence: float
    items: list[Ref]


@dataclass(frozen=True)
class Together:
    """Items that count as one group on one claim.

    Attributes:
        claim: the claim.
        items, roots: what is in the group.
        why: why they are not independent.
        stated: sum of the weights as stated.
        now: what the group adds once overlap and trust are counted.
    """

    claim: Ref
    items: list[Ref]
    roots: list[Ref]
    why: str
    stated: Weight
    now: Weight

    @property
    def saved(self) -> float:
        """How much less the group adds than the sum as stated, in nats."""
        return abs(self.stated.nats) - abs(self.now.nats)


@dataclass(frozen=True)
class Branch:
    """A source in a tree of sources: how it is tied to the one above it, and what hangs on it."""

    label: str
    ref: Ref
    branches: list[Branch]


def together(site: Site, claim: str, group: GroupRow) -> Together:
    """A group of a claim's sum as a view."""
    items = [site.ref(i.id) for root in group.roots for i in root.items]
    if len(group.roots) == 1:
        why = "one source vouches for them"
    elif group.kind == "testimony":
        why = "all of it is testimony"
    else:
        why = "their sources are not independent"
    return Together(
        site.ref(claim),
        items,
        [site.ref(root.id) for root in group.roots],
        why,
        Weight.of(group.alone),
        Weight.of(group.contribution),
    )


def groups_of(site: Site, item: str, claims: list[str]) -> Mapping[str, Together]:
    """Claim to the group in which an item is counted there; only groups of more than one item."""
    found = {}
    for claim in claims:
        for group in site.explain(claim).groups:
            held = [i.id for root in group.roots for i in root.items]
            if item in held and len(held) > 1:
                found[claim] = together(site, claim, group)
    return found


def counted_once(site: Site) -> list[Together]:
    """Every group of more than one item on one claim, the one that would be overcounted most first."""
    found = [
        together(site, id, group)
        for id in site.credences
        for group in site.explain(id).groups
        if sum(len(root.items) for root in group.roots) > 1
    ]
    return sorted(found, key=lambda x: (-x.saved, x.claim.id, x.roots[0].id))


def ties(site: Site) -> Mapping[str, list[Tie]]:
    """Source to the sources it is not independent of, because an item of evidence says so; either way round."""
    return site.table(_ties)


def _ties(site: Site) -> dict[str, list[Tie]]:
    said: dict[tuple[str, str, vocab.LineageKind], set[str]] = {}
    for id, item in site.corpus.of(m.Evidence, active=True):
        root = site.corpus.root_of(item)
        for tie in item.lineage:
            if root is not None and tie.root in site.corpus and root in site.corpus and tie.root != root:
                said.setdefault((root, tie.root, tie.kind), set()).add(id)
                said.setdefault((tie.root, root, tie.kind), set()).add(id)
    found: dict[str, list[Tie]] = {}
    for (one, other, kind), items in sorted(said.items()):
        dependence = vocab.LINEAGE_DEPENDENCE[kind]
        told = Tie(site.ref(other), kind.label, kind.definition, dependence, site.refs(sorted(items)))
        found.setdefault(one, []).append(told)
    for several in found.values():
        several.sort(key=lambda t: (-t.dependence, t.other.title.casefold(), t.other.id))
    return found


def families(site: Site) -> list[tuple[list[Ref], list[str]]]:
    """Sources joined by ties, directly or through others: (the sources, kinds of ties), the largest family first."""
    tied = ties(site)
    left = sorted(tied)
    found = []
    seen: set[str] = set()
    for start in left:
        if start in seen:
            continue
        todo, family = [start], {start}
        while todo:
            for tie in tied[todo.pop()]:
                if tie.other.id not in family:
                    family.add(tie.other.id)
                    todo.append(tie.other.id)
        seen |= family
        kinds = {tie.kind for id in family for tie in tied[id]}
        found.append((sorted(site.refs(sorted(family)), key=lambda r: r.title.casefold()), sorted(kinds)))
    return sorted(found, key=lambda x: (-len(x[0]), x[0][0].title.casefold()))


def comes_from(site: Site, id: str) -> list[Branch]:
    """What a source rests on: what it is part of, quotes, restates or replaces, and so on upwards."""
    return _tree(site, id, _above, {id}, DEPTH)


def leads_to(site: Site, id: str) -> list[Branch]:
    """What rests on a source: its parts, what quotes, restates or replaces it, and so on downwards."""
    return _tree(site, id, _below, {id}, DEPTH)


Step = Callable[[Site, str], list[tuple[str, str]]]
"""From a source to (tie, source) of those next to it."""


def _tree(site: Site, id: str, step: Step, seen: set[str], depth: int) -> list[Branch]:
    if depth == 0:
        return []
    return [
        Branch(label, site.ref(other), _tree(site, other, step, seen | {other}, depth - 1))
        for label, other in step(site, id)
        if other not in seen
    ]


def _above(site: Site, id: str) -> list[tuple[str, str]]:
    """(tie, source) of each source that a source names, in a fixed order."""
    s = site.corpus.record(id, m.Source)
    named = [("part of", s.part_of)] if s.part_of is not None else []
    named += [("derived from", x) for x in s.derived_from]
    named += [("quotes", x) for x in s.quotes]
    named += [("replaces", x) for x in s.supersedes]
    return [(label, site.ref(other).id) for label, other in named if other in site.corpus]


def _below(site: Site, id: str) -> list[tuple[str, str]]:
    """(tie, source) of each source that names this one."""
    return site.table(_named_by).get(id, [])


def _named_by(site: Site) -> dict[str, list[tuple[str, str]]]:
    turned = {
        "part of": "has the part",
        "derived from": "restated by",
        "quotes": "quoted by",
        "replaces": "replaced by",
    }
    found: dict[str, list[tuple[str, str]]] = {}
    for other, _ in site.corpus.of(m.Source):
        for label, above in _above(site, other):
            found.setdefault(above, []).append((turned[label], other))
    return found


def said_of(group: Together) -> str:
    """A group in words: ``3 items of 2 sources``."""
    return f"{words.count(len(group.items), 'item')} of {words.count(len(group.roots), 'source')}"
