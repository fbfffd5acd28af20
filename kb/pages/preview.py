"""Pictures for link previews, 1200 x 630 pixels: the whole map, and each question with its answers as bars.

A picture is first described, then drawn: the description's digest tells whether it must be drawn again.  Fonts are the
site's own; the same description gives the same bytes.
"""

from __future__ import annotations

import hashlib
import io
import json
import zlib
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from functools import cache, lru_cache
from types import MappingProxyType

from PIL import Image, ImageColor, ImageDraw, ImageFont, __version__

from kb import models as m
from kb.corpus import Entry
from kb.pages import cite, words
from kb.pages.question import Standing, standing
from kb.pages.site import Site

WIDTH, HEIGHT = 1200, 630
WHOLE = "_whole"
"""Name of the picture of the whole map, which no record can have."""
SANS, SERIF = "source-sans-3.woff2", "source-serif-4.woff2"
DRAWN = 4
"""Raised when the same description is drawn otherwise, so that pictures kept from before are drawn again."""
LEGEND = "dot: credence; tick: base rate; band: interval"
TITLE_SIZES = (50, 46, 42)
"""The largest at which the title takes fewest rows is used."""
ANSWERS = 4
QUESTIONS = 4
_PAPER, _INK, _SOFT, _RULE = "#fbfaf6", "#1c2230", "#535a69", "#dfdbd0"
_FOR, _AGAINST, _OPEN, _INTERVAL = "#1c659c", "#cf6f1f", "#8d9097", "#d9d6cd"
_COLOURS = 256
"""So many are kept of the edges of letters; none moves by more than a shade, and the file is a third as large."""
_SHADE = 3
"""How far, of 255, a kept colour may lie from the ink that it stands for."""
_MARGIN = 64
_TRACK = (744, 1016)
"""Where a bar lies between 0 and 100%."""


@dataclass(frozen=True)
class Line:
    """An answer, or a question with its likeliest answer; numbers are ``None`` where nothing is assessed."""

    text: str
    number: str
    p: float | None
    base: float | None
    low: float | None
    high: float | None


@dataclass(frozen=True)
class Preview:
    """All that a picture shows.

    Attributes:
        path: below the root of the site.
        kicker, title: above the lines.
        lines: with a bar each; ``more`` says how many are left out.
        foot: name and date.
    """

    path: str
    kicker: str
    title: str
    lines: tuple[Line, ...]
    more: str
    foot: tuple[str, str]

    def digest(self, fonts: Mapping[str, bytes]) -> str:
        """Digest of the description, the fonts and the program that draws."""
        made = hashlib.sha256(json.dumps([DRAWN, __version__, asdict(self)], sort_keys=True).encode())
        for name in sorted(fonts):
            made.update(hashlib.sha256(fonts[name]).digest())
        return made.hexdigest()


Draw = Callable[[Preview], bytes]
"""Draws a picture, or finds it where it was kept."""
NO_FONTS: Mapping[str, bytes] = MappingProxyType({})


def of_all(site: Site) -> Preview:
    """The picture of the whole map."""
    stands = [standing(site, entry) for entry in site.questions]
    claims = sum(1 for _ in site.corpus.of(m.Claim, active=True))
    kicker = f"{words.count(len(stands), 'question')}, {words.count(claims, 'claim')}, and the sums behind the numbers"
    lines = tuple(_of_question(one) for one in stands[:QUESTIONS])
    title = "Where does the debate about AI progress stand?"
    return Preview(
        cite.picture_path(WHOLE), kicker, title, lines, _more(len(stands) - QUESTIONS, "question"), _foot(site)
    )


def of_question(site: Site, entry: Entry) -> Preview:
    """The picture of a question."""
    one = standing(site, entry)
    answers = tuple(_of_answer(one, i) for i in range(min(len(one.answers), ANSWERS)))
    kicker = f"{words.count(len(one.answers), 'answer')}, {words.count(one.items, 'item')} of evidence"
    more = _more(len(one.answers) - ANSWERS, "answer")
    return Preview(cite.picture_path(entry.id), kicker, one.ref.title, answers, more, _foot(site))


def _foot(site: Site) -> tuple[str, str]:
    return site.settings.name, site.settings.revised or ""


def _more(n: int, what: str) -> str:
    return f"+{words.count(n, f'more {what}')}" if n > 0 else ""


