"""A comparison as plain text for a terminal."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from kb import odds
from kb.diff.meaning import side_by_side
from kb.diff.report import Chance, CredenceMove, CruxChange, Diff, LinkEffect, RecordChange, Reworded
from kb.errors import plain

LISTED = 40
"""Entries of a list that are printed; ``--json`` has more."""
LOOK = "look at each: does what was judged still hold for the new words? If not, make a new id and withdraw this one"


def text(diff: Diff) -> str:
    """The comparison in lines; the last one is the summary."""
    return "".join(f"{plain(line) if line.strip() else ''}\n" for line in _lines(diff))


def _lines(diff: Diff) -> Iterator[str]:
    for problem in (*diff.broken, *diff.faults, *diff.anchors):
        where = problem.place if problem.place.rpartition(":")[2].isdigit() else f"{problem.place}:1:1"
        yield f"{where} {problem.code} {problem.message}; {problem.hint}"
    if diff.reworded:
        yield from ("", "Claims reworded")
        for one in diff.reworded[:LISTED]:
            yield from _reworded(one)
        yield from _more(len(diff.reworded), LISTED)
        yield f"  {LOOK}"
    if diff.moves:
        yield from ("", "Credences that move")
        for move in diff.moves[:LISTED]:
            yield from _move(move)
        yield from _more(diff.moved, LISTED)
    if diff.links:
        yield from ("", "What evidence does to the claims it bears on")
        for link in diff.links[:LISTED]:
            yield from _link(link)
        yield from _more(len(diff.links), LISTED)
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


def _reworded(one: Reworded) -> Iterator[str]:
    yield f"  {one.kind} {one.id} reworded: {judged(one)}"
    for words in one.words:
        old, new = side_by_side(words.before, words.after)
        yield f"    {words.field:<6}was {old}"
        yield f"{'':10}now {new}"


def judged(one: Reworded) -> str:
    """What was judged against the old words of a claim."""
    found = [
        f"{n} {what}{'s' if n != 1 else ''}{of}"
        for n, what, of in (
            (one.items, "item", " of evidence"),
            (one.reasons, "reason", ""),
            (one.positions, "position", ""),
        )
        if n
    ]
    if not found:
        return "its base rate was judged against the old words"
    *most, last = found
    verb = "was" if one.items + one.reasons + one.positions == 1 else "were"
    return f"{', '.join(most)}{' and ' if most else ''}{last} {verb} judged against the old words"


def _link(link: LinkEffect) -> Iterator[str]:
    yield f"  {say_effect(link):<22} {link.title} [{link.item}]"
    yield f"{'':25}{link.says} [{link.claim}]; {say_trust(link)}"
    if link.why:
        yield f"{'':25}why: {link.why}"


def say_effect(link: LinkEffect) -> str:
    """What an item does to its claim, before and after, in dB."""
    ends = [odds.say_db(x) if x is not None else None for x in (link.before, link.after)]
    if ends[0] is None:
        return f"new {ends[1]}" if ends[1] is not None else "no weight"
    return f"{ends[0]} → {ends[1] or 'gone'}"


def say_trust(link: LinkEffect) -> str:
    """Design and reliabilities."""
    source = f"{link.root} {link.root_reliability:.0%}" if link.root_reliability is not None else "no source vouches"
    return f"{link.design}, reliable {link.reliability:.0%}; {source}"


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
            yield f"  {say_crux(crux)}: {crux.crux_title} [{crux.crux}]"
            yield f"{'':4}for {crux.title} [{crux.claim}]"
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
        yield f"{'':13}{say_moves(change)}"


def say_moves(change: RecordChange) -> str:
    """How many claims a change moves, and which most."""
    total = f"moves {change.moves} claim{'s' if change.moves != 1 else ''}"
    most = ", ".join(f"{felt.claim} {odds.say_db(felt.weight)}" for felt in change.most)
    if not most:
        return f"{total}, {'each ' if change.moves != 1 else ''}by less than 0.05 dB"
    return f"{total}{', most' if (change.moves or 0) > len(change.most) else ''}: {most}"


def say_crux(crux: CruxChange) -> str:
    """Whether a crux enters or leaves the largest, and how its own value changed, in percentage points."""
    word = "enters" if crux.new else "leaves"
    return f"{word} the five largest, {100 * crux.before:.0f} → {100 * crux.after:.0f} pp"


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
