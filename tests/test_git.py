from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from kb import git

pytestmark = pytest.mark.skipif(shutil.which("git") is None, reason="no git here")
WHEN = 1_700_000_000


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """A repository with two commits, the last one at a known time."""
    folder = tmp_path / "repository"
    folder.mkdir()
    env = {
        **os.environ,
        **{f"GIT_{who}_{what}": "tester@example.org" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")},
        "GIT_CONFIG_GLOBAL": os.devnull,
    }

    def run(*arguments: str, at: int = WHEN) -> None:
        dates = {"GIT_AUTHOR_DATE": f"{at} +0545", "GIT_COMMITTER_DATE": f"{at} +0545"}
        subprocess.run(("git", *arguments), cwd=folder, env={**env, **dates}, check=True, capture_output=True)

    run("init", "-q")
    (folder / "b.txt").write_text("1")
    (folder / "a b ü.txt").write_text("1")
    run("add", ".")
    run("commit", "-q", "-m", "first", at=WHEN - 500)
    (folder / "b.txt").write_text("2")
    run("commit", "-q", "-a", "-m", "second")
    (folder / "untracked.txt").write_text("1")
    return folder


def test_time_of_the_last_commit(repository: Path) -> None:
    assert git.commit_time(repository) == WHEN


def test_tracked_files_are_sorted_and_keep_their_names(repository: Path) -> None:
    assert git.tracked(repository) == ("a b ü.txt", "b.txt")


def test_outside_a_repository_nothing_is_known(tmp_path: Path) -> None:
    assert git.commit_time(tmp_path) is None
    assert git.tracked(tmp_path) is None
    assert git.commit_time(tmp_path / "nowhere") is None


def test_without_git_nothing_is_known(repository: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(repository))
    assert git.commit_time(repository) is None


def test_settings_of_a_repository_run_nothing(repository: Path) -> None:
    trap = repository / "trap.sh"
    trap.write_text(f"#!/bin/sh\ntouch '{repository / 'sprung'}'\n")
    trap.chmod(0o755)
    with (repository / ".git" / "config").open("a") as config:
        config.write(f"[core]\n\tfsmonitor = {trap}\n")
    assert git.tracked(repository) is not None
    assert git.commit_time(repository) == WHEN
    assert not (repository / "sprung").exists()
