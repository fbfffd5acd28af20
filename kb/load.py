"""A tree of files to an immutable corpus and findings.  Never raises on content."""

from __future__ import annotations

import hashlib
import os
import stat
import time
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from pathlib import Path

from rapidfuzz import process

from kb import models as m
from kb import vocab
from kb.corpus import NONE, Corpus, Entry
from kb.drafts import MISSING_ID
from kb.errors import MAX_PER_FILE, MAX_PER_RUN, Finding
from kb.places import ENDING, ID, files_below, placed, slug
from kb.text import MAX_BYTES, Document, Mark, read_document
from kb.validate import validate
from kb.wording import EVERYWHERE

TOPIC_FILE = "_topic.yaml"
RESERVED = frozenset({NONE, MISSING_ID})
"""Ids that mean something else: none of the answers, and what a draft fills in."""
_KINDS = {kind.value: kind for kind in vocab.Kind}

Place = tuple[str, int, int]


@dataclass(frozen=True)
class Loaded:
    """What was read: the records that are well formed, and what is wrong with the others.

    Attributes:
        corpus: the well-formed records.
        findings: what is wrong with single files, in order of place, at most 50 a file.
        draft: the same records and, as far as they can be mended, copies of the broken ones: for rules alone, so that
            everything that is wrong with a file is said at once.
        mended: (path, line, column) of each value that a draft replaces; already among the findings.
        left_out: findings beyond 50 in a file.
    """

    corpus: Corpus
    findings: tuple[Finding, ...]
    draft: Corpus
    mended: frozenset[Place] = frozenset()
    left_out: int = 0


@dataclass(frozen=True)
class Read:
    """One record file by itself.

    Attributes:
        entry: the record; ``None`` when the file has errors that leave its meaning open.
        findings: everything that is wrong with the file by itself, in order of place.
        draft: a mended copy where there is no entry, if it could be made.
        mended: (line, column) of what the draft replaces.
    """

    entry: Entry | None
    findings: tuple[Finding, ...] = ()
    draft: Entry | None = None
    mended: frozenset[Mark] = field(default=frozenset())


class Known:
    """Records as they were read, so that only files that changed since are read again.

    Attributes:
        corpus: the records as they were when they were last read.
    """

    def __init__(self) -> None:
        self._read: dict[str, tuple[Stamp, Read]] = {}
        self.corpus: Corpus | None = None

    def read(self, path: str, stamp: Stamp) -> Read | Finding:
        """What a file holds, from memory where its stamp is as it was; or why it cannot be read."""
        known = self._read.get(path)
        if known is not None and known[0] == stamp:
            return known[1]
        raw = _read(path, path)
        if isinstance(raw, Finding):
            return raw
        folder, _, _ = path.rpartition("/")
        read = read_record(raw, path, folder.rpartition("/")[2])
        if time.time_ns() - max(stamp[:2]) > RACE:
            self._read[path] = (stamp, read)
        else:  # it may change again without its stamp showing it
            self._read.pop(path, None)
        return read


RACE = 100_000_000
"""Nanoseconds within which two changes of a file may bear the same time."""
Stamp = tuple[int, ...]
"""What changes when a file does: its times, size and place on the disk."""


def _stamp(found: os.DirEntry[str]) -> Stamp:
    try:
        s = found.stat(follow_symlinks=False)
    except OSError:
        return (0, 0)
    return (s.st_mtime_ns, s.st_ctime_ns, s.st_size, s.st_ino, s.st_dev)


def load(root: str | Path = "claims", known: Known | None = None) -> Loaded:
    """Read every record below ``root``.

    Args:
        root: the folder with topics and shelves.
        known: what an earlier call read; brought up to date.

    Returns:
        The corpus of all well-formed records, and the findings of reading and of the schema.  Rules that look at more
        than one file are in :mod:`kb.rules`.

    Raises:
        FileNotFoundError: ``root`` is not a folder.
    """
    base = Path(root)
    if not base.is_dir():
        raise FileNotFoundError(f"{root} is not a folder of records")

    def content(path: str, found: os.DirEntry[str] | None) -> bytes | Finding | Read:
        if known is None or found is None or found.name == TOPIC_FILE:
            return _read(path, path)
        return known.read(path, _stamp(found))

    files = ((path, wrong or content(path, found)) for path, wrong, found in files_below(base))
    loaded = _gather(files, base.as_posix(), known.corpus if known is not None else None)
    if known is not None:
        known.corpus = loaded.corpus
    return loaded


