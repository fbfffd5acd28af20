"""``kb export``: the records and their credences in a format for other programs."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from kb.cli.shell import ClaimsOption, JsonOption, assessed, say, say_bytes, say_json
from kb.cli.versions import assessed_as_of
from kb.errors import Unavailable
from kb.export import FORMATS
from kb.publish import write_atomic

NAME = "export"
ALL = "all"


def command(
    format: Annotated[str, typer.Argument(metavar="FORMAT", help=f"{', '.join(FORMATS)}, or {ALL}.")],
    output: Annotated[
        Path | None,
        typer.Option(
            "--output",
            "-o",
            metavar="PATH",
            show_default=False,
            help="File to write (for all: folder); default: print.",
        ),
    ] = None,
    as_of: Annotated[
        str | None,
        typer.Option(
            "--as-of",
            metavar="DATE|REV",
            show_default=False,
            help="Records as git has them at the end of a day, or at a revision.",
        ),
    ] = None,
    claims: ClaimsOption = None,
    json: JsonOption = False,
) -> None:
    """Write records and credences as CSV, JSON or Turtle.

    \b
    Formats:
      csv      one line a claim: credence, base rate, strongest reasons
      json     everything: records, credences, contributions
      turtle   everything as RDF: PROV, Dublin Core, SKOS, AIF

    The same records give the same bytes.  A file is replaced as a whole or not at all.

    \b
    Examples:
      kb export csv > claims.csv
      kb export turtle --output counterpoise.ttl
      kb export all --output exports/       every format
      kb export csv --as-of 2026-01-31      as the records were at the end of a day
    """
    if format not in (*FORMATS, ALL):
        raise Unavailable(
            f"unknown format {format[:40]!r}; the formats are {', '.join(FORMATS)}, and all of them: {ALL}"
        )
    if format == ALL and output is None:
        raise Unavailable("several files cannot be printed; name a folder: --output DIR")
    found = assessed_as_of(claims, as_of) if as_of is not None else assessed(claims)
    if output is None:
        say_bytes(FORMATS[format].render(found))
        return
    chosen = list(FORMATS.values()) if format == ALL else [FORMATS[format]]
    written = []
    for one in chosen:
        path = output / one.file_name if format == ALL or output.is_dir() else output
        data = one.render(found)
        path.parent.mkdir(parents=True, exist_ok=True)
        write_atomic(path, data)
        written.append({"format": one.name, "path": path.as_posix(), "bytes": len(data), "media_type": one.media_type})
    if json:
        say_json(written)
    else:
        say(*[f"{w['path']}  {w['bytes']:,} bytes" for w in written])
