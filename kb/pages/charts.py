"""Estimates of one metric as dots with whiskers on a common scale, one line each, with who says so and the number.

A filled dot is measured, derived or estimated; a ring is guessed, foretold or said for illustration.  The line through
it is the interval; where only the ends of a range are given there is a line without a dot.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from markupsafe import Markup

from kb.pages import words
from kb.pages.draw import el, label, link, num, picture, text_width, wrap
from kb.pages.estimates import CALENDAR, Figure, Metric, figure

EDITORS = "the-editors"
"""Stands for whoever gives a number without a name."""
DECADES = 2.0
"""From this many powers of ten between the smallest and the largest number on, the scale is logarithmic."""


class Scale:
    """Numbers to places between two ends in pixels, and the ticks of the axis."""

    def __init__(self, numbers: Sequence[float], left: float, right: float, *, calendar: bool = False) -> None:
        """Scale that holds all ``numbers``: from zero where none is negative, unless they are dates."""
        low, high = min(numbers), max(numbers)
        self.log = low > 0 and high / low >= 10**DECADES
        self.left, self.right = left, right
        if self.log:
            self.ticks = _decades(low, high)
        else:
            self.ticks = _even(low if calendar or low < 0 else 0.0, high, whole=calendar)
        self.low, self.high = self._at(min(low, self.ticks[0])), self._at(max(high, self.ticks[-1]))

    def _at(self, value: float) -> float:
        return math.log10(value) if self.log else value

    def __call__(self, value: float) -> float:
        """Place of a number in pixels."""
        return self.left + (self._at(value) - self.low) / (self.high - self.low) * (self.right - self.left)


def _decades(low: float, high: float) -> list[float]:
    """Powers of ten around the numbers; with the threes between them where there are few."""
    first, last = math.floor(math.log10(low) + 1e-9), math.ceil(math.log10(high) - 1e-9)
    step = max(1, math.ceil((last - first) / 6))
    ticks = [10.0**n for n in range(first, last + 1, step)]
    return ticks if ticks[-1] >= high else [*ticks, ticks[-1] * 10.0**step]


def _even(low: float, high: float, *, whole: bool) -> list[float]:
    """About five round numbers from below ``low`` to above ``high``."""
    wide = (high - low) or abs(high) or 1.0
    rough = wide / 4
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(power * n for n in (1, 2, 2.5, 5, 10) if power * n >= rough)
    step = max(math.ceil(step), 1) if whole else step
    first, last = math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9)
    last = max(last, first + 1)
    return [n * step for n in range(first, last + 1)]


def chart(metric: Metric, *, root: str, id: str, narrow: bool, current: str = "") -> Markup:
    """All estimates of a metric as a picture, 880 or 340 pixels wide.

    Args:
        metric: the estimates; at least one has a number.
        root: relative path to the root of the site, for links.
        id: prefix of ids.
        narrow: the form for phones: labels above the lines instead of beside them.
        current: the quantity whose page it is, marked; empty on lists.
    """
    drawn = [f for f in metric.figures if f.numbers]
    width = 340.0 if narrow else 880.0
    left = 12.0 if narrow else 330.0
    right = width - (12.0 if narrow else 160.0)
    numbers = [x for f in drawn for x in f.numbers]
    x = Scale(numbers, left, right, calendar=metric.unit == CALENDAR)
    top, pitch = 46.0, (92.0 if narrow else 54.0)
    bottom = top + pitch * len(drawn)
    rows = [(top + pitch * i, one) for i, one in enumerate(drawn)]
    parts = [_ground(y, f, width, pitch) for y, f in rows if f.ref.id == current]
    parts += _axis(x, metric, top, bottom, narrow=narrow)
    for y, one in rows:
        line = _line(one, x, y, width, root=root, narrow=narrow, current=one.ref.id == current)
        parts.append(el("g", *line, class_="kb-est", **_chosen_by(y, one)))
    scale = "logarithmic scale" if x.log else "even scale"
    desc = "; ".join(f"{f.ref.title}: {f.said} {_unit(metric)}{_by(f)}" for f in drawn)
    title = f"{words.capital(metric.name)}: {words.count(len(drawn), 'estimate')} in {_unit(metric)}, {scale}"
    class_ = f"kb-chart kb-{'narrow' if narrow else 'wide'}"
    return picture(parts, width, bottom + 10, title=title, desc=desc, class_=class_, id=id)


def _ground(y: float, one: Figure, width: float, pitch: float) -> Markup:
    """What marks the line of the quantity whose page it is; it goes where its line goes."""
    rect = el("rect", x=0, y=y, width=width, height=pitch - 2, rx=3, class_="kb-chart__here")
    return el("g", rect, class_="kb-est-ground", **_chosen_by(y, one))


def _chosen_by(y: float, one: Figure) -> dict[str, object]:
    """By what a reader chooses estimates: basis and people, and where the line lies when all are drawn."""
    return {"data_y": num(y), "data_basis": one.basis, "data_by": " ".join(who.id for who in one.who) or EDITORS}


def _unit(metric: Metric) -> str:
    return {"1": "as a share or ratio", "x": "times (×)", "x per year": "times (×) a year"}.get(
        metric.unit, metric.unit
    )


def _by(one: Figure) -> str:
    who = words.listing([w.title for w in one.who])
    return f", by {who}" if who else ""


def _axis(x: Scale, metric: Metric, top: float, bottom: float, *, narrow: bool) -> list[Markup]:
    """The scale: its unit, grid lines, ticks in figures."""
    said = _unit(metric) + (" – each step ten times the last" if x.log else "")
    parts = [label([said], 8 if narrow else x.left, 14, 0, "kb-svg-small kb-svg-unit")]
    last = -math.inf
    for tick in x.ticks:
        at = x(tick)
        text = figure(tick, metric.unit)
        half = text_width(text, 12.5) / 2
        strong = tick == 0 or (metric.unit.startswith("x") and tick == 1)
        class_ = "kb-grid kb-grid--zero" if strong else "kb-grid"
        parts.append(el("line", x1=at, x2=at, y1=top - 8, y2=bottom, class_=class_))
        if at - half > last + 8:
            where = "end" if at + half > x.right + 12 else "start" if at - half < x.left - 12 else "middle"
            shown = min(at + half, x.right + 12) if where == "end" else max(at - half, 0) if where == "start" else at
            parts.append(label([text], shown, top - 14, 0, "kb-svg-small", where))
            last = at + half
    return parts


def _line(one: Figure, x: Scale, y: float, width: float, *, root: str, narrow: bool, current: bool) -> list[Markup]:
    """One estimate: what and who, whisker and dot, the number."""
    parts: list[Markup] = []
    who = words.listing([w.title for w in one.who]) or "the editors"
    detail = ", ".join(x for x in (one.basis, one.when, who) if x)
    room = width - 16 if narrow else x.left - 34
    strong = "kb-svg-strong" if current else "kb-svg-text"
    lines = wrap(one.ref.title, room, 13.5, 2, bold=current)
    taken = text_width(one.said, 14.5, bold=True) + 10 if narrow else 0.0
    small = wrap(detail, max(room - taken, 40), 12.5, 1)
    step = 16.0
    first = y + (18 if narrow else (32 - step * len(lines) / 2))
    caption = [label(lines, 8, first, step, strong), label(small, 8, first + step * len(lines), 0, "kb-svg-small")]
    whole = f"{one.ref.title}: {one.said} ({detail})"
    target = el(
        "rect",
        x=0,
        y=y,
        width=width if narrow else x.left - 20,
        height=first + step * len(lines) + 4 - y,
        class_="kb-hit",
    )
    parts.append(link(root + one.ref.href, target, *caption, title=whole))
    at = first + step * len(lines) + 20 if narrow else y + 27
    class_ = "kb-whisker" + ("" if one.firm else " kb-whisker--loose")
    mark: list[Markup] = [el("title", whole)]
    if one.low is not None and one.high is not None:
        low, high, above, below = num(x(one.low)), num(x(one.high)), num(at - 6), num(at + 6)
        whisker = f"M{low} {num(at)}H{high}M{low} {above}V{below}M{high} {above}V{below}"
        mark.append(el("path", d=whisker, class_=class_))
    if one.middle is not None:
        mark.append(
            el("circle", cx=x(one.middle), cy=at, r=6.5, class_="kb-point" + ("" if one.firm else " kb-point--loose"))
        )
    parts.append(el("g", *mark))
    if narrow:
        parts.append(label([one.said], width - 8, first + step * len(lines), 0, "kb-svg-number", "end"))
    else:
        parts.append(_number(one, width - 146, at))
    return parts


def _number(one: Figure, x: float, y: float) -> Markup:
    """The number beside the picture: the middle, and below it the interval."""
    if one.middle is None or one.low is None or one.high is None:
        return label([one.said], x, y + 5, 0, "kb-svg-number")
    between = f"{one.say(one.low)} to {one.say(one.high)}"
    above = label([one.say(one.middle)], x, y - 2, 0, "kb-svg-number")
    return Markup("").join([above, label([between], x, y + 15, 0, "kb-svg-small")])


def both(metric: Metric, *, root: str, id: str, current: str = "") -> list[Markup]:
    """The wide and the narrow picture; none where the number says it all."""
    if not metric.worth_drawing:
        return []
    return [chart(metric, root=root, id=f"{id}-{form}", narrow=form == "n", current=current) for form in ("w", "n")]
