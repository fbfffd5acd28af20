"""What leaves the site: data and citations beside each page, what it says to machines, pictures for link previews."""

from __future__ import annotations

import dataclasses
import io
import json
import math
from itertools import pairwise
from pathlib import Path
from urllib.parse import urljoin
from xml.etree import ElementTree

import html5lib
import pyoxigraph
import pytest
import rdflib
from PIL import Image
from repositories import Repository

from kb import vocab
from kb.cli.replay import site_history
from kb.corpus import Corpus
from kb.engine import Assessment, assess
from kb.export import turtle
from kb.export.single import record_turtle
from kb.imports import read_cited
from kb.load import load
from kb.pages import Settings, Site, cite, jsonld, preview, render_site
from kb.publish import artist, build_site

ROOT = Path(__file__).resolve().parents[1]
CORPUS = ROOT / "tests" / "browser" / "corpus"
FONTS = ROOT / "site" / "pages" / "assets" / "fonts"
PUBLIC = "https://map.example/x/"
SHELL = "<html><head><title>@@kb:title@@</title>@@kb:head@@</head><body>@@kb:toc@@ @@kb:body@@</body></html>"
TURTLE = pyoxigraph.RdfFormat.TURTLE
TITLES = ("50% of {AI} & ~R&D_cost #1 ^ $5 \\alpha", "“Curly” – naïve façade, Łódź 数据", "a < b and c > d")
MARKUP = "</script><b>x</b>"
LOST = dict.fromkeys(map(ord, "{}~^\\"), "")
"""Characters that LaTeX knows by name alone, which our importer leaves out."""
Tree = ElementTree.Element


@pytest.fixture(scope="module")
def bread() -> Assessment:
    loaded = load(CORPUS)
    assert not loaded.findings
    return assess(loaded.corpus)


@pytest.fixture(scope="module")
def built(bread: Assessment, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build_site(bread, ROOT, tmp_path_factory.mktemp("share") / "public", {}, 1_700_000_000).path


@pytest.fixture(scope="module")
def public(bread: Assessment) -> dict[str, bytes]:
    """The pages of a site whose address is known."""
    settings = Settings(site_url=PUBLIC, revised="2026-11-22", version="0.1.0")
    return dict(render_site(bread, SHELL, {}, settings))


@pytest.fixture(scope="module")
def fonts() -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in FONTS.glob("*.woff2")}


def page(data: bytes) -> Tree:
    tree: Tree = html5lib.parse(data.decode(), namespaceHTMLElements=False)
    return tree


def about(tree: Tree) -> list[dict[str, object]]:
    """What the page says to machines."""
    (script,) = [s for s in tree.iter("script") if s.attrib.get("type") == "application/ld+json"]
    data = json.loads(script.text or "")
    assert data["@context"] == "https://schema.org"
    nodes: list[dict[str, object]] = data["@graph"]
    return nodes


def retitled(found: Assessment, id: str, title: str) -> Assessment:
    """The same records with another title for one of them."""
    entries = []
    for entry in found.corpus:
        record = entry.record.model_copy(update={"title": title}) if entry.id == id else entry.record
        entries.append(dataclasses.replace(entry, record=record))
    return assess(Corpus(entries, found.corpus.topics, found.corpus.root), intervals=False)


# ---- data -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("which", ["clock", "bread"])
def test_a_records_turtle_is_part_of_the_whole_in_two_parsers(which: str, request: pytest.FixtureRequest) -> None:
    found: Assessment = request.getfixturevalue(which)
    whole = set(pyoxigraph.parse(turtle.render(found), format=TURTLE))
    together = set()
    for entry in found.corpus:
        made = record_turtle(found, entry)
        triples = set(pyoxigraph.parse(made, format=TURTLE))
        assert triples <= whole, entry.id
        assert len(rdflib.Graph().parse(data=made, format="turtle")) == len(triples)
        assert any(str(t.subject) == f"<{vocab.RECORD}{entry.id}>" for t in triples)
        together |= triples
    told = {t.subject for t in together}
    described = {t for t in whole if t.subject in told}
    assert together == described


