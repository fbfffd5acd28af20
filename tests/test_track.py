"""How well numbers did: what is scored, with which number, and what the page says of it, on invented debates."""

from __future__ import annotations

import csv
import io
import math
from dataclasses import replace
from pathlib import Path

import pytest
from record_sites import PERSON, SOURCE, claim, site_of
from support import ROOT

from kb import odds
from kb.engine import assess
from kb.load import load
from kb.pages import Settings, Site, calibration
from kb.pages.predictions import predictions_list
from kb.pages.track import EVEN, Score, said, scores_csv, track
from kb.pages.track import calibration as bins_of
from kb.timeline import Moment, timeline

DAY = 86_400
BEGAN = 1_735_689_600
"""2025-01-01, in seconds."""


def forecast(outcome: str = "true", condition: str = "", date: str = "2025-06-10") -> str:
    lines = f"  condition: {condition}\n" if condition else ""
    why = "    why: Nobody kept the record that would tell.\n" if outcome in ("void", "undecidable") else ""
    return claim(
        f"form: forecast\nforecast:\n  by: 2025-12\n{lines}  criteria: The price on the last day.\n"
        f"  resolved:\n    outcome: '{outcome}'\n    date: {date}\n    source: paper\n{why}"
    )


def position(by: str, on: str, credence: str, when: str, stance: str = "asserts", of: str = "") -> str:
    own = f"said: {when}\n" if when else ""
    own += f"credence: {credence}\n" if credence else ""
    own += f"of: {of}\n" if of else ""
    return (
        f"kind: position\nby: {by}\non: {on}\nstance: {stance}\n{own}seen_in:\n  - source: paper\n    locator: page 1\n"
    )


PEOPLE = {"paper": SOURCE, "ann": PERSON, "bob": PERSON}


def test_the_last_number_before_the_day_is_scored_and_none_after_it(tmp_path: Path) -> None:
    site = site_of(
        tmp_path,
        PEOPLE
        | {
            "rises": forecast("true"),
            "early": position("ann", "rises", "0.4", "2025-01-05"),
            "later": position("ann", "rises", "0.8", "2025-06-09"),
            "too-late": position("ann", "rises", "0.99", "2025-06-10"),
            "month": position("bob", "rises", "0.6", "2025-06"),
        },
    )
    found = track(site)
    assert [(r.who.id if r.who else "", r.n) for r in found.people] == [("ann", 1)]
    score = found.people[0].scores[0]
    assert (score.p, score.held, score.resolved, score.came_true) == (0.8, "2025-06-09", "2025-06-10", True)
    assert score.brier == pytest.approx(0.04)
    assert score.log == pytest.approx(math.log2(0.8))
    assert found.unscored == 2, "one on the day itself, one of which only the month is known"


def test_what_was_taken_back_reported_or_undated_is_not_scored(tmp_path: Path) -> None:
    site = site_of(
        tmp_path,
        PEOPLE
        | {
            "rises": forecast("false"),
            "first": position("ann", "rises", "0.9", "2025-01-05"),
            "back": position("ann", "rises", "", "2025-02-05", stance="retracts"),
            "told": position("bob", "rises", "0.9", "2025-01-05", stance="reports", of="ann"),
            "undated": position("bob", "rises", "0.7", ""),
        },
    )
    found = track(site)
    assert found.people == []
    assert "no track record yet" in said(found)


@pytest.mark.parametrize("outcome", ["void", "undecidable"])
def test_what_did_not_come_out_is_left_out(tmp_path: Path, outcome: str) -> None:
    made = {"rises": forecast(outcome), "one": position("ann", "rises", "0.7", "2025-01-05")}
    found = track(site_of(tmp_path, PEOPLE | made))
    assert (found.resolved, found.void, found.scores) == ([], 1, [])
    assert said(found).startswith("No forecast has been resolved yet")


def test_a_condition_has_to_come_true_first(tmp_path: Path) -> None:
    made = {
        "met": forecast("true"),
        "unmet": forecast("false"),
        "if-met": forecast("true", "met"),
        "if-unmet": forecast("true", "unmet"),
        "one": position("ann", "if-met", "0.7", "2025-01-05"),
        "two": position("ann", "if-unmet", "0.7", "2025-01-05"),
    }
    found = track(site_of(tmp_path, PEOPLE | made))
    assert [s.claim.id for s in found.scores] == ["if-met"]
    assert found.void == 1


