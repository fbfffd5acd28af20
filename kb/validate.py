"""One file's data against its model: a record, or everything that is wrong with it in words, and a mended draft."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar, get_args

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails
from rapidfuzz import process

from kb.drafts import annotation_at, model_at, options, stand_in
from kb.errors import Finding
from kb.models.base import ID_PATTERN
from kb.text import Document, Mark, Path

R = TypeVar("R", bound=BaseModel)
ROUNDS = 4
MOST_MENDED = 60
WHOLE = "the record"
_ADVICE = re.compile(r"((?:[^`:]|`[^`]*`|:(?! ))*): (.*)\Z", re.DOTALL)
"""What a check of ours says: what is wrong, a colon outside of code, what to write instead."""
EVERYWHERE = frozenset({"id", "aliases", "status", "notes", "added", "summary"})
"""Fields of every record: not worth naming where a newcomer asks what a kind has."""


@dataclass(frozen=True)
class Validated(Generic[R]):
    """What validation gives.

    Attributes:
        record: the record, ``None`` when something is wrong.
        findings: all that is wrong, in order of place.
        draft: a mended copy, for rules alone; ``None`` when there is a record, or when it could not be mended.
        document: data and marks of the record or of the draft.
        mended: (line, column) of each value that the draft replaces.
    """

    record: R | None
    findings: tuple[Finding, ...]
    document: Document
    draft: R | None = None
    mended: frozenset[Mark] = field(default=frozenset())


def validate(document: Document, model: type[R], path: str, *, mend: bool = True) -> Validated[R]:
    """Check a file's data against a model.

    Args:
        document: the file's data and marks.
        model: model of its kind.
        path: the file, for findings.
        mend: whether to go on with stand-ins after the first round, which finds what pydantic looks at only once the
            fields are right, and makes a draft.
    """
    try:
        return Validated(model.model_validate_json(json.dumps(document.data)), (), document)
    except ValidationError as first:
        error = first
    data = json.loads(json.dumps(document.data))
    here = Document(data, dict(document.marks))
    mender = _Mender(model, here)
    findings: dict[tuple[int | str, ...], Finding] = {}
    draft: R | None = None
    for _ in range(ROUNDS if mend else 1):
        problems = [p for p in error.errors(include_url=False, include_input=False) if not _miscounted(p, data)]
        if len(problems) > MOST_MENDED:
            mend = False
        misspelt = _misspelt(problems, model, data)
        for problem in problems:
            where = locate(problem["loc"], data)
            if problem["type"] == "missing" and where in misspelt:
                continue
            finding = _finding(problem, where, model, here, path)
            mark = (finding.line, finding.col)
            if mark not in mender.mended:  # else: a stand-in that did not fit, which is no fault of the file
                findings.setdefault((*mark, *where) if problem["type"] == "missing" else mark, finding)
        if not mend:
            break
        done = [mender.mend(problem, locate(problem["loc"], data)) for problem in problems]
        if not all(done):
            break
        try:
            draft = model.model_validate_json(json.dumps(data))
            break
        except ValidationError as again:
            error = again
    return Validated(
        None, tuple(sorted(findings.values(), key=Finding.sort_key)), here, draft, frozenset(mender.mended)
    )


class _Mender:
    """Puts stand-ins into a copy of the data."""

    def __init__(self, model: type[BaseModel], document: Document) -> None:
        self.model = model
        self.data: dict[str, Any] = document.data
        self.marks: dict[Path, Mark] = document.marks  # type: ignore[assignment]  # the copy made above
        self.document = document
        self.mended: set[Mark] = set()

    def mend(self, problem: ErrorDetails, where: Path) -> bool:
        """Mend one place; ``False`` when it cannot be done."""
        if not where:
            return self._whole()
        *above, last = where
        parent = value_at(self.data, tuple(above))
        kind = problem["type"]
        if kind == "extra_forbidden" or problem["loc"][-1] == "[key]":
            return self._unknown(parent, tuple(above), last)
        value = value_at(self.data, where)
        if kind == "tuple_type" and value is not None and isinstance(parent, dict):
            self._wrap(where)
            return True
        annotation = annotation_at(self.model, where, self.data)
        if annotation is None:
            return False
        try:
            new = json.loads(json.dumps(stand_in(annotation)))
        except LookupError:
            return False
        if kind != "missing":
            self.mended.add(self.document.mark(where))
            if isinstance(value, str) and kind == "string_too_long":
                new = value[: int(problem.get("ctx", {}).get("max_length", 0))]
        if isinstance(parent, dict):
            parent[last] = new
            return True
        if isinstance(parent, list) and isinstance(last, int) and last < len(parent):
            parent[last] = new
            return True
        return False

    def _wrap(self, where: Path) -> None:
        """Make a list of one entry of what should have been a list."""
        parent = value_at(self.data, where[:-1])
        parent[where[-1]] = [parent[where[-1]]]
        n = len(where)
        for path in [p for p in self.marks if p[:n] == where and p != (*where, "?")]:
            self.marks[(*where, 0, *path[n:])] = self.marks[path]

    def _whole(self) -> bool:
        """Make the fields of the record fit together by leaving one out or adding one."""
        for name in [key for key, f in self.model.model_fields.items() if not f.is_required() and key in self.data]:
            if self._fits({key: value for key, value in self.data.items() if key != name}):
                self.mended.add(self.document.mark((name,)))
                del self.data[name]
                return True
        for name in [key for key, f in self.model.model_fields.items() if not f.is_required() and key not in self.data]:
            new = stand_in(self.model.model_fields[name].rebuild_annotation())
            if self._fits({**self.data, name: new}):
                self.data[name] = json.loads(json.dumps(new))
                return True
        return False

    def _fits(self, data: dict[str, Any]) -> bool:
        try:
            self.model.model_validate_json(json.dumps(data))
        except ValidationError:
            return False
        return True

    def _unknown(self, parent: Any, above: Path, name: str | int) -> bool:
        """Give a misspelt field its right name, or drop it."""
        if not isinstance(parent, dict) or name not in parent:
            return False
        value = parent.pop(name)
        model = model_at(self.model, above, self.data)
        right = near_field(str(name), model)
        if right is not None and right not in parent:
            parent[right] = value
            n = len(above)
            for path in [p for p in self.marks if p[:n] == above and len(p) > n and p[n] == name]:
                self.marks[(*above, right, *path[n + 1 :])] = self.marks[path]
        return True


def _misspelt(problems: list[ErrorDetails], model: type[BaseModel], data: Any) -> set[Path]:
    """Paths of fields that are there under a misspelt name, so that they are not called missing too."""
    found: set[Path] = set()
    for problem in problems:
        if problem["type"] == "extra_forbidden":
            *above, name = locate(problem["loc"], data)
            right = near_field(str(name), model_at(model, tuple(above), data))
            if right is not None:
                found.add((*above, right))
    return found


def _miscounted(problem: ErrorDetails, data: Any) -> bool:
    """Whether a list is called too short only because entries in it are wrong."""
    value = value_at(data, locate(problem["loc"], data))
    least = problem.get("ctx", {}).get("min_length", 0)
    return problem["type"] == "too_short" and isinstance(value, list | dict) and len(value) >= least


def locate(loc: tuple[str | int, ...], data: Any) -> Path:
    """Pydantic's location without the names of union branches."""
    where: list[str | int] = []
    here = data
    for n, step in enumerate(loc):
        if (isinstance(here, dict) and isinstance(step, str) and step in here) or (
            isinstance(here, list) and isinstance(step, int) and step < len(here)
        ):
            here = value_at(here, (step,))
        elif n == len(loc) - 1 and isinstance(here, dict) and isinstance(step, str) and step.isidentifier():
            return (*where, step)
        else:
            continue
        where.append(step)
    return tuple(where)


