"""The page of a question: its answers, the case of each side, its tree, and who stands where."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from kb import models as m
from kb.corpus import Entry
from kb.pages import bars, cite, findings, maps, turning, words
from kb.pages.neighbours import Node, beneath
from kb.pages.page import Page, Section, page
from kb.pages.positions import PositionView, positions_on
from kb.pages.render import render
from kb.pages.site import Ref, Site
from kb.pages.story import question_story, story
from kb.pages.sums import Sum, sum_of
from kb.pages.viewpoints import beneath_of


@dataclass(frozen=True)
class AnswerView:
    """An answer with the size of what lies beneath it.

    Attributes:
        strongest, counter: what adds most for and against it, with the words why where it helps the other side than
            its record says, e.g. ``unlikely (23%)``.
    """

    ref: Ref
    text: str
    items: int
    groups: int
    reasons_for: int
    reasons_against: int
    strongest: tuple[Ref, str] | None
    counter: tuple[Ref, str] | None


@dataclass(frozen=True)
class Standing:
    """Where a question stands, in one line.

    Attributes:
        ref: the question.
        answers: its answers, the likeliest first, those not assessed last.
        said: the standing in words.
        stack: one bar for an exclusive question with an assessed answer, otherwise ``None``.
        items: evidence items beneath all answers.
        assessed: how many answers are assessed.
        rest: credence of "none of these" for the bar, as said.
        finding: what the bar shows, in a sentence; empty where there is none.
    """

    ref: Ref
    answers: list[AnswerView]
    said: str
    stack: Markup | None
    items: int
    assessed: int
    rest: str
    finding: str


def standing(site: Site, entry: Entry) -> Standing:
    """Where a question stands, worked out once for all pages that show it."""
    return site.ask(_standing, entry.id)


def _standing(site: Site, id: str) -> Standing:
    question = site.corpus.record(id, m.Question)
    ids = [a for a in question.answers if a in site.credences]
    answers = [_answer(site, a) for a in ids]
    answers.sort(key=lambda a: (not _assessed(a), -_p(a) if _assessed(a) else 0.0, ids.index(a.ref.id)))
    known = [a for a in answers if _assessed(a)]
    stack, rest, finding = None, "", ""
    if question.exclusive and known:
        none = max(0.0, 1.0 - sum(_p(a) for a in answers))
        rest = bars.none_of_these([_p(a) for a in answers], none)
        refs = [a.ref for a in answers]
        finding = findings.of_answers(refs, none)
        stack = bars.stacked(refs, none, "stack-wide") + bars.stacked(refs, none, "stack-narrow", narrow=True)
    if not answers:
        said = "No answer is recorded yet."
    elif not known:
        said = f"{words.capital(words.count(len(answers), 'answer'))} on the map, none assessed yet."
    else:
        best = known[0].ref
        view = best.credence
        assert view is not None
        said = f"{best.title}: {view.word}, {view.text}"
        if question.exclusive:
            said = f"Likeliest answer: {best.title}, {view.text}"
        if len(known) < len(answers):
            said += f"; {words.count(len(answers) - len(known), 'answer')} not assessed"
        said += "."
    items = len(frozenset().union(*(site.items_beneath(a.ref.id) for a in answers)))
    return Standing(site.ref(id), answers, said, stack, items, len(known), rest, finding)


def _assessed(answer: AnswerView) -> bool:
    return answer.ref.credence is not None and answer.ref.credence.assessed


def _p(answer: AnswerView) -> float:
    return answer.ref.credence.p if answer.ref.credence is not None else 0.0


def _answer(site: Site, id: str) -> AnswerView:
    total = sum_of(site, id)
    c = site.credences[id]
    return AnswerView(
        ref=site.ref(id),
        text=site.corpus[id].record.get("summary") or site.corpus[id].record.get("text") or "",
        items=c.items,
        groups=c.groups,
        reasons_for=len(total.reasons_for),
        reasons_against=len(total.reasons_against),
        strongest=_strongest(total, 1),
        counter=_strongest(total, -1),
    )


def _strongest(total: Sum, sign: int) -> tuple[Ref, str] | None:
    """The finding or the reason that adds most on one side, or the strongest reason that nobody has shown yet."""
    parts = [(sign * i.weight.nats, i.ref.id, i.ref, "") for group in total.groups for _, i in group.items]
    parts += [(sign * r.now.nats, r.ref.id, r.ref, r.turned) for r in total.reasons]
    best = max(parts, key=lambda p: (p[0], p[1]), default=None)
    if best is not None and words.side(best[0]) == "for":
        return best[2], best[3]
    return next(((r.ref, "") for r in (total.reasons_for if sign > 0 else total.reasons_against)), None)


def render_question(site: Site, entry: Entry) -> Page:
    """The page of a question."""
    record = site.corpus.record(entry.id, m.Question)
    stands = standing(site, entry)
    nodes = []
    for answer in stands.answers:
        node = Node(answer.ref, 0.0, None)
        node.next, node.more = beneath(site, answer.ref.id, 2, 3)
        nodes.append(node)
    cruxes = turning.by_expectation(c for answer in stands.answers for c in turning.cruxes(site, answer.ref.id))
    one_each: dict[str, turning.Crux] = {}
    for crux in cruxes:
        one_each.setdefault(crux.ref.id, crux)
    positions: list[tuple[Ref, list[PositionView]]] = [(a.ref, positions_on(site, a.ref.id)) for a in stands.answers]
    experiments = sorted({e for a in record.answers for e in site.experiments_on.get(a, ())})
    senses = sorted({(w, t) for a in record.answers for w, t in _senses(site, a)})
    told = question_story(site, entry)
    sections = [
        Section("answers", "Where it stands"),
        *([Section("story", "How it got there")] if told is not None else []),
        Section("case", "The case of each side"),
        Section("map", "The tree of reasons"),
        Section("change", "What would settle it"),
        Section("positions", "Who stands where"),
        Section("words", "Words"),
        Section("data", "Data and citation"),
    ]
    body = render(
        "question.html.j2",
        root="../",
        site=site,
        entry=entry,
        record=record,
        crumbs=[("Questions", "index.html")],
        stands=stands,
        story=told,
        best_told=_has_story(site, stands.answers),
        evidence=[site.ref(id) for id, _ in site.corpus.evidence_for.get(entry.id, ())],
        map=maps.tree(site.ref(entry.id), nodes, root="../") if nodes else None,
        cruxes=list(one_each.values())[:8],
        experiments=site.refs(experiments),
        positions=[(ref, found) for ref, found in positions if found],
        senses=[(word, site.ref(term), site.corpus[term].record.get("definition")) for word, term in senses],
        actions=cite.actions(site, entry),
        citation=cite.citation(site, entry),
        sections=sections,
        senses_differ=_senses_differ(site, record.answers),
        letters=[bars.letter(i) for i in range(len(stands.answers))],
        silent=[ref for ref, found in positions if not found],
    )
    description = f"{record.title} {stands.said}"
    return page(site, entry, body, description=description, sections=sections)


def _has_story(site: Site, answers: Sequence[AnswerView]) -> bool:
    """Whether the page of the likeliest answer tells the story of its number."""
    if not answers or not _assessed(answers[0]):
        return False
    best = answers[0].ref.id
    return story(site, site.corpus[best], sum_of(site, best)) is not None


def _senses(site: Site, id: str) -> list[tuple[str, str]]:
    record = site.corpus[id].record if id in site.corpus else None
    return list(record.get("senses", {}).items()) if record is not None else []


def _senses_differ(site: Site, answers: Sequence[str]) -> list[tuple[str, list[tuple[Ref, list[Ref]]]]]:
    """Words that claims beneath the answers use in more than one sense: word, then each sense with its claims."""
    found: dict[str, dict[str, set[str]]] = {}
    for id in sorted(set().union(*(beneath_of(site, a) for a in answers if a in site.credences))):
        for word, term in _senses(site, id):
            found.setdefault(word, {}).setdefault(term, set()).add(id)
    return [
        (word, [(site.ref(term), site.refs(sorted(claims))) for term, claims in sorted(by_term.items())])
        for word, by_term in sorted(found.items())
        if len(by_term) > 1
    ]
