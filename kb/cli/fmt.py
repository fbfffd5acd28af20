"""``kb fmt``: bring the files of records into canonical form."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from kb.cli.check import finding_line
from kb.cli.shell import ClaimsOption, JsonOption, claims_folder, count, say, say_bytes, say_json
from kb.errors import Finding, Unavailable
from kb.fmt import formatted
from kb.publish import write_atomic
from kb.text import MAX_BYTES

NAME = "fmt"
CODE = "format"
STDIN = Path("-")


def command(
    paths: Annotated[
        list[Path] | None,
        typer.Argument(
            metavar="PATH...",
            help="Files or folders; `-` reads one record and prints it; default: claims/ here or above.",
            show_default=False,
        ),
    ] = None,
    check: Annotated[
        bool, typer.Option("--check", help="Write nothing; exit 1 when a file is not in canonical form.")
    ] = False,
    claims: ClaimsOption = None,
    json: JsonOption = False,
) -> None:
    """Bring the files of records into canonical form.

    Block style, fields in the order of the data model, quotation marks where they are needed; comments are kept.
    The data stay the same, and a second run changes nothing.  A file that is not valid YAML is named and left alone.

    \b
    Examples:
      kb fmt                            all records
      kb fmt claims/sources/x.yaml      one file
      kb fmt --check                    what is not in form; writes nothing
      kb fmt - <x.yaml                  for editors: from standard input to standard output
    """
    if paths == [STDIN]:
        _pipe()
    changed: list[str] = []
    findings: list[Finding] = []
    files = record_files(paths or [claims_folder(claims)])
    for path in files:
        raw = path.read_bytes()
        made = formatted(raw, path.as_posix())
        findings += made.findings
        if made.text is not None and made.changed:
            changed.append(path.as_posix())
            if check:
                findings.append(not_in_form(path.as_posix(), raw, made.text))
            else:
                write_atomic(path, made.text)
    findings.sort(key=Finding.sort_key)
    if json:
        data = {"files": len(files), "changed": changed, "findings": [f.as_dict() for f in findings]}
        say_json({"failed": bool(findings), "written": not check, **data})
    else:
        done = "to be formatted" if check else "formatted"
        say(*map(finding_line, findings), *([] if check else [f"formatted {path}" for path in changed]))
        say(f"{count(len(files), 'file')} read: {len(changed)} {done}, {len(files) - len(changed)} left as they are")
    raise typer.Exit(1 if findings else 0)


def _pipe() -> None:
    made = formatted(sys.stdin.buffer.read(MAX_BYTES + 1), "-")
    if made.text is None:
        for finding in made.findings:
            typer.echo(str(finding), err=True)
        raise typer.Exit(1)
    say_bytes(made.text)
    raise typer.Exit


def record_files(paths: list[Path]) -> list[Path]:
    """Plain files that end in ``.yaml``: those named, and those below the folders named, sorted.

    Raises:
        Unavailable: a path does not exist, or is no such file.
    """
    found: set[Path] = set()
    for path in paths:
        if path.is_dir():
            inside = (p for p in path.rglob("*.yaml") if not any(part.startswith(".") for part in p.parts[1:]))
            found |= {p for p in inside if p.is_file() and not p.is_symlink()}
        elif path.suffix == ".yaml" and path.is_file():
            found.add(path)
        else:
            what = "is not a file that ends in .yaml" if path.exists() else "does not exist"
            raise Unavailable(f"{path} {what}; name records' files or folders")
    return sorted(found)


def not_in_form(path: str, raw: bytes, wanted: bytes) -> Finding:
    """The finding of a file that is not in canonical form, at the first line that differs."""
    old, new = raw.split(b"\n"), wanted.split(b"\n")
    line = next((n for n, (a, b) in enumerate(zip(old, new, strict=False), 1) if a != b), min(len(old), len(new)))
    return Finding(path, line, 1, CODE, "the file is not in canonical form", f"run `kb fmt {path}`")
