"""Counterpoise: typed claims, weighed evidence, and credences whose arithmetic a reader can follow.

The public surface is small: :func:`load` reads a folder of records, :func:`propagate` computes every credence,
:func:`explain` gives the sum behind one and :func:`cruxes` what it turns on.  The command is ``kb``.
"""

from __future__ import annotations

from kb.engine import Assessment, Credence, Credences, Explanation, assess
from kb.engine.library import cruxes, explain, propagate
from kb.errors import Finding, KbError, Level
from kb.load import load

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
