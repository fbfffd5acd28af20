"""How well numbers did: forecasts that came out, scored with what people and the map held before they did.

Scored is a forecast that came out true or false, and whose condition, if it has one, came true.  A person's number is
the last that they stated themselves on a day before it was resolved; the map's is the last that its history had then.
What was stated on no known day, or afterwards, is not scored.
"""

from __future__ import annotations

import calendar
import csv
import io
import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from kb import models as m
from kb import vocab
from kb.export.table import cell
from kb.pages import words
from kb.pages.forecasts import last_day, predictions
from kb.pages.site import Ref, Site

FEW = 10
"""Below so many scored forecasts a mean says next to nothing, and the page says so."""
ENOUGH = 20
"""From so many scored forecasts on there is a picture of how often what was said came true."""
BINS = 5
"""Bins of that picture, of equal width."""
_TAKEN_BACK = (vocab.Attitude.RETRACTS, vocab.Attitude.DISCLAIMS)
EVEN = (0.25, -1.0)
"""Brier and log score of whoever always says 50%."""


@dataclass(frozen=True)
class Score:
    """One number held before a forecast came out.

    Attributes:
        who: the person; ``None`` for the map.
        claim: the forecast.
        p: the probability that was held.
        held: the day on which it was stated, or since which the map had it, YYYY-MM-DD.
        resolved: the day on which it came out.
        came_true: how it came out.
    """

    who: Ref | None
    claim: Ref
    p: float
    held: str
    resolved: str
    came_true: bool

    @property
    def brier(self) -> float:
        """Squared distance of the number from what happened: 0 is perfect, 1 the worst, 0.25 that of 50%."""
        return (self.p - self.came_true) ** 2

    @property
    def log(self) -> float:
        """Log score in bits: the binary logarithm of the probability given to what happened; 0 is perfect."""
        return math.log2(self.p if self.came_true else 1 - self.p)


@dataclass(frozen=True)
class Record:
    """The track record of a person, or of the map (``who`` is ``None``)."""

    who: Ref | None
    scores: tuple[Score, ...]

    @property
    def n(self) -> int:
        """How many forecasts are scored."""
        return len(self.scores)

    @property
    def brier(self) -> float:
        """Mean Brier score."""
        return math.fsum(s.brier for s in self.scores) / self.n

    @property
    def log(self) -> float:
        """Mean log score, in bits."""
        return math.fsum(s.log for s in self.scores) / self.n


@dataclass(frozen=True)
class Track:
    """Every record.

    Attributes:
        resolved: forecasts that came out true or false, and count.
        void: those that came out in another way, or whose condition did not come true or is still open.
        map: the map's own record, ``None`` where it held no number in time.
        people: those of persons, most forecasts first, then by name.
        unscored: positions on resolved forecasts that give no number or were not stated in time on a known day.
        history: whether the map's past is known.
    """

    resolved: list[Ref]
    void: int
    map: Record | None
    people: list[Record]
    unscored: int
    history: bool

    @property
    def records(self) -> list[Record]:
        """The map's first, then those of persons."""
        return [*([self.map] if self.map is not None else []), *self.people]

    @property
    def scores(self) -> list[Score]:
        """All scored numbers."""
        return [s for record in self.records for s in record.scores]


def track(site: Site) -> Track:
    """All track records, as of the last change of the records."""
    resolved: list[Ref] = []
    void = unscored = 0
    own: list[Score] = []
    by_person: dict[str, list[Score]] = {}
    states = {p.ref.id: p.state for p in predictions(site)}
    for id, claim in site.corpus.of(m.Claim, active=True):
        forecast = claim.forecast
        if forecast is None or forecast.resolved is None:
            continue
        met = forecast.condition is None or states.get(forecast.condition) == "true"
        if forecast.resolved.outcome not in ("true", "false") or not met:
            void += 1
            continue
        ref, day, came_true = site.ref(id), forecast.resolved.date, forecast.resolved.outcome == "true"
        resolved.append(ref)
        stated, missed = _stated(site, id, day)
        unscored += missed
        for person, (p, held) in stated.items():
            by_person.setdefault(person, []).append(Score(site.ref(person), ref, p, held, day, came_true))
        before = _held(site, id, day)
        if before is not None:
            own.append(Score(None, ref, *before, day, came_true))
    people = [Record(site.ref(person), tuple(scores)) for person, scores in by_person.items()]
    people.sort(key=lambda r: (-r.n, r.who.title.casefold() if r.who else "", r.who.id if r.who else ""))
    record = Record(None, tuple(own)) if own else None
    return Track(resolved, void, record, people, unscored, site.history is not None)


