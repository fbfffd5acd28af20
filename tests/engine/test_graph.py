"""Records to the engine's network: words, defaults, priors, likelihoods, targets, and what is left out."""

from __future__ import annotations

import math
from typing import Any

import pytest

from kb import vocab
from kb.corpus import Corpus
from kb.engine import assess
from kb.engine.graph import base_rates, compile_network, priors
from kb.engine.network import ON_ITEM, ON_LINK, ON_UNDERCUT, Network

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
