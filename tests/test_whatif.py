"""What a claim's page offers to move, and the data with which it recomputes itself."""

from __future__ import annotations

import gzip
import json
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from engine.debate import Debate, build
from engine.strategies import debates, examples
from hypothesis import given

from kb import odds, vocab
from kb.engine import Assessment, assess, propagate
from kb.engine.impact import beneath
from kb.engine.part import closure, part_of, plain
from kb.load import load
from kb.pages import Settings, Site, turning, whatif
from kb.pages.claim import render_claim
from kb.pages.whatif import credence_limits, script, strength_limits, what_if

ROOT = Path(__file__).resolve().parents[1]
SCRIPTS = ROOT / "site" / "pages" / "assets" / "js"
TASTE = "cold-rise-tastes-better"
REPOSITORY = "https://code.example/map/records/"


@pytest.fixture(scope="module")
def bread() -> Assessment:
    return assess(load(ROOT / "tests" / "browser" / "corpus").corpus)


@pytest.fixture(scope="module")
def site(bread: Assessment) -> Site:
    return Site(bread, Settings())


@pytest.fixture(scope="module")
def founding() -> Site:
    return Site(assess(load(ROOT / "claims").corpus, intervals=False), Settings(repository=REPOSITORY))


def read(data: bytes | None) -> dict[str, Any]:
    """What a script beside a page holds."""
    assert data is not None
    text = data.decode()
    assert text.startswith("window.counterpoiseWhatIf=")
    found: dict[str, Any] = json.loads(text.removeprefix("window.counterpoiseWhatIf=").removesuffix(";\n"))
    return found


COLUMNS = {
    "itemWeight": ("item", "weight"),
    "itemReliability": ("item", "reliability"),
    "rootReliability": ("root", "reliability"),
    "linkWeight": ("link", "weight"),
}


@pytest.mark.parametrize("which", ["site", "founding"])
def test_every_slider_starts_where_the_engine_has_its_input(which: str, request: pytest.FixtureRequest) -> None:
    site: Site = request.getfixturevalue(which)
    pages = 0
    for id in site.credences:
        section = what_if(site, id)
        assert len(section.inputs) <= whatif.MOST
        keys = [i.key for i in section.inputs]
        assert len(set(keys)) == len(keys)
        if not keys:
            assert section.script == ""
            assert read(script(site, id))["inputs"] == {}, "what is there serves those who add to it"
            continue
        pages += 1
        data = read(script(site, id))
        assert list(data["inputs"]) == keys
        assert data["names"][data["claim"]][1] == id
        for i in section.inputs:
            array, rows, *_ = data["inputs"][i.key]
            for row in rows:
                if array == "pin":
                    assert data["names"][row][1] == i.ref.id != id
                    assert i.number == site.credences[i.ref.id].credence
                elif array == "baseRate":
                    assert data["part"]["baseRate"][row] == i.number
                else:
                    table, column = COLUMNS[array]
                    assert data["part"][table][column][row] == i.number
    assert pages > 5


def test_the_strongest_inputs_come_first_and_judgements_find_room(founding: Site) -> None:
    """At most half are conclusions, unless there are too few judgements."""
    mixed = [
        section.inputs
        for section in (what_if(founding, id) for id in founding.credences)
        if len(section.inputs) == whatif.MOST and all(i.effect for i in section.inputs)
    ]
    assert mixed
    for inputs in mixed:
        claims = [i for i in inputs if i.kind == "credence"]
        assert len(claims) <= whatif.MOST_CLAIMS
    for id in founding.credences:
        effects = [i.effect for i in what_if(founding, id).inputs]
        assert effects == [e for e in effects if e] + [e for e in effects if not e], "what does nothing now comes last"


def test_what_is_offered_is_what_turns_the_number_most(site: Site) -> None:
    section = what_if(site, TASTE)
    by_key = {i.key: i for i in section.inputs}
    top = site.assessment.cruxes(TASTE)
    first = top.claims[0]
    assert by_key[f"c.{first.claim}"].effect.endswith("if true")
    strongest = top.parameters[0]
    assert (strongest.kind, strongest.record) in {(i.kind, i.ref.id) for i in section.inputs}
    assert by_key["b.cold-rise-tastes-better"].said == "40%"


def test_an_item_that_is_one_vector_over_answers_has_no_strength_of_its_own(site: Site) -> None:
    for id in ("flour-matters-most", "rise-matters-most", "oven-matters-most"):
        keys = [i.key for i in what_if(site, id).inputs]
        assert keys
        assert not [k for k in keys if k.startswith("s.factor-comparison")]
    places = read(script(site, "rise-matters-most"))["inputs"]["b.rise-matters-most"]
    assert len(places[2]) == 3, "its rivals and none of these share the rest"


def test_a_claim_without_anything_beneath_has_nothing_to_move(site: Site) -> None:
    section = what_if(site, "hostile-claim")
    assert (section.inputs, section.script) == ([], "")
    text = str(render_claim(site, site.corpus["hostile-claim"]).body)
    assert "there is nothing to move" in text
    assert "data-kb-whatif" not in text


