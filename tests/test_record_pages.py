"""Pages of evidence, sources, people and the lesser kinds: their numbers are the engine's."""

from __future__ import annotations

import math
import re
from pathlib import Path
from xml.etree import ElementTree

import html5lib
import pytest
from record_sites import PERSON, SOURCE, SVG, Records, bread, claim, site_of, text_of

from kb import models as m
from kb import odds
from kb.engine import Assessment
from kb.pages import Settings, Site, experiments, lineage, opposition, people, sums, waterfall, words
from kb.pages import sources as source_pages
from kb.pages import viewpoint as viewpoints
from kb.pages.kinds import render_record
from kb.pages.moves import moves_of_source
from kb.pages.positions import positions_by
from kb.pages.terms import clashes, sense, terms_list


@pytest.fixture
def records(tmp_path: Path) -> Records:
    """A site out of records given as id=text."""
    return lambda revised="2026-06-01", **texts: site_of(tmp_path, texts, revised)


def test_what_a_source_moved_is_the_engines_contributions() -> None:
    sources = {root.id for c in bread().credences for group in bread().explain(c).groups for root in group.roots}
    assert sources
    for id in sources:
        moves = moves_of_source(bread(), id)
        parts = {
            claim: root.contribution
            for claim in bread().credences
            for group in bread().explain(claim).groups
            for root in group.roots
            if root.id == id
        }
        assert {x.claim.id: x.now.nats for x in moves} == parts
        sizes = [x.size for x in moves]
        assert sizes == sorted(sizes, reverse=True)
        assert source_pages.total(moves) == f"{odds.db(math.fsum(map(abs, parts.values()))):.1f} dB"
        assert source_pages.total(moves) in text_of(bread(), id)
        for x in moves:
            now = bread().credences[x.claim.id].credence
            assert x.end == now
            assert odds.logit(x.end) - odds.logit(x.start) == pytest.approx(x.now.nats, abs=1e-6)


def test_what_is_counted_once_is_the_engines_groups() -> None:
    found = lineage.counted_once(bread())
    several = [
        (id, group)
        for id in bread().credences
        for group in bread().explain(id).groups
        if sum(len(root.items) for root in group.roots) > 1
    ]
    assert found
    assert len(found) == len(several)
    assert sorted(x.stated.nats for x in found) == sorted(group.alone for _, group in several)
    assert sorted(x.now.nats for x in found) == sorted(group.contribution for _, group in several)
    saved = [x.saved for x in found]
    assert saved == sorted(saved, reverse=True)
    first = found[0]
    for item in first.items:
        page = text_of(bread(), item.id)
        assert f"On {first.claim.title}" in page
        assert first.stated.db in page
        assert first.now.db in page


def test_page_of_an_item_shows_the_claim_without_it() -> None:
    for id, _ in bread().corpus.of(m.Evidence, active=True):
        page = text_of(bread(), id)
        for move in bread().assessment.impacts[id].moves:
            direct = any(
                item.id == id for g in bread().explain(move.claim).groups for root in g.roots for item in root.items
            )
            if direct:
                assert f"{words.percent(move.without)} → {words.percent(move.with_)}" in page


def test_sources_that_name_each_other_in_a_circle_end(records: Records) -> None:
    site = records(
        a=SOURCE + "quotes: [b]\n",
        b=SOURCE + "quotes: [a]\npart_of: c\n",
        c=SOURCE,
        d=SOURCE + "derived_from: [a]\nsupersedes: [c]\n",
    )
    (up,) = lineage.comes_from(site, "a")
    assert (up.label, up.ref.id) == ("quotes", "b")
    assert [(x.label, x.ref.id) for x in up.branches] == [("part of", "c")]
    assert {(x.label, x.ref.id) for x in lineage.leads_to(site, "a")} == {("quoted by", "b"), ("restated by", "d")}
    assert [(x.label, x.ref.id) for x in lineage.leads_to(site, "c")] == [("has the part", "b"), ("replaced by", "d")]
    assert "There is no stored copy" in text_of(site, "a")
    assert "It vouches for no evidence" in text_of(site, "a")


