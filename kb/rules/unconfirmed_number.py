"""Numbers that carry much and were not looked up."""

from __future__ import annotations

from collections.abc import Iterator

from kb import models as m
from kb import odds, vocab
from kb.corpus import Corpus
from kb.errors import Finding, Level
from kb.rules._base import Family, Reporter, links

report = Reporter(__name__, Family.QUANTITY, Level.WARNING)

SLIGHT = odds.nats(vocab.STRENGTH_WORDS["slight"].high)


def check(corpus: Corpus) -> Iterator[Finding]:
    """An item carries more than slight strength only if the numbers that it reports are confirmed.

    Numbers change when they are retold.  Look the number up at its primary source and add `confirmed:` with source and
    anchor to the quantity, or lower the strength to `slight`.
    """
    for id, item in corpus.of(m.Evidence, active=True):
        loose = [q for q in item.quantities if _is_loose(corpus, q)]
        for where, link in links(corpus[id]) if loose else ():
            if abs(link.weight) > SLIGHT + 1e-9:
                yield report(
                    corpus[id],
                    (*where, "strength"),
                    f"the strength is {odds.db(abs(link.weight)):.0f} dB and {loose[0]} is not confirmed",
                    f"confirm the number at its primary source (`confirmed:` in {loose[0]}), or write `slight`",
                )


def _is_loose(corpus: Corpus, id: str) -> bool:
    """Whether a quantity was neither confirmed nor computed."""
    entry = corpus.find(id)
    if entry is None or not isinstance(entry.record, m.Quantity):
        return False
    return entry.record.confirmed is None and entry.record.formula is None
