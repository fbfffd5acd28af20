"""One sweep over a network, level by level, whole levels and all cases at a time.

``Plan`` sorts a network's parts by level once; ``Setup`` joins it with inputs; ``State`` holds every number of a sweep;
``run`` fills it.  Shared evidence is counted once by :mod:`kb.engine.conserve` and cycles are solved by
:mod:`kb.engine.cycles`, both called from here level by level, so that everything above uses their values.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, fields

import numpy as np

from kb.engine import arithmetic as ar
from kb.engine.arithmetic import Bools, Floats, Ints
from kb.engine.inputs import Inputs, Tables
from kb.engine.network import ON_ITEM, ON_LINK, ON_UNDERCUT, Network
from kb.vocab import TESTIMONY_DEPENDENCE

Conserve = Callable[["Setup", "State", Ints], None]
Solve = Callable[["Setup", "State", tuple[int, ...]], None]


@dataclass
class State:
    """The numbers of one sweep over B cases, in nats unless said otherwise; shapes as in ``Network``, last axis B.

    Attributes:
        log_odds: L of each claim (n, B).
        gathered: D of each claim: L minus the base rate's log odds (n, B).
        shift: a viewpoint's shift, and whatever holds a pinned claim in its place (n, B).
        own: W, the weight of a claim's own evidence (n, B).
        links: sum of the messages into a claim (n, B).
        shared: correction "shared evidence counted once" (n, B).
        competition: correction "competition from the other answers" (n, B).
        assessed: whether any evidence lies beneath (n, B).
        item_tau, item_weight: what undercuts leave of an item, 0 to 1, its weight after reliability (k, B).
        pair_weight, pair_quiet: W_root, and the share of its group's worth that only testimony adds, 0 to 1 (g, B).
        pair_lineage_part, pair_part: what it adds after overlap within its lineage, and among testimony too (g, B).
        tau, mu: what undercuts leave of a link, 0 to 1, its message (l, B).
        log_lambda: ln odds(q)/odds(ref) of a link's reason (l, B).
        active, undercut_tau: share by which an undercut is active, what its own undercuts leave, 0 to 1 (u, B).
    """

    log_odds: Floats
    gathered: Floats
    shift: Floats
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
    def blank(cls, x: Setup) -> State:
        """A state in which no evidence has arrived yet."""
        net, cases = x.net, x.inputs.cases

        def zeros(*names: str, size: int) -> dict[str, Floats]:
            return {name: np.zeros((size, cases)) for name in names}

        return cls(
            **zeros("gathered", "own", "links", "shared", "competition", size=net.size),
            **zeros("item_weight", size=net.item_claim.size),
            **zeros("pair_weight", "pair_quiet", "pair_lineage_part", "pair_part", size=net.pair_claim.size),
            **zeros("mu", "log_lambda", size=net.link_claim.size),
            **zeros("active", size=net.undercut_node.size),
            log_odds=x.tables.base.copy(),
            shift=x.inputs.shift.copy(),
            assessed=np.zeros((net.size, cases), dtype=np.bool_),
            item_tau=np.ones((net.item_claim.size, cases)),
            tau=np.ones((net.link_claim.size, cases)),
            undercut_tau=np.ones((net.undercut_node.size, cases)),
        )

    def copy(self) -> State:
        """An independent copy."""
        return State(**{f.name: getattr(self, f.name).copy() for f in fields(self)})


@dataclass(frozen=True)
class Links:
    """Some links, sorted by conclusion, with everything that does not change from sweep to sweep.

    Attributes:
        at: their indices, as a slice where they lie side by side.
        premises, start: their premises one link after the other (p,), where each link's start, with the end (j + 1,).
        first: the first premise of each (j,).
        joint: links with several premises (j,), ``None`` where there are none.
        into, into_start: their conclusions, each once, and where the links of each start.
    """

    at: slice | Ints
    premises: Ints
    start: Ints
    first: Ints
    joint: Bools | None
    into: Ints
    into_start: Ints

    @classmethod
    def of(cls, net: Network, rows: Ints) -> Links:
        """The links with these indices."""
        counts = net.premise_start[rows + 1] - net.premise_start[rows]
        start = np.zeros(rows.size + 1, dtype=np.int64)
        np.cumsum(counts, out=start[1:])
        index = np.arange(start[-1]) + np.repeat(net.premise_start[rows] - start[:-1], counts)
        premises = net.premise[index]
        many = counts[:, None] > 1
        into_start = ar.segment_starts(net.link_claim[rows])
        side_by_side = rows.size > 0 and bool((np.diff(rows) == 1).all())
        return cls(
            at=slice(int(rows[0]), int(rows[-1]) + 1) if side_by_side else rows,
            premises=premises,
            start=start,
            first=premises[start[:-1]],
            joint=many if many.any() else None,
            into=net.link_claim[rows][into_start],
            into_start=into_start,
        )


@dataclass(frozen=True)
class Plan:
    """A network's parts by the level at which they are computed, as tuples of index arrays, one per level.

    ``items`` lists only those of claims some of whose items are undercut; all others are weighed before the sweep.
    ``mute`` are the links of weight 0: they order nothing, and are looked at last.
    """

    net: Network
    depth: int
    claims: tuple[Ints, ...]
    links: tuple[Links, ...]
    undercuts: tuple[Ints, ...]
    items: tuple[Ints, ...]
    questions: tuple[tuple[int, ...], ...]
    cycles: tuple[tuple[tuple[int, ...], ...], ...]
    mute: Links

    @classmethod
    def of(cls, net: Network) -> Plan:
        """Sort a network's parts by level."""
        level = net.level
        depth = int(level.max()) + 1 if level.size else 0
        final = net.undercut_final
        questions: list[list[int]] = [[] for _ in range(depth)]
        for q, members in enumerate(net.questions):
            if members.size:
                questions[int(level[members[0]])].append(q)
        cycles: list[list[tuple[int, ...]]] = [[] for _ in range(depth)]
        for cycle in net.cycles:
            cycles[int(level[cycle[0]])].append(cycle)
        undercut_claims = np.zeros(net.size, dtype=np.bool_)
        undercut_claims[net.item_claim[net.undercut_target[net.undercut_on == ON_ITEM]]] = True
        late = undercut_claims[net.item_claim]
        return cls(
            net=net,
            depth=depth,
            claims=_by_level(level, depth),
            links=tuple(Links.of(net, rows) for rows in _by_level(level[net.link_claim], depth)),
            undercuts=_by_level(np.where(final >= 0, level[final], -1), depth),
            items=_by_level(np.where(late, level[net.item_claim], -1), depth),
            questions=tuple(tuple(q) for q in questions),
            cycles=tuple(tuple(c) for c in cycles),
            mute=Links.of(net, np.flatnonzero(net.link_weight == 0)),
        )


