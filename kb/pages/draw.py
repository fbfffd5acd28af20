"""Small building blocks of the pictures: SVG elements, escaped text, and lines of text that fit a width.

Colours are classes of the one style sheet, never values, so that a picture follows the page's scheme.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache, lru_cache
from itertools import repeat

from markupsafe import Markup

from kb.pages.escaping import escaped, plain, safe

# Advance widths of Source Sans 3 (OFL) at weights 400 and 600, characters U+0020 to U+007E, in thousandths of an em.
# fmt: off
_REGULAR = (
    200, 289, 426, 497, 497, 824, 609, 249, 303, 303, 418, 497, 249, 311, 249, 350, 497, 497, 497, 497, 497, 497, 497,
    497, 497, 497, 249, 249, 497, 497, 497, 425, 847, 543, 588, 571, 615, 527, 494, 617, 652, 263, 479, 579, 486, 727,
    647, 664, 566, 664, 569, 534, 536, 645, 515, 786, 513, 476, 539, 303, 350, 303, 497, 500, 542, 504, 553, 456, 555,
    496, 292, 504, 544, 246, 247, 495, 255, 829, 547, 542, 555, 555, 347, 419, 338, 544, 467, 719, 446, 467, 425, 303,
    241, 303, 497,
)
_SEMIBOLD = (
    200, 315, 482, 513, 513, 841, 639, 275, 324, 324, 438, 513, 275, 322, 275, 344, 513, 513, 513, 513, 513, 513, 513,
    513, 513, 513, 275, 275, 513, 513, 513, 444, 875, 558, 597, 576, 625, 538, 510, 628, 663, 282, 494, 597, 502, 745,
    657, 674, 582, 674, 592, 545, 546, 655, 536, 800, 541, 501, 540, 324, 344, 324, 513, 500, 549, 516, 563, 462, 564,
    507, 317, 520, 558, 262, 263, 522, 271, 843, 560, 549, 564, 564, 373, 431, 361, 556, 495, 748, 481, 495, 443, 324,
    255, 324, 513,
)
# fmt: on
_OTHER = 600
_FALLBACK_SLACK = 1.06
"""The page may fall back to another sans serif, a little wider than ours."""
_WIDTHS = {
    bold: {chr(32 + i): width * _FALLBACK_SLACK / 1000 for i, width in enumerate(table)}
    for bold, table in ((False, _REGULAR), (True, _SEMIBOLD))
}


@cache
def _attribute(name: str) -> str:
    """A keyword as an attribute's name: ``class_`` is ``class``, ``stroke_width`` is ``stroke-width``."""
    return name.rstrip("_").replace("_", "-")


def _escaped(value: object) -> str:
    return _plain(value) if type(value) is str else escaped(value)


_plain = lru_cache(maxsize=16_384)(plain)
"""Classes, titles and places return again and again."""


def el(name: str, /, *children: str | Markup, **attributes: object) -> Markup:
    """One SVG element; ``None`` attributes are left out, underscores become hyphens, ``class_`` becomes ``class``."""
    opening = f"<{name}"
    for key, value in attributes.items():
        if value is not None:
            kind = type(value)
            text = _plain(value) if kind is str else num(value) if isinstance(value, float) else _escaped(value)
            opening += f' {_attribute(key)}="{text}"'
    if not children:
        return safe(opening + "/>")
    return safe(f"{opening}>{''.join([c if type(c) is Markup else _escaped(c) for c in children])}</{name}>")


def join(parts: Iterable[str | Markup]) -> Markup:
    """Fragments one after the other; plain strings are escaped."""
    return safe("".join([_escaped(part) for part in parts]))


@lru_cache(maxsize=16_384)
def num(x: float) -> str:
    """A coordinate with at most two decimals and no trailing zeros, never ``-0``."""
    text = f"{x:.2f}".rstrip("0").rstrip(".")
    return "0" if text in ("-0", "") else text


def text_width(text: str, size: float, *, bold: bool = False) -> float:
    """Width of ``text`` in pixels at font size ``size``."""
    return _ems(text, bold) * size


@lru_cache(maxsize=16_384)
def _ems(text: str, bold: bool) -> float:
    """Width of ``text`` as a multiple of the font size; words return again and again."""
    return sum(map(_WIDTHS[bold].get, text, repeat(_OTHER / 1000)))


