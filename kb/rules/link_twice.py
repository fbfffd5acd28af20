"""The same link given twice."""

from __future__ import annotations

from collections.abc import Iterator

from kb import models as m
from kb.corpus import Corpus
from kb.errors import Finding, Level
from kb.rules._base import Family, Reporter

report = Reporter(__name__, Family.ARGUMENT, Level.ERROR, alone=True)


def check(corpus: Corpus) -> Iterator[Finding]:
    """A record bears on each target once.

    Two links from one item to one claim would count it twice.  Keep the stronger reading, or join their reasons in one
    link.  An item that weighs all answers of a question at once has no further link to one of the answers.
    """
    for entry in corpus:
        seen: set[str] = set()
        weighed: dict[str, str] = {}
        bearings = entry.record.get("bears_on", ())
        for bearing in bearings:
            if isinstance(bearing, m.AnswerLikelihood):
                for answer in bearing.likelihood:
                    weighed.setdefault(answer, bearing.question)
        for i, bearing in enumerate(bearings):
            field, target = ("claim", bearing.claim) if isinstance(bearing, m.Link) else ("question", bearing.question)
            where = ("bears_on", i, field)
            if target in seen:
                yield report(
                    entry, where, f"a second link to {target}", "keep one link and join the reasons in its `why`"
                )
            elif field == "claim" and target in weighed:
                yield report(
                    entry,
                    where,
                    f"{target} is already weighed among the answers of {weighed[target]}",
                    "delete this link, or change the likelihoods",
                )
            seen.add(target)
