"""Pages of quantities and predictions: what stands side by side, where it is drawn, how it is judged."""

from __future__ import annotations

import csv
import io
import math
import re
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st
from record_sites import PERSON, SVG, Records, body, bread, claim, quantity, site_of, text_of
from support import ROOT

from kb import formulas
from kb import models as m
from kb.engine import Assessment, assess
from kb.load import load
from kb.pages import Settings, Site, charts, estimates, forecasts, quantities
from kb.pages import timeline as timelines
from kb.pages.draw import text_width
from kb.pages.predictions import groups, predictions_list


@pytest.fixture
def records(tmp_path: Path) -> Records:
    """A site out of records given as id=text."""
    return lambda revised="2026-06-01", **texts: site_of(tmp_path, texts, revised)


def test_same_metric_and_units_that_convert_stand_side_by_side(records: Records) -> None:
    site = records(
        one=quantity("value: 131"),
        two=quantity("value: 7", "months", "Time  to bake"),
        other=quantity("value: 131", metric="time to rise"),
        share=quantity("value: 131", "loaves"),
    )
    by_name = {tuple(f.ref.id for f in x.figures): x for x in estimates.metrics(site)}
    assert set(by_name) == {("two", "one"), ("other",), ("share",)}
    both = by_name[("two", "one")]
    assert both.unit == "days"
    assert [f.middle for f in both.figures] == [pytest.approx(7 * 365.25 / 12), 131]
    assert both.converted == ["months (one counted as 30.4 days)"]
    assert quantities.stated(both.figures[0]) == "7 months"


def test_a_share_of_a_whole_is_read_in_per_cent_and_a_ratio_stays_a_number(records: Records) -> None:
    flour = "share of flour that is rye"
    site = records(
        one=quantity("value: 0.86", '"1"', flour),
        two=quantity("value: {{low: 0.05, median: 0.07, high: 0.2, distribution: normal}}", '"1"', flour),
        ratio=quantity("value: 0.5", '"1"', "ratio of water to flour"),
        doublings=quantity("value: 0.8", '"1"', "doublings of the share of rye"),
        above=quantity("value: 1.6", '"1"', "share of last year's crop"),
    )
    said = {f.ref.id: quantities.stated(f) for x in estimates.metrics(site) for f in x.figures}
    assert said == {"one": "86%", "two": "7%", "ratio": "0.5", "doublings": "0.8", "above": "1.6"}
    (shares,) = (x for x in estimates.metrics(site) if len(x.figures) == 2)
    assert (shares.unit, shares.converted) == ("%", [])
    assert [f.said for f in shares.figures] == ["86", "7 (5 to 20)"]
    page = text_of(site, "two")
    assert "a share of a whole, in per cent" in page
    assert "5 to 20%" in page
    assert "86%" in str(quantities.quantities_list(site))
    lines = {x["id"]: x for x in csv.DictReader(io.StringIO(quantities.quantities_csv(site).decode()))}
    assert (lines["two"]["unit"], lines["two"]["value"]) == ("1", "0.07")
    assert (lines["two"]["low"], lines["two"]["high"]) == ("0.05", "0.2")


def test_a_quantity_that_is_not_in_force_is_left_out_of_the_picture_but_has_its_page(records: Records) -> None:
    gone = "status:\n  state: withdrawn\n  since: 2026-01-01\n  why: It was misread from the table.\n"
    site = records(one=quantity("value: 3"), two=quantity("value: 4"), old=quantity("value: 5") + gone)
    assert [[f.ref.id for f in x.figures] for x in estimates.metrics(site)] == [["two", "one"]]
    assert "5 days" in text_of(site, "old")
    assert [f.ref.id for f in estimates.metric_of(site, "old").figures] == ["old"]


SPREAD = "value: {{low: {0}, median: {1}, high: {2}, distribution: {3}}}"


def spread(low: float, median: float, high: float, distribution: str) -> str:
    return SPREAD.format(low, median, high, distribution).replace("{", "{{").replace("}", "}}")


