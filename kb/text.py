"""Source text to plain data with a line and column for every path.

An iterative builder over the event stream of PyYAML's C parser: no recursion, no anchors, aliases, tags, directives or
merge keys, no duplicate keys, and scalars read by the YAML 1.2 core schema (``no`` is a word, ``12:30`` is a word,
``010`` is refused).  What is refused does not stop the reading where a reader could go on, so that all faults of a file
are found at once.  Nothing here knows what a record is.
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import yaml

from kb.errors import Finding
from kb.syntax import in_words

try:  # the wheel ships libyaml; a build without it still reads, more slowly
    from yaml import CSafeLoader as _Loader
except ImportError:  # pragma: no cover - depends on how PyYAML was built
    from yaml import SafeLoader as _Loader  # type: ignore[assignment]

MAX_BYTES = 64 * 1024
MAX_DEPTH = 8
MAX_NODES = 5_000
MAX_KEY = 200
MAX_CHARACTERS = 20
"""Refused characters that are reported one by one."""

Path = tuple[str | int, ...]
Mark = tuple[int, int]

_NULL = re.compile(r"(?:~|null|Null|NULL)?\Z")
_BOOL = re.compile(r"(?:true|True|TRUE|false|False|FALSE)\Z")
_INT = re.compile(r"[-+]?(?:0|[1-9][0-9]{0,17})\Z")
_FLOAT = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?\Z")
_ODD_NUMBER = re.compile(r"[-+]?(?:0[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+|\.(?:inf|Inf|INF|nan|NaN|NAN)|[0-9]{19,})\Z")
_MAY_MEAN_MORE = frozenset("~nNtTfF+-.0123456789")
"""First characters of plain scalars that are not just words."""
_CONTROL = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\ufeff\u2028\u2029\ufffe\uffff]")
_NOT_PLAIN = re.compile(r"[^\n -~]")
_HIDDEN = re.compile("[\u00ad\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufff9-\ufffb\U000e0000-\U000e007f]")
_TURNING = re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")
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


class Fault(NamedTuple):
    """One thing in a text that is not taken."""

    mark: Mark
    code: str
    message: str
    hint: str


class _Unreadable(Exception):
    """A fault after which nothing more can be read."""

    def __init__(self, mark: Mark, code: str, message: str, hint: str) -> None:
        self.fault = Fault(mark, code, message, hint)


def _mark(event: yaml.Event) -> Mark:
    at = event.start_mark
    return (at.line + 1, at.column + 1) if at is not None else (1, 1)


def clean(text: str) -> tuple[str, list[Fault]]:
    """The text without characters that no record may hold, and each of them as a fault (the first 20).

    Refused are control characters but the newline, invisible and bidirectional ones (but the joiner inside emoji),
    unassigned and private ones, and text that is not in Unicode form NFC.
    """
    if text.isascii() and not _CONTROL.search(text):
        return text, []
    faults: list[Fault] = []
    pieces: list[str] = []
    done = 0
    for at, char, message, hint, instead in _refused(text):
        if len(faults) < MAX_CHARACTERS:
            line = text.count("\n", 0, at) + 1
            col = at - (text.rfind("\n", 0, at) + 1) + 1
            faults.append(Fault((line, col), "text-character", f"the file holds {message}", hint))
        pieces += [text[done:at], instead]
        done = at + len(char)
    text = "".join([*pieces, text[done:]])
    if not unicodedata.is_normalized("NFC", text):
        for i, line_text in enumerate(text.split("\n"), 1):
            composed = unicodedata.normalize("NFC", line_text)
            if composed != line_text and len(faults) < MAX_CHARACTERS:
                same = next((n for n, (a, b) in enumerate(zip(line_text, composed, strict=False)) if a != b), 0)
                message = "the file holds a letter in two parts (text that is not in Unicode form NFC)"
                faults.append(Fault((i, same + 1), "text-character", message, "retype the letter with its accent"))
        text = unicodedata.normalize("NFC", text)
    return text, faults


def _refused(text: str) -> Iterator[tuple[int, str, str, str, str]]:
    """(position, character, what it is, hint, what to read instead) of each refused character, in order."""
    for match in _NOT_PLAIN.finditer(text):
        at, char = match.start(), match[0]
        code = f"U+{ord(char):04X}"
        if char == "\ufeff" and at == 0:
            yield at, char, "a byte order mark", "save the file as UTF-8 without BOM", ""
        elif char == "\t":
            yield at, char, "a tab", "use spaces", " "
        elif _CONTROL.match(char):
            yield at, char, f"the control character {code}", "delete it", ""
        elif _TURNING.match(char):
            yield at, char, f"the invisible character {code}, which turns text round", "delete it", ""
        elif _HIDDEN.match(char):
            if char != "\u200d" or not _EMOJI_JOINER.match(text, at):
                yield at, char, f"the invisible character {code}", "delete it", ""
        elif unicodedata.category(char) in ("Cn", "Cs", "Co"):
            yield at, char, f"the unassigned character {code}", "delete it", ""


def _scalar(text: str) -> Any:
    """A plain scalar by the core schema."""
    if _NULL.match(text):
        return None
    if _BOOL.match(text):
        return text[0] in "tT"
    if _INT.match(text):
        return int(text)
    if _FLOAT.match(text):
        return float(text)
    return text


def reads_as_itself(text: str) -> bool:
    """Whether an unquoted scalar stands for its own characters, and not for a number, a truth value or null."""
    if text and text[0] not in _MAY_MEAN_MORE:
        return True
    return isinstance(_scalar(text), str) and _odd_number(text) is None


def _odd_number(text: str) -> tuple[str, str] | None:
    """Why a plain scalar is a number that is not taken, and what to write instead; ``None`` for anything else."""
    shown = text[:24]
    if _ODD_NUMBER.match(text):
        if "n" in text.lower():
            return f"{shown} is not a finite number", "write a number, or leave the line out"
        hint = "write it in decimal without leading zeros, or in quotes if it is a word"
        return f"the number {shown} is read differently by different tools", hint
    if _FLOAT.match(text) and not math.isfinite(float(text)):
        return f"the number {shown} is too large", "write a smaller one"
    return None


class _Builder:
    """Data and marks from parser events; faults are collected.  Raises ``_Unreadable`` where reading cannot go on."""

    def __init__(self) -> None:
        self.root: Any = None
        self.marks: dict[Path, Mark] = {}
        self.faults: list[Fault] = []
        self._open: list[tuple[dict[str, Any] | list[Any], Path]] = []
        self._keys: list[
            tuple[str, bool] | None
        ] = []  # of each open mapping: its key without a value, and whether it counts
        self._nodes = self._documents = 0

    def run(self, text: str) -> None:
        """Read all events of a text."""
        for event in yaml.parse(text, Loader=_Loader):
            if isinstance(event, yaml.ScalarEvent):  # most events are scalars
                self._node(event)
                if self._wants_key():
                    self._key(event)
                else:
                    self._value(event)
            elif isinstance(event, yaml.CollectionStartEvent):
                self._node(event)
                self._collection(event)
            elif isinstance(event, yaml.CollectionEndEvent):
                self._open.pop()
                self._keys.pop()
            elif isinstance(event, yaml.AliasEvent):
                self._node(event)
                self._fault(event, "yaml-alias", "aliases (*name) are not allowed", "write the value out again")
                if self._wants_key():
                    self._keys[-1] = (f"*{event.anchor}", False)
                else:
                    self._place(None, event)
            elif isinstance(event, yaml.DocumentStartEvent):
                self._document(event)

    def _collection(self, event: yaml.CollectionStartEvent) -> None:
        """Open a mapping or a list."""
        if self._wants_key():
            raise _Unreadable(_mark(event), "yaml-key", "a key must be a plain word", "write `word: value`")
        if len(self._open) >= MAX_DEPTH:
            message = f"nested more than {MAX_DEPTH} levels deep"
            raise _Unreadable(_mark(event), "yaml-depth", message, "flatten it")
        value: dict[str, Any] | list[Any] = {} if isinstance(event, yaml.MappingStartEvent) else []
        self._open.append((value, self._place(value, event)))
        self._keys.append(None)

    def _fault(self, event: yaml.Event, code: str, message: str, hint: str) -> None:
        self.faults.append(Fault(_mark(event), code, message, hint))

    def _wants_key(self) -> bool:
        return bool(self._open) and isinstance(self._open[-1][0], dict) and self._keys[-1] is None

    def _document(self, event: yaml.DocumentStartEvent) -> None:
        self._documents += 1
        if self._documents > 1:
            hint = "keep one record a file: delete the `---`"
            raise _Unreadable(_mark(event), "yaml-documents", "the file holds more than one document", hint)
        if event.version or event.tags:
            self._fault(event, "yaml-tag", "directives (%...) are not allowed", "delete the line")

    def _node(self, event: yaml.NodeEvent) -> None:
        self._nodes += 1
        if self._nodes > MAX_NODES:
            raise _Unreadable(_mark(event), "yaml-size", f"the file has more than {MAX_NODES} values", "split it")
        if event.anchor is not None and not isinstance(event, yaml.AliasEvent):
            self._fault(event, "yaml-alias", "anchors (&name) are not allowed", "delete the &name")
        if getattr(event, "tag", None) is not None:
            hint = "delete the tag; quote the value if it is text"
            self._fault(event, "yaml-tag", "tags (!name) are not allowed", hint)

    def _key(self, event: yaml.ScalarEvent) -> None:
        key, counts = self._text(event), True
        parent, path = self._open[-1]
        if key == "<<" and not event.style:
            self._fault(event, "yaml-merge", "merge keys (<<) are not allowed", "write the fields out")
            counts = False
        elif len(key) > MAX_KEY:
            hint = "shorten it; put text after `name: `"
            self._fault(event, "yaml-size", f"a key has more than {MAX_KEY} characters", hint)
            counts = False
        elif key in parent:
            line = self.marks[(*path, key, "?")][0]
            hint = "keep one of the two; several entries are a list: lines that start with `- `"
            self._fault(event, "yaml-duplicate-key", f"`{key[:60]}` is given twice (first on line {line})", hint)
            counts = False
        self._keys[-1] = (key, counts)
        if counts:
            self.marks[(*path, key, "?")] = _mark(event)

    def _value(self, event: yaml.ScalarEvent) -> None:
        if event.style:  # quoted and block scalars are text; libyaml says "" for a plain one, the pure parser None
            self._place(self._text(event), event)
            return
        text: str = event.value
        if text and text[0] not in _MAY_MEAN_MORE:
            self._place(text, event)
            return
        odd = _odd_number(text)
        if odd is not None:
            self._fault(event, "yaml-number", *odd)
            self._place(text, event)
        else:
            self._place(_scalar(text), event)

    def _text(self, event: yaml.ScalarEvent) -> str:
        """Text of a scalar; characters that came in as escapes are checked like those of the file."""
        text: str = event.value
        if event.style != '"':
            return text
        text, faults = clean(text)
        for fault in faults:
            what = fault.message.removeprefix("the file holds ")
            self._fault(event, fault.code, f"an escape in quotes stands for {what}", fault.hint)
        return text

    def _place(self, value: Any, event: yaml.Event) -> Path:
        """Put a value where it belongs, and return its path."""
        if not self._open:
            self.root = value
            self.marks[()] = _mark(event)
            return ()
        parent, path = self._open[-1]
        if isinstance(parent, list):
            here: Path = (*path, len(parent))
            parent.append(value)
        else:
            waiting = self._keys[-1]
            assert waiting is not None
            key, counts = waiting
            self._keys[-1] = None
            if not counts:
                return (*path, key, "?", "?")  # a place outside the data: what lies below it is read and forgotten
            here = (*path, key)
            parent[key] = value
        self.marks[here] = _mark(event)
        return here


def read_document(raw: bytes, path: str) -> tuple[Document | None, tuple[Finding, ...]]:
    """Read one file's bytes.

    Never raises on content.  At most 64 KiB, 8 levels, 5,000 values, UTF-8 without BOM in Unicode form NFC.

    Args:
        raw: the file's bytes.
        path: the file as the user named it, for findings.

    Returns:
        The document, ``None`` when nothing can be read; and every fault, in order of place.  A document with faults
        holds what could be made of the file; it is good for finding more faults and for nothing else.
    """
    builder = _Builder()
    faults: list[Fault] = []
    document = None
    text = ""
    try:
        text, faults = clean(_decode(raw))
        _refuse_conflict(text)
        builder.run(text)
        if isinstance(builder.root, dict):
            document = Document(builder.root, builder.marks)
        else:
            message = "the file is empty" if builder.root is None else "the file is not a list of `field: value` lines"
            faults.append(Fault((1, 1), "yaml-syntax", message, "start it with `kind: ...`"))
    except _Unreadable as error:
        faults.append(error.fault)
    except yaml.MarkedYAMLError as error:
        said = in_words(error, text)
        fault = Fault(said.mark, "yaml-syntax", said.message, said.hint)
        if not _a_tab_is_to_blame(fault, faults, raw):
            faults.append(fault)
    except (yaml.YAMLError, ValueError) as error:
        message = f"not valid YAML: {str(error)[:200]}"
        faults.append(Fault((1, 1), "yaml-syntax", message, "check quotes, colons and indentation"))
    found = {Finding(path, *f.mark, f.code, f.message, f.hint) for f in [*faults, *builder.faults]}
    return document, tuple(sorted(found, key=Finding.sort_key))


def _refuse_conflict(text: str) -> None:
    """Refuse a file in which git has left both sides of a conflict."""
    lines = text.split("\n") if "<<<<<<< " in text else []
    marked = [n for n, line in enumerate(lines, 1) if line.startswith(("<<<<<<< ", ">>>>>>> ")) or line == "======="]
    if [lines[n - 1][0] for n in marked[:3]] == ["<", "=", ">"]:
        mark = (marked[0], 1)
        message = "git has left a merge conflict in the file"
        hint = (
            "keep one side and delete the lines that start with <<<<<<<, ======= and >>>>>>>; "
            "where two people chose the same id for two records, give yours another file name"
        )
        raise _Unreadable(mark, "merge-conflict", message, hint)


def _decode(raw: bytes) -> str:
    """The bytes as text with plain newlines."""
    if len(raw) > MAX_BYTES:
        message = f"the file has more than {MAX_BYTES} bytes"
        raise _Unreadable((1, 1), "yaml-size", message, "split it, or shorten the notes")
    try:
        return raw.decode("utf-8").replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        before = raw[raw.rfind(b"\n", 0, error.start) + 1 : error.start]
        col = len(before.decode("utf-8", "replace")) + 1
        message = f"the file is not UTF-8: the byte 0x{raw[error.start]:02x} stands for nothing"
        raise _Unreadable((line, col), "text-encoding", message, "save it as UTF-8") from None


def _a_tab_is_to_blame(fault: Fault, others: list[Fault], raw: bytes) -> bool:
    """Whether a tab in the indentation explains what the parser says of this line or the next one."""
    lines = raw.decode("utf-8", "replace").split("\n")
    return any(
        other.message.endswith("a tab")
        and 0 <= fault.mark[0] - other.mark[0] <= 1
        and not lines[other.mark[0] - 1][: other.mark[1]].strip()
        for other in others
    )
