"""What the codes mean, in the terminal and on the site."""

from __future__ import annotations

import json
import re
from collections import Counter

import html5lib
import pytest
from support import Kb

from kb.codes import by_family, every_code
from kb.errors import Level
from kb.pages.rules import rules_list
from kb.rules import Family
from kb.rules._examples import codes, example

PAGE = str(rules_list())


def elements(name: str) -> list[dict[str, str]]:
    """Attributes of the elements of a name on the page."""
    tree = html5lib.parse(f"<!doctype html><title>x</title>{PAGE}", namespaceHTMLElements=False)
    return [dict(element.attrib) for element in tree.iter(name)]


def test_every_code_has_its_place_on_the_page() -> None:
    ids = Counter(a["id"] for name in ("h2", "h3", "section") for a in elements(name) if "id" in a)
    assert set(ids) == set(every_code()) | {f"family-{family}" for family in Family} | {"all"}
    assert set(ids.values()) == {1}
    targets = [a["href"].removeprefix("#") for a in elements("a") if a.get("href", "").startswith("#")]
    assert set(every_code()) <= set(targets) <= set(ids)


def test_the_page_says_level_family_and_example() -> None:
    part = re.search(r'<section class="kb-lint" aria-labelledby="unknown-reference">.*?</section>', PAGE, re.S)
    assert part is not None
    assert ">error</span>" in part[0]
    assert "Every id that a record names belongs to a record." in part[0]
    assert "Gives this finding" in part[0]
    assert re.search(r"<mark>  - claim: waiting-feels-lon<span[^>]*> ←</span></mark>", part[0])
    assert "claims/kettles/guesses-of-waiting-time.yaml" in part[0]
    assert PAGE.count("Gives this finding") == PAGE.count("Gives none") == len(codes())
    for family in Family:
        assert family.about in PAGE.replace("&#39;", "'")


def test_markup_in_examples_is_text() -> None:
    assert "&lt;b&gt;the survey&lt;/b&gt;" in PAGE
    assert "<b>" not in PAGE
    assert elements("script") == []


def test_families_hold_every_code_once() -> None:
    listed = [code.code for _, inside in by_family() for code in inside]
    assert sorted(listed) == sorted(every_code())
    assert [family for family, _ in by_family()] == list(Family)


def test_kb_rules_lists_every_code(kb: Kb) -> None:
    ran = kb("rules")
    assert ran.code == 0
    for code in every_code().values():
        assert re.search(rf"^  {code.code} +{code.level} +\S", ran.out, re.M)
    data = json.loads(kb("rules", "--json").out)
    assert [one["code"] for one in data] == list(every_code())
    assert {one["level"] for one in data} == set(Level)


@pytest.mark.parametrize("code", ["unknown-reference", "yaml-syntax", "extreme-credence", "rule-crashed"])
def test_kb_rules_explains_one(kb: Kb, code: str) -> None:
    ran = kb("rules", code)
    assert ran.code == 0
    meaning = every_code()[code]
    assert ran.out.startswith(f"{code}: {meaning.level}, {meaning.family.heading.lower()}\n")
    said = " ".join(ran.out.split())
    assert " ".join(meaning.doc.split()) in said
    if code in codes():
        bad, _ = example(code)
        marked = [piece.lines[n] for piece in bad.pieces for n in piece.marked]
        assert all(f"  {line}  <- here\n" in ran.out for line in marked)
    assert ("Gives this finding:" in ran.out) is (code in codes())
    assert json.loads(kb("rules", code, "--json").out)["code"] == code


def test_kb_rules_knows_what_was_probably_meant(kb: Kb) -> None:
    ran = kb("rules", "unknown-refrence")
    assert (ran.code, ran.out) == (1, "")
    assert "did you mean unknown-reference?" in ran.err
    assert "kb rules lists them" in kb("rules", "zzz").err