def test_numbers_keep_every_digit_in_turtle(clock: Assessment) -> None:
    entry = next(e for e in clock.corpus if e.kind is vocab.Kind.QUANTITY and e.record.get("value") is not None)
    number = 1234567.890625
    record = entry.record.model_copy(update={"value": number, "formula": None, "inputs": {}})
    others = [e for e in clock.corpus if e.id != entry.id]
    changed = Corpus([*others, dataclasses.replace(entry, record=record)], clock.corpus.topics, clock.corpus.root)
    found = assess(changed, intervals=False)
    value = pyoxigraph.NamedNode(f"{vocab.VOCAB}value")
    subject = pyoxigraph.NamedNode(f"{vocab.RECORD}{entry.id}")
    for made in (turtle.render(found), record_turtle(found, found.corpus[entry.id])):
        store = pyoxigraph.Store()
        store.load(made, format=TURTLE)
        ((_, _, literal, _),) = list(store.quads_for_pattern(subject, value, None))
        assert isinstance(literal, pyoxigraph.Literal)
        assert float(literal.value) == number


def test_hostile_text_survives_in_turtle(clock: Assessment) -> None:
    text = 'quote " backslash \\ line\nand\ttab \x7f ' + "'''" + ' """ é 数 \U0001f600'
    found = retitled(clock, "cold-oil", text)
    triples = set(pyoxigraph.parse(record_turtle(found, found.corpus["cold-oil"]), format=TURTLE))
    titles = {t.object.value for t in triples if t.predicate.value.endswith("/title")}
    assert titles == {text}


def test_every_alternate_of_a_page_is_there_and_is_what_it_says(built: Path) -> None:
    checks = {
        "application/json": json.loads,
        "text/turtle": lambda raw: list(pyoxigraph.parse(raw, format=TURTLE)),
        "text/csv": lambda raw: raw.decode().splitlines()[1],
        "application/x-bibtex": lambda raw: read_cited(raw, "x.bib"),
        "application/vnd.citationstyles.csl+json": lambda raw: read_cited(raw, "x.json"),
        "application/atom+xml": ElementTree.fromstring,
        "application/feed+json": json.loads,
    }
    seen: dict[str, int] = {}
    for path in sorted(built.rglob("*.html")):
        if path.name == "404.html":
            continue  # it is shown at any depth, so its links start at the root of the server
        types = []
        for link in page(path.read_bytes()).iter("link"):
            if "alternate" in link.attrib.get("rel", "").split():
                target = path.parent / link.attrib["href"]
                assert checks[link.attrib["type"]](target.read_bytes()), target
                types.append(link.attrib["type"])
        assert {"application/atom+xml", "application/feed+json"} <= set(types), path
        for type in types:
            seen[type] = seen.get(type, 0) + 1
    assert set(seen) == set(checks)
    records = len(load(CORPUS).corpus)
    assert seen["text/turtle"] == seen["application/json"] == seen["application/x-bibtex"] == records


def test_the_data_section_links_every_file(built: Path) -> None:
    for name, endings in (
        ("claim/cold-rise-tastes-better", (".json", ".csv", ".ttl", ".bib", ".csl.json")),
        ("source/fermentation-study", (".json", ".ttl", ".bib", ".csl.json")),
    ):
        tree = page((built / f"{name}.html").read_bytes())
        links = {a.attrib.get("href") for a in tree.iter("a")}
        stem = name.rpartition("/")[2]
        assert {f"{stem}{ending}" for ending in endings} <= links
        assert (f"{stem}.csv" in links) is (".csv" in endings)
    tree = page((built / "data.html").read_bytes())
    assert {"data/counterpoise.bib", "data/counterpoise.csl.json"} <= {a.attrib.get("href") for a in tree.iter("a")}


# ---- citations ------------------------------------------------------------------------------------------------------


