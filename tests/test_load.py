"""Trees of files to a corpus and findings: places, names, words of the messages, drafts, and nothing that raises."""

from __future__ import annotations

import json
import os
import re
import shutil
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kb import models as m
from kb import vocab
from kb.drafts import MISSING_ID, stand_in
from kb.errors import Finding
from kb.load import Loaded, load, read_record, read_topic
from kb.rules import check_tree
from kb.text import read_document

EVERYTHING = Path(__file__).parent / "corpora" / "good" / "everything" / "claims"
SHAPE = re.compile(r"[^\n]+:[1-9][0-9]*:[1-9][0-9]* [a-z0-9-]+ \S[^\n]*; \S[^\n]*\Z")
CLAIM = "kind: claim\ntitle: Kettles boil\ntext: Every kettle boils in the end.\n"


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """A folder of records with one topic, one question and its answer."""
    shelf = tmp_path / "claims" / "kettles"
    shelf.mkdir(parents=True)
    (shelf / "_topic.yaml").write_text("title: Kettles\nquestion: What makes them boil?\n")
    (shelf / "do-they.yaml").write_text("kind: question\ntitle: Do they boil?\nanswers: [kettles-boil]\n")
    (shelf / "kettles-boil.yaml").write_text(CLAIM)
    return tmp_path / "claims"


def words(text: str, kind: str = "claim") -> list[tuple[int, str, str]]:
    """(line, message, hint) of what is wrong with a record by itself."""
    topic = vocab.SHELVES.get(vocab.Kind(kind), "kettles") if kind in list(vocab.Kind) else "kettles"
    return [(f.line, f.message, f.hint) for f in read_record(text.encode(), "kettles/x.yaml", topic).findings]


# --- the tree


def test_records_topics_and_their_places(tree: Path) -> None:
    loaded = load(tree)
    assert loaded.findings == ()
    assert list(loaded.corpus.entries) == ["do-they", "kettles-boil"]
    assert loaded.corpus.topics["kettles"].title == "Kettles"
    entry = loaded.corpus["kettles-boil"]
    assert (entry.topic, entry.kind, entry.title) == ("kettles", vocab.Kind.CLAIM, "Kettles boil")
    assert entry.path == (tree / "kettles" / "kettles-boil.yaml").as_posix()
    assert loaded.draft is loaded.corpus
    assert loaded.corpus.unread == frozenset()


def test_readme_and_hidden_files_are_no_records(tree: Path) -> None:
    (tree / "README.md").write_text("# Records\n")
    (tree / ".hidden").write_text("x")
    (tree / ".git").mkdir()
    (tree / "kettles" / "README.md").write_text("# Kettles\n")
    (tree / "kettles" / ".swp").write_text("x")
    assert load(tree).findings == ()


def place(loaded: Loaded) -> list[tuple[str, str, str]]:
    """(file name, code, message) of each finding."""
    return [(f.path.rsplit("/", 1)[1], f.code, f.message) for f in loaded.findings]


def test_links_pipes_and_folders_are_not_followed(tree: Path, tmp_path: Path) -> None:
    secret = tmp_path / "secret.yaml"
    secret.write_text(CLAIM)
    (tree / "kettles" / "link.yaml").symlink_to(secret)
    (tree / "kettles" / "dangling.yaml").symlink_to(tmp_path / "nowhere")
    (tree / "kettles" / "folder.yaml").mkdir()
    os.mkfifo(tree / "kettles" / "pipe.yaml")
    (tree / "elsewhere").symlink_to(tree / "kettles")
    loaded = load(tree)
    assert place(loaded) == [
        ("elsewhere", "file-place", "a file at the top of the records"),
        ("dangling.yaml", "file-place", "a symbolic link"),
        ("folder.yaml", "file-place", "a folder within a folder"),
        ("link.yaml", "file-place", "a symbolic link"),
        ("pipe.yaml", "file-place", "not a plain file"),
    ]
    assert len(loaded.corpus) == 2


def test_a_link_that_appears_after_the_look_is_not_followed_either(tree: Path, tmp_path: Path) -> None:
    from kb.load import _read

    (tmp_path / "secret").write_text("secret")
    (tree / "kettles" / "late.yaml").symlink_to(tmp_path / "secret")
    read = _read(tree / "kettles" / "late.yaml", "late.yaml")
    assert isinstance(read, Finding)
    assert read.code == "file-place"


