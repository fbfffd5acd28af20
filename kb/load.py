"""A tree of files to an immutable corpus and findings.  Never raises on content."""

from __future__ import annotations

import hashlib
import json
import os
import re
import stat
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, get_args

from pydantic import BaseModel, ValidationError
from rapidfuzz import process

from kb import models as m
from kb import vocab
from kb.corpus import Corpus, Entry
from kb.errors import MAX_PER_FILE, Finding
from kb.models.base import ID_PATTERN
from kb.text import MAX_BYTES, Document, read_document
from kb.text import Path as DataPath

TOPIC_FILE = "_topic.yaml"
_ID = re.compile(ID_PATTERN)


@dataclass(frozen=True)
class Loaded:
    """What was read: the records that are well formed, and what is wrong with the others.

    Attributes:
        corpus: the well-formed records.
        findings: what is wrong with single files, in order of place, at most 50 a file.
        draft: the same records and, as far as they can be mended, copies of the broken ones: for rules alone, so that
            everything that is wrong with a file is said at once.
        left_out: findings beyond 50 in a file.
    """

    corpus: Corpus
    findings: tuple[Finding, ...]
    draft: Corpus
    left_out: int = 0


def load(root: str | Path = "claims") -> Loaded:
    """Read every record below ``root``.

    Args:
        root: the folder with topics and shelves.

    Returns:
        The corpus of all well-formed records, and the findings of reading and of the schema.  Rules that look at more
        than one file are in :mod:`kb.rules`.

    Raises:
        FileNotFoundError: ``root`` is not a folder.
    """
    base = Path(root)
    if not base.is_dir():
        raise FileNotFoundError(f"{root} is not a folder of records")
    entries: list[Entry] = []
    findings: list[Finding] = []
    topics: dict[str, m.Topic] = {}
    unread: set[str] = set()
    for path in _files(base, findings):
        shown = path.as_posix()
        raw = _read(path, shown)
        if isinstance(raw, Finding):
            findings.append(raw)
            unread.add(path.stem)
            continue
        topic = path.relative_to(base).parts[0]
        if path.name == TOPIC_FILE:
            result = read_topic(raw, shown)
            if isinstance(result, m.Topic):
                topics[topic] = result
            else:
                findings += result
                unread.add(f"{topic}/{TOPIC_FILE}")
            continue
        entry, problems = read_record(raw, shown, topic)
        findings += problems
        if entry is not None:
            entries.append(entry)
        else:
            unread.add(path.stem)
    findings += _twice(entries)
    corpus = Corpus(entries, topics, base.as_posix(), unread)
    return Loaded(corpus, tuple(sorted(findings, key=Finding.sort_key)), corpus)


def _files(base: Path, findings: list[Finding]) -> Iterable[Path]:
    """Record files in a fixed order: exactly one folder deep, ending in .yaml."""
    for folder in sorted(base.iterdir()):
        if folder.name.startswith(".") or folder.name == "README.md":
            continue
        if folder.is_symlink() or not folder.is_dir():
            findings.append(
                Finding(
                    folder.as_posix(),
                    1,
                    1,
                    "file-place",
                    "only folders lie at the top of the records",
                    "move the file into a topic's folder",
                )
            )
            continue
        for path in sorted(folder.iterdir()):
            if path.name.startswith(".") or path.name == "README.md":
                continue
            if path.is_symlink() or not path.is_file():
                findings.append(
                    Finding(
                        path.as_posix(),
                        1,
                        1,
                        "file-place",
                        "not a plain file",
                        "records are plain files, one folder deep, without links",
                    )
                )
            elif path.suffix != ".yaml":
                findings.append(
                    Finding(
                        path.as_posix(),
                        1,
                        1,
                        "file-place",
                        f"{path.name} does not end in .yaml",
                        f"rename it to {path.stem}.yaml",
                    )
                )
            else:
                yield path


def _read(path: Path, shown: str) -> bytes | Finding:
    """A file's bytes, without following links and without reading more than the limit."""
    try:
        fd = os.open(path, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0))
        with os.fdopen(fd, "rb") as file:
            if not stat.S_ISREG(os.fstat(fd).st_mode):
                raise OSError("not a plain file")
            return file.read(MAX_BYTES + 1)
    except OSError as error:
        return Finding(
            shown, 1, 1, "file-place", f"cannot be read: {error.strerror or error}", "make it a plain readable file"
        )


def read_topic(raw: bytes, path: str) -> m.Topic | list[Finding]:
    """A `_topic.yaml`, or what is wrong with it."""
    document = read_document(raw, path)
    if isinstance(document, Finding):
        return [document]
    result: m.Topic | list[Finding] = _validate(document, m.Topic, path)
    return result


