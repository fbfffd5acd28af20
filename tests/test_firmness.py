"""How firm a credence is: each rule of decision 11, on numbers made for it and on small debates."""

from __future__ import annotations

import csv
import io
import json
import re
from dataclasses import replace
from pathlib import Path

import pytest
from record_sites import claim, site_of, text_of
from support import ROOT
from test_story import item, source

from kb import vocab
from kb.engine import Assessment, Credence, assess
from kb.engine.firmness import MOST, SEVERAL, Carried, rate
from kb.export import FORMATS
from kb.load import load
from kb.pages import Settings, Site
from kb.pages.claim import render_claim
from kb.pages.firmness import firm, rating

FIRM = Credence("a", 0.9, 0.5, True, 2.2, low=0.8, high=0.95, evidenced=None, items=9, groups=6)
"""Nothing takes it down."""
MANY = Carried({"a": 0.4, "b": 0.3, "c": 0.3}, 0.8)


def codes(c: Credence, carried: Carried = MANY) -> tuple[str, list[tuple[str, int]]]:
    found = rate(c, carried)
    return found.level.value, [(r.code, r.steps) for r in found.reasons]


def test_what_nothing_takes_down_is_high() -> None:
    assert codes(FIRM) == ("high", [])
    assert rate(FIRM, MANY).said == "high: nothing takes it down"


@pytest.mark.parametrize(
    ("change", "level", "reason"),
    [
        ({"low": 0.6}, "moderate", ("width", 1)),
        ({"low": 0.3}, "low", ("width", 2)),
        ({"groups": 3}, "moderate", ("few-groups", 1)),
        ({"groups": 1}, "low", ("one-group", 2)),
        ({"evidenced": 0.2}, "moderate", ("uncovered", 1)),
        ({"converged": False}, "very low", ("unsettled", 3)),
    ],
)
def test_each_thing_takes_it_down_by_its_own_steps(
    change: dict[str, object], level: str, reason: tuple[str, int]
) -> None:
    assert codes(replace(FIRM, **change)) == (level, [reason])


def test_one_source_that_carries_most_and_little_trust_take_a_step_each() -> None:
    assert codes(FIRM, Carried({"a": 0.6, "b": 0.4}, 0.8)) == ("moderate", [("one-source", 1)])
    assert codes(FIRM, Carried({"a": 0.4, "b": 0.6}, 0.5)) == ("low", [("one-source", 1), ("trust", 1)])
    found = rate(FIRM, Carried({"a": 0.4, "b": 0.6}, 0.8)).reasons[0]
    assert (found.source, found.said) == ("b", "one source carries 60% of the weight")


def test_few_groups_and_one_source_are_not_held_against_it_twice() -> None:
    few = replace(FIRM, groups=SEVERAL - 1)
    assert codes(few, Carried({"a": MOST + 0.3, "b": 0.2}, 0.8)) == ("moderate", [("few-groups", 1)])


def test_nothing_falls_below_very_low_and_the_weightiest_reason_stands_first() -> None:
    bad = replace(FIRM, low=0.1, groups=1, evidenced=0.0)
    level, reasons = codes(bad, Carried({"a": 1.0}, 0.3))
    assert level == "very low"
    assert [steps for _, steps in reasons] == [2, 2, 1, 1]


def test_it_is_not_how_likely_the_claim_is() -> None:
    unlikely = replace(FIRM, credence=0.1, low=0.05, high=0.2, weight=-2.2)
    assert rate(unlikely, MANY).level is rate(FIRM, MANY).level is vocab.Firmness.HIGH


WORLD = {
    "top": claim(),
    "asks": "kind: question\ntitle: Is it so?\nanswers: [top]\n",
    "reason": claim(
        "bears_on:\n  - claim: top\n    stance: supports\n    strength: strong\n    why: It would settle the matter.\n"
    ),
    "direct": item("top", "supports", "slight", "one"),
    "below": item("reason", "supports", "strong", "two"),
    "beside": item("reason", "supports", "slight", "one"),
    "one": source(),
    "two": source(),
}