def test_interval_of_a_formula_comes_from_its_inputs(records: Records) -> None:
    site = records(
        a=quantity(spread(5.0, 10.0, 20.0, "lognormal"), metric="a"),
        b=quantity(spread(5.0, 10.0, 20.0, "lognormal"), metric="b"),
        c=quantity(spread(2.0, 3.0, 4.0, "uniform"), metric="c"),
        two=quantity("value: 2.0", metric="two"),
        double=quantity("formula: a * two", metric="d", inputs="{{a: a, two: two}}"),
        product=quantity("formula: a * b", metric="p", inputs="{{a: a, b: b}}"),
        square=quantity("formula: p / a * c", metric="s", inputs="{{p: product, a: a, c: c}}"),
    )
    assert estimates.result_interval(site.corpus, "double") == pytest.approx((10, 40), rel=0.01)
    wide = 2 ** math.sqrt(2)  # two independent spreads add as squares on the log scale
    assert estimates.result_interval(site.corpus, "product") == pytest.approx((100 / wide, 100 * wide), rel=0.03)
    found = estimates.result_interval(site.corpus, "square")
    assert found is not None
    assert found[0] < 30 < found[1]
    assert found == estimates.result_interval(site.corpus, "square")
    assert estimates.result_interval(site.corpus, "two") is None
    own = next(f for f in estimates.metric_of(site, "double").figures)
    assert own.computed
    assert own.middle == 20
    assert "computed: 5% to 95%" in text_of(site, "double")


@pytest.mark.parametrize(
    ("input_", "formula"),
    [
        ("value: {{low: 1.0, median: 2.0, high: 3.0}}", "a * 2"),  # how it is distributed is not said
        (spread(-1.0, 1.0, 2.0, "normal"), "a ** 0.5"),  # fails at some points
        ("value: 3.0", "a * 2"),
    ],
)
def test_no_interval_is_made_up(records: Records, input_: str, formula: str) -> None:
    site = records(a=quantity(input_, metric="a"), b=quantity(f"formula: {formula}", metric="b", inputs="{{a: a}}"))
    one = estimates.metric_of(site, "b").figures[0]
    assert (one.low, one.high, one.computed) == (None, None, False)
    assert "none given" in text_of(site, "b")


@given(
    st.floats(0.01, 1e3),
    st.floats(1.01, 50),
    st.floats(1.01, 50),
    st.sampled_from(["lognormal", "normal", "uniform"]),
    st.floats(0.001, 0.999),
)
def test_quantiles_keep_the_ends_that_the_record_gives(
    median: float, down: float, up: float, name: str, u: float
) -> None:
    record = m.Estimate.model_validate(
        {"low": median / down, "median": median, "high": median * up, "distribution": name},
        strict=False,
    )
    quantile = estimates._quantile
    assert quantile(record, 0.05) == pytest.approx(record.low, rel=1e-6)
    assert quantile(record, 0.95) == pytest.approx(record.high, rel=1e-6)
    assert quantile(record, u) < quantile(record, min(u + 1e-4, 0.9999))


@pytest.mark.parametrize(
    ("x", "shown"),
    [
        (0.15, "0.15"),
        (22_000, "22,000"),
        (5e9, "5 billion"),
        (870e6, "870 million"),
        (2.7415, "2.74"),
        (4_096, "4,096"),
        (123_456, "123,000"),
        (-3, "−3"),
        (0, "0"),
        (0.00031, "0.00031"),
        (999_999.9, "1,000,000"),
    ],
)
def test_figures_are_readable(x: float, shown: str) -> None:
    assert estimates.figure(x) == shown


def test_a_calendar_year_is_no_amount(records: Records) -> None:
    site = records(a=quantity("value: {{low: 2028.0, high: 2031.0}}", "year", "calendar year of the end"))
    one = estimates.metric_of(site, "a").figures[0]
    assert one.said == "2028 to 2031"
    picture = charts.both(estimates.metric_of(site, "a"), root="", id="x")[0]
    assert ">2028<" in picture
    assert ">2,028<" not in picture
    assert ">0<" not in picture


@given(st.lists(st.floats(-1e9, 1e9).filter(lambda x: x == 0 or abs(x) > 1e-9), min_size=1, max_size=8), st.booleans())
def test_scale_holds_every_number_in_order(numbers: list[float], calendar: bool) -> None:
    scale = charts.Scale(numbers, 100, 500, calendar=calendar)
    places = [scale(x) for x in sorted(numbers)]
    assert places == sorted(places)
    assert all(100 - 1e-6 <= x <= 500 + 1e-6 for x in places)
    assert scale.ticks == sorted(set(scale.ticks))
    assert 2 <= len(scale.ticks) <= 12
    assert scale.log == (min(numbers) > 0 and max(numbers) / min(numbers) >= 100)


