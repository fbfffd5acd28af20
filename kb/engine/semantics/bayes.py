"""``bayes``: the whole debate as one joint distribution, conditioned on everything, in both directions.

An evidenced conclusion also raises its premises, and two causes of one finding compete.  Exact by junction tree while
it fits (:mod:`kb.engine.exact`), else damped loopy belief propagation, labelled ``loopy``.  How the joint is made:
:mod:`kb.engine.semantics.joint`.

Without evidence every claim stands at its base rate: on loops, single variables are tilted until it does, which leaves
all conditional odds ratios as the links state them.  Loopy belief propagation needs no tilt for that.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from kb.engine.arithmetic import Floats
from kb.engine.exact import JunctionTree, TooWide, eliminate
from kb.engine.factors import Factor, FactorGraph, renumber, unary
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
        part = _part(joint, variables)
        for v, marginal in zip(variables, part.marginals, strict=True):
            for c in members.get(v, ()):
                log_odds[c] = _log_odds(marginal, int(joint.state[c]))
                assessed[c] = True
                method[c] = part.method
                residual[c], iterations[c], converged[c] = part.residual, part.iterations, part.converged
    return Outcome(log_odds, assessed, tuple(method), residual, iterations, converged, (NOTE,))


def _part(joint: Joint, variables: Sequence[int]) -> Part:
    """Marginals of one connected part, all evidence included."""
    whole = joint.graph.restrict(variables)
    try:
        order = eliminate(whole, max_clique=MAX_CLIQUE, max_entries=MAX_ENTRIES)
        graph, tilts = complete(joint, variables)
    except TooWide:
        near = loopy(whole)
        return Part(near.marginals, "loopy", near.iterations, near.residual, near.converged)
    tree = JunctionTree.build(graph, order)
    tree.calibrate()
    return Part(tree.marginals(len(variables)), "exact", max(tilts.sweeps, 1), tilts.residual, tilts.converged)


def complete(joint: Joint, variables: Sequence[int]) -> tuple[FactorGraph, Fit]:
    """The graph of one connected part, with base rates brought into place and unreliable vouchers made to say nothing.

    Args:
        joint: the debate.
        variables: a component of ``joint.graph``.

    Returns:
        The graph, its variables numbered in the order given, and how claims and questions on loops were tilted for it
        (its tilts are named by the numbers of ``joint``).

    Raises:
        TooWide: the graph of base rates and links is too wide.
    """
    bonds, vouchers = joint.within(variables)
    core = sorted({v for bond in bonds for v in (*bond.ends, *bond.conjunctions)})
    wanted = {v: joint.base_rates[v] for v in core if v in joint.base_rates}
    rates = (unary(v, np.log(p)) for v, p in wanted.items())
    loops = renumber(joint.sizes, [*rates, *(f for bond in bonds for f in bond.factors)], core)
    order = eliminate(loops, max_clique=MAX_CLIQUE, max_entries=MAX_ENTRIES)
    found = fit(loops, order, {i: wanted[v] for i, v in enumerate(core) if v in wanted})
    tilts = {core[i]: x for i, x in found.tilts.items()}
    extra = {**tilts, **(_stories(joint, variables, vouchers, tilts) if vouchers else {})}
    at = {v: i for i, v in enumerate(variables)}
    graph = joint.graph.restrict(variables).with_factors(unary(at[v], x) for v, x in extra.items())
    return graph, Fit(tilts, found.sweeps, found.residual, found.converged)


def _stories(
    joint: Joint, variables: Sequence[int], vouchers: Sequence[Voucher], tilts: Mapping[int, Floats]
) -> dict[int, Floats]:
    """For each voucher what its log potentials gain so that an unreliable one tells its story by chance.

    That is ln of the chance of the whole story before anything else is known, given that the voucher is reliable.
    """
    own = [v for v in variables if v < len(joint.sizes)]
    at = {v: i for i, v in enumerate(own)}
    prior = joint.prior.restrict(own).with_factors(unary(at[v], x) for v, x in tilts.items())
    order = eliminate(prior, max_clique=MAX_CLIQUE, max_entries=MAX_ENTRIES)
    silent = JunctionTree.build(prior, order).collect()
    told = {}
    for voucher in vouchers:
        story = [Factor((at[x.variables[0]],), x.table) for x in voucher.likelihoods]
        log_story = JunctionTree.build(prior.with_factors(story), order).collect() - silent
        told[voucher.variable] = np.array([log_story, 0.0])
    return told


def _log_odds(marginal: Floats, state: int) -> float:
    """Log odds of one state, from probabilities."""
    with np.errstate(divide="ignore"):
        return float(np.log(marginal[state]) - np.log(np.delete(marginal, state).sum()))
