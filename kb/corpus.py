"""An immutable index of all records: who refers to whom.  Reads nothing and computes no credence."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from types import MappingProxyType
from typing import Any, TypeVar, cast

from rapidfuzz import process

from kb import models as m
from kb import vocab
from kb.errors import UnknownId
from kb.grouping import Grouping
from kb.text import Document

R = TypeVar("R", bound=m.Record)
NONE = "none"
MAX_NAME = 256
"""Bytes that the name of a file stays below."""


@dataclass(frozen=True)
class Entry:
    """One record with the place it was read from.

    Attributes:
        id: the file's stem.
        record: the validated record.
        path: file, as the user named it.
        topic: folder below the records, e.g. ``data-vs-algorithms`` or ``sources``.
        document: the file's data and line marks.
        digest: SHA-256 of the file, hexadecimal.
    """

    id: str
    record: m.Record
    path: str
    topic: str
    document: Document = field(repr=False)
    digest: str = ""

    @property
    def kind(self) -> vocab.Kind:
        """What the record is."""
        kind: vocab.Kind = self.record.get("kind")
        return kind

    @property
    def title(self) -> str:
        """The record's title, or for a position one made of its parts."""
        title: str | None = self.record.get("title")
        if title is not None:
            return title
        return f"{self.record.get('by')} {self.record.get('stance')} {self.record.get('on')}"


@dataclass(frozen=True, slots=True)
class Reason:
    """A link as it enters the graph: premises that bear on a claim, together.

    Attributes:
        source: id of the claim or argument record that carries the link.
        premises: one claim, or the linked premises of an argument.
        link: the link as written.
    """

    source: str
    premises: tuple[str, ...]
    link: m.Link


