"""Formulas without their assumption."""

from __future__ import annotations

import re
from collections.abc import Iterator

from kb import models as m
from kb import vocab
from kb.corpus import Corpus
from kb.errors import Finding, Level
from kb.rules._base import Family, Reporter

report = Reporter(__name__, Family.QUANTITY, Level.SUGGESTION)


_PRODUCT = re.compile(r"(?<!\*)\*(?!\*)")


def check(corpus: Corpus) -> Iterator[Finding]:
    """A product of estimates from different sources names what has to hold for it under `assumes`.

    A product of two estimates is right only if they are independent and speak of the same thing. Write the assumption
    as a claim and name it, so that a reader can attack it.
    """
    for id, quantity in corpus.of(m.Quantity, active=True):
        origins = {origin for q in quantity.inputs.values() if (origin := _origin_of_estimate(corpus, q)) is not None}
        if (
            quantity.formula is not None
            and _PRODUCT.search(quantity.formula)
            and len(origins) > 1
            and not quantity.assumes
        ):
            yield report(
                corpus[id],
                ("formula",),
                f"the product joins estimates of {' and '.join(sorted(origins)[:3])} and names no assumption",
                "add `assumes:` with the claim that has to hold, e.g. that the factors are independent",
                key=True,
            )


def _origin_of_estimate(corpus: Corpus, id: str) -> str | None:
    """The source of a quantity that is anything but measured."""
    entry = corpus.find(id)
    if entry is None or entry.record.get("basis") in (vocab.Basis.MEASURED, None):
        return None
    return next((passage.source for passage in entry.record.get("seen_in", ())), None)
