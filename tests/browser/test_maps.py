"""Maps and the outline: read as pictures, as lists and by keyboard; opened in place, zoomed, downloaded, printed."""

from __future__ import annotations

import base64
import itertools
import re
import shutil
from pathlib import Path
from xml.etree import ElementTree

import pytest
from axe_playwright_python.sync_playwright import Axe
from conftest import CORPUS, ROOT, Open
from playwright.sync_api import Browser, Locator, Page, expect
from waiting import until

from kb.engine import assess
from kb.load import load
from kb.pages import Settings, Site
from kb.pages import outline as outlines
from kb.pages.outline import outline_fragment, outline_script

pytestmark = pytest.mark.browser

CLAIM = "claim/cold-rise-tastes-better.html"
QUESTION = "question/which-factor-matters-most.html"
SVG = "{http://www.w3.org/2000/svg}"
FONTS = ROOT / "site" / "pages" / "assets" / "fonts"


def live(page: Page, address: str, form: str = "wide") -> Locator:
    """The map of a page once its script has taken it up."""
    page.goto(address)
    page.locator(".kb-figure--live").wait_for()
    return page.locator(f"svg.kb-map.kb-{form}")


def places(svg: Locator) -> list[list[float]]:
    """Left, top, right and bottom of each box, in the picture's own units."""
    return svg.locator("[data-box]").evaluate_all(
        """boxes => boxes.map((box) => {
            const [x, y] = box.getAttribute("transform").match(/[-0-9.]+/g).map(Number);
            const rect = box.querySelector("rect");
            return [x, y, x + Number(rect.getAttribute("width")) + 1.5, y + Number(rect.getAttribute("height")) + 1.5];
        })"""
    )


def apart(found: list[list[float]]) -> bool:
    """Whether no two boxes touch."""
    return all(
        a[2] <= b[0] or b[2] <= a[0] or a[3] <= b[1] or b[3] <= a[1] for a, b in itertools.combinations(found, 2)
    )


def labels_apart(svg: Locator) -> bool:
    """Whether no "+ n more" covers another, or a box."""
    tops = svg.locator(".kb-more").evaluate_all(
        "links => links.map(a => a.getAttribute('transform').match(/[-0-9.]+/g).map(Number))"
    )
    lines = [[x, y - 11, x + 60, y + 3] for x, y in tops]
    return apart(lines) and all(apart([line, box]) for line in lines for box in places(svg))


def inside(svg: Locator) -> bool:
    """Whether all boxes lie in the picture."""
    width, height = svg.evaluate("s => [s.viewBox.baseVal.width, s.viewBox.baseVal.height]")
    return all(x >= -0.1 and y >= -0.1 and r <= width + 0.1 and b <= height + 0.1 for x, y, r, b in places(svg))


def beyond(svg: Locator) -> Locator:
    """The first link to what is not drawn."""
    return svg.locator(".kb-more").first


def test_boxes_are_links_in_reading_order_with_visible_focus(visit: Open, base: str) -> None:
    page = visit(scripts=False).page
    page.goto(base + CLAIM)
    svg = page.locator("svg.kb-map.kb-wide")
    boxes = svg.locator("a.kb-box")
    numbers = [int(n) for n in boxes.evaluate_all("links => links.map(a => a.dataset.box)")]
    assert numbers == sorted(numbers)
    assert len(numbers) > 4
    boxes.first.focus()
    seen = []
    for _ in numbers:
        seen.append(page.evaluate("document.activeElement.dataset.box ?? 'more'"))
        stroke = page.evaluate("getComputedStyle(document.activeElement.querySelector('rect')).strokeWidth")
        assert stroke == "3px", "the focus cannot be seen"
        page.keyboard.press("Tab")
    assert [int(n) for n in seen if n != "more"] == numbers[: len([n for n in seen if n != "more"])]
    boxes.first.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).not_to_have_text("Bread from a long cold rise tastes better")


def test_left_and_right_go_through_the_boxes_which_are_one_stop_of_the_tab_key(visit: Open, base: str) -> None:
    page = visit().page
    svg = live(page, base + CLAIM)
    links = svg.locator("a")
    indexes = "links => links.map(a => a.tabIndex)"
    assert links.evaluate_all(indexes) == [0] + [-1] * (links.count() - 1)
    expect(page.locator("section[aria-labelledby='map'] > .kb-hint")).to_contain_text("left and right keys")
    links.first.focus()
    for _ in range(2):
        page.keyboard.press("ArrowRight")
    expect(links.nth(2)).to_be_focused()
    assert links.nth(2).evaluate("a => a.tabIndex") == 0
    page.keyboard.press("ArrowLeft")
    expect(links.nth(1)).to_be_focused()
    page.keyboard.press("Tab")
    expect(page.get_by_role("button", name="Smaller")).to_be_focused()
    beyond(svg).focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Close what was opened")).to_be_visible()
    assert links.evaluate_all(indexes).count(0) == 1, "boxes that were opened are no stops of their own"


