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
from playwright.sync_api import Page, expect
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


FORMULA = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")
"""How a cell begins that a spreadsheet computes; some take the full-width forms for the plain ones."""


def test_no_cell_that_a_spreadsheet_would_take_for_a_formula(hostile_site: Path) -> None:
    cells = 0
    for path in sorted(hostile_site.rglob("*.csv")):
        with path.open(encoding="utf-8", newline="") as file:
            for row in csv.reader(file):
                for cell in row:
                    cells += 1
                    number = re.fullmatch(r"[+-]?\d+(\.\d+)?(e[+-]?\d+)?", cell)
                    assert number or not cell.startswith(FORMULA), (path.name, cell)
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


# ---- what a page makes in the browser: lists, files, drafts, what stands in the address ------------------------------


def test_no_cell_of_a_file_made_in_the_browser_is_a_formula(visit: Open, hostile_site: Path) -> None:
    tab = visit()
    guarded: set[str] = set()
    for name in ("claims", "evidence", "sources", "quantities", "people"):
        tab.page.goto((hostile_site / f"{name}.html").as_uri())
        with tab.page.expect_download() as download:
            tab.page.locator("[data-kb-csv]").dispatch_event("click")
        with download.value.path().open(encoding="utf-8", newline="") as file:
            rows = list(csv.DictReader(file, strict=True))
        shown = [row.get("title") or row["name"] for row in rows]
        for title, own in zip(shown, [load_title(hostile_site, row["id"]) for row in rows], strict=True):
            assert title == (f"'{own}" if own.startswith(FORMULA) else own)
        for cell in [cell for row in rows for cell in row.values()]:
            number = re.fullmatch(r"[+-]?\d+(\.\d+)?(e[+-]?\d+)?", cell)
            assert number or not cell.startswith(FORMULA), (name, cell)
            guarded |= {sign for sign in FORMULA if cell.startswith(f"'{sign}")}
    assert guarded >= {"=", "＝"}, "titles that begin as a formula does"
    assert tab.problems == []


def load_title(site: Path, id: str) -> str:
    """The title of a record as its file beside the page has it, as one line."""
    (path,) = [p for p in site.glob(f"*/{id}.json") if p.parent.name != "data"]
    return " ".join(json.loads(path.read_text("utf-8"))["record"]["title"].split())


NASTY = "%3Cimg%20src=x%20onerror=window.ran=1%3E"
ADDRESSES = {
    "claims.html": ("sort=constructor", "sort=-__proto__", "topic=__proto__&q=%ff%00", f"q={NASTY}&kind={NASTY}"),
    "evidence.html": ("sort=-title&design=__proto__", "q=(%5B%5C", "toString=1&sort=hasOwnProperty"),
    "map.html": ("person=%22%5D%2C*", f"topic={NASTY}&band=%E2%80%AE", "q=" + "%F0%9F%A7%AD" * 50),
    "quantity/preference-share.html": ("nobasis=__proto__%20constructor", f"noby={NASTY}", "nobasis=measured%00"),
    "index.html": (f"search={NASTY}", "search=%F0%9F%A7", "search=__proto__%20constructor", "search=(%5B%5C*"),
}
"""Page to states in its address that nobody's choices make."""


@pytest.mark.parametrize("path", ADDRESSES)
def test_nothing_in_the_address_runs_or_breaks_a_page(visit: Open, unguarded: Path, path: str) -> None:
    tab = visit()
    for state in ADDRESSES[path]:
        tab.page.goto("about:blank")
        tab.page.goto(f"{(unguarded / path).as_uri()}#{state}")
        tab.page.wait_for_timeout(250)
        assert tab.page.evaluate(PROVOKE), state
        assert tab.page.locator("img[src=x]").count() == 0, state
    assert [p for p in tab.problems if not p.startswith("console: Failed to load resource")] == []


