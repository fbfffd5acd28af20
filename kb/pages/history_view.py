"""A claim's past: its credence over time as a picture, and a list of what moved it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from kb import odds
from kb.pages import words
from kb.pages.changes import SMALL, Named, address, day, move_view, named, note, stamp
from kb.pages.draw import el, label, picture
from kb.pages.site import Site
from kb.pages.sums import Weight
from kb.timeline import Turn

LISTED = 6
"""Moves that a page lists."""
CROWDED = 24
"""Moves of a picture that have large dots, and that its text alternative lists."""
NAMED = 3
"""Records of a move that are named."""
STILL = 1e-6
"""A present credence that differs by less, in nats, from the last recorded one is the same."""


@dataclass(frozen=True)
class PastMove:
    """One move of the list.

    Attributes:
        day, note: of the change.
        before, after, weight: as in :class:`kb.pages.changes.MoveView`.
        href: the change on the page of changes, where it is listed there.
        records: what it changed beneath the claim, what weighs most first; ``others`` counts the rest.
    """

    day: str
    note: str
    before: str
    after: str
    weight: Weight
    href: str | None
    records: list[Named]
    others: int


@dataclass(frozen=True)
class Past:
    """What a claim's page says about its past.

    Attributes:
        said: one sentence.
        moves: the newest first; ``more`` counts those that are not listed.
        pictures: wide and narrow; none where it never moved.
        pending: what changes that are not committed yet do to it; empty where they do nothing.
    """

    said: str
    moves: list[PastMove]
    more: int
    pictures: list[Markup]
    pending: str


def past(site: Site, id: str) -> Past | None:
    """A claim's past; ``None`` where nothing is known of it."""
    if site.history is None:
        return None
    turns = site.history.turns.get(id, ())
    moves = [turn for turn in turns if _is_move(turn)]
    large = [turn for turn in moves if abs(turn.weight) >= SMALL or turn.before is None or turn.after is None]
    shown = [_move(site, id, turn) for turn in reversed(large[-LISTED:])]
    drawn = []
    known = [turn for turn in turns if turn.after is not None]
    if len(known) > 1:
        end = site.history.steps[-1].time
        drawn = [sparkline(turns, end, f"past-{form}", narrow=form == "narrow") for form in ("wide", "narrow")]
    return Past(_said(site, turns, moves), shown, len(moves) - len(shown), drawn, _pending(site, id, turns))


def past_data(site: Site, id: str) -> list[dict[str, object]]:
    """Every move of a claim, the oldest first, for its JSON file; probabilities are fractions."""
    found: list[dict[str, object]] = []
    for turn in site.history.turns.get(id, ()) if site.history is not None else ():
        records = _beneath(site, id, turn)
        found.append(
            {
                "commit": turn.commit,
                "date": stamp(turn.time),
                "subject": turn.subject,
                "before": turn.before,
                "after": turn.after,
                "db": odds.db(turn.weight),
                "base_rate": turn.base,
                "records": records,
                "other_records": len(turn.records) - len(records),
            }
        )
    return found


def _is_move(turn: Turn) -> bool:
    """Whether a reader saw another number before."""
    return turn.before is not None or turn.after is not None


def _move(site: Site, id: str, turn: Turn) -> PastMove:
    view = move_view(site, id, turn)
    records = _beneath(site, id, turn)
    return PastMove(
        day=day(turn.time),
        note=note(turn.subject),
        before="added" if turn.new else view.before,
        after=view.after,
        weight=view.weight,
        href=address(site, turn.commit, turn.time),
        records=[named(site, record) for record in records[:NAMED]],
        others=len(turn.records) - min(len(records), NAMED),
    )


def _beneath(site: Site, id: str, turn: Turn) -> list[str]:
    """Records of a change that the claim rests on now: itself, then what weighs most."""
    rank = site.ask(_ranks, id)
    return sorted((r for r in turn.records if r in rank), key=lambda r: (rank[r], r))


def _ranks(site: Site, id: str) -> dict[str, tuple[int, float]]:
    """What a claim rests on to its place in a list: the claim, its own reasons and items by weight, what is beneath."""
    explained = site.explain(id)
    found: dict[str, tuple[int, float]] = {}

    def put(record: str, place: int, weight: float) -> None:
        found[record] = min(found.get(record, (place, -weight)), (place, -weight))

    put(id, 0, 0.0)
    for group in explained.groups:
        for root in group.roots:
            put(root.id, 2, abs(root.contribution))
            for item in root.items:
                put(item.id, 1, abs(item.weight))
                for undercut in item.undercuts:
                    put(undercut.id, 2, undercut.kill)
    for link in explained.links:
        for record in (link.source, *link.premises):
            put(record, 1, abs(link.contribution))
        for undercut in link.undercuts:
            put(undercut.id, 2, undercut.kill)
    for item_id in site.items_beneath(id):
        put(item_id, 3, 0.0)
    for question in site.corpus.questions_of.get(id, ()):
        put(question, 3, 0.0)
    return found


