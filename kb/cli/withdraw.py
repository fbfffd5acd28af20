"""``kb withdraw``: take a record out of force without deleting it, and say what that knocks over."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated

import typer
from rich.text import Text

from kb import odds
from kb.cli.shell import ClaimsOption, JsonOption, complain, count, read, say, say_json, today
from kb.corpus import Corpus, Entry
from kb.diff import Diff, compare
from kb.errors import InvalidCorpus, Level, Unavailable
from kb.load import Loaded, load_files, read_record
from kb.publish import write_atomic
from kb.rules import check_loaded
from kb.vocab import State
from kb.withdrawal import Bereft, bereft, with_status

NAME = "withdraw"


def command(
    id: Annotated[str, typer.Argument(metavar="ID", help="The record.")],
    why: Annotated[
        str, typer.Option("--why", metavar="TEXT", help="Why, in a sentence or two (10 to 1,000 characters).")
    ],
    state: Annotated[State, typer.Option(help="withdrawn; or superseded or merged, with --by.")] = State.WITHDRAWN,
    by: Annotated[
        str | None, typer.Option("--by", metavar="ID", show_default=False, help="The record that replaces it.")
    ] = None,
    since: Annotated[
        str | None, typer.Option("--since", metavar="DATE", show_default=False, help="YYYY-MM-DD; default: today.")
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Change nothing; say what would happen.")] = False,
    claims: ClaimsOption = None,
    json: JsonOption = False,
) -> None:
    """Take a record out of force: its file and its id stay, its weight goes.

    Sets the record's status and leaves the rest of the file as it is, comments included.  Then lists every credence
    that this moves and every record that now lacks support; a withdrawn source vouches for none of its items.

    \b
    Examples:
      kb withdraw fig-3-shows-a-plateau --why "The authors retracted the figure."
      kb withdraw old-id --state superseded --by new-id --why "The new table corrects the old one."
      kb withdraw ID --why "..." --dry-run
    """
    loaded, findings = read(claims)
    if any(f.level is Level.ERROR for f in findings):
        raise InvalidCorpus(findings)
    entry = loaded.corpus[id]
    raw = Path(entry.path).read_bytes()
    made = _edited(loaded.corpus, entry, raw, state, since, why, by)
    after = _with(loaded, entry, made)
    diff = compare(loaded, after, names=("before", "after"), head_findings=check_loaded(after))
    left = bereft(loaded.corpus, entry.id, withdrawn=state is State.WITHDRAWN)
    if diff.faults:
        for problem in diff.faults:
            complain(f"{problem.place} {problem.code} {problem.message}; {problem.hint}", prefix="")
        raise Unavailable(f"{entry.id} was not changed: without it the records have {count(len(diff.faults), 'error')}")
    if not dry_run:
        write_atomic(entry.path, made)
    if json:
        say_json(_data(entry, state, diff, left, not dry_run))
    else:
        say(*_lines(entry, state, diff, left, dry_run))


def _edited(
    corpus: Corpus, entry: Entry, raw: bytes, state: State, since: str | None, why: str, by: str | None
) -> bytes:
    """The file with its new status.

    Raises:
        Unavailable: what was asked for makes no valid record; the message says what to write.
    """
    if not entry.record.active:
        word = entry.record.status.state if entry.record.status is not None else ""
        raise Unavailable(f"{entry.id} is {word} already; edit its status in {entry.path}")
    if state is State.ACTIVE:
        raise Unavailable("a record is active when it has no status: delete the lines of `status` from its file")
    if state is not State.WITHDRAWN and by is None:
        raise Unavailable(f"a record that is {state} names what replaces it: --by ID")
    if by is not None and corpus[by].id == entry.id:
        raise Unavailable(f"{entry.id} cannot replace itself; name another record with --by")
    if not 10 <= len(why) <= 1_000:
        raise Unavailable(f"--why has {len(why)} characters; say why in 10 to 1,000")
    day = since or today()
    if not re.match(r"\d{4}-\d\d-\d\d\Z", day):
        raise Unavailable(f"--since {day[:30]!r} is not a date; write YYYY-MM-DD")
    made = with_status(raw.decode("utf-8"), state, day, why, corpus[by].id if by is not None else None).encode()
    again = read_record(made, entry.path, entry.topic)
    if again.entry is None:
        first = again.findings[0]
        raise Unavailable(f"the record would not be valid: {first.message}; {first.hint}")
    return made


def _with(loaded: Loaded, entry: Entry, made: bytes) -> Loaded:
    """The records with one file changed."""
    root = Path(loaded.corpus.root)
    files = []
    for path in sorted(root.glob("*/*.yaml")):
        data = made if path == Path(entry.path) else path.read_bytes()
        files.append((path.relative_to(root).as_posix(), data))
    return load_files(files, loaded.corpus.root)


def _lines(entry: Entry, state: State, diff: Diff, left: tuple[Bereft, ...], dry: bool) -> list[Text]:
    head = f"{entry.id} would be {state}" if dry else f"{entry.id} is {state}: {entry.path}"
    lines = [Text(head, style="bold"), Text()]
    for move in diff.moves:
        after = odds.say_percent(move.after) if move.after is not None else "not assessed"
        before = odds.say_percent(move.before) if move.before is not None else "not assessed"
        numbers = f"{before:>6} → {after:<6} {odds.say_factor(move.weight):>6} {odds.say_db(move.weight):>9}"
        lines += [Text(f"{numbers}  {move.title}"), Text(f"{'':33}{' > '.join(move.path)}", style="dim")]
    lines.append(Text(f"it moves {count(diff.moved, 'credence')}" if diff.moves else "it moves no credence"))
    if left:
        lines += [Text(), Text("What rested on it", style="bold")]
        lines += [Text(f"  {one.id}: {one.how}", style="yellow" if one.alone else "") for one in left]
    if not dry:
        lines += [Text(), Text(f"next: kb check, then commit {entry.path}", style="dim")]
    return lines


def _data(entry: Entry, state: State, diff: Diff, left: tuple[Bereft, ...], written: bool) -> dict[str, object]:
    return {
        "id": entry.id,
        "path": entry.path,
        "state": state.value,
        "written": written,
        "moves": [
            {
                "claim": move.claim,
                "before": move.before,
                "after": move.after,
                "weight": move.weight,
                "db": odds.db(move.weight),
                "path": list(move.path),
            }
            for move in diff.moves
        ],
        "bereft": [{"id": one.id, "how": one.how, "alone": one.alone} for one in left],
    }
