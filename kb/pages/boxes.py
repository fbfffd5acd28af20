"""Boxes and the lines between them: what the maps are made of.

Support is a full line with a plus, opposition a dashed one with a minus; the stated weight is the line's width; a pale
line adds nothing yet.  Boxes, lines and "+ n more" are numbered, so that the page's script can open what is not drawn
and lay everything out again by the same rules (``assets/js/map.js``): a change here is a change there.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache

from markupsafe import Markup

from kb import odds
from kb.pages.draw import el, join, label, link, num, wrap
from kb.pages.neighbours import Node
from kb.pages.site import Ref

WIDE = 920.0
NARROW = 340.0
GAP = 12.0
MORE = 22.0
INDENT = 26.0
_FONT = 13.0
_LEAD = 16.0


@dataclass
class Box:
    """A placed record: its lines of text, its place, and the boxes one step further out.

    Attributes:
        ref, node: the record and its tie to the box nearer the middle.
        lines: its title, broken.
        width, x, y: in pixels.
        middle: whether it is the one in the middle.
        side: ``beneath`` or ``above`` the middle, empty for the middle itself.
        number, parent: counted from the middle, which is 0.
        next, more: boxes that hang on it, and how many are not drawn.
    """

    ref: Ref
    lines: tuple[str, ...]
    width: float
    middle: bool = False
    node: Node | None = None
    side: str = ""
    number: int = 0
    parent: int = 0
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
        """Height of the box together with what hangs on it, or with the line that says how much does."""
        if self.next:
            return max(self.height, stack_height(self.next, self.more))
        return self.height + (MORE if self.more else 0)

    def walk(self) -> Iterator[Box]:
        """This box and all that hang on it, in reading order."""
        yield self
        for one in self.next:
            yield from one.walk()


def box(ref: Ref, width: float, node: Node | None = None, *, side: str = "", middle: bool = False) -> Box:
    """A record as a box of ``width`` pixels, with what its node leads on to."""
    lines = wrap(ref.title, width - 20, _FONT, 4 if middle else 3, bold=middle)
    made = Box(ref, lines, width, middle, node, side)
    if node is not None:
        made.next = [box(n.ref, width, n, side=side) for n in node.next]
        made.more = node.more
    return made


def number(boxes: Sequence[Box], first: int, parent: int = 0) -> int:
    """Count boxes in reading order from ``first``; returns the next free number."""
    for one in boxes:
        one.number, one.parent = first, parent
        first = number(one.next, first + 1, one.number)
    return first


def stack_height(boxes: Sequence[Box], more: int) -> float:
    """Height of boxes one below the other, each with what hangs on it, and of a "+ n more"."""
    return sum(b.span for b in boxes) + GAP * max(len(boxes) - 1, 0) + (MORE if more else 0)


def place(boxes: Sequence[Box], x: float, y: float, step: float) -> None:
    """Put a column of boxes at ``x`` below ``y``, and what hangs on each one ``step`` further."""
    for one in boxes:
        own = one.height if one.next else one.span
        one.x = x
        one.y = y + (one.span - own) / 2
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
    return line(outer, inner.ref.title, path, x1 + 9 if outer_left else x2 - 9, y1 if outer_left else y2)


def line(outer: Box, to: str, path: str, x: float, y: float) -> Markup:
    """A line along ``path`` with its sign at a point, and the tie in words."""
    node = outer.node
    source, target = (to, outer.ref.title) if outer.side == "above" else (outer.ref.title, to)
    if node is None or (node.now is None and not node.premise):
        tip = el("title", f"{outer.ref.title} is an answer to {to}")
    else:
        tip = el("title", f"{source} {node.said} {target}")
    drawn = el("path", tip, d=path, class_=edge_class(node), stroke_width=num(line_width(node)))
    signs = [] if node is None or node.side == "neutral" else [sign(x, y, node.side)]
    return el("g", drawn, *signs, data_line=outer.number)


def sign(x: float, y: float, side: str) -> Markup:
    """A small plus or minus on a line."""
    return el("g", _sign(side), transform=f"translate({num(x)} {num(y)})", aria_hidden="true")


@cache
def _sign(side: str) -> Markup:
    stroke = "M-3.5 0h7" + ("M0-3.5v7" if side == "for" else "")
    circle = el("circle", r=7, class_=f"kb-sign kb-sign--{side}")
    return join([circle, el("path", d=stroke, class_="kb-sign__mark")])


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
    if one.more:
        x, bottom = (one.next[-1].x, floor(one.next[-1])) if one.next else (one.x, one.y + one.height)
        parts.append(more(one, x, bottom + 17, f"{root}{one.ref.href}"))
    return parts


def floor(last: Box) -> float:
    """Where a column ends whose last box this is."""
    return last.y + (max(last.height, (last.height + last.span) / 2) if last.next else last.span)


def more(of: Box, x: float, y: float, href: str, *, n: int | None = None, side: str | None = None) -> Markup:
    """A link to what is not drawn: the rest of a column, or all that a box rests or bears on."""
    n, side = of.more if n is None else n, side or of.side
    said = f"+ {n} more" if of.next or of.middle else f"{'rests' if side == 'beneath' else 'bears'} on {n}"
    verb = "rests on" if side == "beneath" else "bears on"
    ground = el("rect", x=0.0, y=-16.0, width=104.0, height=24.0, class_="kb-more__ground")
    return link(
        href,
        ground,
        label([said], 4, 0, 0, "kb-svg-small kb-svg-link"),
        title=f"{n} {'more ' if of.next or of.middle else ''}that “{of.ref.title}” {verb}",
        class_="kb-more",
        data_more=of.number,
        data_side=side,
        data_n=n,
        transform=f"translate({num(x)} {num(y)})",
    )


def draw(one: Box, root: str) -> Markup:
    """A box: kind and credence on top, the sentence below; a dashed frame when not assessed."""
    view = one.ref.credence
    kind = one.ref.kind
    classes = f"kb-box kb-box--{kind}"
    if view is not None and not view.assessed:
        classes += " kb-box--open"
    if one.middle:
        classes += " kb-box--middle"
    parts = [el("rect", x=0.75, y=0.75, width=one.width - 1.5, height=one.height - 1.5, rx=4)]
    parts.append(label([kind], 10, 17, 0, "kb-svg-kind"))
    said = view.text if view is not None else ""
    if view is not None:
        class_ = "kb-svg-number" if view.assessed else "kb-svg-kind"
        parts.append(label([said], one.width - 10, 17, 0, class_, "end"))
    parts.append(label(one.lines, 10, 34, _LEAD, "kb-svg-strong" if one.middle else "kb-svg-text"))
    tip = f"{kind}: {one.ref.title}" + (f" ({said})" if said else "")
    if one.node is not None and (one.node.premise or one.node.now is not None):
        tip += f", {one.node.said_of(one.side)}"
    place = {"transform": f"translate({num(one.x)} {num(one.y)})", "data_box": one.number, "data_id": one.ref.id}
    place["data_title"] = one.ref.title
    if one.middle:
        return el("g", el("title", tip), *parts, class_=classes, **place)
    place |= {"data_of": one.parent, "data_side": one.side}
    return link(f"{root}{one.ref.href}", *parts, title=tip, class_=classes, **place)


def stack(boxes: Sequence[Box], parts: list[Markup], y: float, root: str, *, to: str, indent: float = 0.0) -> float:
    """The form for phones: boxes below ``y``, ties as stems on the left; returns where the next thing may start.

    Args:
        boxes: what to draw, made with :func:`column`.
        parts: the picture so far, added to.
        y: top in pixels.
        root: relative path to the root of the site.
        to: title of what they hang on.
        indent: of this step, in pixels.
    """
    for one in boxes:
        one.x, one.y = INDENT + indent, y
        middle = y + one.height / 2
        stem = f"M{num(indent + 10)} {num(middle)}H{num(one.x)}"
        parts.append(line(one, to, stem, indent + 10, middle))
        parts.append(draw(one, root))
        y += one.height + 8
        y = stack(one.next, parts, y, root, to=one.ref.title, indent=indent + INDENT)
        if one.more:
            x = INDENT + indent + (INDENT if one.next else 0)
            parts.append(more(one, x, y + 10, f"{root}{one.ref.href}"))
            y += 28
    return y + (6 if indent == 0 and boxes else 0)


def column(nodes: Sequence[Node], side: str, indent: float = 0.0) -> list[Box]:
    """Boxes for phones: each step further out is a little narrower."""
    found = []
    for node in nodes:
        made = box(node.ref, NARROW - INDENT - indent, side=side)
        made.node, made.more = node, node.more
        made.next = column(node.next, side, indent + INDENT)
        found.append(made)
    return found
