"""Findings and exceptions.

A finding says where something is wrong, what, and what to write instead; it is data and is collected.
An exception is raised only when the caller asked for something impossible.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum


class Level(StrEnum):
    """How much a finding matters: an error stops the build, a warning does not, a suggestion asks to look."""

    ERROR = "error"
    WARNING = "warning"
    SUGGESTION = "suggestion"


LEVEL_ORDER = {Level.ERROR: 0, Level.WARNING: 1, Level.SUGGESTION: 2}
MAX_PER_FILE = 50
MAX_PER_RUN = 200


def plain(text: str) -> str:
    """``text`` on one line without control characters, and without the leading ``::`` that workflow runners obey."""
    one = "".join(c if c.isprintable() else f"\\x{ord(c):02x}" if ord(c) < 256 else f"\\u{ord(c):04x}" for c in text)
    bare = one.lstrip()
    return one[: len(one) - len(bare)] + "\\x3a\\x3a" + bare[2:] if bare.startswith("::") else one


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong, or worth a look, in one place.

    Attributes:
        path: file as the user named it, with forward slashes.
        line, col: counted from 1.
        code: the rule's code, e.g. ``unknown-reference``.
        message: what is wrong.
        hint: what to write instead.
        level: error, warning or suggestion.
    """

    path: str
    line: int
    col: int
    code: str
    message: str
    hint: str
    level: Level = Level.ERROR

    def sort_key(self) -> tuple[str, int, int, str, str]:
        """Order of findings in a report: by place."""
        return (self.path, self.line, self.col, self.code, self.message)

    def __str__(self) -> str:
        return plain(f"{self.path}:{self.line}:{self.col} {self.code} {self.message}; {self.hint}")

    def as_dict(self) -> dict[str, str | int]:
        """The finding as plain data, for JSON."""
        return {
            "path": self.path,
            "line": self.line,
            "col": self.col,
            "code": self.code,
            "level": self.level.value,
            "message": self.message,
            "hint": self.hint,
        }


MORE = "more-findings"


def limited(findings: Iterable[Finding], root: str, *, already_left_out: int = 0) -> tuple[Finding, ...]:
    """Findings in order of place, at most 50 a file and 200 a run, errors first where something must be left out.

    Args:
        findings: all of them.
        root: folder of the records, the place of the last line.
        already_left_out: findings that the caller has dropped before.

    Returns:
        The findings to show; when some are left out, a last one says how many.
    """
    every = sorted(set(findings), key=lambda f: (LEVEL_ORDER[f.level], f.sort_key()))
    shown: list[Finding] = []
    by_file: Counter[str] = Counter()
    for finding in every:
        if len(shown) < MAX_PER_RUN and by_file[finding.path] < MAX_PER_FILE:
            by_file[finding.path] += 1
            shown.append(finding)
    left = len(every) - len(shown) + already_left_out
    shown.sort(key=Finding.sort_key)
    if left:
        level = min((f.level for f in every), key=lambda one: LEVEL_ORDER[one], default=Level.ERROR)
        more = f"{left} more finding{'s are' if left != 1 else ' is'} not shown"
        shown.append(Finding(root, 1, 1, MORE, more, "mend these first, then check again", level))
    return tuple(shown)


class KbError(Exception):
    """Base of every exception that this package raises on purpose."""


class UnknownId(KbError):
    """No record has this id; carries the nearest existing ids."""

    def __init__(self, id: str, nearest: tuple[str, ...] = ()) -> None:
        self.id = id
        self.nearest = nearest
        tail = f"; did you mean {' or '.join(nearest)}?" if nearest else ""
        super().__init__(f"no record has the id {id!r}{tail}")


class InvalidCorpus(KbError):
    """The records have errors; carries the findings."""

    def __init__(self, findings: tuple[Finding, ...]) -> None:
        self.findings = findings
        errors = sum(f.level is Level.ERROR for f in findings)
        super().__init__(f"the records have {errors} error{'s' if errors != 1 else ''}; run kb check")


class Unavailable(KbError):
    """Something outside the records is missing (a directory, a browser, git); the message says what to do."""
