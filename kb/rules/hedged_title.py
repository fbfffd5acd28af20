"""Credences in titles."""

from __future__ import annotations

import re
from collections.abc import Iterator

from kb import models as m
from kb.corpus import Corpus
from kb.errors import Finding, Level
from kb.rules._base import Family, Reporter

report = Reporter(__name__, Family.STYLE, Level.SUGGESTION)

HEDGE = re.compile(
    r"\b(?:probably|perhaps|possibly|presumably|maybe|almost certainly|very likely|most likely|quite likely|unlikely to"
    r"|likely to|certainly|undoubtedly|definitely|surely|doubtless"
    r"|it is (?:likely|unlikely|probable|possible|certain))\b",
    re.I,
)


def check(corpus: Corpus) -> Iterator[Finding]:
    """The title of a claim states the proposition and leaves its credence to the number.

    A claim that “X is probably true” can stand at 90% and say nothing of X. Leave the word out of the title; who is how
    sure is the `credence` of a position.
    """
    for id, claim in corpus.of(m.Claim, active=True):
        hedge = HEDGE.search(claim.title)
        if hedge is not None:
            yield report(
                corpus[id],
                ("title",),
                f"“{hedge[0]}” is a credence and not part of the claim",
                "leave it out: the credence is computed, and a speaker's stands in a position",
            )
