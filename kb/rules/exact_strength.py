"""Exact strengths without a calculation."""

from __future__ import annotations

import re
from collections.abc import Iterator

from kb import models as m
from kb import odds, vocab
from kb.corpus import Corpus
from kb.errors import Finding, Level
from kb.rules._base import Family, Reporter, every_link

report = Reporter(__name__, Family.EVIDENCE, Level.SUGGESTION)

NUMBER = re.compile(
    r"\d|\b(?:one|two|three|four|five|six|seven|eight|nine|ten|twelve|twenty|hundred|thousand|million|half|halves|third"
    r"|quarter|fifth|tenth|twice|thrice|double|doubles|triple|even|equal|equally|dozen)\b",
    re.I,
)


def check(corpus: Corpus) -> Iterator[Finding]:
    """A strength given as a likelihood ratio says where its number comes from.

    An exact number looks calculated. Name the counts or the reasoning behind it in `why`, or use a word of the scale: a
    word claims no more than it knows.
    """
    for entry, where, link in every_link(corpus):
        exact = isinstance(link.strength, m.StrengthLr)
        if exact and entry.record.active and link.weight != 0 and not NUMBER.search(link.why or ""):
            yield report(
                entry,
                (*where, "strength"),
                f"the strength is exact ({m.strength_text(link.strength)}) and its `why` holds no number",
                f"say what was counted, or write `{vocab.strength_word(odds.db(link.weight))}`",
            )
