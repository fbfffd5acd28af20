"""Which sources reach a claim by more than one line of its sum, so that their evidence is counted once."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from kb.pages.moves import claims
from kb.pages.site import Ref, Site
from kb.pages.sums import Sum


@dataclass(frozen=True)
class SharedSource:
    """A source, the lines of the sum that it feeds, and the items that it vouches for there.

    Attributes:
        ref: the source.
        direct: whether items of it bear on the claim itself.
        through: the reasons beneath which its items lie.
        items: those items, by title.
    """

    ref: Ref
    direct: bool
    through: list[Ref]
    items: list[Ref]

    @property
    def ways(self) -> int:
        """By how many lines it arrives."""
        return len(self.through) + self.direct


@dataclass(frozen=True)
class CountedOnce:
    """What a claim's lines have in common.

    Attributes:
        sources: those that feed at least two lines, the one with most lines first.
        taken_off: the factor of the line "shared evidence counted once", or ``None`` where the lines together stay
            within what their sources can give.
    """

    sources: list[SharedSource]
    taken_off: str | None


def counted_once(site: Site, total: Sum) -> CountedOnce:
    """The sources that feed at least two lines of a sum; a reason that adds nothing now carries nothing."""
    own: dict[str, set[str]] = {}
    for group in total.groups:
        for root, item in group.items:
            own.setdefault(root.ref.id, set()).add(item.ref.id)
    items = {source: set(ids) for source, ids in own.items()}
    through: dict[str, list[Ref]] = {}
    for reason in total.reasons:
        if reason.now.side == "neutral":
            continue
        premises = [p.id for p in reason.premises if p.id in site.credences]
        for source, found in _by_source(site, frozenset().union(*map(site.items_through_links, premises))).items():
            through.setdefault(source, []).append(reason.ref)
            items.setdefault(source, set()).update(found)
    shared = [
        SharedSource(
            site.ref(source),
            source in own,
            through.get(source, []),
            sorted(site.refs(sorted(ids)), key=lambda r: (r.title, r.id)),
        )
        for source, ids in items.items()
        if len(through.get(source, ())) + (source in own) > 1
    ]
    shared.sort(key=lambda s: (-s.ways, s.ref.title, s.ref.id))
    row = next((r for r in total.rows() if r.kind == "shared"), None)
    return CountedOnce(shared, row.weight.factor if row is not None and row.weight.side != "neutral" else None)


def _vouched(site: Site, id: str) -> Iterator[tuple[str, str]]:
    """(item, source that vouches for it) of each item in a claim's sum."""
    for group in site.explain(id).groups:
        for root in group.roots:
            for item in root.items:
                yield item.id, root.id


def _by_source(site: Site, items: frozenset[str]) -> dict[str, set[str]]:
    """Items by the sources that vouch for them."""
    found: dict[str, set[str]] = {}
    for item in sorted(items):
        for source in sorted(set(site.gather(_vouched, claims, item))):
            found.setdefault(source, set()).add(item)
    return found
