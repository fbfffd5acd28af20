"""Mended copies of broken records, so that rules can look at the rest of a file that fails the schema.

A draft never reaches the engine or a page.  Wrong values are replaced by valid stand-ins, missing fields are filled in,
unknown ones are renamed or dropped; findings at such places are not repeated by the rules.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from enum import Enum
from functools import lru_cache
from types import UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic import BaseModel, TypeAdapter, ValidationError
from rapidfuzz import process

from kb.text import Path

MISSING_ID = "this-is-still-missing"
"""Stands where an id is missing or cannot be one; no record may have this id."""
_MISSING_TEXT = "this is still missing"

_SCALARS: tuple[Any, ...] = (
    _MISSING_TEXT,
    MISSING_ID,
    "2000-01-01",
    "https://example.org/",
    "10.1234/missing",
    "0123456789abcdef",
    0.5,
    1,
    False,
)


def options(annotation: Any) -> Iterator[Any]:
    """The types that an annotation allows, unions and ``Annotated`` taken apart, ``None`` left out."""
    origin = get_origin(annotation)
    if origin is Annotated:
        yield from options(get_args(annotation)[0])
    elif origin in (Union, UnionType):
        for one in get_args(annotation):
            yield from options(one)
    elif annotation is not type(None):
        yield annotation


def field_named(model: type[BaseModel], name: str) -> tuple[str, Any] | None:
    """(name in the file, annotation with its limits) of a model's field, or ``None``."""
    for key, field in model.model_fields.items():
        if name in (key, field.alias):
            return field.alias or key, field.rebuild_annotation()
    return None


def near_field(name: str, model: type[BaseModel] | None) -> str | None:
    """The field of a model that a misspelt name most likely means."""
    if model is None:
        return None
    names = [field.alias or key for key, field in model.model_fields.items()]
    hit = process.extractOne(name[:60].lower().replace("-", "_").replace(" ", "_"), names, score_cutoff=75)
    return hit[0] if hit and abs(len(hit[0]) - len(name)) <= 4 else None


def annotation_at(model: type[BaseModel], where: Path, data: Any) -> Any:
    """The annotation of the value at a path, or ``None`` where the model has no such place.

    Where several models could stand at a place, the one that shares most fields with the data is meant.
    """
    here: Any = model
    for step in where:
        following: Any = None
        best = -1
        for option in options(here):
            if isinstance(option, type) and issubclass(option, BaseModel):
                found = field_named(option, step) if isinstance(step, str) else None
                keys = set(data) if isinstance(data, dict) else set()
                shared = len(keys & {field.alias or key for key, field in option.model_fields.items()})
                if found is not None and shared > best:
                    following, best = found[1], shared
            elif get_origin(option) in (tuple, dict) and isinstance(step, int) is (get_origin(option) is tuple):
                following = get_args(option)[0 if get_origin(option) is tuple else 1]
        if following is None:
            return None
        here = following
        try:
            data = data[step]
        except (KeyError, IndexError, TypeError):
            data = None
    return here


def model_at(model: type[BaseModel], where: Path, data: Any) -> type[BaseModel] | None:
    """The model that governs the mapping at a path, or ``None`` where it is no mapping of fields."""
    annotation = annotation_at(model, where, data)
    for step in where:
        try:
            data = data[step]
        except (KeyError, IndexError, TypeError):
            data = None
    keys = set(data) if isinstance(data, dict) else set()
    models = [o for o in options(annotation) if isinstance(o, type) and issubclass(o, BaseModel)]
    return max(models, key=lambda o: len(keys & set(o.model_fields)), default=None)


def stand_in(annotation: Any) -> Any:
    """Plain data that is valid at a place.

    Raises:
        LookupError: nothing that is known fits.
    """
    check = TypeAdapter(annotation)
    for candidate in _candidates(annotation):
        try:
            check.validate_json(json.dumps(candidate), strict=True)
        except ValidationError:
            continue
        return candidate
    raise LookupError(f"no stand-in for {annotation}")


def _candidates(annotation: Any, seen: tuple[Any, ...] = ()) -> Iterator[Any]:
    """Plain data that may be valid at a place, the likeliest first."""
    for option in options(annotation):
        origin = get_origin(option)
        if isinstance(option, type) and issubclass(option, BaseModel):
            required = dict(_required(option))
            yield required
            for key, field in option.model_fields.items():  # where one of several fields is asked for
                if not field.is_required() and option not in seen:
                    for value in _candidates(field.rebuild_annotation(), (*seen, option)):
                        yield {**required, field.alias or key: value}
        elif isinstance(option, type) and issubclass(option, Enum):
            yield next(iter(option)).value
        elif origin is Literal:
            yield get_args(option)[0]
        elif origin is tuple:
            yield []
            one = stand_in(get_args(option)[0])
            yield [one]
            yield [one, one]
        elif origin is dict:
            yield {}
            one = stand_in(get_args(option)[1])
            yield {MISSING_ID: one, f"{MISSING_ID}-too": one}
        else:
            yield from _SCALARS


@lru_cache(maxsize=100)
def _required(model: type[BaseModel]) -> tuple[tuple[str, Any], ...]:
    """(name, stand-in) of a model's required fields."""
    return tuple(
        (field.alias or key, stand_in(field.rebuild_annotation()))
        for key, field in model.model_fields.items()
        if field.is_required()
    )
