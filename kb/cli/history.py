"""``kb history``: when, and by which commit, a claim's credence moved."""

from __future__ import annotations

import datetime
from typing import Annotated

import typer
from rich.text import Text

from kb import git, odds
from kb.cli.layout import cut
from kb.cli.replay import moments
from kb.cli.shell import ClaimsOption, JsonOption, count, say, say_json, width
from kb.cli.versions import commit, one_stored, place, stored
from kb.errors import Unavailable, UnknownId, plain
from kb.timeline import Turn, turns

NAME = "history"
BARS = "▁▂▃▄▅▆▇█"
NAMED = 3
"""Records of a commit that are named."""


def command(
    claim: Annotated[str, typer.Argument(metavar="CLAIM", help="Id of a claim.")],
    revision: Annotated[str, typer.Option("--to", metavar="REV", help="The last commit to look at.")] = "HEAD",
    cache: Annotated[bool, typer.Option("--cache/--no-cache", help="Keep what was computed in .kb-cache/.")] = True,
    claims: ClaimsOption = None,
    json: JsonOption = False,
) -> None:
    """Replay the git history of the records: when and by which commit a claim's credence moved.

    Every state is computed with the engine of today, so that a step is a change of the records, never of the program.
    A merge counts as one step.  What is not committed yet is left out: see kb diff.

    \b
    Examples:
      kb history most-algorithmic-progress-is-data-progress
      kb history ID --to v1.0 --json
    """
    where = place(claims)
    last = commit(where, revision)
    entry = one_stored(where, last, claim)
    replayed = moments(where, last, cached=cache)
    names = [entry.id, *entry.record.aliases] if entry is not None else [claim]
    found = turns(replayed, names)
    if not found:
        if entry is None:
            raise UnknownId(claim, stored(where, last).corpus.nearest(claim))
        raise Unavailable(f"{entry.id} is a record of kind {entry.kind}; only claims have a credence with a history")
    if json:
        say_json({"claim": names[0], "commits": len(replayed), "turns": [_data(turn) for turn in found]})
        return
    title = entry.title if entry is not None else claim
    lines = [Text(title, style="bold"), Text(sparkline(found)), Text()]
    status = entry.record.status if entry is not None else None
    left = "gone" if status is None else str(status.state)
    for turn in found:
        lines += _lines(turn, left)
    lines += [Text(), Text(f"moved in {count(len(found), 'commit')} of {len(replayed)} that changed records", "dim")]
    if git.is_shallow(where.folder):
        lines.append(Text("this copy lacks the older history: git fetch --unshallow", style="yellow"))
    say(*lines)


def sparkline(found: tuple[Turn, ...]) -> str:
    """Credences as bars, one a turn; a dot where nothing is assessed."""
    marks = [BARS[min(int(t.after * len(BARS)), len(BARS) - 1)] if t.after is not None else "·" for t in found]
    return "".join(marks)


def _lines(turn: Turn, left: str) -> list[Text]:
    """A commit's two lines; ``left`` says what became of a claim that is not there any more."""
    before, after = (odds.say_percent(p) if p is not None else "–" for p in (turn.before, turn.after))
    after = after if turn.there else left
    style = "green" if turn.weight > 0 else "red" if turn.weight < 0 else ""
    head = f"{_day(turn)} {turn.commit[:10]}  {before:>6} → {after:<6}"
    subject = cut(plain(turn.subject), max(width() - 50, 30))
    weight = (f"{odds.say_factor(turn.weight):>6} {odds.say_db(turn.weight):>9}", style)
    return [Text.assemble(head, weight, f"  {subject}"), Text(f"{'':23}{_records(turn)}", style="dim")]


def _records(turn: Turn) -> str:
    named = ", ".join(plain(record) for record in turn.records[:NAMED])
    more = len(turn.records) - NAMED
    return f"{named} and {more} more" if more > 0 else named


def _day(turn: Turn) -> str:
    return datetime.datetime.fromtimestamp(turn.time, datetime.UTC).date().isoformat()


def _data(turn: Turn) -> dict[str, object]:
    return {
        "commit": turn.commit,
        "date": datetime.datetime.fromtimestamp(turn.time, datetime.UTC).isoformat(),
        "author": turn.author,
        "subject": turn.subject,
        "records": list(turn.records),
        "before": turn.before,
        "after": turn.after,
        "weight": turn.weight,
        "db": odds.db(turn.weight),
        "there": turn.there,
    }
