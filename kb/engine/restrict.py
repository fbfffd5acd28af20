"""Some claims of a network with all that they use, as a network of its own, whose numbers are those of the whole."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from kb.engine.closure import Uses
from kb.engine.network import ON_ITEM, ON_LINK, ON_UNDERCUT, Builder, Network


def whole(uses: Uses, claims: Iterable[int]) -> list[int]:
    """Claims and everything that they use at any distance, with whatever weight, whole questions; sorted."""
    net = uses.net
    seen: set[int] = set()
    queue = list(claims)
    while queue:
        c = queue.pop()
        if c in seen:
            continue
        seen.add(c)
        q = int(net.question_of[c])
        queue += net.questions[q].tolist() if q >= 0 else []
        for j in uses.links[c]:
            queue += uses.premises[j]
            queue += [int(net.undercut_node[u]) for u in uses.attackers(ON_LINK, j)]
        for k in (k for g in uses.pairs[c] for k in uses.items[g]):
            queue += [int(net.undercut_node[u]) for u in uses.attackers(ON_ITEM, k)]
    return sorted(seen)


def restrict(uses: Uses, claims: Iterable[int]) -> Network:
    """The part of a network that consists of some claims.

    Args:
        uses: of the network.
        claims: all that they use is among them: see :func:`whole`.
    """
    net = uses.net
    builder = Builder()
    roots: set[int] = set()
    attacked: list[tuple[int, int]] = []
    questions: set[int] = set()
    for c in claims:
        builder.claim(net.ids[c], float(net.pi[c]), float(net.shift[c]))
        questions.add(int(net.question_of[c]))
        for g in uses.pairs[c]:
            root = int(net.pair_root[g])
            roots.add(root)
            for k in uses.items[g]:
                low, high = net.item_range[k].tolist()
                builder.item(
                    net.item_ids[k], net.ids[c], float(net.item_weight[k]), net.root_ids[root],
                    float(net.item_reliability[k]), testimony=bool(net.item_quiet[k]), range=(low, high),
                )  # fmt: skip
                attacked.append((ON_ITEM, k))
        for j in uses.links[c]:
            low, high = net.link_range[j].tolist()
            builder.link(
                net.link_ids[j], [net.ids[r] for r in uses.premises[j]], net.ids[c], float(net.link_weight[j]),
                cuts_both_ways=bool(net.link_both[j]), range=(low, high),
            )  # fmt: skip
            attacked.append((ON_LINK, j))
    for e in sorted({int(net.root_lineage[r]) for r in roots if net.root_lineage[r] >= 0}):
        members = np.flatnonzero(net.root_lineage == e).tolist()
        roots.update(members)
        builder.lineage([net.root_ids[r] for r in members], float(net.lineage_dependence[e]))
    for r in roots:
        builder.root(net.root_ids[r], float(net.root_reliability[r]))
    for q in sorted(questions - {-1}):
        builder.question(net.question_ids[q], [net.ids[a] for a in net.questions[q].tolist()])
    for u in sorted({u for kind, target in attacked for u in uses.attackers(kind, target)}):
        on, target = int(net.undercut_on[u]), int(net.undercut_target[u])
        if on == ON_UNDERCUT:
            name = (net.undercut_ids[target], "")
        elif on == ON_LINK:
            name = (net.link_ids[target], net.ids[net.link_claim[target]])
        else:
            name = (net.item_ids[target], net.ids[net.item_claim[target]])
        builder.undercut(net.undercut_ids[u], net.ids[net.undercut_node[u]], float(net.undercut_kill[u]), on, name)
    return builder.build()
