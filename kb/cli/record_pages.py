"""Every kind of record but claims, as ``kb show`` prints it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from kb import models as m
from kb import odds, vocab
from kb.cli.claim_page import show_claim
from kb.cli.layout import say_db
from kb.cli.shell import count
from kb.cli.views import Views
from kb.corpus import NONE, Entry
from kb.engine.graph import item_reliability, kill_value, priors, source_reliability
from kb.export.data import shares
from kb.formulas import quantity_values
from kb.pages.prose import is_web_address


def show(views: Views, entry: Entry) -> None:
    """The page of a record of any kind."""
    _PAGES[entry.kind](views, entry)


def _question(views: Views, entry: Entry) -> None:
    r, sheet = views.corpus.record(entry.id, m.Question), views.sheet
    views.head(entry)
    sheet.heading("Answers, at most one of which can be true" if r.exclusive else "Answers")
    for answer in sorted(r.answers, key=lambda id: _order(views, id)):
        sheet.wrap(f"{views.title(answer)}: {views.say(answer)}", 2, first="- ")
        sheet.line((answer, "dim"), indent=4)
    if r.exclusive:
        rest = 1 - sum(views.found.credences[a].credence for a in r.answers if a in views.found.credences)
        start = priors(views.corpus, entry.id).get(NONE)
        base = f" (before evidence {odds.say_percent(start)})" if start else ""
        sheet.wrap(f"none of these: {odds.say_percent(max(rest, 1e-9))}{base}", 2, first="- ")
    if r.case_for or r.case_against:
        sheet.heading("The two cases")
        sheet.field("For", r.case_for, 2)
        sheet.field("Against", r.case_against, 2)
    if r.story:
        sheet.heading("How it got there")
        for n, step in enumerate(r.story, 1):
            sheet.wrap(step.text, 5, first=f"{n}. ")
            sheet.wrap(views.titled(step.record), 5, "dim")
    sheet.blank()
    sheet.field("Looked for and not found", r.searched)
    views.foot(entry)


def _order(views: Views, id: str) -> tuple[bool, float, str]:
    """Assessed answers first, the likeliest first."""
    c = views.credence(id)
    return (c is None or not c.assessed, -c.credence if c is not None else 0.0, id)


def _argument(views: Views, entry: Entry) -> None:
    r, sheet = views.corpus.record(entry.id, m.Argument), views.sheet
    views.head(entry)
    sheet.heading("Premises, needed together" if len(r.premises) > 1 else "Premise")
    for premise in r.premises:
        sheet.wrap(f"{views.titled(premise)}: {views.say(premise)}", 2, first="- ")
    if r.link is None:
        if r.concludes is not None:
            sheet.heading("Illustrates, without weight")
            sheet.wrap(f"{views.titled(r.concludes)}: {views.say(r.concludes)}", 2)
    else:
        _link(views, entry.id, r.link)
    _undercuts(views, (entry.id, ""))
    sheet.blank()
    sheet.field("Scheme", r.scheme)
    _by(views, r.by)
    views.positions(entry.id)
    views.foot(entry)


def _link(views: Views, carrier: str, link: m.Link, heading: str = "Bears on") -> None:
    """One link: what it bears on, how strongly, what it adds now, and why."""
    sheet = views.sheet
    if heading:
        sheet.heading(heading)
    sheet.wrap(f"{link.stance} {views.titled(link.claim)}: {views.say(link.claim)}", 2, first="- ")
    size = m.strength_nats(link.strength, link.stance)
    stated = f"{odds.say_factor(size)} ({say_db(size)}), stated as {m.strength_text(link.strength)}"
    sheet.wrap(f"{stated}; adds {_now(views, carrier, link.claim)} now", 4)
    if link.why:
        sheet.wrap(link.why, 4, first="why     ")
    if link.counts is not None and not link.counts.value:
        sheet.wrap(f"carries no weight: {link.counts.why}", 4, "yellow")
    if link.by:
        sheet.wrap(views.titled(link.by), 4, first="by      ")
    views.passages(link.seen_in, 4)


def _now(views: Views, carrier: str, claim: str) -> str:
    """What a carrier's link adds to a claim now."""
    if claim not in views.found.credences:
        return "nothing"
    found = [s.weight for s in shares(views.found.explain(claim)) if s.id == carrier]
    return f"{odds.say_factor(sum(found))} ({say_db(sum(found))})" if found else "nothing"