def test_families_of_sources_follow_ties_over_several_steps(records: Records) -> None:
    item = (
        "kind: evidence\ntitle: Item {{0}}\ntext: Something was seen.\ndesign: observation\nroot: {0}\n"
        "seen_in:\n  - source: {0}\n    no_anchor: The report is a picture.\n"
        "lineage:\n  - {{{{root: {1}, kind: same-study}}}}\n"
        "bears_on:\n  - {{{{claim: thing, stance: supports, strength: slight, why: It fits well enough.}}}}\n"
    )
    site = records(
        a=SOURCE, b=SOURCE, c=SOURCE, d=SOURCE, thing=claim(), one=item.format("a", "b"), two=item.format("b", "c")
    )
    (family,) = lineage.families(site)
    assert [r.id for r in family[0]] == ["a", "b", "c"]
    assert family[1] == ["same study"]
    assert [(t.other.id, t.dependence, [i.id for i in t.items]) for t in lineage.ties(site)["b"]] == [
        ("a", 0.7, ["one"]),
        ("c", 0.7, ["two"]),
    ]
    assert "d" not in lineage.ties(site)


def position(by: str, on: str, stance: str, more: str = "") -> str:
    return f"kind: position\nby: {by}\non: {on}\nstance: {stance}\n{more}"


ITEM = (
    "kind: evidence\ntitle: Item {0}\ntext: Something was seen.\ndesign: observation\nroot: report\n"
    "seen_in:\n  - source: report\n    no_anchor: The report is a picture.\n"
    "bears_on:\n  - {{claim: thing, stance: opposes, strength: strong, why: It speaks against it.}}\n"
)


@pytest.fixture
def talk(records: Records) -> Site:
    return records(
        report=SOURCE + "authors: [cora]\n",
        anna=PERSON,
        ben=PERSON,
        cora=PERSON,
        thing=claim(),
        other=claim(
            "bears_on:\n  - {{claim: thing, stance: opposes, strength: slight, why: It would not hold then.}}\n"
        ),
        item=ITEM,
        anna_thing=position("anna", "thing", "asserts", "credence: 0.9\nsaid: 2026-02\n"),
        anna_before=position("anna", "thing", "denies", "credence: 0.1\nsaid: 2025-02\n"),
        anna_reports=position("anna", "other", "reports", "of: ben\n"),
        ben_thing=position("ben", "thing", "denies"),
        ben_other=position("ben", "other", "asserts"),
    )


def test_gap_to_the_map_takes_the_last_statement(talk: Site) -> None:
    held = positions_by(talk, "anna")
    found, counted, alike = people.gaps(talk, held)
    now = talk.credences["thing"].credence
    assert now < 0.5
    assert (counted, alike) == (1, 0)
    (gap,) = found
    assert gap.position.ref.id == "anna-thing"
    assert gap.sided
    assert gap.points == pytest.approx(100 * (0.9 - now))
    assert people.gaps(talk, positions_by(talk, "ben")) == ([], 1, 1)
    assert f"{gap.points:.0f} points" in text_of(talk, "anna")


def test_with_whom_somebody_differs(talk: Site) -> None:
    ben, cora = people.differs(talk, "anna")
    assert (ben.who.id, ben.shared, [r.id for r in ben.against]) == ("ben", 1, ["thing"])
    assert [(a.how, a.record.id, a.on.id) for a in ben.argues] == [(opposition.REASON, "other", "thing")]
    assert [(a.who, a.how, a.record.id) for a in cora.argues] == [("cora", opposition.EVIDENCE, "item")]
    assert [x.who.id for x in people.differs(talk, "ben")] == ["anna"]


