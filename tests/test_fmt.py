from __future__ import annotations

import io
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from support import CLOCK, ROOT, TESTS, Kb

from kb import fmt
from kb.fmt import formatted, text_of, with_values
from kb.load import load
from kb.text import read_document
from kb.tree import read_tree

RECORDS = sorted([*(ROOT / "claims").rglob("*.yaml"), *(TESTS / "corpora").rglob("*.yaml")])


def form(text: str, path: str = "x.yaml") -> str:
    made = formatted(text.encode(), path)
    assert made.text is not None, made.findings
    return made.text.decode()


def stripped(data: Any) -> Any:
    """Data without the order of fields."""
    if isinstance(data, dict):
        return sorted((key, stripped(value)) for key, value in data.items())
    return [stripped(value) for value in data] if isinstance(data, list) else (type(data).__name__, repr(data))


def test_everything_at_once() -> None:
    before = """\
# yaml-language-server: $schema=../../kb/schemas/evidence.schema.json
# what it is
kind: evidence   # the kind
bears_on: # its links
# the first link
- {strength: slight, stance: supports, claim: a-b, why: 'It says so, and "more"'} # in brackets
- why: "because: it is"
  claim: c-d # which
  # how much
  strength: {range: [1, 5], db: 3.0}
  stance: opposes
  # nothing else
seen_in:
    -   anchor: {end: and last words of it, start: First words of it}
        source: "some-source"
added: "2026-11-22"
text: >-
  Folded text
  on two lines.
title: 'A "title"'
notes: |   # long
  One line.

  Another.
# the end
"""
    after = """\
# yaml-language-server: $schema=../../kb/schemas/evidence.schema.json
# what it is
kind: evidence  # the kind
title: A "title"
text: Folded text on two lines.
seen_in:
  - source: some-source
    anchor:
      start: "First words of it"
      end: "and last words of it"
bears_on:  # its links
  # the first link
  # in brackets
  - claim: a-b
    stance: supports
    strength: slight
    why: It says so, and "more"
  - claim: c-d  # which
    stance: opposes
    # how much
    strength:
      db: 3.0
      range: [1, 5]
    why: "because: it is"
    # nothing else
notes: |  # long
  One line.

  Another.
added: 2026-11-22
# the end
"""
    assert form(before) == after
    assert form(after) == after


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ('"2024"', '"2024"'),
        ("2024-12-01", "2024-12-01"),
        ("'no'", '"no"'),
        ('"12:30"', '"12:30"'),
        ("0.30", "0.30"),
        ("1e-3", "1e-3"),
        ('"a: b"', '"a: b"'),
        ('"a #b"', '"a #b"'),
        ('"a#b"', "a#b"),
        ('"- a"', '"- a"'),
        ('"ends:"', '"ends:"'),
        ('" a"', '" a"'),
        ('""', '""'),
        ('"null"', '"null"'),
        ("~", ""),
        ("TRUE", "true"),
        ('"1_000"', '"1_000"'),
        ('"0x1f"', '"0x1f"'),
        ("'it''s'", "it's"),
        ("'\"quoted\"'", "'\"quoted\"'"),
        ('"back\\\\slash"', "back\\slash"),
        ("[]", "[]"),
        ("{}", "{}"),
        ("[1, 2.5]", "[1, 2.5]"),
        ('"a\\n b"', "|-\n  a\n   b"),
        ('" a\\nb"', '" a\\nb"'),
        ('"\\n"', '"\\n"'),
        ('"a\\n\\n"', "|+\n  a\n"),
        ('"a \\nb"', '"a \\nb"'),
        ("é 😀 – ", "é 😀 –"),
    ],
)
def test_scalars(value: str, shown: str) -> None:
    text = form(f"kind: claim\nx: {value}\n")
    assert text == f"kind: claim\nx: {shown}".rstrip() + ("\n" if not shown.endswith("\n") else "") or text == (
        f"kind: claim\nx: {shown}\n"
    )


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("# about\n\n# of the kind\nkind: claim\n", "# about\n\n# of the kind\nkind: claim\n"),
        ("title: abc\n# c\nkind: claim\n", "# c\nkind: claim\ntitle: abc\n"),
        ("a:\n  # inside\n  1\nb: 2\n", "# inside\na: 1\nb: 2\n"),
        ("a:\n  - 1x\n  # - 2x\nb: 2\n", "a:\n  - 1x\n  # - 2x\nb: 2\n"),
        ("a:\n  - b: 1\n    # deep\n  # middle\n# top\n", "a:\n  - b: 1\n    # deep\n  # middle\n# top\n"),
        ("a:\n- x\n# next\nb: 2\n", "a:\n  - x\n# next\nb: 2\n"),
        (
            "a: [x, # one\n  z # two\n  # three\n] # four\nb: 1\n",
            "a:  # four\n  - x  # one\n  - z  # two\n  # three\nb: 1\n",
        ),
        ("a: [ # none\n]\n", "a: []  # none\n"),
        ("a: [\n# none\n]\n", "# none\na: []\n"),
        ("a: [1, # one\n 2]\n", "a:\n  - 1  # one\n  - 2\n"),
        ("a:\n  -  # on the dash\n    b: 1\n", "a:\n  # on the dash\n  - b: 1\n"),
        ("---\n# c\na: 1 # d\n...\n", "# c\na: 1  # d\n"),
        ("a: '# no comment' # one\n", 'a: "# no comment"  # one\n'),
        ("a: x#y\n#last", "a: x#y\n#last\n"),
        ("{a: 1, b: {c: x}} # all\n", "a: 1\nb:\n  c: x\n# all\n"),
        ("a:\n  - - x\n    - z\n", "a:\n  -\n    - x\n    - z\n"),
    ],
)
def test_comments_stay_where_they_belong(before: str, after: str) -> None:
    assert form(before) == after
    assert form(after) == after


