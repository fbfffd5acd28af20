"""Search: ranked, forgiving, by keyboard, the same from a file as from a server, quick among ten thousand records.

What readers of the founding debate look for is tried on its own records.
"""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from conftest import KINDS, ROOT, Open
from playwright.sync_api import Page, expect

from kb.engine import assess
from kb.load import load
from kb.pages import Settings, Site
from kb.pages.search import search_index

pytestmark = pytest.mark.browser

HITS = "dialog.kb-search li a"
MANY = 10_000


def search(page: Page, words: str) -> list[str]:
    """Titles that the search finds, best first."""
    if not page.locator("dialog.kb-search").is_visible():
        page.keyboard.press("/")
    page.locator("dialog.kb-search input").fill(words)
    expect(page.locator(".kb-search__status")).to_contain_text("ound" if words == "zzzzqqq" else "hit")
    return page.locator(".kb-search__title").all_inner_texts()


@pytest.mark.parametrize(
    ("typed", "best"),
    [
        ("baker b", "Baker B"),
        ("Bakr B", "Baker B"),
        ("lactic bakteria", "Lactic bacteria keep working at 5 degrees"),
        ("tasetrs cannot", "Tasters cannot tell the two loaves apart"),
        ("cold risee kepes longer", "Bread from a long cold rise keeps longer"),
        ("fermentatoin", "A study of slow fermentation"),
        ("BETTER", "better (as preferred in a tasting)"),
    ],
)
def test_the_best_hit_comes_first_in_spite_of_slips(visit: Open, built: Path, typed: str, best: str) -> None:
    page = visit().page
    page.goto((built / "index.html").as_uri())
    found = search(page, typed)
    assert best.lower() in [t.lower() for t in found[:3]], found[:5]


LOOKED_FOR = [
    # people and organisations
    ("Lambert", "person/nathan-lambert"),
    ("ryan greenblat", "person/ryan-greenblatt"),
    ("METR", "person/metr"),
    ("kotajlo", "person/daniel-kokotajlo"),
    # models and tests
    ("gpt-5", "claim/gpt-5-is-released-within-months"),
    ("GPT 4.5", "claim/gpt-4-5-is-withdrawn-soon-after-release"),
    ("o3", "claim/o3-gains-came-mostly-from-more-rl"),
    ("swe bench", "source/openai-2026-swe-bench-verified"),
    ("arc-agi", "source/arc-prize-2026-arc-agi-3"),
    # terms, in other forms and spellings too
    ("time horizons", "term/time-horizon"),
    ("intelligence explosion", "term/intelligence-explosion"),
    ("RL environments", "term/rl-environment"),
    ("algorithmic progress", "term/algorithmic-progress-loss"),
    ("generalization", "question/how-far-do-models-generalise"),
    ("distillation", "claim/gpt-5-descends-from-gpt-4-5"),
    ("superinteligence", "claim/coverage-does-not-bootstrap-to-superintelligence"),
    ("flops", "term/flop"),
    # questions as they are asked
    ("will progress slow down", "question/will-progress-slow-around-2028-2032"),
    ("is AI progress slowing", "claim/progress-is-slowing"),
    ("running out of data", "claim/training-data-runs-out-by-about-2030"),
    ("reinforcment learning", "question/will-scaling-reinforcement-learning-keep-paying"),
    ("automated researchers", "question/will-automated-research-cause-an-explosion"),
    ("synthetic data", "claim/training-data-turned-to-targeted-synthetic-text"),
    ("job automation", "claim/ai-automates-most-jobs-within-a-decade"),
    ("compute botleneck", "claim/automated-research-barely-changes-pace"),
    ("recursive self improvement", "claim/self-improvement-can-feed-on-itself"),
    ("benchmark contamination", "source/wu-2025-reasoning-or-memorization"),
    ("bitter lesson", "source/mohri-2026-data-filtering"),
    ("tranformer", "evidence/transformer-advantage-grows-with-compute"),
]
"""What readers of the founding debate look for, and a record that must be among the first three."""

