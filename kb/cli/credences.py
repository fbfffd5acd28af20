"""``kb credences``: one line a claim."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import typer
from rich.text import Text

from kb import models as m
from kb import odds
from kb.cli.layout import cut, fit
from kb.cli.shell import ClaimsOption, JsonOption, assessed, count, say, say_json, width
from kb.engine import Assessment, Credence
from kb.errors import UnknownId
from kb.export.data import credence_data

NAME = "credences"


class Sort(StrEnum):
    """Orders of the list."""

    ID = "id"
    CREDENCE = "credence"
    MOVED = "moved"
    ITEMS = "items"


def command(
    question: Annotated[str | None, typer.Option(metavar="ID", help="Only the answers of this question.")] = None,
    sort: Annotated[Sort, typer.Option(help="moved: by how far the evidence moved it.")] = Sort.ID,
    undercuts: Annotated[
        bool, typer.Option("--undercuts", help="List undercuts with a text of their own too.")
    ] = False,
    claims: ClaimsOption = None,
    json: JsonOption = False,
) -> None:
    """List every claim with its credence and what moved it.

    A claim without evidence beneath it is "not assessed": it has a base rate and no credence.

    \b
    Examples:
      kb credences --sort moved           what the evidence moved most, first
      kb credences --question ID          the answers of one question
      kb credences --json | jq '.[] | select(.assessed) | .credence'
    """
    found = assessed(claims)
    listed = _sorted(_chosen(found, question, undercuts), sort)
    if json:
        say_json([{"title": found.corpus[c.id].title, **credence_data(c)} for c in listed])
        return
    say(*_table(found, listed))


def _chosen(found: Assessment, question: str | None, undercuts: bool) -> list[Credence]:
    credences = [c for id, c in found.credences.items() if undercuts or isinstance(found.corpus[id].record, m.Claim)]
    if question is None:
        return credences
    record = found.corpus[question].record
    if not isinstance(record, m.Question):
        raise UnknownId(question, tuple(id for id, _q in found.corpus.of(m.Question))[:3])
    return [c for c in credences if c.id in record.answers]


def _sorted(credences: list[Credence], sort: Sort) -> list[Credence]:
    keys = {
        Sort.ID: lambda c: (c.id,),
        Sort.CREDENCE: lambda c: (not c.assessed, -c.credence, c.id),
        Sort.MOVED: lambda c: (not c.assessed, -abs(c.weight), c.id),
        Sort.ITEMS: lambda c: (-c.items, c.id),
    }
    return sorted(credences, key=keys[sort])


def _table(found: Assessment, listed: list[Credence]) -> list[Text]:
    room = max(width() - 46, 30)
    lines = [Text(f"{'credence':>12}  {'base':>5}  {'moved':>6}  {'items':>5}  {'groups':>6}  claim", style="bold")]
    for c in listed:
        said = odds.say_percent(c.credence) if c.assessed else "not assessed"
        moved = odds.say_factor(c.weight) if c.assessed else ""
        style = "dim" if not c.assessed else "green" if c.weight > 0 else "red" if c.weight < 0 else ""
        numbers = f"  {odds.say_percent(c.base_rate):>5}  {moved:>6}  {c.items:>5}  {c.groups:>6}  "
        title = found.corpus[c.id].title
        lines.append(Text.assemble((fit(said, 12, right=True), style), numbers, cut(title, room)))
        lines.append(Text(f"{'':46}{c.id}", style="dim"))
    seen = sum(c.assessed for c in listed)
    lines.append(Text(f"{count(len(listed), 'claim')}, {seen} assessed"))
    return lines
