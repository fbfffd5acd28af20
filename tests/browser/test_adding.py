"""Adding in place, as readers do it: the number that the form announces, the files, drafts, keyboard, phones."""

from __future__ import annotations

import gzip
import re
from pathlib import Path

import pytest
from adding import DIALOG, FINDING, NEW_SOURCE, answer, choose, faultless, files, number, opened, settled, with_files
from axe_playwright_python.sync_playwright import Axe
from conftest import CORPUS, ROOT, Open
from playwright.sync_api import Page, expect

from kb import fmt
from kb.engine import Assessment, assess
from kb.load import load

pytestmark = pytest.mark.browser

TOLERANCE = 1e-9
TASTE = "cold-rise-tastes-better"
PAGE = f"claim/{TASTE}.html"
DRAFT = "Your draft: not part of the map"
CUT_OFF = """
(dialog) => [dialog, ...dialog.querySelectorAll("*")]
  .filter((x) => x.scrollWidth > x.clientWidth + 1 && x.clientWidth > 0 && !x.classList.contains("kb-hidden"))
  .filter((x) => getComputedStyle(x).overflowX !== "visible")
  .map((x) => x.className)
"""
"""What is wider than its place."""


@pytest.fixture(scope="module")
def bread() -> Assessment:
    return assess(load(CORPUS).corpus, intervals=False)


def as_python_has_it(page: Page, claim: str) -> tuple[float, dict[str, bytes]]:
    """The number that the form announces, after it was compared with Python's; and the files."""
    new = files(page)
    _, findings, after = with_files(CORPUS, new)
    faultless(findings, new)
    announced = number(page)
    assert announced == pytest.approx(after.credences[claim].credence, abs=TOLERANCE)
    return announced, new


@pytest.mark.parametrize(
    ("claim", "words", "changes"),
    [
        (TASTE, "university", {}),
        (TASTE, "ferment", {"How strongly?": "decisive", "Which way does it speak?": "opposes"}),
        (TASTE, "", {"How strongly?": "strong", "How was it found?": "testimony"}),
        ("steam-makes-crust", "newsletter", {"How strongly?": "slight", "How was it found?": "anecdote"}),
        ("rise-matters-most", "", {"How strongly?": "very strong"}),
        ("cold-rise-keeps-longer", "handbook", {"Which way does it speak?": "opposes"}),
        ("hostile-claim", "", {}),
    ],
)
def test_evidence_moves_the_claim_as_the_engine_says(
    visit: Open, built: Path, bread: Assessment, claim: str, words: str, changes: dict[str, str]
) -> None:
    tab = visit()
    tab.page.goto((built / f"claim/{claim}.html").as_uri())
    form = opened(tab.page)
    answer(form, {**FINDING, **changes})
    if words:
        choose(form, "Source", words)
    else:
        choose(form, "Source", "nothing is called so", -1)
        answer(form, NEW_SOURCE)
    announced, new = as_python_has_it(tab.page, claim)
    assert len(new) == (1 if words else 2)
    assert number(tab.page, "before") == pytest.approx(bread.credences[claim].credence, abs=TOLERANCE)
    still = announced == pytest.approx(number(tab.page, "before"), abs=1e-6)
    assert form.get_by_text("It adds nothing here: what its source can vouch for").is_visible() is still
    assert still is (words == "university"), "that source has said all that it can"
    assert form.get_by_text("Nothing is left to put right.").is_visible()
    assert DRAFT in form.locator("[data-kb-result]").inner_text()
    assert tab.problems == []


