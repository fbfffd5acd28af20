"""Answers that remember what they were made from, so that after an edit only those that can differ are made again.

Three sorts of answers:

* a *fact* is read from the records or the engine, and read again at each revision;
* a *result* is made by asking for facts and other results, all of which are noted while it is made; it is made again
  when one of them differs, and those who asked for it are not troubled when it comes out as before;
* a *piece* is what somebody put away to use again; it lasts until something that it was made from differs.

Dependencies are observed, never declared, so none can be forgotten.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import Any


class _Nothing:
    """Stands for a value that is not known, and differs from every other."""


NOTHING: Any = _Nothing()


class _Failed:
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


class Recall:
    """All answers of one subject through its revisions.

    Args:
        subject: what every maker of a result is given first.
    """

    def __init__(self, subject: object) -> None:
        self._subject = subject
        self.revision = 0
        self._answers: dict[Hashable, Answer] = {}
        self._facts: dict[Hashable, Answer] = {}
        self._open: list[list[Answer]] = []

    def fact(self, key: Hashable, read: Callable[[], Any]) -> Any:
        """Something read from the records or the engine.

        Args:
            key: tells it from every other fact.
            read: reads it as it is at any later revision too; what it raises is remembered and raised.
        """
        found = self._facts.get(key)
        if found is None:
            found = self._facts[key] = Answer(key, read, fact=True)
            self._read(found)
        self._note(found)
        if isinstance(found.value, _Failed):
            raise found.value.error
        return found.value

    def result(self, make: Callable[..., Any], *args: Hashable) -> Any:
        """The value of ``make(subject, *args)``, which asks for all it needs through this object."""
        return self._result(make, args).value

    def page(self, make: Callable[..., Any], *args: Hashable) -> tuple[Any, bool]:
        """A result that is kept until :meth:`forget`, and whether it was made at this revision."""
        found = self._result(make, args)
        found.kept = True
        return found.value, found.changed == self.revision

    def forget(self, make: Callable[..., Any], *args: Hashable) -> None:
        """Drop a page that is no longer wanted."""
        found = self._answers.pop((make, args), None)
        if found is not None:
            self._release(found)

    def piece(self, key: Hashable) -> Any:
        """What was put away under a key and still holds, or ``NOTHING``: then put it away once it is made."""
        found = self._answers.get(key)
        if found is None:
            return NOTHING
        self._settle(found)
        if found.value is not NOTHING:
            self._note(found)
        return found.value

    def put_away(self, key: Hashable, value: Any) -> None:
        """Keep a piece, made from anything that was asked for so far by the answer that is being made."""
        if not self._open:
            return
        found = self._answers.get(key)
        if found is None:
            found = self._answers[key] = Answer(key, None)
        self._take(found, self._open[-1])
        found.value = value
        found.changed = found.checked = self.revision
        found.doubtful = False
        self._note(found)

    def renew(self) -> None:
        """Begin a revision: read all facts again and doubt every answer that rests on one that differs."""
        self._sweep()
        self.revision += 1
        for fact in self._facts.values():
            self._read(fact)

    def _result(self, make: Callable[..., Any], args: tuple[Hashable, ...]) -> Answer:
        key = (make, args)
        found = self._answers.get(key)
        if found is None:
            found = Answer(key, lambda: make(self._subject, *args))
            self._make(found)
            self._answers[key] = found
        else:
            self._settle(found)
        self._note(found)
        return found

    def _note(self, found: Answer) -> None:
        if self._open:
            self._open[-1].append(found)

    def _read(self, fact: Answer) -> None:
        """Read a fact anew."""
        assert fact.make is not None
        try:
            value = fact.make()
        except Exception as error:
            value = _Failed(error)
        fact.checked = self.revision
        if not same(fact.value, value):
            fact.value = value
            fact.changed = self.revision
            self._doubt(fact)

    @staticmethod
    def _doubt(changed: Answer) -> None:
        """Mark everything that rests on an answer."""
        waiting = list(changed.users)
        while waiting:
            user = waiting.pop()
            if not user.doubtful:
                user.doubtful = True
                waiting += user.users

    def _settle(self, found: Answer) -> None:
        """Make sure that a result or a piece is right, making it again where something it asked for differs.

        What it asked for is looked at in the same order: what it would not ask for any more is never made.
        """
        if not found.doubtful:
            return
        for asked in found.asked:
            if not asked.fact:
                self._settle(asked)
            if asked.changed > found.checked:
                self._make(found)
                return
        found.checked = self.revision
        found.doubtful = False

    def _make(self, found: Answer) -> None:
        if found.make is None:
            value: Any = NOTHING
            self._take(found, [])
        else:
            asked: list[Answer] = []
            self._open.append(asked)
            try:
                value = found.make()
            finally:
                self._open.pop()
            self._take(found, asked)
        if not same(found.value, value):
            found.value = value
            found.changed = self.revision
        found.checked = self.revision
        found.doubtful = False

    @staticmethod
    def _take(found: Answer, asked: list[Answer]) -> None:
        """Write down what an answer was made from."""
        for old in found.asked:
            old.users.discard(found)
        found.asked = tuple(dict.fromkeys(a for a in asked if a is not found))
        for new in found.asked:
            new.users.add(found)

    def _release(self, found: Answer) -> None:
        self._take(found, [])

    def _sweep(self) -> None:
        """Drop what nobody uses any more."""
        waiting = [a for a in self._answers.values() if not a.users and not a.kept]
        while waiting:
            found = waiting.pop()
            if self._answers.pop(found.key, None) is not None:
                below = found.asked
                self._release(found)
                waiting += [a for a in below if not a.users and not a.kept and not a.fact]
        for key in [key for key, fact in self._facts.items() if not fact.users]:
            del self._facts[key]


def same(a: Any, b: Any) -> bool:
    """Whether two values are equal and of one type; when in doubt they are not."""
    if a is b:
        return a is not NOTHING
    if type(a) is not type(b) or isinstance(a, _Failed):
        return False
    try:
        return bool(a == b)
    except Exception:
        return False
