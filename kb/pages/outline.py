"""The outline of everything: topic, question, answer, reason, evidence, as nested lists that fold."""

from __future__ import annotations

from dataclasses import dataclass, field

from kb import models as m
from kb import vocab
from kb.pages import words
from kb.pages.neighbours import Node, beneath
from kb.pages.site import Ref, Site

_ALL = 10_000


@dataclass
class Branch:
    """A line of the outline.

    Attributes:
        ref: the record.
        side: ``for``, ``against``, ``neutral``, or ``none`` for lines that bear on nothing above them.
        children: what lies beneath.
        again: whether it was opened further up and is not opened again.
        open: whether it starts unfolded.
    """

    ref: Ref
    side: str
    children: list[Branch] = field(default_factory=list)
    again: bool = False
    open: bool = False

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

    @property
    def state(self) -> str:
        """``assessed``, ``open``, or empty for records without credence."""
        if self.ref.credence is None:
            return ""
        return "assessed" if self.ref.credence.assessed else "open"


def outline(site: Site) -> list[tuple[str, str, list[Branch]]]:
    """(topic, title, lines) for every topic: its questions, then claims that hang on no question."""
    opened: set[str] = set()
    questions = {name: [e for e in site.questions if e.topic == name] for name in site.topic_names}
    tops: dict[str, list[Branch]] = {}
    for name in site.topic_names:
        for entry in questions[name]:
            top = Branch(site.ref(entry.id), "none", open=True)
            record = site.corpus.record(entry.id, m.Question)
            top.children = [_claim(site, a, "none", opened) for a in record.answers if a in site.credences]
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
    branch = Branch(site.ref(id), side)
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
