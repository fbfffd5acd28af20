"""RIS: lines of ``TAG  - value``, an entry from ``TY`` to ``ER``."""

from __future__ import annotations

import re
from collections.abc import Mapping

from kb.imports.cited import Cited, ImportFault, cited, date_of
from kb.vocab import SourceType

_LINE = re.compile(r"([A-Z][A-Z0-9])  ?-(?: (.*))?\Z")
_TYPES = {
    **dict.fromkeys(("JOUR", "JFULL", "EJOUR", "CPAPER", "CONF", "CHAP"), SourceType.PEER_REVIEWED_PAPER),
    **dict.fromkeys(("BOOK", "RPRT", "THES", "GOVDOC", "STAND"), SourceType.REPORT),
    **dict.fromkeys(("UNPB", "MANSCPT", "INPR"), SourceType.PREPRINT),
    **dict.fromkeys(("BLOG", "ELEC", "ICOMM", "WEB"), SourceType.POST),
    **dict.fromkeys(("NEWS", "MGZN"), SourceType.PRESS),
    **dict.fromkeys(("DATA", "DBASE", "AGGR"), SourceType.DATASET),
}


def read(text: str, name: str) -> list[Cited]:
    """Every entry of a file; raises :class:`ImportFault` when it is not RIS."""
    found: list[Cited] = []
    fields: dict[str, list[str]] | None = None
    tag = ""
    start = 1
    for number, line in enumerate(text.split("\n"), 1):
        match = _LINE.match(line.rstrip())
        if match is None:
            if fields is not None and tag and line.strip():
                fields[tag][-1] += f" {line.strip()}"  # a long value goes on
            continue
        tag, value = match[1], (match[2] or "").strip()
        if tag == "TY":
            fields, start = {}, number
        if fields is None:
            raise ImportFault(name, number, f"`{tag}` stands before any `TY  - `", "export the source again as RIS")
        if tag == "ER":
            found.append(_cited(fields, name, start))
            fields, tag = None, ""
        else:
            fields.setdefault(tag, []).append(value)
    if fields is not None:
        raise ImportFault(name, start, "the entry has no end", "close it with a line `ER  - `")
    return found


def _cited(fields: Mapping[str, list[str]], name: str, line: int) -> Cited:
    def first(*tags: str) -> str:
        return next((fields[tag][0] for tag in tags if fields.get(tag) and fields[tag][0]), "")

    title = first("TI", "T1", "CT", "BT")
    if not title:
        raise ImportFault(name, line, "the entry has no title (`TI`)", "complete it, or export it again as RIS")
    authors = fields.get("AU") or fields.get("A1") or []
    date = first("DA", "PY", "Y1")
    return cited(
        key=first("ID"),
        title=title,
        type=_TYPES.get(first("TY")),
        names=[_name(author) for author in authors],
        issued=date_of(*[*re.split(r"[/-]", date), None, None][:3]) or date_of(first("PY", "Y1")),
        url=first("UR", "L1", "LK"),
        doi=first("DO"),
        container=first("JO", "JF", "T2", "JA", "PB"),
    )


def _name(written: str) -> tuple[str, str]:
    """(family, given) of ``Family, Given, Suffix``."""
    parts = [part.strip() for part in written.split(",")]
    return parts[0], parts[1] if len(parts) > 1 else ""
