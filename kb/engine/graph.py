"""Records to the engine's arrays: resolves words, defaults and targets.  Computes no credence."""

from __future__ import annotations

import math
from collections.abc import Iterator

from kb import models as m
from kb import vocab
from kb.corpus import NONE, Corpus
from kb.engine.network import ON_ITEM, ON_LINK, ON_UNDERCUT, Builder, Network

NONE_SUFFIX = f"#{NONE}"
"""Ends the name of a question's hidden answer "none of these"; no record id contains ``#``."""

QUIET_DESIGNS = frozenset({vocab.Design.TESTIMONY, vocab.Design.ANECDOTE})


def base_rates(corpus: Corpus) -> dict[str, float]:
    """Neutral base rate of every claim and of every undercut with a text of its own; an answer's is its prior."""
    found: dict[str, float] = {}
    for id in corpus.nodes:
        record = corpus.entries[id].record
        stated = record.get("base_rate")
        default = vocab.CLAIM_BASE_RATE if isinstance(record, m.Claim) else vocab.UNDERCUT_BASE_RATE
        found[id] = m.credence_value(stated.credence) if stated is not None else default
    for id, question in corpus.of(m.Question, active=True):
        if question.exclusive:
            found.update({k: v for k, v in priors(corpus, id).items() if k in found})
    return found


def priors(corpus: Corpus, question_id: str) -> dict[str, float]:
    """Priors of an exclusive question's active answers and of ``none``, summing to 1.

    Stated ones are normalised; the default is .1 for none of these and the rest in equal parts.
    """
    question = corpus.record(question_id, m.Question)
    active = [a for a in question.answers if a in corpus.node_set]
    if question.priors is None:
        share = (1 - vocab.NONE_PRIOR) / max(len(active), 1)
        return {**dict.fromkeys(active, share), NONE: vocab.NONE_PRIOR}
    stated = {a: question.priors.get(a, 1e-6) for a in active}
    stated[NONE] = question.priors.get(NONE, 1e-6)
    total = math.fsum(stated.values())
    return {k: v / total for k, v in stated.items()}


def source_reliability(source: m.Source) -> float:
    """Reliability of a source as root: stated, or by its type."""
    if source.reliability is not None:
        return m.reliability_value(source.reliability.value)
    return vocab.ROOT_RELIABILITY[source.type]


def item_reliability(item: m.Evidence) -> float:
    """Reliability of an item: stated, or by its design."""
    if item.reliability is not None:
        return m.reliability_value(item.reliability.value)
    return vocab.DESIGN_RELIABILITY[item.design]


def kill_value(kill: vocab.Kill | float) -> float:
    """Share that an undercut takes once it is certain."""
    return vocab.KILL_VALUE[kill] if isinstance(kill, vocab.Kill) else kill


def item_weights(corpus: Corpus, item: m.Evidence) -> Iterator[tuple[str, float, tuple[float, float]]]:
    """(claim, signed weight in nats, range of its size in nats) of every link of an item.

    An item that bears on an exclusive question is one likelihood vector: on each answer k it weighs
    ln P(item | k) - max_j ln P(item | j).  Where ``none`` is not given it gets the priors' mean of the others.
    """
    nodes = corpus.node_set
    for link in item.bears_on:
        if isinstance(link, m.Link):
            if link.claim in nodes:
                yield link.claim, link.weight, link.range
            continue
        entry = corpus.find(link.question)
        if entry is None or not isinstance(entry.record, m.Question) or not entry.record.exclusive:
            continue
        prior = priors(corpus, entry.id)
        known = {a: link.likelihood[a] for a in prior if a in link.likelihood}
        if not known:
            continue
        answered = [a for a in known if a != NONE]
        weight = math.fsum(prior[a] for a in answered)
        mean = math.fsum(prior[a] * known[a] for a in answered) / weight if weight > 0 else known[NONE]
        top = max([*known.values(), mean])
        for a in sorted(prior):
            value = math.log(known.get(a, mean)) - math.log(top)
            yield (entry.id + NONE_SUFFIX if a == NONE else a), value, (abs(value), abs(value))


def compile_network(corpus: Corpus) -> Network:
    """The corpus as arrays; whatever names a record that is missing or not in force is left out."""
    builder = Builder()
    nodes = corpus.node_set
    for id, rate in base_rates(corpus).items():
        builder.claim(id, rate)
    _questions(corpus, builder)
    _evidence(corpus, builder)
    for reason in corpus.reasons:
        if reason.link.claim in nodes and nodes.issuperset(reason.premises):
            builder.link(
                reason.source, reason.premises, reason.link.claim, reason.link.weight,
                cuts_both_ways=reason.link.cuts_both_ways,
                range=reason.link.range,
            )  # fmt: skip
    _undercuts(corpus, builder, nodes)
    return builder.build()


