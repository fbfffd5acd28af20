"""A sum told in another order: the rows are additive, so every order is a walk from the base rate to the same total.

A walk of one claim goes row by row; a walk of a question goes record by record, since one record may move several of
its answers, and answers of which at most one can be true share 100% at every step.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from kb import odds
from kb.engine.results import Explanation, GroupRow, Row, RowKind

_LAST = ("shared", "competition")
"""Rows that correct all the others, and so are told after them."""


_NOISE = 1e-9
"""Difference of two probabilities that is rounding."""


@dataclass(frozen=True, slots=True)
class Stage:
    """One step of a claim's walk.

    Attributes:
        row: the line of the sum that is added here; ``None`` where the record named adds nothing, or was counted.
        named: the record that the walk was asked to tell of here, ``None`` for what is left at the end.
        with_: index of the earlier stage that added the line to which the record belongs, otherwise ``None``.
        before, after: running log odds, in nats.
    """

    row: Row | None
    named: str | None
    with_: int | None
    before: float
    after: float

    @property
    def weight(self) -> float:
        """What is added here, in nats."""
        return self.row.weight if self.row is not None else 0.0


Key = tuple[RowKind, tuple[str, ...]]
"""What tells the rows of a sum apart: kind and records."""


def bearing(e: Explanation) -> dict[str, Key]:
    """Every record that bears on a claim directly, and the row it is counted in, as (kind, ids) of that row.

    Items of evidence, claims and arguments that are reasons, and the undercuts of either.
    """
    found: dict[str, Key] = {}
    for group in e.groups:
        key: Key = ("root", tuple(root.id for root in group.roots))
        for root in group.roots:
            for item in root.items:
                found[item.id] = key
                for part in item.undercuts:
                    found.setdefault(part.id, key)
    for link in e.links:
        key = ("link", (link.source,))
        found.setdefault(link.source, key)
        for part in link.undercuts:
            found.setdefault(part.id, key)
    return found


def walk(e: Explanation, named: Sequence[str] = ()) -> tuple[Stage, ...]:
    """A claim's sum in the order of the records named, then what is left, largest first, then the corrections.

    The first stage starts at the base rate; the last ends at the total, to 1e-12.  A record that does not bear on the
    claim has a stage that adds nothing.

    Args:
        e: the claim's explanation.
        named: ids of records that bear on it directly.
    """
    rows = list(e.rows()[1:-1])
    by_key: dict[Key | None, Row] = {(row.kind, row.ids): row for row in rows}
    belongs = bearing(e)
    found: list[Stage] = []
    told: dict[int, int] = {}
    at = e.base

    def add(row: Row | None, record: str | None, again: int | None = None) -> None:
        nonlocal at
        after = at + (row.weight if row is not None else 0.0)
        found.append(Stage(row, record, again, at, after))
        at = after

    for row in rows:
        if row.kind == "viewpoint":
            add(row, None)
    for record in named:
        line = by_key.get(belongs.get(record))
        earlier = told.get(id(line)) if line is not None else None
        if line is not None and earlier is None:
            told[id(line)] = len(found)
        add(line if earlier is None else None, record, earlier)
    left = [row for row in rows if id(row) not in told and row.kind not in (*_LAST, "viewpoint")]
    for row in sorted(left, key=lambda r: (-abs(r.weight), r.ids)):
        add(row, None)
    for row in rows:
        if row.kind in _LAST:
            add(row, None)
    return tuple(found)


@dataclass(frozen=True, slots=True)
class Turn:
    """One step of a question's walk.

    Attributes:
        named: the record told of; ``None`` for the last step, all that is left.
        moved: answers that the record bears on, those whose sums it adds most to first.
        with_: index of the earlier turn that added the lines to which the record belongs, otherwise ``None``.
        before, after: answer to its probability, 0 to 1.
    """

    named: str | None
    moved: tuple[str, ...]
    with_: int | None
    before: Mapping[str, float]
    after: Mapping[str, float]


def walk_question(answers: Mapping[str, Explanation], exclusive: bool, named: Sequence[str] = ()) -> tuple[Turn, ...]:
    """The sums of a question's answers told together, record by record, then all that is left as one step.

    Args:
        answers: answer to its explanation.
        exclusive: whether at most one can be true: then the answers share 100% with "none of these" at every step.
        named: ids of records that bear on an answer directly.

    Returns:
        One step for each record named, and a last one if anything is left that moves an answer; it ends at the
        credences to the last digit.  Evidence counted once is taken off there.
    """
    share = _shares(answers) if exclusive else _alone
    at = {a: _start(e, exclusive) for a, e in answers.items()}
    left = {a: {(r.kind, r.ids): r for r in e.rows()[1:-1] if r.kind not in _LAST} for a, e in answers.items()}
    for a, rows in left.items():
        shift = rows.pop(("viewpoint", ()), None)
        at[a] += shift.weight if shift is not None else 0.0
    belongs = {a: bearing(e) for a, e in answers.items()}
    found: list[Turn] = []

    told: dict[tuple[str, Key], int] = {}
    for record in named:
        weights, earlier = {}, None
        before = share(at)
        for a in answers:
            if record not in belongs[a]:
                continue
            key = belongs[a][record]
            row = left[a].pop(key, None)
            weights[a] = row.weight if row is not None else 0.0
            earlier = told.setdefault((a, key), len(found))
            at[a] += weights[a]
        moved = sorted(weights, key=lambda a: (-abs(weights[a]), a))
        again = earlier if earlier != len(found) and not any(weights.values()) else None
        found.append(Turn(record, tuple(moved), again, before, share(at)))
    end = {a: odds.sigma(e.total) for a, e in answers.items()}
    here = share(at)
    if any(abs(end[a] - here[a]) > _NOISE for a in answers):
        order = sorted(end, key=lambda a: (-abs(end[a] - here[a]), a))
        found.append(Turn(None, tuple(order), None, here, end))
    return tuple(found)


def by_size(answers: Mapping[str, Explanation]) -> tuple[str, ...]:
    """Records that stand for the rows of some sums, those that move the answers most first.

    A reason stands for itself; a group of findings is named by its heaviest item.
    """
    sizes: dict[str, float] = {}
    for e in answers.values():
        parts = [(heaviest(group), group.contribution) for group in e.groups]
        parts += [(link.source, link.contribution) for link in e.links]
        for record, weight in parts:
            if record is not None and weight:
                sizes[record] = sizes.get(record, 0.0) + abs(weight)
    return tuple(sorted(sizes, key=lambda r: (-sizes[r], r)))


def heaviest(group: GroupRow) -> str | None:
    """The item of a group that weighs most on the side where the group stands, ``None`` where none is on it."""
    sign = math.copysign(1.0, group.contribution)
    items = [(-sign * item.weight, item.id) for root in group.roots for item in root.items if sign * item.weight > 0]
    return min(items)[1] if items else None


def _start(e: Explanation, exclusive: bool) -> float:
    """Where an answer starts: log odds of its base rate, or the log of its prior where the answers compete."""
    return math.log(odds.sigma(e.base)) if exclusive else e.base


def _alone(at: Mapping[str, float]) -> dict[str, float]:
    return {a: odds.sigma(x) for a, x in at.items()}


def _shares(answers: Mapping[str, Explanation]) -> Callable[[Mapping[str, float]], dict[str, float]]:
    """How answers that compete share 100% with "none of these", whose weight never changes."""
    none = max(0.0, 1.0 - math.fsum(odds.sigma(e.base) for e in answers.values()))

    def share(at: Mapping[str, float]) -> dict[str, float]:
        top = max([*at.values(), math.log(none)] if none > 0 else at.values())
        parts = {a: math.exp(x - top) for a, x in at.items()}
        total = math.fsum([*parts.values(), none * math.exp(-top)])
        return {a: p / total for a, p in parts.items()}

    return share
