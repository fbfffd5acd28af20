"""Counterpoise: typed claims, weighed evidence, and credences whose arithmetic a reader can follow.

The public surface is small: :func:`load` reads a folder of records, :func:`propagate` computes every credence,
:func:`explain` gives the sum behind one and :func:`cruxes` what it turns on.  The command is ``kb``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kb.errors import Finding, KbError, Level
from kb.load import load

if TYPE_CHECKING:
    from kb.engine import Assessment, Credence, Credences, Explanation, assess
    from kb.engine.library import cruxes, explain, propagate

__all__ = [
    "Assessment",
    "Credence",
    "Credences",
    "Explanation",
    "Finding",
    "KbError",
    "Level",
    "assess",
    "cruxes",
    "explain",
    "load",
    "propagate",
]


def __getattr__(name: str) -> Any:
    """What needs the engine, imported when it is first asked for: half of the commands do without it."""
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from kb import engine
    from kb.engine import library

    made = globals()[name] = getattr(library if hasattr(library, name) else engine, name)
    return made
