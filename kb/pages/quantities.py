"""Quantities: a number's own page with the other estimates of its metric, and the list of all of them."""

from __future__ import annotations

import csv
import io
import itertools
from collections import Counter
from dataclasses import dataclass

from markupsafe import Markup

from kb import formulas
from kb import models as m
from kb.corpus import Entry
from kb.export.table import cell
from kb.pages import charts, words
from kb.pages.estimates import Figure, Metric, figure, metric_of, metrics, near
from kb.pages.facts import Fact, by_whom
from kb.pages.page import Page, Section, page
from kb.pages.positions import positions_on
from kb.pages.records import common
from kb.pages.render import render
from kb.pages.rows import Column, Listing, Row, by_title, choices, table, tick, topics
from kb.pages.site import Ref, Site

DRAWN = 24
"""Pictures on the page of all quantities; the others are on the pages of their quantities."""
LINES = 120
"""Estimates in all these pictures together, if the first of them does not have more."""
OPEN = 6
"""Pictures that are not folded away."""


@dataclass(frozen=True)
class Input:
    """A number in a formula: its name there, the quantity, and its value in its own unit."""

    name: str
    ref: Ref
    value: str


def render_quantity(site: Site, entry: Entry) -> Page:
    """The page of a quantity: its value, what it means, the other estimates of its metric, what uses it."""
    record = site.corpus.record(entry.id, m.Quantity)
    metric = metric_of(site, entry.id)
    own = next(f for f in metric.figures if f.ref.id == entry.id)
    shown = near(metric, entry.id)
    uses = _uses(site, entry.id)
    positions = positions_on(site, entry.id)
    sections = [Section("estimates", "Beside other estimates"), Section("used", "What uses it")]
    if positions:
        sections.append(Section("positions", "Who holds what"))
    sections.append(Section("data", "Data and citation"))
    body = render(
        "quantity.html.j2",
        **common(site, entry),
        own=own,
        value=stated(own),
        metric=shown,
        whole=metric,
        choice=choice(shown),
        estimates=len(metric.figures),
        pictures=charts.both(shown, root="../", id="estimates", current=entry.id),
        facts=_facts(site, record, own),
        inputs=[Input(name, site.ref(id), _value(site, id)) for name, id in sorted(record.inputs.items())],
        uses=uses,
        positions=positions,
        passages=site.passages(record.seen_in),
        sections=sections,
    )
    said = f"{record.title}: {stated(own)}. {record.text or words.capital(record.metric) + '.'}"
    return page(site, entry, body, description=said, sections=sections)


@dataclass(frozen=True)
class Option:
    """A check box: what it stands for, its words, and how many estimates it is true of."""

    value: str
    label: str
    count: int


@dataclass(frozen=True)
class Choice:
    """Check boxes that choose which estimates are drawn."""

    name: str
    legend: str
    options: list[Option]


def choice(metric: Metric) -> list[Choice]:
    """What a reader can choose the estimates of a chart by; nothing where there are fewer than three of them."""
    drawn = [f for f in metric.figures if f.numbers]
    if len(drawn) < 3:
        return []
    bases = [f.basis for f in drawn]
    people = [(who.id, who.title) for f in drawn for who in f.who]
    people += [(charts.EDITORS, "the editors") for f in drawn if not f.who]
    by_basis = [Option(b, b, bases.count(b)) for b in dict.fromkeys(bases)]
    by_person = [Option(id, title, people.count((id, title))) for id, title in dict.fromkeys(people)]
    made = [Choice("basis", "Basis", by_basis), Choice("by", "Who says so", by_person)]
    return [one for one in made if len(one.options) > 1]


def stated(one: Figure) -> str:
    """An estimate in the unit of its record, e.g. ``7 months`` or ``1 to 3 years of human work``."""
    *numbers, unit = one.own
    low, middle, high = [None if x is None else one.say(x) for x in numbers]
    between = f"{low} to {high}" if low is not None and high is not None else ""
    number = middle or between or "no result"
    return number + {"1": "", "x": " times", "%": "%"}.get(unit, f" {_read(unit)}")


def _read(unit: str) -> str:
    """A unit as it is read: ``x per year`` is times per year."""
    return "times" + unit[1:] if unit == "x" or unit.startswith("x ") else unit


def _value(site: Site, id: str) -> str:
    one = next(f for f in metric_of(site, id).figures if f.ref.id == id)
    return stated(one)


def _facts(site: Site, record: m.Quantity, own: Figure) -> list[Fact]:
    """What the number means and how far it has been checked."""
    low, _, high, shown = own.own
    read = "a share of a whole, in per cent" if shown != own.own_unit else "a pure number"
    found = [Fact("Metric", record.metric), Fact("Unit", _read(record.unit) if record.unit != "1" else read)]
    if low is not None and high is not None:
        if own.computed:
            note = "computed: 5% to 95% of the formula’s result, its inputs taken as independent"
        else:
            note = f"as given, {own.spread}" if own.spread else "as given; how it is distributed is not said"
        between = f"{own.say(low)} to {own.say(high)}{'%' if shown == '%' else ''}"
        found.append(Fact("Interval", between, note=note))
    else:
        found.append(Fact("Interval", "none given", note="whoever knows the spread can add low and high to the record"))
    found += [Fact("Period", record.period)] if record.period else []
    found += [Fact("As of", record.as_of)] if record.as_of else []
    found.append(Fact("Basis", record.basis.label, note=record.basis.definition))
    if record.states is not None:
        said = f"{figure(100 * record.states)}%" if shown != own.own_unit else figure(record.states)
        found.append(Fact("As stated", said, note="the result that the source gives"))
    if record.assumes:
        found.append(Fact("Assumes", refs=site.refs(record.assumes)))
    if record.confirmed is not None:
        found.append(Fact("Confirmed at", refs=[site.ref(record.confirmed.source)], note="the primary source"))
    elif record.unconfirmed:
        found.append(Fact("Not confirmed", record.unconfirmed))
    elif record.formula is None:
        found.append(Fact("Not confirmed", "nobody has looked it up at its primary source yet"))
    if record.bridges:
        found.append(Fact("Tied to another metric by", refs=site.refs(record.bridges)))
    return [*found, *by_whom(site, record.by)]