DRAFT = {
    "mode": "evidence",
    "to": "rise/claim/cold-rise-tastes-better",
    "from": "",
    "question": "",
    "title": "<img src=x onerror=window.ran=1>",
    "values": {"e-title": "<img src=x onerror=window.ran=1>", "e-design": "__proto__", "e-source": "constructor"},
}
NO_DRAFTS = [
    '"text"',
    "7",
    "[[]]",
    '{"a": null}',
    {"a": {**DRAFT, "to": "x/\\\\tracker.example\\x/y"}},
    {"a": {**DRAFT, "to": ["rise/claim/cold-rise-tastes-better"]}},
    {"a": {**DRAFT, "mode": "constructor"}},
    {"a": {**DRAFT, "mode": "contest", "from": "../../x"}},
    {"a": {**DRAFT, "values": None}},
    {"a": {**DRAFT, "values": {"e-title": {"toString": 1}}}},
]
"""What a browser may hold where drafts are kept, and the form has not put there."""


def keep(page: Page, kept: object) -> None:
    """Put something where the drafts of a page are kept, and come back to it."""
    text = kept if isinstance(kept, str) else json.dumps(kept)
    page.evaluate("(text) => sessionStorage.setItem(`kb-add ${location.pathname}`, text)", text)
    page.reload()


def test_what_is_no_draft_is_left_alone(visit: Open, unguarded: Path) -> None:
    tab = visit()
    page = tab.page
    root = unguarded.as_uri()
    page.goto(f"{root}/{KINDS['claim']}")
    name = "evidence rise/claim/cold-rise-tastes-better"
    for kept in NO_DRAFTS:
        entries = {name if key == "a" else key: one for key, one in kept.items()} if isinstance(kept, dict) else kept
        keep(page, entries)
        page.wait_for_function("window.counterpoise.add !== undefined")
        page.wait_for_timeout(150)
        assert page.locator(".kb-add__card").count() == 0, kept
    assert [address for address in tab.requests if not address.startswith((root, "data:", "blob:"))] == []
    assert [p for p in tab.problems if not p.startswith("console: Failed to load resource")] == []


def test_a_draft_of_hostile_text_is_shown_as_text_beside_what_is_none(visit: Open, unguarded: Path) -> None:
    tab = visit()
    page = tab.page
    page.goto((unguarded / KINDS["claim"]).as_uri())
    keep(page, {"evidence rise/claim/cold-rise-tastes-better": DRAFT, "b": 7, "c": {"mode": "evidence"}})
    card = page.locator(".kb-add__card")
    expect(card).to_have_count(1)
    expect(card.locator(".kb-card__title")).to_have_text(str(DRAFT["title"]))
    card.get_by_role("button", name="Go on with it").click()
    expect(page.get_by_label("Title", exact=True)).to_have_value(str(DRAFT["title"]))
    assert page.evaluate(PROVOKE)
    page.get_by_role("button", name="Discard draft").click()
    expect(card).to_have_count(0)
    assert [p for p in tab.problems if not p.startswith("console: Failed to load resource")] == []


def test_search_cuts_long_words_between_characters(visit: Open, unguarded: Path) -> None:
    """Texts without blanks, as some languages write them, are cut too, and no character in the middle."""
    index = unguarded / "assets" / "search-index.js"
    before = index.read_text("utf-8")
    start, data = before.split("=", 1)
    rows = [[*row[:3], "\U0001f9ed" * 400, "", "", ""] for row in json.loads(data.rstrip(";\n"))]
    index.write_text(f"{start}={json.dumps(rows)};\n", "utf-8")
    try:
        page = visit().page
        page.goto((unguarded / "index.html").as_uri() + "#search=script")
        page.locator("dialog.kb-search li").first.wait_for()
        whole = "(all) => all.map(({ textContent: text }) => [text.length, text.isWellFormed()])"
        texts = page.locator(".kb-search__text").evaluate_all(whole)
    finally:
        index.write_text(before, "utf-8")
    assert texts
    assert all(length <= 152 and good for length, good in texts), texts


def test_a_link_with_thousands_of_words_looks_for_the_first_of_them(visit: Open, unguarded: Path) -> None:
    """Finding the nearest words takes long, and a tab must not hang for a link."""
    tab = visit()
    words = [f"{a}q{b}x{c}vv" for a in "bcdfghjklm" for b in "npqrstvwxz" for c in "bcdfghjklm"]
    tab.page.goto((unguarded / "index.html").as_uri() + "#search=" + "+".join([*words, "bread"]))
    status = tab.page.locator("dialog.kb-search [role=status]")
    expect(status).to_contain_text("“bqnxbvv”")
    assert 1 < status.inner_text().count("“") <= 160
    assert tab.problems == []
