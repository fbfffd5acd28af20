"""Records to the engine's network: words, defaults, priors, likelihoods, targets, and what is left out."""

from __future__ import annotations

import math
from typing import Any

import pytest

from kb import vocab
from kb.corpus import Corpus
from kb.engine import assess
from kb.engine.graph import NONE_SUFFIX, base_rates, compile_network, priors
from kb.engine.network import ON_ITEM, ON_LINK, ON_UNDERCUT, Network
from kb.odds import logit

from .debate import DB
from .records import WHY, argument, claim, corpus, evidence, link, question, record, source, undercut

WITHDRAWN = {"state": "withdrawn", "since": "2026-01-02", "why": WHY}


def links(net: Network) -> dict[tuple[str, str], tuple[tuple[str, ...], float, bool]]:
    """(source, conclusion) to premises, weight in dB and whether it cuts both ways."""
    found = {}
    for j, id in enumerate(net.link_ids):
        premises = tuple(net.ids[p] for p in net.premise[net.premise_start[j] : net.premise_start[j + 1]])
        found[(id, net.ids[net.link_claim[j]])] = (premises, float(net.link_weight[j]) / DB, bool(net.link_both[j]))
    return found


def items(net: Network) -> dict[tuple[str, str], float]:
    """(item, claim) to weight in nats."""
    claims = [net.ids[c] for c in net.item_claim]
    return dict(zip(zip(net.item_ids, claims, strict=True), net.item_weight.tolist(), strict=True))


def undercuts(net: Network) -> dict[str, tuple[str, float, str, Any]]:
    """Undercut to node, kill, kind of target and target."""
    found: dict[str, tuple[str, float, str, Any]] = {}
    for u, id in enumerate(net.undercut_ids):
        n = int(net.undercut_target[u])
        kind = int(net.undercut_on[u])
        names = {
            ON_LINK: ("link", lambda n=n: (net.link_ids[n], net.ids[net.link_claim[n]])),
            ON_ITEM: ("item", lambda n=n: (net.item_ids[n], net.ids[net.item_claim[n]])),
            ON_UNDERCUT: ("undercut", lambda n=n: net.undercut_ids[n]),
        }
        name, target = names[kind]
        found[id] = (net.ids[net.undercut_node[u]], float(net.undercut_kill[u]), name, target())
    return found


# Words and numbers.


@pytest.mark.parametrize(
    ("strength", "db"),
    [
        ("negligible", 1), ("slight", 3), ("moderate", 7), ("strong", 13), ("very strong", 17), ("decisive", 23),
        ({"db": 4.5}, 4.5), ({"lr": 100}, 20), ({"if_true": 0.6, "if_false": 0.06}, 10),
    ],
)  # fmt: skip
def test_strengths(strength: Any, db: float) -> None:
    opposite = strength
    if isinstance(strength, dict) and "if_true" in strength:
        opposite = {"if_true": strength["if_false"], "if_false": strength["if_true"]}
    net = compile_network(
        corpus(
            claim("c"), claim("a", link("c", strength)), claim("b", link("c", opposite, "opposes")), source("s"),
            evidence("e", "s", link("c", strength), link("a", opposite, "opposes")),
        )
    )  # fmt: skip
    assert links(net)[("a", "c")][1] == pytest.approx(db, abs=1e-12)
    assert links(net)[("b", "c")][1] == pytest.approx(-db, abs=1e-12)
    assert items(net)[("e", "c")] == pytest.approx(db * DB, abs=1e-12)
    assert items(net)[("e", "a")] == pytest.approx(-db * DB, abs=1e-12)


def test_the_words_follow_one_table() -> None:
    """Likelihood ratio, decibans and bits of each word, as the semantics states them."""
    table = {"negligible": (1.26, 0.33), "slight": (2, 1), "moderate": (5, 2.3), "strong": (20, 4.3)}
    table |= {"very strong": (50, 5.6), "decisive": (200, 7.6)}
    for word, (ratio, bits) in table.items():
        db = vocab.STRENGTH_WORDS[word].db
        assert 10 ** (db / 10) == pytest.approx(ratio, rel=0.01)
        assert db * DB / math.log(2) == pytest.approx(bits, abs=0.06)
        assert vocab.STRENGTH_WORDS[word].low <= db <= vocab.STRENGTH_WORDS[word].high


