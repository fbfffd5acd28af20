"""One sweep over a network, level by level, whole levels at a time.

``State`` holds every number of a sweep; ``plan`` sorts a network's parts by level once; ``run`` fills a state.  Shared
evidence is counted once by :mod:`kb.engine.conserve`, called from here level by level, so that everything above uses
the conserved values.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, fields
from functools import cached_property

import numpy as np

from kb.engine import arithmetic as ar
from kb.engine.arithmetic import Bools, Floats, Ints
from kb.engine.network import ON_ITEM, ON_LINK, ON_UNDERCUT, Network

Conserve = Callable[["Plan", "State", Ints], None]


@dataclass
class State:
    """The numbers of one sweep, in nats unless said otherwise.  Shapes as in :class:`~kb.engine.network.Network`.

    Attributes:
        log_odds: L of each claim (n,).
        gathered: D of each claim: L minus the base rate's log odds (n,).
        own: W, the weight of a claim's own evidence (n,).
        links: sum of the messages into a claim (n,).
        shared: correction "shared evidence counted once" (n,).
        competition: correction "competition from the other answers" (n,).
        assessed: whether any evidence lies beneath (n,).
        item_tau, item_weight: what undercuts leave of an item, 0 to 1 (k,), its weight after reliability (k,).
        pair_weight, pair_part: W_root (g,), and what it adds after overlap with the others of its cluster (g,).
        tau, mu: what undercuts leave of a link, 0 to 1 (l,), its message (l,).
        log_lambda: ln odds(q)/odds(ref) of a link's reason (l,).
        active, undercut_tau: share by which an undercut is active, 0 to 1 (u,), what its own undercuts leave (u,).
    """

    log_odds: Floats
    gathered: Floats
    own: Floats
    links: Floats
    shared: Floats
    competition: Floats
    assessed: Bools
    item_tau: Floats
    item_weight: Floats
    pair_weight: Floats
    pair_part: Floats
    tau: Floats
    mu: Floats
    log_lambda: Floats
    active: Floats
    undercut_tau: Floats

    @classmethod
    def blank(cls, net: Network) -> State:
        """A state in which no evidence has arrived yet."""
        n, k, g, m, u = net.size, net.item_claim.size, net.pair_claim.size, net.link_claim.size, net.undercut_node.size
        z = np.zeros
        return cls(
            log_odds=net.base + net.shift, gathered=net.shift.copy(), own=z(n), links=z(n), shared=z(n),
            competition=z(n),
            assessed=z(n, dtype=np.bool_), item_tau=np.ones(k), item_weight=z(k), pair_weight=z(g), pair_part=z(g),
            tau=np.ones(m), mu=z(m), log_lambda=z(m), active=z(u), undercut_tau=np.ones(u),
        )  # fmt: skip

    def copy(self) -> State:
        """An independent copy."""
        return State(**{f.name: getattr(self, f.name).copy() for f in fields(self)})


@dataclass(frozen=True)
class Plan:
    """A network's parts sorted by the level at which they are computed.

    ``links_at(i)``, ``undercuts_at(i)`` and so on give index arrays of level ``i``.
    """

    net: Network
    depth: int
    claims: tuple[Ints, ...]
    links: tuple[Ints, ...]
    undercuts: tuple[Ints, ...]
    items: tuple[Ints, ...]
    questions: tuple[tuple[int, ...], ...]
    s: Floats
    f: Floats
    ref: Floats
    log_odds_ref: Floats

    @cached_property
    def single(self) -> Bools:
        """Whether a link has one premise (l,)."""
        out: Bools = np.diff(self.net.premise_start) == 1
        return out


def plan(net: Network) -> Plan:
    """Sort a network's parts by level, and calibrate the tables of its links."""
    level = net.level
    depth = int(level.max()) + 1 if level.size else 0
    final = net.undercut_final
    undercut_level = np.where(final >= 0, level[final] if level.size else 0, -1)
    questions: list[list[int]] = [[] for _ in range(depth)]
    for q, members in enumerate(net.questions):
        if members.size:
            questions[int(level[members[0]])].append(q)
    log_pi = np.log(net.pi)
    log_ref = _sum_segments(log_pi[net.premise], net.premise_start)
    ref = np.exp(log_ref)
    s, f = ar.tables(net.link_weight, ref, net.pi[net.link_claim])
    with np.errstate(divide="ignore"):
        log_odds_ref = log_ref - np.log(-np.expm1(log_ref))
    item_level = level[net.item_claim] if level.size else level
    dirty = np.zeros(net.size, dtype=np.bool_)
    on_item = net.undercut_on == ON_ITEM
    dirty[net.item_claim[net.undercut_target[on_item]]] = True
    item_level = np.where(dirty[net.item_claim], item_level, -1) if net.item_claim.size else item_level
    return Plan(
        net=net,
        depth=depth,
        claims=_by_level(level, depth),
        links=_by_level(level[net.link_claim], depth),
        undercuts=_by_level(undercut_level, depth),
        items=_by_level(item_level, depth),
        questions=tuple(tuple(q) for q in questions),
        s=s,
        f=f,
        ref=ref,
        log_odds_ref=log_odds_ref,
    )


