"""Search: ranked, forgiving, by keyboard, the same from a file as from a server, quick among ten thousand records."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from conftest import Open
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.browser

HITS = "dialog.kb-search li a"
MANY = 10_000


def search(page: Page, words: str) -> list[str]:
    """Titles that the search finds, best first."""
    if not page.locator("dialog.kb-search").is_visible():
        page.keyboard.press("/")
    page.locator("dialog.kb-search input").fill(words)
    expect(page.locator(".kb-search__status")).to_contain_text("ound" if words == "zzzzqqq" else "hit")
    return page.locator(".kb-search__title").all_inner_texts()


@pytest.mark.parametrize(
    ("typed", "best"),
    [
        ("baker b", "Baker B"),
        ("Bakr B", "Baker B"),
        ("lactic bakteria", "Lactic bacteria keep working at 5 degrees"),
        ("tasetrs cannot", "Tasters cannot tell the two loaves apart"),
        ("cold risee kepes longer", "Bread from a long cold rise keeps longer"),
        ("fermentatoin", "A study of slow fermentation"),
        ("BETTER", "better (as preferred in a tasting)"),
    ],
)
def test_the_best_hit_comes_first_in_spite_of_slips(visit: Open, built: Path, typed: str, best: str) -> None:
    page = visit().page
    page.goto((built / "index.html").as_uri())
    found = search(page, typed)
    assert best.lower() in [t.lower() for t in found[:3]], found[:5]


def test_exact_words_come_before_near_ones(visit: Open, built: Path) -> None:
    page = visit().page
    page.goto((built / "index.html").as_uri())
    found = search(page, "bacteria")
    exact = [("bacteria" in t.lower()) for t in found]
    assert exact[0]
    assert search(page, "zzzzqqq") == []


def test_matches_are_marked_and_kind_and_credence_are_shown(visit: Open, base: str) -> None:
    tab = visit()
    tab.page.goto(base + "index.html")
    search(tab.page, "cold rise tastes")
    first = tab.page.locator(HITS).first
    expect(first.locator(".kb-search__title mark").first).to_be_visible()

    assert "%" in first.locator(".kb-search__meta").inner_text()
    assert "claim" in first.locator(".kb-search__meta").inner_text()
    assert tab.problems == []


def test_what_a_record_says_is_never_markup_in_the_results(visit: Open, served: str) -> None:
    tab = visit()
    tab.page.goto(served + "index.html")
    search(tab.page, "hostile")
    assert tab.page.locator("dialog.kb-search :is(script, img, svg, iframe)").count() == 0
    assert tab.problems == []


def test_the_keyboard_does_everything(visit: Open, base: str) -> None:
    tab = visit()
    page = tab.page
    page.goto(base + "guide.html")
    page.keyboard.press("/")
    expect(page.locator("dialog.kb-search input")).to_be_focused()
    page.keyboard.type("bread")
    expect(page.locator(HITS).nth(2)).to_be_visible()
    page.keyboard.press("ArrowDown")
    expect(page.locator(HITS).first).to_be_focused()
    page.keyboard.press("ArrowDown")
    expect(page.locator(HITS).nth(1)).to_be_focused()
    page.keyboard.press("ArrowUp")
    page.keyboard.press("ArrowUp")
    expect(page.locator("dialog.kb-search input")).to_be_focused()
    page.keyboard.press("ArrowDown")
    page.keyboard.type(" cold")
    expect(page.locator("dialog.kb-search input")).to_have_value("bread cold")
    expect(page.locator("dialog.kb-search input")).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.locator("dialog.kb-search")).to_be_hidden()
    expect(page).not_to_have_url(re.compile("search="))
    page.keyboard.press("/")
    page.keyboard.type("keeps longer")
    expect(page.locator(HITS).first).to_contain_text("keeps longer")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Bread from a long cold rise keeps longer")
    assert tab.problems == []


def test_results_have_an_address_and_are_there_after_going_back(visit: Open, base: str) -> None:
    page = visit().page
    page.goto(base + "index.html")
    search(page, "keeps longer")
    shared = page.url
    assert "#search=keeps+longer" in shared
    page.locator(HITS).first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Bread from a long cold rise keeps longer")
    page.go_back()
    expect(page.locator(HITS).first).to_contain_text("keeps longer")
    page.goto("about:blank")
    page.goto(shared)
    expect(page.locator("dialog.kb-search input")).to_have_value("keeps longer")
    expect(page.locator(HITS).first).to_contain_text("keeps longer")


def test_the_box_is_accessible_and_fits_a_phone(visit: Open, served: str) -> None:
    page = visit(width=390, scheme="dark").page
    page.emulate_media(reduced_motion="reduce")
    page.goto(served + "index.html")
    page.get_by_role("button", name="Search").click()
    search(page, "bread")
    found = Axe().run(page, context="dialog.kb-search").response["violations"]
    assert [v["id"] for v in found if v["impact"] in ("serious", "critical")] == []
    box = page.locator("dialog.kb-search").bounding_box()
    assert box is not None
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= 390
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


def test_without_scripts_search_leads_to_the_table_and_the_outline(visit: Open, base: str) -> None:
    page = visit(scripts=False).page
    page.goto(base + "person/baker-b.html")
    page.locator("[data-kb-search]").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("All claims")
    expect(page.get_by_role("link", name="the outline")).to_be_visible()


def test_ten_thousand_records_are_searched(visit: Open, built: Path, tmp_path: Path) -> None:
    site = tmp_path / "site"
    shutil.copytree(built, site)
    path = site / "assets" / "search-index.js"
    rows = json.loads(path.read_text("utf-8").removeprefix("window.counterpoiseIndex=").rstrip().rstrip(";"))
    many = [
        [f"{row[0]}-{n}", row[1], f"{row[2]} in kitchen {n}", f"{row[3]} batch {n}", *row[4:]]
        for n in range(MANY)
        for row in [rows[n % len(rows)]]
    ]
    path.write_text("window.counterpoiseIndex=" + json.dumps(many) + ";\n", "utf-8")
    tab = visit()
    page = tab.page
    page.goto((site / "index.html").as_uri())
    page.locator("[data-kb-search]").click()
    field = page.get_by_role("searchbox")
    number = next(n for n, row in enumerate(many) if n > 4000 and row[0].startswith("bacteria-work-in-cold"))
    field.fill(f"lactik bacteria {number}")
    hits = page.locator("dialog.kb-search ol a")
    expect(hits.first).to_contain_text(f"kitchen {number}")
    field.fill("cold rise tsates")
    expect(hits.first).to_contain_text("cold rise tastes")
    expect(hits).to_have_count(30)
    assert tab.problems == []
