"""Formulas of quantities: the calculator, its limits, and numbers computed from other numbers."""

from __future__ import annotations

import contextlib
import gc
import math
import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kb import models as m
from kb.formulas import FormulaError, Unknown, evaluate, names, quantity_values, rounding, stated
from kb.load import load


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1 + 2 * 3", 7),
        ("(1 + 2) * 3", 9),
        ("2 ** 3 ** 2", 512),
        ("-2 ** 2", -4),
        ("(-2) ** 2", 4),
        ("2 ** -1", 0.5),
        ("10 - 4 - 3", 3),
        ("24 / 4 / 2", 3),
        ("2 * -3", -6),
        ("- - 3", 3),
        ("+3", 3),
        ("1e3 + .5 * 4", 1002),
        ("1.5e-3 * 2", 0.003),
        ("22000 / 6930", 22000 / 6930),
        ("a * b", 15.75),
        ("a_1**2", 16),
        ("  a  ", 3.5),
    ],
)
def test_arithmetic(text: str, value: float) -> None:
    assert evaluate(text, {"a": 3.5, "b": 4.5, "a_1": 4.0}) == pytest.approx(value, rel=1e-15)


@settings(max_examples=300, deadline=None, derandomize=True)
@given(st.recursive(
    st.sampled_from(["1", "2.5", "7", "0.5"]),
    lambda inner: st.tuples(inner, st.sampled_from("+-*/"), inner).map(lambda t: f"({t[0]} {t[1]} {t[2]})"),
    max_leaves=8,
))  # fmt: skip
def test_it_agrees_with_python(text: str) -> None:
    try:
        expected = eval(text, {"__builtins__": {}})  # noqa: S307 - made of four numbers and four signs
    except ZeroDivisionError:
        with pytest.raises(FormulaError, match="divides by 0"):
            evaluate(text, {})
        return
    assert evaluate(text, {}) == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "ends too soon"),
        ("1 +", "ends too soon"),
        ("(1", "not closed"),
        ("1)", "goes on after its end"),
        ("1 2", "goes on after its end"),
        ("a", "not in `inputs`"),
        ("1 / 0", "divides by 0"),
        ("0 ** -1", "not finite"),
        ("10 ** 400", "not finite"),
        ("9 ** 9 ** 9 ** 9", "not finite"),
        ("1e308 * 10", "not a finite number"),
        ("(-2) ** 0.5", "root of a negative number"),
        ("2 ^ 3", r"'\^'"),
        ("2 % 3", "'%'"),
        ("2 // 3", "where a number or a name is needed"),
        ("f(2)", "not in `inputs`"),
        ("2(3)", "goes on after its end"),
        ("().__class__", "'.'"),
        ("a.b", "'.'"),
        ("'x'", '"\'"'),
        ("1; 2", "';'"),
        ("1" * 201, "201 characters"),
        ("(" * 60 + "1" + ")" * 60, "deep"),
        ("-" * 150 + "1", "deep"),
        ("2" + "**2" * 60, "not finite"),
        ("*", "where a number"),
        ("²", "'²'"),
        ("١", "'١'"),
    ],
)
def test_what_is_refused(text: str, message: str) -> None:
    with pytest.raises(FormulaError, match=message) as caught:
        evaluate(text, {})
    assert caught.value.hint


@settings(max_examples=500, deadline=None, derandomize=True)
@given(st.text(alphabet="0123456789.eEab+-*/() _", max_size=60) | st.text(max_size=40))
def test_any_text_is_a_number_or_an_error(text: str) -> None:
    gc.disable()  # what other tests left behind is not tidied up within the time
    try:
        began = time.process_time()
        with contextlib.suppress(FormulaError):
            assert math.isfinite(evaluate(text, {"a": 2.0, "b": 3.0}))
        assert time.process_time() - began < 0.5
    finally:
        gc.enable()


def test_names_are_given_once_in_order() -> None:
    assert names("b * (a + b) ** c_2") == ("b", "a", "c_2")


@pytest.mark.parametrize(
    ("value", "one"),
    [
        (3.5, 3.5),
        (m.Estimate(low=1.0, median=2.0, high=9.0), 2.0),
        (m.Estimate(low=1.0, high=9.0), 5.0),
        (m.Estimate.model_validate_json('{"low": 1, "high": 9, "distribution": "lognormal"}'), 3.0),
        (m.Estimate.model_validate_json('{"low": -1, "high": 9, "distribution": "lognormal"}'), 4.0),
    ],
)
def test_one_number_for_a_value(value: float | m.Estimate, one: float) -> None:
    assert stated(value) == pytest.approx(one)


@pytest.mark.parametrize(
    ("number", "half"),
    [(3.0, 0.5), (3.17, 0.005), (15.8, 0.05), (10.0, 0.5), (200.0, 5.0), (22000.0, 500.0), (0.04, 0.005)],
)
def test_rounding_allows_half_a_unit_of_the_last_digit(number: float, half: float) -> None:
    assert rounding(number) == pytest.approx(half)
    assert rounding(-number) == pytest.approx(half)


def quantities(tmp_path: Path, **bodies: str) -> dict[str, float | Unknown]:
    """Values of quantities that are given as the last lines of their files."""
    head = "kind: quantity\ntitle: A number\nmetric: size\nunit: cups\nbasis: derived\n"
    folder = tmp_path / "claims" / "kettles"
    folder.mkdir(parents=True)
    for name, body in bodies.items():
        (folder / f"{name}.yaml").write_text(head + body)
    loaded = load(tmp_path / "claims")
    assert loaded.findings == ()
    return quantity_values(loaded.corpus)


def test_formulas_over_formulas(tmp_path: Path) -> None:
    values = quantities(
        tmp_path,
        a="formula: b + c\ninputs: {b: b, c: c}\n",
        b="formula: c * 2\ninputs: {c: c}\n",
        c="value: 3\n",
    )
    assert values == {"a": 9.0, "b": 6.0, "c": 3.0}


def test_a_fault_is_told_where_it_lies_and_spreads_silently(tmp_path: Path) -> None:
    values = quantities(
        tmp_path,
        a="formula: b + 1\ninputs: {b: b}\n",
        b="formula: 1 / (c - c)\ninputs: {c: c}\n",
        c="value: 3\n",
        d="formula: e + 1\ninputs: {e: nowhere}\n",
    )
    assert values["a"] == Unknown()
    assert values["b"] == Unknown("the formula divides by 0", "check the inputs")
    assert values["d"] == Unknown()


def test_circles_are_named_and_what_rests_on_them_is_unknown(tmp_path: Path) -> None:
    values = quantities(
        tmp_path,
        a="formula: b + c\ninputs: {b: b, c: c}\n",
        b="formula: c + 1\ninputs: {c: c}\n",
        c="formula: b + 1\ninputs: {b: b}\n",
        d="formula: d + 1\ninputs: {d: d}\n",
        e="value: 1\n",
    )
    assert values["b"] == values["c"] == Unknown(cycle=("b", "c"))
    assert values["d"] == Unknown(cycle=("d",))
    assert values["a"] == Unknown()
    assert values["e"] == 1.0


def test_a_chain_longer_than_the_stack(tmp_path: Path) -> None:
    bodies = {f"n{n:04}": f"formula: x + 1\ninputs: {{x: n{n + 1:04}}}\n" for n in range(1200)}
    values = quantities(tmp_path, **bodies, n1200="value: 0\n")
    assert values["n0000"] == 1200.0
