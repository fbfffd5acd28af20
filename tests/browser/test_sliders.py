"""What if, as readers use it: sliders that recompute the page, the address, the keyboard, no scripts, proposals."""

from __future__ import annotations

import math
import re
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import numpy as np
import pytest
from axe_playwright_python.sync_playwright import Axe
from conftest import CORPUS, Open
from playwright.sync_api import Locator, Page, expect
from waiting import until

from kb.engine import Assessment, assess
from kb.engine.inputs import Inputs
from kb.load import load
from kb.odds import DB, sigma
from kb.pages import Settings, Site, words
from kb.pages.claim import render_claim
from kb.pages.whatif import what_if

pytestmark = pytest.mark.browser

TASTE = "cold-rise-tastes-better"
PAGE = f"claim/{TASTE}.html"
BASE = f"b.{TASTE}"
RESULT = ".kb-whatif__result"


@pytest.fixture(scope="module")
def bread() -> Assessment:
    return assess(load(CORPUS).corpus)


def slider(page: Page, key: str) -> Locator:
    return page.locator(f"li[data-key='{key}'] input[type=range]")


def move(page: Page, key: str, value: float) -> None:
    """Put a slider somewhere, as a pointer does."""
    slider(page, key).evaluate(
        """(range, value) => {
          range.value = value;
          for (const name of ["input", "change"]) range.dispatchEvent(new Event(name, { bubbles: true }));
        }""",
        value,
    )


def moved(bread: Assessment, key: str, value: float) -> dict[str, float]:
    """Every claim's credence in the Python engine with one input moved, by id."""
    net, inputs = bread.result.net, Inputs.of(bread.result.net)
    letter, record, target = (*key.split("."), TASTE)[:3]
    if letter == "c":
        inputs.pin[net.ids.index(record), 0] = math.log(value / (100 - value))
    elif letter == "b":
        c = net.ids.index(record)
        members = net.questions[net.question_of[c]] if net.question_of[c] >= 0 else np.array([c])
        scale = (1 - value / 100) / (1 - net.pi[c])
        inputs.base_rate[members, 0] *= scale
        inputs.base_rate[c, 0] = value / 100
    elif letter == "s":
        for ids, claims, weights in (
            (net.item_ids, net.item_claim, inputs.item_weight),
            (net.link_ids, net.link_claim, inputs.link_weight),
        ):
            for i, id in enumerate(ids):
                if (id, net.ids[claims[i]]) == (record, target):
                    weights[i, 0] = math.copysign(value * DB, weights[i, 0])
    else:
        for ids, values in ((net.item_ids, inputs.item_reliability), (net.root_ids, inputs.root_reliability)):
            values[[i for i, id in enumerate(ids) if id == record], 0] = value / 100
    state = bread.result.again(inputs).state
    return dict(zip(net.ids, [sigma(z) for z in state.log_odds[:, 0].tolist()], strict=True))


def test_each_slider_shows_the_number_of_the_python_engine(visit: Open, base: str, bread: Assessment) -> None:
    tab = visit()
    page = tab.page
    page.goto(base + PAGE)
    inputs = what_if(Site(bread, Settings()), TASTE).inputs
    assert {i.kind for i in inputs} == {"credence", "base rate", "strength", "reliability"}
    for i in inputs:
        value = 20.0 if i.kind == "strength" else 93.0
        expected = moved(bread, i.key, value)
        move(page, i.key, value)
        expect(page.locator(f"{RESULT} .kb-yours__number")).to_have_text(words.percent(expected[TASTE]))
        for row in page.locator(".kb-whatif__others li").all():
            link = row.locator("a")
            if link.count():
                id = str(link.get_attribute("href")).split("/")[-1].removesuffix(".html")
                expect(row.locator("strong")).to_have_text(words.percent(expected[id]))
        page.locator(f"li[data-key='{i.key}']").get_by_role("button", name="Reset").click()
        expect(page.locator(f"{RESULT} .kb-yours__number")).to_have_count(0)


def test_the_headline_says_whose_number_it_is(visit: Open, served: str, bread: Assessment) -> None:
    page = visit().page
    page.goto(served + PAGE)
    number = page.locator(".kb-big").inner_text()
    yours = page.locator(".kb-yours")
    expect(yours).to_be_hidden()
    move(page, BASE, 80)
    expect(yours).to_be_visible()
    expect(yours).to_contain_text("Your what-if, not the map’s credence")
    expect(yours.locator("strong")).to_contain_text(words.percent(moved(bread, BASE, 80)[TASTE]))
    assert page.locator(".kb-big").inner_text() == number, "the map's number stays"
    yours.get_by_role("button", name="Reset all").click()
    expect(yours).to_be_hidden()


