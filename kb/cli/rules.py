"""``kb rules``: what the codes of findings mean, with an example of each."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Annotated

import typer
from rapidfuzz import process
from rich.text import Text

from kb.cli.shell import JsonOption, say, say_json, wrapped
from kb.codes import by_family, every_code
from kb.errors import Unavailable
from kb.rules import Code
from kb.rules._examples import Example, codes, example

NAME = "rules"
_HERE = "  <- here"


def command(
    code: Annotated[
        str | None, typer.Argument(metavar="CODE", help="The code of a finding, e.g. unknown-reference.")
    ] = None,
    json: JsonOption = False,
) -> None:
    """Say what a code of kb check means, why, and what to write instead.

    Without a code all of them are listed, family by family.
    The examples are changes of a small set of made-up records; the arrow shows where the finding stands.

    \b
    Examples:
      kb rules                        every code
      kb rules unknown-reference      one of them, with a bad and a good example
    """
    if code is None:
        _list(json)
        return
    found = every_code().get(code)
    if found is None:
        near = process.extractOne(code[:60].lower(), list(every_code()), score_cutoff=60)
        hint = f"did you mean {near[0]}?" if near else "kb rules lists them"
        raise Unavailable(f"no finding has the code {code[:60]!r}; {hint}")
    if json:
        say_json(_data(found))
        return
    first, _, rest = found.doc.partition("\n\n")
    say(f"{found.code}: {found.level}, {found.family.heading.lower()}", "")
    say(*wrapped([" ".join(first.split())]), "", *wrapped([" ".join(part.split()) for part in rest.split("\n\n")]))
    if found.code in codes():
        bad, good = example(found.code)
        say("", "Gives this finding:", *_shown(bad), "", "Gives none:", *_shown(good))


def _list(json: bool) -> None:
    if json:
        say_json([_data(code) for code in every_code().values()])
        return
    width = max(map(len, every_code()))
    for family, inside in by_family():
        say(Text(f"{family.heading}: {family.about}", style="bold"))
        for code in inside:
            first = " ".join(code.doc.partition("\n\n")[0].split())
            says = re.split(r"(?<=[.?]) ", first)[0]
            say(f"  {code.code:<{width}}  {code.level:<10}  {says}")
        say("")
    say("kb rules CODE says more on one of them")


def _shown(side: Example) -> Iterator[str]:
    """The files of an example, indented, with an arrow where the finding stands."""
    for piece in side.pieces:
        path = piece.path if piece.path.startswith("snapshots/") else f"claims/{piece.path}"
        yield f"  # {path}" + ("" if piece.whole else " (in part)")
        yield from (f"  {line}{_HERE if n in piece.marked else ''}" for n, line in enumerate(piece.lines))


def _data(code: Code) -> dict[str, object]:
    first, _, rest = code.doc.partition("\n\n")
    return {
        "code": code.code,
        "family": code.family.value,
        "level": code.level.value,
        "says": " ".join(first.split()),
        "why": [" ".join(part.split()) for part in rest.split("\n\n")],
    }
