"""The two maps, drawn by our own layout: the neighbourhood of a claim and the tree of a question.

Each comes in a wide form and in a stacked one for phones; a style sheet shows one of them.
"""

from __future__ import annotations

from collections.abc import Sequence

from markupsafe import Markup

from kb.pages.boxes import GAP, NARROW, WIDE, Box, box, draw, draw_deep, edges, more, place, stack, stack_height
from kb.pages.draw import label, picture
from kb.pages.neighbours import Neighbours, Node
from kb.pages.site import Ref


def neighbourhood(around: Neighbours, *, root: str, id: str, narrow: bool) -> Markup:
    """A claim between what it rests on and what it bears on."""
    title = f"What “{around.middle.title}” rests on and what it bears on"
    desc = _describe(around)
    if narrow:
        return _stacked_neighbourhood(around, root, id, title, desc)
    left = _columns(around.beneath)
    right = _columns(around.above)
    columns = left + 1 + right
    gap = 48.0 if columns > 3 else 64.0
    width = min((WIDE - gap * (columns - 1)) / columns, 250.0)
    step = width + gap
    middle = box(around.middle, width, middle=True)
    before = [box(n.ref, width, n) for n in around.beneath]
    after = [box(n.ref, width, n) for n in around.above]
    heights = (stack_height(before, around.more_beneath), stack_height(after, around.more_above), middle.height)
    height = max(heights)
    middle.x, middle.y = left * step, (height - middle.height) / 2
    place(before, middle.x - step, (height - heights[0]) / 2, -step)
    place(after, middle.x + step, (height - heights[1]) / 2, step)
    parts = [*edges(middle, before, outer_left=True), *_outgoing(middle, after)]
    for boxes, left_out, target in (
        (before, around.more_beneath, "#reasons"),
        (after, around.more_above, "#bears-on"),
    ):
        parts += _column(boxes, left_out, target, root)
    parts.append(draw(middle, root))
    return picture(parts, step * columns - gap, height + 4, title=title, desc=desc, class_="kb-map kb-wide", id=id)


def _outgoing(middle: Box, after: Sequence[Box]) -> list[Markup]:
    """Lines from the claim to what it bears on, with the signs at the far end."""
    return edges(middle, after, outer_left=False)


def _columns(nodes: Sequence[Node]) -> int:
    """How many columns a side takes."""
    if not nodes:
        return 0
    return 1 + max(_columns(n.next) for n in nodes)


def _column(boxes: Sequence[Box], left_out: int, target: str, root: str) -> list[Markup]:
    """A side's boxes and its "+ n more"."""
    parts = [part for one in boxes for part in draw_deep(one, root)]
    if left_out and boxes:
        last = boxes[-1]
        bottom = max(last.y + last.height, last.y + last.height / 2 + last.span / 2)
        parts.append(more(left_out, last.x, bottom + 17, target))
    return parts


def _stacked_neighbourhood(around: Neighbours, root: str, id: str, title: str, desc: str) -> Markup:
    """The form for phones: boxes one below the other."""
    parts: list[Markup] = []
    y = 0.0
    if around.beneath:
        parts.append(label(["Rests on"], 0, 14, 0, "kb-svg-kind"))
        y = stack(around.beneath, around.more_beneath, "#reasons", parts, 24, root, depth=2)
    middle = box(around.middle, NARROW, middle=True)
    middle.y = y
    parts.append(draw(middle, root))
    y += middle.height + 8
    if around.above:
        parts.append(label(["Bears on"], 0, y + 16, 0, "kb-svg-kind"))
        y = stack(around.above, around.more_above, "#bears-on", parts, y + 26, root, depth=2)
    return picture(parts, NARROW, y + 4, title=title, desc=desc, class_="kb-map kb-narrow", id=id)


def tree(question: Ref, answers: Sequence[Node], *, root: str, id: str, narrow: bool) -> Markup:
    """A question, its answers, their reasons and what these rest on, from left to right."""
    title = f"The tree of “{question.title}”"
    desc = f"Answers: {'; '.join(_branch(n) for n in answers)}."
    if narrow:
        parts: list[Markup] = []
        y = stack(answers, 0, "", parts, 0, root, depth=2)
        return picture(parts, NARROW, y + 4, title=title, desc=desc, class_="kb-map kb-narrow", id=id)
    columns = 1 + _columns(answers)
    gap = 44.0
    width = min((WIDE - gap * (columns - 1)) / columns, 250.0)
    step = width + gap
    middle = box(question, width, middle=True)
    boxes = [box(n.ref, width, n) for n in answers]
    height = max(stack_height(boxes, 0), middle.height)
    middle.y = (height - middle.height) / 2
    place(boxes, step, (height - stack_height(boxes, 0)) / 2, step)
    drawn = [*edges(middle, boxes, outer_left=False), *_column(boxes, 0, "", root), draw(middle, root)]
    return picture(drawn, step * columns - gap, height + GAP, title=title, desc=desc, class_="kb-map kb-wide", id=id)


def _branch(node: Node) -> str:
    """An answer and its reasons in words."""
    reasons = ", ".join(f"{n.ref.title} {n.said}" for n in node.next)
    said = f" ({node.ref.credence.text})" if node.ref.credence is not None else ""
    return f"{node.ref.title}{said}" + (f", reasons: {reasons}" if reasons else "")


def _describe(around: Neighbours) -> str:
    """The neighbourhood in words."""
    rests = "; ".join(f"{n.ref.title} {n.said}" for n in around.beneath)
    bears = "; ".join(f"{'supports' if n.weight > 0 else 'opposes'} {n.ref.title}" for n in around.above)
    parts = [f"Rests on: {rests}."] if rests else []
    if bears:
        parts.append(f"Bears on: {bears}.")
    return " ".join(parts)
