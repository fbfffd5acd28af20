"""Rule ``undeclared-lineage``."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations

from kb import models as m
from kb import odds, vocab
from kb.corpus import Corpus
from kb.engine import Assessment
from kb.engine.results import RootPart
from kb.errors import Finding, Level
from kb.rules import Reporter

report = Reporter(__name__, Level.SUGGESTION)
MATTERS = odds.nats(0.5)


def check(assessment: Assessment) -> Iterator[Finding]:
    """Roots that bear on one claim look related, and no lineage says so.

    They share an author, an author of one is tied to an author of the other, or one quotes or derives from the other.
    Declare ``lineage: [{root, kind}]`` on the item, so that what they have in common counts once.
    """
    corpus = assessment.corpus
    lineage = assessment.result.net
    joined = {id: int(e) for id, e in zip(lineage.root_ids, lineage.root_lineage, strict=True)}
    for id in assessment.credences:
        groups = assessment.explain(id).groups
        roots = [r for g in groups for r in g.roots if r.trusted != 0]
        for a, b in combinations(sorted(roots, key=lambda r: r.id), 2):
            if (joined[a.id] >= 0 and joined[a.id] == joined[b.id]) or a.trusted * b.trusted < 0:
                continue
            found = _tie(corpus, a.id, b.id)
            if found is None:
                continue
            kind, why = found
            if _cost(a, b, kind) < MATTERS or not b.items:
                continue
            item = corpus[b.items[0].id]
            yield report(
                item, ("root",) if item.record.get("root") else ("seen_in",),
                f"{a.id} and {b.id} bear on {id} as if independent, but {why}: {odds.say_db(a.trusted)} and "
                f"{odds.say_db(b.trusted)} would together lose {odds.db(_cost(a, b, kind)):.1f} dB as {kind}",
                f"add `lineage:` with `root: {a.id}` and `kind: {kind}`, if they do rest on each other",
            )  # fmt: skip


def _tie(corpus: Corpus, a: str, b: str) -> tuple[vocab.LineageKind, str] | None:
    """How two sources look related, the closest tie first."""
    x, y = corpus.record(a, m.Source), corpus.record(b, m.Source)
    if a in (*y.derived_from, *y.quotes) or b in (*x.derived_from, *x.quotes):
        return vocab.LineageKind.RESTATEMENT, "one quotes or derives from the other"
    shared = sorted(set(x.authors) & set(y.authors))
    if shared:
        return vocab.LineageKind.TIES, f"both are by {', '.join(shared)}"
    for first, second in ((x, y), (y, x)):
        for author in first.authors:
            entry = corpus.find(author)
            ties = entry.record.get("ties", ()) if entry is not None else ()
            hit = next((t.to for t in ties if t.to in second.authors), None)
            if hit is not None:
                return vocab.LineageKind.TIES, f"{author} is tied to {hit}"
    return None


def _cost(a: RootPart, b: RootPart, kind: vocab.LineageKind) -> float:
    """What the two would lose together, in nats: the smaller weight after overlap instead of whole."""
    d = vocab.LINEAGE_DEPENDENCE[kind]
    return min(abs(a.trusted), abs(b.trusted)) * (1 - (2 / (1 + d) - 1))
