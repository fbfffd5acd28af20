"""Long lists as tables: they sort, filter, share their state, download what they show, with ten thousand rows too."""

from __future__ import annotations

import csv
import json
import re
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from conftest import Open
from playwright.sync_api import Page, expect

from kb.export.table import cell

pytestmark = pytest.mark.browser

ROWS = "[data-kb-table=claims] tbody tr"
MANY = 10_000
LISTS = ("claims", "evidence", "sources", "quantities", "people")


def credences(page: Page) -> list[float | None]:
    """What the table shows as credences, from top to bottom; ``None`` for not assessed."""
    texts = page.locator(f"{ROWS} td:nth-child(2) .kb-chip__n").all_inner_texts()
    return [None if t == "not assessed" else float(re.sub(r"[^0-9.]", "", t)) for t in texts]


def downloaded(page: Page, name: str = "claims") -> list[dict[str, str]]:
    """The rows of the CSV file that the page hands out."""
    with page.expect_download() as download:
        page.get_by_role("button", name="Download as CSV").click()
    assert download.value.suggested_filename == f"{name}.csv"
    with download.value.path().open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, strict=True))


def test_claims_sort_with_unassessed_last_and_keep_their_state(visit: Open, base: str) -> None:
    tab = visit()
    page = tab.page
    page.goto(base + "claims.html")
    page.get_by_role("button", name="Credence").click()
    expect(page.locator("th[aria-sort]")).to_have_attribute("aria-sort", "descending")
    shown = credences(page)
    known = [c for c in shown if c is not None]
    assert len(known) > 5
    assert None in shown
    assert shown == sorted(known, reverse=True) + [None] * shown.count(None), "a claim that is not assessed is ranked"
    assert "sort=-p" in page.url
    page.get_by_role("button", name="Credence").click()
    assert credences(page) == sorted(known) + [None] * shown.count(None)
    page.reload()
    expect(page.locator("th[aria-sort]")).to_have_attribute("aria-sort", "ascending")
    assert credences(page) == sorted(known) + [None] * shown.count(None)
    assert tab.problems == []


def test_claims_filter_by_words_state_and_side(visit: Open, base: str) -> None:
    page = visit().page
    page.goto(base + "claims.html")
    rows = page.locator(ROWS)
    page.get_by_label("Words").fill("mätters MOST")
    expect(rows).to_have_count(3)
    page.get_by_label("Credence").select_option("up")
    expect(rows).to_have_count(2)
    expect(page.locator("output")).to_have_text("2 of 15 claims")
    shared = page.url
    page.get_by_role("button", name="Reset").click()
    expect(rows).to_have_count(15)
    page.goto("about:blank")
    page.goto(shared)
    expect(rows).to_have_count(2)
    expect(page.get_by_label("Words")).to_have_value("mätters MOST")


@pytest.mark.parametrize(
    ("field", "choice"),
    [
        ("Topic", "rise"),
        ("Credence", "open"),
        ("Credence", "assessed"),
        ("Credence", "down"),
        ("With a position of", "baker-b"),
    ],
)
def test_each_filter_leaves_what_the_data_say(visit: Open, served: str, field: str, choice: str) -> None:
    page = visit().page
    page.goto(served + "claims.html")
    page.get_by_label(field).select_option(choice)
    expect(page.locator("output")).to_contain_text(" of 15 claims")
    rows = downloaded(page)
    assert 0 < len(rows) < 15
    right: dict[str, Callable[[dict[str, str]], bool]] = {
        "rise": lambda r: r["topic"] == "rise",
        "open": lambda r: r["credence"] == "" and r["moved_db"] == "",
        "assessed": lambda r: r["credence"] != "",
        "down": lambda r: float(r["moved_db"]) < 0,
        "baker-b": lambda r: "baker-b" in r["positions_of"].split(),
    }
    assert all(right[choice](row) for row in rows)
    expect(page.locator(ROWS)).to_have_count(len(rows))


def test_bands_split_the_assessed_claims(visit: Open, served: str) -> None:
    page = visit().page
    page.goto(served + "claims.html")
    bands = [
        o for o in page.locator("select[name=state] option").evaluate_all("os => os.map(o => o.value)") if "band" in o
    ]
    assert len(bands) == 7
    found = []
    for band in bands:
        if page.locator(f"option[value={band}]").is_disabled():
            continue  # no claim lies in it, and the choice says so
        page.get_by_label("Credence").select_option(band)
        found += [float(row["credence"]) for row in downloaded(page)]
    page.get_by_label("Credence").select_option("assessed")
    assert found == sorted(found, reverse=True) or len(found) == len(downloaded(page))
    assert sorted(found) == sorted(float(row["credence"]) for row in downloaded(page))


