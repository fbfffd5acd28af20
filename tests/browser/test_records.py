"""Pages of records as readers use them: charts, the timeline, what is counted once, whom somebody differs with."""

from __future__ import annotations

import csv
import io
import re

import pytest
from conftest import Open
from playwright.sync_api import expect

pytestmark = pytest.mark.browser


@pytest.mark.parametrize(("width", "shown", "hidden"), [(1280, "wide", "narrow"), (390, "narrow", "wide")])
@pytest.mark.parametrize("page_of", ["quantity/preference-share.html", "quantities.html", "predictions.html"])
def test_a_picture_has_one_form_a_screen_and_stays_inside_it(
    visit: Open, base: str, width: int, shown: str, hidden: str, page_of: str
) -> None:
    tab = visit(width=width)
    page = tab.page
    page.goto(base + page_of)
    pictures = page.locator("svg.kb-chart, svg.kb-timeline")
    expect(pictures.and_(page.locator(f".kb-{shown}")).first).to_be_visible()
    expect(pictures.and_(page.locator(f".kb-{hidden}")).first).to_be_hidden()
    outside = page.evaluate(
        """() => [...document.querySelectorAll('svg.kb-chart text, svg.kb-timeline text')]
        .filter((text) => text.getClientRects().length)
        .filter((text) => {
          const own = text.getBoundingClientRect(), all = text.ownerSVGElement.getBoundingClientRect();
          return own.left < all.left - 2 || own.right > all.right + 2;
        }).map((text) => text.textContent)"""
    )
    assert outside == []
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
    assert tab.problems == []


def test_labels_of_a_chart_do_not_cover_each_other(visit: Open, base: str) -> None:
    for width in (1280, 390):
        page = visit(width=width).page
        page.goto(base + "quantity/preference-share.html")
        covered = page.evaluate(
            """() => {
              const boxes = [...document.querySelectorAll('svg.kb-chart text tspan')]
                .filter((text) => text.getClientRects().length)
                .map((text) => [text.textContent, text.getBoundingClientRect()]);
              const hits = [];
              boxes.forEach(([one, a], i) => boxes.slice(i + 1).forEach(([other, b]) => {
                const wide = Math.min(a.right, b.right) - Math.max(a.left, b.left);
                const high = Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top);
                if (wide > 1 && high > 6) hits.push([one, other]);
              }));
              return hits;
            }"""
        )
        assert covered == []


def test_an_estimate_in_a_chart_leads_to_its_page_which_marks_it(visit: Open, base: str) -> None:
    tab = visit()
    page = tab.page
    page.goto(base + "quantities.html")
    page.locator("svg.kb-chart.kb-wide a[href='quantity/preference-guess.html']").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("by a baker's guess")
    page.locator(".kb-numbers summary").click()
    expect(page.locator("tr[aria-current=true]")).to_contain_text("0.8")
    expect(page.locator(".kb-chart.kb-wide .kb-chart__here")).to_have_count(1)
    assert tab.problems == []


def test_a_mark_in_the_timeline_leads_to_its_claim_by_keyboard(visit: Open, base: str) -> None:
    tab = visit()
    page = tab.page
    page.goto(base + "predictions.html")
    mark = page.locator("svg.kb-timeline.kb-wide a[href='claim/steam-makes-crust.html']")
    mark.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Steam makes the crust")
    assert tab.problems == []


def test_numbers_and_predictions_can_be_downloaded(visit: Open, served: str) -> None:
    page = visit().page
    for name, id in (("quantities", "preference-share"), ("predictions", "steam-makes-crust")):
        page.goto(f"{served}{name}.html")
        href = page.get_by_role("link", name=re.compile("Download (all )?as CSV")).get_attribute("href")
        answer = page.request.get(served + (href or ""))
        assert answer.ok
        assert id in {line["id"] for line in csv.DictReader(io.StringIO(answer.text()))}


