"""Work in a second process: the same result, whatever happens to the process, and nothing is left of it."""

from __future__ import annotations

import multiprocessing
import os
import threading
import time
from pathlib import Path

import pytest

from kb.processes import beside, processes

several = pytest.mark.skipif("fork" not in multiprocessing.get_all_start_methods(), reason="processes have no copies")


@pytest.fixture
def two(monkeypatch: pytest.MonkeyPatch) -> None:
    """As where there are two processors and no threads, whatever other tests left running."""
    monkeypatch.setattr("kb.processes.processes", lambda: 2)


@several
def test_work_is_done_in_another_process_while_the_caller_goes_on(two: None) -> None:
    with beside(os.getpid) as result:
        assert result() != os.getpid()


@several
def test_work_that_fails_there_is_done_again_here(two: None) -> None:
    here = os.getpid()

    def work() -> int:
        if os.getpid() != here:
            raise ValueError("not here")
        return here

    with beside(work) as result:
        assert result() == here


def test_what_is_wrong_with_the_work_is_told_here() -> None:
    def work() -> int:
        raise ValueError("wrong everywhere")

    with beside(work) as result, pytest.raises(ValueError, match="wrong everywhere"):
        result()


@several
def test_nothing_is_left_of_work_that_nobody_waits_for(two: None, tmp_path: Path) -> None:
    def work() -> None:
        time.sleep(60)
        (tmp_path / "late").touch()

    start = time.monotonic()
    with beside(work):
        assert multiprocessing.active_children()
    assert not multiprocessing.active_children()
    assert time.monotonic() - start < 30
    assert not list(tmp_path.iterdir())


def test_one_process_is_used_where_this_one_runs_threads() -> None:
    done = threading.Event()
    thread = threading.Thread(target=done.wait)
    thread.start()
    try:
        assert processes() == 1
        with beside(os.getpid) as result:
            assert result() == os.getpid()
    finally:
        done.set()
        thread.join()