def test_contested_supports_and_rival_answers_count_as_arguing_against(records: Records) -> None:
    yes = "bears_on:\n  - {{claim: thing, stance: supports, strength: slight, why: It would hold then.}}\n"
    undercut = "kind: undercut\ntitle: Undercut {0}\ntext: It does not follow.\nkill: halves\n"
    undercut += "target: {{from: why, to: thing}}\n"
    question = "kind: question\ntitle: Question {0}?\nexclusive: true\nanswers: [thing, rival]\n"
    site = records(
        anna=PERSON,
        ben=PERSON,
        thing=claim(),
        rival=claim(),
        why=claim(yes),
        asked=question,
        doubt=undercut + "by: ben\n",
        anna_thing=position("anna", "thing", "asserts"),
        ben_rival=position("ben", "rival", "asserts"),
    )
    found = {person: opposition.attacks(site, person) for person in ("anna", "ben")}
    assert [(a.who, a.how, a.record.id, a.on.id) for a in found["anna"]] == [
        ("ben", opposition.SUPPORT, "doubt", "thing"),
        ("ben", opposition.RIVAL, "rival", "thing"),
    ]
    assert [(a.who, a.how) for a in found["ben"]] == [("anna", opposition.RIVAL)]


def test_the_map_by_somebodys_numbers_is_the_engines(talk: Site) -> None:
    for site in (bread(), talk):
        assert site.assessment.viewpoints
        for holder in site.assessment.viewpoints:
            seen = viewpoints.through(site, holder)
            assert seen is not None
            under = site.assessment.under(holder, intervals=False)
            for shift in seen.shifts:
                assert shift.theirs == under.credences[shift.claim.id].credence
                assert shift.neutral == site.credences[shift.claim.id].credence
            assert [abs(s.points) for s in seen.shifts] == sorted((abs(s.points) for s in seen.shifts), reverse=True)
            expected = {
                id
                for id, c in under.credences.items()
                if c.assessed
                and abs(c.credence - site.credences[id].credence) >= 0.005
                and not any(x.kind == "stated credence" and x.record == id for x in under.overlay.changes)  # type: ignore[union-attr]
            }
            assert {s.claim.id for s in seen.shifts} == expected or len(expected) == len(seen.shifts) + seen.more
            assert seen.shifts == [] or words.percent(seen.shifts[0].theirs) in text_of(site, holder)
    assert viewpoints.through(talk, "cora") is None
    assert "They stated no credence" in text_of(talk, "cora")


def test_page_of_a_viewpoint_names_each_claim_that_moves_once() -> None:
    holder = "view-of-baker-b"
    seen = viewpoints.through(bread(), holder)
    assert seen is not None
    page = text_of(bread(), holder)
    moved = page[page.index("How the answers move Does") : page.index("Data and citation Th")]
    assert seen.shifts
    for shift in seen.shifts:
        assert moved.count(shift.claim.title) == 1, shift.claim.id


def test_list_of_people_counts_sides_of_their_own(talk: Site) -> None:
    rows = {row.ref.title: row.cells for row in people.people_listing(talk).rows}
    assert rows["Person anna"][1:5] == (3, 1, 1, 1)
    assert rows["Person ben"][1:5] == (2, 1, 1, 0)
    moved = rows["Person cora"][6]
    assert isinstance(moved, tuple)
    assert moved[0] == pytest.approx(odds.db(moves_of_source(talk, "report")[0].size), abs=1e-6)
    tree = html5lib.parse(str(people.people_list(talk)))
    shown = ["".join(row.itertext()) for row in tree.iter() if row.tag.endswith("}tr")]
    assert any(re.match("Person anna.*person3111", text) for text in shown), shown


