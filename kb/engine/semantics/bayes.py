"""``bayes``: the whole debate as one joint distribution, conditioned on everything, in both directions.

An evidenced conclusion also raises its premises, and two causes of one finding compete.  Exact by junction tree while
it fits (:mod:`kb.engine.exact`), else damped loopy belief propagation, labelled ``loopy``.  How the joint is made:
:mod:`kb.engine.semantics.joint`.

Without evidence every claim stands at its base rate: on loops, single variables are tilted until it does, which leaves
all conditional odds ratios as the links state them.  Loopy belief propagation needs no tilt for that.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from kb.engine.arithmetic import Floats
from kb.engine.exact import JunctionTree, TooWide, eliminate
from kb.engine.factors import Factor, FactorGraph, unary
from kb.engine.fit import Fit, fit
from kb.engine.loopy import loopy
from kb.engine.propagate import Propagated
from kb.engine.results import Method
from kb.engine.semantics.joint import Joint, Voucher, build_joint
from kb.engine.semantics.outcome import Outcome

MAX_CLIQUE = 2**18
"""Entries of the largest table of exact inference (2 MiB)."""
MAX_ENTRIES = 2**21
"""Entries of all its tables together (16 MiB); more would take minutes where base rates need many sweeps."""
NOTE = "every link cuts both ways; undercuts act through what semantics weight leaves of a link"


@dataclass(frozen=True)
class Part:
    """Marginals of one connected part of the joint.

    Attributes:
        marginals: probabilities of each of its variables, in order.
        method: ``exact`` or ``loopy``.
        iterations: sweeps to bring base rates into place, or rounds of messages; at least 1.
        residual: largest change of the last of them, in nats.
        converged: whether the residual is below the tolerance.
    """

    marginals: list[Floats]
    method: Method
    iterations: int
    residual: float
    converged: bool


def bayes(result: Propagated, *, shared_roots: bool = True) -> Outcome:
    """Credences of all claims, each given all evidence there is.

    Args:
        result: the debate, swept by semantics W.
        shared_roots: see :func:`~kb.engine.semantics.joint.build_joint`.
    """
    net = result.net
    joint = build_joint(result, shared_roots=shared_roots)
    graph = joint.graph
    spoken = np.zeros(len(graph.sizes), dtype=np.bool_)
    inputs = result.setup.inputs
    heard = np.concatenate([net.item_claim[inputs.item_weight[:, 0] != 0], np.flatnonzero(inputs.shift[:, 0])])
    spoken[joint.variable[heard]] = True
    vouchers = {v.variable: v for v in joint.vouchers}

    log_odds = result.setup.tables.base[:, 0].copy()
    assessed = np.zeros(net.size, dtype=np.bool_)
    method: list[Method] = ["exact"] * net.size
    residual, iterations = np.zeros(net.size), np.ones(net.size, dtype=np.int64)
    converged = np.ones(net.size, dtype=np.bool_)
    members: dict[int, list[int]] = {}
    for c, v in enumerate(joint.variable.tolist()):
        members.setdefault(v, []).append(c)
    for variables in graph.components:
        if not spoken[list(variables)].any():
            continue
        part = _part(joint, graph.restrict(variables), variables, [vouchers[v] for v in variables if v in vouchers])
        for v, marginal in zip(variables, part.marginals, strict=True):
            for c in members.get(v, ()):
                log_odds[c] = _log_odds(marginal, int(joint.state[c]))
                assessed[c] = True
                method[c] = part.method
                residual[c], iterations[c], converged[c] = part.residual, part.iterations, part.converged
    return Outcome(log_odds, assessed, tuple(method), residual, iterations, converged, (NOTE,))


def _part(joint: Joint, whole: FactorGraph, variables: Sequence[int], vouchers: Sequence[Voucher]) -> Part:
    """Marginals of one connected part, all evidence included."""
    try:
        order = eliminate(whole, max_clique=MAX_CLIQUE, max_entries=MAX_ENTRIES)
        calibrated, told = _calibrate(joint, variables, vouchers)
    except TooWide:
        found = loopy(whole)
        return Part(found.marginals, "loopy", found.iterations, found.residual, found.converged)
    at = {v: i for i, v in enumerate(variables)}
    extra = [unary(at[v], x) for v, x in (*calibrated.tilts.items(), *told.items())]
    tree = JunctionTree.build(whole.with_factors(extra), order)
    tree.calibrate()
    found_exactly = tree.marginals(len(whole.sizes))
    return Part(found_exactly, "exact", max(calibrated.sweeps, 1), calibrated.residual, calibrated.converged)


def _calibrate(joint: Joint, variables: Sequence[int], vouchers: Sequence[Voucher]) -> tuple[Fit, dict[int, Floats]]:
    """What brings base rates into place without evidence, and makes unreliable vouchers say nothing.

    Returns:
        Tilts of claims and questions on loops; and for each voucher what is added to its log potentials: ln of the
        chance of its whole story before anything else is known.

    Raises:
        TooWide: the graph of base rates and links is too wide.
    """
    here = set(variables)
    loops = [bond for bond in joint.loops if here.issuperset(bond.ends)]
    core = sorted({v for bond in loops for v in (*bond.ends, *bond.conjunctions)})
    wanted = {v: joint.base_rates[v] for v in core if v in joint.base_rates}
    rates = [unary(v, np.log(p)) for v, p in wanted.items()]
    graph = FactorGraph(joint.sizes, (*rates, *(f for bond in loops for f in bond.factors))).restrict(core)
    order = eliminate(graph, max_clique=MAX_CLIQUE, max_entries=MAX_ENTRIES)
    found = fit(graph, order, {i: wanted[v] for i, v in enumerate(core) if v in wanted})
    told: dict[int, Floats] = {}
    if vouchers:
        own = [v for v in variables if v < len(joint.sizes)]
        at = {v: i for i, v in enumerate(own)}
        tilted = joint.prior.restrict(own).with_factors(unary(at[core[i]], x) for i, x in found.tilts.items())
        order = eliminate(tilted, max_clique=MAX_CLIQUE, max_entries=MAX_ENTRIES)
        silent = JunctionTree.build(tilted, order).collect()
        for voucher in vouchers:
            story = [Factor((at[x.variables[0]],), x.table) for x in voucher.likelihoods]
            log_story = JunctionTree.build(tilted.with_factors(story), order).collect() - silent
            told[voucher.variable] = np.array([log_story, 0.0])
    tilts = {core[i]: x for i, x in found.tilts.items()}
    return Fit(tilts, found.sweeps, found.residual, found.converged), told


def _log_odds(marginal: Floats, state: int) -> float:
    """Log odds of one state, from probabilities."""
    with np.errstate(divide="ignore"):
        return float(np.log(marginal[state]) - np.log(np.delete(marginal, state).sum()))
