"""How credences came about over time: the records replayed change by change.  Reads no file and runs no git.

A change that the engine would not notice costs nothing; after any other, only what rests on it is computed again.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import PurePosixPath

from kb import models as m
from kb import odds
from kb.corpus import Corpus, Entry
from kb.diff.changes import weighs_differently
from kb.engine.graph import NONE_SUFFIX, compile_network
from kb.engine.incremental import update
from kb.engine.propagate import Propagated, propagate
from kb.load import TOPIC_FILE, read_record
from kb.timeline import Standing

MUTE = m.Position | m.Person | m.Term | m.Experiment | m.Viewpoint | m.Quantity
"""Records that never enter the neutral credences."""
DIGITS = 12
"""Decimals of a log odds that are kept."""

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
