"""How firm each number is, for the pages: the word, and why it is not a better one."""

from __future__ import annotations

from dataclasses import dataclass

from kb import vocab
from kb.engine.firmness import Firmness
from kb.pages.because import Part
from kb.pages.site import Site


@dataclass(frozen=True)
class FirmView:
    """A rating as a page shows it.

    Attributes:
        level: high, moderate, low or very low.
        steps: how far it is from very low, 0 to 3, for the sign beside the word.
        reasons: why it is not high, each as pieces that join; empty for high.
    """

    level: str
    steps: int
    reasons: list[list[Part]]


def rating(site: Site, id: str) -> Firmness | None:
    """The engine's rating of a claim; ``None`` where it is not assessed or no interval is known."""
    return site.assessment.firm(id)


def firm(site: Site, id: str) -> FirmView | None:
    """The rating of a claim; ``None`` where it is not assessed or no interval is known."""
    found = rating(site, id)
    if found is None:
        return None
    reasons: list[list[Part]] = [
        [f"{r.said}, “", site.ref(r.source), "”"] if r.source is not None else [r.said] for r in found.reasons
    ]
    return FirmView(found.level.value, list(reversed(vocab.Firmness)).index(found.level), reasons)
