"""Pydantic's errors in words: what is wrong with a field, and what to write instead."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, get_args

from pydantic import BaseModel
from rapidfuzz import process

from kb.drafts import near_field, options
from kb.models.base import ID_PATTERN, Anchor
from kb.typed import with_a_cut

WHOLE = "the record"
_ADVICE = re.compile(r"((?:[^`:]|`[^`]*`|:(?! ))*): (.*)\Z", re.DOTALL)
"""What a check of ours says: what is wrong, a colon outside of code, what to write instead."""
_PERCENT = re.compile(r"\s*(\d+(?:\.\d+)?)\s*(?:%|percent|per cent)\s*")
_THOUSANDS = re.compile(r",(?=\d{3}\b)")
EVERYWHERE = frozenset({"id", "aliases", "status", "notes", "added", "summary"})
"""Fields of every record: not worth naming where a newcomer asks what a kind has."""


@dataclass(frozen=True, slots=True)
class Wrong:
    """What is known about one error: pydantic's type, context and message, the field, its value and what is around."""

    kind: str
    ctx: dict[str, Any]
    raw: str
    field: str
    name: str
    value: Any
    parent: type[BaseModel] | None
    annotation: Any

    @property
    def shown(self) -> str:
        """The value, short."""
        if isinstance(self.value, dict | list):
            return "a list" if isinstance(self.value, list) else "fields"
        if isinstance(self.value, bool):
            return "true" if self.value else "false"
        return repr(with_a_cut(self.value)) if isinstance(self.value, str) else repr(self.value)[:80]


def in_words(wrong: Wrong) -> tuple[str, str]:
    """What is wrong, and what to write instead."""
    if wrong.value is None and wrong.kind not in ("missing", "extra_forbidden", "value_error", "key_mismatch"):
        hint = f"write a value after `{wrong.name}:`, or delete the line"
        if str in options(wrong.annotation):
            hint += "; text that starts with # needs quotes"
        return f"`{wrong.field}` is empty", hint
    if wrong.kind == "value_error":
        raw = wrong.raw.removeprefix("Value error, ")
        parts = _ADVICE.match(raw)
        head, tail = parts.groups() if parts else (raw, "")
        if wrong.field == WHOLE:
            return (head, tail) if tail else ("the fields do not fit together", head)
        return f"`{wrong.field}`: {head}" if tail else f"`{wrong.field}` does not fit", tail or head
    if wrong.kind.endswith(("_type", "_parsing")):
        return _wrong_type(wrong)
    write = _HINTS.get(wrong.kind)
    return write(wrong) if write else (f"`{wrong.field}`: {wrong.raw[:160]}", "see `kb schema` for what it takes")


def _missing(wrong: Wrong) -> tuple[str, str]:
    fields = wrong.parent.model_fields if wrong.parent else {}
    about = next((f.description for k, f in fields.items() if wrong.name in (k, f.alias)), None)
    return f"the field `{wrong.field}` is missing", f"add `{wrong.name}: ...`" + (f" ({about})" if about else "")


def _extra(wrong: Wrong) -> tuple[str, str]:
    near = near_field(wrong.name, wrong.parent)
    if near == "authors" and (written := without_record(wrong.value)):
        hint = written
    elif near:
        hint = f"did you mean `{near}`?"
    elif wrong.value is None and " " in wrong.name:
        hint = "put text that contains commas in quotes, or write one field a line"
    else:
        names = [f.alias or k for k, f in wrong.parent.model_fields.items()] if wrong.parent else []
        hint = f"fields here: {', '.join(n for n in names if n not in EVERYWHERE)}"
    return f"`{wrong.field}` is not a field here", hint


def _choice(wrong: Wrong) -> tuple[str, str]:
    words = re.findall(r"'([^']*)'", str(wrong.ctx.get("expected", "")))
    near = process.extractOne(str(wrong.value)[:80].lower(), words, score_cutoff=70) if words else None
    guess = f"did you mean {near[0]}? " if near else ""
    also = ""
    if wrong.name == "strength" or "strengths" in wrong.field:
        also = "; or {db: 5}, {lr: 3}, {if_true: .6, if_false: .2}"
    elif wrong.name in ("credence", "base_rate", "value", "reliability", "kill"):
        also = "; or a number such as 0.7"
    percent = _PERCENT.fullmatch(wrong.value) if also.endswith("0.7") and isinstance(wrong.value, str) else None
    if percent is not None:
        guess = f"write {float(percent[1]) / 100:g} for {percent[1]}%; or "
    return f"`{wrong.field}` cannot be {wrong.shown}", f"{guess}write one of {', '.join(words)}{also}"