@pytest.mark.parametrize("address", [CLAIM, QUESTION])
def test_the_keyboard_passes_over_a_map_at_once(visit: Open, base: str, address: str) -> None:
    page = visit().page
    live(page, base + address)
    skip = page.get_by_role("link", name="Skip the map")
    box = skip.bounding_box()
    assert box is not None
    assert box["width"] <= 1
    skip.focus()
    box = skip.bounding_box()
    assert box is not None
    assert box["height"] >= 20, "it shows while it has the focus"
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "This map in words"


def test_each_box_says_its_kind_credence_and_tie(visit: Open, served: str) -> None:
    page = visit().page
    svg = live(page, served + CLAIM)
    names = [
        b.get_attribute("aria-label") or b.locator("title").first.text_content() for b in svg.locator("a.kb-box").all()
    ]
    assert all(
        re.match(r"(claim|argument|evidence|undercut): .+, (supports|opposes|is |gets )", n or "") for n in names
    ), names
    link = page.get_by_role("link", name="claim: Tasters cannot tell the two loaves apart", exact=False).first
    expect(link).to_be_visible()


def test_the_map_in_words_holds_the_same_records(visit: Open, base: str) -> None:
    page = visit(scripts=False).page
    for address, form in ((CLAIM, "wide"), (QUESTION, "wide"), (CLAIM, "narrow")):
        page.goto(base + address)
        drawn = page.locator(f"svg.kb-map.kb-{form} a.kb-box").evaluate_all("l => l.map(a => a.getAttribute('href'))")
        page.locator(".kb-words summary").click()
        expect(page.locator(".kb-words a").first).to_be_visible()
        listed = page.locator(".kb-words a").evaluate_all("l => l.map(a => a.getAttribute('href'))")
        assert drawn == listed


def test_a_question_shows_three_steps_with_credences(visit: Open, served: str) -> None:
    page = visit().page
    svg = live(page, served + QUESTION)
    columns = {round(x) for x, *_ in places(svg)}
    assert len(columns) >= 3
    claims = svg.locator("a.kb-box--claim")
    for text in claims.all_text_contents():
        assert re.search(r"\d%|not assessed", text), text
    assert apart(places(svg))
    assert labels_apart(svg)
    assert inside(svg)


def test_what_is_not_drawn_opens_in_place(visit: Open, base: str) -> None:
    tab = visit()
    page = tab.page
    svg = live(page, base + CLAIM)
    first = svg.locator("[data-box]").count()
    assert labels_apart(svg)
    opened = 0
    while beyond(svg).count() and opened < 12:
        before = svg.locator("[data-box]").count()
        announced = int(beyond(svg).get_attribute("data-n") or 0)
        beyond(svg).focus()
        page.keyboard.press("Enter")
        expect(svg.locator("[data-box]")).to_have_count(before + min(announced, 6))
        expect(page.locator("svg.kb-map.kb-wide a.kb-box:focus")).to_have_count(1)
        assert apart(places(svg)), "boxes overlap"
        assert labels_apart(svg)
        assert inside(svg)
        opened += 1
    assert opened >= 2
    assert page.locator("h1").inner_text() == "Bread from a long cold rise tastes better", "it led to another page"
    every = svg.locator("[data-box]").count()
    shared = page.url
    assert "open=" in shared
    page.goto("about:blank")
    page.goto(shared)
    expect(svg.locator("[data-box]")).to_have_count(every)
    page.get_by_role("button", name="Close what was opened").click()
    expect(svg.locator("[data-box]")).to_have_count(first)
    assert "open=" not in page.url
    assert tab.problems == []


def test_opening_on_a_phone_keeps_the_page_narrow(visit: Open, base: str) -> None:
    tab = visit(width=390)
    page = tab.page
    svg = live(page, base + CLAIM, "narrow")
    before = svg.locator("[data-box]").count()
    beyond(svg).click()
    expect(svg.locator("[data-box]")).not_to_have_count(before)
    assert apart(places(svg))
    assert labels_apart(svg)
    assert inside(svg)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    figure = page.locator(".kb-figure--live")
    assert figure.evaluate("f => getComputedStyle(f).maxHeight") == "none", "a finger would be caught in the map"
    page.get_by_role("button", name="Larger").click()
    assert figure.evaluate("f => getComputedStyle(f).maxHeight") == "none"
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    assert tab.problems == []


