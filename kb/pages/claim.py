"""The page of a claim, and of an undercut with a text of its own: everything that carries a credence."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from kb import models as m
from kb import odds
from kb.corpus import Entry
from kb.pages import bars, cite, findings, maps, neighbours, turning, viewpoints, waterfall, words
from kb.pages.because import because
from kb.pages.crumbs import crumbs
from kb.pages.firmness import firm
from kb.pages.history_view import past
from kb.pages.once import counted_once
from kb.pages.page import Page, Section, page
from kb.pages.positions import PositionView, farthest, positions_on
from kb.pages.render import render
from kb.pages.site import Ref, Site
from kb.pages.story import story
from kb.pages.sums import ReasonView, Sum, sum_of
from kb.pages.whatif import what_if


@dataclass(frozen=True)
class ShortLine:
    """One line of the "in short" box.

    Attributes:
        label: what the line is about.
        before, ref, between: the sentence before the link, the link, and what belongs to it.
        factor: what it adds, or ``None``.
        bits: what it is expected to teach, or ``None``.
        after: the sentence after.
    """

    label: str
    before: str
    ref: Ref | None
    after: str
    factor: str | None = None
    between: str = ""
    bits: str | None = None


@dataclass(frozen=True)
class Pull:
    """A claim that this one bears on: what it adds there now, and what it would if it were certain."""

    ref: Ref
    carrier: Ref
    side: str
    written: str
    now: str
    limit_db: str
    before: str
    if_certain: str
    assessed: bool
    swing: float


def render_claim(site: Site, entry: Entry) -> Page:
    """The page of a record that carries a credence."""
    record = entry.record
    total = sum_of(site, entry.id)
    view = site.credence(entry.id)
    assert view is not None
    around = neighbours.around(site, entry.id)
    rows = total.rows()
    pulls = _pulls(site, entry.id)
    positions = positions_on(site, entry.id)
    reasons = total.reasons_for + total.reasons_against
    told = story(site, entry, total)
    sections = [
        Section("in-short", "In short"),
        Section("claim", "What it says"),
        *([Section("story", "The story of this number")] if told is not None else []),
        Section("map", "Neighbourhood"),
        Section("reasons", "Reasons"),
        Section("evidence", "Evidence"),
        Section("sum", "How this number was computed"),
        Section("change", "What would change it"),
        Section("what-if", "What if"),
        Section("positions", "Who holds what"),
        Section("bears-on", "What it bears on"),
        Section("history", "History"),
        Section("sources", "Sources"),
        Section("data", "Data and citation"),
    ]
    falls = [
        waterfall.waterfall(rows, root="../", id=f"fall-{form}", narrow=form == "narrow") for form in ("wide", "narrow")
    ]
    body = render(
        "claim.html.j2",
        root="../",
        site=site,
        entry=entry,
        record=record,
        view=view,
        credence=site.credences[entry.id],
        firm=firm(site, entry.id),
        method=words.METHODS[site.credences[entry.id].method],
        bars=[bars.large(view, f"bar-{form}", narrow=form == "narrow") for form in ("wide", "narrow")],
        bar_finding=findings.of_bar(view),
        sum_finding=findings.of_sum(rows),
        because=because(site, entry.id, total),
        rivals=bool(_question_of(site, entry.id)),
        short=_in_short(site, entry, total, positions, pulls),
        sections=sections,
        crumbs=crumbs(site, entry),
        senses=[(word, site.ref(id)) for word, id in sorted(record.get("senses", {}).items())],
        scope=_scope(record),
        relations=[(r.type, site.ref(r.to), r.why) for r in record.get("relations", ())],
        map=maps.neighbourhood(around, root="../") if around else None,
        story=told,
        total=total,
        uncounted=_uncounted(site, entry.id),
        rows=rows,
        falls=falls,
        once=counted_once(site, total),
        shared_groups=any(len(list(g.items)) > 1 for g in total.groups),
        cruxes=turning.cruxes(site, entry.id)[:10],
        whatif=what_if(site, entry.id),
        far=turning.is_small(site),
        under=[
            (u, viewpoints.their_inputs(site, u.holder.id, entry.id)) for u in turning.under_viewpoints(site, entry.id)
        ],
        open_reasons=[r for r in reasons if not r.assessed],
        experiments=turning.tests(site, entry.id),
        positions=positions,
        pulls=pulls,
        passages=_sources(site, entry, total),
        actions=cite.actions(site, entry),
        citation=cite.citation(site, entry),
        forecast=record.get("forecast"),
        past=past(site, entry.id),
    )
    description = f"{record.get('title')}: {view.text}. {record.get('summary') or record.get('text') or ''}"
    return page(site, entry, body, description=description, sections=sections)


def _uncounted(site: Site, id: str) -> list[tuple[Ref, Ref]]:
    """Items on a claim whose source was withdrawn, with that source: they are shown and add nothing."""
    items = sorted({item for item, _ in site.corpus.evidence_for.get(id, ()) if item in site.corpus.unvouched})
    return [(site.ref(item), site.ref(site.corpus.unvouched[item])) for item in items]


def _scope(record: m.Record) -> list[tuple[str, str]]:
    scope: m.Scope | None = record.get("scope")
    if scope is None:
        return []
    parts = (("Domain", scope.domain), ("Period", scope.period), ("Metric", scope.metric), ("Of", scope.population))
    return [(name, value) for name, value in parts if value]


def _in_short(
    site: Site, entry: Entry, total: Sum, positions: Sequence[PositionView], pulls: Sequence[Pull]
) -> list[ShortLine]:
    """The five generated lines; each says so when there is nothing to say."""
    c = site.credences[entry.id]
    view = site.credence(entry.id)
    assert view is not None
    if c.assessed:
        rivals = " on this and the rival answers" if _question_of(site, entry.id) else ""
        said = (
            f"{words.capital(view.word)}, {view.text}, on {words.count(c.items, 'item')} of evidence{rivals}, from "
            f"{words.count(c.groups, 'independent group')}; {view.base_text} before any of it."
        )
    else:
        said = "Not assessed: no evidence lies beneath it yet."
    lines = [ShortLine("How likely", said, None, "")]
    lines.append(_strongest("Strongest for", total, 1))
    lines.append(_rival(site, entry.id, _strongest("Strongest against", total, -1)))
    if not c.assessed:
        return [*lines, _held(positions), _would_move(pulls)]
    lines.append(_disagrees(site, entry.id, positions))
    return [*lines, _changes_most(site, entry.id)]


def _changes_most(site: Site, id: str) -> ShortLine:
    """The experiment or the open claim from which most is to be learnt."""
    label = "Would change it most"
    experiment = turning.teaches_most(site, id)
    if experiment is not None:
        much = f", expected to teach {words.teaches(experiment.value)} about it"
        return ShortLine(label, "The experiment ", experiment.ref, ".", between=much, bits=experiment.bits)
    crux = next(iter(turning.cruxes(site, id)), None)
    if crux is None:
        return ShortLine(label, "Nothing here yet: no reason bears on it.", None, "")
    return ShortLine(label, "", crux.ref, f": {crux.true_text} if it is true, {crux.false_text} if it is not.")


def _held(positions: Sequence[PositionView]) -> ShortLine:
    """Who holds a claim that is not assessed, and who denies it."""
    holders, deniers = (
        list(dict.fromkeys(p.by.title for p in positions if p.side == side and p.of is None))
        for side in ("for", "against")
    )
    parts = [
        f"{words.listing(names)} {verb}" for names, verb in ((holders, "for it"), (deniers, "against it")) if names
    ]
    said = (
        f"{'; '.join(parts)}."
        if parts
        else "Nobody on record takes a side."
        if positions
        else "No position is recorded."
    )
    return ShortLine("Who holds it", said, None, "")


def _would_move(pulls: Sequence[Pull]) -> ShortLine:
    """What a claim that is not assessed would move most if it were certain."""
    label = "What it would move"
    if not pulls:
        return ShortLine(label, "Nothing: it bears on no other claim.", None, "")
    known = [p for p in pulls if p.assessed]
    if not known:
        more = f" and {words.count(len(pulls) - 1, 'other claim')}" if len(pulls) > 1 else ""
        return ShortLine(label, "It bears on ", pulls[0].ref, f"{more}, not assessed either.")
    best = max(known, key=lambda p: (p.swing, p.ref.id))
    more = f" It bears on {words.count(len(pulls) - 1, 'more claim')}." if len(pulls) > 1 else ""
    return ShortLine(label, "", best.ref, f": {best.before} now, {best.if_certain} if this were certain.{more}")


def _strongest(name: str, total: Sum, sign: int) -> ShortLine:
    """The line of evidence or the reason that adds most on one side; a group goes by its strongest item."""
    parts: list[tuple[float, str, ShortLine]] = []
    for group in total.groups:
        item = max(group.counted, key=lambda i: (sign * i.weight.nats, i.ref.id), default=None)
        if item is not None and sign * group.now.nats > 5e-4:
            more = f" with {len(group.counted) - 1} more of its group" if len(group.counted) > 1 else ""
            line = ShortLine(name, "", item.ref, "", group.now.factor, more)
            parts.append((sign * group.now.nats, item.ref.id, line))
    for reason in total.reasons:
        if sign * reason.now.nats > 5e-4:
            before, between = ("That “", f"” is {reason.turned},") if reason.turned else ("", "")
            line = ShortLine(name, before, reason.ref, "", reason.now.factor, between)
            parts.append((sign * reason.now.nats, reason.ref.id, line))
    if parts:
        return max(parts, key=lambda p: (p[0], p[1]))[2]
    stated = [r for r in total.reasons if sign * r.stated.nats > 0]
    if stated:
        best = max(stated, key=lambda r: (abs(r.stated.nats), r.ref.id))
        why = f"at {best.credence} it adds nothing" if best.assessed else "no evidence for it yet"
        return ShortLine(name, "", best.ref, f", {best.stated.word} if it were shown; {why}.")
    return ShortLine(name, "Nothing recorded yet.", None, "")


def _rival(site: Site, id: str, line: ShortLine) -> ShortLine:
    """Where no reason is against an answer of an exclusive question, its likeliest rival."""
    if line.ref is not None:
        return line
    rivals = _rivals(site, id)
    if not rivals:
        return line
    best = rivals[0]
    return ShortLine(
        line.label, "No reason; it competes with ", best, f" ({words.percent(site.credences[best.id].credence)})."
    )


def _question_of(site: Site, id: str) -> str | None:
    """The exclusive question that a claim answers beside others, or ``None``."""
    for question in site.corpus.questions_of.get(id, ()):
        record = site.corpus.record(question, m.Question)
        if record.exclusive and sum(a in site.credences for a in record.answers) > 1:
            return question
    return None


def _rivals(site: Site, id: str) -> list[Ref]:
    """The other answers of the exclusive questions that a claim answers, the likeliest first."""
    rivals = [
        site.ref(answer)
        for question in site.corpus.questions_of.get(id, ())
        if site.corpus.record(question, m.Question).exclusive
        for answer in site.corpus.record(question, m.Question).answers
        if answer != id and answer in site.credences and site.credences[answer].assessed
    ]
    return sorted(rivals, key=lambda r: (-site.credences[r.id].credence, r.id))


def _holder_of_rival(site: Site, id: str) -> PositionView | None:
    """Somebody who asserts another answer of the same exclusive question, where this one is likelier than not."""
    if site.credences[id].credence <= 0.5:
        return None
    holders = (p for r in _rivals(site, id) for p in positions_on(site, r.id) if p.stance == "asserts" and p.of is None)
    return next(holders, None)


def _disagrees(site: Site, id: str, positions: Sequence[PositionView]) -> ShortLine:
    """Whose stated view lies farthest from the number."""
    found = farthest(positions, site.credences[id])
    rival = _holder_of_rival(site, id) if found is None else None
    if rival is not None:
        return ShortLine("Disagrees most", "", rival.by, f" {rival.stance} a rival answer: {rival.on.title}.")
    if found is None:
        said = "Nobody on record." if positions else "No position is recorded."
        return ShortLine("Disagrees most", said, None, "")
    stated = f" ({found.credence})." if found.credence else "."
    return ShortLine("Disagrees most", "", found.by, f" {found.stance}{stated}")


def _pulls(site: Site, id: str) -> list[Pull]:
    """What the claim bears on, strongest first."""
    found: list[tuple[float, Pull]] = []
    for reason in site.corpus.reasons_from.get(id, ()):
        target = reason.link.claim
        if target not in site.credences:
            continue
        row = next((r for r in sum_of(site, target).reasons if r.ref.id == reason.source), None)
        if row is None:
            continue
        found.append((abs(row.limit.nats), _pull(site, target, row)))
    return [p for _, p in sorted(found, key=lambda x: (-x[0], x[1].ref.id, x[1].carrier.id))]


def _pull(site: Site, target: str, row: ReasonView) -> Pull:
    c = site.credences[target]
    return Pull(
        ref=site.ref(target),
        carrier=row.ref,
        side=row.stated.side,
        written=row.written,
        now=f"odds {row.now.factor}" if row.now.side != "neutral" else "nothing yet",
        limit_db=f"{abs(odds.db(row.limit.nats)):.1f} dB",
        before=words.percent(c.credence) if c.assessed else "not assessed",
        if_certain=words.percent(row.if_certain),
        assessed=c.assessed,
        swing=abs(row.if_certain - c.credence),
    )


def _sources(site: Site, entry: Entry, total: Sum) -> list[tuple[Ref, list[object]]]:
    """Every passage that the page leans on, by source."""
    passages = list(site.passages(entry.record.get("seen_in", ())))
    passages += [p for r in total.reasons for p in r.passages]
    passages += [p for g in total.groups for _, i in g.items for p in i.passages]
    by_source: dict[str, list[object]] = {}
    for passage in passages:
        known = by_source.setdefault(passage.source.id, [])
        if passage not in known:
            known.append(passage)
    return [(site.ref(id), by_source[id]) for id in sorted(by_source, key=lambda i: (site.ref(i).title, i))]
