"""``bayes``: the whole debate as one joint distribution, conditioned on everything, in both directions.

An evidenced conclusion also raises its premises, and two causes of one finding compete.  Exact by junction tree while
it fits (:mod:`kb.engine.exact`), else damped loopy belief propagation, labelled ``loopy``.  Where only the roots shared
by many claims make the graph too wide, those with least at stake are taken apart, and a note says how many.  How the
joint is made: :mod:`kb.engine.semantics.joint`.

Without evidence every claim stands at its base rate: on loops, single variables are tilted until it does, which leaves
all conditional odds ratios as the links state them.  Loopy belief propagation needs no tilt for that.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from kb.engine.arithmetic import Floats
from kb.engine.exact import Elimination, JunctionTree, TooWide, eliminate
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

APART = (
    "{} roots or lineages that speak about several claims count on each of them as if they could be trusted there and"
    " not elsewhere: taking them together did not fit"
)


@dataclass(frozen=True)
class Part:
    """Marginals of one connected part of the joint.

    Attributes:
        marginals: probabilities of each of its claims, questions and conjunctions, in order; then of vouchers.
        method: ``exact`` or ``loopy``.
        iterations: sweeps to bring base rates into place, or rounds of messages; at least 1.
        residual: largest change of the last of them, in nats.
        converged: whether the residual is below the tolerance.
        apart: vouchers for which exact inference had no room: their stories are told apart.
    """

    marginals: list[Floats]
    method: Method
    iterations: int
    residual: float
    converged: bool
    apart: int


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
    apart = 0
    for variables in graph.components:
        if not spoken[list(variables)].any():
            continue
        part = _part(joint, variables)
        apart += part.apart
        for v, marginal in zip(variables, part.marginals, strict=False):
            for c in members.get(v, ()):
                log_odds[c] = _log_odds(marginal, int(joint.state[c]))
                assessed[c] = True
                method[c] = part.method
                residual[c], iterations[c], converged[c] = part.residual, part.iterations, part.converged
    notes = (NOTE, APART.format(apart)) if apart else (NOTE,)
    return Outcome(log_odds, assessed, tuple(method), residual, iterations, converged, notes)


def _part(joint: Joint, variables: Sequence[int]) -> Part:
    """Marginals of one connected part, all evidence included."""
    vouchers = joint.within(variables)[1]
    try:
        together, order = _fitting(joint, variables, vouchers)
        graph, tilts = complete(joint, variables, together)
    except TooWide:
        near = loopy(joint.part(variables, vouchers))
        return Part(near.marginals, "loopy", near.iterations, near.residual, near.converged, 0)
    tree = JunctionTree.build(graph, order)
    tree.calibrate()
    apart = len(vouchers) - len(together)
    found = tree.marginals(len(graph.sizes))
    return Part(found, "exact", max(tilts.sweeps, 1), tilts.residual, tilts.converged, apart)


def _fitting(joint: Joint, variables: Sequence[int], vouchers: Sequence[Voucher]) -> tuple[list[Voucher], Elimination]:
    """As many vouchers as exact inference has room for, those with most at stake first, and an elimination order.

    Vouchers that say much about many claims make a graph wide.  Telling the least of them apart is far nearer to the
    truth than approximate inference with all of them.

    Raises:
        TooWide: there is no room even without vouchers.
    """
    ranked = sorted(vouchers, key=lambda x: (-x.repeated, x.variable))

    def attempt(n: int) -> Elimination:
        return eliminate(joint.part(variables, ranked[:n]), max_clique=MAX_CLIQUE, max_entries=MAX_ENTRIES)

    try:
        return list(vouchers), attempt(len(ranked))
    except TooWide:
        low, high, order = 0, len(ranked), attempt(0)
    while high - low > 1:
        middle = (low + high) // 2
        try:
            low, order = middle, attempt(middle)
        except TooWide:
            high = middle
    return sorted(ranked[:low], key=lambda x: x.variable), order


def complete(
    joint: Joint, variables: Sequence[int], together: Sequence[Voucher] | None = None
) -> tuple[FactorGraph, Fit]:
    """The graph of one connected part, with base rates brought into place and unreliable vouchers made to say nothing.

    Args:
        joint: the debate.
        variables: a component of ``joint.graph``.
        together: vouchers of the part that are variables of it, in order; all of them by default.

    Returns:
        The graph, as :meth:`~kb.engine.semantics.joint.Joint.part` numbers it, and how claims and questions on loops
        were tilted for it (its tilts are named by the numbers of ``joint``).

    Raises:
        TooWide: the graph of base rates and links is too wide.
    """
    bonds, vouchers = joint.within(variables)
    together = vouchers if together is None else together
    core = sorted({v for bond in bonds for v in (*bond.ends, *bond.conjunctions)})
    wanted = {v: joint.base_rates[v] for v in core if v in joint.base_rates}
    rates = (unary(v, np.log(p)) for v, p in wanted.items())
    loops = renumber(joint.sizes, [*rates, *(f for bond in bonds for f in bond.factors)], core)
    order = eliminate(loops, max_clique=MAX_CLIQUE, max_entries=MAX_ENTRIES)
    found = fit(loops, order, {i: wanted[v] for i, v in enumerate(core) if v in wanted})
    tilts = {core[i]: x for i, x in found.tilts.items()}
    extra = {**tilts, **(_stories(joint, variables, together, tilts) if together else {})}
    own = [v for v in variables if v < len(joint.sizes)]
    at = {v: i for i, v in enumerate([*own, *(x.variable for x in together)])}
    graph = joint.part(variables, together).with_factors(unary(at[v], x) for v, x in extra.items())
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
