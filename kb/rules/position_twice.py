"""The same stance recorded twice."""

from __future__ import annotations

from collections.abc import Iterator

from kb import models as m
from kb.corpus import Corpus
from kb.errors import Finding, Level
from kb.rules._base import Family, Reporter

report = Reporter(__name__, Family.POSITION, Level.WARNING)


def check(corpus: Corpus) -> Iterator[Finding]:
    """A person takes the same stance on the same record once, unless the date differs.

    Told twice, it would be tallied twice. Join the two files and give both passages under `seen_in`; if it was said
    again later, add `said:` with the date.
    """
    first: dict[tuple[str, str, str | None, str, str | None], str] = {}
    for id, position in corpus.of(m.Position, active=True):
        key = (position.by, position.on, position.of, position.stance.value, position.said)
        if key in first:
            yield report(
                corpus[id],
                ("stance",),
                f"{first[key]} records the same stance of {position.by}",
                "join the two records with both passages under `seen_in`, or say in `said:` when each was said",
            )
        else:
            first[key] = id
