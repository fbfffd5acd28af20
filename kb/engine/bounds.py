"""Hard bounds: the lowest and highest credence that any strengths within their ranges could give.

One sweep upwards with a lower and an upper value for everything; base rates and reliabilities stay as stated.  A
link's message is monotone in its strength, in what its reason has gathered and in what undercuts leave of it, so the
corners of that box bound it.  Where evidence is shared, the flow is at most the plain sum and at least its largest
single row, as far as that row's reason is backed by evidence of its own.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from kb.engine import arithmetic as ar
from kb.engine.arithmetic import Bools, Floats, Ints
from kb.engine.closure import Uses
from kb.engine.network import ON_ITEM, ON_LINK, ON_UNDERCUT, Network
from kb.engine.propagate import Propagated
from kb.engine.sweep import Links, Setup, State, weigh_items


@dataclass
class _End:
    """One end of everything: ``sign`` +1 for the upper, -1 for the lower.

    ``backed`` (n,) is what certainly flows through a claim as a reason on the other side, in nats: where it stands even
    at this end.
    """

    sign: int
    setup: Setup
    state: State
    backed: Floats

    @classmethod
    def of(cls, result: Propagated, sign: int) -> _End:
        """Every strength at the end of its range that pushes its claim towards this end."""
        inputs = result.setup.inputs.take(np.zeros(1, dtype=np.int64))
        items, links = strength_ranges(result)
        for values, span in ((inputs.item_weight, items), (inputs.link_weight, links)):
            stated = values[:, 0]
            outward = np.where(stated * sign > 0, span[:, 1], span[:, 0])
            values[:, 0] = np.sign(stated) * outward
        setup = Setup.of(result.setup.plan, inputs)
        return cls(sign, setup, State.blank(setup), np.zeros(result.net.size))


def strength_ranges(result: Propagated) -> tuple[Floats, Floats]:
    """Low and high of the size of every item's and every link's weight, in nats, (k, 2) and (l, 2).

    A number that a viewpoint puts in the place of the stated one is taken as said: it has no range.
    """
    net, inputs = result.net, result.setup.inputs
    found = []
    for stated, mine, span in (
        (net.item_weight, inputs.item_weight[:, 0], net.item_range),
        (net.link_weight, inputs.link_weight[:, 0], net.link_range),
    ):
        found.append(np.where((mine == stated)[:, None], span, np.abs(mine)[:, None]))
    return found[0], found[1]


def bounds(result: Propagated) -> tuple[Floats, Floats]:
    """Lowest and highest credence of each claim over all strengths within their ranges, (n,) each.

    Raises:
        ValueError: a viewpoint holds claims where it puts them; such a credence has no bounds.
    """
    net, plan, uses = result.net, result.setup.plan, result.conserver.uses
    if not np.isnan(result.setup.inputs.pin).all():
        raise ValueError("claims are held in place; bounds are for inputs alone")
    shift = result.setup.inputs.shift[:, 0]
    upper, lower = _End.of(result, 1), _End.of(result, -1)
    for end in (upper, lower):
        weigh_items(end.setup, end.state, np.arange(net.item_claim.size))
    for i in range(plan.depth):
        blind = np.zeros(net.size, dtype=np.bool_)
        blind[[c for cycle in plan.cycles[i] for c in cycle]] = True
        if plan.undercuts[i].size:
            _undercut(net, upper, lower, plan.undercuts[i], plan.items[i], blind)
        if plan.links[i].into.size:
            _send(upper, lower, plan.links[i], blind)
        trees = result.conserver.is_tree
        for c in plan.claims[i].tolist():
            for end, other in ((upper, lower), (lower, upper)):
                rows = float(shift[c]) + _rows(end, other, c, uses, tree=bool(trees[c]))
                end.state.gathered[c] = rows
                end.backed[c] = max(-end.sign * rows, 0.0)
        for q in plan.questions[i]:
            _compete(upper, lower, net.questions[q], trees)
    low = ar.sigmoid(lower.setup.tables.base + lower.state.gathered)[:, 0]
    high = ar.sigmoid(upper.setup.tables.base + upper.state.gathered)[:, 0]
    return low, high


def _rows(end: _End, other: _End, c: int, uses: Uses, *, tree: bool) -> float:
    """The most that a claim's rows can come to on one side.

    On a tree rows add up.  Elsewhere what pushes outward is at most its sum, and what holds back at least its largest
    single part: own evidence, or one link as far as one of its premises is backed.
    """
    links, pairs = uses.links[c], uses.pairs[c]
    mu = end.state.mu[links, 0] * end.sign
    if tree:
        return float(end.state.own[c, 0]) + end.sign * float(mu.sum())
    parts = end.state.pair_part[pairs, 0] * end.sign
    held = -float(np.minimum(parts, 0).sum())
    for j, m in zip(links, mu.tolist(), strict=True):
        if m < 0:
            backer = end if end.setup.net.link_weight[j] > 0 else other
            held = max(held, min(-m, float(backer.backed[uses.premises[j]].max())))
    return end.sign * (float(np.maximum(parts, 0).sum() + np.maximum(mu, 0).sum()) - held)


def _send(upper: _End, lower: _End, rows: Links, blind: Bools) -> None:
    """Bounds of messages from the corners of strength, reason and tau; a reason on a cycle could be certain."""
    net = upper.setup.net
    links, premises, start = rows.at, rows.premises, rows.start
    both = net.link_both[links][:, None]
    corners = []
    for heard in (upper, lower):
        log_q = np.add.reduceat(
            ar.log_sigmoid(heard.setup.tables.base[premises] + heard.state.gathered[premises]), start[:-1], axis=0
        )
        with np.errstate(divide="ignore"):
            log_odds = log_q - np.log(-np.expm1(log_q))
        for strength in (upper, lower):
            t = strength.setup.tables
            tables = t.s[links], t.f[links], t.ref[links]
            for tau in (upper.state.tau[links], lower.state.tau[links]):
                log_lambda = log_odds - t.log_odds_ref[links]
                weight = strength.setup.inputs.link_weight[links]
                corners.append(ar.message(*tables, tau, log_lambda, weight, both))
    stuck = np.logical_or.reduceat(blind[premises], start[:-1])[:, None]
    if stuck.any():
        for end in (upper, lower):
            t = end.setup.tables
            limit = ar.link_limit(t.s[links], t.f[links], t.ref[links], np.ones_like(t.ref[links]))
            corners += [np.where(stuck, limit, corners[0]), np.where(stuck, 0.0, corners[0])]
            refuted = np.log1p(-t.s[links]) - np.log1p(-t.f[links])
            corners.append(np.where(stuck & both, refuted, corners[0]))
    upper.state.mu[links], lower.state.mu[links] = np.max(corners, axis=0), np.min(corners, axis=0)


def _undercut(net: Network, upper: _End, lower: _End, undercuts: Ints, items: Ints, blind: Bools) -> None:
    """Bounds of tau for links (upper: most is left) and items; then items that undercuts touch are weighed again.

    An undercut on a cycle could be certain, or count for nothing.
    """
    node = net.undercut_node[undercuts]
    pi = upper.setup.inputs.base_rate[node]
    kill = upper.setup.inputs.kill[undercuts]
    hit = {}
    for end in (upper, lower):
        q = ar.sigmoid(end.setup.tables.base[node] + end.state.gathered[node])
        active = np.maximum(0.0, (q - pi) / (1 - pi))
        hit[end.sign] = kill * np.where(blind[node][:, None], float(end.sign > 0), active)
    spared = np.ones((net.undercut_node.size, 1))
    on, target = net.undercut_on[undercuts], net.undercut_target[undercuts]
    np.multiply.at(spared, target[on == ON_UNDERCUT], 1 - hit[1][on == ON_UNDERCUT])
    strong, weak = 1 - hit[1], 1 - hit[-1] * spared[undercuts]
    for kind, most, least in (
        (ON_LINK, upper.state.tau, lower.state.tau),
        (ON_ITEM, upper.state.item_tau, lower.state.item_tau),
    ):
        where = target[on == kind]
        most[where] = least[where] = 1.0
        np.multiply.at(most, where, weak[on == kind])
        np.multiply.at(least, where, strong[on == kind])
    if items.size:
        most, least = upper.state.item_tau[items].copy(), lower.state.item_tau[items].copy()
        helps = net.item_weight[items][:, None] > 0
        for end in (upper, lower):
            outward = helps if end.sign > 0 else ~helps
            end.state.item_tau[items] = np.where(outward, most, least)
            weigh_items(end.setup, end.state, items)
        upper.state.item_tau[items], lower.state.item_tau[items] = most, least


def _compete(upper: _End, lower: _End, members: Ints, trees: Bools) -> None:
    """Bounds of answers: one at its best while its siblings are at their worst, and the other way round.

    Off trees an answer's own rows and the competition may rest on the same evidence; then it is only backed by the
    larger of the two.
    """
    log_prior = np.log(upper.setup.inputs.base_rate[members])
    base = upper.setup.tables.base[members]
    rows = {end.sign: end.state.gathered[members].copy() for end in (upper, lower)}
    for end in (upper, lower):
        for n, c in enumerate(members.tolist()):
            mixed = rows[-end.sign].copy()
            mixed[n] = rows[end.sign][n]
            gathered = float((ar.answers(log_prior, mixed) - base)[n, 0])
            end.state.gathered[c] = gathered
            held = -end.sign * gathered
            own = -end.sign * float(mixed[n, 0])
            end.backed[c] = max(held if trees[c] else min(held, max(own, held - own)), 0.0)