@dataclass(frozen=True)
class Setup:
    """A plan with the inputs of one or many cases, and the tables calibrated to them."""

    plan: Plan
    inputs: Inputs
    tables: Tables

    @classmethod
    def of(cls, plan: Plan, inputs: Inputs | None = None) -> Setup:
        """Join a plan with inputs; by default the network's own."""
        inputs = inputs if inputs is not None else Inputs.of(plan.net)
        return cls(plan, inputs, Tables.of(plan.net, inputs))

    @property
    def net(self) -> Network:
        """The network."""
        return self.plan.net


def _by_level(level: Ints, depth: int) -> tuple[Ints, ...]:
    """Indices at each level; those at -1 are left out."""
    order = np.argsort(level, kind="stable")
    cuts = np.searchsorted(level[order], np.arange(depth + 1))
    return tuple(order[cuts[i] : cuts[i + 1]] for i in range(depth))


def run(x: Setup, conserve: Conserve | None = None, solve: Solve | None = None) -> State:
    """Fill a state from the bottom up.

    Args:
        x: network and inputs.
        conserve: what counts shared evidence once; ``None`` for one pass.
        solve: what computes the claims of a cycle; ``None`` where the network has none.
    """
    state = State.blank(x)
    weigh_items(x, state, np.arange(x.net.item_claim.size))
    for i in range(x.plan.depth):
        step(x, state, i, conserve, solve)
    finish(x, state)
    return state


def finish(x: Setup, state: State) -> None:
    """Numbers that only a reader needs: links of weight 0, and undercuts that touch nothing with weight."""
    net = x.net
    if x.plan.mute.into.size:
        send(x, state, x.plan.mute)
    idle = np.flatnonzero(net.undercut_final < 0)
    if idle.size:
        apply_undercuts(x, state, idle)


def step(x: Setup, state: State, i: int, conserve: Conserve | None, solve: Solve | None) -> None:
    """Compute one level from those beneath it."""
    p = x.plan
    part = (p.claims[i], p.links[i], p.undercuts[i], p.items[i])
    compute(x, state, *part, p.questions[i], p.cycles[i], conserve, solve)