ASKED = [
    # whole questions, whose small words nothing need say
    ("what would change this number", "guide#claim-page", 1),
    ("who disagrees with beren", "person/beren", 1),
    ("who disagree with sean goedecke", "person/sean-goedecke", 1),
    ("data wall", "claim/training-data-runs-out-by-about-2030", 1),
    ("how likely data progress", "claim/most-algorithmic-progress-is-data-progress", 3),
    ("how is credence computed", "method", 3),
    ("is progress slowing down", "claim/progress-is-slowing", 1),
    ("will AI take my job", "claim/ai-automates-most-jobs-within-a-decade", 3),
    ("what does lambert think about the intelligence explosion", "person/nathan-lambert", 1),
    # what the pages about the map explain, and where
    ("brier score", "method#scores", 1),
    ("what is a deciban", "guide#decibans", 1),
    ("what does not assessed mean", "guide#not-assessed", 1),
    ("what does firmness mean", "method#firmness", 1),
    ("where does this number come from", "guide#claim-page", 1),
    ("this number is wrong", "contribute#number", 1),
    ("how do I add evidence", "contribute#evidence", 1),
    ("can I download the data", "data", 1),
    ("how to cite this", "data#citing", 3),
    ("track record", "predictions", 1),
    ("why are credences sums of weights", "decisions/0002-semantics-w", 1),
    ("title-stop", "rules#title-stop", 1),
    # titles, whole, of small words too
    ("what it does not do", "method#limits", 1),
    ("most algorithmic progress is data progress", "claim/most-algorithmic-progress-is-data-progress", 1),
]
"""What newcomers ask, the page or the part of it that answers, and among how many of the first hits it must be."""


@pytest.fixture(scope="module")
def founding(built: Path) -> str:
    """What the search reads of the founding debate and of the pages about the map."""
    start = "window.counterpoiseIndex="
    records, pages = (
        json.loads(text.removeprefix(start).rstrip().rstrip(";"))
        for text in (
            search_index(Site(assess(load(ROOT / "claims").corpus), Settings())).decode(),
            (built / "assets" / "search-index.js").read_text("utf-8"),
        )
    )
    return start + json.dumps([*records, *(row for row in pages if row[1] in ("page", "rule"))]) + ";"


def with_index(page: Page, served: str, index: str) -> Page:
    """A page of the site whose search reads something else."""
    page.route("**/search-index.js", lambda route: route.fulfill(body=index, content_type="text/javascript"))
    page.goto(served + "index.html")
    return page


def test_what_readers_look_for_is_among_the_first_three(visit: Open, served: str, founding: str) -> None:
    tab = visit()
    page = with_index(tab.page, served, founding)
    page.keyboard.press("/")
    missed = {}
    for typed, wanted in LOOKED_FOR:
        page.locator("dialog.kb-search input").fill(typed)
        expect(page.locator(".kb-search__status")).to_contain_text("it")
        found = page.locator(HITS).evaluate_all("links => links.slice(0, 3).map(a => a.pathname.slice(1, -5))")
        if wanted not in found:
            missed[typed] = found
    for typed, wanted, among in ASKED:
        page.locator("dialog.kb-search input").fill(typed)
        expect(page.locator(".kb-search__status")).to_contain_text("it")
        places = page.locator(HITS).evaluate_all("links => links.map(a => a.pathname.slice(1, -5) + a.hash)")
        if wanted not in places[:among]:
            missed[typed] = places[:3]
    assert missed == {}
    assert tab.problems == []


def test_what_nothing_says_is_said_with_what_was_looked_for_instead(visit: Open, served: str, founding: str) -> None:
    page = with_index(visit().page, served, founding)
    page.keyboard.press("/")
    field, status, hits = page.locator("dialog.kb-search input"), page.locator(".kb-search__status"), page.locator(HITS)
    field.fill("superinteligence")
    expect(status).to_have_text(
        re.compile("^Nothing says “superinteligence”; nearest: “superintelligence”. [0-9]+ hits")
    )
    expect(hits.first.locator("mark").first).to_have_text(re.compile("superintelligence", re.IGNORECASE))
    field.fill("benchmark contamination")
    expect(status).to_have_text(re.compile("^Nothing says all of this; nearest: "))
    assert hits.count() > 3
    for nowhere in ("chinchilla", "overhang"):
        field.fill(nowhere)
        expect(status).to_have_text(f"Nothing found: no page says “{nowhere}” or a word like it.")
        expect(hits).to_have_count(0)
    field.fill("tacit knowledge")
    expect(status).to_have_text(re.compile("^Nothing says “tacit”; searched without it. "))
    assert hits.count() > 3


