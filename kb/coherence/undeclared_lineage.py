"""Rule ``undeclared-lineage``."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from itertools import combinations

from kb import models as m
from kb import odds, vocab
from kb.corpus import Corpus
from kb.engine import Assessment
from kb.engine.graph import compile_network
from kb.engine.impact import Move, difference
from kb.engine.incremental import above, update
from kb.engine.propagate import Propagated
from kb.errors import Finding, Level
from kb.rules import Reporter

report = Reporter(__name__, Level.SUGGESTION)
MATTERS = odds.nats(0.5)
MOST_PAIRS = 100
"""Pairs of sources that are tried out, those with most weight; each is a recomputation of what rests on them."""

Tie = tuple[vocab.LineageKind, str]
"""How two sources look related, and why."""


def check(assessment: Assessment) -> Iterator[Finding]:
    """Sources that bear on one claim, directly or through its reasons, look related, and no lineage says so.

    They share an author, an author of one is tied to an author of the other, one quotes or derives from the other, or
    both derive from a third.  Declare ``lineage: [{root, kind}]`` on the item, so that what they have in common counts
    once.  The finding says what that would do, where it does most; below half a deciban nothing is said.
    """
    corpus, result = assessment.corpus, assessment.result
    for (a, b), (kind, why) in _pairs(corpus, result).items():
        item = _strongest_item(result, b)
        move = _if_tied(assessment, item, a, kind)
        if move is not None and abs(move.weight) >= MATTERS:
            entry = corpus[item]
            yield report(
                entry, ("root",) if entry.record.get("root") else ("seen_in",),
                f"{a} and {b} count as independent, but {why}: tied as {kind}, {move.claim} would stand at "
                f"{odds.say_percent(move.without)} instead of {odds.say_percent(move.with_)} "
                f"({odds.say_db(-move.weight)})",
                f"add `lineage:` with `root: {a}` and `kind: {kind}` here, if they do rest on each other",
            )  # fmt: skip


def _pairs(corpus: Corpus, result: Propagated) -> dict[tuple[str, str], Tie]:
    """Pairs of sources that look related, are not joined, and have a claim above both; in order of name."""
    net = result.net
    lineage = dict(zip(net.root_ids, net.root_lineage.tolist(), strict=True))
    weight = dict.fromkeys(net.root_ids, 0.0)
    touched: dict[str, list[int]] = {r: [] for r in net.root_ids}
    for g, r in enumerate(net.pair_root.tolist()):
        size = abs(float(result.state.pair_weight[g, 0]))
        if size > 0:
            weight[net.root_ids[r]] += size
            touched[net.root_ids[r]].append(int(net.pair_claim[g]))
    found = {
        pair: tie
        for pair, tie in _related(corpus, [r for r in net.root_ids if weight[r] > 0]).items()
        if lineage[pair[0]] < 0 or lineage[pair[0]] != lineage[pair[1]]
    }
    reach = {r: frozenset(above(net, touched[r]).tolist()) for pair in found for r in pair}
    met = [pair for pair in found if reach[pair[0]] & reach[pair[1]]]
    met.sort(key=lambda pair: (-min(weight[pair[0]], weight[pair[1]]), pair))
    return {pair: found[pair] for pair in sorted(met[:MOST_PAIRS])}


def _related(corpus: Corpus, roots: list[str]) -> dict[tuple[str, str], Tie]:
    """Pairs among some sources that look related, with the closest tie."""
    sources = {id: corpus.record(id, m.Source) for id in sorted(roots)}
    found: dict[tuple[str, str], Tie] = {}

    def note(a: str, b: str, kind: vocab.LineageKind, why: str) -> None:
        if a != b and a in sources and b in sources:
            found.setdefault((min(a, b), max(a, b)), (kind, why))

    for id, source in sources.items():
        for other in (*source.derived_from, *source.quotes):
            note(id, other, vocab.LineageKind.RESTATEMENT, "one quotes or derives from the other")
    for origin, ids in _by({id: s.derived_from for id, s in sources.items()}).items():
        for a, b in combinations(ids, 2):
            note(a, b, vocab.LineageKind.SAME_STUDY, f"both derive from {origin}")
    by_author = _by({id: s.authors for id, s in sources.items()})
    for author, ids in by_author.items():
        for a, b in combinations(ids, 2):
            note(a, b, vocab.LineageKind.TIES, f"both are by {author}")
        entry = corpus.find(author)
        for tie in entry.record.get("ties", ()) if entry is not None else ():
            for a in ids:
                for b in by_author.get(tie.to, ()):
                    note(a, b, vocab.LineageKind.TIES, f"{author} is tied to {tie.to}")
    return found


def _by(names: Mapping[str, tuple[str, ...]]) -> dict[str, list[str]]:
    """Names to those that have them, in order of name."""
    found: dict[str, list[str]] = {}
    for id, values in names.items():
        for value in values:
            found.setdefault(value, []).append(id)
    return dict(sorted(found.items()))


def _strongest_item(result: Propagated, root: str) -> str:
    """The item of a root that weighs most; of equal ones the first by name."""
    net, r = result.net, result.net.root_ids.index(root)
    items = [k for k in range(net.item_claim.size) if net.pair_root[net.item_pair[k]] == r]
    return min((-abs(float(result.state.item_weight[k, 0])), net.item_ids[k]) for k in items)[1]


def _if_tied(assessment: Assessment, item: str, root: str, kind: vocab.LineageKind) -> Move | None:
    """The largest move if an item declared that its root is not independent of another."""
    corpus = assessment.corpus
    record = corpus.record(item, m.Evidence)
    declared = record.model_copy(update={"lineage": (*record.lineage, m.Lineage(root=root, kind=kind))})
    tied = Corpus([replace(e, record=declared) if e.id == item else e for e in corpus], corpus.topics, corpus.root)
    after = update(assessment.result, compile_network(tied)).result
    return next(iter(difference(item, assessment.result, after).moves), None)
