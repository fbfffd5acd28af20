"""What a record of a lesser kind says, line by line: terms, arguments, undercuts, quantities, experiments and so on."""

from __future__ import annotations

from dataclasses import dataclass, field

from kb import models as m
from kb.corpus import Entry
from kb.pages import words
from kb.pages.positions import view as position_view
from kb.pages.site import Ref, Site


@dataclass
class Fact:
    """One line of a record's page: a label, then text, references and a remark."""

    label: str
    text: str = ""
    refs: list[Ref] = field(default_factory=list)
    note: str = ""
    url: str | None = None


def facts_of(site: Site, entry: Entry) -> list[Fact]:
    """The lines of a record's page."""
    record = entry.record
    found: list[Fact] = []
    if isinstance(record, m.Term):
        found = [Fact("Word", record.word)]
        if record.leaves_out:
            found.append(Fact("Leaves out", record.leaves_out))
    elif isinstance(record, m.Argument):
        found = _argument(site, record)
    elif isinstance(record, m.Undercut):
        found = _undercut(site, record)
    elif isinstance(record, m.Experiment):
        found = [Fact("State", record.state.label, note=record.state.definition)]
        found += [Fact("Design", record.design)] if record.design else []
        found += [Fact("Cost", record.cost)] if record.cost else []
    elif isinstance(record, m.Position):
        found = _position(site, entry.id)
    elif isinstance(record, m.Viewpoint):
        found = [Fact("Differs on", refs=[site.ref(id)], note=o.why) for id, o in sorted(record.set.items())]
    return found if isinstance(record, m.Position) else [*found, *by_whom(site, record.get("by"))]


def by_whom(site: Site, by: str | None) -> list[Fact]:
    """The line that says whose it is, where the record does."""
    return [Fact("By", refs=[site.ref(by)])] if by is not None else []


def _argument(site: Site, record: m.Argument) -> list[Fact]:
    found = [Fact("Needs together" if len(record.premises) > 1 else "Premise", refs=site.refs(record.premises))]
    if record.link is not None:
        said = f"{record.link.stance.value}, {m.strength_text(record.link.strength)}"
        found.append(Fact("Bears on", refs=[site.ref(record.link.claim)], note=f"{said}: {record.link.why or ''}"))
    if record.concludes is not None:
        found.append(Fact("Illustrates", refs=[site.ref(record.concludes)], note="an analogy carries no weight"))
    return [*found, Fact("Scheme", record.scheme)] if record.scheme else found


def _undercut(site: Site, record: m.Undercut) -> list[Fact]:
    t = record.target
    ends = [id for id in (t.from_, t.to, t.argument, t.undercut) if id is not None]
    kill = record.kill if isinstance(record.kill, str) else f"takes {words.percent(record.kill)} of the bearing"
    found = [Fact("Attacks the link" if t.to is not None else "Attacks", refs=site.refs(ends))]
    found.append(Fact("If true", str(kill), note=record.why or ""))
    if record.premise is not None:
        found.append(Fact("Because", refs=[site.ref(record.premise)]))
    return found


def _position(site: Site, id: str) -> list[Fact]:
    p = position_view(site, id)
    found = [Fact("Who", refs=[p.by]), Fact("Stance", p.stance, note=p.meaning), Fact("On", refs=[p.on])]
    if p.of is not None:
        found.append(Fact("Whose view", refs=[p.of]))
    if p.credence:
        found.append(Fact("Stated credence", p.credence))
    return [*found, Fact("When", p.said)] if p.said else found


def outcomes_of(site: Site, entry: Entry) -> list[tuple[str, list[tuple[Ref, str, str]]]]:
    """An experiment's outcomes: for each claim the chance of the outcome if it is true and if it is false."""
    record = entry.record
    if not isinstance(record, m.Experiment):
        return []
    return [
        (
            outcome.text,
            [
                (site.ref(claim), words.percent(table.if_true), words.percent(table.if_false))
                for claim, table in sorted(outcome.likelihood.items())
            ],
        )
        for outcome in record.outcomes
    ]
