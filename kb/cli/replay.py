"""The git history of the records replayed, for sub-commands and the site: cached by the digest of the records' tree."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import cache
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

import kb
from kb import git, vocab
from kb.cli.versions import Place, commit, place
from kb.errors import Unavailable
from kb.load import TOPIC_FILE, read_record
from kb.text import MAX_BYTES
from kb.timeline import Moment, Standing, Timeline, Touched, timeline

if TYPE_CHECKING:
    from kb.history import Replay

CACHE = Path(".kb-cache/history")
MAX_CACHED = 32 * 1024 * 1024
"""Bytes of a cache file that is read."""
CODE = (
    "corpus.py",
    "vocab.py",
    "odds.py",
    "text.py",
    "validate.py",
    "load.py",
    "history.py",
    "timeline.py",
    "models",
    "engine",
)
"""What of this package credences depend on: a change of it makes the cache worthless."""


def moments(where: Place, commit: str, *, cached: bool = True) -> tuple[Moment, ...]:
    """The records after each commit that changed them, the oldest first, along first parents.

    Args:
        where: the records.
        commit: the last commit.
        cached: use and fill ``.kb-cache/`` beside the records.
    """
    return tuple(replayed(where, git.log(where.folder, commit, where.under), cached=cached))


def site_history(claims: Path | None, aliases: Mapping[str, str]) -> Timeline | None:
    """Everything that the pages say about the past; ``None`` outside a repository and before its first commit.

    Args:
        claims: folder of the records, as for every command.
        aliases: old id to present id.

    Raises:
        GitFailed: the history cannot be read.
    """
    try:
        where = place(claims)
        last = commit(where, "HEAD")
    except Unavailable:
        return None
    commits = git.log(where.folder, last, where.under)
    known = zip(replayed(where, commits), _touched(where, commits), strict=True)
    told = (replace(moment, touched=touched) for moment, touched in known)
    return timeline(told, aliases, complete=not git.is_shallow(where.folder))


def replayed(where: Place, commits: tuple[git.Commit, ...], *, cached: bool = True) -> Iterator[Moment]:
    """The records after each of these commits, one at a time.

    Args:
        where: the records.
        commits: all that changed them, the oldest first.
        cached: use and fill ``.kb-cache/`` beside the records.
    """
    trees = git.trees(where.folder, (c.id for c in commits), where.under)
    store = Store(where) if cached else None
    replay: Replay | None = None
    ahead: Iterator[list[tuple[str, bytes | None]]] = iter(())
    for n, one in enumerate(commits):
        tree = trees.get(one.id)
        standings: dict[str, Standing] | None = {} if tree is None else store.read(tree) if store is not None else None
        if replay is not None:
            replay.step(next(ahead))
        if standings is None and tree is not None:
            if replay is None:
                from kb.history import Replay  # the engine, which nothing needs while all is known

                replay = Replay(_files_at(where, one.id))
                ahead = _changes(where, commits[n + 1 :])
            standings = replay.standings
            if store is not None:
                store.write(tree, standings)
        records = tuple(sorted({Path(c.path).stem for c in one.changes if c.path.endswith(".yaml")} - {"_topic"}))
        yield Moment(one.id, one.time, one.author, one.subject, records, standings or {})


def _touched(where: Place, commits: tuple[git.Commit, ...]) -> Iterator[tuple[Touched, ...]]:
    """What each commit did to the records: which came, which changed, which left force."""
    states: dict[str, str] = {}
    for changed in _changes(where, commits):
        now: dict[str, str | None] = {}
        for path, raw in changed:
            name = PurePosixPath(path)
            if len(name.parts) != 2 or name.suffix != ".yaml" or name.name == TOPIC_FILE:
                continue
            # a file that moves to another topic goes and comes in one commit, in either order
            if raw is not None or now.get(name.stem) is None:
                now[name.stem] = None if raw is None else _state(raw, path)
        found = []
        for id, state in sorted(now.items()):
            before = states.pop(id, None)
            if state is not None:
                states[id] = state
            found.append(Touched(id, _what(before, state)))
        yield tuple(found)


def _what(before: str | None, after: str | None) -> str:
    """A change of state in one word."""
    if after is None:
        return "removed"
    if after == before:
        return "changed"
    if after != vocab.State.ACTIVE:
        return after
    return "added" if before is None else "restored"


def _state(raw: bytes, path: str) -> str:
    """The state that a file gives its record."""
    if b"status" not in raw:
        return vocab.State.ACTIVE.value
    entry = read_record(raw, path, PurePosixPath(path).parts[0], mend=False).entry
    status = entry.record.status if entry is not None else None
    return status.state.value if status is not None else vocab.State.ACTIVE.value


def _files_at(where: Place, commit: str) -> list[tuple[str, bytes | None]]:
    files = [f for f in git.files_at(where.folder, commit, where.under) if f.mode in git.PLAIN]
    held = dict(git.contents(where.folder, (f.blob for f in files), MAX_BYTES + 1))
    return [(f.path, held[f.blob]) for f in files]


def _changes(where: Place, commits: tuple[git.Commit, ...]) -> Iterator[list[tuple[str, bytes | None]]]:
    """What each commit changed, with the contents of fifty commits read at a time."""
    for start in range(0, len(commits), 50):
        some = commits[start : start + 50]
        wanted = {c.blob for one in some for c in one.changes if c.blob is not None and c.mode in git.PLAIN}
        held = dict(git.contents(where.folder, wanted, MAX_BYTES + 1))
        for one in some:
            yield [(c.path, held[c.blob] if c.blob is not None and c.mode in git.PLAIN else None) for c in one.changes]


class Store:
    """Standings by the digest of the records' tree, one file each; whatever cannot be read is computed again.

    Args:
        where: the records; the cache lies beside their folder.
    """

    def __init__(self, where: Place) -> None:
        self.folder = where.folder.resolve().parent / CACHE / engine_digest()[:16]

    def read(self, tree: str) -> dict[str, Standing] | None:
        """What is known about a tree."""
        try:
            with (self.folder / f"{tree}.json").open("rb") as file:
                data = json.loads(file.read(MAX_CACHED))
            return {str(id): (float(z), float(base), bool(known)) for id, (z, base, known) in data.items()}
        except (OSError, ValueError, TypeError, AttributeError, RecursionError):
            return None

    def write(self, tree: str, standings: dict[str, Standing]) -> None:
        """Keep what was computed; a full disk or a read-only folder costs time, not the answer."""
        with contextlib.suppress(OSError):
            self.folder.mkdir(parents=True, exist_ok=True)
            fresh = self.folder / f"{tree}.{os.getpid()}.new"
            fresh.write_text(json.dumps(standings, separators=(",", ":")), encoding="utf-8")
            fresh.replace(self.folder / f"{tree}.json")


@cache
def engine_digest() -> str:
    """Digest of the code that credences depend on."""
    base = Path(kb.__file__).parent
    made = hashlib.sha256()
    for name in CODE:
        path = base / name
        for file in sorted(path.rglob("*.py")) if path.is_dir() else [path]:
            made.update(file.read_bytes())
    return made.hexdigest()