def test_a_reason_on_the_map_is_a_link_of_its_own_file(visit: Open, base: str) -> None:
    tab = visit()
    tab.page.goto(f"{base}claim/cold-rise-keeps-longer.html")
    form = opened(tab.page, "Add a reason")
    answer(form, {"What is the reason?": "known"})
    choose(form, "Claim", "aroma acids")
    why = "Acids keep mould away: 2 studies say so."
    answer(form, {"Which way does it speak?": "supports", "How strongly, if the reason were certain?": "strong"})
    answer(form, {"Why that much?": why})
    announced = number(tab.page)
    ((path, lines),) = files(tab.page).items()
    old = (CORPUS / path).read_bytes()
    link = {"claim": "cold-rise-keeps-longer", "stance": "supports", "strength": "strong", "why": why}
    have = load(CORPUS).corpus.reasons_from["acids-form-in-the-cold"]
    n = len([r for r in have if r.source == "acids-form-in-the-cold"])
    text = fmt.with_values(old, path, {("bears_on", n): link} if n else {("bears_on",): [link]}).text
    assert text is not None
    assert lines in text, "the lines are those of the formatted file"
    _, findings, after = with_files(CORPUS, {path: text})
    faultless(findings, {path: text})
    assert announced == pytest.approx(after.credences["cold-rise-keeps-longer"].credence, abs=TOLERANCE)
    assert tab.problems == []


def test_a_claim_cannot_be_a_reason_twice_or_for_itself(visit: Open, built: Path) -> None:
    tab = visit()
    tab.page.goto((built / PAGE).as_uri())
    form = opened(tab.page, "Add a reason")
    answer(form, {"What is the reason?": "known"})
    choose(form, "Claim", "aroma acids")
    expect(form.get_by_text(f"a second link to {TASTE}")).to_be_visible()
    choose(form, "Claim", "long cold rise tastes better")
    expect(form.get_by_text("the claim bears on itself")).to_be_visible()


NEW_REASON = {
    "What is the reason?": "new",
    "The reason as one short sentence": "Slow dough browns better",
    "What it says": "Dough that rose slowly holds more sugar and browns better.",
    "Which way does it speak?": "supports",
    "How strongly, if the reason were certain?": "moderate",
    "Why that much?": "Browning is what most tasters name first.",
}


def test_a_new_reason_counts_as_far_as_there_is_evidence_for_it(visit: Open, built: Path, bread: Assessment) -> None:
    tab = visit()
    tab.page.goto((built / PAGE).as_uri())
    form = opened(tab.page, "Add a reason")
    answer(form, NEW_REASON)
    announced, new = as_python_has_it(tab.page, TASTE)
    assert announced == pytest.approx(bread.credences[TASTE].credence, abs=TOLERANCE)
    assert list(new) == ["rise/slow-dough-browns-better.yaml"]
    result = form.locator("[data-kb-result]")
    expect(result).to_contain_text("the draft moves nothing yet")
    expect(result).to_contain_text("A reason counts once there is evidence for it.")
    assert re.search(r"If it were certain: 69% → [789]\d%", result.inner_text())
    form.get_by_label("I have evidence for this reason").check()
    answer(form, FINDING, part=1)
    choose(form, "Source", "newsletter")
    announced, new = as_python_has_it(tab.page, TASTE)
    assert announced > bread.credences[TASTE].credence + 0.01
    assert len(new) == 2
    assert tab.problems == []


def test_an_objection_counts_once_there_is_evidence_for_it(visit: Open, built: Path, bread: Assessment) -> None:
    tab = visit()
    tab.page.goto((built / PAGE).as_uri())
    form = opened(tab.page, "Contest this link")
    answer(
        form,
        {
            "The objection as one short sentence": "Acids need not be tasted",
            "What it says": "More acid below the threshold of taste is not tasted.",
            "How much of the link does it take, if it is right?": "guts",
        },
    )
    announced, new = as_python_has_it(tab.page, TASTE)
    assert announced == pytest.approx(bread.credences[TASTE].credence, abs=TOLERANCE)
    expect(form.locator("[data-kb-result]")).to_contain_text("An objection counts once there is evidence for it.")
    form.get_by_label("I have evidence for this objection").check()
    answer(form, {**FINDING, "How strongly?": "strong"}, part=1)
    choose(form, "Source", "nothing is called so", -1)
    answer(form, NEW_SOURCE)
    announced, new = as_python_has_it(tab.page, TASTE)
    assert announced < bread.credences[TASTE].credence - 0.01
    assert sorted(new) == [
        "rise/acids-need-not-be-tasted.yaml",
        "rise/blind-tasters-chose-the-cold-loaf-in-seven-of-ten-trials.yaml",
        "sources/doe-2024-ten-trials-bread.yaml",
    ]
    assert tab.problems == []


