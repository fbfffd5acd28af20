"""Sources that cannot be cited."""

from __future__ import annotations

from collections.abc import Iterator

from kb import models as m
from kb import vocab
from kb.corpus import Corpus
from kb.errors import Finding, Level
from kb.rules._base import Family, Reporter

report = Reporter(__name__, Family.REFERENCE, Level.SUGGESTION)


COMMENTS = frozenset({vocab.SourceType.COMMENT, vocab.SourceType.UNNAMED_COMMENT})


def check(corpus: Corpus) -> Iterator[Finding]:
    """A source says who wrote or published it and when, and a comment where it stands.

    A citation needs all of that. Add `authors:` (ids), `authors_text:` or `container:`, and `issued:` with the year at
    least; a comment without an address of its own has `part_of:`. What could not be found is said in `gaps`.
    """
    for id, source in corpus.of(m.Source, active=True):
        absent = []
        if source.type in COMMENTS:
            absent += ["`part_of:`"] if source.part_of is None and source.url is None else []
        else:
            absent += (
                [] if source.authors or source.authors_text or source.container else ["`authors:` or `container:`"]
            )
            absent += ["`issued:`"] if source.issued is None else []
        if absent and not source.gaps:
            yield report(
                corpus[id],
                ("type",),
                f"a citation lacks {' and '.join(absent)}",
                "add it, or say in `gaps` what is unknown",
            )
