"""Models of the records: strict, closed, bounded; weights as people write them; every field explained."""

from __future__ import annotations

import json
import math
import typing
from typing import Any

import pytest
from pydantic import BaseModel, ValidationError

from kb import models as m
from kb import odds, vocab
from kb.models.weights import BaseRate, Link

MODELS = [*m.MODELS.values(), m.Topic]


def models_in(annotation: object) -> typing.Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for part in typing.get_args(annotation):
        yield from models_in(part)


def everything() -> list[type[BaseModel]]:
    """Every model that a file can hold, in order of name."""
    found: set[type[BaseModel]] = set()
    todo: list[type[BaseModel]] = list(MODELS)
    while todo:
        model = todo.pop()
        if model not in found:
            found.add(model)
            todo += [sub for field in model.model_fields.values() for sub in models_in(field.annotation)]
    return sorted(found, key=lambda model: model.__name__)


def read(model: type[Any], data: object) -> Any:
    return model.model_validate_json(json.dumps(data))


def link(**fields: object) -> Link:
    made: Link = read(Link, {"claim": "a", "stance": "supports", "strength": "slight", **fields})
    return made


# --- the shape of all models


@pytest.mark.parametrize("model", everything(), ids=lambda model: model.__name__)
def test_models_are_strict_closed_and_frozen_and_explain_their_fields(model: type[BaseModel]) -> None:
    config = model.model_config
    assert config["strict"] is True
    assert config["extra"] == "forbid"
    assert config["frozen"] is True
    assert config["allow_inf_nan"] is False
    assert model.__doc__
    for name, field in model.model_fields.items():
        assert field.title, f"{model.__name__}.{name} has no title"
        assert field.description, f"{model.__name__}.{name} has no description"


@pytest.mark.parametrize("model", everything(), ids=lambda model: model.__name__)
def test_every_text_and_every_list_has_a_limit(model: type[BaseModel]) -> None:
    schema = model.model_json_schema()

    def unbounded(part: Any, at: str) -> typing.Iterator[str]:
        if isinstance(part, dict):
            free = part.get("type") == "string" and not {"enum", "const", "maxLength", "pattern"} & set(part)
            if free or (part.get("type") == "array" and "maxItems" not in part):
                yield at
            for key, value in part.items():
                yield from unbounded(value, f"{at}.{key}")
        elif isinstance(part, list):
            for n, value in enumerate(part):
                yield from unbounded(value, f"{at}[{n}]")

    assert [at for at in unbounded(schema.get("properties", {}), model.__name__) if not at.endswith("$defs")] == []


def test_there_is_a_model_for_every_kind() -> None:
    assert list(m.MODELS) == list(vocab.Kind)
    for kind, model in m.MODELS.items():
        assert typing.get_args(model.model_fields["kind"].annotation) == (kind,)


# --- nothing is converted silently


@pytest.mark.parametrize(
    "value", [True, "0.5", "1_0.5", "NaN", None, [0.5], 0, 1, 1.0, -0.1, 1.1, 5e-324, 1 - 1e-17, 1e-7]
)
def test_no_such_credence(value: object) -> None:
    with pytest.raises(ValidationError):
        read(BaseRate, {"credence": value})


@pytest.mark.parametrize("value", [1e-6, 0.5, 1 - 1e-6, "likely", "almost no chance"])
def test_such_credences(value: object) -> None:
    assert 0 < m.credence_value(read(BaseRate, {"credence": value}).credence) < 1


@pytest.mark.parametrize(
    "strength",
    [
        "huge", "", 5, 5.0, True, None, [], {}, {"db": 41}, {"db": -1}, {"db": "5"}, {"lr": 0.5}, {"lr": 10_001},
        {"db": 5, "lr": 3}, {"if_true": 0.5}, {"if_true": 0, "if_false": 0.5}, {"if_true": 0.5, "if_false": 1},
        {"db": 5, "range": [1]}, {"db": 5, "range": [1, 2, 3]}, {"db": 5, "why": "x"},
    ],
)  # fmt: skip
def test_no_such_strength(strength: object) -> None:
    with pytest.raises(ValidationError):
        link(strength=strength)


@pytest.mark.parametrize("id", ["A", "a b", "a_b", "-a", "a-", "a--b", "", "é", "a\n", "x" * 81, 7, None])
def test_no_such_id(id: object) -> None:
    with pytest.raises(ValidationError):
        link(claim=id)


@pytest.mark.parametrize(
    "date", ["2025-13", "2025-02-30", "25", "2025-1-1", "2025-01-01T00", 2025, "0000", "2025-01-01\n"]
)
def test_no_such_date(date: object) -> None:
    with pytest.raises(ValidationError):
        read(m.Source, {"kind": "source", "title": "A log", "type": "report", "issued": date})


@pytest.mark.parametrize("date", ["2025", "2025-12", "2024-02-29"])
def test_such_dates(date: str) -> None:
    assert read(m.Source, {"kind": "source", "title": "A log", "type": "report", "issued": date}).issued == date


