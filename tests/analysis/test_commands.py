"""``kb credences``, ``show``, ``cruxes``, ``experiments``, ``impact`` and ``disagree`` as their users call them."""

from __future__ import annotations

import json
import re
from decimal import Decimal

import pytest
from support import CLOCK, TESTS, Kb

from kb import odds
from kb.engine import Assessment
from kb.engine.semantics import SEMANTICS, run_semantics

CLAIMS = ("--claims", CLOCK)


def lines_of(kb: Kb, *arguments: str) -> list[str]:
    ran = kb(*arguments, *CLAIMS)
    assert (ran.code, ran.err) == (0, "")
    return ran.out.splitlines()


def data_of(kb: Kb, *arguments: str) -> object:
    ran = kb(*arguments, *CLAIMS, "--json")
    assert (ran.code, ran.err) == (0, "")
    return json.loads(ran.out)


# kb credences


def test_credences_have_intervals(kb: Kb, clock: Assessment) -> None:
    head, *rows = lines_of(kb, "credences")
    assert head.split() == ["credence", "range", "base", "moved", "items", "groups", "claim"]
    row = next(r for r in rows if r.endswith("Repairing the clock now pays"))
    c = clock.credences["repair-pays"]
    assert c.low is not None
    assert c.high is not None
    assert row.split()[:2] == [f"{c.credence:.0%}", f"{100 * c.low:.0f}-{c.high:.0%}"]
    assert all(len(line) <= 100 for line in (head, *rows))
    unassessed = next(r for r in rows if "not assessed" in r)
    assert not re.search(r"\d-\d", unassessed.split("%")[0])


def test_credences_under_a_viewpoint(kb: Kb, clock: Assessment) -> None:
    mine = clock.under("careful-keeper").credences
    assert lines_of(kb, "credences", "--viewpoint", "careful-keeper")[0] == (
        "With 5 inputs of The careful keeper [careful-keeper]."
    )
    found = data_of(kb, "credences", "--viewpoint", "careful-keeper")
    assert isinstance(found, list)
    for row in found:
        expected = mine[row["id"]]
        assert row["credence"] == (expected.credence if expected.assessed else None)
        assert row["low"] == expected.low
    assert mine["repair-pays"].credence != clock.credences["repair-pays"].credence
    theirs = lines_of(kb, "credences", "--viewpoint", "keeper")
    assert theirs[1:] == lines_of(kb, "credences", "--viewpoint", "careful-keeper")[1:]
    nothing = lines_of(kb, "credences", "--viewpoint", "guild")
    assert nothing[0].endswith("sets no input and stated no credence: these are the neutral numbers.")
    assert nothing[1:] == lines_of(kb, "credences")


def test_a_viewpoint_of_conclusions_is_told_from_one_of_inputs(kb: Kb) -> None:
    folder = TESTS / "corpora" / "coherence" / "author-disagrees" / "bad" / "claims"
    ran = kb("credences", "--viewpoint", "cook", "--claims", folder)
    assert ran.code == 0
    said = " ".join(ran.out.splitlines()[:2])
    assert "With 1 claim held where The Cook [cook] put it." in said
    assert "explains nothing" in said
    assert re.search(r"\b1[23]%", ran.out)


@pytest.mark.parametrize("name", SEMANTICS)
def test_credences_under_every_semantics(kb: Kb, clock: Assessment, name: str) -> None:
    expected = run_semantics(clock.result, name)
    found = data_of(kb, "credences", "--semantics", name, "--undercuts")
    assert isinstance(found, list)
    assert {row["id"] for row in found} == set(expected)
    for row in found:
        credence = expected[row["id"]]
        assert row["credence"] == (pytest.approx(credence.credence, abs=1e-15) if credence.assessed else None)
        assert row["method"] == credence.method
    said = " ".join(lines_of(kb, "credences", "--semantics", name))
    assert all(note in said for note in expected.notes)


