"""Time `kb history` on the founding debate with 500 commits, cold and warm: `python bench/history.py [COMMITS]`.

Each commit changes the strength of one link, or adds an item of evidence beside one that is there.  Needs git.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).parent.parent
WORDS = ("negligible", "slight", "moderate", "strong")
CLAIM = "most-algorithmic-progress-is-data-progress"


def git(folder: Path, *arguments: str) -> None:
    settings = ("-c", "user.name=bench", "-c", "user.email=bench@example.org", "-c", "gc.auto=0")
    subprocess.run(("git", *settings, *arguments), cwd=folder, check=True, capture_output=True)


def prepare(folder: Path, commits: int) -> None:
    """A repository whose records change in so many commits."""
    shutil.copytree(ROOT / "claims", folder / "claims")
    git(folder, "init", "-q")
    git(folder, "add", "-A")
    git(folder, "commit", "-qm", "founding debate")
    items = sorted(p for p in (folder / "claims").glob("*/*.yaml") if "kind: evidence" in p.read_text("utf-8"))
    for n in range(commits - 1):
        path = items[n * 37 % len(items)]
        text = path.read_text("utf-8")
        if n % 3 == 0:
            path.with_name(f"{path.stem[:60]}-again-{n}.yaml").write_text(text, "utf-8")
        else:
            other = WORDS[n % len(WORDS)]
            path.write_text(re.sub(r"strength: [a-z ]+\n", f"strength: {other}\n", text, count=1) + f"# {n}\n", "utf-8")
        git(folder, "add", "-A")
        git(folder, "commit", "-qm", f"change {n}")


def main() -> None:
    """Print a table of seconds."""
    commits = int(sys.argv[1]) if len(sys.argv) > 1 else 500
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        prepare(folder, commits)
        print(f"{commits} commits, {sum(1 for _ in (folder / 'claims').glob('*/*.yaml'))} files")
        for name in ("cold", "warm"):
            start, before = time.perf_counter(), os.times()
            command = [sys.executable, "-m", "kb.cli", "history", CLAIM, "--json"]
            done = subprocess.run(command, cwd=folder, env={**os.environ, "PYTHONPATH": str(ROOT)}, capture_output=True)
            wall, after = time.perf_counter() - start, os.times()
            cpu = after.children_user + after.children_system - before.children_user - before.children_system
            assert done.returncode == 0, done.stderr.decode()
            print(f"{name:>6}  {wall:6.1f} s wall  {cpu:6.1f} s processor  {len(done.stdout):>8,} bytes")


if __name__ == "__main__":
    main()
