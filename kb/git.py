"""What git knows about the records: when the last change was made, and which files are kept.  Never writes."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

TIMEOUT = 30
"""Seconds after which git is given up on."""


def _git(folder: Path, *arguments: str) -> str | None:
    """What a git command prints; ``None`` where git or a repository is missing, or the command fails."""
    # a repository is data: none of its settings may run a program here
    safe = ("-c", "core.fsmonitor=false", "-c", "core.hooksPath=/dev/null", "-c", "log.showSignature=false")
    env = {**os.environ, "GIT_OPTIONAL_LOCKS": "0", "LC_ALL": "C", "GIT_TERMINAL_PROMPT": "0"}
    try:
        done = subprocess.run(
            ("git", "-C", str(folder), *safe, *arguments),
            capture_output=True,
            env=env,
            stdin=subprocess.DEVNULL,
            timeout=TIMEOUT,
            check=True,
        )
    except (OSError, subprocess.SubprocessError):
        return None
    return done.stdout.decode("utf-8", "surrogateescape")


def commit_time(folder: str | Path = ".") -> int | None:
    """Seconds since 1970 of the last commit, for ``SOURCE_DATE_EPOCH``; ``None`` outside a repository."""
    text = _git(Path(folder), "log", "-1", "--format=%ct")
    return int(text) if text and text.strip().isdigit() else None


def tracked(folder: str | Path = ".") -> tuple[str, ...] | None:
    """Paths below ``folder`` that git keeps, relative to it, sorted; ``None`` outside a repository."""
    text = _git(Path(folder), "ls-files", "-z")
    return None if text is None else tuple(sorted(path for path in text.split("\0") if path))
