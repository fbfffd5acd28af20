"""Undercuts that do nothing yet."""

from __future__ import annotations

from collections.abc import Iterator

from kb import models as m
from kb.corpus import Corpus
from kb.errors import Finding, Level
from kb.rules._base import Family, Reporter
from kb.rules._paths import evidenced

report = Reporter(__name__, Family.ARGUMENT, Level.SUGGESTION)


def check(corpus: Corpus) -> Iterator[Finding]:
    """An undercut has evidence beneath it.

    It bites only as far as something speaks for it; without evidence it changes no number.  Add an item that bears on
    the undercut by its id (or on its ``premise``): what shows that the link fails?
    """
    known = evidenced(corpus)
    for id, undercut in corpus.of(m.Undercut, active=True):
        node = undercut.premise or id
        if node in corpus.entries and node not in known:
            yield report(
                corpus[id],
                ("target",),
                "nothing speaks for the undercut yet, so it has no effect",
                f"add evidence that bears on {node}: what shows that the link fails?",
            )
