"""Properties of every page: accessible in both schemes, narrow enough for a phone, silent, and asking nobody else."""

from __future__ import annotations

from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from conftest import KINDS, Open
from playwright.sync_api import Page

pytestmark = pytest.mark.browser

RULES = {
    "runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}
}
"""WCAG 2.2 at level AA, target size with it, and axe's own advice; whatever the impact."""


def pages_of(built: Path) -> list[str]:
    """Every page, relative to the site's root, without the one for addresses that do not exist."""
    found = [p.relative_to(built).as_posix() for p in sorted(built.rglob("*.html"))]
    return [p for p in found if p not in ("404.html", "claim/fans-ruin-bread.html")]


def test_the_list_of_kinds_names_a_page_of_each_folder(built: Path) -> None:
    folders = {Path(p).parent.as_posix() for p in pages_of(built)}
    assert folders == {Path(p).parent.as_posix() for p in KINDS.values()}


def faults(page: Page) -> list[str]:
    """Faults that axe finds, each with the element and what to do."""
    return [
        f"{v['id']}: {n['html'][:160]} {n['failureSummary'][-160:]}"
        for v in Axe().run(page, options=RULES).response["violations"]
        for n in v["nodes"]
    ]


def test_axe_finds_a_fault_where_there_is_one(visit: Open, tmp_path: Path) -> None:
    control = tmp_path / "control.html"
    control.write_text(
        "<!doctype html><html lang=en><title>c</title><main><h1>c</h1><p style='color:#bbb'>pale</p><img src=x>"
        "<button style='width:9px;height:9px'>x</button><button style='width:9px;height:9px'>y</button></main>",
        "utf-8",
    )
    page = visit().page
    page.goto(control.as_uri())
    assert {f.split(":")[0] for f in faults(page)} == {"color-contrast", "image-alt", "target-size"}


@pytest.mark.parametrize("kind", KINDS)
def test_no_accessibility_fault_in_either_scheme(visit: Open, served: str, kind: str) -> None:
    page = visit().page
    page.emulate_media(reduced_motion="reduce")  # no colour is measured half-way through a transition
    page.goto(served + KINDS[kind])
    assert faults(page) == [], "light"
    page.evaluate("document.body.dataset.mdColorScheme = 'slate'")
    assert faults(page) == [], "dark"


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_no_accessibility_fault_on_a_phone(visit: Open, served: str, scheme: str) -> None:
    tab = visit(width=390, scheme=scheme)
    tab.page.emulate_media(reduced_motion="reduce")
    found = {}
    for kind, path in KINDS.items():
        tab.page.goto(served + path)
        if here := faults(tab.page):
            found[kind] = here
    assert found == {}


@pytest.mark.parametrize(("width", "way"), [(390, "file"), (1280, "http")])
def test_every_page_fits_reports_no_error_and_asks_nobody_else(
    visit: Open, built: Path, served: str, width: int, way: str
) -> None:
    base = served if way == "http" else built.as_uri() + "/"
    tab = visit(width=width, scheme="dark" if width == 390 else "light")
    wide = []
    for path in pages_of(built):
        tab.page.goto(base + path)
        if tab.page.evaluate("document.documentElement.scrollWidth") > width:
            wide.append(path)
    assert wide == [], "pages that scroll sideways"
    assert [url for url in tab.requests if not url.startswith(base)] == [], "requests that leave the site"
    assert tab.problems == []


def test_in_short_is_on_a_phones_first_screen(visit: Open, served: str) -> None:
    page = visit(width=390).page
    page.goto(served + KINDS["claim"])
    top = page.locator("#in-short").bounding_box()
    assert top is not None
    assert top["y"] < 500


def test_pages_print_without_their_frame(visit: Open, served: str) -> None:
    page = visit().page
    page.goto(served + KINDS["claim"])
    page.emulate_media(media="print")
    assert not page.locator(".kb-header").is_visible()
    assert not page.locator(".kb-footer").is_visible()
    assert page.locator(".kb-big").is_visible()