def test_what_is_counted_once_is_two_clicks_from_any_page(visit: Open, base: str) -> None:
    page = visit().page
    page.goto(base + "claim/cold-rise-tastes-better.html")
    page.get_by_role("navigation").get_by_role("link", name="Evidence", exact=True).first.click()
    page.get_by_role("link", name="counted once", exact=True).click()
    heading = page.get_by_role("heading", name="What is counted once", exact=True)
    expect(heading).to_be_in_viewport()
    row = page.locator("tr", has=page.locator("details.kb-fold")).first
    row.locator("summary").click()
    row.locator("details a").first.click()
    expect(page.get_by_role("heading", name="What it is counted with")).to_be_visible()
    expect(page.get_by_text("this item", exact=True).first).to_be_visible()


def test_sources_sort_by_what_they_moved(visit: Open, base: str) -> None:
    page = visit().page
    page.goto(base + "sources.html")
    moved = page.locator("[data-kb-table=sources] tbody td:nth-child(7)")

    def sizes() -> list[float]:
        return [float(text.split(" dB")[0].replace("nothing", "0")) for text in moved.all_inner_texts()]

    found = sizes()
    assert found == sorted(found, reverse=True)
    assert found[0] > 0
    for _ in range(2):
        page.locator("th[data-key=moved] button").click()
    assert sizes() == sorted(found)
    expect(page).to_have_url(base + "sources.html#sort=moved")


def test_a_person_page_says_who_differs_without_scripts(visit: Open, base: str) -> None:
    page = visit(scripts=False).page
    page.goto(base + "person/baker-b.html")
    table = page.get_by_role("region", name="With whom they differ")
    expect(table.get_by_role("link").first).to_be_visible()
    expect(page.get_by_role("heading", name="The map by their numbers")).to_be_visible()


def test_evidence_opens_with_the_heaviest_item_and_sorts(visit: Open, base: str) -> None:
    page = visit().page
    page.goto(base + "evidence.html")
    weights = page.locator("[data-kb-table=evidence] tbody td:nth-child(5)")
    sizes = [float(re.sub(r"[^0-9.]", "", text.split()[1]) if text else "0") for text in weights.all_inner_texts()]
    assert sizes == sorted(sizes, reverse=True)
    assert sizes[0] > sizes[-1]
    page.locator("th[data-key=title] button").click()
    titles = page.locator("[data-kb-table=evidence] tbody th > a").all_inner_texts()
    assert titles == sorted(titles, key=str.casefold)


@pytest.mark.parametrize("name", ["evidence", "sources"])
def test_words_leave_the_rows_that_hold_them(visit: Open, served: str, name: str) -> None:
    tab = visit()
    page = tab.page
    page.goto(f"{served}{name}.html")
    rows = page.locator(f"[data-kb-table={name}] tbody tr")
    every = rows.count()
    box = page.locator(f"[data-kb-filters={name}] input[type=search]")
    expect(box).to_be_visible()
    said = page.locator(f"[data-kb-filters={name}] output")
    whole = said.text_content() or ""
    assert whole.startswith(f"{every} ")
    words = rows.nth(1).locator("th > a").inner_text().upper()
    box.fill(words)
    shown = [row for row in rows.all() if row.is_visible()]
    assert 0 < len(shown) < every
    assert all(words.lower() in (row.text_content() or "").lower() for row in shown)
    expect(said).to_have_text(f"{len(shown)} of {whole}")
    page.reload()
    expect(said).to_have_text(f"{len(shown)} of {whole}")
    page.get_by_role("button", name="Reset").click()
    expect(said).to_have_text(whole)
    assert "q=" not in page.url
    assert tab.problems == []


def test_without_scripts_lists_are_whole_and_have_no_box(visit: Open, base: str) -> None:
    page = visit(scripts=False).page
    page.goto(base + "evidence.html")
    expect(page.locator("[data-kb-filters]")).to_be_hidden()
    assert page.locator("[data-kb-table=evidence] tbody tr").count() > 2
