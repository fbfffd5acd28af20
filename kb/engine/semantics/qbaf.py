"""Gradual semantics of quantitative bipolar argumentation: DF-QuAD, quadratic energy, Euler-based, MLP-based.

An argument has a base score and is attacked and supported by others; its strength is an *influence* of its base score
and an *aggregation* a of the strengths that bear on it.

| name | aggregation | influence | source |
|---|---|---|---|
| ``dfquad`` | product | t + (1-t) a for a > 0, else t + t a | Rago, Toni, Aurisicchio & Baroni 2016 |
| ``qe`` | sum | h = a^2/(1+a^2): t + (1-t) h for a > 0, else t - t h | Potyka 2018 |
| ``euler`` | sum | 1 - (1 - t^2)/(1 + t e^a) | Amgoud & Ben-Naim 2018 |
| ``mlp`` | sum | sigma(logit t + a) | Potyka 2021 |

Sum: a = sum of supporters - sum of attackers.  Product: a = prod(1 - attackers) - prod(1 - supporters).
:func:`qbaf` computes any such graph; the runs ``qbaf-...`` read one off a debate.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

import numpy as np

from kb.engine.arithmetic import Bools, Floats, Ints, sigmoid
from kb.engine.network import Builder, Network
from kb.engine.propagate import Propagated
from kb.engine.semantics.levels import Solved, premise_product, solve
from kb.engine.semantics.outcome import Outcome, Semantics


@dataclass(frozen=True)
class Gradual:
    """One gradual semantics.

    Attributes:
        product: whether strengths are aggregated by product rather than by sum.
        influence: (base scores, aggregates) to strengths.
    """

    product: bool
    influence: Callable[[Floats, Floats], Floats]


@dataclass(frozen=True)
class Strengths:
    """Strengths of the arguments of a bipolar graph.

    Attributes:
        strength: argument to strength, 0 to 1, in order of name.
        iterations: rounds that the slowest cycle took; 1 without cycles.
        residual: largest |f(s) - s|: how far from a fixed point the strengths are; 0 without cycles.
        converged: whether every cycle settled.
    """

    strength: Mapping[str, float]
    iterations: int
    residual: float
    converged: bool


def _dfquad(base: Floats, a: Floats) -> Floats:
    out: Floats = np.where(a > 0, base + (1 - base) * a, base + base * a)
    return out


def _quadratic_energy(base: Floats, a: Floats) -> Floats:
    h = a * a / (1 + a * a)
    out: Floats = np.where(a > 0, base + (1 - base) * h, base - base * h)
    return out


def _euler(base: Floats, a: Floats) -> Floats:
    out: Floats = 1 - (1 - base * base) / (1 + base * np.exp(np.minimum(a, 700.0)))
    return out


def _mlp(base: Floats, a: Floats) -> Floats:
    with np.errstate(divide="ignore"):
        return sigmoid(np.log(base) - np.log1p(-base) + a)


GRADUAL: Mapping[str, Gradual] = {
    "dfquad": Gradual(True, _dfquad),
    "qe": Gradual(False, _quadratic_energy),
    "euler": Gradual(False, _euler),
    "mlp": Gradual(False, _mlp),
}
"""The gradual semantics by name."""


def qbaf(
    base: Mapping[str, float],
    attacks: Iterable[tuple[str, str]] = (),
    supports: Iterable[tuple[str, str]] = (),
    semantics: str = "dfquad",
) -> Strengths:
    """Strengths of a quantitative bipolar argumentation framework.

    Args:
        base: argument to base score, 0 to 1, both included.
        attacks, supports: (from, to) pairs; a pair counts once.
        semantics: ``dfquad``, ``qe``, ``euler`` or ``mlp``.

    Raises:
        KeyError: a pair names an argument without a base score, or there is no such semantics.
        ValueError: a base score is not between 0 and 1.
    """
    builder = Builder()
    for name, score in base.items():
        if not 0 <= score <= 1:
            raise ValueError(f"the base score of {name} is {score!r}, not between 0 and 1")
        builder.claim(name)
    for sign, pairs in ((-1.0, attacks), (1.0, supports)):
        for source, target in sorted(set(pairs)):
            builder.link(source, [source], target, sign)
    net = builder.build()
    scores = np.array([base[name] for name in net.ids], dtype=np.float64)
    found = evaluate(net, scores, np.ones(net.link_claim.size), GRADUAL[semantics])
    return Strengths(
        dict(zip(net.ids, found.strength.tolist(), strict=True)),
        int(found.iterations.max(initial=1)),
        float(found.residual.max(initial=0.0)),
        bool(found.converged.all()),
    )


def evaluate(net: Network, base: Floats, share: Floats, gradual: Gradual) -> Solved:
    """Strengths of a network's claims, its links taken as supports and attacks by their sign.

    Args:
        net: the network; links of weight 0 are left out.
        base: base scores, 0 to 1 (n,).
        share: what undercuts leave of each link, 0 to 1 (l,).
        gradual: the semantics.
    """
    supports = net.link_weight > 0

    def update(strength: Floats, claims: Ints, links: Ints) -> Floats:
        links = links[net.link_weight[links] != 0]
        x = share[links] * premise_product(net, strength, links)
        place = np.searchsorted(claims, net.link_claim[links])
        return gradual.influence(base[claims], _aggregate(x, place, supports[links], claims.size, gradual))

    return solve(net, base, update)


def _aggregate(x: Floats, place: Ints, supports: Bools, n: int, gradual: Gradual) -> Floats:
    """Aggregates of n claims from the strengths that bear on them."""
    if not gradual.product:
        return np.bincount(place, weights=np.where(supports, x, -x), minlength=n).astype(np.float64)
    left = np.ones((2, n))
    np.multiply.at(left, (supports.astype(np.int64), place), 1 - x)
    out: Floats = left[0] - left[1]
    return out


def of_debate(name: str) -> Semantics:
    """The gradual semantics ``name`` on a debate: base scores are credences from a claim's own evidence alone."""
    gradual = GRADUAL[name]

    def run(result: Propagated) -> Outcome:
        net, state = result.net, result.state
        own = result.setup.tables.base[:, 0] + result.setup.inputs.shift[:, 0] + state.own[:, 0]
        found = evaluate(net, sigmoid(own), state.tau[:, 0], gradual)
        with np.errstate(divide="ignore"):
            log_odds = np.log(found.strength) - np.log1p(-found.strength)
        return Outcome(
            log_odds=log_odds,
            assessed=state.assessed[:, 0].copy(),
            method=tuple("iterated" if x else "exact" for x in found.iterated.tolist()),
            residual=found.residual,
            iterations=found.iterations,
            converged=found.converged,
            notes=_lost(net),
        )

    return run


def _lost(net: Network) -> tuple[str, ...]:
    """What a bipolar graph cannot say of this debate."""
    notes = []
    if net.link_weight.size:
        notes.append("links support or attack by their sign alone; how strong they are is lost")
    if net.questions:
        notes.append("exclusivity is lost: answers of one question do not compete")
    if (np.diff(net.premise_start) > 1).any():
        notes.append("linked premises act as one argument with the product of their strengths")
    if net.undercut_node.size:
        notes.append("undercuts act through what semantics weight leaves of a link or item")
    return tuple(notes)
