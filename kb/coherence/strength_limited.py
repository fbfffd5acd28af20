"""Rule ``strength-limited``."""

from __future__ import annotations

import math
from collections.abc import Iterator

from kb import odds
from kb.engine import Assessment
from kb.errors import Finding, Level
from kb.rules import Reporter

report = Reporter(__name__, Level.SUGGESTION)


def check(assessment: Assessment) -> Iterator[Finding]:
    """A link is stronger than the base rates allow.

    A link's table has the base rates of reason and conclusion as margins, and no conditional in it may exceed .99.  A
    reason that is likely anyway cannot speak strongly for anything.  Lower the strength, or look at the base rates.
    """
    corpus, result = assessment.corpus, assessment.result
    net, t = result.net, result.setup.tables
    for reason in corpus.reasons:
        record = corpus.entries[reason.source]
        for j, id in enumerate(net.link_ids):
            if id != reason.source or net.ids[net.link_claim[j]] != reason.link.claim or net.link_weight[j] == 0:
                continue
            stated = float(net.link_weight[j])
            most = math.log(float(t.s[j, 0]) / float(t.f[j, 0]))
            if abs(stated) - abs(most) > odds.nats(0.05):
                where: tuple[str | int, ...] = ("link", "strength")
                bearing = record.record.get("bears_on", ())
                if bearing:
                    where = ("bears_on", bearing.index(reason.link), "strength")
                yield report(
                    record, where,
                    f"{abs(odds.db(stated)):.1f} dB cannot be had: with base rates {float(t.ref[j, 0]):.2g} of the "
                    f"reason and {float(net.pi[net.link_claim[j]]):.2g} of {reason.link.claim} it adds at most "
                    f"{abs(odds.db(most)):.1f} dB",
                    "lower the strength, or give the reason a lower base rate with a why",
                )  # fmt: skip
