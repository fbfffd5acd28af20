"""Leave-one-out, and the routes along which something is felt."""

from __future__ import annotations

from dataclasses import replace
from itertools import chain

import pytest
from engine.debate import DB, Cut, Debate, Item, Link, build, sweep
from engine.strategies import Shape, debates, examples, picks
from hypothesis import given

from kb import models as m
from kb.corpus import Corpus
from kb.engine.assessment import Assessment, assess
from kb.engine.graph import NONE_SUFFIX
from kb.engine.impact import Impact, impacts, routes
from kb.engine.propagate import propagate
from kb.errors import UnknownId
from kb.odds import logit, sigma

# a debate without one of its parts


def without_cut(cuts: tuple[Cut, ...], gone: set[str]) -> tuple[Cut, ...]:
    """Undercuts without those that are named, or driven by a claim that is named, and without what hangs on them."""
    kept = (c for c in cuts if c.id not in gone and c.claim not in gone)
    return tuple(replace(c, cuts=without_cut(c.cuts, gone)) for c in kept)


def without(debate: Debate, id: str) -> Debate:
    """The debate with a claim, item, root, link or undercut taken out of it, and all that needs it."""
    gone = {id}
    items = [x for x in debate.items if not gone & {x.id, x.claim, x.root}]
    links = [x for x in debate.links if not gone & {x.id, x.claim, *x.premises}]
    return replace(
        debate,
        claims={c: p for c, p in debate.claims.items() if c != id},
        roots={r: p for r, p in debate.roots.items() if r != id},
        items=tuple(replace(x, cuts=without_cut(x.cuts, gone)) for x in items),
        links=tuple(replace(x, cuts=without_cut(x.cuts, gone)) for x in links),
        lineage=tuple(pair for pair in debate.lineage if id not in pair[0]),
    )


def cuts_of(cuts: tuple[Cut, ...]) -> list[str]:
    return [id for c in cuts for id in (c.id, *cuts_of(c.cuts))]


def parts(debate: Debate) -> list[str]:
    """Everything that can be left out: what answers a question stays, and so do roots that tie others together."""
    answers = set(chain.from_iterable(debate.questions))
    tied = set(chain.from_iterable(roots for roots, _ in debate.lineage))
    cuts = [id for x in (*debate.items, *debate.links) for id in cuts_of(x.cuts)]
    names = [*(set(debate.claims) - answers), *(set(debate.roots) - tied), *(x.id for x in debate.items)]
    return sorted({*names, *(x.id for x in debate.links), *cuts})


def moved(found: Impact) -> dict[str, float]:
    return {move.claim: move.weight for move in found.moves}


@pytest.mark.parametrize("shape", ["tree", "graph", "debate", "loops"])
def test_leaving_out_is_what_a_debate_without_it_comes_to(shape: Shape) -> None:
    @examples(40)
    @given(debates(shape), picks)
    def holds(debate: Debate, pick: int) -> None:
        names = parts(debate)
        id = names[pick % len(names)]
        full, rest = (sweep(d).claims("log_odds") for d in (debate, without(debate, id)))
        found = impacts(propagate(build(debate)), [id])[id]
        found_moves = moved(found)
        for claim in rest:
            assert found_moves.get(claim, 0.0) == pytest.approx(full[claim] - rest[claim], abs=1e-7), (id, claim)
        for move in found.moves:
            if move.claim in rest:
                assert move.without == pytest.approx(sigma(rest[move.claim]), abs=1e-8)
                assert move.with_ == pytest.approx(sigma(full[move.claim]), abs=1e-12)

    holds()


