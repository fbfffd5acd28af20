"""What people type, made plain."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb import typed


@pytest.mark.parametrize(
    ("given_", "words"),
    [
        ('"Nine of the eleven respondents told us that..."', "Nine of the eleven respondents told us that"),
        ("“Nine of the eleven…”", "Nine of the eleven"),
        ("...nine of the eleven", "nine of the eleven"),
        ("[…] nine of the eleven [...]", "nine of the eleven"),
        ("nine of the eleven . . .", "nine of the eleven"),
        ("**Nine of** the _eleven_", "Nine of the eleven"),
        ("*“Nine of the eleven …”*", "Nine of the eleven"),
        ("‘nine of the eleven’", "nine of the eleven"),
        ("nine of the eleven.", "nine of the eleven."),
        ('"nine of" the eleven', '"nine of" the eleven'),
        ('"nine of" the "eleven"', '"nine of" the "eleven"'),
        ("a snake_case_name is found", "a snake_case_name is found"),
        ("2 * 3 * 4 is 24", "2 * 3 * 4 is 24"),
        ("", ""),
        ("…", ""),
    ],
)
def test_words_of_a_passage(given_: str, words: str) -> None:
    assert typed.passage_words(given_) == words
    assert typed.passage_words(words) == words


@given(st.text(alphabet="ab \"'“”.…*_[]`", max_size=40))
def test_plain_words_stay_plain(text: str) -> None:
    once = typed.passage_words(text)
    assert typed.passage_words(once) == once
    assert sum(c in "ab" for c in once) == sum(c in "ab" for c in text)


@pytest.mark.parametrize(
    ("given_", "date"),
    [
        ("2026", "2026"),
        ('"2026"', "2026"),
        ("2026-03", "2026-03"),
        ("2026/3/12", "2026-03-12"),
        ("2026.03.12", "2026-03-12"),
        ("March 2026", "2026-03"),
        ("3 Mar 2026", "2026-03-03"),
        ("Mar. 3rd, 2026", "2026-03-03"),
        ("3rd of March 2026", "2026-03-03"),
        ("2026 March 3", "2026-03-03"),
        ("13/03/2026", "2026-03-13"),
        ("03/13/2026", "2026-03-13"),
        ("03/03/2026", "2026-03-03"),
        ("12/03/2026", None),
        ("03/2026", None),
        ("last week", None),
        ("Spring 2026", None),
        ("2026-13", None),
        ("", None),
    ],
)
def test_dates(given_: str, date: str | None) -> None:
    assert typed.date_of(given_) == date


@pytest.mark.parametrize(
    ("given_", "id"),
    [
        ("`cold-oil`", "cold-oil"),
        ("[the survey](https://a.example/s)", "https://a.example/s"),
        ("<https://a.example/s>", "https://a.example/s"),
        ('"cold-oil"', "cold-oil"),
        ("[cold-oil]", "cold-oil"),
        ("[a](b) and [c](d)", "[a](b) and [c](d)"),
        ("cold-oil", "cold-oil"),
    ],
)
def test_ids_and_addresses(given_: str, id: str) -> None:
    assert typed.named(given_) == id


def test_words_of_a_list() -> None:
    assert typed.chosen("slight: about 2 times as likely") == "slight"
    assert typed.chosen("`slight`") == typed.chosen("slight") == "slight"
    assert typed.chosen("very strong: about 50 times as likely") == "very strong"


@pytest.mark.parametrize(
    ("text", "latin"),
    [("Größe: été", True), ("2029年的人工智能", False), ("GPT-5 на русском языке", False), ("2029", True), ("…", True)],
)
def test_letters_that_make_an_id(text: str, latin: bool) -> None:
    assert typed.in_latin_letters(text) is latin


@given(st.text(max_size=120))
def test_any_text_is_taken(text: str) -> None:
    date = typed.date_of(text)
    assert date is None or re.fullmatch(r"\d{4}(-\d{2}(-\d{2})?)?", date)
    assert len(typed.with_a_cut(text)) <= 60
    assert len(typed.named(text)) <= len(text)
