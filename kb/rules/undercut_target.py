"""Undercuts of links that do not exist."""

from __future__ import annotations

from collections.abc import Iterator

from kb import models as m
from kb.corpus import Corpus
from kb.errors import Finding, Level
from kb.rules._base import Reporter

report = Reporter(__name__, Level.ERROR)


def check(corpus: Corpus) -> Iterator[Finding]:
    """The link that an undercut attacks exists: ``from`` bears on ``to``.

    An undercut of a link that nobody drew attacks nothing.  Name a pair that is linked, or attack the argument that
    links them (``target: {argument: ...}``); if nobody draws the inference, there is nothing to undercut.
    """
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
