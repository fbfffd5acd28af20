"""What would change a number, and whose it would be instead: cruxes, experiments, viewpoints.

The engine settles each claim beneath, near or far, and recomputes everything.  In a debate too large for that, a page
settles the reasons that it shows and leaves the rest of itself as it is.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from kb import models as m
from kb import odds
from kb.engine.cruxes import STILL
from kb.pages import words
from kb.pages.site import Ref, Site
from kb.pages.sums import sum_of

MAX_CLAIMS = 2_000
"""Above this many claims settling each of them takes longer than building the site."""
SEEN = 0.005
"""Changes of a probability below half a point are not shown."""
LEAST_BITS = 0.005
"""What an experiment must teach to be named first, in bits: less is shown as "< 0.01"."""


@dataclass(frozen=True)
class Crux:
    """A claim to settle, and what that would do to another.

    Attributes:
        ref: the claim to settle.
        target: the claim that would move.
        now: the target's probability today.
        if_true, if_false: the target's probability then.
        expected: change of the target that is expected of settling it, as a probability; where nobody can tell how
            likely it is, half the larger of the two changes, as the engine ranks it.
        bits: information that settling it is expected to give, or empty.
        value: the same as a number; 0 where it is empty.
    """

    ref: Ref
    target: Ref
    now: float
    if_true: float
    if_false: float
    expected: float
    bits: str
    value: float = 0.0

    @property
    def true_text(self) -> str:
        """Where the target would stand if it were true, in words."""
        return self._end(self.if_true)

    @property
    def false_text(self) -> str:
        """Where the target would stand if it were not true, in words."""
        return self._end(self.if_false)

    def _end(self, p: float) -> str:
        return "no change" if abs(p - self.now) <= STILL else words.percent(p)

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
    """A proposed experiment: the chance of each outcome, where the claim would stand, what is learnt on average.

    Attributes:
        value, expected: the bits as a number, and the change of the claim's probability that is expected.
    """

    ref: Ref
    state: str
    outcomes: list[tuple[str, str, str]]
    bits: str
    value: float = 0.0
    expected: float = 0.0


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
    """Claims beneath whose settling would move this one, in the engine's order: by the change that is expected."""
    target, now = site.ref(id), site.credences[id].credence
    if is_small(site):
        found = [
            Crux(
                ref=site.ref(c.claim),
                target=target,
                now=c.now,
                if_true=c.if_true,
                if_false=c.if_false,
                expected=c.largest / 2 if c.expected is None else c.expected,
                bits=words.bits(c.bits) if c.bits is not None else "",
                value=c.bits or 0.0,
            )
            for c in site.assessment.cruxes(id).claims
            if c.claim in site.corpus  # "none of these" is no record
        ]
    else:
        found = [
            Crux(r.ref, target, now, r.if_certain, r.if_refuted, _expected(now, r.if_certain, r.if_refuted), "")
            for r in sum_of(site, id).reasons
        ]
    return by_expectation(c for c in found if c.swing >= SEEN)


def by_expectation(found: Iterable[Crux]) -> list[Crux]:
    """Cruxes, those first that are expected to move their claim most, then those that could."""
    return sorted(found, key=lambda c: (-c.expected, -c.swing, c.target.id, c.ref.id))


def _expected(now: float, yes: float, no: float) -> float:
    """The change that is expected of settling a reason whose two ends average to the present number."""
    if abs(no - now) <= STILL or not min(yes, no) < now < max(yes, no):
        return max(abs(yes - now), abs(no - now)) / 2
    chance = (now - no) / (yes - no)
    return chance * abs(yes - now) + (1 - chance) * abs(no - now)


def teaches_most(site: Site, id: str) -> Test | None:
    """The experiment that teaches more about a claim than settling any other claim would, or ``None``.

    Where nobody can tell how likely the first crux is, its bits are unknown; the expected change decides then.
    """
    best = next((t for t in tests(site, id) if t.outcomes), None)
    claims = cruxes(site, id)
    if best is None or best.value < LEAST_BITS or best.value <= max((c.value for c in claims), default=0.0):
        return None
    if claims and not claims[0].bits and best.expected <= claims[0].expected:
        return None
    return best


def tests(site: Site, id: str) -> list[Test]:
    """Proposed experiments that bear on a claim, the most informative first, then those without likelihoods."""
    found = []
    valued = site.assessment.experiments(id)
    for value in valued:
        record = site.corpus.record(value.experiment, m.Experiment)
        texts = {outcome.id: outcome.text for outcome in record.outcomes}
        chances = words.shares([chance for _, chance, _ in value.outcomes])
        outcomes = [
            (texts[o], chance, words.percent(after))
            for chance, (o, _, after) in zip(chances, value.outcomes, strict=True)
        ]
        found.append(
            Test(
                site.ref(value.experiment),
                record.state.value,
                outcomes,
                words.bits(value.bits),
                value.bits,
                value.expected,
            )
        )
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
