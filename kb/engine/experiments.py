"""What a proposed experiment could tell about a claim, from the likelihoods of its outcomes."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from kb import models as m
from kb.corpus import Corpus
from kb.engine import arithmetic as ar
from kb.engine.arithmetic import Floats
from kb.engine.cruxes import entropy
from kb.engine.impact import beneath
from kb.engine.propagate import Propagated


@dataclass(frozen=True, slots=True)
class ExperimentValue:
    """How much an experiment could tell about a claim.

    Attributes:
        experiment: the record.
        outcomes: (outcome id, chance, credence after it) in the experiment's order; chances sum to 1.
        expected: expected absolute change of the claim's credence.
        bits: information that the outcome gives about the claim: the uncertainty of the mean credence less the mean
            uncertainty of the credences, in bits.
    """

    experiment: str
    outcomes: tuple[tuple[str, float, float], ...]
    expected: float
    bits: float


Swept = dict[tuple[str, tuple[int, ...]], Floats]
"""Log odds of all claims after each outcome, by experiment and the units that it moves."""


def experiments(
    result: Propagated, corpus: Corpus, claim: str, swept: Swept | None = None
) -> tuple[ExperimentValue, ...]:
    """Proposed experiments that bear on a claim, the most informative first.

    An outcome brings every claim that it names to where Bayes' rule puts it: its odds times P(outcome | true) /
    P(outcome | false), whatever another named claim beneath already did to it.  Answers of one exclusive question
    are updated together, since their conditionals speak of each other.  An outcome's chance is the mixture of its
    conditionals at the present credences: of the claim itself where it is named, else the mean over those named.

    Args:
        result: a finished sweep.
        corpus: the records.
        claim: the claim to learn about.
        swept: what asking about other claims of the same sweep has shown; added to.
    """
    listed = tuple(corpus.of(m.Experiment, active=True))
    if not listed:
        return ()
    known: Swept = {} if swept is None else swept
    net = result.net
    t = net.at[claim]
    now = float(ar.sigmoid(result.state.log_odds[[t], 0])[0])
    at = net.at
    reach = {t, *beneath(net, t)}
    found = []
    for id, experiment in listed:
        named = {at[c] for o in experiment.outcomes for c in o.likelihood if c in at}
        units = sorted({int(net.unit[c]) for c in named & reach}, key=lambda u: (int(net.level[u]), u))
        if not units:
            continue
        about = [_About.of(result, experiment.outcomes, u) for u in units]
        if (id, tuple(units)) not in known:
            known[id, tuple(units)] = _outcomes(result, about, len(experiment.outcomes))
        log_odds = known[id, tuple(units)]
        told = [a.chances for a in about if t in a.claims] or [a.chances for a in about]
        chances = np.mean(told, axis=0)
        chances /= chances.sum()
        after = ar.sigmoid(log_odds[t])
        outcomes = tuple(
            (o.id, float(p), float(q)) for o, p, q in zip(experiment.outcomes, chances, after, strict=True)
        )
        mean = math.fsum(p * q for _, p, q in outcomes)
        expected = math.fsum(p * abs(q - now) for _, p, q in outcomes)
        bits = max(entropy(mean) - math.fsum(p * entropy(q) for _, p, q in outcomes), 0.0)
        found.append(ExperimentValue(id, outcomes, expected, bits))
    return tuple(sorted(found, key=lambda e: (-e.bits, -e.expected, e.experiment)))


@dataclass(frozen=True)
class _About:
    """What an experiment's outcomes say of one claim, or of the answers of one exclusive question.

    Attributes:
        claims: the claim, or all answers with "none of these".
        goal: log odds of the claim, or ln of the answers' chances up to a constant, after each outcome, in nats
            (claims, outcomes).
        chances: chance of each outcome at the present credences (outcomes,).
    """

    claims: tuple[int, ...]
    goal: Floats
    chances: Floats

    @classmethod
    def of(cls, result: Propagated, outcomes: Sequence[m.Outcome], unit: int) -> _About:
        """The conditionals that name a claim, or answers of its question."""
        net = result.net
        q = int(net.question_of[unit])
        claims = (unit,) if q < 0 else tuple(net.questions[q].tolist())
        present = ar.sigmoid(result.state.log_odds[list(claims), 0])
        tables = [[o.likelihood.get(net.ids[c]) for o in outcomes] for c in claims]
        if q < 0:
            yes, no = (np.array([getattr(x, k) if x else 1.0 for x in tables[0]]) for k in ("if_true", "if_false"))
            goal = float(result.state.log_odds[unit, 0]) + np.log(yes) - np.log(no)
            return cls(claims, goal[None, :], present[0] * yes + (1 - present[0]) * no)
        prior = result.setup.inputs.base_rate[list(claims), 0]
        likelihood = np.array([_answers(list(column), prior) for column in zip(*tables, strict=True)]).T
        present = present / present.sum()
        return cls(claims, np.log(present)[:, None] + np.log(likelihood), present @ likelihood)


def _answers(tables: Sequence[m.StrengthTable | None], prior: Floats) -> Floats:
    """P(outcome | answer) for every answer of a question, where only some are named (answers,).

    A named one states it; the rest share one number, such that P(outcome | not a named answer) comes out as stated, on
    average over those named.  Numbers that contradict each other could ask for less than nothing: a tenth of the
    smallest stated is the least.
    """
    found = np.array([x.if_true if x else 0.0 for x in tables])
    named = np.array([x is not None for x in tables])
    rest = float(prior[~named].sum())
    if not named.any():
        return np.ones(len(tables))
    if rest > 0:
        stated = [float(x.if_false) for x in tables if x]
        others = [float(prior @ found) - float(p) * f for p, f in zip(prior[named], found[named], strict=True)]
        implied = [b * (1 - float(p)) - o for b, p, o in zip(stated, prior[named], others, strict=True)]
        numbers = [*stated, *found[named].tolist()]
        found[~named] = min(max(math.fsum(implied) / len(implied) / rest, min(numbers) / 10), 1.0)
    return found


def _outcomes(result: Propagated, about: Sequence[_About], cases: int) -> Floats:
    """Log odds of all claims after each outcome (n, outcomes): units lower down are moved before those above them."""
    inputs = result.setup.inputs.take(np.zeros(cases, dtype=np.int64))
    log_odds = np.repeat(result.state.log_odds[:, :1], cases, axis=1)
    for a in about:
        rows = list(a.claims)
        now = log_odds[rows] if len(rows) == 1 else ar.log_sigmoid(log_odds[rows])
        inputs.shift[rows] += a.goal - now
        log_odds = result.again(inputs).state.log_odds
    return log_odds
