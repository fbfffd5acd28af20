"""The form on claims of the founding debate: its number is that of the records with the files in them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from adding import SCRIPTS, faultless, page_of_scripts, with_files
from conftest import ROOT
from playwright.sync_api import Browser, Page

from kb.engine import assess
from kb.load import load
from kb.pages import Settings, Site, adding, search, whatif

pytestmark = pytest.mark.browser

CLAIMS = ROOT / "claims"
REPOSITORY = "https://code.example/map/records"
ASK = """
([target, data, mode, carrier, values]) => {
  const { Form } = window.counterpoiseForm;
  const claims = window.counterpoiseIndex.map(([id, , title, , , number]) => [id, title, number]);
  const form = new Form({ mode, target, carrier, data, claims, load: () => null });
  form.values = values;
  const made = form.made();
  const { after } = form.effect(made);
  const errors = form.show(made).filter(({ level }) => level === "error");
  return [after.p, Object.fromEntries(made.files.map(({ topic, id, text }) => [`${topic}/${id}.yaml`, text])), errors];
}
"""
FINDING = {
    "e-title": "A replication with other models gave half of the effect",
    "e-text": "A replication with three other models measured half of the effect: “smaller, but there”.",
    "e-design": "experiment",
    "e-first": "we measure half of the",
    "e-stance": "opposes",
    "e-strength": "strong",
    "e-why": "Noise of the benchmark alone would rarely halve it: 1 in 20.",
}
FRESH = {
    "e-source": "+",
    "n-title": "Half of the effect: a replication",
    "n-type": "preprint",
    "n-authors": "Ann Other and Jane Doe",
    "n-issued": "March 2025",
    "n-address": "https://replications.example.org/half",
}
OBJECTION = {
    "s-title": "The two were not measured on the same tasks",
    "s-text": "What was compared was measured on different tasks, so the step does not follow.",
    "s-kill": "halves",
    "with": "yes",
}
REASON = {
    "s-which": "new",
    "s-title": "Replications find smaller effects than first reports",
    "s-text": "Across published replications the effects are smaller than those first reported.",
    "s-stance": "opposes",
    "s-strength": "moderate",
    "s-why": "First reports are those that stood out by chance.",
    "with": "yes",
}


@pytest.fixture(scope="module")
def founding() -> Site:
    return Site(assess(load(CLAIMS).corpus, intervals=False), Settings(repository=REPOSITORY))


@pytest.fixture(scope="module")
def form(browser: Browser, founding: Site, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Page]:
    """A page with the form and nothing else."""
    page = page_of_scripts(browser, tmp_path_factory.mktemp("form"), ("engine", "add/effect"))
    for content in (adding.script(founding), search.search_index(founding)):
        page.add_script_tag(content=content.decode())
    for name in ("records", "checks", "fields", "form"):
        page.add_script_tag(path=SCRIPTS / f"add/{name}.js")
    yield page
    page.close()


def beneath(site: Site, id: str) -> dict[str, Any]:
    script = whatif.script(site, id)
    assert script is not None
    found: dict[str, Any] = json.loads(script.decode().removeprefix("window.counterpoiseWhatIf=").removesuffix(";\n"))
    return found


def chosen(site: Site) -> list[str]:
    """Claims of all sorts: with most and with least beneath them, answers that exclude each other."""
    claims = sorted(
        (c for c in site.credences if site.corpus[c].kind == "claim"), key=lambda c: (-site.credences[c].items, c)
    )
    answers = [c for c in claims if site.corpus.questions_of.get(c)]
    return list(dict.fromkeys([*claims[:2], *answers[1:3], claims[len(claims) // 3], claims[-1]]))


def test_the_number_announced_is_that_of_the_records_with_the_files(form: Page, founding: Site) -> None:
    moved = 0
    for n, id in enumerate(chosen(founding)):
        topic, data = founding.corpus[id].topic, beneath(founding, id)
        target = {"topic": topic, "kind": "claim", "id": id, "title": ""}
        links = data["ids"]["link"]
        direct = [x for x, c in zip(links, data["part"]["link"]["claim"], strict=True) if c == data["claim"]]
        roots = data["ids"]["root"]
        source = {"e-source": roots[n % len(roots)]} if roots and n % 2 else FRESH
        asked: list[tuple[str, Any, dict[str, str]]] = [("evidence", None, {**FINDING, **source})]
        asked.append(("reason", None, {**FINDING, **source, **REASON}))
        if direct:
            kind = founding.corpus[direct[0]].kind.value
            asked.append(
                ("contest", {"kind": kind, "id": direct[0]}, {**FINDING, **source, **OBJECTION, "e-stance": "supports"})
            )
        for mode, carrier, values in asked:
            announced, files, errors = form.evaluate(ASK, [target, data, mode, carrier, values])
            assert errors == []
            new = {path: text.encode() for path, text in files.items()}
            _, findings, after = with_files(CLAIMS, new)
            faultless(findings, new)
            assert announced == pytest.approx(after.credences[id].credence, abs=1e-9), (id, mode)
            moved += abs(announced - founding.credences[id].credence) > 1e-3
    assert moved >= 5, "what lies beneath large claims leaves little to add"


def test_with_a_repository_the_form_knows_where_files_open(founding: Site) -> None:
    said = json.loads(adding.script(founding).decode().removeprefix("window.counterpoiseAdding=").removesuffix(";\n"))
    assert said["newFile"] == f"{REPOSITORY}/new/main/claims/"
    assert said["editFile"] == f"{REPOSITORY}/edit/main/claims/"
    without = Site(founding.assessment, Settings())
    assert b'"newFile":null' in adding.script(without)
