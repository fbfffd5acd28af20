"""Strengths that no design of this kind can carry."""

from __future__ import annotations

from collections.abc import Iterator

from kb import models as m
from kb import odds, vocab
from kb.corpus import Corpus
from kb.errors import Finding, Level
from kb.rules._base import Family, Reporter, links

report = Reporter(__name__, Family.EVIDENCE, Level.WARNING)

MOST = {
    vocab.Design.TESTIMONY: "strong",
    vocab.Design.ANECDOTE: "moderate",
    vocab.Design.THOUGHT_EXPERIMENT: "slight",
}
"""Design to the strongest word that it can carry; the others carry any."""


def check(corpus: Corpus) -> Iterator[Finding]:
    """What one person tells is at most strong, a single case at most moderate, what is imagined at most slight.

    A story is told because it fits, so it separates the claim from its negation little, however true it is. Lower the
    strength, or write the design that the item really has.
    """
    for id, item in corpus.of(m.Evidence, active=True):
        word = MOST.get(item.design)
        if word is None:
            continue
        most = vocab.STRENGTH_WORDS[word].high
        for where, link in links(corpus[id]):
            size = odds.db(abs(link.weight))
            if size > most + 1e-9:
                yield report(
                    corpus[id],
                    (*where, "strength"),
                    f"{size:.0f} dB is more than {item.design.label} can carry",
                    f"write at most `{word}` ({most:g} dB), or the design that the item really has",
                )
