"""Questions and statements."""

from __future__ import annotations

from collections.abc import Iterator

from kb import vocab
from kb.corpus import Corpus
from kb.errors import Finding, Level
from kb.rules._base import Family, Reporter

report = Reporter(__name__, Family.STYLE, Level.WARNING)


def check(corpus: Corpus) -> Iterator[Finding]:
    """The title of a question ends with a question mark, that of a claim does not.

    A claim is a statement that may be true or false; a question has no credence. Word the claim as a statement, or make
    the record a question with claims as its answers.
    """
    for entry in corpus:
        title = entry.record.get("title")
        if title is None:
            continue
        asks = title.rstrip("”\"')").endswith("?")
        if entry.kind is vocab.Kind.QUESTION and not asks:
            yield report(entry, ("title",), "the title is no question", "word it as a question that ends with `?`")
        elif entry.kind in STATEMENTS and asks:
            hint = "say what is claimed, or make it a record of `kind: question`"
            yield report(entry, ("title",), f"the title of the {entry.kind} is a question", hint)


STATEMENTS = frozenset({vocab.Kind.CLAIM, vocab.Kind.EVIDENCE, vocab.Kind.UNDERCUT, vocab.Kind.ARGUMENT})
