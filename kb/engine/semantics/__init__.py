"""The same debate under several semantics, for readers with different schools: each a function in ``SEMANTICS``.

``weight`` is the default of every page; the others are for audit and comparison (:func:`compare`).  Each takes a debate
that semantics W has swept once, since all of them share its tables, its weights of evidence and its undercuts.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from kb.corpus import Corpus
from kb.engine.graph import NONE_SUFFIX, compile_network
from kb.engine.network import Network
from kb.engine.propagate import Propagated, beneath_counts, propagate
from kb.engine.results import Credence, Credences
from kb.engine.semantics import qbaf as gradual
from kb.engine.semantics.bayes import bayes as given_everything
from kb.engine.semantics.compare import ComparedClaim, Comparison, side_by_side
from kb.engine.semantics.naive import naive
from kb.engine.semantics.outcome import Outcome, Semantics
from kb.engine.semantics.qbaf import Strengths, qbaf
from kb.engine.semantics.weight import weight
from kb.errors import KbError
from kb.odds import logit, sigma

__all__ = [
    "SEMANTICS",
    "ComparedClaim",
    "Comparison",
    "Outcome",
    "Strengths",
    "UnknownSemantics",
    "compare",
    "qbaf",
    "run_semantics",
]

P_EDGE = 1e-15
"""Reported credences keep this distance from 0 and 1."""

SEMANTICS: Mapping[str, Semantics] = {
    "weight": weight,
    "bayes": given_everything,
    "qbaf-dfquad": gradual.of_debate("dfquad"),
    "qbaf-qe": gradual.of_debate("qe"),
    "qbaf-euler": gradual.of_debate("euler"),
    "qbaf-mlp": gradual.of_debate("mlp"),
    "naive": naive,
}
"""The semantics by name; ``weight`` is the default."""


class UnknownSemantics(KbError):
    """No semantics has this name."""

    def __init__(self, name: str) -> None:
        self.name = name
        super().__init__(f"there is no semantics {name!r}; choose one of {', '.join(SEMANTICS)}")


def run_semantics(debate: Corpus | Network | Propagated, name: str = "weight") -> Credences:
    """Credences of every claim under one semantics.

    Args:
        debate: records, a network, or a network already swept by semantics W (with a viewpoint's inputs, say).
        name: a key of ``SEMANTICS``.

    Raises:
        UnknownSemantics: there is no such semantics.
    """
    if name not in SEMANTICS:
        raise UnknownSemantics(name)
    result = _swept(debate)
    return _credences(result, name, SEMANTICS[name](result))


def compare(debate: Corpus | Network | Propagated, names: Sequence[str] = tuple(SEMANTICS)) -> Comparison:
    """Every claim under several semantics, and those whose side of .5 depends on the choice.

    Raises:
        UnknownSemantics: there is no such semantics.
    """
    result = _swept(debate)
    return side_by_side({name: run_semantics(result, name) for name in names})


def _swept(debate: Corpus | Network | Propagated) -> Propagated:
    if isinstance(debate, Propagated):
        return debate
    return propagate(compile_network(debate) if isinstance(debate, Corpus) else debate)


def _credences(result: Propagated, name: str, outcome: Outcome) -> Credences:
    """An outcome by id; the hidden answers "none of these" are left out."""
    net = result.net
    counts = beneath_counts(result)
    base_rate = result.setup.inputs.base_rate[:, 0]
    found = {}
    for i, id in enumerate(net.ids):
        if id.endswith(NONE_SUFFIX):
            continue
        q = min(max(sigma(float(outcome.log_odds[i])), P_EDGE), 1 - P_EDGE)
        found[id] = Credence(
            id=id,
            credence=q,
            base_rate=float(base_rate[i]),
            assessed=bool(outcome.assessed[i]),
            weight=logit(q) - logit(float(base_rate[i])),
            method=outcome.method[i],
            residual=float(outcome.residual[i]),
            iterations=int(outcome.iterations[i]),
            converged=bool(outcome.converged[i]),
            items=counts[i][0],
            groups=counts[i][1],
        )
    cycles = tuple(tuple(net.ids[c] for c in cycle) for cycle in net.cycles)
    return Credences(found, semantics=name, cycles=cycles, notes=outcome.notes)
