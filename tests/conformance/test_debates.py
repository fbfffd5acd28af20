"""Semantics ``weight`` on trees, and ``bayes`` on trees and small graphs with loops, against pyAgrum's inference."""

from __future__ import annotations

import math
import random
from dataclasses import replace

import numpy as np
import pytest
from engine.debate import DB, Debate, Item, Link, build, credences, sweep
from engine.oracle import table
from engine.strategies import Mix, debates, examples
from hypothesis import given

from kb.engine.propagate import propagate
from kb.engine.semantics.bayes import bayes, complete
from kb.engine.semantics.joint import build_joint

from .agrum import gum, marginals, observed_factors


class Written:
    """A debate written as a Bayesian network: every claim and question a variable, every link a table.

    A claim causes its reasons: P(reason | claim) is the link's table.  Where that cannot be (linked premises, answers,
    a reason for two claims) an effect of all of them is observed, with probabilities proportional to
    P(reasons, claim) / (P(reasons) P(claim)).  A claim's own evidence, and a viewpoint's shift, are likelihoods.
    """

    def __init__(self, debate: Debate) -> None:
        self.debate = debate
        swept = sweep(debate)
        self.tau, own = swept.links("tau"), swept.claims("own")
        self.net = gum.BayesNet()
        self.evidence: dict[int | str, int | list[float]] = {}
        self.place: dict[str, tuple[str, int]] = {}
        for answers in sorted({debate.siblings(c) for c in debate.claims}):
            name = "/".join(answers)
            states = ["not", *answers] if len(answers) == 1 else list(answers)
            self.net.add(gum.LabelizedVariable(name, name, states))
            rest = 1 - math.fsum(debate.claims[c] for c in answers)
            self.net.cpt(name).fillWith([debate.claims.get(c, rest) for c in states])
            weight = {c: own[c] + debate.shifts.get(c, 0.0) for c in answers}
            self.evidence[name] = [math.exp(weight.get(c, 0.0) - max(*weight.values(), 0.0)) for c in states]
            self.place.update({c: (name, states.index(c)) for c in answers})
        for x in debate.links:
            self.link(x)

    def link(self, x: Link) -> None:
        ref = math.prod(self.debate.claims[p] for p in x.premises)
        s, f = table(x.weight, ref, self.debate.claims[x.claim])
        tau = self.tau[x.id]
        s, f = tau * s + (1 - tau) * ref, tau * f + (1 - tau) * ref
        reason = self.place[x.premises[0]][0]
        single = {reason, self.place[x.claim][0]} == {x.premises[0], x.claim}
        if single and len(x.premises) == 1 and not self.net.parents(reason):
            self.net.addArc(x.claim, reason)
            self.net.cpt(reason)[{x.claim: 0}] = [1 - f, f]
            self.net.cpt(reason)[{x.claim: 1}] = [1 - s, s]
            return
        effect = f"link {x.id} {x.claim}"
        self.net.add(gum.LabelizedVariable(effect, effect, ["0", "1"]))
        ends = sorted({self.place[c][0] for c in (x.claim, *x.premises)})
        for end in ends:
            self.net.addArc(end, effect)
        for states in np.ndindex(*(self.net.variable(e).domainSize() for e in ends)):
            at = dict(zip(ends, states, strict=True))
            claim, *premises = (at[name] == state for name, state in (self.place[c] for c in (x.claim, *x.premises)))
            given_claim = s if claim else f
            ratio = given_claim / ref if all(premises) else (1 - given_claim) / (1 - ref)
            p = ratio / max(s / ref, f / ref, (1 - s) / (1 - ref), (1 - f) / (1 - ref))
            self.net.cpt(effect)[at] = [1 - p, p]
        self.evidence[effect] = 1

    def credence(self, claim: str) -> float:
        name, state = self.place[claim]
        return float(marginals(self.net, [name], self.evidence)[0][state])


def tops(debate: Debate) -> list[str]:
    """Claims that nothing else rests on."""
    used = {p for x in debate.links for p in x.premises}
    return [c for c in debate.claims if used.isdisjoint(debate.siblings(c))]


@given(debates("tree", Mix(shifts=True), most=9))
@examples(60)
def test_weight_on_trees(debate: Debate) -> None:
    """Claims on which nothing else rests, so that all evidence in their tree lies beneath them."""
    debate = debate.map_links(lambda x: replace(x, both=True))
    found = credences(debate)
    written = Written(debate)
    for c in tops(debate):
        assert found[c] == pytest.approx(written.credence(c), abs=1e-9)


@given(debates("tree", Mix(shifts=True), most=9))
@examples(60)
def test_bayes_on_trees(debate: Debate) -> None:
    """All claims, each given everything."""
    check(debate)


def check(debate: Debate) -> None:
    net = build(debate)
    outcome = bayes(propagate(net))
    written = Written(debate)
    for c, z in zip(net.ids, outcome.log_odds.tolist(), strict=True):
        assert 1 / (1 + math.exp(-z)) == pytest.approx(written.credence(c), abs=1e-9)


def ladder(rng: random.Random, n: int) -> Debate:
    """Claims of even base rate in two columns, with rungs: many loops, and every base rate stands by symmetry."""
    names = [f"{side}{i}" for i in range(n) for side in "ab"]
    pairs = [(f"{s}{i + 1}", f"{s}{i}") for i in range(n - 1) for s in "ab"] + [(f"b{i}", f"a{i}") for i in range(n)]
    return Debate(
        dict.fromkeys(names, 0.5),
        tuple(Item(f"i{c}", c, rng.uniform(-20, 20) * DB, f"r{c}", rng.uniform(0.5, 1)) for c in names[::2]),
        {f"r{c}": rng.uniform(0.5, 1) for c in names},
        tuple(Link(a, (a,), b, rng.uniform(-17, 17) * DB) for a, b in pairs),
    )


@pytest.mark.parametrize("seed", range(10))
def test_bayes_on_ladders(seed: int) -> None:
    """Loops, written as a Bayesian network independently of the engine's factor graph."""
    debate = ladder(random.Random(seed), 6)
    check(debate)


@given(debates("loops", Mix(shifts=True), most=7))
@examples(40)
def test_bayes_on_any_small_graph(debate: Debate) -> None:
    """The engine's own factor graph, calibration and vouchers included, through another library's inference."""
    net = build(debate)
    result = propagate(net)
    outcome = bayes(result)
    joint = build_joint(result)
    for variables in joint.graph.components:
        graph, _ = complete(joint, variables)
        net_of_factors, evidence = observed_factors(graph)
        found = marginals(net_of_factors, range(len(variables)), evidence)
        for v, p in zip(variables, found, strict=True):
            for c in np.flatnonzero(joint.variable == v):
                assert 1 / (1 + math.exp(-outcome.log_odds[c])) == pytest.approx(p[joint.state[c]], abs=1e-9)
