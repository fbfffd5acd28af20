"""Examples of the rules: each bad one gives its code at the marked lines, each good one nothing at all."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest
from support import ROOT

from kb.anchors import check_anchors
from kb.cli.fmt import not_in_form
from kb.codes import every_code
from kb.coherence import COHERENCE, check_coherence
from kb.engine import assess
from kb.errors import Finding, Level
from kb.fmt import formatted
from kb.load import load
from kb.report import is_failure
from kb.rules import READING, RULES, Family, check_tree
from kb.rules._examples import STORED, Example, Files, codes, example, world

NO_EXAMPLE = {"rule-crashed"}
"""What no record brings about; tests/test_rules.py breaks a rule on purpose."""
NO_LINE = {"more-findings"}
"""Findings that stand at the folder and not in a file."""


def findings(files: Files, code: str, folder: Path, monkeypatch: pytest.MonkeyPatch) -> list[Finding]:
    """Everything that the check, the credences, the anchors and, for its own code, the form have to say."""
    monkeypatch.chdir(folder)
    for name, content in files.items():
        path = Path(name) if name.startswith(STORED) else Path("claims", name)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    found = list(check_tree("claims"))
    loaded = load("claims")
    if not is_failure(found):
        found += check_coherence(assess(loaded.corpus, intervals=False))
    if Path(STORED).is_dir():
        found += [f for result in check_anchors(loaded.corpus, STORED) if (f := result.finding())]
    if code == "format":
        for name, content in files.items():
            made = formatted(content, name)
            if made.changed and made.text is not None:
                found.append(not_in_form(f"claims/{name}", content, made.text))
    return found


@pytest.mark.parametrize("code", codes())
def test_the_bad_example_gives_the_code_at_the_marked_lines(
    code: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bad, _ = example(code)
    found = [f for f in findings(bad.files, code, tmp_path, monkeypatch) if f.code == code]
    assert found
    if code not in NO_LINE:
        assert {(f.path.removeprefix("claims/"), f.line) for f in found} == bad.places
        assert any(piece.marked for piece in bad.pieces), "a reader sees where"
    for finding in found:
        assert re.search(r"\w{3,}", finding.hint)


@pytest.mark.parametrize("code", codes())
def test_the_good_example_gives_nothing(code: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _, good = example(code)
    assert [str(f) for f in findings(good.files, code, tmp_path, monkeypatch)] == []
    assert good.places == frozenset()


def test_the_records_behind_the_examples_give_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert findings(world(), "format", tmp_path, monkeypatch) == []


def shown(side: Example) -> list[tuple[str, tuple[str, ...]]]:
    return [(piece.path, piece.lines) for piece in side.pieces]


@pytest.mark.parametrize("code", codes())
def test_examples_are_short_and_differ(code: str) -> None:
    bad, good = example(code)
    assert shown(bad) != shown(good)
    for side in (bad, good):
        assert 0 < sum(len(piece.lines) for piece in side.pieces) <= 32
        for piece in side.pieces:
            for line in piece.lines:
                assert line.isprintable()
                assert len(line) <= (250 if code in ("yaml-size",) else 120)
                assert "#<" not in line


def test_every_code_is_explained_once_and_has_an_example() -> None:
    every = every_code()
    assert set(every) == set(RULES) | set(READING) | set(COHERENCE)
    assert len(every) == len(RULES) + len(READING) + len(COHERENCE)
    assert set(codes()) == set(every) - NO_EXAMPLE


def test_there_are_at_least_forty_rules_in_every_family() -> None:
    assert len(RULES) >= 40
    families = {code.family for code in every_code().values()}
    assert families == set(Family)
    own = {rule.family for rule in RULES.values()}
    assert own >= set(Family) - {Family.TEXT, Family.CHECK}, "text is read before any rule"


@pytest.mark.parametrize("code", every_code().values(), ids=lambda code: code.code)
def test_every_code_says_what_why_and_what_to_write(code: object) -> None:
    doc = getattr(code, "doc")  # noqa: B009 - typed in kb.rules
    first, _, rest = doc.partition("\n\n")
    assert first.endswith((".", "?"))
    assert len(first.split()) <= 45
    assert len(rest.split()) >= 10


# --- every code that the program can give is explained

PLACES = {"Finding": 3, "Fault": 1, "_Unreadable": 1, "_fault": 1, "found": 0, "_misplaced": None}


def codes_given(path: Path) -> set[str]:
    """Codes that a module writes into findings, names of constants resolved."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    constants = {
        target.id: node.value.value
        for node in tree.body
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)
        for target in node.targets
        if isinstance(target, ast.Name)
    }
    given: set[str] = set()
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call):
            continue
        name = getattr(node.func, "id", getattr(node.func, "attr", ""))
        place = PLACES.get(name)
        if place is None or len(node.args) <= place:
            continue
        starred = any(isinstance(arg, ast.Starred) for arg in node.args[:place])
        for arg in node.args[1 if starred else place :][: 3 if starred else 1]:
            value = arg.value if isinstance(arg, ast.Constant) else constants.get(getattr(arg, "id", ""))
            if isinstance(value, str) and re.fullmatch(r"[a-z]+(-[a-z]+)*", value):
                given.add(value)
    return given


def test_every_code_in_the_program_is_explained() -> None:
    given: dict[str, set[str]] = {}
    for path in (ROOT / "kb").rglob("*.py"):
        given[path.relative_to(ROOT / "kb").as_posix()] = codes_given(path)
    assert {"yaml-alias", "yaml-syntax", "merge-conflict"} <= given["text.py"]
    assert {"file-place", "id", "duplicate-id", "schema"} <= given["load.py"]
    assert set().union(*given.values()) <= set(every_code())
    levels = {code.level for code in every_code().values()}
    assert levels == set(Level)
