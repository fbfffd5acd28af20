"""A comparison as plain text for a terminal."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from kb import odds
from kb.diff.report import Chance, CredenceMove, Diff, RecordChange
from kb.errors import plain

LISTED = 40
"""Entries of a list that are printed; ``--json`` has more."""


def text(diff: Diff) -> str:
    """The comparison in lines; the last one is the summary."""
    return "".join(f"{plain(line) if line.strip() else ''}\n" for line in _lines(diff))


def _lines(diff: Diff) -> Iterator[str]:
    for problem in (*diff.broken, *diff.faults, *diff.anchors):
        where = problem.place if problem.place.rpartition(":")[2].isdigit() else f"{problem.place}:1:1"
        yield f"{where} {problem.code} {problem.message}; {problem.hint}"
    if diff.moves:
        yield from ("", "Credences that move")
        for move in diff.moves[:LISTED]:
            yield from _move(move)
        yield from _more(diff.moved, LISTED)
    yield from _rest(diff)
    if diff.changes:
        yield from ("", "Records")
        for change in diff.changes[:LISTED]:
            yield from _change(change)
        yield from _more(diff.changed, LISTED)
    if diff.notes:
        yield ""
        yield from diff.notes
    yield from ("", summary(diff))


def _rest(diff: Diff) -> Iterator[str]:
    """Questions, cruxes, and what is counted once."""
    if diff.leading:
        yield from ("", "Questions whose leading answer changes")
        for one in diff.leading[:LISTED]:
            yield f"  {one.title} [{one.question}]"
            yield f"    {one.before_title or 'none assessed'} → {one.after_title or 'none assessed'}"
    if diff.cruxes:
        yield from ("", "Cruxes (what settling it could change)")
        for crux in diff.cruxes[:LISTED]:
            sign = "new " if crux.new else "lost"
            yield f"  {sign} {100 * crux.change:>3.0f} pp  {crux.crux_title} [{crux.crux}]"
            yield f"{'':15}for {crux.title} [{crux.claim}]"
    if diff.shared or diff.rows:
        yield from ("", "Counted as shared")
        for item in diff.shared[:LISTED]:
            yield f"  {item.item} on {item.claim}: {item.how} ({', '.join(item.with_[:5])})"
            adds = f"adds {odds.say_factor(item.adds)} ({odds.say_db(item.adds)})"
            yield f"    stated {odds.say_factor(item.stated)}, {adds}"
        for row in diff.rows[:LISTED]:
            ends = f"{odds.say_db(row.before)} → {odds.say_db(row.after)}"
            yield f"  shared evidence counted once at {row.claim}: {ends}"


def _change(change: RecordChange) -> Iterator[str]:
    yield f"  {change.what:<10} {change.kind} {change.id}" + (f": {change.title}" if change.title else "")
    for detail in change.details[:8]:
        yield f"{'':13}{detail}"
    if len(change.details) > 8:
        yield f"{'':13}and {len(change.details) - 8} more"
    if change.moves == 0:
        yield f"{'':13}moves no credence" + (f": {change.note}" if change.note else "")
    elif change.moves:
        yield f"{'':13}moves {change.moves} claim{'s' if change.moves != 1 else ''}"


def _move(move: CredenceMove) -> Iterator[str]:
    ends = f"{say_chance(move.before):>6} → {say_chance(move.after):<6}"
    yield f"  {ends} {odds.say_factor(move.weight):>6} {odds.say_db(move.weight):>9}  {move.title}"
    along = f", along {' > '.join(move.path)}" if len(move.path) > 1 else ""
    yield f"{'':35}{move.claim}{along}"


def say_chance(p: Chance | None) -> str:
    """A credence in percent; ``–`` where nothing is assessed."""
    return odds.say_percent(p) if p is not None else "–"


def _more(total: int, shown: int) -> Iterator[str]:
    if total > shown:
        yield f"  and {total - shown} more (--json has them)"


def summary(diff: Diff) -> str:
    """One line: what was changed, what moves, whether it may go in."""
    what = Counter(change.what for change in diff.changes)
    records = ", ".join(f"{n} {name}" for name, n in sorted(what.items())) or "no record differs"
    if not diff.computed:
        moves = "credences not compared"
    elif diff.moved == 0:
        moves = "no credence moves"
    else:
        moves = f"{diff.moved} credence{'s move' if diff.moved != 1 else ' moves'}"
    wrong = (
        [f"{len(diff.broken)} broken promises" if len(diff.broken) != 1 else "1 broken promise"] if diff.broken else []
    )
    wrong += [f"{len(diff.faults)} errors" if len(diff.faults) != 1 else "1 error"] if diff.faults else []
    return f"{diff.base} → {diff.head}: {'; '.join([records, moves, *wrong])}"
