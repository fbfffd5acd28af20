"""The titles of pictures: one generated sentence that states what a picture shows, for those who read no further."""

from __future__ import annotations

from collections.abc import Sequence
from statistics import median
from typing import TYPE_CHECKING

from kb import odds
from kb.pages import words
from kb.pages.estimates import CALENDAR, Figure, Metric, figure
from kb.pages.site import CredenceView, Ref

if TYPE_CHECKING:
    from kb.pages.sums import SumRow  # it renders with what is defined here

MOST = 0.5
"""A line with this share of all that moves a number one way does most of the moving."""
_NUMBERS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
BACK = 0.25
"""What takes back this share of a move is told of."""


def of_sum(rows: Sequence[SumRow]) -> str:
    """What the waterfall shows; empty where no line moves the number."""
    base, end = rows[0].after, rows[-1].after
    lines = [r for r in rows[1:-1] if r.weight.side != "neutral"]
    up, down = ([r for r in lines if r.weight.side == side] for side in ("for", "against"))
    start, stop = words.percent(odds.sigma(base)), words.percent(odds.sigma(end))
    if not lines:
        return ""
    if start == stop:
        both = f"{_lines(len(up))} up and {_lines(len(down))} down" if up and down else _lines(len(lines))
        return f"It ends where it started, at {stop}: {both} come to nothing."
    movers, others = (up, down) if end > base else (down, up)
    best = max(movers, key=lambda r: (abs(r.weight.nats), r.label))
    if len(lines) == 1:
        return f"{_kind(best)} does it all: {start} to {stop}."
    whole = sum(abs(r.weight.nats) for r in movers)
    back = sum(abs(r.weight.nats) for r in others)
    if abs(best.weight.nats) >= MOST * whole and best.kind in ("root", "link"):
        alone = words.percent(odds.sigma(base + best.weight.nats))
        rest = f"; the others take it to {stop}" if alone != stop else ""
        return f"{_kind(best)} does most of the {'lifting' if end > base else 'lowering'}: {start} to {alone}{rest}."
    if back >= BACK * whole:
        peak = words.percent(odds.sigma(base + (whole if end > base else -whole)))
        take = "takes" if len(others) == 1 else "take"
        would = words.capital(f"{_lines(len(movers))} would {_way(end > base)} it to {peak}")
        return f"{would}; {_lines(len(others))} {take} it back to {stop}."
    return f"No line does it alone: {_lines(len(movers))} {_way(end > base)} it from {start} to {stop}."


def _way(up: bool) -> str:
    return "raise" if up else "lower"


def _lines(n: int) -> str:
    return "one line" if n == 1 else f"{_number(n)} lines"


def _number(n: int) -> str:
    """A small number as a word."""
    return _NUMBERS[n] if n < len(_NUMBERS) else str(n)


def _kind(row: SumRow) -> str:
    """A line of a sum by what it is."""
    if row.kind == "link":
        return "One reason"
    if row.kind == "root":
        return "One source" if row.sources <= 1 else "One group of sources"
    return {"competition": "Competition from the other answers", "shared": "Counting evidence once"}.get(
        row.kind, row.label
    )


def of_bar(view: CredenceView) -> str:
    """What the bar of a credence shows, beside the numbers themselves."""
    if not view.assessed:
        return "No evidence has moved it from its base rate."
    same = view.text == view.base_text
    moved = "Left" if same else "Raised" if view.p > view.base else "Lowered"
    moved += f" {'at' if same else 'from'} {view.base_text}"
    if view.low is None or view.high is None:
        return f"{moved}."
    if view.low < 0.5 < view.high:
        return f"{moved}; its interval leaves open whether it is likelier than not."
    side = "likelier than not" if view.low >= 0.5 else "less likely than not"
    return f"{moved}; {side} over all of its interval."


def of_answers(answers: Sequence[Ref], none: float) -> str:
    """What the stacked bar of a question's answers shows, the likeliest first; empty where none is assessed."""
    known = [(r, r.credence) for r in answers if r.credence is not None and r.credence.assessed]
    if not known:
        return ""
    best, view = known[0]
    if none > view.p:
        return f"“None of these” leads with {words.percent(none)}; “{best.title}” has {view.text}."
    if view.p > 0.5:
        return f"“{best.title}” holds more than all others together: {view.text}."
    if len(known) == 1:
        return f"“{best.title}” leads with {view.text}."
    second, next_view = known[1]
    if next_view.text == view.text:
        return f"“{best.title}” and “{second.title}” are level at {view.text}."
    return f"No answer holds half: “{best.title}” leads with {view.text}, “{second.title}” has {next_view.text}."


def of_estimates(metric: Metric) -> str:
    """What the chart of a metric shows; empty where nothing is drawn."""
    drawn = [f for f in metric.figures if f.numbers]
    places = sorted(f.place for f in drawn)
    if not drawn:
        return ""
    if len(drawn) == 1:
        one = drawn[0]
        if one.low is None or one.high is None:
            return f"One estimate: {_amount(one.place, one, metric)}."
        if one.middle is None:
            return f"One estimate, a range: {_between(one.low, one.high, metric)}."
        return (
            f"One estimate, {_amount(one.middle, one, metric)}, between {_between(one.low, one.high, metric, ' and ')}."
        )
    low, high = places[0], places[-1]
    number = words.capital(_number(len(drawn)))
    if low == high:
        return f"{number} estimates agree on {_amount(low, drawn[0], metric)}."
    said = f"{number} estimates span {_between(low, high, metric)}"
    if metric.unit not in (CALENDAR, "%") and low > 0 and high / low >= 10:
        said += f", a factor of {figure(float(f'{high / low:.2g}'))}"
    if len(drawn) > 2:
        said += f"; the median is {figure(_round(median(places)), metric.unit)}"
    return f"{said}."


def _round(x: float) -> float:
    return float(f"{x:.3g}")


def _amount(x: float, one: Figure, metric: Metric) -> str:
    return f"{one.say(x)}{_unit(metric.unit)}"


def _between(low: float, high: float, metric: Metric, word: str = " to ") -> str:
    exact = metric.unit == CALENDAR
    a, b = (figure(x if exact else _round(x), metric.unit) for x in (low, high))
    return f"{a}{word}{b}{_unit(metric.unit)}"


def _unit(unit: str) -> str:
    """A unit after its number."""
    if unit in ("1", CALENDAR):
        return ""
    if unit == "%":
        return "%"
    return " times" + unit[1:] if unit == "x" or unit.startswith("x ") else f" {unit}"
