"""An immutable index of all records: who refers to whom.  Reads nothing and computes no credence."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from types import MappingProxyType
from typing import TypeVar, cast

from rapidfuzz import process

from kb import models as m
from kb import vocab
from kb.errors import UnknownId
from kb.text import Document

R = TypeVar("R", bound=m.Record)
NONE = "none"


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
    """

    def __init__(
        self,
        entries: Iterable[Entry],
        topics: Mapping[str, m.Topic] | None = None,
        root: str = "claims",
        unread: Iterable[str] = (),
    ) -> None:
        self.entries: Mapping[str, Entry] = MappingProxyType({e.id: e for e in sorted(entries, key=lambda e: e.id)})
        self.topics: Mapping[str, m.Topic] = MappingProxyType(dict(sorted((topics or {}).items())))
        self.root = root
        self.unread = frozenset(unread)
        self._of: dict[type[m.Record], tuple[Entry, ...]] = {}

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
            self._of[kind] = tuple(e for e in self.entries.values() if isinstance(e.record, kind))
        for entry in self._of[kind]:
            if entry.record.active or not active:
                yield entry.id, cast(R, entry.record)

    def nearest(self, id: str, limit: int = 2) -> tuple[str, ...]:
        """Existing ids that look most like ``id``."""
        if len(id) > 200:
            return ()
        hits = process.extract(id, sorted([*self.entries, *self.aliases]), limit=limit, score_cutoff=60)
        return tuple(hit[0] for hit in hits)

    @cached_property
    def aliases(self) -> Mapping[str, str]:
        """Old id to the id that has it now; the first in order of id wins."""
        found: dict[str, str] = {}
        for entry in self.entries.values():
            for alias in entry.record.aliases:
                found.setdefault(alias, entry.id)
        return found

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
    def reasons(self) -> tuple[Reason, ...]:
        """Every active link between claims, in order of the record that carries it."""
        found: list[Reason] = []
        for id, claim in self.of(m.Claim, active=True):
            found += [Reason(id, (id,), link) for link in claim.bears_on]
        for id, argument in self.of(m.Argument, active=True):
            if argument.link is not None:
                found.append(Reason(id, argument.premises, argument.link))
        return tuple(sorted(found, key=lambda r: (r.source, r.link.claim)))

    @cached_property
    def reasons_for(self) -> Mapping[str, tuple[Reason, ...]]:
        """Claim to the links that bear on it."""
        return _group((r.link.claim, r) for r in self.reasons)

    @cached_property
    def reasons_from(self) -> Mapping[str, tuple[Reason, ...]]:
        """Claim to the links it is a premise of."""
        return _group((p, r) for r in self.reasons for p in r.premises)

    @cached_property
    def evidence_for(self) -> Mapping[str, tuple[tuple[str, m.Link | m.AnswerLikelihood], ...]]:
        """Claim, or question, to (evidence id, link) that bear on it."""
        pairs = []
        for id, item in self.of(m.Evidence, active=True):
            for link in item.bears_on:
                pairs.append((link.claim if isinstance(link, m.Link) else link.question, (id, link)))
        return _group(pairs)

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

    @cached_property
    def undercuts_of(self) -> Mapping[tuple[str, str], tuple[str, ...]]:
        """(source, claim) of a link, or (argument, "") or (undercut, ""), to the undercuts that attack it."""
        pairs = []
        for id, undercut in self.of(m.Undercut, active=True):
            t = undercut.target
            if t.from_ is not None and t.to is not None:
                pairs.append(((t.from_, t.to), id))
            else:
                pairs.append(((t.argument or t.undercut or "", ""), id))
        return _group(pairs)

    @cached_property
    def positions_on(self) -> Mapping[str, tuple[str, ...]]:
        """Record to the positions taken on it."""
        return _group((p.on, id) for id, p in self.of(m.Position, active=True))

    @cached_property
    def positions_by(self) -> Mapping[str, tuple[str, ...]]:
        """Person to the positions they take."""
        return _group((p.by, id) for id, p in self.of(m.Position, active=True))

    @cached_property
    def questions_of(self) -> Mapping[str, tuple[str, ...]]:
        """Claim to the questions it answers."""
        return _group((a, id) for id, q in self.of(m.Question, active=True) for a in q.answers)

    @cached_property
    def cited_in(self) -> Mapping[str, tuple[str, ...]]:
        """Source to the records that cite a passage of it, or take it as root."""
        pairs: set[tuple[str, str]] = set()
        for entry in self.entries.values():
            for passage in passages(entry.record):
                pairs.add((passage.source, entry.id))
            root = entry.record.get("root")
            if isinstance(root, str):
                pairs.add((root, entry.id))
        return _group(sorted(pairs))

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


def _group(pairs: Iterable[tuple[object, object]]) -> Mapping:  # type: ignore[type-arg]
    """Pairs to a read-only mapping of key to tuple, keeping order."""
    grouped: dict[object, list[object]] = {}
    for key, value in pairs:
        grouped.setdefault(key, []).append(value)
    return MappingProxyType({k: tuple(v) for k, v in grouped.items()})
