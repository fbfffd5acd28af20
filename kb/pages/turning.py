"""What would change a number, and whose it would be instead: cruxes, experiments, viewpoints.

The engine settles each claim beneath, near or far, and recomputes everything.  In a debate too large for that, a page
settles the reasons that it shows and leaves the rest of itself as it is.
"""

from __future__ import annotations

from dataclasses import dataclass

from kb import models as m
from kb import odds
from kb.pages import words
from kb.pages.site import Ref, Site
from kb.pages.sums import sum_of

MAX_CLAIMS = 2_000
"""Above this many claims settling each of them takes longer than building the site."""
SEEN = 0.005
"""Changes of a probability below half a point are not shown."""


@dataclass(frozen=True)
class Crux:
    """A claim to settle, and what that would do to another.

    Attributes:
        ref: the claim to settle.
        target: the claim that would move.
        if_true, if_false: the target's probability then.
        bits: information that settling it is expected to give, or empty.
    """

    ref: Ref
    target: Ref
    if_true: float
    if_false: float
    bits: str

    @property
    def swing(self) -> float:
        """Distance between the two ends, as a probability."""
        return abs(self.if_true - self.if_false)

    @property
    def known(self) -> bool:
        """Whether the claim to settle has evidence."""
        return self.ref.credence is not None and self.ref.credence.assessed


@dataclass(frozen=True)
class Test:
    """A proposed experiment: the chance of each outcome, where the claim would stand, what is learnt on average."""

    ref: Ref
    state: str
    outcomes: list[tuple[str, str, str]]
    bits: str


@dataclass(frozen=True)
class Under:
    """A claim's number under a viewpoint: ``difference`` in odds against the neutral one."""

    holder: Ref
    number: str
    side: str
    difference: str


def is_small(site: Site) -> bool:
    """Whether the engine may settle every claim of this debate."""
    return site.ask(_is_small)


def _is_small(site: Site) -> bool:
    return len(site.credences) <= MAX_CLAIMS


def cruxes(site: Site, id: str) -> list[Crux]:
    """Claims beneath whose settling would move this one, the largest move first."""
    target = site.ref(id)
    if is_small(site):
        found = [
            Crux(site.ref(c.claim), target, c.if_true, c.if_false, words.bits(c.bits) if c.bits is not None else "")
            for c in site.assessment.cruxes(id).claims
            if c.claim in site.corpus  # "none of these" is no record
        ]
    else:
        found = [Crux(r.ref, target, r.if_certain, r.if_refuted, "") for r in sum_of(site, id).reasons]
    return sorted((c for c in found if c.swing >= SEEN), key=lambda c: (-c.swing, c.ref.id))


def tests(site: Site, id: str) -> list[Test]:
    """Proposed experiments that bear on a claim, the most informative first, then those without likelihoods."""
    found = []
    valued = site.assessment.experiments(id)
    for value in valued:
        record = site.corpus.record(value.experiment, m.Experiment)
        texts = {outcome.id: outcome.text for outcome in record.outcomes}
        outcomes = [(texts[o], words.percent(chance), words.percent(after)) for o, chance, after in value.outcomes]
        found.append(Test(site.ref(value.experiment), record.state.value, outcomes, words.bits(value.bits)))
    known = {value.experiment for value in valued}
    for experiment in site.experiments_on.get(id, ()):
        if experiment not in known:
            state = site.corpus.record(experiment, m.Experiment).state.value
            found.append(Test(site.ref(experiment), state, [], ""))
    return found


def under_viewpoints(site: Site, id: str) -> list[Under]:
    """The claim's number under each viewpoint that moves it by half a point or more."""
    neutral = site.credences[id]
    found = []
    for holder, theirs in site.elsewhere.get(id, ()):
        if not theirs.assessed or abs(theirs.credence - neutral.credence) < SEEN:
            continue
        difference = odds.logit(theirs.credence) - odds.logit(neutral.credence)
        found.append(
            Under(site.ref(holder), words.percent(theirs.credence), words.side(difference), words.factor(difference))
        )
    return sorted(found, key=lambda u: u.holder.id)


def left_out(site: Site, id: str, limit: int = 12) -> tuple[list[tuple[Ref, str, str, str]], int]:
    """What changes when a record is left out: (claim, without, with it, odds factor), and how many more there are."""
    if not is_small(site):
        return [], 0
    impact = site.assessment.impacts.get(id)
    every = impact.moves if impact is not None else ()
    moves = [x for x in every if abs(x.with_ - x.without) >= SEEN and x.claim in site.corpus]
    shown = [
        (site.ref(x.claim), words.percent(x.without), words.percent(x.with_), words.factor(x.weight))
        for x in moves[:limit]
    ]
    return shown, max(len(moves) - limit, 0)
