"""Examples of the rules: records that a rule speaks of, and the same records mended.  Read from ``kb/rules/examples``.

A file ``<code>.txt`` has the parts ``== bad`` and ``== good``, and where they need more records that are not shown,
``== behind``.  In each part ``-- topic/id.yaml`` starts a whole file and ``~~ topic/id.yaml`` some fields of a file
that is there already; a line ``~field`` takes a field out.  ``#<`` at the end of a line marks where the finding stands,
and ``<0xE9>`` stands for a byte that the file itself should not hold.
All examples are changes of one small set of records, ``_world.txt``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources

MARK = "#<"
STORED = "snapshots/"
"""Folder of stored copies, beside the records."""
_PART = re.compile(r"^== (bad|good|behind)\n", re.M)
_FILE = re.compile(r"^(--|~~) (\S+)\n", re.M)
_BYTE = re.compile(rb"<0x([0-9A-F]{2})>")
_FIELD = re.compile(r"([A-Za-z_]\w*):")

Files = dict[str, bytes]


@dataclass(frozen=True, slots=True)
class Piece:
    """One file of an example as it is shown.

    Attributes:
        path: below the folder of the records; a stored copy starts with ``snapshots/``.
        whole: whether this is all of the file, or some of its fields.
        lines: its lines; what cannot be shown is written as an escape.
        marked: numbers of the lines, from 0, at which the finding stands.
    """

    path: str
    whole: bool
    lines: tuple[str, ...]
    marked: frozenset[int] = frozenset()


@dataclass(frozen=True)
class Example:
    """One side of an example.

    Attributes:
        pieces: what is shown.
        files: path to content of every record, those that are not shown included.
        places: (path, line) of the findings, lines from 1.
    """

    pieces: tuple[Piece, ...]
    files: Files
    places: frozenset[tuple[str, int]]


def example(code: str) -> tuple[Example, Example]:
    """The bad and the good example of a code.

    Raises:
        FileNotFoundError: there is none.
    """
    parts = _parts(_raw(f"{code}.txt"))
    behind = dict(world())
    for path, whole, text in _files(parts.get("behind", b"")):
        behind[path] = text if whole else _with_fields(behind.get(path, b""), text)
    return _example(parts["bad"], behind), _example(parts["good"], behind)


def codes() -> tuple[str, ...]:
    """Codes that have examples, sorted."""
    names = (file.name for file in resources.files(__package__).joinpath("examples").iterdir())
    return tuple(sorted(name.removesuffix(".txt") for name in names if name.endswith(".txt") and name[0] != "_"))


@lru_cache(maxsize=1)
def world() -> Files:
    """The records that all examples change: path to content."""
    return {path: text for path, _, text in _files(_raw("_world.txt"))}


def _raw(name: str) -> bytes:
    raw = resources.files(__package__).joinpath("examples", name).read_bytes()
    return _BYTE.sub(lambda found: bytes([int(found[1], 16)]), raw)


def _parts(raw: bytes) -> dict[str, bytes]:
    pieces = _PART.split(raw.decode("latin-1"))
    return {name: text.encode("latin-1") for name, text in zip(pieces[1::2], pieces[2::2], strict=True)}


def _files(raw: bytes) -> Iterator[tuple[str, bool, bytes]]:
    """(path, whether it is a whole file, content) of the files of one part."""
    pieces = _FILE.split(raw.decode("latin-1"))
    for how, path, text in zip(pieces[1::3], pieces[2::3], pieces[3::3], strict=True):
        yield path, how == "--", text.encode("latin-1")


def _example(raw: bytes, behind: Files) -> Example:
    files, pieces, places = dict(behind), [], set()
    for path, whole, text in _files(raw):
        marked = text if whole else _with_fields(files.get(path, b""), text)
        places |= {(path, n) for n in _marked(marked)}
        files[path] = _without_marks(marked)
        shown = [line for line in _without_marks(text).split(b"\n") if not line.startswith(b"~")]
        pieces.append(Piece(path, whole, tuple(map(_visible, shown[:-1])), frozenset(n - 1 for n in _marked(text))))
    return Example(tuple(pieces), files, frozenset(places))


def _marked(text: bytes) -> list[int]:
    return [n for n, line in enumerate(text.split(b"\n"), 1) if line.endswith(MARK.encode())]


def _without_marks(text: bytes) -> bytes:
    return re.sub(rb" *" + MARK.encode() + rb"(?=\n)", b"", text)


def _visible(line: bytes) -> str:
    """A line with everything that does not show written as an escape."""
    text = line.decode("utf-8", "backslashreplace")
    return "".join(c if c.isprintable() else "\\t" if c == "\t" else f"\\u{ord(c):04x}" for c in text)


def _with_fields(text: bytes, fields: bytes) -> bytes:
    """A file in which some fields are replaced, added or (``~field``) taken out."""
    blocks = _blocks(text)
    for name, block in _blocks(fields).items():
        if name.startswith("~"):
            del blocks[name[1:]]
        else:
            blocks[name] = block
    return b"".join(blocks.values())


def _blocks(text: bytes) -> dict[str, bytes]:
    """Fields of a file at the left margin: name to its lines."""
    found: dict[str, bytes] = {}
    name = ""
    for line in text.splitlines(keepends=True):
        field = _FIELD.match(line.decode("latin-1"))
        name = line.decode("latin-1").strip() if line.startswith(b"~") else field[1] if field else name
        found[name] = found.get(name, b"") + line
    return found