def test_every_estimate_is_drawn_where_the_scale_puts_it(records: Records) -> None:
    site = records(
        low=quantity("value: 2"),
        high=quantity(spread(300.0, 500.0, 900.0, "lognormal")),
        range=quantity("value: {{low: 1.0, high: 3.0}}", "weeks"),
    )
    metric = estimates.metric_of(site, "low")
    numbers = [x for f in metric.figures for x in f.numbers]
    scale = charts.Scale(numbers, 330, 720)
    assert scale.log
    svg = ElementTree.fromstring(str(charts.chart(metric, root="../", id="c", narrow=False, current="high")))
    dots = [float(c.get("cx", "")) for c in svg.iter(f"{SVG}circle")]
    assert dots == [pytest.approx(scale(f.middle), abs=0.01) for f in metric.figures if f.middle is not None]
    whiskers = [e.get("d", "") for e in svg.iter(f"{SVG}path") if "kb-whisker" in e.get("class", "")]
    drawn = [re.match(r"M([\d.]+) [\d.]+H([\d.]+)M", d) for d in whiskers]
    ends = [(float(found[1]), float(found[2])) for found in drawn if found]
    spans = [(f.low, f.high) for f in metric.figures if f.low is not None and f.high is not None]
    assert ends == [pytest.approx((scale(low), scale(high)), abs=0.01) for low, high in spans]
    assert len(ends) == 2
    assert [a.get("href") for a in svg.iter(f"{SVG}a")] == [f"../{f.ref.href}" for f in metric.figures]
    (here,) = [e for e in svg.iter(f"{SVG}rect") if e.get("class") == "kb-chart__here"]
    assert float(here.get("y", "")) == 46 + 54 * [f.ref.id for f in metric.figures].index("high")
    desc = svg.findtext(f"{SVG}desc") or ""
    assert all(f"{f.ref.title}: {f.said}" in desc for f in metric.figures)
    assert "logarithmic scale" in (svg.findtext(f"{SVG}title") or "")


def test_on_a_phone_the_number_does_not_run_into_the_words(records: Records) -> None:
    long = "title: A quantity with a very long name that would fill two whole lines of any phone and more\n"
    text = quantity("value: {{low: 69700.0, median: 131000.0, high: 448000.0}}", period="from one end to the other")
    site = records(a=text.replace("title: Quantity {0}\n", long), b=quantity("value: 1"))
    svg = ElementTree.fromstring(str(charts.both(estimates.metric_of(site, "a"), root="", id="x")[1]))
    (number,) = [t for t in svg.iter(f"{SVG}text") if "448,000" in "".join(t.itertext())]
    span = number[0]
    start = float(span.get("x", "")) - text_width("".join(number.itertext()), 14.5, bold=True)
    beside = [
        s
        for t in svg.iter(f"{SVG}text")
        if t.get("class") == "kb-svg-small" and t is not number
        for s in t
        if s.get("y") == span.get("y")
    ]
    assert beside
    for s in beside:
        assert float(s.get("x", "")) + text_width(s.text or "", 12.5) < start


def test_page_of_a_quantity_shows_the_numbers_of_the_picture_as_a_table(records: Records) -> None:
    site = records(
        a=quantity("value: 7", "months", by="someone"), b=quantity(spread(3.0, 4.0, 5.0, "normal")), someone=PERSON
    )
    page = body(site, "a")
    rows = [[" ".join("".join(c.itertext()).split()) for c in row] for row in page.iter() if row.tag.endswith("}tr")]
    table = {row[0]: row[1] for row in rows[1:]}
    assert table == {f.ref.title: f.said for f in estimates.metric_of(site, "a").figures}
    current = [row for row in page.iter() if row.get("aria-current") == "true"]
    assert [c.get("class") for c in current] == ["kb-here"]
    assert "7 months" in text_of(site, "a")
    assert "Person someone" in text_of(site, "a")


def test_a_lone_quantity_says_what_is_missing_and_how_to_add_it(records: Records) -> None:
    site = records(a=quantity("value: 7"))
    page = body(site, "a")
    assert "No other estimate of" in text_of(site, "a")
    assert any(e.get("href") == "../contribute.html" for e in page.iter())
    assert not list(page.iter(f"{SVG}svg"))


