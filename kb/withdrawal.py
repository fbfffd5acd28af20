"""A record's text with another status, everything else as its author left it: comments, quotes, order, blank lines.

A file in canonical form stays in it.  Any other is edited by line, never written anew: what a person laid out stays as
it is.  Reads and writes no file.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from kb import models as m
from kb.corpus import Corpus
from kb.fmt import formatted, text_of, with_values
from kb.rules._base import references

_TOP = re.compile(r"^[A-Za-z_\"']")


def with_status(text: str, state: str, since: str, why: str, by: str | None = None) -> str:
    """A record's file with this status in place of the one it has, or at its end.

    Args:
        text: the file, which must be a record that can be read.
        state: withdrawn, superseded or merged.
        since: YYYY-MM-DD.
        why: one or two sentences.
        by: the record that replaces it.
    """
    status = {"state": str(state), "since": since, "why": why} | ({"by": by} if by is not None else {})
    raw = text.encode()
    if not formatted(raw, "").changed:
        made = with_values(raw, "", {("status",): status}).text
        if made is not None:
            return made.decode()
    block = text_of({"status": status}).decode().removesuffix("\n").split("\n")
    newline = "\r\n" if "\r\n" in text else "\n"
    lines = text.replace("\r\n", "\n").removesuffix("\n").split("\n")
    start = next((n for n, line in enumerate(lines) if re.match(r"^[\"']?status[\"']?\s*:", line)), None)
    if start is None:
        lines += block
    else:
        end = start + 1
        while end < len(lines) and not _TOP.match(lines[end]) and not lines[end].startswith("#"):
            end += 1
        while not lines[end - 1].strip():
            end -= 1
        lines[start:end] = block
    return newline.join(lines) + newline


@dataclass(frozen=True)
class Bereft:
    """A record that rests on one which is out of force.

    Attributes:
        id: the record.
        how: what is left of it, in words.
        alone: whether nothing else carries it.
    """

    id: str
    how: str
    alone: bool


def bereft(corpus: Corpus, id: str, *, withdrawn: bool = True) -> tuple[Bereft, ...]:
    """Records that lose support when one goes out of force, those that have none left first.

    Args:
        corpus: the records while it is still in force.
        id: the record.
        withdrawn: whether it is withdrawn; a source that is replaced goes on vouching for its items.
    """
    items = {item for item, record in corpus.of(m.Evidence) if withdrawn and corpus.root_of(record) == id}
    found = [*_claims(corpus, id, items), *_dependants(corpus, id, items)]
    return tuple(sorted(set(found), key=lambda b: (not b.alone, b.id, b.how)))


def _claims(corpus: Corpus, id: str, vouched: set[str]) -> list[Bereft]:
    """Claims that it bears on, or whose items it vouches for, with the supports that they keep."""
    found = []
    for claim in corpus.nodes:
        if claim == id:
            continue
        items = [
            item
            for item, link in corpus.evidence_for.get(claim, ())
            if isinstance(link, m.Link) and link.stance == "supports" and link.weight != 0
        ]
        reasons = [r for r in corpus.reasons_for.get(claim, ()) if r.link.stance == "supports" and r.link.weight != 0]
        lost = [i for i in items if i == id or i in vouched]
        gone = [r for r in reasons if id in (r.source, *r.premises)]
        if lost or gone:
            left = len(items) - len(lost) + len(reasons) - len(gone)
            how = f"{left} other support{'s' if left != 1 else ''} left" if left else "no support left"
            found.append(Bereft(claim, how, left == 0))
    return found


def _dependants(corpus: Corpus, id: str, vouched: set[str]) -> list[Bereft]:
    """Records that name it and cannot do without."""
    found = []
    for reference in references(corpus):
        if reference.id != id or not reference.entry.record.active or reference.entry.id == id:
            continue
        place, record = reference.place, reference.entry.record
        if isinstance(record, m.Argument) and place == "premises.*":
            found.append(Bereft(reference.entry.id, "a premise of it is gone", True))
        elif isinstance(record, m.Undercut) and place in ("premise", "target.from", "target.to", "target.argument"):
            what = "the claim that drives it is gone" if place == "premise" else "what it attacks is gone"
            found.append(Bereft(reference.entry.id, what, True))
        elif isinstance(record, m.Undercut) and place == "target.undercut":
            found.append(Bereft(reference.entry.id, "what it attacks is gone", True))
        elif isinstance(record, m.Question) and place == "answers.*":
            found.append(Bereft(reference.entry.id, f"one of its {len(record.answers)} answers is gone", False))
        elif reference.entry.id in vouched:
            found.append(Bereft(reference.entry.id, "the source that vouches for it is gone", True))
        elif place in ("on", "inputs.*", "relations.*.to", "forecast.condition"):
            found.append(Bereft(reference.entry.id, f"it names the record as `{reference.field}`", False))
    return found
