"""What can be mended in a record's file without knowing what its author meant: quotation marks, characters that no file
may hold, ids that have a new name, stray blanks, stops of titles, tracking parameters, and form.  Writes no file.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import PurePath

from pydantic import ValidationError

from kb import fmt
from kb import models as m
from kb.corpus import Corpus
from kb.rules import spaces, title_stop, url_tracking
from kb.rules._base import references, texts_in
from kb.text import Document, Path, clean, read_document
from kb.tree import Block, Scalar
from kb.validate import locate, value_at

MOST_QUOTED = 100
"""Lines of one file that get quotation marks."""
_FIELD = re.compile(r"(?P<name>[ ]*(?:- +)*(?:[A-Za-z_][\w-]*:[ ]+|- +))(?P<value>[^\s\"'|>\[{#].*?)\s*\Z")
_NEEDS_QUOTES = re.compile(r"[@`%&*!]|.*:(?:\s|\Z)")
_MODELS = {kind.value: model for kind, model in m.MODELS.items()}


@dataclass(frozen=True, slots=True)
class Fixed:
    """A file with what could be mended.

    Attributes:
        text: its bytes; those that were given where nothing could be mended.
        done: what was mended, in words.
    """

    text: bytes
    done: tuple[str, ...]


def old_names(corpus: Corpus) -> dict[str, dict[Path, tuple[str, bool]]]:
    """File to the places that use a record's old id, each with the present one and whether it is a field's name."""
    found: dict[str, dict[Path, tuple[str, bool]]] = {}
    for ref in references(corpus):
        if ref.id not in corpus.entries and ref.id in corpus.aliases:
            found.setdefault(ref.entry.path, {})[ref.where] = (corpus.aliases[ref.id], ref.key)
    return found


def fixed(raw: bytes, path: str, renamed: Mapping[Path, tuple[str, bool]] | None = None) -> Fixed:
    """Mend a file.

    Args:
        raw: its bytes.
        path: the file as the user named it.
        renamed: places that use an old id, as :func:`old_names` gives them.
    """
    text, done = _readable(raw, path)
    document, faults = read_document(text, path)
    if document is None or faults:
        return Fixed(text if done else raw, tuple(done))
    numbers = list(_numbers_for_text(document, path))
    reworded, said = _reworded(document)
    stated = document.data.get("id")
    wrong_id = PurePath(path).name != fmt.TOPIC_FILE and "id" in document.data and stated != PurePath(path).stem

    def change(root: Block) -> None:
        for where in numbers:
            value = fmt.entry_at(root, where).value
            assert isinstance(value, Scalar)
            value.is_text = True
        for where, text in reworded.items():
            value = fmt.entry_at(root, where).value
            assert isinstance(value, Scalar)
            value.text = text
        for where, (id, is_key) in sorted((renamed or {}).items(), key=lambda one: [str(step) for step in one[0]]):
            entry = fmt.entry_at(root, where)
            if is_key:
                entry.key = id
            else:
                entry.value = Scalar(id)
        if wrong_id:
            fmt.entry_at(root, ("id",)).value = Scalar(PurePath(path).stem)

    made = fmt.edited(text, path, change)
    if made.text is None:
        return Fixed(text if done else raw, tuple(done))
    if numbers:
        done.append("numbers that are text in quotation marks")
    done += said
    if renamed:
        done.append("old ids")
    if wrong_id:
        done.append("the field id")
    if not done and made.changed:
        done.append("form")
    return Fixed(made.text, tuple(done))


def _reworded(document: Document) -> tuple[dict[Path, str], list[str]]:
    """Texts that can be written better without a change of what they say: path to new text, and what was done."""
    found: dict[Path, str] = {}
    done: list[str] = []
    for where, text in texts_in(document.data):
        if where[0] != "notes" and (better := spaces.single_spaced(text)) != text:
            found[where] = better
    if found:
        done.append("stray blanks")
    title, kind, url = (document.data.get(name) for name in ("title", "kind", "url"))
    if isinstance(title, str) and kind in _MODELS and kind not in title_stop.EXEMPT:
        better = title_stop.without_stop(found.get(("title",), title))
        if better != found.get(("title",), title):
            found["title",] = better
            done.append("the full stop of the title")
    if isinstance(url, str) and url_tracking.without_tracking(url) != url:
        found["url",] = url_tracking.without_tracking(url)
        done.append("tracking parameters")
    return found, done


def _readable(raw: bytes, path: str) -> tuple[bytes, list[str]]:
    """The text without refused characters, and with quotation marks around values that need them."""
    done: list[str] = []
    try:
        text = raw.decode("utf-8").replace("\r\n", "\n")
    except UnicodeDecodeError:
        return raw, done
    cleaned, faults = clean(text)
    if faults:
        text = cleaned
        done.append("characters that no file may hold")
    quoted: list[int] = []
    for _ in range(MOST_QUOTED):
        document, wrong = read_document(text.encode(), path)
        if document is not None:
            break
        lines = text.split("\n")
        n = next((f.line - 1 for f in wrong if f.code == "yaml-syntax" and 0 < f.line <= len(lines)), None)
        match = _FIELD.fullmatch(lines[n]) if n is not None else None
        if n is None or match is None or " #" in match["value"] or not _NEEDS_QUOTES.match(match["value"]):
            break
        lines[n] = match["name"] + json.dumps(match["value"], ensure_ascii=False)
        text = "\n".join(lines)
        quoted.append(n + 1)
    if quoted:
        done.append(f"quotation marks on line {', '.join(map(str, sorted(set(quoted))))}")
    return (text.encode(), done) if done else (raw, done)


def _numbers_for_text(document: Document, path: str) -> Iterator[Path]:
    """Places where a number or truth value stands and text is asked for."""
    kind = document.data.get("kind")
    model = m.Topic if PurePath(path).name == fmt.TOPIC_FILE else _MODELS.get(kind) if isinstance(kind, str) else None
    if model is None:
        return
    try:
        model.model_validate_json(json.dumps(document.data))
    except ValidationError as error:
        for problem in error.errors(include_url=False, include_input=False):
            where = locate(problem["loc"], document.data)
            if problem["type"] == "string_type" and isinstance(value_at(document.data, where), int | float):
                yield where