def test_the_engine_is_loaded_when_somebody_begins(visit: Open, served: str) -> None:
    tab = visit()
    tab.page.goto(served + "evidence/first-tasting-prefers-cold.html")
    tab.page.goto(served + PAGE)
    expect(slider(tab.page, BASE)).to_be_visible()
    loaded = [url.split("/")[-1] for url in tab.requests]
    assert loaded.count("whatif.js") == 1
    assert "engine.js" not in loaded
    assert f"{TASTE}.whatif.js" not in loaded
    slider(tab.page, BASE).focus()
    until(tab.page, "window.counterpoiseWhatIf && window.counterpoiseEngine")
    assert tab.problems == []


def test_what_was_moved_is_in_the_address_and_comes_back(visit: Open, base: str) -> None:
    page = visit().page
    page.goto(base + PAGE)
    move(page, BASE, 70)
    move(page, "c.tasters-cannot-tell", 15)
    number = page.locator(f"{RESULT} .kb-yours__number")
    shown = number.inner_text()
    expect(page).to_have_url(re.compile(f"#what-if=.*{re.escape(BASE)}:70"))
    shared = page.url
    page.goto("about:blank")
    page.goto(shared)
    expect(number).to_have_text(shown)
    expect(slider(page, BASE)).to_have_value("70")
    expect(slider(page, "c.tasters-cannot-tell")).to_have_value("15")
    expect(page.locator(".kb-yours")).to_be_visible()


def test_a_jump_on_the_page_keeps_the_state_and_so_do_others(visit: Open, served: str) -> None:
    page = visit().page
    page.goto(f"{served}{PAGE}#kept=1&what-if={BASE}:70")
    expect(slider(page, BASE)).to_have_value("70")
    move(page, BASE, 71)
    expect(page).to_have_url(re.compile(rf"#kept=1&what-if={re.escape(BASE)}:71$"))
    page.evaluate("location.hash = 'evidence'")
    expect(page).to_have_url(re.compile(rf"#evidence&what-if={re.escape(BASE)}:71$"))
    expect(page.locator(".kb-yours")).to_be_visible()
    page.goto("about:blank")
    page.goto(f"{served}{PAGE}#evidence&what-if={BASE}:71")
    expect(slider(page, BASE)).to_have_value("71")
    expect(page.locator("#evidence")).to_be_in_viewport()
    page.evaluate(f"location.hash = 'what-if={BASE}:12'")
    expect(slider(page, BASE)).to_have_value("12")


def test_an_address_with_what_is_not_offered_says_so(visit: Open, served: str) -> None:
    tab = visit()
    page = tab.page
    page.goto(f"{served}{PAGE}#what-if=s.gone-with-the-wind:7,{BASE}:999,%zz")
    expect(page.locator(".kb-whatif")).to_contain_text("2 inputs in this address are not among those below any more")
    expect(page.locator(f"li[data-key='{BASE}'] input[type=number]")).to_have_value("99.9")
    page.goto("about:blank")
    page.goto(f"{served}{PAGE}#what-if=")
    expect(page.locator(f"{RESULT} .kb-yours__number")).to_have_count(0)
    assert tab.problems == []


def test_reset_puts_everything_back(visit: Open, served: str) -> None:
    page = visit().page
    page.goto(served + PAGE)
    before = slider(page, BASE).input_value()
    move(page, BASE, 90)
    move(page, "c.tasters-cannot-tell", 90)
    page.locator(RESULT).get_by_role("button", name="Reset all").click()
    expect(slider(page, BASE)).to_have_value(before)
    expect(page.locator(".kb-whatif__moved")).to_have_count(0)
    assert page.url == served + PAGE
    move(page, BASE, 90)
    move(page, BASE, float(before))
    expect(page.locator(".kb-whatif__moved")).to_have_count(0)
    assert page.url == served + PAGE, "back where the map has it nothing is moved"


