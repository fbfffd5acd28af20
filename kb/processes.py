"""A second process for work that need not be waited for."""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import threading
from collections.abc import Callable, Iterator
from multiprocessing.connection import Connection
from typing import TypeVar

T = TypeVar("T")


def processes() -> int:
    """How many processes may be used: one where the system cannot copy this one, or it runs threads."""
    if "fork" not in multiprocessing.get_all_start_methods() or threading.active_count() > 1:
        return 1
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


@contextlib.contextmanager
def beside(work: Callable[[], T]) -> Iterator[Callable[[], T]]:
    """Let a copy of this process do something while the caller goes on.

    Args:
        work: returns what can be sent from process to process, and changes nothing.  It is done again here, where the
            caller asks for it, when there is only one processor or the other process fails.

    Returns:
        What waits for the result and returns it.
    """
    if processes() == 1:
        yield work
        return
    context = multiprocessing.get_context("fork")
    receiver, sender = context.Pipe(duplex=False)
    process = context.Process(target=_send, args=(work, sender), daemon=True)
    process.start()
    sender.close()

    def result() -> T:
        try:
            found: T = receiver.recv()
        except EOFError:
            return work()
        return found

    try:
        yield result
    finally:
        process.kill()
        process.join()
        receiver.close()


def _send(work: Callable[[], object], sender: Connection) -> None:
    with contextlib.suppress(BaseException):  # whoever waits does it again, and sees what is wrong
        sender.send(work())
