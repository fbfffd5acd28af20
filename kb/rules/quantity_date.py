"""Numbers without a time."""

from __future__ import annotations

import re
from collections.abc import Iterator

from kb import models as m
from kb import vocab
from kb.corpus import Corpus
from kb.errors import Finding, Level
from kb.rules._base import Family, Reporter

report = Reporter(__name__, Family.QUANTITY, Level.SUGGESTION)

PASSING = re.compile(r"\bper\b|%|/|\b(?:USD|EUR|GBP|dollars?|euros?)\b|\bshare\b")


def check(corpus: Corpus) -> Iterator[Finding]:
    """A rate, a share or a price says which time it covers (`period`) or when it held (`as_of`).

    Such numbers change from year to year; without a date two readings look like a contradiction. Add `as_of: YYYY-MM`
    or `period:`. A formula has the dates of its inputs, a figure of speech needs none.
    """
    for id, quantity in corpus.of(m.Quantity, active=True):
        timeless = (
            quantity.formula is not None
            or quantity.basis is vocab.Basis.RHETORICAL
            or not PASSING.search(quantity.unit)
        )
        if quantity.period is None and quantity.as_of is None and not timeless:
            yield report(
                corpus[id],
                ("unit",),
                "the number has neither `period` nor `as_of`",
                "add `as_of: YYYY-MM`, or `period:` with the years that it covers",
                key=True,
            )
