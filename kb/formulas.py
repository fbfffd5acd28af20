"""Formulas of quantities: a small calculator for ``+ - * / **`` and brackets, and every quantity's number.

Nothing is evaluated as Python.  Formulas are contributed text: their size and depth are limited and every failure is a
:class:`FormulaError` with a sentence for people.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from kb import models as m
from kb import vocab
from kb.corpus import Corpus
from kb.errors import KbError

MAX_LENGTH = 200
MAX_DEPTH = 20

_TOKEN = re.compile(
    r"\s*(?:((?:[0-9]+(?:\.[0-9]+)?|\.[0-9]+)(?:[eE][-+]?[0-9]+)?)|([A-Za-z_][A-Za-z0-9_]*)|(\*\*|[-+*/()]))"
)
NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*\Z")


class FormulaError(KbError):
    """A formula that has no finite result; says why and what to write instead."""

    def __init__(self, message: str, hint: str) -> None:
        self.message, self.hint = message, hint
        super().__init__(f"{message}; {hint}")


def _tokens(text: str) -> list[tuple[str, str]]:
    """(kind, text) of each token; kinds are ``number``, ``name`` and ``sign``."""
    if len(text) > MAX_LENGTH:
        raise FormulaError(f"the formula has {len(text)} characters", f"shorten it to {MAX_LENGTH}, or split it in two")
    found, at = [], 0
    while at < len(text.rstrip()):
        match = _TOKEN.match(text, at)
        if match is None:
            odd = text[at:].lstrip()[0]
            hint = "write ** for a power" if odd == "^" else "use names, numbers, + - * / ** and brackets"
            raise FormulaError(f"the formula has {odd!r}", hint)
        number, name, sign = match.groups()
        found.append(("number", number) if number else ("name", name) if name else ("sign", sign))
        at = match.end()
    return found


def names(text: str) -> tuple[str, ...]:
    """Names in a formula, each once, in order of appearance.

    Raises:
        FormulaError: the text holds something that no formula has.
    """
    return tuple(dict.fromkeys(token for kind, token in _tokens(text) if kind == "name"))


class _Reader:
    """Recursive descent with the usual precedence: ``**`` (to the right), signs, ``* /``, ``+ -``."""

    def __init__(self, text: str, inputs: Mapping[str, float]) -> None:
        self.tokens = _tokens(text)
        self.inputs = inputs
        self.at = 0
        self.depth = 0

    def peek(self) -> str:
        return self.tokens[self.at][1] if self.at < len(self.tokens) else ""

    def take(self) -> tuple[str, str]:
        token = self.tokens[self.at]
        self.at += 1
        return token

    def whole(self) -> float:
        value = self.sum()
        if self.peek():
            raise FormulaError(f"the formula goes on after its end with {self.peek()!r}", "check signs and brackets")
        return value

    def sum(self) -> float:
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise FormulaError(f"brackets or signs more than {MAX_DEPTH} deep", "split the formula in two quantities")
        value = self.product()
        while self.peek() in ("+", "-"):
            sign = self.take()[1]
            other = self.product()
            value = value + other if sign == "+" else value - other
        self.depth -= 1
        return value

    def product(self) -> float:
        value = self.signed()
        while self.peek() in ("*", "/"):
            sign = self.take()[1]
            other = self.signed()
            if sign == "/" and other == 0:
                raise FormulaError("the formula divides by 0", "check the inputs")
            value = value * other if sign == "*" else value / other
        return value

    def signed(self) -> float:
        if self.peek() in ("+", "-"):
            self.depth += 1
            if self.depth > MAX_DEPTH:
                raise FormulaError(f"brackets or signs more than {MAX_DEPTH} deep", "leave out what is not needed")
            sign = self.take()[1]
            value = self.signed()
            self.depth -= 1
            return -value if sign == "-" else value
        return self.power()

    def power(self) -> float:
        base = self.atom()
        if self.peek() != "**":
            return base
        self.take()
        exponent = self.signed()
        try:
            result = base**exponent
        except (OverflowError, ZeroDivisionError):
            raise FormulaError("a power in the formula is not finite", "check the inputs") from None
        if isinstance(result, complex):
            raise FormulaError("the formula takes a root of a negative number", "check the inputs")
        return float(result)

    def atom(self) -> float:
        if self.at >= len(self.tokens):
            raise FormulaError("the formula ends too soon", "check signs and brackets")
        kind, token = self.take()
        if kind == "number":
            return float(token)
        if kind == "name":
            if token not in self.inputs:
                raise FormulaError(f"the formula uses {token}, which is not in `inputs`", f"add `{token}:` to `inputs`")
            return self.inputs[token]
        if token == "(":
            value = self.sum()
            if self.peek() != ")":
                raise FormulaError("a bracket is not closed", "add `)`")
            self.take()
            return value
        raise FormulaError(f"the formula has {token!r} where a number or a name is needed", "check signs and brackets")


def evaluate(text: str, inputs: Mapping[str, float]) -> float:
    """Result of a formula; always finite.

    Args:
        text: at most 200 characters: names, decimal numbers, ``+ - * / **`` and brackets.
        inputs: name to number.

    Raises:
        FormulaError: bad syntax, an unknown name, division by 0, or a result that is not a finite real number.
    """
    value = _Reader(text, inputs).whole()
    if not math.isfinite(value):
        raise FormulaError("the result of the formula is not a finite number", "check the inputs")
    return value


def stated(value: float | m.Estimate) -> float:
    """One number for a quantity's value: itself, the median, or the middle of the range (geometric for lognormal)."""
    if not isinstance(value, m.Estimate):
        return value
    if value.median is not None:
        return value.median
    if value.distribution is vocab.Distribution.LOGNORMAL and value.low > 0 and value.high > 0:
        return math.sqrt(value.low) * math.sqrt(value.high)
    return value.low / 2 + value.high / 2


