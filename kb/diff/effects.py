"""What a change of the records does to the credences: which move, along which path, and what is counted as shared."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from kb import models as m
from kb import odds, vocab
from kb.corpus import NONE, Corpus, Entry
from kb.diff.changes import weighs_differently
from kb.diff.links import link_effects
from kb.diff.paths import Paths
from kb.diff.report import (
    MOST,
    CredenceMove,
    CruxChange,
    Felt,
    LeadingAnswer,
    LinkEffect,
    RecordChange,
    SharedItem,
    SharedRow,
    short,
)
from kb.engine import Assessment, Credence
from kb.engine.graph import compile_network
from kb.engine.impact import NOTICEABLE, difference, impacts
from kb.engine.incremental import update

REVERTS = 60
"""Changed and removed records whose own effect is worked out, each by a sweep of what rests on it."""
CRUX_CLAIMS = 5
"""Claims whose cruxes are compared, those that move most."""
CRUXES = 5
"""Cruxes of a claim that count as those it turns on."""
WORTH = 0.01
"""Smallest change of a credence that makes a crux worth a line."""
STIRRED = 0.005
"""Smallest change of a crux's own value, as a probability, that makes its coming or going worth a line: what is only
pushed out of the five by another is no news."""
FELT = 3
"""Claims that a changed record is said to move."""
SEEN = odds.nats(0.05)
"""Smallest effect that is shown with one decimal as anything but 0, in nats."""
MUTE = frozenset({vocab.Kind.POSITION, vocab.Kind.PERSON, vocab.Kind.TERM, vocab.Kind.EXPERIMENT, vocab.Kind.VIEWPOINT})
"""Kinds that never enter the neutral credences."""


@dataclass(frozen=True)
class Effects:
    """What :func:`effects` found; the lists are as in :class:`kb.diff.report.Diff`."""

    changes: tuple[RecordChange, ...]
    moves: tuple[CredenceMove, ...]
    links: tuple[LinkEffect, ...]
    leading: tuple[LeadingAnswer, ...]
    cruxes: tuple[CruxChange, ...]
    shared: tuple[SharedItem, ...]
    rows: tuple[SharedRow, ...]
    notes: tuple[str, ...] = field(default=())


def effects(before: Assessment, after: Assessment, changes: tuple[RecordChange, ...]) -> Effects:
    """Compare the credences of two states, and say which change of a record does what."""
    own, skipped = _own_effects(before, after, changes)
    moves = _moves(before, after, own, changes)
    top = [move.claim for move in moves]
    notes = (
        (f"the effect of each single change was worked out for the first {REVERTS} records only",) if skipped else ()
    )
    return Effects(
        changes=tuple(_noted(change, own, before.corpus, after) for change in changes),
        moves=moves,
        links=link_effects(before, after, changes)[:MOST],
        leading=tuple(_leading(before, after))[:MOST],
        cruxes=tuple(_cruxes(before, after, top, changes))[:MOST],
        shared=tuple(_shared(after, changes, own))[:MOST],
        rows=tuple(_rows(before, after, top[:50]))[:MOST],
        notes=notes,
    )


Own = dict[str, dict[str, float]]
"""Changed record to the claims that its change moves, and by how much, in nats."""


def _own_effects(before: Assessment, after: Assessment, changes: tuple[RecordChange, ...]) -> tuple[Own, bool]:
    """What each change does by itself, all others given: the state after it compared with that without it."""
    new = [c.id for c in changes if c.what == "added"]
    found: Own = {
        id: {move.claim: move.weight for move in impact.moves} for id, impact in impacts(after.result, new).items()
    }
    reverted = 0
    skipped = False
    for change in changes:
        old, now = before.corpus.entries.get(change.id), after.corpus.entries.get(change.id)
        if change.what == "added" and isinstance(now and now.record, m.Question):
            old = None
        elif change.what == "added" or (old is None and now is None):
            continue
        if not _may_weigh(old, now):
            found[change.id] = {}
        elif reverted >= REVERTS:
            found.pop(change.id, None)
            skipped = True
        else:
            reverted += 1
            found[change.id] = _reverted(after, change.id, old)
    return found, skipped


def _may_weigh(old: Entry | None, now: Entry | None) -> bool:
    """Whether a change can move anything at all."""
    if all(entry is None or entry.kind in MUTE for entry in (old, now)):
        return False
    return old is None or now is None or weighs_differently(old, now)


def _reverted(after: Assessment, id: str, old: Entry | None) -> dict[str, float]:
    """What moves when one record is put back as it was."""
    rest = [entry for entry in after.corpus if entry.id != id]
    corpus = Corpus([*rest, old] if old is not None else rest, after.corpus.topics, after.corpus.root)
    without = update(after.result, compile_network(corpus)).result
    return {move.claim: move.weight for move in difference(id, after.result, without).moves}


def _noted(change: RecordChange, own: Own, before: Corpus, after: Assessment) -> RecordChange:
    """A change with how much it moves or, where it moves nothing, why."""
    moved = own.get(change.id)
    if moved is None:
        return change
    old, now = before.entries.get(change.id), after.corpus.entries.get(change.id)
    note = "" if moved else _why_nothing(old, now, after)
    seen = [(claim, weight) for claim, weight in moved.items() if abs(weight) >= SEEN]
    largest = sorted(seen, key=lambda one: (-abs(one[1]), one[0]))[:FELT]
    most = tuple(Felt(claim=claim, weight=_limited(weight)) for claim, weight in largest)
    return change.model_copy(update={"moves": len(moved), "most": most, "note": note})


def _why_nothing(old: Entry | None, now: Entry | None, after: Assessment) -> str:
    """Why a change moves no credence, in words; empty where it cannot be said."""
    entry = now or old
    if entry is None:
        return ""
    record = entry.record
    if entry.kind in MUTE or isinstance(record, m.Quantity):
        return f"a {entry.kind.label.lower()} never enters the neutral credences"
    if old is not None and now is not None and not weighs_differently(old, now):
        return "only wording or passages differ"
    if not record.active:
        return "a record that is not in force moves nothing"
    if isinstance(record, m.Evidence):
        return _why_no_weight(record, after)
    if isinstance(record, m.Undercut):
        return "an undercut does nothing until evidence speaks for it and its target carries weight"
    if isinstance(record, m.Claim | m.Argument):
        premises = (entry.id,) if isinstance(record, m.Claim) else record.premises
        if any(_assessed(after.credences.get(id)) is not None for id in premises):
            return "what lies beneath it does not speak for it strongly enough to be passed on"
        return "there is no evidence beneath it that could be passed on"
    if isinstance(record, m.Source):
        return "no item that carries weight rests on it"
    return ""


def _why_no_weight(item: m.Evidence, after: Assessment) -> str:
    if not item.bears_on:
        return "it bears on no claim"
    if after.corpus.root_of(item) is None:
        return "no source vouches for it"
    if all(isinstance(link, m.Link) and link.weight == 0 for link in item.bears_on):
        return "its links have no weight"
    return "what it adds is counted already"


def _moves(
    before: Assessment, after: Assessment, own: Own, changes: tuple[RecordChange, ...]
) -> tuple[CredenceMove, ...]:
    """Claims whose credence differs, or that are newly assessed or no longer, largest first."""
    paths = Paths(before, after)
    found = []
    for id in sorted({*before.credences, *after.credences}):
        old, new = before.credences.get(id), after.credences.get(id)
        weight = _logit(new, old) - _logit(old, new)
        was, now = _assessed(old), _assessed(new)
        if (was is None and now is None) or (abs(weight) <= NOTICEABLE and (was is None) == (now is None)):
            continue
        found.append((id, was, now, weight))
    found.sort(key=lambda move: (-abs(move[3]), move[0]))
    made: list[CredenceMove] = []
    for id, was, now, weight in found[:MOST]:
        cause = _cause(id, own, weight, changes) if len(made) < 200 else None
        path = paths.between(cause, id) if cause is not None else ()
        title = short(_title(id, after.corpus, before.corpus))
        made.append(CredenceMove(claim=id, title=title, before=was, after=now, weight=_limited(weight), path=path))
    return tuple(made)


def _cause(claim: str, own: Own, weight: float, changes: tuple[RecordChange, ...]) -> str | None:
    """The change that does most of a move, in its direction where there is one; an item before its source."""
    kinds = {change.id: change.kind for change in changes}
    sign = math.copysign(1.0, weight)
    ranked = sorted(
        (-round(sign * moves[claim], 9), kinds[id] == vocab.Kind.SOURCE, id)
        for id, moves in own.items()
        if moves.get(claim)
    )
    if ranked:
        return ranked[0][2]
    return claim if any(change.id == claim for change in changes) else None


def _logit(credence: Credence | None, other: Credence | None) -> float:
    """Log odds of a claim; where it is not there, its base rate on the other side."""
    if credence is not None:
        return odds.logit(credence.credence)
    return odds.logit(other.base_rate) if other is not None else 0.0


def _assessed(credence: Credence | None) -> float | None:
    return credence.credence if credence is not None and credence.assessed else None


def _limited(nats: float) -> float:
    return max(-100.0, min(100.0, nats))


def _title(id: str, *corpora: Corpus) -> str:
    for corpus in corpora:
        entry = corpus.find(id)
        if entry is not None:
            return entry.title
    return id


def leading_answer(found: Assessment, question: m.Question) -> str | None:
    """The likeliest answer of a question, ``none`` for none of these; ``None`` where no answer is assessed."""
    answers = [a for a in question.answers if a in found.credences]
    known = [(-found.credences[a].credence, n, a) for n, a in enumerate(answers) if found.credences[a].assessed]
    if not known:
        return None
    best = min(known)
    rest = 1 - math.fsum(found.credences[a].credence for a in answers)
    return NONE if question.exclusive and rest > -best[0] else best[2]


def _leading(before: Assessment, after: Assessment) -> Iterator[LeadingAnswer]:
    old = dict(before.corpus.of(m.Question, active=True))
    for id, question in after.corpus.of(m.Question, active=True):
        first = leading_answer(before, old[id]) if id in old else None
        second = leading_answer(after, question)
        if first != second and (id in old or second is not None):
            names = {NONE: "none of these"}
            yield LeadingAnswer(
                question=id,
                title=short(question.title),
                before=first,
                after=second,
                before_title=short(names.get(first) or _title(first, before.corpus)) if first else "",
                after_title=short(names.get(second) or _title(second, after.corpus)) if second else "",
            )


def _cruxes(
    before: Assessment, after: Assessment, moved: Iterable[str], changes: tuple[RecordChange, ...]
) -> Iterator[CruxChange]:
    """Cruxes that enter or leave the five largest, by a change of their own value, at the claims that move most,
    answers first, and at those that changed links reach."""
    both = [id for id in moved if id in before.credences and id in after.credences]
    both.sort(key=lambda id: id not in after.corpus.questions_of)
    changed = {change.id for change in changes}
    reached = {
        reason.link.claim
        for corpus in (before.corpus, after.corpus)
        for reason in corpus.reasons
        if reason.source in changed
    }
    others = sorted(id for id in reached if id in before.credences and id in after.credences)
    for id in dict.fromkeys([*both[:CRUX_CLAIMS], *others[:CRUX_CLAIMS]]):
        old, new = ({c.claim: c.largest for c in found.cruxes(id).claims} for found in (before, after))
        was, now = (
            [c for c in sorted(values, key=lambda c: (-values[c], c))[:CRUXES] if values[c] >= WORTH]
            for values in (old, new)
        )
        for crux in [*(c for c in now if c not in was), *(c for c in was if c not in now)]:
            if abs(new.get(crux, 0.0) - old.get(crux, 0.0)) < STIRRED:
                continue
            yield CruxChange(
                claim=id,
                title=short(_title(id, after.corpus)),
                crux=crux,
                crux_title=short(_title(crux, after.corpus, before.corpus)),
                new=crux in now,
                before=min(1.0, old.get(crux, 0.0)),
                after=min(1.0, new.get(crux, 0.0)),
            )


def _shared(after: Assessment, changes: tuple[RecordChange, ...], own: Own) -> Iterator[SharedItem]:
    """New items that share a root, a lineage or the voice of testimony with others at the claim they bear on."""
    for change in changes:
        entry = after.corpus.entries.get(change.id)
        if change.what != "added" or entry is None or not isinstance(entry.record, m.Evidence):
            continue
        for claim in sorted({link.claim for link in entry.record.bears_on if isinstance(link, m.Link)}):
            if claim in after.credences:
                yield from _shared_at(after, entry.id, claim, own.get(entry.id, {}).get(claim, 0.0))


def _shared_at(after: Assessment, item: str, claim: str, adds: float) -> Iterator[SharedItem]:
    for group in after.explain(claim).groups:
        for root in group.roots:
            mine = next((part for part in root.items if part.id == item), None)
            if mine is None:
                continue
            beside = [part.id for part in root.items if part.id != item]
            others = [r.id for r in group.roots if r.id != root.id]
            if not beside and not others:
                continue
            how = f"the same source, {root.id}, vouches for them"
            if others:
                how = "all testimony on a claim is one voice" if group.kind == "testimony" else "their sources are tied"
            yield SharedItem(
                item=item,
                claim=claim,
                with_=tuple([*beside, *others][:50]),
                how=how,
                stated=_limited(mine.stated),
                adds=_limited(adds),
            )


def _rows(before: Assessment, after: Assessment, moved: Iterable[str]) -> Iterator[SharedRow]:
    for id in moved:
        if id in before.credences and id in after.credences:
            old, new = before.explain(id).shared, after.explain(id).shared
            if abs(new - old) > 1e-3:
                title = short(_title(id, after.corpus))
                yield SharedRow(claim=id, title=title, before=_limited(old), after=_limited(new))
