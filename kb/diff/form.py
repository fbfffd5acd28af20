"""Whether the files that a change brings are in canonical form: a note, for form alone stops nobody's evidence."""

from __future__ import annotations

import shlex
from collections.abc import Callable, Iterable

from kb.diff.report import RecordChange
from kb.fmt import formatted

NAMED = 8
"""Files that the command names; more, and it names the folder."""

Raw = Callable[[str], bytes | None]
"""A record's file by its path as messages show it; ``None`` where there is none."""


def form_note(changes: Iterable[RecordChange], raw: Raw, folder: str) -> str | None:
    """Which files are not in canonical form and the command that brings them there; ``None`` when all are.

    Args:
        changes: the records that differ.
        raw: gives a file's bytes.
        folder: of the records.
    """
    odd = []
    for path in sorted({change.path for change in changes if change.path and change.what not in ("removed", "moved")}):
        text = raw(path)
        made = formatted(text, path) if text is not None else None
        if made is not None and made.text is not None and made.changed:
            odd.append(path)
    if not odd:
        return None
    files = "1 file is" if len(odd) == 1 else f"{len(odd)} files are"
    named = " ".join(shlex.quote(path) for path in odd) if len(odd) <= NAMED else shlex.quote(folder)
    return f"{files} not in canonical form, which stops nothing and which an editor can mend: kb fmt {named}"
