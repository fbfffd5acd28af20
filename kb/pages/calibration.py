"""How often what was said came true, as a picture: dots on the diagonal are numbers that meant what they said."""

from __future__ import annotations

from collections.abc import Sequence

from markupsafe import Markup

from kb.pages import words
from kb.pages.draw import el, label, picture
from kb.pages.track import Bin

_SIZE, _LEFT, _TOP = 280.0, 52.0, 14.0


def diagram(bins: Sequence[Bin], id: str) -> Markup:
    """Said against came true, one dot for each bin, with how many forecasts it stands for; 350 x 350 pixels."""

    def x(p: float) -> float:
        return _LEFT + p * _SIZE

    def y(p: float) -> float:
        return _TOP + (1 - p) * _SIZE

    parts: list[Markup] = []
    for p in (0.0, 0.25, 0.5, 0.75, 1.0):
        parts.append(el("line", x1=x(p), x2=x(p), y1=y(0), y2=y(1), class_="kb-grid"))
        parts.append(el("line", x1=x(0), x2=x(1), y1=y(p), y2=y(p), class_="kb-grid"))
        parts.append(label([f"{p:.0%}"], x(p), y(0) + 18, 0, "kb-svg-small", "middle"))
        parts.append(label([f"{p:.0%}"], _LEFT - 8, y(p) + 4, 0, "kb-svg-small", "end"))
    parts.append(el("line", x1=x(0), y1=y(0), x2=x(1), y2=y(1), class_="kb-axis"))
    parts.append(label(["said"], x(1), y(0) + 36, 0, "kb-svg-small", "end"))
    for b in bins:
        told = f"{words.count(b.n, 'forecast')} at {words.percent(b.said)} on average: {b.came_true:.0%} came true"
        parts.append(el("circle", el("title", told), cx=x(b.said), cy=y(b.came_true), r=6.5, class_="kb-point"))
        right = x(b.said) < x(0.85)
        at = x(b.said) + (11 if right else -11)
        parts.append(label([str(b.n)], at, y(b.came_true) + 4, 0, "kb-svg-small", "start" if right else "end"))
    desc = "; ".join(
        f"said {words.percent(b.low)} to {words.percent(b.high)}: {b.came_true:.0%} of {b.n} came true" for b in bins
    )
    title = "How often what was said came true"
    return picture(parts, _LEFT + _SIZE + 18, _TOP + _SIZE + 44, title=title, desc=desc, class_="kb-calibration", id=id)


def finding(bins: Sequence[Bin]) -> str:
    """What the picture shows."""
    n = sum(b.n for b in bins)
    expected = sum(b.n * b.said for b in bins) / n
    happened = sum(b.n * b.came_true for b in bins) / n
    if abs(expected - happened) < 0.05:
        return f"What was said came about as often as it was said: {expected:.0%} expected, {happened:.0%} came true."
    way = "less" if happened < expected else "more"
    return f"It came true {way} often than was said: {expected:.0%} expected, {happened:.0%} came true."
