"""The weighting engine: records to arrays (``graph``), one sweep (``propagate``), sums that add up (``explain``)."""

from __future__ import annotations

from kb.engine.assessment import Assessment, assess
from kb.engine.propagate import propagate
from kb.engine.results import Credence, Credences, Explanation

__all__ = ["Assessment", "Credence", "Credences", "Explanation", "assess", "propagate"]
