"""Latest changes as pages and feeds say them: what each commit did to the records and to the credences.

What a view lists is capped; the counts beside it are not.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from kb import odds, vocab
from kb.pages import words
from kb.pages.site import Site
from kb.pages.sums import Weight
from kb.timeline import Step, Timeline, Touched, Turn

MOST = 50
"""Changes on the first page: as many as the feeds hold, which link to it."""
LISTED = 6
"""Moves, and records of one sort, that a change names."""
ALL = 200
"""Moves, and records of one sort, that a change names on the page of its month, where the rest of a list is."""
NOTE_LENGTH = 140
"""Characters of a commit's message that pages quote."""
FRONT = 3
"""Moves, and new records, that the front page names."""
SMALL = odds.nats(0.1)
"""Moves of less than this, in nats, are counted but not named."""
_ORDER = ("question", "claim", "evidence", "argument", "undercut", "experiment", "quantity", "position")
_LAST_SECOND = 253_402_300_799
_DEEDS = {
    "added": "added",
    "withdrawn": "withdrawn",
    "superseded": "superseded",
    "merged": "merged into others",
    "restored": "back in force",
    "removed": "removed",
    "changed": "edited",
}
"""What a commit does to a record, in the order in which it is told, to the word for readers."""


@dataclass(frozen=True)
class Named:
    """A record that a change mentions; ``href`` is ``None`` for one that is no longer among the records."""

    id: str
    title: str
    href: str | None
    kind: str
    state: str = vocab.State.ACTIVE.value


@dataclass(frozen=True)
class MoveView:
    """How a credence moved.

    Attributes:
        claim: whose.
        before, after: as percentages, or in words; never the same text where it moved.
        weight: change of its log odds.
        p_before, p_after: as numbers; ``None`` where it is not assessed or not there.
        sign: 1 up, -1 down, 0 where one of the two is no number.
    """

    claim: Named
    before: str
    after: str
    weight: Weight
    p_before: float | None
    p_after: float | None
    sign: int


@dataclass(frozen=True)
class DeedView:
    """Records to which a change did the same, the first of them by name."""

    what: str
    label: str
    records: list[Named]
    count: int

    @property
    def more(self) -> int:
        """How many are not named."""
        return self.count - len(self.records)


@dataclass(frozen=True)
class ChangeView:
    """One change.

    Attributes:
        commit: 40 hexadecimal digits; ``anchor`` is its id on the page.
        day, stamp: when, as a date and as date and time in UTC.
        note: what its author wrote about it, as pages quote it.
        moves: credences that moved, the largest first; ``moved`` counts all of them, ``unnamed`` those that moved by
            more than a trifle and found no room.
        new: claims that it brought and that are assessed, which have no credence to move from.
        deeds: what it did to records.
        url: its address in the repository, where that is known.
    """

    commit: str
    anchor: str
    day: str
    stamp: str
    note: str
    moves: list[MoveView]
    moved: int
    unnamed: int
    new: int
    deeds: list[DeedView]
    url: str | None

    @property
    def more(self) -> int:
        """How many moves are not named."""
        return self.moved - len(self.moves)

    @property
    def whole(self) -> str:
        """Its place on the page of its month, where its lists are longer."""
        return month_address(self.commit, self.day)

    @property
    def time_of_day(self) -> str:
        """When on its day, in UTC: ``14:05``."""
        return self.stamp[11:16]

    @property
    def headline(self) -> str:
        """What a reader would notice: the credence that moved most, else what became of which records."""
        if self.moves:
            most = self.moves[0]
            said = f"{most.claim.title} {most.before} → {most.after}"
            return said if self.moved == 1 else f"{words.count(self.moved, 'credence')} moved, most: {said}"
        told = [f"{deed.count} {deed.label}" for deed in self.deeds]
        if told:
            first = self.deeds[0]
            told[0] = f"{words.count(first.count, 'record')} {first.label}"
            if sum(deed.count for deed in self.deeds) == 1:
                told[0] += f": {first.records[0].title}"
        if self.moved:
            told.insert(0, f"{words.count(self.moved, 'credence')} moved slightly")
        return words.listing(told)


@dataclass(frozen=True)
class Front:
    """What the front page says about the latest changes."""

    moves: list[tuple[MoveView, ChangeView]]
    added: list[tuple[Named, str]]


def day(time: int) -> str:
    """A time in seconds since 1970 as a date (UTC); a commit can carry any number."""
    return _moment(time).date().isoformat()


def stamp(time: int) -> str:
    """A time in seconds since 1970 as RFC 3339 says it, in UTC."""
    return _moment(time).strftime("%Y-%m-%dT%H:%M:%SZ").zfill(20)


def _moment(time: int) -> datetime.datetime:
    return datetime.datetime.fromtimestamp(min(max(time, 0), _LAST_SECOND), datetime.UTC)


def anchor(commit: str) -> str:
    """Id of a change on the page of changes."""
    return f"change-{commit[:12]}"


def address(site: Site, commit: str, time: int) -> str:
    """Where a change stands: on the first page if it is among the latest, else on that of its month."""
    if commit in site.ask(_latest):
        return f"changes.html#{anchor(commit)}"
    return month_address(commit, day(time))