def test_all_semantics_side_by_side(kb: Kb, clock: Assessment) -> None:
    found = data_of(kb, "credences", "--compare")
    assert isinstance(found, dict)
    assert list(found["semantics"]) == list(SEMANTICS)
    assert found["viewpoint"] is None
    disputed = [row["disputed"] for row in found["claims"]]
    assert disputed == sorted(disputed, reverse=True), "those whose side depends on the semantics come first"
    for row in found["claims"]:
        for name, value in row["credences"].items():
            credence = run_semantics(clock.result, name)[row["id"]]
            assert value == (credence.credence if credence.assessed else None)
        known = [x for x in row["credences"].values() if x is not None]
        if row["disputed"]:
            assert min(known) < 0.5 < max(known)
    lines = lines_of(kb, "credences", "--compare")
    assert lines[0].split() == [*SEMANTICS, "claim"]
    titles = [row["title"] for row in found["claims"]]
    shown = [line for line in lines if any(line.endswith(title[:20]) or title[:20] in line for title in titles)]
    assert len(shown) == len(titles)
    for row, line in zip(found["claims"], shown, strict=True):
        cells = line.split()[: len(SEMANTICS)]
        for cell, value in zip(cells, row["credences"].values(), strict=True):
            assert (cell == "-") == (value is None)
    headings = "claims whose side of 50% depends on the semantics" in " ".join(lines)
    assert headings or not any(disputed)


def test_comparison_of_one_question_under_a_viewpoint(kb: Kb, clock: Assessment) -> None:
    found = data_of(kb, "credences", "--compare", "--question", "repair-now", "--viewpoint", "careful-keeper")
    assert isinstance(found, dict)
    (row,) = found["claims"]
    assert found["viewpoint"] == "careful-keeper"
    assert row["credences"]["weight"] == clock.under("careful-keeper").credences["repair-pays"].credence


def test_what_cannot_be_asked_is_said(kb: Kb) -> None:
    ran = kb("credences", "--semantics", "wieght", *CLAIMS)
    assert ran.code == 1
    assert ran.err.startswith("kb: there is no semantics 'wieght'; choose one of weight, bayes")
    assert ran.err.count("\n") == 1
    assert kb("credences", "--compare", "--semantics", "bayes", *CLAIMS).code == 2
    for command in (("credences",), ("show", "repair-pays")):
        ran = kb(*command, "--viewpoint", "nobody", *CLAIMS)
        assert (ran.code, ran.out) == (1, "")
        assert ran.err.startswith("kb: unknown id 'nobody'")
    assert kb("credences", "--viewpoint", "repair-pays", *CLAIMS).code == 1


# kb show


def test_show_says_what_the_credence_could_be_and_turns_on(kb: Kb, clock: Assessment) -> None:
    text = " ".join(line.strip() for line in lines_of(kb, "show", "repair-pays"))
    c = clock.credences["repair-pays"]
    assert c.low is not None
    assert c.high is not None
    assert c.bound_low is not None
    assert c.bound_high is not None
    assert f"90% interval {c.low:.0%} to {c.high:.0%}" in text
    assert f"it stays between: {c.bound_low:.0%} to {c.bound_high:.0%}." in text
    assert "Method: conserved" in text
    first = clock.cruxes("repair-pays").claims[0]
    assert f"[{first.claim}]: {first.if_true:.0%} if true, {first.if_false:.0%} if false" in text
    assert text.count("% if true, ") == 3
    assert "no change if false" in text