def small() -> Debate:
    """e (root r) and f (root s) on b; b with k for a; u halves e."""
    return Debate(
        {"a": 0.5, "b": 0.5, "k": 0.5, "u": 0.3},
        (
            Item("e", "b", 10 * DB, "r", cuts=(Cut("x", "u", 0.5),)),
            Item("f", "b", -3 * DB, "s"),
            Item("g", "k", 13 * DB, "s"),
            Item("h", "u", 13 * DB, "t"),
        ),
        {"r": 1.0, "s": 1.0, "t": 1.0},
        (Link("l", ("b",), "a", 10 * DB), Link("m", ("k", "b"), "a", 7 * DB)),
    )


def test_a_record_takes_with_it_what_needs_it() -> None:
    found = impacts(propagate(build(small())), ["b", "s", "x", "u", "l", "h", "nobody"])
    assert set(moved(found["b"])) == {"a", "b"}
    assert set(moved(found["s"])) == {"a", "b", "k"}
    assert set(moved(found["l"])) == {"a"}
    assert moved(found["h"]).keys() == {"a", "b", "u"}
    assert moved(found["x"]) == pytest.approx({k: v for k, v in moved(found["u"]).items() if k != "u"})
    assert moved(found["x"])["b"] < 0, "without the undercut its target says more"
    assert found["nobody"].moves == ()


def test_moves_come_largest_first() -> None:
    weights = [abs(move.weight) for move in impacts(propagate(build(small())), ["r"])["r"].moves]
    assert weights == sorted(weights, reverse=True)
    assert len(weights) == 2


def test_all_records_at_once_equal_one_at_a_time(clock: Assessment) -> None:
    fresh = Assessment(clock.corpus, clock.result, intervals=False)
    assert fresh.impacts == {id: Assessment(clock.corpus, clock.result).impact(id) for id in fresh.impacts}


def reduced(corpus: Corpus, id: str) -> Assessment:
    return assess(Corpus([e for e in corpus if e.id != id], corpus.topics, corpus.root), intervals=False)


def test_leaving_out_a_record_is_the_corpus_without_its_file(clock: Assessment) -> None:
    answers = {a for _, q in clock.corpus.of(m.Question) if q.exclusive for a in q.answers}
    declares = {id for id, item in clock.corpus.of(m.Evidence) if item.lineage}
    for entry in clock.corpus:
        if entry.id in answers | declares:
            continue
        rest = reduced(clock.corpus, entry.id).credences
        found = {move.claim: move.without for move in clock.impact(entry.id).moves}
        for id, credence in rest.items():
            now = clock.credences[id].credence
            assert found.get(id, now) == pytest.approx(credence.credence, abs=1e-9), (entry.id, id)


def test_without_an_exclusive_question_its_answers_stand_alone(clock: Assessment) -> None:
    moves = {move.claim: move for move in clock.impact("why-late").moves}
    assert set(moves) == {"cold-oil", "worn-gear"}
    assert {move.without for move in moves.values()} == {0.5}, "the item bears on the question, and goes with it"
    assert clock.impact("repair-now").moves == ()


def test_an_answer_left_out_keeps_its_prior() -> None:
    debate = Debate(
        {"a": 0.4, "b": 0.6},
        (Item("e", "a", 10 * DB, "r"), Item("f", "b", 3 * DB, "r")),
        {"r": 1.0},
        questions=(("a", "b"),),
    )
    found = impacts(propagate(build(debate)), ["a"])["a"]
    assert {m.claim: m.without for m in found.moves}["b"] == pytest.approx(sigma(logit(0.6) + 3 * DB), abs=1e-12)


def test_people_terms_and_positions_move_nothing_and_unknown_ids_are_refused(clock: Assessment) -> None:
    for id in ("keeper", "late-by-week", "keeper-asserts", "oil-change", "delay", "careful-keeper"):
        assert clock.impact(id) == Impact(id, ())
    with pytest.raises(UnknownId, match="did you mean repair-pays"):
        clock.impact("repair-pay")
    assert not any(NONE_SUFFIX in move.claim for move in clock.impact("late-in-spring").moves)


# routes