def test_many_words_stand_under_their_letters(records: Records) -> None:
    term = "kind: term\ntitle: {0}\nword: '{0}'\ndefinition: It says {0}.\n"
    words = [*(f"{letter}word" for letter in "abcdefghijklmnopqrstuv"), "avord", "3rd", "Über"]
    site = records(**{f"term_{n}": term.format(word) for n, word in enumerate(words)})
    tree = html5lib.parse(str(terms_list(site)), namespaceHTMLElements=False)
    letters = {a.text: (a.get("href") or "")[1:] for a in tree.iterfind(".//nav//a")}
    assert list(letters) == ["#", *"ABCDEFGHIJKLMNOPQRSTUV", "Ü"]
    first = {row.get("id"): row.findtext("dt") for row in tree.iterfind(".//dl/div") if row.get("id")}
    assert {letter: first[anchor] for letter, anchor in letters.items()} == {
        letter: next(w for w in sorted(words, key=str.casefold) if w.upper().startswith(letter) or letter == "#")
        for letter in letters
    }
    assert "<nav" not in str(terms_list(bread())), "a short list needs no index"


def test_senses_claims_and_clashes_of_a_word(records: Records) -> None:
    term = "kind: term\ntitle: Sense {0}\nword: late\ndefinition: It says {0} when it says late.\n"
    clash = "relations:\n  - {{to: two, type: verbal-clash, why: They mean other things by late.}}\n"
    site = records(
        report=SOURCE + "authors: [anna]\n",
        anna=PERSON,
        by_week=term + "seen_in:\n  - {{source: report, no_anchor: The report is a picture.}}\n",
        by_set=term,
        one=claim("senses: {{late: by-week}}\n" + clash),
        two=claim("senses: {{late: by-set}}\n"),
    )
    assert [c.id for c in sense(site, "by-week").claims] == ["one"]
    assert [r.id for r in sense(site, "by-week").by] == ["anna"]
    (found,) = clashes(site)
    assert (found.one.id, found.other.id, [s.id for s in found.senses]) == ("one", "two", ["by-set", "by-week"])
    page = text_of(site, "by-set")
    assert "is also used otherwise" in page
    assert "Sense by-week" in page
    assert "They mean other things" in page
    assert "2 senses" in str(terms_list(site))


def test_what_an_experiment_could_tell_is_the_engines(clock: Assessment) -> None:
    for site in (Site(clock, Settings()), bread()):
        for id, record in site.corpus.of(m.Experiment, active=True):
            told = experiments.values(site)[id]
            assert {c for o in record.outcomes for c in o.likelihood} <= {c for c, _ in told}
            for id_, value in told:
                assert value in site.assessment.experiments(id_)
            bits = [value.bits for _, value in told]
            assert bits == sorted(bits, reverse=True)
            page = text_of(site, id)
            outcomes = told[0][1].outcomes
            for chance, (_, _, after) in zip(words.shares([p for _, p, _ in outcomes]), outcomes, strict=True):
                assert words.percent(after) in page
                assert chance in page
            assert f"{words.teaches(bits[0])} {words.bits(bits[0])} bits" in page
            settled = [c for c, claim in site.corpus.of(m.Claim, active=True) if id in claim.settled_by]
            assert ("Claims it is meant to settle" in page) == bool(settled)


def test_pages_of_inferences_show_what_they_add_and_take(clock: Assessment) -> None:
    site = Site(clock, Settings())
    (row,) = [x for x in site.explain("repair-pays").links if x.source == "together"]
    page = text_of(site, "together")
    assert words.decibans(row.contribution) in page
    assert words.decibans(row.stated) in page
    assert "carries no weight" in text_of(site, "like-a-roof")
    taken = text_of(site, "list-was-checked")
    assert "of the undercut The price list is out of date" in taken
    assert "nothing yet" in taken
    assert re.search(r"If true ?takes away \d+% of the weight", taken)
    reasons = text_of(bread(), "cold-rise-tastes-better")
    assert re.search(
        r"If true, it takes away \d+% of this weight; (at its present credence, \d+%|so far it takes)", reasons
    )
    held = text_of(site, "keeper-asserts")
    stated = m.credence_value("very likely")
    assert words.percent(site.credences["gear-old"].credence) in held
    assert words.percent(stated) in held


