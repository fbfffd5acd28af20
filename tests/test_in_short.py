"""What the top of a claim's page says: numbers that belong to what is named, cruxes as the engine ranks them."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from kb import models as m
from kb import odds
from kb.engine import assess
from kb.engine.cruxes import STILL
from kb.load import load
from kb.pages import Settings, Site, turning, waterfall, words
from kb.pages.because import because
from kb.pages.claim import render_claim
from kb.pages.lists import fragments
from kb.pages.question import render_question, standing
from kb.pages.sums import sum_of

ROOT = Path(__file__).resolve().parents[1]
ONE_FINDING = {"benchmarks-diverge-from-real-work", "benchmarks-overstate-progress"}
"""Claims whose strongest line is a group that is much heavier than its best item."""
TAG = re.compile(r"<[^>]+>")


@pytest.fixture(scope="module", params=["claims", "tests/browser/corpus"])
def site(request: pytest.FixtureRequest) -> Site:
    """The founding debate, and the invented one."""
    return Site(assess(load(ROOT / request.param).corpus, intervals=False), Settings())


@pytest.fixture(scope="module")
def founding() -> Site:
    return Site(assess(load(ROOT / "claims").corpus, intervals=False), Settings())


def plain(html: str) -> str:
    """The text of a piece of HTML, with single spaces."""
    return " ".join(TAG.sub(" ", html).split()).replace(" ,", ",").replace(" .", ".").replace("( ", "(")


def box(site: Site, id: str) -> dict[str, str]:
    """The lines of "In short" on a claim's page, by label."""
    body = str(render_claim(site, site.corpus[id]).body)
    lines = re.findall(
        r"<div><dt>([^<]*)</dt><dd>(.*?)</dd></div>", body.split('class="kb-lines"')[1].split("</dl>")[0]
    )
    return {label: plain(said) for label, said in lines}


def answers(site: Site) -> list[str]:
    """The assessed answers of all questions."""
    every = {a for e in site.questions for a in site.corpus.record(e.id, m.Question).answers}
    return sorted(a for a in every if a in site.credences and site.credences[a].assessed)


def test_a_number_beside_one_finding_is_that_of_its_group_only_when_it_says_so(site: Site) -> None:
    with_group = 0
    grouped = [i for i in site.credences if any(len(g.counted) > 1 for g in sum_of(site, i).groups)]
    for id in sorted({*grouped[:12], *answers(site)[:6], *ONE_FINDING.intersection(site.credences)}):
        lines = box(site, id)
        for sign, label in ((1, "Strongest for"), (-1, "Strongest against")):
            for group in sum_of(site, id).groups:
                items = [i for _, i in group.items if i.stated.nats != 0]
                best = max(items, key=lambda i: (sign * i.weight.nats, i.ref.id), default=None)
                if best is None or best.ref.title not in lines[label] or group.now.factor not in lines[label]:
                    continue
                if len(items) > 1:
                    with_group += 1
                    assert f"with {len(items) - 1} more of its group" in lines[label], id
                else:
                    assert "of its group" not in lines[label], id
    assert with_group or len(site.credences) < 100


def test_a_reason_that_helps_because_it_is_unlikely_says_so(founding: Site) -> None:
    id = "automated-research-causes-explosion"
    reason = next(r for r in sum_of(founding, id).reasons if r.ref.id == "models-make-no-novel-connections")
    assert reason.stated.nats < 0 < reason.now.nats
    assert reason.turned == f"unlikely ({reason.credence})"
    said = box(founding, id)["Strongest for"]
    assert said.startswith("That “ " + reason.ref.title)
    assert f"” is unlikely ({reason.credence}), odds {reason.now.factor}" in said
    row = next(r for r in sum_of(founding, id).rows() if r.ref is not None and r.ref.id == reason.ref.id)
    assert row.label == f"That “{reason.ref.title}” is unlikely ({reason.credence})"
    page = str(render_claim(founding, founding.corpus[id]).body)
    assert f"is unlikely ({reason.credence})" in plain(page.split('class="kb-table kb-sum')[1].split("</table>")[0])
    picture = str(waterfall.waterfall([row], root="../", id="fall", narrow=False))
    assert f"Unlikely ({reason.credence}): Models" in plain(picture)


