"""The story of a number: its sum as a walk that is told in sentences, in an editor's order or in order of size.

Numbers are those of the sum: whatever the order, the walk starts at the base rate and ends at the credence.  Where
answers compete, a step's effect is that on all of them, so what lowers a rival raises the answer at that very step.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from kb import models as m
from kb import odds
from kb.corpus import Entry
from kb.engine.results import Explanation
from kb.engine.walk import Stage, bearing, by_size, walk, walk_question
from kb.pages import words
from kb.pages.because import Part
from kb.pages.site import Ref, Site
from kb.pages.sums import Sum, SumRow

TOLD = 6
"""Steps of a generated walk; the rest is one step."""


@dataclass(frozen=True)
class Change:
    """Where something stood before a step and after it, as percentages; ``ref`` says what, for questions."""

    before: str
    after: str
    side: str
    ref: Ref | None = None

    @property
    def moved(self) -> bool:
        """Whether the two look different."""
        return self.before != self.after


@dataclass(frozen=True)
class StepView:
    """One paragraph of a story.

    Attributes:
        number: its place from 1; 0 for what is left at the end.
        ref: the record told of, or ``None``.
        text: an editor's paragraph, empty in a generated story.
        said: a generated sentence, as pieces that join.
        changes: what the step does, one for a claim, one for each answer concerned for a question.
        factor: by how much it multiplies or divides the odds, empty for questions and where it does neither.
    """

    number: int
    ref: Ref | None
    text: str
    said: list[Part]
    changes: list[Change]
    factor: str = ""


@dataclass(frozen=True)
class StoryView:
    """A story.

    Attributes:
        written: whether an editor wrote it.
        start: the number before the first step.
        end: the number after the last one.
        steps: in order.
        answers: for questions all answers from start to end, otherwise empty.
    """

    written: bool
    start: str
    end: str
    steps: list[StepView]
    answers: list[Change]


@dataclass(frozen=True)
class _Move:
    """One step of a claim's walk before it is put in words.

    Attributes:
        named: the record that it tells of, ``None`` for corrections and what bears on rival answers.
        again: index of the earlier move in which it is counted, or ``None``.
        before, after: log odds in nats.
        last: what a move at the end is: ``shared``, ``rivals`` (what bears on rival answers alone), ``both`` of them,
            or ``viewpoint``; otherwise empty.
    """

    named: str | None
    again: int | None
    before: float
    after: float
    last: str = ""

    @property
    def weight(self) -> float:
        return self.after - self.before

    @property
    def side(self) -> str:
        return words.side(self.weight)


def story(site: Site, entry: Entry, total: Sum) -> StoryView | None:
    """The story of a claim's number; ``None`` where nobody wrote one and fewer than two lines move the number."""
    steps: Sequence[m.Step] = entry.record.get("story", ())
    e = total.explanation
    assessed = e.credence.assessed
    own = [r for r in by_size({entry.id: e} | _rivals(site, entry.id)) if r in bearing(e)]
    named = [step.record for step in steps]
    lines = {bearing(e)[r] for r in named if r in bearing(e)}
    moves = _moves(site, entry.id, e, [*named, *(r for r in own if bearing(e)[r] not in lines)])
    if not steps and (not assessed or sum(move.side != "neutral" for move in moves) < 2):
        return None
    told = [_told(site, step, move, n) for n, (step, move) in enumerate(zip(steps, moves, strict=False), 1)]
    if assessed:
        left = moves[len(steps) :]
        rows = {row.ref.id: row for row in total.rows() if row.ref is not None}
        plain = [move for move in left if not move.last]
        if steps:
            told += _rest(
                plain, "line of the sum that this story does not tell", "lines of the sum that it does not tell"
            )
        else:
            shown = [move for move in plain if move.side != "neutral"]
            shown = shown if len(shown) <= TOLD + 1 else shown[:TOLD]
            first = "First, " if _rivals(site, entry.id) else "The largest step: "
            told += _generated(site, e, rows, shown, first)
            told += _rest([move for move in plain if move not in shown], "smaller line", "smaller lines")
        told += [_correction(move) for move in left if move.last]
    end = words.percent(odds.sigma(e.total)) if assessed else "not assessed"
    return StoryView(bool(steps), words.percent(odds.sigma(e.base)), end, told, [])


def _rivals(site: Site, id: str) -> dict[str, Explanation]:
    """The answers beside which a claim competes, itself included; empty where there are none."""
    for question in site.corpus.questions_of.get(id, ()):
        record = site.corpus.record(question, m.Question)
        answers = [a for a in record.answers if a in site.credences]
        if record.exclusive and len(answers) > 1:
            return {a: site.explain(a) for a in answers}
    return {}


def _moves(site: Site, id: str, e: Explanation, named: Sequence[str]) -> list[_Move]:
    """A claim's walk through the records named and whatever is left."""
    rivals = _rivals(site, id)
    if not rivals:
        return [_from_stage(s) for s in walk(e, named) if s.named is not None or words.side(s.weight) != "neutral"]
    turns = walk_question(rivals, True, named)
    found = []
    for turn in turns:
        before, after = odds.logit(turn.before[id]), odds.logit(turn.after[id])
        last = "" if turn.named is not None else "both" if e.shared else "rivals"
        found.append(_Move(turn.named, turn.with_, before, after, last))
    return found


def _from_stage(stage: Stage) -> _Move:
    last = stage.row.kind if stage.named is None and stage.row is not None else ""
    return _Move(stage.named, stage.with_, stage.before, stage.after, last)


