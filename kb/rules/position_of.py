"""Reported views without an owner."""

from __future__ import annotations

from collections.abc import Iterator

from kb import models as m
from kb import vocab
from kb.corpus import Corpus
from kb.errors import Finding, Level
from kb.rules._base import Family, Reporter

report = Reporter(__name__, Family.POSITION, Level.ERROR, alone=True)
_PASSED_ON = (vocab.Attitude.REPORTS, vocab.Attitude.VOICES)


def check(corpus: Corpus) -> Iterator[Finding]:
    """Who reports a view says whose view it is; who speaks for themselves does not.

    Reporting is not asserting: without ``of`` the view would be laid at the reporter's door.  Add ``of:`` with the id
    of the person whose view it is; if it is the speaker's own, choose another stance.  A view that is only voiced, as
    a hypothesis, may be nobody's: there ``of`` is free.
    """
    for id, position in corpus.of(m.Position):
        passed_on = position.stance in _PASSED_ON
        if position.stance is vocab.Attitude.REPORTS and position.of is None:
            yield report(
                corpus[id],
                ("stance",),
                "`reports` does not say whose view it is",
                "add `of:` with the id of the person whose view it is",
            )
        elif not passed_on and position.of is not None:
            yield report(
                corpus[id],
                ("of",),
                f"`of` does not go with `{position.stance}`",
                "delete `of`, or write `stance: reports` or `stance: voices`",
            )
