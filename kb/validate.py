"""One file's data against its model: a record, or everything that is wrong with it in words, and a mended draft."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from kb.drafts import annotation_at, model_at, near_field, stand_in
from kb.errors import Finding
from kb.text import Document, Mark, Path
from kb.wording import WHOLE, Wrong, in_words, without_record

R = TypeVar("R", bound=BaseModel)
ROUNDS = 4
MOST_MENDED = 60


@dataclass(frozen=True)
class Validated(Generic[R]):
    """What validation gives.

    Attributes:
        record: the record, ``None`` when something is wrong.
        findings: all that is wrong, in order of place.
        draft: a mended copy, for rules alone; ``None`` when there is a record, or when it could not be mended.
        document: data and marks of the record or of the draft.
        mended: (line, column) of each value that the draft replaces, and of the fields that hold it.
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
    found = tuple(sorted(findings.values(), key=Finding.sort_key))
    return Validated(None, found, here, draft, frozenset(mender.mended | mender.around))


class _Mender:
    """Puts stand-ins into a copy of the data.

    Attributes:
        mended: places of values that are replaced.
        around: places of the fields that hold them or lack them: what a rule says there may be about a stand-in.
    """

    def __init__(self, model: type[BaseModel], document: Document) -> None:
        self.model = model
        self.data: dict[str, Any] = document.data
        self.marks: dict[Path, Mark] = document.marks  # type: ignore[assignment]  # the copy made above
        self.document = document
        self.mended: set[Mark] = set()
        self.around: set[Mark] = set()

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
        self.around |= {self.document.mark(where[:n]) for n in range(1, len(where))}
        if kind == "missing":
            self.around.add(self.document.mark(where))
        else:
            n = len(where)
            self.mended.add(self.document.mark(where))
            self.around |= {mark for path, mark in self.marks.items() if path[:n] == where and path != (*where, "?")}
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
        if right == "authors" and without_record(value):
            right = "authors_text" if isinstance(value, str) else None
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


def _finding(problem: ErrorDetails, where: Path, model: type[BaseModel], document: Document, path: str) -> Finding:
    """One of pydantic's errors as a finding that says what to write instead."""
    kind = problem["type"]
    at_key = kind == "extra_forbidden" or problem["loc"][-1:] == ("[key]",)
    line, col = document.mark(where[:-1] if kind == "missing" else where, key=at_key)
    wrong = Wrong(
        kind="key_mismatch" if problem["loc"][-1:] == ("[key]",) else kind,
        ctx=problem.get("ctx", {}),
        raw=problem["msg"],
        field=".".join(str(step)[:60] for step in where if isinstance(step, str))[:120] or WHOLE,
        name=str(where[-1])[:60] if where else "",
        value=value_at(document.data, where),
        parent=model_at(model, where[:-1], document.data) if where else model,
        annotation=annotation_at(model, where, document.data),
    )
    message, hint = in_words(wrong)
    return Finding(path, line, col, "schema", message, hint)
