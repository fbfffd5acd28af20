"""Why a claim stands elsewhere under a viewpoint: the inputs that it replaces beneath the claim."""

from __future__ import annotations

from dataclasses import dataclass

from kb import models as m
from kb.pages import words
from kb.pages.site import Ref, Site


@dataclass(frozen=True)
class TheirInput:
    """A number that a viewpoint replaces: what it is, of which record, the neutral number, theirs, and why."""

    what: str
    ref: Ref
    neutral: str
    theirs: str
    why: str


def their_inputs(site: Site, holder: str, id: str) -> list[TheirInput]:
    """The inputs of a viewpoint that lie beneath a claim, or beneath the answers that it competes with."""
    reach = beneath_of(site, id)
    found = []
    for change in site.inputs_elsewhere[holder]:
        if change.record not in site.corpus or not {change.record, change.target} & reach:
            continue
        neutral, theirs = (_said(change.kind, x) for x in (change.neutral, change.theirs))
        found.append(TheirInput(words.capital(change.kind), site.ref(change.record), neutral, theirs, change.why))
    return sorted(found, key=lambda i: (i.ref.title, i.what, i.ref.id))


def _said(kind: str, x: float) -> str:
    """An input as pages write it: a strength as a factor, a reliability as a number, the rest in percent."""
    if kind == "strength":
        return words.factor(x)
    return f"{x:g}" if kind == "reliability" else words.percent(x)


def beneath_of(site: Site, id: str) -> set[str]:
    """A claim, the answers it competes with, and every record that carries weight beneath them."""
    rivals = [
        answer
        for question in site.corpus.questions_of.get(id, ())
        if site.corpus.record(question, m.Question).exclusive
        for answer in site.corpus.record(question, m.Question).answers
    ]
    seen: set[str] = set()
    todo = [id, *rivals]
    while todo:
        at = todo.pop()
        if at in seen:
            continue
        seen.add(at)
        if at in site.credences:
            e = site.explain(at)
            todo += [p for link in e.links for p in (link.source, *link.premises)]
            todo += [u.node for link in e.links for u in link.undercuts]
            items = [item for group in e.groups for root in group.roots for item in root.items]
            todo += [item.id for item in items] + [u.node for item in items for u in item.undercuts]
    return seen
