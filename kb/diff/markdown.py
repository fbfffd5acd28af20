"""A comparison as Markdown for a pull request's comment.

Everything that a record says stands in code spans, where GitHub reads no mention, reference, link, picture or HTML.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator

from kb import odds
from kb.diff.meaning import side_by_side
from kb.diff.report import CredenceMove, Diff
from kb.diff.text import LOOK, judged, say_chance, say_crux, say_effect, say_moves, say_trust, summary
from kb.errors import plain
from kb.models.base import ID_PATTERN

MARK = "<!-- kb-diff -->"
"""First line of the comment, by which the next run finds it."""
LONGEST = 60_000
"""Characters of a comment; GitHub takes 65,536."""
ROWS = 12
"""Rows of a table."""
EDGES = 14
"""Arrows of the map."""
WORDS = 400
"""Characters of a claim's old and new words."""
_ID = re.compile(ID_PATTERN.removesuffix("$") + r"\Z")


def code(text: str, most: int = 160) -> str:
    """Text of a record as a code span that nothing can leave, fit for a table's cell."""
    one = " ".join(plain(text).split()).replace("`", "'")
    one = one if len(one) <= most else f"{one[: most - 1]}…"
    return f"`{one.replace('|', '¦').strip() or '-'}`"


def markdown(diff: Diff) -> str:
    """The comment; ends with a line end."""
    made = "\n".join(_blocks(diff))
    if len(made) > LONGEST:
        made = made[:LONGEST].rpartition("\n")[0] + "\n\nThe rest is left out; `kb diff` shows it.\n"
        if made.count("```") % 2:
            made += "```\n"
        if made.count("<details>") > made.count("</details>"):
            made += "</details>\n"
    return made.rstrip("\n") + "\n"


def _blocks(diff: Diff) -> Iterator[str]:
    yield MARK
    yield f"**What this changes** · {code(summary(diff), 260)}"
    yield ""
    for title, problems in (
        ("This may not go in as it is", diff.broken),
        ("Errors in the records", diff.faults),
        ("Passages that do not match", diff.anchors),
    ):
        if problems:
            yield from (f"### {title}", "")
            for problem in problems[:ROWS]:
                yield f"- {code(problem.place)} {code(problem.code)} {code(problem.message, 400)}"
                yield f"  <br>{code(problem.hint, 400)}"
            yield from _more(len(problems))
    yield from _reworded(diff)
    if diff.computed:
        yield from _credences(diff)
        yield from _links(diff)
    yield from _rest(diff)
    yield from _records(diff)
    if diff.notes:
        yield from (f"- {code(note, 300)}" for note in diff.notes)


def _credences(diff: Diff) -> Iterator[str]:
    if not diff.moves:
        yield from ("No credence moves.", "")
        return
    yield from ("| before | after | odds | | claim | strongest path |", "|--:|--:|--:|--:|---|---|")
    for move in diff.moves[:ROWS]:
        path = " › ".join(code(step, 80) for step in move.path[:-1])
        yield (
            f"| {say_chance(move.before)} | {say_chance(move.after)} | {odds.say_factor(move.weight)} "
            f"| {odds.say_db(move.weight)} | {code(move.title)} {code(move.claim, 80)} | {path} |"
        )
    yield ""
    yield from _more(diff.moved)
    yield from _map(diff)


def _reworded(diff: Diff) -> Iterator[str]:
    """Old and new words of claims that something was judged against."""
    if not diff.reworded:
        return
    yield from ("### Claims reworded", "")
    for one in diff.reworded[:ROWS]:
        yield f"- {code(one.kind)} {code(one.id, 90)} reworded: {judged(one)}"
        for words in one.words:
            old, new = side_by_side(words.before, words.after, WORDS)
            yield f"  <br>{code(words.field)} was {code(old, WORDS)}<br>now {code(new, WORDS)}"
    yield from _more(len(diff.reworded))
    yield from (f"{LOOK[0].upper()}{LOOK[1:]}.", "")


