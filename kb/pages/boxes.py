"""Boxes and the lines between them: what the maps are made of.

Support is a full line with a plus, opposition a dashed one with a minus; the stated weight is the line's width; a pale
line adds nothing yet.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from markupsafe import Markup

from kb import odds
from kb.pages.draw import el, label, link, num, wrap
from kb.pages.neighbours import Node
from kb.pages.site import Ref

WIDE = 920.0
NARROW = 340.0
GAP = 12.0
_FONT = 13.0
_LEAD = 16.0
_MORE = 20.0


@dataclass
class Box:
    """A placed record: its lines of text, its place, and the boxes one step further out."""

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
        return max(self.height, stack_height(self.next, self.more))


def box(ref: Ref, width: float, node: Node | None = None, *, middle: bool = False) -> Box:
    """A record as a box of ``width`` pixels, with what its node leads on to."""
    lines = wrap(ref.title, width - 20, _FONT, 4 if middle else 3, bold=middle)
    made = Box(ref, lines, width, middle, node)
    if node is not None:
        made.next = [box(n.ref, width, n) for n in node.next]
        made.more = node.more if made.next else 0
    return made


def stack_height(boxes: Sequence[Box], more: int) -> float:
    """Height of boxes one below the other, each with what hangs on it, and of a "+ n more"."""
    return sum(b.span for b in boxes) + GAP * max(len(boxes) - 1, 0) + (_MORE if more else 0)


def place(boxes: Sequence[Box], x: float, y: float, step: float) -> None:
    """Put a column of boxes at ``x`` below ``y``, and what hangs on each one ``step`` further."""
    for one in boxes:
        one.x = x
        one.y = y + (one.span - one.height) / 2
        inner = stack_height(one.next, one.more)
        place(one.next, x + step, y + (one.span - inner) / 2, step)
        y += one.span + GAP


def edges(inner: Box, outer: Sequence[Box], *, outer_left: bool) -> list[Markup]:
    """Lines between a box and those further out, and on from there."""
    parts = []
    for one in outer:
        parts.append(edge(inner, one, outer_left=outer_left))
        parts += edges(one, one.next, outer_left=outer_left)
    return parts


def edge(inner: Box, outer: Box, *, outer_left: bool) -> Markup:
    """A curve between two boxes, with its sign close to the outer one, where lines do not crowd."""
    a, b = (outer, inner) if outer_left else (inner, outer)
    x1, y1 = a.x + a.width, a.y + a.height / 2
    x2, y2 = b.x, b.y + b.height / 2
    bend = (x2 - x1) * 0.55
    path = f"M{num(x1)} {num(y1)}C{num(x1 + bend)} {num(y1)} {num(x2 - bend)} {num(y2)} {num(x2)} {num(y2)}"
    node = outer.node
    tip = el("title", f"{outer.ref.title} {node.said if node is not None else 'bears on'} {inner.ref.title}")
    line = el("path", tip, d=path, class_=edge_class(node), stroke_width=num(line_width(node)))
    if node is None or node.side == "neutral":
        return line
    return el("g", line, sign(x1 + 9 if outer_left else x2 - 9, y1 if outer_left else y2, node.side))


def sign(x: float, y: float, side: str) -> Markup:
    """A small plus or minus on a line."""
    stroke = f"M{num(x - 3.5)} {num(y)}h7" + (f"M{num(x)} {num(y - 3.5)}v7" if side == "for" else "")
    return el(
        "g",
        el("circle", cx=x, cy=y, r=7, class_=f"kb-sign kb-sign--{side}"),
        el("path", d=stroke, class_="kb-sign__mark"),
        aria_hidden="true",
    )


def edge_class(node: Node | None) -> str:
    """Classes of a line."""
    if node is None or node.now is None:
        return "kb-edge kb-edge--part"
    return f"kb-edge kb-edge--{node.side}{' kb-edge--silent' if node.silent else ''}"


def line_width(node: Node | None) -> float:
    """Line width in pixels for a stated weight: 1.5 at nothing, 7 from 20 dB."""
    size = abs(odds.db(node.weight)) if node is not None else 0.0
    return 1.5 + 5.5 * min(size, 20.0) / 20


def draw_deep(one: Box, root: str) -> list[Markup]:
    """A box and all that hangs on it."""
    parts = [draw(one, root)]
    for child in one.next:
        parts += draw_deep(child, root)
    if one.more and one.next:
        last = one.next[-1]
        bottom = max(last.y + last.height, last.y + last.height / 2 + last.span / 2)
        parts.append(more(one.more, last.x, bottom + 15, f"{root}{one.ref.href}"))
    return parts


def more(n: int, x: float, y: float, href: str) -> Markup:
    """A link to what is not drawn."""
    return link(href, label([f"+ {n} more"], x + 4, y, 0, "kb-svg-small kb-svg-link"), title=f"Show {n} more")


def draw(one: Box, root: str) -> Markup:
    """A box: kind and credence on top, the sentence below; a dashed frame when not assessed."""
    view = one.ref.credence
    kind = one.ref.kind
    classes = f"kb-box kb-box--{kind}"
    if view is not None and not view.assessed:
        classes += " kb-box--open"
    if one.middle:
        classes += " kb-box--middle"
    parts = [el("rect", x=one.x + 0.75, y=one.y + 0.75, width=one.width - 1.5, height=one.height - 1.5, rx=4)]
    parts.append(label([kind], one.x + 10, one.y + 17, 0, "kb-svg-kind"))
    said = view.text if view is not None else ""
    if view is not None:
        class_ = "kb-svg-number" if view.assessed else "kb-svg-kind"
        parts.append(label([said], one.x + one.width - 10, one.y + 17, 0, class_, "end"))
    parts.append(label(one.lines, one.x + 10, one.y + 34, _LEAD, "kb-svg-strong" if one.middle else "kb-svg-text"))
    tip = f"{kind}: {one.ref.title}" + (f" ({said})" if said else "")
    if one.middle:
        return el("g", el("title", tip), *parts, class_=classes)
    return link(f"{root}{one.ref.href}", *parts, title=tip, class_=classes)


def stack(
    nodes: Sequence[Node],
    left_out: int,
    target: str,
    parts: list[Markup],
    y: float,
    root: str,
    *,
    depth: int,
    indent: float = 0.0,
) -> float:
    """The form for phones: boxes below ``y``, ties as stems on the left; returns where the next thing may start.

    Args:
        nodes: what to draw.
        left_out: how many are not drawn, and ``target`` where they are.
        parts: the picture so far, added to.
        y: top in pixels.
        root: relative path to the root of the site.
        depth: how many steps further out to draw.
        indent: of this step, in pixels.
    """
    for node in nodes:
        one = box(node.ref, NARROW - 26 - indent)
        one.x, one.y = 26 + indent, y
        middle = y + one.height / 2
        stem = f"M{num(indent + 10)} {num(middle)}H{num(one.x)}"
        line = el("path", d=stem, class_=edge_class(node), stroke_width=num(line_width(node)))
        parts.append(el("g", el("title", f"{node.ref.title} {node.said}"), line))
        if node.side != "neutral":
            parts.append(sign(indent + 10, middle, node.side))
        parts.append(draw(one, root))
        y += one.height + 8
        if node.next and depth > 1:
            href = f"{root}{node.ref.href}"
            y = stack(node.next, node.more, href, parts, y, root, depth=depth - 1, indent=indent + 26)
    if left_out:
        parts.append(more(left_out, 26 + indent, y + 10, target))
        y += 24
    return y + (6 if indent == 0 else 0)