def test_zoom_by_keys_and_buttons_pan_by_arrows_and_dragging(visit: Open, served: str) -> None:
    tab = visit()
    page = tab.page
    svg = live(page, served + CLAIM)
    figure = page.locator(".kb-figure--live")
    width = svg.evaluate("s => s.getBoundingClientRect().width")
    figure.focus()
    page.keyboard.press("+")
    page.keyboard.press("+")
    assert svg.evaluate("s => s.getBoundingClientRect().width") == pytest.approx(width * 1.5625, rel=0.01)
    left = figure.evaluate("f => f.scrollLeft")
    assert left > 0, "it grows from its middle"
    page.keyboard.press("ArrowRight")
    until(page, "left => document.querySelector('.kb-figure--live').scrollLeft > left", arg=left)
    box = figure.bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + 400, box["y"] + 120)
    page.mouse.down()
    page.mouse.move(box["x"] + 480, box["y"] + 120, steps=4)
    page.mouse.up()
    assert figure.evaluate("f => f.scrollLeft") < left + 60
    expect(page.get_by_role("heading", level=1)).to_have_text("Bread from a long cold rise tastes better")
    page.keyboard.press("-")
    page.keyboard.press("0")
    assert svg.evaluate("s => s.getBoundingClientRect().width") == pytest.approx(width, rel=0.01)
    page.get_by_role("button", name="Larger").click()
    assert svg.evaluate("s => s.getBoundingClientRect().width") > width
    page.get_by_role("button", name="Fit").click()
    assert svg.evaluate("s => s.getBoundingClientRect().width") == pytest.approx(width, rel=0.01)
    assert tab.problems == []


@pytest.mark.parametrize("opened", [True, False])
def test_what_is_looked_at_stays_in_sight_while_it_grows(visit: Open, served: str, opened: bool) -> None:
    page = visit().page
    svg = live(page, served + CLAIM)
    seen = svg.locator(".kb-box--middle")
    if opened:
        svg.locator(".kb-more").last.press("Enter")
        expect(page.locator("[role=status]", has_text="added")).to_be_attached()
        seen = svg.locator(f"[data-box='{page.evaluate('document.activeElement.dataset.box')}']")
        page.wait_for_timeout(500)
    for _ in range(4):
        page.get_by_role("button", name="Larger").click()
        assert seen.evaluate(
            """box => {
                const [a, f] = [box, box.closest(".kb-figure")].map((e) => e.getBoundingClientRect());
                return a.left >= f.left - 1 && a.right <= f.right + 1 && a.top >= f.top - 1 && a.bottom <= f.bottom + 1;
            }"""
        )


def test_the_wheel_scrolls_the_page_unless_control_is_held(visit: Open, served: str) -> None:
    page = visit().page
    svg = live(page, served + CLAIM)
    svg.scroll_into_view_if_needed()
    width = svg.evaluate("s => s.getBoundingClientRect().width")
    svg.hover()
    y = page.evaluate("scrollY")
    page.mouse.wheel(0, 120)
    until(page, "y => scrollY !== y", arg=y)
    assert svg.evaluate("s => s.getBoundingClientRect().width") == width
    svg.hover()
    page.keyboard.down("Control")
    page.mouse.wheel(0, -120)
    until(page, "w => document.querySelector('svg.kb-map.kb-wide').getBoundingClientRect().width > w", arg=width)
    page.keyboard.up("Control")