@lru_cache(maxsize=4_096)
def wrap(text: str, width: float, size: float, lines: int, *, bold: bool = False) -> tuple[str, ...]:
    """``text`` broken into at most ``lines`` lines of ``width`` pixels; what does not fit ends in an ellipsis."""
    words = [piece for word in text.split() for piece in _fit_word(word, width, size, bold)]
    space = text_width(" ", size, bold=bold)
    found: list[list[str]] = []
    used = 0.0
    for i, word in enumerate(words):
        long = text_width(word, size, bold=bold)
        if found and used + space + long <= width:
            found[-1].append(word)
            used += space + long
        elif len(found) < lines:
            found.append([word])
            used = long
        else:
            return (
                *(" ".join(line) for line in found[:-1]),
                _ellipsis(" ".join([*found[-1], *words[i:]]), width, size, bold),
            )
    return tuple(" ".join(line) for line in found)


def _fit_word(word: str, width: float, size: float, bold: bool) -> Iterable[str]:
    """A word, cut where it alone is wider than the line."""
    while text_width(word, size, bold=bold) > width and len(word) > 1:
        cut = len(word)
        while cut > 1 and text_width(word[:cut], size, bold=bold) > width:
            cut -= 1
        yield word[:cut]
        word = word[cut:]
    yield word


def _ellipsis(text: str, width: float, size: float, bold: bool) -> str:
    """As much of ``text`` as fits with an ellipsis."""
    while text and text_width(text + "…", size, bold=bold) > width:
        text = text[:-1]
    return text.rstrip(" ,;:–-") + "…"


def label(lines: Iterable[str], x: float, y: float, leading: float, class_: str, anchor: str | None = None) -> Markup:
    """Lines of text from a first baseline at ``y``."""
    at = num(x)
    spans = "".join(
        [f'<tspan x="{at}" y="{num(y + i * leading)}">{_escaped(line)}</tspan>' for i, line in enumerate(lines)]
    )
    aligned = f' text-anchor="{anchor}"' if anchor is not None else ""
    return safe(f'<text class="{_plain(class_)}"{aligned}>{spans}</text>')


def strokes(lines: Iterable[tuple[float, float, float]], class_: str) -> Markup:
    """Upright lines as one element: each a place from the left and its two ends; empty where there is none."""
    path = "".join([f"M{num(x)} {num(a)}V{num(b)}" for x, a, b in lines])
    return safe(f'<path d="{path}" class="{_plain(class_)}"/>' if path else "")


def link(href: str, *children: str | Markup, title: str | None = None, **attributes: object) -> Markup:
    """A link inside a picture, with a title for pointer and screen reader; attributes as in :func:`el`."""
    tip = [el("title", title)] if title else []
    return el("a", *tip, *children, href=href, **attributes)


def picture(
    body: Iterable[Markup],
    width: float,
    height: float,
    *,
    title: str,
    desc: str,
    class_: str,
    id: str,
    **attributes: object,
) -> Markup:
    """A whole picture with its name and its text alternative.

    Args:
        body: the elements.
        width, height: in pixels, at which text has its nominal size.
        title, desc: what it shows, short and in full.
        class_: classes of the style sheet.
        id: of the picture and prefix of the ids inside, unique on the page.
        attributes: further ones, as in :func:`el`.
    """
    return el(
        "svg",
        el("title", title, id=f"{id}-title"),
        el("desc", desc, id=f"{id}-desc"),
        *body,
        id=id,
        class_=class_,
        viewBox=f"0 0 {num(width)} {num(height)}",
        width=num(width),
        height=num(height),
        role="group",
        aria_labelledby=f"{id}-title",
        aria_describedby=f"{id}-desc",
        xmlns="http://www.w3.org/2000/svg",
        **attributes,
    )


@cache
def hatch(id: str) -> Markup:
    """The pattern that marks opposition beside its colour, for greyscale and colour blindness."""
    line = el("path", d="M-1 1 1-1M0 6 6 0M5 7 7 5", class_="kb-hatch__line")
    ground = el("rect", width=6, height=6, class_="kb-hatch__ground")
    pattern = el("pattern", ground, line, id=id, width=6, height=6, patternUnits="userSpaceOnUse")
    return el("defs", pattern)
