"""Rule ``strength-limited``."""

from __future__ import annotations

import math
from collections.abc import Iterator

from kb import odds
from kb.engine import Assessment
from kb.errors import Finding, Level
from kb.rules import Family, Reporter

report = Reporter(__name__, Family.ARGUMENT, Level.SUGGESTION)
LOST = odds.nats(0.05)


def check(assessment: Assessment) -> Iterator[Finding]:
    """A link is stronger than the base rates allow.

    A link's table has the base rates of reason and conclusion as margins, and no conditional in it may exceed .99.  A
    reason that is likely anyway cannot speak strongly for anything.  Lower the strength, or look at the base rates.
    """
    corpus, result = assessment.corpus, assessment.result
    net, t = result.net, result.setup.tables
    links = {(id, net.ids[c]): j for j, (id, c) in enumerate(zip(net.link_ids, net.link_claim.tolist(), strict=True))}
    for reason in corpus.reasons:
        j = links.get((reason.source, reason.link.claim))
        if j is None or net.link_weight[j] == 0:
            continue
        stated = abs(float(net.link_weight[j]))
        most = abs(math.log(float(t.s[j, 0]) / float(t.f[j, 0])))
        if stated - most > LOST:
            entry = corpus[reason.source]
            bearing = entry.record.get("bears_on", ())
            where = ("bears_on", bearing.index(reason.link), "strength") if bearing else ("link", "strength")
            yield report(
                entry, where,
                f"{odds.db(stated):.1f} dB cannot be had: with base rates {float(t.ref[j, 0]):.2g} of the reason and "
                f"{float(net.pi[net.link_claim[j]]):.2g} of {reason.link.claim} it adds at most {odds.db(most):.1f} dB",
                "lower the strength, or give the reason a lower base rate with a why",
            )  # fmt: skip