def test_a_pipe_does_not_hang_the_reader(tree: Path) -> None:
    from kb.load import _read

    os.mkfifo(tree / "kettles" / "pipe.yaml")
    read = _read(tree / "kettles" / "pipe.yaml", "pipe.yaml")
    assert isinstance(read, Finding)
    assert "not a plain file" in read.message


def test_files_and_folders_that_may_not_be_read(tree: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tree / "kettles" / "shut.yaml").write_text(CLAIM)
    (tree / "locked").mkdir()
    really_open, really_list = os.open, os.scandir

    def open_(path: str, flags: int) -> int:
        if Path(path).name == "shut.yaml":
            raise PermissionError(13, "Permission denied")
        return really_open(path, flags)

    def list_(folder: Any) -> Any:
        if Path(folder).name == "locked":
            raise PermissionError(13, "Permission denied")
        return really_list(folder)

    monkeypatch.setattr(os, "open", open_)
    monkeypatch.setattr(os, "scandir", list_)
    loaded = load(tree)
    assert place(loaded) == [
        ("shut.yaml", "file-place", "cannot be read: Permission denied"),
        ("locked", "file-place", "cannot be read: Permission denied"),
    ]
    assert "shut" in loaded.corpus.unread


def test_file_names_that_no_encoding_knows(tree: Path) -> None:
    name = os.path.join(os.fsencode(tree), b"kettles", b"b\xff\x1b[31md.yaml")  # noqa: PTH118 - bytes
    try:
        Path(os.fsdecode(name)).write_text(CLAIM)
    except OSError:
        pytest.skip("this file system wants UTF-8 names")
    loaded = load(tree)
    assert [f.code for f in loaded.findings] == ["id"]
    assert str(loaded.findings[0]).isprintable()
    assert len(loaded.corpus) == 2
    assert loaded.corpus.digest == load(tree).corpus.digest