def pictures(page: Page) -> tuple[bytes, bytes, str]:
    """The first picture of a page as SVG and PNG, and the name of the latter."""
    found = []
    for kind in ("SVG", "PNG"):
        with page.expect_download() as download:
            page.get_by_role("button", name=f"Download picture as {kind}").first.click()
        found.append(download.value)
    return found[0].path().read_bytes(), found[1].path().read_bytes(), found[1].suggested_filename


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_pictures_are_downloaded_whole(visit: Open, base: str, browser: Browser, tmp_path: Path, scheme: str) -> None:
    tab = visit(scheme=scheme)
    live(tab.page, base + CLAIM)
    svg, png, name = pictures(tab.page)
    assert name == "counterpoise-cold-rise-tastes-better-map.png"
    tree = ElementTree.fromstring(svg)
    texts = ["".join(e.itertext()) for e in tree.iter(f"{SVG}text")]
    assert texts[0] == "Bread from a long cold rise tastes better"
    assert texts[-1].startswith("Counterpoise: “Bread from a long cold rise tastes better”")
    assert texts[-1].endswith("CC BY 4.0")
    assert "solid with +: supports; dashed with −: counts against; pale: adds nothing yet" in " ".join(texts)
    assert beyond(tab.page.locator("svg.kb-map.kb-wide")).count() == 1
    assert not [t for t in texts if t.startswith("+ ")], "it leads nowhere in a file"
    for element in tree.iter():
        assert not {"class", "href", "onclick", "data-box"} & set(element.attrib), "it would need the page"
        assert "var(" not in " ".join(element.attrib.values())
    assert b"@font-face" in svg
    assert b"file:" not in svg
    assert b"127.0.0.1" not in svg
    assert png.startswith(b"\x89PNG")
    width, height = int.from_bytes(png[16:20]), int.from_bytes(png[20:24])
    assert width == 2 * round(float(tree.attrib["width"]))
    assert abs(height - 2 * float(tree.attrib["height"])) <= 2
    assert tab.problems == []
    alone = tmp_path / "alone.svg"
    alone.write_bytes(svg)
    page = browser.new_page()
    requests: list[str] = []
    page.on("request", lambda request: requests.append(request.url))
    page.goto(alone.as_uri())
    assert page.evaluate("document.fonts.ready.then(f => f.size)") == 1
    assert page.evaluate("[...document.fonts][0].status") == "loaded", "the font inside is not used"
    assert [r for r in requests if not r.startswith("data:")] == [alone.as_uri()]
    page.close()


def test_the_sum_and_the_shares_are_downloaded_too(visit: Open, served: str) -> None:
    tab = visit()
    for address, name in ((CLAIM, "fall"), (QUESTION, "stack")):
        tab.page.goto(served + address)
        button = tab.page.locator(f".kb-figure:has(svg[id^={name}]) + .kb-tools-row").get_by_role("button", name="SVG")
        with tab.page.expect_download() as download:
            button.click()
        assert download.value.suggested_filename.endswith(f"-{name}.svg")
        assert len(list(ElementTree.fromstring(download.value.path().read_bytes()).iter(f"{SVG}rect"))) > 2
    assert tab.problems == []


def test_the_font_for_downloads_is_the_font_of_the_page() -> None:
    text = (FONTS / "source-sans-3.js").read_text("ascii")
    inside = re.search(r'"([^"]+)"', text)
    assert inside is not None
    assert base64.b64decode(inside[1]) == (FONTS / "source-sans-3.woff2").read_bytes(), (
        "write site/pages/assets/fonts/source-sans-3.js anew: the base64 of source-sans-3.woff2"
    )


@pytest.mark.parametrize("width", [1280, 390])
def test_an_opened_map_is_accessible(visit: Open, served: str, width: int) -> None:
    page = visit(width=width).page
    page.emulate_media(reduced_motion="reduce")
    svg = live(page, served + CLAIM, "wide" if width > 700 else "narrow")
    before = svg.locator("[data-box]").count()
    beyond(svg).click()
    expect(svg.locator("[data-box]")).not_to_have_count(before)
    for scheme in ("default", "slate"):
        page.evaluate("scheme => { document.body.dataset.mdColorScheme = scheme }", scheme)
        found = Axe().run(page).response["violations"]
        assert [v["id"] for v in found if v["impact"] in ("serious", "critical")] == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_printed_page_has_the_map_in_dark_ink_and_no_buttons(visit: Open, served: str, scheme: str) -> None:
    page = visit(scheme=scheme).page
    svg = live(page, served + CLAIM)
    page.emulate_media(media="print")
    ink = (
        "e => getComputedStyle(e).getPropertyValue(e.tagName === 'text' ? 'fill' : 'color').match(/\\d+/g).map(Number)"
    )
    for element in (page.locator("h1"), svg.locator("text").first, page.locator(".kb-lead").first):
        assert max(element.evaluate(ink)) < 110, "pale ink on white paper"
    ground = "e => getComputedStyle(e).fill.match(/\\d+/g).map(Number)"
    assert min(svg.locator(".kb-box rect").first.evaluate(ground)) > 220
    expect(svg).to_be_visible()
    expect(page.locator(".kb-tools-row").first).to_be_hidden()
    expect(page.locator(".kb-header")).to_be_hidden()


# ---- the outline --------------------------------------------------------------------------------------------------


