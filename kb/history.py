"""How credences came about over time: the records replayed change by change.  Reads no file and runs no git.

A change that the engine would not notice costs nothing; after any other, only what rests on it is computed again.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath

from kb import models as m
from kb import odds
from kb.corpus import Corpus, Entry
from kb.diff.changes import weighs_differently
from kb.engine.graph import NONE_SUFFIX, compile_network
from kb.engine.incremental import update
from kb.engine.propagate import Propagated, propagate
from kb.load import TOPIC_FILE, read_record

MUTE = m.Position | m.Person | m.Term | m.Experiment | m.Viewpoint | m.Quantity
"""Records that never enter the neutral credences."""
STILL = 1e-9
"""Changes of a log odds smaller than this, in nats, are rounding."""
DIGITS = 12
"""Decimals of a log odds that are kept."""

Standing = tuple[float, float, bool]
"""Log odds of a claim, those of its base rate, in nats, and whether it is assessed."""
Standings = Mapping[str, Standing]
Files = Iterable[tuple[str, bytes | None]]
"""(path below the records, content) of files that changed; ``None`` for one that is gone or is no plain file."""


class Replay:
    """The records at one moment, with their credences; moves on by one change after the other.

    Args:
        files: all files of the first moment.
    """

    def __init__(self, files: Files) -> None:
        self._entries: dict[str, Entry] = {}
        self._read(files)
        self._result: Propagated = propagate(compile_network(self._corpus()))

    def step(self, files: Files) -> None:
        """Apply one change."""
        if self._read(files):
            self._result = update(self._result, compile_network(self._corpus())).result

    @property
    def standings(self) -> dict[str, Standing]:
        """Every claim, in order of id, as it stands now."""
        net, state = self._result.net, self._result.state
        found = {}
        for i, id in enumerate(net.ids):
            if not id.endswith(NONE_SUFFIX):
                z = round(float(state.log_odds[i, 0]), DIGITS)
                base = round(odds.logit(float(net.pi[i])), DIGITS)
                found[id] = (z, base, bool(state.assessed[i, 0]))
        return dict(sorted(found.items()))

    def _corpus(self) -> Corpus:
        return Corpus(self._entries[path] for path in sorted(self._entries))

    def _read(self, files: Files) -> bool:
        """Take over what changed; whether the engine could notice.  What cannot be read is left out."""
        noticed = False
        for name, raw in files:
            path = PurePosixPath(name)
            if len(path.parts) != 2 or path.suffix != ".yaml" or path.name == TOPIC_FILE:
                continue
            old = self._entries.pop(name, None)
            new = read_record(raw, name, path.parts[0], mend=False).entry if raw is not None else None
            if new is not None:
                self._entries[name] = new
            noticed = noticed or _noticeable(old, new)
        return noticed


def _noticeable(old: Entry | None, new: Entry | None) -> bool:
    if all(entry is None or isinstance(entry.record, MUTE) for entry in (old, new)):
        return False
    return old is None or new is None or weighs_differently(old, new)


@dataclass(frozen=True)
class Moment:
    """The records after one commit.

    Attributes:
        commit: 40 hexadecimal digits.
        time: seconds since 1970.
        author, subject: who, and the first line of the message.
        records: ids whose files the commit touched.
        standings: every claim then.
    """

    commit: str
    time: int
    author: str
    subject: str
    records: tuple[str, ...]
    standings: Standings


@dataclass(frozen=True, slots=True)
class Turn:
    """A commit at which a claim's credence moved.

    Attributes:
        commit, time, author, subject, records: as in :class:`Moment`.
        before, after: credence; ``None`` where the claim is not there or not assessed.
        weight: change of its log odds, in nats; from its base rate where it was not there.
        there: whether the claim is there after it.
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
        if _differs(old, new):
            weight = _log_odds(new, old) - _log_odds(old, new)
            found.append(
                Turn(
                    moment.commit,
                    moment.time,
                    moment.author,
                    moment.subject,
                    moment.records,
                    _credence(old),
                    _credence(new),
                    weight if abs(weight) > STILL else 0.0,
                    new is not None,
                )
            )
        old = new
    return tuple(found)


def _differs(old: Standing | None, new: Standing | None) -> bool:
    if old is None or new is None:
        return old is not new
    return old[2] != new[2] or (new[2] and abs(old[0] - new[0]) > STILL)


def _credence(standing: Standing | None) -> float | None:
    if standing is None or not standing[2]:
        return None
    return min(max(1 / (1 + math.exp(-standing[0])), 1e-15), 1 - 1e-15)


def _log_odds(standing: Standing | None, other: Standing | None) -> float:
    """Log odds of a claim; where it is not there, those of its base rate on the other side."""
    if standing is not None:
        return standing[0]
    return other[1] if other is not None else 0.0
