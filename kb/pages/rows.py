"""Long lists as tables: pages of bounded size for readers without scripts, and all rows as data for one.

Every list is described once, by its columns and its rows.  The pages are made of them here, and ``rows.js`` draws the
same cells, so that it sorts, filters and downloads a list as a whole, from a file as from a server.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import ceil
from typing import Any

from jinja2.utils import htmlsafe_json_dumps
from markupsafe import Markup

from kb import odds
from kb.pages.page import Page, made
from kb.pages.render import render
from kb.pages.site import CredenceView, Ref, Site
from kb.pages.sums import Weight

PAGE_ROWS = 250
"""Rows of a list on one page."""

Cell = str | int | float | None | Weight | CredenceView | tuple[Any, ...]
"""What a cell holds, by the sort of its column; see :class:`Column`."""


@dataclass(frozen=True)
class Column:
    """A column of a list.

    Attributes:
        key: its name in the address.
        label: its head.
        cell: what its cells hold: ``text`` or ``date`` a string; ``number`` a number or ``None``; ``moved`` and
            ``weight`` a :class:`Weight` or ``None``, shown in decibans or as a factor too; ``credence`` a
            :class:`CredenceView` or ``None``; ``ref`` a record or ``None`` with words behind it; ``refs`` records;
            ``size`` decibans without a sign, with words behind them.  ``record``: the row's own record.
        classes: of its cells.
        csv: (name of a field in the downloaded file, part of the cell) for each field that it gives.
        empty: what a cell says that holds nothing.
    """

    key: str
    label: str
    cell: str
    classes: str = ""
    csv: tuple[tuple[str, str], ...] = ()
    empty: str = ""


@dataclass(frozen=True)
class Row:
    """A record in a list.

    Attributes:
        ref: the record.
        cells: one for each column after the first.
        facets: (name of a filter, a choice that leaves this row).
        note: words below its title.
    """

    ref: Ref
    cells: tuple[Cell, ...]
    facets: tuple[tuple[str, str], ...] = ()
    note: str = ""


@dataclass(frozen=True)
class Filter:
    """A filter: a box to tick where it has one choice without a label, else a list of choices.

    Attributes:
        name: in the address, and of the rows' facets.
        label: what it is called.
        every: the choice that leaves everything.
        groups: (label of a group, or empty; its choices as (value, label)).
    """

    name: str
    label: str
    every: str
    groups: tuple[tuple[str, tuple[tuple[str, str], ...]], ...]


@dataclass(frozen=True)
class Listing:
    """A list.

    Attributes:
        name: of the list; its further pages lie in ``folder``.
        page: the address of its first page.
        folder: of the further ones.
        title: of all of them.
        nouns: a row and several.
        columns: the first is of the rows' own records.
        rows: in the order of the pages.
        filters: by which a script leaves some of them out.
        facets_csv: (name of a field in the downloaded file, filter) for each filter that is a field there.
        below: (key of a column of records, words before it) that a narrow screen shows below the title.
    """

    name: str
    page: str
    folder: str
    title: str
    nouns: tuple[str, str]
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    filters: tuple[Filter, ...] = ()
    facets_csv: tuple[tuple[str, str], ...] = ()
    below: tuple[str, str] | None = None

    @property
    def script(self) -> str:
        """Address of its rows as data."""
        return f"assets/{self.name}.js"

    @property
    def pages(self) -> int:
        """How many pages it takes, one at least."""
        return max(ceil(len(self.rows) / PAGE_ROWS), 1)

    def address(self, number: int) -> str:
        """A page's address below the root of the site."""
        return self.page if number == 1 else f"{self.folder}/{number}.html"

    def part(self, number: int) -> tuple[Row, ...]:
        """The rows of a page, counted from 1."""
        return self.rows[PAGE_ROWS * (number - 1) : PAGE_ROWS * number]

    def beneath(self, row: Row) -> Ref | None:
        """The record that a narrow screen shows below a row's title."""
        if self.below is None:
            return None
        place = next(i for i, column in enumerate(self.columns[1:]) if column.key == self.below[0])
        cell = row.cells[place]
        return cell[0] if isinstance(cell, tuple) and isinstance(cell[0], Ref) else None


def choices(name: str, label: str, every: str, found: Sequence[tuple[str, str]]) -> tuple[Filter, ...]:
    """A filter with one list of choices, or none where there is nothing to choose between."""
    return (Filter(name, label, every, (("", tuple(found)),)),) if len(found) > 1 else ()


def tick(name: str, label: str) -> Filter:
    """A box that leaves the rows with a property."""
    return Filter(name, label, "", ())


def topics(site: Site, rows: Sequence[Row]) -> tuple[Filter, ...]:
    """The filter for topics, as far as rows lie in them."""
    used = {value for row in rows for name, value in row.facets if name == "topic"}
    found = [(name, site.topic_title(name)) for name in site.topic_names if name in used]
    return choices("topic", "Topic", "All topics", found)


