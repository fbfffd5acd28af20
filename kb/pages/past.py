"""The page of changes: what moved lately, then every change by day; older ones on a page for each month."""

from __future__ import annotations

import calendar
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

from markupsafe import Markup

from kb.pages import words
from kb.pages.changes import ALL, MOST, ChangeView, change_view, day, recorded
from kb.pages.page import Page, made
from kb.pages.render import render
from kb.pages.site import Site
from kb.timeline import Step

LATELY = 8
"""Changes that moved credences, at the head of the page."""
OPEN = 3
"""A first day with no more changes than this starts unfolded."""


@dataclass(frozen=True)
class Day:
    """The changes of one day (UTC), the newest first."""

    date: str
    changes: list[ChangeView]

    @property
    def said(self) -> str:
        """How many changes, and how many of them moved a credence."""
        moved = sum(bool(c.moves) for c in self.changes)
        count = words.count(len(self.changes), "change")
        return f"{count}, {moved} of them moved credences" if moved and len(self.changes) > 1 else count


@dataclass(frozen=True)
class Month:
    """A month with changes: its page, its name, how many there are."""

    path: str
    title: str
    count: int


def changes_page(site: Site) -> Markup:
    """The fragment of the page of changes."""
    steps = recorded(site)
    past = site.history
    shown = [change_view(site, step) for step in steps[:MOST]]
    return render(
        "changes-list.html.j2",
        root="",
        lately=[c for c in shown if c.moves][:LATELY],
        days=_days(shown),
        open=OPEN,
        level=3,
        whole=False,
        older=max(len(steps) - MOST, 0),
        months=[Month(f"changes/{name}.html", _title(name), len(found)) for name, found in _months(steps)],
        known=past is not None,
        complete=past is None or past.complete,
    )


def month_pages(site: Site) -> tuple[tuple[str, Page], ...]:
    """A page for each month with all its changes, at an address that stays."""
    pages = []
    for name, steps in _months(recorded(site)):
        path, title = f"changes/{name}.html", f"Changes in {_title(name)}"
        days = _days([change_view(site, step, ALL) for step in steps])
        body = render("changes-month.html.j2", root="../", title=title, days=days, open=OPEN, level=2, whole=True)
        pages.append((path, made(site, path, title, body, description=f"{title}, day by day.")))
    return tuple(pages)


def _days(changes: Sequence[ChangeView]) -> list[Day]:
    """Changes by day, in their order; days that come twice, where clocks went wrong, are joined."""
    found: dict[str, list[ChangeView]] = {}
    for change in changes:
        found.setdefault(change.day, []).append(change)
    return [Day(date, inside) for date, inside in found.items()]


def _months(steps: Sequence[Step]) -> list[tuple[str, list[Step]]]:
    """(year and month, its changes), the latest first."""
    ordered = sorted(steps, key=lambda step: day(step.time)[:7], reverse=True)
    return [(name, list(found)) for name, found in groupby(ordered, key=lambda step: day(step.time)[:7])]


def _title(name: str) -> str:
    """A month as readers say it: ``November 2026``."""
    year, month = name.split("-")
    return f"{calendar.month_name[int(month)]} {int(year)}"
