"""Priors of questions."""

from __future__ import annotations

import math
from collections.abc import Iterator

from kb import models as m
from kb.corpus import NONE, Corpus
from kb.errors import Finding, Level
from kb.rules._base import Family, Reporter, count

report = Reporter(__name__, Family.ARGUMENT, Level.ERROR, alone=True)
TOLERANCE = 1e-6


def check(corpus: Corpus) -> Iterator[Finding]:
    """The priors of an exclusive question name each answer once, and ``none``, and sum to 1.

    They are the probabilities before any evidence, ``none`` standing for none of these.  Give all of them or leave
    ``priors`` out (then ``none`` has .1 and the answers share the rest).  A question that is not exclusive has none:
    its answers keep their own base rates.
    """
    for id, question in corpus.of(m.Question):
        if question.exclusive and not question.answers:
            yield report(
                corpus[id],
                ("exclusive",),
                "the question is exclusive and has no answers",
                "list the claims that answer it in `answers`, or delete `exclusive`",
            )
        if question.priors is None:
            continue
        if not question.exclusive:
            yield report(
                corpus[id],
                ("priors",),
                "the question has priors and is not exclusive",
                "add `exclusive: true`, or give each answer its own `base_rate` and delete `priors`",
                key=True,
            )
            continue
        stray = [name for name in question.priors if name not in {*question.answers, NONE}]
        for name in stray:
            yield report(
                corpus[id],
                ("priors", name),
                f"{name} has a prior and is not an answer of this question",
                "add it to `answers`, or delete its prior",
                key=True,
            )
        absent = [name for name in (*question.answers, NONE) if name not in question.priors]
        if absent:
            yield report(
                corpus[id],
                ("priors",),
                f"{count(len(absent), 'prior')} missing: {', '.join(absent[:5])}",
                "give each answer and `none` a prior; together they sum to 1",
                key=True,
            )
        total = math.fsum(question.priors.values())
        if not stray and not absent and abs(total - 1) > TOLERANCE:
            yield report(
                corpus[id],
                ("priors",),
                f"the priors sum to {total:.6g}",
                "change them so that they sum to 1; `none` takes what the answers leave",
                key=True,
            )