def test_the_keyboard_does_it_all(visit: Open, served: str, bread: Assessment) -> None:
    page = visit().page
    page.goto(served + PAGE)
    range_ = slider(page, BASE)
    range_.focus()
    expect(range_).to_have_attribute("aria-valuetext", re.compile(r"^40%"))
    page.keyboard.press("ArrowRight")
    expect(range_).to_have_value("41")
    expect(range_).to_have_attribute("aria-valuetext", "41%, unlikely")
    page.keyboard.press("End")
    expect(range_).to_have_attribute("aria-valuetext", "99%, almost certain")
    expect(page.locator("[role=status]", has_text="Your what-if")).to_contain_text("The map:")
    page.keyboard.press("Tab")
    box = page.locator(f"li[data-key='{BASE}'] input[type=number]")
    expect(box).to_be_focused()
    page.keyboard.press("ControlOrMeta+a")
    page.keyboard.type("62.5")
    page.keyboard.press("Tab")
    expected = words.percent(moved(bread, BASE, 62.5)[TASTE])
    expect(page.locator(f"{RESULT} .kb-yours__number")).to_have_text(expected)
    expect(page).to_have_url(re.compile(":62.5$"))
    page.keyboard.press("Enter")
    expect(range_).to_be_focused()
    expect(range_).to_have_value("40")
    expect(page.locator(f"{RESULT} .kb-yours__number")).to_have_count(0)


def test_strengths_speak_in_odds(visit: Open, served: str, bread: Assessment) -> None:
    page = visit().page
    page.goto(served + PAGE)
    strength = next(i for i in what_if(Site(bread, Settings()), TASTE).inputs if i.kind == "strength")
    side = "for" if strength.number > 0 else "against"
    range_ = slider(page, strength.key)
    page.locator(".kb-whatif details > summary").click()
    range_.focus()
    until(page, "window.counterpoiseWhatIf")
    move(page, strength.key, 7)
    said = f"odds {words.factor(math.copysign(7 * DB, strength.number))} ("
    expect(range_).to_have_attribute("aria-valuetext", re.compile(f"^{re.escape(said)}.* {side}, moderate$"))
    page.keyboard.press("Home")
    expect(range_).to_have_attribute("aria-valuetext", "no weight, negligible")
    box = page.locator(f"li[data-key='{strength.key}'] input[type=number]")
    box.fill("50")
    box.press("Tab")
    expected = moved(bread, strength.key, 10 * math.log10(50))
    expect(page.locator(f"{RESULT} .kb-yours__number")).to_have_text(words.percent(expected[TASTE]))
    expect(range_).to_have_attribute("aria-valuetext", re.compile("decisive$|very strong$"))
    box.fill("0.2")
    box.press("Tab")
    expect(box).to_have_value("1")


def test_an_input_of_the_fold_that_was_moved_is_seen(visit: Open, served: str, bread: Assessment) -> None:
    page = visit().page
    inputs = what_if(Site(bread, Settings()), TASTE).inputs
    assert len(inputs) > 3
    page.goto(served + PAGE)
    expect(slider(page, inputs[2].key)).to_be_visible()
    expect(slider(page, inputs[3].key)).to_be_hidden()
    page.goto("about:blank")
    page.goto(f"{served}{PAGE}#what-if={inputs[3].key}:{20 if inputs[3].kind == 'strength' else 93}")
    expect(slider(page, inputs[3].key)).to_be_visible()


def test_the_link_is_copied(visit: Open, served: str) -> None:
    tab = visit()
    tab.context.grant_permissions(["clipboard-read", "clipboard-write"], origin=served)
    page = tab.page
    page.goto(served + PAGE)
    move(page, BASE, 55)
    page.get_by_role("button", name="Copy link").click()
    expect(page.get_by_role("button", name="Link copied")).to_be_visible()
    assert page.evaluate("navigator.clipboard.readText()") == page.url
    assert page.url.endswith(":55")


def test_without_a_clipboard_the_link_is_shown(visit: Open, served: str) -> None:
    page = visit().page
    page.add_init_script("delete Navigator.prototype.clipboard")
    page.goto(served + PAGE)
    move(page, BASE, 55)
    page.get_by_role("button", name="Copy link").click()
    expect(page.get_by_label("Link to your what-if")).to_have_value(page.url)


def test_without_scripts_the_inputs_can_be_read(visit: Open, base: str, bread: Assessment) -> None:
    page = visit(scripts=False).page
    page.goto(base + PAGE)
    section = page.locator(".kb-whatif")
    expect(section).to_contain_text("Moving them needs scripts")
    expect(section.locator("input, .kb-whatif__controls")).to_have_count(0)
    inputs = what_if(Site(bread, Settings()), TASTE).inputs
    expect(section.locator("li")).to_have_count(len(inputs))
    for i, item in zip(inputs, section.locator("li").all(), strict=True):
        expect(item).to_contain_text(i.said)
        expect(item).to_contain_text(i.effect)


def test_data_that_does_not_load_is_said(visit: Open, served: str) -> None:
    page = visit().page
    page.route("**/*.whatif.js", lambda route: route.abort())
    page.goto(served + PAGE)
    move(page, BASE, 55)
    expect(page.locator(RESULT)).to_contain_text("could not be loaded")


