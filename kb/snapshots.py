"""Stored copies of sources as normalised text, and the search for an anchor in one of them.

Text is compared after :func:`normalise`: runs of white space are one space, typographic quotes and dashes equal plain
ones, case counts.  Nothing here knows the corpus.
"""

from __future__ import annotations

import hashlib
import os
import re
import stat
import unicodedata
from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from pathlib import Path
from urllib.parse import quote

from rapidfuzz import fuzz

from kb import models as m

NEAR = 0.8
"""Least similarity (0 to 1) of a text that is offered as the closest one."""
START_ALONE = 16
"""A passage with fewer words than this is given by ``start`` alone."""
MAX_SNAPSHOT = 4 * 1024 * 1024
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,119}\Z")
_PLAIN = str.maketrans(
    {
        **dict.fromkeys("\u2018\u2019\u201a\u201b\u2032\u02bc\u00b4", "'"),
        **dict.fromkeys("\u201c\u201d\u201e\u201f\u2033\u00ab\u00bb", '"'),
        **dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2015\u2212", "-"),
        "\u2026": "...",
        **dict.fromkeys("\u00ad\u200b\u200c\u200d\u2060\ufeff"),
    }
)
_SPACE = re.compile(r"\s+")
_SENTENCE_END = re.compile(r"[.!?]['\")\]]*\s+(?=['\"(\[]*[A-Z0-9])")


class Found(StrEnum):
    """How an anchor was found."""

    EXACT = "exact"
    AMBIGUOUS = "ambiguous"
    NEAR = "near"
    MISSING = "missing"
    UNCHECKED = "unchecked"


@dataclass(frozen=True, slots=True)
class Match:
    """Where an anchor leads in one text.

    Attributes:
        status: exact, ambiguous, near or missing.
        start, end: span of the passage in the normalised text, the first one when ambiguous; ``None`` unless found.
        similarity: of the words given and those found, 0 to 1.
        closest: for ``near``, the words that the text has instead.
    """

    status: Found
    start: int | None = None
    end: int | None = None
    similarity: float = 1.0
    closest: str | None = None


def normalise(text: str) -> str:
    """The text with single spaces and plain quotes and dashes; case is kept."""
    return _SPACE.sub(" ", unicodedata.normalize("NFC", text).translate(_PLAIN)).strip()


def word_count(text: str) -> int:
    """Number of words; signs that stand alone, such as a dash, are none."""
    return sum(any(c.isalnum() for c in word) for word in text.split())


def is_snapshot_name(name: str) -> bool:
    """Whether this is a bare file name, without a path."""
    return bool(_NAME.match(name))


def digest_of(passage: str) -> str:
    """First 16 hexadecimal digits of the SHA-256 of the normalised passage."""
    return hashlib.sha256(normalise(passage).encode()).hexdigest()[:16]


def deep_link(url: str, anchor: m.Anchor) -> str:
    """The URL with a text fragment that makes a browser scroll to the passage.

    Hyphen, comma and ampersand have a meaning in a text fragment (WICG, "URL Fragment Text Directives"), so they are
    percent-encoded with all else that a fragment may not hold.
    """
    ends = [anchor.start] if anchor.end is None else [anchor.start, anchor.end]
    words = ",".join(quote(_SPACE.sub(" ", end).strip(), safe="").replace("-", "%2D") for end in ends)
    return f"{url}{'' if '#' in url else '#'}:~:text={words}"


def _joined(left: str, right: str) -> bool:
    """Whether two characters belong to one word.

    Stored copies lose headings' line breaks and raise no footnote marks, so ``trendsOne`` and ``answer5`` count as two.
    """
    if not (left.isalnum() and right.isalnum()):
        return False
    return not (left.islower() and right.isupper()) and not (left.isalpha() and right.isdigit())


class Snapshot:
    """A stored copy of a source, normalised, with its sentences.

    Args:
        name: file name.
        raw: the text as stored.
    """

    def __init__(self, name: str, raw: str) -> None:
        self.name = name
        self._raw = raw

    @cached_property
    def pieces(self) -> tuple[tuple[int, int, int], ...]:
        """(start, end, line) of each sentence in the normalised text; lines are those of the stored copy, from 1."""
        found: list[tuple[int, int, int]] = []
        at = 0
        for number, line in enumerate(self._raw.split("\n"), 1):
            text = normalise(line)
            begin = 0
            for match in [*_SENTENCE_END.finditer(text), None]:
                end = len(text) if match is None else match.end()
                if text[begin:end].strip():
                    found.append((at + begin, at + len(text[:end].rstrip()), number))
                begin = end
            at += len(text) + 1 if text else 0
        return tuple(found)

    @cached_property
    def text(self) -> str:
        """The normalised text."""
        return " ".join(line for line in map(normalise, self._raw.split("\n")) if line)

    def occurrences(self, words: str, begin: int = 0) -> Iterator[tuple[int, int]]:
        """(start, end) of each place from ``begin`` on where the normalised words stand as whole words."""
        at = self.text.find(words, begin) if words else -1
        while at >= 0:
            end = at + len(words)
            cut = _joined(self.text[at - 1 : at], words[0]) or _joined(words[-1], self.text[end : end + 1])
            if not cut:
                yield at, end
            at = self.text.find(words, at + 1)

    def sentence_end(self, at: int) -> int:
        """End of the sentence that holds a position."""
        low, high = 0, len(self.pieces)
        while low < high:
            middle = (low + high) // 2
            if self.pieces[middle][1] < at:
                low = middle + 1
            else:
                high = middle
        return self.pieces[low][1] if low < len(self.pieces) else len(self.text)


