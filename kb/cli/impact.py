"""``kb impact``: what a record does, by leaving it out."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated

import typer
from rich.text import Text

from kb import odds
from kb.cli.shell import ClaimsOption, JsonOption, assessed, count, say, say_json
from kb.engine import Assessment
from kb.engine.impact import Move

NAME = "impact"


def command(
    id: Annotated[str, typer.Argument(metavar="ID", help="Any record: a claim, item, argument, undercut or source.")],
    on: Annotated[
        bool, typer.Option("--on", help="The other way round: what every record beneath this claim does to it.")
    ] = False,
    most: Annotated[int, typer.Option("--most", min=1, max=10_000, help="How many claims to list.")] = 20,
    claims: ClaimsOption = None,
    json: JsonOption = False,
) -> None:
    """Say which claims a record moves, and by how much: the credences without it and with it.

    A claim takes its links, items and undercuts with it, a source its items, an argument its link.

    \b
    Examples:
      kb impact beren-2025-data-progress      everything that rests on one source
      kb impact CLAIM --on                    what every record beneath a claim does to it, at any distance
      kb impact ID --json
    """
    found = assessed(claims)
    entry = found.corpus[id]
    if on:
        _show_on(found, found.id_of(id), most, json)
        return
    impact = found.impact(entry.id)
    if json:
        say_json({"id": impact.id, "moves": [_data(move) for move in impact.moves[:most]]})
        return
    lines = [Text(entry.title, style="bold")]
    routes = {}
    for move in impact.moves[:most]:
        if entry.id in found.result.net.item_ids or entry.id in found.credences:
            routes[move.claim] = found.routes(move.claim).get(entry.id)
        style = "green" if move.weight > 0 else "red"
        lines.append(
            Text.assemble(
                f"{odds.say_percent(move.without):>6} → {odds.say_percent(move.with_):<6}",
                (f"{odds.say_factor(move.weight):>6} {odds.say_db(move.weight):>9}", style),
                f"  {found.corpus[move.claim].title}",
            )
        )
        route = routes.get(move.claim)
        along = f", along {' > '.join(route.steps)}" if route is not None and len(route.steps) > 2 else ""
        lines.append(Text(f"{'':33}{move.claim}{along}", style="dim"))
    moved = count(len(impact.moves), "claim")
    lines.append(Text(f"it moves {moved}" if impact.moves else "it moves no claim", style="dim"))
    say(*lines)


def _show_on(found: Assessment, claim: str, most: int, json: bool) -> None:
    """What every record does to one claim, largest first, with the share of a small change that arrives."""
    slopes = found.slopes(claim)
    felt = [
        (id, move)
        for id, impact in found.impacts.items()
        for move in impact.moves
        if move.claim == claim and id != claim
    ]
    felt.sort(key=lambda x: (-abs(x[1].weight), x[0]))
    if json:
        say_json([{"id": id, "slope": slopes.get(id), **_data(move)} for id, move in felt[:most]])
        return
    lines = [
        Text(found.corpus[claim].title, style="bold"),
        Text(f"{'without':>7}   {'odds':>6} {'dB':>9} {'arrives':>8}  record", style="bold"),
    ]
    for id, move in felt[:most]:
        arrives = f"{slopes[id]:.0%}" if id in slopes else ""
        style = "green" if move.weight > 0 else "red"
        numbers = f"{odds.say_factor(move.weight):>6} {odds.say_db(move.weight):>9}"
        title = found.corpus[id].title
        lines.append(
            Text.assemble(f"{odds.say_percent(move.without):>7}   ", (numbers, style), f" {arrives:>8}  {title}")
        )
        lines.append(Text(f"{'':36}{id}", style="dim"))
    lines.append(
        Text(f"{count(len(felt), 'record')} would be missed; arrives: share of a small change that is felt", "dim")
    )
    say(*lines)


def _data(move: Move) -> dict[str, object]:
    data = asdict(move)
    data["with"] = data.pop("with_")
    data["db"] = odds.db(move.weight)
    return data