def test_a_claim_without_a_number_gets_one_from_a_reader(visit: Open, served: str) -> None:
    tab = visit()
    page = tab.page
    page.goto(served + "claim/steam-makes-crust.html")
    expect(page.locator(RESULT)).to_contain_text("The map: not assessed")
    move(page, "c.hostile-claim", 90)
    expect(page.locator(".kb-yours strong")).to_contain_text("%")
    expect(page.locator(".kb-big")).to_have_text("Not assessed")
    assert tab.problems == [], "the hostile title runs nothing"


@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (1280, "dark"), (390, "light"), (390, "dark")])
def test_no_accessibility_fault_with_sliders_moved(visit: Open, served: str, width: int, scheme: str) -> None:
    tab = visit(width=width, scheme=scheme)
    page = tab.page
    page.emulate_media(reduced_motion="reduce", color_scheme="dark" if scheme == "dark" else "light")
    page.goto(f"{served}{PAGE}#what-if={BASE}:70,c.tasters-cannot-tell:15")
    expect(page.locator(f"{RESULT} .kb-yours__number")).to_be_visible()
    found = Axe().run(page, context=".kb-whatif, .kb-yours").response
    assert [v["id"] for v in found["violations"]] == []
    assert len(found["passes"]) > 5
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert tab.problems == []


@pytest.fixture
def proposing(built: Path, bread: Assessment, tmp_path: Path) -> str:
    """The address of a claim's page as it would be with the repository known."""
    site = Site(bread, Settings(repository="https://code.example/map/records"))
    body = str(render_claim(site, bread.corpus[TASTE]).body)
    pattern = re.compile(r'<section class="kb-section kb-whatif".*?</section>', re.DOTALL)
    mine = pattern.search(body)
    assert mine is not None
    text = pattern.sub(lambda _: mine[0], (built / PAGE).read_text("utf-8"), count=1)
    (tmp_path / "claim").mkdir()
    (tmp_path / "assets").symlink_to(built / "assets")
    (tmp_path / f"claim/{TASTE}.whatif.js").symlink_to(built / f"claim/{TASTE}.whatif.js")
    (tmp_path / PAGE).write_text(text, "utf-8")
    return (tmp_path / PAGE).as_uri()


def proposal(page: Page, key: str) -> dict[str, Any]:
    """The address behind "Propose this" of one input, taken apart."""
    link = page.locator(f"li[data-key='{key}']").get_by_role("link", name="Propose this")
    expect(link).to_have_attribute("rel", "nofollow ugc noopener")
    parts = urlsplit(str(link.get_attribute("href")))
    assert (parts.scheme, parts.netloc, parts.path) == ("https", "code.example", "/map/records/issues/new")
    return {name: value[0] for name, value in parse_qs(parts.query).items()}


def test_moved_inputs_are_proposed_where_they_are_stated(visit: Open, proposing: str, bread: Assessment) -> None:
    page = visit().page
    page.goto(proposing)
    expect(page.get_by_role("link", name="Propose this")).to_have_count(0)
    inputs = what_if(Site(bread, Settings(repository="https://code.example/map/records")), TASTE).inputs
    for kind, line in (("base rate", "  credence: 0.8"), ("strength", "  db: 20"), ("reliability", "  value: 0.8")):
        one = next(i for i in inputs if i.kind == kind)
        move(page, one.key, 20 if kind == "strength" else 80)
        found = proposal(page, one.key)
        assert one.ref.id in found["title"]
        assert f"`{one.file}`" in found["body"]
        assert line in found["body"].splitlines()
        assert one.said in found["body"]
        assert "file:" not in found["body"], "no address on the reader's own machine"
        after = words.percent(moved(bread, one.key, 20 if kind == "strength" else 80)[TASTE])
        assert f"to {after}." in found["body"]
        page.get_by_role("button", name="Reset all").first.click()
    move(page, "c.tasters-cannot-tell", 15)
    expect(page.locator("li[data-key='c.tasters-cannot-tell']")).to_contain_text("A credence follows from what lies")
    expect(page.get_by_role("link", name="Propose this")).to_have_count(0)


def test_without_a_repository_nothing_is_proposed(visit: Open, served: str) -> None:
    page = visit().page
    page.goto(served + PAGE)
    move(page, BASE, 80)
    expect(page.locator(f"{RESULT} .kb-yours__number")).to_be_visible()
    expect(page.get_by_role("link", name="Propose this")).to_have_count(0)