def compute(
    x: Setup,
    state: State,
    claims: Ints,
    links: Links,
    undercuts: Ints,
    items: Ints,
    questions: tuple[int, ...],
    cycles: tuple[tuple[int, ...], ...],
    conserve: Conserve | None,
    solve: Solve | None,
) -> None:
    """Compute claims of one level, given all their links, the undercuts on those, and their items if undercut."""
    if undercuts.size:
        apply_undercuts(x, state, undercuts)
        weigh_items(x, state, items)
    if links.into.size:
        send(x, state, links)
        state.links[links.into] = np.add.reduceat(state.mu[links.at], links.into_start, axis=0)
    settle(x, state, claims, questions)
    if cycles and solve is not None:
        for cycle in cycles:
            solve(x, state, cycle)
        claims = np.setdiff1d(claims, [c for cycle in cycles for c in cycle])
    if conserve is not None:
        conserve(x, state, claims)


def settle(x: Setup, state: State, claims: Ints, questions: tuple[int, ...]) -> None:
    """Add up the rows of claims; answers of one question compete; pinned claims are held in place."""
    base = x.tables.base[claims]
    rows = state.own[claims] + state.links[claims] + state.shared[claims]
    if x.inputs.neutral:
        state.gathered[claims] = rows
        state.log_odds[claims] = base + rows
        for q in questions:
            compete(x, state, x.net.questions[q])
        return
    pin = x.inputs.pin[claims]
    shift = np.where(np.isnan(pin), x.inputs.shift[claims], pin - base - rows)
    state.shift[claims] = shift
    state.gathered[claims] = rows + shift
    state.log_odds[claims] = base + rows + shift
    state.assessed[claims] |= shift != 0
    for q in questions:
        compete(x, state, x.net.questions[q])


def compete(x: Setup, state: State, members: Ints) -> None:
    """Normalise the answers of one exclusive question and note the row "competition"."""
    base, pin = x.tables.base[members], x.inputs.pin[members]
    log_prior = np.log(x.inputs.base_rate[members])
    own = state.own[members] + state.links[members] + state.shared[members]
    shift = x.inputs.shift[members].copy()
    if not np.isnan(pin).all():
        shift += ar.holding(pin, log_prior + own + shift)
    log_odds = ar.answers(log_prior, own + shift)
    still = ~(own + shift).any(axis=0)
    log_odds[:, still] = base[:, still]
    state.shift[members] = shift
    state.log_odds[members] = log_odds
    state.gathered[members] = log_odds - base
    state.competition[members] = log_odds - base - own - shift
    state.assessed[members] = (state.assessed[members] | (shift != 0)).any(axis=0)


def weigh_items(x: Setup, state: State, items: Ints) -> None:
    """Items to the weight of their claims' own evidence: reliability, overlap within a root, trust, overlap of roots.

    ``items`` (sorted) holds all items of the claims it touches.
    """
    if items.size == 0:
        return
    net = x.net
    w = x.inputs.item_weight[items]
    y = np.sign(w) * ar.discount(np.abs(w), x.inputs.item_reliability[items] * state.item_tau[items])
    state.item_weight[items] = y
    pairs, weight = _vouch(x, items, y)
    state.pair_weight[pairs] = weight
    quiet = net.item_quiet[items]
    loud = _vouch(x, items, np.where(quiet[:, None], 0.0, y))[1] if quiet.any() else None
    overlap(net, state, pairs, loud)
    claims, heard = ar.segment_sums((w != 0).astype(float), net.item_claim[items])
    state.assessed[claims] = heard > 0


def _vouch(x: Setup, items: Ints, y: Floats) -> tuple[Ints, Floats]:
    """W_root of each (claim, root) pair of some items (sorted) whose weights after reliability are ``y``."""
    key = x.net.item_pair[items]
    for_ = ar.cluster_parts(np.maximum(y, 0), key, ar.ROOT_OVERLAP)
    against = ar.cluster_parts(np.maximum(-y, 0), key, ar.ROOT_OVERLAP)
    pairs, sum_for = ar.segment_sums(for_, key)
    sum_against = ar.segment_sums(against, key)[1]
    total = sum_for + sum_against
    trusted = ar.discount(total, x.inputs.root_reliability[x.net.pair_root[pairs]])
    return pairs, ar.ratio(sum_for - sum_against, total) * trusted


