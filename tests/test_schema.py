from __future__ import annotations

import copy
import json
import re
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from referencing import Registry, Resource
from support import CLOCK, ROOT, Kb

from kb import fmt, schema, vocab
from kb.load import load

FOLDERS = (CLOCK, ROOT / "claims")


@pytest.fixture(scope="module")
def validators() -> dict[str, jsonschema.Draft202012Validator]:
    """Name to validator over the committed files, so that references between them are followed."""
    files = {name: json.loads((schema.FOLDER / schema.file_name(name)).read_text()) for name in schema.names()}
    registry: Registry[Any] = Registry().with_resources(
        (schema.file_name(name), Resource.from_contents(file)) for name, file in files.items()
    )
    return {name: jsonschema.Draft202012Validator(file, registry=registry) for name, file in files.items()}


def test_committed_schemas_are_fresh() -> None:
    assert not schema.stale(), f"{', '.join(schema.stale())} out of date: run `.venv/bin/{schema.COMMAND}` and commit"


@pytest.mark.parametrize("name", schema.names())
def test_schemas_are_schemas(name: str) -> None:
    made = schema.schema_of(name)
    jsonschema.Draft202012Validator.check_schema(made)
    assert schema.text_of(name) == schema.text_of(name)
    assert next(iter(json.loads(schema.text_of(name)))) == "$schema"
    assert schema.COMMAND in made["$comment"]


@pytest.mark.parametrize("folder", FOLDERS)
def test_every_record_fits_its_schema_and_the_common_one(validators: dict[str, Any], folder: Path) -> None:
    corpus = load(folder).corpus
    assert len(corpus) >= 30
    for entry in corpus:
        for validator in (validators[entry.kind.value], validators["record"]):
            problems = [f"{entry.path}: {e.json_path} {e.message}" for e in validator.iter_errors(entry.document.data)]
            assert not problems, problems
    for topic in corpus.topics.values():
        assert not list(validators["topic"].iter_errors(topic.model_dump(mode="json")))


@pytest.mark.parametrize("folder", FOLDERS)
def test_first_lines_lead_to_the_schema(folder: Path) -> None:
    depth = 2 if folder == ROOT / "claims" else 5
    for entry in load(folder).corpus:
        first = Path(entry.path).read_text(encoding="utf-8").split("\n", 1)[0]
        assert first == fmt.hint(entry.kind.value, depth), entry.path
        target = (Path(entry.path).parent / first.split("$schema=")[1]).resolve()
        assert target == schema.FOLDER / schema.file_name(entry.kind.value)


MISTAKES = [
    ("claim", "form", "casual"),
    ("claim", "titel", "x"),
    ("claim", "title", "x" * 121),
    ("evidence", "design", "guess"),
    ("evidence", "added", "yesterday"),
    ("evidence", "bears_on", [{"claim": "a", "stance": "supports", "strength": "huge"}]),
    ("source", "url", "ftp://example.org"),
    ("position", "stance", "thinks"),
    ("question", "priors", {"A b": 0.5}),
]


@pytest.mark.parametrize(("kind", "field", "value"), MISTAKES)
def test_schemas_refuse_what_the_reader_refuses(
    validators: dict[str, Any], clock_copy: Path, kind: str, field: str, value: object
) -> None:
    entry = next(e for e in load(CLOCK).corpus if e.kind.value == kind)
    data = copy.deepcopy(entry.document.data)
    data[field] = value
    assert list(validators[kind].iter_errors(data))
    assert list(validators["record"].iter_errors(data))
    (clock_copy / entry.topic / f"{entry.id}.yaml").write_text(json.dumps(data))
    assert any(f.code == "schema" and entry.id in f.path for f in load(clock_copy).findings)


def test_every_field_says_what_it_is() -> None:
    for name in schema.names():
        for where, node in _fields(schema.schema_of(name)):
            assert node.get("description") or "$ref" in node, f"{name}: {where} has no description"


def _fields(node: Any, where: str = "") -> list[tuple[str, dict[str, Any]]]:
    found: list[tuple[str, dict[str, Any]]] = []
    if isinstance(node, dict):
        for key, value in node.items():
            if key == "properties" and node.get("additionalProperties") is False:
                found += [(f"{where}.{field}", inner) for field, inner in value.items()]
            found += _fields(value, f"{where}.{key}")
    elif isinstance(node, list):
        for n, value in enumerate(node):
            found += _fields(value, f"{where}[{n}]")
    return found


def test_vocabularies_are_explained_where_they_are_chosen() -> None:
    definitions = schema.schema_of("evidence")["$defs"]
    design = definitions["Design"]
    assert design["enumDescriptions"] == [d.definition for d in vocab.Design]
    strength = next(
        option
        for option in definitions["Link"]["properties"]["strength"]["oneOf"]
        if option.get("enum") == list(vocab.STRENGTH_WORDS)
    )
    assert strength["enumDescriptions"][1] == "3 dB: odds x2 once certain"


def test_patterns_are_plain_ecmascript() -> None:
    for name in schema.names():
        for pattern in re.findall(r'"pattern": ("(?:[^"\\]|\\.)*")', schema.text_of(name)):
            assert not re.search(r'\\["\'#:~ -]', json.loads(pattern)), pattern


def test_stale_names_missing_changed_and_left_over_files(tmp_path: Path) -> None:
    assert set(schema.stale(tmp_path)) == {schema.file_name(n) for n in schema.names()}
    for name, text in schema.texts().items():
        (tmp_path / name).write_text(text)
    assert schema.stale(tmp_path) == ()
    (tmp_path / "claim.schema.json").write_text("{}")
    (tmp_path / "gone.schema.json").write_text("{}")
    assert schema.stale(tmp_path) == ("claim.schema.json", "gone.schema.json")


def test_command(kb: Kb, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    assert kb("schema").out.splitlines()[0] == "question    kb/schemas/question.schema.json"
    assert kb("schema", "evidence").out == schema.text_of("evidence")
    assert kb("schema", "--check").code == 0
    wrong = kb("schema", "evidense")
    assert wrong.code == 1
    assert "evidence" in wrong.err
    monkeypatch.setattr(schema, "FOLDER", tmp_path)
    monkeypatch.setattr(schema.stale, "__defaults__", (tmp_path,))
    assert kb("schema", "--check").code == 1
    (tmp_path / "gone.schema.json").write_text("{}")
    assert kb("schema", "--write").code == 0
    assert kb("schema", "--check", "--json").out == '{\n "stale": []\n}\n'
    assert len(list(tmp_path.iterdir())) == len(schema.names())
