"""Where record files lie below a folder, and what is wrong with a file that lies elsewhere."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from kb.errors import Finding
from kb.models.base import ID_PATTERN

ENDING = ".yaml"
ID = re.compile(ID_PATTERN.removesuffix("$") + r"\Z")
_SKIPPED = "README.md"


def placed(files: Iterable[tuple[str, bytes | None]], root: str) -> Iterator[tuple[str, bytes | Finding]]:
    """Files by path, each with its content or with what is wrong with its place: the rules of :func:`files_below`."""
    told: set[str] = set()
    for name, raw in sorted(files):
        parts = Path(name).parts
        path = Path(root, *parts).as_posix()
        wrong: Finding | None = None
        if any(part.startswith(".") or part == _SKIPPED for part in parts[:2]):
            continue
        if len(parts) == 1:
            wrong = _misplaced(path, *_AT_THE_TOP)
        elif not ID.match(parts[0]):
            path = Path(root, parts[0]).as_posix()
            wrong = _bad_folder(path)
        elif len(parts) > 2:
            path = Path(root, *parts[:2]).as_posix()
            wrong = _misplaced(path, *_NESTED)
        elif raw is None:
            wrong = _misplaced(path, *_LINK)
        elif not path.endswith(ENDING):
            wrong = _not_yaml(path)
        if wrong is None and raw is not None:
            yield path, raw
        elif wrong is not None and path not in told:
            told.add(path)
            yield path, wrong


def files_below(base: Path) -> Iterator[tuple[str, Finding | None, os.DirEntry[str] | None]]:
    """Files below the records in a fixed order, each with a finding when it does not lie where records lie."""
    for folder in _inside(base):
        inside = (base / folder.name).as_posix()
        if folder.is_symlink() or not folder.is_dir():
            yield inside, _misplaced(inside, *_AT_THE_TOP), None
            continue
        if not ID.match(folder.name):
            yield inside, _bad_folder(inside), None
            continue
        try:
            files = _inside(folder)
        except OSError as error:
            wrong = _misplaced(inside, f"cannot be read: {error.strerror}", "make it a plain readable folder")
            yield inside, wrong, None
            continue
        for file in files:
            path = f"{inside}/{file.name}"
            if file.is_symlink():
                yield path, _misplaced(path, *_LINK), None
            elif file.is_dir():
                yield path, _misplaced(path, *_NESTED), None
            elif not file.is_file():
                yield path, _misplaced(path, "not a plain file", "records are plain files that end in .yaml"), None
            elif not file.name.endswith(ENDING):
                yield path, _not_yaml(path), None
            else:
                yield path, None, file


def _inside(folder: Path | os.DirEntry[str]) -> list[os.DirEntry[str]]:
    """What lies in a folder, hidden files and the README left out, sorted by name."""
    with os.scandir(folder) as found:
        return sorted((x for x in found if not x.name.startswith(".") and x.name != _SKIPPED), key=lambda x: x.name)


def _misplaced(path: str, message: str, hint: str) -> Finding:
    return Finding(path, 1, 1, "file-place", message, hint)


_AT_THE_TOP = ("a file at the top of the records", "move it into a topic's folder")
_NESTED = ("a folder within a folder", "records lie one folder deep: move them up")
_LINK = ("a symbolic link", "put the file itself here")


def _bad_folder(path: str) -> Finding:
    name = path.rpartition("/")[2]
    hint = f"use lower-case words joined by hyphens: {slug(name)}"
    return _misplaced(path, f"the folder name {name[:90]!r} is not a topic's name", hint)


def _not_yaml(path: str) -> Finding:
    file = Path(path)
    return _misplaced(path, f"{file.name[:90]} does not end in .yaml", f"rename it to {file.stem}.yaml")


def slug(name: str) -> str:
    """An id made of a name."""
    return re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")[:80].strip("-") or "a-short-id"
