"""Sources that cannot be found."""

from __future__ import annotations

from collections.abc import Iterator

from kb import models as m
from kb import vocab
from kb.corpus import Corpus
from kb.errors import Finding, Level
from kb.rules._base import Family, Reporter

report = Reporter(__name__, Family.REFERENCE, Level.ERROR, alone=True)
DEEPEST = 100
"""Answers to answers that are followed up."""
_COMMENTS = (vocab.SourceType.COMMENT, vocab.SourceType.UNNAMED_COMMENT)


def check(corpus: Corpus) -> Iterator[Finding]:
    """Every source has a URL, or says in ``no_url`` why it has none.

    A reader must be able to go and look.  A comment whose thread (``part_of``) has a URL needs none of its own.
    """
    for id, source in corpus.of(m.Source):
        if source.url is not None or source.no_url is not None or _in_a_thread(corpus, id):
            continue
        yield report(
            corpus[id],
            ("title",),
            "the source has no URL",
            "add `url: https://...`, or `no_url:` with the reason why there is none",
        )


def _in_a_thread(corpus: Corpus, id: str) -> bool:
    """Whether this is a comment, or an answer to one, on a source that has to be found by itself."""
    seen: set[str] = set()
    while id not in seen and len(seen) < DEEPEST:
        seen.add(id)
        found = corpus.find(id)
        if found is None or not isinstance(found.record, m.Source):
            return len(seen) > 1
        if found.record.type not in _COMMENTS:
            return len(seen) > 1
        if found.record.part_of is None:
            return len(seen) > 1 and (found.record.url is not None or found.record.no_url is not None)
        id = found.record.part_of
    return False
