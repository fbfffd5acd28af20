"""A claim, or an undercut with a text of its own, as ``kb show`` prints it: what it comes to, and how."""

from __future__ import annotations

import math

from kb import models as m
from kb import odds, vocab
from kb.cli.layout import add_up, cut, fit, say_db
from kb.cli.shell import count
from kb.cli.views import CRUXES, Views
from kb.corpus import Entry
from kb.engine import Explanation
from kb.engine.cruxes import STILL
from kb.engine.results import GroupRow, ItemPart, LinkRow, Method, RootPart, Row, UndercutPart
from kb.engine.walk import walk

_METHOD: dict[Method, str] = {
    "exact": "nothing beneath it is used twice, so the sum is exact",
    "conserved": "evidence that reaches it by more than one route is counted once",
    "iterated": "it lies on a circle of reasons; no claim supports itself",
    "loopy": "approximate belief propagation",
    "sampled": "an average over random draws",
}
NOISE = 1e-9
"""Nats below which a row is rounding."""
_FIXED = {
    "base": "base rate",
    "viewpoint": "this viewpoint's base rate",
    "shared": "shared evidence counted once",
    "competition": "competition from the other answers",
    "total": "total",
}


def show_claim(views: Views, entry: Entry) -> None:
    """The whole page of a claim."""
    views.head(entry)
    _about(views, entry)
    if entry.record.active:
        explanation = views.found.explain(entry.id)
        _credence(views, explanation)
        if explanation.groups or explanation.links:
            _sum(views, explanation)
        _story(views, entry, explanation)
        _sides(views, explanation)
    else:
        views.sheet.heading("Credence")
        views.sheet.wrap("not computed: a record that is not in force has none, and carries no weight.", 2, "yellow")
    views.positions(entry.id)
    _bears_on(views, entry.id)
    _ties(views, entry)
    views.foot(entry)


def _story(views: Views, entry: Entry, e: Explanation) -> None:
    """What an editor tells of the evidence, with where the claim stands after each step."""
    steps: tuple[m.Step, ...] = entry.record.get("story", ())
    if not steps:
        return
    sheet = views.sheet
    sheet.heading("The story of this number")
    if e.credence.assessed:
        sheet.wrap(f"It starts at {odds.say_percent(e.credence.base_rate)}.", 2)
    stages = [s for s in walk(e, [step.record for step in steps]) if s.named is not None]
    for n, (step, stage) in enumerate(zip(steps, stages, strict=True), 1):
        sheet.wrap(step.text, 5, first=f"{n}. ")
        moved = f", to {odds.say_percent(odds.sigma(stage.after))}" if abs(stage.weight) > NOISE else ""
        sheet.wrap(f"{views.titled(step.record)}{moved}", 5, "dim")
    if e.credence.assessed and stages[-1].after != e.total:
        sheet.wrap(f"The rest of the sum takes it to {odds.say_percent(odds.sigma(e.total))}.", 2)


def _about(views: Views, entry: Entry) -> None:
    """Form, scope, senses and forecast of a claim."""
    r = entry.record
    if not isinstance(r, m.Claim):
        return
    sheet = views.sheet
    sheet.blank()
    scope = [f"{k} {v}" for k, v in (r.scope.model_dump() if r.scope else {}).items() if v]
    sheet.field("Form", r.form.label + (f"; {'; '.join(scope)}" if scope else ""))
    for word, term in r.senses.items():
        sheet.field(f"Here “{word}” means", views.titled(term))
    if r.forecast is not None:
        condition = f", if {views.titled(r.forecast.condition)}" if r.forecast.condition else ""
        sheet.field("Decided by", f"{r.forecast.by}{condition}: {r.forecast.criteria}")
        if r.forecast.resolved is not None:
            sheet.field("Came out", f"{r.forecast.resolved.outcome}, {r.forecast.resolved.date}")