def read_record(raw: bytes, path: str, topic: str) -> tuple[Entry | None, list[Finding]]:
    """One record file's bytes to an entry, or to everything that is wrong with the file by itself."""
    document = read_document(raw, path)
    if isinstance(document, Finding):
        return None, [document]
    id = Path(path).stem
    findings = _check_name(id, path, document)
    kind_text = document.data.get("kind")
    kind = next((k for k in vocab.Kind if k.value == kind_text), None)
    if kind is None:
        line, col = document.mark(("kind",))
        near = process.extractOne(str(kind_text)[:80], [k.value for k in vocab.Kind], score_cutoff=60)
        guess = f"did you mean {near[0]}? " if near else ""
        what = (
            "the field `kind` is missing" if kind_text is None else f"{str(kind_text)[:40]!r} is not a kind of record"
        )
        hint = f"{guess}write `kind:` and one of {', '.join(k.value for k in vocab.Kind)}"
        return None, [*findings, Finding(path, line, col, "schema", what, hint)]
    result = _validate(document, m.MODELS[kind], path)
    if isinstance(result, list):
        return None, [*findings, *result][:MAX_PER_FILE]
    shelf = vocab.SHELVES.get(kind)
    if (shelf and topic != shelf) or (not shelf and topic in vocab.SHELVES.values()):
        place = f"{shelf}/" if shelf else "the folder of a topic"
        findings.append(
            Finding(
                path,
                *document.mark(("kind",)),
                "file-place",
                f"a {kind} does not belong in {topic}/",
                f"move the file to {place}",
            )
        )
    return Entry(id, result, path, topic, document, hashlib.sha256(raw).hexdigest()), findings


def _check_name(id: str, path: str, document: Document) -> list[Finding]:
    """The file's name is an id, and `id:` repeats it if it is there."""
    found = []
    if not _ID.match(id) or len(id) > 80:
        slug = re.sub(r"[^a-z0-9]+", "-", id.lower()).strip("-")[:80] or "a-short-id"
        found.append(
            Finding(
                path,
                1,
                1,
                "id",
                f"the file name {id[:90]!r} is not an id",
                f"use lower-case words joined by hyphens, at most 80 characters: {slug}.yaml",
            )
        )
    stated = document.data.get("id")
    if stated is not None and stated != id:
        found.append(
            Finding(
                path,
                *document.mark(("id",)),
                "id",
                f"id: {str(stated)[:90]} differs from the file's name",
                f"write `id: {id}`, or leave the line out",
            )
        )
    return found


def _twice(entries: list[Entry]) -> list[Finding]:
    """The same id in two folders, and an alias that is taken."""
    found: list[Finding] = []
    first: dict[str, Entry] = {}
    for entry in entries:
        other = first.setdefault(entry.id, entry)
        if other is not entry:
            found.append(
                Finding(
                    entry.path,
                    1,
                    1,
                    "duplicate-id",
                    f"the id {entry.id} is taken by {other.path}",
                    "choose another file name; ids are unique over all folders",
                )
            )
    owner: dict[str, str] = {}
    for entry in entries:
        for i, alias in enumerate(entry.record.aliases):
            taken = first[alias].path if alias in first else owner.get(alias)
            if taken is not None:
                found.append(
                    Finding(
                        entry.path,
                        *entry.document.mark(("aliases", i)),
                        "duplicate-id",
                        f"the alias {alias} is taken by {taken}",
                        "delete the alias",
                    )
                )
            owner.setdefault(alias, entry.path)
    return found


def _validate(document: Document, model: type[Any], path: str) -> Any:
    """The validated record, or findings in place."""
    try:
        return model.model_validate_json(json.dumps(document.data))
    except ValidationError as error:
        return _explain(error, document, model, path)


def _explain(error: ValidationError, document: Document, model: type[BaseModel], path: str) -> list[Finding]:
    """Pydantic's errors as findings that say what to write instead."""
    found: dict[tuple[int, int, str], Finding] = {}
    for problem in error.errors(include_url=False, include_input=False):
        where = _locate(problem["loc"], document.data)
        name = str(where[-1]) if where else ""
        kind = problem["type"]
        ctx = problem.get("ctx", {})
        at_key = kind == "extra_forbidden"
        line, col = document.mark(where[:-1] if kind == "missing" else where, key=at_key)
        field = ".".join(str(p) for p in where) or "the record"
        value = _value_at(document.data, where)
        inner = _model_at(model, where[:-1], document.data)
        message, hint = _words(kind, ctx, field[:120], name[:60], value, inner, problem["msg"])
        found.setdefault((line, col, message), Finding(path, line, col, "schema", message, hint))
    return sorted(found.values(), key=Finding.sort_key)[:MAX_PER_FILE]


def _locate(loc: tuple[str | int, ...], data: Any) -> DataPath:
    """Pydantic's location without the names of union branches."""
    where: list[str | int] = []
    here = data
    for n, step in enumerate(loc):
        if (isinstance(here, dict) and isinstance(step, str) and step in here) or (
            isinstance(here, list) and isinstance(step, int) and step < len(here)
        ):
            here = here[step]
        elif n == len(loc) - 1 and isinstance(here, dict) and isinstance(step, str) and step.isidentifier():
            return (*where, step)
        else:
            continue
        where.append(step)
    return tuple(where)


def _value_at(data: Any, where: DataPath) -> Any:
    for step in where:
        try:
            data = data[step]
        except (KeyError, IndexError, TypeError):
            return None
    return data