def _said(site: Site, turns: Sequence[Turn], moves: Sequence[Turn]) -> str:
    """The past in one sentence."""
    complete = site.history is not None and site.history.complete
    if not turns:
        return "It is not in the recorded history yet."
    first = turns[0]
    begun = f"since it was added on {day(first.time)}" if complete else f"since {day(first.time)}"
    known = [turn.after for turn in turns if turn.after is not None]
    if not known:
        return f"Not assessed {begun}: no change has brought evidence beneath it."
    moved = [turn for turn in moves if turn.before is not None]
    if not moved:
        at = next(turn for turn in turns if turn.after is not None)
        return f"It has not moved since it was first assessed, at {words.percent(known[0])}, on {day(at.time)}."
    low, high = words.percent(min(known)), words.percent(max(known))
    between = f"between {low} and {high}" if low != high else f"at about {low}"
    return f"Moved {words.count(len(moved), 'time')} {begun}, {between}."


def _pending(site: Site, id: str, turns: Sequence[Turn]) -> str:
    """What the records on disk do to it beyond the last commit."""
    now = site.credences[id]
    last = turns[-1].after if turns else None
    if not now.assessed or last is None:
        return "" if now.assessed is (last is not None) else "Changes that are not committed yet decide whether it is."
    if abs(odds.logit(now.credence) - odds.logit(last)) < STILL:
        return ""
    return f"Changes that are not committed yet move it from {words.percent(last)} to {words.percent(now.credence)}."


def sparkline(turns: Sequence[Turn], end: int, id: str, *, narrow: bool) -> Markup:
    """A claim's credence over time: a stepped line, a dot at each move, the base rate dashed.

    Args:
        turns: its moves, the oldest first; two of them at least with a credence after them.
        end: seconds since 1970 of the last change of any record.
        id: prefix of ids.
        narrow: the form for phones.
    """
    width, height = (320.0, 176.0) if narrow else (640.0, 176.0)
    left, right, top, bottom = 42.0, width - 58.0, 14.0, height - 32.0
    begin, end = turns[0].time, max(end, *(turn.time for turn in turns))
    span = max(end - begin, 1)

    def x(time: int) -> float:
        return left + 6 + max(time - begin, 0) / span * (right - left - 12)

    def y(p: float) -> float:
        return bottom - p * (bottom - top)

    parts: list[Markup] = []
    for p in (0.0, 0.5, 1.0):
        parts.append(el("line", x1=left, x2=right, y1=y(p), y2=y(p), class_="kb-grid"))
        parts.append(label([f"{p:.0%}"], left - 8, y(p) + 4, 0, "kb-svg-small", "end"))
    parts.append(_path([(t.time, t.base) for t in turns], end, x, y, "kb-past__base"))
    parts.append(_path([(t.time, t.after) for t in turns], end, x, y, "kb-past__line"))
    size = 4.5 if len(turns) <= CROWDED else 3.0
    for turn in turns:
        if turn.after is not None:
            side = "for" if turn.weight > 0 else "against" if turn.weight < 0 else "neutral"
            before = "not assessed" if turn.before is None else words.percent(turn.before)
            tip = el("title", f"{day(turn.time)}: {before} to {words.percent(turn.after)}, {note(turn.subject)}")
            parts.append(el("circle", tip, cx=x(turn.time), cy=y(turn.after), r=size, class_=f"kb-dot kb-dot--{side}"))
    last = turns[-1]
    if last.after is not None:
        parts.append(label([words.percent(last.after)], right + 6, y(last.after) + 5, 0, "kb-svg-strong"))
    if last.base is not None:
        gap = 0.0 if last.after is None or abs(y(last.base) - y(last.after)) > 18 else 18.0
        below = gap if last.after is None or last.base <= last.after else -gap
        parts.append(label(["base rate"], right + 6, y(last.base) + 4 + below, 0, "kb-svg-small"))
    same = day(begin) == day(end)
    first, latest = (f"{stamp(t)[11:16]} UTC" if same else day(t) for t in (begin, end))
    parts.append(label([f"{day(begin)}, {first}" if same else first], left, height - 8, 0, "kb-svg-small"))
    parts.append(label([latest], right, height - 8, 0, "kb-svg-small", "end"))
    said = [
        f"{day(t.time)}: {'not assessed' if t.after is None else words.percent(t.after)}" for t in turns if _is_move(t)
    ]
    if len(said) > CROWDED:
        said = [said[0], f"{len(said) - CROWDED} more", *said[1 - CROWDED :]]
    desc = f"{'; '.join(said)}. Dashed: the base rate. The list below names the changes."
    class_ = f"kb-past kb-{'narrow' if narrow else 'wide'}"
    return picture(parts, width, height, title="Credence over time", desc=desc, class_=class_, id=id)


def _path(
    points: Sequence[tuple[int, float | None]],
    end: int,
    x: Callable[[int], float],
    y: Callable[[float], float],
    class_: str,
) -> Markup:
    """A stepped line through the points, broken where there is no number."""
    drawn: list[str] = []
    held: float | None = None
    for time, p in points:
        if held is not None:
            drawn.append(f"H{x(time):.1f}")
        if p is not None:
            drawn.append(f"V{y(p):.1f}" if held is not None else f"M{x(time):.1f} {y(p):.1f}")
        held = p
    if held is not None:
        drawn.append(f"H{x(end):.1f}")
    return el("path", d=" ".join(drawn), class_=class_)
