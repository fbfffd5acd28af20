"""Somebody's inputs laid over the neutral ones."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from engine.debate import DB, Debate, Item, Link, build

from kb.engine import arithmetic as ar
from kb.engine.assessment import Assessment
from kb.engine.inputs import Inputs
from kb.engine.propagate import propagate
from kb.engine.viewpoints import Change, Overlay, apply, holders, overlay
from kb.errors import UnknownId
from kb.odds import logit, sigma

from .records import claim, item, link, tree

PERSON = "kind: person\ntitle: A person\ntype: person\n"


def chain(root: Path, **more: str) -> Assessment:
    """a <- b <- c by 13 dB each, 10 dB on c, nothing else; with a person ``ann`` and further records."""
    records = {
        "a": claim(),
        "b": claim(link("a", "strong")),
        "c": claim(link("b", "strong")),
        "e": item("c", 10),
        "ann": PERSON,
    }
    return tree(root, **{**records, **more})


def view(*settings: str, by: str = "") -> str:
    rows = "".join(f"  {s}\n" for s in settings)
    return f"kind: viewpoint\ntitle: A view\n{f'by: {by}' if by else ''}\nset:\n{rows}"


def position(on: str, credence: str, stance: str = "asserts", by: str = "ann", more: str = "") -> str:
    told = f"credence: {credence}\n" if credence else ""
    return f"kind: position\nby: {by}\non: {on}\nstance: {stance}\n{told}{more}"


WHY = "why: It looks so from here., editor: true"


def weight(found: Assessment, id: str) -> float:
    return found.explain(id).total


# base rates


def test_a_base_rate_enters_as_a_shift(tmp_path: Path) -> None:
    found = chain(tmp_path, v=view(f"a: {{base_rate: 0.2, {WHY}}}"))
    mine = found.under("v")
    explained = mine.explain("a")
    assert explained.shift == pytest.approx(logit(0.2) - logit(0.5), abs=1e-12)
    assert explained.total == pytest.approx(weight(found, "a") + logit(0.2), abs=1e-12)
    assert mine.credences["a"].base_rate == 0.5, "the neutral one; the shift is the viewpoint's"
    assert mine.credences.viewpoint == "v"
    assert [row.kind for row in explained.rows()] == ["base", "viewpoint", "link", "total"]


def test_a_prior_in_the_middle_of_a_chain_is_the_shift_as_evidence(tmp_path: Path) -> None:
    """.05 instead of .5 for b: the same as a certain item of -12.8 dB on b."""
    mine = chain(tmp_path, v=view(f"b: {{base_rate: 0.05, {WHY}}}")).under("v")
    debate = Debate(
        {"a": 0.5, "b": 0.5, "c": 0.5},
        (Item("e", "c", 10 * DB, "log", 0.85), Item("s", "b", logit(0.05), "sure")),
        {"log": 0.9, "sure": 1.0},
        (Link("b", ("b",), "a", 13 * DB), Link("c", ("c",), "b", 13 * DB)),
    )
    other = propagate(build(debate))
    for i, id in enumerate(other.net.ids):
        assert weight(mine, id) == pytest.approx(float(other.state.log_odds[i, 0]), abs=1e-12)


def test_tables_keep_neutral_margins(tmp_path: Path) -> None:
    """With .05 as a new base rate of the table, the 13 dB link would give a certain b another weight."""
    found = chain(tmp_path, v=view(f"b: {{base_rate: 0.05, {WHY}}}"))
    t, mine = found.result.setup.tables, found.under("v").result.setup.tables
    assert np.array_equal(t.s, mine.s)
    assert np.array_equal(t.f, mine.f)


# other inputs


def test_strength_reliability_and_kill_are_set(tmp_path: Path) -> None:
    undercut = "kind: undercut\ntitle: An objection\ntext: It fails.\ntarget: {from: b, to: a}\nkill: halves\n"
    settings = (
        f"b: {{strength: slight, {WHY}}}",
        f"log: {{reliability: 0.6, {WHY}}}",
        f"e: {{reliability: high, strengths: {{c: {{db: 3}}}}, {WHY}}}",
        f"u: {{kill: 0.9, base_rate: 0.6, {WHY}}}",
    )
    found = chain(tmp_path, u=undercut, f=item("u", 20, "other"), other=SOURCE, v=view(*settings))
    mine = found.under("v")
    net, inputs = mine.result.net, mine.result.setup.inputs
    assert inputs.link_weight[net.link_ids.index("b"), 0] == pytest.approx(3 * DB)
    assert inputs.link_weight[net.link_ids.index("c"), 0] == pytest.approx(13 * DB)
    assert inputs.root_reliability[net.root_ids.index("log"), 0] == 0.6
    k = net.item_ids.index("e")
    assert (inputs.item_reliability[k, 0], inputs.item_weight[k, 0]) == (0.95, pytest.approx(3 * DB))
    assert inputs.kill[0, 0] == 0.9
    assert inputs.shift[net.ids.index("u"), 0] == pytest.approx(logit(0.6) - logit(0.3))
    assert mine.overlay is not None
    assert [(c.kind, c.record, c.target, c.source) for c in mine.overlay.changes] == [
        ("base rate", "u", "", "v"),
        ("kill", "u", "", "v"),
        ("reliability", "e", "", "v"),
        ("reliability", "log", "", "v"),
        ("strength", "b", "a", "v"),
        ("strength", "e", "c", "v"),
    ]
    neutral = {(c.kind, c.record): c.neutral for c in mine.overlay.changes}
    assert neutral[("reliability", "log")] == 0.9
    assert neutral[("kill", "u")] == 0.5
    assert neutral[("strength", "b")] == pytest.approx(13 * DB)
    assert not mine.overlay.only_conclusions


SOURCE = "kind: source\ntitle: Other\ntype: report\nno_url: It is kept on paper only.\n"


def test_an_opposing_link_stays_opposing(tmp_path: Path) -> None:
    against = claim(link("a", "strong", stance="opposes"))
    mine = chain(tmp_path, d=against, v=view(f"d: {{strength: {{db: 2}}, {WHY}}}")).under("v")
    assert mine.result.setup.inputs.link_weight[mine.result.net.link_ids.index("d"), 0] == pytest.approx(-2 * DB)


def test_a_viewpoint_that_names_what_carries_no_weight_changes_nothing(tmp_path: Path) -> None:
    quiet = claim(link("a", "strong", more=", counts: {value: false, why: It was voiced to be disowned.}"))
    mine = chain(tmp_path, d=quiet, v=view(f"d: {{strength: decisive, {WHY}}}")).under("v")
    assert mine.overlay is not None
    assert mine.overlay.changes == ()
    assert mine.result.setup.inputs.link_weight[mine.result.net.link_ids.index("d"), 0] == 0


# stated credences


def test_a_stated_credence_holds_the_claim_where_the_person_put_it(tmp_path: Path) -> None:
    found = chain(tmp_path, p=position("b", "0.05"))
    mine = found.under("ann")
    assert mine.credences["b"].credence == pytest.approx(0.05, abs=1e-12)
    assert mine.credences["c"].credence == pytest.approx(found.credences["c"].credence, abs=1e-12)
    assert mine.credences["a"].credence == pytest.approx(0.5, abs=1e-12), "b fell below its base: it says nothing"
    assert mine.explain("b").shift == pytest.approx(logit(0.05) - weight(found, "b"), abs=1e-12)
    assert mine.overlay is not None
    assert mine.overlay.only_conclusions
    change = mine.overlay.changes[0]
    assert (change.kind, change.record, change.neutral, change.theirs) == ("stated credence", "b", 0.5, 0.05)
    assert change.source == "p"


def test_an_overlay_with_an_input_is_more_than_conclusions(tmp_path: Path) -> None:
    settings = view(f"log: {{reliability: low, {WHY}}}", by="ann")
    found = chain(tmp_path, p=position("b", "likely"), v=settings)
    for name in ("v", "ann"):
        laid = overlay(found.corpus, found.result.net, name)
        assert {c.kind for c in laid.changes} == {"stated credence", "reliability"}
        assert not laid.only_conclusions
    assert not Overlay("x", "nobody", ()).only_conclusions


def test_an_input_of_theirs_goes_before_their_conclusion(tmp_path: Path) -> None:
    settings = view(f"b: {{base_rate: 0.3, {WHY}}}", by="ann")
    found = chain(tmp_path, p=position("b", "0.9"), v=settings)
    laid = overlay(found.corpus, found.result.net, "ann")
    assert [(c.kind, c.theirs) for c in laid.changes] == [("base rate", 0.3)]


def test_what_they_said_last_counts(tmp_path: Path) -> None:
    found = chain(
        tmp_path,
        p1=position("b", "0.9", more="said: 2025-03\n"),
        p2=position("b", "0.2", more="said: '2024'\n"),
        p3=position("b", "0.4"),
    )
    assert found.under("ann").credences["b"].credence == pytest.approx(0.9, abs=1e-12)


def test_what_they_took_back_does_not_count(tmp_path: Path) -> None:
    back = position("b", "", stance="retracts", more="said: 2025-04\n")
    found = chain(
        tmp_path,
        p1=position("b", "0.9", more="said: 2025-03\n"),
        p2=back,
        p3=position("c", "0.6"),
        p4=position("c", "", stance="retracts"),
        p5=position("a", "0.3", more="said: 2025-05\n"),
        p6=position("a", "", stance="retracts", more="said: 2025-04\n"),
    )
    laid = overlay(found.corpus, found.result.net, "ann")
    assert [(c.record, c.theirs) for c in laid.changes] == [("a", 0.3)], "what was said after it stands"


@pytest.mark.parametrize(
    ("credence", "stance", "more"),
    [
        ("{phrase: quite sure}", "asserts", ""),
        ("{direction: up}", "asserts", ""),
        ("0.9", "grants", ""),
        ("0.9", "reports", "of: bob\n"),
        ("0.9", "voices", ""),
    ],
)
def test_what_is_no_credence_of_their_own_is_left_out(tmp_path: Path, credence: str, stance: str, more: str) -> None:
    found = chain(tmp_path, bob=PERSON, p=position("b", credence, stance, more=more))
    assert overlay(found.corpus, found.result.net, "ann").changes == ()
    assert found.viewpoints == ()


def test_answers_are_held_together_and_leave_the_rest_to_the_others(tmp_path: Path) -> None:
    question = "kind: question\ntitle: Which?\nanswers: [x, y, z]\nexclusive: true\n"
    found = chain(
        tmp_path, q=question, x=claim(), y=claim(), z=claim(), p1=position("x", "0.5"), p2=position("y", "0.45")
    )
    mine = found.under("ann").credences
    assert mine["x"].credence == pytest.approx(0.5, abs=1e-9)
    assert mine["y"].credence == pytest.approx(0.45, abs=1e-9)
    assert mine["z"].credence == pytest.approx(0.05 * 0.3 / 0.4, abs=1e-9), "priors .3 each, none .1"


def test_conclusions_that_contradict_their_question_are_scaled(tmp_path: Path) -> None:
    question = "kind: question\ntitle: Which?\nanswers: [x, y]\nexclusive: true\n"
    found = chain(tmp_path, q=question, x=claim(), y=claim(), p1=position("x", "0.9"), p2=position("y", "0.6"))
    mine = found.under("ann").credences
    assert mine["x"].credence == pytest.approx(0.6, abs=1e-5)
    assert mine["y"].credence == pytest.approx(0.4, abs=1e-5)


def test_holding_answers_by_definition() -> None:
    random = np.random.default_rng(3)
    pin = np.where(random.random((4, 200)) < 0.4, random.normal(-1.5, 1.5, (4, 200)), np.nan)
    z = np.log(random.dirichlet(np.ones(4), 200)).T
    shift = ar.holding(pin, z)
    q = np.exp(z + shift) / np.exp(z + shift).sum(axis=0)
    held = ~np.isnan(pin)
    wanted = np.where(held, 1 / (1 + np.exp(-np.where(held, pin, 0))), 0)
    consistent = (wanted.sum(axis=0) < 0.999) & ~held.all(axis=0)
    assert consistent.sum() > 100
    assert np.allclose(q[:, consistent][held[:, consistent]], wanted[:, consistent][held[:, consistent]], atol=1e-9)
    assert (shift[~held] == 0).all()
    everyone = held.all(axis=0)
    assert np.allclose(q[:, everyone], wanted[:, everyone] / wanted[:, everyone].sum(axis=0))


# who has a viewpoint


def test_viewpoints_and_persons(clock: Assessment, tmp_path: Path) -> None:
    assert holders(clock.corpus) == ("careful-keeper",), "the keeper's stated credence is in their record"
    assert clock.under("keeper").credences["repair-pays"] == clock.under("careful-keeper").credences["repair-pays"]
    found = chain(tmp_path, p=position("b", "0.05"))
    assert found.viewpoints == ("ann",)


def test_a_person_without_a_record_of_theirs_is_neutral(clock: Assessment) -> None:
    found = clock.under("guild")
    assert found.overlay is not None
    assert found.overlay.changes == ()
    assert {id: c.credence for id, c in found.credences.items()} == {
        id: c.credence for id, c in clock.credences.items()
    }


def test_what_is_no_viewpoint_is_refused(clock: Assessment) -> None:
    with pytest.raises(UnknownId) as refused:
        clock.under("repair-pays")
    assert refused.value.nearest == ("careful-keeper",)
    with pytest.raises(UnknownId):
        clock.under("nobody")


def test_applying_nothing_is_neutral() -> None:
    net = build(Debate({"a": 0.3}, (Item("e", "a", DB, "r"),), {"r": 1.0}))
    inputs, neutral = apply(net, Overlay("n", "nobody", ())), Inputs.of(net)
    for name in ("base_rate", "shift", "item_weight", "item_reliability", "root_reliability", "link_weight", "kill"):
        assert np.array_equal(getattr(inputs, name), getattr(neutral, name))
    change = Change("stated credence", "a", "", 0.3, 0.7, "why", "p")
    held = propagate(net).again(apply(net, Overlay("n", "nobody", (change,))))
    assert sigma(float(held.state.log_odds[0, 0])) == pytest.approx(0.7, abs=1e-12)