def _undercuts(views: Views, target: tuple[str, str]) -> None:
    found = views.corpus.undercuts_of.get(target, ())
    for id in found:
        views.sheet.wrap(f"{views.titled(id)}: {views.say(id)}", 4, first="undercut ")


def _by(views: Views, by: str | None) -> None:
    if by:
        views.sheet.field("By", views.titled(by))


def _undercut(views: Views, entry: Entry) -> None:
    r, sheet = views.corpus.record(entry.id, m.Undercut), views.sheet
    t = r.target
    if r.premise is None and entry.id in views.found.credences:
        show_claim(views, entry)
    else:
        views.head(entry)
        if r.premise is not None:
            sheet.heading("Rests on")
            sheet.wrap(f"{views.titled(r.premise)}: {views.say(r.premise)}", 2)
    sheet.heading("Attacks")
    if t.from_ is not None and t.to is not None:
        sheet.wrap(f"the step from {views.titled(t.from_)}", 2)
        sheet.wrap(f"to {views.titled(t.to)}", 2)
    else:
        sheet.wrap(views.titled(t.argument or t.undercut or ""), 2)
    word = f"{r.kill.value}: " if isinstance(r.kill, vocab.Kill) else ""
    sheet.wrap(f"{word}takes {kill_value(r.kill):.0%} of it once it is certain", 2)
    if r.why:
        sheet.wrap(r.why, 2, first="why     ")
    _undercuts(views, (entry.id, ""))
    _by(views, r.by)
    if r.premise is not None or entry.id not in views.found.credences:
        views.positions(entry.id)
        views.foot(entry)


def _evidence(views: Views, entry: Entry) -> None:
    r, sheet = views.corpus.record(entry.id, m.Evidence), views.sheet
    views.head(entry)
    sheet.blank()
    sheet.field("Design", f"{r.design.label}: {r.design.definition}")
    why = f" ({r.reliability.why})" if r.reliability and r.reliability.why else f" (default for {r.design.label})"
    sheet.field("Item reliability", f"{item_reliability(r):g}{why}")
    root = views.corpus.root_of(r)
    if root is not None:
        source = views.corpus.record(root, m.Source)
        sheet.field("Vouched for by", f"{views.titled(root)}, reliability {source_reliability(source):g}")
    for tie in r.lineage:
        sheet.field("Not independent of", f"{views.titled(tie.root)} ({tie.kind.label}: {tie.kind.definition})")
    sheet.heading("Bears on")
    for bearing in r.bears_on:
        if isinstance(bearing, m.Link):
            _link(views, entry.id, bearing, heading="")
            _undercuts(views, (entry.id, bearing.claim))
        else:
            _vector(views, entry.id, bearing)
    for quantity in r.quantities:
        sheet.field("Quantity", views.titled(quantity))
    views.positions(entry.id)
    views.foot(entry)


def _vector(views: Views, carrier: str, bearing: m.AnswerLikelihood) -> None:
    sheet = views.sheet
    sheet.wrap(f"all answers of {views.titled(bearing.question)}: how likely the item is under each", 2, first="- ")
    for answer, p in bearing.likelihood.items():
        now = "" if answer == NONE else f"; adds {_now(views, carrier, answer)} now"
        sheet.wrap(f"{p:g} under {views.title(answer)}{now}", 6)
    if bearing.why:
        sheet.wrap(bearing.why, 4, first="why     ")
    _undercuts(views, (carrier, bearing.question))


def _position(views: Views, entry: Entry) -> None:
    r = views.corpus.record(entry.id, m.Position)
    views.head(entry)
    views.sheet.heading("Position")
    views.position(r.model_copy(update={"text": None}), entry.id, about=f": {views.title(r.on)}")
    views.sheet.field(f"{views.corpus[r.on].kind.label} {r.on} here", views.say(r.on) or None, 2)
    views.sheet.blank()
    views.sheet.wrap("A position carries no weight in a credence; it is shown beside it.", style="dim")


