"""``kb show``: one record as a reader needs it."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import typer

from kb import models as m
from kb.cli.layout import Sheet
from kb.cli.record_pages import show
from kb.cli.shell import ClaimsOption, JsonOption, ViewpointOption, assessed, say, say_json, width
from kb.cli.views import CRUXES, Views, overlay_lines
from kb.corpus import Entry
from kb.engine import Assessment
from kb.export.data import credence_data, explanation_data, firmness_data, record_data

NAME = "show"


def command(
    id: Annotated[str, typer.Argument(metavar="ID", help="A record's id, or its file.")],
    viewpoint: ViewpointOption = None,
    claims: ClaimsOption = None,
    json: JsonOption = False,
) -> None:
    """Show a record; for a claim, the sum behind its credence.

    A claim's page has its credence with what it could be and turns on, the sum that makes it, reasons for and against,
    and who holds what.
    Every row of the sum is a factor of the odds and its decibans (10 log10 of the factor); the dB column adds up.
    A source's line ends in a link that opens it at the passage.

    \b
    Examples:
      kb show most-algorithmic-progress-is-data-progress
      kb show claims/sources/beren-2025-data-progress.yaml
      kb show ID --viewpoint PERSON         the same with somebody's inputs
      kb show ID --json | jq .explanation.rows
    """
    found = assessed(claims)
    if viewpoint is not None:
        found = found.under(viewpoint)
    entry = found.corpus[Path(id).stem if id.endswith(".yaml") else id]
    if json:
        say_json(_data(found, entry))
        return
    sheet = Sheet(width())
    for line in overlay_lines(found.overlay) if found.overlay is not None else ():
        sheet.wrap(line, style="cyan")
    sheet.blank()
    show(Views(found, sheet), entry)
    say(*sheet.lines)


def _data(found: Assessment, entry: Entry) -> dict[str, Any]:
    """The record with its credence, the sum behind it, and the records tied to it."""
    corpus = found.corpus
    data = record_data(entry)
    if found.overlay is not None:
        data["viewpoint"] = found.overlay.id
    if entry.id in found.credences:
        firmness = firmness_data(found.firmness.of(entry.id))
        data["credence"] = credence_data(found.credences[entry.id]) | {"firmness": firmness}
        data["explanation"] = explanation_data(found.explain(entry.id))
        data["cruxes"] = [asdict(c) for c in found.turning.claims(entry.id)[:CRUXES]]
    data["positions"] = [record_data(corpus[id]) for id in corpus.positions_on.get(entry.id, ())]
    if isinstance(entry.record, m.Claim):
        data["questions"] = list(corpus.questions_of.get(entry.id, ()))
        data["bears_on"] = [r.link.claim for r in corpus.reasons_from.get(entry.id, ())]
    if isinstance(entry.record, m.Question):
        answers = [a for a in entry.record.answers if a in found.credences]
        data["answers"] = {a: credence_data(found.credences[a]) for a in answers}
    if isinstance(entry.record, m.Source):
        data["cited_in"] = list(corpus.cited_in.get(entry.id, ()))
    return data
