"""Rules, each on the trees of records in ``tests/corpora``: a folder ``bad/<code>`` is a case, no Python needed."""

from __future__ import annotations

import enum
import re
import types
import typing
from pathlib import Path

import pytest
from pydantic import BaseModel

from kb import models as m
from kb import rules, vocab
from kb.anchors import check_anchors
from kb.corpus import Corpus
from kb.errors import MAX_PER_FILE, MAX_PER_RUN, MORE, Finding, Level
from kb.load import load
from kb.models.base import ID_PATTERN
from kb.report import as_lines
from kb.rules import READING, RULES, check_loaded, check_tree, run_rules
from kb.rules._base import PLACES, references
from kb.snapshots import Found

CORPORA = Path(__file__).parent / "corpora"
BAD = sorted(path for path in (CORPORA / "bad").iterdir() if path.is_dir())
GOOD = sorted(path for path in (CORPORA / "good").iterdir() if path.is_dir() and path.name[0] != ".")
SHAPE = re.compile(r"[^:]+:[1-9][0-9]*:[1-9][0-9]* [a-z0-9-]+ \S.*; \S.*\Z")


def records_of(case: Path) -> Path:
    """The folder of records of a case: its `claims`, or the case itself."""
    return case / "claims" if (case / "claims").is_dir() else case


def findings_of(case: Path, monkeypatch: pytest.MonkeyPatch) -> list[Finding]:
    """Everything there is to say about a case, anchors included where it has stored copies."""
    monkeypatch.chdir(case)
    root = records_of(case).relative_to(case)
    found = list(check_tree(root))
    if Path("snapshots").is_dir():
        results = check_anchors(load(root).corpus, "snapshots")
        found += [finding for result in results if (finding := result.finding())]
    return found


