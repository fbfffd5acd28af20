"""What proposed experiments could tell."""

from __future__ import annotations

import math
from pathlib import Path

import pytest

from kb.engine.assessment import Assessment
from kb.engine.cruxes import entropy
from kb.errors import UnknownId
from kb.odds import logit, sigma

from .records import claim, item, link, read, tree


def experiment(*outcomes: str) -> str:
    rows = "".join(f"  - {{id: o{n}, text: It comes out so., likelihood: {{{x}}}}}\n" for n, x in enumerate(outcomes))
    return f"kind: experiment\ntitle: A test\ntext: Try it.\noutcomes:\n{rows}"


def given(on: str, yes: float, no: float) -> str:
    return f"{on}: {{if_true: {yes}, if_false: {no}}}"


def test_on_the_claim_itself_it_is_bayes_rule(tmp_path: Path) -> None:
    found = tree(tmp_path, a=claim(), e=item("a", 5), x=experiment(given("a", 0.8, 0.3), given("a", 0.2, 0.7)))
    q = found.credences["a"].credence
    (value,) = found.experiments("a")
    chances = [q * 0.8 + (1 - q) * 0.3, q * 0.2 + (1 - q) * 0.7]
    after = [q * 0.8 / chances[0], q * 0.2 / chances[1]]
    assert [o[0] for o in value.outcomes] == ["o0", "o1"]
    assert [o[1] for o in value.outcomes] == pytest.approx(chances, abs=1e-12)
    assert [o[2] for o in value.outcomes] == pytest.approx(after, abs=1e-12)
    bits = entropy(q) - sum(p * entropy(x) for p, x in zip(chances, after, strict=True))
    assert value.bits == pytest.approx(bits, abs=1e-12)
    assert value.expected == pytest.approx(sum(p * abs(x - q) for p, x in zip(chances, after, strict=True)), abs=1e-12)


def test_one_bit_is_all_there_is_to_know_of_an_even_claim(tmp_path: Path) -> None:
    sure = experiment(given("a", 0.999999, 0.000001), given("a", 0.000001, 0.999999))
    found = tree(tmp_path, a=claim(), sure=sure, blunt=experiment(given("a", 0.5, 0.5), given("a", 0.5, 0.5)))
    values = {v.experiment: v for v in found.experiments("a")}
    assert values["sure"].bits == pytest.approx(1, abs=1e-4)
    assert values["blunt"].bits == pytest.approx(0, abs=1e-12)
    assert values["blunt"].expected == pytest.approx(0, abs=1e-12)
    assert [v.experiment for v in found.experiments("a")] == ["sure", "blunt"], "the most informative first"


def test_through_a_reason_the_outcome_moves_the_conclusion(tmp_path: Path) -> None:
    reason = claim(link("a", "{db: 10}", more=", cuts_both_ways: true"))
    found = tree(tmp_path, a=claim(), b=reason, x=experiment(given("b", 0.9, 0.2), given("b", 0.1, 0.8)))
    (value,) = found.experiments("a")
    s, f = 10 / 11, 1 / 11
    chances = [0.55, 0.45]
    after = [s * q + f * (1 - q) for q in (0.45 / 0.55, 0.05 / 0.45)]
    assert [o[1] for o in value.outcomes] == pytest.approx(chances, abs=1e-12)
    assert [o[2] for o in value.outcomes] == pytest.approx(after, abs=1e-12)
    assert sum(p * x for _, p, x in value.outcomes) == pytest.approx(found.credences["a"].credence, abs=1e-12)
    assert found.experiments("b")[0].bits > value.bits > 0
    (tmp_path / "t" / "b.yaml").write_text(claim())
    assert read(tmp_path).experiments("a") == ()


