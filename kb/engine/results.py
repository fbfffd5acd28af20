"""What the engine returns: credences, and explanations whose rows add up.

All weights are natural log odds ("nats", see :mod:`kb.odds`); positive supports the claim, negative opposes it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Literal

from kb import odds

Method = Literal["exact", "conserved", "iterated", "loopy", "sampled"]
RowKind = Literal["base", "viewpoint", "root", "link", "shared", "competition", "total"]


@dataclass(frozen=True, slots=True)
class Credence:
    """How likely one claim is, given what lies beneath it.

    Attributes:
        id: claim, or undercut with a text of its own.
        credence: probability, strictly between 0 and 1; equals ``base_rate`` when not assessed.
        base_rate: neutral base rate (an answer's prior in an exclusive question).
        assessed: whether any evidence lies beneath; when not, ``credence`` must not be shown as a finding.
        weight: D = logit(credence) - logit(base rate), in nats.
        method: ``exact`` (the closure is a tree), ``conserved`` (shared evidence counted once), ``iterated`` (cycle),
            ``loopy`` (approximate belief propagation), ``sampled``.
        residual: largest change of the last iteration, in nats; 0 when nothing was iterated.
        iterations: sweeps that were needed; 1 when nothing was iterated.
        converged: whether the residual is below the tolerance.
        ends: the two credences at which an iteration from two starts ended, where they differ by more than .005.
        low, high: interval (5% to 95%), ``None`` where no intervals were drawn or nothing is assessed.
        bound_low, bound_high: hard bounds over all strengths within their ranges, ``None`` likewise.
        evidenced: share of the reasons' possible weight that has evidence; ``None`` where there are no reasons.
        items: evidence items with weight beneath the claim, directly or through other claims.
        groups: independent groups among them (roots joined by lineage count once).
    """

    id: str
    credence: float
    base_rate: float
    assessed: bool
    weight: float
    method: Method = "exact"
    residual: float = 0.0
    iterations: int = 1
    converged: bool = True
    ends: tuple[float, float] | None = None
    low: float | None = None
    high: float | None = None
    bound_low: float | None = None
    bound_high: float | None = None
    evidenced: float | None = None
    items: int = 0
    groups: int = 0


@dataclass(frozen=True, slots=True)
class UndercutPart:
    """What one undercut takes from a link or an item.

    Attributes:
        id: the undercut record.
        node: the claim or undercut whose credence drives it.
        credence, base_rate: of that node.
        assessed: whether any evidence lies beneath that node.
        kill: share it takes once it is certain.
        active: a = max(0, (q - pi)/(1 - pi)), 0 to 1.
        tau: what its own undercuts leave of it, 0 to 1.
    """

    id: str
    node: str
    credence: float
    base_rate: float
    assessed: bool
    kill: float
    active: float
    tau: float


@dataclass(frozen=True, slots=True)
class ItemPart:
    """One evidence item as it bears on the claim.

    Attributes:
        id: the evidence record.
        stated: weight as stated, in nats, signed.
        reliability: item reliability, 0 to 1.
        tau: what its undercuts leave, 0 to 1.
        weight: weight after reliability and undercuts, in nats, signed.
    """

    id: str
    stated: float
    reliability: float
    tau: float
    weight: float
    undercuts: tuple[UndercutPart, ...] = ()


@dataclass(frozen=True, slots=True)
class RootPart:
    """The items that one root vouches for.

    Attributes:
        id: the source record.
        reliability: root reliability, 0 to 1.
        cap: the most it could ever add, in nats; ``inf`` for reliability 1.
        items: its items on this claim.
        alone: sum of its items' stated weights, in nats.
        trusted: weight after overlap within the root and trust in it, in nats (W_root).
        contribution: what it adds after overlap with the other roots of its group; these sum to the group's.
    """

    id: str
    reliability: float
    cap: float
    items: tuple[ItemPart, ...]
    alone: float
    trusted: float
    contribution: float


@dataclass(frozen=True, slots=True)
class GroupRow:
    """Roots that are not independent of each other, as one row of the page's sum.

    Attributes:
        kind: ``root`` (a root by itself), ``lineage`` or ``testimony``.
        roots: its roots, largest contribution first.
        dependence: 0 (independent) to 1 (one voice).
        alone: sum of the stated weights, in nats: what a naive sum would add.
        contribution: what the group adds, in nats.
    """

    kind: Literal["root", "lineage", "testimony"]
    roots: tuple[RootPart, ...]
    dependence: float
    alone: float
    contribution: float


@dataclass(frozen=True, slots=True)
class LinkRow:
    """One reason, as one row of the page's sum.

    Attributes:
        source: the claim or argument record that carries the link.
        premises: the claims it rests on.
        stated: weight as stated, in nats, signed: what it would add once the reason is certain.
        limit: the same after the tables' limit of .99 and after undercuts.
        credence, base_rate: of the reason (of the conjunction, for linked premises).
        assessed: whether any evidence lies beneath the reason.
        tau: what undercuts leave, 0 to 1.
        contribution: what it adds now, in nats.
        cuts_both_ways: whether a failing reason counts against.
        counts: false when the link is shown with weight 0.
    """

    source: str
    premises: tuple[str, ...]
    stated: float
    limit: float
    credence: float
    base_rate: float
    assessed: bool
    tau: float
    contribution: float
    cuts_both_ways: bool = False
    counts: bool = True
    undercuts: tuple[UndercutPart, ...] = ()


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the sum: its weight, and the claim's log odds before and after it.

    Attributes:
        kind: what the line is.
        ids: records that the line speaks of (a source, a claim, an argument); empty for base, shared and competition.
        weight: in nats.
        before, after: running log odds, in nats.
    """

    kind: RowKind
    ids: tuple[str, ...]
    weight: float
    before: float
    after: float

    @property
    def probability(self) -> float:
        """The claim's probability after this line."""
        return odds.sigma(self.after)


@dataclass(frozen=True, slots=True)
class Explanation:
    """How a claim's credence comes about.

    ``base + shift + sum of groups + sum of links + shared + competition == total``, to 1e-12.

    Attributes:
        id: the claim.
        base: logit of the neutral base rate, in nats.
        shift: the viewpoint's shift of the base rate, in nats; 0 in the neutral viewpoint.
        groups: evidence, root group by root group, largest first.
        links: reasons, largest first; those without weight last.
        shared: "shared evidence counted once", in nats.
        competition: "competition from the other answers", in nats.
        total: log odds of the credence, in nats.
    """

    id: str
    base: float
    shift: float
    groups: tuple[GroupRow, ...]
    links: tuple[LinkRow, ...]
    shared: float
    competition: float
    total: float
    credence: Credence

    def rows(self) -> tuple[Row, ...]:
        """The page's table: base rate, each root group, each link, corrections, total; rows of weight 0 left out."""
        found: list[Row] = [Row("base", (), self.base, 0.0, self.base)]
        at = self.base
        parts: list[tuple[RowKind, tuple[str, ...], float]] = [("viewpoint", (), self.shift)]
        parts += [("root", tuple(r.id for r in g.roots), g.contribution) for g in self.groups]
        parts += [("link", (link.source,), link.contribution) for link in self.links]
        parts += [("shared", (), self.shared), ("competition", (), self.competition)]
        for kind, ids, weight in parts:
            if weight != 0 or kind in ("root",):
                found.append(Row(kind, ids, weight, at, at + weight))
                at += weight
        found.append(Row("total", (self.id,), self.total, 0.0, self.total))
        return tuple(found)


@dataclass(frozen=True)
class Credences(Mapping[str, Credence]):
    """Every claim's credence under one semantics and viewpoint, in order of id.

    Attributes:
        by_id: id to credence.
        semantics: name of the semantics, ``weight`` by default.
        viewpoint: id of the viewpoint, ``None`` for the neutral one.
        cycles: strongly connected components with more than one claim, as tuples of ids; empty when acyclic.
        notes: what the semantics leaves out of the debate, as sentences.
    """

    by_id: Mapping[str, Credence]
    semantics: str = "weight"
    viewpoint: str | None = None
    cycles: tuple[tuple[str, ...], ...] = field(default=())
    notes: tuple[str, ...] = field(default=())

    def __getitem__(self, id: str) -> Credence:
        return self.by_id[id]

    def __iter__(self) -> Iterator[str]:
        return iter(self.by_id)

    def __len__(self) -> int:
        return len(self.by_id)
