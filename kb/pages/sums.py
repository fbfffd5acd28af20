"""The numbers of one claim's page: its reasons, its evidence and the sum that they make, as views for templates.

Every figure is the engine's or one formula away from it; nothing is rounded before it is shown.  The decibans of the
sum's lines are rounded together, so that what a reader adds up is what stands in the last line.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from kb import models as m
from kb import odds, vocab
from kb.engine import arithmetic
from kb.engine.results import Explanation, GroupRow, ItemPart, LinkRow, UndercutPart
from kb.pages import cite, words
from kb.pages.site import PassageView, Ref, Site


@dataclass(frozen=True)
class Weight:
    """A weight as a page shows it: odds first, decibans second."""

    nats: float
    factor: str
    db: str
    word: str
    side: str

    @classmethod
    def of(cls, nats: float) -> Weight:
        """A weight in nats."""
        return cls(nats, words.factor(nats), words.decibans(nats), words.strength(nats), words.side(nats))


@dataclass(frozen=True)
class UndercutView:
    """An undercut of a link or an item: what it takes of the weight, now (``taken``, "" for nothing) and if certain."""

    ref: Ref
    assessed: bool
    taken: str
    kill: str


@dataclass(frozen=True)
class ReasonView:
    """One reason for or against a claim.

    Attributes:
        ref: the claim or argument that carries the link.
        premises: what it rests on; more than one for an argument.
        stated: what it would add, as the record says.
        limit: what it would add if certain, after undercuts and the tables' limit.
        now: what it adds.
        credence: of the reason (of the conjunction for linked premises) in words.
        alone: the claim's probability from its base rate with this reason alone.
        if_certain, if_refuted: the claim's probability if the reason were certain, or refuted, all else equal.
        items, reasons: evidence items and reasons beneath it.
        undercuts: what attacks the link.
        written: the strength as the file states it.
        why, by, passages: of the link.
        disowned: why the link is shown without weight, or ``None``.
        contest: where a prefilled undercut of the link opens; ``None`` while the repository is unknown.
        turned: where the reason helps the other side than the record says, the words why, e.g. ``unlikely (23%)``;
            otherwise empty.
    """

    ref: Ref
    premises: list[Ref]
    stated: Weight
    limit: Weight
    now: Weight
    assessed: bool
    credence: str
    turned: str
    alone: str
    if_certain: float
    if_refuted: float
    items: int
    reasons: int
    undercuts: list[UndercutView]
    written: str
    why: str | None
    by: Ref | None
    passages: list[PassageView]
    cuts_both_ways: bool
    disowned: str | None
    contest: str | None

    @property
    def swing(self) -> float:
        """How far the claim's probability moves between the reason refuted and certain."""
        return abs(self.if_certain - self.if_refuted)


@dataclass(frozen=True)
class ItemView:
    """One item of evidence as it bears on a claim."""

    ref: Ref
    text: str
    design: str
    reliability: str
    reliability_why: str
    stated: Weight
    weight: Weight
    undercuts: list[UndercutView]
    passages: list[PassageView]
    why: str | None
    disowned: str | None
    written: str


@dataclass(frozen=True)
class RootView:
    """The items that one source vouches for."""

    ref: Ref
    reliability: str
    cap: str
    items: list[ItemView]
    alone: Weight
    trusted: Weight
    now: Weight


@dataclass(frozen=True)
class GroupView:
    """Roots that are not independent of each other."""

    number: int
    kind: str
    dependence: str
    roots: list[RootView]
    alone: Weight
    now: Weight

    @property
    def items(self) -> Iterator[tuple[RootView, ItemView]]:
        """Its items with the root of each."""
        for root in self.roots:
            for item in root.items:
                yield root, item

    @property
    def counted(self) -> list[ItemView]:
        """Its items that carry a weight."""
        return [item for _, item in self.items if item.stated.nats != 0]


@dataclass(frozen=True)
class SumRow:
    """One line of the sum: label, link, what it adds, and where the claim stands after it.

    Attributes:
        kind: as in :class:`kb.engine.results.Row`.
        label: in words.
        ref: the record it speaks of, or ``None``.
        weight: what it adds.
        turned: as in :class:`ReasonView`.
        likely: for a reason how likely it is, in words, otherwise empty.
        sources: for evidence how many sources it comes from, otherwise 0.
        alone: for evidence the naive sum of its items, or ``None``.
        before, after: running log odds in nats.
        note: a few words on how it comes about.
    """

    kind: str
    label: str
    ref: Ref | None
    weight: Weight
    alone: Weight | None
    before: float
    after: float
    note: str
    turned: str = ""
    likely: str = ""
    sources: int = 0

    @property
    def caption(self) -> str:
        """The label where there is little room: what could be cut off stands last."""
        if self.turned and self.ref is not None:
            return f"{words.capital(self.turned)}: {self.ref.title}"
        return self.label

    @property
    def probability(self) -> str:
        """Where the claim stands after this line."""
        return words.percent(odds.sigma(self.after))

    @property
    def odds_after(self) -> str:
        """The same as odds, e.g. ``1 to 2.33``."""
        return words.odds_to_one(self.after)

    @property
    def told(self) -> str:
        """The line as a sentence, for readers who have never added decibans."""
        then = f"odds of {self.odds_after}, or {self.probability}"
        if self.kind == "base":
            return f"It starts at its base rate: {then}."
        if self.kind == "total":
            return f"That is the result: {then}."
        if self.weight.side == "neutral":
            return f"{self.label}: adds nothing."
        verb = "multiplies" if self.weight.nats > 0 else "divides"
        return f"{self.label}: {verb} the odds by {self.weight.factor[1:]}, which makes {then}."


