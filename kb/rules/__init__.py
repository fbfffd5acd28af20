"""Rules that look at the records: one a module, found by name, run in order of code.

A module ``some_name.py`` holds the rule ``some-name``: ``report = Reporter(__name__, family, level)`` and
``check(corpus) -> Iterator[Finding]``, whose docstring says what it looks for, why, and how to mend it.  Its examples
are in ``examples/some-name.txt``.  Modules that start with an underscore are not rules.
"""

from __future__ import annotations

import contextlib
import importlib
import inspect
import pkgutil
from pathlib import Path
from types import MappingProxyType

from kb.corpus import Corpus
from kb.errors import Finding, Level, limited
from kb.load import Loaded, load
from kb.rules._alone import Checked
from kb.rules._base import Check, Family, Reporter, Rule
from kb.rules._reading import CRASHED, READING, Code

__all__ = [
    "READING",
    "RULES",
    "Check",
    "Checked",
    "Code",
    "Family",
    "Reporter",
    "Rule",
    "check_loaded",
    "check_tree",
    "run_rules",
]


def _discover() -> dict[str, Rule]:
    """Every rule of this package by code, in order of code."""
    found: dict[str, Rule] = {}
    for name in sorted(module.name for module in pkgutil.iter_modules(__path__) if not module.name.startswith("_")):
        module = importlib.import_module(f"{__name__}.{name}")
        report: Reporter = module.report
        found[report.code] = Rule(
            report.code, report.family, report.level, module.check, inspect.getdoc(module.check) or "", report.alone
        )
    return dict(sorted(found.items()))


RULES = MappingProxyType(_discover())
"""Code to rule."""


def run_rules(corpus: Corpus, *, errors_alone: bool = False, known: Checked | None = None) -> tuple[Finding, ...]:
    """Every rule's findings, in order of place.  A rule that crashes becomes a finding and the others still run.

    Args:
        corpus: the records.
        errors_alone: run only the rules whose findings are errors; no other rule reports any.
        known: what earlier calls with the same ``errors_alone`` found record by record; brought up to date.
    """
    found: set[Finding] = set()
    rules = [rule for rule in RULES.values() if rule.level is Level.ERROR or not errors_alone]
    if known is not None:
        with contextlib.suppress(Exception):  # then every rule runs by itself, and says which one fails
            found.update(known(corpus, [rule.check for rule in rules if rule.alone]))
            rules = [rule for rule in rules if not rule.alone]
    for rule in rules:
        try:
            found.update(rule.check(corpus))
        except Exception as error:
            found.add(
                Finding(
                    corpus.root,
                    1,
                    1,
                    CRASHED,
                    f"the rule {rule.code} failed: {type(error).__name__}: {str(error)[:200]}",
                    "this is a fault of the rule, not of the records: please report it; the other rules have run",
                    Level.ERROR,
                )
            )
    return tuple(sorted(found, key=Finding.sort_key))


def check_loaded(loaded: Loaded, *, errors_alone: bool = False, known: Checked | None = None) -> tuple[Finding, ...]:
    """Findings of reading and of all rules, at most 50 a file and 200 a run; a last line says how many more there are.

    Rules look at the mended copies of broken records too, so that everything wrong with a file is said at once.

    Args:
        loaded: what was read.
        errors_alone: see :func:`run_rules`; for those who only ask whether the records can be used.
        known: see :func:`run_rules`; for those who ask again and again.
    """
    found = run_rules(loaded.draft, errors_alone=errors_alone, known=known)
    rules = [f for f in found if (f.path, f.line, f.col) not in loaded.mended]
    return limited([*loaded.findings, *rules], loaded.corpus.root, already_left_out=loaded.left_out)


def check_tree(path: str | Path = "claims") -> tuple[Finding, ...]:
    """Read the records below ``path`` and check them: see :func:`check_loaded`.

    Raises:
        FileNotFoundError: ``path`` is not a folder.
    """
    return check_loaded(load(path))
