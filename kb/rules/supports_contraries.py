"""Items that speak for both sides."""

from __future__ import annotations

from collections.abc import Iterator

from kb import models as m
from kb import vocab
from kb.corpus import Corpus
from kb.errors import Finding, Level
from kb.rules._base import Family, Reporter, links

report = Reporter(__name__, Family.EVIDENCE, Level.SUGGESTION)


def check(corpus: Corpus) -> Iterator[Finding]:
    """One item does not support two claims that are contrary to each other.

    What is as likely under either is evidence for neither.  Keep the link to the claim that the item favours, or let it
    oppose the other one.
    """
    pairs = {
        frozenset((id, relation.to))
        for id, claim in corpus.of(m.Claim, active=True)
        for relation in claim.relations
        if relation.type is vocab.Relation.CONTRARY
    }
    for id, _ in corpus.of(m.Evidence, active=True):
        signs: dict[tuple[str, vocab.Stance], None] = {}
        for where, link in links(corpus[id]):
            other = next((c for c, s in signs if s is link.stance and frozenset((c, link.claim)) in pairs), None)
            if other is not None:
                yield report(
                    corpus[id],
                    (*where, "stance"),
                    f"the item {link.stance} {link.claim} and {other}, which are contrary to each other",
                    "keep the link to the claim that it favours, or turn one of the two round",
                )
            if link.weight != 0:
                signs[link.claim, link.stance] = None
