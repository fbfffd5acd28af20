"""Titles of pictures, and which estimates are drawn: with a script and without, by keyboard, by address."""

from __future__ import annotations

import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from conftest import Open
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.browser

PAGE = "quantity/preference-share.html"
WIDE = "svg.kb-chart.kb-wide"


def lines(page: Page) -> list[str]:
    """Titles of the estimates that are drawn, from top to bottom."""
    found: list[str] = page.eval_on_selector_all(
        f"{WIDE} .kb-est",
        "all => all.filter((g) => g.getBoundingClientRect().height > 0)"
        ".sort((a, b) => a.getBoundingClientRect().top - b.getBoundingClientRect().top)"
        ".map((g) => g.querySelector('a').getAttribute('href'))",
    )
    return found


def test_a_reader_leaves_out_what_is_guessed_and_the_address_keeps_it(visit: Open, base: str) -> None:
    tab = visit()
    page = tab.page
    page.goto(base + PAGE)
    assert len(lines(page)) == 3
    whole = page.locator(WIDE).bounding_box()
    page.get_by_text("Choose which estimates are drawn").click()
    page.get_by_label("guessed (2)").focus()
    page.keyboard.press("Space")
    expect(page.locator(".kb-choose output")).to_have_text("1 of 3 estimates are drawn, on the scale of all of them.")
    assert len(lines(page)) == 1
    assert "preference-share" in lines(page)[0]
    expect(page.locator("[data-kb-estimates] .kb-finding")).to_be_hidden()
    expect(page.locator("tr[data-est]:not([hidden])")).to_have_count(1)
    less = page.locator(WIDE).bounding_box()
    assert whole is not None
    assert less is not None
    assert less["height"] < whole["height"]
    assert "nobasis=guessed" in page.url

    again = visit()
    again.page.goto(page.url)
    expect(again.page.locator(".kb-choose details")).to_have_attribute("open", "")
    assert len(lines(again.page)) == 1
    again.page.get_by_role("button", name="Draw all").click()
    expect(again.page.locator(".kb-choose output")).to_have_text("All 3 estimates are drawn.")
    assert len(lines(again.page)) == 3
    assert "nobasis" not in again.page.url
    assert not tab.problems
    assert not again.problems


def test_lines_that_stay_close_up_in_their_order(visit: Open, served: str) -> None:
    page = visit().page
    page.goto(served + PAGE)
    before = lines(page)
    page.get_by_text("Choose which estimates are drawn").click()
    page.locator(".kb-choose input[name=by]").first.uncheck()
    after = lines(page)
    assert 0 < len(after) < len(before)
    assert after == [line for line in before if line in after]
    tops = page.eval_on_selector_all(
        f"{WIDE} .kb-est", "all => all.map((g) => g.getBoundingClientRect()).filter((b) => b.height).map((b) => b.top)"
    )
    box = page.locator(WIDE).bounding_box()
    assert box is not None
    assert all(box["y"] <= top + 1 <= box["y"] + box["height"] for top in tops)


def test_nothing_left_is_said(visit: Open, served: str) -> None:
    page = visit().page
    page.goto(served + PAGE + "#nobasis=guessed+measured")
    expect(page.locator(".kb-choose output")).to_have_text("No estimate is left: tick a box.")


def test_without_a_script_all_are_drawn_and_no_box_is_shown(visit: Open, served: str) -> None:
    page = visit(scripts=False).page
    page.goto(served + PAGE)
    assert page.locator(".kb-choose").is_hidden()
    expect(page.locator("[data-kb-estimates] .kb-finding")).to_be_visible()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_choice_and_the_story_are_accessible(visit: Open, served: str, scheme: str) -> None:
    page = visit(width=390, scheme=scheme).page
    for path in (PAGE, "claim/cold-rise-tastes-better.html"):
        page.goto(served + path)
        for folded in page.locator(".kb-choose summary").all():
            folded.click()
        found = Axe().run(page)
        assert found.violations_count == 0, found.generate_report()


def test_the_downloaded_picture_carries_its_title(visit: Open, served: str) -> None:
    page = visit().page
    page.goto(served + PAGE)
    finding = page.locator("[data-kb-estimates] .kb-finding").inner_text()
    with page.expect_download() as made:
        page.get_by_role("button", name="Download picture as SVG").first.click()
    svg = made.value.path().read_text("utf-8")
    assert finding in re.sub(r"\s+", " ", " ".join(re.findall(r">([^<]+)</text>", svg)))


def test_a_story_reads_from_the_base_rate_to_the_number(visit: Open, base: str) -> None:
    tab = visit()
    page = tab.page
    page.goto(base + "claim/cold-rise-tastes-better.html#story")
    steps = page.locator("ol.kb-story > li")
    expect(steps.first.locator(".kb-story__n")).to_have_text("40%")
    expect(steps.last.locator(".kb-story__n")).to_have_text(page.locator(".kb-big").inner_text())
    assert steps.nth(1).locator(".kb-story__n").inner_text() != ""
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert not tab.problems
