"""Somebody's inputs: what a viewpoint sets differently, and the conclusions that its holder stated.

A person's overlay is their viewpoint record, where there is one, plus every credence that they stated: such a claim is
held where they put it, as they put it last.  A stated conclusion is not an input; an overlay made only of conclusions
explains nothing.  Conclusions about answers that exclude each other are scaled down where they sum to more than 1.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from kb import models as m
from kb import odds, vocab
from kb.corpus import Corpus
from kb.engine.graph import kill_value
from kb.engine.inputs import Inputs
from kb.engine.network import Network
from kb.errors import UnknownId

ChangeKind = Literal["base rate", "strength", "reliability", "kill", "stated credence"]
HELD = frozenset({vocab.Attitude.ASSERTS, vocab.Attitude.DENIES, vocab.Attitude.CONCEDES})


@dataclass(frozen=True, slots=True)
class Change:
    """One number that a viewpoint sets.

    Attributes:
        kind: which input it is; ``stated credence`` holds a claim at a conclusion.
        record: the record whose input it is.
        target: the claim that a strength bears on, else empty.
        neutral, theirs: the numbers: probabilities, or signed weights in nats for strengths.
        why: why it differs.
        source: the viewpoint or position record that says so.
    """

    kind: ChangeKind
    record: str
    target: str
    neutral: float
    theirs: float
    why: str
    source: str


@dataclass(frozen=True)
class Overlay:
    """All that one viewpoint changes.

    Attributes:
        id: the viewpoint record or the person.
        title: whose it is.
        changes: what it sets, in order of kind and record.
    """

    id: str
    title: str
    changes: tuple[Change, ...]

    @property
    def only_conclusions(self) -> bool:
        """Whether it repeats conclusions and sets no input: such an overlay explains nothing."""
        return bool(self.changes) and all(c.kind == "stated credence" for c in self.changes)


def holders(corpus: Corpus) -> tuple[str, ...]:
    """Viewpoint records, and persons who stated a credence and have no viewpoint record of their own; sorted."""
    views = {id: v.by for id, v in corpus.of(m.Viewpoint, active=True)}
    persons = {holder for _, holder, _ in stated_credences(corpus)} - set(views.values())
    return tuple(sorted({*views, *persons}))


def overlay(corpus: Corpus, net: Network, id: str) -> Overlay:
    """What a viewpoint record, or a person, sets differently from the neutral inputs.

    Raises:
        UnknownId: no viewpoint and no person has this id.
    """
    entry = corpus[id]
    changes: list[Change] = []
    if isinstance(entry.record, m.Viewpoint):
        changes += _set(corpus, net, entry.id, entry.record)
        person = entry.record.by
    elif isinstance(entry.record, m.Person):
        person = entry.id
        for view_id, view in corpus.of(m.Viewpoint, active=True):
            if view.by == person:
                changes += _set(corpus, net, view_id, view)
    else:
        raise UnknownId(id, holders(corpus))
    fixed = {c.record for c in changes if c.kind == "base rate"}
    index = {claim: i for i, claim in enumerate(net.ids)}
    for source, holder, position in stated_credences(corpus):
        if person is not None and holder == person and position.on in index and position.on not in fixed:
            credence = position.credence
            assert not isinstance(credence, m.Said | None)
            changes.append(
                Change(
                    "stated credence", position.on, "", float(net.pi[index[position.on]]), m.credence_value(credence),
                    "Stated as a conclusion.", source,
                )
            )  # fmt: skip
    return Overlay(entry.id, entry.title, tuple(sorted(changes, key=lambda c: (c.kind, c.record, c.target))))


def apply(net: Network, change: Overlay) -> Inputs:
    """A network's inputs (one case) with an overlay laid over them; the tables keep neutral margins."""
    inputs = Inputs.of(net)
    claims = {id: i for i, id in enumerate(net.ids)}
    for c in change.changes:
        if c.kind == "base rate":
            i = claims[c.record]
            inputs.shift[i, 0] += odds.logit(c.theirs) - odds.logit(c.neutral)
        elif c.kind == "stated credence":
            inputs.pin[claims[c.record], 0] = odds.logit(c.theirs)
        elif c.kind == "strength":
            for ids, into, weights in (
                (net.link_ids, net.link_claim, inputs.link_weight),
                (net.item_ids, net.item_claim, inputs.item_weight),
            ):
                for j, id in enumerate(ids):
                    if id == c.record and net.ids[into[j]] == c.target:
                        weights[j, 0] = c.theirs
        elif c.kind == "reliability":
            for ids, values in ((net.item_ids, inputs.item_reliability), (net.root_ids, inputs.root_reliability)):
                values[[i for i, id in enumerate(ids) if id == c.record], 0] = c.theirs
        else:
            inputs.kill[[u for u, id in enumerate(net.undercut_ids) if id.split("#")[0] == c.record], 0] = c.theirs
    return inputs


