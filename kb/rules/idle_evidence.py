"""Evidence that bears on nothing."""

from __future__ import annotations

from collections.abc import Iterator

from kb import models as m
from kb.corpus import Corpus
from kb.errors import Finding, Level
from kb.rules._base import Family, Reporter

report = Reporter(__name__, Family.EVIDENCE, Level.SUGGESTION)


def check(corpus: Corpus) -> Iterator[Finding]:
    """Every item of evidence bears on something.

    An item without a link moves no number and stands on no claim's page.  Add ``bears_on`` with the claim, the
    stance, the strength and why.
    """
    for id, item in corpus.of(m.Evidence, active=True):
        if not item.bears_on:
            yield report(
                corpus[id],
                ("title",),
                "the item bears on nothing",
                "add `bears_on:` with `claim:`, `stance:`, `strength:` and `why:`",
            )