def value_at(data: Any, where: Path) -> Any:
    """The value at a path, ``None`` where there is none."""
    here = data
    for step in where:
        try:
            here = here[step]
        except (KeyError, IndexError, TypeError):
            return None
    return here


def near_field(name: str, model: type[BaseModel] | None) -> str | None:
    """The field of a model that a misspelt name most likely means."""
    if model is None:
        return None
    names = [field.alias or key for key, field in model.model_fields.items()]
    hit = process.extractOne(name[:60].lower().replace("-", "_").replace(" ", "_"), names, score_cutoff=75)
    return hit[0] if hit and abs(len(hit[0]) - len(name)) <= 4 else None


def _finding(problem: ErrorDetails, where: Path, model: type[BaseModel], document: Document, path: str) -> Finding:
    """One of pydantic's errors as a finding that says what to write instead."""
    kind = problem["type"]
    at_key = kind == "extra_forbidden" or problem["loc"][-1:] == ("[key]",)
    line, col = document.mark(where[:-1] if kind == "missing" else where, key=at_key)
    wrong = _Wrong(
        kind="key_mismatch" if problem["loc"][-1:] == ("[key]",) else kind,
        ctx=problem.get("ctx", {}),
        raw=problem["msg"],
        field=".".join(str(step)[:60] for step in where if isinstance(step, str))[:120] or WHOLE,
        name=str(where[-1])[:60] if where else "",
        value=value_at(document.data, where),
        parent=model_at(model, where[:-1], document.data) if where else model,
        annotation=annotation_at(model, where, document.data),
    )
    message, hint = _words(wrong)
    return Finding(path, line, col, "schema", message, hint)