def _submodels(annotation: Any) -> tuple[type[BaseModel], ...]:
    """Models named anywhere in an annotation."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return (annotation,)
    return tuple(sub for arg in get_args(annotation) for sub in _submodels(arg))


def _model_at(model: type[BaseModel], where: DataPath, data: Any) -> type[BaseModel] | None:
    """The model that governs a mapping inside the data; the one that shares most fields where there are several."""
    here: type[BaseModel] | None = model
    for n, step in enumerate(where):
        if isinstance(step, int) or here is None:
            continue
        field = next((f for k, f in here.model_fields.items() if step in (k, f.alias)), None)
        if field is None:
            continue
        options = _submodels(field.annotation)
        value = _value_at(data, where[: n + 1])
        while isinstance(value, list) and value:
            following = where[n + 1] if n + 1 < len(where) else 0
            value = value[following if isinstance(following, int) else 0]
        keys = set(value) if isinstance(value, dict) else set()
        here = max(options, key=lambda o: len(keys & set(o.model_fields)), default=None)
    return here


def _words(
    kind: str, ctx: dict[str, Any], field: str, name: str, value: Any, inner: type[BaseModel] | None, raw: str
) -> tuple[str, str]:
    """Message and hint for one schema error."""
    fields = {f.alias or k: f for k, f in inner.model_fields.items()} if inner else {}
    shown = repr(value if not isinstance(value, str) else value[:60])[:80]
    if kind == "missing":
        about = fields[name].description if name in fields else None
        return f"the field `{field}` is missing", f"add `{name}: ...`" + (f" ({about})" if about else "")
    if kind == "extra_forbidden":
        near = process.extractOne(name, list(fields), score_cutoff=70)
        options = ", ".join(f for f in fields if f not in ("id", "aliases", "status"))
        return f"`{field}` is not a field here", f"did you mean `{near[0]}`?" if near else f"fields here: {options}"
    if kind in ("enum", "literal_error"):
        expected = str(ctx.get("expected", ""))
        words = re.findall(r"'([^']*)'", expected)
        near = process.extractOne(str(value)[:80], words, score_cutoff=60) if words else None
        guess = f"did you mean {near[0]}? " if near else ""
        return f"`{field}` cannot be {shown}", f"{guess}write one of {', '.join(words) or expected}"
    if kind == "union_tag_invalid" or kind == "union_tag_not_found":
        return (
            f"`{field}` cannot be {shown}",
            "write a word of the scale, {db: ...}, {lr: ...} or {if_true: ..., if_false: ...}",
        )
    if kind == "string_pattern_mismatch":
        return f"`{field}` cannot be {shown}", _PATTERN_HINT.get(
            str(ctx.get("pattern")), f"it must match {ctx.get('pattern')}"
        )
    if kind == "string_too_long":
        return f"`{field}` has {len(str(value))} characters", f"shorten it to at most {ctx.get('max_length')}"
    if kind == "string_too_short":
        return f"`{field}` is too short", f"write at least {ctx.get('min_length')} characters"
    if kind == "too_short":
        return f"`{field}` has too few entries", f"give at least {ctx.get('min_length')}"
    if kind == "too_long":
        return f"`{field}` has too many entries", f"give at most {ctx.get('max_length')}"
    if kind in ("greater_than", "less_than", "greater_than_equal", "less_than_equal"):
        bound = {
            "greater_than": "more than {gt}",
            "less_than": "less than {lt}",
            "greater_than_equal": "at least {ge}",
            "less_than_equal": "at most {le}",
        }[kind].format(**ctx)
        return f"`{field}` cannot be {shown}", f"write a number that is {bound}"
    if kind == "value_error":
        message = raw.removeprefix("Value error, ")
        if ": " in message:
            head, tail = message.split(": ", 1)
            return f"`{field}`: {head}", tail
        return f"`{field}` does not fit", message
    if kind.endswith("_type") or kind.endswith("_parsing"):
        wanted = kind.removesuffix("_type").removesuffix("_parsing")
        wanted = {
            "string": "text",
            "dict": "fields",
            "model_attributes": "fields",
            "tuple": "a list",
            "model": "fields",
            "float": "a number",
            "int": "a whole number",
            "bool": "true or false",
        }.get(wanted, wanted)
        quotes = "; put it in quotes" if wanted == "text" and isinstance(value, int | float | bool) else ""
        return f"`{field}` should be {wanted}, not {shown}", f"write {wanted} here{quotes}"
    return f"`{field}`: {raw[:160]}", "see `kb schema` for what the field takes"


_PATTERN_HINT = {
    ID_PATTERN: "use an id: lower-case words joined by hyphens",
    r"^\d{4}-\d{2}-\d{2}$": "write a date as YYYY-MM-DD",
    r"^\d{4}(-\d{2}(-\d{2})?)?$": "write a date as YYYY, YYYY-MM or YYYY-MM-DD",
    r"^https?://[^\s<>\"{}|\\^`]+$": "write a full address that starts with https://",
    r"^10\.\d{4,9}/\S+$": "write a DOI that starts with 10.",
    r"^[0-9a-f]{16}$": "leave it out; `kb anchor` fills it",
}
