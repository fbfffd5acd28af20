"""Filling in the form for adding in place as a reader does, and what Python makes of the files that it shows."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

from conftest import ROOT
from playwright.sync_api import Browser, Locator, Page
from waiting import until

from kb import fmt
from kb.engine import Assessment, assess
from kb.errors import Finding, Level
from kb.load import Loaded, load_files
from kb.rules import check_loaded

FINDING = {
    "Title": "Blind tasters chose the cold loaf in seven of ten trials",
    "What was found": "In ten blind trials tasters chose the loaf that rose cold in seven.",
    "How was it found?": "experiment",
    "First words of the passage": "in seven of the ten trials",
    "Which way does it speak?": "supports",
    "How strongly?": "moderate",
    "Why that much?": "Such a share is rare where loaves taste alike.",
}
NEW_SOURCE = {
    "Title of the source": "Ten trials of bread",
    "Type of the source": "preprint",
    "Authors of the source": "Jane Doe",
    "Date of the source": "March 2024",
    "Address of the source": "https://trials.example.org/ten",
}
DIALOG = "dialog.kb-add"
SCRIPTS = ROOT / "site/pages/assets/js"


def opened(page: Page, name: str = "Add evidence", n: int = 0) -> Locator:
    """The form, after a press of the button with this name."""
    page.get_by_role("button", name=name, exact=True).nth(n).click()
    form = page.locator(f"{DIALOG} form")
    form.wait_for()
    return form


def answer(form: Locator, values: Mapping[str, str], part: int = 0) -> None:
    """Fill in fields by their labels; ``part`` counts those that have the same label and are seen."""
    for label, value in values.items():
        group = form.get_by_role("group", name=label, exact=True).locator("visible=true")
        if group.count():
            group.nth(min(part, group.count() - 1)).locator(f"input[value='{value}']").check()
            continue
        field = form.get_by_label(label, exact=True).locator("visible=true")
        field = field.nth(min(part, field.count() - 1))
        if field.evaluate("(x) => x.tagName") == "SELECT":
            field.select_option(value)
        else:
            field.fill(value)


def choose(form: Locator, label: str, words: str, hit: int = 0) -> None:
    """Find something by typing and take one of the hits with the keyboard; -1 is the last entry."""
    field = form.get_by_role("combobox", name=label, exact=True).locator("visible=true")
    field.fill(words)
    for _ in range(hit + 1 if hit >= 0 else 0):
        field.press("ArrowDown")
    if hit < 0:
        field.press("ArrowUp")
        field.press("ArrowUp")
    field.press("Enter")


def settled(page: Page) -> None:
    """Wait until the form shows what was typed last."""
    page.wait_for_timeout(300)
    until(page, "document.querySelector('[data-kb-result]') !== null")


def number(page: Page, which: str = "after") -> float:
    """The credence that the form announces, at full precision."""
    settled(page)
    until(page, f"document.querySelector('[data-kb-result]')?.dataset.{which} !== undefined")
    return float(page.locator("[data-kb-result]").get_attribute(f"data-{which}") or "nan")


def files(page: Page) -> dict[str, bytes]:
    """The files that the form shows: path below the folder of records, content."""
    settled(page)
    found = page.locator(f"{DIALOG} .kb-add__file").evaluate_all(
        "(all) => all.map((one) => [one.querySelector('h4').textContent, one.querySelector('pre').textContent])"
    )
    return {path.removeprefix("claims/"): text.encode() for path, text in found}


def records(root: Path) -> list[tuple[str, bytes | None]]:
    """Every file of some records as (path below their folder, content)."""
    return [(str(p.relative_to(root)), p.read_bytes()) for p in sorted(root.glob("*/*.yaml"))]


def with_files(root: Path, new: Mapping[str, bytes]) -> tuple[Loaded, list[Finding], Assessment]:
    """The records with new files among them: what is read, what is found in those files, what comes out."""
    loaded = load_files([*(r for r in records(root) if r[0] not in new), *new.items()], str(root))
    findings = [f for f in check_loaded(loaded) if any(f.path.endswith(path) for path in new)]
    return loaded, findings, assess(loaded.corpus, intervals=False)


def faultless(findings: list[Finding], new: Mapping[str, bytes]) -> None:
    """No error in any of the files, and all of them in canonical form."""
    assert [f for f in findings if f.level is Level.ERROR] == []
    for path, text in new.items():
        assert fmt.formatted(text, path).text == text


def page_of_scripts(browser: Browser, folder: Path, names: Iterable[str]) -> Page:
    """A page with some of the site's own scripts and nothing else; ``site`` comes first, the others build on it."""
    file = folder / "page.html"
    scripts = "".join(f'<script src="{(SCRIPTS / f"{name}.js").as_uri()}"></script>' for name in ("site", *names))
    file.write_text(f"<!doctype html><title>form</title>{scripts}", "utf-8")
    page = browser.new_page()
    page.goto(file.as_uri())
    return page
