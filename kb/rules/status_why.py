"""Records taken out of force without a word."""

from __future__ import annotations

from collections.abc import Iterator

from kb import vocab
from kb.corpus import Corpus
from kb.errors import Finding, Level
from kb.rules._base import Family, Reporter

report = Reporter(__name__, Family.SCHEMA, Level.ERROR, alone=True)


def check(corpus: Corpus) -> Iterator[Finding]:
    """A record that is withdrawn, superseded or merged says since when and why, and what replaces it.

    Its page stays and readers who come from an old link need to know.  Add ``since:``, ``why:`` and, unless it was
    withdrawn, ``by:`` with the id of the record that replaces it.
    """
    for entry in corpus:
        status = entry.record.status
        if status is None or status.state is vocab.State.ACTIVE:
            continue
        absent = [name for name in ("since", "why") if getattr(status, name) is None]
        if status.state is not vocab.State.WITHDRAWN and status.by is None:
            absent.append("by")
        if absent:
            yield report(
                entry,
                ("status", "state"),
                f"the record is {status.state} without {', '.join(f'`{name}`' for name in absent)}",
                "say since when (`since: YYYY-MM-DD`), why, and which record replaces it (`by:`)",
            )