def stated_credences(corpus: Corpus) -> list[tuple[str, str, m.Position]]:
    """(position, holder, record) of the last credence that somebody stated as their own on a claim, and not took back.

    A position without a date comes before those that have one; a retraction without a date comes last.
    """
    latest: dict[tuple[str, str], tuple[str, str, m.Position]] = {}
    for id, position in corpus.of(m.Position, active=True):
        back = position.stance is vocab.Attitude.RETRACTS
        stated = position.stance in HELD and not isinstance(position.credence, m.Said | None)
        if back or stated:
            holder = position.of or position.by
            when = position.said or ("9999" if back else "")
            key = (holder, position.on)
            if key not in latest or (when, id) >= latest[key][:2]:
                latest[key] = (when, id, position)
    kept = [(id, holder, position) for (holder, _), (_, id, position) in latest.items() if position.stance in HELD]
    return sorted(kept, key=lambda one: one[0])


def _set(corpus: Corpus, net: Network, source: str, view: m.Viewpoint) -> list[Change]:
    """A viewpoint record's own settings, resolved against the network; what names nothing there is left out."""
    found: list[Change] = []
    claims = {id: i for i, id in enumerate(net.ids)}
    for id, o in sorted(view.set.items()):
        if o.base_rate is not None and id in claims:
            neutral = float(net.pi[claims[id]])
            found.append(Change("base rate", id, "", neutral, m.credence_value(o.base_rate), o.why, source))
        if o.reliability is not None:
            theirs = m.reliability_value(o.reliability)
            for ids, values in ((net.item_ids, net.item_reliability), (net.root_ids, net.root_reliability)):
                if id in ids:
                    found.append(Change("reliability", id, "", float(values[ids.index(id)]), theirs, o.why, source))
        if o.kill is not None:
            hits = [u for u, name in enumerate(net.undercut_ids) if name.split("#")[0] == id]
            if hits:
                neutral = float(net.undercut_kill[hits[0]])
                found.append(Change("kill", id, "", neutral, kill_value(o.kill), o.why, source))
        for target, neutral in _targets(net, id):
            strength = o.strengths.get(target, o.strength)
            entry = corpus.find(id)
            if strength is not None and entry is not None and neutral != 0:
                stance = vocab.Stance.SUPPORTS if neutral > 0 else vocab.Stance.OPPOSES
                theirs = m.strength_nats(strength, stance)
                found.append(Change("strength", id, target, neutral, theirs, o.why, source))
    return found


def _targets(net: Network, id: str) -> list[tuple[str, float]]:
    """(claim, signed weight) of every link that a record carries."""
    found = [
        (net.ids[net.link_claim[j]], float(net.link_weight[j])) for j in np.flatnonzero(np.array(net.link_ids) == id)
    ]
    found += [
        (net.ids[net.item_claim[k]], float(net.item_weight[k])) for k in np.flatnonzero(np.array(net.item_ids) == id)
    ]
    return found
