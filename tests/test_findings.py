"""Titles of pictures: each states what its picture shows, in the numbers that the picture prints."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest
from record_sites import claim, quantity, site_of, text_of
from support import ROOT
from test_story import WORLD, item, source

from kb import odds
from kb.engine import assess
from kb.load import load
from kb.pages import Settings, Site, findings, words
from kb.pages.estimates import metric_of, metrics
from kb.pages.quantities import choice
from kb.pages.question import standing
from kb.pages.site import CredenceView
from kb.pages.sums import sum_of


@pytest.fixture(scope="module", params=["claims", "tests/browser/corpus"])
def site(request: pytest.FixtureRequest) -> Site:
    """The founding debate, and the invented one."""
    return Site(assess(load(ROOT / request.param).corpus), Settings())


def test_every_title_of_a_sum_ends_at_the_number_and_names_only_lines_that_are_there(site: Site) -> None:
    said = 0
    for id, c in site.credences.items():
        title = findings.of_sum(sum_of(site, id).rows())
        if not c.assessed or not title:
            continue
        said += 1
        assert title.endswith(".")
        assert title[0].isupper()
        assert words.percent(c.credence) in title, (id, title)
    assert said


def test_one_line_that_does_most_is_said_to_with_where_it_goes_by_itself(tmp_path: Path) -> None:
    site = site_of(tmp_path, WORLD)
    rows = sum_of(site, "thing").rows()
    large = max(rows[1:-1], key=lambda r: r.weight.nats)
    alone = words.percent(odds.sigma(rows[0].after + large.weight.nats))
    end = rows[-1].probability
    assert findings.of_sum(rows) == f"One source does most of the lifting: 50% to {alone}; the others take it to {end}."
    assert findings.of_sum(rows) in text_of(site, "thing")


def test_lines_of_like_size_are_counted_and_what_takes_them_back_is_told(tmp_path: Path) -> None:
    more = {f"equal-{n}": item("thing", "supports", "moderate", f"source-{n}") for n in range(3)}
    more |= {f"source-{n}": source() for n in range(3)}
    alike = site_of(tmp_path, {"asks": WORLD["asks"], "thing": claim(), **more})
    rows = sum_of(alike, "thing").rows()
    assert findings.of_sum(rows) == f"No line does it alone: three lines raise it from 50% to {rows[-1].probability}."
    other = tmp_path / "other"
    other.mkdir()
    against = {"against": item("thing", "opposes", "moderate", "three"), "three": source()}
    contested = site_of(other, {"asks": WORLD["asks"], "thing": claim(), **more, **against})
    now = sum_of(contested, "thing").rows()[-1].probability
    peak = rows[-1].probability
    assert findings.of_sum(sum_of(contested, "thing").rows()) == (
        f"Three lines would raise it to {peak}; one line takes it back to {now}."
    )


BAR = CredenceView(True, 0.7, 0.5, 0.6, 0.8, "70%", "likely", "50%", "for")


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({}, "Raised from 50%; likelier than not over all of its interval."),
        ({"low": 0.3}, "Raised from 50%; its interval leaves open whether it is likelier than not."),
        ({"low": None, "high": None}, "Raised from 50%."),
        (
            {"p": 0.5, "text": "50%", "low": 0.2},
            "Left at 50%; its interval leaves open whether it is likelier than not.",
        ),
        (
            {"p": 0.2, "text": "20%", "low": 0.1, "high": 0.3},
            "Lowered from 50%; less likely than not over all of its interval.",
        ),
        ({"assessed": False}, "No evidence has moved it from its base rate."),
    ],
)
def test_the_title_of_a_bar_says_which_side_of_even_it_is_on(change: dict[str, object], said: str) -> None:
    assert findings.of_bar(replace(BAR, **change)) == said


def test_the_title_of_a_stacked_bar_says_whether_one_answer_holds_more_than_half(site: Site) -> None:
    told = 0
    for entry in site.questions:
        stands = standing(site, entry)
        if stands.stack is None:
            assert stands.finding == ""
            continue
        told += 1
        best = stands.answers[0].ref
        assert best.credence is not None
        assert best.credence.text in stands.finding
        assert ("more than all others together" in stands.finding) is (best.credence.p > 0.5)
        assert stands.finding in text_of(site, entry.id)
    assert told


def test_the_title_of_estimates_gives_their_span_and_their_median(tmp_path: Path) -> None:
    site = site_of(
        tmp_path,
        {
            "one": quantity("value: 3", unit="x per year", metric="growth"),
            "two": quantity("value: 10", unit="x per year", metric="growth"),
            "three": quantity("value: 4.5", unit="x per year", metric="growth"),
            "wide-a": quantity("value: 2", metric="waiting"),
            "wide-b": quantity("value: 60", metric="waiting"),
            "alone": quantity("value: {{low: 8.5, median: 16, high: 55}}", metric="rest"),
            "same-a": quantity("value: 7", metric="rise"),
            "same-b": quantity("value: 7", metric="rise"),
        },
    )
    said = {name: findings.of_estimates(metric_of(site, name)) for name in ("one", "wide-a", "alone", "same-a")}
    assert said == {
        "one": "Three estimates span 3 to 10 times per year; the median is 4.5.",
        "wide-a": "Two estimates span 2 to 60 days, a factor of 30.",
        "alone": "One estimate, 16 days, between 8.5 and 55 days.",
        "same-a": "Two estimates agree on 7 days.",
    }
    assert said["one"] in text_of(site, "two")


def test_every_metric_of_the_debates_has_a_title(site: Site) -> None:
    for metric in metrics(site):
        title = findings.of_estimates(metric)
        assert re.fullmatch(r".*[^.]\.", title), metric.name


def test_estimates_are_chosen_by_what_tells_them_apart(tmp_path: Path) -> None:
    basis = {"one": "measured", "two": "guessed", "three": "guessed"}
    made = {
        name: quantity(f"value: {n}").replace("basis: measured", f"basis: {basis[name]}")
        for n, name in enumerate(basis, 1)
    }
    site = site_of(tmp_path, made)
    found = choice(metric_of(site, "one"))
    assert [(c.name, [(o.value, o.count) for o in c.options]) for c in found] == [
        ("basis", [("guessed", 2), ("measured", 1)])
    ]
    other = tmp_path / "other"
    other.mkdir()
    few = site_of(other, {name: made[name] for name in ("one", "two")})
    assert choice(metric_of(few, "one")) == []