def _credence(views: Views, e: Explanation) -> None:
    """How likely, in words and numbers."""
    sheet, c = views.sheet, e.credence
    sheet.heading("Credence")
    base = odds.say_percent(c.base_rate)
    if not c.assessed:
        sheet.wrap(f"not assessed: there is no evidence beneath it. Base rate {base}.", 2, "yellow")
        could = [row for row in e.links if row.limit]
        for row in could:
            moved = odds.say_percent(odds.sigma(e.total + row.limit))
            sheet.wrap(f"{views.title(row.source)}, if certain, would move it from {base} to {moved}", 2, first="- ")
        return
    interval = f", 90% interval {odds.say_percent(c.low)} to {odds.say_percent(c.high)}" if c.low and c.high else ""
    sheet.line((odds.say_percent(c.credence), "bold"), f" ({vocab.credence_word(c.credence)}){interval}", indent=2)
    moved = f"odds {_strength(c.weight)} from a base rate of {base}"
    questions = (views.corpus.record(q, m.Question) for q in views.corpus.questions_of.get(c.id, ()))
    rivals = " on it and its rival answers" if any(q.exclusive for q in questions) else ""
    sheet.wrap(f"{moved}; rests on {count(c.items, 'item')}{rivals} in {count(c.groups, 'independent group')}.", 2)
    sheet.wrap(f"Method: {c.method}, {_METHOD[c.method]}.", 2)
    if not c.converged:
        ends = f": two starts ended at {' and '.join(map(odds.say_percent, c.ends))}" if c.ends else ""
        sheet.wrap(f"It did not settle within {c.iterations} rounds{ends}; treat the number with care.", 2, "yellow")
    if c.bound_low is not None and c.bound_high is not None:
        ends = f"{odds.say_percent(c.bound_low)} to {odds.say_percent(c.bound_high)}"
        sheet.wrap(f"Whatever the strengths within their ranges, it stays between: {ends}.", 2)
    if c.evidenced is not None:
        sheet.wrap(f"Of the weight that its reasons could have, {c.evidenced:.0%} has evidence.", 2)
    firm = views.found.firmness.of(e.id)
    if firm is not None:
        sheet.wrap(f"Firmness of this number: {firm.said}.", 2)
    _turns_on(views, e.id)


def _turns_on(views: Views, id: str) -> None:
    """The claims beneath that would move it most if they were settled."""
    found = views.found.turning.claims(id)
    for n, crux in enumerate(found[:CRUXES]):
        no = odds.say_percent(crux.if_false) if abs(crux.if_false - crux.now) > STILL else "no change"
        bits = f"; settling it tells {crux.bits:.2f} bits" if crux.bits is not None and crux.bits >= 0.005 else ""
        ends = f"{odds.say_percent(crux.if_true)} if true, {no} if false{bits}"
        views.sheet.wrap(f"{views.titled(crux.claim)}: {ends}", 2, first="Turns on  " if n == 0 else " " * 10)


def _sum(views: Views, e: Explanation) -> None:
    """The table that adds up: each row's odds and decibans, and where the claim stands after it."""
    sheet = views.sheet
    # corrections that are nothing but floating point say nothing to a reader
    rows = [row for row in e.rows() if row.kind in ("base", "root", "total") or abs(row.weight) > NOISE]
    sheet.heading("How this number comes about")
    parts = add_up([odds.db(r.weight) for r in rows[:-1]], odds.db(rows[-1].weight))
    room = max(sheet.width - 30, 30)
    sheet.line((f"{'':{room}}{'odds':>9}{'dB':>9}{'after':>7}", "dim"), indent=2)
    groups = {tuple(r.id for r in g.roots): g for g in e.groups}
    for row, shown in zip(rows, parts, strict=True):
        total = row.kind == "total"
        factor = _ratio(row.weight) if row.kind in ("base", "total") else odds.say_factor(row.weight)
        numbers = f"{factor:>9}{shown:>9}{odds.say_percent(row.probability):>7}"
        sheet.line((fit(cut(_label(views, row), room), room) + numbers, "bold" if total else ""), indent=2)
        if row.kind == "root":
            _group_notes(views, groups[row.ids])
    sheet.line(("A row adds its dB to the log odds and multiplies the odds by its factor: both give the total.", "dim"))