def test_our_own_importers_read_every_citation(bread: Assessment) -> None:
    for settings in (Settings(), Settings(site_url=PUBLIC, revised="2026-11-22", version="0.1.0")):
        site = Site(bread, settings)
        for entry in bread.corpus:
            made = cite.citation(site, entry)
            bib, csl = read_cited(made.bibtex.encode(), "x.bib"), read_cited(made.csl.encode(), "x.json")
            assert bib.key == csl.key == entry.id
            assert bib.title.split() == csl.title.translate(LOST).split()
            assert (bib.issued, csl.issued) == ((settings.revised,) * 2)
            assert (bib.url, csl.url) == ((site.canonical(site.ref(entry.id).href),) * 2)
            assert site.ref(entry.id).title in made.text


@pytest.mark.parametrize("title", TITLES)
def test_titles_survive_latex(clock: Assessment, title: str) -> None:
    found = retitled(clock, "cold-oil", title)
    made = cite.citation(Site(found, Settings()), found.corpus["cold-oil"])
    assert json.loads(made.csl)[0]["title"] == title
    value = made.bibtex.split("title = {{", 1)[1].split("}},\n", 1)[0]
    assert value.count("{") == value.count("}")
    assert read_cited(made.bibtex.encode(), "x.bib").title.split() == title.translate(LOST).split()


def test_a_citation_names_version_date_and_digest_in_all_forms(bread: Assessment) -> None:
    site = Site(bread, Settings(site_url=PUBLIC, revised="2026-11-22", version="0.1.0"))
    entry = bread.corpus["cold-rise-tastes-better"]
    for made, digest in ((cite.citation(site, entry), entry.digest), (cite.whole(site), bread.corpus.digest)):
        (item,) = json.loads(made.csl)
        assert item["issued"] == {"date-parts": [[2026, 11, 22]]}
        assert item["version"] == "0.1.0"
        for text in (made.text, made.bibtex):
            assert "2026-11-22" in text
            assert "0.1.0" in text
        assert all(digest[:12] in text for text in (made.text, made.bibtex, made.csl))
        assert all(PUBLIC in text for text in (made.text, made.bibtex, made.csl))
    unknown = cite.citation(Site(bread, Settings()), entry)
    for text in (unknown.text, unknown.bibtex, unknown.csl):
        assert "urn:counterpoise:cold-rise-tastes-better" in text
        assert "http" not in text


# ---- what pages say to machines -------------------------------------------------------------------------------------


def test_every_page_says_what_it_is_about(bread: Assessment, public: dict[str, bytes]) -> None:
    kinds = {
        "claim": "Claim",
        "question": "Question",
        "person": {"Person", "Organization"},
        "term": "DefinedTerm",
        "source": set(jsonld._SOURCES.values()) | {"CreativeWork"},
    }
    for entry in bread.corpus:
        node, way = about(page(public[f"{entry.kind.value}/{entry.id}.html"]))
        assert node["@id"] == f"{vocab.RECORD}{entry.id}"
        assert node["name"] == Site(bread, Settings()).ref(entry.id).title
        wanted = kinds.get(entry.kind.value, {"CreativeWork", "Claim"})
        assert node["@type"] in ({wanted} if isinstance(wanted, str) else wanted), entry.id
        assert node["mainEntityOfPage"] == f"{PUBLIC}{entry.kind.value}/{entry.id}.html"
        assert way["@type"] == "BreadcrumbList"
        steps = way["itemListElement"]
        assert isinstance(steps, list)
        assert [step["position"] for step in steps] == list(range(1, len(steps) + 1))
        for step in steps:
            path = step["item"].removeprefix(PUBLIC)
            assert step["item"].startswith(PUBLIC)
            assert path in public or "/" not in path
        shown = page(public[f"{entry.kind.value}/{entry.id}.html"])
        crumbs = [a.text for a in shown.findall(".//nav[@class='kb-crumbs']//a")]
        assert [step["name"] for step in steps[:-1]] == crumbs, entry.id


