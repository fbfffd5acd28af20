"""What a reader adds up by hand: the numbers printed on a page sum to the number printed at its end."""

from __future__ import annotations

import re
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb import models as m
from kb import odds
from kb.engine import Assessment, assess
from kb.load import load
from kb.pages import Settings, Site, bars, waterfall, words
from kb.pages.once import counted_once
from kb.pages.question import standing
from kb.pages.sums import sum_of

ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture(scope="module", params=["claims", "tests/browser/corpus"])
def site(request: pytest.FixtureRequest) -> Site:
    """The founding debate, and the invented one."""
    assessment: Assessment = assess(load(ROOT / request.param).corpus, intervals=False)
    return Site(assessment, Settings())


def decibans(said: str) -> Decimal:
    """What a printed weight says, exactly."""
    number, unit = said.split(" ")
    assert unit == "dB"
    return Decimal(number.replace("−", "-"))


def test_the_decibans_printed_on_every_page_add_up_to_the_last_digit(site: Site) -> None:
    for id in site.credences:
        rows = sum_of(site, id).rows()
        said = [decibans(row.weight.db) for row in rows]
        assert sum(said[:-1]) == said[-1], id
        for row, shown in zip(rows, said, strict=True):
            assert abs(float(shown) - odds.db(row.weight.nats)) < 0.1, (id, row.label)
            assert row.weight.nats == 0 or shown == 0 or (shown > 0) == (row.weight.nats > 0), (id, row.label)


def test_the_last_line_is_the_number_at_the_top_of_the_page(site: Site) -> None:
    for id, credence in site.credences.items():
        last = sum_of(site, id).rows()[-1]
        assert last.probability == words.percent(credence.credence), id


def test_the_picture_prints_what_the_table_prints(site: Site) -> None:
    for id in site.credences:
        rows = sum_of(site, id).rows()
        picture = str(waterfall.waterfall(rows, root="../", id="fall", narrow=False))
        printed = re.findall(r">([×÷][^< ]*) +\(([^()]*? dB)\)</tspan>", picture)
        assert printed == [(r.weight.factor, r.weight.db) for r in rows if r.kind not in ("base", "total")], id


def test_cards_and_groups_print_the_weight_of_their_line(site: Site) -> None:
    for id in site.credences:
        total = sum_of(site, id)
        lines = {(row.kind, row.ref.id): row.weight.db for row in total.rows() if row.ref is not None}
        for reason in total.reasons:
            assert reason.now.db == lines.get(("link", reason.ref.id), "0.0 dB"), (id, reason.ref.id)
        for group in total.groups:
            assert group.now.db == lines[("root", group.roots[0].ref.id)], id


def test_the_sum_in_words_tells_each_line_once(site: Site) -> None:
    for id in site.credences:
        rows = sum_of(site, id).rows()
        for row in rows:
            assert row.told.endswith((".",)), row.told
            if row.kind in ("root", "link") and row.weight.side != "neutral":
                assert row.label in row.told
                assert row.weight.factor[1:] in row.told
                assert row.probability in row.told


def test_the_answers_of_an_exclusive_question_sum_to_a_hundred(site: Site) -> None:
    seen = 0
    for entry in site.questions:
        stands = standing(site, entry)
        if not site.corpus.record(entry.id, m.Question).exclusive or stands.stack is None:
            continue
        seen += 1
        said = [words.percent(a.ref.credence.p) for a in stands.answers if a.ref.credence is not None]
        assert sum(Decimal(x.removesuffix("%")) for x in [*said, stands.rest]) == 100, entry.id
    assert seen


@given(st.lists(st.floats(-4, 4), min_size=1, max_size=30), st.floats(-6, 6))
def test_rounded_parts_sum_to_the_rounded_total_and_stay_close(parts: list[float], base: float) -> None:
    every = [base, *parts]
    shown = words.adding_up(every, sum(every))
    tenths = [round(10 * odds.db(x)) for x in shown]
    assert sum(tenths) == round(10 * odds.db(sum(every)))
    assert tenths[0] == round(10 * odds.db(base))
    for exact, tenth in zip(every, tenths, strict=True):
        assert abs(10 * odds.db(exact) - tenth) <= 1.5 + 1e-9


def test_a_line_that_adds_nothing_is_never_given_a_weight() -> None:
    parts = [odds.nats(x) for x in (0.04, 0.0, 0.04, 0.0, 0.04)]
    shown = words.adding_up(parts, sum(parts))
    assert [round(10 * odds.db(x)) for x in shown] == [0, 0, 1, 0, 0]


@pytest.mark.parametrize(
    ("answers", "none", "said"),
    [
        ([0.334, 0.334, 0.232], 0.1, "11%"),
        ([0.626, 0.244, 0.092], 0.038, "4%"),
        ([0.005, 0.5], 0.495, "50%"),
        ([0.6, 0.4], 0.0, "0%"),
    ],
)
def test_none_of_these_is_what_is_missing(answers: list[float], none: float, said: str) -> None:
    assert bars.none_of_these(answers, none) == said


def test_a_source_that_feeds_two_lines_is_named_with_both() -> None:
    site = Site(assess(load(ROOT / "claims").corpus, intervals=False), Settings())
    named = 0
    for id in site.credences:
        once = counted_once(site, sum_of(site, id))
        lines = {row.ref.id for row in sum_of(site, id).rows() if row.ref is not None}
        for source in once.sources:
            named += 1
            assert source.ways >= 2
            assert {r.id for r in source.through} <= lines, id
            assert source.items
            for item in source.items:
                passages = site.corpus.record(item.id, m.Evidence).seen_in
                assert source.ref.id in {p.source for p in passages}, (id, item.id)
    assert named
