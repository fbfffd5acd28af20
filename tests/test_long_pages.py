"""Pages of records with much on them stay short: what repeats is said once, what is many is folded."""

from __future__ import annotations

from pathlib import Path

import pytest
from record_sites import PERSON, SOURCE, Records, bread, claim, site_of, text_of

from kb import vocab
from kb.pages import experiments
from kb.pages.kinds import render_record
from kb.pages.lists import render_topic
from kb.pages.positions import LISTED

ANCHOR = "  - source: talk-one\n    anchor:\n      start: {words} of this passage\n"


@pytest.fixture
def records(tmp_path: Path) -> Records:
    """A site out of records given as id=text."""
    return lambda revised="2026-06-01", **texts: site_of(tmp_path, texts, revised)


def position(on: str, by: str = "anna", words: tuple[str, ...] = ("the first words",)) -> str:
    """A position with a passage for each of some words."""
    passages = "".join(ANCHOR.format(words=w) for w in words)
    return f"kind: position\nby: {by}\non: {on}\nstance: asserts\nseen_in:\n{passages}"


def test_passages_of_one_source_name_it_once(records: Records) -> None:
    site = records(
        talk_one=SOURCE,
        anna=PERSON,
        one=claim(),
        held=position("one", words=("the first words", "some later words")),
    )
    page = text_of(site, "anna")
    assert "the first words of this passage" in page
    assert "some later words of this passage" in page
    listed = page[page.index("When and where") : page.rindex("Where the map disagrees")]
    assert listed.count("The report talk-one") == 1


def test_a_position_without_a_title_begins_with_a_capital(records: Records) -> None:
    site = records(
        talk_one=SOURCE, anna=PERSON.replace("Person {0}", "a reader of {0}"), one=claim(), held=position("one")
    )
    assert site.ref("held").title.startswith("A reader of anna asserts: ")


def test_a_source_with_many_statements_folds_them_and_names_their_one_speaker_once(records: Records) -> None:
    many = LISTED + 4
    texts = {f"c{n}": claim() for n in range(many)} | {f"p{n}": position(f"c{n}") for n in range(many)}
    site = records(talk_one=SOURCE, anna=PERSON, **texts)
    body = str(render_record(site, site.corpus["talk-one"]).body)
    assert "4 more positions" in body
    said = body[body.index('id="positions"') : body.index('id="cited"')]
    assert said.count('href="../person/anna.html"') == 1
    assert said.count('data-label="Stance"') == many
    texts["p0"] = position("c0", by="ben")
    two = text_of(records(talk_one=SOURCE, anna=PERSON, ben=PERSON, **texts), "talk-one")
    assert "All are statements of" not in two


def test_a_topic_folds_what_is_not_assessed_and_what_is_many(records: Records) -> None:
    site = records(talk_one=SOURCE, anna=PERSON, **{f"c{n:02}": claim() for n in range(5)})
    body = str(render_topic(site, "talk").body)
    assert "None of them has evidence beneath it yet." in body
    assert "5 claims not assessed" in body
    assert "<details" in body


@pytest.mark.parametrize(("n", "name"), [(0, "A"), (25, "Z"), (26, "AA"), (51, "AZ"), (52, "BA")])
def test_outcomes_have_letters(n: int, name: str) -> None:
    assert experiments.letter(n) == name


def test_outcomes_of_an_experiment_are_told_once_and_then_named_by_letter() -> None:
    site = bread()
    shown = 0
    for entry in site.corpus:
        if entry.kind is not vocab.Kind.EXPERIMENT:
            continue
        record = entry.record
        page = text_of(site, entry.id)
        for n, outcome in enumerate(record.get("outcomes")):
            assert page.count(outcome.text) == 1
            assert f"After {experiments.letter(n)}" in page
            shown += 1
        assert "1 points" not in page
    assert shown
