"""What lies beneath one claim, cut out of a network as plain lists, for an engine that runs elsewhere.

The browser's engine (``site/pages/assets/js/engine.js``) reads it.  Everything that bears on the claim is in it, and
what the graph alone decides is worked out here: the order of evaluation, the circles and how each is computed, the
claims that evidence may reach by several routes.  Links and items of weight 0, and what only they use, are left out.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from kb.engine.network import ON_ITEM, ON_LINK, ON_UNDERCUT
from kb.engine.propagate import Propagated

Plain = dict[str, object]


@dataclass(frozen=True)
class Part:
    """Some claims of a network with all that bears on them; each map leads from the network's index to the part's own.

    Attributes:
        claims, items, pairs, roots, lineages, links, undercuts: maps of indices, in the part's order.
    """

    claims: dict[int, int]
    items: dict[int, int]
    pairs: dict[int, int]
    roots: dict[int, int]
    lineages: dict[int, int]
    links: dict[int, int]
    undercuts: dict[int, int]


def closure(result: Propagated, target: int, most: int | None = None) -> list[int]:
    """A claim and every claim that it rests on, at any distance, sorted; an answer rests on its siblings.

    The search ends as soon as it has found more than ``most`` claims.
    """
    net, uses = result.net, result.conserver.uses
    seen = {target}
    queue = [target]
    while queue and (most is None or len(seen) <= most):
        c = queue.pop()
        q = int(net.question_of[c])
        below = uses.beneath(c)[0] + (net.questions[q].tolist() if q >= 0 else [])
        queue += sorted(new := set(below) - seen)
        seen |= new
    return sorted(seen)


def part_of(result: Propagated, claims: Iterable[int]) -> Part:
    """The part of a network that some claims need; ``claims`` holds all that they rest on."""
    net, uses = result.net, result.conserver.uses
    chosen = sorted(set(claims))
    links = [j for c in chosen for j in uses.links[c] if net.link_weight[j] != 0]
    items = [k for c in chosen for g in uses.pairs[c] for k in uses.items[g] if net.item_weight[k] != 0]
    pairs = sorted({int(net.item_pair[k]) for k in items})
    attacked = [(ON_LINK, j) for j in links] + [(ON_ITEM, k) for k in items]
    undercuts = sorted({u for kind, i in attacked for u in uses.attackers(kind, i)})
    roots = {int(net.pair_root[g]) for g in pairs}
    lineages = sorted({int(net.root_lineage[r]) for r in roots if net.root_lineage[r] >= 0})
    # the cap of a lineage is that of all its roots, wherever they vouch
    roots.update(r for e in lineages for r in uses.members[e])

    def numbered(indices: Iterable[int]) -> dict[int, int]:
        return {x: i for i, x in enumerate(indices)}

    return Part(
        claims=numbered(chosen), items=numbered(items), pairs=numbered(pairs), roots=numbered(sorted(roots)),
        lineages=numbered(lineages), links=numbered(links), undercuts=numbered(undercuts),
    )  # fmt: skip


def plain(result: Propagated, part: Part) -> Plain:
    """A part as lists of numbers at full precision: weights in nats, probabilities, indices of the part.

    ``baseRate`` has one entry a claim; ``item``, ``pair``, ``root``, ``link`` and ``undercut`` are tables, a list a
    column.  An undercut is ``on`` a link (0), an item (1) or an undercut (2).  ``steps`` are the claims in order of
    evaluation, those that go together in one list; ``circles`` leads from a step that is a circle of reasons to how it
    is computed.  ``several`` are claims that evidence may reach by more than one route.
    """
    net = result.net
    inputs = result.setup.inputs
    c, k, g, r, e, j, u = part.claims, part.items, part.pairs, part.roots, part.lineages, part.links, part.undercuts
    cluster = {x: i for i, x in enumerate(sorted({int(net.pair_cluster[x]) for x in g}))}
    record = {x: i for i, x in enumerate(sorted({int(net.item_record[x]) for x in k}))}
    targets = {ON_LINK: j, ON_ITEM: k, ON_UNDERCUT: u}
    steps, circles = _steps(result, part)
    questions = sorted({int(net.question_of[x]) for x in c if net.question_of[x] >= 0})
    return {
        "baseRate": [float(inputs.base_rate[x, 0]) for x in c],
        "item": {
            "pair": [g[int(net.item_pair[x])] for x in k],
            "record": [record[int(net.item_record[x])] for x in k],
            "quiet": [int(net.item_quiet[x]) for x in k],
            "weight": [float(inputs.item_weight[x, 0]) for x in k],
            "reliability": [float(inputs.item_reliability[x, 0]) for x in k],
        },
        "pair": {
            "claim": [c[int(net.pair_claim[x])] for x in g],
            "root": [r[int(net.pair_root[x])] for x in g],
            "cluster": [cluster[int(net.pair_cluster[x])] for x in g],
        },
        "clusterDependence": [float(net.cluster_dependence[x]) for x in cluster],
        "root": {
            "lineage": [e.get(int(net.root_lineage[x]), -1) for x in r],
            "reliability": [float(inputs.root_reliability[x, 0]) for x in r],
        },
        "lineageDependence": [float(net.lineage_dependence[x]) for x in e],
        "link": {
            "claim": [c[int(net.link_claim[x])] for x in j],
            "premises": [[c[p] for p in result.conserver.uses.premises[x]] for x in j],
            "both": [int(net.link_both[x]) for x in j],
            "weight": [float(inputs.link_weight[x, 0]) for x in j],
        },
        "undercut": {
            "node": [c[int(net.undercut_node[x])] for x in u],
            "on": [int(net.undercut_on[x]) for x in u],
            "target": [targets[int(net.undercut_on[x])][int(net.undercut_target[x])] for x in u],
            "kill": [float(inputs.kill[x, 0]) for x in u],
        },
        "questions": [[c[int(a)] for a in net.questions[q]] for q in questions],
        "steps": steps,
        "circles": circles,
        "several": [i for x, i in c.items() if not result.conserver.is_tree[x]],
    }


def named(result: Propagated, part: Part) -> Plain:
    """Who stands behind the rows of :func:`plain`: records by id, in its order, for whoever puts parts together.

    An undercut that touches several items has a number behind its id for each.
    """
    net = result.net
    return {
        "item": [net.item_ids[x] for x in part.items],
        "root": [net.root_ids[x] for x in part.roots],
        "link": [net.link_ids[x] for x in part.links],
        "undercut": [net.undercut_ids[x] for x in part.undercuts],
    }


def _steps(result: Propagated, part: Part) -> tuple[list[list[int]], dict[str, str]]:
    """Claims of a part in order of evaluation, and the steps that are circles with the method of each."""
    net, c = result.net, part.claims
    method = {x: report.method for report in result.cycles for x in report.claims}
    circle_of = {x: cycle for cycle in net.cycles for x in cycle}
    groups: dict[tuple[int, int], list[int]] = {}
    for x in c:
        first = min(circle_of[x]) if x in circle_of else int(net.unit[x])
        groups.setdefault((int(net.level[x]), first), []).append(x)
    steps, circles = [], {}
    for n, (_, group) in enumerate(sorted(groups.items())):
        steps.append([c[x] for x in group])
        if group[0] in circle_of:
            circles[str(n)] = method[group[0]]
    return steps, circles
