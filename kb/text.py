"""Source text to plain data with a line and column for every path.

An iterative builder over the event stream of PyYAML's C parser: no recursion, no anchors, aliases, tags, directives or
merge keys, no duplicate keys, and scalars read by the YAML 1.2 core schema (``no`` is a word, ``12:30`` is a word,
``010`` is refused).  Nothing here knows what a record is.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import yaml

from kb.errors import Finding

try:  # the wheel ships libyaml; a build without it still reads, more slowly
    from yaml import CSafeLoader as _Loader
except ImportError:  # pragma: no cover - depends on how PyYAML was built
    from yaml import SafeLoader as _Loader  # type: ignore[assignment]

MAX_BYTES = 64 * 1024
MAX_DEPTH = 8
MAX_NODES = 5_000

Path = tuple[str | int, ...]
Mark = tuple[int, int]

_NULL = re.compile(r"(?:~|null|Null|NULL)?\Z")
_BOOL = re.compile(r"(?:true|True|TRUE|false|False|FALSE)\Z")
_INT = re.compile(r"[-+]?(?:0|[1-9][0-9]{0,17})\Z")
_FLOAT = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?\Z")
_ODD_NUMBER = re.compile(r"[-+]?(?:0[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+|\.(?:inf|Inf|INF|nan|NaN|NAN)|[0-9]{19,})\Z")
_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ufeff\u2028\u2029\ufffe\uffff]")
_HIDDEN = re.compile("[\u00ad\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufff9-\ufffb\U000e0000-\U000e007f]")
_EMOJI_JOINER = re.compile(
    "(?<=[\u2600-\u27bf\ufe0f\U0001f000-\U0001faff])\u200d(?=[\u2600-\u27bf\U0001f000-\U0001faff])"
)


@dataclass(frozen=True, slots=True)
class Document:
    """What a file says, and where it says it.

    Attributes:
        data: the top-level mapping as plain Python data.
        marks: path to (line, column) of the value, counted from 1; a key's own mark has ``"?"`` appended to its path.
    """

    data: dict[str, Any]
    marks: Mapping[Path, Mark] = field(repr=False)

    def mark(self, path: Path, *, key: bool = False) -> Mark:
        """Line and column of a path, or of its nearest ancestor that the file has."""
        if key and (*path, "?") in self.marks:
            return self.marks[(*path, "?")]
        for n in range(len(path), -1, -1):
            if path[:n] in self.marks:
                return self.marks[path[:n]]
        return (1, 1)


class _Refused(Exception):
    """One thing the reader does not take."""

    def __init__(self, mark: Mark, code: str, message: str, hint: str) -> None:
        self.where = (mark, code, message, hint)


def _scalar(event: yaml.ScalarEvent) -> Any:
    """A scalar by the core schema; quoted and block scalars are always strings."""
    text: str = event.value
    if event.style:  # libyaml says "" for a plain scalar, the pure parser None
        return text
    if _NULL.match(text):
        return None
    if _BOOL.match(text):
        return text[0] in "tT"
    if _INT.match(text):
        return int(text)
    if _ODD_NUMBER.match(text):
        raise _Refused(
            _mark(event),
            "yaml-number",
            f"the number {text[:24]} is read differently by different tools",
            "write it in decimal without leading zeros, or in quotes if it is a word",
        )
    if _FLOAT.match(text) and any(c.isdigit() for c in text):
        return float(text)
    return text


def _mark(event: yaml.Event) -> Mark:
    at = event.start_mark
    return (at.line + 1, at.column + 1) if at is not None else (1, 1)


def check_characters(text: str) -> tuple[Mark, str, str] | None:
    """The first character that no record may hold, as ((line, col), message, hint), or ``None``."""

    def at(pos: int) -> Mark:
        return (text.count("\n", 0, pos) + 1, pos - (text.rfind("\n", 0, pos) + 1) + 1)

    if m := _CONTROL.search(text):
        what = "a tab" if m[0] == "\t" else f"the control character U+{ord(m[0]):04X}"
        return at(m.start()), what, "delete it"
    for m in _HIDDEN.finditer(text):
        if m[0] == "\u200d" and _EMOJI_JOINER.match(text, m.start()):
            continue
        return at(m.start()), f"the invisible character U+{ord(m[0]):04X}", "delete it"
    if not text.isascii():
        if not unicodedata.is_normalized("NFC", text):
            for i, line in enumerate(text.split("\n"), 1):
                if not unicodedata.is_normalized("NFC", line):
                    return (
                        (i, 1),
                        "text that is not in Unicode form NFC",
                        "retype the accented letters as single characters",
                    )
        for pos, char in enumerate(text):
            if char > "\x7f" and unicodedata.category(char) in ("Cn", "Cs", "Co"):
                return at(pos), f"the unassigned character U+{ord(char):04X}", "delete it"
    return None


def _build(text: str) -> tuple[Any, dict[Path, Mark]]:
    """Run the event stream; raises ``_Refused`` or ``yaml.YAMLError``."""
    marks: dict[Path, Mark] = {}
    stack: list[tuple[Any, Path]] = []
    keys: list[str | None] = []
    root: Any = None
    nodes = documents = 0

    def place(value: Any, event: yaml.Event) -> Path:
        nonlocal root
        if not stack:
            root = value
            marks[()] = _mark(event)
            return ()
        parent, path = stack[-1]
        if isinstance(parent, list):
            here: Path = (*path, len(parent))
            parent.append(value)
        else:
            key = keys[-1]
            assert key is not None
            here = (*path, key)
            parent[key] = value
            keys[-1] = None
        marks[here] = _mark(event)
        return here

    for event in yaml.parse(text, Loader=_Loader):
        if isinstance(event, yaml.NodeEvent):
            nodes += 1
            if nodes > MAX_NODES:
                raise _Refused(_mark(event), "yaml-size", f"the file has more than {MAX_NODES} values", "split it")
            if isinstance(event, yaml.AliasEvent):
                raise _Refused(
                    _mark(event), "yaml-alias", "aliases (*name) are not allowed", "write the value out again"
                )
            if event.anchor is not None:
                raise _Refused(_mark(event), "yaml-alias", "anchors (&name) are not allowed", "delete the &name")
            if getattr(event, "tag", None) is not None:
                raise _Refused(
                    _mark(event),
                    "yaml-tag",
                    "tags (!name) are not allowed",
                    "delete the tag; quote the value if it is text",
                )
        if isinstance(event, yaml.DocumentStartEvent):
            documents += 1
            if documents > 1:
                raise _Refused(
                    _mark(event),
                    "yaml-documents",
                    "the file holds more than one document",
                    "keep one record a file: delete the `---`",
                )
            if event.version or event.tags:
                raise _Refused(_mark(event), "yaml-tag", "directives (%...) are not allowed", "delete the line")
        elif isinstance(event, yaml.ScalarEvent):
            if stack and isinstance(stack[-1][0], dict) and keys[-1] is None:
                key = event.value
                parent, path = stack[-1]
                if key == "<<" and not event.style:
                    raise _Refused(
                        _mark(event), "yaml-merge", "merge keys (<<) are not allowed", "write the fields out"
                    )
                if len(key) > 200:
                    raise _Refused(_mark(event), "yaml-size", "a key has more than 200 characters", "shorten it")
                if key in parent:
                    raise _Refused(
                        _mark(event),
                        "yaml-duplicate-key",
                        f"the key {key[:60]!r} is given twice",
                        "keep one of the two",
                    )
                keys[-1] = key
                marks[(*path, key, "?")] = _mark(event)
            else:
                place(_scalar(event), event)
        elif isinstance(event, yaml.MappingStartEvent | yaml.SequenceStartEvent):
            if stack and isinstance(stack[-1][0], dict) and keys[-1] is None:
                raise _Refused(_mark(event), "yaml-key", "a key must be a plain word", "write `word: value`")
            if len(stack) >= MAX_DEPTH:
                raise _Refused(_mark(event), "yaml-depth", f"nested more than {MAX_DEPTH} levels deep", "flatten it")
            value: Any = {} if isinstance(event, yaml.MappingStartEvent) else []
            stack.append((value, place(value, event)))
            keys.append(None)
        elif isinstance(event, yaml.MappingEndEvent | yaml.SequenceEndEvent):
            stack.pop()
            keys.pop()
    return root, marks


def read_document(raw: bytes, path: str) -> Document | Finding:
    """Read one file's bytes: a :class:`Document`, or the first thing that makes it unreadable.

    Never raises on content.  At most 64 KiB, 8 levels, 5,000 values, UTF-8 without BOM in Unicode form NFC.
    """
    if len(raw) > MAX_BYTES:
        return Finding(
            path,
            1,
            1,
            "yaml-size",
            f"the file has {len(raw)} bytes, more than {MAX_BYTES}",
            "split it, or shorten the notes",
        )
    try:
        text = raw.decode("utf-8").replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        return Finding(path, line, 1, "text-encoding", "the file is not UTF-8", "save it as UTF-8")
    if bad := check_characters(text):
        (line, col), what, hint = bad
        return Finding(path, line, col, "text-character", f"the file holds {what}", hint)
    try:
        data, marks = _build(text)
    except _Refused as refused:
        (line, col), code, message, hint = refused.where
        return Finding(path, line, col, code, message, hint)
    except yaml.MarkedYAMLError as error:
        at = error.problem_mark or error.context_mark
        line, col = (at.line + 1, at.column + 1) if at else (1, 1)
        problem = (error.problem or "not valid YAML")[:200]
        return Finding(path, line, col, "yaml-syntax", f"not valid YAML: {problem}", _syntax_hint(problem))
    except (yaml.YAMLError, ValueError) as error:
        return Finding(
            path, 1, 1, "yaml-syntax", f"not valid YAML: {str(error)[:200]}", "check quotes, colons and indentation"
        )
    if not isinstance(data, dict):
        return Finding(path, 1, 1, "yaml-syntax", "the file is not a mapping of fields", "start it with `kind: ...`")
    return Document(data, marks)


def _syntax_hint(problem: str) -> str:
    if "mapping values are not allowed" in problem:
        return "put the value in quotes if it contains `: `"
    if "could not find expected ':'" in problem or "simple key" in problem:
        return "every field needs `name: value`; check the indentation"
    if "tab" in problem or "cannot start any token" in problem:
        return "indent with spaces, and put values that start with a special character in quotes"
    return "check quotes, colons and indentation near this line"
