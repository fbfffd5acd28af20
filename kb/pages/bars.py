"""Credences as pictures on a line from 0 to 100%: the large bar of a page, the small one of lists, a stacked bar.

One grammar everywhere: an upright tick is the base rate, a filled dot the result, the thick line between them the
movement (hatched when it went down), a pale band the interval.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from markupsafe import Markup

from kb.pages import words
from kb.pages.draw import el, hatch, label, picture, strokes
from kb.pages.site import CredenceView, Ref

_PAD = 14.0
_TICKS = (0.0, 0.25, 0.5, 0.75, 1.0)


def large(view: CredenceView, id: str, *, narrow: bool = False) -> Markup:
    """The credence of one claim with base rate, interval and scale, 640 x 80 pixels, or 320 x 80 for phones."""
    width, y = (320.0 if narrow else 640.0), 40.0

    def x(p: float) -> float:
        return _PAD + p * (width - 2 * _PAD)

    parts = [hatch(f"{id}-hatch")]
    parts.append(el("line", x1=x(0), x2=x(1), y1=y, y2=y, class_="kb-axis"))
    parts.append(strokes(((x(p), y - 5, y + 5) for p in _TICKS), "kb-axis"))
    for p in _TICKS:
        where = "start" if p == 0 else "end" if p == 1 else "middle"
        at = x(p) - (_PAD if p == 0 else -_PAD if p == 1 else 0)
        parts.append(label([f"{p:.0%}"], at, y + 34, 0, "kb-svg-small", where))
    if view.assessed:
        if view.low is not None and view.high is not None:
            parts.append(
                el("rect", x=x(view.low), width=x(view.high) - x(view.low), y=y - 12, height=24, class_="kb-interval")
            )
        parts.append(_movement(view, x, y, 10, id))
        parts.append(el("circle", cx=x(view.p), cy=y, r=8, class_=f"kb-dot kb-dot--{view.side}"))
        parts.append(_above(view.text, x(view.p), y - 17, width, "kb-svg-strong"))
    parts.append(el("line", x1=x(view.base), x2=x(view.base), y1=y - 11, y2=y + 11, class_="kb-base"))
    near = view.assessed and abs(x(view.p) - x(view.base)) < (95 if narrow else 110)
    base_y = y + 18 if near or not view.assessed else y - 17
    at = y + 52 if base_y > y else base_y
    parts.append(_above(f"base rate {view.base_text}", x(view.base), at, width, "kb-svg-small"))
    title = f"Credence {view.text}, base rate {view.base_text}"
    desc = sentence(view)
    class_ = f"kb-bar kb-{'narrow' if narrow else 'wide'}"
    return picture(parts, width, 96 if base_y > y else 80, title=title, desc=desc, class_=class_, id=id)


def _above(text: str, x: float, y: float, width: float, class_: str) -> Markup:
    """A label centred at ``x`` where it fits, otherwise pushed inside the picture."""
    where = "start" if x < 60 else "end" if x > width - 60 else "middle"
    at = max(x - 10, 0) if where == "start" else min(x + 10, width) if where == "end" else x
    return label([text], at, y, 0, class_, where)


def _movement(view: CredenceView, x: Callable[[float], float], y: float, height: float, id: str) -> Markup:
    """The thick line from base rate to result."""
    a, b = sorted((x(view.base), x(view.p)))
    fill = f"url(#{id}-hatch)" if view.side == "against" else None
    return el(
        "rect", x=a, width=b - a, y=y - height / 2, height=height, class_=f"kb-move kb-move--{view.side}", fill=fill
    )


def sentence(view: CredenceView) -> str:
    """The bar in words."""
    if not view.assessed:
        return f"Not assessed: no evidence lies beneath it. Its base rate is {view.base_text}."
    moved = {"for": "up", "against": "down"}.get(view.side)
    if moved is None:
        return f"At {view.text}, its base rate."
    between = f", interval {view.range}" if view.range else ""
    return f"Moved {moved} from a base rate of {view.base_text} to {view.text}{between}."


def small(view: CredenceView | None) -> Markup:
    """The same in one line of a table, 96 x 16 pixels; decoration beside the number, hidden from screen readers."""
    width, y, pad = 96.0, 8.0, 6.0
    parts = [el("line", x1=pad, x2=width - pad, y1=y, y2=y, class_="kb-axis")]
    if view is not None:

        def x(p: float) -> float:
            return pad + p * (width - 2 * pad)

        parts.append(el("line", x1=x(0.5), x2=x(0.5), y1=y - 3, y2=y + 3, class_="kb-axis"))
        if view.assessed:
            if view.low is not None and view.high is not None:
                low, high = x(view.low), x(view.high)
                parts.append(el("rect", x=low, width=high - low, y=y - 4, height=8, class_="kb-interval"))
            a, b = sorted((x(view.base), x(view.p)))
            parts.append(el("rect", x=a, width=b - a, y=y - 2, height=4, class_=f"kb-move kb-move--{view.side}"))
            parts.append(el("circle", cx=x(view.p), cy=y, r=4.5, class_=f"kb-dot kb-dot--{view.side}"))
        parts.append(el("line", x1=x(view.base), x2=x(view.base), y1=y - 5, y2=y + 5, class_="kb-base"))
    return el("svg", *parts, class_="kb-spark", viewBox="0 0 96 16", width=96, height=16, aria_hidden="true")


def letter(i: int) -> str:
    """The sign of the i-th answer on its bar and beside its name: ``A``, ``B`` and so on."""
    return chr(ord("A") + i % 26)


def none_of_these(ps: Sequence[float], none: float) -> str:
    """The credence of "none of these" as said beside answers: what is missing to 100% when the answers are rounded.

    Args:
        ps: credences of the answers.
        none: credence of "none of these".
    """
    said = [words.percent(p).removesuffix("%") for p in ps]
    if not all(x.isdigit() for x in said):
        return words.percent(none) if none > 0 else "0%"
    rest = 100 - sum(map(int, said))
    return f"{rest}%" if rest > 0 and abs(rest - 100 * none) < 2 else words.percent(none) if none > 0 else "0%"


def stacked(answers: Sequence[Ref], none: float, id: str, *, narrow: bool = False) -> Markup:
    """Answers of an exclusive question as one bar of shares that sum to 1, 640 or 320 pixels wide.

    An answer that is not assessed takes the share of its base rate, with a broken outline and without a number.

    Args:
        answers: the answers in their order.
        none: credence of "none of these".
        id: prefix of ids.
        narrow: the form for phones.
    """
    width, top, height = (320.0 if narrow else 640.0), 4.0, 40.0
    parts: list[Markup] = []
    at = 0.0
    shares: list[tuple[str, str, str, float, str]] = []
    for i, ref in enumerate(answers):
        view = ref.credence
        known = view is not None and view.assessed
        said = view.text if view is not None else "not assessed"
        shares.append(
            (letter(i), ref.title, said, view.p if view is not None else 0.0, str(i % 6) if known else "none")
        )
    rest = none_of_these([share[3] for share in shares], none)
    shares.append(("", "none of these", rest, none, "none"))
    for sign, title, said, p, kind in shares:
        wide = p * width
        parts.append(
            el(
                "rect",
                el("title", f"{title}: {said}"),
                x=at,
                y=top,
                width=max(wide - 1.5, 0.5),
                height=height,
                class_=f"kb-share kb-share--{kind}",
            )
        )
        short = said if kind != "none" or not sign else ""
        text = f"{sign} {short}".strip()
        if wide > 12 + 8.5 * len(text):
            parts.append(label([text], at + 8, top + 26, 0, f"kb-svg-strong kb-share-text--{kind}"))
        elif sign and wide > 18:
            parts.append(label([sign], at + 5, top + 26, 0, f"kb-svg-strong kb-share-text--{kind}"))
        at += wide
    desc = "; ".join(f"{title}: {said}" for _, title, said, _, _ in shares)
    class_ = f"kb-stack kb-{'narrow' if narrow else 'wide'}"
    return picture(parts, width, height + 8, title="Credences of the answers", desc=desc, class_=class_, id=id)
