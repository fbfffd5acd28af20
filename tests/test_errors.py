"""Findings: their one line, their order, and how many are shown."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kb.errors import (
    MAX_PER_FILE,
    MAX_PER_RUN,
    MORE,
    Finding,
    InvalidCorpus,
    Level,
    UnknownId,
    limited,
    plain,
)


def finding(path: str = "a.yaml", line: int = 1, level: Level = Level.ERROR, message: str = "wrong") -> Finding:
    return Finding(path, line, 1, "code", message, "right", level)


def test_the_promised_line() -> None:
    found = Finding("claims/kettles/a.yaml", 3, 7, "no-root", "no source vouches for it", "add `seen_in`")
    assert str(found) == "claims/kettles/a.yaml:3:7 no-root no source vouches for it; add `seen_in`"
    assert found.as_dict() == {
        "path": "claims/kettles/a.yaml",
        "line": 3,
        "col": 7,
        "code": "no-root",
        "level": "error",
        "message": "no source vouches for it",
        "hint": "add `seen_in`",
    }


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain – text", "plain – text"),
        ("a\nb", "a\\x0ab"),
        ("a\r\x1b[31mb", "a\\x0d\\x1b[31mb"),
        ("a\x00", "a\\x00"),
        ("\u202eabc", "\\u202eabc"),
        ("a\u200bb\u2028c", "a\\u200bb\\u2028c"),
        ("\ud800", "\\ud800"),
        ("::error::x", "\\x3a\\x3aerror::x"),
        ("  ::set-output name=x::y", "  \\x3a\\x3aset-output name=x::y"),
        ("\n::error::x", "\\x0a::error::x"),
        ("a::b", "a::b"),
    ],
)
def test_no_control_character_and_no_runner_command_gets_through(text: str, shown: str) -> None:
    assert plain(text) == shown


@settings(max_examples=200, deadline=None, derandomize=True)
@given(st.text(max_size=40), st.text(max_size=40), st.text(max_size=40))
def test_a_finding_is_one_printable_line_whatever_it_holds(path: str, message: str, hint: str) -> None:
    line = str(Finding(path, 1, 1, "code", message, hint))
    assert line.isprintable()
    assert not line.lstrip().startswith("::")
    assert line.encode("utf-8")


def test_findings_are_shown_in_order_of_place() -> None:
    found = [finding("b"), finding("a", 9), finding("a", 10, Level.SUGGESTION), finding("a", 2)]
    assert [(f.path, f.line) for f in limited(found, "claims")] == [("a", 2), ("a", 9), ("a", 10), ("b", 1)]


def test_the_same_finding_is_shown_once() -> None:
    assert len(limited([finding(), finding()], "claims")) == 1


def test_no_more_than_fifty_a_file() -> None:
    found = limited([finding(line=n) for n in range(1, 61)] + [finding("b")], "claims")
    assert sum(f.path == "a.yaml" for f in found) == MAX_PER_FILE
    assert found[-2].path == "b"
    assert (found[-1].code, found[-1].path) == (MORE, "claims")
    assert (
        str(found[-1]) == "claims:1:1 more-findings 10 more findings are not shown; mend these first, then check again"
    )


def test_no_more_than_two_hundred_a_run_and_errors_come_first() -> None:
    suggestions = [finding(f"a{n:03}", level=Level.SUGGESTION) for n in range(250)]
    errors = [finding(f"z{n:03}") for n in range(20)]
    found = limited([*suggestions, *errors], "claims")
    assert len(found) == MAX_PER_RUN + 1
    assert sum(f.level is Level.ERROR and f.code != MORE for f in found) == 20
    assert found[-1].message == "70 more findings are not shown"


def test_what_was_left_out_before_is_counted() -> None:
    found = limited([finding()], "claims", already_left_out=1)
    assert found[-1].message == "1 more finding is not shown"
    assert limited([], "claims") == ()


def test_the_last_line_is_no_worse_than_what_it_stands_for() -> None:
    found = limited([finding(f"a{n:03}", level=Level.SUGGESTION) for n in range(250)], "claims")
    assert found[-1].level is Level.SUGGESTION


def test_exceptions_carry_what_a_caller_needs() -> None:
    unknown = UnknownId("ketle", ("kettle",))
    assert (unknown.id, unknown.nearest) == ("ketle", ("kettle",))
    assert str(unknown) == "no record has the id 'ketle'; did you mean kettle?"
    assert str(InvalidCorpus((finding(), finding(level=Level.WARNING)))) == "the records have 1 error; run kb check"