@pytest.mark.parametrize(
    ("page", "claim", "moves"),
    [
        ("evidence/first-tasting-prefers-cold.html", TASTE, False),
        ("evidence/triangle-test-fails.html", "tasters-cannot-tell", True),
        ("evidence/factor-comparison.html", "flour-matters-most", True),
    ],
)
def test_an_item_is_contested_on_its_own_page(visit: Open, built: Path, page: str, claim: str, moves: bool) -> None:
    """Also one that bears on all answers of a question at once: the objection takes it from each of them."""
    tab = visit()
    tab.page.goto((built / page).as_uri())
    asked = tab.page.locator(f"[data-kb-add=contest][data-kb-to$='/{claim}']")
    asked.click()
    form = tab.page.locator(f"{DIALOG} form")
    words = {"The objection as one short sentence": "It was not blind at all", "What it says": "Tasters saw the loaf."}
    answer(form, {**words, "How much of the link does it take, if it is right?": "voids"})
    form.get_by_label("I have evidence for this objection").check()
    answer(form, {**FINDING, "How strongly?": "very strong"}, part=1)
    choose(form, "Source", "handbook")
    announced, _ = as_python_has_it(tab.page, claim)
    assert (abs(announced - number(tab.page, "before")) > 1e-4) is moves, (
        "the second tasting says the same as the first"
    )
    assert tab.problems == []


def test_a_question_asks_first_which_answer(visit: Open, base: str) -> None:
    tab = visit()
    tab.page.goto(f"{base}question/which-factor-matters-most.html")
    tab.page.get_by_role("button", name="Add evidence", exact=True).first.click()
    choices = tab.page.locator(f"{DIALOG} .kb-add__choices button")
    expect(choices).to_have_text(["The flour matters most", "The rise matters most", "The oven matters most"])
    expect(choices.first).to_be_focused()
    tab.page.keyboard.press("Tab")
    tab.page.keyboard.press("Enter")
    form = tab.page.locator(f"{DIALOG} form")
    answer(form, FINDING)
    choose(form, "Source", "university")
    as_python_has_it(tab.page, "rise-matters-most")
    tab.page.keyboard.press("Escape")
    expect(tab.page.locator(".kb-add__card")).to_contain_text(FINDING["Title"])
    assert tab.problems == []


def test_drafts_outlive_a_reload_and_are_no_part_of_the_map(visit: Open, base: str) -> None:
    tab = visit()
    page = tab.page
    page.goto(f"{base}{PAGE}")
    form = opened(page)
    answer(form, FINDING)
    choose(form, "Source", "newsletter")
    announced = number(page)
    page.reload()
    card = page.locator(".kb-add__card")
    expect(card).to_contain_text(DRAFT)
    expect(card).to_contain_text(FINDING["Title"])
    expect(card).to_contain_text(f"69% → {announced * 100:.0f}%")
    expect(page.locator("section[aria-labelledby=evidence] .kb-add__card")).to_have_count(1)
    card.get_by_role("button", name="Go on with it").click()
    assert number(page) == pytest.approx(announced, abs=TOLERANCE)
    assert page.get_by_label("Title", exact=True).input_value() == FINDING["Title"]
    page.get_by_role("button", name="Discard draft").click()
    expect(card).to_have_count(0)
    page.reload()
    page.wait_for_timeout(300)
    expect(card).to_have_count(0)
    assert not [url for url in tab.requests if "example" in url], "nothing is sent"
    assert tab.problems == []


