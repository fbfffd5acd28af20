"""``kb experiments``: which proposed test would tell most about a claim."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated

import typer
from rich.text import Text

from kb import odds
from kb.cli.shell import ClaimsOption, JsonOption, assessed, say, say_json

NAME = "experiments"


def command(
    claim: Annotated[str, typer.Argument(metavar="CLAIM", help="Id of a claim.")],
    claims: ClaimsOption = None,
    json: JsonOption = False,
) -> None:
    """Rank proposed experiments by what they could tell about a claim.

    Expected information is in bits: how much less uncertain the claim would be, averaged over the outcomes.

    \b
    Examples:
      kb experiments most-algorithmic-progress-is-data-progress
    """
    found = assessed(claims)
    values = found.experiments(claim)
    if json:
        say_json([asdict(v) for v in values])
        return
    lines = [Text(found.corpus[claim].title, style="bold")]
    for v in values:
        lines.append(Text.assemble((f"{v.bits:.3f} bits", "bold"), f"  {found.corpus[v.experiment].title}"))
        lines.append(Text(f"  {v.experiment}; expected change {100 * v.expected:.1f} percentage points", style="dim"))
        chances = odds.say_shares([chance for _, chance, _ in v.outcomes])
        for chance, (outcome, _, after) in zip(chances, v.outcomes, strict=True):
            lines.append(Text(f"  {chance:>5} {outcome}: it would stand at {odds.say_percent(after)}"))
    if not values:
        lines.append(Text("no proposed experiment names it or a claim beneath it"))
    say(*lines)
