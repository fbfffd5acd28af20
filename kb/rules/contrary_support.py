"""Claims that support what they contradict."""

from __future__ import annotations

from collections.abc import Iterator

from kb import models as m
from kb import vocab
from kb.corpus import Corpus
from kb.errors import Finding, Level
from kb.rules._base import Family, Reporter, links

report = Reporter(__name__, Family.ARGUMENT, Level.WARNING)


def check(corpus: Corpus) -> Iterator[Finding]:
    """A claim does not support a claim that it is contrary to, and is no reason for one that it restates.

    Two claims that cannot both be true are no reasons for each other, and a claim in other words is no reason at all.
    Look whether the relation or the link is meant, and delete the other.
    """
    told: dict[frozenset[str], vocab.Relation] = {}
    for id, claim in corpus.of(m.Claim, active=True):
        for relation in claim.relations:
            if relation.type in (vocab.Relation.CONTRARY, vocab.Relation.RESTATES):
                told[frozenset((id, relation.to))] = relation.type
    for id, _ in corpus.of(m.Claim, active=True):
        for where, link in links(corpus[id]):
            tie = told.get(frozenset((id, link.claim)))
            wrong = tie is vocab.Relation.RESTATES or (tie is not None and link.stance is vocab.Stance.SUPPORTS)
            if wrong and link.weight != 0:
                what = "restates" if tie is vocab.Relation.RESTATES else "is contrary to"
                yield report(
                    corpus[id],
                    (*where, "stance"),
                    f"the claim {what} {link.claim} and is given as a reason: {link.stance}",
                    "delete the link or the relation, whichever is not meant",
                )