def find(snapshot: Snapshot, anchor: m.Anchor, *, near: bool = True) -> Match:
    """Look an anchor up.

    With ``start`` alone the passage runs to the end of its sentence, at most 15 words.  With both ends it runs from a
    ``start`` to the next ``end``; a second ``start`` from which an ``end`` follows makes it ambiguous, for a browser
    would take the first.

    Args:
        snapshot: the stored copy.
        anchor: first and last words.
        near: whether to look for the closest text when the words are not there.
    """
    start = normalise(anchor.start)
    end = normalise(anchor.end) if anchor.end is not None else None
    ends = [begin for begin, _ in snapshot.occurrences(end)] if end is not None else []
    spans: list[tuple[int, int]] = []
    for begin, stop in snapshot.occurrences(start):
        if end is None:
            spans.append((begin, _short_end(snapshot, begin, stop)))
        else:
            following = bisect_left(ends, max(begin, stop - len(end)))
            if following == len(ends):
                break  # no passage starts behind the last end
            spans.append((begin, ends[following] + len(end)))
        if len(spans) == 2:
            return Match(Found.AMBIGUOUS, *spans[0])
    if spans:
        return Match(Found.EXACT, *spans[0])
    return _nearest(snapshot, start, end) if near and start else Match(Found.MISSING, similarity=0.0)


def _short_end(snapshot: Snapshot, begin: int, stop: int) -> int:
    """End of a passage given by its start alone."""
    end = max(stop, snapshot.sentence_end(stop))
    words = list(re.finditer(r"\S+", snapshot.text[begin:end][:2_000]))[: START_ALONE - 1]
    return max(stop, begin + words[-1].end()) if words else stop


def _nearest(snapshot: Snapshot, start: str, end: str | None) -> Match:
    """The closest words in the text, if they are close enough."""
    first = closest_words(snapshot, start, 0)
    if first is None:
        return Match(Found.MISSING, similarity=0.0)
    similarity, begin, stop = first
    closest = f'start: "{snapshot.text[begin:stop]}"'
    if end is not None:
        second = closest_words(snapshot, end, stop)
        if second is None:
            return Match(Found.MISSING, similarity=0.0)
        similarity = min(similarity, second[0])
        closest += f', end: "{snapshot.text[second[1] : second[2]]}"'
        stop = second[2]
    return Match(Found.NEAR, begin, stop, similarity, closest)


def closest_words(snapshot: Snapshot, words: str, begin: int) -> tuple[float, int, int] | None:
    """(similarity, start, end) of the text most like ``words``, whole words, from ``begin`` on."""
    exact = next(snapshot.occurrences(words, begin), None)
    if exact is not None:
        return 1.0, *exact
    text = snapshot.text[begin:]
    hit = fuzz.partial_ratio_alignment(words, text, score_cutoff=100 * NEAR - 10) if words and text else None
    if hit is None:
        return None
    starts = {_word_start(text, hit.dest_start, -1), _word_start(text, hit.dest_start, 1)}
    ends = {_word_end(text, hit.dest_end, -1), _word_end(text, hit.dest_end, 1)}
    similarity, at, end = max(
        ((fuzz.ratio(words, text[a:e]) / 100, -a, e) for a in starts for e in ends if a < e), default=(0.0, 0, 0)
    )
    return (similarity, begin - at, begin + end) if similarity >= NEAR else None


def _word_start(text: str, at: int, step: int) -> int:
    """The nearest place before (step -1) or after (step 1) where a word starts."""
    while 0 < at < len(text) and not (text[at - 1].isspace() and not text[at].isspace()):
        at += step
    return max(0, min(at, len(text)))


def _word_end(text: str, at: int, step: int) -> int:
    """The nearest place before (step -1) or after (step 1) where a word ends."""
    while 0 < at < len(text) and not (text[at].isspace() and not text[at - 1].isspace()):
        at += step
    return max(0, min(at, len(text)))


class Snapshots:
    """The stored copies in one folder, each read once."""

    def __init__(self, directory: str | Path) -> None:
        self.directory = Path(directory)
        self._read: dict[str, Snapshot | None] = {}

    def get(self, name: str) -> Snapshot | None:
        """A stored copy by its bare file name; ``None`` when it is not there, is no plain file, or is above 4 MiB."""
        if name not in self._read:
            self._read[name] = self._open(name) if is_snapshot_name(name) else None
        return self._read[name]

    def _open(self, name: str) -> Snapshot | None:
        try:
            fd = os.open(self.directory / name, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0))
            with os.fdopen(fd, "rb") as file:
                raw = file.read(MAX_SNAPSHOT + 1) if stat.S_ISREG(os.fstat(fd).st_mode) else None
        except OSError:
            return None
        if raw is None or len(raw) > MAX_SNAPSHOT:
            return None
        return Snapshot(name, raw.decode("utf-8", "replace"))
