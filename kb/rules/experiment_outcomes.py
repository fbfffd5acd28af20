"""Outcomes of experiments."""

from __future__ import annotations

import math
from collections.abc import Iterator

from kb import models as m
from kb.corpus import Corpus
from kb.errors import Finding, Level
from kb.rules._base import Family, Reporter

report = Reporter(__name__, Family.EVIDENCE, Level.ERROR, alone=True)
TOLERANCE = 1e-6


def check(corpus: Corpus) -> Iterator[Finding]:
    """The outcomes of an experiment have different ids, and for each claim their likelihoods sum to 1.

    One of the outcomes will happen, whether the claim is true or false; so over all outcomes the ``if_true`` sum to 1,
    and so do the ``if_false``.  Give each claim a likelihood under every outcome.
    """
    for id, experiment in corpus.of(m.Experiment):
        entry = corpus[id]
        seen: set[str] = set()
        for i, outcome in enumerate(experiment.outcomes):
            if outcome.id in seen:
                yield report(
                    entry, ("outcomes", i, "id"), f"two outcomes have the id {outcome.id}", "give each its own id"
                )
            seen.add(outcome.id)
        for claim in sorted({c for outcome in experiment.outcomes for c in outcome.likelihood}):
            first = next(i for i, o in enumerate(experiment.outcomes) if claim in o.likelihood)
            absent = [o.id for o in experiment.outcomes if claim not in o.likelihood]
            if absent:
                yield report(
                    entry,
                    ("outcomes", first, "likelihood", claim),
                    f"no likelihood of {', '.join(absent)} for {claim}",
                    "give the claim a likelihood under every outcome",
                    key=True,
                )
                continue
            for column in ("if_true", "if_false"):
                total = math.fsum(getattr(o.likelihood[claim], column) for o in experiment.outcomes)
                if abs(total - 1) > TOLERANCE:
                    yield report(
                        entry,
                        ("outcomes", first, "likelihood", claim, column),
                        f"over all outcomes `{column}` for {claim} sums to {total:.6g}",
                        "change the numbers so that they sum to 1",
                    )