def load_files(files: Iterable[tuple[str, bytes | None]], root: str = "claims") -> Loaded:
    """Read records that do not lie in a folder, such as those of a revision that git keeps.

    Args:
        files: (path below ``root``, content) of each file; ``None`` where it is no plain file, such as a link.
        root: what paths in messages start with.

    Returns:
        The same as :func:`load` for a folder with these files.
    """
    return _gather(placed(files, root), root)


def _gather(files: Iterable[tuple[str, bytes | Finding | Read]], root: str, before: Corpus | None = None) -> Loaded:
    """Read files that are not read yet, in a fixed order of path, one after the other."""
    entries: list[Entry] = []
    drafts: list[Entry] = []
    findings: list[Finding] = []
    topics: dict[str, m.Topic] = {}
    names: set[str] = set()
    mended: set[Place] = set()
    left_out = 0
    for path, raw in files:
        folder, _, name = path.rpartition("/")
        topic = folder.rpartition("/")[2]
        stem = name.removesuffix(ENDING) if name.endswith(ENDING) else Path(name).stem
        names.add(stem if name != TOPIC_FILE else f"{topic}/{TOPIC_FILE}")
        if isinstance(raw, Finding):
            findings.append(raw)
            continue
        found: tuple[Finding, ...]
        if name == TOPIC_FILE and isinstance(raw, bytes):
            read_as, found = read_topic(raw, path)
            if read_as is not None:
                topics[topic] = read_as
        else:
            read = raw if isinstance(raw, Read) else read_record(raw, path, topic, mend=len(drafts) < MAX_PER_RUN)
            found = read.findings
            if read.entry is not None:
                entries.append(read.entry)
            elif read.draft is not None:
                drafts.append(read.draft)
                mended |= {(path, *mark) for mark in read.mended}
        if found:
            findings += found[:MAX_PER_FILE]
            left_out += len(found[MAX_PER_FILE:])
    findings += _twice([*entries, *drafts])
    unread = names - {e.id for e in entries} - {f"{topic}/{TOPIC_FILE}" for topic in topics}
    corpus = draft = Corpus(entries, topics, root, unread, before)
    if drafts:
        unread = unread - {e.id for e in drafts} | {MISSING_ID, f"{MISSING_ID}-too"}
        draft = Corpus([*drafts, *entries], topics, root, unread)
    findings.sort(key=Finding.sort_key)
    return Loaded(corpus, tuple(findings), draft, frozenset(mended), left_out)


def _read(path: str | Path, shown: str) -> bytes | Finding:
    """A file's bytes, without following links and without reading more than the limit."""
    try:
        fd = os.open(path, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0))
        with os.fdopen(fd, "rb") as file:
            if not stat.S_ISREG(os.fstat(fd).st_mode):
                raise OSError("not a plain file")
            return file.read(MAX_BYTES + 1)
    except OSError as error:
        message = f"cannot be read: {error.strerror or error}"
        return Finding(shown, 1, 1, "file-place", message, "make it a plain readable file")


def read_topic(raw: bytes, path: str) -> tuple[m.Topic | None, tuple[Finding, ...]]:
    """A `_topic.yaml`, and everything that is wrong with it."""
    document, faults = read_document(raw, path)
    if document is None:
        return None, faults
    checked = validate(document, m.Topic, path)
    return (checked.record if not faults else None), _joined(faults, checked.findings)


def read_record(raw: bytes, path: str, topic: str, *, mend: bool = True) -> Read:
    """One record file by itself.

    Args:
        raw: the file's bytes.
        path: the file as the user named it.
        topic: the folder it lies in.
        mend: whether to look for more than what a first reading shows, and to make a draft.
    """
    id = Path(path).stem
    document, faults = read_document(raw, path)
    if document is None:
        return Read(None, _joined(faults, _check_name(id, path, None)))
    kind, wrong_kind = _kind(document, path)
    findings = [*faults, *_check_name(id, path, document), *wrong_kind]
    if kind is None:
        return Read(None, _joined(findings))
    if wrong_kind:
        document = replace(document, data={**document.data, "kind": kind.value})
    findings += _check_shelf(kind, topic, document, path)
    checked = validate(document, m.MODELS[kind], path, mend=mend)
    findings_all = _joined(findings, checked.findings)
    record = checked.record or checked.draft
    if record is None:
        return Read(None, findings_all)
    entry = Entry(id, record, path, topic, checked.document, hashlib.sha256(raw).hexdigest())
    if checked.record is not None and not faults and not wrong_kind and ID.match(id) and id not in RESERVED:
        return Read(entry, findings_all)
    return Read(None, findings_all, entry, checked.mended | {(f.line, f.col) for f in faults})