@dataclass(frozen=True, slots=True)
class Unknown:
    """Why a quantity has no number.

    Attributes:
        message, hint: what is wrong and what to write instead; empty when the fault lies in an input (or in a record
            that is missing) and is reported there.
        cycle: ids that need each other, when that is the reason.
    """

    message: str = ""
    hint: str = ""
    cycle: tuple[str, ...] = ()


def quantity_values(corpus: Corpus) -> dict[str, float | Unknown]:
    """Every quantity's number, formulas computed from their inputs, in order of id."""
    quantities = dict(corpus.of(m.Quantity))
    found: dict[str, float | Unknown] = {}
    for start in quantities:
        path: dict[str, None] = {}  # an explicit stack: a chain of inputs may be longer than Python's
        todo = [start]
        while todo:
            id = todo[-1]
            quantity = quantities[id]
            if id in found:
                todo.pop()
            elif quantity.formula is None:
                found[id] = stated(quantity.value) if quantity.value is not None else Unknown()
            elif id in path:  # its inputs are known by now
                found[id] = _compute(quantity, found)
                del path[id]
            else:
                path[id] = None
                open_inputs = [i for i in dict.fromkeys(quantity.inputs.values()) if i in quantities and i not in found]
                again = next((i for i in open_inputs if i in path), None)
                if again is not None:
                    found |= _circle([*path][[*path].index(again) :])
                    path = {i: None for i in path if i not in found}
                todo += open_inputs
    return {id: found[id] for id in quantities}


def _circle(members: list[str]) -> dict[str, float | Unknown]:
    """Quantities that need each other, named from the smallest id on."""
    first = members.index(min(members))
    cycle = (*members[first:], *members[:first])
    return {id: Unknown(cycle=cycle) for id in members}


def _compute(quantity: m.Quantity, known: Mapping[str, float | Unknown]) -> float | Unknown:
    """A formula's result once all its inputs are known."""
    values: dict[str, float] = {}
    for name, id in quantity.inputs.items():
        value = known.get(id, Unknown())
        if isinstance(value, Unknown):
            return Unknown()
        values[name] = value
    try:
        return evaluate(quantity.formula or "", values)
    except FormulaError as error:
        return Unknown(error.message, error.hint)


def rounding(number: float) -> float:
    """How far a computed number may lie from one stated with the digits of ``number``: half a unit of its last digit.

    Trailing zeros of a whole number may be rounding, up to 2.5% (22000 allows 500, 10 allows .5).
    """
    if number == 0:
        return 0.5
    shown = Decimal(repr(number)).normalize()
    exponent = shown.as_tuple().exponent
    assert isinstance(exponent, int)
    half = float(Decimal(5).scaleb(exponent - 1))
    return half if exponent <= 0 else max(0.5, min(half, abs(number) * 0.025))