def test_contested_claims_have_something_on_both_sides(visit: Open, served: str) -> None:
    page = visit().page
    page.goto(served + "claims.html#contested=1")
    rows = downloaded(page)
    assert rows
    assert all(int(r["reasons_and_items_for"]) and int(r["reasons_and_items_against"]) for r in rows)


def test_the_download_is_what_the_table_shows_in_its_order(visit: Open, base: str) -> None:
    page = visit().page
    page.goto(base + "claims.html#state=assessed&sort=title")
    titles = page.locator(f"{ROWS} th a").all_inner_texts()
    rows = downloaded(page)
    assert [r["title"].removeprefix("'") for r in rows] == titles
    assert titles == sorted(titles, key=str.lower)
    assert [r["credence"] for r in rows] != [""] * len(rows)
    assert not any(value[:1] in "=+@\t" and value for r in rows for value in (r["id"], r["title"]))


@pytest.mark.parametrize("name", LISTS)
def test_a_script_draws_the_rows_that_the_page_brought(visit: Open, served: str, name: str) -> None:
    tab = visit()
    page = tab.page
    page.goto(f"{served}{name}.html")
    rows = page.locator(f"[data-kb-table={name}] tbody tr")
    heads = page.locator(f"[data-kb-table={name}] th[data-key]")
    expect(heads.locator(".kb-sort")).to_have_count(heads.count())
    look = """rows => rows.map(row => [row.innerText, ...[...row.querySelectorAll('*')].map(
        e => [e.tagName, e.getAttribute('class')?.trim(), e.getAttribute('href'), e.dateTime].join())])"""
    brought = rows.evaluate_all(look)
    assert len(brought) > 2
    page.get_by_label("Words").fill("e")
    page.get_by_label("Words").fill("")
    assert rows.evaluate_all(look) == brought
    hrefs = page.locator(f"[data-kb-table={name}] tbody a").evaluate_all(
        "links => links.map(a => a.getAttribute('href'))"
    )
    assert all(href.endswith(".html") and "//" not in href for href in hrefs)
    assert tab.problems == []


@pytest.mark.parametrize("name", LISTS)
def test_every_choice_of_a_filter_leaves_as_many_rows_as_it_says(visit: Open, base: str, name: str) -> None:
    page = visit().page
    page.goto(f"{base}{name}.html")
    form = page.locator(f"[data-kb-filters={name}]")
    count = form.locator("output")
    expect(form.locator(".kb-check span").first).to_contain_text("(")
    tried = 0
    for select in form.locator("select").all():
        for option in select.locator("option:not([disabled])").all()[1:4]:
            said = re.search(r"\(([\d,]+)\)$", option.text_content() or "")
            assert said is not None
            select.select_option(option.get_attribute("value"))
            expect(count).to_have_text(re.compile(f"^{said[1]} of "))
            assert str(len(downloaded(page, name))) == said[1]
            tried += 1
        select.select_option("")
    for box in form.get_by_role("checkbox").all():
        said = re.search(r"\((\d+)\)", box.locator("xpath=..").inner_text())
        assert said is not None
        box.check()
        expect(count).to_have_text(re.compile(f"^{said[1]} of "))
        box.uncheck()
        tried += 1
    assert tried > 2


@pytest.mark.parametrize("name", LISTS)
def test_every_column_sorts_both_ways_with_what_is_unknown_last(visit: Open, served: str, name: str) -> None:
    tab = visit()
    page = tab.page
    page.goto(f"{served}{name}.html")
    rows = page.locator(f"[data-kb-table={name}] tbody tr")
    heads = page.locator(f"[data-kb-table={name}] th[data-key]")
    expect(heads.locator(".kb-sort")).to_have_count(heads.count())
    titles = page.locator(f"[data-kb-table={name}] tbody th > a")
    every = sorted(titles.all_inner_texts())
    for i in range(heads.count()):
        seen = []
        for _ in range(2):
            heads.nth(i).locator("button").click()
            cells = rows.evaluate_all(
                "(rows, i) => rows.map(row => (i ? row.cells[i] : row.cells[0].firstChild).textContent.trim())", i
            )
            seen.append([cell for cell in cells if cell])
            assert all(cells[: len(seen[-1])]), "what is unknown is not at the end"
            assert sorted(titles.all_inner_texts()) == every
        known = {cell for cell in seen[0] if cell not in ("not assessed", "the editors", "nothing with a credence")}
        assert len(known) < 2 or seen[0][0] != seen[1][0], heads.nth(i).inner_text()
        assert f"sort={'' if heads.nth(i).get_attribute('aria-sort') == 'ascending' else '-'}" in page.url
    assert tab.problems == []


