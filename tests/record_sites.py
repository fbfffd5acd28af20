"""Sites out of a few records given as text, and their pages as trees and as words, for the tests of record pages."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache
from pathlib import Path
from xml.etree import ElementTree

import html5lib
from support import ROOT

from kb.engine import assess
from kb.load import load
from kb.pages import Settings, Site
from kb.pages.kinds import render_record

SVG = "{http://www.w3.org/2000/svg}"
SHELVES = {"source": "sources", "person": "people", "term": "terms", "viewpoint": "viewpoints"}
Records = Callable[..., Site]

SOURCE = """
kind: source
title: The report {0}
type: report
issued: 2025-01-01
url: https://example.org/{0}
"""
PERSON = "kind: person\ntitle: Person {0}\ntype: person\n"


@cache
def bread() -> Site:
    """The debate of the browser tests; nothing on it is changed by a test."""
    loaded = load(ROOT / "tests" / "browser" / "corpus")
    assert not loaded.findings
    return Site(assess(loaded.corpus), Settings(revised="2026-03-01"))


def site_of(folder: Path, texts: dict[str, str], revised: str | None = "2026-06-01") -> Site:
    """A site out of records given as name to text, where ``{0}`` stands for the id and an underscore for a hyphen."""
    (folder / "talk").mkdir(exist_ok=True)
    (folder / "talk" / "_topic.yaml").write_text("title: Talk\nquestion: What is it about?\n", "utf-8")
    for name, text in texts.items():
        id = name.replace("_", "-")
        kind = re.search(r"kind: (\w+)", text)
        assert kind is not None
        shelf = folder / SHELVES.get(kind[1], "talk")
        shelf.mkdir(exist_ok=True)
        (shelf / f"{id}.yaml").write_text(text.format(id), "utf-8")
    loaded = load(folder)
    assert not loaded.findings, loaded.findings
    return Site(assess(loaded.corpus, intervals=False), Settings(revised=revised))


def quantity(value: str, unit: str = "days", metric: str = "time to bake", **more: str) -> str:
    """A quantity; ``value`` is its line with the value or the formula."""
    lines = "".join(f"{k}: {v}\n" for k, v in more.items())
    return f"kind: quantity\ntitle: Quantity {{0}}\nmetric: {metric}\nunit: {unit}\nbasis: measured\n{value}\n{lines}"


def claim(more: str = "", text: str = "It is so.") -> str:
    """A claim with further lines."""
    return f"kind: claim\ntitle: Claim {{0}}\ntext: {text}\n{more}"


def body(site: Site, id: str) -> ElementTree.Element:
    """The body of a record's page as a tree."""
    return html5lib.parse(render_record(site, site.corpus[id]).body)


def text_of(site: Site, id: str) -> str:
    """The words of a record's page."""
    return " ".join("".join(body(site, id).itertext()).split())
