"""The pages as text: sums that add up, escaping, links that lead somewhere, one policy, the same bytes twice."""

from __future__ import annotations

import base64
import hashlib
import json
import math
import re
from collections import Counter
from itertools import pairwise
from pathlib import Path
from urllib.parse import unquote, urlsplit
from xml.etree import ElementTree

import html5lib
import pytest
from markupsafe import Markup

from kb import odds
from kb.engine import Assessment, assess
from kb.load import load
from kb.models import Anchor
from kb.pages import FrameError, Settings, Shell, Site, render_site, turning
from kb.pages.draw import el, num, text_width, wrap
from kb.pages.prose import deep_link, is_web_address, markdown
from kb.pages.shell import fill, mend
from kb.pages.sums import Sum
from kb.publish import build_site

ROOT = Path(__file__).resolve().parents[1]
CORPUS = ROOT / "tests" / "browser" / "corpus"
SHELL = "<html><head><title>@@kb:title@@</title>@@kb:head@@</head><body>@@kb:toc@@ @@kb:body@@</body></html>"
HTML = "{http://www.w3.org/1999/xhtml}"
Tree = ElementTree.Element


@pytest.fixture(scope="module")
def bread() -> Assessment:
    loaded = load(CORPUS)
    assert not loaded.findings
    return assess(loaded.corpus)


@pytest.fixture(scope="module")
def site(bread: Assessment) -> Site:
    return Site(bread, Settings())


@pytest.fixture(scope="module")
def built(bread: Assessment, tmp_path_factory: pytest.TempPathFactory) -> Path:
    exports = {"counterpoise.json": b"{}\n"}
    return build_site(bread, ROOT, tmp_path_factory.mktemp("pages") / "public", exports, 1_700_000_000).path


@pytest.fixture(scope="module")
def trees(built: Path) -> dict[str, Tree]:
    """Every page's path to its parsed tree."""
    return {
        p.relative_to(built).as_posix(): html5lib.parse(p.read_text("utf-8")) for p in sorted(built.rglob("*.html"))
    }


def rendered(bread: Assessment, **settings: str) -> dict[str, bytes]:
    return dict(render_site(bread, SHELL, {}, Settings(**settings)))


# ---- sums ---------------------------------------------------------------------------------------------------------


def test_the_rows_of_every_page_add_up_to_its_number(site: Site) -> None:
    for id, credence in site.credences.items():
        rows = Sum(site, id).rows()
        assert rows[0].kind == "base"
        assert rows[-1].kind == "total"
        parts = math.fsum(r.weight.nats for r in rows[:-1])
        assert parts == pytest.approx(rows[-1].after, abs=1e-12), id
        assert odds.sigma(rows[-1].after) == pytest.approx(credence.credence, abs=1e-12), id
        for before, after in pairwise(rows[:-1]):
            assert after.before == before.after


def test_a_page_prints_the_engines_number_and_not_assessed_for_the_others(site: Site, built: Path) -> None:
    seen = set()
    for id, credence in site.credences.items():
        kind = site.corpus[id].kind.value
        text = (built / kind / f"{id}.html").read_text("utf-8")
        big = re.search(r'<p class="kb-big[^"]*">([^<]*)</p>', text)
        assert big is not None
        assert big[1] == (odds.say_percent(credence.credence) if credence.assessed else "Not assessed")
        seen.add(credence.assessed)
    assert seen == {True, False}


def test_a_claim_that_is_not_assessed_prints_no_result(site: Site, built: Path) -> None:
    for id, credence in site.credences.items():
        if not credence.assessed:
            text = (built / site.corpus[id].kind.value / f"{id}.html").read_text("utf-8")
            assert "which is no finding" in text
            assert not re.search(r"<tr[^>]*kb-sum__total.*?<strong>\d", text, re.DOTALL), id
            for label in ("Who holds it", "What it would move"):
                assert f"<dt>{label}</dt>" in text, id


