"""Pieces that several pages of ``kb show`` share: records by title, passages with links, credences in words."""

from __future__ import annotations

from collections.abc import Iterable

from kb import models as m
from kb import odds, vocab
from kb.anchors import passage_link
from kb.cli.layout import Sheet
from kb.cli.shell import count
from kb.corpus import NONE, Corpus, Entry
from kb.engine import Assessment, Credence
from kb.engine.viewpoints import Overlay

CRUXES = 3
"""How many of the claims that a claim turns on its page names; ``kb cruxes`` lists them all."""


class Views:
    """Writes records onto a sheet."""

    def __init__(self, found: Assessment, sheet: Sheet) -> None:
        self.found = found
        self.corpus: Corpus = found.corpus
        self.sheet = sheet

    def title(self, id: str) -> str:
        """A record's title; its id when there is no such record."""
        entry = self.corpus.find(id)
        if id == NONE:
            return "none of these"
        if entry is None:
            return id
        if isinstance(entry.record, m.Position):
            return self.position_title(entry.record)
        return entry.title

    def position_title(self, position: m.Position) -> str:
        """Who, stance, what."""
        return position.title or f"{self.title(position.by)} {position.stance}: {self.title(position.on)}"

    def titled(self, id: str) -> str:
        """``title [id]``."""
        return f"{self.title(id)} [{id}]"

    def credence(self, id: str) -> Credence | None:
        """A claim's credence; an undercut that rests on a premise has its premise's."""
        if id in self.found.credences:
            return self.found.credences[id]
        entry = self.corpus.find(id)
        if entry is not None and isinstance(entry.record, m.Undercut) and entry.record.premise is not None:
            return self.found.credences.get(entry.record.premise)
        return None

    def say(self, id: str) -> str:
        """A claim's credence in a few words."""
        credence = self.credence(id)
        return said(credence) if credence is not None else ""

    def head(self, entry: Entry) -> None:
        """Title, kind, id, status and text."""
        r = entry.record
        title = self.title(entry.id)
        self.sheet.wrap(title, style="bold")
        self.sheet.line((f"{entry.kind.label} {entry.id}, in {entry.topic}", "dim"))
        if r.status is not None and not r.active:
            by = f", see {self.titled(r.status.by)}" if r.status.by else ""
            since = f" since {r.status.since}" if r.status.since else ""
            self.sheet.wrap(f"{r.status.state}{since}{by}. {r.status.why or ''}".strip(), style="yellow")
        text = r.get("text")
        if text and " ".join(text.split()) != title:
            self.sheet.blank()
            self.sheet.wrap(" ".join(text.split()))
        if r.summary:
            self.sheet.blank()
            self.sheet.wrap(" ".join(r.summary.split()))

    def foot(self, entry: Entry) -> None:
        """Where the record says it comes from, and editors' notes."""
        seen = entry.record.get("seen_in", ())
        if seen:
            self.sheet.heading("Seen in")
            self.passages(seen, indent=2)
        if entry.record.notes:
            self.sheet.heading("Editors' notes")
            self.sheet.wrap(entry.record.notes.rstrip(), indent=2)

    def passages(self, passages: Iterable[m.Passage], indent: int) -> None:
        """Each passage: the source, its first and last words, and a link that opens it there."""
        for passage in passages:
            source = self.corpus.find(passage.source)
            where = [passage.locator] if passage.locator else []
            if passage.anchor is not None:
                end = f" … {passage.anchor.end}" if passage.anchor.end else ""
                where.append(f"“{passage.anchor.start}{end}”")
            elif passage.no_anchor:
                where.append(f"no passage is marked: {passage.no_anchor}")
            record = source.record if source is not None else None
            date = f", {record.issued}" if isinstance(record, m.Source) and record.issued else ""
            said = f"{self.title(passage.source)}{date}" + (f": {'; '.join(where)}" if where else "")
            self.sheet.wrap(said, indent, first="source  ")
            link = passage_link(self.corpus, passage)
            if link is not None:
                self.sheet.line((link, "blue"), indent=indent + 8)

    def positions(self, id: str) -> None:
        """Who holds what about a record."""
        held = self.corpus.positions_on.get(id, ())
        if not held:
            return
        self.sheet.heading("Who holds what")
        for position_id in held:
            self.position(self.corpus.record(position_id, m.Position), position_id)

    def position(self, r: m.Position, id: str, about: str = "") -> None:
        """One position: who, stance, stated credence, date, in whose words, where."""
        of = f" of {self.title(r.of)}" if r.of else ""
        when = f", {r.said}" if r.said else ""
        held = stated(r.credence)
        head = f"{self.title(r.by)} {r.stance}{of}{about}" + (f", {held}" if held else "") + when
        self.sheet.wrap(head, 2)
        self.sheet.line((id, "dim"), indent=4)
        if r.text:
            self.sheet.wrap(r.text, 4)
        self.passages(r.seen_in, 4)


def said(credence: Credence) -> str:
    """``62%, likely`` or ``not assessed (base rate 50%)``."""
    if not credence.assessed:
        return f"not assessed, base rate {odds.say_percent(credence.base_rate)}"
    return f"{odds.say_percent(credence.credence)}, {vocab.credence_word(credence.credence)}"


def overlay_lines(overlay: Overlay) -> list[str]:
    """Whose inputs these are, and whether they explain anything."""
    n = len(overlay.changes)
    held = sum(c.kind == "stated credence" for c in overlay.changes)
    who = f"{overlay.title} [{overlay.id}]"
    if n == 0:
        return [f"{who} sets no input and stated no credence: these are the neutral numbers."]
    if overlay.only_conclusions:
        claims = f"{count(held, 'claim')} held where {who} put {'it' if held == 1 else 'them'}"
        return [f"With {claims}. That repeats conclusions: it shows what would follow, and explains nothing."]
    also = f", and {count(held, 'stated credence')} held in place" if held else ""
    return [f"With {count(n - held, 'input')} of {who}{also}."]


def stated(credence: object) -> str:
    """A credence as a speaker stated it."""
    match credence:
        case m.Said(phrase=None) as update:
            since = f" since {update.since}" if update.since else ""
            return f"more likely{since}" if update.direction == "up" else f"less likely{since}"
        case m.Said() as words:
            return f"“{words.phrase}”"
        case float() | int() as number:
            return odds.say_percent(number)
        case str() as word:
            return word
    return ""
