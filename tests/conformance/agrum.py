"""Networks and factor graphs as pyAgrum's, and what pyAgrum says about them."""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence

import numpy as np

from kb.engine.arithmetic import Floats
from kb.engine.factors import FactorGraph

from .bif import Network

with warnings.catch_warnings():
    # Python complains of pyAgrum's compiled types; made an error, that would end the process.
    warnings.simplefilter("ignore", DeprecationWarning)
    import pyagrum as gum


def variable(i: int, states: int) -> gum.DiscreteVariable:
    """A variable named by its number."""
    return gum.LabelizedVariable(f"v{i}", f"v{i}", [str(x) for x in range(states)])


def fill(table: gum.Tensor, names: Sequence[str], values: Floats) -> None:
    """Fill a table; axis i of ``values`` belongs to ``names[i]``."""
    order = [list(names).index(name) for name in table.names]
    table.fillWith(np.transpose(values, order[::-1]).reshape(-1).tolist())


def bayes_net(network: Network) -> gum.BayesNet:
    """A network read from a file, variables numbered in its order."""
    at = {name: i for i, name in enumerate(network.states)}
    out = gum.BayesNet()
    for name, states in network.states.items():
        out.add(variable(at[name], len(states)))
    for family, _ in network.tables:
        for parent in family[1:]:
            out.addArc(at[parent], at[family[0]])
    for family, values in network.tables:
        fill(out.cpt(at[family[0]]), [f"v{at[v]}" for v in family], values)
    return out


def observed_factors(graph: FactorGraph) -> tuple[gum.BayesNet, dict[str, int]]:
    """A factor graph as a Bayesian network with evidence.

    Variables are roots with uniform priors; each factor is a binary effect of its variables that is observed, with a
    probability proportional to the factor.
    """
    out = gum.BayesNet()
    for v, n in enumerate(graph.sizes):
        out.add(variable(v, n))
        out.cpt(v).fillWith(1 / n)
    evidence = {}
    for f, factor in enumerate(graph.factors):
        name = f"f{f}"
        out.add(gum.LabelizedVariable(name, name, ["0", "1"]))
        for v in factor.variables:
            out.addArc(f"v{v}", name)
        p = np.exp(factor.table - factor.table.max())
        fill(out.cpt(name), [*(f"v{v}" for v in factor.variables), name], np.stack([1 - p, p], axis=-1))
        evidence[name] = 1
    return out, evidence


def marginals(
    net: gum.BayesNet, targets: Sequence[int | str], evidence: Mapping[int | str, int | list[float]] | None = None
) -> list[Floats]:
    """Posterior probabilities of some variables, by lazy propagation; evidence is a state or a likelihood."""
    inference = gum.LazyPropagation(net)
    inference.setEvidence(dict(evidence or {}))
    inference.makeInference()
    return [np.asarray(inference.posterior(v).toarray()).reshape(-1) for v in targets]
