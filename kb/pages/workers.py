"""Making the parts of a large site in several processes: the same bytes, in less time."""

from __future__ import annotations

import gc
import multiprocessing
import os
import threading
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor

from kb.pages import turning
from kb.pages.build import Part, Rendering
from kb.pages.moves import moves_by_item, moves_by_root
from kb.pages.render import compile_all

WORTH_IT = 500
"""Parts from which several processes save time."""
BLOCK = 50
"""Parts that lie side by side share sums and references; so many of them go to one process."""

Write = Callable[[str, bytes], None]
_work: Callable[[int], None] | None = None
"""What a process does with a block; inherited, for a site is too large to be sent."""


def make(rendering: Rendering, exports: Mapping[str, bytes], write: Write) -> None:
    """Make every part of a site.

    Args:
        rendering: how parts become files.
        exports: name to content of the exports.
        write: takes a path below the root of the site and bytes; may run in another process.

    Raises:
        FrameError: a hand-written page does not fit.
        OSError: ``write`` could not write.
    """
    parts = list(rendering.parts(exports))
    count = processes() if len(parts) >= WORTH_IT else 1
    if count == 1:
        _make(rendering, parts, write)
        return
    _prepare(rendering)

    def work(start: int) -> None:
        _make(rendering, parts[start : start + BLOCK], write)

    global _work
    _work = work
    gc.freeze()  # what is here lives to the end: nobody looks through it for garbage, nor copies it by looking
    try:
        with ProcessPoolExecutor(count, multiprocessing.get_context("fork")) as pool:
            for done in [pool.submit(_block, start) for start in range(0, len(parts), BLOCK)]:
                done.result()
    finally:
        _work = None
        gc.unfreeze()


def processes() -> int:
    """How many processes may be used: one where the system cannot copy this one, or it runs threads."""
    if "fork" not in multiprocessing.get_all_start_methods() or threading.active_count() > 1:
        return 1
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _prepare(rendering: Rendering) -> None:
    """Look up once what every process would look up for itself."""
    compile_all()
    site = rendering.site
    for id in site.credences:
        site.explain(id)
    site.table(moves_by_root)
    site.table(moves_by_item)
    if turning.is_small(site):
        for id in site.credences:
            site.assessment.cruxes(id)
        _ = site.assessment.impacts
    for name in ("elsewhere", "backlinks", "in_topic", "drawn_by", "undercut_items"):
        getattr(site, name)


def _make(rendering: Rendering, parts: Sequence[Part], write: Write) -> None:
    for part in parts:
        for path, data in rendering.files(part):
            write(path, data)


def _block(start: int) -> None:
    assert _work is not None
    _work(start)
