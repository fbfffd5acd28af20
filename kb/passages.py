"""Help with choosing a passage of a stored copy: the likeliest sentences, the fewest words that point at one, and how
words that were given differ from those that are there.
"""

from __future__ import annotations

import difflib
import re
from bisect import bisect_right
from dataclasses import dataclass

from rapidfuzz import fuzz, process, utils

from kb import models as m
from kb.snapshots import START_ALONE, Found, Snapshot, closest_words, digest_of, find, normalise, word_count

FEWEST, USUAL, MOST = 3, 5, 8
"""Words of an anchor's end."""
WORD = 5.0
"""Similarity (0 to 100) that a word more or less than was given costs."""
STEPS = 3
"""Words by which a hit is made longer or shorter at each end."""
LIKELY = 30.0
"""Least similarity (0 to 100) of a sentence that is offered."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A sentence that may be the passage.

    Attributes:
        text: the normalised sentence.
        line: its line in the stored copy, from 1.
        similarity: to what was looked for, 0 to 1.
        anchor: words that point at it, spelt as in the copy, with its digest; ``None`` where it stands there twice.
        piece: number of its (first) sentence in the copy, from 0.
    """

    text: str
    line: int
    similarity: float
    anchor: m.Anchor | None
    piece: int


@dataclass(frozen=True, slots=True)
class Nearest:
    """What a copy has instead of the words of an anchor.

    Attributes:
        anchor: the words that are there, with the passage's digest.
        similarity: of the words given and those found, 0 to 1: that of the worse end.
        differences: (words given, words found) where they differ; an empty text where one side has nothing.
    """

    anchor: m.Anchor
    similarity: float
    differences: tuple[tuple[str, str], ...]


def candidates(raw: str, words: str, most: int = 5) -> tuple[Candidate, ...]:
    """The sentences of a copy that are likest to some words, the likest first.

    Args:
        raw: the stored copy.
        words: what to look for: the source's own words, or a record's paraphrase of them.
        most: how many sentences to offer.
    """
    snapshot = Snapshot("", raw)
    pieces = {n: snapshot.text[begin:end] for n, (begin, end, _) in enumerate(snapshot.pieces)}
    long_enough = {n: text for n, text in pieces.items() if word_count(text) >= FEWEST}
    sought = normalise(words)
    hits = process.extract(
        sought,
        long_enough,
        scorer=lambda a, b, **_: max(fuzz.token_set_ratio(a, b), 0.95 * fuzz.partial_ratio(a, b)),
        processor=utils.default_process,
        limit=most,
        score_cutoff=LIKELY,
    )
    found = []
    for text, score, n in sorted(hits, key=lambda hit: (-hit[1], hit[2])):
        begin, end, line = snapshot.pieces[n]
        found.append(Candidate(text, line, score / 100, pointing_at(snapshot, raw, begin, end), n))
    return tuple(found)


def longer(candidate: Candidate, raw: str, sentences: int) -> Candidate:
    """A passage that starts with a candidate's sentence.

    Args:
        candidate: what was chosen.
        raw: the stored copy.
        sentences: how many it has; fewer where the copy ends.
    """
    snapshot = Snapshot("", raw)
    last = min(candidate.piece + sentences, len(snapshot.pieces)) - 1
    begin, end = snapshot.pieces[candidate.piece][0], snapshot.pieces[last][1]
    anchor = pointing_at(snapshot, raw, begin, end)
    return Candidate(snapshot.text[begin:end], candidate.line, candidate.similarity, anchor, candidate.piece)


def _spelt(snapshot: Snapshot, raw: str, begin: int, end: int) -> list[str]:
    """The words of a span as the copy spells them, for a browser looks for just these."""
    inside = [(max(b, begin), min(e, end)) for b, e, _ in snapshot.pieces if b < end and e > begin]
    return [word for b, e in inside for word in _spelt_piece(snapshot, raw, b, e)]


def _spelt_piece(snapshot: Snapshot, raw: str, begin: int, end: int) -> list[str]:
    """The words of a part of a sentence, which lies on one line of the copy."""
    words = snapshot.text[begin:end].split()
    number = line_of(snapshot, begin)
    line = raw.split("\n")[number - 1]
    first = next((b for b, _, at in snapshot.pieces if at == number), 0)
    if len(line.split()) != len(normalise(line).split()):
        return words
    skipped = len(snapshot.text[first:begin].split())
    spelt = line.split()[skipped : skipped + len(words)]
    return spelt if [normalise(word) for word in spelt] == words else words


