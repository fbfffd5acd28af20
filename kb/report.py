"""Findings for people and for machines: one line each, or JSON, with counts.  Prints nothing and never exits."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import quote

from kb.errors import LEVEL_ORDER, MORE, Finding, Level, plain
from kb.rules import Code


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


SARIF_SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
_SARIF_LEVEL = {Level.ERROR: "error", Level.WARNING: "warning", Level.SUGGESTION: "note"}
_GITHUB_LEVEL = {Level.ERROR: "error", Level.WARNING: "warning", Level.SUGGESTION: "notice"}


def as_sarif(findings: Iterable[Finding], codes: Mapping[str, Code], version: str, site_url: str | None = None) -> str:
    """The findings in SARIF 2.1.0, which code scanning takes.

    Args:
        findings: in the order to show.
        codes: every code that is known, with its meaning.
        version: of this program.
        site_url: public address of the site, whose page of rules each rule points to; ``None`` while it is unknown.
    """
    every = tuple(findings)
    names = sorted({*codes, *(finding.code for finding in every)})
    rules = [_sarif_rule(name, codes.get(name), site_url) for name in names]
    driver = {"name": "Counterpoise", "version": version, "rules": rules}
    places = {name: n for n, name in enumerate(names)}
    results = [_sarif_result(finding, places[finding.code]) for finding in every]
    run = {"tool": {"driver": driver}, "columnKind": "unicodeCodePoints", "results": results}
    data = {"$schema": SARIF_SCHEMA, "version": "2.1.0", "runs": [run]}
    return json.dumps(data, ensure_ascii=True, indent=1) + "\n"


def _sarif_rule(name: str, code: Code | None, site_url: str | None) -> dict[str, Any]:
    """What code scanning shows beside a finding."""
    if code is None:
        return {"id": name, "shortDescription": {"text": f"{name} in a record's file"}}
    first, _, rest = code.doc.partition("\n\n")
    what = " ".join(first.split())
    why = "\n\n".join(" ".join(part.split()) for part in rest.split("\n\n"))
    rule: dict[str, Any] = {
        "id": name,
        "shortDescription": {"text": what},
        "fullDescription": {"text": why or what},
        "help": {"text": f"{what}\n\n{why}", "markdown": f"**{what}**\n\n{why}"},
        "defaultConfiguration": {"level": _SARIF_LEVEL[code.level]},
        "properties": {"tags": [code.family.value]},
    }
    return rule | ({"helpUri": f"{site_url.rstrip('/')}/rules.html#{name}"} if site_url is not None else {})


def _sarif_result(finding: Finding, rule: int) -> dict[str, Any]:
    where = {
        "artifactLocation": {"uri": quote(finding.path, safe="/")},
        "region": {"startLine": finding.line, "startColumn": finding.col},
    }
    return {
        "ruleId": finding.code,
        "ruleIndex": rule,
        "level": _SARIF_LEVEL[finding.level],
        "message": {"text": plain(f"{finding.message}; {finding.hint}")},
        "locations": [{"physicalLocation": where}],
    }


def as_github(findings: Iterable[Finding]) -> str:
    """The findings as workflow commands, which GitHub shows beside the lines of a pull request."""
    lines = []
    for finding in findings:
        place = f"file={_property(finding.path)},line={finding.line},col={finding.col},title={_property(finding.code)}"
        said = _escaped(plain(f"{finding.message}; {finding.hint}"))
        lines.append(f"::{_GITHUB_LEVEL[finding.level]} {place}::{said}\n")
    return "".join(lines)


def _escaped(text: str) -> str:
    """A text in which nothing ends the command it stands in."""
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _escaped(text).replace(":", "%3A").replace(",", "%2C")
