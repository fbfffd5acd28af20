"""What a YAML parser says of a text, in words that tell a newcomer what to write instead.  Reads nothing itself."""

from __future__ import annotations

import json
import re
from typing import Any, NamedTuple

import yaml

_FIELD = re.compile(r"\s*(?:- +)*(?P<name>[A-Za-z_][\w-]*):(?P<gap>\s*)(?P<value>.*?)\s*\Z")
_GLUED_COLON = re.compile(r"\s*(?:- +)*(?P<name>[A-Za-z_]\w*):(?P<value>[^\s/].*?)\s*\Z")
_GLUED_DASH = re.compile(r"\s*-(?P<name>[A-Za-z_]\w*):")
_NO_BREAK = "\u00a0"


class Said(NamedTuple):
    """Where it is, what is wrong, and what to write instead; line and column from 1."""

    mark: tuple[int, int]
    message: str
    hint: str


def in_words(error: yaml.MarkedYAMLError, text: str) -> Said:
    """A parser's complaint in words.

    Args:
        error: what the parser raised.
        text: the whole text, with plain newlines.
    """
    problem = error.problem or ""
    lines = text.split("\n")
    here, there = _mark(error.problem_mark), _mark(error.context_mark)
    mark = here or there or (1, 1)
    if "could not find expected ':'" in problem and there is not None:
        return _no_colon(there, _line(lines, there))
    if "mapping values are not allowed" in problem:
        return _colon_inside(mark, lines)
    if "unexpected end of stream" in problem and there is not None:
        hint = "close it; where the text itself holds such a mark, put the text in the other kind of quotes"
        return Said(there, "a quotation mark or bracket is opened here and never closed", hint)
    if "cannot start any token" in problem:
        return _bad_start(mark, _line(lines, mark))
    if "did not find expected key" in problem:
        return _no_key(mark, _line(lines, mark))
    for part, message, hint in _OTHERS:
        if part in problem:
            return Said(mark, message, hint)
    return Said(mark, f"not valid YAML: {problem[:200] or 'it cannot be read'}", "check quotes, colons and indentation")


def _mark(at: Any) -> tuple[int, int] | None:
    return (at.line + 1, at.column + 1) if at is not None else None


def _line(lines: list[str], mark: tuple[int, int]) -> str:
    return lines[mark[0] - 1] if 0 < mark[0] <= len(lines) else ""


def _quoted(value: str) -> str:
    """A value in quotation marks as a hint shows it; cut where it is long."""
    short = value if len(value) <= 40 else f"{value[:37]}..."
    return json.dumps(short, ensure_ascii=False)


def _no_colon(mark: tuple[int, int], line: str) -> Said:
    """A line without ``name: value``."""
    glued = _GLUED_COLON.match(line)
    if _NO_BREAK in line:
        return Said(mark, "a no-break space stands where a plain blank is needed", "delete it and type a blank")
    if glued is not None:
        hint = f"write `{glued['name']}: {glued['value'][:40]}`"
        return Said(mark, "there is no blank after the colon", hint)
    hint = "write `name: value`; text that goes on from the line before is indented further"
    return Said(mark, "this line is no field: it has no colon", hint)


def _colon_inside(mark: tuple[int, int], lines: list[str]) -> Said:
    """A colon and a blank inside a value, or a field that was taken for the end of one."""
    line = _line(lines, mark)
    for n in (mark[0], mark[0] - 1):
        dash = _GLUED_DASH.match(_line(lines, (n, 1)))
        if dash is not None:
            at = (n, _line(lines, (n, 1)).index("-") + 1)
            return Said(at, "there is no blank after the dash", f"write `- {dash['name']}: ...`")
    field = _FIELD.match(line)
    if field is not None and ":" in field["value"]:
        hint = f"put the value in quotes: `{field['name']}: {_quoted(field['value'])}`"
        return Said(mark, "a colon and a blank stand inside the value", hint)
    above = _line(lines, (mark[0] - 1, 1))
    before = _FIELD.match(above)
    if before is None and above.strip() and not above.startswith((" ", "#", "-")):
        return _no_colon((mark[0] - 1, 1), above)
    if before is not None and before["value"]:
        hint = "indent it like the field above, or delete what stands after the colon there"
        return Said(mark, "the line is indented, and the field above has a value already", hint)
    return Said(mark, "a colon stands where none can be", "put the value in quotes if it contains `: `")


def _bad_start(mark: tuple[int, int], line: str) -> Said:
    """A value that starts with a character that means something else."""
    char = line[mark[1] - 1 : mark[1]]
    if char == "\t":
        return Said(mark, "a tab stands in the indentation", "indent with spaces")
    field = _FIELD.match(line)
    hint = f"put the value in quotes: `{field['name']}: {_quoted(field['value'])}`" if field else "put it in quotes"
    return Said(mark, f"a value cannot start with `{char}`", hint)


def _no_key(mark: tuple[int, int], line: str) -> Said:
    """A field that does not line up, or a quotation mark that ends too early."""
    field = _FIELD.match(line)
    if field is not None and field["value"][:1] in ("'", '"') and mark[1] > 1:
        other = '"' if field["value"][0] == "'" else "'"
        hint = f"put the text in {other} instead of {field['value'][0]}, or write the mark inside it twice"
        if field["value"][0] == '"':
            hint = 'put the text in \' instead of ", or write \\" inside it'
        return Said(mark, "the text in quotation marks ends here, and something follows", hint)
    return Said(mark, "this line does not line up with the fields above", "indent the fields of one record alike")


_OTHERS = (
    (
        "did not find expected '-' indicator",
        "this line does not line up with the list above",
        "indent the fields of an entry below its first one: `- claim: ...`, then `  stance: ...`",
    ),
    (
        "block sequence entries are not allowed",
        "a list starts in the line of its field",
        "start it on a line of its own below the field",
    ),
    (
        "did not find expected ',' or",
        "a bracket is not closed, or the text in it holds a comma, a colon or another bracket",
        "close the bracket, and put such text in quotes",
    ),
    ("escape character", "a backslash stands in double quotes", "use single quotes, or write the backslash twice"),
    ("undefined alias", "a value cannot start with `*`", "put it in quotes"),
    ("did not find expected alphabetic", "a value cannot start with `&`, `*` or `!`", "put it in quotes"),
    ("expected comment or line break", "text stands behind `|` or `>`", "start the text on the next line, indented"),
    (
        "expected node content",
        "a value is missing behind a comma, a colon or a bracket",
        "write the value; put text with such marks in quotes",
    ),
    (
        "expected <document start>",
        "the fields of the record do not line up",
        "let every field of the record start in the first column",
    ),
    ("directive", "a line starts with `%`", "put text that starts with `%` in quotes"),
    ("non-alphabetical", "a line starts with `%`", "put text that starts with `%` in quotes"),
    (
        "block scalar",
        "the line after `|` or `>` is not as it should be",
        "write nothing after `|` or `>`, and indent the text below it",
    ),
)
"""Part of what the parser says, what it means, and what to write instead."""
