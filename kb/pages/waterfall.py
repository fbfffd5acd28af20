"""The sum of a claim's page as a picture: each line starts where the one above ended, on a scale of odds.

The scale is even in decibans and labelled in percent, so equal bars are equal weights.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

from markupsafe import Markup

from kb import odds
from kb.pages import words
from kb.pages.draw import el, hatch, label, link, picture, strokes, text_width, wrap
from kb.pages.sums import SumRow

_TICKS = (1e-4, 0.001, 0.01, 0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95, 0.99, 0.999, 0.9999)
_LABEL = 22.0
"""Height of a label above its bar; no line of the grid runs through it."""


def waterfall(rows: Sequence[SumRow], *, root: str, id: str, narrow: bool) -> Markup:
    """The rows of a sum as a picture.

    Args:
        rows: from base rate to total.
        root: relative path to the root of the site, for links.
        id: prefix of ids.
        narrow: the form for phones: labels above the bars instead of beside them.
    """
    width = 340.0 if narrow else 880.0
    left = 4.0 if narrow else 340.0
    right = width - (4.0 if narrow else 185.0)
    points = [r.after for r in rows] + [r.before for r in rows if r.kind not in ("base", "total")]
    low, high = _span(points)

    def x(nats: float) -> float:
        return left + 10 + (nats - low) / (high - low) * (right - left - 20)

    top = 30.0
    pitch = 56.0 if narrow else 44.0
    bottom = top + pitch * len(rows)
    tops = [top + pitch * i for i in range(len(rows))]
    parts: list[Markup] = [hatch(f"{id}-hatch")]
    pieces = [(top - 6, top), *((y + _LABEL, y + pitch) for y in tops)] if narrow else [(top - 6, bottom)]
    shown = [p for p in _TICKS if low <= odds.logit(p) <= high]
    for ticks, class_ in (([p for p in shown if p != 0.5], "kb-grid"), ([0.5], "kb-grid kb-grid--even")):
        parts.append(strokes(((x(odds.logit(p)), a, b) for p in ticks for a, b in pieces), class_))
    last_x = -100.0
    for p in shown:
        at = x(odds.logit(p))
        if at - last_x > 34:
            parts.append(label([words.percent(p)], at, top - 12, 0, "kb-svg-small", "middle"))
            last_x = at
    base_z = rows[0].after
    start, stop = (40, pitch + 24) if narrow else (32, pitch + 12)
    drops = ((x(row.after), y + start, y + stop) for row, y in zip(rows[:-1], tops, strict=False))
    parts.append(strokes(drops, "kb-drop"))
    for i, row in enumerate(rows):
        parts += _row(row, top + pitch * i, x, base_z, root=root, id=id, narrow=narrow, width=width, left=left)
    desc = "; ".join(f"{r.label}: {_said(r)}, then {r.probability}" for r in rows)
    return picture(
        parts,
        width,
        bottom + 6,
        title="How the sum adds up, line by line",
        desc=desc,
        class_=f"kb-waterfall kb-{'narrow' if narrow else 'wide'}",
        id=id,
    )


def _said(row: SumRow) -> str:
    """What a line adds, in words."""
    return "start" if row.kind == "base" else "total" if row.kind == "total" else f"odds {row.weight.factor}"


def _row(
    row: SumRow,
    y: float,
    x: Callable[[float], float],
    base_z: float,
    *,
    root: str,
    id: str,
    narrow: bool,
    width: float,
    left: float,
) -> list[Markup]:
    """One line: its label, its bar, and the number beside it."""
    bar_y = y + (24 if narrow else 12)
    height = 16.0 if narrow else 20.0
    parts: list[Markup] = []
    fixed = row.kind in ("base", "total")
    room = (width - 56) if narrow else left - 16
    lines = wrap(row.caption, room, 15, 1 if narrow else 2, bold=fixed)
    base_line = y + 16 if narrow else y + (27 if len(lines) == 1 else 18)
    if narrow:  # the line from the bar above ends at the label and goes on below it
        parts.append(_ground(0.0, y, text_width(lines[0], 15, bold=fixed)))
        wide = text_width(row.probability, 15, bold=True)
        parts.append(_ground(width - wide, y, wide))
    caption = label(lines, 0, base_line, 18, ("kb-svg-strong" if fixed else "kb-svg-text") + " kb-svg-halo")
    if row.ref is None:
        parts.append(caption)
    else:  # the table below has the same links: the Tab key need not stop twice
        parts.append(link(root + row.ref.href, caption, title=row.label, tabindex=-1))
    number_y = y + (16 if narrow else 27)
    parts.append(label([row.probability], width, number_y, 0, "kb-svg-strong kb-svg-halo", "end"))
    if not fixed and not narrow:
        class_ = f"kb-svg-text kb-ink--{row.weight.side}"
        parts.append(label([f"{row.weight.factor}  ({row.weight.db})"], width - 48, number_y, 0, class_, "end"))
    elif not fixed:
        far = max(x(row.before), x(row.after))
        class_ = f"kb-svg-text kb-svg-halo kb-ink--{row.weight.side}"
        if far + 60 < width:
            parts.append(label([row.weight.factor], far + 6, bar_y + 13, 0, class_))
        else:
            near = min(x(row.before), x(row.after))
            parts.append(label([row.weight.factor], near - 6, bar_y + 13, 0, class_, "end"))
    if row.kind == "base":
        parts.append(
            el("line", x1=x(row.after), x2=x(row.after), y1=bar_y - 2, y2=bar_y + height + 2, class_="kb-base")
        )
    elif row.kind == "total":
        side = words.side(row.after - base_z)
        a, b = sorted((x(base_z), x(row.after)))
        parts.append(el("line", x1=a, x2=b, y1=bar_y + height / 2, y2=bar_y + height / 2, class_="kb-axis"))
        parts.append(el("circle", cx=x(row.after), cy=bar_y + height / 2, r=8, class_=f"kb-dot kb-dot--{side}"))
    else:
        a, b = sorted((x(row.before), x(row.after)))
        fill = f"url(#{id}-hatch)" if row.weight.side == "against" else None
        wide = max(b - a, 1.5)
        tip = el("title", f"{row.label}: odds {row.weight.factor} ({row.weight.db}), then {row.probability}")
        parts.append(
            el(
                "rect",
                tip,
                x=a,
                y=bar_y,
                width=wide,
                height=height,
                class_=f"kb-step kb-step--{row.weight.side}",
                fill=fill,
            )
        )
    return parts


def _ground(x: float, y: float, width: float) -> Markup:
    """What a label of ``width`` at ``x`` stands on, so that no line shows between its words."""
    return el("rect", x=x, y=y + 1, width=width, height=_LABEL - 2, class_="kb-ground")


def _span(points: Sequence[float]) -> tuple[float, float]:
    """Ends of the scale in nats: all points, at least 25% to 75%, a little air."""
    low = min([*points, odds.logit(0.25)])
    high = max([*points, odds.logit(0.75)])
    air = 0.05 * (high - low) + 0.1
    return math.floor((low - air) * 10) / 10, math.ceil((high + air) * 10) / 10
