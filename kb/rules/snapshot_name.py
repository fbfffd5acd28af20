"""File names of stored copies."""

from __future__ import annotations

from collections.abc import Iterator

from kb import models as m
from kb.corpus import Corpus
from kb.errors import Finding, Level
from kb.rules._base import Family, Reporter
from kb.snapshots import is_snapshot_name

report = Reporter(__name__, Family.SAFETY, Level.ERROR, alone=True)


def check(corpus: Corpus) -> Iterator[Finding]:
    """A snapshot is named by its bare file name.

    Anchors are checked against a folder of stored copies that lies outside the records; a path could lead anywhere.
    Write the name alone, e.g. ``linkpost.txt``: letters, digits, dots, hyphens and underscores.
    """
    for id, source in corpus.of(m.Source):
        if source.snapshot is not None and not is_snapshot_name(source.snapshot):
            yield report(
                corpus[id],
                ("snapshot",),
                f"{source.snapshot[:60]!r} is not a bare file name",
                "write the name alone: letters, digits, dots, hyphens and underscores, starting with a letter or digit",
            )
