"""One sentence on why a claim stands where it stands, made of nothing but the rows of its sum."""

from __future__ import annotations

from collections.abc import Sequence

from kb.pages import words
from kb.pages.site import Ref, Site
from kb.pages.sums import Sum, SumRow

Part = str | Ref
"""A piece of the sentence: text, or a record to link."""

MAIN = 0.5
"""What explains this share of a move is what it mainly comes from."""
NAMED = 2
"""Rows named on the side that prevailed."""
LITTLE = 0.15
"""What takes back less than this share of a move is passed over."""


def because(site: Site, id: str, total: Sum) -> list[Part]:
    """Where a claim stands, where it came from and what moved it, as pieces that join to one sentence."""
    view = site.credence(id)
    assert view is not None
    if not view.assessed:
        return [_open(total)]
    rows = [r for r in total.rows() if r.kind not in ("base", "total") and r.weight.side != "neutral"]
    up = sorted((r for r in rows if r.weight.nats > 0), key=_largest)
    down = sorted((r for r in rows if r.weight.nats < 0), key=_largest)
    if view.text == view.base_text:
        return _level(view.text, up, down)
    rose = view.p > view.base
    movers, others = (up, down) if rose else (down, up)
    named, share = _foremost(movers)
    said: list[Part] = [f"It stands at {view.text}, {'up' if rose else 'down'} from {view.base_text}, "]
    if not named:
        said.append("by lines too small to name")
    else:
        said += ["mainly because of " if share >= MAIN else "most of all because of ", *_joined(named)]
    back = _sum(others) / _sum(movers) if movers else 0.0
    if others and back >= LITTLE:
        much = "some" if back < MAIN else "much"
        more = f" and {words.count(len(others) - 1, 'smaller line')}" if len(others) > 1 else ""
        plural = len(others) > 1
        s = "" if plural else "s"
        verb = f"take{s} {much} of it back" if rose else f"make{s} up for {much} of it"
        said += ["; ", *_phrase(others[0]), f"{more} {verb}"]
    return [*said, "."]


def _open(total: Sum) -> str:
    """A claim without evidence: no number, and what is recorded all the same."""
    if not total.reasons:
        return "It has no number: no evidence and no reason is recorded yet."
    said = words.count(len(total.reasons), "reason is", "reasons are")
    none = "it has no evidence either" if len(total.reasons) == 1 else "none of them has evidence yet"
    return f"It has no number: no evidence bears on it. {words.capital(said)} recorded, but {none}."


def _level(text: str, up: Sequence[SumRow], down: Sequence[SumRow]) -> list[Part]:
    """A claim that stands where it started."""
    start = f"It stands at {text}, where it started: "
    if up and down:
        return [start, *_phrase(up[0]), " in its favour and ", *_phrase(down[0]), " against it about balance."]
    if up or down:
        return [start, *_phrase((up or down)[0]), " hardly moves it."]
    return [start, "what bears on it adds nothing."]


def _largest(row: SumRow) -> tuple[float, str]:
    return -abs(row.weight.nats), row.label


def _sum(rows: Sequence[SumRow]) -> float:
    return sum(abs(r.weight.nats) for r in rows)


def _foremost(rows: Sequence[SumRow]) -> tuple[list[SumRow], float]:
    """The largest rows up to half of the whole, at most two, and their share of it."""
    named: list[SumRow] = []
    for row in rows[:NAMED]:
        named.append(row)
        if _sum(named) >= MAIN * _sum(rows):
            break
    return named, _sum(named) / _sum(rows) if rows else 0.0


def _joined(rows: Sequence[SumRow]) -> list[Part]:
    said: list[Part] = []
    for i, row in enumerate(rows):
        said += [" and ", *_phrase(row)] if i else _phrase(row)
    return said


def _phrase(row: SumRow) -> list[Part]:
    """A row as a noun phrase."""
    if row.kind == "competition":
        return ["competition from the other answers"]
    if row.kind == "shared":
        return ["the correction for shared evidence"]
    if row.ref is None:
        return [row.label[:1].lower() + row.label[1:]]
    if row.kind == "root":
        more = f" and {words.count(row.sources - 1, 'related source')}" if row.sources > 1 else ""
        return ["evidence from “", row.ref, f"”{more}"]
    return ["“", row.ref, f"” being {row.turned}" if row.turned else f"” ({row.likely})"]
