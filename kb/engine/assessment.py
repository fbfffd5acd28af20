"""A corpus with its credences, and the questions one can ask of them."""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping
from functools import cached_property

from kb import models as m
from kb.corpus import Corpus
from kb.engine import arithmetic as ar
from kb.engine.cruxes import Cruxes, Turning
from kb.engine.disagree import Disagreement, disagree
from kb.engine.experiments import ExperimentValue, Swept, experiments
from kb.engine.explain import explain
from kb.engine.firmness import Firmness, Firmnesses
from kb.engine.graph import NONE_SUFFIX, compile_network
from kb.engine.impact import Impact, Route, carried, difference, impacts, routes, slopes
from kb.engine.incremental import differing, resweep, update
from kb.engine.propagate import Propagated, beneath_counts, propagate
from kb.engine.restrict import whole
from kb.engine.results import Credence, Credences, Explanation, Method
from kb.engine.uncertainty import Spread, respread, spread
from kb.engine.viewpoints import Overlay, apply, holders, overlay
from kb.errors import UnknownId

P_EDGE = 1e-15
"""Reported credences keep this distance from 0 and 1."""
NEUTRAL = "neutral"
"""Names the neutral viewpoint where a viewpoint is asked for."""


class Assessment:
    """A corpus with its credences under one viewpoint, and the sum behind each of them.

    Attributes:
        corpus: the records.
        result: arrays of the finished sweep, for those who need more than credences.
        overlay: the viewpoint that was laid over the neutral inputs; ``None`` for the neutral one.
        intervals: whether credences carry intervals.
    """

    def __init__(
        self, corpus: Corpus, result: Propagated, overlay: Overlay | None = None, *, intervals: bool = True
    ) -> None:
        self.corpus = corpus
        self.result = result
        self.overlay = overlay
        self.intervals = intervals
        self._explained: dict[str, Explanation] = {}
        self._edited = False
        self._views: dict[str, Assessment] = {}

    @cached_property
    def spread(self) -> Spread:
        """Intervals, bounds and share of evidence, shapes (n,)."""
        return spread(self.result, keep=self._edited)

    @cached_property
    def credences(self) -> Credences:
        """Every claim's credence, and that of every undercut with a text of its own, in order of id."""
        return self._credences({}, range(self.result.net.size))

    def _credences(self, known: Mapping[str, Credence], claims: Collection[int]) -> Credences:
        """Credences of some claims, worked out from all that they use, and those of the others as they are known."""
        net, state = self.result.net, self.result.state
        q = ar.sigmoid(state.log_odds[:, 0])
        counts = beneath_counts(self.result, claims)
        on_cycle = {c: report for report in self.result.cycles for c in report.claims}
        wide = self.spread if self.intervals else None
        found = {}
        for i, id in enumerate(net.ids):
            if id.endswith(NONE_SUFFIX):
                continue
            if id in known:
                found[id] = known[id]
                continue
            report = on_cycle.get(i)
            method: Method = "exact" if self.result.conserver.is_tree[i] else "conserved"
            assessed = bool(state.assessed[i, 0])
            found[id] = Credence(
                id=id,
                credence=min(max(float(q[i]), P_EDGE), 1 - P_EDGE),
                base_rate=float(net.pi[i]),
                assessed=assessed,
                weight=float(state.gathered[i, 0]),
                method=method if report is None else "iterated",
                residual=report.residual if report else 0.0,
                iterations=report.iterations if report else 1,
                converged=report.converged if report else True,
                ends=report.ends.get(i) if report else None,
                low=float(wide.low[i]) if wide is not None and assessed else None,
                high=float(wide.high[i]) if wide is not None and assessed else None,
                bound_low=_known(wide.bound_low[i]) if wide is not None and assessed else None,
                bound_high=_known(wide.bound_high[i]) if wide is not None and assessed else None,
                evidenced=_known(wide.evidenced[i]) if wide is not None else None,
                items=counts[i][0],
                groups=counts[i][1],
            )
        cycles = tuple(tuple(net.ids[c] for c in report.claims) for report in self.result.cycles)
        return Credences(found, viewpoint=self.overlay.id if self.overlay else None, cycles=cycles)

    def id_of(self, id: str) -> str:
        """The id that a claim has now, given it or an alias.

        Raises:
            UnknownId: no claim, and no undercut with a text of its own, has this id.
        """
        entry = self.corpus.find(id)
        known = entry.id if entry is not None else id
        if known not in self.result.net.at:
            raise UnknownId(id, self.corpus.nearest(id))
        return known

    def explain(self, id: str) -> Explanation:
        """The sum behind one claim's credence; raises UnknownId."""
        known = self.id_of(id)
        if known not in self._explained:  # every export and every page asks for it
            result = self.result
            made = explain(result.setup, result.state, result.conserver.uses, self.credences, known)
            self._explained[known] = made
        return self._explained[known]

    @cached_property
    def firmness(self) -> Firmnesses:
        """How far each credence can be relied on, worked out when it is asked for."""
        return Firmnesses(self.corpus, self.credences, self.explain, self.credences.cycles)

    def firm(self, id: str) -> Firmness | None:
        """How far a claim's credence can be relied on; ``None`` where it is not assessed or no interval is known."""
        return self.firmness.of(id)

    def cruxes(self, id: str) -> Cruxes:
        """What would change a claim's credence; raises UnknownId."""
        return self.turning.of(self.id_of(id))

    @cached_property
    def turning(self) -> Turning:
        """Every claim settled both ways and every input moved, computed once for all claims."""
        return Turning(self.result)

    def experiments(self, id: str) -> tuple[ExperimentValue, ...]:
        """Proposed experiments by what they could tell about a claim; raises UnknownId."""
        return experiments(self.result, self.corpus, self.id_of(id), self._swept)

    @cached_property
    def _swept(self) -> Swept:
        return {}

    def routes(self, id: str) -> dict[str, Route]:
        """The strongest route from every claim and item beneath a claim; raises UnknownId."""
        return routes(self.result, self.id_of(id))

    def slopes(self, id: str) -> dict[str, float]:
        """How much of a small change of each claim beneath arrives at a claim, at any distance; raises UnknownId."""
        return slopes(self.result, self.id_of(id))

    def impact(self, id: str) -> Impact:
        """Which claims a record moves, by leaving it out; raises UnknownId.

        Without an exclusive question its answers no longer compete, and stand on base rates of their own.
        """
        entry = self.corpus.find(id)
        if entry is None:
            held = carried(self.result.net)
            if id not in held and id not in self.result.net.ids:
                raise UnknownId(id, self.corpus.nearest(id))
            return impacts(self.result, [id])[id]
        if isinstance(entry.record, m.Question):
            others = Corpus([e for e in self.corpus if e.id != entry.id], self.corpus.topics, self.corpus.root)
            rest = propagate(compile_network(others))
            if self.overlay is not None:
                rest = rest.again(apply(rest.net, overlay(others, rest.net, self.overlay.id)))
            return difference(entry.id, self.result, rest)
        return self.impacts[entry.id] if "impacts" in self.__dict__ else impacts(self.result, [entry.id])[entry.id]

    @cached_property
    def impacts(self) -> dict[str, Impact]:
        """Leave-one-out of every record that can carry weight."""
        kinds = m.Claim | m.Argument | m.Undercut | m.Evidence | m.Source
        return impacts(self.result, [e.id for e in self.corpus if e.record.active and isinstance(e.record, kinds)])

    def under(self, viewpoint: str, *, intervals: bool | None = None) -> Assessment:
        """The same corpus under a viewpoint record, or a person's stated credences; raises UnknownId.

        Args:
            viewpoint: id of a viewpoint record or a person.
            intervals: whether to draw intervals; by default as here.
        """
        found = overlay(self.corpus, self.result.net, viewpoint)
        wide = self.intervals if intervals is None else intervals
        inputs = apply(self.result.net, found)
        before = self._views.get(viewpoint) if not wide else None
        if before is not None and before.overlay == found:
            view = Assessment(
                self.corpus,
                update(before.result, self.result.net, inputs, self.result.conserver).result,
                found,
                intervals=wide,
            )
            view._take_over(before)
        else:
            view = Assessment(self.corpus, resweep(self.result, inputs), found, intervals=wide)
        if self._edited and not wide:
            self._views[viewpoint] = view
        return view

    def _take_over(self, before: Assessment) -> None:
        """Work out credences after an edit: those of claims that it does not touch are as they were."""
        result = self.result
        changed = differing(before.result, result)
        if self.intervals:
            self.spread = respread(result, before.result, before.spread, changed)
        known = {id: credence for id, credence in before.credences.items() if id not in changed}
        at = result.net.at
        self.credences = self._credences(known, whole(result.conserver.uses, [at[id] for id in changed]))

    @property
    def viewpoints(self) -> tuple[str, ...]:
        """Viewpoints that :meth:`under` takes and that say something: records, and persons who stated a credence."""
        return holders(self.corpus)

    def disagree(self, a: str, b: str, claim: str) -> Disagreement:
        """The gap between two viewpoints on a claim, split into inputs; ``neutral`` names the neutral one."""
        sides = [
            Overlay(NEUTRAL, "the neutral inputs", ()) if v == NEUTRAL else overlay(self.corpus, self.result.net, v)
            for v in (a, b)
        ]
        return disagree(self.result, self.id_of(claim), sides[0], sides[1])


def _known(x: float) -> float | None:
    """A number, ``None`` for NaN."""
    return None if math.isnan(x) else float(x)


def reassess(corpus: Corpus, before: Assessment | None) -> Assessment:
    """The same as :func:`assess`, for records that are edited again and again: what an edit does not touch is kept.

    Args:
        corpus: the records.
        before: what this function returned for the records before the edit; ``None`` at first.
    """
    net = compile_network(corpus)
    found = Assessment(corpus, propagate(net) if before is None else update(before.result, net).result)
    found._edited = True
    if before is not None:
        found._views = {holder: before._views[holder] for holder in found.viewpoints if holder in before._views}
        found._take_over(before)
    return found


def assess(corpus: Corpus, viewpoint: str | None = None, *, intervals: bool = True) -> Assessment:
    """Credences of all claims of a corpus under semantics W.

    Args:
        corpus: the records.
        viewpoint: id of a viewpoint record or a person; ``None`` for the neutral viewpoint.
        intervals: draw intervals and bounds; half a second for a few hundred records.

    Raises:
        UnknownId: no such viewpoint.
    """
    neutral = Assessment(corpus, propagate(compile_network(corpus)), intervals=intervals)
    return neutral if viewpoint is None else neutral.under(viewpoint)
