"""A record's text as a tree of entries that keeps comments, and the tree as text in one canonical layout.

:mod:`kb.text` reads what a file says; this module also keeps what a person wrote beside it.  Only text that
:func:`kb.text.read_document` takes without a fault may come here: no anchors, aliases, tags or tabs.  Nothing here
knows what a record is.
"""

from __future__ import annotations

import json
import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import yaml

from kb.text import reads_as_itself

try:  # as in kb.text
    from yaml import CSafeLoader as _Loader
except ImportError:  # pragma: no cover - depends on how PyYAML was built
    from yaml import SafeLoader as _Loader  # type: ignore[assignment]

STEP = 2
"""Columns a level."""
HINT = "# yaml-language-server:"
"""Start of the comment by which editors find a schema; it stays the first line."""


@dataclass
class Scalar:
    """A single value.

    Attributes:
        text: the text, or how a plain number, truth value or null is spelt.
        is_text: whether it is text, whatever it looks like.
        quoted: keep it in quotation marks even where none are needed.
    """

    text: str
    is_text: bool = True
    quoted: bool = False


@dataclass(eq=False)
class Entry:
    """A field of a mapping, or an item of a list.

    Attributes:
        key: the field's name; ``None`` for an item of a list.
        value: what it holds.
        above: comments on lines of their own before it, with their ``#``.
        beside: comments at the end of its line.
        at: where it starts in the text.
    """

    key: str | None
    value: Scalar | Block
    above: list[str] = field(default_factory=list)
    beside: list[str] = field(default_factory=list)
    at: int = 0


@dataclass(eq=False)
class Block:
    """A mapping or a list.

    Attributes:
        is_map: a mapping, else a list.
        entries: in the order of the text.
        foot: comments after the last entry.
        flow: whether the text has it in brackets.
        at, end, column: where it starts, ends (brackets alone) and is indented.
    """

    is_map: bool
    entries: list[Entry] = field(default_factory=list)
    foot: list[str] = field(default_factory=list)
    flow: bool = False
    at: int = 0
    end: int = 0
    column: int = 0

    def get(self, key: str | int) -> Entry | None:
        """The field with this name, or the item with this number."""
        if isinstance(key, int):
            return self.entries[key] if not self.is_map and 0 <= key < len(self.entries) else None
        return next((entry for entry in self.entries if entry.key == key), None)


@dataclass
class Tree:
    """A whole file: comments at its head, and the fields."""

    root: Block
    head: list[str] = field(default_factory=list)

    def comments(self) -> list[str]:
        """Every comment, sorted."""
        found = [*self.head, *self.root.foot]
        for entry, _ in _walk(self.root):
            found += entry.above + entry.beside
            found += entry.value.foot if isinstance(entry.value, Block) else []
        return sorted(found)


class _Comment(NamedTuple):
    at: int
    column: int
    text: str
    beside: bool


def _walk(block: Block, chain: tuple[Block, ...] = ()) -> Iterator[tuple[Entry, tuple[Block, ...]]]:
    """Every entry in order of the text, with the blocks that hold it, outermost first."""
    chain = (*chain, block)
    for entry in block.entries:
        yield entry, chain
        if isinstance(entry.value, Block):
            yield from _walk(entry.value, chain)


# text to tree


def read_tree(text: str) -> Tree:
    """The tree of a text that has been read without a fault, with plain newlines."""
    builder = _Builder(text)
    tree = Tree(builder.root)
    _attach(tree, text, list(_comments(text, builder.spans)), builder.ends)
    for entry, comment in builder.headers:
        entry.beside.insert(0, comment)
    return tree


class _Builder:
    """Blocks and entries from parser events, with where they start and end.

    Attributes:
        root: the fields of the file.
        spans: (start, end) of every scalar.
        ends: (end, entry) of every name, value and bracket, in order.
        headers: comments in the line that starts a text of several lines.
    """

    def __init__(self, text: str) -> None:
        self.root = Block(True)
        self.spans: list[tuple[int, int]] = []
        self.ends: list[tuple[int, Entry]] = []
        self.headers: list[tuple[Entry, str]] = []
        self._open: list[tuple[Block, Entry | None]] = []
        self._keys: list[tuple[str, int, int] | None] = []
        for event in yaml.parse(text, Loader=_Loader):
            if isinstance(event, yaml.ScalarEvent):
                self._add_scalar(event, text)
            elif isinstance(event, yaml.CollectionStartEvent):
                block = Block(isinstance(event, yaml.MappingStartEvent), flow=bool(event.flow_style))
                block.at = _at(event.start_mark)
                block.column = event.start_mark.column if event.start_mark is not None else 0
                self._open.append((block, self._place(block, block.at)))
                self._keys.append(None)
            elif isinstance(event, yaml.CollectionEndEvent):
                self._keys.pop()
                block, owner = self._open.pop()
                block.end = _at(event.end_mark)
                if block.flow and owner is not None:
                    self.ends.append((block.end, owner))

    def _add_scalar(self, event: yaml.ScalarEvent, text: str) -> None:
        start, end = _at(event.start_mark), _at(event.end_mark)
        self.spans.append((start, end))
        if self._open[-1][0].is_map and self._keys[-1] is None:
            self._keys[-1] = (event.value, start, end)
            return
        value = Scalar(event.value, is_text=bool(event.style) or reads_as_itself(event.value))
        entry = self._place(value, start)
        assert entry is not None
        self.ends.append((end, entry))
        header = text[start:end].split("\n", 1)[0] if event.style in ("|", ">") else ""
        if "#" in header:
            self.headers.append((entry, header[header.index("#") :].rstrip()))

    def _place(self, value: Scalar | Block, at: int) -> Entry | None:
        """Put a value where it belongs; ``None`` for the file itself."""
        if not self._open:
            assert isinstance(value, Block)
            self.root = value
            return None
        key = self._keys[-1]
        entry = Entry(key[0], value, at=key[1]) if key is not None else Entry(None, value, at=at)
        self._open[-1][0].entries.append(entry)
        if key is not None:
            self.ends.append((key[2], entry))
            self._keys[-1] = None
        return entry


