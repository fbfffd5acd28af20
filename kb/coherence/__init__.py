"""Rules that need credences: each looks at an assessed corpus and suggests a second look, with the arithmetic.

A module ``some_name.py`` holds the rule ``some-name``: ``report = Reporter(__name__, family, Level.SUGGESTION)`` and
``check(assessment) -> Iterator[Finding]``.  None of them is an error: a sum can be right and still worth a look.
"""

from __future__ import annotations

import importlib
import inspect
import pkgutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from types import MappingProxyType

from kb.engine import Assessment
from kb.errors import Finding, Level
from kb.rules import Family

CRASHED = "rule-crashed"

Check = Callable[[Assessment], Iterator[Finding]]


@dataclass(frozen=True, slots=True)
class CoherenceRule:
    """One rule: its code in findings, what it is about, what it does, and its docstring."""

    code: str
    family: Family
    check: Check
    doc: str


def _discover() -> dict[str, CoherenceRule]:
    """Every rule of this package by code, in order of code."""
    found = {}
    for name in sorted(module.name for module in pkgutil.iter_modules(__path__) if not module.name.startswith("_")):
        module = importlib.import_module(f"{__name__}.{name}")
        code = module.report.code
        found[code] = CoherenceRule(code, module.report.family, module.check, inspect.getdoc(module.check) or "")
    return dict(sorted(found.items()))


COHERENCE = MappingProxyType(_discover())
"""Code to rule."""


def check_coherence(assessment: Assessment) -> tuple[Finding, ...]:
    """Every coherence rule's findings, in order of place.  A rule that crashes becomes a warning; the others run."""
    found: set[Finding] = set()
    for rule in COHERENCE.values():
        try:
            found.update(rule.check(assessment))
        except Exception as error:
            message = f"the rule {rule.code} failed: {type(error).__name__}: {str(error)[:200]}"
            hint = "this is a fault of the rule, not of the records: please report it"
            found.add(Finding(assessment.corpus.root, 1, 1, CRASHED, message, hint, Level.WARNING))
    return tuple(sorted(found, key=Finding.sort_key))


__all__ = ["COHERENCE", "CoherenceRule", "check_coherence"]