def _joined(*groups: tuple[Finding, ...] | list[Finding]) -> tuple[Finding, ...]:
    """Findings in order of place; what an earlier group says of a place, later ones do not say again."""
    found: list[Finding] = []
    for group in groups:
        told = {(f.line, f.col) for f in found if (f.line, f.col) != (1, 1)}
        found += [f for f in group if (f.line, f.col) not in told]
    return tuple(sorted(found, key=Finding.sort_key))


def _kind(document: Document, path: str) -> tuple[vocab.Kind | None, list[Finding]]:
    """The kind that a file states, or the one it most likely means and a finding."""
    stated = document.data.get("kind")
    if isinstance(stated, str) and stated in _KINDS:
        return _KINDS[stated], []
    near = process.extractOne(str(stated)[:80].lower(), list(_KINDS), score_cutoff=70) if stated is not None else None
    guess = _KINDS[near[0]] if near else _likely_kind(document)
    message = "the field `kind` is missing" if stated is None else f"{str(stated)[:40]!r} is not a kind of record"
    likely = f"did you mean {guess}? " if guess else ""
    hint = f"{likely}write `kind:` and one of {', '.join(_KINDS)}"
    return guess, [Finding(path, *document.mark(("kind",)), "schema", message, hint)]


def _likely_kind(document: Document) -> vocab.Kind | None:
    """The one kind that has most of the file's fields, when it is told apart by at least three of them."""
    names = set(document.data) - EVERYWHERE - {"kind", "title", "text", "seen_in"}
    scores = sorted((len(names & set(model.model_fields)), kind) for kind, model in m.MODELS.items())
    best, second = scores[-1], scores[-2]
    return best[1] if best[0] >= 2 and best[0] > second[0] else None


def _check_shelf(kind: vocab.Kind, topic: str, document: Document, path: str) -> list[Finding]:
    """Sources, people, terms and viewpoints lie on their shelves, and nothing else does."""
    shelf = vocab.SHELVES.get(kind)
    if topic == shelf or (shelf is None and topic not in vocab.SHELVES.values()):
        return []
    message = f"a record of kind {kind} does not belong in {topic}/"
    hint = f"move the file to {shelf}/" if shelf else "move the file to the folder of a topic"
    return [Finding(path, *document.mark(("kind",)), "file-place", message, hint)]


def _check_name(id: str, path: str, document: Document | None) -> list[Finding]:
    """The file's name is an id, and `id:` repeats it if it is there."""
    found = []
    if not ID.match(id) or len(id) > 80:
        message = f"the file name {id[:90]!r} is not an id"
        hint = f"use lower-case words joined by hyphens, at most 80 characters: {slug(id)}.yaml"
        found.append(Finding(path, 1, 1, "id", message, hint))
    elif id in RESERVED:
        message = f"the id {id} is reserved"
        found.append(Finding(path, 1, 1, "id", message, "choose another file name"))
    stated = document.data.get("id") if document is not None else None
    if document is not None and stated is not None and stated != id:
        message = f"id: {str(stated)[:90]} differs from the file's name"
        hint = f"write `id: {id}`, or leave the line out"
        found.append(Finding(path, *document.mark(("id",)), "id", message, hint))
    return found


def _twice(entries: list[Entry]) -> list[Finding]:
    """The same id in two folders, and an alias that is taken."""
    found: list[Finding] = []
    names = [alias for entry in entries for alias in entry.record.aliases]
    if len({*names, *(entry.id for entry in entries)}) == len(names) + len(entries):
        return found
    first: dict[str, Entry] = {}
    for entry in sorted(entries, key=lambda e: e.path):
        other = first.setdefault(entry.id, entry)
        if other is not entry:
            message = f"the id {entry.id} is taken by {other.path}"
            hint = "choose another file name; ids are unique over all folders"
            found.append(Finding(entry.path, 1, 1, "duplicate-id", message, hint))
    owner: dict[str, str] = {}
    for entry in sorted(entries, key=lambda e: e.path):
        for i, alias in enumerate(entry.record.aliases):
            if alias == MISSING_ID:
                continue  # stands in for an alias that is wrong in another way
            taken = first[alias].path if alias in first else owner.get(alias)
            if taken is not None:
                at = entry.document.mark(("aliases", i))
                message = f"the alias {alias} is taken by {taken if taken != entry.path else 'this record'}"
                found.append(Finding(entry.path, *at, "duplicate-id", message, "delete the alias"))
            owner.setdefault(alias, entry.path)
    return found
