"""The YAML reader: what it takes, what it refuses, and where it says so."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kb.errors import Finding
from kb.text import MAX_BYTES, MAX_DEPTH, MAX_NODES, Document, clean, read_document


def read(text: str | bytes) -> tuple[Document | None, tuple[Finding, ...]]:
    """A text as the file ``x.yaml``."""
    return read_document(text if isinstance(text, bytes) else text.encode(), "x.yaml")


def data(text: str) -> object:
    """What a text without faults holds."""
    document, faults = read(text)
    assert faults == ()
    assert document is not None
    return document.data


def faults(text: str | bytes) -> list[tuple[int, int, str]]:
    """(line, col, code) of each fault."""
    return [(f.line, f.col, f.code) for f in read(text)[1]]


# --- scalars, by the YAML 1.2 core schema


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("NO", "NO"),
        ("no", "no"),
        ("yes", "yes"),
        ("on", "on"),
        ("true", True),
        ("False", False),
        ("tRue", "tRue"),
        ("12:30:45", "12:30:45"),
        ("2026-11-22", "2026-11-22"),
        ("1_0.5", "1_0.5"),
        ("1_000", "1_000"),
        ("NaN", "NaN"),
        ("null", None),
        ("~", None),
        ("", None),
        ("Null", None),
        ("0", 0),
        ("-7", -7),
        ("+7", 7),
        ("0.5", 0.5),
        (".5", 0.5),
        ("1.", 1.0),
        ("1e3", 1000.0),
        ("5e-324", 5e-324),
        ("1.2.3", "1.2.3"),
        ("'010'", "010"),
        ('"12"', "12"),
        ("'true'", "true"),
        ("'~'", "~"),
        ("|\n  two\n  lines\n", "two\nlines\n"),
        (">\n  two\n  lines\n", "two lines\n"),
        ("{start: a, b: c}", {"start": "a", "b": "c"}),
        ("[1, two, 3.0]", [1, "two", 3.0]),
        ("=", "="),
        ("<<", "<<"),
        (".", "."),
        ("-", [None]),
    ],
)
def test_scalars(written: str, meant: object) -> None:
    found = data(f"k: {written}\n" if written != "-" else "k:\n  -\n")
    assert found == {"k": meant}
    assert type(found["k"]) is type(meant)  # type: ignore[index]


@pytest.mark.parametrize("number", ["010", "-010", "0o17", "0x1F", ".inf", "-.inf", ".nan", ".NaN", "1e999", "1" * 19])
def test_numbers_that_tools_read_differently_or_that_are_not_finite_are_refused(number: str) -> None:
    assert faults(f"k: {number}\n") == [(1, 4, "yaml-number")]
    assert faults(f"k: '{number}'\n") == []


# --- what is refused


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a: &x 1\nb: *x\n", [(1, 4, "yaml-alias"), (2, 4, "yaml-alias")]),
        ("a: !str 1\n", [(1, 4, "yaml-tag")]),
        ("a: !!python/object:os.system x\n", [(1, 4, "yaml-tag")]),
        ("%YAML 1.2\n---\na: 1\n", [(1, 1, "yaml-tag")]),
        ("a: 1\n<<: {b: 2}\n", [(2, 1, "yaml-merge")]),
        ("a: 1\nb: 2\na: 3\n", [(3, 1, "yaml-duplicate-key")]),
        ("a: {b: 1, b: 2}\n", [(1, 11, "yaml-duplicate-key")]),
        ('a: 1\n"a": 2\n', [(2, 1, "yaml-duplicate-key")]),
        ("a: 1\n---\nb: 2\n", [(2, 1, "yaml-documents")]),
        ("*a : 1\nb: 2\n", [(1, 1, "yaml-alias")]),
        ("? [a]\n: 1\n", [(1, 3, "yaml-key")]),
        ("? {a: 1}\n: 1\n", [(1, 3, "yaml-key")]),
        (f"{'k' * 201}: 1\n", [(1, 1, "yaml-size")]),
        ("- a\n", [(1, 1, "yaml-syntax")]),
        ("just words\n", [(1, 1, "yaml-syntax")]),
        ("", [(1, 1, "yaml-syntax")]),
        ("# a comment\n", [(1, 1, "yaml-syntax")]),
        ("a: b: c\n", [(1, 5, "yaml-syntax")]),
        ('a: "open\n', [(1, 4, "yaml-syntax")]),
        ("a: [1, 2\n", [(2, 1, "yaml-syntax")]),
        ("a: @b\n", [(1, 4, "yaml-syntax")]),
        ("a: 'x\\q'\n", []),
        ('a: "x\\q"\n', [(1, 6, "yaml-syntax")]),
    ],
)
def test_constructs_outside_plain_yaml(text: str, expected: list[tuple[int, int, str]]) -> None:
    assert faults(text) == expected


def test_all_faults_of_a_file_are_found_at_once() -> None:
    text = "a: &x 1\nb: 010\na: 2\nc: !str d\ne\u200b: f\n<<: {g: 1}\nh: 1e999\n"
    assert [(line, code) for line, _, code in faults(text)] == [
        (1, "yaml-alias"),
        (2, "yaml-number"),
        (3, "yaml-duplicate-key"),
        (4, "yaml-tag"),
        (5, "text-character"),
        (6, "yaml-merge"),
        (7, "yaml-number"),
    ]


def test_what_can_be_read_is_kept_for_finding_more_faults() -> None:
    document, found = read("a: 1\na: {b: [2, 3]}\n<<: {c: 4}\nd: *e\nf: !g h\n")
    assert len(found) == 4
    assert document is not None
    assert document.data == {"a": 1, "d": None, "f": "h"}, "the first of two keys holds, merge keys add nothing"


# --- characters


@pytest.mark.parametrize(
    ("char", "code"),
    [
        ("\x00", "U+0000"),
        ("\x07", "U+0007"),
        ("\x1b", "U+001B"),
        ("\x7f", "U+007F"),
        ("\x85", "U+0085"),
        ("\r", "U+000D"),
        ("\t", "a tab"),
        ("\u00ad", "U+00AD"),
        ("\u061c", "U+061C"),
        ("\u200b", "U+200B"),
        ("\u200d", "U+200D"),
        ("\u200f", "U+200F"),
        ("\u202e", "U+202E"),
        ("\u2028", "U+2028"),
        ("\u2066", "U+2066"),
        ("\ufeff", "U+FEFF"),
        ("\ufff9", "U+FFF9"),
        ("\U000e0041", "U+E0041"),
        ("\ue000", "U+E000"),
        ("\u0378", "U+0378"),
        ("\ufffe", "U+FFFE"),
    ],
)
def test_characters_that_no_record_may_hold(char: str, code: str) -> None:
    found = read(f"k: one\nl: tw{char}o\n")[1]
    assert [(f.line, f.col, f.code) for f in found] == [(2, 6, "text-character")]
    assert code in found[0].message
    assert char not in str(found[0])


@pytest.mark.parametrize(
    "escape", ["\\x1b", "\\0", "\\e", "\\u202e", "\\u200b", "\\ufeff", "\\t", "\\U000e0041", "\\N"]
)
def test_such_characters_cannot_come_in_as_escapes(escape: str) -> None:
    assert [code for _, _, code in faults(f'k: "a{escape}b"\n')] == ["text-character"]
    assert [code for _, _, code in faults(f'"a{escape}b": c\n')] == ["text-character"]
    assert faults(f"k: 'a{escape}b'\n") == [], "in single quotes it is only a backslash"


def test_a_lone_surrogate_cannot_come_in_at_all() -> None:
    assert faults('k: "\\ud800"\n') != []


def test_a_letter_in_two_parts_is_refused_and_composed() -> None:
    document, found = read("k: cafe\u0301\n")
    assert [(f.line, f.col, f.code) for f in found] == [(1, 7, "text-character")]
    assert document is not None
    assert document.data == {"k": "caf\u00e9"}
    assert [code for _, _, code in faults('k: "cafe\\u0301"\n')] == ["text-character"]


@pytest.mark.parametrize(
    "text",
    [
        "k: naïve – “quoted” …\n",
        "k: 日本語 العربية עברית\n",
        "k: 👩\u200d🔬 👍🏽 ❤️\n",
        "k: x\u00a0y\n",
        "k: 5 µm × 3\n",
    ],
)
def test_other_scripts_signs_and_emoji_are_fine(text: str) -> None:
    assert faults(text) == []


def test_byte_order_mark() -> None:
    document, found = read("\ufeffkind: claim\ntitle: x\n")
    assert [(f.line, f.col, f.message) for f in found] == [(1, 1, "the file holds a byte order mark")]
    assert document is not None
    assert document.data == {"kind": "claim", "title": "x"}


def test_a_tab_as_indentation_is_blamed_alone() -> None:
    assert faults("k:\n\t- a\n- b\n") == [(2, 1, "text-character")]


def test_windows_line_ends_are_newlines() -> None:
    assert data("a: 1\r\nb: |\r\n  c\r\n") == {"a": 1, "b": "c\n"}


@pytest.mark.parametrize(
    "raw", [b"k: \xff\n", b"k: caf\xe9\n", b"\xff\xfek\x00:\x00", b"k: \xed\xa0\x80\n", b"\xc0\xaf"]
)
def test_bytes_that_are_not_utf8(raw: bytes) -> None:
    document, found = read(raw)
    assert document is None
    assert [f.code for f in found] == ["text-encoding"]


def test_the_place_of_a_bad_byte() -> None:
    assert faults("a: 1\nb: é".encode() + b"\xff\n") == [(2, 5, "text-encoding")]


def test_many_bad_characters_are_reported_twenty_times_at_most() -> None:
    text, found = clean("k: " + "\x07" * 5000)
    assert text == "k: "
    assert len(found) == 20


# --- places


def test_every_path_has_its_line_and_column() -> None:
    document, _ = read("kind: claim\nlist:\n  - a: 1\n    b: {c: d}\n  - [x, y]\n")
    assert document is not None
    assert document.mark(("kind",)) == (1, 7)
    assert document.mark(("kind",), key=True) == (1, 1)
    assert document.mark(("list", 0)) == (3, 5)
    assert document.mark(("list", 0, "b", "c")) == (4, 12)
    assert document.mark(("list", 0, "b", "c"), key=True) == (4, 9)
    assert document.mark(("list", 1, 1)) == (5, 9)
    assert document.mark(("list", 0, "missing", "deeper")) == (3, 5), "the nearest place that there is"
    assert document.mark(("list", 0, "missing"), key=True) == (3, 5)
    assert document.mark(()) == (1, 1)


def test_columns_count_characters_not_bytes() -> None:
    assert faults("é: ü\nä: öö &x\nß: 010\n") == [(3, 4, "yaml-number")]


# --- limits


def test_depth() -> None:
    deep = "k: " + "[" * (MAX_DEPTH - 1) + "]" * (MAX_DEPTH - 1)
    assert faults(deep) == []
    assert faults("k: " + "[" * MAX_DEPTH + "]" * MAX_DEPTH) == [(1, 4 + MAX_DEPTH - 1, "yaml-depth")]


def test_nodes() -> None:
    assert faults("k: [" + "a," * (MAX_NODES - 3) + "]\n") == []
    assert [code for _, _, code in faults("k: [" + "a," * MAX_NODES + "]\n")] == ["yaml-size"]


def test_size() -> None:
    assert faults(b"k: " + b"x" * (MAX_BYTES - 4) + b"\n") == []
    assert faults(b"k: " + b"x" * (MAX_BYTES - 2)) == [(1, 1, "yaml-size")]


LAUGHS = "a: &a [x,x]\n" + "".join(f"{c}: &{c} [*{p},*{p}]\n" for p, c in zip("abcdefgh", "bcdefghi", strict=True))
HOSTILE = {
    "open brackets": "[" * 25_000,
    "open braces": "{" * 25_000,
    "nested in one line": "- " * 25_000,
    "nested keys": "? " * 25_000,
    "keys of keys": "a: " * 15_000,
    "one long word": "k: " + "x" * 60_000,
    "quotes": "k: " + '"' * 60_000,
    "escapes": 'k: "' + "\\u202e" * 10_000 + '"',
    "anchors": "k: [" + "&a x," * 10_000 + "]",
    "aliases": "k: [" + "*a," * 20_000 + "]",
    "billion laughs": LAUGHS,
    "duplicates": "k: 1\n" * 10_000,
    "colons": ":" * 60_000,
    "combining": "k: " + "e" + "\u0301" * 25_000,
    "decomposed": "k: " + "e\u0301" * 15_000,
    "bidirectional": "k: " + "\u202e" * 20_000,
    "newlines": "\n" * 60_000,
    "block": "k: |\n" + " \n" * 25_000,
    "digits": "k: " + "1" * 60_000,
    "float": "k: " + "1" * 30_000 + "." + "1" * 30_000,
    "exponent": "k: 1e" + "9" * 60_000,
    "tags": "k: [" + "!a x," * 10_000 + "]",
    "comments": "#" * 60_000,
    "indentation": "".join(" " * n + "a:\n" for n in range(300)),
    "directives": "%A b\n" * 10_000 + "---\n",
}


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE.keys())
def test_hostile_texts_are_settled_quickly(text: str) -> None:
    raw = text.encode()[:MAX_BYTES]
    began = time.process_time()
    read(raw)
    assert time.process_time() - began < 1.0, "it takes some milliseconds; a second leaves room for a busy machine"


@settings(max_examples=300, deadline=None, derandomize=True)
@given(st.one_of(st.binary(max_size=300), st.text(max_size=200).map(lambda t: t.encode("utf-8", "surrogatepass"))))
def test_reading_never_raises(raw: bytes) -> None:
    document, found = read(raw)
    assert document is not None or found
    for finding in found:
        assert "\n" not in str(finding)
        assert finding.line >= 1
        assert finding.col >= 1


YAMLISH = st.text(alphabet="ab:-?[]{}&*!|>'\"%@`#,. \n\t01e~<\\u\u200b\x07é", max_size=80)


@settings(max_examples=500, deadline=None, derandomize=True)
@given(YAMLISH)
def test_reading_never_raises_on_what_looks_like_yaml(text: str) -> None:
    document, found = read(text)
    assert document is not None or found
