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
        if self._owners is None:
            self._owners = _owners(self._of)
        owners = self._owners
        if any(_keys(pairs[id]) != _keys(before[id]) for id in pairs):
            moved = _moved(owners, pairs, before)
            if moved is None:
                kept = self.groups
                found.groups = MappingProxyType(
                    {key: old if (old := kept.get(key)) == new else new for key, new in _grouped(found._of).items()}
                )
                return found
            owners = owners | moved
        found._owners = owners
        groups = dict(self.groups)
        for key in _other(pairs, before):
            values = tuple(value for id in owners[key] for k, value in found._of[id] if k == key)
            groups[key] = groups[key] if groups[key] == values else values
        found.groups = MappingProxyType(groups)
        return found


def _moved(
    owners: Mapping[K, tuple[str, ...]],
    pairs: Mapping[str, tuple[tuple[K, V], ...]],
    before: Mapping[str, tuple[tuple[K, V], ...]],
) -> dict[K, tuple[str, ...]] | None:
    """Keys that edited records begin or cease to give to, with all who give to them now.

    ``None`` where the keys stand in another order than before, which is that in which they are first given.
    """
    found: dict[K, tuple[str, ...]] = {}
    for key in {key for id in pairs for key in {*_keys(pairs[id])} ^ {*_keys(before[id])}}:
        old = owners.get(key, ())
        new = sorted({id for id in old if id not in pairs} | {id for id in pairs if key in _keys(pairs[id])})
        if not old or not new or old[0] != new[0]:
            return None
        found[key] = tuple(new)
    for id in pairs:
        first = [key for key in dict.fromkeys(_keys(before[id])) if owners[key][0] == id]
        if first != [key for key in dict.fromkeys(_keys(pairs[id])) if owners[key][0] == id]:
            return None
    return found


def _other(pairs: Mapping[str, tuple[tuple[K, V], ...]], before: Mapping[str, tuple[tuple[K, V], ...]]) -> set[K]:
    """Keys to which edited records give other values than before."""
    found: set[K] = set()
    for id in pairs:
        now, then = _by_key(pairs[id]), _by_key(before[id])
        found.update(key for key in now.keys() | then.keys() if now.get(key) != then.get(key))
    return found


def _by_key(pairs: Iterable[tuple[K, V]]) -> dict[K, list[V]]:
    found: dict[K, list[V]] = {}
    for key, value in pairs:
        found.setdefault(key, []).append(value)
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
