"""Results of the engine as plain data, shared by the formats and by ``kb ... --json``.  Knows no format."""

from __future__ import annotations

import dataclasses
import math
from importlib import metadata
from typing import Any

from kb import models as m
from kb.corpus import Corpus, Entry
from kb.engine import Credence, Explanation
from kb.engine.firmness import Firmness

LICENCE = "https://creativecommons.org/licenses/by/4.0/"
FORMAT_VERSION = 1
"""Raised when a reader of the JSON export would have to change."""


def version() -> str:
    """Version of the program, as installed."""
    try:
        return metadata.version("counterpoise")
    except metadata.PackageNotFoundError:
        return "unknown"


def finite(value: Any) -> Any:
    """Plain data without infinities (a cap of a fully trusted root): JSON has none, so they become null."""
    if isinstance(value, dict):
        return {key: finite(v) for key, v in value.items()}
    if isinstance(value, list | tuple):
        return [finite(v) for v in value]
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value


def record_data(entry: Entry) -> dict[str, Any]:
    """A record as its file says it, with where it lies and the digest of the file."""
    return {
        "id": entry.id,
        "kind": entry.kind.value,
        "title": entry.title,
        "topic": entry.topic,
        "active": entry.record.active,
        "digest": entry.digest,
        "record": entry.document.data,
    }


def credence_data(credence: Credence) -> dict[str, Any]:
    """A credence as plain data; ``credence`` is null where the claim is not assessed."""
    data = dataclasses.asdict(credence)
    if not credence.assessed:
        data["credence"] = None
    return data


def firmness_data(firmness: Firmness | None) -> dict[str, Any] | None:
    """How firm a credence is, as plain data: the level, and each reason why it is not better with its steps down."""
    if firmness is None:
        return None
    reasons = [
        {"code": r.code, "steps": r.steps, "said": r.said} | ({"source": r.source} if r.source is not None else {})
        for r in firmness.reasons
    ]
    return {"level": firmness.level.value, "reasons": reasons}


def explanation_data(explanation: Explanation) -> dict[str, Any]:
    """The sum behind a credence: its rows, and what is inside each row; weights in nats."""
    data = dataclasses.asdict(explanation)
    del data["credence"]
    data["rows"] = [dataclasses.asdict(row) | {"probability": row.probability} for row in explanation.rows()]
    made: dict[str, Any] = finite(data)
    return made


@dataclasses.dataclass(frozen=True, slots=True)
class Share:
    """What one reason or item adds to a claim.

    Attributes:
        id: the evidence, claim or argument record.
        weight: in nats, signed; an item's share of its group's contribution.
    """

    id: str
    weight: float


def shares(explanation: Explanation) -> tuple[Share, ...]:
    """What each reason and item adds, strongest first; together the sum of the groups and links.

    A group's contribution (after overlap and trust) is divided among the items of the sign that prevails in it, in
    proportion to their weights: overlap has no single right division, and this one keeps the sum.
    """
    found: list[Share] = []
    for group in explanation.groups:
        for root in group.roots:
            sign = math.copysign(1, root.contribution)
            items = [item for item in root.items if item.weight * sign > 0]
            total = math.fsum(item.weight for item in items)
            found += [Share(item.id, root.contribution * item.weight / total) for item in items if root.contribution]
    found += [Share(link.source, link.contribution) for link in explanation.links if link.contribution]
    return tuple(sorted(found, key=lambda s: (-abs(s.weight), s.id)))


def strongest(explanation: Explanation) -> tuple[str | None, str | None]:
    """Ids of the strongest reason for and of the strongest against, ``None`` where there is none with weight."""
    up = [s.id for s in shares(explanation) if s.weight > 0]
    down = [s.id for s in shares(explanation) if s.weight < 0]
    return (up[0] if up else None, down[0] if down else None)


def claims(corpus: Corpus) -> list[Entry]:
    """Active claims in order of id."""
    return [e for e in corpus if isinstance(e.record, m.Claim) and e.record.active]
