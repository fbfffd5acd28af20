"""What depends on a record: the claims that move when it is left out, and the route along which it is felt."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from kb import odds
from kb.engine import arithmetic as ar
from kb.engine.graph import NONE_SUFFIX
from kb.engine.inputs import cases_at_once
from kb.engine.network import Network
from kb.engine.propagate import Propagated

NUDGE = 1e-5
"""How far a claim is moved to either side to see what arrives, in nats."""
NOTICEABLE = 1e-9
"""Changes of a log odds smaller than this, in nats, are rounding."""


@dataclass(frozen=True, slots=True)
class Move:
    """One claim's change: credences without and with the record, and the difference of log odds in nats."""

    claim: str
    without: float
    with_: float
    weight: float


@dataclass(frozen=True, slots=True)
class Impact:
    """What one record does.

    Attributes:
        id: the record.
        moves: claims that it moves, largest first.
    """

    id: str
    moves: tuple[Move, ...]


def carried(net: Network) -> dict[str, dict[str, list[int]]]:
    """What goes when a record goes: id to the inputs (names of arrays of ``Inputs``) and their rows that become 0.

    A claim takes its links, items and undercuts with it, a source its items, an argument its link.  A question stays as
    it is: an answer that is left out keeps its prior, and sources stay tied by the lineage that an item declared.
    """
    found: dict[str, dict[str, list[int]]] = {}

    def note(array: str, row: int, names: Iterable[str]) -> None:
        for name in set(names):
            found.setdefault(name, {}).setdefault(array, []).append(row)

    for j, id in enumerate(net.link_ids):
        premises = net.premise[net.premise_start[j] : net.premise_start[j + 1]]
        note("link_weight", j, [id, net.ids[net.link_claim[j]], *(net.ids[r] for r in premises)])
    for k, id in enumerate(net.item_ids):
        note("item_weight", k, [id, net.ids[net.item_claim[k]], net.root_ids[net.pair_root[net.item_pair[k]]]])
    for u, id in enumerate(net.undercut_ids):
        note("kill", u, [id.split("#")[0], net.ids[net.undercut_node[u]]])
    return found


def impacts(result: Propagated, ids: Iterable[str]) -> dict[str, Impact]:
    """Leave-one-out of every record: which claims move, and by how much.

    Args:
        result: the sweep with all records.
        ids: records; those that the network does not hold (people, terms) move nothing.  See :func:`carried`.
    """
    net = result.net
    held = carried(net)
    claims = {id: i for i, id in enumerate(net.ids)}
    full = result.state.log_odds[:, 0]
    q_full = ar.sigmoid(full)
    wanted = sorted(id for id in set(ids) if held.get(id) or id in claims)
    found = {id: Impact(id, ()) for id in sorted(set(ids).difference(wanted))}
    at_once = cases_at_once(net)
    for start in range(0, len(wanted), at_once):
        some = wanted[start : start + at_once]
        inputs = result.setup.inputs.take(np.zeros(len(some), dtype=np.int64))
        for case, id in enumerate(some):
            for array, rows in held.get(id, {}).items():
                getattr(inputs, array)[rows, case] = 0.0
            if id in claims:
                inputs.shift[claims[id], case] = 0.0
                inputs.pin[claims[id], case] = np.nan
        log_odds = result.again(inputs).state.log_odds
        q = ar.sigmoid(log_odds)
        for case, id in enumerate(some):
            change = full - log_odds[:, case]
            moved = [i for i in np.flatnonzero(np.abs(change) > NOTICEABLE).tolist() if NONE_SUFFIX not in net.ids[i]]
            moves = [Move(net.ids[i], float(q[i, case]), float(q_full[i]), float(change[i])) for i in moved]
            found[id] = Impact(id, largest_first(moves))
    return dict(sorted(found.items()))


def difference(id: str, with_: Propagated, without: Propagated) -> Impact:
    """What a record does, from two sweeps: of all records, and of all but this one."""
    at = {claim: i for i, claim in enumerate(without.net.ids)}
    moves = []
    for i, claim in enumerate(with_.net.ids):
        if claim in at and NONE_SUFFIX not in claim:
            ends = [float(without.state.log_odds[at[claim], 0]), float(with_.state.log_odds[i, 0])]
            if abs(ends[1] - ends[0]) > NOTICEABLE:
                moves.append(Move(claim, odds.sigma(ends[0]), odds.sigma(ends[1]), ends[1] - ends[0]))
    return Impact(id, largest_first(moves))


def largest_first(moves: Iterable[Move]) -> tuple[Move, ...]:
    """Moves in order of size, then of name."""
    return tuple(sorted(moves, key=lambda move: (-abs(move.weight), move.claim)))


