"""``kb cruxes``: what would change a claim's credence."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated

import typer
from rich.text import Text

from kb import odds
from kb.cli.layout import cut, fit
from kb.cli.shell import ClaimsOption, JsonOption, assessed, count, say, say_json, width
from kb.engine import Assessment
from kb.engine.cruxes import STILL, ClaimCrux, ParameterCrux

NAME = "cruxes"


def command(
    claim: Annotated[str, typer.Argument(metavar="CLAIM", help="Id of a claim.")],
    most: Annotated[int, typer.Option("--most", min=1, max=1000, help="How many of each to list.")] = 10,
    claims: ClaimsOption = None,
    json: JsonOption = False,
) -> None:
    """Rank what a claim's credence turns on: claims to settle, then inputs to pin down.

    For each claim beneath it: the credence if it were settled true, and false; the expected change; and the bits that
    settling it would tell.  Where refuting a reason changes nothing, only "if true" says something.  An input's change
    is what one standard deviation of it does, either way.

    \b
    Examples:
      kb cruxes most-algorithmic-progress-is-data-progress
      kb cruxes ID --most 3 --json
    """
    found = assessed(claims)
    cruxes = found.cruxes(claim)
    if json:
        say_json(
            {
                "claim": cruxes.claim,
                "now": cruxes.now,
                "claims": [asdict(c) for c in cruxes.claims[:most]],
                "inputs": [asdict(p) for p in cruxes.parameters[:most]],
            }
        )
        return
    title = found.corpus[cruxes.claim].title
    lines = [Text(title, style="bold"), Text(f"stands at {odds.say_percent(cruxes.now)}"), Text()]
    if cruxes.claims:
        lines += [
            Text(f"{'if true':>8} {'if false':>9} {'expected':>9} {'bits':>6}  settling the claim", style="bold"),
            *[line for c in cruxes.claims[:most] for line in _claim(found, c)],
        ]
    else:
        lines.append(Text("no claim lies beneath it that would move it"))
    lines.append(Text())
    if cruxes.parameters:
        lines.append(Text(f"{'change':>8}  an input one standard deviation off", style="bold"))
        lines += [_input(found, p) for p in cruxes.parameters[:most]]
    lines.append(
        Text(f"{count(len(cruxes.claims), 'claim')} and {count(len(cruxes.parameters), 'input')} would move it", "dim")
    )
    say(*lines)


def _claim(found: Assessment, c: ClaimCrux) -> list[Text]:
    no = odds.say_percent(c.if_false) if abs(c.if_false - c.now) > STILL else "no change"
    expected = f"{100 * c.expected:.1f} pp" if c.expected is not None else ""
    bits = f"{c.bits:.3f}" if c.bits is not None else ""
    title = cut(found.corpus[c.claim].title, max(width() - 38, 30))
    numbers = f"{odds.say_percent(c.if_true):>8} {no:>9} {fit(expected, 9, right=True)} {bits:>6}  "
    return [Text.assemble(numbers, title), Text(f"{'':37}{c.claim}", style="dim")]


def _input(found: Assessment, p: ParameterCrux) -> Text:
    where = f" on {p.target}" if p.target else ""
    return Text(f"{100 * p.change:>5.1f} pp  {p.kind} of {p.record}{where}")
