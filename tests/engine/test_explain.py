"""The sum behind a credence, row by row, from records."""

from __future__ import annotations

import math
from itertools import pairwise

import pytest

from kb.engine import Explanation, assess
from kb.errors import UnknownId
from kb.odds import logit, sigma

from .debate import DB
from .records import WHY, argument, claim, corpus, evidence, link, question, source, undercut
from .scalar import cap, discount


def explain(id: str, *entries: object) -> Explanation:
    return assess(corpus(*entries), intervals=False).explain(id)  # type: ignore[arg-type]


def adds_up(found: Explanation) -> bool:
    """Whether the rows sum to the total, in the fields and in the table."""
    parts = [found.base, found.shift, found.shared, found.competition]
    parts += [g.contribution for g in found.groups] + [x.contribution for x in found.links]
    rows = found.rows()
    steps = all(abs(b.before - a.after) < 1e-12 for a, b in pairwise(rows[:-1]))
    table = abs(rows[-2].after - found.total) < 1e-12 and abs(rows[-1].after - found.total) < 1e-12
    return abs(math.fsum(parts) - found.total) < 1e-12 and steps and table


def test_a_claim_without_anything() -> None:
    found = explain("c", claim("c", base_rate={"credence": 0.2, "why": WHY}))
    assert (found.base, found.total) == (logit(0.2), logit(0.2))
    assert (found.groups, found.links, found.shift, found.shared, found.competition) == ((), (), 0.0, 0.0, 0.0)
    assert [r.kind for r in found.rows()] == ["base", "total"]
    assert found.credence.assessed is False


def test_one_item() -> None:
    """From the stated weight through the item's reliability to the root's trust."""
    found = explain("c", claim("c"), source("s", "post"), evidence("e", "s", link("c", {"db": 10}), design="survey"))
    [group] = found.groups
    [root] = group.roots
    [item] = root.items
    assert (group.kind, group.dependence) == ("root", 0.0)
    assert (item.id, item.reliability, item.tau, item.undercuts) == ("e", 0.75, 1.0, ())
    assert item.stated == root.alone == group.alone == pytest.approx(10 * DB, abs=1e-12)
    assert item.weight == pytest.approx(discount(10 * DB, 0.75), abs=1e-12)
    assert (root.id, root.reliability) == ("s", 0.7)
    assert root.cap == pytest.approx(cap(0.7), abs=1e-12)
    assert root.trusted == root.contribution == group.contribution
    assert root.trusted == pytest.approx(discount(item.weight, 0.7), abs=1e-12)
    assert found.total == pytest.approx(group.contribution, abs=1e-12)
    assert found.credence.credence == pytest.approx(sigma(found.total), abs=1e-15)
    assert adds_up(found)


def test_a_root_with_items_on_both_sides() -> None:
    found = explain(
        "c", claim("c"), source("s"), evidence("e", "s", link("c", {"db": 10})),
        evidence("f", "s", link("c", {"db": 7}, "opposes")), evidence("g", "s", link("c", {"db": 3})),
    )  # fmt: skip
    [root] = found.groups[0].roots
    assert [x.id for x in root.items] == ["e", "f", "g"]
    assert root.items[1].weight < 0 < root.items[2].weight
    w = [discount(x * DB, 0.9) for x in (10, 7, 3)]
    p, n = w[0] + w[2] / 3, w[1]
    assert root.alone == pytest.approx(6 * DB, abs=1e-12)
    assert root.trusted == pytest.approx((p - n) / (p + n) * discount(p + n, 0.85), abs=1e-12)
    assert adds_up(found)


def test_a_lineage_is_one_row() -> None:
    tie = [{"root": "t", "kind": "same-study"}]
    found = explain(
        "c", claim("c"), source("s"), source("t"), source("u"),
        evidence("e", "s", link("c", "strong"), lineage=tie), evidence("f", "t", link("c", "moderate")),
        evidence("g", "u", link("c", "slight")),
    )  # fmt: skip
    first, second = found.groups
    assert (first.kind, first.dependence, [r.id for r in first.roots]) == ("lineage", 0.7, ["s", "t"])
    assert (second.kind, [r.id for r in second.roots]) == ("root", ["u"])
    assert first.roots[0].contribution == pytest.approx(first.roots[0].trusted, abs=1e-12)
    assert first.roots[1].contribution == pytest.approx(first.roots[1].trusted * (2 / 1.7 - 1), abs=1e-12)
    assert first.contribution == pytest.approx(math.fsum(r.contribution for r in first.roots), abs=1e-12)
    assert adds_up(found)