def pointing_at(snapshot: Snapshot, raw: str, begin: int, end: int) -> m.Anchor | None:
    """The shortest anchor of usual length that leads to a span and nowhere else, with its digest.

    Args:
        snapshot, raw: the stored copy, and its text as stored.
        begin, end: the span in the normalised text, whole words.

    Returns:
        ``None`` where no eight words tell the span from another one.
    """
    spelt = _spelt(snapshot, raw, begin, end)
    short = word_count(snapshot.text[begin:end]) < START_ALONE
    for first in _lengths(spelt):
        for last in [0] if short else _lengths(spelt[::-1]):
            last_words = " ".join(spelt[-last:]) if last else None
            anchor = m.Anchor(start=" ".join(spelt[:first]), end=last_words)
            match = find(snapshot, anchor, near=False)
            if match.status is Found.EXACT and match.start == begin and (short or match.end == end):
                return with_digest(snapshot, anchor)
    return None


def _lengths(words: list[str]) -> list[int]:
    """How many words to take from the start: the usual number first, then more, then fewer; dashes do not count."""
    counts = {n: word_count(" ".join(words[:n])) for n in range(1, min(len(words), 3 * MOST) + 1)}
    fit = [n for n, count in counts.items() if FEWEST <= count <= MOST and word_count(words[n - 1])]
    return [n for n in fit if counts[n] >= USUAL] + [n for n in reversed(fit) if counts[n] < USUAL]


def with_digest(snapshot: Snapshot, anchor: m.Anchor) -> m.Anchor | None:
    """The anchor with the digest of the passage that it leads to; ``None`` unless it is found once."""
    match = find(snapshot, anchor, near=False)
    if match.status is not Found.EXACT:
        return None
    return anchor.model_copy(update={"digest": digest_of(snapshot.text[match.start : match.end])})


def nearest(snapshot: Snapshot, raw: str, anchor: m.Anchor) -> Nearest | None:
    """What the copy has instead of an anchor's words; ``None`` where nothing is close."""
    at = 0
    ends: list[str] = []
    similarity = 1.0
    differences: list[tuple[str, str]] = []
    for given in (anchor.start, anchor.end):
        if given is None:
            continue
        hit = closest_words(snapshot, normalise(given), at)
        if hit is None:
            return None
        begin, end = _as_long(snapshot, normalise(given), hit[1], hit[2], at)
        words = snapshot.text[begin:end]
        similarity = min(similarity, fuzz.ratio(normalise(given), words) / 100)
        ends.append(" ".join(_spelt(snapshot, raw, begin, end)))
        differences += differing(normalise(given), words)
        at = end
    found = m.Anchor(start=ends[0], end=ends[1] if len(ends) > 1 else None)
    return Nearest(with_digest(snapshot, found) or found, similarity, tuple(differences))


def _as_long(snapshot: Snapshot, given: str, begin: int, end: int, least: int) -> tuple[int, int]:
    """The span around a hit that is likest to the words given and has as many: a hit leaves out an end that differs.

    Args:
        snapshot: the stored copy.
        given: normalised words.
        begin, end: the hit, whole words.
        least: where the span may start.
    """
    text = snapshot.text
    starts, stops = [begin], [end]
    for _ in range(STEPS):
        before = text.rfind(" ", 0, max(starts[-1] - 1, 0)) + 1
        after = text.find(" ", stops[-1] + 1)
        starts += [before] if least <= before < starts[-1] else []
        stops += [after if after >= 0 else len(text)] if stops[-1] < len(text) else []
    glued = [  # a copy may lack the space after a sentence or a footnote's mark
        start + mark.start()
        for start in starts
        for mark in re.finditer(r"(?<=[.!?:)\]\d])(?=[A-Z])", text[start : text.find(" ", start)])
    ]
    inner = [gap.end() + begin for gap in re.finditer(r" ", text[begin:end])][:STEPS]
    outer = [gap.start() + begin for gap in re.finditer(r" ", text[begin:end])][-STEPS:]
    spans = [
        (a, b) for a in [*starts, *glued, *inner] for b in [*stops, *outer] if a < b and word_count(text[a:b]) >= FEWEST
    ]
    wanted = len(given.split())

    def fit(span: tuple[int, int]) -> tuple[float, int, int]:
        words = text[span[0] : span[1]]
        return fuzz.ratio(given, words) - WORD * abs(len(words.split()) - wanted), -abs(span[0] - begin), -span[1]

    return max(spans, key=fit)


def differing(given: str, found: str) -> list[tuple[str, str]]:
    """(words given, words found) of each stretch in which two texts differ."""
    a, b = given.split(), found.split()
    matcher = difflib.SequenceMatcher(None, a, b, autojunk=False)
    return [(" ".join(a[i:j]), " ".join(b[k:n])) for tag, i, j, k, n in matcher.get_opcodes() if tag != "equal"]


def line_of(snapshot: Snapshot, at: int) -> int:
    """Line of the stored copy, from 1, on which a position of the normalised text lies."""
    begins = [begin for begin, _, _ in snapshot.pieces]
    n = bisect_right(begins, at) - 1
    return snapshot.pieces[max(n, 0)][2] if snapshot.pieces else 1
