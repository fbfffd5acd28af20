"""The git history of the records replayed, for sub-commands and the site: cached by the digest of the records' tree."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import kb
from kb import git
from kb.cli.versions import Place
from kb.history import Moment, Replay, Standing
from kb.text import MAX_BYTES

CACHE = Path(".kb-cache/history")
MAX_CACHED = 32 * 1024 * 1024
"""Bytes of a cache file that is read."""
CODE = ("corpus.py", "vocab.py", "odds.py", "text.py", "validate.py", "load.py", "history.py", "models", "engine")
"""What of this package credences depend on: a change of it makes the cache worthless."""


def moments(where: Place, commit: str, *, cached: bool = True) -> tuple[Moment, ...]:
    """The records after each commit that changed them, the oldest first, along first parents.

    Args:
        where: the records.
        commit: the last commit.
        cached: use and fill ``.kb-cache/`` beside the records.
    """
    commits = git.log(where.folder, commit, where.under)
    trees = git.trees(where.folder, (c.id for c in commits), where.under)
    store = Store(where) if cached else None
    known = {tree: store.read(tree) if store is not None else None for tree in sorted(set(trees.values()))}
    replay: Replay | None = None
    found = []
    for n, one in enumerate(commits):
        tree = trees.get(one.id)
        standings: dict[str, Standing] | None = {} if tree is None else known[tree]
        if standings is None and tree is not None:
            if replay is None:
                replay = Replay(_files_at(where, one.id))
                ahead = _changes(where, commits[n + 1 :])
            else:
                replay.step(next(ahead))
            standings = known[tree] = replay.standings
            if store is not None:
                store.write(tree, standings)
        elif replay is not None:
            replay.step(next(ahead))
        records = tuple(sorted({Path(c.path).stem for c in one.changes if c.path.endswith(".yaml")} - {"_topic"}))
        found.append(Moment(one.id, one.time, one.author, one.subject, records, standings or {}))
    return tuple(found)


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
