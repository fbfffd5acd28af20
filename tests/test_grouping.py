"""Lookups that an edit changes where it touches them equal those made anew, keys in the same order."""

from __future__ import annotations

import random
import shutil
from pathlib import Path

import pytest
from support import ROOT

from kb.corpus import _LOOKUPS, Corpus
from kb.grouping import Grouping, _owners
from kb.load import Known, load

BREAD = ROOT / "tests" / "browser" / "corpus"


def given(record: str) -> list[tuple[str, str]]:
    """Each letter of a word, with the word."""
    return [(letter, record) for letter in record]


@pytest.mark.parametrize("count", [8, 40])  # few records often give first to a key, many seldom
@pytest.mark.parametrize("seed", range(20))
def test_after_any_edits_a_grouping_equals_one_made_anew(seed: int, count: int) -> None:
    r = random.Random(seed)
    words = {f"r{n}": "".join(r.choices("abcdef", k=r.randint(0, 4))) for n in range(count)}
    grouping = Grouping(given, sorted(words.items()))
    for _ in range(12):
        changed: dict[str, str | None] = {}
        for id in r.sample([f"r{n}" for n in range(count + 4)], r.randint(1, 3)):
            changed[id] = None if r.random() < 0.3 else "".join(r.choices("abcdef", k=r.randint(0, 4)))
        words = {k: v for k, v in (words | changed).items() if v is not None}
        before, grouping = grouping, grouping.after(changed)
        anew = Grouping(given, sorted(words.items()))
        assert list(grouping.groups.items()) == list(anew.groups.items())
        assert list(grouping.values()) == list(anew.values())
        assert grouping._owners in (None, _owners(grouping._of))
        for key, values in grouping.groups.items():
            if before.groups.get(key) == values:
                assert before.groups[key] is values


def test_lookups_of_edited_records_equal_those_made_anew(tmp_path: Path) -> None:
    from test_partial import edit

    records, known, r = Path(shutil.copytree(BREAD, tmp_path / "claims")), Known(), random.Random(1)
    corpus = load(records, known).corpus
    for _ in range(12):
        for name in _LOOKUPS:
            corpus._grouped(name)
        done = edit(records, r)
        corpus, anew = load(records, known).corpus, load(records).corpus
        assert corpus._groupings.keys() == _LOOKUPS.keys(), "lookups are carried over"
        for name in _LOOKUPS:
            assert list(corpus._grouped(name).groups.items()) == list(anew._grouped(name).groups.items()), (name, done)
        assert (corpus.reasons, corpus.aliases) == (anew.reasons, anew.aliases)


def test_records_of_a_base_class_are_found_too() -> None:
    from kb import models as m

    corpus: Corpus = load(BREAD).corpus
    assert [id for id, _ in corpus.of(m.Record)] == list(corpus.entries)
