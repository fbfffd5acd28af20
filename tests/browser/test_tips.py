"""Words that explain themselves: on hover, on focus, on a click and a tap, with and without scripts."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from conftest import KINDS, ROOT, Open
from playwright.sync_api import Page, expect
from waiting import until

from kb.engine import assess
from kb.load import load
from kb.pages import Settings, Site
from kb.pages.kinds import render_record

pytestmark = pytest.mark.browser

WORD = ".kb-big__word .kb-tip"
LONGEST = "most-algorithmic-progress-is-data-progress"


def open_boxes(page: Page) -> int:
    """How many explanations are open."""
    return page.locator(".kb-tipbox:popover-open").count()


def ready(page: Page) -> None:
    """Wait for the script of the explanations."""
    until(page, "[...document.scripts].some((s) => s.src.endsWith('tips.js'))")
    page.wait_for_load_state("networkidle")


def test_hover_opens_and_leaving_closes_unless_the_pointer_goes_into_the_box(visit: Open, base: str) -> None:
    tab = visit()
    page = tab.page
    page.goto(base + KINDS["claim"])
    ready(page)
    page.locator(WORD).first.hover()
    box = page.locator("#tip-word")
    expect(box).to_be_visible()
    expect(box).to_contain_text("very likely 80% to 95%")
    box.hover()
    page.wait_for_timeout(400)
    expect(box).to_be_visible()
    page.mouse.move(5, 5)
    expect(box).to_be_hidden()
    assert tab.problems == []


def test_focus_opens_and_escape_closes(visit: Open, served: str) -> None:
    page = visit().page
    page.goto(served + KINDS["claim"])
    ready(page)
    before = page.locator(".kb-crumbs a").last
    before.focus()
    page.keyboard.press("Tab")
    expect(page.locator(WORD).first).to_be_focused()
    box = page.locator("#tip-word")
    expect(box).to_be_visible()
    expect(box).to_contain_text("Enter keeps this open")
    page.keyboard.press("Escape")
    expect(box).to_be_hidden()
    expect(page.locator(WORD).first).to_be_focused()
    expect(page.locator("#tip-word")).to_be_hidden()
    expect(page.locator(WORD).first).to_be_focused()


def test_enter_opens_the_way_to_the_link_that_tab_passes_by_before(visit: Open, served: str) -> None:
    page = visit().page
    page.goto(served + KINDS["claim"])
    ready(page)
    page.locator(".kb-crumbs a").last.focus()
    page.keyboard.press("Tab")
    box, word = page.locator("#tip-word"), page.locator(WORD).first
    expect(box).to_be_visible()
    page.keyboard.press("Tab")
    expect(box).to_be_hidden()
    assert page.evaluate("document.activeElement.closest('.kb-tipbox')") is None
    page.keyboard.press("Shift+Tab")
    expect(word).to_be_focused()
    page.keyboard.press("Enter")
    expect(box).to_be_visible()
    page.keyboard.press("Tab")
    expect(box.get_by_role("link", name="More")).to_be_focused()
    found = Axe().run(page, context="#tip-word").response["violations"]
    assert [v["id"] for v in found] == []
    page.keyboard.press("Escape")
    expect(box).to_be_hidden()
    expect(word).to_be_focused()


def test_left_and_right_go_through_the_words_of_a_section(visit: Open, served: str) -> None:
    page = visit().page
    page.goto(served + KINDS["claim"])
    ready(page)
    words = page.locator("section[aria-labelledby='reasons'] > .kb-hint .kb-tip")
    assert words.count() > 2
    stops = "words => words.map((word) => word.tabIndex)"
    assert words.evaluate_all(stops) == [0] + [-1] * (words.count() - 1)
    words.first.focus()
    page.keyboard.press("ArrowRight")
    expect(words.nth(1)).to_be_focused()
    assert words.evaluate_all(stops)[:3] == [-1, 0, -1]
    expect(page.locator(".kb-tipbox:popover-open")).to_have_count(1)
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("ArrowLeft")
    expect(words.first).to_be_focused()


@pytest.mark.parametrize("scripts", [True, False])
def test_the_longest_page_has_far_fewer_than_two_hundred_stops(
    visit: Open, served: str, built: Path, scripts: bool
) -> None:
    """The page of the founding debate with the most words, reasons and inputs, inside the frame of another."""
    site = Site(assess(load(ROOT / "claims").corpus), Settings())
    body = str(render_record(site, site.corpus[LONGEST]).body)
    frame = (built / KINDS["claim"]).read_text("utf-8")
    start, end = re.search(r"<article [^>]*>", frame), frame.rindex("</article>")
    assert start is not None
    tab = visit(scripts=scripts)
    page = tab.page
    whole = frame[: start.end()] + body + frame[end:]
    page.route(f"**/claim/{LONGEST}.html", lambda route: route.fulfill(body=whole, content_type="text/html"))
    page.goto(f"{served}claim/{LONGEST}.html")
    if scripts:
        ready(page)
        page.locator(".kb-figure--live").wait_for()
    stops = 0
    while page.evaluate("document.activeElement !== document.body") or stops == 0:
        page.keyboard.press("Tab")
        stops += 1
        assert stops < (185 if scripts else 270)
    assert stops > 100, "the page was not there"


def test_a_click_keeps_it_open_and_a_second_click_closes_it(visit: Open, served: str) -> None:
    page = visit().page
    page.goto(served + KINDS["claim"])
    ready(page)
    word = page.locator(WORD).first
    word.click()
    page.mouse.move(5, 5)
    page.wait_for_timeout(400)
    expect(page.locator("#tip-word")).to_be_visible()
    word.click()
    expect(page.locator("#tip-word")).to_be_hidden()


def test_only_one_is_open_at_a_time(visit: Open, served: str) -> None:
    page = visit().page
    page.goto(served + KINDS["claim"])
    ready(page)
    page.locator("#sum ~ p .kb-tip").first.click()
    page.locator("#sum ~ p .kb-tip").last.click()
    assert open_boxes(page) == 1


@pytest.mark.parametrize("scripts", [True, False])
def test_a_tap_on_a_phone_opens_it_inside_the_screen(visit: Open, base: str, scripts: bool) -> None:
    page = visit(width=390, scripts=scripts).page
    page.goto(base + KINDS["claim"])
    for i, word in enumerate(page.locator(".kb-page .kb-tip:visible").all()[:12]):
        word.click()
        box = page.locator(".kb-tipbox:popover-open")
        expect(box).to_have_count(1)
        place = box.bounding_box()
        assert place is not None
        assert place["x"] >= 0, i
        assert place["x"] + place["width"] <= 390, i
        assert place["y"] + place["height"] <= 844 + 1, i
        page.keyboard.press("Escape")
        expect(box).to_have_count(0)


def test_a_box_stands_beside_its_word(visit: Open, served: str) -> None:
    page = visit().page
    page.goto(served + KINDS["claim"])
    ready(page)
    for word in page.locator("#sum ~ * .kb-tip:visible").all():
        word.click()
        at, box = word.bounding_box(), page.locator(".kb-tipbox:popover-open").bounding_box()
        assert at is not None
        assert box is not None
        gap = max(box["y"] - (at["y"] + at["height"]), at["y"] - (box["y"] + box["height"]))
        assert 0 <= gap < 20
        assert box["x"] <= at["x"] + at["width"]
        assert box["x"] + box["width"] >= at["x"]
        page.keyboard.press("Escape")


def test_the_explanation_is_the_description_of_its_word(visit: Open, served: str) -> None:
    page = visit().page
    page.goto(served + KINDS["claim"])
    word = page.get_by_role("button", name="decibans").first
    expect(word).to_have_accessible_description(re.compile("on a scale that adds instead of multiplying"))


def test_the_sum_is_told_in_words(visit: Open, base: str) -> None:
    page = visit(scripts=False).page
    page.goto(base + KINDS["claim"])
    worked = page.locator(".kb-worked")
    expect(worked.locator("li").first).to_be_hidden()
    worked.locator("summary").click()
    expect(worked.locator("li").first).to_contain_text("It starts at its base rate: odds of")
    expect(worked.locator("li").last).to_contain_text(page.locator(".kb-big").inner_text())


def test_the_tab_key_stops_once_in_a_section_at_each_word_without_scripts(visit: Open, served: str) -> None:
    page = visit(scripts=False).page
    page.goto(served + KINDS["claim"])
    repeated = page.locator("#story ~ .kb-story .kb-tip[popovertarget='tip-odds']")
    assert repeated.count() > 1
    stops = repeated.evaluate_all("(words) => words.map((word) => word.tabIndex)")
    assert stops == [0] + [-1] * (len(stops) - 1)
    repeated.last.click()
    expect(page.locator("#tip-odds")).to_be_visible()
