"""Sources and persons that nothing names."""

from __future__ import annotations

from collections.abc import Iterator

from kb.corpus import Corpus
from kb.errors import Finding, Level
from kb.rules._base import Family, Reporter, references
from kb.vocab import Kind

report = Reporter(__name__, Family.REFERENCE, Level.SUGGESTION)


def check(corpus: Corpus) -> Iterator[Finding]:
    """Every source and every person is named by some record.

    One that nothing names has an empty page.  Cite it in ``seen_in``, ``root`` or ``authors``, or leave it out until
    something does.
    """
    if corpus.unread:
        return  # a file that cannot be read may be the one that names it
    used = {ref.id for ref in references(corpus) if ref.id != ref.entry.id}
    for entry in corpus:
        if (
            entry.kind in (Kind.SOURCE, Kind.PERSON)
            and entry.record.active
            and used.isdisjoint({entry.id, *entry.record.aliases})
        ):
            yield report(
                entry,
                ("title",),
                f"no record names this {entry.kind}",
                "cite it where it is used, or leave the file out until something does",
            )
