"""Sources that cannot be found."""

from __future__ import annotations

from collections.abc import Iterator

from kb import models as m
from kb import vocab
from kb.corpus import Corpus
from kb.errors import Finding, Level
from kb.rules._base import Reporter

report = Reporter(__name__, Level.ERROR)
_COMMENTS = (vocab.SourceType.COMMENT, vocab.SourceType.UNNAMED_COMMENT)


def check(corpus: Corpus) -> Iterator[Finding]:
    """Every source has a URL, or says in ``no_url`` why it has none.

    A reader must be able to go and look.  A comment whose thread (``part_of``) has a URL needs none of its own.
    """
    for id, source in corpus.of(m.Source):
        if source.url is not None or source.no_url is not None:
            continue
        if source.type in _COMMENTS and source.part_of is not None:
            thread = corpus.find(source.part_of)
            if thread is None or thread.record.get("url") is not None:
                continue
        yield report(
            corpus[id],
            ("title",),
            "the source has no URL",
            "add `url: https://...`, or `no_url:` with the reason why there is none",
        )
