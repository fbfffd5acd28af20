"""Five lines for those who use the engine from Python.

>>> from kb import load, propagate, explain, cruxes           # doctest: +SKIP
>>> debate = propagate(load("claims"))                         # doctest: +SKIP
>>> debate.credences["some-claim"].credence                    # doctest: +SKIP
>>> explain(debate, "some-claim").rows()                       # doctest: +SKIP
>>> cruxes(debate, "some-claim").claims[0]                     # doctest: +SKIP
"""

from __future__ import annotations

from typing import Any

import networkx as nx

from kb.corpus import Corpus
from kb.engine.assessment import Assessment, assess
from kb.engine.cruxes import Cruxes
from kb.engine.interchange import from_digraph
from kb.engine.propagate import propagate as sweep_network
from kb.engine.results import Explanation
from kb.errors import InvalidCorpus, Level
from kb.load import Loaded
from kb.rules import check_loaded


def propagate(
    debate: Corpus | Loaded | nx.DiGraph[Any], *, viewpoint: str | None = None, intervals: bool = True
) -> Assessment:
    """Credences of every claim of a debate under semantics W.

    L(c) = logit pi_c + shift + sum of W over root groups + sum of mu over links, in nats; q = 1 / (1 + e^-L).

    Args:
        debate: what :func:`kb.load` returned, a corpus, or a networkx graph (:mod:`kb.engine.interchange`).
        viewpoint: id of a viewpoint record or person; not for a networkx graph.
        intervals: draw intervals and bounds.

    Returns:
        An :class:`~kb.engine.assessment.Assessment`: ``.credences[id]`` is a probability with its method, interval and
        counts; ``.explain(id)``, ``.cruxes(id)``, ``.impact(id)``, ``.under(viewpoint)`` say more.

    Raises:
        InvalidCorpus: what was loaded has errors.
        ValueError: the networkx graph lacks a weight or a number is out of range, or a viewpoint is named for it.
        TypeError: the debate is nothing of these.
        UnknownId: no such viewpoint.

    References:
        .. [1] I. J. Good, Probability and the Weighing of Evidence, Griffin, 1950.
        .. [2] J. Pearl, Probabilistic Reasoning in Intelligent Systems, Morgan Kaufmann, 1988.
    """
    if isinstance(debate, nx.DiGraph):
        if viewpoint is not None:
            raise ValueError("a networkx graph has no viewpoints: change its numbers instead")
        return Assessment(Corpus([]), sweep_network(from_digraph(debate)), intervals=intervals)
    if isinstance(debate, Loaded):
        findings = check_loaded(debate)
        if any(f.level is Level.ERROR for f in findings):
            raise InvalidCorpus(findings)
        return assess(debate.corpus, viewpoint, intervals=intervals)
    if isinstance(debate, Corpus):
        return assess(debate, viewpoint, intervals=intervals)
    raise TypeError(f"a corpus, what kb.load returned, or a networkx DiGraph is needed, not {type(debate).__name__}")


def explain(debate: Assessment, id: str) -> Explanation:
    """The sum behind one claim's credence, row by row, in nats; the rows add up to its log odds to 1e-12.

    Raises:
        UnknownId: no claim has this id.
    """
    return debate.explain(id)


def cruxes(debate: Assessment, id: str) -> Cruxes:
    """What a claim's credence turns on: claims to settle and inputs to pin down, largest first.

    Raises:
        UnknownId: no claim has this id.
    """
    return debate.cruxes(id)