def _of_answer(one: Standing, i: int) -> Line:
    answer = one.answers[i].ref
    view = answer.credence
    if view is None or not view.assessed:
        return Line(answer.title, "not assessed", None, None, None, None)
    return Line(answer.title, view.text, view.p, view.base, view.low, view.high)


def _of_question(one: Standing) -> Line:
    """A question with the bar of its likeliest answer."""
    if not one.assessed:
        return Line(one.ref.title, "not assessed", None, None, None, None)
    best = _of_answer(one, 0)
    return Line(f"{one.ref.title}\n{best.text}", best.number, best.p, best.base, best.low, best.high)


def draw(preview: Preview, fonts: Mapping[str, bytes] = NO_FONTS) -> bytes:
    """A picture as PNG.

    Args:
        preview: what it shows.
        fonts: the site's fonts by file name, :data:`SANS` and :data:`SERIF`;
            Pillow's own where there is none.
    """
    image = Image.new("RGB", (WIDTH, HEIGHT), _PAPER)
    pen = ImageDraw.Draw(image)

    def font(name: str, size: int, weight: int) -> ImageFont.FreeTypeFont:
        return _font(fonts.get(name), size, weight)

    pen.text((_MARGIN, 62), preview.kicker, font=font(SANS, 26, 500), fill=_SOFT, anchor="ls")
    y = 80
    width = WIDTH - 2 * _MARGIN
    set_in = [(size, _wrapped(preview.title, font(SERIF, size, 650), width, 2)) for size in TITLE_SIZES]
    size, rows = min(set_in, key=lambda made: (made[1][-1].endswith("…"), len(made[1]), -made[0]))
    for row in rows:
        y += round(size * 1.16)
        pen.text((_MARGIN, y), row, font=font(SERIF, size, 650), fill=_INK, anchor="ls")
    top, bottom = y + 34, HEIGHT - 92
    pitch = min((bottom - top) / max(len(preview.lines) + bool(preview.more) * 0.5, 1), 104.0)
    for i, line in enumerate(preview.lines):
        _line(pen, line, round(top + pitch * (i + 0.5)), font)
    if preview.more:
        at = round(top + pitch * len(preview.lines) + pitch * 0.25)
        pen.text((_MARGIN, at), preview.more, font=font(SANS, 24, 400), fill=_SOFT, anchor="lm")
    pen.line([(_MARGIN, HEIGHT - 78), (WIDTH - _MARGIN, HEIGHT - 78)], fill=_RULE, width=2)
    _mark(pen, _MARGIN, HEIGHT - 60)
    name, day = preview.foot
    pen.text((_MARGIN + 50, HEIGHT - 40), name, font=font(SERIF, 30, 680), fill=_INK, anchor="lm")
    pen.text((WIDTH / 2 + 60, HEIGHT - 40), LEGEND, font=font(SANS, 22, 400), fill=_SOFT, anchor="mm")
    pen.text((WIDTH - _MARGIN, HEIGHT - 40), day, font=font(SANS, 26, 400), fill=_SOFT, anchor="rm")
    out = io.BytesIO()
    few = _with_few_colours(image)
    few.save(out, "PNG", compress_level=6, compress_type=zlib.Z_DEFAULT_STRATEGY)
    return out.getvalue()


def _with_few_colours(image: Image.Image) -> Image.Image:
    """A picture with its own inks as they are, and some of the shades at the edges of letters."""
    few = image.quantize(_COLOURS, Image.Quantize.FASTOCTREE, dither=Image.Dither.NONE)
    palette = few.getpalette() or []
    for ink in map(ImageColor.getrgb, (_PAPER, _INK, _SOFT, _RULE, _FOR, _AGAINST, _OPEN, _INTERVAL)):
        for i in range(0, len(palette), 3):
            if all(abs(a - b) <= _SHADE for a, b in zip(palette[i : i + 3], ink, strict=False)):
                palette[i : i + 3] = ink[:3]
    few.putpalette(palette)
    return few