def _links(diff: Diff) -> Iterator[str]:
    """What each new or changed link of evidence does, and why: two that pull apart differ in sign."""
    if not diff.links:
        return
    yield from ("### What the evidence does, and why", "")
    yield from ("| effect | on | evidence | says | trust | why |", "|--:|---|---|---|---|---|")
    for link in diff.links[:ROWS]:
        yield (
            f"| **{say_effect(link)}** | {code(link.claim, 80)} | {code(link.title)} {code(link.item, 80)} "
            f"| {code(link.says, 120)} | {code(say_trust(link), 140)} | {code(link.why, 320)} |"
        )
    yield ""
    yield from _more(len(diff.links))
    yield from ("Effect: what the item does to the claim, all else given; two that pull apart may leave it still.", "")


def _map(diff: Diff) -> Iterator[str]:
    """The paths of several steps as a drawing; only ids are safe to write there."""
    edges: list[tuple[str, str]] = []
    ends: dict[str, CredenceMove] = {move.claim: move for move in diff.moves[:ROWS]}
    for move in diff.moves[:ROWS]:
        steps = [step for step in move.path if _ID.match(step)]
        if len(steps) < 3 or len(steps) != len(move.path):
            continue
        edges += [edge for edge in itertools.pairwise(steps) if edge not in edges]
    edges = edges[:EDGES]
    if not edges:
        return
    names = {id: f"n{n}" for n, id in enumerate(dict.fromkeys(id for edge in edges for id in edge))}
    yield from ("<details><summary>Map of the paths</summary>", "", "```mermaid", "graph LR")
    for id, name in names.items():
        end = ends.get(id)
        tail = f"<br>{say_chance(end.before)} → {say_chance(end.after)}" if end is not None else ""
        yield f'  {name}["{id}{tail}"]'
    yield from (f"  {names[a]} --> {names[b]}" for a, b in edges)
    yield from ("```", "", "</details>", "")


def _rest(diff: Diff) -> Iterator[str]:
    if diff.leading:
        yield from ("### Leading answers that change", "")
        for one in diff.leading[:ROWS]:
            ends = [code(title) if title else "none assessed" for title in (one.before_title, one.after_title)]
            yield f"- {code(one.title)}: {ends[0]} → {ends[1]}"
        yield from _more(len(diff.leading))
    if diff.cruxes:
        yield from ("### Cruxes", "")
        for crux in diff.cruxes[:ROWS]:
            yield f"- {code(crux.crux_title)} for {code(crux.title)} {say_crux(crux)}"
        yield from _more(len(diff.cruxes))
    if diff.shared or diff.rows:
        yield from ("### Counted as shared", "")
        for item in diff.shared[:ROWS]:
            adds = f"{odds.say_factor(item.stated)} stated, {odds.say_factor(item.adds)} added"
            yield f"- {code(item.item)} on {code(item.claim)}: {code(item.how)}; {adds}"
        for row in diff.rows[:ROWS]:
            sizes = f"{odds.say_db(row.before)} → {odds.say_db(row.after)}"
            yield f"- {code(row.claim)}: {sizes} for evidence that comes twice"
        yield from _more(max(len(diff.shared), len(diff.rows)))


def _records(diff: Diff) -> Iterator[str]:
    if not diff.changes:
        return
    yield from (f"<details><summary>{diff.changed} record{'s' if diff.changed != 1 else ''}</summary>", "")
    yield from ("| | record | change | moves |", "|---|---|---|---|")
    for change in diff.changes[:60]:
        details = "<br>".join(code(detail, 200) for detail in change.details[:4])
        moves = "" if change.moves is None else code(say_moves(change).removeprefix("moves "), 260)
        if change.moves == 0 and change.note:
            moves = f"0: {code(change.note)}"
        what = f"{code(change.kind)} {code(change.id, 90)} {code(change.title)}"
        yield f"| {change.what} | {what} | {details} | {moves} |"
    yield from _more(diff.changed, 60)
    yield from ("", "</details>", "")


def _more(total: int, shown: int = ROWS) -> Iterator[str]:
    if total > shown:
        yield f"\n… and {total - shown} more.\n"
    elif shown == ROWS:
        yield ""
