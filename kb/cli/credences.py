"""``kb credences``: one line a claim."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import typer
from rich.text import Text

from kb import models as m
from kb import odds
from kb.cli.comparison import comparison_data, comparison_table
from kb.cli.layout import cut, fit, say_range
from kb.cli.shell import ClaimsOption, JsonOption, ViewpointOption, assessed, count, say, say_json, width, wrapped
from kb.cli.views import overlay_lines
from kb.engine import Assessment, Credence, Credences
from kb.engine.semantics import SEMANTICS, run_semantics
from kb.engine.semantics import compare as compare_all
from kb.errors import UnknownId
from kb.export.data import credence_data

NAME = "credences"
DEFAULT = next(iter(SEMANTICS))


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
    viewpoint: ViewpointOption = None,
    semantics: Annotated[str, typer.Option(metavar="NAME", help=f"How to compute: {', '.join(SEMANTICS)}.")] = DEFAULT,
    compare: Annotated[
        bool,
        typer.Option("--compare", help="All semantics side by side; first the claims whose side of 50% depends on it."),
    ] = False,
    claims: ClaimsOption = None,
    json: JsonOption = False,
) -> None:
    """List every claim with its credence and what moved it.

    A claim without evidence beneath it is "not assessed": it has a base rate and no credence.
    The range is a 90% interval over what strengths, base rates and reliabilities could be.

    \b
    Examples:
      kb credences --sort moved           what the evidence moved most, first
      kb credences --question ID          the answers of one question
      kb credences --viewpoint ID         with somebody's inputs instead of the neutral ones
      kb credences --compare              where the answer depends on how one computes
      kb credences --json | jq '.[] | select(.assessed) | .credence'
    """
    found = assessed(claims)
    if viewpoint is not None:
        found = found.under(viewpoint)
    if compare:
        if semantics != DEFAULT:
            raise typer.BadParameter("--compare shows all semantics; leave --semantics out")
        _compare(found, question, sort, undercuts=undercuts, json=json)
        return
    computed = found.credences if semantics == DEFAULT else run_semantics(found.result, semantics)
    listed = _sorted(_chosen(found, computed, question, undercuts), sort)
    if json:
        say_json([{"title": found.corpus[c.id].title, **credence_data(c)} for c in listed])
        return
    notes = [f"Semantics {semantics}: {'; '.join(computed.notes)}."] if computed.notes else []
    say(*_inputs(found), *wrapped(notes), *_table(found, listed))


def _compare(found: Assessment, question: str | None, sort: Sort, *, undercuts: bool, json: bool) -> None:
    """Print all semantics side by side."""
    compared = compare_all(found.result)
    order = [c.id for c in _sorted(_chosen(found, compared.results[DEFAULT], question, undercuts), sort)]
    if json:
        say_json(comparison_data(found, compared, order))
    else:
        say(*_inputs(found), *comparison_table(found, compared, order))


def _inputs(found: Assessment) -> list[Text]:
    """Whose inputs these are, when they are not the neutral ones."""
    return wrapped(overlay_lines(found.overlay)) if found.overlay is not None else []


def _chosen(found: Assessment, computed: Credences, question: str | None, undercuts: bool) -> list[Credence]:
    credences = [c for id, c in computed.items() if undercuts or isinstance(found.corpus[id].record, m.Claim)]
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
    ranges = any(c.low is not None for c in listed)
    left = 60 if ranges else 46
    room = max(width() - left, 30)
    head = f"{'credence':>12}  {'range':>12}" if ranges else f"{'credence':>12}"
    head += f"  {'base':>5}  {'moved':>6}  {'items':>5}  {'groups':>6}  claim"
    lines = [Text(head, style="bold")]
    for c in listed:
        said = odds.say_percent(c.credence) if c.assessed else "not assessed"
        moved = odds.say_factor(c.weight) if c.assessed else ""
        style = "dim" if not c.assessed else "green" if c.weight > 0 else "red" if c.weight < 0 else ""
        between = f"  {say_range(c.low, c.high):>12}" if ranges else ""
        numbers = f"{between}  {odds.say_percent(c.base_rate):>5}  {moved:>6}  {c.items:>5}  {c.groups:>6}  "
        title = found.corpus[c.id].title
        lines.append(Text.assemble((fit(said, 12, right=True), style), numbers, cut(title, room)))
        lines.append(Text(f"{'':{left}}{c.id}", style="dim"))
    seen = sum(c.assessed for c in listed)
    lines.append(Text(f"{count(len(listed), 'claim')}, {seen} assessed"))
    return lines
