"""Five questions of a newcomer, answered from the front page by clicks alone, each within three."""

from __future__ import annotations

import re

import pytest
from conftest import Open
from playwright.sync_api import Locator, Page, expect

pytestmark = pytest.mark.browser

CLAIM = "Bread from a long cold rise tastes better"


class Clicks:
    """A tab on the front page that counts the clicks made in it."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.made = 0

    def on(self, target: Locator) -> None:
        """Click, as a reader would: on something that is seen."""
        expect(target).to_be_visible()
        target.click()
        self.made += 1


@pytest.fixture(params=[1280, 390])
def newcomer(visit: Open, served: str, request: pytest.FixtureRequest) -> Clicks:
    """A newcomer at a desk, and one with a phone."""
    page = visit(width=request.param).page
    page.goto(served + "index.html")
    return Clicks(page)


def seen(page: Page, what: Locator) -> None:
    """The answer is on the screen, without scrolling."""
    expect(what).to_be_in_viewport(ratio=0.2)


def test_how_likely_and_why(newcomer: Clicks) -> None:
    page = newcomer.page
    newcomer.on(page.locator("article").get_by_role("link", name=CLAIM, exact=True).first)
    seen(page, page.locator(".kb-big"))
    seen(page, page.locator(".kb-short"))
    expect(page.locator(".kb-short")).to_contain_text("Strongest for")
    assert newcomer.made == 1


def test_what_would_change_it(newcomer: Clicks) -> None:
    page = newcomer.page
    newcomer.on(page.locator("article").get_by_role("link", name=CLAIM, exact=True).first)
    expect(page.locator(".kb-short")).to_contain_text("Would change it most")
    if page.locator(".kb-jump").is_visible():
        newcomer.on(page.locator(".kb-jump summary"))
        newcomer.on(page.locator(".kb-jump").get_by_role("link", name="What would change it"))
    else:
        newcomer.on(
            page.get_by_role("navigation", name="On this page").get_by_role("link", name="What would change it")
        )
    seen(page, page.get_by_role("heading", name="What would change it"))
    assert newcomer.made <= 3


def test_which_evidence_is_counted_once(newcomer: Clicks) -> None:
    page = newcomer.page
    newcomer.on(page.locator("article").get_by_role("link", name=CLAIM, exact=True).first)
    newcomer.on(page.locator(".kb-how").get_by_role("link", name="which"))
    seen(page, page.get_by_role("heading", name="Evidence that is counted once"))
    expect(page.locator(".kb-once").first).to_contain_text(re.compile(r"\d lines"))
    expect(page.locator(".kb-once").first.locator(".kb-once__lines > li").nth(1)).to_be_visible()
    assert newcomer.made == 2


def test_who_disagrees_with_somebody(newcomer: Clicks) -> None:
    page = newcomer.page
    menu = page.locator(".kb-menu summary")
    if menu.is_visible():
        newcomer.on(menu)
        newcomer.on(page.locator(".kb-menu").get_by_role("link", name="People"))
    else:
        newcomer.on(page.locator(".kb-nav").get_by_role("link", name="People"))
    newcomer.on(page.locator(".kb-page").get_by_role("link", name="Baker B", exact=True).first)
    expect(page.get_by_role("heading", level=1)).to_have_text("Baker B")
    expect(page.locator(".kb-page")).to_contain_text("differ")
    assert newcomer.made <= 3


def test_get_me_the_numbers(newcomer: Clicks) -> None:
    page = newcomer.page
    newcomer.on(page.get_by_role("link", name="Get the numbers"))
    with page.expect_download() as download:
        newcomer.on(page.get_by_role("link", name="counterpoise.csv"))
    assert CLAIM in download.value.path().read_text("utf-8")
    assert newcomer.made == 2
