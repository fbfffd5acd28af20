"""Answers that remember what they were made from, so that after an edit only those that can differ are made again.

Three sorts of answers:

* a *fact* is read from the records or the engine, and read again at each revision;
* a *result* is made by asking for facts and other results, all of which are noted while it is made; it is made again
  when one of them differs, and those who asked for it are not troubled when it comes out as before;
* a *piece* is what somebody put away to use again; it lasts until something that it was made from differs.

Dependencies are observed, never declared, so none can be forgotten.  Every fact is read again at every revision, and
compared; facts of one sort are read together from one place (:class:`Facts`), so that this costs little, and a lookup
that is put together piece by piece (:class:`Gathered`) is put together again only from the pieces that differ.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable
from typing import Any

from kb.pages.answer import NOTHING, Answer, same
from kb.pages.lookups import Facts, Gathered, Pairs

__all__ = ["NOTHING", "Answer", "Recall"]


class Recall:
    """All answers of one subject through its revisions.

    Args:
        subject: what every maker of a result is given first.
    """

    def __init__(self, subject: object) -> None:
        self._subject = subject
        self.revision = 0
        self._answers: dict[Hashable, Answer] = {}
        self._sorts: dict[Hashable, Facts] = {}
        self._gathered: dict[Callable[..., Any], Gathered] = {}
        self._open: list[list[Answer]] = []

    def fact(self, key: Hashable, read: Callable[[], Any]) -> Any:
        """Something read from the records or the engine that is of no sort with others.

        Args:
            key: tells it from every other fact.
            read: reads it as it is at any later revision too; what it raises is remembered and raised.
        """
        return self.facts(key, lambda: lambda _: read()).ask(None)

    def facts(self, name: Hashable, begin: Callable[[], Callable[[Any], Any]]) -> Facts:
        """Facts of one sort.

        Args:
            name: tells this sort from every other.
            begin: called once a revision; returns what reads the fact of a key as it is now.
        """
        found = self._sorts.get(name)
        if found is None:
            found = self._sorts[name] = Facts(self, begin)
        return found

    def gathered(self, make: Callable[..., Iterable[tuple[Hashable, Any]]], over: Callable[[], Iterable[str]]) -> Facts:
        """A lookup put together from what ``make(subject, id)`` gives, each a result.

        Args:
            make: gives (key, value) pairs; may not ask for another lookup that is gathered.
            over: the ids of the present revision.

        Returns:
            Key to its values in order of the ids, ``None`` where there are none.

        Raises:
            RuntimeError: ``make`` asked for a lookup that is gathered.
        """
        found = self._gathered.get(make)
        if found is None:
            if any(gathered.at_work for gathered in self._gathered.values()):
                raise RuntimeError("a lookup that is gathered cannot rest on another one")
            found = self._gathered[make] = Gathered(self, make, over)
            found.renew()
        return found.facts

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
            self.note(found)
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
        self.note(found)

    def renew(self) -> None:
        """Begin a revision: read all facts again and doubt every answer that rests on one that differs."""
        self._sweep()
        self.revision += 1
        for facts in self._sorts.values():
            facts.renew()
        for gathered in self._gathered.values():
            gathered.renew()

    def wrong(self, anew: object, alike: Callable[[Any, Any], bool] = same) -> list[Hashable]:
        """Facts that are not what reading them gives, and lookups that another subject would not give; for tests.

        Args:
            anew: a subject of the present revision that remembers nothing.
            alike: whether two values are the same.
        """
        return [
            *((name, key) for name, facts in self._sorts.items() for key in facts.wrong(alike)),
            *(make for make, gathered in self._gathered.items() if gathered.is_wrong(anew, alike)),
        ]

    def rows(self, make: Callable[..., Any], ids: Iterable[str], rows: dict[str, Answer]) -> dict[str, Pairs | None]:
        """Bring the results of ``make(subject, id)`` up to date, for nobody who is being made.

        Args:
            make: gives pairs.
            ids: every id.
            rows: id to result, of the last revision; brought up to date.

        Returns:
            Ids whose result differs from the last revision's, with what it gives now, ``None`` for one that is gone.
        """
        changed: dict[str, Pairs | None] = {}
        self._open.append([])
        try:
            wanted = set(ids)
            for id in rows.keys() - wanted:
                del rows[id]
                self.forget(_tuple_of, make, id)
                changed[id] = None
            for id in sorted(wanted - rows.keys()):
                rows[id] = self._result(_tuple_of, (make, id))
                rows[id].kept = True
                changed[id] = rows[id].value
            for id, row in rows.items():
                if row.doubtful:
                    self._settle(row)
                    if row.changed == self.revision:
                        changed[id] = row.value
        finally:
            self._open.pop()
        return changed

    def _result(self, make: Callable[..., Any], args: tuple[Hashable, ...]) -> Answer:
        key = (make, args)
        found = self._answers.get(key)
        if found is None:
            found = Answer(key, lambda: make(self._subject, *args))
            self._make(found)
            self._answers[key] = found
        else:
            self._settle(found)
        self.note(found)
        return found

    def note(self, found: Answer) -> None:
        """Write down that whoever is being made asked for an answer."""
        if self._open:
            self._open[-1].append(found)

    @staticmethod
    def doubt(changed: Answer) -> None:
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
        for name in [name for name, facts in self._sorts.items() if not facts.sweep()]:
            del self._sorts[name]


def _tuple_of(subject: object, make: Callable[..., Iterable[tuple[Hashable, Any]]], id: str) -> Pairs:
    return tuple(make(subject, id))
