"""Records that try to run something in the reader's browser, beside a control that shows that the trap works."""

from __future__ import annotations

import csv
import json
import re
import shutil
from pathlib import Path

import pytest
from conftest import CHANGED, CORPUS, KINDS, ROOT, Open
from hostile import FAMILIES, write_hostile
from playwright.sync_api import expect
from waiting import until

from kb.engine import assess
from kb.load import load
from kb.publish import build_site

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


# ---- a payload in every free text of every record ------------------------------------------------------------------

POLICY = re.compile(r'<meta http-equiv="Content-Security-Policy"[^>]*>')
PROVOKE = """() => {
  for (const details of document.querySelectorAll('details')) details.open = true;
  for (const element of document.querySelectorAll('body, body *')) {
    for (const name of ['pointerenter', 'mouseenter', 'mouseover', 'focus', 'toggle'])
      element.dispatchEvent(new Event(name));
  }
  return window.ran === undefined;
}"""
"""What a reader's pointer and keyboard would set off, and whether nothing ran."""


@pytest.fixture(scope="module")
def hostile_site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The site of the hostile debate as it is published."""
    records = tmp_path_factory.mktemp("hostile") / "claims"
    assert write_hostile(CORPUS, records) > 180
    loaded = load(records)
    assert not loaded.findings, loaded.findings
    target = tmp_path_factory.mktemp("hostile-site") / "public"
    return build_site(assess(loaded.corpus), ROOT, target, {}, CHANGED).path


@pytest.fixture(scope="module")
def unguarded(hostile_site: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same pages without their security policy: only escaping and cleaning protect them."""
    copy = Path(shutil.copytree(hostile_site, tmp_path_factory.mktemp("unguarded") / "public"))
    for path in sorted(copy.rglob("*.html")):
        text, n = POLICY.subn("", path.read_text("utf-8"))
        assert n == 1, path
        path.write_text(text, "utf-8")
    return copy


def paths_of(site: Path) -> list[str]:
    """Every page below a site's root but the two that lead elsewhere: the error page, which has a server's addresses,
    and the one of an old id."""
    found = sorted(p.relative_to(site).as_posix() for p in site.rglob("*.html"))
    return [p for p in found if p not in ("404.html", "claim/fans-ruin-bread.html")]


def test_every_family_reaches_the_pages(hostile_site: Path) -> None:
    shown = "".join((hostile_site / p).read_text("utf-8") for p in paths_of(hostile_site))
    for name in FAMILIES:
        assert any(
            payload[:20]
            .replace("&", "&amp;")
            .replace("<", "&lt;")
            .replace(">", "&gt;")
            .replace('"', "&#34;")
            .replace("'", "&#39;")
            in shown
            for payload in FAMILIES[name]
        ), name


def test_no_payload_runs_on_any_page_even_without_the_policy(visit: Open, unguarded: Path) -> None:
    tab = visit()
    ran = []
    for path in paths_of(unguarded):
        tab.page.goto((unguarded / path).as_uri())
        if not tab.page.evaluate(PROVOKE):
            ran.append(path)
    assert ran == []
    assert [p for p in tab.problems if not p.startswith("console: Failed to load resource")] == []


def _plant(page: Path, payload: str) -> None:
    """Put a payload into a page as a page without escaping would."""
    text = page.read_text("utf-8")
    page.write_text(text.replace("<h1 ", f"{payload}<h1 ", 1), "utf-8")


CONTROLS = [
    "<script>window.ran=1</script>",
    "<img src=x onerror=window.ran=1>",
    "<svg onload=window.ran=1></svg>",
    "<p onmouseover=window.ran=1>x</p>",
]


@pytest.mark.parametrize("payload", CONTROLS)
def test_control_the_same_trap_fires_where_escaping_is_missing(visit: Open, unguarded: Path, payload: str) -> None:
    planted = unguarded / "claim" / "planted.html"
    shutil.copy(unguarded / KINDS["claim"], planted)
    _plant(planted, payload)
    try:
        page = visit().page
        page.goto(planted.as_uri())
        page.evaluate(PROVOKE)
        until(page, "window.ran === 1")
    finally:
        planted.unlink()