def test_a_question_page_says_it_too(founding: Site) -> None:
    entry = founding.corpus["will-automated-research-cause-an-explosion"]
    said = plain(str(render_question(founding, entry).body))
    assert re.search(r"For: Models know everything and connect nothing new ?, being unlikely \(\d+%\)", said)


def test_only_a_reason_that_helps_the_other_side_is_turned(site: Site) -> None:
    for id in site.credences:
        for reason in sum_of(site, id).reasons:
            other = reason.stated.nats * reason.now.nats < 0 and reason.now.side != "neutral"
            assert bool(reason.turned) == other, (id, reason.ref.id)


def test_pages_rank_cruxes_as_the_engine_does(site: Site) -> None:
    for id in answers(site):
        engine = [c.claim for c in site.assessment.cruxes(id).claims]
        shown = [c.ref.id for c in turning.cruxes(site, id)]
        assert shown == [x for x in engine if x in shown], id


def test_a_crux_that_changes_nothing_when_refuted_says_so(founding: Site) -> None:
    crux = next(c for c in turning.cruxes(founding, "progress-slows-around-2028-2032") if c.bits == "")
    now = founding.credences["progress-slows-around-2028-2032"].credence
    assert abs(crux.if_false - now) <= STILL
    assert (crux.true_text, crux.false_text) == (words.percent(crux.if_true), "no change")
    page = plain(str(render_claim(founding, founding.corpus["progress-slows-around-2028-2032"]).body))
    assert f"{words.percent(crux.if_true)} if it is true, no change if it is not." in page


def test_what_would_change_it_most_is_an_experiment_where_that_teaches_most(founding: Site) -> None:
    named = {"claims": 0, "experiments": 0}
    for id in answers(founding):
        said = box(founding, id)["Would change it most"]
        cruxes = turning.cruxes(founding, id)
        best = next((t for t in turning.tests(founding, id) if t.outcomes), None)
        known = max((c.bits or 0.0 for c in founding.assessment.cruxes(id).claims), default=0.0)
        if said.startswith("The experiment"):
            named["experiments"] += 1
            assert best is not None
            assert best.ref.title in said
            assert f"expected to teach {words.teaches(best.value)} about it ({best.bits} bits" in said
            assert best.value > known
        elif cruxes:
            named["claims"] += 1
            assert cruxes[0].ref.title in said
            assert best is None or best.value <= known or not cruxes[0].bits
    assert all(named.values())
    said = box(founding, "most-algorithmic-progress-is-data-progress")["Would change it most"]
    assert "expected to teach a fair amount about it (0.19 bits" in said


def test_the_front_page_lists_cruxes_by_expected_change(founding: Site) -> None:
    html = str(fragments(founding, {})["highlights"]()).split('id="latest"')[0]
    shown = re.findall(r'<li>.*?href="([^"]+)"', html)
    every = [
        c
        for e in founding.questions
        for a in standing(founding, e).answers
        for c in turning.cruxes(founding, a.ref.id)
        if c.known
    ]
    most = max(every, key=lambda c: (c.expected, c.swing))
    assert shown[0] == most.ref.href


def test_items_beneath_are_those_that_the_engine_counts(site: Site) -> None:
    for id, credence in site.credences.items():
        assert len(site.items_beneath(id)) == credence.items, id


def test_every_page_gives_an_exclusive_question_one_number_of_items(founding: Site) -> None:
    seen = 0
    for entry in founding.questions:
        if not founding.corpus.record(entry.id, m.Question).exclusive:
            continue
        stands = standing(founding, entry)
        assert {a.items for a in stands.answers} == {stands.items}, entry.id
        page = plain(str(render_question(founding, entry).body))
        assert page.count(words.count(stands.items, "item") + " of evidence") == 1, entry.id
        for answer in stands.answers:
            seen += 1
            assert (
                f"on {words.count(stands.items, 'item')} of evidence on this and the rival answers"
                in box(founding, answer.ref.id)["How likely"]
            )
    assert seen > 10


def test_items_without_weight_are_not_counted_beside_the_table(founding: Site) -> None:
    without = 0
    for id in founding.credences:
        items = [i for g in sum_of(founding, id).groups for _, i in g.items]
        counted = [i for i in items if i.stated.nats != 0]
        without += len(items) - len(counted)
        if items and len(items) != len(counted):
            page = plain(str(render_claim(founding, founding.corpus[id]).body))
            assert f"{words.count(len(counted), 'item')} bear" in page, id
    assert without


