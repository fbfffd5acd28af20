"""Objections counted twice."""

from __future__ import annotations

from collections.abc import Iterator

from kb import models as m
from kb import vocab
from kb.corpus import Corpus, Entry
from kb.errors import Finding, Level
from kb.rules._base import Family, Reporter, links

report = Reporter(__name__, Family.ARGUMENT, Level.WARNING)


def check(corpus: Corpus) -> Iterator[Finding]:
    """What speaks for an undercut does not also oppose the conclusion of the link that it attacks.

    That a step does not follow is no sign that its conclusion is false; the same objection would count twice. Keep the
    link to the undercut, and delete the one to the conclusion.
    """
    for id, undercut in corpus.of(m.Undercut, active=True):
        end, start = undercut.target.to, corpus.find(undercut.target.from_ or "")
        attacked = next((link for _, link in links(start) if link.claim == end), None) if start is not None else None
        if attacked is None:
            continue
        against = vocab.Stance.OPPOSES if attacked.stance is vocab.Stance.SUPPORTS else vocab.Stance.SUPPORTS
        for entry in _speakers(corpus, undercut, id):
            for where, link in links(entry):
                if link.claim == end and link.stance is against and link.weight != 0:
                    yield report(
                        entry,
                        (*where, "claim"),
                        f"it speaks for the undercut {id} and also against what that attacks: {link.stance} {end}",
                        "delete this link: that a step fails does not make its conclusion false",
                    )


def _speakers(corpus: Corpus, undercut: m.Undercut, id: str) -> Iterator[Entry]:
    """The premise of an undercut, and the evidence on it or on the premise."""
    if undercut.premise is not None and undercut.premise in corpus:
        yield corpus[undercut.premise]
    for item, bearing in corpus.evidence_for.get(undercut.premise or id, ()):
        if isinstance(bearing, m.Link) and bearing.stance is vocab.Stance.SUPPORTS and bearing.weight != 0:
            yield corpus[item]
