"""Two records with one title."""

from __future__ import annotations

from collections.abc import Iterator

from kb import vocab
from kb.corpus import Corpus
from kb.errors import Finding, Level
from kb.rules._base import Family, Reporter

report = Reporter(__name__, Family.STYLE, Level.WARNING)


def check(corpus: Corpus) -> Iterator[Finding]:
    """Two records of one kind do not have the same title.

    In a list nobody could tell them apart; often they are the same record, written twice. Join them, or name in each
    title what tells it from the other: the author, the year, the metric.
    """
    first: dict[tuple[vocab.Kind, str], str] = {}
    for entry in corpus:
        title = entry.record.get("title")
        if title is None or not entry.record.active:
            continue
        other = first.setdefault((entry.kind, " ".join(title.lower().split()).rstrip(".?!")), entry.id)
        if other != entry.id:
            yield report(
                entry,
                ("title",),
                f"{other} has the same title",
                "join the two records, or say in the title what tells them apart",
            )