def _questions(corpus: Corpus, builder: Builder) -> None:
    """Exclusive questions, each with its hidden answer "none of these"."""
    taken: set[str] = set()
    for id, question in corpus.of(m.Question, active=True):
        if not question.exclusive:
            continue
        prior = priors(corpus, id)
        answers = [a for a in prior if a != NONE and a not in taken]
        if not answers:
            continue
        taken.update(answers)
        builder.claim(id + NONE_SUFFIX, prior[NONE])
        builder.question(id, [*answers, id + NONE_SUFFIX])


def _evidence(corpus: Corpus, builder: Builder) -> None:
    """Items, the roots that vouch for them, and what joins those roots."""
    roots: set[str] = set()
    for id, item in corpus.of(m.Evidence, active=True):
        root = corpus.root_of(item)
        source = corpus.find(root) if root is not None else None
        if source is None or not isinstance(source.record, m.Source) or id in corpus.unvouched:
            continue
        for target, weight, spread in item_weights(corpus, item):
            roots.add(source.id)
            builder.item(
                id, target, weight, source.id, item_reliability(item),
                testimony=item.design in QUIET_DESIGNS, range=spread,
            )  # fmt: skip
        for tie in item.lineage:
            other = corpus.find(tie.root)
            if other is not None and isinstance(other.record, m.Source) and other.id != source.id:
                roots.update((source.id, other.id))
                builder.lineage((source.id, other.id), vocab.LINEAGE_DEPENDENCE[tie.kind])
    for id in roots:
        builder.root(id, source_reliability(corpus.record(id, m.Source)))


def _undercuts(corpus: Corpus, builder: Builder, nodes: frozenset[str]) -> None:
    """Undercuts with their targets; one on an item that bears on a question touches the item at every answer."""
    links = {(r.source, r.link.claim) for r in corpus.reasons if r.link.claim in nodes and nodes.issuperset(r.premises)}
    items: dict[tuple[str, str], list[str]] = {}
    for id, item in corpus.of(m.Evidence, active=True):
        root = corpus.root_of(item)
        if root is None or root not in corpus or id in corpus.unvouched:
            continue
        for link in item.bears_on:
            if isinstance(link, m.Link):
                if link.claim in nodes:
                    items[(id, link.claim)] = [link.claim]
            else:
                one = item.model_copy(update={"bears_on": (link,)})
                items[(id, link.question)] = [claim for claim, *_ in item_weights(corpus, one)]
    names: dict[str, list[str]] = {}
    waiting = [(id, u) for id, u in corpus.of(m.Undercut, active=True) if (u.premise or id) in nodes]
    for id, u in waiting:
        t = u.target
        if t.undercut is None:
            hits = _hits(corpus, t, links, items)
            names[id] = [id] if len(hits) == 1 else [f"{id}#{i}" for i in range(len(hits))]
            for name, (kind, target) in zip(names[id], hits, strict=True):
                builder.undercut(name, u.premise or id, kill_value(u.kill), kind, target)
    rest = [(id, u) for id, u in waiting if u.target.undercut is not None]
    while rest:
        ready = [(id, u) for id, u in rest if u.target.undercut in names]
        if not ready:
            break
        for id, u in ready:
            above = names[u.target.undercut or ""]
            names[id] = [id] if len(above) == 1 else [f"{id}#{i}" for i in range(len(above))]
            for name, target_name in zip(names[id], above, strict=True):
                builder.undercut(name, u.premise or id, kill_value(u.kill), ON_UNDERCUT, (target_name, ""))
        done = {id for id, _ in ready}
        rest = [(id, u) for id, u in rest if id not in done]


def _hits(
    corpus: Corpus,
    target: m.UndercutTarget,
    links: set[tuple[str, str]],
    items: dict[tuple[str, str], list[str]],
) -> list[tuple[int, tuple[str, str]]]:
    """What an undercut of a link or item attacks, as (kind, target); empty where there is no such link."""
    if target.argument is not None:
        entry = corpus.find(target.argument)
        if entry is None or not isinstance(entry.record, m.Argument) or entry.record.link is None:
            return []
        key = (entry.id, entry.record.link.claim)
        return [(ON_LINK, key)] if key in links else []
    pair = (target.from_ or "", target.to or "")
    if pair in links:
        return [(ON_LINK, pair)]
    return [(ON_ITEM, (pair[0], claim)) for claim in items.get(pair, ())]