def _line(
    pen: ImageDraw.ImageDraw, line: Line, y: int, font: Callable[[str, int, int], ImageFont.FreeTypeFont]
) -> None:
    """An answer with its bar and number, centred at ``y``."""
    first, _, second = line.text.partition("\n")
    width = _TRACK[0] - _MARGIN - 32
    rows = [
        (row, 400 if second else 500, _SOFT if second else _INK)
        for row in _wrapped(first, font(SANS, 26, 500), width, 1 if second else 2)
    ]
    rows += [(row, 600, _INK) for row in _wrapped(second, font(SANS, 26, 600), width, 1)]
    for i, (row, weight, ink) in enumerate(rows):
        at = y + round((i - (len(rows) - 1) / 2) * 32)
        pen.text((_MARGIN, at), row, font=font(SANS, 26, weight), fill=ink, anchor="lm")
    left, right = _TRACK

    def x(p: float) -> int:
        return round(left + p * (right - left))

    if line.p is None or line.base is None:
        pen.text((WIDTH - _MARGIN, y), line.number, font=font(SANS, 26, 400), fill=_SOFT, anchor="rm")
        return
    pen.line([(left, y), (right, y)], fill=_OPEN, width=2)
    for p in (0.0, 0.5, 1.0):
        pen.line([(x(p), y - 6), (x(p), y + 6)], fill=_OPEN, width=2)
    if line.low is not None and line.high is not None:
        pen.rectangle([x(line.low), y - 15, x(line.high), y + 15], fill=_INTERVAL)
        pen.line([(x(line.low), y), (x(line.high), y)], fill=_OPEN, width=2)
    colour = _FOR if line.p > line.base else _AGAINST if line.p < line.base else _OPEN
    low, high = sorted((line.base, line.p))
    pen.rectangle([x(low), y - 5, x(high), y + 5], fill=colour)
    pen.rectangle([x(line.base) - 2, y - 17, x(line.base) + 1, y + 17], fill=_INK)
    pen.ellipse([x(line.p) - 13, y - 13, x(line.p) + 13, y + 13], fill=_PAPER)
    pen.ellipse([x(line.p) - 11, y - 11, x(line.p) + 11, y + 11], fill=colour)
    pen.text((WIDTH - _MARGIN, y), line.number, font=font(SANS, 36, 650), fill=_INK, anchor="rm")


def _mark(pen: ImageDraw.ImageDraw, x: int, y: int) -> None:
    """The site's mark, a balance, 40 pixels wide."""

    def at(*points: float) -> list[tuple[float, float]]:
        return [(x + a * 1.43, y + b * 1.43) for a, b in zip(points[::2], points[1::2], strict=True)]

    for line in (at(3, 12.2, 25, 6.6), at(14, 9.4, 14, 24), at(8.5, 24, 19.5, 24)):
        pen.line(line, fill=_INK, width=3)
    pen.ellipse(at(1.2, 13, 8, 19.8), fill=_FOR)
    pen.rectangle(at(20.2, 8.6, 26.2, 14.6), fill=_AGAINST)


def _wrapped(text: str, font: ImageFont.FreeTypeFont, width: int, rows: int) -> list[str]:
    """``text`` in at most ``rows`` rows of ``width`` pixels; what does not fit ends in an ellipsis."""
    found: list[str] = []
    used, space = 0.0, _length(font, " ")
    for word in text.split():
        wide = _length(font, word)
        if found and used + space + wide <= width:
            found[-1] += f" {word}"
            used += space + wide
        elif len(found) < rows:
            found.append(word)
            used = wide
        else:
            found[-1] = _cut(f"{found[-1]} {word}", font, width)
            break
    return [_cut(row, font, width) if font.getlength(row) > width else row for row in found]


@lru_cache(maxsize=16_384)
def _length(font: ImageFont.FreeTypeFont, word: str) -> float:
    """Width of a word in pixels; the same words return in every title."""
    return font.getlength(word)


def _cut(text: str, font: ImageFont.FreeTypeFont, width: int) -> str:
    while text and font.getlength(text + "…") > width:
        text = text[:-1]
    return text.rstrip(" ,;:.–-") + "…"


@cache
def _font(data: bytes | None, size: int, weight: int) -> ImageFont.FreeTypeFont:
    """A weight of a variable font; laid out the simple way, which is the same on every machine."""
    if data is None:
        plain = ImageFont.load_default(size)
        assert isinstance(plain, ImageFont.FreeTypeFont)
        return plain
    made = ImageFont.truetype(io.BytesIO(data), size, layout_engine=ImageFont.Layout.BASIC)
    made.set_variation_by_axes([weight])
    return made
