"""What a source or an item of evidence moved: its rows in the sums of all claims, gathered once."""

from __future__ import annotations

from collections.abc import Mapping
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


def moves_by_root(site: Site) -> Mapping[str, list[Move]]:
    """Source to what it moved, the largest first."""
    found: dict[str, list[Move]] = {}
    for id in site.credences:
        e = site.explain(id)
        for group in e.groups:
            for root in group.roots:
                without = odds.sigma(e.total - root.contribution)
                found.setdefault(root.id, []).append(
                    Move(
                        site.ref(id),
                        Weight.of(root.alone),
                        Weight.of(root.contribution),
                        without,
                        e.credence.credence,
                        [site.ref(item.id) for item in root.items],
                    )
                )
    return {root: sorted(moves, key=lambda m: (-m.size, m.claim.id)) for root, moves in found.items()}


def moves_by_item(site: Site) -> Mapping[str, list[Move]]:
    """Item of evidence to the claims it bears on, with its weight before overlap with other items."""
    found: dict[str, list[Move]] = {}
    for id in site.credences:
        e = site.explain(id)
        for group in e.groups:
            for root in group.roots:
                for item in root.items:
                    found.setdefault(item.id, []).append(
                        Move(
                            site.ref(id),
                            Weight.of(item.stated),
                            Weight.of(item.weight),
                            e.credence.base_rate,
                            odds.sigma(e.base + item.weight),
                            [],
                        )
                    )
    return {item: sorted(moves, key=lambda m: (-m.size, m.claim.id)) for item, moves in found.items()}