def _pattern(wrong: Wrong) -> tuple[str, str]:
    pattern = str(wrong.ctx.get("pattern"))
    hint = _PATTERN_HINT.get(pattern, f"it must match {pattern}")
    if pattern == ID_PATTERN and (slug := re.sub(r"[^a-z0-9]+", "-", str(wrong.value).lower()).strip("-")[:80]):
        lines = " - " in str(wrong.value)
        hint = "indent the entries of one list alike" if lines else f"{hint}, e.g. {slug}"
    if wrong.field == "authors" and pattern == ID_PATTERN:
        hint = without_record(wrong.value) or hint
    if wrong.name == "url" and isinstance(wrong.value, str):
        hint = _address(wrong.value, hint)
    return f"`{wrong.field}` cannot be {wrong.shown}", hint


def without_record(value: Any) -> str:
    """How authors who are named, not given by the id of their record, are written; empty where they are ids."""
    names = value if isinstance(value, list) else [value]
    if not all(isinstance(name, str) for name in names) or all(re.fullmatch(ID_PATTERN, name) for name in names):
        return ""
    text = with_a_cut(", ".join(names), 120)
    text = f'"{text}"' if re.search(r": |[#\[\]{}\"'`]", text) else text
    return f"for a name without a record write `authors_text: {text}`; for one with a record `authors: [its-id]`"


def _address(value: str, hint: str) -> str:
    """What to write instead of something that is no web address."""
    bare = value.strip()
    if re.match(r"https?://", bare) and " " in bare:
        return f"write blanks in an address as %20: {bare.replace(' ', '%20')[:120]}"
    if re.match(r"(?:www\.|[\w-]+(?:\.[\w-]+)*\.[a-z]{2,}/)", bare) and " " not in bare:
        return f"{hint}: https://{bare[:120]}"
    return hint


def _bound(wrong: Wrong) -> tuple[str, str]:
    limits = {"gt": "more than", "ge": "at least", "lt": "less than", "le": "at most"}
    bound = next((f"{words} {wrong.ctx[key]:g}" for key, words in limits.items() if key in wrong.ctx), "within limits")
    limit = next((wrong.ctx[key] for key in limits if key in wrong.ctx), None)
    if limit in (0.0, 1.0, 1e-6, 1 - 1e-6) and wrong.name != "lr":
        value = wrong.value if isinstance(wrong.value, int | float) and 1 < wrong.value < 100 else 70
        bound = f"strictly between 0 and 1, e.g. {value / 100:g} for {value:g}%"
    elif wrong.name == "lr":
        bound += "; `stance: opposes` makes it speak against the claim"
    return f"`{wrong.field}` cannot be {wrong.shown}", f"write a number that is {bound}"


