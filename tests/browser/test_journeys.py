"""What readers do: follow a number to its source, search, sort, filter, switch to dark, read without scripts."""

from __future__ import annotations

import pytest
from conftest import Open
from playwright.sync_api import expect

pytestmark = pytest.mark.browser

CLAIM = "Bread from a long cold rise tastes better"


def test_front_page_to_claim_to_source_and_back(visit: Open, base: str) -> None:
    tab = visit()
    page = tab.page
    page.goto(base + "index.html")
    page.get_by_role("link", name=CLAIM, exact=True).first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text(CLAIM)
    number = page.locator(".kb-big").inner_text()
    assert number.endswith("%")
    expect(page.locator(".kb-sum__total strong")).to_have_text(number)
    page.locator("#evidence ~ * a", has_text="A study of slow fermentation").first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("A study of slow fermentation")
    expect(page.locator("#moved ~ .kb-scroll").first).to_contain_text(CLAIM)
    page.go_back()
    expect(page.get_by_role("heading", level=1)).to_have_text(CLAIM)
    page.go_back()
    expect(page.locator(".kb-standing")).to_have_count(3)
    assert tab.problems == []


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("aroma acids", "Cold dough makes more aroma acids than warm dough"),
        ("tasetrs apart", "Tasters cannot tell the two loaves apart"),
        ("fans ruin", ""),
        ("keeps longer", "Bread from a long cold rise keeps longer"),
    ],
)
def test_search_finds_a_claim(visit: Open, base: str, typed: str, found: str) -> None:
    tab = visit()
    page = tab.page
    page.goto(base + "source/baking-handbook.html")
    assert not any("finder" in url or "search-index" in url for url in tab.requests), (
        "the search is loaded before anybody searches"
    )
    page.keyboard.press("/")
    page.keyboard.type(typed)
    results = page.locator("dialog.kb-search li")
    expect(page.locator(".kb-search__status")).to_contain_text("hit" if found else "Nothing")
    if found:
        expect(results.first).to_contain_text(found)
        page.keyboard.press("ArrowDown")
        page.keyboard.press("Enter")
        expect(page.get_by_role("heading", level=1)).to_have_text(found)
    else:  # an old id of a claim that was withdrawn
        expect(results.filter(has=page.locator("a[href*='/claim/']"))).to_have_count(0)
    assert tab.problems == []


def test_search_opens_and_closes_by_button_and_key(visit: Open, served: str) -> None:
    page = visit().page
    page.goto(served + "index.html")
    page.get_by_role("button", name="Search").click()
    expect(page.locator("dialog.kb-search")).to_be_visible()
    expect(page.locator("dialog.kb-search input")).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.locator("dialog.kb-search")).to_be_hidden()


def test_outline_folds_and_filters(visit: Open, base: str) -> None:
    page = visit().page
    page.goto(base + "map.html")
    hidden = page.locator(".kb-branch", has_text="Lactic bacteria keep working").last
    expect(hidden).to_be_hidden()
    page.get_by_label("Words").fill("lactic bacteria")
    expect(page.locator(".kb-branch:visible", has_text="Lactic bacteria keep working").last).to_be_visible()
    expect(page.locator("section:visible h2", has_text="Ovens")).to_have_count(0)
    page.get_by_role("button", name="Reset").click()
    page.get_by_role("button", name="Fold all", exact=True).click()
    expect(page.locator(".kb-outline details[open]")).to_have_count(0)


def test_dark_and_light(visit: Open, served: str) -> None:
    tab = visit(scheme="dark")
    tab.page.goto(served + "index.html")
    expect(tab.page.locator("body")).to_have_attribute("data-md-color-scheme", "slate")
    tab.page.locator("label[title='Switch to light']").click()
    expect(tab.page.locator("body")).to_have_attribute("data-md-color-scheme", "default")
    tab.page.goto(served + "claim/cold-rise-tastes-better.html")
    assert tab.scheme() == "default", "the choice is kept from page to page"
    light = visit()
    light.page.goto(served + "index.html")
    assert light.scheme() == "default"


def test_keyboard_reaches_the_content_first(visit: Open, served: str) -> None:
    page = visit().page
    page.goto(served + "claim/cold-rise-tastes-better.html")
    page.keyboard.press("Tab")
    expect(page.locator(".md-skip")).to_be_focused()
    page.keyboard.press("Enter")
    assert page.url.endswith("#page-title")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.closest('.kb-page') !== null")


def test_menu_on_a_phone_opens_by_keyboard(visit: Open, served: str) -> None:
    page = visit(width=390).page
    page.goto(served + "index.html")
    page.locator(".kb-menu summary").focus()
    page.keyboard.press("Enter")
    page.locator(".kb-menu").get_by_role("link", name="Sources").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Sources")


def test_reading_without_scripts(visit: Open, base: str) -> None:
    page = visit(scripts=False).page
    page.goto(base + "claim/cold-rise-tastes-better.html")
    expect(page.locator(".kb-big")).to_be_visible()
    expect(page.locator("svg.kb-map.kb-wide a").first).to_be_visible()
    expect(page.locator("svg.kb-waterfall.kb-wide")).to_be_visible()
    page.locator("svg.kb-map.kb-wide a", has_text="Tasters cannot tell").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Tasters cannot tell the two loaves apart")
    page.goto(base + "map.html")
    page.locator("summary", has_text="5 reasons").first.click()
    expect(page.get_by_role("link", name="Habit and aroma together make the preference").first).to_be_visible()
    page.goto(base + "claims.html")
    expect(page.locator("[data-kb-filters]")).to_be_hidden()
    expect(page.locator("[data-kb-table] tbody tr")).to_have_count(15)


def test_old_id_leads_to_the_record(visit: Open, base: str) -> None:
    page = visit().page
    page.goto(base + "claim/fans-ruin-bread.html")
    page.wait_for_url("**/claim/withdrawn-claim.html")
    expect(page.locator(".kb-banner")).to_contain_text("superseded")
