"""Rule ``two-routes``."""

from __future__ import annotations

from collections.abc import Iterator

from kb import models as m
from kb import odds
from kb.engine import Assessment
from kb.engine.impact import Route
from kb.errors import Finding, Level
from kb.rules import Family, Reporter

report = Reporter(__name__, Family.LINEAGE, Level.SUGGESTION)


def check(assessment: Assessment) -> Iterator[Finding]:
    """One item reaches a claim directly and again through another claim.

    The engine lets it deliver no more than its own weight, but below that it adds up like two readings.  Give it the
    route that it argues by; keep both only where each has a why of its own.
    """
    corpus = assessment.corpus
    known: dict[str, dict[str, Route]] = {}
    for id, item in corpus.of(m.Evidence, active=True):
        links = [
            (n, x)
            for n, x in enumerate(item.bears_on)
            if isinstance(x, m.Link) and x.weight != 0 and x.claim in assessment.credences
        ]
        for n, direct in links if len(links) > 1 else ():
            if direct.claim not in known:
                known[direct.claim] = assessment.routes(direct.claim)
            for _, other in links:
                route = known[direct.claim].get(other.claim)
                if other is direct or route is None or (direct.why and other.why and direct.why != other.why):
                    continue
                shared = assessment.explain(direct.claim).shared
                counted = f"; shared evidence counted once: {odds.say_db(shared)} there" if shared else ""
                yield report(
                    corpus[id], ("bears_on", n),
                    f"reaches {direct.claim} directly with {odds.say_db(direct.weight)} stated, and again through "
                    f"{' > '.join(route.steps)}, which passes on {route.gain:.0%} of {odds.say_db(other.weight)}"
                    f"{counted}",
                    "keep the route that it argues by, or say in each `why` what that route adds",
                )  # fmt: skip
                break
