"""The page of the rules: every code that a finding may have, with what it means and an example, family by family."""

from __future__ import annotations

from dataclasses import dataclass

from markupsafe import Markup

from kb.codes import by_family
from kb.errors import Level
from kb.pages.prose import markdown
from kb.pages.render import render
from kb.rules import Code, Family
from kb.rules._examples import Piece, codes, example

LEVELS = {
    Level.ERROR: "stops the build",
    Level.WARNING: "does not stop the build, and should be mended",
    Level.SUGGESTION: "asks for a second look",
}


@dataclass(frozen=True)
class Entry:
    """A code as the page shows it; ``bad`` and ``good`` are empty where no record can show it."""

    code: str
    level: str
    says: Markup
    why: Markup
    bad: tuple[Piece, ...]
    good: tuple[Piece, ...]


def rules_list() -> Markup:
    """All codes, family by family."""
    shown = frozenset(codes())
    families: list[tuple[Family, list[Entry]]] = [
        (family, [_entry(code, shown) for code in inside]) for family, inside in by_family()
    ]
    return render("rules.html.j2", families=families, levels=LEVELS)


def _entry(code: Code, shown: frozenset[str]) -> Entry:
    first, _, rest = code.doc.partition("\n\n")
    bad, good = (side.pieces for side in example(code.code)) if code.code in shown else ((), ())
    return Entry(code.code, code.level.value, markdown(first), markdown(rest), bad, good)