def _quantity(views: Views, entry: Entry) -> None:
    r, sheet = views.corpus.record(entry.id, m.Quantity), views.sheet
    views.head(entry)
    sheet.blank()
    if isinstance(r.value, m.Estimate):
        middle = f", middle {r.value.median:g}" if r.value.median is not None else ""
        shape = f" ({r.value.distribution.label})" if r.value.distribution else ""
        sheet.field("Value", f"{r.value.low:g} to {r.value.high:g}{middle} {r.unit}{shape}")
    elif r.value is not None:
        sheet.field("Value", f"{r.value:g} {r.unit}")
    if r.formula is not None:
        number = quantity_values(views.corpus)[entry.id]
        sheet.field("Value", f"{number:g} {r.unit}, computed" if isinstance(number, float) else "cannot be computed")
        sheet.field("Formula", r.formula)
        for name, id in r.inputs.items():
            sheet.wrap(views.titled(id), 2, first=f"{name} = ")
        sheet.field("As the source states it", f"{r.states:g}" if r.states is not None else None)
    sheet.field("Metric", r.metric)
    sheet.field("Period", r.period)
    sheet.field("As of", r.as_of)
    sheet.field("Basis", f"{r.basis.label}: {r.basis.definition}")
    for id in r.assumes:
        sheet.field("Assumes", f"{views.titled(id)}: {views.say(id)}")
    for id in r.bridges:
        sheet.field("Bridge to another metric", f"{views.titled(id)}: {views.say(id)}")
    _by(views, r.by)
    if r.confirmed is not None:
        sheet.heading("Confirmed at its primary source")
        views.passages((r.confirmed,), 2)
    sheet.field("Not confirmed", r.unconfirmed)
    views.positions(entry.id)
    views.foot(entry)


def _experiment(views: Views, entry: Entry) -> None:
    r, sheet = views.corpus.record(entry.id, m.Experiment), views.sheet
    views.head(entry)
    sheet.blank()
    sheet.field("State", f"{r.state.label}: {r.state.definition}")
    sheet.field("How", r.design)
    sheet.field("Cost", r.cost)
    _by(views, r.by)
    sheet.heading("Possible outcomes")
    for outcome in r.outcomes:
        sheet.wrap(outcome.text, 2, first="- ")
        for claim, table in outcome.likelihood.items():
            weight = m.strength_nats(table, vocab.Stance.SUPPORTS)
            effect = f"{table.if_true:g} if true, {table.if_false:g} if false: {odds.say_factor(weight)}"
            sheet.wrap(f"{views.titled(claim)}: {effect}", 6)
    views.foot(entry)


def _term(views: Views, entry: Entry) -> None:
    r, sheet = views.corpus.record(entry.id, m.Term), views.sheet
    views.head(entry)
    sheet.blank()
    sheet.field("Definition", r.definition)
    sheet.field("Leaves out", r.leaves_out)
    _by(views, r.by)
    users = [id for id, claim in views.corpus.of(m.Claim) if entry.id in claim.senses.values()]
    if users:
        sheet.heading("Fixes the sense in")
    for id in users:
        sheet.wrap(f"{views.titled(id)}: {views.say(id)}", 2, first="- ")
    others = [id for id, t in views.corpus.of(m.Term) if t.word.lower() == r.word.lower() and id != entry.id]
    for id in others:
        sheet.field("Another sense", views.titled(id))
    views.positions(entry.id)
    views.foot(entry)


