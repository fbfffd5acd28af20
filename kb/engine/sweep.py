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
from kb.vocab import TESTIMONY_DEPENDENCE

Conserve = Callable[["Plan", "State", Ints], None]
Solve = Callable[["Plan", "State", tuple[int, ...]], None]


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
        pair_weight, pair_quiet: W_root (g,), and the share of it that rests on testimony or anecdote, 0 to 1 (g,).
        pair_lineage_part, pair_part: what it adds after overlap within its lineage (g,), and among testimony too (g,).
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
    pair_quiet: Floats
    pair_lineage_part: Floats
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
            **{name: z(n) for name in ("own", "links", "shared", "competition")},
            **{name: z(g) for name in ("pair_weight", "pair_quiet", "pair_lineage_part", "pair_part")},
            log_odds=net.base + net.shift,
            gathered=net.shift.copy(),
            assessed=net.shift != 0,
            item_tau=np.ones(k),
            item_weight=z(k),
            tau=np.ones(m),
            mu=z(m),
            log_lambda=z(m),
            active=z(u),
            undercut_tau=np.ones(u),
        )

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
    cycles: tuple[tuple[tuple[int, ...], ...], ...]
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
    cycles: list[list[tuple[int, ...]]] = [[] for _ in range(depth)]
    for cycle in net.cycles:
        cycles[int(level[cycle[0]])].append(cycle)
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
        cycles=tuple(tuple(c) for c in cycles),
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


def run(p: Plan, conserve: Conserve | None = None, solve: Solve | None = None) -> State:
    """Fill a state from the bottom up.

    Args:
        p: the plan of a network.
        conserve: what counts shared evidence once; ``None`` for one pass.
        solve: what computes the claims of a cycle; ``None`` where the network has none.
    """
    state = State.blank(p.net)
    weigh_items(p.net, state, np.arange(p.net.item_claim.size))
    for i in range(p.depth):
        step(p, state, i, conserve, solve)
    return state


def step(p: Plan, state: State, i: int, conserve: Conserve | None, solve: Solve | None) -> None:
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
    cycles = p.cycles[i]
    if cycles and solve is not None:
        for cycle in cycles:
            solve(p, state, cycle)
        claims = np.setdiff1d(claims, [c for cycle in cycles for c in cycle])
    if conserve is not None:
        conserve(p, state, claims)


def settle(p: Plan, state: State, claims: Ints, questions: tuple[int, ...]) -> None:
    """Add up the rows of claims; answers of one question compete."""
    net = p.net
    rows = net.shift[claims] + state.own[claims] + state.links[claims] + state.shared[claims]
    state.gathered[claims] = rows
    state.log_odds[claims] = net.base[claims] + rows
    state.assessed[claims] |= net.shift[claims] != 0
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
    quiet = net.item_quiet[items]
    for_, against, quiet_for, quiet_against = (np.zeros(pairs.size) for _ in range(4))
    np.add.at(for_, local, np.maximum(parts, 0))
    np.add.at(against, local, np.maximum(-parts, 0))
    np.add.at(quiet_for, local[quiet], np.maximum(parts[quiet], 0))
    np.add.at(quiet_against, local[quiet], np.maximum(-parts[quiet], 0))
    total = for_ + against
    share = _divide(for_ - against, total)
    y = share * ar.discount(total, net.root_reliability[net.pair_root[pairs]])
    state.pair_weight[pairs] = y
    state.pair_quiet[pairs] = np.where(y < 0, _divide(quiet_against, against), _divide(quiet_for, for_))
    overlap(net, state, pairs)
    state.assessed[net.item_claim[items[w != 0]]] = True


def overlap(net: Network, state: State, pairs: Ints) -> None:
    """What each root adds after overlap: first within its lineage, then among all testimony on the claim.

    The roots of a lineage form one cluster.  Of each cluster's weight, the share that rests on testimony or anecdote
    joins the testimony of the other clusters on the same side of the claim in one cluster of dependence .5; the rest
    stands.  Both steps are continuous in every weight.
    """
    y = state.pair_weight[pairs]
    cluster = net.pair_cluster[pairs]
    parts = ar.cluster_parts(np.abs(y), 2 * cluster + (y < 0), net.cluster_dependence[cluster])
    sides, local = np.unique(2 * cluster + (y < 0), return_inverse=True)
    hearsay = np.zeros(sides.size)
    np.add.at(hearsay, local, parts * state.pair_quiet[pairs])
    claim_side = 2 * net.cluster_claim[sides // 2] + sides % 2
    kept = _divide(ar.cluster_parts(hearsay, claim_side, TESTIMONY_DEPENDENCE), hearsay)
    quiet = state.pair_quiet[pairs]
    state.pair_part[pairs] = np.sign(y) * parts * (1 - quiet * (1 - kept[local]))
    state.pair_lineage_part[pairs] = np.sign(y) * parts
    claims = net.pair_claim[pairs]
    state.own[claims] = 0.0
    np.add.at(state.own, claims, state.pair_part[pairs])


def _divide(a: Floats, b: Floats) -> Floats:
    """a / b, and 0 where b is 0."""
    out: Floats = np.divide(a, b, out=np.zeros_like(b), where=b > 0)
    return out


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


def send(p: Plan, state: State, links: Ints, heard_as: Floats | None = None) -> None:
    """Messages of links from what their premises have gathered.

    Args:
        p: the plan.
        state: read and written.
        links: the links to send on (j,).
        heard_as: D of each premise of these links as this link hears it, one after the other; by default D itself.
    """
    net = p.net
    single = p.single[links]
    premises, start = gather(net.premise_start, net.premise, links)
    gathered = state.gathered[premises] if heard_as is None else heard_as
    log_lambda = gathered[start[:-1]].copy()
    heard = state.assessed[premises[start[:-1]]].copy()
    if not single.all():
        log_q = _sum_segments(ar.log_sigmoid(net.base[premises] + gathered), start)
        moved = np.logical_or.reduceat(gathered != 0, start[:-1])
        with np.errstate(divide="ignore"):
            ratio = log_q - np.log(-np.expm1(log_q)) - p.log_odds_ref[links]
        log_lambda = np.where(single, log_lambda, np.where(moved, ratio, 0.0))
        heard = np.where(single, heard, np.logical_or.reduceat(state.assessed[premises], start[:-1]))
    state.log_lambda[links] = log_lambda
    m = net.link_weight[links]
    state.mu[links] = ar.message(
        p.s[links], p.f[links], p.ref[links], state.tau[links], log_lambda, m, net.link_both[links]
    )
    np.logical_or.at(state.assessed, net.link_claim[links], heard & (m != 0))
