"""Sources that come from themselves."""

from __future__ import annotations

from collections.abc import Iterator

from kb import models as m
from kb.corpus import Corpus
from kb.errors import Finding, Level
from kb.rules._base import Family, Reporter

report = Reporter(__name__, Family.LINEAGE, Level.ERROR)


def check(corpus: Corpus) -> Iterator[Finding]:
    """No source is part of itself, derives from itself or replaces itself, not even by way of others.

    Of two texts one came first; a circle means that one of the fields is the wrong way round.  Delete the field in the
    earlier source.
    """
    for field in ("part_of", "derived_from", "supersedes"):
        above: dict[str, tuple[str, ...]] = {}
        for id, source in corpus.of(m.Source):
            named = source.get(field)
            above[id] = (named,) if isinstance(named, str) else (named or ())
        for id in _on_circles({id: named for id, named in above.items() if named}):
            if id in above[id]:
                continue  # a finding of self-reference
            yield report(
                corpus[id],
                (field,),
                f"by `{field}` the source leads back to itself",
                f"delete `{field}` in the source that came first",
                key=True,
            )


def _on_circles(above: dict[str, tuple[str, ...]]) -> list[str]:
    """Sources on a circle: what is left after everything that leads out of it, or into it alone, is taken away."""
    left = dict(above)
    while ends := [id for id, named in left.items() if not any(other in left for other in named)]:
        for id in ends:
            del left[id]
    while left:
        named = {other for others in left.values() for other in others}
        starts = [id for id in left if id not in named]
        if not starts:
            break
        for id in starts:
            del left[id]
    return sorted(left)