def by_title(site: Site, name: str, label: str, every: str, rows: Sequence[Row]) -> tuple[Filter, ...]:
    """A filter whose choices are records, in order of their titles."""
    used = {value for row in rows for facet, value in row.facets if facet == name}
    found = sorted(((id, site.ref(id).title) for id in used), key=lambda x: (x[1].casefold(), x[0]))
    return choices(name, label, every, found)


def table(listing: Listing, *, empty: str, number: int = 1, root: str = "") -> Markup:
    """One page of a list; the first one with its filters.

    Args:
        listing: the list.
        empty: what is said where there is no row.
        number: of the page, from 1.
        root: path to the root of the site.
    """
    return render("rows.html.j2", list=listing, rows=listing.part(number), number=number, root=root, empty=empty)


def files(site: Site, make: Callable[[Site], Listing]) -> tuple[tuple[str, bytes | Page], ...]:
    """The rows of a list as data, and its further pages, for readers without scripts."""
    listing = site.ask(make)
    found: list[tuple[str, bytes | Page]] = [(listing.script, script(listing))]
    for number in range(2, listing.pages + 1):
        path = listing.address(number)
        title = f"{listing.title}, page {number} of {listing.pages}"
        rows = table(listing, number=number, root="../", empty="")
        body = render("rows-page.html.j2", root="../", list=listing, number=number, title=title, table=rows)
        found.append((path, made(site, path, title, body, description=f"{title}, as a table.")))
    return tuple(found)


def script(listing: Listing) -> bytes:
    """All rows as a script.

    A row is [id, title, note, a cell for each further column, facets].  Notes and texts are places in ``texts``,
    facets places in ``facets``, records in cells places in ``refs``: kind, id, title, and state where not in force.
    """
    pool = _Pool()
    first = listing.columns[0]
    data = {
        "noun": listing.nouns,
        "name": listing.name,
        "kind": listing.rows[0].ref.kind if listing.rows else "",
        "below": listing.below,
        "columns": [[c.key, c.cell, c.classes, c.empty] for c in listing.columns],
        "csv": [
            *([name, 0, part] for name, part in first.csv),
            *([name, i, part] for i, c in enumerate(listing.columns[1:], 1) for name, part in c.csv),
            *([name, -1, facet] for name, facet in listing.facets_csv),
        ],
        "rows": [
            [
                row.ref.id,
                row.ref.title,
                pool.text(row.note),
                *(pool.cell(c.cell, cell) for c, cell in zip(listing.columns[1:], row.cells, strict=True)),
                [pool.facet(facet) for facet in row.facets],
            ]
            for row in listing.rows
        ],
        **pool.tables(),
    }
    return b"window.counterpoiseRows=" + str(htmlsafe_json_dumps(data, separators=(",", ":"))).encode() + b";\n"


class _Pool:
    """What rows share, each written once."""

    def __init__(self) -> None:
        self._texts: dict[str, int] = {"": 0}
        self._facets: dict[tuple[str, str], int] = {}
        self._refs: dict[str, int] = {}
        self._shown: list[list[str]] = []

    def tables(self) -> dict[str, object]:
        """The shared parts."""
        return {"texts": list(self._texts), "refs": self._shown, "facets": [list(f) for f in self._facets]}

    def text(self, text: str) -> int:
        """The place of a text."""
        return self._texts.setdefault(text, len(self._texts))

    def facet(self, facet: tuple[str, str]) -> int:
        """The place of a facet."""
        return self._facets.setdefault(facet, len(self._facets))

    def ref(self, ref: Ref | None) -> int | None:
        """The place of a record."""
        if ref is None:
            return None
        if ref.href not in self._refs:
            self._refs[ref.href] = len(self._shown)
            self._shown.append([ref.kind, ref.id, ref.title, *([] if ref.active else [ref.state])])
        return self._refs[ref.href]

    def cell(self, sort: str, cell: Any) -> object:
        """A cell as data."""
        match sort:
            case "text" | "date":
                return self.text(cell)
            case "moved":
                return _short(odds.db(cell.nats)) if cell is not None else None
            case "weight":
                return [cell.factor, _short(odds.db(cell.nats))] if cell is not None else None
            case "credence":
                return _credence(cell)
            case "ref":
                return [self.ref(cell[0]), cell[1]] if cell[1] else self.ref(cell[0])
            case "refs":
                return [self.ref(ref) for ref in cell]
            case "size":
                return [_short(cell[0]), cell[1]]
            case _:
                return cell


def _credence(view: CredenceView | None) -> list[object] | None:
    """Text, credence, low, high, base rate and side; all but the last two ``None`` where it is not assessed."""
    if view is None:
        return None
    if not view.assessed:
        return [None, None, None, None, _short(view.base), "open"]
    return [view.text, *map(_short, (view.p, view.low, view.high, view.base)), view.side]


def _short(x: float | None) -> float | None:
    """A number as pages and files give it, with six decimals."""
    return round(x, 6) if x is not None else None
