"""The joint distribution of a debate by its definition: every combination of true and false claims is listed.

Shares nothing with the engine's factor graphs, junction trees and fits: conjunctions are evaluated, vouchers are
mixtures, tilts are found by Newton's method on the whole list.
"""

from __future__ import annotations

import itertools
import math

import numpy as np
from engine.debate import Debate
from engine.oracle import Oracle, table

Story = dict[tuple[str, ...], dict[str, float]]
"""Unit (a claim, or the answers of a question) to claim to weight there, in nats."""


class JointOracle:
    """Credences of a small debate, each given all evidence; testimony is not supported.

    Args:
        debate: the debate.
        shared_roots: whether a root (or lineage) that speaks about several claims or questions is reliable or not for
            all of them at once.
    """

    def __init__(self, debate: Debate, *, shared_roots: bool = True) -> None:
        self.debate = debate
        self.oracle = Oracle(debate)
        self.claims = sorted(debate.claims)
        units = {debate.siblings(c) for c in self.claims}
        self.units = sorted(units)
        choices = [[(c, False), (c, True)] for (c, *more) in self.units if not more]
        choices += [[(c, True) for c in unit] for unit in self.units if len(unit) > 1]
        self.worlds = [{c for c, true in world if true} for world in itertools.product(*choices)]
        self.true = np.array([[c in world for c in self.claims] for world in self.worlds])
        self.prior = self._fitted(self._structure())
        likelihood = np.exp([sum(debate.shifts.get(c, 0.0) for c in world) for world in self.worlds])
        for roots, story in self._stories().items():
            t = self._reliability(roots)
            together = shared_roots and len(story) > 1 and t < 1
            likelihood *= self._told(story, t) if together else self._alone(story)
        posterior = self.prior * likelihood
        self.posterior = posterior / posterior.sum()

    def credences(self) -> dict[str, float]:
        return dict(zip(self.claims, (self.posterior @ self.true).tolist(), strict=True))

    def base_rates(self) -> dict[str, float]:
        return dict(zip(self.claims, (self.prior @ self.true).tolist(), strict=True))

    def _structure(self) -> np.ndarray:
        """Base rates times P(reason, claim) / (P(reason) P(claim)) of every link, unfitted."""
        debate = self.debate
        weight = np.ones(len(self.worlds))
        for unit in self.units:
            for i, world in enumerate(self.worlds):
                held = [c for c in unit if c in world]
                weight[i] *= debate.claims[held[0]] if held else 1 - debate.claims[unit[0]]
        for link in debate.links:
            premises = set(link.premises)
            if debate.siblings(link.claim) in {debate.siblings(p) for p in premises} and len(premises) == 1:
                continue
            if any(len({p for p in premises if p in unit}) > 1 for unit in debate.questions):
                continue
            ref = math.prod(debate.claims[p] for p in premises)
            s, f = table(link.weight, ref, debate.claims[link.claim])
            tau = self.oracle.tau(link.cuts, frozenset())
            s, f = tau * s + (1 - tau) * ref, tau * f + (1 - tau) * ref
            for i, world in enumerate(self.worlds):
                p = s if link.claim in world else f
                weight[i] *= p / ref if premises <= world else (1 - p) / (1 - ref)
        return weight / weight.sum()

    def _fitted(self, weight: np.ndarray) -> np.ndarray:
        """Tilted until every claim has its base rate: Newton's method on the convex dual, steps halved where it rises.

        The last answer of a question follows from the others.
        """
        free = [
            i for i, c in enumerate(self.claims) if c != self.debate.siblings(c)[-1] or self.debate.siblings(c) == (c,)
        ]
        true = self.true[:, free]
        goal = np.array([self.debate.claims[self.claims[i]] for i in free])
        start, tilt = np.log(weight), np.zeros(goal.size)

        def at(tilt: np.ndarray) -> tuple[float, np.ndarray]:
            z = start + true @ tilt
            p = np.exp(z - z.max())
            return math.log(p.sum()) + float(z.max()) - float(tilt @ goal), p / p.sum()

        height, p = at(tilt)
        for _ in range(100):
            slope = p @ true - goal
            if np.abs(slope).max() < 1e-14:
                break
            covariance = (true * p[:, None]).T @ true - np.outer(p @ true, p @ true)
            step = -np.linalg.solve(covariance, slope)
            while at(tilt + step)[0] > height + 1e-13:
                step /= 2
            tilt = tilt + step
            height, p = at(tilt)
        return p

    def _stories(self) -> dict[frozenset[str], Story]:
        """What each root or lineage says."""
        found: dict[frozenset[str], Story] = {}
        for c in self.claims:
            for sign in (1, -1):
                for roots, whole, loud in self.oracle.worth(c, sign, frozenset()):
                    assert whole == loud, "testimony overlaps across roots"
                    story = found.setdefault(self.oracle.lineage(roots[0])[0], {})
                    said = story.setdefault(self.debate.siblings(c), {})
                    said[c] = said.get(c, 0.0) + sign * whole
        return found

    def _alone(self, story: Story) -> np.ndarray:
        """Likelihood of a story whose parts are independent."""
        return np.exp([sum(said.get(c, 0.0) for said in story.values() for c in world) for world in self.worlds])

    def _told(self, story: Story, t: float) -> np.ndarray:
        """Likelihood of a story by someone who is reliable for all of it, or for none."""
        reliable, rest = np.ones(len(self.worlds)), np.ones(len(self.worlds))
        for unit, said in story.items():
            own = self._alone({unit: said})
            x = np.maximum(own / (self.prior @ own) - (1 - t), 0)
            x /= self.prior @ x
            reliable *= x
            rest *= own / (t * x + 1 - t)
        return (t * reliable + (1 - t) * float(self.prior @ reliable)) * rest

    def _reliability(self, roots: frozenset[str]) -> float:
        """Of a root; of a lineage what would have the cluster of its roots' caps as cap."""
        rho = [self.debate.roots[r] for r in roots]
        if len(rho) == 1 or max(rho) == 1:
            return max(rho)
        caps = sorted((math.log((1 + r) / (1 - r)) for r in rho), reverse=True)
        d = self.oracle.lineage(min(roots))[1]
        counts = [0.0] + [k / (1 + (k - 1) * d) for k in range(1, len(caps) + 1)]
        cap = sum(w * (b - a) for w, a, b in zip(caps, counts, counts[1:], strict=False))
        return math.expm1(cap) / (math.expm1(cap) + 2)