@pytest.mark.parametrize(
    "url",
    [
        "example.org",
        "javascript:alert(1)",
        "ftp://example.org",
        "https://a b",
        'https://a"',
        "https://<x>",
        "https://a\n",
    ],
)
def test_no_such_url(url: str) -> None:
    with pytest.raises(ValidationError):
        read(m.Source, {"kind": "source", "title": "A log", "type": "report", "url": url})


# --- weights


def test_words_numbers_ratios_and_tables_are_one_scale() -> None:
    assert link(strength="moderate").weight == pytest.approx(7 * odds.DB)
    assert link(strength={"db": 7}).weight == pytest.approx(7 * odds.DB)
    assert link(strength={"lr": 5}).weight == pytest.approx(math.log(5))
    assert link(strength={"if_true": 0.8, "if_false": 0.2}).weight == pytest.approx(math.log(4))
    assert link(strength="moderate", stance="opposes").weight == pytest.approx(-7 * odds.DB)
    table = {"if_true": 0.2, "if_false": 0.8}
    assert link(strength=table, stance="opposes").weight == pytest.approx(-math.log(4))


def test_a_link_that_does_not_count_has_no_weight() -> None:
    counts = {"value": False, "why": "It was voiced only to be disowned."}
    assert link(counts=counts).weight == 0
    assert link(counts={**counts, "value": True}).weight > 0


def test_a_table_must_point_the_way_of_the_stance() -> None:
    with pytest.raises(ValidationError, match="point the other way"):
        link(strength={"if_true": 0.2, "if_false": 0.8})
    assert link(strength={"if_true": 0.5, "if_false": 0.5}).weight == 0


def test_ranges_for_intervals() -> None:
    assert m.strength_range("strong") == pytest.approx((10 * odds.DB, 15 * odds.DB))
    stated = link(strength={"db": 5, "range": [2, 9]}).strength
    assert m.strength_range(stated) == pytest.approx((2 * odds.DB, 9 * odds.DB))
    assert m.strength_range(link(strength={"lr": 3}).strength) == pytest.approx((math.log(3), math.log(3)))
    assert m.strength_text(stated) == "5 dB"
    assert m.strength_text("very strong") == "very strong"


def test_words_stand_for_the_middle_of_their_range() -> None:
    assert m.credence_value("roughly even") == pytest.approx(0.5)
    assert m.credence_value("likely") == pytest.approx(0.675)
    assert m.reliability_value("good") == 0.85
    assert m.reliability_value(0.42) == 0.42


# --- what belongs together


BASE = {
    "argument": {
        "title": "Both", "premises": ["a", "b"], "link": {"claim": "c", "stance": "supports", "strength": "slight"},
    },
    "undercut": {"title": "It leaks", "text": "It leaks.", "target": {"argument": "a"}, "kill": "guts"},
    "position": {"by": "p", "on": "a", "stance": "asserts"},
    "quantity": {"title": "Size", "metric": "m", "unit": "u", "basis": "measured", "value": 1},
}  # fmt: skip


@pytest.mark.parametrize(
    ("kind", "change"),
    [
        ("argument", {"premises": ["a"]}),
        ("argument", {"link": None}),
        ("argument", {"scheme": "analogy"}),
        ("argument", {"premises": []}),
        ("undercut", {"premise": "a"}),
        ("undercut", {"text": None}),
        ("undercut", {"text": None, "premise": "a", "base_rate": {"credence": 0.3}}),
        ("undercut", {"target": {}}),
        ("undercut", {"target": {"from": "a"}}),
        ("undercut", {"target": {"from": "a", "to": "b", "argument": "c"}}),
        ("undercut", {"target": {"argument": "a", "undercut": "b"}}),
        ("undercut", {"kill": 1}),
        ("undercut", {"kill": 0.0}),
        ("position", {"credence": {"phrase": "five words are too many"}}),
        ("position", {"credence": {}}),
        ("position", {"credence": {"phrase": "no doubt", "direction": "up"}}),
        ("position", {"stance": "believes"}),
        ("quantity", {"formula": "a * 2", "inputs": {"a": "b"}}),
        ("quantity", {"value": None}),
        ("quantity", {"value": None, "formula": "2"}),
        ("quantity", {"inputs": {"a": "b"}}),
    ],
)
def test_fields_that_do_not_fit_together(kind: str, change: dict[str, object]) -> None:
    model = m.MODELS[vocab.Kind(kind)]
    good = {"kind": kind, **BASE[kind]}
    assert read(model, good)
    changed = {key: value for key, value in {**good, **change}.items() if value is not None}
    with pytest.raises(ValidationError):
        read(model, changed)


def test_records_know_whether_they_are_in_force() -> None:
    claim = {"kind": "claim", "title": "A claim", "text": "It is so."}
    assert read(m.Claim, claim).active
    assert read(m.Claim, {**claim, "status": {"state": "active"}}).active
    for state in ("withdrawn", "superseded", "merged"):
        assert not read(m.Claim, {**claim, "status": {"state": state}}).active


def test_get_reads_fields_that_only_some_kinds_have() -> None:
    claim = read(m.Claim, {"kind": "claim", "title": "A claim", "text": "It is so."})
    assert claim.get("title") == "A claim"
    assert claim.get("no_such_field", "x") == "x"
