"""Existing records that may say the same as a new one: by passage, by address, by wording, by the words that matter.

Wording is compared in two ways.  Nearly equal sentences are found letter by letter.  Paraphrases are found by the
cosine of their words, each weighed by how rare it is among the records of its kind: of some 190 items of the founding
debate 20 have a neighbour of at least :data:`ALIKE_IN_MEANING`, and most of those are parts of one finding.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from rapidfuzz import fuzz, process, utils

from kb import vocab
from kb.anchors import located_passages
from kb.corpus import Corpus, Entry
from kb.snapshots import normalise

ALIKE = 80.0
"""Similarity (0 to 100) of the letters of two wordings from which on they may say the same."""
ALIKE_IN_MEANING = 0.35
"""Cosine of the weighed words (0 to 1) from which on two wordings may say the same."""
ALIKE_ON_A_CLAIM = 0.25
"""The same for two records that bear on one claim."""
SHARED_WORDS = 3
"""Words in a row that the starts of two passages of one source share when the passages are likely to overlap."""
MOST_ALIKE = 5
_ENDINGS = ("ments", "ment", "ing", "ed", "es", "ly", "s", "e")
_STEM = 4
"""Letters that an ending leaves at least."""


@dataclass(frozen=True, slots=True)
class Alike:
    """An existing record that may say the same as a new one.

    Attributes:
        id, title: the existing record.
        why: what is alike.
        similarity: 0 to 1.
    """

    id: str
    title: str
    why: str
    similarity: float


def alike(data: Mapping[str, Any], kind: vocab.Kind, corpus: Corpus) -> tuple[Alike, ...]:
    """Existing records in force that may say the same, the likest first, at most five."""
    found: dict[str, Alike] = {}

    def note(entry: Entry, why: str, similarity: float) -> None:
        if entry.id not in found or found[entry.id].similarity < similarity:
            found[entry.id] = Alike(entry.id, entry.title, why, similarity)

    others = {entry.id: entry for entry in corpus if entry.record.active and entry.kind is kind}
    starts = list(_starts(data))
    address = {str(data[key]).rstrip("/").lower() for key in ("url", "doi") if data.get(key)}
    for entry in others.values():
        for _, passage in located_passages(entry.record):
            if passage.anchor is not None:
                theirs = normalise(passage.anchor.start)
                for source, start in starts:
                    if source == passage.source and start == theirs:
                        note(entry, f"points at the same passage of {source}", 1.0)
                    elif source == passage.source and _shares_words(start, theirs):
                        note(entry, f"points at nearly the same passage of {source}", 0.9)
        known = {str(entry.record.get(key)).rstrip("/").lower() for key in ("url", "doi") if entry.record.get(key)}
        if address & known:
            note(entry, f"has the same address {sorted(address & known)[0]}", 1.0)
    titles = {id: entry.title for id, entry in others.items()}
    texts = {id: wording(entry.record) for id, entry in others.items()}
    for mine, theirs_, why in (
        (wording(data), texts, "says nearly the same"),
        (str(data.get("title") or ""), titles, "has nearly the same title"),
    ):
        if mine:
            hits = process.extract(
                mine,
                theirs_,
                scorer=fuzz.token_sort_ratio,
                processor=utils.default_process,
                score_cutoff=ALIKE,
                limit=5,
            )
            for _, score, id in hits:
                note(others[id], why, score / 100)
    on = set(_claims(data))
    for id, cosine in _in_meaning(wording(data), texts):
        shared = sorted(on & set(_claims(others[id].document.data)))
        if id not in found and cosine >= (ALIKE_ON_A_CLAIM if shared else ALIKE_IN_MEANING):
            note(others[id], f"says much the same on {shared[0]}" if shared else "says much the same", cosine)
    return tuple(sorted(found.values(), key=lambda one: (-one.similarity, one.id))[:MOST_ALIKE])


def wording(record: Any) -> str:
    """What a record, or the data of one, says in words."""
    values = (record.get(name) for name in ("title", "text", "definition"))
    return " ".join(str(value) for value in values if value)


def _starts(data: Any) -> Iterator[tuple[str, str]]:
    """(source, normalised first words) of every anchor in the data."""
    if isinstance(data, Mapping):
        anchor, source = data.get("anchor"), data.get("source")
        if isinstance(anchor, Mapping) and isinstance(anchor.get("start"), str) and isinstance(source, str):
            yield source, normalise(anchor["start"])
        data = list(data.values())
    if isinstance(data, list | tuple):
        for value in data:
            yield from _starts(value)


def _shares_words(a: str, b: str) -> bool:
    """Whether two texts share some words in a row."""

    def runs(text: str) -> set[tuple[str, ...]]:
        words = re.findall(r"\w+", text.lower())
        return {tuple(words[n : n + SHARED_WORDS]) for n in range(len(words) - SHARED_WORDS + 1)}

    return bool(runs(a) & runs(b))


def _claims(data: Mapping[str, Any]) -> list[str]:
    links = data.get("bears_on")
    return (
        [str(x["claim"]) for x in links if isinstance(x, Mapping) and "claim" in x] if isinstance(links, list) else []
    )


def _stems(text: str) -> Counter[str]:
    """Words of a text and how often they come, without the endings that tell forms of one word apart."""
    found: Counter[str] = Counter()
    for word in re.findall(r"[^\W_]+", text.lower()):
        end = next((end for end in _ENDINGS if word.endswith(end) and len(word) - len(end) >= _STEM), "")
        if len(word) > 2 or word.isdigit():
            found[word.removesuffix(end)] += 1
    return found


def _in_meaning(text: str, texts: Mapping[str, str]) -> Iterator[tuple[str, float]]:
    """(id, cosine) of the texts that share words with one."""
    stems = {id: _stems(other) for id, other in texts.items()}
    known = Counter(word for words in stems.values() for word in words)

    def weighed(words: Counter[str]) -> dict[str, float]:
        found = {w: (1 + math.log(n)) * math.log((len(stems) + 1) / (known[w] + 0.5)) for w, n in words.items()}
        size = math.sqrt(math.fsum(x * x for x in found.values()))
        return {word: x / size for word, x in found.items()} if size else {}

    mine = weighed(_stems(text))
    for id, words in stems.items():
        cosine = math.fsum(x * mine.get(word, 0.0) for word, x in weighed(words).items())
        if cosine > 0:
            yield id, min(cosine, 1.0)