class Sum:
    """A claim's explanation as views."""

    def __init__(self, site: Site, id: str) -> None:
        self.site = site
        self.id = id
        self.explanation: Explanation = site.explain(id)
        self.groups = [self._group(i + 1, g) for i, g in enumerate(self.explanation.groups)]
        links = _links_of(site, id)
        self.reasons = [self._reason(row, links.get(row.source, [])) for row in self.explanation.links]
        self._round_together()

    @property
    def reasons_for(self) -> list[ReasonView]:
        """Supporting reasons, the one that adds most first, then by stated strength."""
        return self._side("for")

    @property
    def reasons_against(self) -> list[ReasonView]:
        """Opposing reasons in the same order."""
        return self._side("against")

    @property
    def reasons_silent(self) -> list[ReasonView]:
        """Reasons that are shown without weight."""
        return self._side("neutral")

    def _side(self, side: str) -> list[ReasonView]:
        found = [r for r in self.reasons if r.stated.side == side]
        return sorted(found, key=lambda r: (-abs(r.now.nats), -abs(r.limit.nats), r.ref.id))

    def _round_together(self) -> None:
        """Give the lines' weights decibans that add up, here and in the views of reasons and groups."""
        rows = self.explanation.rows()
        rounded = words.adding_up([r.weight for r in rows[:-1]], rows[-1].weight)
        self._db = [*(words.decibans(x) for x in rounded), words.decibans(rows[-1].weight)]
        said = {(r.kind, r.ids): db for r, db in zip(rows, self._db, strict=True)}
        for i, group in enumerate(self.groups):
            ids = tuple(r.ref.id for r in group.roots)
            self.groups[i] = replace(group, now=replace(group.now, db=said.get(("root", ids), group.now.db)))
        for i, reason in enumerate(self.reasons):
            db = said.get(("link", (reason.ref.id,)), reason.now.db)
            self.reasons[i] = replace(reason, now=replace(reason.now, db=db))

    def rows(self) -> list[SumRow]:
        """The sum from base rate to total, with a label for each line."""
        e = self.explanation
        groups = {tuple(r.ref.id for r in g.roots): g for g in self.groups}
        reasons = {r.ref.id: r for r in self.reasons}
        found = []
        for row, db in zip(e.rows(), self._db, strict=True):
            label, ref, note, alone = _FIXED.get(row.kind, ("", None, "", None))
            turned, likely, sources = "", "", 0
            if row.kind == "root":
                group = groups[row.ids]
                label, ref, note, alone = _group_label(group), group.roots[0].ref, _group_note(group), group.alone
                sources = len(group.roots)
            elif row.kind == "link":
                reason = reasons[row.ids[0]]
                label, ref, note = reason.ref.title, reason.ref, _reason_note(reason)
                turned = reason.turned
                likely = turned or (f"{reason.credence} likely" if reason.assessed else "not assessed")
                if turned:
                    label = f"That “{label}” is {turned}"
            weight = replace(Weight.of(row.weight), db=db)
            found.append(
                SumRow(row.kind, label, ref, weight, alone, row.before, row.after, note, turned, likely, sources)
            )
        return found

    def _reason(self, row: LinkRow, links: list[m.Link]) -> ReasonView:
        link = links.pop(0) if links else None
        site, e = self.site, self.explanation
        rest = e.total - row.contribution
        floor = self._refuted(row)
        disowned = link.counts.why if link is not None and link.counts is not None and not link.counts.value else None
        return ReasonView(
            ref=site.ref(row.source),
            premises=site.refs(row.premises),
            stated=Weight.of(row.stated if disowned is None or link is None else 0.0),
            limit=Weight.of(row.limit),
            now=Weight.of(row.contribution),
            assessed=row.assessed,
            credence=words.percent(row.credence) if row.assessed else "not assessed",
            turned=_turned(row),
            alone=words.percent(odds.sigma(e.base + row.contribution)),
            if_certain=odds.sigma(rest + row.limit),
            if_refuted=odds.sigma(rest + floor),
            items=len(frozenset().union(*(site.items_beneath(p) for p in row.premises if p in site.credences))),
            reasons=sum(len(site.corpus.reasons_for.get(p, ())) for p in row.premises),
            undercuts=[self._undercut(u) for u in row.undercuts],
            written=m.strength_text(link.strength) if link is not None else "",
            why=link.why if link is not None else None,
            by=site.ref(link.by) if link is not None and link.by is not None else None,
            passages=site.passages(link.seen_in) if link is not None else [],
            cuts_both_ways=row.cuts_both_ways,
            disowned=disowned,
            contest=cite.contest_url(site, row.source, self.id, site.corpus[self.id].topic),
        )

    def _refuted(self, row: LinkRow) -> float:
        """What the link would add, in nats, if its reason were certainly false: nothing, unless it cuts both ways."""
        if not row.cuts_both_ways or row.stated == 0:
            return 0.0
        ref, pi = np.array([row.base_rate]), np.array([self.explanation.credence.base_rate])
        s, f = arithmetic.tables(np.array([row.stated]), ref, pi)
        s, f = row.tau * s + (1 - row.tau) * ref, row.tau * f + (1 - row.tau) * ref
        return float(np.log1p(-s[0]) - np.log1p(-f[0]))

    def _undercut(self, part: UndercutPart) -> UndercutView:
        return UndercutView(
            ref=self.site.ref(part.id),
            assessed=part.assessed,
            taken=words.percent(taken) if (taken := part.kill * part.tau * part.active) > 0 else "",
            kill=words.percent(part.kill),
        )

    def _group(self, number: int, group: GroupRow) -> GroupView:
        return GroupView(
            number=number,
            kind=group.kind,
            dependence=f"{group.dependence:g}",
            roots=[
                RootView(
                    ref=self.site.ref(root.id),
                    reliability=f"{root.reliability:g}",
                    cap=words.capped(root.cap),
                    items=[self._item(item) for item in root.items],
                    alone=Weight.of(root.alone),
                    trusted=Weight.of(root.trusted),
                    now=Weight.of(root.contribution),
                )
                for root in group.roots
            ],
            alone=Weight.of(group.alone),
            now=Weight.of(group.contribution),
        )

    def _item(self, part: ItemPart) -> ItemView:
        record = self.site.corpus.record(part.id, m.Evidence)
        bearing = next((b for b in record.bears_on if isinstance(b, m.Link) and b.claim == self.id), None)
        vector = next((b for b in record.bears_on if not isinstance(b, m.Link)), None)
        counts = bearing.counts if bearing is not None else None
        reliability = record.reliability
        return ItemView(
            ref=self.site.ref(part.id),
            text=record.text,
            design=record.design.value,
            reliability=f"{part.reliability:g}",
            reliability_why=reliability.why or "" if reliability is not None else f"default for {record.design.label}",
            stated=Weight.of(part.stated),
            weight=Weight.of(part.weight),
            undercuts=[self._undercut(u) for u in part.undercuts],
            passages=self.site.passages(record.seen_in),
            why=bearing.why if bearing is not None else vector.why if vector is not None else None,
            disowned=counts.why if counts is not None and not counts.value else None,
            written=m.strength_text(bearing.strength) if bearing is not None else "likelihoods over all answers",
        )


