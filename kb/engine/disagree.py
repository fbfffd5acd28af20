"""Why two viewpoints differ on a claim: the gap split into the inputs that cause it.

Aumann-Shapley along the straight path between their inputs (Aumann and Shapley, Values of Non-Atomic Games, 1974), with
Gauss-Legendre nodes on pieces of the path that are halved where it has a corner (a reason that starts to speak, a
capacity that starts to bind).  The parts sum to the gap; what quadrature leaves over is shown as rounding, not hidden.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from kb import odds
from kb.engine import arithmetic as ar
from kb.engine.arithmetic import Floats
from kb.engine.inputs import Inputs
from kb.engine.propagate import Propagated
from kb.engine.viewpoints import Change, ChangeKind, Overlay, apply

NODES = 8
"""Of each piece of the path."""
STEP = 1e-5
"""Half-width of the central difference along an input's own scale."""
FINE = 1e-5
"""Remainders that together stay below this, in nats, need no finer pieces."""
MAX_PIECES = 40


@dataclass(frozen=True, slots=True)
class Part:
    """What one input adds to the gap.

    Attributes:
        change: the input: ``theirs`` is the first viewpoint's number, ``neutral`` the second's; for a base rate or a
            stated credence probabilities, for a strength signed nats.
        weight: its share of the gap, in nats.
    """

    change: Change
    weight: float


@dataclass(frozen=True)
class Disagreement:
    """The gap between two viewpoints on one claim: ``sum(parts) + rounding == log odds a - log odds b``.

    Attributes:
        claim: the claim.
        a, b: the viewpoints.
        credence_a, credence_b: their credences.
        gap: difference of log odds, in nats.
        parts: the inputs that cause it, largest first.
        rounding: what quadrature leaves over, in nats.
        explains: false when one of the two only repeats the conclusion, which explains nothing.
    """

    claim: str
    a: str
    b: str
    credence_a: float
    credence_b: float
    gap: float
    parts: tuple[Part, ...]
    rounding: float
    explains: bool


@dataclass(frozen=True, slots=True)
class _Axis:
    """One input that differs: where it is, and its two numbers on the scale along which the path is straight."""

    name: str
    rows: tuple[int, ...]
    a: float
    b: float
    change: Change


def disagree(result: Propagated, claim: str, a: Overlay, b: Overlay) -> Disagreement:
    """Split the gap between two viewpoints on a claim into the inputs that cause it.

    Args:
        result: the neutral sweep.
        claim: the claim.
        a, b: the viewpoints; an overlay without changes is the neutral one.
    """
    net = result.net
    t = net.at[claim]
    sweeps = [result.again(apply(net, side)) for side in (a, b)]
    log_odds = [float(s.state.log_odds[t, 0]) for s in sweeps]
    ends = [s.again(_unpinned(s)) for s in sweeps]
    axes = _axes(result, ends, (a, b))
    gap = log_odds[0] - log_odds[1]
    weights = _integrate(result, t, ends[1].setup.inputs, axes)
    parts = sorted(
        (Part(axis.change, float(w)) for axis, w in zip(axes, weights, strict=True)),
        key=lambda p: (-abs(p.weight), p.change.kind, p.change.record),
    )
    q = [odds.sigma(x) for x in log_odds]
    pinned = any(c.kind == "stated credence" and c.record == claim for side in (a, b) for c in side.changes)
    rounding = gap - float(sum(p.weight for p in parts))
    return Disagreement(claim, a.id, b.id, q[0], q[1], gap, tuple(parts), rounding, not pinned)


def _unpinned(result: Propagated) -> Inputs:
    """Inputs that give the same numbers with shifts in place of pins."""
    inputs = result.setup.inputs.take(np.zeros(1, dtype=np.int64))
    inputs.shift[:] = result.state.shift
    inputs.pin[:] = np.nan
    return inputs


_KINDS: dict[str, tuple[ChangeKind, ...]] = {
    "shift": ("stated credence", "base rate"),
    "item_weight": ("strength",),
    "link_weight": ("strength",),
    "item_reliability": ("reliability",),
    "root_reliability": ("reliability",),
    "kill": ("kill",),
}
"""What a viewpoint may have set for an array of inputs to differ."""


