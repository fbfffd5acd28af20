"""Reasons that rest on their own conclusion in one step."""

from __future__ import annotations

from collections.abc import Iterator

from kb import models as m
from kb.corpus import Corpus
from kb.errors import Finding, Level
from kb.rules._base import Family, Reporter

report = Reporter(__name__, Family.ARGUMENT, Level.ERROR, alone=True)


def check(corpus: Corpus) -> Iterator[Finding]:
    """Nothing is a reason for itself: no claim bears on itself, no argument concludes one of its premises, no undercut
    attacks itself.

    Such a link would be circular and carries no weight.  Name the claim that is really meant, or delete the link.
    Longer circles are warnings of the rule ``cycle``.
    """
    for entry in corpus:
        record = entry.record
        if isinstance(record, m.Claim):
            for i, link in enumerate(record.bears_on):
                if link.claim == entry.id:
                    yield report(
                        entry,
                        ("bears_on", i, "claim"),
                        "the claim bears on itself",
                        "name the claim that it is a reason for, or delete the link",
                    )
        elif isinstance(record, m.Argument):
            goal = record.link.claim if record.link is not None else record.concludes
            for i, premise in enumerate(record.premises):
                if premise == goal:
                    yield report(
                        entry,
                        ("premises", i),
                        f"the premise {premise} is also the conclusion",
                        "take it out of the premises, or name another conclusion",
                    )
        elif isinstance(record, m.Undercut) and entry.id in (record.target.undercut, record.target.to):
            step = "undercut" if record.target.undercut == entry.id else "to"
            yield report(
                entry,
                ("target", step),
                "the undercut attacks itself" if step == "undercut" else "the undercut attacks a link to itself",
                "name the link, argument or undercut that it attacks",
            )
