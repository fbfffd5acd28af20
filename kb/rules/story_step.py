"""Steps of a story."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from kb import models as m
from kb.corpus import Corpus, Entry
from kb.errors import Finding, Level
from kb.rules._base import Family, Reporter

report = Reporter(__name__, Family.ARGUMENT, Level.ERROR)


def check(corpus: Corpus) -> Iterator[Finding]:
    """Each step of a story names a record that bears on it directly, and no record twice.

    With each step the page shows what its record does to the number, so it must be a line of the sum: an item of
    evidence, a claim or argument with a link to this claim (for a question: to one of its answers), or an undercut of
    such a link.  Name the record that has the link, or tell of it in the text of that record's step.
    """
    for id, claim in corpus.of(m.Claim, active=True):
        if claim.story:
            yield from _steps(corpus, corpus[id], claim.story, (id,), "this claim")
    for id, question in corpus.of(m.Question, active=True):
        if question.story:
            yield from _steps(corpus, corpus[id], question.story, question.answers, "an answer of this question")


def _steps(corpus: Corpus, entry: Entry, steps: Sequence[m.Step], claims: Iterable[str], on: str) -> Iterator[Finding]:
    known = set().union(*(_bearing(corpus, claim) for claim in claims))
    seen: set[str] = set()
    for i, step in enumerate(steps):
        found = corpus.find(step.record)
        if found is None or not found.record.active:
            continue  # other rules speak of these
        said, hint = "", ""
        if found.id in seen:
            said = f"two steps tell of {found.id}"
            hint = "join them, or name the record that the second one is about"
        elif found.id not in known:
            said = f"{found.id} does not bear on {on} directly"
            hint = f"name a record with a link to {on}; what lies beneath it belongs into that step's text"
        if said:
            yield report(entry, ("story", i, "record"), said, hint)
        seen.add(found.id)


def _bearing(corpus: Corpus, claim: str) -> set[str]:
    """Items, reasons and their undercuts that bear on a claim directly."""
    found: set[str] = set()
    questions = [q for q in corpus.questions_of.get(claim, ()) if corpus.record(q, m.Question).exclusive]
    for target in (claim, *questions):
        for item, _ in corpus.evidence_for.get(target, ()):
            found |= {item, *corpus.undercuts_of.get((item, target), ())}
    for reason in corpus.reasons_for.get(claim, ()):
        found |= {reason.source, *corpus.undercuts_of.get((reason.source, claim), ())}
        found |= set(corpus.undercuts_of.get((reason.source, ""), ()))
    return found