def overlap(net: Network, state: State, pairs: Ints, loud: Floats | None) -> None:
    """What each root adds after overlap: first within its lineage, then among all testimony on the claim.

    The roots of a lineage form one group, any other root is a group of its own.  Of each group's worth the loud part is
    what it would be worth without its testimony and anecdotes (at most all of it); the rest is quiet.  The quiet parts
    of one claim and side form one cluster of dependence .5; the loud parts stand.  So an item of the same sign never
    lowers the total, and nothing jumps.

    Args:
        net: the network.
        state: ``pair_weight`` is read; ``pair_quiet``, ``pair_lineage_part``, ``pair_part`` and ``own`` are written.
        pairs: all (claim, root) pairs of some claims.
        loud: their W_root without testimony and anecdotes (len(pairs), B); ``None`` where there are none.
    """
    if loud is None and net.cluster_claim.size == pairs.size == net.pair_claim.size:
        y = state.pair_weight[pairs]
        state.pair_lineage_part[pairs], state.pair_part[pairs], state.pair_quiet[pairs] = y, y, 0.0
        claims, sums = ar.segment_sums(y, net.pair_claim[pairs])
        state.own[claims] = sums
        return
    loud = state.pair_weight[pairs] if loud is None else loud
    sort = np.argsort(net.pair_cluster[pairs], kind="stable")
    order = pairs[sort]
    group, claim = net.pair_cluster[order], net.pair_claim[order]
    y, y_loud = state.pair_weight[order], loud[sort]
    quiet, lineage_part, part = np.zeros_like(y), np.zeros_like(y), np.zeros_like(y)
    for sign in (1.0, -1.0):
        parts = ar.cluster_parts(np.maximum(sign * y, 0), group, net.cluster_dependence[group])
        groups, worth = ar.segment_sums(parts, group)
        row = np.searchsorted(groups, group)
        aloud = ar.cluster_parts(np.maximum(sign * y_loud, 0), group, net.cluster_dependence[group])
        hearsay = np.maximum(worth - ar.segment_sums(aloud, group)[1], 0.0)
        kept = ar.cluster_parts(hearsay, net.cluster_claim[groups], TESTIMONY_DEPENDENCE)
        lineage_part += sign * parts
        part += sign * parts * (1 - ar.ratio(hearsay - kept, worth)[row])
        quiet += np.where(sign * y > 0, ar.ratio(hearsay, worth)[row], 0.0)
    state.pair_quiet[order], state.pair_lineage_part[order], state.pair_part[order] = quiet, lineage_part, part
    by_claim = np.argsort(claim, kind="stable")
    claims, sums = ar.segment_sums(part[by_claim], claim[by_claim])
    state.own[claims] = sums


def apply_undercuts(x: Setup, state: State, undercuts: Ints) -> None:
    """What undercuts leave of links, items and each other: tau = prod_u (1 - kill_u tau_u a_u), outermost first."""
    net = x.net
    node = net.undercut_node[undercuts]
    pi = x.inputs.base_rate[node]
    a = (ar.sigmoid(state.log_odds[node]) - pi) / (1 - pi)
    state.active[undercuts] = np.where(state.gathered[node] > 0, np.maximum(a, 0.0), 0.0)
    where = {ON_LINK: state.tau, ON_ITEM: state.item_tau, ON_UNDERCUT: state.undercut_tau}
    state.undercut_tau[undercuts] = 1.0
    for kind in (ON_LINK, ON_ITEM):
        where[kind][net.undercut_target[undercuts[net.undercut_on[undercuts] == kind]]] = 1.0
    depth = net.undercut_depth[undercuts]
    for d in range(int(depth.max()), -1, -1):
        here = undercuts[depth == d]
        left = 1 - x.inputs.kill[here] * state.undercut_tau[here] * state.active[here]
        for kind, tau in where.items():
            on = net.undercut_on[here] == kind
            np.multiply.at(tau, net.undercut_target[here[on]], left[on])


def send(x: Setup, state: State, links: Links, heard_as: Floats | None = None) -> None:
    """Messages of links from what their premises have gathered.

    Args:
        x: network and inputs.
        state: read and written.
        links: the links to send on.
        heard_as: D of each premise of these links as this link hears it, one after the other (p, B); by default D.
    """
    gathered = state.gathered
    log_lambda = gathered[links.first] if heard_as is None else heard_as[links.start[:-1]]
    heard = state.assessed[links.first]
    t, at = x.tables, links.at
    if links.joint is not None:
        premises, begin = links.premises, links.start[:-1]
        each = gathered[premises] if heard_as is None else heard_as
        log_q = np.add.reduceat(ar.log_sigmoid(t.base[premises] + each), begin, axis=0)
        moved = np.logical_or.reduceat(each != 0, begin, axis=0)
        with np.errstate(divide="ignore"):
            ratio = log_q - np.log(-np.expm1(log_q)) - t.log_odds_ref[at]
        log_lambda = np.where(links.joint, np.where(moved, ratio, 0.0), log_lambda)
        any_heard = np.logical_or.reduceat(state.assessed[premises], begin, axis=0)
        heard = np.where(links.joint, any_heard, heard)
    state.log_lambda[at] = log_lambda
    m = x.inputs.link_weight[at]
    both = x.net.link_both[at][:, None]
    state.mu[at] = ar.message(t.s[at], t.f[at], t.ref[at], state.tau[at], log_lambda, m, both)
    state.assessed[links.into] |= np.logical_or.reduceat(heard & (m != 0), links.into_start, axis=0)