def _at(mark: Any) -> int:
    """Position of a mark in the text."""
    return int(mark.index) if mark is not None else 0


def _comments(text: str, spans: list[tuple[int, int]]) -> Iterator[_Comment]:
    """Every comment: between scalars there is nothing else that a ``#`` could belong to."""
    gaps = zip([0, *(end for _, end in spans)], [*(start for start, _ in spans), len(text)], strict=True)
    for begin, end in gaps:
        at = text.find("#", begin, end)
        while at >= 0:
            line = text.rfind("\n", 0, at) + 1
            stop = text.find("\n", at)
            stop = len(text) if stop < 0 else stop
            beside = bool(text[line:at].strip(" -"))
            yield _Comment(at, at - line, text[at:stop].rstrip(), beside)
            at = text.find("#", stop, end)


def _attach(tree: Tree, text: str, comments: list[_Comment], ends: list[tuple[int, Entry]]) -> None:
    """Give every comment to the entry it speaks of: the one on its line, else the next one of its indentation."""
    walked = list(_walk(tree.root))
    starts = [entry.at for entry, _ in walked]
    stops = [at for at, _ in ends]
    if walked:
        first = bisect_right([c.at for c in comments], starts[0])
        _attach_head(tree, text, comments[:first], walked[0][0])
        comments = comments[first:]
    for comment in comments:
        if tree.root.flow and comment.at >= tree.root.end:
            tree.root.foot.append(comment.text)
            continue
        before = bisect_right(stops, comment.at) - 1
        if comment.beside and before >= 0:
            ends[before][1].beside.append(comment.text)
            continue
        n = bisect_right(starts, comment.at)
        following = walked[n] if n < len(walked) else None  # the outermost of those that start together comes first
        if before >= 0 and [entry for _, entry in ends[before : before + 2]] == [walked[n - 1][0]] * 2:
            walked[n - 1][0].above.append(comment.text)  # between a field's name and its value
            continue
        closed = _closed(walked[n - 1] if n else None, following, comment)
        if closed is not None:
            closed.foot.append(comment.text)
        elif following is not None:
            following[0].above.append(comment.text)
        else:
            tree.root.foot.append(comment.text)


def _attach_head(tree: Tree, text: str, comments: list[_Comment], first: Entry) -> None:
    """Comments before the first field: the ones right above it are its own, the others the file's."""
    border = text.rfind("\n\n", 0, first.at)
    for comment in comments:
        if comment.at < border or (comment is comments[0] and comment.text.startswith(HINT)):
            tree.head.append(comment.text)
        else:
            first.above.append(comment.text)


def _closed(
    last: tuple[Entry, tuple[Block, ...]] | None, following: tuple[Entry, tuple[Block, ...]] | None, comment: _Comment
) -> Block | None:
    """The block that ends before a comment and that its indentation says it belongs to."""
    if last is None:
        return None
    entry, chain = last
    blocks = [*chain, entry.value] if isinstance(entry.value, Block) else [*chain]
    still_open = set(map(id, following[1])) if following is not None else set()
    around = [b for b in blocks if b.flow and b.at < comment.at < b.end and id(b) not in still_open]
    if around:
        return around[-1]
    column = following[1][-1].column if following is not None else -1
    ended = [b for b in blocks if id(b) not in still_open and not b.flow and b.entries]
    fitting = [b for b in ended if column < b.column <= comment.column]
    deepest = max((b.column for b in fitting), default=0)
    return next((b for b in fitting if b.column == deepest), None)


# data to tree


def node_of(value: Any, *, quoted: bool = False) -> Scalar | Block:
    """Plain data as a tree.

    Args:
        value: mappings, lists, text, numbers, truth values and ``None``.
        quoted: put all text in quotation marks.
    """
    if isinstance(value, dict):
        return Block(True, [Entry(str(key), node_of(v, quoted=quoted)) for key, v in value.items()])
    if isinstance(value, list | tuple):
        return Block(False, [Entry(None, node_of(v, quoted=quoted)) for v in value])
    if isinstance(value, str):
        return Scalar(value, quoted=quoted)
    return Scalar(json.dumps(value), is_text=False)


