"""Text in columns for a terminal: wrapping, cutting and fitting by what a character takes in width."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from decimal import ROUND_HALF_EVEN, Decimal

from rich.cells import cell_len
from rich.text import Text

from kb import odds


def fit(text: str, width: int, *, right: bool = False) -> str:
    """``text`` in exactly ``width`` columns, or longer where it does not fit."""
    space = " " * max(width - cell_len(text), 0)
    padded = space + text if right else text + space
    while cell_len(padded) < width:  # joiners at the end of the text swallow what follows them
        padded += " "
    return padded


def cut(text: str, width: int) -> str:
    """``text`` in at most ``width`` columns, cut with an ellipsis."""
    if cell_len(text) <= width:
        return text
    text = text[: 8 * width]
    while text and cell_len(text.rstrip() + "…") > width:
        text = text[:-1]
    return text.rstrip() + "…"


def add_up(parts: Sequence[float], total: float, digits: int = 2) -> list[str]:
    """Parts of a sum as signed decimals whose sum is exactly the total's, each within one unit of its last place.

    Rounding each part by itself would leave a reader who adds the column up a unit off; the units that are missing
    go to the parts whose rounding cut most off.

    Args:
        parts: the parts, summing to ``total`` up to floating point.
        total: their sum.
        digits: decimals to show.

    Returns:
        The parts and last the total, as text with a sign.
    """
    unit = Decimal(1).scaleb(-digits)
    exact = [Decimal(p) for p in parts]
    shown = [p.quantize(unit, ROUND_HALF_EVEN) for p in exact]
    goal = Decimal(total).quantize(unit, ROUND_HALF_EVEN)
    missing = int((goal - sum(shown, Decimal(0))) / unit)
    step = unit if missing > 0 else -unit
    lost = sorted(range(len(parts)), key=lambda i: ((shown[i] - exact[i]) * (1 if missing > 0 else -1), i))
    for i in lost[: abs(missing)]:
        shown[i] += step
    return [signed(value) for value in (*shown, goal)]


def signed(value: Decimal) -> str:
    """A decimal with its sign; nothing stands for minus zero."""
    return f"{value:+f}" if value else f"{abs(value):f}"


def say_db(nats: float) -> str:
    """A weight in nats as decibans with two decimals, as the sums show it."""
    return f"{signed(Decimal(odds.db(nats)).quantize(Decimal('0.01')))} dB"


def say_range(low: float | None, high: float | None) -> str:
    """An interval of probabilities: ``12-34%``; nothing where there is none."""
    if low is None or high is None:
        return ""
    return f"{odds.say_percent(low).removesuffix('%')}-{odds.say_percent(high)}"


class Sheet:
    """Lines of a page in the making."""

    def __init__(self, width: int) -> None:
        self.width = width
        self.lines: list[Text] = []

    def line(self, *parts: str | tuple[str, str] | Text, indent: int = 0) -> None:
        """One line as it is: text, or (text, style)."""
        self.lines.append(Text.assemble(" " * indent, *parts))

    def blank(self) -> None:
        """An empty line, never two in a row."""
        if self.lines and self.lines[-1].plain:
            self.lines.append(Text())

    def heading(self, text: str) -> None:
        """A heading after an empty line."""
        self.blank()
        self.lines.append(Text(text, style="bold"))

    def wrap(self, text: str, indent: int = 0, style: str = "", first: str = "") -> None:
        """Running text, wrapped; ``first`` starts the first line and the others are indented below it."""
        room = max(self.width - indent - len(first), 24)
        rows = [row for para in text.split("\n") for row in textwrap.wrap(para, room, break_on_hyphens=False)] or [""]
        for n, row in enumerate(rows):
            self.line(first if n == 0 else " " * len(first), (row, style), indent=indent)

    def field(self, name: str, value: str | None, indent: int = 0) -> None:
        """A named value; nothing when there is none."""
        if value:
            self.wrap(value, indent, first=f"{name}: ")
