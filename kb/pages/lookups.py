"""Facts of one sort, read together, and lookups that are put together piece by piece; see :mod:`kb.pages.recall`."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable
from typing import TYPE_CHECKING, Any

from kb.grouping import Grouping
from kb.pages.answer import Answer, Failed, same

if TYPE_CHECKING:
    from kb.pages.recall import Recall

Pairs = tuple[tuple[Hashable, Any], ...]


class Facts:
    """Facts of one sort, each by its key; see :meth:`Recall.facts`."""

    def __init__(self, recall: Recall, begin: Callable[[], Callable[[Any], Any]]) -> None:
        self._recall = recall
        self._begin = begin
        self._read = begin()
        self._facts: dict[Any, Answer] = {}

    def ask(self, key: Any) -> Any:
        """The fact of a key; what reading it raises is remembered and raised."""
        found = self._facts.get(key)
        if found is None:
            found = self._facts[key] = Answer(key, None, fact=True)
            found.value = self._now(key)
            found.changed = self._recall.revision
        self._recall.note(found)
        if isinstance(found.value, Failed):
            raise found.value.error
        return found.value

    def renew(self) -> None:
        """Read all facts again."""
        self._read = self._begin()
        now = self._now
        for key, fact in self._facts.items():
            value = now(key)
            if value is not fact.value and not same(fact.value, value):
                fact.value = value
                fact.changed = self._recall.revision
                self._recall.doubt(fact)

    def _now(self, key: Any) -> Any:
        try:
            return self._read(key)
        except Exception as error:
            return Failed(error)

    def sweep(self) -> bool:
        """Drop facts that nobody uses; whether any are left."""
        self._facts = {key: fact for key, fact in self._facts.items() if fact.users}
        return bool(self._facts)

    def wrong(self, alike: Callable[[Any, Any], bool]) -> list[Hashable]:
        """Keys whose fact is not what reading it gives."""
        read = self._begin()
        found = []
        for key, fact in self._facts.items():
            try:
                value: Any = read(key)
            except Exception as error:
                value = Failed(error)
            failed = isinstance(value, Failed) and isinstance(fact.value, Failed)
            if not failed and not alike(fact.value, value):
                found.append(key)
        return found


class Gathered:
    """A lookup put together from results; see :meth:`Recall.gathered`.

    Attributes:
        facts: what each key leads to.
        at_work: whether its results are being made.
    """

    def __init__(self, recall: Recall, make: Callable[..., Any], over: Callable[[], Iterable[str]]) -> None:
        self._recall = recall
        self._make = make
        self._over = over
        self._rows: dict[str, Answer] = {}
        self._grouping: Grouping[Pairs, Hashable, Any] = Grouping(_as_given)
        self.facts = Facts(recall, lambda: self._grouping.groups.get)
        self.at_work = False

    def renew(self) -> None:
        """Make the results that can differ again, and read the facts that rest on them."""
        self.at_work = True
        try:
            changed = self._recall.rows(self._make, self._over(), self._rows)
        finally:
            self.at_work = False
        if len(changed) > len(self._rows) // 2:
            self._grouping = Grouping(_as_given, ((id, self._rows[id].value) for id in sorted(self._rows)))
        elif changed:
            self._grouping = self._grouping.after(changed)
        self.facts.renew()

    def is_wrong(self, anew: object, alike: Callable[[Any, Any], bool]) -> bool:
        """Whether the lookup is not what another subject gives, or a fact not what the lookup holds."""
        given: Grouping[str, Hashable, Any] = Grouping(
            lambda id: self._make(anew, id), ((id, id) for id in sorted(self._over()))
        )
        mine = self._grouping.groups
        return not alike(list(given.groups.items()), list(mine.items())) or bool(self.facts.wrong(alike))


def _as_given(pairs: Pairs) -> Pairs:
    return pairs