def test_show_under_a_viewpoint(kb: Kb, clock: Assessment) -> None:
    lines = lines_of(kb, "show", "repair-pays", "--viewpoint", "careful-keeper")
    assert lines[0] == "With 5 inputs of The careful keeper [careful-keeper]."
    mine = clock.under("careful-keeper")
    assert f"  {mine.credences['repair-pays'].credence:.0%} (very likely)" in "\n".join(lines)
    gear = " ".join(lines_of(kb, "show", "gear-old", "--viewpoint", "careful-keeper"))
    assert "this viewpoint's base rate" in gear
    found = data_of(kb, "show", "repair-pays", "--viewpoint", "careful-keeper")
    assert isinstance(found, dict)
    assert found["viewpoint"] == "careful-keeper"
    assert found["credence"]["credence"] == mine.credences["repair-pays"].credence
    plain = data_of(kb, "show", "repair-pays")
    assert isinstance(plain, dict)
    assert "viewpoint" not in plain
    assert [c["claim"] for c in plain["cruxes"]] == [c.claim for c in clock.cruxes("repair-pays").claims[:3]]


# kb cruxes, experiments, impact, disagree


def test_cruxes(kb: Kb, clock: Assessment) -> None:
    expected = clock.cruxes("repair-pays")
    found = data_of(kb, "cruxes", "repair-pays", "--most", "2")
    assert isinstance(found, dict)
    assert [c["claim"] for c in found["claims"]] == [c.claim for c in expected.claims[:2]]
    assert [p["change"] for p in found["inputs"]] == [p.change for p in expected.parameters[:2]]
    text = lines_of(kb, "cruxes", "repair-pays")
    assert any("no change" in line and "The clock is admired" in line for line in text)
    first = expected.claims[0]
    assert first.bits is not None
    row = next(line for line in text if line.split()[:2] == [f"{first.if_true:.0%}", f"{first.if_false:.0%}"])
    assert f"{first.bits:.3f}" in row
    end = f"{len(expected.claims)} claims and {len(expected.parameters)} inputs would move it"
    assert text[-1] == end


def test_experiments(kb: Kb, clock: Assessment) -> None:
    (expected,) = clock.experiments("cold-oil")
    text = lines_of(kb, "experiments", "cold-oil")
    assert text[1].split()[:2] == [f"{expected.bits:.3f}", "bits"]
    chances = odds.say_shares([chance for _, chance, _ in expected.outcomes])
    for chance, (outcome, _, after) in zip(chances, expected.outcomes, strict=True):
        assert f"  {chance:>5} {outcome}: it would stand at {after:.0%}" in text
    assert lines_of(kb, "experiments", "repair-pays")[-1].startswith("no proposed experiment")
    found = data_of(kb, "experiments", "cold-oil")
    assert isinstance(found, list)
    assert found[0]["bits"] == expected.bits


def test_impact(kb: Kb, clock: Assessment) -> None:
    moves = clock.impact("keeper-log").moves
    found = data_of(kb, "impact", "keeper-log")
    assert isinstance(found, dict)
    assert [m["claim"] for m in found["moves"]] == [m.claim for m in moves]
    assert [m["with"] for m in found["moves"]] == [m.with_ for m in moves]
    text = lines_of(kb, "impact", "maker-mark")
    assert text[-1] == f"it moves {len(clock.impact('maker-mark').moves)} claims"
    assert any("along maker-mark > gear-old > repair-pays" in line for line in text)
    assert lines_of(kb, "impact", "keeper")[-1] == "it moves no claim"
    assert "cold-oil" in " ".join(lines_of(kb, "impact", "why-late"))


def test_disagree(kb: Kb, clock: Assessment) -> None:
    text = lines_of(kb, "disagree", "careful-keeper", "neutral", "repair-pays")
    *parts, gap = [Decimal(line.split()[0]) for line in text if re.match(r" *[+-]?\d+\.\d\d dB  ", line)]
    assert sum(parts) == gap, "the column adds up"
    expected = clock.disagree("careful-keeper", "neutral", "repair-pays")
    assert len(parts) == len(expected.parts) + 1
    assert any("base rate of gear-old: 68% against 40%" in line for line in text)
    found = data_of(kb, "disagree", "careful-keeper", "neutral", "repair-pays")
    assert isinstance(found, dict)
    assert found["gap"] == expected.gap
    assert lines_of(kb, "disagree", "neutral", "neutral", "repair-pays")[-1].endswith("the gap")
