"""What rests on evidence, and what leads to a question: reachability over links, arguments and undercuts."""

from __future__ import annotations

from collections import defaultdict
from functools import lru_cache

from kb import models as m
from kb import vocab
from kb.corpus import NONE, Corpus

_SAME = (vocab.Relation.NARROWER, vocab.Relation.RESTATES)


def _spread(start: set[str], steps: dict[str, set[str]]) -> set[str]:
    """Everything that can be reached from ``start``."""
    found, todo = set(start), sorted(start)
    while todo:
        for following in steps.get(todo.pop(), ()):
            if following not in found:
                found.add(following)
                todo.append(following)
    return found


@lru_cache(maxsize=2)
def evidenced(corpus: Corpus) -> set[str]:
    """Claims and undercuts with an item of evidence beneath them, directly or through other claims."""
    start: set[str] = set()
    for target, items in corpus.evidence_for.items():
        for _, bearing in items:
            if isinstance(bearing, m.AnswerLikelihood):
                start.update(name for name in bearing.likelihood if name != NONE)
            elif bearing.weight != 0:
                start.add(target)
    steps: dict[str, set[str]] = defaultdict(set)
    for reason in corpus.reasons:
        if reason.link.weight != 0:
            for premise in reason.premises:
                steps[premise].add(reason.link.claim)
    for _, question in corpus.of(m.Question, active=True):
        if question.exclusive:
            for answer in question.answers:
                steps[answer].update(question.answers)
    for alias, id in corpus.aliases.items():
        steps[alias].add(id)
    return _spread(start, steps)


@lru_cache(maxsize=2)
def leads_to_question(corpus: Corpus) -> set[str]:
    """Records from which some path leads to a question.

    Paths run along links, linked premises, analogies, undercuts, narrower or restated claims, conditions of forecasts,
    and the quantities that a claim bridges or that rest on it.
    """
    back: dict[str, set[str]] = defaultdict(set)
    for reason in corpus.reasons:
        back[reason.link.claim].update({reason.source, *reason.premises})
    for id, argument in corpus.of(m.Argument, active=True):
        if argument.concludes is not None:
            back[argument.concludes].update({id, *argument.premises})
    for id, undercut in corpus.of(m.Undercut, active=True):
        attacked = undercut.target.to or undercut.target.argument or undercut.target.undercut or ""
        back[attacked].add(id)
        if undercut.premise is not None:
            back[id].add(undercut.premise)
    for id, claim in corpus.of(m.Claim, active=True):
        for relation in claim.relations:
            if relation.type in _SAME:
                back[relation.to].add(id)
                back[id].add(relation.to)
        if claim.forecast is not None and claim.forecast.condition is not None:
            back[id].add(claim.forecast.condition)
        back[id].update(claim.quantities)
    for id, item in corpus.of(m.Evidence, active=True):
        for bearing in item.bears_on:
            back[bearing.claim if isinstance(bearing, m.Link) else bearing.question].add(id)
        back[id].update(item.quantities)
    for id, quantity in corpus.of(m.Quantity, active=True):
        back[id].update({*quantity.assumes, *quantity.bridges, *quantity.inputs.values()})
    start: set[str] = set(corpus.unread)
    for id, question in corpus.of(m.Question, active=True):
        start.update({id, *question.answers})
    for alias, id in corpus.aliases.items():
        back[alias].add(id)
    return _spread(start, back)
