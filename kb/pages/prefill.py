"""Files that open prefilled in GitHub's editor: what a page knows is filled in, what a person must say is left empty.

An empty field is an error of ``kb check`` that names it (all but ``end``, which short passages do without), so nothing
goes in half filled.  Comments say what each is for, in the words of the models.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import chain, count

from pydantic import BaseModel

from kb import models as m
from kb import vocab
from kb.corpus import Corpus, Entry

HEAD = "# Fill in what is empty, then commit: the checks that follow say what is left to do."
_PASSAGE = (
    "seen_in:",
    "  # Id of the source. One that is new here is a second file, in claims/sources/.",
    "  - source:",
    "    anchor:",
    "      # The first and the last 3 to 8 words of the passage, exactly as the source has them.",
    "      # Under 16 words the first are enough.",
    "      start:",
    "      end:",
)


def evidence_for(entry: Entry) -> str:
    """A new item that bears on a claim or an undercut, or on an exclusive question by its answers."""
    lines = [HEAD, "kind: evidence", *_asked(m.Evidence, "title", "text")]
    lines += [f"# {', '.join(design.value for design in vocab.Design)}.", "design:", *_PASSAGE, "bears_on:"]
    if isinstance(entry.record, m.Question):
        lines += [
            f"  - question: {entry.id}",
            "    # How likely it is to see this if the answer is true, from 0 to 1, for each answer.",
            "    likelihood:",
            *(f"      {answer}:" for answer in entry.record.answers),
        ]
        lines.append("      none:")
        lines += _indented(_asked(m.AnswerLikelihood, "why"))
    else:
        lines += [
            f"  - claim: {entry.id}",
            "    # supports or opposes.",
            "    stance:",
            "    # How many times likelier it is to see this if the claim is true than if it is false:",
            f"    # {', '.join(f'{word} {factor}' for word, factor in m.strength_factors().items())}.",
            "    strength:",
            *_indented(_asked(m.Link, "why")),
        ]
    return _text(lines)


def undercut_of(target: Mapping[str, str]) -> str:
    """A new undercut.

    Args:
        target: {from, to}, {argument} or {undercut}, with ids.
    """
    lines = [HEAD, "kind: undercut", *_asked(m.Undercut, "title", "text"), "target:"]
    lines += [f"  {name}: {id}" for name, id in target.items()]
    lines += ["# How much of the link it takes: weakens .3, halves .5, guts .8, voids .95.", "kill:"]
    lines += [
        *_asked(m.Undercut, "why"),
        "# An undercut counts as far as evidence bears on it by its name: add that as a file of its own.",
        "# Where somebody has made this point, say where; otherwise delete what follows.",
        *_PASSAGE,
    ]
    return _text(lines)


def target_of(corpus: Corpus, source: str, claim: str) -> dict[str, str]:
    """What to attack where a record bears on a claim."""
    record = corpus[source].record
    if isinstance(record, m.Argument):
        return {"argument": source}
    to = claim
    if isinstance(record, m.Evidence) and not any(isinstance(x, m.Link) and x.claim == claim for x in record.bears_on):
        asked = (x.question for x in record.bears_on if isinstance(x, m.AnswerLikelihood))
        to = next((q for q in asked if claim in corpus.record(q, m.Question).answers), claim)
    return {"from": source, "to": to}


def file_name(corpus: Corpus, wanted: str) -> str:
    """An id that nothing has, from one that is wanted."""
    short = wanted[:74].rstrip("-")
    taken = (corpus.entries, corpus.aliases, corpus.unread)
    names = chain((short,), (f"{short}-{n}" for n in count(2)))
    return next(name for name in names if not any(name in known for known in taken))


def _asked(model: type[BaseModel], *names: str) -> list[str]:
    """Empty fields, each below what it is for; ``why``, which a file may lack, as a text that is too short."""
    found = []
    for name in names:
        found += [f"# {model.model_fields[name].description}", f'{name}: ""' if name == "why" else f"{name}:"]
    return found


def _indented(lines: Iterable[str]) -> list[str]:
    return [f"    {line}" for line in lines]


def _text(lines: Sequence[str]) -> str:
    return "".join(f"{line}\n" for line in lines)
