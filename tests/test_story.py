"""The story of a number: a walk through its sum in another order, told by an editor or made of its lines."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from record_sites import claim, site_of, text_of

from kb import models as m
from kb import odds
from kb.diff.changes import describe, weighs_differently
from kb.engine import Assessment, assess
from kb.engine.walk import bearing, by_size, walk, walk_question
from kb.fmt import formatted
from kb.load import load
from kb.pages import Settings, Site, words
from kb.pages.kinds import render_record
from kb.pages.story import question_story, story
from kb.pages.sums import sum_of

ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture(scope="module", params=["claims", "tests/browser/corpus"])
def assessment(request: pytest.FixtureRequest) -> Assessment:
    """The founding debate, and the invented one."""
    return assess(load(ROOT / request.param).corpus, intervals=False)


@pytest.fixture(scope="module")
def site(assessment: Assessment) -> Site:
    return Site(assessment, Settings())


def item(on: str, stance: str, strength: str, source: str) -> str:
    return (
        f"kind: evidence\ntitle: Finding {{0}}\ntext: It was seen in {{0}}.\ndesign: observation\n"
        f"seen_in:\n  - source: {source}\n    locator: page 1\n"
        f"bears_on:\n  - claim: {on}\n    stance: {stance}\n    strength: {strength}\n"
        "    why: It was seen well enough.\n"
    )


def source() -> str:
    return "kind: source\ntitle: Report {0}\ntype: report\nissued: 2025-01-01\nurl: https://example.org/{0}\n"


WORLD = {
    "thing": claim(
        "story:\n  - record: small\n    text: A small finding opened the matter.\n"
        "  - record: against\n    text: Somebody found the contrary.\n"
        "  - record: unshown\n    text: And one reason nobody has shown.\n"
    ),
    "unshown": claim(
        "bears_on:\n  - claim: thing\n    stance: supports\n    strength: strong\n"
        "    why: It would settle the matter.\n"
    ),
    "asks": "kind: question\ntitle: Is it so?\nanswers: [thing]\n",
    "small": item("thing", "supports", "slight", "one"),
    "large": item("thing", "supports", "strong", "two"),
    "against": item("thing", "opposes", "moderate", "three"),
    "one": source(),
    "two": source(),
    "three": source(),
}


def test_any_order_walks_from_the_base_rate_to_the_total(assessment: Assessment) -> None:
    for id in assessment.credences:
        e = assessment.explain(id)
        for order in ((), tuple(bearing(e)), tuple(reversed(bearing(e)))):
            stages = walk(e, order)
            at = e.base
            for stage in stages:
                assert stage.before == at
                at = stage.after
            assert at == pytest.approx(e.total, abs=1e-12), id
            assert [s.named for s in stages if s.named is not None] == list(order)


def test_a_line_is_counted_once_however_many_of_its_findings_are_told(assessment: Assessment) -> None:
    seen = 0
    for id in assessment.credences:
        e = assessment.explain(id)
        stages = walk(e, tuple(bearing(e)))
        rows = [s.row for s in stages if s.row is not None]
        assert len({(r.kind, r.ids) for r in rows}) == len(rows)
        for stage in stages:
            if stage.with_ is not None:
                seen += 1
                assert stage.weight == 0.0
                assert stages[stage.with_].row is not None
    assert seen


def test_the_walk_of_a_question_keeps_100_per_cent_and_ends_at_the_credences(assessment: Assessment) -> None:
    for id, question in assessment.corpus.of(m.Question, active=True):
        answers = {a: assessment.explain(a) for a in question.answers if a in assessment.credences}
        start = sum(odds.sigma(e.base) for e in answers.values())
        for named in ((), by_size(answers), by_size(answers)[::-1]):
            turns = walk_question(answers, question.exclusive, named)
            for turn in turns:
                assert not question.exclusive or sum(turn.after.values()) < 1 + 1e-9
            if turns:
                assert sum(turns[0].before.values()) == pytest.approx(start)
                for a in answers:
                    assert turns[-1].after[a] == pytest.approx(assessment.credences[a].credence, abs=1e-9), (id, a)


def test_a_reason_for_one_of_several_answers_multiplies_its_odds_by_what_its_line_says(assessment: Assessment) -> None:
    tried = 0
    for _, question in assessment.corpus.of(m.Question, active=True):
        answers = {a: assessment.explain(a) for a in question.answers if a in assessment.credences}
        for a, e in answers.items():
            for link in e.links if question.exclusive else ():
                if link.contribution and sum(link.source in bearing(o) for o in answers.values()) == 1:
                    turn = walk_question(answers, True, (link.source,))[0]
                    moved = odds.logit(turn.after[a]) - odds.logit(turn.before[a])
                    assert moved == pytest.approx(link.contribution, abs=1e-9)
                    tried += 1
    assert tried


def test_every_story_ends_at_the_number_at_the_top_of_the_page(site: Site) -> None:
    told = 0
    for id, credence in site.credences.items():
        found = story(site, site.corpus[id], sum_of(site, id))
        if found is None or not credence.assessed:
            continue
        told += 1
        assert found.start == words.percent(credence.base_rate), id
        assert found.end == found.steps[-1].changes[0].after == words.percent(credence.credence), id
        at = found.start
        for step in found.steps:
            assert step.changes[0].before == at, id
            at = step.changes[0].after
    assert told


def test_every_editors_step_of_the_founding_debate_is_in_our_own_words_and_short() -> None:
    corpus = load(ROOT / "claims").corpus
    steps = [(e.id, s) for e in corpus for s in e.record.get("story", ())]
    assert len({id for id, _ in steps}) >= 5
    for id, step in steps:
        assert not re.search(r"\d+(\.\d+)?%", step.text), f"{id}: the page says where it stands, and that changes"


def test_the_questions_that_the_front_page_shows_first_have_an_editors_story() -> None:
    site = Site(assess(load(ROOT / "claims").corpus, intervals=False), Settings())
    for entry in site.questions[:3]:
        found = question_story(site, entry)
        assert found is not None
        assert found.written, entry.id
        assert sum(change.moved for step in found.steps for change in step.changes) > 3, entry.id


@pytest.fixture
def world(tmp_path: Path) -> Site:
    return site_of(tmp_path, WORLD)


def test_an_editors_order_is_kept_and_what_it_leaves_out_comes_at_the_end(world: Site) -> None:
    found = story(world, world.corpus["thing"], sum_of(world, "thing"))
    assert found is not None
    assert found.written
    assert [s.ref.id if s.ref is not None else None for s in found.steps] == ["small", "against", "unshown", None]
    assert [s.changes[0].side for s in found.steps] == ["for", "against", "neutral", "for"]
    assert found.steps[2].said == ["It adds nothing to the number yet."]
    assert found.steps[3].said == ["And the rest: 1 line of the sum that this story does not tell."]
    text = text_of(world, "thing")
    assert "The story of this number" in text
    assert (
        text.index("A small finding opened") < text.index("Somebody found the contrary") < text.index("And the rest:")
    )


def test_without_an_editor_the_largest_line_is_told_first(tmp_path: Path) -> None:
    site = site_of(tmp_path, WORLD | {"thing": claim()})
    found = story(site, site.corpus["thing"], sum_of(site, "thing"))
    assert found is not None
    assert not found.written
    said = ["".join(p if isinstance(p, str) else p.title for p in s.said) for s in found.steps]
    assert said == [
        "The largest step: “Finding large” takes it up.",
        "Against that, “Finding against” takes it down.",
        "On the other side, “Finding small” takes it up.",
    ]
    assert "Told by the editors" not in text_of(site, "thing")


def test_a_claim_that_one_line_moves_has_no_story_of_its_own(tmp_path: Path) -> None:
    few = {k: v for k, v in WORLD.items() if k not in ("large", "against", "two", "three")}
    site = site_of(tmp_path, few | {"thing": claim()})
    assert story(site, site.corpus["thing"], sum_of(site, "thing")) is None
    assert 'id="story"' not in str(render_record(site, site.corpus["thing"]).body)


def test_a_story_without_evidence_gives_no_number(tmp_path: Path) -> None:
    told = claim("story:\n  - record: unshown\n    text: One reason nobody has shown.\n")
    site = site_of(tmp_path, {k: WORLD[k] for k in ("unshown", "asks")} | {"thing": told})
    text = text_of(site, "thing")
    assert "One reason nobody has shown." in text
    assert "No evidence has reached it, so there is no number." in text
    found = story(site, site.corpus["thing"], sum_of(site, "thing"))
    assert found is not None
    assert found.end == "not assessed"


def test_two_findings_of_one_source_are_one_line_and_the_second_says_so(tmp_path: Path) -> None:
    told = claim(
        "story:\n  - record: small\n    text: The first finding of the report.\n"
        "  - record: large\n    text: The second finding of the report.\n"
    )
    site = site_of(tmp_path, WORLD | {"thing": told, "large": item("thing", "supports", "strong", "one")})
    found = story(site, site.corpus["thing"], sum_of(site, "thing"))
    assert found is not None
    assert found.steps[1].said == ["Counted in one line with step 1."]
    assert found.steps[1].changes[0].before == found.steps[1].changes[0].after


def test_a_question_tells_what_each_record_does_to_its_answers(site: Site) -> None:
    told = 0
    for entry in site.questions:
        found = question_story(site, entry)
        if found is not None:
            told += 1
            for change in found.answers:
                assert change.ref is not None
                assert change.after == words.percent(site.credences[change.ref.id].credence)
    assert told


def test_a_story_changes_no_number_and_its_diff_names_the_step() -> None:
    entry = load(ROOT / "tests/corpora/good/clock").corpus["gear-old"]
    before = {k: v for k, v in entry.document.data.items() if k != "story"}
    lines = list(describe(before, entry.document.data))
    assert any(line.startswith("story given") for line in lines)
    changed = entry.document.data | {"story": [dict(s) for s in entry.document.data["story"]]}
    changed["story"][0]["text"] = "The mark on the gear is the first maker's, says its keeper."
    assert [line for line in describe(entry.document.data, changed) if "story maker-mark text reworded" in line]
    moved = entry.document.data | {"story": list(reversed(entry.document.data["story"]))}
    assert list(describe(entry.document.data, moved)) == ["story in another order"]


def test_a_story_carries_no_weight(tmp_path: Path) -> None:
    site = site_of(tmp_path, WORLD)
    other = tmp_path / "other"
    other.mkdir()
    plain = site_of(other, WORLD | {"thing": claim()})
    assert site.credences["thing"] == plain.credences["thing"]
    assert not weighs_differently(plain.corpus["thing"], site.corpus["thing"])


def test_the_form_puts_a_story_before_the_ties() -> None:
    story = b"story:\n  - text: It is told.\n    record: a\n"
    text = b"kind: claim\nseen_in: []\nrelations: []\n" + story + b"title: A claim\ntext: It is so.\n"
    made = formatted(text, "a-claim.yaml").text
    assert made is not None
    assert made.decode().split("\n")[3:6] == ["story:", "  - record: a", "    text: It is told."]