def _stated(site: Site, claim: str, day: str) -> tuple[dict[str, tuple[float, str]], int]:
    """Person to the last number that they stated before a day, and when; and how many positions give none in time."""
    last: dict[str, tuple[str, m.Position]] = {}
    missed = 0
    for id in site.corpus.positions_on.get(claim, ()):
        position = site.corpus.record(id, m.Position)
        if position.of is not None:
            continue  # somebody else's words for it
        said = last_day(position.said) if position.said is not None else ""
        if not said or said >= day:
            missed += 1
            continue
        known = last.get(position.by)
        if known is None or known[0] <= said:
            last[position.by] = (said, position)
    found = {}
    for person, (said, position) in sorted(last.items()):
        if position.stance in _TAKEN_BACK or not isinstance(position.credence, str | float):
            missed += 1
        else:
            found[person] = (m.credence_value(position.credence), said)
    return found, missed


def _held(site: Site, claim: str, day: str) -> tuple[float, str] | None:
    """The map's number for a claim before a day began (UTC), and since when; ``None`` where it had none."""
    if site.history is None:
        return None
    year, month, number = map(int, day.split("-"))
    began = calendar.timegm((year, month, number, 0, 0, 0))
    turns = [turn for turn in site.history.turns.get(claim, ()) if turn.time < began]
    if not turns or turns[-1].after is None:
        return None
    return turns[-1].after, date.fromordinal(date(1970, 1, 1).toordinal() + turns[-1].time // 86_400).isoformat()


@dataclass(frozen=True)
class Bin:
    """Scored numbers between two ends: how many, their mean, and the share that came true."""

    low: float
    high: float
    n: int
    said: float
    came_true: float


def calibration(scores: Sequence[Score]) -> list[Bin]:
    """What was said against what happened, bin by bin; empty bins are left out."""
    found = []
    for i in range(BINS):
        inside = [s for s in scores if min(int(s.p * BINS), BINS - 1) == i]
        if inside:
            said = math.fsum(s.p for s in inside) / len(inside)
            true = sum(s.came_true for s in inside) / len(inside)
            found.append(Bin(i / BINS, (i + 1) / BINS, len(inside), said, true))
    return found


def said(found: Track) -> str:
    """The state of the record in a sentence or two."""
    if not found.resolved:
        return "No forecast has been resolved yet, so nobody has a track record here, and neither has the map."
    came = words.capital(f"{words.count(len(found.resolved), 'forecast has', 'forecasts have')} come out true or false")
    if not found.scores:
        why = "nobody on record stated a number for any of them on a known day before"
        own = ", and the map held none then" if found.history else ""
        return f"{came}, but {why}{own}. So there is no track record yet."
    people = words.count(len(found.people), "person", "people")
    own = f"for {found.map.n} of them the map" if found.map is not None else "for none of them the map"
    return f"{came}. {words.capital(people)} stated a number for some of them beforehand, and {own} did."


def scores_csv(site: Site) -> bytes:
    """Every scored number as a line; ``who`` is empty for the map."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(["who", "claim", "title", "credence", "held", "resolved", "outcome", "brier", "log2"])
    for s in site.ask(track).scores:
        who = s.who.id if s.who is not None else ""
        outcome = "true" if s.came_true else "false"
        numbers = [f"{s.p:.6f}", s.held, s.resolved, outcome, f"{s.brier:.6f}", f"{s.log:.6f}"]
        writer.writerow([who, s.claim.id, cell(s.claim.title), *numbers])
    return out.getvalue().encode()
