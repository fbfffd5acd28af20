"""Rules that look at each record by itself, run again after an edit only where something that they read differs.

Which other records such a rule looks up is observed, never declared.  That it looks at each record by itself is said
by its reporter (``alone``), and ``tests/test_rules.py`` holds it to that.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, cast

from kb import models as m
from kb.corpus import Corpus, Entry
from kb.errors import Finding


class One:
    """One record among all others: a corpus that lists this one alone, and notes what else is looked up in it.

    Attributes:
        asked: ids and old ids that were looked up.
        everything: whether something was asked that could rest on any record.
    """

    def __init__(self, whole: Corpus, entry: Entry) -> None:
        self._whole = whole
        self._entry = entry
        self.asked: set[str] = set()
        self.everything = False

    @property
    def whole(self) -> Corpus:
        """All records."""
        self.everything = True
        return self._whole

    @property
    def entries(self) -> One:
        """The records by their present ids."""
        return self

    def __iter__(self) -> Iterator[Entry]:
        yield self._entry

    def of(self, kind: type[m.Record], *, active: bool = False) -> Iterator[tuple[str, m.Record]]:
        """See :meth:`Corpus.of`."""
        if isinstance(self._entry.record, kind) and (self._entry.record.active or not active):
            yield self._entry.id, self._entry.record

    def find(self, id: str) -> Entry | None:
        """See :meth:`Corpus.find`."""
        found = self._whole.find(id)
        self.asked |= {id} if found is None else {id, found.id}
        return found

    def get(self, id: str) -> Entry | None:
        """The record that has this id now."""
        self.asked.add(id)
        return self._whole.entries.get(id)

    def __contains__(self, id: object) -> bool:
        return self.get(cast(str, id)) is not None

    def __getitem__(self, id: str) -> Entry:
        return self.find(id) or self.whole[id]

    def root_of(self, item: m.Evidence) -> str | None:
        """See :meth:`Corpus.root_of`."""
        return self._whole.root_of(item)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.whole, name)


Check = Callable[[Corpus], Iterable[Finding]]


class Checked:
    """What rules found in each record by itself."""

    def __init__(self) -> None:
        self._corpus = Corpus(())
        self._found: dict[str, tuple[Finding, ...]] = {}
        self._askers: dict[str, set[str]] = {}
        self._of_everything: set[str] = set()

    def __call__(self, corpus: Corpus, checks: Sequence[Check]) -> tuple[Finding, ...]:
        """All findings of some rules, the same at each call; what one of them raises is raised."""
        differs = set(corpus.changed(self._corpus))
        old, new = self._corpus.aliases, corpus.aliases
        if old != new:
            differs |= {alias for alias in {*old, *new} if old.get(alias) != new.get(alias)}
        if not len(self._corpus):  # at first, or after a rule failed
            self._found, self._askers, self._of_everything = {}, {}, set()
        self._corpus = Corpus(())  # in case one fails now
        again = {id for id in differs if id in corpus}.union(*(self._askers.get(id, ()) for id in differs))
        for id in differs:
            self._found.pop(id, None)
        for id in again | self._of_everything:
            entry = corpus.entries.get(id)
            if entry is None:
                self._of_everything.discard(id)
                continue
            one = One(corpus, entry)
            found = tuple(finding for check in checks for finding in check(cast(Corpus, one)))
            if found:
                self._found[id] = found
            else:
                self._found.pop(id, None)
            for asked in one.asked:
                self._askers.setdefault(asked, set()).add(id)
            if one.everything:
                self._of_everything.add(id)
            else:
                self._of_everything.discard(id)
        self._corpus = corpus
        return tuple(finding for found in self._found.values() for finding in found)
