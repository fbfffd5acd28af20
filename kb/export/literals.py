"""Values of the Turtle export: text, names, numbers with fixed decimals, dates; the names are in ``rdfterms``."""

from __future__ import annotations

from decimal import Decimal
from functools import cache, lru_cache

from rdflib import Literal

from kb import odds
from kb.export.rdfterms import XSD

_DATES = {4: XSD.gYear, 7: XSD.gYearMonth, 10: XSD.date}


def words(text: str | None) -> Literal | None:
    """Our own text, in English."""
    return None if text is None else Literal(text, lang="en")


def plain(text: str | None) -> Literal | None:
    """Text that is a name or a code."""
    return None if text is None else Literal(text)


@lru_cache(maxsize=4096)
def decimal(value: float | None, digits: int = 6) -> Literal | None:
    """A number with a fixed number of decimals; zero without a sign: to the cache 0.0 and -0.0 are one number."""
    return None if value is None else Literal(Decimal(f"{round(value, digits) + 0.0:.{digits}f}"))


@cache
def truth(value: bool) -> Literal:
    """Yes or no."""
    return Literal(value)


def decibans(nats: float) -> Literal | None:
    """A weight in nats as decibans with four decimals."""
    return decimal(odds.db(nats) + 0.0, 4)


def date(text: str | None) -> Literal | None:
    """A date of as many parts as are known."""
    return None if text is None else Literal(text, datatype=_DATES[len(text)], normalize=False)
