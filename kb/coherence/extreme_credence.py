"""Rule ``extreme-credence``."""

from __future__ import annotations

from collections.abc import Iterator

from kb import odds
from kb.engine import Assessment
from kb.errors import Finding, Level
from kb.rules import Family, Reporter

report = Reporter(__name__, Family.EVIDENCE, Level.SUGGESTION)
EXTREME = odds.nats(30)


def check(assessment: Assessment) -> Iterator[Finding]:
    """A claim stands beyond 30 dB, a thousand to one.

    Few debates earn that.  Look for reasons that say the same thing, for strengths that are too sure, and for evidence
    whose common source is not declared.
    """
    for id, credence in assessment.credences.items():
        total = odds.logit(credence.base_rate) + credence.weight
        if abs(total) > EXTREME:
            rows = assessment.explain(id).rows()
            largest = max(rows[1:-1], key=lambda r: abs(r.weight), default=rows[0])
            name = ", ".join(largest.ids) or largest.kind
            yield report(
                assessment.corpus[id], (),
                f"stands at {odds.db(total):+.1f} dB ({odds.say_percent(credence.credence)}); the largest row is "
                f"{name} with {odds.say_db(largest.weight)}",
                "look for reasons that repeat each other, or strengths that are too sure",
            )  # fmt: skip