def test_a_browser_that_keeps_nothing_keeps_the_draft_while_the_page_is_open(visit: Open, built: Path) -> None:
    tab = visit()
    tab.page.add_init_script(
        "Object.defineProperty(window, 'sessionStorage', { get() { throw new DOMException('no', 'SecurityError'); } })"
    )
    tab.page.goto((built / PAGE).as_uri())
    form = opened(tab.page)
    answer(form, FINDING)
    settled(tab.page)
    tab.page.keyboard.press("Escape")
    expect(tab.page.locator(".kb-add__card")).to_contain_text(FINDING["Title"])
    assert tab.problems == []


def test_hostile_text_stays_text(visit: Open, built: Path) -> None:
    """Nothing that is typed becomes markup on the page, or anything but text in the file."""
    tab = visit()
    tab.page.goto((built / PAGE).as_uri())
    form = opened(tab.page)
    nasty = "<img src=x onerror=alert(1)> on: yes - \"quotes\" 'and' \u202eturned #hash {a: [b]} </p><script>alert(2)"
    texts = dict.fromkeys(("Title", "What was found", "Why that much?", "First words of the passage"), nasty)
    answer(form, {**FINDING, **texts})
    choose(form, "Source", "<b>no such</b>", -1)
    answer(form, {**NEW_SOURCE, "Title of the source": nasty, "Authors of the source": "- *a: &b !c |"})
    new = files(tab.page)
    assert len(new) == 2
    loaded, _, _ = with_files(CORPUS, {path: text for path, text in new.items() if path.startswith("sources/")})
    source = loaded.corpus[
        next(p for p in new if p.startswith("sources/")).removeprefix("sources/").removesuffix(".yaml")
    ]
    assert source.title == nasty.replace("\u202e", "")
    for path, text in new.items():
        assert fmt.formatted(text, path).text == text
    tab.page.keyboard.press("Escape")
    expect(tab.page.locator(".kb-add__card")).to_contain_text("<img src=x")
    assert tab.page.locator("dialog img, aside img, dialog script, aside script").count() == 0
    assert tab.problems == []


def test_mistakes_are_said_beside_the_field_in_the_words_of_a_check(visit: Open, built: Path) -> None:
    tab = visit()
    tab.page.goto((built / PAGE).as_uri())
    form = opened(tab.page)
    assert form.locator(".kb-add__said li").count() == 0, "nothing is wrong before anybody was there"
    answer(form, {"Title": "No", "Why that much?": "short"})
    form.get_by_label("What was found", exact=True).focus()
    title = form.get_by_label("Title", exact=True)
    expect(title).to_have_attribute("aria-invalid", "true")
    said = form.locator(f"[id='{(title.get_attribute('aria-describedby') or '').split()[-1]}']")
    expect(said).to_have_text("To put right: “Title” is too short; write at least 3 characters")
    expect(form.get_by_role("button", name="Copy")).to_be_disabled()
    form.get_by_role("button", name="Show me").click()
    expect(title).to_be_focused()
    expect(form.get_by_text("To put right: nothing says where in the source it stands")).to_be_visible()
    answer(form, {"Title": "It ends with a stop."})
    expect(form.get_by_text("Worth a look: the title ends with")).to_be_visible()
    assert tab.problems == []


def test_an_address_on_the_map_is_its_source(visit: Open, built: Path) -> None:
    known = next((id, s) for id, s in load(CORPUS).corpus.entries.items() if s.kind == "source" and s.record.get("url"))
    tab = visit()
    tab.page.goto((built / PAGE).as_uri())
    form = opened(tab.page)
    choose(form, "Source", "zzz", -1)
    answer(form, {**FINDING, "Address of the source": f"{known[1].record.get('url')}/"})
    new = files(tab.page)
    assert len(new) == 1
    assert f"- source: {known[0]}\n" in next(iter(new.values())).decode()


