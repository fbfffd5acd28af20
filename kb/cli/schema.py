"""``kb schema``: JSON Schemas of the records."""

from __future__ import annotations

from typing import Annotated

import typer

from kb import schema
from kb.cli.shell import JsonOption, say, say_bytes, say_json
from kb.errors import Unavailable
from kb.publish import write_atomic

NAME = "schema"


def command(
    kind: Annotated[
        str | None, typer.Argument(metavar="KIND", help="A kind of record, topic, or record for any kind.")
    ] = None,
    write: Annotated[bool, typer.Option("--write", help="Write kb/schemas/ anew.")] = False,
    check: Annotated[bool, typer.Option("--check", help="Exit 1 when kb/schemas/ is out of date.")] = False,
    json: JsonOption = False,
) -> None:
    """Print the JSON Schema of a kind of record.

    It says every field, its limits and what it means.
    Editors find it by the first line of a record's file:
    # yaml-language-server: $schema=../../kb/schemas/claim.schema.json

    \b
    Examples:
      kb schema                 list the schemas
      kb schema evidence        what an evidence file may hold
      kb schema --write         after a change of the models
    """
    if write:
        for name, text in schema.texts().items():
            write_atomic(schema.FOLDER / name, text.encode())
        for name in schema.stale():
            (schema.FOLDER / name).unlink()
        say(f"{len(schema.names())} schemas written")
    elif check:
        _check(json)
    elif kind is None:
        files = {name: schema.file_name(name) for name in schema.names()}
        if json:
            say_json(files)
        else:
            say(*[f"{name:<12}kb/schemas/{file}" for name, file in files.items()])
    else:
        try:
            say_bytes(schema.text_of(kind).encode())
        except KeyError:
            known = ", ".join(schema.names())
            raise Unavailable(f"no schema has the name {kind[:40]!r}; the names are {known}") from None


def _check(json: bool) -> None:
    stale = schema.stale()
    if json:
        say_json({"stale": stale})
    else:
        say(*[f"{name} is out of date; run `{schema.COMMAND}`" for name in stale] or ["the schemas are fresh"])
    raise typer.Exit(1 if stale else 0)