def test_too_much_beneath_is_said(bread: Assessment, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(whatif, "MAX_BENEATH", 3)
    fresh = Site(bread, Settings())
    assert what_if(fresh, TASTE).too_many
    assert script(fresh, TASTE) is None
    assert "More lies beneath this claim than a page can recompute" in str(
        render_claim(fresh, fresh.corpus[TASTE]).body
    )


def test_a_large_debate_offers_the_claims_own_inputs(bread: Assessment, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(turning, "MAX_CLAIMS", 0)
    fresh = Site(bread, Settings())
    inputs = what_if(fresh, TASTE).inputs
    assert len(inputs) == whatif.MOST
    assert f"b.{TASTE}" in [i.key for i in inputs]
    assert {i.kind for i in inputs} >= {"base rate", "strength"}
    assert all(i.target is None or i.target.id == TASTE for i in inputs)


def test_proposals_need_a_repository(bread: Assessment, founding: Site) -> None:
    without = str(render_claim(Site(bread, Settings()), bread.corpus[TASTE]).body)
    assert "data-kb-propose" not in without
    assert "data-file" not in without
    with_ = str(render_claim(Site(bread, Settings(repository=REPOSITORY)), bread.corpus[TASTE]).body)
    assert 'data-kb-propose="https://code.example/map/records/issues/new"' in with_
    files = {i.file for id in founding.credences for i in what_if(founding, id).inputs if i.kind != "credence"}
    assert len(files) > 20
    assert [f for f in files if not (ROOT / f).is_file()] == []
    assert {i.file for id in founding.credences for i in what_if(founding, id).inputs if i.kind == "credence"} == {""}


def test_the_prior_of_an_answer_is_stated_by_its_question(site: Site) -> None:
    prior = next(i for i in what_if(site, "rise-matters-most").inputs if i.key == "b.rise-matters-most")
    assert prior.file == "claims/rise/which-factor-matters-most.yaml"


def test_titles_do_not_leave_the_script(site: Site) -> None:
    for id in site.credences:
        data = script(site, id)
        assert data is None or (b"<" not in data and b"\xe2\x80\xa8" not in data)


def test_the_same_records_give_the_same_bytes(bread: Assessment) -> None:
    first, second = (
        Site(bread, Settings()),
        Site(assess(load(ROOT / "tests" / "browser" / "corpus").corpus), Settings()),
    )
    assert [script(first, id) for id in first.credences] == [script(second, id) for id in second.credences]


def test_words_of_the_browser_are_those_of_the_vocabulary() -> None:
    def word(limits: list[tuple[str, float]], x: float) -> str:
        return next((w for w, end in limits if x < end), limits[-1][0])

    for db in np.arange(0, 40, 0.05).tolist():
        assert word(strength_limits(), db) == vocab.strength_word(db), db
    for p in np.arange(0.001, 1, 0.001).tolist():
        assert word(credence_limits(), p) == vocab.credence_word(p), p


@examples(60)
@given(debates("loops", most=6))
def test_a_closure_is_the_claim_and_all_beneath_it(debate: Debate) -> None:
    result = propagate(build(debate))
    for c in range(result.net.size):
        found = closure(result, c)
        assert found == sorted({c, *beneath(result.net, c)})
        data = plain(result, part_of(result, found))
        steps = data["steps"]
        assert isinstance(steps, list)
        assert sorted(x for step in steps for x in step) == list(range(len(found))), "every claim is computed once"


def test_a_part_keeps_every_digit(founding: Site) -> None:
    result = founding.assessment.result
    part = part_of(result, range(result.net.size))
    data: dict[str, Any] = json.loads(json.dumps(plain(result, part)))
    weights = {k: float(w) for k, w in enumerate(result.net.item_weight) if w != 0}
    assert [data["item"]["weight"][part.items[k]] for k in weights] == list(weights.values())
    assert data["baseRate"] == result.net.pi.tolist()
    counting = [j for j, w in enumerate(result.net.link_weight) if w != 0]
    assert sorted(part.links) == counting
    assert odds.db(max(abs(w) for w in data["link"]["weight"])) <= vocab.MAX_DB


def test_scripts_and_data_stay_small(founding: Site) -> None:
    own = sum(len(gzip.compress((SCRIPTS / name).read_bytes(), mtime=0)) for name in ("engine.js", "whatif.js"))
    assert own < 20_000
    largest = max(len(gzip.compress(data, mtime=0)) for id in founding.credences if (data := script(founding, id)))
    assert largest < 30_000


def test_the_list_can_be_read_without_scripts(site: Site) -> None:
    text = re.sub(r"<[^>]+>", "", str(render_claim(site, site.corpus[TASTE]).body))
    part = text[text.index("The inputs that this number leans on most") :]
    assert "Moving them needs scripts" in part
    for i in what_if(site, TASTE).inputs:
        assert i.said in part
        assert i.effect in part