def month_address(commit: str, date: str) -> str:
    """Where a change stands on the page of its month."""
    return f"changes/{date[:7]}.html#{anchor(commit)}"


def note(subject: str) -> str:
    """The first line of a commit's message as pages quote it: cut, without Markdown and a pull request's number."""
    text = re.sub(r"\s*\(#\d+\)$", "", subject[:1000].strip())
    text = re.sub(r"\[([^\]]*)\]\([^)\s]*\)", r"\1", text)
    text = re.sub(r"(\*\*|__|`)(?=\S)(.+?)(?<=\S)\1", r"\2", text)
    return words.shorten(text, NOTE_LENGTH)


def _latest(site: Site) -> frozenset[str]:
    return frozenset(step.commit for step in recorded(site)[:MOST])


def named(site: Site, id: str) -> Named:
    """A record by its present name, if it has one."""
    entry = site.corpus.find(id)
    if entry is None:
        return Named(id, id, None, "")
    ref = site.ref(entry.id)
    return Named(ref.id, ref.title, ref.href, ref.kind, ref.state)


def modified(site: Site) -> Mapping[str, str]:
    """Record to the day of the last change that touched it or moved its credence."""
    found: dict[str, str] = {}
    for step in (site.history or Timeline()).steps:
        ids = {site.corpus.aliases.get(touched.id, touched.id) for touched in step.touched}
        for id in ids | {claim for claim, _ in step.turns}:
            found[id] = max(found.get(id, ""), day(step.time))
    return found


def move_view(site: Site, claim: str, turn: Turn) -> MoveView:
    """A move of a claim's credence as it is shown."""
    before = "not assessed" if turn.before is None else words.percent(turn.before)
    after = "not assessed" if turn.after is None else words.percent(turn.after)
    sign = 0
    if turn.before is not None and turn.after is not None:
        sign = 1 if turn.weight > 0 else -1 if turn.weight < 0 else 0
        if before == after:
            before, after = (f"{100 * p:.1f}%" for p in (turn.before, turn.after))
        if before == after:
            before, after = (f"{100 * p:.2g}%" for p in (turn.before, turn.after))
    if not turn.there:
        after = "removed"
    return MoveView(named(site, claim), before, after, Weight.of(turn.weight), turn.before, turn.after, sign)


def recorded(site: Site) -> list[Step]:
    """Changes to tell, the newest first; a history cut short begins with a state, which is none."""
    past = site.history or Timeline()
    steps = past.steps if past.complete else past.steps[1:]
    return [step for step in reversed(steps) if step.touched or step.turns]


def change_view(site: Site, step: Step, listed: int = LISTED) -> ChangeView:
    """One change with at most ``listed`` moves and records of a sort by name."""
    moves = [(claim, turn) for claim, turn in step.turns if _is_move(turn)]
    large = [(claim, turn) for claim, turn in moves if abs(turn.weight) >= SMALL or turn.after is None]
    return ChangeView(
        commit=step.commit,
        anchor=anchor(step.commit),
        day=day(step.time),
        stamp=stamp(step.time),
        note=note(step.subject),
        moves=[move_view(site, claim, turn) for claim, turn in large[:listed]],
        moved=len(moves),
        unnamed=max(len(large) - listed, 0),
        new=sum(turn.new and turn.after is not None for _, turn in step.turns),
        deeds=_deeds(site, step.touched, listed),
        url=site.commit_url(step.commit),
    )


def _is_move(turn: Turn) -> bool:
    """Whether a claim that was there got another credence, or lost or gained one."""
    return not turn.new and not (turn.before is None and turn.after is None)


def _deeds(site: Site, touched: Iterable[Touched], listed: int) -> list[DeedView]:
    found: dict[str, list[str]] = {}
    for one in touched:
        found.setdefault(one.what, []).append(one.id)
    made = []
    for what, label in _DEEDS.items():
        if what in found:
            records = sorted((named(site, id) for id in found[what]), key=_rank)
            made.append(DeedView(what, label, records[:listed], len(records)))
    return made


def _rank(record: Named) -> tuple[int, str, str]:
    """What a debate consists of before what it cites."""
    place = _ORDER.index(record.kind) if record.kind in _ORDER else len(_ORDER)
    return place, record.title.lower(), record.id


def front(site: Site) -> Front | None:
    """The latest moves worth a line and the latest new records; ``None`` where nothing is known of the past."""
    steps = recorded(site)
    if not steps:
        return None
    moves: list[tuple[MoveView, ChangeView]] = []
    added: list[tuple[Named, str]] = []
    seen: set[str] = set()
    for step in steps:
        if len(moves) >= FRONT and len(added) >= FRONT:
            break
        view = change_view(site, step)
        for move in view.moves:
            there = move.claim.href is not None and site.corpus[move.claim.id].record.active
            if len(moves) < FRONT and move.claim.id not in seen and move.sign and there:
                seen.add(move.claim.id)
                moves.append((move, view))
        for deed in view.deeds:
            if deed.what == "added":
                new = [r for r in deed.records if r.kind in _ORDER[:5] and site.corpus[r.id].record.active]
                added += [(record, view.day) for record in new][: FRONT - len(added)]
    return Front(moves, added)
