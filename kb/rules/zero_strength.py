"""Links without weight."""

from __future__ import annotations

from collections.abc import Iterator

from kb.corpus import Corpus
from kb.errors import Finding, Level
from kb.rules._base import Family, Reporter, every_link

report = Reporter(__name__, Family.EVIDENCE, Level.WARNING)


def check(corpus: Corpus) -> Iterator[Finding]:
    """A link has some weight, or says why it does not count.

    A strength of 0 dB, a ratio of 1 or two equal probabilities change nothing, and a reader cannot tell whether that is
    meant.  Write `negligible` or more, or `counts: {value: false, why: ...}` to show a link without weight.
    """
    for entry, where, link in every_link(corpus):
        if link.weight == 0 and (link.counts is None or link.counts.value):
            yield report(
                entry,
                (*where, "strength"),
                "the link has no weight",
                "write `negligible` or more, or add `counts: {value: false, why: ...}`",
            )
