"""Undercuts of links that do not exist."""

from __future__ import annotations

from collections.abc import Iterator

from kb import models as m
from kb.corpus import Corpus
from kb.errors import Finding, Level
from kb.rules._base import Family, Reporter, shorten

report = Reporter(__name__, Family.ARGUMENT, Level.ERROR)


def check(corpus: Corpus) -> Iterator[Finding]:
    """The link that an undercut attacks exists: ``from`` bears on ``to``.

    An undercut of a link that nobody drew attacks nothing; neither do undercuts that only attack each other.  Name a
    pair that is linked, or attack the argument that links them (``target: {argument: ...}``); if nobody draws the
    inference, there is nothing to undercut.
    """
    circles = _circles(corpus)
    for id, undercut in corpus.of(m.Undercut):
        start, end = undercut.target.from_, undercut.target.to
        if undercut.target.argument is not None:
            argument = corpus.entries.get(undercut.target.argument)
            if argument is not None and isinstance(argument.record, m.Argument) and argument.record.link is None:
                yield report(
                    corpus[id],
                    ("target", "argument"),
                    f"{argument.id} is an analogy and carries no weight that could be undercut",
                    "take the undercut out, or give the argument a `link`",
                )
        if id in circles:
            yield report(
                corpus[id],
                ("target", "undercut"),
                f"the undercuts attack each other in a circle: {' > '.join(shorten(circles[id]))}",
                "let one of them attack a link, an item or an argument",
            )
        if start is None or end is None:
            continue
        carrier = corpus.entries.get(start)
        if carrier is None or not isinstance(carrier.record, m.Claim | m.Evidence) or corpus.find(end) is None:
            continue  # findings of other rules
        targets = [
            bearing.claim if isinstance(bearing, m.Link) else bearing.question for bearing in carrier.record.bears_on
        ]
        if end in targets:
            continue
        via = [
            reason.source
            for reason in corpus.reasons_from.get(start, ())
            if reason.link.claim == end and reason.source != start
        ]
        if via:
            hint = f"attack the argument that links them: `target: {{argument: {via[0]}}}`"
        elif targets:
            hint = f"{start} bears on {', '.join(targets[:5])}"
        else:
            hint = f"{start} bears on nothing; name a record that has this link"
        yield report(corpus[id], ("target", "to"), f"{start} has no link to {end}", hint)


def _circles(corpus: Corpus) -> dict[str, list[str]]:
    """Undercut to the way from it back to itself along undercuts of undercuts, for those that lie on such a circle."""
    above = {id: u.target.undercut for id, u in corpus.of(m.Undercut) if u.target.undercut is not None}
    found: dict[str, list[str]] = {}
    done: set[str] = set()
    for start in above:
        path: dict[str, None] = {}
        at: str | None = start
        while at is not None and at in above and at not in done and at not in path:
            path[at] = None
            at = above[at]
        if at in path:
            circle = [*path][[*path].index(at) :]
            for i, id in enumerate(circle):
                if len(circle) > 1:  # of itself: a finding of self-support
                    found[id] = [*circle[i:], *circle[:i], id]
        done.update(path)
    return found