def sum_of(site: Site, id: str) -> Sum:
    """A claim's sum, made once for all the pages that show a part of it."""
    return site.ask(Sum, id)


_FIXED: dict[str, tuple[str, Ref | None, str, Weight | None]] = {
    "base": ("Base rate", None, "how likely before anything here is counted", None),
    "viewpoint": ("This viewpoint's base rate", None, "the shift from the neutral base rate", None),
    "shared": ("Shared evidence counted once", None, "what reached the claim by more than one route", None),
    "competition": ("Competition from the other answers", None, "at most one answer can be true", None),
    "total": ("Result", None, "", None),
}


def _links_of(site: Site, id: str) -> dict[str, list[m.Link]]:
    """Carrier to its links on this claim, in the order in which the corpus lists them."""
    found: dict[str, list[m.Link]] = {}
    for reason in site.corpus.reasons_for.get(id, ()):
        found.setdefault(reason.source, []).append(reason.link)
    return found


def _group_label(group: GroupView) -> str:
    """What a line of evidence is called."""
    first = group.roots[0].ref.title
    return first if len(group.roots) == 1 else f"{first} and {words.count(len(group.roots) - 1, 'related source')}"


def _turned(row: LinkRow) -> str:
    """Why a reason helps the other side than the record says; empty where it does not."""
    if words.side(row.contribution) == "neutral" or row.stated * row.contribution >= 0:
        return ""
    word = vocab.credence_word(row.credence) if row.credence < 0.5 else "less likely than its base rate"
    return f"{word} ({words.percent(row.credence)})"


def _group_note(group: GroupView) -> str:
    """How a line of evidence comes about."""
    items = len(group.counted)
    if len(group.roots) == 1:
        return f"{words.count(items, 'item')}, source reliability {group.roots[0].reliability}"
    what = "testimony" if group.kind == "testimony" else "shared lineage"
    return f"{words.count(items, 'item')} from {len(group.roots)} sources, {what}, dependence {group.dependence}"


def _reason_note(reason: ReasonView) -> str:
    """How a reason's line comes about."""
    said = f"{reason.credence} likely" if reason.assessed else "not assessed"
    return f"{said}; {reason.limit.factor} if it were certain"
