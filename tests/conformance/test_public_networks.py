"""The inference engine on the public Bayesian networks that pgmpy ships, read where that package is installed."""

from __future__ import annotations

import random

import numpy as np
import pytest

from kb.engine.exact import TooWide, eliminate, marginals

from .agrum import bayes_net
from .agrum import marginals as expected_marginals
from .bif import folder, shipped

NAMES = sorted(path.name.removesuffix(".bif.gz") for path in folder().glob("*.bif.gz"))
TOO_WIDE = {"link", "munin1"}
"""Need tables of more than the engine's default limits; it must say so."""


def test_the_named_networks_are_there() -> None:
    assert {"asia", "win95pts", "andes", "alarm", "munin", "pathfinder"} <= set(NAMES)
    assert len(NAMES) >= 20


@pytest.mark.parametrize("name", [n for n in NAMES if n not in TOO_WIDE])
def test_all_marginals(name: str) -> None:
    network = shipped(name)
    found = marginals(network.graph)
    expected = expected_marginals(bayes_net(network), range(len(network.states)))
    assert max(np.abs(a - b).max() for a, b in zip(found, expected, strict=True)) < 1e-9


@pytest.mark.parametrize("name", sorted(TOO_WIDE))
def test_what_does_not_fit_is_refused(name: str) -> None:
    with pytest.raises(TooWide):
        eliminate(shipped(name).graph)


@pytest.mark.parametrize("name", ["asia", "alarm", "win95pts", "andes", "hailfinder", "insurance", "hepar2", "pigs"])
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_given_evidence(name: str, seed: int) -> None:
    """Some variables are observed, in states of a likely world; some marginals are asked for, others pruned."""
    rng = random.Random(seed)
    network = shipped(name)
    graph = network.graph
    at = {v: i for i, v in enumerate(network.states)}
    evidence: dict[int, int] = {}
    for v in rng.sample(range(len(at)), min(4, len(at) // 3)):
        state = int(marginals(graph.observe(evidence), [v])[0].argmax())
        evidence[v] = state
    targets = rng.sample([v for v in range(len(at)) if v not in evidence], min(10, len(at) - len(evidence)))
    expected = expected_marginals(bayes_net(network), targets, evidence)
    for given in (
        marginals(graph.observe(evidence), targets),
        [marginals(graph.observe(evidence))[v] for v in targets],
    ):
        assert max(np.abs(a - b).max() for a, b in zip(given, expected, strict=True)) < 1e-9