class Corpus:
    """All records, sorted by id, with the lookups that pages, rules and the engine need.

    Args:
        entries: the records.
        topics: folder name to topic.
        root: the folder the records were read from, for messages.
        unread: stems of files that exist but hold no record that could be read (``<topic>/_topic.yaml`` for topics), so
            that a reference to one of them is not called dangling.
        before: the records before an edit; lookups that were made of them are changed where the edit touches them.
    """

    def __init__(
        self,
        entries: Iterable[Entry],
        topics: Mapping[str, m.Topic] | None = None,
        root: str = "claims",
        unread: Iterable[str] = (),
        before: Corpus | None = None,
    ) -> None:
        self.entries: Mapping[str, Entry] = MappingProxyType({e.id: e for e in sorted(entries, key=lambda e: e.id)})
        self.topics: Mapping[str, m.Topic] = MappingProxyType(dict(sorted((topics or {}).items())))
        self.root = root
        self.unread = frozenset(unread)
        self._of: dict[type[m.Record], tuple[Entry, ...]] = {}
        self._groupings: dict[str, Grouping[Entry, Any, Any]] = {}
        if before is not None:
            changed = self.changed(before)
            for name, grouping in before._groupings.items():
                kinds = _LOOKUPS[name][0]
                of_kind = {
                    id: e if e is not None and isinstance(e.record, kinds) else None for id, e in changed.items()
                }
                self._groupings[name] = grouping.after(of_kind)

    def __len__(self) -> int:
        return len(self.entries)

    def __iter__(self) -> Iterator[Entry]:
        return iter(self.entries.values())

    def __contains__(self, id: object) -> bool:
        return id in self.entries

    def __getitem__(self, id: str) -> Entry:
        found = self.find(id)
        if found is None:
            raise UnknownId(id, self.nearest(id))
        return found

    def find(self, id: str) -> Entry | None:
        """The record with this id or alias, or ``None``."""
        return self.entries.get(id) or self.entries.get(self.aliases.get(id, ""))

    def record(self, id: str, kind: type[R]) -> R:
        """The record with this id, known to be of this kind.

        Raises:
            UnknownId: no such record, or one of another kind.
        """
        record = self[id].record
        if not isinstance(record, kind):
            raise UnknownId(id, ())
        return record

    def of(self, kind: type[R], *, active: bool = False) -> Iterator[tuple[str, R]]:
        """(id, record) of one kind in order of id; with ``active`` only those in force."""
        if kind not in self._of:
            of_type = self._of_type
            self._of[kind] = of_type[kind] if kind in of_type else tuple(e for e in self if isinstance(e.record, kind))
        for entry in self._of[kind]:
            if entry.record.active or not active:
                yield entry.id, cast(R, entry.record)

    @cached_property
    def _of_type(self) -> Mapping[type[m.Record], tuple[Entry, ...]]:
        found: dict[type[m.Record], list[Entry]] = {}
        for entry in self.entries.values():
            found.setdefault(type(entry.record), []).append(entry)
        return {kind: tuple(entries) for kind, entries in found.items()}

    def nearest(self, id: str, limit: int = 2) -> tuple[str, ...]:
        """Existing ids that look most like ``id``."""
        if len(id) > 200:
            return ()
        hits = process.extract(id, sorted([*self.entries, *self.aliases]), limit=limit, score_cutoff=60)
        return tuple(hit[0] for hit in hits)

    def changed(self, before: Corpus) -> dict[str, Entry | None]:
        """Ids whose record is not the one that it was in another corpus, each with its record now, or ``None``."""
        old = before.entries
        found: dict[str, Entry | None] = {id: e for id, e in self.entries.items() if old.get(id) is not e}
        return found | dict.fromkeys(old.keys() - self.entries.keys())

    def _grouped(self, name: str) -> Grouping[Entry, Any, Any]:
        """One of the lookups that are put together record by record."""
        if name not in self._groupings:
            kinds, make = _LOOKUPS[name]
            of_kind = ((e.id, e) for e in self.entries.values() if isinstance(e.record, kinds))
            self._groupings[name] = Grouping(make, of_kind)
        return self._groupings[name]

    @cached_property
    def aliases(self) -> Mapping[str, str]:
        """Old id to the id that has it now; the first in order of id wins."""
        return {alias: ids[0] for alias, ids in self._grouped("aliases").groups.items()}

    @cached_property
    def nodes(self) -> tuple[str, ...]:
        """Ids that carry a credence: claims, and undercuts with a text of their own, active ones, sorted."""
        return tuple(
            e.id
            for e in self.entries.values()
            if e.record.active
            and (isinstance(e.record, m.Claim) or (isinstance(e.record, m.Undercut) and e.record.premise is None))
        )

    @cached_property
    def node_set(self) -> frozenset[str]:
        """The same ids, to look one up."""
        return frozenset(self.nodes)

    @cached_property
    def reasons(self) -> tuple[Reason, ...]:
        """Every active link between claims, in order of the record that carries it."""
        return tuple(self._grouped("reasons_for").values())

    @property
    def reasons_for(self) -> Mapping[str, tuple[Reason, ...]]:
        """Claim to the links that bear on it."""
        return self._grouped("reasons_for").groups

    @property
    def reasons_from(self) -> Mapping[str, tuple[Reason, ...]]:
        """Claim to the links it is a premise of."""
        return self._grouped("reasons_from").groups

    @property
    def evidence_for(self) -> Mapping[str, tuple[tuple[str, m.Link | m.AnswerLikelihood], ...]]:
        """Claim, or question, to (evidence id, link) that bear on it."""
        return self._grouped("evidence_for").groups

    @cached_property
    def unvouched(self) -> Mapping[str, str]:
        """Item in force to the withdrawn source that vouched for it; such an item carries no weight."""
        found = {}
        for id, item in self.of(m.Evidence, active=True):
            root = self.root_of(item)
            source = self.find(root) if root is not None else None
            status = source.record.status if source is not None else None
            if source is not None and status is not None and status.state is vocab.State.WITHDRAWN:
                found[id] = source.id
        return found

    @property
    def undercuts_of(self) -> Mapping[tuple[str, str], tuple[str, ...]]:
        """(source, claim) of a link, or (argument, "") or (undercut, ""), to the undercuts that attack it."""
        return self._grouped("undercuts_of").groups

    @property
    def positions_on(self) -> Mapping[str, tuple[str, ...]]:
        """Record to the positions taken on it."""
        return self._grouped("positions_on").groups

    @property
    def positions_by(self) -> Mapping[str, tuple[str, ...]]:
        """Person to the positions they take."""
        return self._grouped("positions_by").groups

    @property
    def questions_of(self) -> Mapping[str, tuple[str, ...]]:
        """Claim to the questions it answers."""
        return self._grouped("questions_of").groups

    @property
    def cited_in(self) -> Mapping[str, tuple[str, ...]]:
        """Source to the records that cite a passage of it, or take it as root."""
        return self._grouped("cited_in").groups

    @property
    def named_in(self) -> Mapping[str, tuple[str, ...]]:
        """A word that could be an id, or an old one, to the records in which it stands as a value or as a key."""
        return self._grouped("named_in").groups

    @cached_property
    def digest(self) -> str:
        """SHA-256 over ids and file digests: changes when, and only when, a record does."""
        h = hashlib.sha256()
        for entry in self.entries.values():
            h.update(f"{entry.topic}/{entry.id} {entry.digest}\n".encode())
        for name, topic in self.topics.items():
            h.update(f"{name} {topic.model_dump_json()}\n".encode())
        return h.hexdigest()

    def root_of(self, item: m.Evidence) -> str | None:
        """Id of the source that vouches for an item: ``root``, or the source of its first passage."""
        return item.root or (item.seen_in[0].source if item.seen_in else None)


