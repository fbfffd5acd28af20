"""What a source or an item of evidence moved: its rows in the sums of all claims, gathered once."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from kb import odds
from kb.pages import words
from kb.pages.site import CredenceView, Ref, Site
from kb.pages.sums import Weight


@dataclass(frozen=True)
class Move:
    """What one source or item adds to one claim.

    Attributes:
        claim: the claim.
        stated: naive sum of the stated weights.
        now: what it adds after overlap and trust.
        start, end: the claim's probability without it (all else equal) and with it.
        items: the items of evidence.
    """

    claim: Ref
    stated: Weight
    now: Weight
    start: float
    end: float
    items: list[Ref]

    @property
    def without(self) -> str:
        """The probability without it, in words."""
        return words.percent(self.start)

    @property
    def with_(self) -> str:
        """The probability with it, in words."""
        return words.percent(self.end)

    @property
    def picture(self) -> CredenceView:
        """The same as a line with a tick where the claim would stand and a dot where it stands."""
        return moved(self.start, self.end)

    @property
    def size(self) -> float:
        """Size of what it adds, in nats."""
        return abs(self.now.nats)


def moved(start: float, end: float) -> CredenceView:
    """A step between two probabilities as the small bar draws it."""
    side = words.side(odds.logit(end) - odds.logit(start))
    return CredenceView(True, end, start, None, None, words.percent(end), "", words.percent(start), side)


def moves_of_source(site: Site, id: str) -> list[Move]:
    """What a source moved, the largest first."""
    return sorted(site.gather(_by_root, claims, id), key=lambda m: (-m.size, m.claim.id))


def moves_of_item(site: Site, id: str) -> list[Move]:
    """What an item of evidence bears on, each with its weight before overlap with other items, the largest first."""
    return sorted(site.gather(_by_item, claims, id), key=lambda m: (-m.size, m.claim.id))


def claims(site: Site) -> Iterable[str]:
    """Ids of everything that has a credence."""
    return site.credences


def _by_root(site: Site, id: str) -> Iterator[tuple[str, Move]]:
    """(source, move) of each source in a claim's sum."""
    e = site.explain(id)
    for group in e.groups:
        for root in group.roots:
            without = odds.sigma(e.total - root.contribution)
            yield (
                root.id,
                Move(
                    site.ref(id),
                    Weight.of(root.alone),
                    Weight.of(root.contribution),
                    without,
                    e.credence.credence,
                    [site.ref(item.id) for item in root.items],
                ),
            )


def _by_item(site: Site, id: str) -> Iterator[tuple[str, Move]]:
    """(item, move) of each item in a claim's sum."""
    e = site.explain(id)
    for group in e.groups:
        for root in group.roots:
            for item in root.items:
                yield (
                    item.id,
                    Move(
                        site.ref(id),
                        Weight.of(item.stated),
                        Weight.of(item.weight),
                        e.credence.base_rate,
                        odds.sigma(e.base + item.weight),
                        [],
                    ),
                )
