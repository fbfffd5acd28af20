"""What git knows about the records: their files at any commit, their history, when they last changed.  Never writes.

Nothing is checked out: files are read from git's own store, so that a hostile branch brings no link, filter or hook.
"""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from kb.errors import KbError, Unavailable

TIMEOUT = 30
"""Seconds after which git is given up on."""
PLAIN = frozenset({"100644", "100755"})
"""Modes of plain files; all others are links and other repositories."""


class GitFailed(KbError):
    """Git could not do what a command needs; the message says what and what to do."""


@dataclass(frozen=True, slots=True)
class Stored:
    """One file of a commit: path below the folder asked for, mode, name of the content, and its size in bytes."""

    path: str
    mode: str
    blob: str
    size: int


@dataclass(frozen=True, slots=True)
class Change:
    """A file that a commit changed: path below the folder asked for, and what it is then; ``None`` once deleted."""

    path: str
    mode: str
    blob: str | None


@dataclass(frozen=True, slots=True)
class Commit:
    """A commit that changed files below a folder.

    Attributes:
        id: 40 hexadecimal digits.
        time: seconds since 1970.
        author: name of who wrote it.
        subject: first line of its message.
        changes: what it changed there, compared with its first parent.
    """

    id: str
    time: int
    author: str
    subject: str
    changes: tuple[Change, ...]


def _run(folder: Path, *arguments: str, give: bytes = b"") -> bytes | None:
    """What a git command prints; ``None`` where git or a repository is missing, or the command fails."""
    # a repository is data: none of its settings may run a program here, and none may reach for the network
    safe = ("-c", "core.fsmonitor=false", "-c", "core.hooksPath=/dev/null", "-c", "log.showSignature=false")
    env = {
        **os.environ,
        "GIT_OPTIONAL_LOCKS": "0",
        "LC_ALL": "C",
        "GIT_TERMINAL_PROMPT": "0",
        "GIT_NO_LAZY_FETCH": "1",
        "GIT_ALLOW_PROTOCOL": "none",
        "GIT_NO_REPLACE_OBJECTS": "1",
        "GIT_LITERAL_PATHSPECS": "1",
    }
    try:
        done = subprocess.run(
            ("git", "-C", str(folder), *safe, *arguments),
            capture_output=True,
            env=env,
            input=give,
            timeout=TIMEOUT,
            check=True,
        )
    except (OSError, subprocess.SubprocessError):
        return None
    return done.stdout


def _git(folder: Path, *arguments: str) -> str | None:
    """The same as text."""
    done = _run(folder, *arguments)
    return None if done is None else done.decode("utf-8", "surrogateescape")


def commit_time(folder: str | Path = ".") -> int | None:
    """Seconds since 1970 of the last commit, for ``SOURCE_DATE_EPOCH``; ``None`` outside a repository."""
    text = _git(Path(folder), "log", "-1", "--format=%ct")
    return int(text) if text and text.strip().isdigit() else None


def tracked(folder: str | Path = ".") -> tuple[str, ...] | None:
    """Paths below ``folder`` that git keeps, relative to it, sorted; ``None`` outside a repository."""
    text = _git(Path(folder), "ls-files", "-z")
    return None if text is None else tuple(sorted(path for path in text.split("\0") if path))


def prefix(folder: str | Path = ".") -> str | None:
    """Where ``folder`` lies in its repository, e.g. ``claims/``, empty at the top; ``None`` outside a work tree."""
    text = _git(Path(folder), "rev-parse", "--show-prefix")
    return None if text is None else text.removesuffix("\n")


def is_bare(folder: str | Path = ".") -> bool:
    """Whether ``folder`` is a repository without a work tree."""
    return (_git(Path(folder), "rev-parse", "--is-bare-repository") or "").strip() == "true"


def is_shallow(folder: str | Path = ".") -> bool:
    """Whether the older part of the history is missing here."""
    return (_git(Path(folder), "rev-parse", "--is-shallow-repository") or "").strip() == "true"


def commit_of(folder: str | Path, revision: str) -> str | None:
    """The commit (40 hexadecimal digits) that a revision names; ``None`` where there is none."""
    if not revision or revision.startswith("-") or not revision.isprintable() or len(revision) > 250:
        return None
    text = _git(Path(folder), "rev-parse", "--verify", "--quiet", "--end-of-options", f"{revision}^{{commit}}")
    return text.strip() if text and text.strip() else None


def commit_before(folder: str | Path, day: str, revision: str = "HEAD") -> str | None:
    """The last commit of a line of first parents up to the end of a day (UTC); ``None`` where there is none.

    Args:
        folder: a folder of the repository.
        day: YYYY-MM-DD.
        revision: where the line starts.
    """
    start = commit_of(folder, revision)
    if start is None:
        return None
    text = _git(Path(folder), "rev-list", "-1", "--first-parent", f"--before={day}T23:59:59Z", start)
    return text.strip() if text and text.strip() else None