def test_reasons_stand_on_the_side_of_their_stated_weight(site: Site) -> None:
    total = Sum(site, "cold-rise-tastes-better")
    assert [r.ref.id for r in total.reasons_against] == ["tasters-cannot-tell"]
    assert {r.ref.id for r in total.reasons_for} == {"acids-form-in-the-cold", "habit-and-aroma", "bakers-all-do-it"}
    silent = total.reasons_silent
    assert [r.ref.id for r in silent] == ["grandmother-was-right"]
    assert silent[0].disowned is not None


def test_settling_a_reason_brackets_the_present_number(site: Site) -> None:
    for id, credence in site.credences.items():
        for reason in Sum(site, id).reasons:
            low, high = sorted((reason.if_certain, reason.if_refuted))
            assert low - 1e-12 <= credence.credence <= high + 1e-12, (id, reason.ref.id)


def test_a_reason_that_cuts_both_ways_counts_when_it_is_refuted(site: Site) -> None:
    reasons = {r.ref.id: r for r in Sum(site, "cold-rise-tastes-better").reasons}
    total = site.explain("cold-rise-tastes-better").total
    both, one_way = reasons["acids-form-in-the-cold"], reasons["bakers-all-do-it"]
    assert odds.logit(one_way.if_refuted) == pytest.approx(total - one_way.now.nats)
    assert odds.logit(both.if_refuted) < total - both.now.nats


def test_cruxes_settle_claims_beneath_and_bracket_the_number(site: Site) -> None:
    found = turning.cruxes(site, "cold-rise-tastes-better")
    assert {"acids-form-in-the-cold", "tasters-cannot-tell"} <= {c.ref.id for c in found}
    assert [c.expected for c in found] == sorted((c.expected for c in found), reverse=True)
    now = site.credences["cold-rise-tastes-better"].credence
    assert all(min(c.if_true, c.if_false) - 1e-9 <= now <= max(c.if_true, c.if_false) + 1e-9 for c in found)


