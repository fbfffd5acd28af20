"""Where numbers say they come from."""

from __future__ import annotations

from collections.abc import Iterator

from kb import models as m
from kb import vocab
from kb.corpus import Corpus
from kb.errors import Finding, Level
from kb.rules._base import Family, Reporter

report = Reporter(__name__, Family.QUANTITY, Level.WARNING)


def check(corpus: Corpus) -> Iterator[Finding]:
    """A number computed by a formula says `basis: derived`, `estimated` or `forecast`; one without a formula is not
    `derived`.

    A product of two estimates is not measured, and a derived number that hides its factors cannot be attacked where it
    is weak. Write the basis that fits, or give the formula and its inputs; what no formula can say, `notes` does.
    """
    for id, quantity in corpus.of(m.Quantity, active=True):
        if quantity.formula is not None and quantity.basis in (vocab.Basis.MEASURED, vocab.Basis.GUESSED):
            message = f"the number has a formula and says `basis: {quantity.basis}`"
            yield report(corpus[id], ("basis",), message, "write `basis: derived`")
        elif quantity.formula is None and quantity.basis is vocab.Basis.DERIVED and not quantity.notes:
            yield report(
                corpus[id],
                ("basis",),
                "the number says `basis: derived` and shows no formula",
                "give `formula:` and `inputs:` instead of `value:`, or write `basis: estimated`",
            )
