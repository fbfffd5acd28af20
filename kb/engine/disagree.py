"""Why two viewpoints differ on a claim: the gap split into the inputs that cause it.

Aumann-Shapley along the straight path between their inputs (Aumann and Shapley, Values of Non-Atomic Games, 1974), with
Gauss-Legendre nodes.  The parts sum to the gap; what quadrature leaves over is shown as rounding, not hidden.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from kb.engine.arithmetic import Floats
from kb.engine.inputs import Inputs
from kb.engine.propagate import Propagated
from kb.engine.viewpoints import Change, Overlay, apply

NODES = 16
STEP = 1e-5
"""Half-width of the central difference along an input's own scale."""
FINE = 1e-4
"""A remainder above this, in nats, is worth twice the nodes."""
MAX_NODES = 128


@dataclass(frozen=True, slots=True)
class Part:
    """What one input adds to the gap.

    Attributes:
        change: the input, with what the first viewpoint makes of it; ``neutral`` holds the second's number.
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
    t = net.ids.index(claim)
    sweeps = [result.again(apply(net, side)) for side in (a, b)]
    log_odds = [float(s.state.log_odds[t, 0]) for s in sweeps]
    ends = [_unpinned(s) for s in sweeps]
    axes = _axes(result, ends, (a, b))
    gap = log_odds[0] - log_odds[1]
    weights = np.zeros(len(axes))
    nodes = NODES
    while axes:
        weights = _integrate(result, t, ends[1], axes, nodes)
        if abs(gap - float(weights.sum())) < FINE or nodes >= MAX_NODES:
            break
        nodes *= 2
    parts = sorted(
        (Part(axis.change, float(w)) for axis, w in zip(axes, weights, strict=True)),
        key=lambda p: (-abs(p.weight), p.change.kind, p.change.record),
    )
    q = [float(1 / (1 + np.exp(-x))) for x in log_odds]
    pinned = any(c.kind == "stated credence" and c.record == claim for side in (a, b) for c in side.changes)
    rounding = gap - float(sum(p.weight for p in parts))
    return Disagreement(claim, a.id, b.id, q[0], q[1], gap, tuple(parts), rounding, not pinned)


def _unpinned(result: Propagated) -> Inputs:
    """Inputs that give the same numbers with shifts in place of pins."""
    inputs = result.setup.inputs.take(np.zeros(1, dtype=np.int64))
    inputs.shift[:] = result.state.shift
    inputs.pin[:] = np.nan
    return inputs


def _axes(result: Propagated, ends: list[Inputs], overlays: tuple[Overlay, Overlay]) -> list[_Axis]:
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
    said = {(c.record, c.target): c for side in reversed(overlays) for c in side.changes}
    found: list[_Axis] = []
    for name, ids in names.items():
        a, b = (getattr(end, name)[:, 0] for end in ends)
        groups: dict[tuple[str, str], list[int]] = {}
        for row in np.flatnonzero(a != b).tolist():
            target = net.ids[targets[name][row]] if name in targets else ""
            groups.setdefault((ids[row], target), []).append(row)
        for key, rows in sorted(groups.items()):
            change = said.get(key) or said.get((key[0], ""))
            if change is None:
                continue
            shown = Change(change.kind, key[0], key[1], float(b[rows[0]]), float(a[rows[0]]), change.why, change.source)
            found.append(_Axis(name, tuple(rows), _to_scale(name, a[rows[0]]), _to_scale(name, b[rows[0]]), shown))
    return found


def _to_scale(name: str, value: float) -> float:
    """Reliabilities run along their log odds, everything else along itself."""
    if "reliability" in name:
        p = min(max(float(value), 1e-12), 1 - 1e-12)
        return float(np.log(p) - np.log1p(-p))
    return float(value)


def _from_scale(name: str, value: float) -> float:
    return float(1 / (1 + np.exp(-value))) if "reliability" in name else value


def _integrate(result: Propagated, t: int, start: Inputs, axes: list[_Axis], nodes: int) -> Floats:
    """Integral of each input's partial derivative along the path, times its step (axes,)."""
    x, w = np.polynomial.legendre.leggauss(nodes)
    at, weight = (x + 1) / 2, w / 2
    total = np.zeros(len(axes))
    for s, v in zip(at.tolist(), weight.tolist(), strict=True):
        inputs = start.take(np.zeros(2 * len(axes), dtype=np.int64))
        for case in range(2 * len(axes)):
            for n, axis in enumerate(axes):
                nudge = STEP * (1 if case % 2 == 0 else -1) if case // 2 == n else 0.0
                value = _from_scale(axis.name, axis.b + s * (axis.a - axis.b) + nudge)
                getattr(inputs, axis.name)[list(axis.rows), case] = value
        log_odds = result.again(inputs).state.log_odds[t]
        slope = (log_odds[0::2] - log_odds[1::2]) / (2 * STEP)
        total += v * slope * np.array([axis.a - axis.b for axis in axes])
    return total