@pytest.mark.parametrize(
    ("design", "reliability"),
    [
        ("experiment", 0.9), ("benchmark", 0.9), ("statistic", 0.85), ("observation", 0.85), ("model", 0.75),
        ("survey", 0.75), ("testimony", 0.8), ("anecdote", 0.6), ("thought-experiment", 0.5),
    ],
)  # fmt: skip
def test_an_items_reliability_follows_its_design(design: str, reliability: float) -> None:
    plain = evidence("plain", "s", link("c"), design=design)
    stated = evidence("stated", "s", link("c"), design=design, reliability={"value": 0.42, "why": WHY})
    word = evidence("word", "s", link("c"), design=design, reliability={"value": "fair", "why": WHY})
    net = compile_network(corpus(claim("c"), source("s"), plain, stated, word))
    assert dict(zip(net.item_ids, net.item_reliability.tolist(), strict=True)) == {
        "plain": reliability, "stated": 0.42, "word": 0.7,
    }  # fmt: skip
    quiet = design in ("testimony", "anecdote")
    assert net.item_quiet.tolist() == [quiet] * 3


@pytest.mark.parametrize(
    ("type", "reliability"),
    [
        ("peer-reviewed-paper", 0.9), ("official-statistics", 0.9), ("preprint", 0.85), ("dataset", 0.85),
        ("model-card", 0.85), ("report", 0.85), ("data-page", 0.85), ("post", 0.7), ("newsletter", 0.7),
        ("interview", 0.7), ("comment", 0.6), ("unnamed-comment", 0.5), ("press", 0.65), ("announcement", 0.65),
    ],
)  # fmt: skip
def test_a_roots_reliability_follows_its_type(type: str, reliability: float) -> None:
    stated = source("t", type, reliability={"value": "high", "why": WHY})
    net = compile_network(
        corpus(claim("c"), source("s", type), stated, evidence("e", "s", link("c")), evidence("f", "t", link("c")))
    )
    assert dict(zip(net.root_ids, net.root_reliability.tolist(), strict=True)) == {"s": reliability, "t": 0.95}


@pytest.mark.parametrize(
    ("word", "rho"), [("very low", 0.3), ("low", 0.5), ("fair", 0.7), ("good", 0.85), ("high", 0.95)]
)
def test_words_of_reliability(word: str, rho: float) -> None:
    net = compile_network(
        corpus(claim("c"), source("s", reliability={"value": word, "why": WHY}), evidence("e", "s", link("c")))
    )
    assert net.root_reliability.tolist() == [rho]


@pytest.mark.parametrize(
    ("kill", "share"), [("weakens", 0.3), ("halves", 0.5), ("guts", 0.8), ("voids", 0.95), (0.123, 0.123)]
)
def test_words_of_kill(kill: Any, share: float) -> None:
    net = compile_network(corpus(claim("c"), claim("a", link("c")), undercut("u", {"from": "a", "to": "c"}, kill)))
    assert undercuts(net) == {"u": ("u", share, "link", ("a", "c"))}


def test_base_rates() -> None:
    """.5 for a claim, .3 for an undercut, what is stated otherwise; words stand for the middle of their range."""
    found = base_rates(
        corpus(
            claim("plain"),
            claim("stated", base_rate={"credence": 0.2, "why": WHY}),
            claim("word", base_rate={"credence": "likely", "why": WHY}),
            claim("a", link("plain")),
            undercut("u", {"from": "a", "to": "plain"}),
            undercut("v", {"from": "a", "to": "plain"}, base_rate={"credence": 0.1, "why": WHY}),
            undercut("w", {"from": "a", "to": "plain"}, premise="word"),
        )
    )
    assert found == {"plain": 0.5, "stated": 0.2, "word": pytest.approx(0.675), "a": 0.5, "u": 0.3, "v": 0.1}


# Links, arguments, undercuts.


def test_links_and_linked_premises() -> None:
    net = compile_network(
        corpus(
            claim("c"), claim("a", link("c", "slight", cuts_both_ways=True)), claim("b"),
            argument("together", ["b", "a"], link("c", "moderate", "opposes")),
        )
    )  # fmt: skip
    assert links(net) == {
        ("a", "c"): (("a",), pytest.approx(3), True),
        ("together", "c"): (("a", "b"), pytest.approx(-7), False),
    }


def test_an_analogy_carries_no_weight() -> None:
    analogy = record("argument", "like", title="It is like that", premises=["a"], scheme="analogy", concludes="c")
    assert links(compile_network(corpus(claim("a"), claim("c"), analogy))) == {}


