"""``kb diff``: what a change of the records does to the credences, and whether it may go in."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from kb import git
from kb.cli.shell import ClaimsOption, JsonOption, claims_folder, say, say_bytes, say_json
from kb.cli.versions import Version, at_commit, commit, files_of, in_folder, place, stored
from kb.diff import Diff, compare, markdown, read_report, text
from kb.diff.report import MAX_REPORT
from kb.errors import Unavailable
from kb.load import Loaded

NAME = "diff"


def command(
    base: Annotated[
        str | None,
        typer.Argument(metavar="BASE", show_default=False, help="State before: a branch, tag, commit, or a folder."),
    ] = None,
    head: Annotated[
        str | None,
        typer.Argument(metavar="HEAD", show_default=False, help="State after; default: the records as they lie here."),
    ] = None,
    exact: Annotated[
        bool,
        typer.Option("--exact", help="Compare with BASE itself, not with the commit at which HEAD left it."),
    ] = False,
    snapshots: Annotated[
        Path | None,
        typer.Option(metavar="DIR", show_default=False, help="Look up anchors of changed records in stored copies."),
    ] = None,
    report: Annotated[
        Path | None,
        typer.Option(metavar="FILE", show_default=False, help="Print a report made before with --json; - reads it."),
    ] = None,
    comment: Annotated[bool, typer.Option("--markdown", help="Print Markdown for a pull request's comment.")] = False,
    claims: ClaimsOption = None,
    json: JsonOption = False,
) -> None:
    """Compare two states of the records: what changed, which credences move and why.

    Says which promises the change breaks: no id vanishes or changes its meaning, and at most 10% of the records are
    removed or rewritten at once.  Nothing is checked out: revisions are read from git's store.

    An id changes its meaning when it becomes a record of another kind, or when a claim or undercut that something was
    judged against (evidence, reasons, positions, a base rate) is turned around by a word (not, no, over- for under-,
    more for less), or keeps less than 30% of the words of its title and text.  A smaller rewording passes and is
    listed with the old and the new words.

    Exit code 1 when a promise is broken, or the records after the change have errors; else 0.

    \b
    Examples:
      kb diff main                    what I have changed since I left main
      kb diff v1.0 v1.1               two revisions
      kb diff old/claims new/claims   two folders
      kb diff main my-branch --markdown > comment.md
    """
    diff = _read(report) if report is not None else _compare(base, head, claims, exact, snapshots)
    if json:
        say_json(diff.model_dump(mode="json"))
    elif comment:
        say_bytes(markdown(diff).encode())
    else:
        say(*text(diff).splitlines())
    raise typer.Exit(1 if diff.failed else 0)


def _read(path: Path) -> Diff:
    """A report that was made before."""
    if str(path) == "-":
        return read_report(sys.stdin.buffer.read(MAX_REPORT + 1))
    with path.open("rb") as file:
        return read_report(file.read(MAX_REPORT + 1))


def _compare(base: str | None, head: str | None, claims: Path | None, exact: bool, snapshots: Path | None) -> Diff:
    if base is None:
        raise Unavailable("name the state to compare with, for example: kb diff main")
    if snapshots is not None and not snapshots.is_dir():
        raise Unavailable(f"{snapshots} is not a folder of stored copies; name one with --snapshots DIR")
    before, after, tip = _versions(base, head, claims, exact)
    return compare(
        before.loaded,
        after.loaded,
        names=(before.name, after.name),
        base_findings=before.findings,
        head_findings=after.findings,
        tip=tip,
        snapshots=str(snapshots) if snapshots is not None else None,
        raw=files_of(after, place(claims) if after.commit is not None else None),
    )


def _versions(base: str, head: str | None, claims: Path | None, exact: bool) -> tuple[Version, Version, Loaded | None]:
    """The two states and, where the base has moved on since they parted, the base as it is now."""
    after = None
    if head is None or Path(head).is_dir():
        after = in_folder(Path(head) if head is not None else claims_folder(claims))
    if Path(base).is_dir():
        before = in_folder(Path(base))
        if after is None:
            where = place(claims)
            after = at_commit(where, commit(where, head or "HEAD"), head or "HEAD")
        return before, after, None
    where = place(claims)
    start = commit(where, base)
    ours = commit(where, head if after is None and head is not None else "HEAD")
    parted = start if exact else git.merge_base(where.folder, start, ours)
    if parted is None:
        parted = start
    if after is None:
        after = at_commit(where, ours, head or "HEAD")
    name = base if parted == start else f"{parted[:10]}, where it left {base}"
    tip = stored(where, start) if parted != start else None
    return at_commit(where, parted, name), after, tip
