"""Who argues against what somebody holds, beyond the plain yes and no: reasons, contested inferences, rival answers.

A person holds a record when they take its side in a position of their own, or when the record is theirs; an undercut
that names nobody is its source's.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from kb import models as m
from kb import vocab
from kb.corpus import Entry
from kb.pages.positions import positions_on
from kb.pages.site import Ref, Site

SUPPORT = "contests a support of"
REASON = "holds a reason against"
EVIDENCE = "reports evidence against"
RIVAL = "holds a rival answer to"


@dataclass(frozen=True)
class Attack:
    """One record of somebody's that speaks against what another person holds.

    Attributes:
        who: whose record it is.
        how: one of the phrases of this module.
        record: what speaks against it.
        on: what the other person holds.
    """

    who: str
    how: str
    record: Ref
    on: Ref


def sides(site: Site, id: str) -> tuple[frozenset[str], frozenset[str]]:
    """Persons who hold a record, and persons who deny it, by positions of their own and by whose record it is."""
    record = site.corpus[id].record
    own = {record.get("by")} if record.get("by") is not None and not isinstance(record, m.Position) else set()
    positions = [p for p in positions_on(site, id) if p.of is None]
    return (
        frozenset(own | {p.by.id for p in positions if p.side == "for"}),
        frozenset(p.by.id for p in positions if p.side == "against"),
    )


def attacks(site: Site) -> dict[str, list[Attack]]:
    """Person to what speaks against what they hold, each once, in a fixed order."""
    found: dict[str, set[tuple[str, str, str, str]]] = {}

    def note(attackers: Iterable[str], defenders: Iterable[str], how: str, record: str, on: str) -> None:
        for who in attackers:
            for whom in defenders:
                if who != whom and who in site.corpus and whom in site.corpus:
                    found.setdefault(whom, set()).add((who, how, record, on))

    for reason in site.corpus.reasons:
        if reason.link.stance is vocab.Stance.OPPOSES and reason.link.claim in site.corpus:
            holders = site.ask(sides, reason.link.claim)[0]
            note(site.ask(sides, reason.source)[0] - holders, holders, REASON, reason.source, reason.link.claim)
    for id, item in site.corpus.of(m.Evidence, active=True):
        for link in item.bears_on:
            if isinstance(link, m.Link) and link.stance is vocab.Stance.OPPOSES and link.claim in site.corpus:
                holders = site.ask(sides, link.claim)[0]
                note(_vouchers(site, item) - holders, holders, EVIDENCE, id, link.claim)
    for id, undercut in site.corpus.of(m.Undercut, active=True):
        attackers = site.ask(sides, id)[0]
        if undercut.by is None and undercut.seen_in:
            attackers |= _authors(site, undercut.seen_in[0].source)
        if undercut.premise is not None and undercut.premise in site.corpus:
            attackers |= site.ask(sides, undercut.premise)[0]
        on, defenders = _defended(site, undercut.target)
        if on is not None:
            note(attackers - defenders, defenders, SUPPORT, id, on)
    for _, question in site.corpus.of(m.Question, active=True):
        answers = [a for a in question.answers if a in site.corpus] if question.exclusive else []
        for one in answers:
            for other in answers:
                if one != other:
                    holders = site.ask(sides, one)[0]
                    note(site.ask(sides, other)[0] - holders, holders, RIVAL, other, one)
    return {
        whom: [Attack(who, how, site.ref(record), site.ref(on)) for who, how, record, on in sorted(several)]
        for whom, several in found.items()
    }


def _vouchers(site: Site, item: m.Evidence) -> frozenset[str]:
    """Authors of the source that vouches for an item."""
    root = site.corpus.root_of(item)
    return _authors(site, root) if root is not None else frozenset()


def _authors(site: Site, source: str) -> frozenset[str]:
    entry = site.corpus.find(source)
    return frozenset(entry.record.authors) if entry is not None and isinstance(entry.record, m.Source) else frozenset()


def _defended(site: Site, target: m.UndercutTarget) -> tuple[str | None, frozenset[str]]:
    """What an undercut attacks, and whom that touches: who draws the link, and who takes its side on its claim."""
    single = target.argument or target.undercut
    if single is not None:
        return (single, site.ask(sides, single)[0]) if single in site.corpus else (None, frozenset())
    start = site.corpus.find(target.from_ or "")
    if start is None or target.to is None or target.to not in site.corpus:
        return None, frozenset()
    link = _link(start, target.to)
    if link is None:
        return None, frozenset()
    drawn = frozenset({link.by}) if link.by is not None else frozenset()
    yes, no = site.ask(sides, target.to)
    return target.to, drawn | (yes if link.stance is vocab.Stance.SUPPORTS else no)


def _link(entry: Entry, to: str) -> m.Link | None:
    """The link of a record to a claim."""
    links = entry.record.get("bears_on", ())
    return next((x for x in links if isinstance(x, m.Link) and x.claim == to), None)
