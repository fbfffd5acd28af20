"""Rules that look at each record by itself do, and after any edit they find what a check from the start finds."""

from __future__ import annotations

import shutil
import time
from pathlib import Path
from typing import cast

import pytest

from kb.corpus import Corpus
from kb.errors import Level
from kb.load import RACE, Known, load
from kb.rules import RULES, Checked, check_loaded, run_rules
from kb.rules import _alone as alone
from kb.rules._alone import One
from kb.rules._examples import Files, codes, example

ERRORS = [rule for rule in RULES.values() if rule.level is Level.ERROR]


def write(files: Files, folder: Path) -> None:
    """Exactly these files in a folder; those that are there with the same content stay untouched."""
    wanted = {folder / name for name in files}
    for path in [p for p in folder.rglob("*") if p.is_file() and p not in wanted]:
        path.unlink()
    for name, content in files.items():
        path = folder / name
        if not path.is_file() or path.read_bytes() != content:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)


@pytest.fixture(scope="module")
def corpora(tmp_path_factory: pytest.TempPathFactory) -> list[Corpus]:
    """The records of all examples, mended where they are broken."""
    found = []
    for code in codes():
        for case in example(code):
            folder = tmp_path_factory.mktemp("claims")
            write(case.files, folder)
            found.append(load(folder).draft)
            shutil.rmtree(folder)
    return found


@pytest.mark.parametrize("rule", [rule for rule in RULES.values() if rule.alone], ids=lambda rule: rule.code)
def test_a_rule_that_looks_at_each_record_by_itself_finds_the_same(rule: object, corpora: list[Corpus]) -> None:
    check = rule.check
    seen = 0
    for corpus in corpora:
        whole = set(check(corpus))
        assert {f for entry in corpus for f in check(cast(Corpus, One(corpus, entry)))} == whole
        seen += len(whole)
    assert seen, "an example shows what it finds"


def test_most_rules_of_errors_look_at_each_record_by_itself() -> None:
    assert sum(rule.alone for rule in ERRORS) > len(ERRORS) * 2 / 3


def test_from_example_to_example_findings_are_those_of_a_check_from_the_start(tmp_path: Path) -> None:
    """Each example is an edit of the one before it: records come, go and change, with what refers to them."""
    known, checked = Known(), Checked()
    spared = 0
    for code in codes():
        for case in example(code):
            write(case.files, tmp_path)
            loaded = load(tmp_path, known)
            again = check_loaded(loaded, errors_alone=True, known=checked)
            assert again == check_loaded(load(tmp_path), errors_alone=True), code
            spared += check_loaded(loaded, errors_alone=True, known=checked) == again
    assert spared == 2 * len(codes())


def test_only_what_looks_a_changed_record_up_is_looked_at_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, good = example("unknown-reference")
    write(good.files, tmp_path)
    time.sleep(2 * RACE / 1e9)  # a file that changed just now is read again
    known, checked = Known(), Checked()
    first = load(tmp_path, known).corpus
    run_rules(first, errors_alone=True, known=checked)
    looked: list[str] = []
    really = alone.One.__init__

    def noted(self: One, whole: Corpus, entry: object) -> None:
        looked.append(entry.id)
        really(self, whole, entry)

    monkeypatch.setattr(alone.One, "__init__", noted)
    source = next(id for id, cited in first.cited_in.items() if id in first)
    path = tmp_path / "sources" / f"{source}.yaml"
    path.write_text(path.read_text("utf-8") + "notes: Somebody looked at this again.\n", "utf-8")
    run_rules(load(tmp_path, known).corpus, errors_alone=True, known=checked)
    assert source in looked
    assert set(first.cited_in[source]) <= set(looked)
    assert len(looked) < len(first)


def test_after_a_rule_failed_nothing_that_was_known_is_trusted(tmp_path: Path) -> None:
    bad, _ = example("missing-why")
    write(bad.files, tmp_path)
    corpus, checked = load(tmp_path).corpus, Checked()
    expected = run_rules(corpus, errors_alone=True)

    def broken(corpus: Corpus) -> object:
        raise ZeroDivisionError("broken on purpose")

    with pytest.raises(ZeroDivisionError):
        checked(corpus, [broken])
    assert run_rules(corpus, errors_alone=True, known=checked) == expected
    other = load(tmp_path).corpus
    with pytest.raises(ZeroDivisionError):
        checked(other, [broken])
    assert run_rules(other, errors_alone=True, known=checked) == expected
