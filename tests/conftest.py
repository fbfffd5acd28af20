"""What the tests share: the example records, a way to run ``kb`` in this process, and golden files."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import settings
from support import CLOCK, GOLDEN, Kb, Ran

from kb.engine import Assessment, assess
from kb.load import load

# a busy machine must not fail a test, and a run for others must be the same twice
settings.register_profile("counterpoise", deadline=None, derandomize=os.environ.get("CI") == "true")
settings.load_profile("counterpoise")


@pytest.fixture(scope="session")
def clock() -> Assessment:
    """A small set of records with every kind in it, assessed."""
    loaded = load(CLOCK)
    assert not loaded.findings, loaded.findings
    return assess(loaded.corpus)


@pytest.fixture
def clock_copy(tmp_path: Path) -> Path:
    """The example records in a folder of their own, to be edited."""
    return Path(shutil.copytree(CLOCK, tmp_path / "claims"))


@pytest.fixture
def kb(capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Kb:
    """Run ``kb`` with these arguments in this process."""

    def run(*arguments: str | Path) -> Ran:
        from kb.cli import main

        monkeypatch.setattr(sys, "argv", ["kb", *map(str, arguments)])
        code = 0
        try:
            main()
        except SystemExit as left:
            code = left.code if isinstance(left.code, int) else int(left.code is not None)
        out, err = capfd.readouterr()
        return Ran(code, out, err)

    return run


@pytest.fixture
def golden() -> Callable[[str, bytes], None]:
    """Compare bytes with a committed file; ``KB_GOLDEN=write`` writes it anew."""

    def compare(name: str, made: bytes) -> None:
        path = GOLDEN / name
        if os.environ.get("KB_GOLDEN") == "write":
            path.write_bytes(made)
        assert path.exists(), f"tests/golden/{name} is missing: KB_GOLDEN=write make test"
        assert made.decode() == path.read_bytes().decode(), f"{name} differs; if it should: KB_GOLDEN=write make test"

    return compare
