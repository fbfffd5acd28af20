"""Records to the engine's network: roots, lineage, questions, likelihoods, and the whole of it."""

from __future__ import annotations

import math
from typing import Any

import pytest

from kb.corpus import Corpus
from kb.engine import assess
from kb.engine.graph import NONE_SUFFIX, compile_network, priors
from kb.engine.network import Network
from kb.odds import logit

from .records import WHY, claim, corpus, evidence, link, question, record, source, undercut
from .test_graph import items, undercuts

# Roots and lineage.


def test_the_root_is_the_first_source_where_none_is_named() -> None:
    seen = [{"source": "t", "no_anchor": WHY}, {"source": "s", "no_anchor": WHY}]
    entry = record(
        "evidence", "e", title="An item", text="This was found.", design="survey", seen_in=seen, bears_on=[link("c")]
    )
    net = compile_network(corpus(claim("c"), source("s"), source("t"), entry))
    assert net.root_ids == ("t",)


def test_an_item_without_a_known_root_is_left_out() -> None:
    net = compile_network(
        corpus(claim("c"), claim("d"), evidence("e", "nobody", link("c")), evidence("f", "d", link("c")))
    )
    assert items(net) == {}


def test_lineage() -> None:
    def tied(kind: str) -> Network:
        tie = [{"root": "t", "kind": kind}]
        return compile_network(
            corpus(
                claim("c"), source("s"), source("t"), source("u"), evidence("e", "s", link("c"), lineage=tie),
                evidence("f", "t", link("c"), lineage=[{"root": "u", "kind": "ties"}]), evidence("g", "u", link("c")),
            )
        )  # fmt: skip

    for kind, d in (("same-study", 0.7), ("ties", 0.3), ("restatement", 1.0)):
        net = tied(kind)
        assert net.lineage_dependence.tolist() == [d]
        assert len(set(net.root_lineage.tolist())) == 1
        assert len(set(net.pair_cluster.tolist())) == 1


# Questions.


def test_default_priors_give_a_tenth_to_none() -> None:
    found = corpus(claim("a"), claim("b"), claim("d"), question("q", ["a", "b", "d"]))
    net = compile_network(found)
    assert priors(found, "q") == pytest.approx({"a": 0.3, "b": 0.3, "d": 0.3, "none": 0.1})
    assert net.question_ids == ("q",)
    assert {net.ids[i] for i in net.questions[0]} == {"a", "b", "d", f"q{NONE_SUFFIX}"}
    assert dict(zip(net.ids, net.pi.tolist(), strict=True)) == pytest.approx(
        {"a": 0.3, "b": 0.3, "d": 0.3, f"q{NONE_SUFFIX}": 0.1}
    )
    shown = assess(found, intervals=False).credences
    assert set(shown) == {"a", "b", "d"}
    assert shown["a"].base_rate == shown["a"].credence == pytest.approx(0.3)


def test_stated_priors_are_used_and_normalised() -> None:
    stated = question("q", ["a", "b"], priors={"a": 0.6, "b": 0.3, "none": 0.1}, priors_why=WHY)
    assert priors(corpus(claim("a"), claim("b"), stated), "q") == pytest.approx({"a": 0.6, "b": 0.3, "none": 0.1})
    loose = question("q", ["a", "b"], priors={"a": 0.6, "b": 0.6, "none": 0.3}, priors_why=WHY)
    found = priors(corpus(claim("a"), claim("b"), loose), "q")
    assert found == pytest.approx({"a": 0.4, "b": 0.4, "none": 0.2})


def test_a_question_that_is_not_exclusive_leaves_base_rates_alone() -> None:
    found = corpus(
        claim("a", base_rate={"credence": 0.7, "why": WHY}), claim("b"), question("q", ["a", "b"], exclusive=False)
    )
    net = compile_network(found)
    assert net.questions == ()
    assert dict(zip(net.ids, net.pi.tolist(), strict=True)) == {"a": 0.7, "b": 0.5}


def vector(likelihood: dict[str, float], **fields: Any) -> Corpus:
    """Two answers and a perfectly described item that bears on their question."""
    item = {"question": "q", "likelihood": likelihood, "why": WHY}
    return corpus(
        claim("a"), claim("b"), question("q", ["a", "b"]), source("s", reliability={"value": 0.999999, "why": WHY}),
        evidence("e", "s", item, reliability={"value": 0.999999, "why": WHY}, **fields),
    )  # fmt: skip


def test_an_item_on_a_question_is_one_likelihood_vector() -> None:
    found = vector({"a": 0.8, "b": 0.2, "none": 0.4})
    assert items(compile_network(found)) == pytest.approx(
        {("e", "a"): 0.0, ("e", "b"): math.log(0.25), ("e", f"q{NONE_SUFFIX}"): math.log(0.5)}
    )
    credence = assess(found, intervals=False).credences
    total = 0.45 * 0.8 + 0.45 * 0.2 + 0.1 * 0.4
    assert credence["a"].credence == pytest.approx(0.45 * 0.8 / total, abs=1e-5)
    assert credence["b"].credence == pytest.approx(0.45 * 0.2 / total, abs=1e-5)
    assert credence["a"].items == 1