def test_routes_of_a_chain_by_hand() -> None:
    debate = Debate(
        {"a": 0.5, "b": 0.5, "c": 0.5},
        (Item("e", "c", 20 * DB, "r", 0.9),),
        {"r": 0.8},
        (Link("l", ("c",), "b", 10 * DB), Link("k", ("b",), "a", 7 * DB)),
    )
    result = propagate(build(debate))
    found = routes(result, "a")
    d = sweep(debate).claims("gathered")
    assert found["a"].steps == ("a",)
    assert found["b"].steps == ("b", "a")
    assert found["b"].gain == pytest.approx(d["a"] / d["b"], abs=1e-12)
    assert found["c"].gain == pytest.approx(d["a"] / d["c"], abs=1e-12)
    assert found["e"].steps == ("e", "c", "b", "a")
    worth = float(result.state.item_weight[0, 0])
    assert found["e"].gain == pytest.approx(d["a"] / worth, abs=1e-12)


def test_the_strongest_of_two_routes_is_told() -> None:
    """c reaches a through b (weak, then strong) or through d (strong, then weak), or directly, hardly at all."""
    debate = Debate(
        {"a": 0.5, "b": 0.5, "c": 0.5, "d": 0.5},
        (Item("e", "c", 10 * DB, "r"),),
        {"r": 1.0},
        (
            Link("cb", ("c",), "b", 3 * DB),
            Link("ba", ("b",), "a", 3 * DB),
            Link("cd", ("c",), "d", 17 * DB),
            Link("da", ("d",), "a", 13 * DB),
            Link("ca", ("c",), "a", 1 * DB),
        ),
    )
    assert routes(propagate(build(debate)), "a")["c"].steps == ("c", "d", "a")
    direct = debate.map_links(lambda x: replace(x, weight=23 * DB) if x.id == "ca" else x)
    assert routes(propagate(build(direct)), "a")["c"].steps == ("c", "a")


def test_a_long_strong_route_beats_a_short_weak_one() -> None:
    links = [Link(f"l{i}", (f"c{i + 1}",), f"c{i}", 30 * DB) for i in range(5)]
    claims = {f"c{i}": 0.1 for i in range(6)}
    debate = Debate(claims, (Item("e", "c5", 10 * DB, "r"),), {"r": 1.0}, (*links, Link("s", ("c5",), "c0", 1 * DB)))
    assert routes(propagate(build(debate)), "c0")["c5"].steps == ("c5", "c4", "c3", "c2", "c1", "c0")


def test_linked_premises_are_told_with_their_argument() -> None:
    debate = Debate(
        {"a": 0.5, "p": 0.5, "q": 0.5},
        (Item("e", "p", 10 * DB, "r"), Item("f", "q", 10 * DB, "r")),
        {"r": 1.0},
        (Link("both", ("p", "q"), "a", 10 * DB),),
    )
    assert routes(propagate(build(debate)), "a")["e"].steps == ("e", "p", "both", "a")


def test_of_two_items_of_one_root_the_second_says_half_as_much_again() -> None:
    """Two items of 10 dB of one certain root: the larger counts whole, the next a third; they arrive as 13.33 dB."""
    debate = Debate({"a": 0.5}, (Item("e", "a", 10 * DB, "r"), Item("f", "a", 9 * DB, "r")), {"r": 1.0})
    found = routes(propagate(build(debate)), "a")
    assert found["e"].gain == pytest.approx(1, abs=1e-12)
    assert found["f"].gain == pytest.approx(1 / 3, abs=1e-12)


@examples(40)
@given(debates("loops"))
def test_routes_end_at_the_claim_and_gain_at_most_everything(debate: Debate) -> None:
    result = propagate(build(debate))
    for target in debate.claims:
        for start, route in routes(result, target).items():
            assert route.steps[0] == start
            assert route.steps[-1] == target
            assert 0 <= route.gain <= 1
            claims = [x for x in route.steps if x in debate.claims]
            assert len(claims) == len(set(claims)), "no claim twice"
