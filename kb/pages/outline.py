"""The outline of everything: topic, question, answer, reason, evidence, as nested lists that fold."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from markupsafe import Markup

from kb import models as m
from kb import vocab
from kb.pages import words
from kb.pages.neighbours import Node, beneath
from kb.pages.question import standing
from kb.pages.render import render
from kb.pages.site import Ref, Site
from kb.pages.sums import sum_of
from kb.pages.table import band, bands, claim_row

_ALL = 10_000


@dataclass
class Branch:
    """A line of the outline.

    Attributes:
        ref: the record.
        side: ``for``, ``against``, ``neutral``, or ``none`` for lines that bear on nothing above them.
        children: what lies beneath.
        facets: what the outline can be filtered by.
        again: whether it was opened further up and is not opened again.
        open: whether it starts unfolded.
    """

    ref: Ref
    side: str
    facets: Facets
    children: list[Branch] = field(default_factory=list)
    again: bool = False
    open: bool = False

    def walk(self) -> Iterator[Branch]:
        """This line and all beneath it."""
        yield self
        for child in self.children:
            yield from child.walk()

    @property
    def said(self) -> str:
        """What unfolds, in words."""
        kinds = [c.ref.kind for c in self.children]
        if self.ref.kind == "question":
            return words.count(len(kinds), "answer")
        if self.ref.kind == "argument":
            return words.count(len(kinds), "premise")
        items = kinds.count("evidence")
        reasons = len(kinds) - items
        parts = [words.count(reasons, "reason")] if reasons else []
        parts += [words.count(items, "item") + " of evidence"] if items else []
        return words.listing(parts)


@dataclass(frozen=True)
class Facets:
    """What a line can be filtered by.

    Attributes:
        topic: folder of the record.
        band: of its credence, ``open`` when not assessed, empty for records without one.
        contested: whether reasons or evidence lie on both sides of it.
        countered: whether an item of evidence counts against it.
        people: who holds a position on it, drew it, or wrote the source that vouches for it.
    """

    topic: str
    band: str
    contested: bool
    countered: bool
    people: tuple[str, ...]


def facets(site: Site, id: str) -> Facets:
    """What a record's line can be filtered by."""
    entry = site.corpus[id]
    record = entry.record
    people = {p.of or p.by for p in (site.corpus.record(q, m.Position) for q in site.corpus.positions_on.get(id, ()))}
    people |= {record.get("by")} - {None}
    if isinstance(record, m.Evidence):
        root = site.corpus.root_of(record)
        people |= set(site.corpus.record(root, m.Source).authors) if root is not None else set()
    view = site.credence(id)
    state = "" if view is None else band(view.p) if view.assessed else "open"
    contested = isinstance(record, m.Claim) and id in site.credences and site.ask(claim_row, id).contested
    groups = sum_of(site, id).groups if id in site.credences else ()
    countered = any(item.stated.side == "against" for group in groups for _, item in group.items)
    return Facets(entry.topic, state, contested, countered, tuple(sorted(people)))


def outline_fragment(site: Site) -> Markup:
    """The outline with its filters."""
    topics = site.ask(outline)
    people: set[str] = set()
    for _, _, lines in topics:
        for line in lines:
            people.update(p for one in line.walk() for p in one.facets.people)
    ordered = sorted(people, key=lambda p: (site.ref(p).title.lower(), p))
    return render(
        "outline.html.j2",
        root="",
        topics=topics,
        people=[(p, site.ref(p).title) for p in ordered],
        person={p: i for i, p in enumerate(ordered)},
        bands=bands(),
    )


def outline(site: Site) -> list[tuple[str, str, list[Branch]]]:
    """(topic, title, lines) for every topic: its questions, then claims that hang on no question."""
    opened: set[str] = set()
    questions = {name: [e for e in site.questions if e.topic == name] for name in site.topic_names}
    tops: dict[str, list[Branch]] = {}
    for name in site.topic_names:
        for entry in questions[name]:
            top = Branch(site.ref(entry.id), "none", site.ask(facets, entry.id), open=True)
            top.children = [_claim(site, a.ref.id, "none", opened) for a in standing(site, entry).answers]
            tops.setdefault(name, []).append(top)
    for name in site.topic_names:
        loose = [
            e.id
            for e in site.corpus
            if e.topic == name and e.kind is vocab.Kind.CLAIM and e.record.active and e.id not in opened
        ]
        roots = [id for id in loose if not any(r.link.claim in loose for r in site.corpus.reasons_from.get(id, ()))]
        for id in [*roots, *loose]:
            if id not in opened:
                tops.setdefault(name, []).append(_claim(site, id, "none", opened))
    return [(name, site.topic_title(name), tops[name]) for name in site.topic_names if tops.get(name)]


def _claim(site: Site, id: str, side: str, opened: set[str]) -> Branch:
    """A record with everything beneath it that has not been opened before."""
    branch = Branch(site.ref(id), side, site.ask(facets, id))
    record = site.corpus[id].record
    if isinstance(record, m.Argument):
        branch.children = [_claim(site, p, "none", opened) for p in record.premises if p in site.credences]
        return branch
    if id not in site.credences:
        return branch
    nodes, _ = beneath(site, id, 1, _ALL)
    if id in opened:
        branch.again = bool(nodes)
        return branch
    opened.add(id)
    branch.children = [_node(site, n, opened) for n in nodes]
    return branch


def _node(site: Site, node: Node, opened: set[str]) -> Branch:
    return _claim(site, node.ref.id, node.side, opened)
