"""Predictions in time: across, when each is decided; upwards, how likely the map holds it; a mark for its state.

Predictions without evidence stand below the scale, because they have no credence to be drawn at.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from kb.pages import words
from kb.pages.draw import el, label, link, num, picture
from kb.pages.forecasts import STATES, Prediction

_TOP = 34.0
_MARKS = {
    "true": "M-3.2 0.2-0.8 2.6 3.4-2.6",
    "false": "M-2.8-2.8 2.8 2.8M-2.8 2.8 2.8-2.8",
    "void": "M-3.4 0H3.4",
    "undecidable": "M-3.4 0H3.4",
    "due": "M0-3.4V0.6M0 2.6V3.4",
}
"""What is drawn inside a mark, around its middle: a tick, a cross, a dash, an exclamation mark; nothing while open."""


@dataclass(frozen=True)
class Column:
    """A span of years and the predictions decided in it."""

    first: int
    last: int
    predictions: list[Prediction]

    @property
    def name(self) -> str:
        """The year, or the first and last one."""
        return str(self.first) if self.first == self.last else f"{self.first}–{self.last % 100:02d}"

    @property
    def short(self) -> str:
        """The same for a phone: ``’27`` or ``27/28``."""
        first, last = f"{self.first % 100:02d}", f"{self.last % 100:02d}"
        return f"’{first}" if first == last else f"{first}/{last}"


def columns(predictions: Sequence[Prediction], today: str, *, at_most: int) -> list[Column]:
    """Years from the first deadline to the last, and the present one; several years a column where there are many."""
    dated = [(p.year, p) for p in predictions if p.year is not None]
    years = [year for year, _ in dated] + ([int(today[:4])] if today else [])
    if not years:
        return []
    first, last = min(years), max(years)
    step = math.ceil((last - first + 1) / at_most)
    return [
        Column(start, start + step - 1, [p for year, p in dated if start <= year < start + step])
        for start in range(first, last + 1, step)
    ]


def timeline(predictions: Sequence[Prediction], today: str, *, root: str, id: str, narrow: bool) -> Markup:
    """Dated predictions as a picture, 880 or 340 pixels wide; nothing where none has a date.

    Args:
        predictions: what to draw.
        today: the day on which they are judged, YYYY-MM-DD, or empty.
        root: relative path to the root of the site, for links.
        id: prefix of ids.
        narrow: the form for phones.
    """
    spans = columns(predictions, today, at_most=9 if narrow else 18)
    if not any(c.predictions for c in spans):
        return Markup("")
    width, height = (340.0, 300.0) if narrow else (880.0, 300.0)
    left, radius = (34.0, 6.0) if narrow else (56.0, 8.0)
    wide = (width - left - 4) / len(spans)
    fits = max(int((wide - 4) // (2 * radius + 2)), 1)
    below = [[p for p in c.predictions if not _level(p)] for c in spans]
    rows = max(math.ceil(len(b) / fits) for b in below)
    floor = _TOP + height
    bottom = floor + (18 + rows * (2 * radius + 3) if rows else 0)
    parts = _frame(spans, left, wide, width, height, bottom, narrow=narrow, rows=rows)
    if today and spans[0].first <= int(today[:4]) <= spans[-1].last:
        days = (int(today[5:7]) - 1) / 12 + (int(today[8:10]) - 1) / 365
        at = left + (int(today[:4]) + days - spans[0].first) / (spans[-1].last - spans[0].first + 1) * wide * len(spans)
        parts.append(el("line", x1=at, x2=at, y1=_TOP - 6, y2=bottom + 4, class_="kb-today"))
        parts.append(label([f"as of {today}"], at + 4, _TOP - 12, 0, "kb-svg-small"))
    for n, span in enumerate(spans):
        middle = left + wide * (n + 0.5)
        taken: list[tuple[float, float]] = []
        for p in sorted(span.predictions, key=lambda p: (-_level(p), p.ref.id)):
            if _level(p):
                y = _TOP + (1 - _level(p)) * height
                x = middle + _beside(taken, y, 2 * radius + 1.5, wide / 2 - radius)
                taken.append((x - middle, y))
                parts.append(_mark(p, x, y, radius, root))
        for k, p in enumerate(below[n]):
            row, place = divmod(k, fits)
            many = min(fits, len(below[n]) - row * fits)
            x = middle + (place - (many - 1) / 2) * (2 * radius + 2)
            parts.append(_mark(p, x, floor + 22 + row * (2 * radius + 3) + radius / 2, radius, root))
    desc = "; ".join(f"{c.name}: {words.count(len(c.predictions), 'prediction')}" for c in spans if c.predictions)
    title = "Predictions by the year in which they are decided and by their credence on this map"
    class_ = f"kb-timeline kb-{'narrow' if narrow else 'wide'}"
    return picture(parts, width, bottom + 28, title=title, desc=desc, class_=class_, id=id)


def _level(p: Prediction) -> float:
    """The map's credence, 0 where nothing is assessed."""
    view = p.ref.credence
    return view.p if view is not None and view.assessed else 0.0


