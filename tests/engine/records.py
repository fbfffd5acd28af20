"""Records for tests of the engine, written as short Python calls and read by the loader like any file."""

from __future__ import annotations

import json
from typing import Any

from kb import vocab
from kb.corpus import Corpus, Entry
from kb.load import read_record

WHY = "given for the sake of the test"


def record(kind: str, id: str, **fields: Any) -> Entry:
    """One record, read from the text that a file would hold."""
    shelf = vocab.SHELVES.get(vocab.Kind(kind), "topic")
    text = json.dumps({"kind": kind, **fields})
    read = read_record(text.encode(), f"claims/{shelf}/{id}.yaml", shelf)
    assert read.entry is not None, read.findings
    assert not read.findings, read.findings
    return read.entry


def claim(id: str, *bears_on: dict[str, Any], **fields: Any) -> Entry:
    """A claim with the links it carries."""
    return record("claim", id, title=f"Claim {id}", text=f"This is what {id} says.", bears_on=list(bears_on), **fields)


def link(claim: str, strength: Any = "strong", stance: str = "supports", **fields: Any) -> dict[str, Any]:
    """A link as the file of a claim, an argument or an item holds it."""
    return {"claim": claim, "stance": stance, "strength": strength, "why": WHY, **fields}


def source(id: str, type: str = "preprint", **fields: Any) -> Entry:
    """A source."""
    return record("source", id, title=f"Source {id}", type=type, no_url=WHY, **fields)


def evidence(id: str, root: str, *bears_on: dict[str, Any], design: str = "experiment", **fields: Any) -> Entry:
    """An item of evidence."""
    return record(
        "evidence", id, title=f"Item {id}", text=f"This is what was found in {id}.", design=design, root=root,
        bears_on=list(bears_on), **fields,
    )  # fmt: skip


def argument(id: str, premises: list[str], to: dict[str, Any]) -> Entry:
    """Linked premises."""
    return record("argument", id, title=f"Argument {id}", premises=premises, link=to)


def undercut(id: str, target: dict[str, str], kill: Any = "guts", premise: str | None = None, **fields: Any) -> Entry:
    """An undercut with a text of its own, or driven by a claim."""
    own = {"text": f"This is why it fails in {id}."} if premise is None else {"premise": premise}
    return record("undercut", id, title=f"Undercut {id}", target=target, kill=kill, **own, **fields)


def question(id: str, answers: list[str], *, exclusive: bool = True, **fields: Any) -> Entry:
    """A question with its answers."""
    return record("question", id, title=f"Question {id}", answers=answers, exclusive=exclusive, **fields)


def corpus(*entries: Entry) -> Corpus:
    """An index of records."""
    return Corpus(entries)