def test_a_questions_answers_and_a_sources_authors_are_named(bread: Assessment, public: dict[str, bytes]) -> None:
    question = about(page(public["question/which-factor-matters-most.html"]))[0]
    answers = question["suggestedAnswer"]
    assert isinstance(answers, list)
    assert question["answerCount"] == len(answers) > 1
    assert [a["@id"].removeprefix(vocab.RECORD) for a in answers] == list(
        bread.corpus["which-factor-matters-most"].record.get("answers")
    )
    source = next(e for e in bread.corpus if e.kind is vocab.Kind.SOURCE and e.record.get("authors"))
    authors = about(page(public[f"source/{source.id}.html"]))[0]["author"]
    assert isinstance(authors, list)
    assert {a["@id"] for a in authors if "@id" in a} == {f"{vocab.RECORD}{id}" for id in source.record.get("authors")}


def test_no_address_is_told_to_machines_while_none_is_known(bread: Assessment) -> None:
    for path, made in dict(render_site(bread, SHELL, {}, Settings())).items():
        if path.endswith(".html") and b"ld+json" in made:
            text = json.dumps(about(page(made)))
            addresses = {w for w in text.split('"') if w.startswith("http") and w != jsonld.LICENCE}
            known = {e.record.get("url") for e in bread.corpus}
            assert addresses <= known, path


def test_hostile_text_stays_data(bread: Assessment) -> None:
    found = retitled(bread, "cold-rise-tastes-better", MARKUP)
    made = dict(render_site(found, SHELL, {}, Settings()))["claim/cold-rise-tastes-better.html"]
    tree = page(made)
    assert about(tree)[0]["name"] == MARKUP
    assert [b for b in tree.iter("b") if b.text == "x"] == []


def test_the_site_and_its_data_are_described(built: Path) -> None:
    (site,) = about(page((built / "index.html").read_bytes()))
    assert (site["@type"], site["name"]) == ("WebSite", "Counterpoise")
    (dataset,) = about(page((built / "data.html").read_bytes()))
    assert dataset["@id"] == str(turtle.DATASET)
    assert dataset["license"] == jsonld.LICENCE
    files = dataset["distribution"]
    assert isinstance(files, list)
    assert {f["encodingFormat"] for f in files} == {"text/csv", "application/json", "text/turtle"}
    for name in ("guide.html", "claims.html"):
        assert b"ld+json" not in (built / name).read_bytes()


def test_canonical_links_and_previews_need_the_public_address(
    bread: Assessment, public: dict[str, bytes], built: Path
) -> None:
    for path, made in public.items():
        if not path.endswith(".html"):
            continue
        tree = page(made)
        (canonical,) = [x.attrib["href"] for x in tree.iter("link") if x.attrib.get("rel") == "canonical"]
        metas = {x.attrib["property"]: x.attrib["content"] for x in tree.iter("meta") if "property" in x.attrib}
        if any(x.attrib.get("http-equiv") == "refresh" for x in tree.iter("meta")):
            assert canonical != PUBLIC + path
            assert canonical.removeprefix(PUBLIC) in public
            continue
        assert canonical == metas["og:url"] == PUBLIC + path
        if path.startswith("question/"):
            assert metas["og:image"].removeprefix(PUBLIC) in public
        else:
            assert "og:image" not in metas
    for path in built.rglob("*.html"):
        text = path.read_text("utf-8")
        assert "og:image" not in text
        assert 'rel="canonical"' not in text


# ---- pictures -------------------------------------------------------------------------------------------------------


def pictures(found: Assessment) -> list[preview.Preview]:
    site = Site(found, Settings(revised="2026-11-22"))
    return [preview.of_all(site), *(preview.of_question(site, entry) for entry in site.questions)]