def _change(first: _Move, last: _Move | None = None) -> Change:
    """What a move does, or what it and those up to ``last`` do together."""
    end = (last or first).after
    before, after = words.percent(odds.sigma(first.before)), words.percent(odds.sigma(end))
    return Change(before, after, words.side(end - first.before))


def _factor(weight: float) -> str:
    return words.factor(weight) if words.side(weight) != "neutral" else ""


def _told(site: Site, step: m.Step, move: _Move, number: int) -> StepView:
    """An editor's step with what it does."""
    said: list[Part] = []
    if move.again is not None:
        said = [f"Counted in one line with step {move.again + 1}."]
    elif move.side == "neutral":
        said = ["It adds nothing to the number yet."]
    return StepView(number, site.ref(step.record), step.text, said, [_change(move)], _factor(move.weight))


def _rest(moves: Sequence[_Move], one: str, many: str) -> list[StepView]:
    """Moves that follow each other as one step; none where they come to nothing."""
    n = sum(move.side != "neutral" for move in moves)
    if not n:
        return []
    change = _change(moves[0], moves[-1])
    weight = moves[-1].after - moves[0].before
    return [StepView(0, None, "", [f"And the rest: {words.count(n, one, many)}."], [change], _factor(weight))]


_ONCE = "Some of this evidence came by more than one route; what was counted twice is taken off."
_VIEW = "This viewpoint starts from a base rate of its own."


def _correction(move: _Move) -> StepView:
    """What comes at the end: evidence counted once, and what bears on rival answers alone."""
    way = "raises them lowers" if move.side == "against" else "lowers them raises"
    rivals = f"Then there is what bears on the other answers alone: what {way} this one."
    said = {"shared": _ONCE, "viewpoint": _VIEW, "both": f"{rivals} {_ONCE}"}.get(move.last, rivals)
    return StepView(0, None, "", [said], [_change(move)], _factor(move.weight))


def _generated(
    site: Site, e: Explanation, rows: Mapping[str, SumRow], moves: Sequence[_Move], first: str
) -> list[StepView]:
    """A walk in order of size, in sentences."""
    found: list[StepView] = []
    before = ""
    for move in moves:
        assert move.named is not None
        said = [
            first if not found else _opening(before, move.side),
            *_who(site, e, rows, move.named),
            _verb(before, move.side),
            ".",
        ]
        found.append(StepView(len(found) + 1, None, "", said, [_change(move)], _factor(move.weight)))
        before = move.side
    return found


def _opening(before: str, side: str) -> str:
    return "Then " if before == side else "Against that, " if side == "against" else "On the other side, "


def _verb(before: str, side: str) -> str:
    way = "up" if side == "for" else "down"
    return f" takes it {'further ' if before == side else ''}{way}"


def _who(site: Site, e: Explanation, rows: Mapping[str, SumRow], record: str) -> list[Part]:
    """A record as the subject of a sentence: a reason with how likely it is, a finding with its companions."""
    row = rows.get(record)
    if row is not None and row.turned:
        return ["that “", site.ref(record), f"” is {row.turned}"]
    if row is not None and row.likely:
        return ["“", site.ref(record), f"” ({row.likely})"]
    key = bearing(e)[record]
    items = sum(
        item.stated != 0
        for group in e.groups
        if tuple(root.id for root in group.roots) == key[1]
        for root in group.roots
        for item in root.items
    )
    more = f" with {words.count(items - 1, 'more finding')} of its group" if items > 1 else ""
    return ["“", site.ref(record), f"”{more}"]


def question_story(site: Site, entry: Entry) -> StoryView | None:
    """The story of a question's answers; ``None`` where nobody wrote one and fewer than two records move them."""
    question = site.corpus.record(entry.id, m.Question)
    answers = {a: site.explain(a) for a in question.answers if a in site.credences}
    known = [a for a in answers if site.credences[a].assessed]
    if not known:
        return None
    sized = by_size(answers)
    named = [step.record for step in question.story] or list(sized if len(sized) <= TOLD + 1 else sized[:TOLD])
    if not question.story and len(named) < 2:
        return None
    turns = walk_question(answers, question.exclusive, named)
    left = [record for record in sized if record not in named]
    shared = any(e.shared for e in answers.values())
    steps = []
    for n, turn in enumerate(turns):
        changes = [_answer(site, a, turn.before, turn.after) for a in turn.moved]
        if turn.named is not None:
            text = question.story[n].text if question.story else ""
            said: list[Part] = [f"Counted in one line with step {turn.with_ + 1}."] if turn.with_ is not None else []
            steps.append(StepView(n + 1, site.ref(turn.named), text, said, [] if said else changes))
        else:
            moved = [change for change in changes if change.moved]
            steps.append(StepView(0, None, "", [_last(len(left), shared)], moved))
    first, last = turns[0].before, turns[-1].after
    order = sorted(answers, key=lambda a: (a not in known, -last[a]))
    return StoryView(bool(question.story), "", "", steps, [_answer(site, a, first, last) for a in order])


def _last(left: int, shared: bool) -> str:
    """What the last step of a question's walk is."""
    once = "evidence that came by more than one route is counted once"
    if not left:
        return f"At the end, {once}." if shared else "And the rest."
    rest = f"And the rest: {words.count(left, 'smaller line')}"
    return f"{rest}; {once}." if shared else f"{rest}."


def _answer(site: Site, a: str, before: Mapping[str, float], after: Mapping[str, float]) -> Change:
    """Where an answer stood and stands."""
    one, other = words.percent(before[a]), words.percent(after[a])
    side = "neutral" if one == other else "for" if after[a] > before[a] else "against"
    return Change(one, other, side, site.ref(a))
