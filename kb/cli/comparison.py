"""Several semantics side by side, for ``kb credences --compare``."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from rich.text import Text

from kb import odds
from kb.cli.layout import cut
from kb.cli.shell import count, width, wrapped
from kb.engine import Assessment
from kb.engine.semantics import ComparedClaim, Comparison


def ordered(compared: Comparison, order: Sequence[str]) -> tuple[list[ComparedClaim], list[ComparedClaim]]:
    """Assessed claims whose side of 50% depends on the semantics, the widest spread first, then the others in order."""
    by_id = {c.id: c for c in compared.claims if c.id in set(order)}
    first = [c for c in compared.disputed if c.assessed and c.id in by_id]
    return first, [by_id[id] for id in order if by_id[id] not in first]


def comparison_data(found: Assessment, compared: Comparison, order: Sequence[str]) -> dict[str, Any]:
    """The comparison as plain data; a credence is null where the claim is not assessed under that semantics."""
    first, rest = ordered(compared, order)
    return {
        "viewpoint": found.overlay.id if found.overlay is not None else None,
        "semantics": {name: {"notes": list(result.notes)} for name, result in compared.results.items()},
        "claims": [
            {
                "id": c.id,
                "title": found.corpus[c.id].title,
                "assessed": c.assessed,
                "disputed": c in first,
                "credences": {
                    name: result[c.id].credence if result[c.id].assessed else None
                    for name, result in compared.results.items()
                },
            }
            for c in (*first, *rest)
        ],
    }


def comparison_table(found: Assessment, compared: Comparison, order: Sequence[str]) -> list[Text]:
    """One column a semantics, disputed claims first."""
    first, rest = ordered(compared, order)
    widths = {name: max(len(name), 5) + 2 for name in compared.names}
    left = sum(widths.values()) + 2
    room = max(width() - left, 30)
    lines = [Text("".join(f"{name:>{w}}" for name, w in widths.items()) + "  claim", style="bold")]

    def row(c: ComparedClaim) -> list[Text]:
        cells: list[tuple[str, str] | str] = []
        for name, w in widths.items():
            one = compared.results[name][c.id]
            said = odds.say_percent(one.credence) if one.assessed else "-"
            cells.append((f"{said:>{w}}", "" if not one.assessed else "green" if one.credence > 0.5 else "red"))
        title = cut(found.corpus[c.id].title, room)
        return [Text.assemble(*cells, "  ", title), Text(f"{'':{left}}{c.id}", style="dim")]

    if first:
        lines.append(Text(f"{count(len(first), 'claim')} whose side of 50% depends on the semantics", style="bold"))
        lines += [line for c in first for line in row(c)]
        lines.append(Text("all others", style="bold"))
    lines += [line for c in rest for line in row(c)]
    alike: dict[tuple[str, ...], list[str]] = {}
    for name, result in compared.results.items():
        alike.setdefault(result.notes, []).append(name)
    lines += wrapped([f"{', '.join(names)}: {'; '.join(notes)}." for notes, names in alike.items() if notes])
    seen = sum(c.assessed for c in (*first, *rest))
    lines.append(Text(f"{count(len(first) + len(rest), 'claim')}, {seen} assessed"))
    return lines
