"""CSL-JSON: one item, or a list of items."""

from __future__ import annotations

import json
from typing import Any

from kb.imports.cited import Cited, ImportFault, cited, date_of
from kb.vocab import SourceType

_TYPES = {
    "article-journal": SourceType.PEER_REVIEWED_PAPER,
    "paper-conference": SourceType.PEER_REVIEWED_PAPER,
    "chapter": SourceType.PEER_REVIEWED_PAPER,
    "article": SourceType.PREPRINT,
    "manuscript": SourceType.PREPRINT,
    "book": SourceType.REPORT,
    "thesis": SourceType.REPORT,
    "report": SourceType.REPORT,
    "dataset": SourceType.DATASET,
    "post": SourceType.COMMENT,
    "post-weblog": SourceType.POST,
    "webpage": SourceType.POST,
    "interview": SourceType.INTERVIEW,
    "broadcast": SourceType.INTERVIEW,
    "article-newspaper": SourceType.PRESS,
    "article-magazine": SourceType.PRESS,
}


def read(text: str, name: str) -> list[Cited]:
    """Every item of a file; raises :class:`ImportFault` when it is not CSL-JSON."""
    try:
        data = json.loads(text)
    except (json.JSONDecodeError, RecursionError) as error:
        line = getattr(error, "lineno", 1)
        raise ImportFault(name, line, "the file is not valid JSON", "export the source again as CSL-JSON") from None
    items = data.get("items", [data]) if isinstance(data, dict) else data
    if not isinstance(items, list) or not all(isinstance(item, dict) for item in items):
        raise ImportFault(name, 1, "the file holds no CSL items", "export the source again as CSL-JSON")
    return [_cited(item, name) for item in items]


def _cited(item: dict[str, Any], name: str) -> Cited:
    if not isinstance(item.get("title"), str) or not item["title"].strip():
        raise ImportFault(name, 1, "an item has no `title`", "complete it, or export it again as CSL-JSON")
    people = item.get("author")
    names = [_name(one) for one in people if isinstance(one, dict)] if isinstance(people, list) else []
    kind = item.get("type")
    return cited(
        key=item.get("id") or item.get("citation-key"),
        title=item["title"],
        type=_TYPES.get(kind) if isinstance(kind, str) else None,
        names=names,
        issued=_issued(item.get("issued")),
        url=item.get("URL"),
        doi=item.get("DOI"),
        container=item.get("container-title") or item.get("publisher"),
    )


def _name(one: dict[str, Any]) -> tuple[str, str]:
    """(family with its particles, given) of a name."""
    parts = [one.get(key) for key in ("dropping-particle", "non-dropping-particle", "family", "suffix")]
    family = " ".join(part for part in parts if isinstance(part, str))
    given = one.get("given")
    literal = one.get("literal")
    return (family or (literal if isinstance(literal, str) else "")), given if isinstance(given, str) else ""


def _issued(issued: Any) -> str | None:
    if not isinstance(issued, dict):
        return None
    parts = issued.get("date-parts")
    first = parts[0] if isinstance(parts, list) and parts else None
    if isinstance(first, list) and first:
        return date_of(*[*first, None, None][:3])
    written = next((issued[key] for key in ("raw", "literal") if isinstance(issued.get(key), str)), "")
    return date_of(*[*written.split("-"), None, None][:3])
