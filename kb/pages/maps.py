"""The two maps, drawn by our own layout: the neighbourhood of a claim and the tree of a question.

Each comes in a wide form and in a stacked one for phones, of which a style sheet shows one, and as a list in words.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from jinja2.utils import htmlsafe_json_dumps
from markupsafe import Markup

from kb.corpus import Entry
from kb.pages.boxes import (
    GAP,
    MORE,
    NARROW,
    WIDE,
    Box,
    box,
    column,
    draw,
    draw_deep,
    edge_class,
    edges,
    floor,
    line_width,
    more,
    number,
    place,
    stack,
    stack_height,
)
from kb.pages.draw import label, num, picture
from kb.pages.neighbours import Neighbours, Node, ties
from kb.pages.render import render
from kb.pages.site import Ref, Site

_IN_WORDS = "A map of boxes joined by lines; the list below it says the same in words."


@dataclass(frozen=True)
class Drawn:
    """A map in its three forms.

    Attributes:
        wide, narrow: pictures.
        words: nested lists with the same boxes.
    """

    wide: Markup
    narrow: Markup
    words: Markup


def neighbourhood(around: Neighbours, *, root: str) -> Drawn:
    """A claim between what it rests on and what it bears on."""
    lists = [
        ("Rests on", "beneath", around.beneath, around.more_beneath),
        ("Bears on", "above", around.above, around.more_above),
    ]
    words = render("map-list.html.j2", root=root, lists=[x for x in lists if x[2]])
    title = f"What “{around.middle.title}” rests on and what it bears on"
    return Drawn(_wide(around, root, title), _narrow(around, root, title), words)


def _wide(around: Neighbours, root: str, title: str) -> Markup:
    """The neighbourhood from left to right."""
    left, right = _columns(around.beneath), _columns(around.above)
    columns = left + 1 + right
    gap = 48.0 if columns > 3 else 64.0
    width = min((WIDE - gap * (columns - 1)) / columns, 250.0)
    step = width + gap
    middle = box(around.middle, width, middle=True)
    before = [box(n.ref, width, n, side="beneath") for n in around.beneath]
    after = [box(n.ref, width, n, side="above") for n in around.above]
    number(after, number(before, 1))
    heights = (stack_height(before, around.more_beneath), stack_height(after, around.more_above), middle.height)
    height = max(heights)
    middle.x, middle.y = left * step, (height - middle.height) / 2
    place(before, middle.x - step, (height - heights[0]) / 2, -step)
    place(after, middle.x + step, (height - heights[1]) / 2, step)
    parts = [*edges(middle, before, outer_left=True), *edges(middle, after, outer_left=False), draw(middle, root)]
    parts += _column(middle, before, around.more_beneath, "#reasons", "beneath", root)
    parts += _column(middle, after, around.more_above, "#bears-on", "above", root)
    return _picture(parts, step * columns - gap, height + 4, title, "map-wide", gap, root)


def _picture(
    parts: Sequence[Markup], width: float, height: float, title: str, id: str, gap: float, root: str
) -> Markup:
    """A map with what the page's script needs to lay it out again."""
    form = "narrow" if id.endswith("narrow") else "wide"
    return picture(
        parts,
        width,
        height,
        title=title,
        desc=_IN_WORDS,
        class_=f"kb-map kb-{form}",
        id=id,
        data_kb_map=form,
        data_flow="tree" if id.startswith("tree") else "around",
        data_gap=num(gap),
        data_root=root,
    )


def _columns(nodes: Sequence[Node]) -> int:
    """How many columns a side takes."""
    if not nodes:
        return 0
    return 1 + max(_columns(n.next) for n in nodes)


def _column(middle: Box, boxes: Sequence[Box], left_out: int, target: str, side: str, root: str) -> list[Markup]:
    """A side's boxes and its "+ n more"."""
    parts = [part for one in boxes for part in draw_deep(one, root)]
    if left_out and boxes:
        x, y = boxes[-1].x, floor(boxes[-1]) + 17
        parts.append(more(middle, x, y, target, n=left_out, side=side))
    return parts


