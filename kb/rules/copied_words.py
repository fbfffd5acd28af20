"""Texts that repeat the source's words."""

from __future__ import annotations

from collections.abc import Iterator

from kb import vocab
from kb.corpus import Corpus, Entry
from kb.errors import Finding, Level
from kb.models import Anchor
from kb.rules._base import Family, Reporter, passages
from kb.text import Path

report = Reporter(__name__, Family.ANCHOR, Level.WARNING)

LEAST = 5
FIELDS = ("title", "text", "summary")


def check(corpus: Corpus) -> Iterator[Finding]:
    """A text, or a step of a story, does not repeat five or more words of an anchor in a row.

    Records say in their own words what a source holds; the anchor ties them to it.  Put the text into your own words; a
    quotation belongs to the source's page.
    """
    said: dict[str, list[tuple[str, str]]] = {}
    yield from _stories(corpus)
    for entry, _, passage in passages(corpus):
        if passage.anchor is None or entry.kind is vocab.Kind.SOURCE:
            continue
        if entry.path not in said:
            texts = ((name, entry.record.get(name)) for name in FIELDS)
            said[entry.path] = [(name, f" {_bare(text)} ") for name, text in texts if text is not None]
        for runs in _runs(passage.anchor):
            hit = next(((name, run) for name, text in said[entry.path] for run in runs if run in text), None)
            if hit is not None:
                yield _copied(entry, (hit[0],), hit[1], passage.source)


def _stories(corpus: Corpus) -> Iterator[Finding]:
    """Steps of stories beside the anchors of the records that they tell of."""
    told: dict[str, list[tuple[Entry, int, str]]] = {}
    for entry in corpus:
        for i, step in enumerate(entry.record.get("story", ())):
            found = corpus.find(step.record)
            if found is not None:
                told.setdefault(found.id, []).append((entry, i, f" {_bare(step.text)} "))
    if not told:
        return
    for of, _, passage in passages(corpus):
        if passage.anchor is None:
            continue
        for entry, i, text in told.get(of.id, ()):
            run = next((run for runs in _runs(passage.anchor) for run in runs if run in text), None)
            if run is not None:
                yield _copied(entry, ("story", i, "text"), run, passage.source)


def _copied(entry: Entry, where: Path, run: str, source: str) -> Finding:
    said = f"the words “{run.strip()}” stand in {source} too"
    return report(entry, where, said, "say it in your own words; the anchor points at the source's")


def _runs(anchor: Anchor) -> Iterator[list[str]]:
    """Every five words in a row of the first words of an anchor, and then of the last, between spaces."""
    for part in (anchor.start, anchor.end or ""):
        words = _bare(part).split()
        yield [f" {' '.join(words[i : i + LEAST])} " for i in range(len(words) - LEAST + 1)]


def _bare(text: str) -> str:
    """Words in lower case without punctuation."""
    return " ".join(bare for word in text.lower().split() if (bare := word.strip(_EDGES)))


_EDGES = ".,;:!?()[]{}\"'“”‘’–—…*_"
