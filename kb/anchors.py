"""Anchors of the records, found again in the stored copies of their sources, and what of a copy no record speaks of.

Nothing here reads the network; how words are found in a text is in :mod:`kb.snapshots`.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from kb import models as m
from kb.corpus import Corpus, Entry
from kb.errors import Finding, Level
from kb.snapshots import START_ALONE, Found, Match, Snapshots, deep_link, digest_of, find, word_count
from kb.text import Path as DataPath

_MAX_NEAR = 200
"""Searches for the closest text in one run: each of them reads a whole snapshot."""
DEEPEST = 100
"""Answers to answers, or parts of parts, that are followed up."""
FEWEST_WORDS = 4
"""Shorter sentences (headings, bylines) are not asked for by coverage."""


@dataclass(frozen=True, slots=True)
class AnchorResult:
    """One anchor of a record, looked up in the snapshot of its source.

    Attributes:
        record: id of the record.
        path, line, col: where the record gives the anchor.
        source: id of the source.
        snapshot: file name of the stored copy; ``None`` when the source has none.
        status: exact, ambiguous (found twice), near, missing, or unchecked (no stored copy).
        anchor: as the record gives it.
        url: deep link to the passage; ``None`` when the source has no URL.
        passage: the normalised passage, where it was found.
        digest: first 16 hexadecimal digits of its SHA-256.
        words: number of its words.
        similarity: of the words given and those found, 0 to 1.
        closest: for ``near``, what the source has instead.
        start, end: span in the normalised snapshot.
    """

    record: str
    path: str
    line: int
    col: int
    source: str
    snapshot: str | None
    status: Found
    anchor: m.Anchor
    url: str | None = None
    passage: str | None = field(default=None, repr=False)
    digest: str | None = None
    words: int = 0
    similarity: float = 0.0
    closest: str | None = None
    start: int | None = None
    end: int | None = None

    def finding(self) -> Finding | None:
        """What there is to mend, or ``None`` when the anchor is found once, or cannot be checked."""

        def found(code: str, level: Level, message: str, hint: str) -> Finding:
            return Finding(self.path, self.line, self.col, code, message, hint, level)

        if self.status is Found.MISSING:
            hint = "copy the first and last words of the passage again, or name the right source"
            return found("anchor-missing", Level.ERROR, f"these words are not in {self.snapshot}", hint)
        if self.status is Found.NEAR:
            message = f"these words are not in {self.snapshot}, but {self.similarity:.0%} similar ones are"
            return found("anchor-near", Level.ERROR, message, f"write {self.closest}")
        if self.status is Found.AMBIGUOUS:
            hint = "give more words, so that one passage is left"
            return found("anchor-ambiguous", Level.WARNING, f"this passage is found twice in {self.snapshot}", hint)
        if self.status is Found.EXACT and self.anchor.digest not in (None, self.digest):
            hint = "read the passage again and correct the record, then delete `digest`"
            return found("anchor-digest", Level.ERROR, f"the passage in {self.snapshot} has changed", hint)
        if self.status is Found.EXACT and self.anchor.end is not None and self.words < START_ALONE:
            message = f"the passage has {self.words} words"
            return found("anchor-short", Level.SUGGESTION, message, "leave `end` out: `start` alone is enough")
        return None


def located_passages(record: m.Record) -> Iterator[tuple[DataPath, m.Passage]]:
    """(path, passage) of every passage that a record cites, those of its links, overrides and confirmation included."""
    for i, passage in enumerate(record.get("seen_in", ())):
        yield ("seen_in", i), passage
    for i, link in enumerate(record.get("bears_on", ())):
        for j, passage in enumerate(link.seen_in):
            yield ("bears_on", i, "seen_in", j), passage
    link = record.get("link")
    if link is not None:
        for j, passage in enumerate(link.seen_in):
            yield ("link", "seen_in", j), passage
    confirmed = record.get("confirmed")
    if confirmed is not None:
        yield ("confirmed",), confirmed
    if isinstance(record, m.Viewpoint):
        for name, override in record.set.items():
            for j, passage in enumerate(override.seen_in):
                yield ("set", name, "seen_in", j), passage


def _up(corpus: Corpus, source: str, name: str) -> str | None:
    """A field of a source, or of the thread or document that it is part of."""
    seen: set[str] = set()
    at: str | None = source
    while at is not None and at not in seen and len(seen) < DEEPEST:
        seen.add(at)
        found = corpus.find(at)
        if found is None or not isinstance(found.record, m.Source):
            return None
        value: str | None = getattr(found.record, name)
        if value is not None:
            return value
        at = found.record.part_of
    return None


def snapshot_name(corpus: Corpus, source: str) -> str | None:
    """File name of a source's stored copy, or of the one it is part of."""
    return _up(corpus, source, "snapshot")


def source_url(corpus: Corpus, source: str) -> str | None:
    """A source's URL, or the one of the thread or document it is part of."""
    return _up(corpus, source, "url")


