"""Rule ``undeclared-lineage``."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
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
from kb.rules import Family, Reporter

report = Reporter(__name__, Family.LINEAGE, Level.SUGGESTION)
MATTERS = odds.nats(0.5)
MOST_PAIRS = 100
"""Pairs of sources that are tried out, those with most weight; each is a recomputation of what rests on them."""


@dataclass(frozen=True, slots=True)
class Tie:
    """How two sources look related: the one that should declare it, the other, the kind, and why."""

    source: str
    other: str
    kind: vocab.LineageKind
    why: str


def check(assessment: Assessment) -> Iterator[Finding]:
    """Sources that bear on one claim, directly or through its reasons, look related, and no lineage says so.

    They share an author, an author of one is tied to an author of the other, one quotes or derives from the other, or
    both derive from a third.  Declare ``lineage: [{root, kind}]`` on the item, so that what they have in common counts
    once.  The finding says what that would do, where it does most; below half a deciban nothing is said.
    """
    corpus, result = assessment.corpus, assessment.result
    for tie in _ties(corpus, result):
        item = _strongest_item(result, tie.source)
        move = _if_declared(assessment, item, tie)
        if move is not None and abs(move.weight) >= MATTERS:
            entry = corpus[item]
            yield report(
                entry, ("root",) if entry.record.get("root") else ("seen_in",),
                f"{tie.other} and {tie.source} count as independent, but {tie.why}: declared as {tie.kind}, "
                f"{move.claim} would stand at {odds.say_percent(move.without)} instead of "
                f"{odds.say_percent(move.with_)} ({odds.say_db(-move.weight)})",
                f"add `lineage:` with `root: {tie.other}` and `kind: {tie.kind}` here, if they do rest on each other",
            )  # fmt: skip


def _ties(corpus: Corpus, result: Propagated) -> list[Tie]:
    """Sources that look related, are not joined, and have a claim above both; those with most weight first."""
    net = result.net
    lineage = dict(zip(net.root_ids, net.root_lineage.tolist(), strict=True))
    weight = dict.fromkeys(net.root_ids, 0.0)
    touched: dict[str, list[int]] = {r: [] for r in net.root_ids}
    for g, r in enumerate(net.pair_root.tolist()):
        size = abs(float(result.state.pair_weight[g, 0]))
        if size > 0:
            weight[net.root_ids[r]] += size
            touched[net.root_ids[r]].append(int(net.pair_claim[g]))
    found = [
        tie
        for tie in _related(corpus, [r for r in net.root_ids if weight[r] > 0])
        if lineage[tie.source] < 0 or lineage[tie.source] != lineage[tie.other]
    ]
    reach = {r: frozenset(above(net, touched[r]).tolist()) for tie in found for r in (tie.source, tie.other)}
    met = [tie for tie in found if reach[tie.source] & reach[tie.other]]
    met.sort(key=lambda tie: (-min(weight[tie.source], weight[tie.other]), tie.source, tie.other))
    return met[:MOST_PAIRS]


def _related(corpus: Corpus, roots: list[str]) -> list[Tie]:
    """Pairs among some sources that look related, each with its closest tie."""
    sources = {id: corpus.record(id, m.Source) for id in sorted(roots)}
    found: dict[frozenset[str], Tie] = {}

    def note(source: str, other: str, kind: vocab.LineageKind, why: str) -> None:
        if source != other and source in sources and other in sources:
            found.setdefault(frozenset((source, other)), Tie(source, other, kind, why))

    for id, source in sources.items():
        for others, does in ((source.derived_from, "derives from"), (source.quotes, "quotes")):
            for other in others:
                note(id, other, vocab.LineageKind.RESTATEMENT, f"{id} {does} {other}")
    for origin, ids in _by({id: s.derived_from for id, s in sources.items()}).items():
        for a, b in combinations(ids, 2):
            note(b, a, vocab.LineageKind.SAME_STUDY, f"both derive from {origin}")
    by_author = _by({id: s.authors for id, s in sources.items()})
    for author, ids in by_author.items():
        for a, b in combinations(ids, 2):
            note(b, a, vocab.LineageKind.TIES, f"both are by {author}")
        entry = corpus.find(author)
        for tie in entry.record.get("ties", ()) if entry is not None else ():
            for a in ids:
                for b in by_author.get(tie.to, ()):
                    note(a, b, vocab.LineageKind.TIES, f"{author} is tied to {tie.to}")
    return list(found.values())


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


def _if_declared(assessment: Assessment, item: str, tie: Tie) -> Move | None:
    """The largest move if an item declared that its root is not independent of another."""
    corpus = assessment.corpus
    record = corpus.record(item, m.Evidence)
    declared = record.model_copy(update={"lineage": (*record.lineage, m.Lineage(root=tie.other, kind=tie.kind))})
    tied = Corpus([replace(e, record=declared) if e.id == item else e for e in corpus], corpus.topics, corpus.root)
    after = update(assessment.result, compile_network(tied)).result
    return next(iter(difference(item, assessment.result, after).moves), None)
