"""One source's metadata from the files that reference managers export (CSL-JSON, BibTeX and RIS, one module a format)
and from a web page's head; and the answers to the issue form.

Reads no network.  A file is data to be distrusted: it is bounded, characters that no record may hold are dropped, and
what does not fit a source record is left out.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import PurePath

from kb.imports import bibtex, csl, ris
from kb.imports.cited import MAX_BYTES, Cited, ImportFault

__all__ = ["MAX_BYTES", "Cited", "ImportFault", "read_cited"]

_Reader = Callable[[str, str], list[Cited]]
_BY_SUFFIX: dict[str, _Reader] = {
    ".bib": bibtex.read,
    ".bibtex": bibtex.read,
    ".ris": ris.read,
    ".json": csl.read,
    ".csl": csl.read,
}


def read_cited(raw: bytes, name: str, entry: str | None = None) -> Cited:
    """The one source that a file describes.

    Args:
        raw: the file's bytes, at most 1 MiB, UTF-8.
        name: the file's name; an ending of .bib, .ris or .json tells the format, else the content does.
        entry: key of the entry to take from a file with several.

    Raises:
        ImportFault: the file is too large, of no known format, or does not hold just one such entry.
    """
    if len(raw) > MAX_BYTES:
        raise ImportFault(name, 1, f"the file has more than {MAX_BYTES} bytes", "export the one source alone")
    try:
        text = raw.decode("utf-8-sig").replace("\r\n", "\n").replace("\r", "\n")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        raise ImportFault(name, line, "the file is not UTF-8", "export it again as UTF-8") from None
    read = _BY_SUFFIX.get(PurePath(name).suffix.lower()) or _by_content(text.lstrip())
    if read is None:
        hint = "give CSL-JSON (.json), BibTeX (.bib) or RIS (.ris)"
        raise ImportFault(name, 1, "the file's format is not known", hint)
    found = read(text, name)
    if entry is not None:
        found = [cited for cited in found if cited.key == entry]
        if len(found) != 1:
            raise ImportFault(
                name, 1, f"{len(found)} entries have the key {entry[:60]!r}", "name one of the file's keys"
            )
    if len(found) != 1:
        keys = ", ".join(cited.key for cited in found[:5] if cited.key)
        hint = f"choose one with --entry: {keys}" if keys else "give a file with one"
        raise ImportFault(name, 1, f"the file holds {len(found)} sources", hint if found else "export the source again")
    return found[0]


def _by_content(text: str) -> _Reader | None:
    """The format that a text looks like."""
    if text[:1] in ("{", "["):
        return csl.read
    if text.startswith("TY  -"):
        return ris.read
    return bibtex.read if "@" in text else None
