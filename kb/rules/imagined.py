"""Thought experiments without a test."""

from __future__ import annotations

from collections.abc import Iterator

from kb import models as m
from kb import vocab
from kb.corpus import Corpus
from kb.errors import Finding, Level
from kb.rules._base import Family, Reporter, links

report = Reporter(__name__, Family.EVIDENCE, Level.SUGGESTION)


def check(corpus: Corpus) -> Iterator[Finding]:
    """A claim that rests on a thought experiment names the experiment that would settle it.

    What is imagined was not observed.  Add the experiment as a record of its own and name it under `settled_by` of the
    claim: then the reader sees what it would take to know.
    """
    for id, item in corpus.of(m.Evidence, active=True):
        if item.design is not vocab.Design.THOUGHT_EXPERIMENT:
            continue
        for where, link in links(corpus[id]):
            target = corpus.find(link.claim)
            if target is None or link.weight == 0:
                continue
            if isinstance(target.record, m.Claim) and not target.record.settled_by:
                yield report(
                    corpus[id],
                    (*where, "claim"),
                    f"the item is imagined, and no experiment would settle {link.claim}",
                    f"name under `settled_by` of {link.claim} the experiment that would show it",
                )
