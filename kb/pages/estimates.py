"""Quantities as estimates that can stand in one picture: one metric, one unit, a middle, an interval, who says so.

Two quantities belong together when their metric has the same words and their units measure the same thing in a known
ratio (:data:`UNITS`).  Nothing else puts numbers side by side: an equal number is not one quantity, and different
metrics are compared only through a claim that bridges them.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache, cached_property, lru_cache
from statistics import NormalDist

from kb import formulas, vocab
from kb import models as m
from kb.corpus import Corpus
from kb.pages.site import Ref, Site

HOURS_A_MONTH = 167.0
HOURS_A_YEAR = 2_000.0
"""Working time: what a month and a year of human work are taken to hold."""
UNITS: Mapping[str, tuple[str, float]] = {
    "hours": ("time", 1.0),
    "days": ("time", 24.0),
    "weeks": ("time", 168.0),
    "months": ("time", 730.5),
    "years": ("time", 8_766.0),
    "hours of human work": ("human work", 1.0),
    "months of human work": ("human work", HOURS_A_MONTH),
    "years of human work": ("human work", HOURS_A_YEAR),
    "dollars": ("US dollars", 1.0),
    "usd": ("US dollars", 1.0),
    "x": ("factor", 1.0),
    "times": ("factor", 1.0),
}
"""Unit in small letters to what it measures and its size; a unit that is not listed converts into nothing else."""
CALENDAR = "calendar year"
"""Unit of numbers that are dates."""
PERCENT = "%"
_OF_A_WHOLE = re.compile(r"(the )?(share|fraction|proportion|accuracy)\b|.*\bover all\b", re.IGNORECASE)
"""How the name of a metric says that its number is a part of a whole."""
SHOWN = 12
"""Estimates of one metric on the page of a quantity: more than these no reader compares in one picture."""
POINTS = 1_000
"""Points at which a formula is evaluated to find the interval of its result."""
_Z95 = NormalDist().inv_cdf(0.95)


@dataclass(frozen=True)
class Figure:
    """One estimate.

    Attributes:
        ref: the quantity's page.
        who: who says so: the speaker, else the authors of the first source, else the source.
        source: the first source, or ``None``.
        basis, meaning: where the number comes from, and what that word means.
        firm: measured, derived or estimated rather than guessed, foretold or said for illustration.
        when: the period or date that it speaks of, or empty.
        middle: in ``unit``, ``None`` where only the ends of a range are given or a formula has no result.
        low, high: in ``unit``, ``None`` where no interval is given.
        derived: whether the middle is the result of a formula.
        computed: whether the interval comes from those of a formula's inputs.
        unit: the unit of ``middle``, ``low`` and ``high``.
        own_unit: the unit that the record gives, and ``factor`` what converts it into ``unit``.
        spread: how the interval is read, or empty.
    """

    ref: Ref
    who: list[Ref]
    source: Ref | None
    basis: str
    meaning: str
    firm: bool
    when: str
    middle: float | None
    low: float | None
    high: float | None
    derived: bool
    computed: bool
    unit: str
    own_unit: str
    factor: float
    spread: str

    @cached_property
    def numbers(self) -> tuple[float, ...]:
        """Every number that a picture has to hold."""
        return tuple(x for x in (self.low, self.middle, self.high) if x is not None)

    @property
    def place(self) -> float:
        """Where it is sorted: the middle, else the middle of the range."""
        if self.middle is not None:
            return self.middle
        return (self.low + self.high) / 2 if self.low is not None and self.high is not None else -math.inf

    @property
    def own(self) -> tuple[float | None, float | None, float | None, str]:
        """Low, middle, high and their unit as its record gives them; a share of a whole stays in per cent."""
        size, unit = (1.0, PERCENT) if self.own_unit == "1" and self.unit == PERCENT else (self.factor, self.own_unit)
        low, middle, high = (None if x is None else x / size for x in (self.low, self.middle, self.high))
        return low, middle, high, unit

    def say(self, x: float) -> str:
        """One of its numbers as text; the result of a formula with three digits at most."""
        return figure(_rounded(x) if self.derived else x, self.unit)

    @cached_property
    def said(self) -> str:
        """The numbers as text without their unit: ``16 (8.5 to 55)``, ``1 to 3`` or ``80``."""
        between = ""
        if self.low is not None and self.high is not None:
            between = f"{self.say(self.low)} to {self.say(self.high)}"
        if self.middle is None:
            return between or "no result"
        middle = self.say(self.middle)
        return f"{middle} ({between})" if between else middle


@dataclass(frozen=True)
class Metric:
    """All estimates of one metric, the largest first.

    Attributes:
        name: what is measured.
        unit: the unit of the picture: the one that most of the records use.
        figures: the estimates.
        converted: other units, each with what one of it is counted as.
        bridges: claims that tie this metric to another.
    """

    name: str
    unit: str
    figures: list[Figure]
    converted: list[str]
    bridges: list[Ref]

    @property
    def worth_drawing(self) -> bool:
        """Whether a picture says more than the number: two estimates, or an interval."""
        drawn = [f for f in self.figures if f.numbers]
        return len(drawn) > 1 or any(len(f.numbers) > 1 for f in drawn)


def key(quantity: m.Quantity) -> tuple[str, str]:
    """What must be equal for two quantities to stand in one picture: the metric's words, what the unit measures."""
    unit = " ".join(quantity.unit.split())
    return " ".join(quantity.metric.split()).casefold(), UNITS.get(unit.casefold(), (unit, 1.0))[0]