def test_every_record_keeps_its_data_and_comments_and_is_done_in_one_go() -> None:
    seen = 0
    for path in RECORDS:
        raw = path.read_bytes()
        document, faults = read_document(raw, str(path))
        made = formatted(raw, str(path))
        if document is None or faults:
            assert (made.text, made.findings) == (None, faults)
            continue
        assert made.text is not None, made.findings
        again, none = read_document(made.text, str(path))
        assert again is not None
        assert not none
        assert stripped(again.data) == stripped(document.data), path
        assert read_tree(made.text.decode()).comments() == read_tree(raw.decode().replace("\r\n", "\n")).comments()
        assert formatted(made.text, str(path)).text == made.text, path
        seen += 1
    assert seen > 100


TEXT = st.text(st.characters(codec="utf-8", exclude_categories=("Cs", "Co", "Cn", "Cc", "Cf", "Zl", "Zp")), max_size=30)
WORDS = st.one_of(TEXT, st.sampled_from(["no", "1e5", "a: b", "a #b", "x\ny", "x\n\n", "\n", " x", "x ", "- x", "007"]))
SCALARS = st.one_of(WORDS, st.integers(-(10**17), 10**17), st.floats(allow_nan=False, allow_infinity=False),
                    st.booleans(), st.none())  # fmt: skip
DATA = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXT, inner, max_size=4),
    max_leaves=12,
)


def depth(value: Any) -> int:
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else None
    return 0 if inner is None else 1 + max((depth(v) for v in inner), default=0)


@given(st.dictionaries(TEXT, DATA, min_size=1, max_size=5))
@example({"": "", "a": [[]], "b": {"": None}})
def test_any_data_survives(data: dict[str, Any]) -> None:
    before, faults = read_document(json.dumps(data).encode(), "x.yaml")
    if before is None or faults or depth(data) > 7:
        return  # not normalised, or too deep: refused before it is formatted
    made = formatted(json.dumps(data).encode(), "x.yaml")
    assert made.text is not None, made.findings
    after, none = read_document(made.text, "x.yaml")
    assert after is not None
    assert not none
    assert stripped(after.data) == stripped(before.data)
    assert formatted(made.text, "x.yaml").text == made.text


def _lines(data: Any, indent: int, comments: Iterator[str]) -> Iterator[str]:
    pad = "  " * indent
    for key, value in data.items() if isinstance(data, dict) else [("-", v) for v in data]:
        yield f"{pad}# {next(comments)}"
        name = "-" if isinstance(data, list) else f"{json.dumps(key)}:"
        if isinstance(value, dict | list) and value:
            yield f"{pad}{name} # {next(comments)}"
            yield from _lines(value, indent + 1, comments)
        else:
            yield f"{pad}{name} {json.dumps(value)} # {next(comments)}"
    yield f"{pad}# {next(comments)}"


@given(st.dictionaries(st.sampled_from(["kind", "title", "bears_on", "seen_in", "x"]), DATA, min_size=1))
def test_comments_anywhere_survive(data: dict[str, Any]) -> None:
    text = "".join(f"{line}\n" for line in _lines(data, 0, iter([f"c{n}" for n in range(10_000)])))
    document, faults = read_document(text.encode(), "x.yaml")
    if document is None or faults:
        return
    made = formatted(text.encode(), "x.yaml")
    assert made.text is not None, made.findings
    assert read_tree(made.text.decode()).comments() == read_tree(text).comments()
    assert len(read_tree(text).comments()) == text.count("# c")
    assert formatted(made.text, "x.yaml").text == made.text