def _uses(site: Site, id: str) -> list[tuple[str, list[Ref]]]:
    """What names a quantity: formulas that take it in, evidence that reports it, claims that speak of it."""
    found: dict[str, list[Ref]] = {}
    labels = {"quantity": "Goes into", "evidence": "Reported by", "claim": "Spoken of in"}
    for other in site.refs(site.backlinks(id)):
        if other.kind != "position":
            found.setdefault(labels.get(other.kind, "Named by"), []).append(other)
    return [(label, found[label]) for label in (*labels.values(), "Named by") if label in found]


@dataclass(frozen=True)
class Drawn:
    """A metric on the page of all quantities with its pictures; ``name`` tells it from others of the same words."""

    id: str
    name: str
    metric: Metric
    pictures: list[Markup]


COLUMNS = (
    Column("title", "Quantity", "record", csv=(("id", "id"), ("title", "title"))),
    Column("metric", "Metric", "text", "kb-roomy", (("metric", ""),)),
    Column("value", "Value", "text", "", (("value", ""),)),
    Column("basis", "Basis", "text", "kb-roomy", (("basis", ""),)),
    Column("when", "When", "text", "kb-roomy", (("when", ""),)),
    Column("by", "By", "refs", "kb-roomy", (("by", "id"),), empty="the editors"),
)


def quantities_listing(site: Site) -> Listing:
    """All quantities in force, metric by metric."""
    rows = []
    for metric in sorted(metrics(site), key=lambda x: x.name.casefold()):
        several = len(metric.figures) > 1
        for f in metric.figures:
            facets = [("topic", site.corpus[f.ref.id].topic), ("basis", f.basis), *(("by", w.id) for w in f.who)]
            facets += [("several", "1")] if several else []
            cells = (metric.name, stated(f), f.basis, f.when, tuple(f.who))
            rows.append(Row(f.ref, cells, tuple(facets)))
    made = tuple(rows)
    bases = sorted({value for row in made for name, value in row.facets if name == "basis"})
    return Listing(
        name="quantities",
        page="quantities.html",
        folder="quantities",
        title="All quantities",
        nouns=("quantity", "quantities"),
        columns=COLUMNS,
        rows=made,
        filters=(
            *topics(site, made),
            *choices("basis", "Basis", "Any basis", [(b, words.capital(b)) for b in bases]),
            *by_title(site, "by", "By", "Anybody", made),
            tick("several", "Only metrics with several estimates"),
        ),
        facets_csv=(("topic", "topic"),),
    )


def quantities_list(site: Site) -> Markup:
    """Every metric with more than one estimate as a picture, then a table of all quantities."""
    every = metrics(site)
    several = [x for x in every if len(x.figures) > 1 and x.worth_drawing]
    lines = itertools.accumulate(len(x.figures) for x in several)
    fits = [one for one, total in zip(several, lines, strict=True) if total <= LINES or one is several[0]][:DRAWN]
    names = Counter(one.name.casefold() for one in fits)
    drawn = [
        Drawn(
            f"metric-{n}",
            one.name if names[one.name.casefold()] == 1 else f"{one.name}, in {_read(one.unit)}",
            one,
            charts.both(one, root="", id=f"metric-{n}-chart"),
        )
        for n, one in enumerate(fits, 1)
    ]
    listing = site.ask(quantities_listing)
    return render(
        "quantities-list.html.j2",
        root="",
        drawn=drawn,
        open=OPEN,
        more=len(several) - len(drawn),
        table=table(listing, empty="No quantity is recorded yet."),
        quantities=len(listing.rows),
        total=len(every),
    )


def quantities_csv(site: Site) -> bytes:
    """Every quantity as a line, in its own unit; ``interval`` says whether low and high are given or computed."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    head = ["id", "title", "metric", "unit", "value", "low", "high", "interval", "basis", "when", "by", "source"]
    writer.writerow(head)
    values = formulas.quantity_values(site.corpus)
    rows = sorted((f for one in metrics(site) for f in one.figures), key=lambda f: f.ref.id)
    for one in rows:
        record = site.corpus.record(one.ref.id, m.Quantity)
        value = values[one.ref.id]
        numbers = [
            value if isinstance(value, float) and one.middle is not None else None,
            *(None if x is None else x / one.factor for x in (one.low, one.high)),
        ]
        shown = ["" if x is None else f"{x:.12g}" for x in numbers]
        interval = "computed" if one.computed else "given" if one.low is not None else ""
        who = words.listing([w.title for w in one.who])
        texts = [one.basis, one.when, who, one.source.id if one.source is not None else ""]
        start = [one.ref.id, cell(record.title), cell(record.metric), cell(record.unit)]
        writer.writerow([*start, *shown, interval, *map(cell, texts)])
    return out.getvalue().encode()