@pytest.mark.parametrize("case", BAD, ids=lambda path: path.name)
def test_bad_records_give_exactly_the_expected_lines(case: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    expected = (case / "expected.txt").read_text(encoding="utf-8")
    found = findings_of(case, monkeypatch)
    assert as_lines(found) == expected
    assert f" {case.name} " in expected, "a case shows the code that it is named after"
    for line in expected.splitlines():
        assert SHAPE.match(line), line


@pytest.mark.parametrize("case", GOOD, ids=lambda path: path.name)
def test_good_records_give_no_finding(case: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert as_lines(findings_of(case, monkeypatch)) == ""
    assert len(load(records_of(case)).corpus) > 0


def test_every_case_has_a_code_and_every_code_of_reading_a_case() -> None:
    cases = {path.name for path in BAD}
    assert cases <= set(RULES) | set(READING)
    assert cases >= set(READING) - {"format", "rule-crashed"}, "the first is of kb fmt, the second of broken rules"


@pytest.mark.parametrize("rule", RULES.values(), ids=lambda rule: rule.code)
def test_every_rule_says_what_why_and_how_to_mend(rule: rules.Rule) -> None:
    first, _, rest = rule.doc.partition("\n\n")
    assert first.endswith((".", "?")), "the first paragraph says what must hold"
    assert len(rest.split()) >= 12, "the second says why, and how to mend it"


def test_rules_are_in_order_of_code_and_named_after_their_modules() -> None:
    assert list(RULES) == sorted(RULES)
    for code, rule in RULES.items():
        assert rule.check.__module__ == f"kb.rules.{code.replace('-', '_')}"


# --- what the good trees use


def models_in(annotation: object) -> typing.Iterator[type[BaseModel]]:
    """Models that an annotation names, at any depth."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for part in typing.get_args(annotation):
        yield from models_in(part)


def all_models() -> set[type[BaseModel]]:
    """Every model that a record or a topic can hold."""
    found: set[type[BaseModel]] = set()
    todo: list[type[BaseModel]] = [*m.MODELS.values(), m.Topic]
    while todo:
        model = todo.pop()
        if model not in found:
            found.add(model)
            todo += [sub for field in model.model_fields.values() for sub in models_in(field.annotation)]
    return found


def home(model: type[BaseModel], name: str) -> type[BaseModel]:
    """The class that defines a field: what all records share is used once for all of them."""
    return next(base for base in reversed(model.__mro__) if name in getattr(base, "__annotations__", {}))


def used(value: object, seen: set[tuple[type, str]], words: set[str]) -> None:
    """Collect the fields and the words of vocabularies that a record uses."""
    if isinstance(value, BaseModel):
        for name in value.model_fields_set:
            seen.add((home(type(value), name), name))
            used(getattr(value, name), seen, words)
    elif isinstance(value, dict):
        for part in value.values():
            used(part, seen, words)
    elif isinstance(value, tuple):
        for part in value:
            used(part, seen, words)
    elif isinstance(value, enum.Enum):
        words.add(f"{type(value).__name__}.{value.value}")
    elif isinstance(value, str) and len(value) < 40:
        words.add(value)


def test_the_good_trees_use_every_field_and_every_word() -> None:
    seen: set[tuple[type, str]] = set()
    words: set[str] = set()
    for case in GOOD:
        corpus = load(records_of(case)).corpus
        for entry in corpus:
            used(entry.record, seen, words)
        for topic in corpus.topics.values():
            used(topic, seen, words)
    unused = sorted(
        f"{model.__name__}.{name}"
        for model in all_models()
        for name in model.model_fields
        if (home(model, name), name) not in seen
    )
    assert unused == []
    said = {vocab.Firmness}  # what the program says of a claim: no field may hold it
    fields = {str(field.annotation) for model in all_models() for field in model.model_fields.values()}
    assert not [e for e in said if any(e.__name__ in field for field in fields)]
    enums = [
        e
        for e in vars(vocab).values()
        if isinstance(e, type) and issubclass(e, vocab.Term) and e is not vocab.Term and e not in said
    ]
    assert sorted(f"{e.__name__}.{w.value}" for e in enums for w in e if f"{e.__name__}.{w.value}" not in words) == []
    scales = [*vocab.STRENGTH_WORDS, *vocab.RELIABILITY_WORDS, *vocab.CREDENCE_WORDS]
    assert sorted(word for word in scales if word not in words) == []


# --- references


def id_fields(model: type[BaseModel], at: tuple[str, ...] = ()) -> typing.Iterator[str]:
    """Places of a model that hold ids, in the notation of ``PLACES``."""
    for name, field in model.model_fields.items():
        yield from id_places(field.rebuild_annotation(), (*at, field.alias or name))


def id_places(annotation: object, at: tuple[str, ...]) -> typing.Iterator[str]:
    """Places of ids below an annotation."""
    origin, args = typing.get_origin(annotation), typing.get_args(annotation)
    if origin is typing.Annotated:
        if args[0] is str and ID_PATTERN in repr(args[1:]):
            yield ".".join(at)
        else:
            yield from id_places(args[0], at)
    elif origin is tuple:
        yield from id_places(args[0], (*at, "*"))
    elif origin is dict:
        yield from id_places(args[0], (*at, "?"))
        yield from id_places(args[1], (*at, "*"))
    elif origin in (typing.Union, types.UnionType):
        for arg in args:
            yield from id_places(arg, at)
    elif isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield from id_fields(annotation, at)


@pytest.mark.parametrize("kind", vocab.Kind)
def test_every_field_that_holds_an_id_is_known_to_the_reference_rules(kind: vocab.Kind) -> None:
    own = {"id", "aliases.*", "outcomes.*.id"}
    assert {place for place, _ in PLACES[kind]} == set(id_fields(m.MODELS[kind])) - own


def test_references_carry_their_place(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(CORPORA / "good" / "everything")
    corpus = load("claims").corpus
    found = {(ref.entry.id, ref.field, ref.id) for ref in references(corpus)}
    assert ("forty-kettles-timed", "bears_on.likelihood", "watching-changes-nothing") in found
    assert ("view-of-the-tester", "set.strengths", "kettle-lids-matter") in found
    assert not any(id == "none" for _, _, id in found)


def test_a_record_that_fails_the_schema_is_not_called_missing(tmp_path: Path) -> None:
    shelf = tmp_path / "kettles"
    shelf.mkdir()
    (shelf / "_topic.yaml").write_text("title: Kettles\nquestion: Do they boil late?\n")
    (shelf / "q.yaml").write_text("kind: question\ntitle: Do kettles boil late?\nanswers: [late]\n")
    (shelf / "late.yaml").write_text("kind: claim\ntitle: They do\ntext: 12\nseen_in:\n  - source: log\n")
    lines = [(f.path.rsplit("/", 1)[1], f.line, f.code) for f in check_tree(tmp_path)]
    assert lines == [
        ("late.yaml", 3, "schema"),
        ("late.yaml", 5, "no-anchor"),
        ("late.yaml", 5, "unknown-reference"),
    ]
    assert "late" not in load(tmp_path).corpus, "a broken record never reaches the engine"


# --- runner


def test_a_crashing_rule_becomes_a_finding_and_the_others_run(monkeypatch: pytest.MonkeyPatch) -> None:
    def explode(corpus: Corpus) -> typing.Iterator[Finding]:
        yield Finding(corpus.root, 1, 1, "explode", "before", "the crash")
        raise ZeroDivisionError("::error::\x1b[31m")

    broken = rules.Rule("explode", rules.Family.CHECK, Level.WARNING, explode, "Explodes.")
    monkeypatch.setattr(rules, "RULES", types.MappingProxyType({"explode": broken, **RULES}))
    monkeypatch.chdir(CORPORA / "bad" / "orphan-claim")
    found = run_rules(load("claims").corpus)
    assert sorted(f.code for f in found) == ["explode", "orphan-claim", "rule-crashed"]
    line = next(str(f) for f in found if f.code == "rule-crashed")
    assert SHAPE.match(line)
    assert "\x1b" not in line
    assert "ZeroDivisionError" in line


def test_findings_do_not_depend_on_the_order_of_records(monkeypatch: pytest.MonkeyPatch) -> None:
    for case in BAD:
        monkeypatch.chdir(case)
        draft = load("claims").draft
        backwards = Corpus(reversed(list(draft)), draft.topics, draft.root, draft.unread)
        assert run_rules(draft) == run_rules(backwards)


def many(tmp_path: Path, files: int, mistakes: int) -> Path:
    """A tree with as many mistakes as asked for."""
    (tmp_path / "kettles").mkdir()
    (tmp_path / "kettles" / "_topic.yaml").write_text("title: Kettles\nquestion: Do they boil late?\n")
    for n in range(files):
        links = "".join(
            f"  - {{claim: nowhere-{i}, stance: supports, strength: slight, why: It leads nowhere.}}\n"
            for i in range(mistakes)
        )
        (tmp_path / "kettles" / f"c{n:03}.yaml").write_text(
            f"kind: claim\ntitle: Claim {n}\ntext: A kettle boils late.\nbears_on:\n{links}"
        )
    return tmp_path


def test_at_most_fifty_findings_a_file(tmp_path: Path) -> None:
    found = check_tree(many(tmp_path, 1, 50))  # 50 dangling links and a claim that leads to no question
    assert len(found) == MAX_PER_FILE + 1
    assert found[-1].code == MORE
    assert found[-1].message == "1 more finding is not shown"
    assert all(f.code == "unknown-reference" for f in found[:-1]), "errors come before suggestions"


def test_at_most_two_hundred_findings_a_run(tmp_path: Path) -> None:
    found = check_tree(many(tmp_path, 30, 10))
    assert len(found) == MAX_PER_RUN + 1
    assert found[-1].message == "130 more findings are not shown"
    assert found[-1].level is Level.ERROR
    assert found == check_tree(tmp_path)


def test_files_with_many_schema_errors_are_counted_too(tmp_path: Path) -> None:
    (tmp_path / "kettles").mkdir()
    (tmp_path / "kettles" / "_topic.yaml").write_text("title: Kettles\nquestion: Do they boil late?\n")
    stray = "".join(f"stray-{n}-field: 1\n" for n in range(70))
    (tmp_path / "kettles" / "late.yaml").write_text(f"kind: claim\ntitle: Late\ntext: It boils late.\n{stray}")
    found = check_tree(tmp_path)
    assert len(found) == MAX_PER_FILE + 1
    assert found[-1].message == "20 more findings are not shown"


def test_checking_loaded_records_equals_checking_the_tree(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(CORPORA / "bad" / "schema")
    assert check_loaded(load("claims")) == check_tree("claims")


def test_a_missing_folder_is_for_the_caller_to_say() -> None:
    with pytest.raises(FileNotFoundError, match="is not a folder of records"):
        check_tree("no/such/folder")


def test_the_anchors_of_the_good_tree_are_found() -> None:
    case = CORPORA / "good" / "everything"
    results = check_anchors(load(case / "claims").corpus, case / "snapshots")
    assert {result.status for result in results} == {Found.EXACT}
    assert any(result.anchor.digest == result.digest for result in results)


def test_long_chains_are_walked_without_a_stack(tmp_path: Path) -> None:
    """Undercuts of undercuts, answers to answers and a circle of claims, each longer than Python's stack."""
    (tmp_path / "kettles").mkdir()
    (tmp_path / "sources").mkdir()
    (tmp_path / "kettles" / "_topic.yaml").write_text("title: Kettles\nquestion: Do they boil late?\n")
    n = 1100
    for i in range(n):
        after = (i + 1) % n
        (tmp_path / "kettles" / f"c{i}.yaml").write_text(
            f"kind: claim\ntitle: Claim {i}\ntext: A kettle boils late.\nbears_on:\n"
            f"  - {{claim: c{after}, stance: supports, strength: slight, why: One leads to the next.}}\n"
        )
        (tmp_path / "kettles" / f"u{i}.yaml").write_text(
            f"kind: undercut\ntitle: Undercut {i}\npremise: c0\ntarget: {{undercut: u{after}}}\nkill: guts\n"
        )
        (tmp_path / "sources" / f"s{i}.yaml").write_text(
            f"kind: source\ntitle: Comment {i}\ntype: comment\npart_of: s{after}\n"
        )
    loaded = load(tmp_path)
    assert loaded.findings == ()
    codes = {f.code: f.message for f in run_rules(loaded.corpus)}
    assert sorted(codes) == [
        "cycle", "empty-undercut", "no-url", "orphan-claim", "source-circle", "undercut-target",
    ]  # fmt: skip
    assert codes["cycle"] == "the links run in a circle: c0 > c1 > c2 > c3 > c4 > c5 > ... > c0"


def test_thousands_of_dangling_references_do_not_hang_the_search_for_near_ids(tmp_path: Path) -> None:
    loaded = load(many(tmp_path, 100, 40))
    found = [f for f in run_rules(loaded.corpus) if f.code == "unknown-reference"]
    assert len(found) == 4000


@pytest.mark.parametrize("case", BAD, ids=lambda case: case.name)
def test_no_rule_reports_worse_than_its_own_level(case: Path) -> None:
    """What runs only the rules of errors misses no error."""
    loaded = load(records_of(case))
    errors, alone = (
        [f for f in check_loaded(loaded, errors_alone=some) if f.level is Level.ERROR and f.code != MORE]
        for some in (False, True)
    )
    assert errors == alone