def test_none_gets_the_mean_of_the_answers_where_nothing_is_said_of_it() -> None:
    found = items(compile_network(vector({"a": 0.8, "b": 0.2})))
    assert found[("e", f"q{NONE_SUFFIX}")] == pytest.approx(math.log(0.5 / 0.8))
    credence = assess(vector({"a": 0.8, "b": 0.2}), intervals=False).credences
    none = 1 - credence["a"].credence - credence["b"].credence
    assert none == pytest.approx(0.1, abs=1e-5)


def test_the_items_reliability_pulls_a_vector_towards_its_largest() -> None:
    found = corpus(
        claim("a"), claim("b"), question("q", ["a", "b"]), source("s", reliability={"value": 0.999999, "why": WHY}),
        evidence(
            "e", "s", {"question": "q", "likelihood": {"a": 0.8, "b": 0.2, "none": 0.4}, "why": WHY}, design="survey"
        ),
    )  # fmt: skip
    t, h = 0.75, 0.5
    pulled = {k: t * p + (1 - t) * h * 0.8 for k, p in {"a": 0.8, "b": 0.2, "none": 0.4}.items()}
    prior = {"a": 0.45, "b": 0.45, "none": 0.1}
    total = sum(prior[k] * pulled[k] for k in prior)
    credence = assess(found, intervals=False).credences
    assert credence["a"].credence == pytest.approx(prior["a"] * pulled["a"] / total, abs=1e-5)
    assert credence["b"].credence == pytest.approx(prior["b"] * pulled["b"] / total, abs=1e-5)


def test_an_undercut_of_an_item_on_a_question_touches_it_at_every_answer() -> None:
    found = vector({"a": 0.8, "b": 0.2, "none": 0.4})
    attacked = Corpus([*found.entries.values(), undercut("u", {"from": "e", "to": "q"}, "voids")])
    hit = sorted(target for *_, target in undercuts(compile_network(attacked)).values())
    assert hit == [("e", "a"), ("e", "b"), ("e", f"q{NONE_SUFFIX}")]
    shielded = Corpus([*attacked.entries.values(), undercut("v", {"undercut": "u"}, "voids")])
    assert len(undercuts(compile_network(shielded))) == 6


def test_an_item_on_a_question_that_is_not_exclusive_has_no_weight() -> None:
    item = {"question": "q", "likelihood": {"a": 0.8, "b": 0.2}, "why": WHY}
    net = compile_network(
        corpus(
            claim("a"), claim("b"), question("q", ["a", "b"], exclusive=False), source("s"), evidence("e", "s", item)
        )
    )
    assert items(net) == {}


# The whole.


def test_credences_stay_strictly_between_zero_and_one() -> None:
    entries = [claim("up"), claim("down")]
    for i in range(12):
        entries.append(source(f"s{i}", reliability={"value": 0.999999, "why": WHY}))
        sure = {"value": 0.999999, "why": WHY}
        both = (link("up", {"db": 40}), link("down", {"db": 40}, "opposes"))
        entries.append(evidence(f"e{i}", f"s{i}", *both, reliability=sure))
    credence = assess(corpus(*entries), intervals=False).credences
    assert 0.999 < credence["up"].credence < 1
    assert 0 < credence["down"].credence < 0.001
    assert credence["up"].items == credence["up"].groups == 12


def test_the_order_of_records_does_not_matter() -> None:
    entries = [
        claim("c"), claim("a", link("c")), claim("b", link("a"), link("c", "slight")), source("s"), source("t"),
        evidence("e", "s", link("a"), link("b", "slight"), lineage=[{"root": "t", "kind": "ties"}]),
        evidence("f", "t", link("b", "moderate", "opposes"), design="testimony"),
        undercut("u", {"from": "b", "to": "a"}), evidence("g", "t", link("u")),
        claim("x"), claim("y", link("c")), question("q", ["x", "y"]), evidence("h", "s", link("y", "decisive")),
    ]  # fmt: skip
    here, there = (assess(Corpus(x), intervals=False).credences for x in (entries, entries[::-1]))
    assert {k: v.credence for k, v in here.items()} == {k: v.credence for k, v in there.items()}
    assert list(here) == sorted(here)


def test_nothing_at_all() -> None:
    assert len(assess(corpus(), intervals=False).credences) == 0
    alone = assess(corpus(claim("c", base_rate={"credence": 0.2, "why": WHY})), intervals=False).credences["c"]
    assert (alone.credence, alone.base_rate, alone.assessed, alone.weight) == (0.2, 0.2, False, 0.0)
    assert alone.method == "exact"


def test_items_and_independent_groups_beneath_a_claim() -> None:
    """Each item once however many routes it has; roots of one lineage as one group; weights of 0 not at all."""
    found = corpus(
        claim("c"), claim("a", link("c")), claim("b", link("c")), source("s"), source("t"), source("u"),
        evidence("e", "s", link("a"), link("b"), lineage=[{"root": "t", "kind": "same-study"}]),
        evidence("f", "t", link("c")), evidence("g", "u", link("b")),
        evidence("h", "u", link("c", counts={"value": False, "why": WHY})),
    )  # fmt: skip
    credence = assess(found, intervals=False).credences
    assert (credence["c"].items, credence["c"].groups) == (3, 2)
    assert (credence["a"].items, credence["a"].groups) == (1, 1)
    assert credence["a"].method == "exact"
    assert credence["c"].method == "conserved"
    assert credence["c"].weight == pytest.approx(logit(credence["c"].credence), abs=1e-9)