def passages(record: m.Record) -> Iterator[m.Passage]:
    """Every passage a record cites, those of its links included."""
    yield from record.get("seen_in", ())
    links = record.get("bears_on", ())
    link = record.get("link")
    for one in (*links, *((link,) if link is not None else ())):
        yield from one.seen_in
    confirmed = record.get("confirmed")
    if confirmed is not None:
        yield confirmed
    if isinstance(record, m.Viewpoint):
        for override in record.set.values():
            yield from override.seen_in


def _aliases(e: Entry) -> Iterator[tuple[str, str]]:
    return ((alias, e.id) for alias in e.record.aliases)


def _reasons(e: Entry) -> list[Reason]:
    """The active links of a claim or an argument, in order of what they bear on."""
    if not e.record.active:
        return []
    if isinstance(e.record, m.Claim):
        return [Reason(e.id, (e.id,), link) for link in sorted(e.record.bears_on, key=lambda link: link.claim)]
    assert isinstance(e.record, m.Argument)
    return [Reason(e.id, e.record.premises, e.record.link)] if e.record.link is not None else []


def _reasons_for(e: Entry) -> Iterator[tuple[str, Reason]]:
    return ((reason.link.claim, reason) for reason in _reasons(e))


def _reasons_from(e: Entry) -> Iterator[tuple[str, Reason]]:
    return ((premise, reason) for reason in _reasons(e) for premise in reason.premises)


def _evidence_for(e: Entry) -> Iterator[tuple[str, tuple[str, m.Link | m.AnswerLikelihood]]]:
    if e.record.active:
        for link in e.record.get("bears_on"):
            yield link.claim if isinstance(link, m.Link) else link.question, (e.id, link)


def _undercuts_of(e: Entry) -> Iterator[tuple[tuple[str, str], str]]:
    if e.record.active:
        t: m.UndercutTarget = e.record.get("target")
        key = (t.from_, t.to) if t.from_ is not None and t.to is not None else (t.argument or t.undercut or "", "")
        yield key, e.id


def _positions_on(e: Entry) -> Iterator[tuple[str, str]]:
    if e.record.active:
        yield e.record.get("on"), e.id


def _positions_by(e: Entry) -> Iterator[tuple[str, str]]:
    if e.record.active:
        yield e.record.get("by"), e.id


def _questions_of(e: Entry) -> Iterator[tuple[str, str]]:
    return ((answer, e.id) for answer in e.record.get("answers") if e.record.active)


def _cited_in(e: Entry) -> Iterator[tuple[str, str]]:
    root = e.record.get("root")
    cited = {passage.source for passage in passages(e.record)} | ({root} if isinstance(root, str) else set())
    return ((source, e.id) for source in sorted(cited))


def _named_in(e: Entry) -> Iterator[tuple[str, str]]:
    return ((word, e.id) for word in sorted(set(_words(e.document.data))))


def _words(data: object) -> Iterator[str]:
    """Every string and key in a record's data that could be an id: ids hold no spaces, and are names of files."""
    if isinstance(data, str):
        if len(data) < MAX_NAME and " " not in data:
            yield data
    elif isinstance(data, dict):
        for key, inner in data.items():
            yield key
            yield from _words(inner)
    elif isinstance(data, list | tuple):
        for inner in data:
            yield from _words(inner)


_Made = Callable[[Entry], Iterable[tuple[Any, Any]]]
_LOOKUPS: Mapping[str, tuple[type[m.Record] | tuple[type[m.Record], ...], _Made]] = {
    "aliases": (m.Record, _aliases),
    "reasons_for": ((m.Claim, m.Argument), _reasons_for),
    "reasons_from": ((m.Claim, m.Argument), _reasons_from),
    "evidence_for": (m.Evidence, _evidence_for),
    "undercuts_of": (m.Undercut, _undercuts_of),
    "positions_on": (m.Position, _positions_on),
    "positions_by": (m.Position, _positions_by),
    "questions_of": (m.Question, _questions_of),
    "cited_in": (m.Record, _cited_in),
    "named_in": (m.Record, _named_in),
}
"""Lookup to the kinds of records that give something to it, and what one of them gives."""