@dataclass(frozen=True, slots=True)
class _Wrong:
    """What is known about one error: pydantic's type, context and message, the field, its value and what is around."""

    kind: str
    ctx: dict[str, Any]
    raw: str
    field: str
    name: str
    value: Any
    parent: type[BaseModel] | None
    annotation: Any

    @property
    def shown(self) -> str:
        """The value, short."""
        if isinstance(self.value, dict | list):
            return "a list" if isinstance(self.value, list) else "fields"
        if isinstance(self.value, bool):
            return "true" if self.value else "false"
        return repr(self.value[:60] if isinstance(self.value, str) else self.value)[:80]


def _words(wrong: _Wrong) -> tuple[str, str]:
    """Message and hint for one error."""
    if wrong.value is None and wrong.kind not in ("missing", "extra_forbidden", "value_error", "key_mismatch"):
        return f"`{wrong.field}` is empty", f"write a value after `{wrong.name}:`, or delete the line"
    if wrong.kind == "value_error":
        raw = wrong.raw.removeprefix("Value error, ")
        parts = _ADVICE.match(raw)
        head, tail = parts.groups() if parts else (raw, "")
        if wrong.field == WHOLE:
            return (head, tail) if tail else ("the fields do not fit together", head)
        return f"`{wrong.field}`: {head}" if tail else f"`{wrong.field}` does not fit", tail or head
    if wrong.kind.endswith(("_type", "_parsing")):
        return _wrong_type(wrong)
    write = _HINTS.get(wrong.kind)
    return write(wrong) if write else (f"`{wrong.field}`: {wrong.raw[:160]}", "see `kb schema` for what it takes")


def _missing(wrong: _Wrong) -> tuple[str, str]:
    fields = wrong.parent.model_fields if wrong.parent else {}
    about = next((f.description for k, f in fields.items() if wrong.name in (k, f.alias)), None)
    return f"the field `{wrong.field}` is missing", f"add `{wrong.name}: ...`" + (f" ({about})" if about else "")


def _extra(wrong: _Wrong) -> tuple[str, str]:
    near = near_field(wrong.name, wrong.parent)
    if near:
        hint = f"did you mean `{near}`?"
    elif wrong.value is None and " " in wrong.name:
        hint = "put text that contains commas in quotes, or write one field a line"
    else:
        names = [f.alias or k for k, f in wrong.parent.model_fields.items()] if wrong.parent else []
        hint = f"fields here: {', '.join(n for n in names if n not in EVERYWHERE)}"
    return f"`{wrong.field}` is not a field here", hint


def _choice(wrong: _Wrong) -> tuple[str, str]:
    words = re.findall(r"'([^']*)'", str(wrong.ctx.get("expected", "")))
    near = process.extractOne(str(wrong.value)[:80].lower(), words, score_cutoff=70) if words else None
    guess = f"did you mean {near[0]}? " if near else ""
    also = ""
    if wrong.name == "strength" or "strengths" in wrong.field:
        also = "; or {db: 5}, {lr: 3}, {if_true: .6, if_false: .2}"
    elif wrong.name in ("credence", "base_rate", "value", "reliability", "kill"):
        also = "; or a number such as 0.7"
    return f"`{wrong.field}` cannot be {wrong.shown}", f"{guess}write one of {', '.join(words)}{also}"


def _pattern(wrong: _Wrong) -> tuple[str, str]:
    pattern = str(wrong.ctx.get("pattern"))
    hint = _PATTERN_HINT.get(pattern, f"it must match {pattern}")
    if pattern == ID_PATTERN and (slug := re.sub(r"[^a-z0-9]+", "-", str(wrong.value).lower()).strip("-")[:80]):
        lines = " - " in str(wrong.value)
        hint = "indent the entries of one list alike" if lines else f"{hint}, e.g. {slug}"
    return f"`{wrong.field}` cannot be {wrong.shown}", hint


def _bound(wrong: _Wrong) -> tuple[str, str]:
    limits = {"gt": "more than", "ge": "at least", "lt": "less than", "le": "at most"}
    bound = next((f"{words} {wrong.ctx[key]:g}" for key, words in limits.items() if key in wrong.ctx), "within limits")
    limit = next((wrong.ctx[key] for key in limits if key in wrong.ctx), None)
    if limit in (0.0, 1.0, 1e-6, 1 - 1e-6) and wrong.name != "lr":
        bound = "strictly between 0 and 1, e.g. 0.7 for 70%"
    return f"`{wrong.field}` cannot be {wrong.shown}", f"write a number that is {bound}"