def test_a_reason_lends_its_sources_as_much_as_it_weighs(tmp_path: Path) -> None:
    site = site_of(tmp_path, WORLD)
    found = site.assessment.firmness.carried("top")
    e, below = site.assessment.explain("top"), site.assessment.firmness.carried("reason")
    own = sum(abs(g.contribution) for g in e.groups)
    link = sum(abs(row.contribution) for row in e.links)
    assert found.sources["two"] == pytest.approx(link * below.sources["two"] / (own + link))
    assert sum(found.sources.values()) == pytest.approx(1)
    assert 0 < found.trust < 1


def test_circles_of_reasons_lend_nothing_to_themselves_whoever_is_asked_first(tmp_path: Path) -> None:
    link = "bears_on:\n  - claim: {}\n    stance: supports\n    strength: moderate\n    why: It would be likelier.\n"
    circle = WORLD | {"top": claim(link.format("reason"))}
    site = site_of(tmp_path, circle | {"reason": claim(link.format("top"))})
    assert site.credences["top"].method == "iterated"
    first = {id: site.assessment.firmness.carried(id) for id in ("top", "reason")}
    again = assess(site.corpus, intervals=False).firmness
    assert {id: again.carried(id) for id in ("reason", "top")} == first
    assert set(first["top"].sources) == {"one"}


@pytest.fixture(scope="module", params=["claims", "tests/browser/corpus"])
def assessment(request: pytest.FixtureRequest) -> Assessment:
    """The founding debate, and the invented one."""
    return assess(load(ROOT / request.param).corpus)


def test_every_assessed_claim_has_a_rating_and_no_other_has(assessment: Assessment) -> None:
    for id, c in assessment.credences.items():
        found = assessment.firmness.of(id)
        assert (found is not None) is c.assessed, id
        assert found is None or all(reason.said for reason in found.reasons)
        if c.assessed:
            shares = assessment.firmness.carried(id).sources
            assert not shares or sum(shares.values()) == pytest.approx(1), id


def test_the_pages_say_what_the_engine_says_whatever_was_asked_before(assessment: Assessment) -> None:
    site = Site(assessment, Settings())
    anew = Assessment(assessment.corpus, assessment.result)
    for id in reversed(list(assessment.credences)):
        assert rating(site, id) == anew.firmness.of(id) == assessment.firmness.of(id)


def test_a_page_says_the_word_with_its_reasons_and_the_source_that_carries_most() -> None:
    site = Site(assess(load(ROOT / "tests" / "browser" / "corpus").corpus), Settings())
    body = str(render_claim(site, site.corpus["cold-rise-tastes-better"]).body)
    shown = firm(site, "cold-rise-tastes-better")
    assert shown is not None
    line = re.search(r'<p class="kb-firm">(.*?)</p>', body)
    assert line is not None
    assert f"<strong>{shown.level}</strong>, because" in line[1]
    assert 'popovertarget="tip-firmness"' in line[1]
    assert "the interval spans" in line[1]
    assert line[1].count("●") == shown.steps + 1


def test_without_intervals_there_is_no_rating(tmp_path: Path) -> None:
    site = site_of(tmp_path, WORLD)
    assert site.assessment.firmness.of("top") is None
    assert "Firmness" not in text_of(site, "top")


def test_the_exports_have_it_beside_what_they_had(assessment: Assessment) -> None:
    rows = {r["id"]: r for r in csv.DictReader(io.StringIO(FORMATS["csv"].render(assessment).decode()))}
    data = json.loads(FORMATS["json"].render(assessment))["credences"]
    turtle = FORMATS["turtle"].render(assessment).decode()
    for id, row in rows.items():
        found = assessment.firmness.of(id)
        assert row["firmness"] == (found.level.value if found is not None else "")
        assert data[id]["firmness"] == (None if found is None else data[id]["firmness"])
        if found is not None:
            assert data[id]["firmness"]["level"] == found.level.value
            assert [r["code"] for r in data[id]["firmness"]["reasons"]] == [r.code for r in found.reasons]
    used = {f.level for id in assessment.credences if (f := assessment.firmness.of(id)) is not None}
    for level in used:
        assert f"cp:firmness cp:firmness-{level.value.replace(' ', '%20')}" in turtle or "cp:firmness <" in turtle
