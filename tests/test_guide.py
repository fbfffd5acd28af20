"""The guides say what the records say: examples that name a strength name the one on record."""

from __future__ import annotations

import re

import pytest
from support import ROOT

from kb import models as m
from kb.load import load

GUIDE = ROOT / "site" / "pages" / "guide" / "strengths.md"
STATED = re.compile(
    r"\[\[@(?P<item>[a-z0-9-]+)\]\],? (?P<stance>supports|opposes) "
    r"\[\[@(?P<claim>[a-z0-9-]+)\]\]: \*\*(?P<word>[a-z ]+)\*\*"
)
SPREAD = re.compile(r"\[\[@(?P<item>[a-z0-9-]+)\]\] bears on\s\[\[@(?P<question>[a-z0-9-]+)\]\]")


@pytest.fixture(scope="module")
def guide() -> str:
    return GUIDE.read_text(encoding="utf-8")


def test_there_are_ten_examples(guide: str) -> None:
    assert re.findall(r"^### (\d+)\.", guide, re.M) == [str(n) for n in range(1, 11)]
    assert len(STATED.findall(guide)) + len(SPREAD.findall(guide)) == 10


def test_each_example_has_the_strength_on_record(guide: str) -> None:
    corpus = load(ROOT / "claims").corpus
    for found in STATED.finditer(guide):
        links = [b for b in corpus.record(found["item"], m.Evidence).bears_on if not isinstance(b, m.AnswerLikelihood)]
        (link,) = [b for b in links if b.claim == found["claim"]]
        assert link.stance == found["stance"], found["item"]
        assert link.strength == found["word"], found["item"]


def test_each_example_with_several_answers_is_recorded_so(guide: str) -> None:
    corpus = load(ROOT / "claims").corpus
    for found in SPREAD.finditer(guide):
        (link,) = corpus.record(found["item"], m.Evidence).bears_on
        assert isinstance(link, m.AnswerLikelihood)
        assert link.question == found["question"]
        said = guide[found.end() : found.end() + 700]
        values = sorted(set(link.likelihood.values()))
        for value in (values[0], values[-1]):
            assert f"{value:g}".lstrip("0") in said, (found["item"], value)
