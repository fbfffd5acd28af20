"""A debate as one joint distribution: a factor graph with the base rates, tables and evidence of semantics W.

**Structure.**  Every claim is a binary variable; every exclusive question is one variable whose states are its answers,
the hidden "none of these" included; linked premises meet in deterministic conjunctions.  Every link contributes
``P(reason, claim) / (P(reason) P(claim))`` of its two-by-two table with margins ``ref`` and ``pi``, and every claim its
base rate; on trees the product is the distribution with exactly these margins.  On graphs with loops the base rates
would drift although nobody has said anything, so :mod:`kb.engine.semantics.bayes` tilts single variables until they
stand.  Undercuts act through ``tau`` as semantics W computed it, a number; every link cuts both ways here.

**Evidence.**  A claim's own evidence is a likelihood e^W for it, W as semantics W weighs it.  A root (or lineage of
roots) that speaks about several claims is reliable or not for all of them at once: it becomes a variable, a *voucher*.
Given that it is reliable, its likelihoods on different claims multiply; given that it is not, its whole story says
nothing.  For a single claim that is again e^W.  So P(claim | root) = t P(claim | root, reliable) + (1-t) P(claim): one
blog of reliability .6 behind eight reasons for a claim takes it from .5 to at most .8, as conservation does in W.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from kb.engine.arithmetic import Bools, Floats, Ints
from kb.engine.factors import Factor, FactorGraph, log_table, renumber, unary
from kb.engine.network import Network
from kb.engine.propagate import Propagated
from kb.vocab import FAULTY_LOOKALIKE

Event = tuple[int, Bools]
"""A variable, and in which of its states something holds."""


@dataclass(frozen=True)
class Voucher:
    """A root, or a lineage of roots, that speaks about several variables: a variable of its own.

    Attributes:
        variable: its index; state 1 means reliable.
        reliability: chance that it is.
        likelihoods: for each variable that it speaks about, log likelihoods of its states given that it is reliable,
            with prior mean 1 (as probabilities).
    """

    variable: int
    reliability: float
    likelihoods: tuple[Factor, ...]

    def factors(self) -> Iterator[Factor]:
        """Its prior and its tables."""
        yield unary(self.variable, [math.log1p(-self.reliability), math.log(self.reliability)])
        for likelihood in self.likelihoods:
            table = np.stack([np.zeros(likelihood.table.size), likelihood.table])
            yield Factor((self.variable, *likelihood.variables), table)

    def apart(self) -> Iterator[Factor]:
        """Its story as evidence on each variable by itself, as if it could be reliable for one and not for another."""
        t = self.reliability
        for likelihood in self.likelihoods:
            yield Factor(likelihood.variables, np.log(t * np.exp(likelihood.table) + 1 - t))

    @property
    def repeated(self) -> float:
        """Weight that its story apart has beyond its largest piece: what is at stake in taking it together, in nats."""
        sizes = [float(np.ptp(f.table)) for f in self.apart()]
        return math.fsum(sizes) - max(sizes)


@dataclass(frozen=True)
class Bond:
    """What one link adds to the graph.

    Attributes:
        ends: variables of its claim and its premises.
        conjunctions: variables of its own, where its premises meet.
        factors: its table, and the tables of its conjunctions.
    """

    ends: tuple[int, ...]
    conjunctions: tuple[int, ...]
    factors: tuple[Factor, ...]


@dataclass(frozen=True)
class Joint:
    """A debate as a factor graph.

    Attributes:
        sizes: states of the variables: claims outside exclusive questions, questions, conjunctions.
        bonds: links that say something.
        evidence: likelihoods on single variables.
        vouchers: roots and lineages that speak about several variables; their variables follow those of ``sizes``.
        base_rates: variable to its base rates, for all but conjunctions.
        variable, state: the variable of each claim (n,), and the state in which the claim is true (n,).
    """

    sizes: tuple[int, ...]
    bonds: tuple[Bond, ...]
    evidence: tuple[Factor, ...]
    vouchers: tuple[Voucher, ...]
    base_rates: dict[int, Floats]
    variable: Ints
    state: Ints

    @cached_property
    def prior(self) -> FactorGraph:
        """Base rates and links."""
        rates = (unary(v, np.log(p)) for v, p in self.base_rates.items())
        return FactorGraph(self.sizes, (*rates, *(f for bond in self.bonds for f in bond.factors)))

    @cached_property
    def graph(self) -> FactorGraph:
        """Everything in one graph; stories of vouchers count with chance 1."""
        told = (f for voucher in self.vouchers for f in voucher.factors())
        return FactorGraph((*self.sizes, *(2 for _ in self.vouchers)), (*self.prior.factors, *self.evidence, *told))

    def part(self, variables: Sequence[int], together: Collection[Voucher]) -> FactorGraph:
        """The graph of a connected part.

        Args:
            variables: a component of :attr:`graph`.
            together: vouchers of the part that are variables of it; the stories of its others are told apart.

        Returns:
            Its variables are those given, less the vouchers that are left out, renumbered in order.
        """
        own = [v for v in variables if v < len(self.sizes)]
        kept = {voucher.variable for voucher in together}
        factors = [self.prior.factors[f] for f in sorted({f for v in own for f in self.prior.factors_of[v]})]
        factors += [f for v in own for f in self._evidence_at.get(v, ())]
        for voucher in self.within(variables)[1]:
            factors += voucher.factors() if voucher.variable in kept else voucher.apart()
        numbers = [v for v in variables if v < len(self.sizes) or v in kept]
        return renumber(self.graph.sizes, factors, numbers)

    @cached_property
    def loops(self) -> tuple[Bond, ...]:
        """Bonds on loops, or between them.

        A bond is peeled off when at most one of its ends is an end of another bond that is left: then what hangs there
        has its base rates, whatever else there is, and says nothing about the rest as long as it has no evidence.
        """
        bonds_of: dict[int, set[int]] = {}
        for b, bond in enumerate(self.bonds):
            for v in bond.ends:
                bonds_of.setdefault(v, set()).add(b)
        left = set(range(len(self.bonds)))
        queue = list(left)
        while queue:
            b = queue.pop()
            if b in left and sum(len(bonds_of[v]) > 1 for v in self.bonds[b].ends) <= 1:
                left.discard(b)
                for v in self.bonds[b].ends:
                    bonds_of[v].discard(b)
                    if len(bonds_of[v]) == 1:
                        queue += bonds_of[v]
        return tuple(self.bonds[b] for b in sorted(left))

    def within(self, variables: Sequence[int]) -> tuple[list[Bond], list[Voucher]]:
        """Bonds on loops, and vouchers, of a connected part given by its variables in ascending order."""
        bonds = [bond for v in variables for bond in self._loops_at.get(v, ())]
        return bonds, [self.vouchers[v - len(self.sizes)] for v in variables if v >= len(self.sizes)]

    @cached_property
    def _evidence_at(self) -> dict[int, list[Factor]]:
        """Likelihoods by variable."""
        found: dict[int, list[Factor]] = {}
        for factor in self.evidence:
            found.setdefault(factor.variables[0], []).append(factor)
        return found

    @cached_property
    def _loops_at(self) -> dict[int, list[Bond]]:
        """Bonds on loops by the first of their ends."""
        found: dict[int, list[Bond]] = {}
        for bond in self.loops:
            found.setdefault(bond.ends[0], []).append(bond)
        return found


@dataclass
class _Draft:
    """A graph under construction."""

    variable: Ints
    state: Ints
    sizes: list[int] = field(default_factory=list)
    bonds: list[Bond] = field(default_factory=list)
    base_rates: dict[int, Floats] = field(default_factory=dict)

    def event(self, claim: int) -> Event:
        """The truth of a claim."""
        v = int(self.variable[claim])
        holds = np.zeros(self.sizes[v], dtype=np.bool_)
        holds[self.state[claim]] = True
        return v, holds


def build_joint(result: Propagated, *, shared_roots: bool = True) -> Joint:
    """The joint distribution of a debate.

    Args:
        result: the debate, swept by semantics W: its tables, ``tau`` and own weights are used.
        shared_roots: whether a root that speaks about several claims is one variable; otherwise its weight on each
            claim is taken as independent of that on the others.
    """
    net, tables = result.net, result.setup.tables
    draft = _variables(net, result.setup.inputs.base_rate[:, 0])
    tau, ref = result.state.tau[:, 0], tables.ref[:, 0]
    s = tau * tables.s[:, 0] + (1 - tau) * ref
    f = tau * tables.f[:, 0] + (1 - tau) * ref
    start = net.premise_start.tolist()
    for j in np.flatnonzero(s != f).tolist():
        premises = [draft.event(p) for p in net.premise[start[j] : start[j + 1]].tolist()]
        _bond(draft, premises, draft.event(int(net.link_claim[j])), (float(s[j]), float(f[j]), float(ref[j])))
    evidence, vouchers = _evidence(result, draft, shared_roots=shared_roots)
    return Joint(
        tuple(draft.sizes),
        tuple(draft.bonds),
        tuple(evidence),
        tuple(vouchers),
        draft.base_rates,
        draft.variable,
        draft.state,
    )


def _variables(net: Network, pi: Floats) -> _Draft:
    """A variable for each claim or exclusive question, with its base rates."""
    draft = _Draft(np.full(net.size, -1, dtype=np.int64), np.ones(net.size, dtype=np.int64))
    for c in range(net.size):
        if draft.variable[c] >= 0:
            continue
        q = int(net.question_of[c])
        members = np.array([c]) if q < 0 else np.flatnonzero(net.question_of == q)
        draft.variable[members] = len(draft.sizes)
        rates = np.array([1 - pi[c], pi[c]])
        if q >= 0:
            draft.state[members] = np.arange(members.size)
            rates = pi[members] / pi[members].sum()
        draft.base_rates[len(draft.sizes)] = rates
        draft.sizes.append(rates.size)
    return draft


def _bond(draft: _Draft, premises: list[Event], claim: Event, table: tuple[float, float, float]) -> None:
    """Add a link.

    Premises meet two by two in as many conjunctions as it takes.  A link says nothing when its premises exclude each
    other (answers of one question), or when it leads from an answer to its sibling.
    """
    merged: dict[int, Bools] = {}
    for v, holds in premises:
        merged[v] = merged[v] & holds if v in merged else holds
    if not all(holds.any() for holds in merged.values()) or set(merged) == {claim[0]}:
        return
    factors = []
    conjunctions = []
    whole, *others = merged.items()
    for v, holds in others:
        t = len(draft.sizes)
        draft.sizes.append(2)
        conjunctions.append(t)
        both = whole[1][:, None] & holds[None, :]
        factors.append(Factor((whole[0], v, t), log_table(np.stack([~both, both], axis=-1).astype(float))))
        whole = (t, np.array([False, True]))
    factors.append(_table(whole, claim, *table))
    draft.bonds.append(Bond(tuple(sorted({*merged, claim[0]})), tuple(conjunctions), tuple(factors)))


def _table(reason: Event, claim: Event, s: float, f: float, ref: float) -> Factor:
    """ln P(reason, claim) / (P(reason) P(claim)), by the states of the two variables."""
    held = np.where(claim[1], math.log(s), math.log(f)) - math.log(ref)
    failed = np.where(claim[1], math.log1p(-s), math.log1p(-f)) - math.log1p(-ref)
    return Factor((reason[0], claim[0]), np.where(reason[1][:, None], held[None, :], failed[None, :]))


def _evidence(result: Propagated, draft: _Draft, *, shared_roots: bool) -> tuple[list[Factor], list[Voucher]]:
    """What viewpoints and evidence say about single variables, and the vouchers that speak about several."""
    net, part = result.net, result.state.pair_part[:, 0]
    total = [np.zeros(n) for n in draft.sizes]
    shift = result.setup.inputs.shift[:, 0]
    for c in np.flatnonzero(shift).tolist():
        total[draft.variable[c]][draft.state[c]] += shift[c]
    stories: dict[tuple[str, int], dict[int, Floats]] = {}
    for g in np.flatnonzero(part).tolist():
        c, root = int(net.pair_claim[g]), int(net.pair_root[g])
        lineage = int(net.root_lineage[root])
        key = ("lineage", lineage) if lineage >= 0 else ("root", root)
        v = int(draft.variable[c])
        said = stories.setdefault(key, {}).setdefault(v, np.zeros(draft.sizes[v]))
        said[draft.state[c]] += part[g]
    vouchers: list[Voucher] = []
    for key, story in sorted(stories.items()):
        reliability = _reliability(result, key) if shared_roots and len(story) > 1 else 1.0
        if reliability < 1:
            variable = len(draft.sizes) + len(vouchers)
            vouchers.append(_voucher(variable, reliability, story, draft.base_rates, total))
        else:
            for v, said in story.items():
                total[v] += said
    return [unary(v, x) for v, x in enumerate(total) if x.any()], vouchers


def _reliability(result: Propagated, key: tuple[str, int]) -> float:
    """Chance that a root is reliable; for a lineage the one whose cap is the lineage's capacity."""
    if key[0] == "root":
        return float(result.setup.inputs.root_reliability[key[1], 0])
    cap = float(result.conserver.caps(result.setup).lineage[key[1]][0])
    odds = math.expm1(min(cap, 700.0)) * FAULTY_LOOKALIKE
    return odds / (1 + odds)


def _voucher(
    variable: int, reliability: float, story: dict[int, Floats], base_rates: dict[int, Floats], total: list[Floats]
) -> Voucher:
    """A voucher whose marginal likelihood on each variable, alone, is e^W there.

    With x the likelihoods given that it is reliable, scaled to prior mean 1: t x + 1 - t is proportional to e^W.
    Where no such x exists (W stretches further than an unreliable voucher allows: a claim of high base rate, answers
    of one question for and against) the rest goes to ``total`` as plain evidence.
    """
    likelihoods = []
    for v, said in sorted(story.items()):
        weight = np.exp(said - said.max())
        x = np.maximum(weight / float(base_rates[v] @ weight) - (1 - reliability), 0.0)
        x /= float(base_rates[v] @ x)
        rest = said - np.log(reliability * x + 1 - reliability)
        if np.ptp(rest) > 1e-12:
            total[v] += rest - rest.max()
        likelihoods.append(unary(v, log_table(x)))
    return Voucher(variable, reliability, tuple(likelihoods))
