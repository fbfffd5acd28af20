"""Maps of boxes drawn by our own layout: the neighbourhood of a claim and the tree of a question.

Left bears on right.  Support is a full line, opposition a dashed one with a minus; the stated weight is the line's width;
a pale line adds nothing yet.  Each picture comes in a wide form and in a stacked one for phones.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from markupsafe import Markup

from kb import odds
from kb.pages.draw import el, label, link, num, picture, wrap
from kb.pages.neighbours import Neighbours, Node
from kb.pages.site import Ref

WIDE = 920.0
NARROW = 340.0
_FONT = 13.0
_LEAD = 16.0
_GAP = 12.0


@dataclass
class Box:
    """A placed record: its lines of text, its place, and the ties of the boxes further out."""

    ref: Ref
    lines: tuple[str, ...]
    width: float
    middle: bool = False
    node: Node | None = None
    next: list[Box] = field(default_factory=list)
    more: int = 0
    x: float = 0.0
    y: float = 0.0

    @property
    def height(self) -> float:
        """Height in pixels: text, and the line with kind and credence."""
        return 30 + _LEAD * len(self.lines)

    @property
    def span(self) -> float:
        """Height of the box together with what hangs on it."""
        hanging = sum(b.span for b in self.next) + _GAP * max(len(self.next) - 1, 0) + (18 if self.more else 0)
        return max(self.height, hanging)


def _box(ref: Ref, width: float, node: Node | None = None, middle: bool = False) -> Box:
    lines = wrap(ref.title, width - 20, _FONT, 4 if middle else 3, bold=middle)
    box = Box(ref, lines, width, middle, node)
    if node is not None:
        box.next = [_box(n.ref, width, n) for n in node.next]
        box.more = node.more
    return box


def neighbourhood(around: Neighbours, *, root: str, id: str, narrow: bool) -> Markup:
    """A claim between what it rests on and what it bears on."""
    title = f"What “{around.middle.title}” rests on and what it bears on"
    desc = _describe(around)
    if narrow:
        return _stacked(around, root, id, title, desc)
    left_deep = any(n.next for n in around.beneath)
    right_deep = any(n.next for n in around.above)
    left = (2 if left_deep else 1) if around.beneath else 0
    right = (2 if right_deep else 1) if around.above else 0
    columns = left + 1 + right
    gap = 44.0 if columns > 3 else 64.0
    width = min((WIDE - gap * (columns - 1)) / columns, 250.0)
    total = width * columns + gap * (columns - 1)
    middle = _box(around.middle, width, middle=True)
    boxes_left = [_box(n.ref, width, n) for n in around.beneath]
    boxes_right = [_box(n.ref, width, n) for n in around.above]
    height = max(
        _stack_height(boxes_left, around.more_beneath), _stack_height(boxes_right, around.more_above), middle.height
    )
    middle.x = left * (width + gap)
    middle.y = (height - middle.height) / 2
    _place(boxes_left, middle.x, -(width + gap), height, around.more_beneath)
    _place(boxes_right, middle.x, width + gap, height, around.more_above)
    parts: list[Markup] = []
    for side, boxes in ((1, boxes_left), (-1, boxes_right)):
        parts += _edges(middle, boxes, side)
    for boxes, more, target in (
        (boxes_left, around.more_beneath, "#reasons"),
        (boxes_right, around.more_above, "#bears-on"),
    ):
        for box in boxes:
            parts += _draw_deep(box, root)
        if more and boxes:
            last = boxes[-1]
            y = max(last.y + last.height, last.y + last.height / 2 + last.span / 2) + 16
            parts.append(_more(more, last.x, y, target))
    parts.append(_draw(middle, root))
    return picture(parts, total, height + 4, title=title, desc=desc, class_="kb-map kb-wide", id=id)


def _stack_height(boxes: Sequence[Box], more: int) -> float:
    return sum(b.span for b in boxes) + _GAP * max(len(boxes) - 1, 0) + (22 if more else 0)


def _place(boxes: Sequence[Box], from_x: float, step: float, height: float, more: int) -> None:
    """Put a column of boxes beside ``from_x``, centred in ``height``, and what hangs on them one column further."""
    y = (height - _stack_height(boxes, more)) / 2
    for box in boxes:
        box.x = from_x + step
        box.y = y + (box.span - box.height) / 2
        inner = sum(b.span for b in box.next) + _GAP * max(len(box.next) - 1, 0) + (18 if box.more else 0)
        _place_next(box, box.x + step, y + (box.span - inner) / 2, step)
        y += box.span + _GAP


def _place_next(box: Box, x: float, y: float, step: float) -> None:
    for child in box.next:
        child.x = x
        child.y = y + (child.span - child.height) / 2
        _place_next(child, x + step, y, step)
        y += child.span + _GAP


def _edges(inner: Box, outer: Sequence[Box], side: int) -> list[Markup]:
    """Lines between a box and those further out; ``side`` is 1 where the outer ones lie to the left."""
    parts = []
    for box in outer:
        a, b = (box, inner) if side == 1 else (inner, box)
        parts.append(_edge(a, b, box.node))
        parts += _edges(box, box.next, side)
    return parts


def _edge(a: Box, b: Box, node: Node | None) -> Markup:
    """A curve from the right side of ``a`` to the left side of ``b``, with its sign."""
    x1, y1 = a.x + a.width, a.y + a.height / 2
    x2, y2 = b.x, b.y + b.height / 2
    bend = (x2 - x1) * 0.5
    path = f"M{num(x1)} {num(y1)}C{num(x1 + bend)} {num(y1)} {num(x2 - bend)} {num(y2)} {num(x2)} {num(y2)}"
    side = node.side if node is not None else "neutral"
    tip = el("title", f"{a.ref.title} {node.said if node is not None else 'bears on'} {b.ref.title}")
    line = el("path", tip, d=path, class_=_edge_class(node), stroke_width=num(_line_width(node)))
    if side == "neutral":
        return line
    end_x, end_y = (x1 + x2) / 2, (y1 + y2) / 2
    return el("g", line, _sign(end_x, end_y, side))


def _sign(x: float, y: float, side: str) -> Markup:
    """A small plus or minus on a line."""
    stroke = f"M{num(x - 3.5)} {num(y)}h7" + (f"M{num(x)} {num(y - 3.5)}v7" if side == "for" else "")
    return el(
        "g",
        el("circle", cx=x, cy=y, r=7, class_=f"kb-sign kb-sign--{side}"),
        el("path", d=stroke, class_="kb-sign__mark"),
        aria_hidden="true",
    )


def _edge_class(node: Node | None) -> str:
    if node is None:
        return "kb-edge kb-edge--neutral"
    return f"kb-edge kb-edge--{node.side}{' kb-edge--silent' if node.silent else ''}"


def _line_width(node: Node | None) -> float:
    """Line width in pixels for a stated weight: 1.5 at nothing, 7 from 20 dB."""
    size = abs(odds.db(node.weight)) if node is not None else 0.0
    return 1.5 + 5.5 * min(size, 20.0) / 20


def _draw_deep(box: Box, root: str) -> list[Markup]:
    parts = [_draw(box, root)]
    for child in box.next:
        parts += _draw_deep(child, root)
    if box.more and box.next:
        last = box.next[-1]
        parts.append(_more(box.more, last.x, last.y + last.height + 15, f"{root}{box.ref.href}"))
    return parts


def _more(n: int, x: float, y: float, href: str) -> Markup:
    return link(href, label([f"+ {n} more"], x + 4, y, 0, "kb-svg-small kb-svg-link"), title=f"Show {n} more")


def _draw(box: Box, root: str) -> Markup:
    """A box: kind and credence on top, the sentence below; a dashed frame when not assessed."""
    view = box.ref.credence
    kind = box.ref.kind
    classes = f"kb-box kb-box--{kind}"
    if view is not None and not view.assessed:
        classes += " kb-box--open"
    if box.middle:
        classes += " kb-box--middle"
    parts = [el("rect", x=box.x + 0.75, y=box.y + 0.75, width=box.width - 1.5, height=box.height - 1.5, rx=4)]
    parts.append(label([kind], box.x + 10, box.y + 17, 0, "kb-svg-kind"))
    said = view.text if view is not None else ""
    if said:
        parts.append(label([said], box.x + box.width - 10, box.y + 17, 0, "kb-svg-number", "end"))
    text = label(box.lines, box.x + 10, box.y + 34, _LEAD, "kb-svg-strong" if box.middle else "kb-svg-text")
    parts.append(text)
    tip = f"{kind}: {box.ref.title}" + (f" ({said})" if said else "")
    if box.middle:
        return el("g", el("title", tip), *parts, class_=classes)
    return link(f"{root}{box.ref.href}", *parts, title=tip, class_=classes)


def _stacked(around: Neighbours, root: str, id: str, title: str, desc: str) -> Markup:
    """The form for phones: boxes one below the other, ties as stems on the left."""
    parts: list[Markup] = []
    y = 0.0
    if around.beneath:
        parts.append(label(["Rests on"], 0, y + 14, 0, "kb-svg-kind"))
        y += 24
        y = _stack_side(around.beneath, around.more_beneath, "#reasons", parts, y, root)
    middle = _box(around.middle, NARROW, middle=True)
    middle.y = y
    parts.append(_draw(middle, root))
    y += middle.height + 8
    if around.above:
        parts.append(label(["Bears on"], 0, y + 16, 0, "kb-svg-kind"))
        y = _stack_side(around.above, around.more_above, "#bears-on", parts, y + 26, root)
    return picture(parts, NARROW, y + 4, title=title, desc=desc, class_="kb-map kb-narrow", id=id)


def _stack_side(
    nodes: Sequence[Node], more: int, target: str, parts: list[Markup], y: float, root: str, indent: float = 0.0
) -> float:
    """Boxes of one side below ``y``; returns where the next thing may start."""
    for node in nodes:
        box = _box(node.ref, NARROW - 30 - indent)
        box.x, box.y = 30 + indent, y
        middle = y + box.height / 2
        stem = el("path", d=f"M{num(indent + 12)} {num(middle)}H{num(box.x)}", class_=_edge_class(node), stroke_width=num(_line_width(node)))
        parts.append(el("g", el("title", f"{node.ref.title} {node.said}"), stem))
        if node.side != "neutral":
            parts.append(_sign(indent + 12, middle, node.side))
        parts.append(_draw(box, root))
        y += box.height + 8
        if node.next and indent == 0:
            y = _stack_side(node.next, node.more, f"{root}{node.ref.href}", parts, y, root, 30.0)
    if more:
        parts.append(_more(more, 30 + indent, y + 10, target))
        y += 24
    return y + (6 if indent == 0 else 0)


def _describe(around: Neighbours) -> str:
    """The map in words."""
    rests = "; ".join(f"{n.ref.title} {n.said}" for n in around.beneath)
    bears = "; ".join(f"{'supports' if n.weight > 0 else 'opposes'} {n.ref.title}" for n in around.above)
    parts = []
    if rests:
        parts.append(f"Rests on: {rests}.")
    if bears:
        parts.append(f"Bears on: {bears}.")
    return " ".join(parts)