def test_what_does_not_count_is_there_without_weight() -> None:
    off = {"value": False, "why": WHY}
    found = corpus(
        claim("c"), claim("a", link("c", counts=off)), source("s"), evidence("e", "s", link("c", counts=off)),
        argument("both", ["a", "b"], link("c", counts=off)), claim("b"),
    )  # fmt: skip
    net = compile_network(found)
    assert {x[1] for x in links(net).values()} == {0.0}
    assert items(net) == {("e", "c"): 0.0}
    assessed = assess(found, intervals=False)
    assert assessed.credences["c"].assessed is False
    assert assessed.credences["c"].credence == 0.5
    assert assessed.credences["c"].items == 0


def test_undercuts_of_links_items_arguments_and_undercuts() -> None:
    net = compile_network(
        corpus(
            claim("c"), claim("a", link("c")), claim("b"), source("s"), evidence("e", "s", link("c"), link("b")),
            argument("both", ["a", "b"], link("c")),
            undercut("on-link", {"from": "a", "to": "c"}),
            undercut("on-item", {"from": "e", "to": "c"}, "halves"),
            undercut("on-argument", {"argument": "both"}, "voids", premise="b"),
            undercut("on-undercut", {"undercut": "on-item"}, 0.4),
            undercut("on-that", {"undercut": "on-undercut"}),
        )
    )  # fmt: skip
    assert undercuts(net) == {
        "on-link": ("on-link", 0.8, "link", ("a", "c")),
        "on-item": ("on-item", 0.5, "item", ("e", "c")),
        "on-argument": ("b", 0.95, "link", ("both", "c")),
        "on-undercut": ("on-undercut", 0.4, "undercut", "on-item"),
        "on-that": ("on-that", 0.8, "undercut", "on-undercut"),
    }
    assert "on-argument" not in net.ids


def test_evidence_bears_on_an_undercut_by_its_id() -> None:
    found = corpus(
        claim("c"), claim("a", link("c")), source("s"), evidence("e", "s", link("a", "decisive")),
        undercut("u", {"from": "a", "to": "c"}),
    )  # fmt: skip
    without = assess(found, intervals=False).credences
    attacked = assess(
        Corpus([*found.entries.values(), evidence("f", "s", link("u", "decisive"))]), intervals=False
    ).credences
    assert not without["u"].assessed
    assert without["u"].credence == 0.3
    assert attacked["u"].assessed
    assert attacked["u"].credence > 0.3
    assert 0.5 < attacked["c"].credence < without["c"].credence


def test_undercuts_of_what_is_not_there_are_left_out() -> None:
    net = compile_network(
        corpus(
            claim("c"), claim("a", link("c")),
            undercut("no-link", {"from": "c", "to": "a"}),
            undercut("no-argument", {"argument": "nowhere"}),
            undercut("no-undercut", {"undercut": "nowhere"}),
            undercut("no-premise", {"from": "a", "to": "c"}, premise="nowhere"),
            undercut("round", {"undercut": "about"}), undercut("about", {"undercut": "round"}),
        )
    )  # fmt: skip
    assert undercuts(net) == {}


# Status.


@pytest.mark.parametrize("state", ["withdrawn", "superseded", "merged"])
def test_records_that_are_not_in_force_carry_no_weight(state: str) -> None:
    status = {"state": state, "since": "2026-01-02", "why": WHY, "by": "c"}
    net = compile_network(
        corpus(
            claim("c"), claim("a", link("c")), claim("b", link("gone")),
            claim("gone", link("c"), link("a"), status=status),
            source("s"), evidence("e", "s", link("c"), status=status), evidence("f", "s", link("gone"), link("a")),
            argument("needs-gone", ["a", "gone"], link("c")),
            undercut("u", {"from": "a", "to": "c"}, status=status),
            undercut("v", {"from": "gone", "to": "c"}), undercut("w", {"undercut": "u"}),
            undercut("x", {"from": "a", "to": "c"}, premise="gone"),
        )
    )  # fmt: skip
    assert set(net.ids) == {"a", "b", "c", "v", "w"}
    assert set(links(net)) == {("a", "c")}
    assert set(items(net)) == {("f", "a")}
    assert undercuts(net) == {}


def test_a_withdrawn_question_no_longer_joins_its_answers() -> None:
    found = corpus(claim("a"), claim("b"), question("q", ["a", "b"], status=WITHDRAWN))
    net = compile_network(found)
    assert net.questions == ()
    assert base_rates(found) == {"a": 0.5, "b": 0.5}


def test_a_withdrawn_answer_leaves_its_share_to_the_others() -> None:
    found = corpus(claim("a"), claim("b"), claim("gone", status=WITHDRAWN), question("q", ["a", "b", "gone"]))
    assert priors(found, "q") == {"a": 0.45, "b": 0.45, "none": 0.1}


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
