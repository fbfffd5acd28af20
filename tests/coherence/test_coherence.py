"""Rules that need credences, each on trees of records in ``tests/corpora/coherence``: a folder is a case."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from pathlib import Path
from types import MappingProxyType

import pytest
from support import CLOCK, TESTS, Kb

from kb import coherence, odds
from kb.coherence import COHERENCE, CoherenceRule, check_coherence
from kb.corpus import Corpus
from kb.engine import Assessment, assess
from kb.errors import Finding, Level
from kb.load import load
from kb.report import as_lines
from kb.rules import Family, check_tree

CORPORA = TESTS / "corpora" / "coherence"
CASES = sorted(path for code in CORPORA.iterdir() for path in code.iterdir())
BAD = [path for path in CASES if path.name.startswith("bad")]
GOOD = [path for path in CASES if path.name.startswith("good")]


def name(path: Path) -> str:
    return f"{path.parent.name}/{path.name}"


def assessed(case: Path, monkeypatch: pytest.MonkeyPatch) -> Assessment:
    monkeypatch.chdir(case)
    assert check_tree("claims") == ()
    return assess(load("claims").corpus, intervals=False)


@pytest.mark.parametrize("case", BAD, ids=name)
def test_odd_sums_give_exactly_the_expected_lines(case: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    found = check_coherence(assessed(case, monkeypatch))
    assert as_lines(found) == (case / "expected.txt").read_text(encoding="utf-8")
    assert {f.code for f in found} == {case.parent.name}
    for finding in found:
        assert finding.level is Level.SUGGESTION
        assert re.match(r"claims/\S+:[1-9]\d*:[1-9]\d* [a-z-]+ .+; .+\Z", str(finding))


@pytest.mark.parametrize("case", GOOD, ids=name)
def test_the_mended_sums_give_nothing(case: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert as_lines(check_coherence(assessed(case, monkeypatch))) == ""


def test_every_rule_has_cases_either_way_and_every_case_a_rule() -> None:
    for cases in (BAD, GOOD):
        assert {path.parent.name for path in cases} == set(COHERENCE)
    assert len(CASES) == len(BAD) + len(GOOD)


@pytest.mark.parametrize("rule", COHERENCE.values(), ids=lambda rule: rule.code)
def test_every_rule_says_what_why_and_how_to_mend(rule: CoherenceRule) -> None:
    first, _, rest = rule.doc.partition("\n\n")
    assert first.endswith(".")
    assert len(rest.split()) >= 12
    assert rule.check.__module__ == f"kb.coherence.{rule.code.replace('-', '_')}"


def test_findings_do_not_depend_on_the_order_of_records(monkeypatch: pytest.MonkeyPatch) -> None:
    for case in BAD:
        corpus = assessed(case, monkeypatch).corpus
        backwards = Corpus(reversed(list(corpus)), corpus.topics, corpus.root)
        assert check_coherence(assess(backwards, intervals=False)) == check_coherence(assess(corpus, intervals=False))


# the arithmetic in the lines


def line_of(case: str, monkeypatch: pytest.MonkeyPatch) -> tuple[str, Assessment]:
    found = assessed(CORPORA / case, monkeypatch)
    (finding,) = check_coherence(found)
    return finding.message, found


def test_declaring_the_lineage_does_what_the_finding_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    message, found = line_of("undeclared-lineage/bad", monkeypatch)
    claim = "watched-kettles-boil-late"
    assert f"instead of {odds.say_percent(found.credences[claim].credence)}" in message
    item = Path("claims/kettles/times-in-spring.yaml")
    declared = item.read_text().replace("bears_on:", "lineage:\n  - {root: autumn-log, kind: ties}\nbears_on:")
    copy = tmp_path / "claims"
    for path in Path("claims").rglob("*.yaml"):
        target = copy / path.relative_to("claims")
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(declared if path == item else path.read_text())
    tied = assess(load(copy).corpus, intervals=False).credences[claim]
    assert f"would stand at {odds.say_percent(tied.credence)}" in message
    change = tied.weight - found.credences[claim].weight
    assert f"({odds.say_db(change)})" in message
    assert check_tree(copy) == ()


def test_the_limit_of_a_strength_by_hand(monkeypatch: pytest.MonkeyPatch) -> None:
    """P(reason | claim) <= .99 with margins .5 and .3: P(reason | not claim) >= (.5 - .3 * .99) / .7."""
    message, _ = line_of("strength-limited/bad", monkeypatch)
    most = math.log(0.99 / ((0.5 - 0.3 * 0.99) / 0.7))
    assert f"it adds at most {odds.db(most):.1f} dB" in message


def test_the_gap_to_an_author_by_hand(monkeypatch: pytest.MonkeyPatch) -> None:
    message, found = line_of("author-disagrees/bad", monkeypatch)
    gap = odds.logit(found.credences["watched-kettles-boil-late"].credence) - odds.logit(0.125)
    assert f"{odds.db(gap):.1f} dB apart" in message


def test_without_the_lone_testimony(monkeypatch: pytest.MonkeyPatch) -> None:
    message, found = line_of("lone-testimony/bad", monkeypatch)
    (move,) = found.impact("cook-remembers").moves
    assert f"without it {odds.say_percent(move.without)}, with it {odds.say_percent(move.with_)}" in message


def test_an_extreme_claim_says_where_it_stands(monkeypatch: pytest.MonkeyPatch) -> None:
    message, found = line_of("extreme-credence/bad", monkeypatch)
    explained = found.explain("watched-kettles-boil-late")
    assert f"stands at {odds.db(explained.total):+.1f} dB" in message
    assert odds.db(explained.total) > 30
    assert odds.say_db(max(g.contribution for g in explained.groups)) in message


# running them


def test_a_crashing_rule_becomes_a_warning_and_the_others_run(monkeypatch: pytest.MonkeyPatch) -> None:
    def explode(assessment: Assessment) -> Iterator[Finding]:
        yield Finding(assessment.corpus.root, 1, 1, "explode", "before", "the crash", Level.SUGGESTION)
        raise ZeroDivisionError("::error::\x1b[31m")

    found = assessed(CORPORA / "lone-testimony" / "bad", monkeypatch)
    broken = CoherenceRule("explode", Family.CHECK, explode, "Explodes.")
    monkeypatch.setattr(coherence, "COHERENCE", MappingProxyType({"explode": broken, **COHERENCE}))
    findings = check_coherence(found)
    assert sorted(f.code for f in findings) == ["explode", "lone-testimony", "rule-crashed"]
    crash = next(f for f in findings if f.code == "rule-crashed")
    assert crash.level is Level.WARNING
    assert "ZeroDivisionError" in str(crash)
    assert "\x1b" not in str(crash)


def test_nothing_here_is_ever_an_error(clock: Assessment) -> None:
    assert check_coherence(clock) == ()
    everything = assess(load(TESTS / "corpora" / "good" / "everything" / "claims").corpus, intervals=False)
    assert {f.level for f in check_coherence(everything)} == {Level.SUGGESTION}


def test_kb_check_shows_them_unless_told_not_to(kb: Kb, monkeypatch: pytest.MonkeyPatch) -> None:
    case = CORPORA / "two-routes" / "bad"
    monkeypatch.chdir(case)
    ran = kb("check")
    assert (ran.code, ran.err) == (0, "")
    *lines, last = ran.out.splitlines(keepends=True)
    assert "".join(lines) == (case / "expected.txt").read_text(encoding="utf-8")
    assert last == "5 records checked: 1 suggestion\n"
    assert kb("check", "--no-coherence").out == "5 records checked: no findings\n"
    assert kb("check", "--level", "warning").out == last


def test_records_with_errors_are_not_computed(kb: Kb, clock_copy: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = clock_copy / "tower" / "cold-oil.yaml"
    path.write_text(path.read_text().replace("form: causal", "form: casual"))

    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("records with errors are not computed")

    monkeypatch.setattr("kb.cli.check.assess", refuse)
    assert kb("check", clock_copy).code == 1
    assert kb("check", CLOCK).code == 70