def metrics(site: Site) -> list[Metric]:
    """Every metric with its active quantities; those with most estimates first, then by name."""
    return site.ask(_metrics)


def _metrics(site: Site) -> list[Metric]:
    groups: dict[tuple[str, str], list[str]] = {}
    for id, quantity in site.corpus.of(m.Quantity, active=True):
        groups.setdefault(key(quantity), []).append(id)
    values = site.ask(_values)
    found = [_metric(site, ids, values) for ids in groups.values()]
    return sorted(found, key=lambda x: (-len(x.figures), x.name.casefold(), x.unit))


def _values(site: Site) -> dict[str, float | formulas.Unknown]:
    return formulas.quantity_values(site.corpus)


def near(metric: Metric, id: str) -> Metric:
    """A metric with those of its estimates that a quantity's page shows, at most :data:`SHOWN` and the quantity itself.

    Of more there are the largest and the smallest, so that the scale stays, and those next to the quantity in size.
    """
    every = metric.figures
    if len(every) <= SHOWN:
        return metric
    at = next(i for i, f in enumerate(every) if f.ref.id == id)
    last = max((i for i, f in enumerate(every) if f.numbers), default=0)
    beside = SHOWN - 2
    start = max(min(at - beside // 2, last - beside), 1)
    kept = sorted({0, at, last, *range(start, start + beside)})
    return replace(metric, figures=[every[i] for i in kept])


def _by_quantity(site: Site) -> dict[str, Metric]:
    return {f.ref.id: one for one in metrics(site) for f in one.figures}


def metric_of(site: Site, id: str) -> Metric:
    """The metric of one quantity; one that is not in force stands alone."""
    found = site.table(_by_quantity).get(id)
    return found if found is not None else _metric(site, [id], site.ask(_values))


def _metric(site: Site, ids: Sequence[str], values: Mapping[str, float | formulas.Unknown]) -> Metric:
    """Quantities of one metric, in the unit that most of them use."""
    records = {id: site.corpus.record(id, m.Quantity) for id in ids}
    units = [" ".join(q.unit.split()) for q in records.values()]
    unit = max(sorted(set(units)), key=units.count)
    figures = [_figure(site, id, q, unit, values[id]) for id, q in records.items()]
    figures.sort(key=lambda f: (-f.place, f.ref.title, f.ref.id))
    factors = {f.own_unit: f.factor for f in figures if f.factor != 1}
    converted = [f"{own} (one counted as {figure(size)} {unit})" for own, size in sorted(factors.items())]
    bridges = sorted({b for q in records.values() for b in q.bridges})
    name = next(iter(records.values())).metric
    if is_share(name, unit, [x for f in figures for x in f.numbers]):
        figures = [_in_percent(f) for f in figures]
    return Metric(name, figures[0].unit, figures, converted, site.refs(bridges))


def is_share(metric: str, unit: str, numbers: Sequence[float]) -> bool:
    """Whether pure numbers are parts of a whole, which are read in per cent, and no ratios, which can be any size.

    The metric's name says so, and every number lies from 0 to 1, as far as a whole per cent tells.
    """
    return unit == "1" and _OF_A_WHOLE.match(metric.strip()) is not None and all(0 <= x < 1.005 for x in numbers)


def _in_percent(f: Figure) -> Figure:
    low, middle, high = (_times(x, 100.0) for x in (f.low, f.middle, f.high))
    return replace(f, low=low, middle=middle, high=high, unit=PERCENT, factor=100.0)


def _figure(site: Site, id: str, q: m.Quantity, unit: str, value: float | formulas.Unknown) -> Figure:
    own = " ".join(q.unit.split())
    factor = UNITS[own.casefold()][1] / UNITS[unit.casefold()][1] if own.casefold() in UNITS else 1.0
    middle = None if isinstance(value, formulas.Unknown) else value
    low = high = None
    computed = False
    if isinstance(q.value, m.Estimate):
        low, high, middle = q.value.low, q.value.high, q.value.median
    elif q.formula is not None and middle is not None:
        ends = result_interval(site.corpus, id)
        if ends is not None:
            (low, high), computed = ends, True
    source = site.ref(q.seen_in[0].source) if q.seen_in else None
    if q.by is not None:
        who = [site.ref(q.by)]
    else:
        authors = site.corpus.record(source.id, m.Source).authors if source is not None else ()
        who = site.refs(authors) or ([source] if source is not None else [])
    spread = q.value.distribution if isinstance(q.value, m.Estimate) else None
    return Figure(
        ref=site.ref(id),
        who=who,
        source=source,
        basis=q.basis.label,
        meaning=q.basis.definition,
        firm=q.basis in (vocab.Basis.MEASURED, vocab.Basis.DERIVED, vocab.Basis.ESTIMATED),
        when=q.period or q.as_of or "",
        middle=_times(middle, factor),
        low=_times(low, factor),
        high=_times(high, factor),
        derived=q.formula is not None,
        computed=computed,
        unit=CALENDAR if is_calendar(q.metric, unit) else unit,
        own_unit=own,
        factor=factor,
        spread=spread.label if spread is not None else "",
    )


def _times(x: float | None, factor: float) -> float | None:
    return None if x is None else x * factor


def result_interval(corpus: Corpus, id: str) -> tuple[float, float] | None:
    """5% and 95% of a formula's result, from the intervals of the numbers beneath it taken as independent.

    The points are a fixed lattice, not random draws, so the ends are the same each time.  ``None`` where no number
    beneath has an interval, where one has no distribution, or where the formula fails at a point.
    """
    order = _order(corpus, id)
    leaves = [(i, q.value) for i, q in order if isinstance(q.value, m.Estimate) and q.value.low < q.value.high]
    if not leaves or any(estimate.distribution is None for _, estimate in leaves):
        return None
    steps = _lattice(len(leaves))
    results = []
    for point in range(POINTS):
        known: dict[str, float] = {}
        for step, (name, estimate) in zip(steps, leaves, strict=True):
            known[name] = _quantile(estimate, (0.5 + point * step) % 1.0)
        for name, q in order:
            if q.formula is not None:
                try:
                    known[name] = formulas.evaluate(q.formula, {k: known[v] for k, v in q.inputs.items()})
                except formulas.FormulaError:
                    return None
            elif name not in known:
                assert q.value is not None  # a quantity has a value or a formula
                known[name] = formulas.stated(q.value)
        results.append(known[id])
    results.sort()
    return results[round(0.05 * (POINTS - 1))], results[round(0.95 * (POINTS - 1))]


def _order(corpus: Corpus, id: str) -> list[tuple[str, m.Quantity]]:
    """A quantity and all beneath it, inputs first; the corpus has a result for it, so there is no circle."""
    quantities = dict(corpus.of(m.Quantity))
    found: dict[str, m.Quantity] = {}
    todo = [(id, False)]
    while todo:
        name, ready = todo.pop()
        if name in found:
            continue
        if ready:
            found[name] = quantities[name]
        else:
            todo.append((name, True))
            todo += [(i, False) for i in sorted(set(quantities[name].inputs.values()), reverse=True)]
    return list(found.items())


@cache
def _lattice(dimensions: int) -> tuple[float, ...]:
    """Steps of an evenly spread sequence of points (Roberts' generalisation of the golden ratio)."""
    root = 2.0
    for _ in range(64):
        root = (1 + root) ** (1 / (dimensions + 1))
    return tuple((1 / root) ** (k + 1) % 1 for k in range(dimensions))


def _quantile(estimate: m.Estimate, u: float) -> float:
    """A number at level ``u`` of an estimate whose ends are 5% and 95%; each side keeps its own width."""
    low, high = estimate.low, estimate.high
    if estimate.distribution is vocab.Distribution.UNIFORM:
        return low + (u - 0.05) / 0.9 * (high - low)
    z = NormalDist().inv_cdf(min(max(u, 1e-9), 1 - 1e-9)) / _Z95
    if estimate.distribution is vocab.Distribution.LOGNORMAL and low > 0:
        middle = formulas.stated(estimate)
        return middle * math.pow(high / middle if z > 0 else low / middle, abs(z))
    middle = formulas.stated(estimate)
    return middle + z * (high - middle if z > 0 else middle - low)


def is_calendar(metric: str, unit: str) -> bool:
    """Whether a number is a date, such as 2030, and no amount."""
    return "calendar year" in f"{metric} {unit}".casefold()


@lru_cache(maxsize=16_384)
def figure(x: float, unit: str = "") -> str:
    """A number for people: three digits that count, thousands apart, millions and billions as words.

    A calendar year stays as it is.
    """
    if unit == CALENDAR:
        return f"{x:.0f}"
    if x == 0:
        return "0"
    for size, word in ((1e12, " trillion"), (1e9, " billion"), (1e6, " million")):
        if abs(x) >= size:
            return _digits(x / size) + word
    return _digits(x)


def _digits(x: float) -> str:
    """Three significant digits, or all digits of a whole number below 10,000, without an exponent."""
    if x == int(x) and abs(x) < 10_000:
        return f"{x:,.0f}".replace("-", "−")
    places = max(2 - math.floor(math.log10(abs(x))), 0)
    shown = f"{_rounded(x):,.{places}f}"
    return (shown.rstrip("0").rstrip(".") if "." in shown else shown).replace("-", "−")


def _rounded(x: float) -> float:
    """A number with three significant digits."""
    return round(x, 2 - math.floor(math.log10(abs(x)))) if x else x
