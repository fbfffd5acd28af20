"""Predictions as data: claims that will be decided by a date, how they stand on one day, and numbers foretold.

The day is that of the last change of the records, never today: the same records give the same page.
"""

from __future__ import annotations

import calendar
import csv
import io
import re
from collections.abc import Mapping
from dataclasses import dataclass

from kb import models as m
from kb import vocab
from kb.export.table import cell
from kb.pages.estimates import CALENDAR, metrics
from kb.pages.positions import PositionView, positions_on
from kb.pages.quantities import stated
from kb.pages.site import Ref, Site

STATES: Mapping[str, str] = {
    "due": "due, not resolved yet",
    "open": "open",
    "true": "came true",
    "false": "did not come true",
    "void": "void",
    "undecidable": "cannot be decided",
    "undated": "no date set",
}
"""State to its words, in the order of the page."""
RESOLVED = ("true", "false", "void", "undecidable")
_YEAR = re.compile(r"\b(\d{4})\b")


@dataclass(frozen=True)
class Prediction:
    """A claim about what will happen, as it stands on the day of the last change.

    Attributes:
        ref: the claim, with its credence on the map.
        by: the date by which it is decided, as the record gives it; empty where there is none.
        deadline: the last day of that date, YYYY-MM-DD; empty likewise.
        state: a key of :data:`STATES`.
        criteria: what a third party would look at, or empty.
        condition: the claim under which alone it counts, or ``None``.
        resolved_on, resolved_by, resolved_why: how it came out, where it did.
        positions: who foretells it, denies it, or says something of it.
        found_in: sources in which it is said, for predictions without a position.
    """

    ref: Ref
    by: str
    deadline: str
    state: str
    criteria: str
    condition: Ref | None
    resolved_on: str
    resolved_by: Ref | None
    resolved_why: str
    positions: list[PositionView]
    found_in: list[Ref]

    @property
    def year(self) -> int | None:
        """The year by whose end it is decided, where there is a date."""
        return int(self.deadline[:4]) if self.deadline else None


@dataclass(frozen=True)
class Foretold:
    """A number that somebody foretells: its quantity, value, who, and for when (``year`` 0 where no year is given)."""

    ref: Ref
    value: str
    who: list[Ref]
    when: str
    year: int


def as_of(site: Site) -> str:
    """The day on which predictions are judged: the last change, else the last addition, else empty."""
    if site.settings.revised is not None:
        return site.settings.revised
    return max((e.record.added for e in site.corpus if e.record.added), default="")


def last_day(date: str) -> str:
    """The last day of a date that may lack its month or day, e.g. ``2028`` is ``2028-12-31``."""
    parts = date.split("-")
    year = int(parts[0])
    month = int(parts[1]) if len(parts) > 1 else 12
    day = int(parts[2]) if len(parts) > 2 else calendar.monthrange(year, month)[1]
    return f"{year:04d}-{month:02d}-{day:02d}"


def predictions(site: Site) -> list[Prediction]:
    """Every active claim that is a forecast: by deadline, those without a date last."""
    today = as_of(site)
    found = [
        _prediction(site, id, claim, today)
        for id, claim in site.corpus.of(m.Claim, active=True)
        if claim.forecast is not None or claim.form is vocab.Form.FORECAST
    ]
    return sorted(found, key=lambda p: (p.deadline == "", p.deadline, p.ref.title.casefold(), p.ref.id))


def _prediction(site: Site, id: str, claim: m.Claim, today: str) -> Prediction:
    forecast = claim.forecast
    resolved = forecast.resolved if forecast is not None else None
    condition = forecast.condition if forecast is not None else None
    unmet = _outcome(site, condition) == "false" if condition is not None else False
    deadline = last_day(forecast.by) if forecast is not None else ""
    state: str
    if resolved is not None:
        state = resolved.outcome
    elif unmet:
        state = "void"
    elif forecast is None:
        state = "undated"
    else:
        state = "due" if today and deadline < today else "open"
    return Prediction(
        ref=site.ref(id),
        by=forecast.by if forecast is not None else "",
        deadline=deadline,
        state=state,
        criteria=forecast.criteria if forecast is not None else "",
        condition=site.ref(condition) if condition is not None else None,
        resolved_on=resolved.date if resolved is not None else "",
        resolved_by=site.ref(resolved.source) if resolved is not None and resolved.source is not None else None,
        resolved_why=(
            resolved.why or "" if resolved is not None else "Its condition did not come true." if unmet else ""
        ),
        positions=positions_on(site, id),
        found_in=site.refs(list(dict.fromkeys(p.source for p in claim.seen_in))),
    )


def _outcome(site: Site, claim: str) -> str:
    """How a forecast came out, empty while it is open or where it is none."""
    entry = site.corpus.find(claim)
    forecast = entry.record.get("forecast") if entry is not None else None
    return forecast.resolved.outcome if forecast is not None and forecast.resolved is not None else ""


def foretold(site: Site) -> list[Foretold]:
    """Quantities whose basis is a forecast, by the last year that they speak of; those without a year last."""
    found = []
    for metric in metrics(site):
        for one in metric.figures:
            record = site.corpus.record(one.ref.id, m.Quantity)
            if record.basis is not vocab.Basis.FORECAST:
                continue
            said = one.when
            years = [int(y) for y in _YEAR.findall(record.as_of or record.period or "")]
            if one.unit == CALENDAR and one.numbers:
                years, said = [int(max(one.numbers))], said or stated(one).removesuffix(" " + one.own_unit)
            found.append(Foretold(one.ref, stated(one), one.who, said, max(years, default=0)))
    return sorted(found, key=lambda f: (f.year == 0, f.year, f.ref.title.casefold(), f.ref.id))


def predictions_csv(site: Site) -> bytes:
    """Every prediction as a line, judged on the day of :func:`as_of`; a credence only where it is assessed."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(["id", "title", "by", "state", "credence", "condition", "criteria", "resolved", "said_by", "as_of"])
    for p in predictions(site):
        view = p.ref.credence
        credence = f"{view.p:.6f}" if view is not None and view.assessed else ""
        said = "; ".join(f"{x.by.title} {x.stance}" + (f" ({x.credence})" if x.credence else "") for x in p.positions)
        condition = p.condition.id if p.condition is not None else ""
        start = [p.ref.id, cell(p.ref.title), p.by, p.state, credence, condition]
        writer.writerow([*start, cell(p.criteria), p.resolved_on, cell(said), as_of(site)])
    return out.getvalue().encode()