def test_list_and_csv_of_quantities_hold_each_once_with_its_own_number(clock: Assessment) -> None:
    for site in (Site(clock, Settings()), bread()):
        active = [id for id, _ in site.corpus.of(m.Quantity, active=True)]
        lines = list(csv.DictReader(io.StringIO(quantities.quantities_csv(site).decode())))
        assert [line["id"] for line in lines] == active
        values = formulas.quantity_values(site.corpus)
        for line in lines:
            value = values[line["id"]]
            if line["value"]:
                assert float(line["value"]) == pytest.approx(value, rel=1e-10)
            record = site.corpus.record(line["id"], m.Quantity)
            assert line["unit"] == record.unit
            if isinstance(record.value, m.Estimate):
                assert (float(line["low"]), float(line["high"])) == (record.value.low, record.value.high)
        made = str(quantities.quantities_list(site))
        assert all(f'href="quantity/{id}.html"' in made for id in active)


def forecast(by: str, more: str = "") -> str:
    return claim(
        f"form: forecast\nforecast:\n  by: '{by}'\n  criteria: Somebody counts the loaves and says so.\n{more}"
    )


RESOLVED = "  resolved:\n    outcome: {}\n    date: 2026-01-05\n    why: The count was published.\n"


@pytest.fixture
def foretold(records: Records) -> Site:
    return records(
        past=forecast("2026-05"),
        today=forecast("2026-06-01"),
        later=forecast("2030"),
        came=forecast("2026-12-31", RESOLVED.format('"true"')),
        failed=forecast("2025-12-31", RESOLVED.format('"false"')),
        hangs=forecast("2031-12-31", "  condition: failed\n"),
        undated=claim("form: forecast\n"),
        number=quantity("value: 3.0", metric="n", as_of="'2029'").replace("measured", "forecast"),
        plain=claim(),
    )


def test_states_of_predictions_on_the_day_of_the_last_change(foretold: Site) -> None:
    states = {p.ref.id: p.state for p in forecasts.predictions(foretold)}
    assert states == {
        "past": "due",
        "today": "open",
        "later": "open",
        "came": "true",
        "failed": "false",
        "hangs": "void",
        "undated": "undated",
    }
    assert [g.id for g in groups(forecasts.predictions(foretold))] == [
        "due",
        "by-2026",
        "by-2030",
        "resolved",
        "undated",
    ]
    assert [(f.ref.id, f.year) for f in forecasts.foretold(foretold)] == [("number", 2029)]


def test_far_years_are_folded_and_all_groups_are_named_at_the_head(foretold: Site) -> None:
    found = groups(forecasts.predictions(foretold))
    assert [g.id for g in found if g.folded] == ["undated"]
    later = [*forecasts.predictions(foretold)]
    later += [replace(p, deadline=f"{2031 + n}-12-31") for n, p in enumerate(p for p in later if p.state == "open")]
    assert [g.id for g in groups(later) if g.folded] == ["by-2031", "by-2032", "undated"]
    made = str(predictions_list(foretold))
    assert re.findall(r'<li><a href="#([^"]+)">', made)[: len(found) + 1] == ["track", *(g.id for g in found)]
    assert all(f'<h2 id="{g.id}">' in made for g in found)
    assert made.count('<details class="kb-folded">') == 1


def test_the_day_is_never_today(foretold: Site, records: Records) -> None:
    assert forecasts.as_of(foretold) == "2026-06-01"
    unknown = Site(foretold.assessment, Settings())
    assert forecasts.as_of(unknown) == ""
    assert {p.state for p in forecasts.predictions(unknown) if p.ref.id in ("past", "today")} == {"open"}
    dated = records(revised=None, past=forecast("2026-05") + "added: 2026-07-02\n")
    assert forecasts.as_of(dated) == "2026-07-02"


@pytest.mark.parametrize(
    ("date", "day"),
    [("2028", "2028-12-31"), ("2028-02", "2028-02-29"), ("2027-02", "2027-02-28"), ("2027-03-04", "2027-03-04")],
)
def test_last_day_of_a_partial_date(date: str, day: str) -> None:
    assert forecasts.last_day(date) == day