def test_a_word_of_a_text_alone_is_found_and_shown_where_it_stands(visit: Open, base: str, built: Path) -> None:
    """A reason for a link, or what somebody holds, says more than titles do."""
    text = (built / "assets" / "search-index.js").read_text("utf-8")
    rows = json.loads(text.removeprefix("window.counterpoiseIndex=").rstrip().rstrip(";"))
    words = {row[0]: set(re.findall(r"[a-z]{7,}", " ".join(row[2:5]).lower() + row[0])) for row in rows}
    every = set().union(*words.values())
    alone = [(row, word) for row in rows for word in re.findall(r"\b[a-z]{9,}\b", row[6]) if word not in every]
    assert len(alone) > 3
    page = visit().page
    page.goto(base + "index.html")
    for row, word in alone[:: max(len(alone) // 4, 1)]:
        assert row[2] in search(page, word)
        expect(page.locator(".kb-search__text mark", has_text=word).first).to_be_visible()


def test_exact_words_come_before_near_ones(visit: Open, built: Path) -> None:
    page = visit().page
    page.goto((built / "index.html").as_uri())
    found = search(page, "bacteria")
    exact = [("bacteria" in t.lower()) for t in found]
    assert exact[0]
    assert search(page, "zzzzqqq") == []


def test_matches_are_marked_and_kind_and_credence_are_shown(visit: Open, base: str) -> None:
    tab = visit()
    tab.page.goto(base + "index.html")
    search(tab.page, "cold rise tastes")
    first = tab.page.locator(HITS).first
    expect(first.locator(".kb-search__title mark").first).to_be_visible()

    assert "%" in first.locator(".kb-search__meta").inner_text()
    assert "claim" in first.locator(".kb-search__meta").inner_text()
    assert tab.problems == []


def test_what_a_record_says_is_never_markup_in_the_results(visit: Open, served: str) -> None:
    tab = visit()
    tab.page.goto(served + "index.html")
    search(tab.page, "hostile")
    assert tab.page.locator("dialog.kb-search :is(script, img, svg, iframe)").count() == 0
    assert tab.problems == []


def test_the_keyboard_does_everything(visit: Open, base: str) -> None:
    tab = visit()
    page = tab.page
    page.goto(base + "guide.html")
    page.keyboard.press("/")
    expect(page.locator("dialog.kb-search input")).to_be_focused()
    page.keyboard.type("bread")
    expect(page.locator(HITS).nth(2)).to_be_visible()
    page.keyboard.press("ArrowDown")
    expect(page.locator(HITS).first).to_be_focused()
    page.keyboard.press("ArrowDown")
    expect(page.locator(HITS).nth(1)).to_be_focused()
    page.keyboard.press("ArrowUp")
    page.keyboard.press("ArrowUp")
    expect(page.locator("dialog.kb-search input")).to_be_focused()
    page.keyboard.press("ArrowDown")
    page.keyboard.type(" cold")
    expect(page.locator("dialog.kb-search input")).to_have_value("bread cold")
    expect(page.locator("dialog.kb-search input")).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.locator("dialog.kb-search")).to_be_hidden()
    expect(page).not_to_have_url(re.compile("search="))
    page.keyboard.press("/")
    page.keyboard.type("keeps longer")
    expect(page.locator(HITS).first).to_contain_text("keeps longer")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Bread from a long cold rise keeps longer")
    assert tab.problems == []


def test_results_have_an_address_and_are_there_after_going_back(visit: Open, base: str) -> None:
    page = visit().page
    page.goto(base + "index.html")
    search(page, "keeps longer")
    shared = page.url
    assert "#search=keeps+longer" in shared
    page.locator(HITS).first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Bread from a long cold rise keeps longer")
    page.go_back()
    expect(page.locator(HITS).first).to_contain_text("keeps longer")
    page.goto("about:blank")
    page.goto(shared)
    expect(page.locator("dialog.kb-search input")).to_have_value("keeps longer")
    expect(page.locator(HITS).first).to_contain_text("keeps longer")


def test_the_box_is_accessible_and_fits_a_phone(visit: Open, served: str) -> None:
    page = visit(width=390, scheme="dark").page
    page.emulate_media(reduced_motion="reduce")
    page.goto(served + "index.html")
    page.get_by_role("button", name="Search").click()
    search(page, "bread")
    found = Axe().run(page, context="dialog.kb-search").response["violations"]
    assert [v["id"] for v in found if v["impact"] in ("serious", "critical")] == []
    box = page.locator("dialog.kb-search").bounding_box()
    assert box is not None
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= 390
    over = """hits => hits.filter((a) => {  // with a title that leaves its kind no room, and nothing else
        const [title, meta, text] = a.children;
        Object.assign(title.style, { display: "inline-block", width: "95%" });
        text.remove();
        return a.getBoundingClientRect().bottom < meta.getBoundingClientRect().bottom;
    }).length"""
    assert page.locator(HITS).evaluate_all(over) == 0, "the kind of a hit hangs over the next"
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


def test_without_scripts_search_leads_to_the_table_and_the_outline(visit: Open, base: str) -> None:
    page = visit(scripts=False).page
    page.goto(base + "person/baker-b.html")
    page.locator("[data-kb-search]").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("All claims")
    expect(page.get_by_role("link", name="the outline")).to_be_visible()


def test_ten_thousand_records_are_searched(visit: Open, built: Path, tmp_path: Path) -> None:
    site = tmp_path / "site"
    shutil.copytree(built, site)
    path = site / "assets" / "search-index.js"
    rows = json.loads(path.read_text("utf-8").removeprefix("window.counterpoiseIndex=").rstrip().rstrip(";"))
    many = [
        [f"{row[0]}-{n}", row[1], f"{row[2]} in kitchen {n}", f"{row[3]} batch {n}", *row[4:]]
        for n in range(MANY)
        for row in [rows[n % len(rows)]]
    ]
    path.write_text("window.counterpoiseIndex=" + json.dumps(many) + ";\n", "utf-8")
    tab = visit()
    page = tab.page
    page.goto((site / "index.html").as_uri())
    page.locator("[data-kb-search]").click()
    field = page.get_by_role("searchbox")
    number = next(n for n, row in enumerate(many) if n > 4000 and row[0].startswith("bacteria-work-in-cold"))
    field.fill(f"lactik bacteria {number}")
    hits = page.locator("dialog.kb-search ol a")
    expect(hits.first).to_contain_text(f"kitchen {number}")
    for typed in ("cold bread", "lactik bacteria", f"kitchen {number}"):
        took = page.evaluate(
            """typed => { const field = document.querySelector("dialog.kb-search input");
                return Math.min(...[1, 2, 3].map(() => { const from = performance.now(); field.value = typed;
                    field.dispatchEvent(new Event("input")); return performance.now() - from; })); }""",
            typed,
        )
        assert took < 1000, f"{typed} took {took:.0f} ms"
    field.fill("cold rise tsates")
    expect(hits.first).to_contain_text("cold rise tastes")
    expect(hits).to_have_count(30)
    assert tab.problems == []


def test_the_search_finds_the_pages_about_the_map_and_opens_them(visit: Open, base: str) -> None:
    """Whoever wants the numbers as a file, or the meaning of a word of the method, need not know where it stands."""
    page = visit().page
    page.goto(base + KINDS["claim"])
    page.keyboard.press("/")
    page.get_by_role("dialog").get_by_role("searchbox").fill("csv files")
    first = page.locator("dialog.kb-search li a").first
    expect(first).to_contain_text("Data")
    expect(first.locator(".kb-tag")).to_have_text("page")
    first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Data")
