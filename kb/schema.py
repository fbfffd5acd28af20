"""JSON Schemas of the records, made from the models: for editors that complete and check, and for other tools.

A schema holds what one file can be checked for by itself.  Ties between files are the rules' business.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue
from pydantic_core import core_schema

from kb import models, odds, vocab

DIALECT = "https://json-schema.org/draft/2020-12/schema"
FOLDER = Path(__file__).parent / "schemas"
COMMAND = "kb schema --write"
ANY = "record"
"""Name of the schema that takes a record of any kind."""
TOPIC = "topic"


class _Generator(GenerateJsonSchema):
    """Pydantic's generator, with the vocabulary's definitions as hover texts and patterns every dialect reads."""

    schema_dialect = DIALECT

    def enum_schema(self, schema: core_schema.EnumSchema) -> JsonSchemaValue:
        """Values of a vocabulary with their definitions, which editors show while completing."""
        made = super().enum_schema(schema)
        return made | _definitions(schema["members"])

    def literal_schema(self, schema: core_schema.LiteralSchema) -> JsonSchemaValue:
        """A fixed value of a vocabulary, with its definition."""
        return super().literal_schema(schema) | _definitions(schema["expected"])

    def default_schema(self, schema: core_schema.WithDefaultSchema) -> JsonSchemaValue:
        """A field with a default; ``null`` is not offered, since leaving the field out says the same."""
        made = super().default_schema(schema)
        return {key: value for key, value in made.items() if (key, value) != ("default", None)}

    def dict_schema(self, schema: core_schema.DictSchema) -> JsonSchemaValue:
        """A mapping; where keys must have a pattern, no other key is taken."""
        made = super().dict_schema(schema)
        return made | ({"additionalProperties": False} if "patternProperties" in made else {})

    def str_schema(self, schema: core_schema.StringSchema) -> JsonSchemaValue:
        """Text; ``\\"`` in a pattern is an error to a strict ECMAScript reader, so the backslash goes."""
        made = super().str_schema(schema)
        if "pattern" in made:
            made["pattern"] = made["pattern"].replace('\\"', '"')
        return made


def _definitions(members: Iterable[Any]) -> JsonSchemaValue:
    """What each value means, in the form that editors read; empty where the vocabulary does not say."""
    told = [_meaning(member) for member in members]
    return {"enumDescriptions": told} if told and all(told) else {}


def _meaning(member: Any) -> str:
    if isinstance(member, vocab.Term):
        return member.definition
    if member in vocab.STRENGTH_WORDS:
        word = vocab.STRENGTH_WORDS[member]
        return f"{word.db:g} dB: odds {odds.say_factor(odds.nats(word.db))} once certain"
    if member in vocab.RELIABILITY_WORDS:
        return f"{vocab.RELIABILITY_WORDS[member]:g}"
    if member in vocab.CREDENCE_WORDS:
        low, high = vocab.CREDENCE_WORDS[member]
        return f"{low:.0%} to {high:.0%}"
    return ""


def names() -> tuple[str, ...]:
    """Every schema's name: the kinds in the order of the data model, then topic and record."""
    return (*(kind.value for kind in vocab.Kind), TOPIC, ANY)


def schema_of(name: str) -> dict[str, Any]:
    """The JSON Schema with this name as plain data.

    Raises:
        KeyError: no schema has this name.
    """
    if name == ANY:
        return _any()
    if name == TOPIC:
        return _made(models.Topic, "A folder of records: `_topic.yaml`")
    kind = next((kind for kind in vocab.Kind if kind.value == name), None)
    if kind is None:
        raise KeyError(name)
    return _made(models.MODELS[kind], f"A record of kind {name}")


def _head(title: str) -> dict[str, Any]:
    return {"$schema": DIALECT, "$comment": f"Generated from kb/models by `{COMMAND}`; do not edit.", "title": title}


def _made(model: type[BaseModel], title: str) -> dict[str, Any]:
    body = model.model_json_schema(by_alias=True, schema_generator=_Generator)
    return _head(title) | {key: value for key, value in body.items() if key not in ("$schema", "title")}


def _any() -> dict[str, Any]:
    """A record of any kind: its field ``kind`` chooses the schema, so that messages speak of that kind alone."""
    return _head("A record of any kind") | {
        "type": "object",
        "required": ["kind"],
        "properties": {"kind": {"enum": [k.value for k in vocab.Kind], **_definitions(vocab.Kind)}},
        "allOf": [
            {
                "if": {"properties": {"kind": {"const": kind.value}}, "required": ["kind"]},
                "then": {"$ref": file_name(kind.value)},
            }
            for kind in vocab.Kind
        ],
    }


def file_name(name: str) -> str:
    """File of a schema below ``kb/schemas``."""
    return f"{name}.schema.json"


def text_of(name: str) -> str:
    """The schema with this name as the text of its file.

    Raises:
        KeyError: no schema has this name.
    """
    return json.dumps(schema_of(name), ensure_ascii=False, indent=1) + "\n"


def texts() -> Mapping[str, str]:
    """File name to text, for every schema."""
    return {file_name(name): text_of(name) for name in names()}


def stale(folder: Path = FOLDER) -> tuple[str, ...]:
    """Names of files in ``folder`` that are missing, out of date or belong to no kind; empty when all is fresh."""
    wanted = texts()
    there = {path.name: path for path in folder.glob("*.json")} if folder.is_dir() else {}
    wrong = [n for n, text in wanted.items() if n not in there or there[n].read_text(encoding="utf-8") != text]
    return tuple(sorted([*wrong, *(n for n in there if n not in wanted)]))