def _frame(
    spans: Sequence[Column],
    left: float,
    wide: float,
    width: float,
    height: float,
    bottom: float,
    *,
    narrow: bool,
    rows: int,
) -> list[Markup]:
    """Lines of credence, names of the years."""
    parts = []
    for p in (0.0, 0.25, 0.5, 0.75, 1.0):
        y = _TOP + (1 - p) * height
        class_ = "kb-grid kb-grid--even" if p == 0.5 else "kb-grid"
        parts.append(el("line", x1=left, x2=width, y1=y, y2=y, class_=class_))
        parts.append(label([f"{p:.0%}"], left - 6, y + 4, 0, "kb-svg-small", "end"))
    for n, span in enumerate(spans):
        x = left + wide * (n + 0.5)
        if n:
            parts.append(el("line", x1=x - wide / 2, x2=x - wide / 2, y1=_TOP, y2=bottom, class_="kb-grid"))
        name = span.short if narrow else span.name
        parts.append(label([name], x, bottom + 20, 0, "kb-svg-small", "middle"))
    if rows:
        lines = ["not", "as-", "sessed"] if narrow else ["not", "assessed"]
        parts.append(label(lines, 0, _TOP + height + 24, 14, "kb-svg-small"))
    return parts


def _beside(taken: Sequence[tuple[float, float]], y: float, apart: float, most: float) -> float:
    """The smallest step sideways at which a mark at height ``y`` touches none of those ``taken``; at most ``most``."""
    step = apart / 4
    for n in range(int(most / step) + 1):
        for x in (n * step, -n * step):
            if all(math.hypot(x - a, y - b) >= apart for a, b in taken):
                return x
    return most if len(taken) % 2 else -most


def _mark(p: Prediction, x: float, y: float, radius: float, root: str) -> Markup:
    """One prediction: a circle with its state inside, a link to its claim."""
    view = p.ref.credence
    number = view.text if view is not None else "no credence"
    tip = f"{p.ref.title}: {number}, {STATES[p.state]}, decided by {p.by}"
    inside = _MARKS.get(p.state)
    shapes = [el("circle", r=radius, class_=f"kb-forecast kb-forecast--{p.state}")]
    if inside is not None:
        shapes.append(el("path", d=inside, class_="kb-forecast__mark"))
    scale = f" scale({num(radius / 7)})" if inside is not None and radius != 7 else ""
    if scale:
        shapes[1] = el("g", shapes[1], transform=scale.strip())
    return link(root + p.ref.href, el("g", *shapes, transform=f"translate({num(x)} {num(y)})"), title=tip)


def key(state: str) -> Markup:
    """The mark of a state alone, for lists and legends; decoration beside its words."""
    inside = _MARKS.get(state)
    parts = [el("circle", cx=0, cy=0, r=7, class_=f"kb-forecast kb-forecast--{state}")]
    if inside is not None:
        parts.append(el("path", d=inside, class_="kb-forecast__mark"))
    return el("svg", *parts, class_="kb-state", viewBox="-9 -9 18 18", width=18, height=18, aria_hidden="true")
