"""The formulas of semantics W for one number at a time, and a maximum flow, for the oracle."""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Hashable, Iterable

H = 0.5
SAME_ROOT = 0.5
TESTIMONY = 0.5
LIMIT = 0.99
SOURCE, SINK = "source", "sink"


def logit(p: float) -> float:
    return math.log(p / (1 - p))


def log_sigma(z: float) -> float:
    return -math.log1p(math.exp(-z)) if z > -30 else z - math.log1p(math.exp(z))


def sigma(z: float) -> float:
    return math.exp(log_sigma(z))


def discount(x: float, t: float) -> float:
    """T_t(x)."""
    return x if t == 1 else math.log((t + (1 - t) * H) / (t * math.exp(-x) + (1 - t) * H))


def cap(t: float) -> float:
    """T_t(infinity)."""
    return math.inf if t == 1 else math.log((t + (1 - t) * H) / ((1 - t) * H))


def n_eff(k: int, d: float) -> float:
    return 0.0 if k == 0 else k / (1 + (k - 1) * d)


def cluster(sizes: Iterable[float], d: float) -> float:
    """Worth of same-signed weights with dependence ``d``, given as sizes."""
    ordered = sorted(sizes, reverse=True)
    if math.inf in ordered:
        return math.inf
    return math.fsum(w * (n_eff(k, d) - n_eff(k - 1, d)) for k, w in enumerate(ordered, 1) if w > 0)


def table(m: float, ref: float, pi: float) -> tuple[float, float]:
    """(s, f) of a link; |m| is brought down by bisection until neither exceeds the limit."""

    def at(x: float) -> tuple[float, float]:
        f = ref / (1 - pi + pi * math.exp(x))
        return f * math.exp(x), f

    if ref >= LIMIT:
        return ref, ref
    if max(at(m)) <= LIMIT:
        return at(m)
    low, high = 0.0, 1.0
    for _ in range(200):
        mid = (low + high) / 2
        if max(at(mid * m)) <= LIMIT:
            low = mid
        else:
            high = mid
    return at(low * m)


class Flow:
    """A directed graph with capacities on arcs and vertices; maximum flow by shortest augmenting paths."""

    def __init__(self) -> None:
        self.room: dict[Hashable, dict[Hashable, float]] = {}

    def pipe(self, a: Hashable, b: Hashable, capacity: float = math.inf) -> None:
        """Let ``a`` feed ``b``; of several capacities the largest holds."""
        self._set(a if a == SOURCE else ("out", a), b if b == SINK else ("in", b), capacity)

    def vertex(self, v: Hashable, capacity: float) -> None:
        """Let at most ``capacity`` pass through ``v``."""
        self._set(("in", v), ("out", v), capacity)

    def _set(self, a: Hashable, b: Hashable, capacity: float) -> None:
        rooms = self.room.setdefault(a, {})
        rooms[b] = max(capacity, rooms.get(b, 0.0))
        self.room.setdefault(b, {}).setdefault(a, 0.0)

    def maximum(self) -> float:
        """Value of the maximum flow; the capacities are used up."""
        self.room.setdefault(SOURCE, {})
        self.room.setdefault(SINK, {})
        sent = []
        while True:
            before: dict[Hashable, Hashable] = {SOURCE: SOURCE}
            queue = deque([SOURCE])
            while queue and SINK not in before:
                a = queue.popleft()
                for b, room in self.room[a].items():
                    if room > 1e-15 and b not in before:
                        before[b] = a
                        queue.append(b)  # type: ignore[arg-type]
            if SINK not in before:
                return math.fsum(sent)
            path: list[tuple[Hashable, Hashable]] = []
            v: Hashable = SINK
            while v != SOURCE:
                path.append((before[v], v))
                v = before[v]
            amount = min(self.room[a][b] for a, b in path)
            for a, b in path:
                self.room[a][b] -= amount
                self.room[b][a] += amount
            sent.append(amount)