def _source(views: Views, entry: Entry) -> None:
    r, sheet = views.corpus.record(entry.id, m.Source), views.sheet
    views.head(entry)
    sheet.blank()
    authors = [views.title(a) for a in r.authors] + ([r.authors_text] if r.authors_text else [])
    sheet.field("By", ", ".join(authors))
    sheet.field("Published", " ".join(x for x in (r.issued, f"in {r.container}" if r.container else None) if x))
    if is_web_address(r.url):
        sheet.line((r.url or "", "blue"))
    sheet.field("No address", r.no_url)
    why = f" ({r.reliability.why})" if r.reliability and r.reliability.why else f" (default for {r.type.label})"
    sheet.field("Reliability", f"{source_reliability(r):g}{why}")
    for name, ids in (("Quotes", r.quotes), ("Derived from", r.derived_from), ("Replaces", r.supersedes)):
        for id in ids:
            sheet.field(name, views.titled(id))
    sheet.field("Part of", views.titled(r.part_of) if r.part_of else None)
    for gap in r.gaps:
        sheet.field("Missing in the stored copy", gap)
    cited = views.corpus.cited_in.get(entry.id, ())
    if cited:
        sheet.heading(f"Cited in {count(len(cited), 'record')}")
    for id in cited:
        tail = f": {views.say(id)}" if views.say(id) else ""
        sheet.wrap(f"{views.corpus[id].kind.label}: {views.titled(id)}{tail}", 2, first="- ")
    views.foot(entry)


def _person(views: Views, entry: Entry) -> None:
    r, sheet = views.corpus.record(entry.id, m.Person), views.sheet
    views.head(entry)
    sheet.blank()
    sheet.field("Type", r.type.definition)
    if is_web_address(r.url):
        sheet.line((r.url or "", "blue"))
    for id in r.affiliations:
        sheet.field("Affiliation", views.titled(id))
    for tie in r.ties:
        sheet.field("Tied to", f"{views.titled(tie.to)} ({tie.why})")
    wrote = [id for id, s in views.corpus.of(m.Source) if entry.id in s.authors]
    if wrote:
        sheet.heading("Sources")
    for id in wrote:
        sheet.wrap(views.titled(id), 2, first="- ")
    held = views.corpus.positions_by.get(entry.id, ())
    if held:
        sheet.heading("Positions")
    for id in held:
        p = views.corpus.record(id, m.Position)
        tail = f" (here: {views.say(p.on)})" if views.say(p.on) else ""
        views.position(p, id, about=f": {views.title(p.on)}{tail}")
    views.foot(entry)


def _viewpoint(views: Views, entry: Entry) -> None:
    r, sheet = views.corpus.record(entry.id, m.Viewpoint), views.sheet
    views.head(entry)
    _by(views, r.by)
    sheet.heading("Sets differently")
    for id, override in r.set.items():
        sheet.wrap(views.titled(id), 2, first="- ")
        for what in _differences(views, override):
            sheet.wrap(what, 4)
        sheet.wrap(override.why, 4, first="why     ")
        views.passages(override.seen_in, 4)
    views.foot(entry)


def _differences(views: Views, o: m.Override) -> list[str]:
    found: list[str] = []
    if o.base_rate is not None:
        found.append(f"base rate {odds.say_percent(m.credence_value(o.base_rate))}")
    if o.strength is not None:
        found.append(f"strength {m.strength_text(o.strength)}")
    found += [f"strength on {views.title(to)}: {m.strength_text(s)}" for to, s in o.strengths.items()]
    if o.reliability is not None:
        found.append(f"reliability {m.reliability_value(o.reliability):g}")
    if o.kill is not None:
        found.append(f"takes {kill_value(o.kill):.0%}")
    return found


_PAGES: Mapping[Any, Callable[[Views, Entry], None]] = {
    vocab.Kind.QUESTION: _question,
    vocab.Kind.CLAIM: show_claim,
    vocab.Kind.ARGUMENT: _argument,
    vocab.Kind.UNDERCUT: _undercut,
    vocab.Kind.EVIDENCE: _evidence,
    vocab.Kind.POSITION: _position,
    vocab.Kind.QUANTITY: _quantity,
    vocab.Kind.EXPERIMENT: _experiment,
    vocab.Kind.TERM: _term,
    vocab.Kind.SOURCE: _source,
    vocab.Kind.PERSON: _person,
    vocab.Kind.VIEWPOINT: _viewpoint,
}