def _label(views: Views, row: Row) -> str:
    if row.kind == "root":
        more = f" and {count(len(row.ids) - 1, 'related source')}" if len(row.ids) > 1 else ""
        return f"evidence from {views.title(row.ids[0])}{more}"
    if row.kind == "link":
        return f"reason: {views.title(row.ids[0])}"
    return _FIXED[row.kind]


def _ratio(nats: float) -> str:
    """Log odds as odds: ``2.5:1`` or ``1:2.5``."""
    ratio = math.exp(abs(nats))
    text = f"{ratio:.0f}" if ratio >= 100 else f"{ratio:.3g}"
    return f"{text}:1" if nats >= 0 else f"1:{text}"


def _group_notes(views: Views, group: GroupRow) -> None:
    """What the naive sum would be, and why it is not that."""
    sheet = views.sheet
    items = [item for root in group.roots for item in root.items]
    what = f"{count(len(items), 'item')}, alone {say_db(group.alone)}"
    trust = ", ".join(f"{root.reliability:g}" for root in group.roots)
    why = f"reliability of the source {trust}" if len(group.roots) == 1 else f"reliability of the sources {trust}"
    if len(group.roots) > 1:
        why += f"; {group.kind}, dependence {group.dependence:g}"
    sheet.line((f"{what}; {why}", "dim"), indent=6)


def _sides(views: Views, e: Explanation) -> None:
    """Reasons for and reasons against, evidence and claims together, strongest first."""
    entries: list[tuple[float, float, str, ItemPart | LinkRow, RootPart | None]] = []
    for group in e.groups:
        for root in group.roots:
            entries += [(item.weight, item.stated, item.id, item, root) for item in root.items]
    entries += [(row.contribution, row.limit or row.stated, row.source, row, None) for row in e.links]
    for name, sign in (("Reasons for", 1), ("Reasons against", -1), ("Without weight", 0)):
        side = [one for one in entries if _sign(one[0] or one[1]) == sign]
        if not side:
            continue
        views.sheet.heading(name)
        for _now, _could, _id, part, vouching in sorted(side, key=lambda o: (-abs(o[0]), -abs(o[1]), o[2])):
            if isinstance(part, LinkRow):
                _reason(views, e, part)
            elif vouching is not None:
                _item(views, e, part, vouching)


def _sign(nats: float) -> int:
    return (nats > 0) - (nats < 0)


def _strength(nats: float) -> str:
    return f"{odds.say_factor(nats)} ({say_db(nats)})"


def _item(views: Views, e: Explanation, part: ItemPart, root: RootPart) -> None:
    """One item of evidence."""
    sheet, item = views.sheet, views.corpus.record(part.id, m.Evidence)
    sheet.wrap(f"{views.title(part.id)}", 2, "bold" if abs(part.weight) > 0 else "dim", first="- ")
    sheet.line((f"evidence {part.id}", "dim"), indent=4)
    link = next((b for b in item.bears_on if isinstance(b, m.Link) and b.claim == e.id), None)
    vector = next((b for b in item.bears_on if isinstance(b, m.AnswerLikelihood)), None)
    stated = m.strength_text(link.strength) if link else "likelihoods over all answers"
    cap = "" if math.isinf(root.cap) else f": together at most {odds.db(root.cap):.2f} dB"
    trust = f" (source {root.reliability:g}{cap})"
    if link is not None and link.counts is not None and not link.counts.value:
        sheet.wrap(f"{link.stance}, stated as {stated}; shown without weight", 4)
        sheet.wrap(link.counts.why, 4, "yellow", first="because ")
    else:
        now = f"{_strength(part.stated)} stated as {stated}; {_strength(part.weight)} at item reliability"
        sheet.wrap(f"{now} {part.reliability:g}{trust}", 4)
    _common(views, link.why if link else vector.why if vector else None, part.undercuts)
    views.passages(item.seen_in, 4)


