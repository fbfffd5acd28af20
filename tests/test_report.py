"""Findings as text and as JSON."""

from __future__ import annotations

import json

from kb.errors import MORE, Finding, Level
from kb.report import as_json, as_lines, as_text, by_code, by_level, is_failure, summary

FOUND = (
    Finding("claims/a.yaml", 1, 2, "no-root", "no source vouches for it", "add `seen_in`"),
    Finding("claims/a.yaml", 3, 2, "cycle", "the links run in a circle", "look at them", Level.WARNING),
    Finding("claims/b.yaml", 1, 2, "orphan-claim", "it leads nowhere", "link it", Level.SUGGESTION),
    Finding("claims/c.yaml", 1, 2, "orphan-claim", "it leads nowhere", "link it", Level.SUGGESTION),
)
LEFT_OUT = Finding("claims", 1, 1, MORE, "7 more findings are not shown", "mend these first", Level.ERROR)


def test_counts() -> None:
    assert by_level(FOUND) == {Level.ERROR: 1, Level.WARNING: 1, Level.SUGGESTION: 2}
    assert list(by_code(FOUND).items()) == [("orphan-claim", 2), ("cycle", 1), ("no-root", 1)]
    assert summary(FOUND) == "1 error, 1 warning, 2 suggestions"
    assert summary(()) == "no findings"
    assert by_level((LEFT_OUT,)) == {Level.ERROR: 0, Level.WARNING: 0, Level.SUGGESTION: 0}


def test_only_errors_fail() -> None:
    assert is_failure(FOUND)
    assert not is_failure(FOUND[1:])
    assert is_failure((LEFT_OUT,)), "errors that are not shown are errors"
    assert not is_failure(())


def test_text_has_one_line_a_finding_and_then_the_counts() -> None:
    assert as_text(FOUND, records=12).splitlines() == [
        "claims/a.yaml:1:2 no-root no source vouches for it; add `seen_in`",
        "claims/a.yaml:3:2 cycle the links run in a circle; look at them",
        "claims/b.yaml:1:2 orphan-claim it leads nowhere; link it",
        "claims/c.yaml:1:2 orphan-claim it leads nowhere; link it",
        "by rule: orphan-claim 2, cycle 1, no-root 1",
        "12 records checked: 1 error, 1 warning, 2 suggestions",
    ]
    assert as_text((), records=1) == "1 record checked: no findings\n"
    assert as_text(()) == "no findings\n"
    assert as_lines(()) == ""


def test_hostile_words_stay_on_their_line() -> None:
    hostile = Finding("::error::a", 1, 1, "x", "one\ntwo\x1b[2J", "three\r\n::warning::four")
    text = as_text((hostile,))
    assert text.splitlines()[0] == "\\x3a\\x3aerror::a:1:1 x one\\x0atwo\\x1b[2J; three\\x0d\\x0a::warning::four"
    assert len(text.splitlines()) == 2


def test_json_parses_back_and_is_ascii() -> None:
    hostile = Finding("a\ud800", 1, 1, "x", "one\ntwo\x1b", "dr\u202eei")
    text = as_json((*FOUND, hostile))
    assert text.isascii()
    assert "\x1b" not in text
    data = json.loads(text)
    assert data["failed"] is True
    assert data["counts"] == {"error": 2, "warning": 1, "suggestion": 2}
    assert data["codes"] == {"orphan-claim": 2, "cycle": 1, "no-root": 1, "x": 1}
    assert data["findings"][0] == FOUND[0].as_dict()
    assert data["findings"][-1]["message"] == "one\ntwo\x1b"
    assert as_json((*FOUND, hostile)) == text
