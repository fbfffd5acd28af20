"""Viewpoints that differ in nothing."""

from __future__ import annotations

from collections.abc import Iterator

from kb import models as m
from kb.corpus import Corpus, Entry
from kb.errors import Finding, Level
from kb.rules._base import Family, Reporter, links

report = Reporter(__name__, Family.POSITION, Level.SUGGESTION)


def check(corpus: Corpus) -> Iterator[Finding]:
    """What a viewpoint sets differs from what the record says.

    An entry that repeats the record hides where the two really differ, and goes stale when the record is changed.
    Delete it, or write the value that its holder would.
    """
    for id, viewpoint in corpus.of(m.Viewpoint, active=True):
        for name, override in viewpoint.set.items():
            entry = corpus.find(name)
            if entry is not None and _same(override, entry):
                yield report(
                    corpus[id],
                    ("set", name),
                    f"this is what {name} says already",
                    "delete the entry, or write the value that its holder would",
                    key=True,
                )


def _same(override: m.Override, entry: Entry) -> bool:
    """Whether everything that is set equals what the record says."""
    record, equal = entry.record, []
    stated = {link.claim: link for _, link in links(entry)}
    if override.strength is not None:
        equal.append(len(stated) == 1 and override.strength == next(iter(stated.values())).strength)
    for claim, strength in override.strengths.items():
        equal.append(claim in stated and stated[claim].strength == strength)
    for given, own in ((override.base_rate, "base_rate"), (override.reliability, "reliability")):
        if given is not None:
            here = record.get(own)
            equal.append(here is not None and given == (here.credence if own == "base_rate" else here.value))
    if override.kill is not None:
        equal.append(override.kill == record.get("kill"))
    return bool(equal) and all(equal)
