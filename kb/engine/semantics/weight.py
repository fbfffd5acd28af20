"""``weight``: semantics W itself, as an outcome beside the others."""

from __future__ import annotations

import numpy as np

from kb.engine.propagate import Propagated
from kb.engine.results import Method
from kb.engine.semantics.outcome import Outcome


def weight(result: Propagated) -> Outcome:
    """The numbers of the finished sweep."""
    net, state = result.net, result.state
    method: list[Method] = ["exact" if tree else "conserved" for tree in result.conserver.is_tree.tolist()]
    residual, iterations = np.zeros(net.size), np.ones(net.size, dtype=np.int64)
    converged = np.ones(net.size, dtype=np.bool_)
    for report in result.cycles:
        for c in report.claims:
            method[c] = "iterated"
            residual[c], iterations[c], converged[c] = report.residual, report.iterations, report.converged
    return Outcome(
        state.log_odds[:, 0].copy(), state.assessed[:, 0].copy(), tuple(method), residual, iterations, converged
    )