def test_a_file_as_root_and_an_empty_root(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    assert (
        load(tmp_path / "empty") == Loaded(load(tmp_path / "empty").corpus, (), load(tmp_path / "empty").draft) or True
    )
    assert len(load(tmp_path / "empty").corpus) == 0
    (tmp_path / "file").write_text("")
    with pytest.raises(FileNotFoundError):
        load(tmp_path / "file")


def test_big_files_are_not_read_whole(tree: Path) -> None:
    with (tree / "kettles" / "big.yaml").open("wb") as file:
        file.truncate(5 * 1024 * 1024 * 1024)  # sparse: takes no room
    assert place(load(tree)) == [("big.yaml", "yaml-size", "the file has more than 65536 bytes")]


def test_what_could_not_be_read_is_known_by_name(tree: Path) -> None:
    (tree / "kettles" / "broken.yaml").write_text("kind: [")
    (tree / "kettles" / "wrong.yaml").write_text("kind: claim\n")
    (tree / "kettles" / "old.yml").write_text(CLAIM)
    (tree / "kettles" / "_topic.yaml").write_text("title: 1\n")
    loaded = load(tree)
    assert loaded.corpus.unread == {"broken", "wrong", "old", "kettles/_topic.yaml"}
    assert "wrong" in loaded.draft
    assert "wrong" not in loaded.draft.unread


# --- the words of the messages


@pytest.mark.parametrize(
    ("line", "message", "hint"),
    [
        ("title: 12", "`title` should be text, not 12", 'put it in quotes: "12"'),
        ("title: true", "`title` should be text, not true", 'put it in quotes: "true"'),
        (
            "title:",
            "`title` is empty",
            "write a value after `title:`, or delete the line; text that starts with # needs quotes",
        ),
        ("title: [a]", "`title` should be text, not a list", "only one may stand here: write `title: a`"),
        ("title: {a: b}", "`title` should be text, not fields", "write text here"),
        ("title: ab", "`title` is too short", "write at least 3 characters"),
        (f"title: {'x' * 130}", "`title` has 130 characters", "shorten it to at most 120"),
        ("tittle: x", "`tittle` is not a field here", "did you mean `title`?"),
        ("bears-on: []", "`bears-on` is not a field here", "did you mean `bears_on`?"),
        ("Form: causal", "`Form` is not a field here", "did you mean `form`?"),
        (
            "form: causl",
            "`form` cannot be 'causl'",
            "did you mean causal? write one of empirical, causal, forecast, counterfactual, definition, normative",
        ),
        (
            "base_rate: 0.3",
            "`base_rate` should be fields, not 0.3",
            "write one a line and indented: `credence:`, `why:`",
        ),
        (
            "base_rate: {credence: 70}",
            "`base_rate.credence` cannot be 70",
            "write a number that is strictly between 0 and 1, e.g. 0.7 for 70%",
        ),
        (
            "base_rate: {credence: 1}",
            "`base_rate.credence` cannot be 1",
            "write a number that is strictly between 0 and 1, e.g. 0.7 for 70%",
        ),
        (
            "base_rate: {credence: likly}",
            "`base_rate.credence` cannot be 'likly'",
            "did you mean likely? write one of almost no chance, very unlikely, unlikely, roughly even, likely, "
            "very likely, almost certain; or a number such as 0.7",
        ),
        (
            "quantities: [Big One]",
            "`quantities` cannot be 'Big One'",
            "use an id: lower-case words joined by hyphens, e.g. big-one",
        ),
        (
            "quantities: big",
            "`quantities` should be a list, not 'big'",
            "write `quantities: [big]`, or each entry on a line that starts with `- `",
        ),
        (
            "bears_on: [somewhere]",
            "`bears_on` should be fields, not 'somewhere'",
            "write one a line and indented: `claim:`, `stance:`, `strength:`, `why:`",
        ),
        (
            "added: 2026-13-01",
            "`added`: 2026-13-01 is not a date (month must be in 1..12)",
            "write a date of the calendar as YYYY-MM-DD",
        ),
        ("added: yesterday", "`added` cannot be 'yesterday'", "write a date as YYYY-MM-DD"),
        (
            "senses: {word: A B}",
            "`senses.word` cannot be 'A B'",
            "use an id: lower-case words joined by hyphens, e.g. a-b",
        ),
        ("scope: {domain: a, b}", "`scope.b` is not a field here", "fields here: domain, period, metric, population"),
        (
            "scope: {domain: a, b c}",
            "`scope.b c` is not a field here",
            "put text that contains commas in quotes, or write one field a line",
        ),
    ],
)
def test_messages_say_what_to_write(line: str, message: str, hint: str) -> None:
    base = {"kind: claim", "title: Kettles boil", "text: Every kettle boils in the end."}
    name = line.split(":")[0].lower().replace("tittle", "title")
    lines = [*sorted(b for b in base if b.split(":")[0] != name), line]
    assert [found[1:] for found in words("\n".join(lines) + "\n")] == [(message, hint)]


def test_missing_fields_are_explained() -> None:
    assert words("kind: source\ntitle: A log\n", "source") == [
        (1, "the field `type` is missing", "add `type: ...` (What kind of publication; sets the default reliability.)")
    ]


def test_a_misspelt_field_is_not_called_missing_too() -> None:
    assert words("kind: claim\ntitel: Kettles boil\ntext: Every kettle boils.\n") == [
        (2, "`titel` is not a field here", "did you mean `title`?")
    ]


@pytest.mark.parametrize(
    ("text", "message", "guess"),
    [
        ("kind: evidense\n", "'evidense' is not a kind of record", "did you mean evidence? "),
        ("kind: Claim\n", "'Claim' is not a kind of record", "did you mean claim? "),
        ("kind: 7\n", "'7' is not a kind of record", ""),
        ("title: x\n", "the field `kind` is missing", ""),
        ("title: x\npremises: [a]\nlink: {}\n", "the field `kind` is missing", "did you mean argument? "),
    ],
)
def test_wrong_kinds(text: str, message: str, guess: str) -> None:
    hint = next(hint for _, found, hint in words(text) if found == message)
    assert hint.startswith(f"{guess}write `kind:` and one of question, claim, argument")


def test_a_wrong_kind_does_not_hide_the_other_mistakes() -> None:
    found = words("kind: clam\ntitle: x\ncolour: red\n")
    assert [message for _, message, _ in found] == [
        "the field `text` is missing",
        "'clam' is not a kind of record",
        "`title` is too short",
        "`colour` is not a field here",
    ]


def test_what_pydantic_looks_at_only_later_is_found_at_once() -> None:
    """Checks of a whole link or record run in pydantic only when each of its fields is right."""
    text = (
        "kind: claim\ntitle: x\ntext: Every kettle boils.\nbears_on:\n"
        "  - {claim: a, stance: opposes, strength: {if_true: 0.8, if_false: 0.2}}\n"
    )
    assert [(line, message) for line, message, _ in words(text)] == [
        (2, "`title` is too short"),
        (5, "`bears_on`: the conditionals point the other way than the stance"),
    ]


def test_unions_speak_of_the_branch_that_is_meant() -> None:
    text = CLAIM + "bears_on:\n  - {claim: a, stance: opposes, strength: {db: 41}, why: Because it is so.}\n"
    assert words(text) == [(5, "`bears_on.strength.db` cannot be 41", "write a number that is at most 40")]
    text = CLAIM + "bears_on:\n  - {claim: a, stance: opposes, strength: huge, why: Because it is so.}\n"
    [(_, message, hint)] = words(text)
    assert message == "`bears_on.strength` cannot be 'huge'"
    assert "negligible, slight, moderate, strong, very strong, decisive; or {db: 5}" in hint


@pytest.mark.parametrize(
    ("text", "kind", "message"),
    [
        ("premises: [a]\nlink: {claim: b, stance: supports, strength: slight}\n",
         "argument", "one premise needs no argument file"),
        ("premises: [a, b]\n", "argument", "the fields do not fit together"),
        ("target: {from: a}\ntext: It fails.\nkill: guts\n", "undercut", "`target` does not fit"),
        ("metric: a\nunit: b\nbasis: measured\n", "quantity", "the fields do not fit together"),
    ],
)  # fmt: skip
def test_checks_of_whole_records(text: str, kind: str, message: str) -> None:
    [(_, found, hint)] = words(f"kind: {kind}\ntitle: One\n{text}", kind)
    assert found == message
    assert len(hint) > 10


def test_fields_that_do_not_fit_together_do_not_hide_what_rules_find(tree: Path) -> None:
    text = "kind: undercut\ntitle: It leaks\ntext: The kettle leaks.\npremise: leaks\ntarget: {argument: leak}\n"
    (tree / "kettles" / "both.yaml").write_text(text + "kill: guts\n")
    found = [(f.line, f.code) for f in check_tree(tree) if f.path.endswith("both.yaml")]
    assert found == [(1, "schema"), (4, "unknown-reference"), (5, "unknown-reference")]


def test_topics_are_checked_alike() -> None:
    topic, found = read_topic(b"title: Kettles\nquestion: Why?\norder: many\n", "kettles/_topic.yaml")
    assert topic is None
    assert [str(f) for f in found] == [
        "kettles/_topic.yaml:3:8 schema `order` should be a whole number, not 'many'; write a whole number here"
    ]


# --- drafts


def test_a_draft_is_a_valid_copy_that_keeps_what_is_right() -> None:
    text = "kind: claim\ntitle: x\nbears_on:\n  - {claim: somewhere, stance: suports, strength: slight}\n"
    read = read_record(text.encode(), "kettles/x.yaml", "kettles")
    assert read.entry is None
    assert read.draft is not None
    record = read.draft.record
    assert isinstance(record, m.Claim)
    assert record.bears_on[0].claim == "somewhere"
    assert record.text == "this is still missing"
    assert read.mended >= {(2, 8), (4, 32)}, "what is replaced"
    assert read.mended - {(2, 8), (4, 32)} == {(1, 1), (4, 3), (4, 5)}, "and what holds it, or lacks a field"


def test_a_draft_gives_a_misspelt_field_its_name_and_its_place() -> None:
    text = CLAIM + "bear_on:\n  - {claim: somewhere, stance: supports, strength: slight}\n"
    draft = read_record(text.encode(), "kettles/x.yaml", "kettles").draft
    assert draft is not None
    assert draft.record.get("bears_on")[0].claim == "somewhere"
    assert draft.document.mark(("bears_on", 0, "claim")) == (5, 13)


def test_a_file_with_faults_of_yaml_is_a_draft_only(tree: Path) -> None:
    (tree / "kettles" / "kettles-boil.yaml").write_text(CLAIM + "title: again\n")
    loaded = load(tree)
    assert [f.code for f in loaded.findings] == ["yaml-duplicate-key"]
    assert "kettles-boil" not in loaded.corpus
    assert "kettles-boil" in loaded.draft
    assert [f.code for f in check_tree(tree)] == ["yaml-duplicate-key"], "nothing follows from it"


@pytest.mark.parametrize("model", [*m.MODELS.values(), m.Topic], ids=lambda model: model.__name__)
def test_there_is_a_stand_in_for_every_field(model: type[m.Model]) -> None:
    for field in model.model_fields.values():
        stand_in(field.rebuild_annotation())


def test_no_record_may_have_the_id_of_a_stand_in(tree: Path) -> None:
    (tree / "kettles" / f"{MISSING_ID}.yaml").write_text(CLAIM)
    assert [f.code for f in load(tree).findings] == ["id"]


# --- nothing raises


JUNK = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-5, 5),
    st.floats(allow_nan=False, allow_infinity=False),
    st.sampled_from(["", "x", "Bad Id", "good-id", "likely", "supports", "2026-02-30", "none", "10 %", "a" * 700]),
    st.lists(st.sampled_from(["a", 1, None]), max_size=3),
    st.dictionaries(
        st.sampled_from(["db", "lr", "claim", "question", "phrase", "x y"]), st.sampled_from(["a", 1, None]), max_size=3
    ),
)
RECORDS = sorted(EVERYTHING.rglob("*.yaml"))


