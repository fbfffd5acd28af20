"""The weighting engine: records to arrays (``graph``), one sweep (``propagate``), sums that add up (``explain``)."""