def test_a_lineage_with_both_signs_keeps_them_apart() -> None:
    tie = [{"root": "t", "kind": "restatement"}]
    found = explain(
        "c", claim("c"), source("s"), source("t"), evidence("e", "s", link("c", "strong"), lineage=tie),
        evidence("f", "t", link("c", "moderate", "opposes")),
    )  # fmt: skip
    assert [(g.roots[0].id, g.contribution > 0) for g in found.groups] == [("s", True), ("t", False)]
    assert all(g.contribution == pytest.approx(g.roots[0].trusted, abs=1e-12) for g in found.groups)
    assert adds_up(found)


def test_testimony_is_one_row() -> None:
    people = [source(f"p{i}", "comment") for i in range(3)]
    items = [evidence(f"e{i}", f"p{i}", link("c", "slight"), design="testimony") for i in range(3)]
    found = explain("c", claim("c"), *people, *items, source("s"), evidence("seen", "s", link("c", "negligible")))
    assert [(g.kind, len(g.roots)) for g in found.groups] == [("testimony", 3), ("root", 1)]
    talk = found.groups[0]
    assert talk.dependence == 0.5
    assert talk.contribution == pytest.approx(1.5 * talk.roots[0].trusted, abs=1e-12)
    assert talk.alone == pytest.approx(9 * DB, abs=1e-12)
    assert adds_up(found)


def test_a_link() -> None:
    found = explain(
        "c", claim("c"), claim("a", link("c", {"db": 10}), base_rate={"credence": 0.2, "why": WHY}), source("s"),
        evidence("e", "s", link("a")),
    )  # fmt: skip
    [row] = found.links
    assert (row.source, row.premises, row.base_rate) == ("a", ("a",), 0.2)
    assert (row.assessed, row.counts, row.cuts_both_ways, row.tau) == (True, True, False, 1.0)
    assert row.stated == pytest.approx(10 * DB, abs=1e-12)
    assert row.limit == pytest.approx(10 * DB, abs=1e-12)
    assert row.credence == pytest.approx(sigma(logit(0.2) + explain_weight(found, row.source)), abs=1e-9)
    ratio = math.exp(logit(row.credence) - logit(0.2))
    f = 0.2 / (0.5 + 0.5 * 10)
    s = 10 * f
    assert row.contribution == pytest.approx(math.log((s * ratio + 1 - s) / (f * ratio + 1 - f)), abs=1e-9)
    assert adds_up(found)


def explain_weight(found: Explanation, id: str) -> float:
    """Weight of the evidence in :func:`test_a_link`: 13 dB by an experiment (.9) in a preprint (.85)."""
    assert (found.id, id) == ("c", "a")
    return discount(discount(13 * DB, 0.9), 0.85)


def test_a_link_stronger_than_its_table_allows() -> None:
    found = explain("c", claim("c"), claim("a", link("c", {"db": 40})))
    [row] = found.links
    assert row.stated == pytest.approx(40 * DB, abs=1e-12)
    assert row.limit == pytest.approx(logit(0.99), abs=1e-12)


def test_reasons_without_evidence_and_without_weight_come_last() -> None:
    found = explain(
        "c", claim("c"), claim("z", link("c", "negligible")), claim("a", link("c")), source("s"),
        claim("mute", link("c", counts={"value": False, "why": WHY})), evidence("e", "s", link("z"), link("mute")),
    )  # fmt: skip
    assert [x.source for x in found.links] == ["z", "a", "mute"]
    assert [(x.assessed, x.counts) for x in found.links] == [(True, True), (False, True), (True, False)]
    assert [r.kind for r in found.rows()] == ["base", "link", "total"]
    assert adds_up(found)


def test_linked_premises_show_their_conjunction() -> None:
    found = explain(
        "c", claim("c"), claim("a"), claim("b"), argument("both", ["a", "b"], link("c", "moderate")), source("s"),
        evidence("e", "s", link("a")),
    )  # fmt: skip
    [row] = found.links
    assert (row.source, row.premises, row.base_rate) == ("both", ("a", "b"), pytest.approx(0.25))
    assert row.credence == pytest.approx(0.5 * sigma(discount(discount(13 * DB, 0.9), 0.85)), abs=1e-12)
    assert row.assessed
    assert row.contribution > 0
    assert adds_up(found)