def merge_base(folder: str | Path, a: str, b: str) -> str | None:
    """The last commit that two commits share; ``None`` where they share none."""
    text = _git(Path(folder), "merge-base", a, b)
    return text.split()[0] if text and text.strip() else None


def trees(folder: str | Path, commits: Iterable[str], under: str) -> dict[str, str]:
    """Commit to the digest of everything below ``under`` at it; commits without that folder are left out."""
    wanted = list(commits)
    give = "".join(f"{commit}:{under.rstrip('/')}\n" for commit in wanted).encode("utf-8", "surrogateescape")
    out = _run(Path(folder), "cat-file", "--batch-check=%(objectname) %(objecttype)", give=give)
    if out is None:
        raise GitFailed("git could not read the commits; is the repository whole? try: git fsck")
    found = {}
    for commit, line in zip(wanted, out.decode("utf-8", "replace").splitlines(), strict=False):
        digest, _, kind = line.partition(" ")
        if kind == "tree":
            found[commit] = digest
    return found


def files_at(folder: str | Path, commit: str, under: str) -> tuple[Stored, ...]:
    """Files below ``under`` at a commit, by path relative to it; none where the commit has no such folder.

    Raises:
        GitFailed: the commit cannot be read.
    """
    if commit not in trees(folder, [commit], under):
        return ()
    out = _git(Path(folder), "ls-tree", "-r", "-l", "-z", "--full-tree", f"{commit}:{under.rstrip('/')}")
    if out is None:
        raise GitFailed(f"git could not list the files of {commit[:12]}; is the repository whole? try: git fsck")
    found = []
    for line in filter(None, out.split("\0")):
        about, _, path = line.partition("\t")
        mode, _, blob, size = about.split()
        found.append(Stored(path, mode, blob, int(size) if size.isdigit() else 0))
    return tuple(sorted(found, key=lambda file: file.path))


def contents(folder: str | Path, blobs: Iterable[str], most: int) -> Iterator[tuple[str, bytes]]:
    """(name, content) of files by the name of their content; of larger ones than ``most`` bytes only so many.

    Raises:
        GitFailed: one of them is missing.
    """
    names = sorted(set(blobs))
    sizes = _run(Path(folder), "cat-file", "--batch-check=%(objecttype) %(objectsize)", give=_lines(names))
    told = (sizes or b"").decode("utf-8", "replace").splitlines()
    if sizes is None or len(told) != len(names) or not all(line.startswith("blob ") for line in told):
        raise GitFailed("git lacks files that its history names; fetch them: git fetch --refetch")
    small = []
    for name, line in zip(names, told, strict=True):
        if int(line.split()[1]) > most:
            yield name, bytes(most)
        else:
            small.append(name)
    for start in range(0, len(small), 2000):
        some = small[start : start + 2000]
        out = _run(Path(folder), "cat-file", "--batch=%(objectsize)", give=_lines(some))
        if out is None:
            raise GitFailed("git could not read the files; is the repository whole? try: git fsck")
        at = 0
        for name in some:
            end = out.index(b"\n", at)
            size = int(out[at:end])
            yield name, out[end + 1 : end + 1 + size]
            at = end + size + 2


def _lines(names: list[str]) -> bytes:
    return "".join(f"{name}\n" for name in names).encode()


def log(folder: str | Path, commit: str, under: str) -> tuple[Commit, ...]:
    """Commits that changed files below ``under``, the oldest first, along first parents: a merge is one change.

    Raises:
        GitFailed: the history cannot be read.
    """
    where = ("--", under) if under else ()
    what = ("--raw", "-r", "-z", "--no-abbrev", "--no-renames", "--no-ext-diff", "--no-textconv")
    line = ("--first-parent", "-m", "--reverse", "--root", *what, "--format=%x01%H%x00%ct%x00%an%x00%s%x00")
    top = _git(Path(folder), "rev-parse", "--show-toplevel") if under else None
    out = _git(Path(top.removesuffix("\n")) if top else Path(folder), "log", *line, commit, *where)
    if out is None:
        raise GitFailed("git could not read the history; is this a git repository with commits?")
    tokens = iter(out.split("\0"))
    found: list[Commit] = []
    token = next(tokens, "")
    while token.startswith("\x01"):
        head = [token[1:], *(next(tokens, "") for _ in range(3))]
        changes = []
        token = next(tokens, "").lstrip("\n") or next(tokens, "").lstrip("\n")
        while token.startswith(":"):
            _, mode, _, blob, _ = token.split()
            path = next(tokens, "").removeprefix(under)
            changes.append(Change(path, mode, blob if blob.strip("0") else None))
            token = next(tokens, "").lstrip("\n")
        found.append(Commit(head[0], int(head[1]), head[2], head[3], tuple(changes)))
    return tuple(found)


def needs_repository(folder: str | Path) -> None:
    """Raise Unavailable where ``folder`` is not in a repository, or git is missing."""
    if _git(Path(folder), "rev-parse", "--git-dir") is None:
        raise Unavailable(f"{folder} is not in a git repository (or git is missing); name two folders instead")