def _by_level(level: Ints, depth: int) -> tuple[Ints, ...]:
    """Indices at each level; those at -1 are left out."""
    order = np.argsort(level, kind="stable")
    cuts = np.searchsorted(level[order], np.arange(depth + 1))
    return tuple(order[cuts[i] : cuts[i + 1]] for i in range(depth))


def _sum_segments(values: Floats, start: Ints) -> Floats:
    """Sums over CSR segments, none of them empty."""
    return np.add.reduceat(values, start[:-1]) if start.size > 1 else np.zeros(0)


def gather(start: Ints, values: Ints, rows: Ints) -> tuple[Ints, Ints]:
    """The values of some CSR rows, one row after the other, and where each row starts (with the end appended)."""
    counts = start[rows + 1] - start[rows]
    begin = np.r_[0, np.cumsum(counts)]
    index = np.arange(begin[-1]) + np.repeat(start[rows] - begin[:-1], counts)
    return values[index], begin


def run(p: Plan, conserve: Conserve | None = None) -> State:
    """Fill a state from the bottom up.

    Args:
        p: the plan of an acyclic network (claims on a cycle see each other as they stand when their level comes).
        conserve: what counts shared evidence once; ``None`` for one pass.
    """
    state = State.blank(p.net)
    weigh_items(p.net, state, np.arange(p.net.item_claim.size))
    for i in range(p.depth):
        step(p, state, i, conserve)
    return state


def step(p: Plan, state: State, i: int, conserve: Conserve | None) -> None:
    """Compute one level from those beneath it."""
    net, claims, links = p.net, p.claims[i], p.links[i]
    if p.undercuts[i].size:
        apply_undercuts(net, state, p.undercuts[i])
        if p.items[i].size:
            weigh_items(net, state, p.items[i])
    if links.size:
        send(p, state, links)
        state.links[claims] = 0.0
        np.add.at(state.links, net.link_claim[links], state.mu[links])
    settle(p, state, claims, p.questions[i])
    if conserve is not None:
        conserve(p, state, claims)


def settle(p: Plan, state: State, claims: Ints, questions: tuple[int, ...]) -> None:
    """Add up the rows of claims; answers of one question compete."""
    net = p.net
    rows = net.shift[claims] + state.own[claims] + state.links[claims] + state.shared[claims]
    state.gathered[claims] = rows
    state.log_odds[claims] = net.base[claims] + rows
    for q in questions:
        compete(net, state, net.questions[q])


def compete(net: Network, state: State, members: Ints) -> None:
    """Normalise the answers of one exclusive question and note the row "competition"."""
    rows = net.shift[members] + state.own[members] + state.links[members] + state.shared[members]
    log_odds = ar.answers(np.log(net.pi[members]), rows)
    if not rows.any():
        log_odds = net.base[members].copy()
    state.log_odds[members] = log_odds
    state.gathered[members] = log_odds - net.base[members]
    state.competition[members] = state.gathered[members] - rows
    state.assessed[members] = state.assessed[members].any()


