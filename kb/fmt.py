"""The canonical form of a record's file: the same data and comments, in one order and one way of writing.

Block style, two columns a level; fields in the order of the data model; quotation marks where they are needed, and
around the words of anchors; text that is one line stays on one line.  Writes no file.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import PurePath
from typing import Any

from pydantic import BaseModel

from kb import models as m
from kb import vocab
from kb.drafts import model_at
from kb.errors import Finding
from kb.text import Path, read_document
from kb.tree import Block, Entry, Scalar, Tree, node_of, read_tree, write_tree

TOPIC_FILE = "_topic.yaml"
_FIRST = ("kind", "id")
_KINDS = {kind.value: m.MODELS[kind] for kind in vocab.Kind}


@dataclass(frozen=True, slots=True)
class Formatted:
    """A file in canonical form.

    Attributes:
        text: its bytes; ``None`` when the file cannot be read.
        findings: why not.
        changed: whether the bytes differ from what was given.
    """

    text: bytes | None
    findings: tuple[Finding, ...] = ()
    changed: bool = False


def formatted(raw: bytes, path: str) -> Formatted:
    """A file's bytes in canonical form.

    The data and the comments stay the same, and formatting twice changes nothing more.  A file whose YAML has faults is
    left alone, one that only breaks rules of its kind is not.

    Args:
        raw: the file's bytes.
        path: the file as the user named it; ``_topic.yaml`` is a topic, anything else a record.
    """
    return edited(raw, path, _nothing)


def with_values(raw: bytes, path: str, values: Mapping[Path, Any]) -> Formatted:
    """A file in canonical form with some values set.

    Args:
        raw: the file's bytes.
        path: the file as the user named it.
        values: path inside the file to new plain data; fields that are missing are added.  ``None`` takes a field out.

    Raises:
        LookupError: the file has no such place.
    """

    def change(root: Block) -> None:
        for where, value in values.items():
            _set(root, where, value)

    return edited(raw, path, change)


def edited(raw: bytes, path: str, change: Callable[[Block], None]) -> Formatted:
    """A file in canonical form after a change of its fields.

    Args:
        raw: the file's bytes.
        path: the file as the user named it.
        change: works on the file's fields in place.
    """
    document, faults = read_document(raw, path)
    if document is None or faults:
        return Formatted(None, faults)
    tree = read_tree(raw.decode("utf-8").replace("\r\n", "\n"))
    change(tree.root)
    data = _data(tree.root) if change is not _nothing else document.data
    _order(tree.root, _model(data, path), (), data)
    comments = tree.comments()
    text = write_tree(tree)
    made = text.encode()
    again, faults = read_document(made, path)
    if again is None or faults or not _same(again.data, data) or read_tree(text).comments() != comments:
        hint = "please report it with the file; the file is left as it is"
        return Formatted(None, faults or (Finding(path, 1, 1, "format", "cannot be brought into form", hint),))
    return Formatted(made, (), made != raw)


def text_of(data: Mapping[str, Any], comments: Mapping[Path, str] | None = None, head: str | None = None) -> bytes:
    """Plain data as a file in canonical form.

    Args:
        data: fields of a record.
        comments: path of a field to a comment above it, without ``#``.
        head: a comment for the first line, with its ``#``.
    """
    tree = Tree(_as_block(node_of(dict(data))), [head] if head is not None else [])
    for path, comment in (comments or {}).items():
        entry = entry_at(tree.root, path)
        entry.above += [f"# {line}".rstrip() for line in comment.split("\n")]
    _order(tree.root, _model(dict(data), ""), (), dict(data))
    return write_tree(tree).encode()


def hint(name: str, depth: int = 2) -> str:
    """First line of a record file, by which editors find the schema.

    Args:
        name: a kind, or ``topic``.
        depth: how many folders the file lies below the folder that holds ``kb/``.
    """
    return f"# yaml-language-server: $schema={'../' * depth}kb/schemas/{name}.schema.json"


def _nothing(root: Block) -> None:
    """The change that changes nothing."""


def _same(a: Any, b: Any) -> bool:
    """Equal data of equal types: 1, 1.0 and true differ."""
    if type(a) is not type(b):
        return False
    if isinstance(a, dict):
        return a.keys() == b.keys() and all(_same(value, b[key]) for key, value in a.items())
    if isinstance(a, list):
        return len(a) == len(b) and all(map(_same, a, b))
    return bool(a == b)


def _as_block(node: Scalar | Block) -> Block:
    assert isinstance(node, Block)
    return node


def entry_at(block: Block, path: Path) -> Entry:
    """The entry at a path.

    Raises:
        LookupError: there is none.
    """
    *above, last = path
    for step in above:
        entry = block.get(step)
        if entry is None or not isinstance(entry.value, Block):
            raise LookupError(path)
        block = entry.value
    entry = block.get(last)
    if entry is None:
        raise LookupError(path)
    return entry


def _set(root: Block, path: Path, value: Any) -> None:
    """Set, add or (``None``) take out one value."""
    *above, last = path
    block = entry_at(root, tuple(above)).value if above else root
    if not isinstance(block, Block):
        raise LookupError(path)
    entry = block.get(last)
    if value is None:
        if entry is not None:
            block.entries.remove(entry)
            inner = Tree(entry.value).comments() if isinstance(entry.value, Block) else []
            block.foot = [*entry.above, *entry.beside, *inner, *block.foot]
    elif entry is not None:
        entry.value = node_of(value)
    elif block.is_map and isinstance(last, str):
        block.entries.append(Entry(last, node_of(value)))
    elif not block.is_map and last == len(block.entries):
        block.entries.append(Entry(None, node_of(value)))
    else:
        raise LookupError(path)


def _data(root: Block) -> dict[str, Any]:
    """The data of a tree, read from its text."""
    document, faults = read_document(write_tree(Tree(root)).encode(), "")
    assert document is not None
    assert not faults
    return document.data


# order and quotation marks


def _model(data: Mapping[str, Any], path: str) -> type[BaseModel] | None:
    if PurePath(path).name == TOPIC_FILE:
        return m.Topic
    kind = data.get("kind")
    return _KINDS.get(kind) if isinstance(kind, str) else None


def _order(block: Block, root: type[BaseModel] | None, path: Path, data: dict[str, Any]) -> None:
    """Put the fields of a block and of all below it in order, and quote anchors."""
    model = (model_at(root, path, data) if path else root) if root is not None and block.is_map else None
    if model is not None:
        places = {name: n for n, name in enumerate(_fields(model))}
        block.entries.sort(key=lambda e: places.get(e.key or "", len(places)))  # stable: unknown fields stay behind
    anchor = model is m.Anchor
    for n, entry in enumerate(block.entries):
        if isinstance(entry.value, Block):
            _order(entry.value, root, (*path, n if entry.key is None else entry.key), data)
        else:
            entry.value.quoted = anchor and entry.value.is_text


@lru_cache(maxsize=100)
def _fields(model: type[BaseModel]) -> tuple[str, ...]:
    """Names of a model's fields in canonical order: what every record shares comes last, but its kind."""
    names = {key: field.alias or key for key, field in model.model_fields.items()}
    shared = [names[key] for key in m.Record.model_fields if key in names and names[key] not in _FIRST]
    own = [name for key, name in names.items() if name not in _FIRST and name not in shared]
    return (*(name for name in _FIRST if name in names.values()), *own, *shared)
