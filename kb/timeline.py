"""The records through time as plain data: what each commit did to the records and to the credences.

Reads no file and runs no git; :mod:`kb.history` computes the standings, pages and sub-commands show the result.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from kb.errors import plain

STILL = 1e-9
"""Changes of a log odds smaller than this, in nats, are rounding."""

Standing = tuple[float, float, bool]
"""Log odds of a claim, those of its base rate, in nats, and whether it is assessed."""
Standings = Mapping[str, Standing]


@dataclass(frozen=True, slots=True)
class Touched:
    """A record that a commit touched.

    Attributes:
        id: the record.
        what: ``added``, ``changed``, ``removed``, a state that it took (``withdrawn``, ``superseded``, ``merged``), or
            ``restored`` when it came back into force.
    """

    id: str
    what: str


@dataclass(frozen=True)
class Moment:
    """The records after one commit.

    Attributes:
        commit: 40 hexadecimal digits.
        time: seconds since 1970.
        author, subject: who, and the first line of the message.
        records: ids whose files the commit touched.
        standings: every claim then.
        touched: what it did to each record, where that was asked for.
    """

    commit: str
    time: int
    author: str
    subject: str
    records: tuple[str, ...]
    standings: Standings
    touched: tuple[Touched, ...] = ()


@dataclass(frozen=True, slots=True)
class Turn:
    """A commit at which a claim's credence moved.

    Attributes:
        commit, time, author, subject, records: as in :class:`Moment`.
        before, after: credence; ``None`` where the claim is not there or not assessed.
        weight: change of its log odds, in nats; from its base rate where it was not there.
        there: whether the claim is there after it.
        base: its base rate after it; ``None`` where it is not there.
        new: whether it was not there before.
    """

    commit: str
    time: int
    author: str
    subject: str
    records: tuple[str, ...]
    before: float | None
    after: float | None
    weight: float
    there: bool
    base: float | None = None
    new: bool = False


@dataclass(frozen=True, slots=True)
class Step:
    """A commit that changed records, with all that it did.

    Attributes:
        commit, time, subject: as in :class:`Moment`.
        touched: the records, in order of id.
        turns: claim and how its credence moved, the largest first.
    """

    commit: str
    time: int
    subject: str
    touched: tuple[Touched, ...]
    turns: tuple[tuple[str, Turn], ...]


@dataclass(frozen=True)
class Timeline:
    """Everything that changed, commit by commit and claim by claim.

    Attributes:
        steps: the oldest first.
        turns: claim, by the id that it has now, to its moves, the oldest first.
        complete: whether the history reaches back to the first record; a shallow clone's does not.
    """

    steps: tuple[Step, ...] = ()
    turns: Mapping[str, tuple[Turn, ...]] = field(default_factory=dict)
    complete: bool = True


def timeline(moments: Iterable[Moment], aliases: Mapping[str, str], *, complete: bool = True) -> Timeline:
    """What changed at each moment; holds one moment at a time, so that a long history fits into memory.

    Args:
        moments: the history, the oldest first.
        aliases: old id to the id that the record has now.
        complete: whether it begins with the first record.
    """
    steps: list[Step] = []
    found: dict[str, list[Turn]] = {}
    old: dict[str, Standing] = {}
    for one in moments:
        moment = replace(one, subject=plain(one.subject), author=plain(one.author))
        new: dict[str, Standing] = {}
        for id, standing in moment.standings.items():
            if id in aliases:
                new.setdefault(aliases[id], standing)
            else:
                new[id] = standing
        moved = []
        for id in sorted({*old, *new}):
            before, after = old.get(id), new.get(id)
            if differs(before, after):
                turn = turned(moment, before, after)
                found.setdefault(id, []).append(turn)
                moved.append((id, turn))
        moved.sort(key=lambda pair: (-abs(pair[1].weight), pair[0]))
        touched = tuple(sorted(moment.touched, key=lambda t: t.id))
        steps.append(Step(moment.commit, moment.time, moment.subject, touched, tuple(moved)))
        old = new
    return Timeline(tuple(steps), {id: tuple(turns) for id, turns in sorted(found.items())}, complete)


def turns(moments: Sequence[Moment], names: Sequence[str]) -> tuple[Turn, ...]:
    """When a claim's credence moved, the oldest first; its first appearance is the first of them.

    Args:
        moments: the history, the oldest first.
        names: the claim's id and, after it, the ids that it had before.
    """
    found = []
    old: Standing | None = None
    for moment in moments:
        new = next((moment.standings[name] for name in names if name in moment.standings), None)
        if differs(old, new):
            found.append(turned(moment, old, new))
        old = new
    return tuple(found)


def turned(moment: Moment, old: Standing | None, new: Standing | None) -> Turn:
    """The move of a claim at a moment, from one standing to the next."""
    weight = _log_odds(new, old) - _log_odds(old, new)
    return Turn(
        moment.commit,
        moment.time,
        moment.author,
        moment.subject,
        moment.records,
        _credence(old),
        _credence(new),
        weight if abs(weight) > STILL else 0.0,
        new is not None,
        None if new is None else _probability(new[1]),
        old is None,
    )


def differs(old: Standing | None, new: Standing | None) -> bool:
    """Whether a reader would see another credence."""
    if old is None or new is None:
        return old is not new
    return old[2] != new[2] or (new[2] and abs(old[0] - new[0]) > STILL)


def _credence(standing: Standing | None) -> float | None:
    return None if standing is None or not standing[2] else _probability(standing[0])


def _probability(log_odds: float) -> float:
    """Strictly between 0 and 1."""
    e = math.exp(-abs(log_odds))
    p = 1 / (1 + e) if log_odds >= 0 else e / (1 + e)
    return min(max(p, 1e-15), 1 - 1e-15)


def _log_odds(standing: Standing | None, other: Standing | None) -> float:
    """Log odds of a claim; where it is not there, those of its base rate on the other side."""
    if standing is not None:
        return standing[0]
    return other[1] if other is not None else 0.0