def test_there_is_a_picture_of_the_map_and_of_each_question(
    bread: Assessment, built: Path, public: dict[str, bytes]
) -> None:
    questions = [e.id for e in Site(bread, Settings()).questions]
    for id in (preview.WHOLE, *questions):
        raw = (built / cite.picture_path(id)).read_bytes()
        with Image.open(io.BytesIO(raw)) as image:
            image.load()
            assert (image.format, image.size) == ("PNG", (1200, 630))
            assert len(image.getcolors(1 << 20) or []) > 20
        assert len(raw) < 200_000
        assert cite.picture_path(id) in public
    for id in questions:
        links = {a.attrib.get("href") for a in page((built / f"question/{id}.html").read_bytes()).iter("a")}
        assert f"../{cite.picture_path(id)}" in links


def test_a_picture_is_the_same_each_time_and_shows_the_number(bread: Assessment, fonts: dict[str, bytes]) -> None:
    one = pictures(bread)[1]
    raw = preview.draw(one, fonts)
    preview._font.cache_clear()
    assert preview.draw(one, fonts) == raw
    line = next(line for line in one.lines if line.p is not None)
    assert line.p is not None
    image = opened(raw)
    x = preview._TRACK[0] + round(line.p * 272)
    rows = [y for y in range(630) if image.getpixel((x, y)) in _FILLS]
    assert rows, "the dot lies where the credence is"
    moved = dataclasses.replace(one, lines=(dataclasses.replace(line, p=line.p / 2), *one.lines[1:]))
    assert preview.draw(moved, fonts) != raw
    assert moved.digest(fonts) != one.digest(fonts)


def opened(raw: bytes) -> Image.Image:
    with Image.open(io.BytesIO(raw)) as image:
        return image.convert("RGB")


_FILLS = {(0x1C, 0x65, 0x9C), (0xCF, 0x6F, 0x1F), (0x8D, 0x90, 0x97)}


def test_texts_that_do_not_fit_are_cut(fonts: dict[str, bytes]) -> None:
    long = "extraordinarily " * 40
    wide = "x" * 400
    line = preview.Line(long, "50%", 0.5, 0.5, 0.1, 0.9)
    other = preview.Line(wide, "not assessed", None, None, None, None)
    made = preview.Preview("p.png", long, long, (line, other) * 2, "+9 more answers", ("Counterpoise", "2026-11-22"))
    image = opened(preview.draw(made, fonts))
    edge = {image.getpixel((x, y)) for x in range(1137, 1200) for y in range(100, 540)}
    assert edge == {(0xFB, 0xFA, 0xF6)}


def test_a_picture_is_drawn_once(
    bread: Assessment, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fonts: dict[str, bytes]
) -> None:
    drawn: list[str] = []
    real = preview.draw

    def counted(made: preview.Preview, with_fonts: dict[str, bytes]) -> bytes:
        drawn.append(made.path)
        return real(made, with_fonts)

    monkeypatch.setattr(preview, "draw", counted)
    draw, one = artist(FONTS, tmp_path / "kept"), pictures(bread)[1]
    first = draw(one)
    assert first == real(one, fonts)
    assert artist(FONTS, tmp_path / "kept")(one) == first
    assert len(drawn) == 1
    (kept,) = (tmp_path / "kept").iterdir()
    kept.write_bytes(first[:100])
    assert draw(one) == first
    assert len(drawn) == 2
    assert kept.read_bytes() == first
    (tmp_path / "file").write_text("no folder")
    assert artist(FONTS, tmp_path / "file")(one) == first


# ---- addresses ------------------------------------------------------------------------------------------------------


