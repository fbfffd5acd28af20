"""Positions dated after the text that they are read from."""

from __future__ import annotations

from collections.abc import Iterator

from kb import models as m
from kb.corpus import Corpus
from kb.errors import Finding, Level
from kb.rules._base import Family, Reporter, after

report = Reporter(__name__, Family.POSITION, Level.WARNING)


def check(corpus: Corpus) -> Iterator[Finding]:
    """A position was taken before the text came out in which it is read, and before the record was added.

    A date that cannot be right puts a change of mind in the wrong order. Write in `said` when the speaker said it: as a
    rule the date of the source.
    """
    for id, position in corpus.of(m.Position, active=True):
        if position.said is None:
            continue
        dates = [(p.source, entry.record.get("issued")) for p in position.seen_in if (entry := corpus.find(p.source))]
        known = [(source, date) for source, date in dates if date is not None]
        if known and all(after(position.said, date) for _, date in known):
            source, date = known[0]
            message = f"it was said on {position.said}, after {source} came out ({date})"
        elif position.added is not None and after(position.said, position.added):
            message = f"it was said on {position.said}, after the record was added ({position.added})"
        else:
            continue
        yield report(
            corpus[id], ("said",), message, "write the date on which it was said: as a rule the date of the source"
        )