def test_undercuts_of_a_link_an_item_and_an_undercut() -> None:
    found = explain(
        "c", claim("c"), claim("a", link("c")), source("s"), evidence("e", "s", link("a"), link("c")),
        undercut("on-link", {"from": "a", "to": "c"}, "voids"), undercut("idle", {"from": "a", "to": "c"}),
        undercut("on-item", {"from": "e", "to": "c"}, "halves"),
        undercut("on-undercut", {"undercut": "on-link"}, "guts", premise="p"), claim("p"), source("t"),
        evidence("f", "t", link("on-link")), evidence("g", "t", link("on-item")), evidence("h", "t", link("p")),
    )  # fmt: skip
    strongest, its, idle = found.links[0].undercuts
    assert [x.id for x in (strongest, its, idle)] == ["on-link", "on-undercut", "idle"]
    assert (strongest.node, its.node, strongest.kill, its.kill) == ("on-link", "p", 0.95, 0.8)
    q = sigma(logit(0.3) + discount(discount(13 * DB, 0.9), 0.85))
    assert strongest.credence == pytest.approx(q, abs=1e-12)
    assert strongest.active == pytest.approx((q - 0.3) / 0.7, abs=1e-12)
    assert strongest.tau == pytest.approx(1 - 0.8 * its.active, abs=1e-12)
    assert (idle.active, idle.assessed, idle.credence, idle.base_rate) == (0.0, False, pytest.approx(0.3), 0.3)
    assert found.links[0].tau == pytest.approx(1 - 0.95 * strongest.tau * strongest.active, abs=1e-12)
    assert found.links[0].limit < found.links[0].stated
    [item] = found.groups[0].roots[0].items
    [taken] = item.undercuts
    assert taken.id == "on-item"
    assert item.tau == pytest.approx(1 - 0.5 * taken.active, abs=1e-12)
    assert item.weight == pytest.approx(discount(item.stated, 0.9 * item.tau), abs=1e-12)
    assert adds_up(found)


def test_undercuts_of_a_mute_link_are_shown_as_they_stand() -> None:
    found = explain(
        "c", claim("c"), claim("a", link("c", counts={"value": False, "why": WHY})), source("s"),
        undercut("u", {"from": "a", "to": "c"}), evidence("e", "s", link("u")),
    )  # fmt: skip
    [row] = found.links
    assert row.undercuts[0].assessed
    assert row.undercuts[0].active > 0
    assert row.tau == pytest.approx(1 - 0.8 * row.undercuts[0].active, abs=1e-12)
    assert row.contribution == 0.0


def test_shared_evidence_is_a_row() -> None:
    found = explain(
        "c", claim("c"), claim("a", link("c")), claim("b", link("c")), claim("root", link("a"), link("b")), source("s"),
        evidence("e", "s", link("root", "decisive")),
    )  # fmt: skip
    assert found.shared < 0
    assert [r.kind for r in found.rows()] == ["base", "link", "link", "shared", "total"]
    assert found.credence.method == "conserved"
    assert found.total == pytest.approx(discount(discount(23 * DB, 0.9), 0.85), abs=1e-9)
    assert adds_up(found)


def test_competition_is_a_row() -> None:
    entries = (
        claim("a"), claim("b"), question("q", ["a", "b"]), source("s"), evidence("e", "s", link("a", "moderate")),
    )  # fmt: skip
    raised, lowered = explain("a", *entries), explain("b", *entries)
    assert raised.base == lowered.base == pytest.approx(logit(0.45), abs=1e-12)
    assert raised.competition == pytest.approx(0.0, abs=1e-12)
    assert lowered.competition < 0
    assert [r.kind for r in lowered.rows()] == ["base", "competition", "total"]
    assert lowered.credence.assessed
    assert adds_up(raised)
    assert adds_up(lowered)
    rest = 1 - sigma(raised.total) - sigma(lowered.total)
    assert 0 < rest < 0.1


def test_a_claim_on_a_cycle() -> None:
    entries = (claim("a", link("b")), claim("b", link("a")), source("s"), evidence("e", "s", link("a")))
    found = explain("a", *entries)
    assert found.credence.method == "iterated"
    assert found.credence.converged
    assert found.total == pytest.approx(discount(discount(13 * DB, 0.9), 0.85), abs=1e-12)
    assert found.links[0].contribution == 0.0
    assert adds_up(found)
    assert adds_up(explain("b", *entries))
    assert assess(corpus(*entries), intervals=False).credences.cycles == (("a", "b"),)


def test_an_undercut_with_a_text_is_explained_like_a_claim() -> None:
    found = explain(
        "u", claim("c"), claim("a", link("c")), undercut("u", {"from": "a", "to": "c"}), source("s"),
        evidence("e", "s", link("u", "slight")),
    )  # fmt: skip
    assert found.base == pytest.approx(logit(0.3), abs=1e-12)
    assert [r.kind for r in found.rows()] == ["base", "root", "total"]
    assert adds_up(found)


def test_an_old_id_leads_to_the_claim_and_an_unknown_one_to_the_nearest() -> None:
    entries = (claim("present", aliases=["former"]), source("s"))
    assert explain("former", *entries).id == "present"
    with pytest.raises(UnknownId, match="present"):
        explain("presents", *entries)
    with pytest.raises(UnknownId):
        explain("s", *entries)