def test_the_sitemap_lists_what_is_in_force_with_its_last_change(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    repository = Repository.clock(tmp_path / "project")
    monkeypatch.chdir(repository.folder)
    repository.replace("tower/cold-oil", "Thick oil slows", "Stiff oil slows")
    repository.commit("a word")
    found = assess(load(repository.claims).corpus, intervals=False)
    settings = Settings(site_url=PUBLIC, revised="2023-11-16")
    history = site_history(Path("claims"), found.corpus.aliases)
    pages = dict(render_site(found, SHELL, {"index.html": "<p></p>", "404.html": "<p></p>"}, settings, history=history))
    space = "{http://www.sitemaps.org/schemas/sitemap/0.9}"
    tree = ElementTree.fromstring(pages["sitemap.xml"])
    listed = {u.findtext(f"{space}loc"): u.findtext(f"{space}lastmod") for u in tree.findall(f"{space}url")}
    assert listed[f"{PUBLIC}claim/cold-oil.html"] == "2023-11-15"
    assert listed[f"{PUBLIC}claim/gear-old.html"] == "2023-11-14"
    assert listed[f"{PUBLIC}index.html"] == "2023-11-16"
    assert f"{PUBLIC}404.html" not in listed
    assert "claim/stiff-oil.html" in pages
    assert f"{PUBLIC}claim/stiff-oil.html" not in listed
    assert f"{PUBLIC}evidence/withdrawn-item.html" not in listed
    assert "evidence/withdrawn-item.html" in pages
    assert {urljoin(PUBLIC, path) for path in pages if path.endswith(".html")} >= set(listed)


def test_an_old_id_leads_to_its_record(public: dict[str, bytes]) -> None:
    tree = page(public["claim/fans-ruin-bread.html"])
    (refresh,) = [m.attrib["content"] for m in tree.iter("meta") if m.attrib.get("http-equiv") == "refresh"]
    target = urljoin(f"{PUBLIC}claim/fans-ruin-bread.html", refresh.partition("url=")[2])
    assert target == f"{PUBLIC}claim/withdrawn-claim.html"
    assert target.removeprefix(PUBLIC) in public


UNNAMED = (vocab.Kind.QUESTION, vocab.Kind.ARGUMENT, vocab.Kind.POSITION, vocab.Kind.VIEWPOINT)
"""Kinds that pages list while they are in force, and do not name otherwise."""


@pytest.mark.parametrize("kind", list(vocab.Kind))
def test_a_record_out_of_force_says_so_on_its_page_and_where_it_is_named(clock: Assessment, kind: vocab.Kind) -> None:
    entry = next((e for e in clock.corpus if e.kind is kind and e.record.active), None)
    assert entry is not None, f"the example records have no {kind}"
    status = {"state": vocab.State.WITHDRAWN, "since": "2026-03-01", "why": "It was a mistake.", "by": "cold-oil"}
    model = type(entry.record).model_fields["status"].annotation
    made = next(a for a in model.__args__ if a is not type(None)).model_construct(**status)
    record = entry.record.model_copy(update={"status": made})
    rest = [e for e in clock.corpus if e.id != entry.id]
    found = assess(Corpus([*rest, dataclasses.replace(entry, record=record)], clock.corpus.topics, clock.corpus.root))
    pages = dict(render_site(found, SHELL, {}, Settings()))
    tree = page(pages[f"{kind.value}/{entry.id}.html"])
    (banner,) = [p for p in tree.iter("p") if p.attrib.get("class") == "kb-banner"]
    said = " ".join("".join(banner.itertext()).split())
    assert said.startswith("This record is withdrawn since 2026-03-01: It was a mistake.")
    assert any(a.attrib.get("href", "").endswith("claim/cold-oil.html") for a in banner.iter("a"))
    assert about(tree)[0].get("creativeWorkStatus", "withdrawn") == "withdrawn"
    own = f"{kind.value}/{entry.id}.html"
    marks = 0
    for path, made_page in pages.items():
        if path.endswith(".html") and path != own:
            for parent in page(made_page).iter():
                for child, mark in pairwise([*parent, Tree("none")]):
                    if child.attrib.get("class") == "kb-ref" and child.attrib["href"].endswith(own):
                        assert (mark.attrib.get("class"), mark.text) == ("kb-tag", "withdrawn"), path
                        marks += 1
    assert marks or kind in UNNAMED


def test_weights_in_data_files_are_finite(public: dict[str, bytes]) -> None:
    data = json.loads(public["claim/cold-rise-tastes-better.json"])
    assert data["sum"]
    assert all(math.isfinite(row["db"]) for row in data["sum"])
