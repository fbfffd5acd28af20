"""What depends on a record: the claims that move when it is left out, and the route along which it is felt."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from kb.engine import arithmetic as ar
from kb.engine.inputs import Inputs, cases_at_once
from kb.engine.network import Network
from kb.engine.propagate import Propagated

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


def left_out(net: Network, inputs: Inputs, case: int, id: str) -> bool:
    """Write into one case the inputs as they would be without a record; whether the record is in the network at all.

    A claim takes its links, items and undercuts with it, a source its items, an argument its link.
    """
    known = False
    for j, name in enumerate(net.link_ids):
        premises = net.premise[net.premise_start[j] : net.premise_start[j + 1]]
        if name == id or any(net.ids[r] == id for r in premises) or net.ids[net.link_claim[j]] == id:
            inputs.link_weight[j, case] = 0.0
            known = True
    for k, name in enumerate(net.item_ids):
        if name == id or net.ids[net.item_claim[k]] == id or net.root_ids[net.pair_root[net.item_pair[k]]] == id:
            inputs.item_weight[k, case] = 0.0
            known = True
    for u, name in enumerate(net.undercut_ids):
        if name.split("#")[0] == id or net.ids[net.undercut_node[u]] == id:
            inputs.kill[u, case] = 0.0
            known = True
    return known or id in net.ids


def impacts(result: Propagated, ids: Iterable[str]) -> dict[str, Impact]:
    """Leave-one-out of every record: which claims move, and by how much.

    Args:
        result: the sweep with all records.
        ids: records; those that the network does not hold (people, terms) move nothing.
    """
    net = result.net
    full = result.state.log_odds[:, 0]
    q_full = ar.sigmoid(full)
    found: dict[str, Impact] = {}
    wanted = sorted(set(ids))
    at_once = cases_at_once(net)
    for start in range(0, len(wanted), at_once):
        some = wanted[start : start + at_once]
        inputs = result.setup.inputs.take(np.zeros(len(some), dtype=np.int64))
        known = [left_out(net, inputs, case, id) for case, id in enumerate(some)]
        if not any(known):
            found.update({id: Impact(id, ()) for id in some})
            continue
        log_odds = result.again(inputs).state.log_odds
        q = ar.sigmoid(log_odds)
        for case, id in enumerate(some):
            change = full - log_odds[:, case]
            moved = [i for i in np.flatnonzero(np.abs(change) > NOTICEABLE).tolist() if "#" not in net.ids[i]]
            moved.sort(key=lambda i: (-abs(float(change[i])), net.ids[i]))
            moves = (Move(net.ids[i], float(q[i, case]), float(q_full[i]), float(change[i])) for i in moved)
            found[id] = Impact(id, tuple(moves))
    return found


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

    A link passes on |mu| / |ln Lambda| of what its reason has gathered; a route passes on the product.
    """
    net, state, uses = result.net, result.state, result.conserver.uses
    top = net.ids.index(target)
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
            for k in uses.items[g]:
                kept = abs(float(state.pair_part[g, 0])) / max(abs(float(state.item_weight[k, 0])), 1e-300)
                name = net.item_ids[k]
                gain = route.gain * min(kept, 1.0)
                if state.item_weight[k, 0] != 0 and gain > found.get(name, Route((), 0.0)).gain:
                    found[name] = Route((name, *route.steps), gain)
    return found


def beneath(net: Network, target: int) -> list[int]:
    """Claims that a claim rests on, at any distance, sorted; an answer rests on its siblings."""
    source, to = net.edges
    into: dict[int, list[int]] = {}
    for a, b in zip(source.tolist(), to.tolist(), strict=True):
        into.setdefault(b, []).append(a)
    seen: set[int] = set()
    queue = [target]
    while queue:
        c = queue.pop()
        if c in seen:
            continue
        seen.add(c)
        q = int(net.question_of[c])
        queue += into.get(c, []) + (net.questions[q].tolist() if q >= 0 else [])
    return sorted(seen - {target})
