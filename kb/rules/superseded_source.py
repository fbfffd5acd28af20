"""Readings that a later one replaces."""

from __future__ import annotations

from collections.abc import Iterator

from kb import models as m
from kb.corpus import Corpus
from kb.errors import Finding, Level
from kb.rules._base import Family, Reporter, links

report = Reporter(__name__, Family.LINEAGE, Level.WARNING)


def check(corpus: Corpus) -> Iterator[Finding]:
    """Two items on one claim do not rest on a source and on the later one that replaces it.

    A later reading of the same data takes the place of the earlier one; both together count the data twice. Withdraw
    the earlier item, or declare `lineage:` with `kind: same-study`.
    """
    replaced = {
        old: id for id, source in corpus.of(m.Source, active=True) for old in source.supersedes if old in corpus
    }
    roots: dict[tuple[str, str], list[str]] = {}
    for id, item in corpus.of(m.Evidence, active=True):
        root = corpus.root_of(item)
        for _, link in links(corpus[id]) if root is not None else ():
            if link.weight != 0 and root is not None:
                roots.setdefault((root, link.claim), []).append(id)
    for (root, claim), items in sorted(roots.items()):
        later = replaced.get(root)
        newer = roots.get((later, claim), []) if later is not None else []
        for id in items if newer else ():
            tied = {lineage.root for other in (id, *newer) for lineage in corpus.record(other, m.Evidence).lineage}
            if root not in tied and later not in tied:
                yield report(
                    corpus[id],
                    ("bears_on",),
                    f"{newer[0]} reads {later}, which replaces {root}, and both bear on {claim}",
                    f"withdraw this item, or add `lineage:` with `root: {later}` and `kind: same-study`",
                    key=True,
                )