def paths(data: Any, at: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Every path in plain data."""
    inside = data.items() if isinstance(data, dict) else enumerate(data) if isinstance(data, list) else ()
    return [p for key, value in inside for p in [(*at, key), *paths(value, (*at, key))]]


@st.composite
def damaged(draw: st.DrawFn) -> tuple[Path, bytes]:
    """One of the good records with up to four values replaced, dropped or renamed."""
    path = draw(st.sampled_from(RECORDS))
    document, _ = read_document(path.read_bytes(), path.name)
    assert document is not None
    data = json.loads(json.dumps(document.data))
    for _ in range(draw(st.integers(1, 4))):
        where = draw(st.sampled_from(paths(data) or [("kind",)]))
        parent = data
        for step in where[:-1]:
            parent = parent[step]
        what = draw(st.sampled_from(["replace", "drop", "rename"]))
        if what == "replace" or isinstance(parent, list):
            parent[where[-1]] = draw(JUNK)
        else:
            value = parent.pop(where[-1], None)
            if what == "rename":
                parent[f"{where[-1]}x"] = value
    return path, json.dumps(data).encode()


@settings(max_examples=250, deadline=None, derandomize=True)
@given(damaged())
def test_damaged_records_are_findings(case: tuple[Path, bytes]) -> None:
    path, raw = case
    if path.name == "_topic.yaml":
        topic, found = read_topic(raw, "kettles/_topic.yaml")
        assert topic is not None or found
        return
    read = read_record(raw, f"kettles/{path.name}", path.parent.name)
    assert read.entry is not None or read.findings
    assert read.entry is None or read.draft is None
    for finding in read.findings:
        assert SHAPE.match(str(finding)), str(finding)


@settings(max_examples=30, deadline=None, derandomize=True)
@given(st.lists(damaged(), min_size=1, max_size=5))
def test_trees_with_damaged_records_are_checked(
    tmp_path_factory: pytest.TempPathFactory, cases: list[tuple[Path, bytes]]
) -> None:
    root = tmp_path_factory.mktemp("tree") / "claims"
    shutil.copytree(EVERYTHING, root)
    for path, raw in cases:
        (root / path.relative_to(EVERYTHING)).write_bytes(raw)
    found = check_tree(root)
    assert "rule-crashed" not in {f.code for f in found}
    for finding in found:
        assert SHAPE.match(str(finding)), str(finding)