@pytest.mark.parametrize("narrow", [True, False])
def test_every_dated_prediction_is_one_mark_at_its_credence(narrow: bool) -> None:
    loaded = load(ROOT / "claims")
    site = Site(assess(loaded.corpus, intervals=False), Settings(revised="2026-11-22"))
    found = [p for p in forecasts.predictions(site) if p.deadline]
    svg = ElementTree.fromstring(str(timelines.timeline(found, "2026-11-22", root="", id="t", narrow=narrow)))
    marks = {a.get("href"): a for a in svg.iter(f"{SVG}a")}
    assert set(marks) == {p.ref.href for p in found}
    width = float(svg.get("width", ""))
    for p in found:
        moved = next(e.get("transform") for e in marks[p.ref.href].iter() if "translate" in (e.get("transform") or ""))
        x, y = (float(n) for n in re.findall(r"-?[\d.]+", moved or ""))
        assert 0 < x < width
        view = p.ref.credence
        assert view is not None
        if view.assessed:
            assert y == pytest.approx(34 + (1 - view.p) * 300, abs=0.01)
        else:
            assert y > 334
        state = next(e.get("class") for e in marks[p.ref.href].iter(f"{SVG}circle"))
        assert state == f"kb-forecast kb-forecast--{p.state}"
    assert "as of 2026-11-22" in "".join(svg.itertext())


def test_marks_of_one_year_do_not_cover_each_other_where_there_is_room() -> None:
    taken: list[tuple[float, float]] = []
    for y in (100.0, 100.0, 103.0, 110.0, 96.0):
        x = timelines._beside(taken, y, 12, 40)
        taken.append((x, y))
    apart = [math.dist(a, b) for i, a in enumerate(taken) for b in taken[:i]]
    assert min(apart) >= 12
    assert abs(taken[0][0]) == 0


def test_many_years_share_columns(foretold: Site) -> None:
    found = forecasts.predictions(foretold)
    spans = timelines.columns(found, "1990-01-01", at_most=9)
    assert len(spans) <= 9
    assert sum(len(c.predictions) for c in spans) == sum(bool(p.deadline) for p in found)
    assert spans[0].first == 1990
    assert spans[0].name.startswith("1990–")
    assert timelines.timeline([p for p in found if not p.deadline], "", root="", id="t", narrow=False) == ""


def test_list_and_csv_of_predictions(foretold: Site) -> None:
    made = str(predictions_list(foretold))
    assert "Due, not resolved yet" in made
    assert "The count was published." in made
    assert "Its condition did not come true." in made
    assert "no position on record" in made
    assert "Nobody has said yet by when" in made
    lines = {x["id"]: x for x in csv.DictReader(io.StringIO(forecasts.predictions_csv(foretold).decode()))}
    assert {id: x["state"] for id, x in lines.items()} == {p.ref.id: p.state for p in forecasts.predictions(foretold)}
    assert {x["as_of"] for x in lines.values()} == {"2026-06-01"}
    assert lines["later"]["credence"] == ""


@pytest.mark.parametrize("at", [0, 1, 7, 20, 38, 39])
def test_of_many_estimates_a_page_shows_the_nearest_and_both_ends(records: Records, at: int) -> None:
    site = records(**{f"q{i:02}": quantity(f"value: {100 - i}") for i in range(40)})
    metric = estimates.metric_of(site, f"q{at:02}")
    shown = [f.ref.id for f in estimates.near(metric, f"q{at:02}").figures]
    assert len(shown) == estimates.SHOWN
    assert {"q00", "q39", f"q{at:02}"} <= set(shown)
    assert shown == sorted(shown), "still the largest first"
    inner = [int(id[1:]) for id in shown[1:-1]]
    assert inner == list(range(inner[0], inner[0] + len(inner))), "no estimate between two shown ones is left out"
    said = text_of(site, f"q{at:02}")
    assert "40 estimates of" in said
    assert "28 more are in the list of all quantities" in said
    page = body(site, f"q{at:02}")
    points = [c for c in page.iter(f"{SVG}circle") if "kb-point" in c.get("class", "")]
    assert len(points) == 2 * estimates.SHOWN, "in the wide and in the narrow picture"
    assert any(
        a.get("href") == "../quantities.html#all" and a.text == "28 more" for a in page.iter() if a.tag.endswith("}a")
    )


def test_a_few_estimates_are_all_shown(records: Records) -> None:
    site = records(**{f"q{i:02}": quantity(f"value: {100 - i}") for i in range(estimates.SHOWN)})
    assert estimates.near(estimates.metric_of(site, "q03"), "q03") is estimates.metric_of(site, "q03")
    assert "nearest to it" not in text_of(site, "q03")
