"""What a semantics returns: numbers for every claim of a network, with how they came about."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from kb.engine.arithmetic import Bools, Floats, Ints
from kb.engine.propagate import Propagated
from kb.engine.results import Method


@dataclass(frozen=True)
class Outcome:
    """Credences of the n claims of a network under one semantics.

    Attributes:
        log_odds: log odds of each claim, in nats; infinite where a semantics reaches 0 or 1 (n,).
        assessed: whether evidence that this semantics lets bear on the claim exists (n,).
        method: how each claim was computed (n).
        residual: largest change of the last iteration, 0 when nothing was iterated (n,); in nats, and for gradual
            semantics as a strength.
        iterations: rounds that were needed, 1 when nothing was iterated (n,).
        converged: whether the residual is below the tolerance (n,).
        notes: what this semantics leaves out of the debate, as sentences.
    """

    log_odds: Floats
    assessed: Bools
    method: tuple[Method, ...]
    residual: Floats
    iterations: Ints
    converged: Bools
    notes: tuple[str, ...] = ()


Semantics = Callable[[Propagated], Outcome]
"""A semantics: a debate, swept once by semantics W, to an outcome."""
