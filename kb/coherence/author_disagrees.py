"""Rule ``author-disagrees``."""

from __future__ import annotations

from collections.abc import Iterator

from kb import models as m
from kb import odds
from kb.engine import Assessment
from kb.engine.viewpoints import stated_credences
from kb.errors import Finding, Level
from kb.rules import Family, Reporter

report = Reporter(__name__, Family.POSITION, Level.SUGGESTION)
FAR = odds.nats(10)


def check(assessment: Assessment) -> Iterator[Finding]:
    """A claim stands far from what somebody who holds it states.

    Ten decibans or more lie between the map's credence and the last that a speaker stated for the same claim.  That may
    be right: the map counts the evidence, not the speaker.  Or evidence that the speaker has is missing here.
    """
    for id, holder, position in stated_credences(assessment.corpus):
        known = assessment.credences.by_id.get(position.on)
        if known is None or not known.assessed:
            continue
        assert not isinstance(position.credence, m.Said | None)
        theirs = m.credence_value(position.credence)
        gap = odds.logit(theirs) - odds.logit(known.credence)
        if abs(gap) >= FAR:
            yield report(
                assessment.corpus[id], ("credence",),
                f"{holder} puts {position.on} at {odds.say_percent(theirs)}, the map at "
                f"{odds.say_percent(known.credence)}: {abs(odds.db(gap)):.1f} dB apart",
                f"look with `kb disagree {holder} neutral {position.on}` whether evidence of theirs is missing",
            )  # fmt: skip
