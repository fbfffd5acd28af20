"""CSV: one line a claim, after RFC 4180, safe to open in a spreadsheet."""

from __future__ import annotations

import csv
import io

from kb.engine import Assessment
from kb.export.data import claims, strongest

COLUMNS = (
    "id",
    "title",
    "assessed",
    "credence",
    "low",
    "high",
    "method",
    "base_rate",
    "items",
    "independent_groups",
    "strongest_for",
    "strongest_against",
    "question",
    "digest",
    "firmness",
    "firmness_because",
)
_FORMULA = ("=", "+", "-", "@", "＝", "＋", "－", "＠")
"""First characters by which a spreadsheet takes text for a formula, their full-width forms included."""


def cell(text: str) -> str:
    """Text as one line that no spreadsheet takes for a formula."""
    line = " ".join(text.split())
    return f"'{line}" if line.startswith(_FORMULA) else line


def number(value: float | None) -> str:
    """A probability with six decimals, or nothing where it is unknown."""
    return "" if value is None else f"{value:.6f}"


def render(assessed: Assessment) -> bytes:
    """The table as UTF-8 without byte order mark, lines ending in CR LF.

    ``credence``, ``low`` and ``high`` are empty where a claim is not assessed.  ``items`` counts the evidence beneath,
    ``independent_groups`` the groups among it that do not depend on each other.  ``strongest_for`` and
    ``strongest_against`` are record ids.  ``question`` lists the questions it answers.  ``digest`` is that of all
    records.  ``firmness`` says how far the credence can be relied on, in one of four words, and ``firmness_because``
    why it is not a better one; both are empty where a claim is not assessed.
    """
    corpus = assessed.corpus
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    for entry in claims(corpus):
        found = assessed.credences[entry.id]
        best, worst = strongest(assessed.explain(entry.id)) if found.assessed else (None, None)
        shown = found.assessed
        firm = assessed.firmness.of(entry.id)
        writer.writerow(
            [
                entry.id,
                cell(entry.title),
                "true" if shown else "false",
                number(found.credence if shown else None),
                number(found.low if shown else None),
                number(found.high if shown else None),
                found.method,
                number(found.base_rate),
                found.items,
                found.groups,
                best or "",
                worst or "",
                " ".join(corpus.questions_of.get(entry.id, ())),
                corpus.digest,
                firm.level.value if firm is not None else "",
                cell("; ".join(reason.said for reason in firm.reasons)) if firm is not None else "",
            ]
        )
    return out.getvalue().encode()