def passage_link(corpus: Corpus, passage: m.Passage) -> str | None:
    """Deep link to a passage, the plain URL where it has no anchor, ``None`` where the source has no URL."""
    url = source_url(corpus, passage.source)
    return url if url is None or passage.anchor is None else deep_link(url, passage.anchor)


def check_anchors(corpus: Corpus, directory: str | Path) -> tuple[AnchorResult, ...]:
    """Look every anchor of the records up in the stored copies of a folder.

    Args:
        corpus: the records.
        directory: folder of the stored copies, named as the sources' ``snapshot`` says.

    Returns:
        One result an anchor, in order of file and place.
    """
    snapshots = Snapshots(directory)
    left = _MAX_NEAR
    found: list[AnchorResult] = []
    for entry in sorted(corpus, key=lambda e: e.path):
        for where, passage in located_passages(entry.record):
            if passage.anchor is not None:
                result = _check(corpus, snapshots, entry, (*where, "anchor"), passage, near=left > 0)
                left -= result.status in (Found.NEAR, Found.MISSING)
                found.append(result)
    return tuple(sorted(found, key=lambda r: (r.path, r.line, r.col)))


def _check(
    corpus: Corpus, snapshots: Snapshots, entry: Entry, where: DataPath, passage: m.Passage, *, near: bool
) -> AnchorResult:
    """One anchor's result."""
    anchor = passage.anchor
    assert anchor is not None
    name = snapshot_name(corpus, passage.source)
    snapshot = snapshots.get(name) if name is not None else None
    match = find(snapshot, anchor, near=near) if snapshot is not None else Match(Found.UNCHECKED, similarity=0.0)
    line, col = entry.document.mark((*where, "start"))
    text = None
    if snapshot is not None and match.start is not None and match.status is not Found.NEAR:
        text = snapshot.text[match.start : match.end]
    return AnchorResult(
        entry.id,
        entry.path,
        line,
        col,
        passage.source,
        name,
        match.status,
        anchor,
        passage_link(corpus, passage),
        text,
        digest_of(text) if text is not None else None,
        word_count(text) if text is not None else 0,
        match.similarity,
        match.closest,
        match.start,
        match.end,
    )


@dataclass(frozen=True, slots=True)
class Piece:
    """One sentence of a stored copy.

    Attributes:
        text: the normalised sentence.
        line: its line in the stored copy, from 1.
        records: ids of the records with an anchor in it, sorted.
    """

    text: str
    line: int
    records: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Coverage:
    """Which sentences of a stored copy the records speak of.

    Attributes:
        snapshot: file name.
        sources: ids of the sources that it is the copy of, sorted.
        pieces: its sentences of at least four words, in order.
    """

    snapshot: str
    sources: tuple[str, ...]
    pieces: tuple[Piece, ...]

    @property
    def uncovered(self) -> tuple[Piece, ...]:
        """Sentences in which no record is anchored."""
        return tuple(piece for piece in self.pieces if not piece.records)

    @property
    def share(self) -> float:
        """Share of the words that lie in sentences with an anchor, 0 to 1; 1 for an empty copy."""
        words = sum(word_count(piece.text) for piece in self.pieces)
        left = sum(word_count(piece.text) for piece in self.uncovered)
        return 1 - left / words if words else 1.0


def coverage(corpus: Corpus, directory: str | Path) -> tuple[Coverage, ...]:
    """What of each stored copy no record is anchored in, in order of file name.

    A sentence is covered when a passage that was found (also one found twice) overlaps it.  Sources whose copy is not
    in the folder are left out.
    """
    snapshots = Snapshots(directory)
    sources: dict[str, list[str]] = defaultdict(list)
    for id, _ in corpus.of(m.Source):
        name = snapshot_name(corpus, id)
        if name is not None:
            sources[name].append(id)
    anchored: dict[str, dict[tuple[int, int], set[str]]] = defaultdict(lambda: defaultdict(set))
    for result in check_anchors(corpus, directory):
        if result.passage is not None and result.snapshot is not None:
            assert result.start is not None
            assert result.end is not None
            anchored[result.snapshot][result.start, result.end].add(result.record)
    found: list[Coverage] = []
    for name in sorted(sources):
        snapshot = snapshots.get(name)
        if snapshot is None:
            continue
        begins = [begin for begin, _, _ in snapshot.pieces]
        records: dict[int, set[str]] = defaultdict(set)
        for (start, end), ids in anchored[name].items():
            for n in range(max(0, bisect_right(begins, start) - 1), len(begins)):
                if begins[n] >= end:
                    break
                records[n] |= ids
        pieces = tuple(
            Piece(snapshot.text[begin:end], line, tuple(sorted(records[n])))
            for n, (begin, end, line) in enumerate(snapshot.pieces)
            if word_count(snapshot.text[begin:end]) >= FEWEST_WORDS
        )
        found.append(Coverage(name, tuple(sources[name]), pieces))
    return tuple(found)
