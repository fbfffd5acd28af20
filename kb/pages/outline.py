"""The outline of everything: topic, question, answer, reason, evidence, as nested lists that fold.

In a large debate the page has the head of each topic's outline, the topic's page has all of it, and a script brings
everything to the page once somebody filters or unfolds.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from jinja2.utils import htmlsafe_json_dumps
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

SCRIPT_PATH = "assets/outline.js"
WHOLE = 1500
"""Records that may stand in an outline which is one page; in a larger debate each topic's stands on its own page."""
HEAD = 3
"""Claims outside any question that the head of a topic's outline shows."""
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


def is_long(site: Site) -> bool:
    """Whether the debate is too large for an outline on one page."""
    return site.ask(_records) > WHOLE


def _records(site: Site) -> int:
    kinds = (vocab.Kind.QUESTION, vocab.Kind.CLAIM, vocab.Kind.ARGUMENT, vocab.Kind.EVIDENCE)
    return sum(e.kind in kinds and e.record.active for e in site.corpus)


def outline_fragment(site: Site) -> Markup:
    """The outline with its filters; in a large debate the head of each topic's."""
    long = is_long(site)
    ordered = site.ask(_people)
    return render(
        "outline.html.j2",
        root="",
        topics=[(name, title, _head(tops)) for name, title, tops in site.ask(outline)] if long else site.ask(outline),
        people=[(p, site.ref(p).title) for p in ordered],
        person=site.ask(_numbers),
        bands=bands(),
        script=SCRIPT_PATH if long else None,
        total=site.ask(_records),
    )


def outline_script(site: Site) -> bytes | None:
    """The lines of every topic as a script, where the page does not have them."""
    if not is_long(site):
        return None
    lines = [f"{htmlsafe_json_dumps(name)}:{site.ask(_lines, name)}" for name, _, _ in site.ask(outline)]
    return f"window.counterpoiseOutline={{{','.join(lines)}}};\n".encode()


def _lines(site: Site, name: str) -> str:
    """The lines of a topic as a string of the script; an edit makes anew those that it touches."""
    made = render("branches.html.j2", root="", branches=site.ask(_tops_of, name), person=site.ask(_numbers))
    return str(htmlsafe_json_dumps(str(made)))


def _tops_of(site: Site, name: str) -> list[Branch]:
    return next(tops for topic, _, tops in site.ask(outline) if topic == name)


def _numbers(site: Site) -> dict[str, int]:
    """Person to the number by which lines name them."""
    return {p: i for i, p in enumerate(site.ask(_people))}


def topic_outline(site: Site, name: str) -> list[Branch]:
    """A topic's outline for its own page, in a large debate; empty where the page of the outline has it whole."""
    return _tops(site, name, set()) if is_long(site) else []


def _people(site: Site) -> list[str]:
    """Whom the outline can be filtered by, in order of their names."""
    people = {p for _, _, tops in site.ask(outline) for top in tops for one in top.walk() for p in one.facets.people}
    return sorted(people, key=lambda p: (site.ref(p).title.lower(), p))


def _head(tops: list[Branch]) -> list[Branch]:
    """Questions with their answers and some of the other claims, each without what lies beneath it."""
    questions = [top for top in tops if top.ref.kind == vocab.Kind.QUESTION]
    others = [top for top in tops if top.ref.kind != vocab.Kind.QUESTION]
    found = [replace(q, children=[replace(answer, children=[]) for answer in q.children]) for q in questions]
    return found + [replace(claim, children=[]) for claim in others[:HEAD]]


def outline(site: Site) -> list[tuple[str, str, list[Branch]]]:
    """(topic, title, lines) for every topic: its questions, then claims that hang on no question."""
    opened: set[str] = set()
    asked = {name: _questions(site, name, opened) for name in site.topic_names}
    tops = {name: asked[name] + _loose(site, name, opened) for name in site.topic_names}
    return [(name, site.topic_title(name), tops[name]) for name in site.topic_names if tops[name]]


def _tops(site: Site, name: str, opened: set[str]) -> list[Branch]:
    return _questions(site, name, opened) + _loose(site, name, opened)


def _questions(site: Site, name: str, opened: set[str]) -> list[Branch]:
    """A topic's questions with all that lies beneath them and was not opened before."""
    found = []
    for entry in site.questions:
        if entry.topic == name:
            top = Branch(site.ref(entry.id), "none", site.ask(facets, entry.id), open=True)
            top.children = [_claim(site, a.ref.id, "none", opened) for a in standing(site, entry).answers]
            found.append(top)
    return found


def _loose(site: Site, name: str, opened: set[str]) -> list[Branch]:
    """A topic's claims that were not opened yet, those first on which nothing else among them rests."""
    inside = [e for e in site.in_topic.get(name, ()) if e.kind is vocab.Kind.CLAIM]
    loose = {e.id: None for e in inside if e.id not in opened}
    roots = [id for id in loose if not any(r.link.claim in loose for r in site.corpus.reasons_from.get(id, ()))]
    return [_claim(site, id, "none", opened) for id in [*roots, *loose] if id not in opened]


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