def test_answers_named_together_are_not_counted_twice(tmp_path: Path) -> None:
    """P(o | a) = .9 and P(o | not a) = .1 say the same as P(o | b) = .1 and P(o | not b) = .9 where there are two."""
    question = "kind: question\ntitle: Which?\nanswers: [a, b]\nexclusive: true\npriors: {a: 0.5, b: 0.5}\n"
    first = f"{given('a', 0.9, 0.1)}, {given('b', 0.1, 0.9)}"
    second = f"{given('a', 0.1, 0.9)}, {given('b', 0.9, 0.1)}"
    found = tree(tmp_path, which=question, a=claim(), b=claim(), e=item("a", 3), x=experiment(first, second))
    q = found.credences["a"].credence
    (value,) = found.experiments("a")
    assert value.outcomes[0][2] == pytest.approx(sigma(logit(q) + math.log(9)), abs=1e-4)
    assert value.outcomes[1][2] == pytest.approx(sigma(logit(q) - math.log(9)), abs=1e-4)
    assert sum(p * x for _, p, x in value.outcomes) == pytest.approx(q, abs=1e-9)


def test_the_answers_that_are_not_named_share_what_is_left(tmp_path: Path) -> None:
    """Priors .4, .3, .3 (none): a and b are named; P(o | none) follows from either: (.3 * .6 - .3 * .4) / .3 = .2."""
    question = "kind: question\ntitle: Which?\nanswers: [a, b]\nexclusive: true\npriors: {a: 0.4, b: 0.3, none: 0.3}\n"
    likelihood = {"a": 0.7, "b": 0.4, "none": 0.2}
    no_a = (0.3 * likelihood["b"] + 0.3 * likelihood["none"]) / 0.6
    no_b = (0.4 * likelihood["a"] + 0.3 * likelihood["none"]) / 0.7
    outcomes = (
        f"{given('a', 0.7, round(no_a, 12))}, {given('b', 0.4, round(no_b, 12))}",
        f"{given('a', 0.3, round(1 - no_a, 12))}, {given('b', 0.6, round(1 - no_b, 12))}",
    )
    found = tree(tmp_path, which=question, a=claim(), b=claim(), x=experiment(*outcomes))
    (value,) = found.experiments("a")
    chance = 0.4 * 0.7 + 0.3 * 0.4 + 0.3 * 0.2
    assert value.outcomes[0][1] == pytest.approx(chance, abs=1e-9)
    assert value.outcomes[0][2] == pytest.approx(0.4 * 0.7 / chance, abs=1e-9)
    assert value.outcomes[1][2] == pytest.approx(0.4 * 0.3 / (1 - chance), abs=1e-9)


def test_a_named_conclusion_above_a_named_reason_goes_where_its_own_conditionals_put_it(tmp_path: Path) -> None:
    first = f"{given('a', 0.8, 0.4)}, {given('b', 0.9, 0.1)}"
    second = f"{given('a', 0.2, 0.6)}, {given('b', 0.1, 0.9)}"
    found = tree(tmp_path, a=claim(), b=claim(link("a", "{db: 10}")), x=experiment(first, second))
    (value,) = found.experiments("a")
    assert [o[2] for o in value.outcomes] == pytest.approx([0.8 / 1.2, 0.2 / 0.8], abs=1e-9)
    assert [o[1] for o in value.outcomes] == pytest.approx([0.6, 0.4], abs=1e-12)
    assert [o[2] for o in found.experiments("b")[0].outcomes] == pytest.approx([0.9, 0.1], abs=1e-12)


def test_withdrawn_experiments_and_unknown_claims(tmp_path: Path) -> None:
    gone = experiment(given("a", 0.9, 0.1), given("a", 0.1, 0.9))
    found = tree(
        tmp_path, a=claim(), x=gone + "status: {state: withdrawn, since: 2026-01-01, why: It was done badly.}\n"
    )
    assert found.experiments("a") == ()
    with pytest.raises(UnknownId):
        found.experiments("nobody")


def test_chances_sum_to_one_and_nothing_tells_less_than_nothing(clock: Assessment) -> None:
    told = 0
    for id in clock.credences:
        for value in clock.experiments(id):
            told += 1
            assert math.fsum(p for _, p, _ in value.outcomes) == pytest.approx(1, abs=1e-12)
            assert value.bits >= 0
            assert value.expected >= 0
    assert told > 0
