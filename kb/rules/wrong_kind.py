"""References to a record of the wrong kind."""

from __future__ import annotations

from collections.abc import Iterator

from kb.corpus import Corpus
from kb.errors import Finding, Level
from kb.rules._base import Family, Nearest, Reporter, a_kind, references
from kb.vocab import Kind

report = Reporter(__name__, Family.REFERENCE, Level.ERROR, alone=True)


def check(corpus: Corpus) -> Iterator[Finding]:
    """Every id stands where its kind is meant: answers are claims, roots are sources, speakers are persons.

    The engine and the pages read a place as one kind of record and would silently skip any other.  Write the id of a
    record of the kind that is asked for.
    """
    nearest = Nearest(corpus)
    for ref in references(corpus):
        target = corpus.find(ref.id)
        if target is None or target.kind in ref.kinds:
            continue
        if ref.place == "target.from" and target.kind is Kind.ARGUMENT:
            hint = f"attack an argument with `target: {{argument: {target.id}}}`"
        elif ref.place == "bears_on.*.claim" and target.kind is Kind.QUESTION:
            hint = "name one of the question's answers, or weigh all of them with `question:` and `likelihood:`"
        else:
            near = nearest(ref.id, ref.kinds)
            hint = f"write the id of {a_kind(ref.kinds)}" + (f"; did you mean {near}?" if near else "")
        named = a_kind(frozenset({target.kind}))
        yield report(ref.entry, ref.where, f"`{ref.field}` names {ref.id}, which is {named}", hint, key=ref.key)
