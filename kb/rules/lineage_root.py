"""Lineage that leads nowhere."""

from __future__ import annotations

from collections.abc import Iterator

from kb import models as m
from kb.corpus import Corpus
from kb.errors import Finding, Level
from kb.rules._base import Family, Reporter

report = Reporter(__name__, Family.LINEAGE, Level.ERROR, alone=True)


def check(corpus: Corpus) -> Iterator[Finding]:
    """The lineage of an item names other sources than its own root, and each of them once.

    Items of one root are counted together anyway; `lineage` is for the other sources that the item is not independent
    of. Delete the entry, or name the source that is meant.
    """
    for id, item in corpus.of(m.Evidence):
        seen: set[str] = set()
        root = corpus.root_of(item)
        for i, lineage in enumerate(item.lineage):
            where = ("lineage", i, "root")
            if lineage.root == root:
                hint = "delete the entry, or name the other source that this one rests on"
                yield report(corpus[id], where, f"{root} is the item's own root", hint)
            elif lineage.root in seen:
                hint = "keep the closer kind: restatement, same-study, ties"
                yield report(corpus[id], where, f"{lineage.root} is named twice", hint)
            seen.add(lineage.root)
