"""What new and changed links of evidence do to the claims they bear on, with the reason that the record gives."""

from __future__ import annotations

from collections.abc import Iterator

from kb import models as m
from kb import odds
from kb.corpus import NONE, Corpus
from kb.diff.report import LinkEffect, RecordChange, short
from kb.engine import Assessment
from kb.engine.graph import item_reliability, source_reliability
from kb.engine.impact import impacts

MOST_ITEMS = 300
"""Changed items whose effect is worked out."""
Bearing = m.Link | m.AnswerLikelihood


def link_effects(before: Assessment, after: Assessment, changes: tuple[RecordChange, ...]) -> tuple[LinkEffect, ...]:
    """Links of new, changed and withdrawn items that differ, or whose item weighs differently, largest first."""
    items = [
        change.id
        for change in changes
        if any(isinstance(_item(state.corpus, change.id), m.Evidence) for state in (before, after))
    ][:MOST_ITEMS]
    if not items:
        return ()
    felt = [_felt(state, items) for state in (before, after)]
    found = [effect for id in items for effect in _of(id, before, after, felt)]
    return tuple(sorted(found, key=lambda e: (-abs((e.after or 0.0) - (e.before or 0.0)), e.item, e.claim)))


def _item(corpus: Corpus, id: str) -> m.Evidence | None:
    """An item of evidence in force."""
    entry = corpus.entries.get(id)
    record = entry.record if entry is not None else None
    return record if isinstance(record, m.Evidence) and record.active else None


def _felt(state: Assessment, items: list[str]) -> dict[tuple[str, str], float]:
    """(item, claim) to what the item does to the claim, all else given, in nats."""
    held = [id for id in items if _item(state.corpus, id) is not None]
    found = impacts(state.result, held)
    return {(id, move.claim): move.weight for id, impact in found.items() for move in impact.moves}


def _of(
    id: str, before: Assessment, after: Assessment, felt: list[dict[tuple[str, str], float]]
) -> Iterator[LinkEffect]:
    old, new = _item(before.corpus, id), _item(after.corpus, id)
    was, now = (_bearings(state.corpus, item) for state, item in ((before, old), (after, new)))
    item, corpus = (new, after.corpus) if new is not None else (old, before.corpus)
    if item is None:
        return
    root = corpus.root_of(item)
    source = corpus.entries.get(root) if root is not None else None
    trust = source_reliability(source.record) if source is not None and isinstance(source.record, m.Source) else None
    same = old is not None and new is not None and _weighs(before.corpus, old) == _weighs(after.corpus, new)
    for claim in sorted({*was, *now}):
        if same and was.get(claim) == now.get(claim):
            continue
        link = now.get(claim) or was[claim]
        target = after.corpus.find(claim) or before.corpus.find(claim)
        yield LinkEffect(
            item=id,
            title=short(corpus.entries[id].title),
            claim=short(claim),
            claim_title=short(target.title if target is not None else claim),
            says=short(_says(link, claim), 1_500),
            why=short(link.why or "", 1_500),
            design=item.design.value,
            reliability=item_reliability(item),
            root=short(root or ""),
            root_reliability=trust,
            before=_limited(felt[0].get((id, claim), 0.0)) if claim in was else None,
            after=_limited(felt[1].get((id, claim), 0.0)) if claim in now else None,
        )


def _bearings(corpus: Corpus, item: m.Evidence | None) -> dict[str, Bearing]:
    """Claim to the link that bears on it; likelihoods of a question's answers bear on each answer."""
    found: dict[str, Bearing] = {}
    for link in item.bears_on if item is not None else ():
        names = [link.claim] if isinstance(link, m.Link) else [name for name in link.likelihood if name != NONE]
        for name in names:
            entry = corpus.find(name)
            found[entry.id if entry is not None else name] = link
    return found


def _weighs(corpus: Corpus, item: m.Evidence) -> tuple[object, ...]:
    """What decides, beside its links, how much an item weighs."""
    return (item.design, item_reliability(item), corpus.root_of(item), item.lineage)


def _says(link: Bearing, claim: str) -> str:
    if isinstance(link, m.AnswerLikelihood):
        return f"likelihood {link.likelihood.get(claim, 0.0):g} among the answers of {link.question}"
    strength = link.strength
    said = strength if isinstance(strength, str) else f"{odds.say_db(link.weight)} as stated"
    return f"{link.stance.value}, {said}"


def _limited(nats: float) -> float:
    return max(-100.0, min(100.0, nats))