def test_each_facet_leaves_as_many_records_as_it_says(visit: Open, served: str) -> None:
    page = visit().page
    page.goto(served + "map.html")
    count = page.locator("output")
    expect(count).to_contain_text("records")
    chosen = 0
    for name in ("topic", "kind", "band", "person"):
        select = page.locator(f"select[name={name}]")
        expect(select.locator("option").nth(1)).to_contain_text("(")
        for option in select.locator("option:not([disabled])").all()[1:4]:
            said = re.search(r"\((\d+)\)$", option.text_content() or "")
            assert said is not None
            select.select_option(option.get_attribute("value"))
            expect(count).to_have_text(re.compile(f"^{said[1]} of "))
            chosen += 1
        select.select_option("")
    for name in ("Contested", "With counter-evidence"):
        box = page.get_by_label(name)
        said = re.search(r"\((\d+)\)", box.locator("xpath=..").inner_text())
        assert said is not None
        assert int(said[1]) > 0
        box.check()
        expect(count).to_have_text(re.compile(f"^{said[1]} of "))
        box.uncheck()
    assert chosen >= 8


def test_the_outline_keeps_its_state_in_the_address(visit: Open, base: str) -> None:
    tab = visit()
    page = tab.page
    page.goto(base + "map.html#kind=claim&q=lactic")
    expect(page.locator("output")).to_have_text(re.compile("^1 of "))
    expect(page.locator(".kb-branch--hit", has_text="Lactic bacteria keep working").last).to_be_visible()
    page.get_by_role("button", name="Reset").click()
    expect(page.locator(".kb-branch--hit")).to_have_count(0)
    assert "kind" not in page.url
    assert tab.problems == []


def test_counter_evidence_is_found_where_an_item_counts_against(visit: Open, served: str) -> None:
    page = visit().page
    page.goto(served + "map.html#countered=1")
    expect(page.locator(".kb-branch--hit").first).to_be_visible()
    for hit in page.locator(".kb-branch--hit").all():
        inside = hit.locator(":scope > details > ul > li > p:has(.kb-dir--against):has(.kb-tag--evidence)")
        again = hit.locator(":scope > p", has_text="opened above")
        assert inside.count() or again.count()


def test_the_outline_unfolds_without_scripts_and_its_links_are_not_in_summaries(visit: Open, base: str) -> None:
    page = visit(scripts=False).page
    page.goto(base + "map.html")
    expect(page.locator("[data-kb-filters]")).to_be_hidden()
    assert page.locator("summary a").count() == page.locator("header summary a").count()
    page.locator(".kb-outline summary", has_text="reason").first.click()
    expect(page.locator(".kb-outline details[open] details + ul, .kb-outline details[open] li").first).to_be_visible()


@pytest.fixture(scope="module")
def large(built: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The site with the outline of a large debate."""
    site = tmp_path_factory.mktemp("large") / "site"
    shutil.copytree(built, site)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(outlines, "WHOLE", 5)
        records = Site(assess(load(CORPUS).corpus), Settings())
        page, whole = (site / "map.html").read_text("utf-8"), str(outline_fragment(records))
        start, end = page.index('<form class="kb-filters" data-kb-filters="outline"'), page.index("</div>\n</article>")
        (site / "map.html").write_text(page[:start] + whole + page[end + len("</div>\n") :], "utf-8")
        (site / "assets" / "outline.js").write_bytes(outline_script(records) or b"")
    return site


def test_the_outline_of_a_large_debate_comes_whole_when_somebody_filters(visit: Open, served: str, large: Path) -> None:
    small = visit().page
    small.goto(served + "map.html")
    expect(small.locator("output")).to_have_text(re.compile("^[0-9]+ records"))
    said = small.locator("output").text_content() or ""
    tab = visit()
    page = tab.page
    page.goto((large / "map.html").as_uri())
    lines = page.locator(".kb-branch")
    first = lines.count()
    assert 0 < first < small.locator(".kb-branch").count()
    expect(page.get_by_role("link", name="The whole outline of").first).to_be_visible()
    page.get_by_label("Words").fill("lactic bacteria")
    expect(page.locator(".kb-branch:visible", has_text="Lactic bacteria keep working").last).to_be_visible()
    page.get_by_role("button", name="Reset").click()
    expect(page.locator("output")).to_have_text(said)
    assert lines.count() == small.locator(".kb-branch").count()
    page.goto("about:blank")
    page.goto((large / "map.html").as_uri() + "#kind=claim&q=lactic")
    expect(page.locator("output")).to_have_text(re.compile("^1 of "))
    assert tab.problems == []
