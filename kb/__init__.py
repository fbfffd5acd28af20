"""Counterpoise: typed claims, weighed evidence, and credences whose arithmetic a reader can follow.

The public surface is small: :func:`load` reads a folder of records, :func:`assess` computes every credence and the sum
behind it.  The command is ``kb``.
"""

from __future__ import annotations

from kb.engine import Assessment, Credence, Credences, Explanation, assess
from kb.errors import Finding, KbError, Level
from kb.load import load

__all__ = ["Assessment", "Credence", "Credences", "Explanation", "Finding", "KbError", "Level", "assess", "load"]