def test_the_keyboard_sorts_and_the_head_says_how(visit: Open, served: str) -> None:
    page = visit().page
    page.goto(served + "claims.html")
    button = page.get_by_role("button", name="Moved")
    button.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("columnheader", name="Moved")).to_have_attribute("aria-sort", "descending")
    expect(button).to_be_focused()
    page.keyboard.press("Space")
    expect(page.get_by_role("columnheader", name="Moved")).to_have_attribute("aria-sort", "ascending")
    expect(page.locator("th[aria-sort]")).to_have_count(1)


HOSTILE = '=HYPERLINK("x"), said "one",\nand 2'


def many(built: Path, folder: Path) -> Path:
    """The site with ten thousand claims in its table: the same page, other rows."""
    site = folder / "site"
    shutil.copytree(built, site)
    script = (site / "assets" / "claims.js").read_text("utf-8")
    data = json.loads(script.removeprefix("window.counterpoiseRows=").rstrip().removesuffix(";"))
    pattern = data["rows"]
    data["rows"] = [
        [f"{row[0]}-{n}", f"{row[1]} in kitchen {n % 997}", *row[2:]]
        for n in range(MANY)
        for row in [pattern[n % len(pattern)]]
    ]
    data["rows"][7][1] = HOSTILE
    (site / "assets" / "claims.js").write_text("window.counterpoiseRows=" + json.dumps(data) + ";\n", "utf-8")
    return site


def test_ten_thousand_rows_filter_sort_and_download_whole(visit: Open, built: Path, tmp_path: Path) -> None:
    site = many(built, tmp_path)
    tab = visit()
    page = tab.page
    page.goto((site / "claims.html").as_uri() + "#sort=title")
    expect(page.locator("output")).to_have_text("10,000 claims")
    assert page.locator(ROWS).count() < 1000, "all rows are drawn at once"
    page.locator("input[name=q]").fill("kitchen 77")
    wanted = sum("77" in f"{n} {n % 997}" for n in range(MANY) if n != 7)  # in the id or in the title
    expect(page.locator("output")).to_have_text(f"{wanted} of 10,000 claims")
    page.get_by_role("button", name="Moved").click()
    expect(page.get_by_role("columnheader", name="Moved")).to_have_attribute("aria-sort", "descending")
    page.get_by_role("button", name="Claim", exact=True).click()
    page.get_by_role("button", name="Reset").click()
    rows = downloaded(page)
    assert len(rows) == MANY
    assert rows[7]["title"] == cell(HOSTILE) == '\'=HYPERLINK("x"), said "one", and 2', "as the export writes it"
    for _ in range(3):
        before = page.locator(ROWS).count()
        page.evaluate("scrollTo(0, document.documentElement.scrollHeight)")
        expect(page.locator(ROWS).nth(before)).to_be_attached()
    assert page.locator(ROWS).nth(before).get_attribute("aria-rowindex") == str(before + 2)
    expect(page.locator("[data-kb-table=claims]")).to_have_attribute("aria-rowcount", "10001")
    assert tab.problems == []


def test_without_scripts_the_table_is_there_and_its_filters_are_not(visit: Open, base: str) -> None:
    page = visit(scripts=False).page
    page.goto(base + "claims.html")
    expect(page.locator("[data-kb-filters]")).to_be_hidden()
    expect(page.locator(ROWS)).to_have_count(15)
    expect(page.get_by_role("link", name="the outline")).to_be_visible()


def test_on_a_phone_the_filters_fit(visit: Open, served: str) -> None:
    page = visit(width=390).page
    page.goto(served + "claims.html#q=bread")
    expect(page.locator("output")).to_contain_text("of 15 claims")
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    for field in page.locator(".kb-filters :is(input, select, button)").all():
        box = field.bounding_box()
        assert box is not None
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= 390
    row = page.locator(".kb-filters__row").bounding_box()
    form = page.locator(".kb-filters").bounding_box()
    assert row is not None
    assert form is not None
    assert row["width"] > form["width"] * 0.8, "the buttons stand in one narrow column"
