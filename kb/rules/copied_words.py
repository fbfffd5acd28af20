"""Texts that repeat the source's words."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

from kb import vocab
from kb.anchors import located_passages
from kb.corpus import Corpus
from kb.errors import Finding, Level
from kb.rules._base import Family, Reporter, texts

report = Reporter(__name__, Family.ANCHOR, Level.WARNING)

LEAST = 5


def check(corpus: Corpus) -> Iterator[Finding]:
    """A text does not repeat five or more words of its anchor in a row.

    Records say in their own words what a source holds; the anchor ties them to it.  Put the text into your own words; a
    quotation belongs to the source's page.
    """
    for entry in corpus:
        said = [(where, f" {_bare(text)} ") for where, text in texts(entry) if where[0] in ("title", "text", "summary")]
        if entry.record.get("kind") is vocab.Kind.SOURCE:
            continue
        for _, passage in located_passages(entry.record) if said else ():
            for part in (passage.anchor.start, passage.anchor.end or "") if passage.anchor is not None else ():
                words = _bare(part).split()
                runs = [f" {' '.join(words[i : i + LEAST])} " for i in range(len(words) - LEAST + 1)]
                hit = next(((where, run) for where, text in said for run in runs if run in text), None)
                if hit is not None:
                    yield report(
                        entry,
                        hit[0],
                        f"the words “{hit[1].strip()}” stand in {passage.source} too",
                        "say it in your own words; the anchor points at the source's",
                    )


@lru_cache(maxsize=20_000)
def _bare(text: str) -> str:
    """Words in lower case without punctuation."""
    return " ".join(bare for word in text.lower().split() if (bare := word.strip(_EDGES)))


_EDGES = ".,;:!?()[]{}\"'“”‘’–—…*_"