@dataclass(frozen=True, slots=True)
class Route:
    """The strongest way from a claim or item up to a claim.

    Attributes:
        steps: ids from the start to the target: claims and, between them, the arguments that carry a joint link.
        gain: share of what the start has gathered that arrives, 0 to about 1.
    """

    steps: tuple[str, ...]
    gain: float


def routes(result: Propagated, target: str) -> dict[str, Route]:
    """For every claim and item beneath a claim the route along which most of its weight arrives.

    A link passes on |mu| / |ln Lambda| of what its reason has gathered, an item what overlap and trust leave of it; a
    route passes on the product.  What only feeds an undercut has no route: it takes away, it adds nothing.
    """
    net, state, uses = result.net, result.state, result.conserver.uses
    top = net.at[target]
    best: dict[int, Route] = {top: Route((target,), 1.0)}
    queue = [top]
    while queue:
        queue.sort(key=lambda c: (-int(net.level[c]), -best[c].gain, c))
        c = queue.pop(0)
        for j in uses.links[c]:
            mu, heard = float(state.mu[j, 0]), float(state.log_lambda[j, 0])
            if mu == 0 or heard == 0:
                continue
            gain = best[c].gain * min(abs(mu / heard), 1.0)
            premises = uses.premises[j]
            for r in premises:
                if net.ids[r] in best[c].steps or gain <= best.get(r, Route((), 0.0)).gain:
                    continue
                via = (net.link_ids[j],) if len(premises) > 1 else ()
                best[r] = Route((net.ids[r], *via, *best[c].steps), gain)
                if r not in queue:
                    queue.append(r)
    found = {net.ids[c]: route for c, route in best.items()}
    for c, route in best.items():
        for g in uses.pairs[c]:
            for k, kept in zip(uses.items[g], _kept(result, g), strict=True):
                name, gain = net.item_ids[k], route.gain * kept
                if gain > found.get(name, Route((), 0.0)).gain:
                    found[name] = Route((name, *route.steps), gain)
    return found


def _kept(result: Propagated, g: int) -> list[float]:
    """What overlap within the root, trust in it and overlap with other roots leave of each item of a pair, 0 to 1."""
    state, items = result.state, result.conserver.uses.items[g]
    weights = state.item_weight[items, :1]
    same = np.zeros(len(items), dtype=np.int64)
    for_, against = (ar.cluster_parts(np.maximum(sign * weights, 0), same, ar.ROOT_OVERLAP) for sign in (1, -1))
    total = float(for_.sum() + against.sum())
    if total == 0:
        return [0.0] * len(items)
    root = result.net.pair_root[g]
    trusted = float(ar.discount(np.array([total]), result.setup.inputs.root_reliability[root, :1])[0]) / total
    whole, part = float(state.pair_weight[g, 0]), float(state.pair_part[g, 0])
    left = ar.ratio(for_ + against, np.abs(weights)) * trusted * (part / whole if whole != 0 else 1.0)
    return [min(float(x), 1.0) for x in left[:, 0]]


def beneath(net: Network, target: int) -> list[int]:
    """Claims that a claim rests on, at any distance, sorted; an answer rests on its siblings."""
    into = net.reasons_into
    seen: set[int] = set()
    queue = [target]
    while queue:
        c = queue.pop()
        if c in seen:
            continue
        seen.add(c)
        q = int(net.question_of[c])
        queue += [*into.get(c, ()), *(net.questions[q].tolist() if q >= 0 else ())]
    return sorted(seen - {target})


def slopes(result: Propagated, target: str) -> dict[str, float]:
    """dL_t/dL_v for every claim v beneath a claim: how much of a small change of v arrives, at any distance.

    Each claim is held a little above and a little below where it stands; the sweeps see undercuts, competition and
    shared evidence as they are.  0 where a capacity or a reason below its base rate lets nothing through.
    """
    net = result.net
    t = net.at[target]
    below = [v for v in beneath(net, t) if "#" not in net.ids[v]]
    found: dict[str, float] = {}
    at_once = max(cases_at_once(net) // 2, 1)
    for start in range(0, len(below), at_once):
        some = below[start : start + at_once]
        inputs = result.setup.inputs.take(np.zeros(2 * len(some), dtype=np.int64))
        for n, v in enumerate(some):
            here = float(result.state.log_odds[v, 0])
            inputs.pin[v, 2 * n], inputs.pin[v, 2 * n + 1] = here + NUDGE, here - NUDGE
        log_odds = result.again(inputs).state.log_odds[t]
        for n, v in enumerate(some):
            found[net.ids[v]] = float(log_odds[2 * n] - log_odds[2 * n + 1]) / (2 * NUDGE)
    return found