def test_the_column_of_an_item_and_the_line_of_its_group_have_names_of_their_own(founding: Site) -> None:
    page = str(render_claim(founding, founding.corpus["benchmarks-diverge-from-real-work"]).body)
    table = page.split('class="kb-table kb-evidence')[1].split("</table>")[0]
    assert "After the item’s own reliability" in plain(table.split("</thead>")[0])
    assert 'data-label="Item’s own trust"' in table
    assert "after the sources’ reliability and overlap" in plain(table)
    assert "after trust" not in page.lower()


def test_what_is_counted_once_is_a_list_that_says_what_was_taken_off(founding: Site) -> None:
    told = {"taken": 0, "not": 0}
    for id in answers(founding):
        page = str(render_claim(founding, founding.corpus[id]).body)
        part = page.split('id="once"')[1].split("</section>")[0]
        if 'class="kb-onces' not in part:
            continue
        rows = {r.kind: r for r in sum_of(founding, id).rows()}
        said = plain(part)
        if "shared" in rows and rows["shared"].weight.side != "neutral":
            told["taken"] += 1
            assert f"odds {rows['shared'].weight.factor}" in said, id
            assert "No line had to be reduced" not in said
        else:
            told["not"] += 1
            assert "No line had to be reduced: together they stay within what" in said, id
        for line in re.findall(r'<li class="kb-once">(.*?)<details', part, re.DOTALL):
            assert len(plain(line).split()) < 90, id
    assert told["not"]


def test_the_sentence_above_the_lines_is_made_of_the_sums_rows(site: Site) -> None:
    for id, credence in site.credences.items():
        total = sum_of(site, id)
        why = because(site, id, total)
        said = "".join(part if isinstance(part, str) else part.title for part in why)
        assert said.endswith("."), said
        assert "  " not in said
        assert not re.search(r" [,.;:]|[,;:]\.|\band and\b", said), said
        labels = {row.ref.id: row for row in total.rows() if row.ref is not None}
        refs = [part for part in why if not isinstance(part, str)]
        assert {r.id for r in refs} <= set(labels), id
        if not credence.assessed:
            assert "%" not in said, said
            assert not refs
            continue
        now, base = words.percent(credence.credence), words.percent(credence.base_rate)
        assert said.startswith(f"It stands at {now}"), said
        if now != base:
            up = credence.credence > credence.base_rate
            assert f"{'up' if up else 'down'} from {base}" in said, said
            first = re.match(r".*? because of ", said)
            if refs and first and why[0] == first.group(0):
                assert isinstance(labels[refs[0].id].weight.nats, float)
        for ref in refs:
            assert labels[ref.id].weight.side != "neutral", (id, ref.id)


def test_the_sentence_names_the_largest_row_that_moved_it(founding: Site) -> None:
    named = 0
    for id in answers(founding):
        credence = founding.credences[id]
        if words.percent(credence.credence) == words.percent(credence.base_rate):
            continue
        sign = 1 if credence.weight > 0 else -1
        rows = [r for r in sum_of(founding, id).rows() if r.kind not in ("base", "total")]
        largest = max(rows, key=lambda r: sign * r.weight.nats)
        why = because(founding, id, sum_of(founding, id))
        said = "".join(part if isinstance(part, str) else part.title for part in why)
        first = next((part for part in why if not isinstance(part, str)), None)
        if largest.ref is not None:
            named += 1
            assert first == largest.ref, said
        else:
            assert "because of competition" in said or "because of the correction" in said, said
    assert named > 5


def test_how_much_is_taken_back_is_said_in_proportion(founding: Site) -> None:
    id = "most-algorithmic-progress-is-data-progress"
    said = "".join(p if isinstance(p, str) else p.title for p in because(founding, id, sum_of(founding, id)))
    rows = [r for r in sum_of(founding, id).rows() if r.kind not in ("base", "total")]
    gone = -sum(r.weight.nats for r in rows if r.weight.nats < 0)
    gained = sum(r.weight.nats for r in rows if r.weight.nats > 0)
    assert 0.15 < gone / gained < 0.5, "the example of this test has changed"
    assert "takes some of it back" in said
    assert odds.sigma(odds.logit(founding.credences[id].base_rate) + gained - gone) == pytest.approx(
        founding.credences[id].credence
    )