def _narrow(around: Neighbours, root: str, title: str) -> Markup:
    """The neighbourhood for phones: boxes one below the other."""
    middle = box(around.middle, NARROW, middle=True)
    before, after = column(around.beneath, "beneath"), column(around.above, "above")
    number(after, number(before, 1))
    parts: list[Markup] = []
    y = 0.0
    if before:
        parts.append(label(["Rests on"], 0, 14, 0, "kb-svg-kind"))
        y = stack(before, parts, 24, root, to=around.middle.title)
        y = _stack_more(middle, around.more_beneath, "#reasons", "beneath", parts, y)
    middle.y = y
    parts.append(draw(middle, root))
    y += middle.height + 8
    if after:
        parts.append(label(["Bears on"], 0, y + 16, 0, "kb-svg-kind"))
        y = stack(after, parts, y + 26, root, to=around.middle.title)
        y = _stack_more(middle, around.more_above, "#bears-on", "above", parts, y)
    return _picture(parts, NARROW, y + 4, title, "map-narrow", 0, root)


def _stack_more(middle: Box, n: int, target: str, side: str, parts: list[Markup], y: float) -> float:
    """The "+ n more" of the middle below a stack; returns where the next thing may start."""
    if not n:
        return y
    parts.append(more(middle, 0, y + 10, target, n=n, side=side))
    return y + MORE + 12


def tree(question: Ref, answers: Sequence[Node], *, root: str) -> Drawn:
    """A question, its answers, their reasons and what these rest on, from left to right."""
    title = f"The tree of “{question.title}”"
    stacked = column(answers, "beneath")
    number(stacked, 1)
    low: list[Markup] = []
    y = stack(stacked, low, 0, root, to=question.title)
    narrow = _picture(low, NARROW, y + 4, title, "tree-narrow", 0, root)
    columns = 1 + _columns(answers)
    gap = 44.0
    width = min((WIDE - gap * (columns - 1)) / columns, 250.0)
    step = width + gap
    middle = box(question, width, middle=True)
    boxes = [box(n.ref, width, n, side="beneath") for n in answers]
    number(boxes, 1)
    inner = stack_height(boxes, 0)
    height = max(inner, middle.height)
    middle.y = (height - middle.height) / 2
    place(boxes, step, (height - inner) / 2, step)
    parts = [*edges(middle, boxes, outer_left=False), draw(middle, root), *_column(middle, boxes, 0, "", "", root)]
    wide = _picture(parts, step * columns - gap, height + GAP, title, "tree-wide", gap, root)
    words = render("map-list.html.j2", root=root, lists=[("Answers", "beneath", answers, 0)])
    return Drawn(wide, narrow, words)


def ties_script(site: Site, entry: Entry) -> bytes | None:
    """What opens in place around a record's box: all its ties as a script; ``None`` where there are none.

    Each tie is (id, kind, title, credence, whether assessed, side, classes of the line, its width, the tie in words,
    how much it rests on, how much it bears on).
    """
    sides = {side: [_tie(site, n) for n in ties(site, entry.id, side)] for side in ("beneath", "above")}
    if not any(sides.values()):
        return None
    data, id = htmlsafe_json_dumps(sides), htmlsafe_json_dumps(entry.id)
    return f"(window.counterpoiseTies ||= {{}})[{id}] = {data};\n".encode()


def _tie(site: Site, node: Node) -> list[object]:
    view = node.ref.credence
    return [
        node.ref.id,
        node.ref.kind,
        node.ref.title,
        view.text if view is not None else "",
        int(view is None or view.assessed),
        node.side,
        edge_class(node),
        float(num(line_width(node))),
        node.said,
        len(ties(site, node.ref.id, "beneath")),
        len(ties(site, node.ref.id, "above")),
    ]
