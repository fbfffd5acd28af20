"""Who holds what: positions as views, and whose stated view lies farthest from a number."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from kb import models as m
from kb import vocab
from kb.engine.results import Credence
from kb.pages import words
from kb.pages.site import PassageView, Ref, Site

_FOR = {vocab.Attitude.ASSERTS, vocab.Attitude.CONCEDES}
_AGAINST = {vocab.Attitude.DENIES}
LISTED = 8
"""Positions that a table shows before the rest is folded away."""


@dataclass(frozen=True)
class PositionView:
    """One position.

    Attributes:
        ref: the position's page.
        by, on: who, and on what.
        of: whose view is reported or voiced, or ``None``.
        stance: the verb.
        meaning: what the verb means.
        side: ``for``, ``against`` or ``neutral``.
        credence: as stated, in words; empty when nothing was stated.
        level: stated credence as a number, or ``None``.
        text, said: what and when.
        passages: where.
    """

    ref: Ref
    by: Ref
    on: Ref
    of: Ref | None
    stance: str
    meaning: str
    side: str
    credence: str
    level: float | None
    text: str | None
    said: str | None
    passages: list[PassageView]


def view(site: Site, id: str) -> PositionView:
    """A position record as a view."""
    p = site.corpus.record(id, m.Position)
    return PositionView(
        ref=site.ref(id),
        by=site.ref(p.by),
        on=site.ref(p.on),
        of=site.ref(p.of) if p.of is not None else None,
        stance=p.stance.value,
        meaning=p.stance.definition,
        side="for" if p.stance in _FOR else "against" if p.stance in _AGAINST else "neutral",
        credence=_stated(p),
        level=m.credence_value(p.credence) if isinstance(p.credence, str | float) else None,
        text=p.text,
        said=p.said,
        passages=site.passages(p.seen_in),
    )


def _stated(p: m.Position) -> str:
    """A stated credence in words; a direction stays a direction."""
    if p.credence is None:
        return ""
    if isinstance(p.credence, m.Said):
        if p.credence.phrase is not None:
            return f"“{p.credence.phrase}”"
        since = f" since {p.credence.since}" if p.credence.since else " than before"
        return ("more likely" if p.credence.direction == "up" else "less likely") + since
    return p.credence if isinstance(p.credence, str) else words.percent(p.credence)


def positions_on(site: Site, id: str) -> list[PositionView]:
    """Positions on a record: for, against, the rest; by name within each."""
    found = [view(site, p) for p in site.corpus.positions_on.get(id, ())]
    order = {"for": 0, "against": 1, "neutral": 2}
    return sorted(found, key=lambda p: (order[p.side], p.by.title, p.said or "", p.ref.id))


def positions_by(site: Site, id: str) -> list[PositionView]:
    """Positions that a person takes, or that are reported of them; newest first, then by what they are on."""
    own = [view(site, p) for p in site.corpus.positions_by.get(id, ())]
    return sorted(own, key=lambda p: (p.on.kind, p.on.title, p.said or "", p.ref.id))


def most_telling_first(site: Site, held: list[PositionView]) -> list[PositionView]:
    """Positions on answers of questions first, then by how much evidence lies beneath what they are on, the newest."""

    def rank(p: PositionView) -> tuple[bool, bool, int]:
        found = site.credences.get(p.on.id)
        return p.on.id not in site.corpus.questions_of, found is None, -(found.items if found is not None else 0)

    found = sorted(held, key=lambda p: (p.on.title.casefold(), p.ref.id))
    found.sort(key=lambda p: p.said or "", reverse=True)
    return sorted(found, key=rank)


def farthest(positions: Sequence[PositionView], credence: Credence) -> PositionView | None:
    """The position that lies farthest from a credence: by stated number, otherwise by direction.

    A stance without a number counts as 0 or 1 only where the credence lies on the other side of one half; a claim that
    is not assessed disagrees with nobody.
    """
    if not credence.assessed:
        return None
    found: list[tuple[float, PositionView]] = []
    for p in positions:
        if p.side == "neutral" or p.of is not None:
            continue
        if p.level is not None:
            found.append((abs(p.level - credence.credence), p))
        elif (p.side == "for") != (credence.credence > 0.5):
            found.append((abs(credence.credence - 0.5), p))
    best = max(found, key=lambda f: (f[0], f[1].by.title, f[1].ref.id), default=None)
    return best[1] if best is not None and best[0] >= 0.1 else None
