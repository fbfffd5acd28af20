"""Lookups that are put together record by record, so that an edit changes them only where it touches them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from types import MappingProxyType
from typing import Generic, TypeVar

K = TypeVar("K")
R = TypeVar("R")
V = TypeVar("V")


class Grouping(Generic[R, K, V]):
    """Key to the values that records give it, in order of the records' ids.

    What a record gives may rest on nothing but the record: ``make`` is shown nothing else.

    Args:
        make: record to its (key, value) pairs.
        records: (id, record) in order of id.

    Attributes:
        groups: the lookup; its keys stand in the order in which they are first given.
    """

    def __init__(self, make: Callable[[R], Iterable[tuple[K, V]]], records: Iterable[tuple[str, R]] = ()) -> None:
        self._make = make
        self._of = {id: pairs for id, record in records if (pairs := tuple(make(record)))}
        self._owners: dict[K, tuple[str, ...]] | None = None
        self.groups: Mapping[K, tuple[V, ...]] = _grouped(self._of)

    def values(self) -> Iterator[V]:
        """Every value, record by record."""
        return (value for id in sorted(self._of) for _, value in self._of[id])

    def after(self, changed: Mapping[str, R | None]) -> Grouping[R, K, V]:
        """The lookup after an edit: equal to one made anew, and where the edit gives nothing new, the same objects.

        Args:
            changed: id to the record as it is now, ``None`` where there is none any more.
        """
        pairs = {id: tuple(self._make(record)) if record is not None else () for id, record in changed.items()}
        before = {id: self._of.get(id, ()) for id in pairs}
        if pairs == before:
            return self
        found: Grouping[R, K, V] = Grouping(self._make)
        found._of = self._of | pairs
        for id, given in pairs.items():
            if not given:
                del found._of[id]
        if any(_keys(pairs[id]) != _keys(before[id]) for id in pairs):  # who gives to a key, or the keys' order
            found.groups = _grouped(found._of)
            kept = {key: self.groups.get(key) for key in found.groups}
            found.groups = MappingProxyType(
                {key: old if (old := kept[key]) == values else values for key, values in found.groups.items()}
            )
            return found
        owners = found._owners = self._owners if self._owners is not None else _owners(self._of)
        groups = dict(self.groups)
        for key in {key for given in pairs.values() for key in _keys(given)}:
            values = tuple(value for id in owners[key] for k, value in found._of[id] if k == key)
            groups[key] = groups[key] if groups[key] == values else values
        found.groups = MappingProxyType(groups)
        return found


def _keys(pairs: Iterable[tuple[K, V]]) -> tuple[K, ...]:
    return tuple(key for key, _ in pairs)


def _grouped(of: Mapping[str, tuple[tuple[K, V], ...]]) -> Mapping[K, tuple[V, ...]]:
    """Key to the values that are given to it, in order of the givers' ids."""
    found: dict[K, list[V]] = {}
    for id in sorted(of):
        for key, value in of[id]:
            found.setdefault(key, []).append(value)
    return MappingProxyType({key: tuple(values) for key, values in found.items()})


def _owners(of: Mapping[str, tuple[tuple[K, V], ...]]) -> dict[K, tuple[str, ...]]:
    """Key to the ids of those who give to it, sorted."""
    found: dict[K, list[str]] = {}
    for id in sorted(of):
        for key in dict.fromkeys(_keys(of[id])):
            found.setdefault(key, []).append(id)
    return {key: tuple(ids) for key, ids in found.items()}
