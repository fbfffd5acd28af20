"""Several semantics side by side: where does the answer depend on the choice?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from kb.engine.results import Credences

EVEN = 1e-9
"""A credence this close to .5 is on neither side."""


@dataclass(frozen=True, slots=True)
class ComparedClaim:
    """One claim under several semantics.

    Attributes:
        id: the claim.
        credences: under each semantics, in the order of the comparison.
        assessed: whether evidence lies beneath it (under semantics ``weight``, if compared, else under any).
        disputed: whether its side of .5 depends on the semantics.
    """

    id: str
    credences: tuple[float, ...]
    assessed: bool
    disputed: bool

    @property
    def spread(self) -> float:
        """Largest difference between two semantics."""
        return max(self.credences) - min(self.credences)


@dataclass(frozen=True)
class Comparison:
    """Every claim under several semantics, in order of id.

    Attributes:
        results: credences by name of the semantics, in the order asked for.
        claims: every claim.
    """

    results: dict[str, Credences]
    claims: tuple[ComparedClaim, ...]

    @property
    def names(self) -> tuple[str, ...]:
        """The semantics compared."""
        return tuple(self.results)

    @property
    def disputed(self) -> tuple[ComparedClaim, ...]:
        """Claims whose side of .5 depends on the semantics, the widest spread first."""
        return tuple(sorted((c for c in self.claims if c.disputed), key=lambda c: (-c.spread, c.id)))


def side_by_side(results: dict[str, Credences]) -> Comparison:
    """Join credences of the same claims under several semantics."""
    first = next(iter(results.values()), Credences({}))
    judges: Sequence[Credences] = [results["weight"]] if "weight" in results else list(results.values())
    claims = []
    for id in first:
        credences = tuple(found[id].credence for found in results.values())
        sides = {q > 0.5 for q in credences if abs(q - 0.5) > EVEN}
        claims.append(ComparedClaim(id, credences, any(found[id].assessed for found in judges), len(sides) > 1))
    return Comparison(results, tuple(claims))
