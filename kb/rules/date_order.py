"""Dates in the wrong order."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from kb import models as m
from kb.corpus import Corpus
from kb.errors import Finding, Level
from kb.rules._base import Family, Reporter, after

report = Reporter(__name__, Family.REFERENCE, Level.WARNING)


def check(corpus: Corpus) -> Iterator[Finding]:
    """A source came out before it was read, and was read before it was added; nothing is added before it is there.

    A date that cannot be right is a slip that spoils the history.  Look it up again.
    """
    for entry in corpus:
        record = entry.record
        steps = [(name, _date(record, name)) for name in ("issued", "accessed", "added")]
        known = [(name, date) for name, date in steps if date is not None]
        for (name, date), (later, limit) in pairwise(known):
            if after(date, limit):
                message = f"`{name}` is {date}, after `{later}` ({limit})"
                yield report(entry, (name,), message, "look the dates up again")
        since = record.status.since if record.status is not None else None
        if since is not None and record.added is not None and after(record.added, since):
            message = f"the state changed on {since}, before the record was added ({record.added})"
            yield report(entry, ("status", "since"), message, "write the day on which the state changed")


def _date(record: m.Record, name: str) -> str | None:
    value: str | None = record.get(name)
    return value