def test_credences_do_not_depend_on_form(clock_copy: Path) -> None:
    for path in clock_copy.rglob("*.yaml"):
        text = formatted(path.read_bytes(), str(path)).text
        assert text is not None
        path.write_bytes(text)
    old, new = load(CLOCK).corpus, load(clock_copy).corpus
    assert [e.record for e in old] == [e.record for e in new]
    assert old.topics == new.topics


def test_values_are_set_added_and_taken_out() -> None:
    raw = (
        b"kind: evidence # k\nseen_in:\n  - source: a-b # s\n    anchor: {start: x y z}\n    # why\n    locator: p. 3\n"
    )
    made = with_values(
        raw,
        "x.yaml",
        {
            ("seen_in", 0, "anchor", "digest"): "0123456789abcdef",
            ("seen_in", 0, "locator"): None,
            ("seen_in", 1): {"source": "c-d"},
            ("title",): "A title",
        },
    )
    assert made.text is not None
    assert made.text.decode() == (
        "kind: evidence  # k\ntitle: A title\nseen_in:\n  - source: a-b  # s\n    anchor:\n"
        '      start: "x y z"\n      digest: "0123456789abcdef"\n    # why\n  - source: c-d\n'
    )
    with pytest.raises(LookupError):
        with_values(raw, "x.yaml", {("seen_in", 7, "locator"): "p. 4"})
    with pytest.raises(LookupError):
        with_values(raw, "x.yaml", {("kind", "x"): 1})


def test_data_is_written_with_comments_and_a_head() -> None:
    data = {"title": "A claim", "kind": "claim", "bears_on": [{"stance": "supports", "claim": "a-b"}]}
    text = text_of(data, {("bears_on", 0, "claim"): "which\none", ("title",): "short"}, "# yaml-language-server: x")
    assert text.decode() == (
        "# yaml-language-server: x\nkind: claim\n# short\ntitle: A claim\nbears_on:\n  # which\n  # one\n"
        "  - claim: a-b\n    stance: supports\n"
    )


def test_topics_have_their_own_order() -> None:
    assert (
        form("order: 3\nquestion: Why so?\ntitle: Abc\n", "t/_topic.yaml")
        == "title: Abc\nquestion: Why so?\norder: 3\n"
    )


@pytest.mark.parametrize("kind", sorted(fmt._KINDS))
def test_every_kind_starts_with_its_kind_and_ends_with_what_all_share(kind: str) -> None:
    names = fmt._fields(fmt._KINDS[kind])
    assert names[0] == "kind"
    assert names[-5:] == ("summary", "notes", "added", "status", "aliases")


# the command


def test_command_formats_and_then_has_nothing_to_do(kb: Kb, clock_copy: Path) -> None:
    path = clock_copy / "tower" / "cold-oil.yaml"
    wanted = formatted(path.read_bytes(), "x").text
    path.write_bytes(path.read_bytes().replace(b"kind: claim\n", b"", 1) + b"kind: 'claim'  # moved\n")
    checked = kb("fmt", "--check", path)
    assert checked.code == 1
    assert checked.out.startswith(f"{path}:2:1 format the file is not in canonical form; run `kb fmt {path}`\n")
    ran = kb("fmt", "--claims", clock_copy)
    assert ran.code == 0
    assert f"formatted {path}\n" in ran.out
    assert wanted is not None
    assert path.read_bytes() == wanted.replace(b"kind: claim\n", b"kind: claim  # moved\n", 1)
    again = kb("fmt", clock_copy, "--check", "--json")
    data = json.loads(again.out)
    assert (again.code, data["changed"], data["failed"], data["written"]) == (0, [], False, False)
    assert data["files"] == len(list(clock_copy.rglob("*.yaml")))


def test_command_leaves_what_it_cannot_read(kb: Kb, clock_copy: Path) -> None:
    path = clock_copy / "tower" / "cold-oil.yaml"
    path.write_text("kind: claim\ntitle: a: b\n")
    ran = kb("fmt", path)
    assert ran.code == 1
    assert f"{path}:2:9 yaml-syntax " in ran.out
    assert path.read_text() == "kind: claim\ntitle: a: b\n"


@pytest.mark.parametrize("name", ["nothing.yaml", "README.md"])
def test_command_names_what_is_no_record(kb: Kb, tmp_path: Path, name: str) -> None:
    (tmp_path / "README.md").write_text("x")
    ran = kb("fmt", tmp_path / name)
    assert (ran.code, ran.out) == (1, "")
    assert name in ran.err


def test_command_as_a_filter(kb: Kb, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"title: abc\nkind: 'claim'\n")))
    ran = kb("fmt", "-")
    assert (ran.code, ran.out) == (0, "kind: claim\ntitle: abc\n")
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"\t")))
    ran = kb("fmt", "-")
    assert (ran.code, ran.out) == (1, "")
    assert ran.err.startswith("-:1:1 ")
