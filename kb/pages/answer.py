"""An answer with what it was made from, and when two of them are the same; see :mod:`kb.pages.recall`."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import Any


class _Nothing:
    """Stands for a value that is not known, and differs from every other."""


NOTHING: Any = _Nothing()


class Failed:
    """A question that ended in an exception, which is an answer too; it differs from every other."""

    def __init__(self, error: Exception) -> None:
        self.error = error


class Answer:
    """A value with what it was made from and who used it.

    Attributes:
        make: makes the value; ``None`` for a piece.
        value: the value, ``NOTHING`` when it is no longer known.
        asked: the answers it was made from, in the order in which they were first asked for.
        users: the answers that were made from it.
        changed: the revision at which the value last differed.
        checked: the revision at which it was last known to be right.
        doubtful: whether something that it was made from, at any distance, has changed since.
        fact, kept: whether it is a fact; whether it stays when nobody uses it.
    """

    __slots__ = ("asked", "changed", "checked", "doubtful", "fact", "kept", "key", "make", "users", "value")

    def __init__(self, key: Hashable, make: Callable[[], Any] | None, *, fact: bool = False) -> None:
        self.key = key
        self.make = make
        self.value: Any = NOTHING
        self.asked: tuple[Answer, ...] = ()
        self.users: set[Answer] = set()
        self.changed = self.checked = -1
        self.doubtful = False
        self.fact = fact
        self.kept = False


def same(a: Any, b: Any) -> bool:
    """Whether two values are equal and of one type; when in doubt they are not."""
    if a is b:
        return a is not NOTHING
    if type(a) is not type(b) or isinstance(a, Failed):
        return False
    try:
        return bool(a == b)
    except Exception:
        return False
