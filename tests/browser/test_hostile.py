"""Records that try to run something in the reader's browser, beside a control that shows that the trap works."""

from __future__ import annotations

from pathlib import Path

import pytest
from conftest import KINDS, Open

pytestmark = pytest.mark.browser


def test_the_trap_catches_a_script_that_does_run(visit: Open, tmp_path: Path) -> None:
    page = tmp_path / "control.html"
    page.write_text("<!doctype html><title>control</title><img src=x onerror=\"alert('ran')\">", "utf-8")
    tab = visit()
    with tab.page.expect_event("dialog"):
        tab.page.goto(page.as_uri())
    assert "dialog: ran" in tab.problems


def test_the_policy_stops_what_would_get_through(visit: Open, built: Path, tmp_path: Path) -> None:
    """Even if escaping failed, the page's own policy would stop the script."""
    text = (built / KINDS["claim"]).read_text("utf-8")
    broken = built / "claim" / "broken-escape.html"
    broken.write_text(
        text.replace("<h1 ", "<script>alert('through')</script><img src=x onerror=alert(8)><h1 ", 1), "utf-8"
    )
    try:
        tab = visit()
        tab.page.goto(broken.as_uri())
        tab.page.wait_for_timeout(200)
    finally:
        broken.unlink()
    assert not [p for p in tab.problems if p.startswith("dialog")]
    assert [p for p in tab.problems if "Content Security Policy" in p]


@pytest.mark.parametrize(
    "path",
    [
        KINDS["hostile claim"],
        "claim/steam-makes-crust.html",
        KINDS["claims"],
        KINDS["outline"],
        "topic/oven.html",
        "question/which-factor-matters-most.html",
    ],
)
def test_nothing_of_a_hostile_record_runs(visit: Open, base: str, path: str) -> None:
    tab = visit()
    tab.page.goto(base + path)
    for link in tab.page.locator(".kb-page a").all():
        assert not (link.get_attribute("href") or "").startswith(("javascript:", "data:", "vbscript:"))
    tab.page.wait_for_timeout(100)
    assert tab.problems == []
    assert tab.page.locator(".kb-page script:not([type])").count() == 0
    assert tab.page.locator(".kb-page img, .kb-page [onclick], .kb-page [onload], .kb-page [onerror]").count() == 0


def test_hostile_text_is_shown_as_it_is_written(visit: Open, served: str) -> None:
    page = visit().page
    page.goto(served + KINDS["hostile claim"])
    heading = page.get_by_role("heading", level=1).inner_text()
    assert "<script>alert(1)</script>" in heading
    assert "@@kb:body@@ {{ 7 * 7 }}" in heading
    assert page.title().startswith("<script>alert(1)</script>")
    assert page.locator(".kb-lead").inner_text().startswith("</title><svg onload=alert(3)> {% raw %}")
    fine = page.get_by_role("link", name="fine", exact=True)
    assert fine.get_attribute("href") == "https://fine.example/a?b=c&d=e"
    assert fine.get_attribute("rel") == "nofollow ugc noopener"


def test_search_shows_a_hostile_title_as_text(visit: Open, served: str) -> None:
    tab = visit()
    tab.page.goto(served + "index.html")
    tab.page.keyboard.press("/")
    tab.page.keyboard.type("onerror alert")
    tab.page.locator("dialog.kb-search li").first.wait_for()
    assert "<script>" in tab.page.locator("dialog.kb-search li").first.inner_text()
    assert tab.problems == []
