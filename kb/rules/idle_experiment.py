"""Experiments that could tell nothing."""

from __future__ import annotations

from collections.abc import Iterator

from kb import models as m
from kb import vocab
from kb.corpus import Corpus
from kb.errors import Finding, Level
from kb.rules._base import Family, Reporter

report = Reporter(__name__, Family.EVIDENCE, Level.SUGGESTION)


def check(corpus: Corpus) -> Iterator[Finding]:
    """An experiment has an outcome that is more likely if some claim is true than if it is false.

    Without likelihoods nobody can say what the test would be worth. Give each outcome `likelihood:` with the claims
    that it would tell apart, and how likely it is if each is true or false.
    """
    for id, experiment in corpus.of(m.Experiment, active=True):
        tables = [table for outcome in experiment.outcomes for table in outcome.likelihood.values()]
        if experiment.state is not vocab.ExperimentState.DONE and all(t.if_true == t.if_false for t in tables):
            yield report(
                corpus[id],
                ("outcomes",),
                "no outcome would tell a true claim from a false one",
                "add `likelihood:` to the outcomes: for each claim `if_true` and `if_false`",
            )
