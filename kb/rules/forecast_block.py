"""Forecasts that nobody could score."""

from __future__ import annotations

from collections.abc import Iterator

from kb import models as m
from kb import vocab
from kb.corpus import Corpus
from kb.errors import Finding, Level
from kb.rules._base import Family, Reporter

report = Reporter(__name__, Family.FORECAST, Level.WARNING)


def check(corpus: Corpus) -> Iterator[Finding]:
    """A claim of form `forecast` says by when and by what criteria it is decided, and only such a claim does.

    Without a date and criteria a prediction can never be wrong. Add `forecast:` with `by:` and `criteria:`; if the
    claim is not about the future, write another form.
    """
    for id, claim in corpus.of(m.Claim, active=True):
        if claim.form is vocab.Form.FORECAST and claim.forecast is None:
            yield report(
                corpus[id],
                ("form",),
                "the claim is a forecast and nothing says how it will be decided",
                "add `forecast:` with `by:` (a date) and `criteria:` (what a third party would look at)",
            )
        elif claim.forecast is not None and claim.form not in (vocab.Form.FORECAST, vocab.Form.COUNTERFACTUAL):
            yield report(
                corpus[id],
                ("forecast",),
                f"the claim has a date and criteria and is of form `{claim.form}`",
                "write `form: forecast`, or delete `forecast`",
                key=True,
            )
