"""``kb submit``: make records of a filled-in issue form."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from kb import odds
from kb.cli.new import MOST_MOVES, write_drafts
from kb.cli.shell import ClaimsOption, JsonOption, count, read, say, say_bytes, say_json, today
from kb.corpus import Corpus
from kb.diff import Diff
from kb.diff.text import say_chance
from kb.errors import Unavailable
from kb.imports.form import MAX_EVENT, read_answers, read_issue
from kb.publish import write_atomic
from kb.submission import Submission, as_markdown, commit_message, submission

NAME = "submit"


def command(
    file: Annotated[
        Path,
        typer.Argument(metavar="FILE", help="The issue's text, or the event (.json) that GitHub gives a workflow."),
    ],
    comment: Annotated[bool, typer.Option("--markdown", help="Print Markdown for the issue's comment.")] = False,
    message: Annotated[
        Path | None,
        typer.Option("--message", metavar="FILE", show_default=False, help="Write a commit message that gives credit."),
    ] = None,
    added: Annotated[
        str | None,
        typer.Option("--added", metavar="YYYY-MM-DD", show_default=False, help="Date of adding; default: today."),
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Write no record.")] = False,
    claims: ClaimsOption = None,
    json: JsonOption = False,
) -> None:
    """Make records of the issue form "submit evidence": an item and, where it is new, its source.

    The issue is read as text of any origin: nothing of it is run, and it names no file.  Says under which heading
    something is wrong and what to write instead, or which credences the new records move.
    Exit code 1, and nothing written, when something is to be put right.

    \b
    Examples:
      kb submit issue.md --dry-run                        what an issue's text would become
      kb submit "$GITHUB_EVENT_PATH" --markdown           in a workflow
    """
    if not file.is_file():
        raise Unavailable(f"{file} is not a file; give the issue's text")
    with file.open("rb") as opened:
        raw = opened.read(MAX_EVENT + 1)
    issue = read_issue(raw, event=file.suffix == ".json")
    loaded, _ = read(claims)
    made = submission(read_answers(issue.body), loaded, _files(loaded.corpus), added or today())
    if made.drafts and not dry_run:
        write_drafts(list(made.drafts))
        if message is not None:
            write_atomic(message, commit_message(issue.number, issue.author).encode())
    if json:
        say_json(_data(made, written=bool(made.drafts) and not dry_run))
    elif comment:
        say_bytes(as_markdown(made).encode())
    else:
        say(*_lines(made, dry_run))
    raise typer.Exit(1 if made.wrong else 0)


def _files(corpus: Corpus) -> list[tuple[str, bytes | None]]:
    """Every file below the folder of the records; ``None`` for a link."""
    root = Path(corpus.root)
    paths = sorted(path for path in root.rglob("*") if path.is_symlink() or path.is_file())
    return [(path.relative_to(root).as_posix(), None if path.is_symlink() else path.read_bytes()) for path in paths]


def _lines(made: Submission, dry: bool) -> list[str]:
    lines = [f"{one.label}: {one.message}; {one.instead}" for one in made.wrong]
    lines += [f"{'would write' if dry else 'wrote'} {draft.path}" for draft in made.drafts]
    lines += [f"similar: {one.id} {one.why} ({one.similarity:.0%}): {one.title}" for one in made.alike]
    lines += [str(finding) for finding in made.warnings]
    if made.effect is not None:
        lines += _moves(made.effect)
    return lines


def _moves(effect: Diff) -> list[str]:
    """Which credences move, from where to where, largest move first."""
    if not effect.computed:
        return ["other records have errors, so that no credence can be computed: run kb check"]
    if not effect.moved:
        return ["it moves no credence"]
    lines = [f"it moves {count(effect.moved, 'credence')}:"]
    for move in effect.moves[:MOST_MOVES]:
        ends = f"{say_chance(move.before):>6} → {say_chance(move.after):<6}"
        lines.append(f"{ends} {odds.say_db(move.weight):>9}  {move.claim}: {move.title}")
    if effect.moved > MOST_MOVES:
        lines.append(f"and {effect.moved - MOST_MOVES} more, by less: --json has them")
    return lines


def _data(made: Submission, *, written: bool) -> dict[str, Any]:
    return {
        "failed": bool(made.wrong),
        "written": written,
        "wrong": [{"label": one.label, "message": one.message, "instead": one.instead} for one in made.wrong],
        "files": [{"id": d.id, "path": d.path, "text": d.text.decode()} for d in made.drafts],
        "similar": [{"id": one.id, "why": one.why, "similarity": one.similarity} for one in made.alike],
        "effect": made.effect.model_dump(mode="json") if made.effect is not None else None,
    }