def test_the_map_is_scored_with_what_its_history_had_the_day_before(tmp_path: Path) -> None:
    site = site_of(tmp_path, PEOPLE | {"rises": forecast("true")})

    def moment(n: int, day: int, p: float | None) -> Moment:
        z = odds.logit(p) if p is not None else 0.0
        return Moment(str(n) * 40, BEGAN + day * DAY, "A", "Change", (), {"rises": (z, 0.0, p is not None)})

    days = [moment(1, 0, None), moment(2, 31, 0.3), moment(3, 159, 0.7), moment(4, 160, 0.99)]
    known = Site(site.assessment, Settings(), timeline(days, {}))
    found = track(known)
    assert found.map is not None
    assert found.map.scores[0].p == pytest.approx(0.7)
    assert found.map.scores[0].held == "2025-06-09", "the tenth is the day on which it came out"
    assert track(Site(site.assessment, Settings(), timeline(days[:1], {}))).map is None, "it was not assessed then"
    assert track(Site(site.assessment, Settings(), timeline(days[3:], {}))).map is None, "it came later"


def test_means_are_over_the_forecasts_and_the_page_compares_with_always_saying_50(tmp_path: Path) -> None:
    made = {"rises": forecast("true"), "falls": forecast("false")}
    made |= {"one": position("ann", "rises", "0.9", "2025-01"), "two": position("ann", "falls", "0.5", "2025-01")}
    site = site_of(tmp_path, PEOPLE | made)
    record = track(site).people[0]
    assert record.n == 2
    assert record.brier == pytest.approx((0.01 + 0.25) / 2)
    assert record.log == pytest.approx((math.log2(0.9) - 1) / 2)
    half = Score(None, site.ref("rises"), 0.5, "2025-01-01", "2025-06-10", True)
    assert (half.brier, half.log) == EVEN
    page = str(predictions_list(site))
    assert "How well the numbers did" in page
    assert "0.130" in page
    assert "Whoever always says 50%" in page
    assert "too few to tell skill from luck" in page
    assert "kb-calibration" not in page, "two forecasts make no picture"
    rows = list(csv.DictReader(io.StringIO(scores_csv(site).decode())))
    assert [(r["who"], r["claim"], r["outcome"], r["brier"]) for r in rows] == [
        ("ann", "falls", "false", "0.250000"),
        ("ann", "rises", "true", "0.010000"),
    ]


def test_with_twenty_scored_forecasts_there_is_a_picture_of_said_against_came_true(tmp_path: Path) -> None:
    made = {}
    for n in range(20):
        made[f"claim-{n:02d}"] = forecast("true" if n % 4 else "false")
        made[f"held-{n:02d}"] = position("ann" if n % 2 else "bob", f"claim-{n:02d}", "0.9", "2025-01-05")
    site = site_of(tmp_path, PEOPLE | made)
    scores = track(site).scores
    bins = bins_of(scores)
    assert [(b.n, round(b.said, 6), b.came_true) for b in bins] == [(20, 0.9, 0.75)]
    assert calibration.finding(bins) == "It came true less often than was said: 90% expected, 75% came true."
    page = str(predictions_list(site))
    assert page.count("kb-calibration") == 1
    assert "said 80% to 100%: 75% of 20 came true" in page
    assert "It came true less often than was said" in page


def test_bins_hold_every_number_once(tmp_path: Path) -> None:
    site = site_of(tmp_path, PEOPLE | {"rises": forecast("true")})
    one = Score(None, site.ref("rises"), 0.5, "2025-01-01", "2025-06-10", True)
    scores = [replace(one, p=p) for p in (0.001, 0.2, 0.4, 0.5, 0.999999)]
    assert sum(b.n for b in bins_of(scores)) == len(scores)
    assert [b.low for b in bins_of(scores)] == [0.0, 0.2, 0.4, 0.8]


def test_the_founding_debate_is_scored_from_its_own_records_alone() -> None:
    site = Site(assess(load(ROOT / "claims").corpus, intervals=False), Settings())
    found = track(site)
    assert found.map is None, "without its history the map claims nothing"
    for score in found.scores:
        assert score.held < score.resolved
    assert said(found) in str(predictions_list(site)).replace("&#39;", "'")
