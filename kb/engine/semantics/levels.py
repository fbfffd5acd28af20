"""Evaluates a network bottom up where a claim's strength is a function of the strengths beneath it.

Levels are computed whole; claims that rest on each other are iterated to a fixed point.  The plain iteration comes
first.  Where it swings instead of settling, the step is halved: small steps follow the continuous dynamics
ds/dt = f(s) - s (Potyka, Continuous dynamical systems for weighted bipolar argumentation, 2018), which settle where the
plain iteration oscillates for ever.  What has not settled in the end says so.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from kb.engine.arithmetic import Bools, Floats, Ints
from kb.engine.network import Network

TOLERANCE = 1e-12
"""Change of a strength below which a fixed point counts as reached."""
MAX_ITERATIONS = 20_000
WINDOW = 50
"""Rounds after which the step is reconsidered."""
MIN_STEP = 2.0**-10
STRAIGHT = 0.5
"""Share of the way travelled in a window that a slow approach covers, and a swing does not."""

Update = Callable[[Floats, Ints, Ints], Floats]
"""(strengths (n,), some claims, the links into them) to the new strengths of those claims."""


@dataclass(frozen=True)
class Solved:
    """Strengths of n claims, with how they were reached.

    Attributes:
        strength: strengths, 0 to 1 (n,).
        iterated: whether a claim is on a cycle (n,).
        residual: |f(s) - s|, the largest on the claim's cycle; 0 elsewhere (n,).
        iterations: rounds that its cycle took; 1 elsewhere (n,).
        converged: whether its cycle, and all beneath it, settled (n,).
    """

    strength: Floats
    iterated: Bools
    residual: Floats
    iterations: Ints
    converged: Bools


def solve(net: Network, start: Floats, update: Update) -> Solved:
    """Strengths of all claims, each level from those beneath it.

    Args:
        net: the network; only its structure is used.
        start: where iterations begin, strengths 0 to 1 (n,).
        update: the semantics.
    """
    strength = start.copy()
    iterated, converged = np.zeros(net.size, dtype=np.bool_), np.ones(net.size, dtype=np.bool_)
    residual, iterations = np.zeros(net.size), np.ones(net.size, dtype=np.int64)
    for cycle in net.cycles:
        iterated[list(cycle)] = True
    into = _rows(net.link_claim, net.size)
    cycles_at: dict[int, list[Ints]] = {}
    for cycle in net.cycles:
        cycles_at.setdefault(int(net.level[cycle[0]]), []).append(np.array(cycle))
    for level, claims in enumerate(_rows(net.level, int(net.level.max(initial=-1)) + 1)):
        plain = claims[~iterated[claims]]
        if plain.size:
            strength[plain] = update(strength, plain, _join(into, plain))
        for cycle_claims in cycles_at.get(level, ()):
            links = _join(into, cycle_claims)
            off, rounds = _settle(strength, cycle_claims, links, update)
            residual[cycle_claims], iterations[cycle_claims] = off, rounds
            converged[cycle_claims] = off <= TOLERANCE
            _inherit(net, converged, links)
            converged[cycle_claims] = converged[cycle_claims].all()
        _inherit(net, converged, _join(into, plain))
    return Solved(strength, iterated, residual, iterations, converged)


def _settle(strength: Floats, claims: Ints, links: Ints, update: Update) -> tuple[float, int]:
    """Iterate the claims of one cycle in place; the residual and the number of rounds."""
    step = 1.0
    best_before, best, travelled = np.inf, np.inf, 0.0
    left = strength[claims].copy()
    for rounds in range(1, MAX_ITERATIONS + 1):
        change = update(strength, claims, links) - strength[claims]
        off = float(np.abs(change).max())
        if off <= TOLERANCE:
            return off, rounds
        best = min(best, off)
        if rounds % WINDOW == 0:
            covered = float(np.abs(strength[claims] - left).sum())
            if covered < travelled * STRAIGHT and best > best_before * 0.9 and step > MIN_STEP:
                step /= 2
            best_before, best, travelled = best, np.inf, 0.0
            left = strength[claims].copy()
        strength[claims] += step * change
        travelled += step * float(np.abs(change).sum())
    return off, MAX_ITERATIONS


def _inherit(net: Network, converged: Bools, links: Ints) -> None:
    """A claim above one that did not settle did not settle either."""
    if converged.all():
        return
    for j in links.tolist():
        if not converged[net.premise[net.premise_start[j] : net.premise_start[j + 1]]].all():
            converged[net.link_claim[j]] = False


def _rows(owner: Ints, n: int) -> list[Ints]:
    """Indices of the parts of each owner."""
    order = np.argsort(owner, kind="stable")
    cuts = np.searchsorted(owner[order], np.arange(n + 1))
    return [order[cuts[i] : cuts[i + 1]] for i in range(n)]


def _join(rows: list[Ints], owners: Ints) -> Ints:
    """The parts of some owners, one after the other."""
    return np.concatenate([rows[i] for i in owners.tolist()]) if owners.size else np.zeros(0, dtype=np.int64)


def premise_product(net: Network, strength: Floats, links: Ints) -> Floats:
    """Product of the strengths of each link's premises (l,)."""
    start, end = net.premise_start[links], net.premise_start[links + 1]
    out = strength[net.premise[start]]
    for extra in range(1, int((end - start).max(initial=1))):
        more = np.flatnonzero(end - start > extra)
        out[more] *= strength[net.premise[start[more] + extra]]
    return out