def weigh_items(net: Network, state: State, items: Ints) -> None:
    """Items to the weight of their claims' own evidence: reliability, overlap within a root, trust, lineage."""
    if items.size == 0:
        return
    w = net.item_weight[items]
    t = net.item_reliability[items] * state.item_tau[items]
    state.item_weight[items] = np.sign(w) * ar.discount(np.abs(w), t)
    pairs = np.unique(net.item_pair[items])
    local = np.searchsorted(pairs, net.item_pair[items])
    x = state.item_weight[items]
    parts = np.sign(x) * ar.cluster_parts(np.abs(x), 2 * local + (x < 0), ar.ROOT_OVERLAP)
    for_, against = np.zeros(pairs.size), np.zeros(pairs.size)
    np.add.at(for_, local, np.maximum(parts, 0))
    np.add.at(against, local, np.maximum(-parts, 0))
    total = for_ + against
    share = np.divide(for_ - against, total, out=np.zeros_like(total), where=total > 0)
    state.pair_weight[pairs] = share * ar.discount(total, net.root_reliability[net.pair_root[pairs]])

    y = state.pair_weight[pairs]
    cluster = net.pair_cluster[pairs]
    state.pair_part[pairs] = np.sign(y) * ar.cluster_parts(
        np.abs(y), 2 * cluster + (y < 0), net.cluster_dependence[cluster]
    )
    claims = net.pair_claim[pairs]
    state.own[claims] = 0.0
    np.add.at(state.own, claims, state.pair_part[pairs])
    state.assessed[net.item_claim[items[w != 0]]] = True


def apply_undercuts(net: Network, state: State, undercuts: Ints) -> None:
    """What undercuts leave of links, items and each other: tau = prod_u (1 - kill_u tau_u a_u), outermost first."""
    node = net.undercut_node[undercuts]
    pi = net.pi[node]
    q = ar.sigmoid(state.log_odds[node])
    a = np.maximum(0.0, (q - pi) / (1 - pi))
    state.active[undercuts] = np.where(state.gathered[node] > 0, a, 0.0)
    state.undercut_tau[undercuts] = 1.0
    depth = net.undercut_depth[undercuts]
    where = {ON_LINK: state.tau, ON_ITEM: state.item_tau, ON_UNDERCUT: state.undercut_tau}
    touched = [
        (kind, net.undercut_target[undercuts[net.undercut_on[undercuts] == kind]]) for kind in (ON_LINK, ON_ITEM)
    ]
    for kind, targets in touched:
        where[kind][targets] = 1.0
    for d in range(int(depth.max()), -1, -1):
        here = undercuts[depth == d]
        left = 1 - net.undercut_kill[here] * state.undercut_tau[here] * state.active[here]
        for kind, tau in where.items():
            on = net.undercut_on[here] == kind
            np.multiply.at(tau, net.undercut_target[here[on]], left[on])


def send(p: Plan, state: State, links: Ints) -> None:
    """Messages of links from the credences of their premises."""
    net = p.net
    single = p.single[links]
    first = net.premise[net.premise_start[links]]
    log_lambda = state.gathered[first].copy()
    heard = state.assessed[first].copy()
    if not single.all():
        joint = links[~single]
        premises, start = gather(net.premise_start, net.premise, joint)
        log_q = _sum_segments(ar.log_sigmoid(state.log_odds[premises]), start)
        moved = np.logical_or.reduceat(state.gathered[premises] != 0, start[:-1])
        ratio = log_q - np.log(-np.expm1(log_q)) - p.log_odds_ref[joint]
        log_lambda[~single] = np.where(moved, ratio, 0.0)
        heard[~single] = np.logical_or.reduceat(state.assessed[premises], start[:-1])
    state.log_lambda[links] = log_lambda
    m = net.link_weight[links]
    state.mu[links] = ar.message(
        p.s[links], p.f[links], p.ref[links], state.tau[links], log_lambda, m, net.link_both[links]
    )
    np.logical_or.at(state.assessed, net.link_claim[links], heard & (m != 0))