def _wrong_type(wrong: _Wrong) -> tuple[str, str]:
    wanted = _TYPE_WORDS.get(re.sub(r"_(type|parsing)\Z", "", wrong.kind), "something else")
    message = f"`{wrong.field}` should be {wanted}, not {wrong.shown}"
    if wanted == "text" and isinstance(wrong.value, int | float):
        value = str(wrong.value).lower() if isinstance(wrong.value, bool) else wrong.value
        return message, f'put it in quotes: "{value}"'
    if wanted == "a list":
        names = _field_names(next((get_args(o)[0] for o in options(wrong.annotation) if get_args(o)), None))
        if isinstance(wrong.value, dict):
            return message, "start each entry with `- `, also a single one"
        if names:
            return message, f"start each entry with `- ` and give it {names}"
        return (
            message,
            f"write `{wrong.name}: [{str(wrong.value)[:40]}]`, or each entry on a line that starts with `- `",
        )
    if wanted == "fields":
        names = _field_names(wrong.annotation)
        hint = f"write one a line and indented: {names}" if names else "write lines of `name: value`, indented"
        return message, hint
    if wanted == "text" and isinstance(wrong.value, list) and len(wrong.value) == 1:
        return message, f"only one may stand here: write `{wrong.name}: {str(wrong.value[0])[:40]}`"
    number = re.match(r"[-+]?[0-9.]+", wrong.value) if isinstance(wrong.value, str) else None
    if wanted == "a number" and number:
        percent = wrong.value[number.end() :].lstrip().startswith("%")
        return (
            message,
            "write it as a fraction, e.g. 0.7 for 70%" if percent else f"write the number alone: {number[0]}",
        )
    return message, f"write {wanted} here"


def _field_names(annotation: Any) -> str:
    """The fields that a mapping needs, as people write them; empty where no model is meant."""
    models = [o for o in options(annotation) if isinstance(o, type) and issubclass(o, BaseModel)]
    if not models:
        return ""
    fields = models[0].model_fields
    needed = [f.alias or k for k, f in fields.items() if f.is_required() or k in ("why", "anchor")]
    if needed and any(f.is_required() for f in fields.values()):
        return ", ".join(f"`{name}:`" for name in needed)
    return " or ".join(f"`{f.alias or k}:`" for k, f in fields.items())


_TYPE_WORDS = {
    "string": "text",
    "dict": "fields",
    "model_attributes": "fields",
    "model": "fields",
    "tuple": "a list",
    "float": "a number",
    "int": "a whole number",
    "bool": "true or false",
}
_PATTERN_HINT = {
    ID_PATTERN: "use an id: lower-case words joined by hyphens",
    r"^\d{4}-\d{2}-\d{2}$": "write a date as YYYY-MM-DD",
    r"^\d{4}(-\d{2}(-\d{2})?)?$": 'write a date as "YYYY", YYYY-MM or YYYY-MM-DD',
    r"^https?://[^\s<>\"{}|\\^`]+$": "write a full address that starts with https://",
    r"^10\.\d{4,9}/\S+$": "write a DOI that starts with 10.",
    r"^[0-9a-f]{16}$": "leave it out; `kb anchor` fills it",
}
_HINTS: dict[str, Callable[[_Wrong], tuple[str, str]]] = {
    "missing": _missing,
    "extra_forbidden": _extra,
    "enum": _choice,
    "literal_error": _choice,
    "string_pattern_mismatch": _pattern,
    "greater_than": _bound,
    "greater_than_equal": _bound,
    "less_than": _bound,
    "less_than_equal": _bound,
    "union_tag_invalid": lambda w: (f"`{w.field}` cannot be {w.shown}", _UNION),
    "union_tag_not_found": lambda w: (f"`{w.field}` cannot be {w.shown}", _UNION),
    "string_too_long": lambda w: (
        f"`{w.field}` has {len(str(w.value))} characters",
        f"shorten it to at most {w.ctx.get('max_length')}",
    ),
    "string_too_short": lambda w: (f"`{w.field}` is too short", f"write at least {w.ctx.get('min_length')} characters"),
    "too_short": lambda w: (f"`{w.field}` has too few entries", f"give at least {w.ctx.get('min_length')}"),
    "too_long": lambda w: (f"`{w.field}` has too many entries", f"give at most {w.ctx.get('max_length')}"),
    "finite_number": lambda w: (f"`{w.field}` is not a finite number", "write a number"),
    "key_mismatch": lambda w: (
        f"{w.name!r} cannot stand here as a key",
        "use an id: lower-case words joined by hyphens"
        if w.ctx.get("pattern") == ID_PATTERN
        else "use a short word or phrase",
    ),
}
_UNION = "write a word of the scale, {db: ...}, {lr: ...} or {if_true: ..., if_false: ...}"