def test_a_debate_too_large_to_settle_shows_its_reasons(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(turning, "MAX_CLAIMS", 0)
    site = Site(site.assessment, site.settings)  # one that has not asked yet
    found = turning.cruxes(site, "cold-rise-tastes-better")
    assert {c.ref.id for c in found} <= {r.ref.id for r in Sum(site, "cold-rise-tastes-better").reasons}
    assert found
    assert turning.left_out(site, "fermentation-study") == ([], 0)


def test_leaving_a_source_out_moves_the_claims_it_vouches_for(site: Site) -> None:
    moves, more = turning.left_out(site, "fermentation-study")
    assert more == 0
    moved = {ref.id for ref, *_ in moves}
    assert {"acids-form-in-the-cold", "bacteria-work-in-cold", "cold-rise-tastes-better"} <= moved


def test_viewpoints_that_differ_are_shown_beside_the_number(site: Site, built: Path) -> None:
    (baker,) = [
        u for u in turning.under_viewpoints(site, "cold-rise-tastes-better") if u.holder.id == "view-of-baker-b"
    ]
    assert baker.side == "for"
    assert "Under other viewpoints" in (built / "claim/cold-rise-tastes-better.html").read_text("utf-8")


def test_csv_and_json_beside_a_claim_hold_the_same_sum(built: Path, site: Site) -> None:
    lines = (built / "claim/cold-rise-tastes-better.csv").read_text("utf-8").splitlines()
    data = json.loads((built / "claim/cold-rise-tastes-better.json").read_text("utf-8"))
    assert len(lines) == 1 + len(data["sum"])
    assert float(lines[-1].split(",")[-1]) == pytest.approx(data["credence"]["credence"])
    open_claim = json.loads((built / "claim/steam-makes-crust.json").read_text("utf-8"))
    assert open_claim["credence"]["credence"] is None
    assert open_claim["credence"]["assessed"] is False


# ---- shell and escaping -------------------------------------------------------------------------------------------


def test_a_mark_inside_a_record_stays_text() -> None:
    shell = Shell.from_html(SHELL)
    page = shell.stamp({"head": Markup(""), "title": "@@kb:body@@ <b>", "body": Markup("<p>@@kb:toc@@</p>"), "toc": ""})
    assert (
        page.decode() == "<html><head><title>@@kb:body@@ &lt;b&gt;</title></head><body> <p>@@kb:toc@@</p></body></html>"
    )


@pytest.mark.parametrize("html", ["<p></p>", SHELL + "@@kb:more@@"])
def test_a_shell_with_other_places_is_refused(html: str) -> None:
    with pytest.raises(FrameError, match="places"):
        Shell.from_html(html)


def test_fragments_are_filled_and_unknown_ones_refused() -> None:
    assert fill("a <!--kb:one--> b", {"one": Markup("<i>1</i>")}) == b"a <i>1</i> b"
    with pytest.raises(FrameError, match="no fragment is called two"):
        fill("<!--kb:two-->", {"one": Markup("")})


def test_a_hand_written_page_mentions_records(bread: Assessment) -> None:
    mark = "<p>[[@cold-rise-tastes-better]] and [[@no-such-record]]</p>"
    pages = dict(render_site(bread, SHELL, {"guide/some.html": mark}, Settings()))
    text = pages["guide/some.html"].decode()
    assert 'href="../claim/cold-rise-tastes-better.html"' in text
    assert "<code>no-such-record</code>" in text
    assert fill("[[@one]]", {}) == b"<code>one</code>"
    assert fill("<!--kb:one-->", {"one": Markup("[[@two]]")}) == b"[[@two]]"  # record text in a fragment stays text


def test_the_list_of_decisions_names_every_decision(built: Path) -> None:
    text = (built / "decisions/index.html").read_text("utf-8")
    files = sorted(p.stem for p in (ROOT / "site/pages/decisions").glob("0*.md"))
    assert re.findall(r'<li><a href="(0[^"]*)\.html">', text) == files


def test_decisions_are_numbered_one_after_the_other() -> None:
    pages = sorted((ROOT / "site/pages/decisions").glob("0*.md"))
    assert [int(p.name[:4]) for p in pages] == list(range(1, len(pages) + 1))
    for n, page in enumerate(pages, 1):
        assert f"# Decision {n}: " in page.read_text("utf-8")


def test_hand_written_pages_mention_records_that_exist() -> None:
    corpus = load(ROOT / "claims").corpus
    pages = sorted((ROOT / "site/pages").rglob("*.md"))
    named = {id for page in pages for id in re.findall(r"\[\[@([a-z0-9-]+)\]\]", page.read_text("utf-8"))}
    assert named
    assert sorted(id for id in named if id not in corpus) == []


def test_the_themes_check_boxes_are_mended(built: Path) -> None:
    assert 'autocomplete="off"' in '<input data-md-toggle="drawer" type="checkbox" id="__drawer" autocomplete="off">'
    wrong = '<input data-md-toggle="drawer" type="checkbox" id="__drawer" autocomplete="off">'
    assert "autocomplete" not in mend(wrong)
    boxes = re.findall(r'<input[^>]*type="checkbox"[^>]*>', (built / "index.html").read_text("utf-8"))
    assert boxes
    assert not [b for b in boxes if "autocomplete" in b]


@pytest.mark.parametrize(
    "text",
    [
        "<script>alert(1)</script>",
        "[x](javascript:alert(1))",
        "[x](JaVaScRiPt:alert(1))",
        "[x](data:text/html;base64,PHNjcmlwdD4=)",
        "[x](vbscript:x)",
        "<img src=x onerror=alert(1)>",
        "![x](https://tracker.example/x.png)",
        '<https://a.example/"onmouseover=alert(1)>',
        "[a]: javascript:alert(1)\n\n[a]",
        "`<svg/onload=alert(1)>`",
        "<iframe srcdoc='<script>alert(1)</script>'></iframe>",
        "# a heading\n\nunder\n=====",
        "&#106;avascript:alert(1)",
    ],
)
def test_markdown_of_notes_lets_nothing_active_through(text: str) -> None:
    tree = html5lib.parse(str(markdown(text)))
    for element in tree.iter():
        name = str(element.tag).removeprefix(HTML)
        assert name not in {"script", "img", "svg", "iframe", "object", "style", "form", "h1", "h2"}
        assert not [a for a in element.attrib if a.startswith("on") or a == "style"]
        assert not re.match(r"(?i)\s*(javascript|data|vbscript):", element.attrib.get("href", ""))


def test_markdown_keeps_what_editors_need() -> None:
    html = markdown("*a* **b** `c` [d](https://d.example)\n\n* e\n\n| f |\n|---|\n| g |")
    for part in ("<em>a</em>", "<strong>b</strong>", "<code>c</code>", "<li>e</li>", "<td>g</td>"):
        assert part in html
    assert '<a href="https://d.example" rel="nofollow ugc noopener">d</a>' in html


@pytest.mark.parametrize(
    ("anchor", "url", "link"),
    [
        (None, "https://a.example", "https://a.example"),
        (("two words", None), "https://a.example/p", "https://a.example/p#:~:text=two%20words"),
        (("a-b, c", "d & e"), "https://a.example", "https://a.example#:~:text=a%2Db%2C%20c,d%20%26%20e"),
        (("x y", None), "https://a.example#part", "https://a.example#part:~:text=x%20y"),
    ],
)
def test_deep_links(anchor: tuple[str, str | None] | None, url: str, link: str) -> None:
    made = Anchor(start=anchor[0], end=anchor[1]) if anchor is not None else None
    assert deep_link(url, made) == link


@pytest.mark.parametrize(
    ("url", "drawn"),
    [
        ("https://a.example", True),
        ("http://a.example", True),
        ("javascript:alert(1)", False),
        ("//a", False),
        ("https://[", False),
        (None, False),
    ],
)
def test_only_web_addresses_become_links(url: str | None, drawn: bool) -> None:
    assert is_web_address(url) is drawn


# ---- pictures -----------------------------------------------------------------------------------------------------


def test_text_in_pictures_is_escaped_and_fits() -> None:
    assert el("text", '<b> & "q"', class_="x") == '<text class="x">&lt;b&gt; &amp; &#34;q&#34;</text>'
    assert num(-0.001) == "0"
    assert num(2.50) == "2.5"
    lines = wrap("Most of what is called algorithmic progress is data progress", 120, 13, 2)
    assert len(lines) == 2
    assert lines[-1].endswith("…")
    assert all(text_width(line, 13) <= 120 for line in lines)
    assert wrap("x" * 80, 100, 13, 3)[0] == "x" * len(wrap("x" * 80, 100, 13, 3)[0])
    assert wrap("", 100, 13, 3) == ()


def test_every_picture_has_a_name_and_a_text_alternative(trees: dict[str, Tree]) -> None:
    seen = 0
    for path, tree in trees.items():
        ids = {e.attrib["id"] for e in tree.iter() if "id" in e.attrib}
        for svg in tree.iter("{http://www.w3.org/2000/svg}svg"):
            if svg.attrib.get("aria-hidden") == "true" or "kb-" not in svg.attrib.get("class", ""):
                continue
            seen += 1
            named = [svg.attrib["aria-labelledby"], svg.attrib["aria-describedby"]]
            assert set(named) <= ids, path
    assert seen > 90


def test_opposition_is_marked_by_more_than_colour(built: Path) -> None:
    text = (built / "claim/cold-rise-tastes-better.html").read_text("utf-8")
    assert "opposes (very strong, 17 dB stated)" in text
    assert re.search(r'kb-edge--against"', text)
    assert re.search(r'class="kb-step kb-step--against" fill="url\(#fall-wide-hatch\)"', text)
    css = (built / "assets/kb.css").read_text("utf-8")
    assert not re.search(r"(?m)^\.kb-(move|step)(--against)? \{[^}]*fill", css), "a rule would paint over the hatching"
    assert re.search(r"\.kb-edge--against \{[^}]*stroke-dasharray", css)


def test_colours_are_named_once(built: Path) -> None:
    css = (built / "assets/kb.css").read_text("utf-8")
    rules = re.sub(r"(?s)(:root|\[data-md-color-scheme)[^{]*\{[^}]*\}|@media print.*", "", css)
    assert re.findall(r"#[0-9a-fA-F]{3,8}\b", rules) == []


# ---- the whole site -----------------------------------------------------------------------------------------------


def test_every_link_and_anchor_resolves(built: Path, trees: dict[str, Tree]) -> None:
    ids = {path: {e.attrib["id"] for e in tree.iter() if "id" in e.attrib} for path, tree in trees.items()}
    broken = []
    for path, tree in trees.items():
        if path == "404.html":
            continue
        for element in tree.iter():
            for name in ("href", "src"):
                target = element.attrib.get(name)
                if target is None or urlsplit(target).scheme or target.startswith("//"):
                    continue
                where, _, fragment = target.partition("#")
                file = (built / path).parent / unquote(where.partition("?")[0]) if where else built / path
                if not file.resolve().is_file():
                    broken.append(f"{path}: {target}")
                elif fragment and file.suffix == ".html":
                    page = file.resolve().relative_to(built.resolve()).as_posix()
                    if unquote(fragment) not in ids[page]:
                        broken.append(f"{path}: no {target}")
    assert broken == []


def test_ids_are_unique_and_each_page_has_one_heading_and_a_skip_link(trees: dict[str, Tree]) -> None:
    for path, tree in trees.items():
        ids = Counter(e.attrib["id"] for e in tree.iter() if "id" in e.attrib)
        assert [i for i, n in ids.items() if n > 1] == [], path
        headings = list(tree.iter(f"{HTML}h1"))
        assert len(headings) == 1, path
        assert headings[0].attrib["id"] == "page-title", path
        if path != "404.html":
            skip = [a for a in tree.iter(f"{HTML}a") if a.attrib.get("class") == "md-skip"]
            assert [a.attrib["href"].rpartition("#")[2] for a in skip] == ["page-title"], path


def test_one_policy_in_every_page_and_its_hashes_are_those_of_the_scripts(trees: dict[str, Tree]) -> None:
    policies = set()
    for path, tree in trees.items():
        head = tree.find(f"{HTML}head")
        assert head is not None
        metas = [e for e in head if e.tag == f"{HTML}meta"]
        assert metas[1].attrib.get("http-equiv") == "Content-Security-Policy", path
        policies.add(metas[1].attrib["content"])
        inline = [e for e in tree.iter(f"{HTML}script") if "src" not in e.attrib and "type" not in e.attrib]
        for script in inline:
            digest = base64.b64encode(hashlib.sha256((script.text or "").encode()).digest()).decode()
            assert f"'sha256-{digest}'" in metas[1].attrib["content"], (path, (script.text or "")[:60])
    (policy,) = policies
    assert policy.count("sha256-") == 3
    parts = {p.split()[0]: p.split()[1:] for p in policy.split("; ")}
    assert parts["default-src"] == ["'none'"]
    assert parts["style-src"] == parts["font-src"] == parts["connect-src"] == parts["worker-src"] == ["'self'"]
    assert parts["img-src"] == ["'self'", "data:"]
    assert parts["base-uri"] == parts["form-action"] == ["'none'"]
    assert "unsafe" not in policy


def test_no_style_attribute_no_handler_and_careful_links(trees: dict[str, Tree]) -> None:
    for path, tree in trees.items():
        for element in tree.iter():
            bad = [a for a in element.attrib if a == "style" or a.lower().startswith("on")]
            assert bad == [], (path, element.tag, bad)
            if element.tag == f"{HTML}a" and urlsplit(element.attrib.get("href", "")).scheme in ("http", "https"):
                assert element.attrib.get("rel") == "nofollow ugc noopener", (path, element.attrib)


def test_no_address_is_made_up_while_none_is_known(built: Path) -> None:
    assert not (built / "sitemap.xml").exists()
    for page in built.rglob("*.html"):
        text = page.read_text("utf-8")
        assert 'rel="canonical"' not in text
        assert ">Edit this file</a>" not in text
        for address in re.findall(r'href="([^"]*)">(?:Contest this link|Propose another strength)</a>', text):
            assert address.startswith("../contribute.html#")
    text = (built / "claim/cold-rise-tastes-better.html").read_text("utf-8")
    assert "urn:counterpoise:cold-rise-tastes-better" in text


def test_known_addresses_bring_canonical_edit_and_prefill_links(bread: Assessment) -> None:
    pages = rendered(bread, site_url="https://map.example/x/", repository="https://forge.example/a/b")
    claim = pages["claim/cold-rise-tastes-better.html"].decode()
    assert '<link rel="canonical" href="https://map.example/x/claim/cold-rise-tastes-better.html">' in claim
    assert "https://forge.example/a/b/edit/main/claims/rise/cold-rise-tastes-better.yaml" in claim
    assert "https://forge.example/a/b/new/main/claims/rise?filename=evidence-on-cold-rise-tastes-better.yaml" in claim
    assert "Contest this link" in claim
    assert b"<loc>https://map.example/x/claim/cold-rise-tastes-better.html</loc>" in pages["sitemap.xml"]


def test_the_same_records_give_the_same_bytes(bread: Assessment) -> None:
    again = load(CORPUS).corpus
    assert rendered(bread) == rendered(assess(again))


def test_old_ids_redirect(built: Path) -> None:
    text = (built / "claim/fans-ruin-bread.html").read_text("utf-8")
    assert '<meta http-equiv="refresh" content="0; url=../claim/withdrawn-claim.html">' in text


def test_the_search_index_is_a_script_with_every_record_in_force(built: Path, bread: Assessment) -> None:
    text = (built / "assets/search-index.js").read_text("utf-8")
    assert "<" not in text, "a hostile title could end a script element"
    documents = json.loads(text.removeprefix("window.counterpoiseIndex=").rstrip().rstrip(";"))
    records = [d for d in documents if d[1] not in ("page", "rule")]
    assert {d[0] for d in records} == {e.id for e in bread.corpus if e.record.active and e.kind != "position"}
    for document in records:
        assert (built / document[1] / f"{document[0]}.html").is_file()


def test_the_search_reads_the_pages_about_the_map(built: Path) -> None:
    text = (built / "assets/search-index.js").read_text("utf-8")
    documents = json.loads(text.removeprefix("window.counterpoiseIndex=").rstrip().rstrip(";"))
    told = [d for d in documents if d[1] in ("page", "rule")]
    pages = {d[0]: d for d in told if "#" not in d[0]}
    assert {"data", "method", "guide", "contribute", "guide/strengths", "decisions/0011-firmness"} <= set(pages)
    assert not {"404", "index"} & set(pages)
    for id in pages:
        assert (built / f"{id}.html").is_file()
    data = pages["data"]
    assert data[2] == "Data"
    assert "tables (CSV)" in data[3]
    assert data[6] == "Files; One record; Changes; Citing"
    assert not any(re.search(r"</|<(p|a|em|code|strong)\b", text) for document in told for text in document)
    parts = {d[0] for d in told} - set(pages)
    assert {"method#firmness", "guide#decibans", "contribute#evidence", "rules#title-stop"} <= parts
    for part in parts:
        page, _, anchor = part.partition("#")
        assert f'id="{anchor}"' in (built / f"{page}.html").read_text("utf-8"), part


def test_a_claim_page_is_light(built: Path) -> None:
    import gzip

    heaviest = max(len(gzip.compress(p.read_bytes(), mtime=0)) for p in built.glob("claim/*.html"))
    assert heaviest <= 30_000
    own = [built / "assets/kb.css", *sorted((built / "assets/js").glob("*.js")), *built.glob("assets/vendor/*.js")]
    assert sum(len(gzip.compress(p.read_bytes(), mtime=0)) for p in own) <= 60_000


def test_signs_of_the_frame_keep_their_size_without_its_style_sheet(built: Path) -> None:
    """A page that is not found below an unforeseen folder finds no style sheet either."""
    signs = re.findall(r"<svg[^>]*>", (built / "404.html").read_text("utf-8"))
    assert signs
    assert [s for s in signs if "width=" not in s or "height=" not in s] == []


def test_the_method_writes_its_formulas_as_formulas(built: Path) -> None:
    method = (built / "method.html").read_text("utf-8")
    found = re.findall(r'<math display="block">(.*?)</math>', method)
    assert len(found) == 4
    assert all(f.startswith("<mi>") for f in found)
    assert "^" not in re.sub(r"<[^>]+>", "", method[method.index("In formulas") : method.index('id="intervals"')])
