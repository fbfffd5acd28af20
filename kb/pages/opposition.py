"""Who argues against what somebody holds, beyond the plain yes and no: reasons, contested inferences, rival answers.

A person holds a record when they take its side in a position of their own, or when the record is theirs; an undercut
that names nobody is its source's.
"""

from __future__ import annotations

from collections.abc import Iterator
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


def attacks(site: Site, id: str) -> list[Attack]:
    """What speaks against what a person holds, each once, in a fixed order."""
    told = sorted(set(site.gather(_against, _arguing, id)))
    return [Attack(who, how, site.ref(record), site.ref(on)) for who, how, record, on in told]


def _arguing(site: Site) -> list[str]:
    """Ids of the records that can speak against somebody."""
    kinds = m.Claim | m.Argument | m.Evidence | m.Undercut | m.Question
    return [e.id for e in site.corpus if isinstance(e.record, kinds) and e.record.active]


def _against(site: Site, id: str) -> Iterator[tuple[str, tuple[str, str, str, str]]]:
    """Person and (who, how, record, what they hold) of everything by which a record speaks against somebody."""
    for attackers, defenders, how, record, on in _quarrels(site, id):
        for who in sorted(attackers):
            for whom in sorted(defenders):
                if who != whom and who in site.corpus and whom in site.corpus:
                    yield whom, (who, how, record, on)


def _quarrels(site: Site, id: str) -> Iterator[tuple[frozenset[str], frozenset[str], str, str, str]]:
    """(attackers, defenders, how, record, what the defenders hold) of one record."""
    record = site.corpus[id].record
    if isinstance(record, m.Claim | m.Argument):
        links = record.bears_on if isinstance(record, m.Claim) else (record.link,)
        for link in links:
            if link is not None and link.stance is vocab.Stance.OPPOSES and link.claim in site.corpus:
                holders = site.ask(sides, link.claim)[0]
                yield site.ask(sides, id)[0] - holders, holders, REASON, id, link.claim
    elif isinstance(record, m.Evidence):
        for bearing in record.bears_on:
            if isinstance(bearing, m.Link) and bearing.stance is vocab.Stance.OPPOSES and bearing.claim in site.corpus:
                holders = site.ask(sides, bearing.claim)[0]
                yield _vouchers(site, record) - holders, holders, EVIDENCE, id, bearing.claim
    elif isinstance(record, m.Undercut):
        attackers = site.ask(sides, id)[0]
        if record.by is None and record.seen_in:
            attackers |= _authors(site, record.seen_in[0].source)
        if record.premise is not None and record.premise in site.corpus:
            attackers |= site.ask(sides, record.premise)[0]
        on, defenders = _defended(site, record.target)
        if on is not None:
            yield attackers - defenders, defenders, SUPPORT, id, on
    elif isinstance(record, m.Question):
        answers = [a for a in record.answers if a in site.corpus] if record.exclusive else []
        for one in answers:
            for other in answers:
                if one != other:
                    holders = site.ask(sides, one)[0]
                    yield site.ask(sides, other)[0] - holders, holders, RIVAL, other, one


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
