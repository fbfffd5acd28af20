"""Formulas of quantities."""

from __future__ import annotations

from collections.abc import Iterator

from kb import models as m
from kb import vocab
from kb.corpus import Corpus
from kb.errors import Finding, Level
from kb.formulas import NAME, FormulaError, Unknown, names, quantity_values, rounding
from kb.rules._base import Family, Reporter

report = Reporter(__name__, Family.QUANTITY, Level.ERROR)


def check(corpus: Corpus) -> Iterator[Finding]:
    """A formula can be computed from its inputs, uses all of them, and gives what the source states.

    A derived number that does not follow from its inputs misleads everyone downstream.  Use the names given in
    ``inputs``, decimal numbers, ``+ - * / **`` and brackets; ``states`` is the result as the source gives it, and
    half a unit of its last digit is allowed for rounding.  Figures of speech (``basis: rhetorical``) are no inputs.
    """
    values = quantity_values(corpus)
    for id, quantity in corpus.of(m.Quantity):
        entry = corpus[id]
        if quantity.formula is None:
            if quantity.states is not None:
                yield report(
                    entry,
                    ("states",),
                    "`states` without a formula",
                    "write the number as `value`, or add `formula` and `inputs`",
                )
            continue
        try:
            used = names(quantity.formula)
        except FormulaError as error:
            yield report(entry, ("formula",), error.message, error.hint)
            continue
        unknown = [name for name in used if name not in quantity.inputs]
        for name in unknown:
            yield report(
                entry,
                ("formula",),
                f"the formula uses {name}, which is not in `inputs`",
                f"add `{name}:` with a quantity to `inputs`, or use one of {', '.join(quantity.inputs)[:200]}",
            )
        for name, input_id in quantity.inputs.items():
            target = corpus.entries.get(input_id)
            if not NAME.match(name):
                hint = "use letters, digits and underscores, starting with a letter"
                yield report(entry, ("inputs", name), f"{name[:40]!r} cannot stand in a formula", hint, key=True)
            elif name not in used:
                hint = "use it, or take it out"
                yield report(entry, ("inputs", name), f"the formula does not use {name}", hint, key=True)
            elif target is not None and target.record.get("basis") is vocab.Basis.RHETORICAL:
                yield report(
                    entry,
                    ("inputs", name),
                    f"{input_id} is a figure of speech (basis: rhetorical)",
                    "take a measured or estimated quantity instead",
                )
        value = values[id]
        if isinstance(value, Unknown):
            if value.cycle:
                circle = " > ".join((*value.cycle, value.cycle[0]))
                message, hint = f"the quantities need each other: {circle}", "give one of them a value of its own"
                yield report(entry, ("inputs",), message, hint, key=True)
            elif value.message and not unknown:
                yield report(entry, ("formula",), value.message, value.hint)
        elif quantity.states is not None and abs(value - quantity.states) > rounding(quantity.states) * (1 + 1e-9):
            yield report(
                entry,
                ("states",),
                f"the formula gives {value:.6g}, not {quantity.states:g}",
                "check the inputs and the formula against the source",
            )