def test_the_keyboard_alone_is_enough(visit: Open, built: Path) -> None:
    tab = visit()
    page = tab.page
    page.goto((built / PAGE).as_uri())
    button = page.get_by_role("button", name="Add evidence", exact=True).first
    button.focus()
    page.keyboard.press(" ")
    expect(page.get_by_label("What was found", exact=True)).to_be_visible()  # loaded: before that the title is another
    expect(page.locator("#kb-add-title")).to_be_focused()
    press = page.keyboard

    def go(steps: int = 1) -> None:
        for _ in range(steps):
            press.press("Tab")

    go(2)
    press.type(FINDING["Title"])
    go()
    press.type(FINDING["What was found"])
    go()
    design = page.get_by_label("How was it found?", exact=True)
    for _ in range(design.locator("option").count()):  # letters typed slowly begin a new search at each
        if design.input_value() != "experiment":
            press.press("ArrowDown")
    expect(design).to_have_value("experiment")
    go()
    press.type("newsletter")
    source = page.get_by_role("combobox", name="Source", exact=True)
    expect(source).to_have_attribute("aria-expanded", "true")
    press.press("ArrowDown")
    expect(source).to_have_attribute("aria-activedescendant", re.compile("row-0$"))
    press.press("Enter")
    go()
    press.type(FINDING["First words of the passage"])
    go(3)
    press.press(" ")
    go()
    press.press("ArrowDown")
    press.press("ArrowDown")
    go()
    press.type(FINDING["Why that much?"])
    announced, _ = as_python_has_it(page, TASTE)
    assert announced != number(page, "before")
    expect(page.locator(f"{DIALOG} [role=status]").last).to_contain_text(DRAFT)
    press.press("Escape")
    expect(page.locator(DIALOG)).to_be_hidden()
    expect(button).to_be_focused()


def test_escape_closes_the_list_before_the_form(visit: Open, built: Path) -> None:
    tab = visit()
    tab.page.goto((built / PAGE).as_uri())
    form = opened(tab.page)
    field = form.get_by_role("combobox", name="Source", exact=True)
    field.fill("univ")
    expect(field).to_have_attribute("aria-expanded", "true")
    field.press("Escape")
    expect(field).to_have_attribute("aria-expanded", "false")
    expect(form).to_be_visible()


@pytest.mark.parametrize(("width", "scheme"), [(390, "dark"), (1280, "light")])
def test_axe_finds_nothing_and_nothing_is_cut_off(visit: Open, served: str, width: int, scheme: str) -> None:
    tab = visit(width=width, scheme=scheme)
    tab.page.goto(f"{served}{PAGE}")
    for name in ("Add a reason", "Contest this link", "Add evidence"):
        form = opened(tab.page, name)
        if name == "Add evidence":
            answer(form, {**FINDING, "Title": "It ends with a stop."})
            choose(form, "Source", "zzz", -1)
            form.get_by_role("button", name="Show me").click()
        found = Axe().run(tab.page)
        assert found.violations_count == 0, found.generate_report()
        assert tab.page.locator(DIALOG).evaluate(CUT_OFF) == []
        tab.page.keyboard.press("Escape")
    expect(tab.page.locator(".kb-add__card")).to_have_count(1)
    found = Axe().run(tab.page)
    assert found.violations_count == 0, found.generate_report()
    assert tab.problems == []


def test_without_scripts_the_links_lead_to_the_guidance(visit: Open, built: Path) -> None:
    tab = visit(scripts=False)
    tab.page.goto((built / PAGE).as_uri())
    for name, place in (("Add evidence", "evidence"), ("Add a reason", "evidence"), ("Contest this link", "contest")):
        link = tab.page.get_by_role("link", name=name, exact=True).first
        assert link.get_attribute("href") == f"../contribute.html#{place}"
    tab.page.get_by_role("link", name="Contest this link", exact=True).first.click()
    expect(tab.page.locator("#contest")).to_be_visible()


def test_the_form_costs_nothing_until_somebody_opens_it(visit: Open, built: Path) -> None:
    tab = visit()
    tab.page.goto((built / PAGE).as_uri())
    tab.page.wait_for_timeout(500)
    assert not [url for url in tab.requests if "/add/" in url or "adding.js" in url]
    own = sum(len(gzip.compress(p.read_bytes(), mtime=0)) for p in (ROOT / "site/pages/assets/js/add").glob("*.js"))
    assert own <= 32_000
