"""Paths and types that the tests share; fixtures are in conftest.py."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parent.parent
TESTS = ROOT / "tests"
CLOCK = TESTS / "corpora" / "good" / "clock"
GOLDEN = TESTS / "golden"


class Ran(NamedTuple):
    """What a command left behind."""

    code: int
    out: str
    err: str


Kb = Callable[..., Ran]
