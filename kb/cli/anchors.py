"""``kb anchors``: find the passages that records point at in stored copies of their sources."""

from __future__ import annotations

import dataclasses
from collections import Counter
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.text import Text

from kb import anchors, report
from kb.anchors import AnchorResult, Coverage
from kb.cli.check import finding_line
from kb.cli.layout import Sheet
from kb.cli.shell import ClaimsOption, JsonOption, claims_folder, complain, count, say, say_json, width
from kb.errors import Unavailable
from kb.load import load
from kb.snapshots import Found

NAME = "anchors"


def command(
    snapshots: Annotated[
        Path, typer.Option(metavar="DIR", help="Folder of the stored copies, named as the sources' `snapshot` says.")
    ],
    coverage: Annotated[
        bool, typer.Option("--coverage", help="List the sentences of each copy that no record points at.")
    ] = False,
    claims: ClaimsOption = None,
    json: JsonOption = False,
) -> None:
    """Look up the cited passages in stored copies of the sources.

    Every passage is found again by its first and last words:
    exact: found once; ambiguous: found twice; near: almost; missing: not there; unchecked: there is no stored copy.
    Exit code 1 when an anchor is near or missing, or its passage has changed.

    \b
    Examples:
      kb anchors --snapshots copies/
      kb anchors --snapshots copies/ --coverage     what nobody has encoded yet
    """
    if not snapshots.is_dir():
        raise Unavailable(f"{snapshots} is not a folder of stored copies; name one with --snapshots DIR")
    loaded = load(claims_folder(claims))
    if loaded.findings:
        complain(f"{report.summary(loaded.findings)} in the records; what cannot be read is left out: run kb check")
    results = anchors.check_anchors(loaded.corpus, snapshots)
    findings = tuple(f for r in results if (f := r.finding()) is not None)
    covered = anchors.coverage(loaded.corpus, snapshots) if coverage else ()
    if json:
        say_json(_data(results, covered if coverage else None))
    else:
        say(*[finding_line(f) for f in findings], *_uncovered(covered), _summary(results))
    raise typer.Exit(1 if report.is_failure(findings) else 0)


def _summary(results: tuple[AnchorResult, ...]) -> str:
    counts = Counter(r.status for r in results)
    parts = ", ".join(f"{counts[status]} {status.value}" for status in Found if counts[status])
    return f"{count(len(results), 'anchor')}: {parts or 'nothing to look up'}"


def _uncovered(covered: tuple[Coverage, ...]) -> list[Text]:
    sheet = Sheet(width())
    for one in covered:
        spoken = len(one.pieces) - len(one.uncovered)
        sheet.heading(f"{one.snapshot}: {one.share:.0%} of its words, {spoken} of {count(len(one.pieces), 'sentence')}")
        for piece in one.uncovered:
            sheet.wrap(piece.text, 2, first=f"line {piece.line:<5}")
    sheet.blank()
    return sheet.lines


def _data(results: tuple[AnchorResult, ...], covered: tuple[Coverage, ...] | None) -> dict[str, Any]:
    counts = Counter(r.status for r in results)
    data: dict[str, Any] = {
        "counts": {status.value: counts[status] for status in Found},
        "anchors": [
            {
                "record": r.record,
                "path": r.path,
                "line": r.line,
                "col": r.col,
                "source": r.source,
                "snapshot": r.snapshot,
                "status": r.status.value,
                "start": r.anchor.start,
                "end": r.anchor.end,
                "url": r.url,
                "digest": r.digest,
                "closest": r.closest,
            }
            for r in results
        ],
    }
    if covered is not None:
        data["coverage"] = [
            {
                "snapshot": one.snapshot,
                "sources": list(one.sources),
                "share": one.share,
                "pieces": [dataclasses.asdict(piece) for piece in one.pieces],
            }
            for one in covered
        ]
    return data
