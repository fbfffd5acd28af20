"""``kb disagree``: why two viewpoints differ on a claim."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated

import typer
from rich.text import Text

from kb import odds
from kb.cli.layout import add_up
from kb.cli.shell import ClaimsOption, JsonOption, assessed, say, say_json
from kb.engine.viewpoints import Change

NAME = "disagree"


def command(
    a: Annotated[str, typer.Argument(metavar="A", help="A viewpoint record, a person, or `neutral`.")],
    b: Annotated[str, typer.Argument(metavar="B", help="Another.")],
    claim: Annotated[str, typer.Argument(metavar="CLAIM", help="Id of a claim.")],
    claims: ClaimsOption = None,
    json: JsonOption = False,
) -> None:
    """Split the gap between two viewpoints on a claim into the inputs that cause it; the parts sum to the gap.

    A viewpoint that only repeats a stated conclusion about the claim explains nothing, and is marked as such.

    \b
    Examples:
      kb disagree nathan-lambert neutral automated-research-causes-explosion
      kb disagree A B CLAIM --json
    """
    found = assessed(claims)
    result = found.disagree(a, b, claim)
    if json:
        data = asdict(result)
        data["gap_db"] = odds.db(result.gap)
        say_json(data)
        return
    shown = add_up([odds.db(p.weight) for p in result.parts] + [odds.db(result.rounding)], odds.db(result.gap))
    lines = [
        Text(found.corpus[claim].title, style="bold"),
        Text(f"{result.a} {odds.say_percent(result.credence_a)}, {result.b} {odds.say_percent(result.credence_b)}"),
        Text(),
    ]
    for part, weight in zip(result.parts, shown[:-2], strict=True):
        c = part.change
        lines.append(
            Text(f"{weight:>8} dB  {c.kind} of {c.record}: {_number(c, c.theirs)} against {_number(c, c.neutral)}")
        )
        lines.append(Text(f"{'':13}{c.why}", style="dim"))
    lines.append(Text(f"{shown[-2]:>8} dB  rounding"))
    lines.append(Text(f"{shown[-1]:>8} dB  the gap", style="bold"))
    if not result.explains:
        lines.append(
            Text("One of the two only repeats its conclusion about this claim: that explains nothing.", "yellow")
        )
    say(*lines)


def _number(change: Change, value: float) -> str:
    """An input as people read it."""
    if change.kind == "strength":
        return odds.say_db(value)
    return odds.say_percent(value) if change.kind in ("base rate", "stated credence") else f"{value:.2f}"
