"""``naive``: add w * q and stop, as a spreadsheet would.  Kept to show what double counting does.

    L(c) = logit pi_c + shift + sum over items of w * (item reliability * root reliability) + sum over links of m * q

No table is calibrated, so reasons nobody has given evidence for count half their weight at a base rate of 50%; items of
one root, copies of one study and evidence that comes by several routes count every time; answers do not compete.
Undercuts act as they do in semantics weight, so that they are not what makes the difference.
"""

from __future__ import annotations

import numpy as np

from kb.engine.arithmetic import Floats, Ints, sigmoid
from kb.engine.propagate import Propagated
from kb.engine.semantics.levels import premise_product, solve
from kb.engine.semantics.outcome import Outcome

NOTES = (
    "items of one source, copies of one study and evidence that comes by several routes count every time",
    "reasons without evidence count at their base rate; answers of one question do not compete",
)


def naive(result: Propagated) -> Outcome:
    """Credences by plain addition."""
    net, state, inputs = result.net, result.state, result.setup.inputs
    trust = inputs.root_reliability[net.pair_root[net.item_pair], 0]
    worth = inputs.item_weight[:, 0] * inputs.item_reliability[:, 0] * state.item_tau[:, 0] * trust
    alone = result.setup.tables.base[:, 0] + inputs.shift[:, 0]
    alone = alone + np.bincount(net.item_claim, weights=worth, minlength=net.size)
    weight = inputs.link_weight[:, 0] * state.tau[:, 0]
    log_odds = alone.copy()

    def update(strength: Floats, claims: Ints, links: Ints) -> Floats:
        x = weight[links] * premise_product(net, strength, links)
        place = np.searchsorted(claims, net.link_claim[links])
        log_odds[claims] = alone[claims] + np.bincount(place, weights=x, minlength=claims.size)
        return sigmoid(log_odds[claims])

    found = solve(net, sigmoid(alone), update)
    return Outcome(
        log_odds=log_odds,
        assessed=state.assessed[:, 0].copy(),
        method=tuple("iterated" if x else "exact" for x in found.iterated.tolist()),
        residual=found.residual,
        iterations=found.iterations,
        converged=found.converged,
        notes=NOTES,
    )
