"""Numbers in words: percentages no more exact than they can be known, shares that add up, bits in plain words."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb import odds
from kb.pages import words

SCRIPT = Path(__file__).parents[1] / "site" / "pages" / "assets" / "js" / "site.js"


@pytest.mark.parametrize(
    ("p", "said"),
    [
        (0, "0%"),
        (3e-7, "under 0.1%"),
        (0.001, "0.1%"),
        (0.0037, "0.4%"),
        (0.0096, "1%"),
        (0.5, "50%"),
        (0.9904, "99%"),
        (0.99048, "99%"),
        (0.999, "99.9%"),
        (0.99713, "99.7%"),
        (0.99905, "over 99.9%"),
        (0.99999, "over 99.9%"),
        (1, "100%"),
    ],
)
def test_a_percentage_is_no_more_exact_than_anybody_can_know(p: float, said: str) -> None:
    assert odds.say_percent(p) == said


@given(st.floats(0, 1), st.floats(0, 1))
def test_a_greater_probability_is_never_said_to_be_less(a: float, b: float) -> None:
    def number(p: float) -> float:
        return float(odds.say_percent(p).removeprefix("under ").removeprefix("over ").removesuffix("%"))

    low, high = sorted((a, b))
    assert number(low) <= number(high)


def test_the_script_of_the_pages_says_percentages_as_python_does() -> None:
    node = shutil.which("node")
    if node is None:
        pytest.skip("needs Node")
    text = SCRIPT.read_text("utf-8")
    begin = text.index("const even")
    code = text[begin : text.index("const factor", begin)]
    ps = [n / 2000 for n in range(2001)] + [n * 1e-5 for n in range(1200)] + [1 - n * 1e-5 for n in range(1200)]
    ps += [0.62499999, 0.625, 0.0025, 0.9975, 0.00095, 0.99905, 1e-9, 1 - 1e-9]
    code += f"process.stdout.write(JSON.stringify({json.dumps(ps)}.map(percent)))"
    said = subprocess.run([node, "-e", code], capture_output=True, text=True, check=True, timeout=60).stdout
    assert json.loads(said) == [odds.say_percent(p) for p in ps]


def test_chances_of_outcomes_add_up_to_a_hundred() -> None:
    assert words.shares([0.366, 0.337, 0.297]) == ["36%", "34%", "30%"]  # each rounded alone: 37 + 34 + 30
    assert words.shares([0.25, 0.75]) == ["25%", "75%"]
    assert words.shares([0.07, 0.4, 0.53]) == ["7%", "40%", "53%"]
    assert words.shares([0.002, 0.998]) == ["under 1%", "over 99%"]
    assert words.shares([0.0, 1.0]) == ["0%", "100%"]


@given(st.lists(st.integers(1, 1000), min_size=2, max_size=8))
def test_each_chance_is_within_one_point_and_all_make_a_hundred(parts: list[int]) -> None:
    ps = [n / sum(parts) for n in parts]
    numbers = [
        {"under 1%": 0, "over 99%": 100}.get(said) if " " in said else int(said.removesuffix("%"))
        for said in words.shares(ps)
    ]
    assert sum(n or 0 for n in numbers) == 100
    assert all(abs((n or 0) - 100 * p) < 1 for n, p in zip(numbers, ps, strict=True))


@pytest.mark.parametrize(
    ("bits", "said"), [(0.45, "much"), (0.19, "a fair amount"), (0.009, "a little"), (0.001, "next to nothing")]
)
def test_bits_have_plain_words(bits: float, said: str) -> None:
    assert words.teaches(bits) == said
