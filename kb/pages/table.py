"""The table of all claims: its rows, the pages that they take without scripts, and the same rows as data for one."""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil

from jinja2.utils import htmlsafe_json_dumps
from markupsafe import Markup

from kb import models as m
from kb import odds, vocab
from kb.pages import words
from kb.pages.page import Page, made
from kb.pages.render import render
from kb.pages.site import Ref, Site
from kb.pages.sums import Weight, sum_of

SCRIPT_PATH = "assets/claims.js"
PAGE_ROWS = 500


@dataclass(frozen=True)
class ClaimRow:
    """A claim in the table of all claims; numbers that do not exist are ``None``, never zero.

    Attributes:
        ref: the claim.
        weight: how far evidence moved it; ``None`` while it is not assessed.
        items, groups: evidence beneath it, and how much of that is independent.
        n_for, n_against: reasons and items on each side.
        topic, topic_title: where it is.
        form: what sort of proposition it is, empty when nobody said.
        people: ids of those with a position on it.
    """

    ref: Ref
    weight: Weight | None
    items: int
    groups: int
    n_for: int
    n_against: int
    topic: str
    topic_title: str
    form: str
    people: tuple[str, ...]

    @property
    def contested(self) -> bool:
        """Whether there are reasons or evidence on both sides."""
        return self.n_for > 0 and self.n_against > 0


def claim_row(site: Site, id: str) -> ClaimRow:
    """A claim's row."""
    c = site.credences[id]
    record = site.corpus.record(id, m.Claim)
    total = sum_of(site, id)
    sides = [r.stated.side for r in total.reasons] + [i.stated.side for g in total.groups for _, i in g.items]
    positions = [site.corpus.record(p, m.Position) for p in site.corpus.positions_on.get(id, ())]
    topic = site.corpus[id].topic
    return ClaimRow(
        ref=site.ref(id),
        weight=Weight.of(c.weight) if c.assessed else None,
        items=c.items,
        groups=c.groups,
        n_for=sides.count("for"),
        n_against=sides.count("against"),
        topic=topic,
        topic_title=site.topic_title(topic),
        form=record.form.value if record.form is not None else "",
        people=tuple(sorted({p.of or p.by for p in positions})),
    )


def claim_rows(site: Site) -> tuple[ClaimRow, ...]:
    """All claims: those that moved most first, those not assessed last."""
    rows = [site.ask(claim_row, id) for id, _ in site.corpus.of(m.Claim, active=True)]
    rows.sort(key=lambda c: (c.weight is None, -abs(c.weight.nats) if c.weight else 0.0, c.ref.title, c.ref.id))
    return tuple(rows)


def claims_table(site: Site) -> Markup:
    """The table with its filters, as many rows as one page takes."""
    rows = site.ask(claim_rows)
    people = sorted({p for row in rows for p in row.people}, key=lambda p: (site.ref(p).title.lower(), p))
    return render(
        "claims-table.html.j2",
        root="",
        rows=rows[:PAGE_ROWS],
        total=len(rows),
        number=1,
        pages=_pages(rows),
        topics=[(name, site.topic_title(name)) for name in site.topic_names],
        forms=[form.value for form in vocab.Form if any(row.form == form.value for row in rows)],
        people=[(p, site.ref(p).title) for p in people],
        bands=bands(),
        script=SCRIPT_PATH,
    )


def bands() -> list[tuple[str, str]]:
    """(value, label) of each band of credences, the likeliest first."""
    found = list(vocab.CREDENCE_WORDS.items())
    edges = [0.0, *(high for _, (_, high) in found[:-1]), 1.0]
    said = [
        (f"band-{i}", f"{words.capital(word)} ({100 * edges[i]:.0f}–{100 * edges[i + 1]:.0f}%)")
        for i, (word, _) in enumerate(found)
    ]
    return said[::-1]


def band(p: float) -> str:
    """The band that a credence lies in: ``band-0`` to ``band-6``."""
    return f"band-{list(vocab.CREDENCE_WORDS).index(vocab.credence_word(p))}"


def _pages(rows: tuple[ClaimRow, ...]) -> int:
    return max(ceil(len(rows) / PAGE_ROWS), 1)


def claims_pages(site: Site) -> tuple[tuple[str, Page], ...]:
    """The table's further pages, for readers without scripts."""
    rows = site.ask(claim_rows)
    found = []
    for number in range(2, _pages(rows) + 1):
        path = f"claims/{number}.html"
        title = f"All claims, page {number} of {_pages(rows)}"
        part = rows[PAGE_ROWS * (number - 1) : PAGE_ROWS * number]
        body = render(
            "claims-page.html.j2",
            root="../",
            rows=part,
            total=len(rows),
            number=number,
            pages=_pages(rows),
            title=title,
        )
        found.append((path, made(site, path, title, body, description=f"{title}, with their credences.")))
    return tuple(found)


def claims_script(site: Site) -> bytes:
    """All rows as a script, so that the table sorts and filters as a whole, from a file as from a server.

    Each row is (id, title, credence in words, credence, low, high, base rate, dB moved, items, groups, reasons and
    items for, and against, topic, form, people); topic, form and people are places in the lists beside the rows.
    """
    rows = site.ask(claim_rows)
    topics = sorted({row.topic for row in rows})
    forms = sorted({row.form for row in rows})
    people = sorted({p for row in rows for p in row.people})
    place = {p: i for i, p in enumerate(people)}
    data = {
        "topics": [[t, site.topic_title(t)] for t in topics],
        "forms": forms,
        "people": [[p, site.ref(p).title] for p in people],
        "edges": [high for _, (_, high) in list(vocab.CREDENCE_WORDS.items())[:-1]],
        "rows": [
            [
                row.ref.id,
                row.ref.title,
                *_numbers(row),
                row.items,
                row.groups,
                row.n_for,
                row.n_against,
                topics.index(row.topic),
                forms.index(row.form),
                [place[p] for p in row.people],
            ]
            for row in rows
        ],
    }
    return b"window.counterpoiseClaims=" + str(htmlsafe_json_dumps(data, separators=(",", ":"))).encode() + b";\n"


def _numbers(row: ClaimRow) -> list[object]:
    view = row.ref.credence
    if view is None or not view.assessed or row.weight is None:
        return [None, None, None, None, _short(view.base) if view is not None else None, None]
    return [view.text, *map(_short, (view.p, view.low, view.high, view.base)), _short(odds.db(row.weight.nats))]


def _short(x: float | None) -> float | None:
    """A number as pages and files give it, with six decimals."""
    return round(x, 6) if x is not None else None
