"""Rule ``lone-testimony``."""

from __future__ import annotations

from collections.abc import Iterator

from kb import models as m
from kb import odds
from kb.engine import Assessment
from kb.engine.graph import QUIET_DESIGNS
from kb.engine.impact import impacts
from kb.errors import Finding, Level
from kb.rules import Family, Reporter

report = Reporter(__name__, Family.EVIDENCE, Level.SUGGESTION)
MATTERS = odds.nats(3)


def check(assessment: Assessment) -> Iterator[Finding]:
    """One testimony or anecdote decides a conclusion.

    Without it the claim would lose more than half of what it has gathered, or change sides of 50%.  What somebody was
    placed to observe is evidence for the observed fact, not for the verdict: look whether it bears on too much.
    """
    corpus = assessment.corpus
    answers = {a for _, q in corpus.of(m.Question, active=True) for a in q.answers}
    quiet = [id for id, item in corpus.of(m.Evidence, active=True) if item.design in QUIET_DESIGNS]
    for id, impact in impacts(assessment.result, quiet).items():
        for move in impact.moves:
            now = assessment.credences[move.claim]
            crosses = (move.without - 0.5) * (move.with_ - 0.5) < 0
            decides = abs(move.weight) > MATTERS and abs(move.weight) > abs(now.weight) / 2
            if move.claim in answers and (decides or (crosses and abs(move.weight) > MATTERS)):
                design = corpus.record(id, m.Evidence).design
                yield report(
                    corpus[id], ("design",),
                    f"one {design} decides {move.claim}: without it {odds.say_percent(move.without)}, with it "
                    f"{odds.say_percent(move.with_)} ({odds.say_db(move.weight)} of {odds.say_db(now.weight)})",
                    "let it bear on what was observed, or look for evidence that does not rest on one voice",
                )  # fmt: skip
