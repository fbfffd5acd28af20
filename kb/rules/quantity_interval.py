"""Spreads of quantities."""

from __future__ import annotations

from collections.abc import Iterator

from kb import models as m
from kb import vocab
from kb.corpus import Corpus
from kb.errors import Finding, Level
from kb.rules._base import Family, Reporter

report = Reporter(__name__, Family.QUANTITY, Level.ERROR, alone=True)


def check(corpus: Corpus) -> Iterator[Finding]:
    """The low end of a quantity lies below its high end, and the median between them.

    Low and high are the 5% and the 95% point; the other way round every draw from them would be wrong.  A lognormal
    spread needs numbers above 0.  Exchange the numbers, or look them up again.
    """
    for id, quantity in corpus.of(m.Quantity):
        value = quantity.value
        if not isinstance(value, m.Estimate):
            continue
        entry = corpus[id]
        if value.low >= value.high:
            message = f"`low` is {value.low:g} and `high` is {value.high:g}"
            yield report(
                entry, ("value", "low"), message, "write the smaller number as `low`; a single number is `value`"
            )
        elif value.median is not None and not value.low <= value.median <= value.high:
            message = f"the median {value.median:g} does not lie between {value.low:g} and {value.high:g}"
            yield report(entry, ("value", "median"), message, "look the three numbers up again")
        elif value.distribution is vocab.Distribution.LOGNORMAL and value.low <= 0:
            message = f"a lognormal spread cannot start at {value.low:g}"
            yield report(entry, ("value", "low"), message, "write numbers above 0, or `distribution: normal`")