def _reason(views: Views, e: Explanation, row: LinkRow) -> None:
    """One claim or argument that bears on this one."""
    sheet = views.sheet
    link = next(r.link for r in views.corpus.reasons_for[e.id] if r.source == row.source)
    sheet.wrap(views.title(row.source), 2, "bold" if row.contribution else "dim", first="- ")
    sheet.line((f"{views.corpus[row.source].kind} {row.source}", "dim"), indent=4)
    if not row.counts and link.counts is not None:
        sheet.wrap(f"{link.stance}, stated as {m.strength_text(link.strength)}; shown without weight", 4)
        sheet.wrap(link.counts.why, 4, "yellow", first="because ")
    else:
        now = f"adds {_strength(row.contribution)}" if row.assessed else "adds nothing yet: not assessed"
        stands = f"; it stands at {odds.say_percent(row.credence)}" if row.assessed else ""
        sheet.wrap(f"{now}; {_strength(row.limit)} if it were certain ({_stated(row, link)}){stands}", 4)
    if row.cuts_both_ways:
        sheet.wrap("cuts both ways: if it fails, that counts too", 4)
    if len(row.premises) > 1:
        for premise in row.premises:
            sheet.wrap(f"{views.titled(premise)}: {views.say(premise)}", 4, first="premise ")
    _common(views, link.why, row.undercuts)
    views.passages(link.seen_in, 4)


def _stated(row: LinkRow, link: m.Link) -> str:
    """The strength as the record states it, and why a certain reason would add less than that."""
    text = m.strength_text(link.strength)
    if abs(row.limit) > 0.99 * abs(row.stated):
        return text
    cause = "what its undercuts and the base rates leave" if row.tau < 1 else "as far as the base rates allow"
    return f"{text}, {odds.say_factor(row.stated)}, {cause}"


def _common(views: Views, why: str | None, undercuts: tuple[UndercutPart, ...]) -> None:
    """Why it bears, and what attacks that."""
    if why:
        views.sheet.wrap(why, 4, first="why     ")
    for part in undercuts:
        taken = part.kill * part.tau * part.active
        does = f"takes {odds.say_percent(taken)} of it" if taken > 0 else "takes nothing yet: no evidence for it"
        views.sheet.wrap(f"{views.titled(part.id)}: {does}", 4, first="undercut ")


def _bears_on(views: Views, id: str) -> None:
    """What this claim is a reason for."""
    found = views.corpus.reasons_from.get(id, ())
    questions = views.corpus.questions_of.get(id, ())
    if found or questions:
        views.sheet.heading("Bears on")
    for question in questions:
        views.sheet.wrap(f"answers: {views.titled(question)}", 2, first="- ")
    for reason in found:
        if reason.link.claim not in views.found.credences:
            continue
        rows = views.found.explain(reason.link.claim).links
        now = next((row.contribution for row in rows if row.source == reason.source), 0.0)
        with_ = f" within {views.titled(reason.source)}" if reason.source != id else ""
        views.sheet.wrap(
            f"{reason.link.stance}{with_}: {views.titled(reason.link.claim)}; adds {_strength(now)}", 2, first="- "
        )


def _ties(views: Views, entry: Entry) -> None:
    """Ties without weight, experiments and quantities."""
    r = entry.record
    if not isinstance(r, m.Claim):
        return
    lines = [f"{t.type.label}: {views.titled(t.to)}" + (f" ({t.why})" if t.why else "") for t in r.relations]
    lines += [f"settled by: {views.titled(id)}" for id in r.settled_by]
    lines += [f"quantity: {views.titled(id)}" for id in r.quantities]
    if lines:
        views.sheet.heading("Related")
    for line in lines:
        views.sheet.wrap(line, 2, first="- ")