def test_every_record_of_every_kind_has_a_page_with_its_sections(clock: Assessment) -> None:
    for site in (Site(clock, Settings()), bread()):
        kinds = set()
        for entry in site.corpus:
            made = render_record(site, entry)
            kinds.add(entry.kind)
            ids = re.findall(r'\sid="([^"]+)"', made.body)
            assert len(ids) == len(set(ids)), entry.id
            for anchor in re.findall(r'href="#([^"]+)"', made.toc):
                assert anchor in ids, (entry.id, anchor)
            assert render_record(site, entry).body == made.body
        assert len(kinds) >= 11


def test_a_person_opens_with_answers_then_with_what_carries_most(records: Records) -> None:
    site = records(
        report=SOURCE,
        anna=PERSON,
        thing=claim(),
        aside=claim(),
        answer=claim(),
        ask="kind: question\ntitle: Which is it?\nanswers: [answer]\nexclusive: false\n",
        item=ITEM,
        anna_aside=position("anna", "aside", "asserts", "said: 2026-05\n"),
        anna_thing=position("anna", "thing", "denies", "said: 2024-02\n"),
        anna_thing_later=position("anna", "thing", "denies", "said: 2024-03\n"),
        anna_answer=position("anna", "answer", "asserts", "said: 2023-02\n"),
    )
    held = people.most_telling_first(site, positions_by(site, "anna"))
    assert [p.ref.id for p in held] == ["anna-answer", "anna-thing-later", "anna-thing", "anna-aside"]


def test_a_reason_for_a_sources_reliability_keeps_one_stop(records: Records) -> None:
    site = records(report=SOURCE + "reliability: {{value: 0.5, why: It was written in haste.}}\n")
    text = text_of(site, "report")
    assert "It was written in haste; it can add at most" in text
    assert ".;" not in text
    assert "the default for the type announcement; it can" in text_of(
        records(news=SOURCE.replace("type: report", "type: announcement")), "news"
    )


def test_no_line_of_the_grid_runs_through_a_label_on_a_phone() -> None:
    rows = sums.Sum(bread(), "cold-rise-tastes-better").rows()
    drawn = ElementTree.fromstring(str(waterfall.waterfall(rows, root="../", id="fall", narrow=True)))
    labels = [float(span.get("y", "nan")) for span in drawn.iter(f"{SVG}tspan")][1:]
    paths = [path.get("d", "") for path in drawn.iter(f"{SVG}path") if "kb-grid" in (path.get("class") or "")]
    grid = [(float(a), float(b)) for d in paths for a, b in re.findall(r"M[\d.]+ ([\d.]+)V([\d.]+)", d)]
    own = [y for y in labels if (y - 46) % 56 == 0]
    assert len(own) >= len(rows)
    assert len(grid) > len(own)
    for top, bottom in grid:
        assert not [y for y in own if top < y - 4 < bottom]


def test_a_persons_page_says_in_short_what_they_hold_and_whom_they_differ_from(records: Records) -> None:
    seen = "seen_in:\n  - source: talk\n    no_anchor: It is a talk.\n"
    holds = "kind: position\nby: {by}\non: one\nstance: {stance}\n" + seen
    site = records(
        talk=SOURCE,
        anna=PERSON,
        ben=PERSON,
        one=claim(),
        p1=holds.replace("{by}", "anna").replace("{stance}", "asserts"),
        p2=holds.replace("{by}", "ben").replace("{stance}", "denies"),
    )
    page = text_of(site, "anna")
    short = page[page.index("Differs most from") : page.index("The map disagrees most")]
    assert short.strip() == "Differs most fromPerson ben."
    assert "1 position; first of all asserts Claim one." in page
    assert "Nothing to compare" in page
