"""What the sub-commands share: options, finding and reading the records, and printing.  No command lives here."""

from __future__ import annotations

import datetime
import io
import json
import os
import sys
import textwrap
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console
from rich.text import Text

from kb.errors import Finding, InvalidCorpus, Level, Unavailable, plain
from kb.load import Loaded, load

if TYPE_CHECKING:
    from kb.engine import Assessment

CLAIMS = "claims"
PIPE_WIDTH = 100

ClaimsOption = Annotated[
    Path | None,
    typer.Option(
        "--claims", metavar="DIR", show_default=False, help="Folder of the records; default: claims/ here or above."
    ),
]
ViewpointOption = Annotated[
    str | None,
    typer.Option(
        "--viewpoint",
        metavar="ID",
        show_default=False,
        help="See it with somebody's inputs: a viewpoint record, or a person who stated credences.",
    ),
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print data for programs instead of text.")]


def ready_streams() -> None:
    """Let no character that the terminal cannot show end a command."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def claims_folder(given: Path | None) -> Path:
    """The folder of the records: the one that was named, or ``claims/`` in the current folder or one above it.

    Raises:
        Unavailable: there is none; the message says what to do.
    """
    if given is not None:
        if not given.is_dir():
            raise Unavailable(f"{given} is not a folder of records; name one with --claims DIR")
        return given
    here = Path.cwd()
    for folder in (here, *here.parents):
        if (folder / CLAIMS).is_dir():
            return Path(os.path.relpath(folder / CLAIMS))
    raise Unavailable("there is no folder claims/ here or above; go to the project's folder, or name one: --claims DIR")


def read(given: Path | None) -> tuple[Loaded, tuple[Finding, ...]]:
    """The records and everything that is wrong with them."""
    from kb.rules import check_loaded  # forty modules that kb history and kb fmt do without

    loaded = load(claims_folder(given))
    return loaded, check_loaded(loaded)


def assessed(given: Path | None) -> Assessment:
    """The records with their credences.

    Raises:
        InvalidCorpus: the records have errors.
    """
    loaded, findings = read(given)
    return assess_checked(loaded, findings)


def assess_checked(loaded: Loaded, findings: tuple[Finding, ...]) -> Assessment:
    """Credences of records that have been checked.

    Raises:
        InvalidCorpus: the records have errors.
    """
    if any(f.level is Level.ERROR for f in findings):
        raise InvalidCorpus(findings)
    from kb.engine import assess  # numpy and networkx, which half of the commands do without

    return assess(loaded.corpus)


def width() -> int:
    """Columns to write in: the terminal's up to 110, a fixed number in a pipe."""
    return min(Console().width, 110) if sys.stdout.isatty() else PIPE_WIDTH


def wrapped(paragraphs: Sequence[str]) -> list[Text]:
    """Paragraphs as lines of at most the width."""
    return [Text(line) for text in paragraphs for line in textwrap.wrap(text, width(), break_on_hyphens=False)]


def say(*lines: str | Text) -> None:
    """Print lines as they are: styled on a terminal, plain in a pipe; nothing is wrapped or cut."""
    if sys.stdout.isatty():
        console = Console(highlight=False, emoji=False, markup=False)
        for line in lines:
            console.print(line, no_wrap=True, overflow="ignore", crop=False)
        return
    _write("".join(f"{str(line).rstrip()}\n" for line in lines))


def say_json(data: Any) -> None:
    """Print data as JSON."""
    _write(json.dumps(data, ensure_ascii=False, indent=1, allow_nan=False) + "\n")


def say_bytes(data: bytes) -> None:
    """Print a file's bytes as they are."""
    _write(data)


def _write(data: str | bytes) -> None:
    """Write to standard output; a reader that stopped reading (``kb show x | head``) is no error."""
    try:
        if isinstance(data, bytes):
            sys.stdout.flush()
            sys.stdout.buffer.write(data)
        else:
            sys.stdout.write(data)
        sys.stdout.flush()
    except BrokenPipeError:
        # the interpreter flushes once more when it ends, so what is left must go somewhere
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def complain(message: str, prefix: str = "kb: ") -> None:
    """Print one line to standard error."""
    print(f"{prefix}{plain(message)}", file=sys.stderr)


def count(n: int, one: str, many: str | None = None) -> str:
    """``1 record``, ``3 records``."""
    return f"{n} {one if n == 1 else many or one + 's'}"


def today() -> str:
    """Today (UTC) as YYYY-MM-DD, or the day that ``SOURCE_DATE_EPOCH`` names."""
    epoch = os.environ.get("SOURCE_DATE_EPOCH", "")
    if epoch.isdigit():
        return datetime.datetime.fromtimestamp(int(epoch), datetime.UTC).date().isoformat()
    return datetime.datetime.now(datetime.UTC).date().isoformat()
