"""The table of all claims."""

from __future__ import annotations

from dataclasses import dataclass

from markupsafe import Markup

from kb import models as m
from kb import vocab
from kb.pages import words
from kb.pages.rows import Column, Filter, Listing, Row, by_title, choices, table, tick, topics
from kb.pages.site import Ref, Site
from kb.pages.sums import Weight, sum_of

COLUMNS = (
    Column("title", "Claim", "record", csv=(("id", "id"), ("title", "title"))),
    Column(
        "p",
        "Credence",
        "credence",
        csv=(("credence", "p"), ("low", "low"), ("high", "high"), ("base_rate", "base")),
    ),
    Column("db", "Moved", "moved", "kb-n", (("moved_db", ""),)),
    Column("items", "Items", "number", "kb-n", (("items", ""),)),
    Column("groups", "Groups", "number", "kb-n kb-roomy", (("groups", ""),)),
    Column("for", "For", "number", "kb-n kb-roomy", (("reasons_and_items_for", ""),)),
    Column("against", "Against", "number", "kb-n kb-roomy", (("reasons_and_items_against", ""),)),
    Column("topic", "Topic", "ref", "kb-roomy", (("topic", "id"),)),
)


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


def claims_listing(site: Site) -> Listing:
    """The claims as a list with its filters."""
    rows = tuple(_row(site, claim) for claim in site.ask(claim_rows))
    used = {value for row in rows for name, value in row.facets if name == "form"}
    forms = [(form.value, words.capital(form.value)) for form in vocab.Form if form.value in used]
    moved = (("up", "Moved up"), ("down", "Moved down"))
    states = (
        ("", (("assessed", "Assessed"), ("open", "Not assessed"))),
        ("Evidence moved it", moved),
        ("Band", tuple(bands())),
    )
    return Listing(
        name="claims",
        page="claims.html",
        folder="claims",
        title="All claims",
        nouns=("claim", "claims"),
        columns=COLUMNS,
        rows=rows,
        filters=(
            *topics(site, rows),
            Filter("state", "Credence", "All", states),
            *choices("form", "Kind of claim", "All kinds", forms),
            *by_title(site, "person", "With a position of", "Anybody", rows),
            tick("contested", "Contested only"),
        ),
        facets_csv=(("form", "form"), ("positions_of", "person")),
    )


def _row(site: Site, claim: ClaimRow) -> Row:
    facets = [("topic", claim.topic), *(("state", state) for state in _states(claim))]
    facets += [("form", claim.form)] if claim.form else []
    facets += [("person", p) for p in claim.people]
    facets += [("contested", "1")] if claim.contested else []
    numbers = (claim.items, claim.groups, claim.n_for, claim.n_against)
    topic = Ref(claim.topic, "topic", claim.topic_title, f"topic/{claim.topic}.html", None, True)
    cells = (claim.ref.credence, claim.weight, *numbers, (topic, ""))
    return Row(claim.ref, cells, tuple(facets))


def _states(claim: ClaimRow) -> list[str]:
    """The choices of the filter for credences that leave a claim."""
    view = claim.ref.credence
    if view is None or not view.assessed:
        return ["open"]
    way = {"for": ["up"], "against": ["down"]}.get(view.side, [])
    return ["assessed", *way, band(view.p)]


def claims_table(site: Site) -> Markup:
    """The table with its filters, as many rows as one page takes."""
    return table(site.ask(claims_listing), empty="No claim is recorded yet.")


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
