"""Breakages of the engine's arithmetic, and the tests that catch each: ``python bench/mutations.py``.

Every breakage is made in a copy of the package, the engine's tests run against the copy, and the first tests that fail
are named.  Exits 1 when a breakage goes unnoticed, or when the tests fail without any.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
TESTS = ("tests/engine",)


@dataclass(frozen=True)
class Breakage:
    """A change of one place in the source."""

    name: str
    file: str
    old: str
    new: str


BREAKAGES = (
    Breakage("sign of the message", "arithmetic.py", "np.log1p(tau * (s - f) * e", "np.log1p(tau * (f - s) * e"),
    Breakage("calibration of the table", "arithmetic.py", "ref / (1 - pi + pi * e)", "ref / (pi + (1 - pi) * e)"),
    Breakage("limit of the conditionals", "arithmetic.py", "CONDITIONAL_LIMIT = 0.99", "CONDITIONAL_LIMIT = 0.999"),
    Breakage("reliability transform", "arithmetic.py", "np.log(t) - x", "np.log(t) - 0.9 * x"),
    Breakage("cap of a root", "arithmetic.py", "np.log(t + fault) - np.log(fault)", "np.log(t + fault) - np.log(t)"),
    Breakage("overlap within a cluster", "arithmetic.py", "k / (1 + (k - 1) * d) - before", "k / (1 + k * d) - before"),
    Breakage("failed reasons count", "arithmetic.py", "np.where(both | (mu * m > 0), mu, 0.0)", "mu"),
    Breakage(
        "undercuts act at their base rate",
        "sweep.py",
        "(ar.sigmoid(state.log_odds[node]) - pi) / (1 - pi)",
        "ar.sigmoid(state.log_odds[node])",
    ),
    Breakage(
        "undercuts of undercuts ignored",
        "sweep.py",
        "x.inputs.kill[here] * state.undercut_tau[here] * state.active[here]",
        "x.inputs.kill[here] * state.active[here]",
    ),
    Breakage(
        "answers do not compete",
        "sweep.py",
        "log_odds = ar.answers(log_prior, own + shift)",
        "log_odds = base + own + shift",
    ),
    Breakage("testimony does not overlap", "sweep.py", "TESTIMONY_DEPENDENCE)", "0.0)"),
    Breakage(
        "roots of a lineage independent",
        "sweep.py",
        "net.cluster_dependence[group]",
        "0.0 * net.cluster_dependence[group]",
    ),
    Breakage("shared evidence counted twice", "conserve.py", "if change.any():", "if False:"),
    Breakage(
        "roots without a cap in flows", "flow.py", "self.node(v, self.caps.root[root])", "self.node(v, self.free)"
    ),
    Breakage(
        "reasons pass on more than they have",
        "flow.py",
        "self.node(v, np.maximum(gathered * side, 0))",
        "self.node(v, self.free)",
    ),
    Breakage(
        "echo on a cycle",
        "cycles.py",
        "for r in self.inner(c) if r not in on]",
        "for r in self.inner(c) if r not in unit]",
    ),
)


def failures(folder: Path) -> list[str]:
    """Names of the first tests that fail in a copy of package and tests."""
    env = {**os.environ, "PYTHONDONTWRITEBYTECODE": "1"}
    command = [sys.executable, "-m", "pytest", "-q", "--maxfail=3", "-p", "no:cacheprovider", "--no-header", *TESTS]
    done = subprocess.run(command, cwd=folder, env=env, capture_output=True, text=True, check=False)
    found = re.findall(r"^(?:FAILED|ERROR) (\S+)", done.stdout, re.MULTILINE)
    if done.returncode != 0 and not found:
        found = [(done.stdout.strip().splitlines() or ["no output"])[-1]]
    return found


def main() -> int:
    """Run every breakage; returns the exit code."""
    unnoticed = 0
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder)
        for name in ("kb", "tests"):
            shutil.copytree(ROOT / name, copy / name, ignore=shutil.ignore_patterns("__pycache__"))
        shutil.copy(ROOT / "pyproject.toml", copy)
        clean = failures(copy)
        print(f"{'no breakage':<40} {'ok' if not clean else 'FAILS: ' + ', '.join(clean)}")
        if clean:
            return 1
        for breakage in BREAKAGES:
            path = copy / "kb" / "engine" / breakage.file
            text = path.read_text()
            if breakage.old not in text:
                print(f"{breakage.name:<40} the source has changed: {breakage.old!r} is not in {breakage.file}")
                unnoticed += 1
                continue
            path.write_text(text.replace(breakage.old, breakage.new, 1))
            caught = failures(copy)
            path.write_text(text)
            unnoticed += not caught
            print(f"{breakage.name:<40} {'caught by ' + ', '.join(caught) if caught else 'UNNOTICED'}", flush=True)
    return 1 if unnoticed else 0


if __name__ == "__main__":
    sys.exit(main())
