"""Which records belong on the map around a claim: what it rests on and what it bears on, two hops, strongest first."""

from __future__ import annotations

from dataclasses import dataclass, field

from kb import models as m
from kb import odds
from kb.pages import words
from kb.pages.site import Ref, Site

MAX_FIRST = 6
MAX_SECOND = 2


@dataclass
class Node:
    """A record on a map.

    Attributes:
        ref: the record.
        weight: of the tie to the box nearer the middle, in nats as stated; its sign is the direction.
        now: what the tie adds now, in nats; ``None`` when only the stated weight is known.
        next: ties one hop further out.
        more: how many of them are not drawn.
    """

    ref: Ref
    weight: float
    now: float | None
    next: list[Node] = field(default_factory=list)
    more: int = 0

    @property
    def side(self) -> str:
        """Direction of the tie: ``for``, ``against`` or ``neutral``."""
        return words.side(self.weight)

    @property
    def silent(self) -> bool:
        """Whether the tie adds nothing now."""
        return self.now is not None and words.side(self.now) == "neutral"

    @property
    def said(self) -> str:
        """The tie in words."""
        verb = {"for": "supports", "against": "opposes"}.get(self.side, "is shown without weight for")
        strength = f"{words.strength(self.weight)}, {abs(odds.db(self.weight)):.0f} dB stated"
        return f"{verb} ({strength}{', adds nothing yet' if self.silent else ''})"


@dataclass(frozen=True)
class Neighbours:
    """A claim's surroundings.

    Attributes:
        middle: the claim.
        beneath, above: what it rests on, what it bears on.
        more_beneath, more_above: how many are not drawn.
    """

    middle: Ref
    beneath: list[Node]
    above: list[Node]
    more_beneath: int
    more_above: int

    def __bool__(self) -> bool:
        return bool(self.beneath or self.above)


def around(site: Site, id: str) -> Neighbours:
    """A claim's surroundings, two hops each way."""
    beneath, more_beneath = _beneath(site, id, 2, {id}, MAX_FIRST)
    above, more_above = _above(site, id, 2, {id}, MAX_FIRST)
    return Neighbours(site.ref(id), beneath, above, more_beneath, more_above)


def beneath(site: Site, id: str, hops: int, limit: int) -> tuple[list[Node], int]:
    """What a claim rests on to a depth of ``hops``, at most ``limit`` at each box, and how many were left out."""
    return _beneath(site, id, hops, {id}, limit)


def _beneath(site: Site, id: str, hops: int, seen: set[str], limit: int) -> tuple[list[Node], int]:
    if id not in site.credences or not site.corpus[id].record.active:
        return [], 0
    e = site.explain(id)
    found = [Node(site.ref(x.source), x.stated, x.contribution) for x in e.links if x.source not in seen]
    found += [
        Node(site.ref(item.id), item.stated, item.weight)
        for group in e.groups
        for root in group.roots
        for item in root.items
        if item.id not in seen
    ]
    found.sort(key=lambda n: (-abs(n.now or 0.0), -abs(n.weight), n.ref.id))
    kept = found[:limit]
    if hops > 1:
        for node in kept:
            node.next, node.more = _beneath_record(site, node.ref.id, hops - 1, seen | {n.ref.id for n in kept})
    return kept, len(found) - len(kept)


def _beneath_record(site: Site, id: str, hops: int, seen: set[str]) -> tuple[list[Node], int]:
    """What lies beneath a box: reasons and evidence of a claim, premises of an argument."""
    record = site.corpus[id].record
    if isinstance(record, m.Argument):
        premises = [Node(site.ref(p), 0.0, None) for p in record.premises if p not in seen]
        kept = premises[: MAX_SECOND + 1]
        if hops > 1:
            for node in kept:
                node.next, node.more = _beneath(site, node.ref.id, hops - 1, seen, MAX_SECOND)
        return kept, len(premises) - len(kept)
    return _beneath(site, id, hops, seen, MAX_SECOND)


def _above(site: Site, id: str, hops: int, seen: set[str], limit: int) -> tuple[list[Node], int]:
    found = []
    for reason in site.corpus.reasons_from.get(id, ()):
        if reason.link.claim not in site.credences or reason.link.claim in seen:
            continue
        row = next((x for x in site.explain(reason.link.claim).links if x.source == reason.source), None)
        now = row.contribution if row is not None else 0.0
        found.append(Node(site.ref(reason.link.claim), reason.link.weight, now))
    found.sort(key=lambda n: (-abs(n.now or 0.0), -abs(n.weight), n.ref.id))
    kept = found[:limit]
    if hops > 1:
        for node in kept:
            node.next, node.more = _above(site, node.ref.id, hops - 1, seen | {n.ref.id for n in kept}, MAX_SECOND)
    return kept, len(found) - len(kept)
