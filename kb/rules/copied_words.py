"""Texts that repeat the source's words."""

from __future__ import annotations

from collections.abc import Iterator

from kb import vocab
from kb.corpus import Corpus
from kb.errors import Finding, Level
from kb.rules._base import Family, Reporter, passages

report = Reporter(__name__, Family.ANCHOR, Level.WARNING)

LEAST = 5
FIELDS = ("title", "text", "summary")


def check(corpus: Corpus) -> Iterator[Finding]:
    """A text does not repeat five or more words of its anchor in a row.

    Records say in their own words what a source holds; the anchor ties them to it.  Put the text into your own words; a
    quotation belongs to the source's page.
    """
    said: dict[str, list[tuple[str, str]]] = {}
    for entry, _, passage in passages(corpus):
        if passage.anchor is None or entry.kind is vocab.Kind.SOURCE:
            continue
        if entry.path not in said:
            texts = ((name, entry.record.get(name)) for name in FIELDS)
            said[entry.path] = [(name, f" {_bare(text)} ") for name, text in texts if text is not None]
        for part in (passage.anchor.start, passage.anchor.end or ""):
            words = _bare(part).split()
            runs = [f" {' '.join(words[i : i + LEAST])} " for i in range(len(words) - LEAST + 1)]
            hit = next(((name, run) for name, text in said[entry.path] for run in runs if run in text), None)
            if hit is not None:
                yield report(
                    entry,
                    (hit[0],),
                    f"the words “{hit[1].strip()}” stand in {passage.source} too",
                    "say it in your own words; the anchor points at the source's",
                )


def _bare(text: str) -> str:
    """Words in lower case without punctuation."""
    return " ".join(bare for word in text.lower().split() if (bare := word.strip(_EDGES)))


_EDGES = ".,;:!?()[]{}\"'“”‘’–—…*_"