# tree to text


def write_tree(tree: Tree) -> str:
    """The tree as text: block style, two columns a level, quotation marks only where they are needed."""
    if not tree.root.entries:
        return "".join(f"{line}\n" for line in [*tree.head, *tree.root.foot, "{}"])
    for entry in tree.root.entries:
        _hoist(entry)
    head = list(tree.head)
    if head[1:] or (head and not head[0].startswith(HINT)):
        head.append("")
    return "".join(f"{line}\n" for line in [*head, *_block(tree.root, 0)])


def _block(block: Block, indent: int) -> list[str]:
    pad = " " * indent
    lines: list[str] = []
    for entry in block.entries:
        lines += [pad + comment for comment in entry.above]
        name = "-" if entry.key is None else f"{_key(entry.key)}:"
        beside = f"  {entry.beside[0]}" if entry.beside else ""
        value = entry.value
        if isinstance(value, Scalar):
            first, *more = _text(value, entry.key is None)
            lines.append(f"{pad}{name} {first}".rstrip() + beside)
            lines += [(pad + " " * STEP + line).rstrip() for line in more]
        elif _in_line(value):
            items = ", ".join(e.value.text for e in value.entries if isinstance(e.value, Scalar))
            lines.append(f"{pad}{name} {'{}' if value.is_map else f'[{items}]'}{beside}")
        elif entry.key is None and value.is_map:
            inner = _block(value, indent + STEP)
            inner[0] = f"{pad}- {inner[0].lstrip()}"
            lines += inner
        else:
            lines.append(f"{pad}{name}{beside}")
            lines += _block(value, indent + STEP)
    return lines + [pad + comment for comment in block.foot]


def _hoist(entry: Entry) -> None:
    """Move comments that would have no line of their own to the lines above an entry."""
    entry.above += entry.beside[1:]
    del entry.beside[1:]
    value = entry.value
    if not isinstance(value, Block):
        return
    for inner in value.entries:
        _hoist(inner)
    if not value.entries:
        entry.above += value.foot
        value.foot = []
    elif entry.key is None:  # the dash takes the line above the first field
        entry.above += entry.beside + value.entries[0].above
        entry.beside, value.entries[0].above = [], []


def _in_line(block: Block) -> bool:
    """Whether a block stands in brackets: one that is empty, and a list of numbers such as a range."""
    if not block.entries:
        return True
    return not (block.is_map or block.foot) and all(
        isinstance(e.value, Scalar) and not e.value.is_text and e.value.text and not e.above + e.beside
        for e in block.entries
    )


_SPECIAL = re.compile(r"[-?:,\[\]{}#&*!|>'\"%@`=.<~\s]|.*(?::\s|\s#|\n)|.*[:\s]\Z", re.S)
_YAML_1_1 = re.compile(
    r"(?:y|n|yes|no|on|off|null|true|false|[-+]?\d[\d_]*(?::[0-5]?\d)+(?:\.[\d_]*)?|[-+]?\d[\d_,]*\.?[\d_]*|0b[01_]+"
    r"|0o?[0-7_]+|0x[0-9a-f_]+)\Z",
    re.I,
)
"""Plain words that older readers of YAML take for truth values, numbers or times of day."""


def _plain(text: str) -> bool:
    """Whether a text reads as itself without quotation marks, in any reader of YAML."""
    return bool(text) and not _SPECIAL.match(text) and not _YAML_1_1.match(text) and reads_as_itself(text)


def _quoted(text: str) -> str:
    """A text in quotation marks: single ones where double ones would need backslashes."""
    if "\n" in text or not ('"' in text or "\\" in text):
        return json.dumps(text, ensure_ascii=False)
    return "'" + text.replace("'", "''") + "'"


def _key(key: str) -> str:
    return key if key.isidentifier() or _plain(key) else _quoted(key)


def _text(value: Scalar, in_list: bool) -> list[str]:
    """A scalar as its first line and, for text of several lines, those below it without indentation."""
    if not value.is_text:
        word = {"~": "null", "": "null", "null": "null", "true": "true", "false": "false"}.get(value.text.lower())
        return ["" if word == "null" and not in_list else word or value.text]
    text = value.text
    if "\n" in text and _fits_literal(text):
        end = "" if text.endswith("\n") else "-"
        end = "+" if text.endswith("\n\n") else end
        return [f"|{end}", *text.removesuffix("\n").split("\n")]
    return [text if _plain(text) and not value.quoted else _quoted(text)]


def _fits_literal(text: str) -> bool:
    """Whether a text of several lines can be written as it is, below ``|``."""
    lines = text.removesuffix("\n").split("\n")
    return bool(lines[0].strip()) and not text.startswith(" ") and all(line == line.rstrip() for line in lines)
