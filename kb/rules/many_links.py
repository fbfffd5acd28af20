"""Items that bear on everything."""

from __future__ import annotations

from collections.abc import Iterator

from kb import models as m
from kb.corpus import Corpus
from kb.errors import Finding, Level
from kb.rules._base import Family, Reporter

report = Reporter(__name__, Family.EVIDENCE, Level.SUGGESTION)

MOST = 6


def check(corpus: Corpus) -> Iterator[Finding]:
    """One item bears on at most six claims.

    An item that speaks for everything mostly speaks for one claim, and reaches the others through it. Let it bear on
    the nearest claims, and let those bear on the rest.
    """
    for id, item in corpus.of(m.Evidence, active=True):
        if len(item.bears_on) > MOST:
            yield report(
                corpus[id],
                ("bears_on",),
                f"the item has {len(item.bears_on)} links",
                f"keep at most {MOST}: link it to the nearest claims and let those bear on the others",
                key=True,
            )
