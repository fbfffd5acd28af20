"""Which records belong on the map around a claim: what it rests on and what it bears on, two hops, strongest first."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

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
        next: ties one hop further out that are drawn.
        more: how many of them are not drawn.
        premise: whether it is a premise of the argument that it hangs on.
    """

    ref: Ref
    weight: float
    now: float | None
    next: list[Node] = field(default_factory=list)
    more: int = 0
    premise: bool = False

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
        """The tie in words, between its source and its target."""
        if self.premise:
            return "is a premise of"
        verb = {"for": "supports", "against": "opposes"}.get(self.side, "is shown without weight for")
        return f"{verb} ({self._strength})"

    def said_of(self, side: str) -> str:
        """The tie in words behind the name of the box further out, which lies ``beneath`` or ``above``."""
        if self.premise:
            return "is a premise of it"
        active = {"for": "supports it", "against": "opposes it"}.get(self.side, "is shown without weight for it")
        passive = {"for": "is supported by it", "against": "is opposed by it"}.get(self.side, "gets no weight from it")
        return f"{active if side == 'beneath' else passive} ({self._strength})"

    @property
    def _strength(self) -> str:
        size = f"{words.strength(self.weight)}, {abs(odds.db(self.weight)):.0f} dB stated"
        return f"{size}{', adds nothing yet' if self.silent else ''}"


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
    lower, more_lower = _drawn(site, id, 2, (id,), frozenset(), MAX_FIRST, "beneath")
    upper, more_upper = _drawn(site, id, 2, (id,), frozenset(), MAX_FIRST, "above")
    return Neighbours(site.ref(id), lower, upper, more_lower, more_upper)


def beneath(site: Site, id: str, hops: int, limit: int) -> tuple[list[Node], int]:
    """What a claim rests on to a depth of ``hops``, at most ``limit`` at each box, and how many were left out."""
    return _drawn(site, id, hops, (id,), frozenset(), limit, "beneath")


def ties(site: Site, id: str, side: str) -> tuple[Node, ...]:
    """Everything that a record rests on (``beneath``) or bears on (``above``), strongest first.

    An argument rests on its premises, in their order; a record without a credence otherwise rests on nothing.
    """
    return site.ask(_beneath if side == "beneath" else _above, id)


def _beneath(site: Site, id: str) -> tuple[Node, ...]:
    record = site.corpus[id].record
    if isinstance(record, m.Argument):
        return tuple(Node(site.ref(p), 0.0, None, premise=True) for p in record.premises)
    if id not in site.credences or not record.active:
        return ()
    e = site.explain(id)
    found = [Node(site.ref(x.source), x.stated, x.contribution) for x in e.links]
    found += [
        Node(site.ref(item.id), item.stated, item.weight)
        for group in e.groups
        for root in group.roots
        for item in root.items
    ]
    return _strongest_first(found)


def _above(site: Site, id: str) -> tuple[Node, ...]:
    found = []
    for reason in site.corpus.reasons_from.get(id, ()):
        if reason.link.claim in site.credences:
            row = next((x for x in site.explain(reason.link.claim).links if x.source == reason.source), None)
            found.append(Node(site.ref(reason.link.claim), reason.link.weight, row.contribution if row else 0.0))
    return _strongest_first(found)


def _strongest_first(found: list[Node]) -> tuple[Node, ...]:
    """Ties by what they add now, then by what is stated."""
    return tuple(sorted(found, key=lambda n: (-abs(n.now or 0.0), -abs(n.weight), n.ref.id)))


def _drawn(
    site: Site, id: str, hops: int, path: tuple[str, ...], seen: frozenset[str], limit: int, side: str
) -> tuple[list[Node], int]:
    """The ties of a box that are drawn, and how many are not.

    Args:
        site: the site.
        id: the record in the box.
        hops: how many steps further out to draw; none draws nothing and counts.
        path: the records from the middle to this box, which never come again beyond it.
        seen: records nearer the middle, which are not drawn again but count as left out.
        limit: the most to draw.
        side: ``beneath`` or ``above``.
    """
    found = [n for n in ties(site, id, side) if n.ref.id not in path]
    if hops == 0:
        return [], len(found)
    if isinstance(site.corpus[id].record, m.Argument):
        limit = max(limit, MAX_SECOND + 1)
    fresh = [n for n in found if n.ref.id not in seen]
    kept = [replace(n, next=[], more=0) for n in fresh[:limit]]
    nearer = seen | {n.ref.id for n in kept}
    for node in kept:
        node.next, node.more = _drawn(site, node.ref.id, hops - 1, (*path, node.ref.id), nearer, MAX_SECOND, side)
    return kept, len(found) - len(kept)
