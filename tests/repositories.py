"""Real git repositories for tests: records committed, branched, merged and cloned."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

from support import CLOCK

START = 1_700_000_000
"""Time of the first commit, in seconds since 1970; every further one is a day later."""
DAY = 86_400


class Repository:
    """A repository whose records lie in ``claims/``."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.claims = folder / "claims"
        self.commits = 0

    @classmethod
    def clock(cls, folder: Path) -> Repository:
        """The example records in a first commit on ``main``."""
        folder.mkdir(parents=True)
        shutil.copytree(CLOCK, folder / "claims")
        made = cls(folder)
        made.git("init", "-q", "-b", "main")
        made.commit("the first records")
        return made

    def git(self, *arguments: str, check: bool = True) -> str:
        """Run git and give back what it printed, errors included."""
        when = f"{START + self.commits * DAY} +0000"
        env = {
            **os.environ,
            "GIT_CONFIG_GLOBAL": os.devnull,
            "GIT_CONFIG_SYSTEM": os.devnull,
            "GIT_AUTHOR_DATE": when,
            "GIT_COMMITTER_DATE": when,
            **{f"GIT_{who}_NAME": "A contributor" for who in ("AUTHOR", "COMMITTER")},
            **{f"GIT_{who}_EMAIL": "contributor@example.org" for who in ("AUTHOR", "COMMITTER")},
        }
        done = subprocess.run(
            ("git", *arguments), cwd=self.folder, env=env, check=False, capture_output=True, text=True, timeout=60
        )
        assert not check or done.returncode == 0, done.stdout + done.stderr
        return done.stdout + done.stderr

    def commit(self, message: str) -> str:
        """Commit everything and give back the commit's id."""
        self.git("add", "-A")
        self.git("commit", "-q", "-m", message)
        self.commits += 1
        return self.head()

    def head(self) -> str:
        """Id of the present commit."""
        return self.git("rev-parse", "HEAD").strip()

    def branch(self, name: str, start: str = "main") -> None:
        """Start a branch and go to it."""
        self.git("checkout", "-q", "-b", name, start)

    def go(self, name: str) -> None:
        """Go to a branch."""
        self.git("checkout", "-q", name)

    def merge(self, name: str) -> str:
        """Merge a branch into the present one; conflicts fail the test."""
        self.git("merge", "-q", "--no-ff", "-m", f"merge {name}", name)
        self.commits += 1
        return self.head()

    def path(self, name: str) -> Path:
        """A file of the records, e.g. ``tower/cold-oil``."""
        return self.claims / f"{name}.yaml"

    def write(self, name: str, text: str) -> Path:
        """Write a record."""
        path = self.path(name)
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")
        return path

    def replace(self, name: str, old: str, new: str) -> Path:
        """Edit a record; ``old`` must be in it."""
        text = self.path(name).read_text(encoding="utf-8")
        assert old in text, text
        return self.write(name, text.replace(old, new))


def evidence(claim: str, source: str, *, title: str = "A new reading", strength: str = "strong") -> str:
    """A newcomer's evidence file."""
    return f"""\
kind: evidence
title: {title}
text: {title}, taken on another day.
design: observation
seen_in:
  - source: {source}
    no_anchor: The readings were told in person.
bears_on:
  - claim: {claim}
    stance: supports
    strength: {strength}
    why: Such a reading is far likelier if the claim holds.
"""


def source(title: str = "A new log book") -> str:
    """A source of its own."""
    return f"kind: source\ntitle: {title}\ntype: dataset\nno_url: The book lies in the tower.\n"