def _axes(result: Propagated, ends: list[Propagated], overlays: tuple[Overlay, Overlay]) -> list[_Axis]:
    """Inputs in which the two ends differ, one axis for each record's input."""
    net = result.net
    names: dict[str, list[str]] = {
        "shift": list(net.ids),
        "item_weight": list(net.item_ids),
        "link_weight": list(net.link_ids),
        "item_reliability": list(net.item_ids),
        "root_reliability": list(net.root_ids),
        "kill": [u.split("#")[0] for u in net.undercut_ids],
    }
    targets = {"item_weight": net.item_claim, "link_weight": net.link_claim}
    said = {(c.kind, c.record, c.target): c for side in reversed(overlays) for c in side.changes}
    found: list[_Axis] = []
    for name, ids in names.items():
        a, b = (getattr(end.setup.inputs, name)[:, 0] for end in ends)
        groups: dict[tuple[str, str], list[int]] = {}
        for row in np.flatnonzero(a != b).tolist():
            target = net.ids[targets[name][row]] if name in targets else ""
            groups.setdefault((ids[row], target), []).append(row)
        for key, rows in sorted(groups.items()):
            change = next(said[(kind, *key)] for kind in _KINDS[name] if (kind, *key) in said)
            numbers = [_number(end, name, change.kind, rows[0]) for end in ends]
            shown = Change(change.kind, key[0], key[1], numbers[1], numbers[0], change.why, change.source)
            found.append(_Axis(name, tuple(rows), _to_scale(name, a[rows[0]]), _to_scale(name, b[rows[0]]), shown))
    return found


def _number(end: Propagated, name: str, kind: ChangeKind, row: int) -> float:
    """An input as a viewpoint has it; for a stated credence where the claim stands there."""
    if kind == "stated credence":
        return odds.sigma(float(end.state.log_odds[row, 0]))
    value = float(getattr(end.setup.inputs, name)[row, 0])
    return odds.sigma(float(end.net.base[row]) + value) if kind == "base rate" else value


def _to_scale(name: str, value: float) -> float:
    """Reliabilities run along their log odds, everything else along itself."""
    if "reliability" in name:
        p = min(max(float(value), 1e-12), 1 - 1e-12)
        return float(np.log(p) - np.log1p(-p))
    return float(value)


def _from_scale(name: str, values: Floats) -> Floats:
    return ar.sigmoid(values) if "reliability" in name else values


@dataclass(frozen=True, slots=True)
class _Piece:
    """A piece of the path: each input's share of the change along it (axes,), and what they leave over, in nats."""

    start: float
    end: float
    shares: Floats
    rest: float


def _integrate(result: Propagated, t: int, start: Inputs, axes: list[_Axis]) -> Floats:
    """Integral of each input's partial derivative along the path, times its step (axes,)."""
    if not axes:
        return np.zeros(0)
    pieces = [_piece(result, t, start, axes, 0.0, 1.0)]
    while sum(abs(p.rest) for p in pieces) > FINE and len(pieces) < MAX_PIECES:
        worst = max(pieces, key=lambda p: (abs(p.rest), p.start))
        middle = (worst.start + worst.end) / 2
        pieces.remove(worst)
        ends = ((worst.start, middle), (middle, worst.end))
        pieces += [_piece(result, t, start, axes, a, b) for a, b in ends]
    out: Floats = np.sum([p.shares for p in sorted(pieces, key=lambda p: p.start)], axis=0)
    return out


def _piece(result: Propagated, t: int, start: Inputs, axes: list[_Axis], a: float, b: float) -> _Piece:
    """One piece of the path, in one sweep: each input nudged either way at every node, and the two ends."""
    x, w = np.polynomial.legendre.leggauss(NODES)
    count = len(axes)
    at = np.concatenate([np.repeat(a + (b - a) * (x + 1) / 2, 2 * count), [a, b]])
    inputs = start.take(np.zeros(at.size, dtype=np.int64))
    for n, axis in enumerate(axes):
        nudge = np.zeros(at.size)
        nudge[2 * n : -2 : 2 * count] = STEP
        nudge[2 * n + 1 : -2 : 2 * count] = -STEP
        getattr(inputs, axis.name)[list(axis.rows)] = _from_scale(axis.name, axis.b + at * (axis.a - axis.b) + nudge)
    log_odds = result.again(inputs).state.log_odds[t]
    slopes = (log_odds[:-2:2] - log_odds[1:-2:2]).reshape(NODES, count) / (2 * STEP)
    shares = (b - a) * (w / 2) @ slopes * np.array([axis.a - axis.b for axis in axes])
    return _Piece(a, b, shares, float(log_odds[-1] - log_odds[-2] - shares.sum()))