def _wrong_type(wrong: Wrong) -> tuple[str, str]:
    wanted = _TYPE_WORDS.get(re.sub(r"_(type|parsing)\Z", "", wrong.kind), "something else")
    message = f"`{wrong.field}` should be {wanted}, not {wrong.shown}"
    if wanted == "text" and isinstance(wrong.value, int | float):
        value = str(wrong.value).lower() if isinstance(wrong.value, bool) else wrong.value
        return message, f'put it in quotes: "{value}"'
    if wanted == "a list":
        if wrong.name == "authors" and (written := without_record(wrong.value)):
            return message, written
        names = _field_names(next((get_args(o)[0] for o in options(wrong.annotation) if get_args(o)), None))
        if isinstance(wrong.value, dict):
            return message, "start each entry with `- `, also a single one"
        if names:
            return message, f"start each entry with `- ` and give it {names}"
        return (
            message,
            f"write `{wrong.name}: [{str(wrong.value)[:40]}]`, or each entry on a line that starts with `- `",
        )
    if wanted == "fields" and isinstance(wrong.value, str) and Anchor in options(wrong.annotation):
        return message, f'write two lines: `{wrong.name}:` and, below it and indented, `  start: "first words"`'
    if wanted == "fields":
        names = _field_names(wrong.annotation)
        hint = f"write one a line and indented: {names}" if names else "write lines of `name: value`, indented"
        return message, hint
    if wanted == "text" and isinstance(wrong.value, list) and len(wrong.value) == 1:
        return message, f"only one may stand here: write `{wrong.name}: {str(wrong.value[0])[:40]}`"
    number = re.match(r"[-+]?[0-9.,]*[0-9]", wrong.value) if isinstance(wrong.value, str) else None
    if wanted == "a number" and number:
        alone = _THOUSANDS.sub("", number[0])
        if number[0] == wrong.value:
            how = "take the quotation marks away" if alone == wrong.value else "write it without commas"
            return message, f"{how}: {alone}"
        percent = wrong.value[number.end() :].lstrip().startswith("%")
        return (
            message,
            "write it as a fraction, e.g. 0.7 for 70%" if percent else f"write the number alone: {alone}",
        )
    return message, f"write {wanted} here"


def _field_names(annotation: Any) -> str:
    """The fields that a mapping needs, as people write them; empty where no model is meant."""
    models = [o for o in options(annotation) if isinstance(o, type) and issubclass(o, BaseModel)]
    if not models:
        return ""
    fields = models[0].model_fields
    needed = [f.alias or k for k, f in fields.items() if f.is_required() or k in ("why", "anchor")]
    if needed and any(f.is_required() for f in fields.values()):
        return ", ".join(f"`{name}:`" for name in needed)
    return " or ".join(f"`{f.alias or k}:`" for k, f in fields.items())


_TYPE_WORDS = {
    "string": "text",
    "dict": "fields",
    "model_attributes": "fields",
    "model": "fields",
    "tuple": "a list",
    "float": "a number",
    "int": "a whole number",
    "bool": "true or false",
}
_PATTERN_HINT = {
    ID_PATTERN: "use an id: lower-case words joined by hyphens",
    r"^\d{4}-\d{2}-\d{2}$": "write a date as YYYY-MM-DD",
    r"^\d{4}(-\d{2}(-\d{2})?)?$": 'write a date as "YYYY", YYYY-MM or YYYY-MM-DD',
    r"^https?://[^\s<>\"{}|\\^`]+$": "write a full address that starts with https://",
    r"^10\.\d{4,9}/\S+$": "write a DOI that starts with 10.",
    r"^[0-9a-f]{16}$": "leave it out; `kb anchor` fills it",
}
_HINTS: dict[str, Callable[[Wrong], tuple[str, str]]] = {
    "missing": _missing,
    "extra_forbidden": _extra,
    "enum": _choice,
    "literal_error": _choice,
    "string_pattern_mismatch": _pattern,
    "greater_than": _bound,
    "greater_than_equal": _bound,
    "less_than": _bound,
    "less_than_equal": _bound,
    "union_tag_invalid": lambda w: (f"`{w.field}` cannot be {w.shown}", _UNION),
    "union_tag_not_found": lambda w: (f"`{w.field}` cannot be {w.shown}", _UNION),
    "string_too_long": lambda w: (
        f"`{w.field}` has {len(str(w.value))} characters",
        f"shorten it to at most {w.ctx.get('max_length')}",
    ),
    "string_too_short": lambda w: (f"`{w.field}` is too short", f"write at least {w.ctx.get('min_length')} characters"),
    "too_short": lambda w: (f"`{w.field}` has too few entries", f"give at least {w.ctx.get('min_length')}"),
    "too_long": lambda w: (f"`{w.field}` has too many entries", f"give at most {w.ctx.get('max_length')}"),
    "finite_number": lambda w: (f"`{w.field}` is not a finite number", "write a number"),
    "key_mismatch": lambda w: (
        f"{w.name!r} cannot stand here as a key",
        "use an id: lower-case words joined by hyphens"
        if w.ctx.get("pattern") == ID_PATTERN
        else "use a short word or phrase",
    ),
}
_UNION = "write a word of the scale, {db: ...}, {lr: ...} or {if_true: ..., if_false: ...}"
