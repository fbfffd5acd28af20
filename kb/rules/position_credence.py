"""Credences that do not go with their stance."""

from __future__ import annotations

from collections.abc import Iterator

from kb import models as m
from kb import vocab
from kb.corpus import Corpus
from kb.errors import Finding, Level
from kb.rules._base import Family, Reporter

report = Reporter(__name__, Family.POSITION, Level.WARNING)

ASSENT = frozenset({vocab.Attitude.ASSERTS, vocab.Attitude.CONCEDES})
NO_LEVEL = frozenset({vocab.Attitude.DISCLAIMS, vocab.Attitude.RETRACTS})


def check(corpus: Corpus) -> Iterator[Finding]:
    """Who denies a claim gives it less than one half; who takes it back or takes no stand gives it no level.

    The credence is the speaker's probability that the claim is true, not how sure they are of their stance.  Write the
    probability of the claim as it is worded, or choose the stance that fits.
    """
    for id, position in corpus.of(m.Position, active=True):
        if position.credence is None or isinstance(position.credence, m.Said):
            continue
        level = m.credence_value(position.credence)
        if position.stance in NO_LEVEL:
            message = f"`{position.stance}` does not go with the credence {level:g}"
            hint = "delete the credence, or write `stance: asserts` or `stance: denies`"
        elif position.stance is vocab.Attitude.DENIES and level > 0.55:
            message = f"the claim is denied and gets {level:g}"
            hint = f"write the probability that the claim is true, e.g. {1 - level:.2g}, or `stance: asserts`"
        elif position.stance is vocab.Attitude.ASSERTS and level < 0.45:
            message = f"the claim is asserted and gets {level:g}"
            hint = f"write the probability that the claim is true, e.g. {1 - level:.2g}, or `stance: denies`"
        else:
            continue
        yield report(corpus[id], ("credence",), message, hint)
