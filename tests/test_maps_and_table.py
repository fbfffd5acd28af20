"""Maps, the outline, the table of claims and the search index as data: nothing is lost, nothing is said twice."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from kb import models as m
from kb import odds
from kb.engine import Assessment, assess
from kb.load import load
from kb.pages import Settings, Site, evidence, maps, people, quantities, rows, sources, table
from kb.pages import outline as outlines
from kb.pages.lists import fragments, render_topic
from kb.pages.moves import moves_of_item, moves_of_source
from kb.pages.neighbours import MAX_FIRST, Node, around, beneath, ties
from kb.pages.outline import outline, outline_fragment, outline_script, topic_outline
from kb.pages.page import Page
from kb.pages.search import search_index

CORPUS = Path(__file__).parent / "browser" / "corpus"


@pytest.fixture(scope="module")
def bread() -> Assessment:
    loaded = load(CORPUS)
    assert not loaded.findings
    return assess(loaded.corpus)


@pytest.fixture
def site(bread: Assessment) -> Site:
    return Site(bread, Settings())


def walk(nodes: list[Node], path: tuple[str, ...]) -> list[tuple[Node, tuple[str, ...]]]:
    found = []
    for node in nodes:
        found.append((node, path))
        found += walk(node.next, (*path, node.ref.id))
    return found


def test_what_is_drawn_and_what_is_counted_are_all_ties(site: Site) -> None:
    counted = 0
    for id in site.credences:
        near = around(site, id)
        for side, nodes, more in (("beneath", near.beneath, near.more_beneath), ("above", near.above, near.more_above)):
            assert len(nodes) + more == len([n for n in ties(site, id, side) if n.ref.id != id])
            assert len(nodes) <= MAX_FIRST
            for node, path in walk(nodes, (id,)):
                beyond = [n for n in ties(site, node.ref.id, side) if n.ref.id not in (*path, node.ref.id)]
                assert len(node.next) + node.more == len(beyond), (id, node.ref.id)
                counted += node.more
    assert counted > 0, "everything was drawn, so nothing was tested"


def test_the_strongest_come_first_and_drawing_leaves_the_ties_as_they_were(site: Site) -> None:
    id = "cold-rise-tastes-better"
    before = [(n.ref.id, len(n.next)) for n in ties(site, id, "beneath")]
    drawn, more = beneath(site, id, 2, 2)
    assert [n.ref.id for n in drawn] == [i for i, _ in before[:2]]
    assert more == len(before) - 2
    sizes = [abs(n.now or 0.0) for n in ties(site, id, "beneath")]
    assert sizes == sorted(sizes, reverse=True)
    assert [(n.ref.id, len(n.next)) for n in ties(site, id, "beneath")] == before
    assert all(count == 0 for _, count in before)


def test_the_script_of_a_box_holds_all_its_ties(site: Site) -> None:
    script = maps.ties_script(site, site.corpus["cold-rise-tastes-better"])
    assert script is not None
    assert b"<" not in script, "a hostile title could end a script element"
    data = json.loads(script.decode().split(" = ", 1)[1].rstrip().rstrip(";"))
    for side in ("beneath", "above"):
        assert [row[0] for row in data[side]] == [n.ref.id for n in ties(site, "cold-rise-tastes-better", side)]
    assert all(row[9] == len(ties(site, row[0], "beneath")) for row in data["beneath"])
    assert maps.ties_script(site, site.corpus["fermentation-study"]) is None


LISTS = (
    (table.claims_listing, "claims", "claim"),
    (evidence.evidence_listing, "evidence-list", "evidence"),
    (sources.sources_listing, "sources", "source"),
    (quantities.quantities_listing, "quantities", "quantity"),
    (people.people_listing, "people", "person"),
)
"""Lists that are tables, with the folder of their further pages and the kind of their records."""


def rows_of(script: bytes) -> dict[str, Any]:
    text = script.decode()
    assert "<" not in text, "a hostile title could end a script element"
    data: dict[str, Any] = json.loads(text.removeprefix("window.counterpoiseRows=").rstrip().rstrip(";"))
    return data


@pytest.mark.parametrize(("make", "folder", "kind"), LISTS)
def test_pages_of_a_list_hold_every_record_once(
    site: Site, monkeypatch: pytest.MonkeyPatch, make: Callable[[Site], rows.Listing], folder: str, kind: str
) -> None:
    listing = make(site)
    active = {e.id for e in site.corpus if e.kind == kind and e.record.active}
    size = max(len(active) // 4, 1)
    monkeypatch.setattr(rows, "PAGE_ROWS", size)
    pages = -(-len(active) // size)
    made = dict(rows.files(site, make))
    further = {path: page for path, page in made.items() if isinstance(page, Page)}
    assert list(further) == [f"{folder}/{n}.html" for n in range(2, pages + 1)]
    bodies = [str(rows.table(listing, empty="")), *(str(page.body) for page in further.values())]
    found = [
        id
        for body in bodies
        for id in re.findall(rf'<tr><th scope="row"><a class="kb-ref" href="[^"]*{kind}/([^"]+)\.html"', body)
    ]
    assert found == [row.ref.id for row in listing.rows]
    assert sorted(found) == sorted(active)
    for number, body in enumerate(bodies, 1):
        assert 'id="rows"' in body
        links = re.findall(r'href="(?:\.\./)?([a-z-]+(?:/\d+)?\.html)#rows"', body)
        others = [n for n in range(1, pages + 1) if n != number]
        assert links == [listing.page if n == 1 else f"{folder}/{n}.html" for n in others]


@pytest.mark.parametrize(("make", "folder", "kind"), LISTS)
def test_the_data_of_a_list_are_what_its_pages_show(
    site: Site, make: Callable[[Site], rows.Listing], folder: str, kind: str
) -> None:
    listing = make(site)
    data = rows_of(rows.script(listing))
    assert [row[0] for row in data["rows"]] == [row.ref.id for row in listing.rows]
    assert data["kind"] == kind
    for row, shown in zip(listing.rows, data["rows"], strict=True):
        assert shown[1] == site.ref(row.ref.id).title
        assert data["texts"][shown[2]] == row.note
        assert len(shown) == len(listing.columns) + 3
        facets = [tuple(data["facets"][n]) for n in shown[-1]]
        assert facets == list(row.facets)
        offered = {f.name: {v for _, options in f.groups for v, _ in options} or {"1"} for f in listing.filters}
        assert all(value in offered[name] for name, value in facets if name in offered)
        for column, cell in zip(data["columns"][1:], shown[3:-1], strict=True):
            if column[1] in ("ref", "refs"):
                for place in [cell] if isinstance(cell, int) else cell or []:
                    if isinstance(place, int):
                        sort, id, title, *_ = data["refs"][place]
                        assert sort == "topic" or site.ref(id).title == title


def test_the_rows_of_claims_say_what_the_engine_says(site: Site) -> None:
    data = rows_of(rows.script(table.claims_listing(site)))
    assert len(data["rows"]) == len(table.claim_rows(site))
    for id, _, _, (said, p, low, high, base, side), db, items, groups, *_ in data["rows"]:
        c = site.credences[id]
        assert (items, groups) == (c.items, c.groups)
        assert base == pytest.approx(c.base_rate, abs=1e-6)
        if c.assessed:
            assert p == pytest.approx(c.credence, abs=1e-6)
            assert low <= p <= high
            assert said.endswith("%")
            assert (db > 0) == (c.credence > c.base_rate)
            assert side == ("neutral" if abs(db) < 0.00217 else "for" if db > 0 else "against")
        else:
            assert (said, p, low, high, db, side) == (None, None, None, None, None, "open")


def test_evidence_and_sources_say_what_they_moved(site: Site) -> None:
    items = rows_of(rows.script(evidence.evidence_listing(site)))
    for id, _, _, _, _, _, weight, *_ in items["rows"]:
        own = moves_of_item(site, id)
        assert (weight is None) == (not own)
        if own:
            assert weight[1] == pytest.approx(odds.db(own[0].now.nats), abs=1e-6)
    assert any(row[6] for row in items["rows"])
    documents = rows_of(rows.script(sources.sources_listing(site)))
    sizes = [row[8][0] for row in documents["rows"]]
    for id, size in zip((row[0] for row in documents["rows"]), sizes, strict=True):
        expected = odds.db(sum(x.size for x in moves_of_source(site, id)))
        assert size == pytest.approx(expected, abs=1e-6)
    assert sizes == sorted(sizes, reverse=True)
    assert sizes[0] > 0


def test_bands_cover_all_credences_without_overlap() -> None:
    labels = [label for _, label in table.bands()]
    edges = [tuple(map(int, re.findall(r"\d+", label))) for label in labels][::-1]
    assert edges[0][0] == 0
    assert edges[-1][1] == 100
    assert all(a[1] == b[0] for a, b in pairwise(edges))
    for value, label in table.bands():
        low, high = (int(x) / 100 for x in re.findall(r"\d+", label))
        assert table.band((low + high) / 2) == value


def test_the_outline_orders_answers_as_their_question_does(site: Site) -> None:
    several = 0
    for _, _, tops in outline(site):
        for top in tops:
            if top.ref.kind == "question":
                views = [line.ref.credence for line in top.children]
                known = [view.p for view in views if view is not None and view.assessed]
                assert known == sorted(known, reverse=True)
                assert all(view is not None and view.assessed for view in views[: len(known)])
                several += len(set(known)) > 1
    assert several > 0


def test_the_outline_has_every_claim_and_opens_it_once(site: Site) -> None:
    lines = [line for _, _, tops in outline(site) for top in tops for line in top.walk()]
    claims = {e.id for e in site.corpus if e.kind == "claim" and e.record.active}
    assert claims <= {line.ref.id for line in lines}
    opened = [line.ref.id for line in lines if line.children and line.ref.kind == "claim"]
    assert len(opened) == len(set(opened))


def test_a_large_outline_has_heads_on_its_page_and_everything_on_the_pages_of_topics(
    bread: Assessment, monkeypatch: pytest.MonkeyPatch
) -> None:
    small = Site(bread, Settings())
    assert outline_script(small) is None
    assert not any(topic_outline(small, name) for name in small.topic_names)
    whole = str(outline_fragment(small))
    monkeypatch.setattr(outlines, "WHOLE", 5)
    site = Site(bread, Settings())
    head = str(outline_fragment(site))
    assert len(head) < len(whole) / 2
    claims = {e.id for e in site.corpus if e.kind == "claim" and e.record.active}
    found: set[str] = set()
    for name in site.topic_names:
        page = str(render_topic(site, name).body)
        inside = {e.id for e in site.in_topic.get(name, ()) if e.kind == "claim"}
        lines = [line for top in topic_outline(site, name) for line in top.walk()]
        assert inside <= {line.ref.id for line in lines}
        opened = [line.ref.id for line in lines if line.children and line.ref.kind == "claim"]
        assert len(opened) == len(set(opened))
        assert page.count('<li class="kb-branch"') == len(lines)
        if lines:
            assert f'href="topic/{name}.html#outline"' in head
            assert 'id="outline"' in page
        found |= {line.ref.id for line in lines}
    assert claims <= found
    script = outline_script(site)
    assert script is not None
    assert b"<" not in script
    data = json.loads(script.decode().removeprefix("window.counterpoiseOutline=").rstrip().rstrip(";"))
    every = [line for _, _, tops in outline(site) for top in tops for line in top.walk()]
    assert sum(html.count('<li class="kb-branch"') for html in data.values()) == len(every)
    assert all(html in whole for html in data.values()), "the script brings other lines than a small debate's page has"


def test_the_search_knows_other_names(site: Site) -> None:
    text = search_index(site).decode()
    rows = json.loads(text.removeprefix("window.counterpoiseIndex=").rstrip().rstrip(";"))
    names = {row[0]: row[4] for row in rows}
    assert site.corpus["baker-b"].title in names["baker-interview"]
    assert names["newsletter-on-bakeries"] == "an unnamed writer"
    assert not {row[0] for row in rows} & {e.id for e in site.corpus if e.kind == "position" or not e.record.active}


def test_the_search_reads_what_pages_say_besides_their_titles(site: Site) -> None:
    text = search_index(site).decode()
    assert "<" not in text
    rows = {row[0]: row for row in json.loads(text.removeprefix("window.counterpoiseIndex=").rstrip().rstrip(";"))}
    reasons = sides = definitions = 0
    for entry in site.corpus:
        if entry.id not in rows:
            continue
        said, more = rows[entry.id][3], rows[entry.id][6]
        whole = f"{said} {more}"
        for part in (entry.record.get("text"), entry.record.get("definition")):
            if part:
                assert " ".join(part.split()) in whole
                definitions += entry.kind == "term"
        for link in entry.record.get("bears_on", ()):
            assert " ".join((link.why or "").split()) in more
            reasons += bool(link.why)
        for id in site.corpus.positions_on.get(entry.id, ()):
            position = site.corpus[id].record
            if position.active and position.get("text"):
                assert " ".join(position.get("text").split()) in more
                sides += 1
        assert more.count(said) == 0 or not said, "what a record says is there twice"
    assert min(reasons, sides, definitions) > 0


def test_topics_show_the_likeliest_answer_to_their_first_question(site: Site) -> None:
    made = str(fragments(site, {})["topics-list"]())
    shown = 0
    for name in site.topic_names:
        part = made[made.index(f'href="topic/{name}.html"') :].split("</li>")[0]
        asked = [e for e in site.questions if e.topic == name]
        found = re.findall(r'Likeliest answer:</span> <a class="kb-ref" href="claim/([^"]+)\.html"', part)
        if not asked:
            assert found == []
            continue
        known = [a for a in site.corpus.record(asked[0].id, m.Question).answers if site.credences[a].assessed]
        best = max((site.credences[a].credence for a in known), default=None)
        assert [site.credences[id].credence for id in found] == ([best] if best is not None else [])
        shown += len(found)
        items = sum(e.kind == "evidence" for e in site.in_topic[name])
        assert f"{items} item" in part
    assert shown > 0
