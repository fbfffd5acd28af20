"""Findings for people and for machines: one line each, or JSON, with counts.  Prints nothing and never exits."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable

from kb.errors import LEVEL_ORDER, MORE, Finding, Level, plain


def is_failure(findings: Iterable[Finding]) -> bool:
    """Whether there is an error among the findings: the exit code is then 1."""
    return any(finding.level is Level.ERROR for finding in findings)


def by_level(findings: Iterable[Finding]) -> dict[Level, int]:
    """Number of findings a level, errors first; levels without findings are included."""
    counted = Counter(finding.level for finding in findings if finding.code != MORE)
    return {level: counted[level] for level in LEVEL_ORDER}


def by_code(findings: Iterable[Finding]) -> dict[str, int]:
    """Number of findings a code, most frequent first, then by name."""
    counted = Counter(finding.code for finding in findings if finding.code != MORE)
    return dict(sorted(counted.items(), key=lambda item: (-item[1], item[0])))


def summary(findings: Iterable[Finding]) -> str:
    """``2 errors, 1 warning, 0 suggestions`` without what there is none of; ``no findings`` when there are none."""
    counts = by_level(findings)
    parts = [f"{n} {level}{'s' if n != 1 else ''}" for level, n in counts.items() if n]
    return ", ".join(parts) or "no findings"


def as_lines(findings: Iterable[Finding]) -> str:
    """``path:line:col code message; what to write instead``, one line a finding; empty when there are none."""
    return "".join(f"{finding}\n" for finding in findings)


def as_text(findings: Iterable[Finding], *, records: int | None = None) -> str:
    """What a terminal shows: the lines, then counts by level and, where there are several codes, by code.

    Args:
        findings: in the order to show.
        records: number of records that were read, for the last line.
    """
    every = tuple(findings)
    counts = by_code(every)
    lines = [as_lines(every)]
    if len(counts) > 1:
        lines.append("by rule: " + ", ".join(f"{plain(code)} {n}" for code, n in counts.items()) + "\n")
    seen = f"{records} record{'s' if records != 1 else ''} checked: " if records is not None else ""
    lines.append(f"{seen}{summary(every)}\n")
    return "".join(lines)


def as_json(findings: Iterable[Finding]) -> str:
    """The findings as JSON: ``{"findings": [...], "counts": {...}, "codes": {...}, "failed": ...}``.

    Control characters are escaped by JSON itself; text is as the finding has it.
    """
    every = tuple(findings)
    data = {
        "failed": is_failure(every),
        "counts": {str(level): n for level, n in by_level(every).items()},
        "codes": by_code(every),
        "findings": [finding.as_dict() for finding in every],
    }
    return json.dumps(data, ensure_ascii=True, indent=1) + "\n"