@pytest.mark.parametrize("payload", CONTROLS)
def test_the_policy_alone_stops_what_the_trap_catches(visit: Open, hostile_site: Path, payload: str) -> None:
    planted = hostile_site / "claim" / "planted.html"
    shutil.copy(hostile_site / KINDS["claim"], planted)
    _plant(planted, payload)
    try:
        tab = visit()
        tab.page.goto(planted.as_uri())
        assert tab.page.evaluate(PROVOKE)
        tab.page.wait_for_timeout(150)
        assert tab.page.evaluate("window.ran === undefined")
        assert [p for p in tab.problems if "Content Security Policy" in p]
    finally:
        planted.unlink()


def test_every_hostile_page_is_quiet_and_carries_the_policy(visit: Open, hostile_site: Path) -> None:
    tab = visit(width=390)
    wide = []
    for path in paths_of(hostile_site):
        assert len(POLICY.findall((hostile_site / path).read_text("utf-8"))) == 1, path
        tab.page.goto((hostile_site / path).as_uri())
        if tab.page.evaluate("document.documentElement.scrollWidth") > 390:
            wide.append(path)
    assert tab.problems == []
    assert wide == [], "pages that a long word makes scroll sideways"


def test_no_link_of_a_hostile_page_leads_to_a_script(visit: Open, hostile_site: Path) -> None:
    page = visit().page
    for path in paths_of(hostile_site):
        page.goto((hostile_site / path).as_uri())
        bad = page.evaluate(
            """[...document.querySelectorAll('[href],[src],[action],[formaction]')].filter((e) =>
               /^(javascript|data|vbscript):/i.test((e.href && e.href.baseVal) ?? e.href ?? e.src ?? ''))
               .map((e) => e.outerHTML)"""
        )
        assert bad == [], path


def test_search_and_filters_show_hostile_text_as_text(visit: Open, unguarded: Path) -> None:
    page = visit().page
    page.goto((unguarded / "index.html").as_uri())
    page.keyboard.press("/")
    for typed in ("href", "script", "window ran", "onerror"):
        page.locator("dialog.kb-search input").fill(typed)
        page.wait_for_timeout(150)
        assert page.evaluate(PROVOKE), typed
    expect(page.locator("dialog.kb-search li").first).to_be_visible()
    page.goto((unguarded / "claims.html").as_uri() + "#q=%3Cimg%20src=x%20onerror=window.ran=1%3E")
    assert page.evaluate(PROVOKE)


def test_no_cell_that_a_spreadsheet_would_take_for_a_formula(hostile_site: Path) -> None:
    cells = 0
    for path in sorted(hostile_site.rglob("*.csv")):
        with path.open(encoding="utf-8", newline="") as file:
            for row in csv.reader(file):
                for cell in row:
                    cells += 1
                    number = re.fullmatch(r"[+-]?\d+(\.\d+)?(e[+-]?\d+)?", cell)
                    assert number or not cell.startswith(("=", "+", "-", "@", "\t", "\r")), (path.name, cell)
    assert cells > 100


def test_data_inside_pages_parses_and_cannot_end_its_element(hostile_site: Path) -> None:
    found = 0
    for path in paths_of(hostile_site):
        text = (hostile_site / path).read_text("utf-8")
        for body in re.findall(r'<script type="application/(?:ld\+)?json"[^>]*>(.*?)</script>', text, re.DOTALL):
            found += 1
            json.loads(body)
            assert "<" not in body, path
    assert found


@pytest.mark.parametrize("mark", ["\u202e", "\u2066", "\u200b", "\u0007", "\ufeff", "\u2028"])
def test_text_that_hides_or_turns_around_is_refused_when_it_is_read(tmp_path: Path, mark: str) -> None:
    shutil.copytree(CORPUS, tmp_path / "claims")
    path = tmp_path / "claims" / "oven" / "steam-makes-crust.yaml"
    text = path.read_text("utf-8")
    path.write_text(
        re.sub(r"(?m)^title: (.*)$", lambda m: f'title: "Steam {mark} makes crust"', text, count=1), "utf-8"
    )
    loaded = load(tmp_path / "claims")
    assert [f for f in loaded.findings if "steam-makes-crust" in str(f)]
