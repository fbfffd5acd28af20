"""What changed: the history as pages and feeds tell it, from real git repositories."""

from __future__ import annotations

import json
import re
import shutil
from datetime import datetime
from pathlib import Path
from xml.etree import ElementTree

import feedparser
import html5lib
import pytest
from markupsafe import escape
from repositories import DAY, START, Repository, evidence, source
from support import Kb

from kb.cli.replay import site_history
from kb.engine import Assessment, assess
from kb.load import load
from kb.pages import Settings, Site, feeds, render_site, words
from kb.pages.changes import LISTED, SMALL, address, front, note, stamp
from kb.pages.history_view import past, past_data
from kb.pages.past import changes_page, month_pages
from kb.publish import Built
from kb.timeline import Step, Timeline, Touched, Turn

ATOM = "{http://www.w3.org/2005/Atom}"
SHELL = "<html><head><title>@@kb:title@@</title>@@kb:head@@</head><body>@@kb:toc@@ @@kb:body@@</body></html>"
JSON_TYPES = ("application/json", "application/ld+json")
HOSTILE = "</title><script>alert(1)</script> ]]> &amp; \x1b[31mred"
WITHDRAWN = "status:\n  state: withdrawn\n  since: 2026-03-01\n  why: The reading was of another clock.\n"


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Repository:
    """A history in which records come, change, move, leave force, return and go."""
    made = Repository.clock(tmp_path / "project")
    monkeypatch.chdir(made.folder)
    made.write("sources/log-two", source())
    made.write("tower/new-reading", evidence("gear-old", "log-two"))
    made.commit("a reading")
    made.replace("tower/cold-oil", "Thick oil slows", "Stiff oil slows")
    made.commit(HOSTILE)
    reading = made.path("tower/new-reading").read_text(encoding="utf-8")
    made.write("tower/new-reading", reading + WITHDRAWN)
    made.commit("withdrawn")
    made.write("tower/new-reading", reading)
    made.commit("restored")
    made.git("mv", "claims/tower/new-reading.yaml", "claims/sources/new-reading.yaml")
    made.commit("moved to another folder")
    made.git("mv", "claims/sources/new-reading.yaml", "claims/tower/new-reading.yaml")
    made.commit("moved back")
    return made


def the_site(repository: Repository, **settings: str) -> Site:
    assessment = assess(load(repository.claims).corpus, intervals=False)
    history = site_history(Path("claims"), assessment.corpus.aliases)
    return Site(assessment, Settings(**settings), history)


# ---- what is known --------------------------------------------------------------------------------------------------


def test_what_each_commit_did_to_each_record(repository: Repository) -> None:
    past = the_site(repository).history
    assert past is not None
    assert past.complete
    did = {step.subject: {t.id: t.what for t in step.touched} for step in past.steps}
    assert set(did["the first records"].values()) == {"added", "superseded"}
    assert did["a reading"] == {"log-two": "added", "new-reading": "added"}
    assert did["withdrawn"] == {"new-reading": "withdrawn"}
    assert did["restored"] == {"new-reading": "restored"}
    assert did["moved to another folder"] == {"new-reading": "changed"}


def test_a_removed_record_is_told_by_its_id(repository: Repository) -> None:
    repository.path("tower/new-reading").unlink()
    repository.commit("taken out")
    site = the_site(repository)
    assert site.history is not None
    assert site.history.steps[-1].touched == (Touched("new-reading", "removed"),)
    html = str(changes_page(site))
    assert "1 removed" in html
    assert "<code>new-reading</code>" in html
    assert 'href="evidence/new-reading.html"' not in html


def test_a_claim_keeps_its_past_under_a_new_id(repository: Repository) -> None:
    before = the_site(repository)
    assert before.history is not None
    text = repository.path("tower/cold-oil").read_text(encoding="utf-8")
    repository.git("mv", "claims/tower/cold-oil.yaml", "claims/tower/oil-cold.yaml")
    for path in repository.claims.rglob("*.yaml"):
        was = path.read_text(encoding="utf-8")
        path.write_text(was.replace(" cold-oil\n", " oil-cold\n").replace(" cold-oil,", " oil-cold,"), "utf-8")
    repository.write("tower/oil-cold", text.replace("aliases: [stiff-oil]", "aliases: [stiff-oil, cold-oil]"))
    repository.commit("renamed")
    after = the_site(repository)
    assert after.history is not None
    assert "cold-oil" not in after.history.turns
    old, new = before.history.turns["cold-oil"], after.history.turns["oil-cold"]
    assert [turn.commit for turn in new[: len(old)]] == [turn.commit for turn in old]
    assert new[0].new
    assert not any(turn.new or not turn.there for turn in new[1:])


def test_there_is_no_history_outside_a_repository(clock_copy: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(clock_copy.parent)
    assert site_history(Path("claims"), {}) is None


def test_a_shallow_copy_does_not_tell_its_first_state_as_a_change(
    repository: Repository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    repository.git("clone", "-q", "--depth", "3", repository.folder.as_uri(), str(tmp_path / "copy"))
    monkeypatch.chdir(tmp_path / "copy")
    assessment = assess(load("claims").corpus, intervals=False)
    history = site_history(Path("claims"), assessment.corpus.aliases)
    assert history is not None
    assert not history.complete
    html = str(changes_page(Site(assessment, Settings(), history)))
    assert "without the older history" in html
    assert html.count("<li id=") == len(history.steps) - 1 == 2


def test_a_message_that_is_not_text_breaks_nothing(repository: Repository) -> None:
    (repository.folder / "message").write_bytes(b"caf\xe9 \xff and a bell\x07\n")
    repository.replace("tower/cold-oil", "Stiff oil slows", "Thick oil slows")
    repository.git("add", "claims")
    repository.git("commit", "-q", "-F", "message")
    site = the_site(repository)
    for made in (feeds.atom(site), feeds.json_feed(site), str(changes_page(site)).encode()):
        assert b"\x07" not in made
        assert b"\xff" not in made
        assert b"and a bell" in made
        made.decode("utf-8")


def test_a_site_is_built_where_the_history_cannot_be_read(
    kb: Kb, repository: Repository, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A clone without the files of old commits: git names them and cannot show them."""
    (repository.folder / "mkdocs.yml").write_text("site_name: Clock\n", "utf-8")
    built: list[object] = []
    monkeypatch.setattr("kb.cli.site.build_site", lambda *given: built.append(given) or Built(Path("public"), 0, 0, 0))
    assert kb("site", "-o", "public").err == ""
    shutil.rmtree(repository.folder / ".kb-cache")
    blob = repository.git("rev-parse", "HEAD~4:claims/tower/new-reading.yaml").strip()
    lost = repository.folder / ".git" / "objects" / blob[:2] / blob[2:]
    lost.chmod(0o600)
    lost.unlink()
    ran = kb("site", "-o", "public")
    assert ran.code == 0
    assert "the site is built without the history of its records: git" in ran.err
    assert [given[-2] is None for given in built] == [False, True]  # type: ignore[index]


# ---- feeds ----------------------------------------------------------------------------------------------------------


def test_two_parsers_read_the_same_atom_feed(repository: Repository) -> None:
    site = the_site(repository, site_url="https://map.example/x/")
    made = feeds.atom(site)
    parsed = feedparser.parse(made)
    assert not parsed.bozo, parsed.get("bozo_exception")
    assert parsed.version == "atom10"
    tree = ElementTree.fromstring(made)
    entries = tree.findall(f"{ATOM}entry")
    assert len(entries) == len(parsed.entries) == 7
    assert [e.findtext(f"{ATOM}id") for e in entries] == [e.id for e in parsed.entries]
    assert parsed.entries[0].title == "1 record edited: A new reading"
    assert html5lib.parseFragment(parsed.entries[0].content[0].value)[0].text == "moved back"
    assert parsed.feed.id == "urn:counterpoise:changes"
    assert parsed.feed.updated == parsed.entries[0].updated == stamp(START + 6 * DAY)
    assert [e.updated for e in parsed.entries] == sorted((e.updated for e in parsed.entries), reverse=True)
    commits = repository.git("log", "--format=%H").split()
    assert [e.id for e in parsed.entries] == [f"urn:counterpoise:change:{commit}" for commit in commits]
    assert parsed.entries[0].link == f"https://map.example/x/changes.html#change-{commits[0][:12]}"


def test_an_atom_feed_has_what_the_format_demands(repository: Repository) -> None:
    """RFC 4287, 4.1.1 and 4.1.2: one id, title and updated each, an author, a link or content."""
    for settings in ({}, {"site_url": "https://map.example/"}):
        tree = ElementTree.fromstring(feeds.atom(the_site(repository, **settings)))
        assert tree.tag == f"{ATOM}feed"
        assert tree.find(f"{ATOM}author/{ATOM}name") is not None
        for one in (tree, *tree.findall(f"{ATOM}entry")):
            for name in ("id", "title", "updated"):
                (found,) = one.findall(f"{ATOM}{name}")
                assert found.text
            when = one.findtext(f"{ATOM}updated") or ""
            assert datetime.fromisoformat(when).utcoffset() is not None
        for entry in tree.findall(f"{ATOM}entry"):
            assert entry.find(f"{ATOM}content") is not None
        links = [link.attrib["href"] for link in tree.iter(f"{ATOM}link")]
        assert bool(links) is bool(settings)
        assert all(link.startswith("https://map.example/") for link in links)


def test_a_json_feed_has_what_the_format_demands(repository: Repository) -> None:
    for settings in ({}, {"site_url": "https://map.example/"}):
        site = the_site(repository, **settings)
        feed = json.loads(feeds.json_feed(site))
        assert feed["version"] == "https://jsonfeed.org/version/1.1"
        assert feed["title"]
        assert ("home_page_url" in feed) is ("feed_url" in feed) is bool(settings)
        assert isinstance(feed["items"], list)
        for item in feed["items"]:
            assert isinstance(item["id"], str)
            assert item["content_html"]
            assert datetime.fromisoformat(item["date_published"]).utcoffset() is not None
            assert ("url" in item) is bool(settings)
            assert all(key.startswith("_") or key in JSON_ITEM for key in item)
        atom = feedparser.parse(feeds.atom(site))
        assert [item["id"] for item in feed["items"]] == [entry.id for entry in atom.entries]
        assert [item["title"] for item in feed["items"]] == [entry.title for entry in atom.entries]


JSON_ITEM = {"id", "url", "title", "content_html", "date_published", "date_modified"}


def test_a_hostile_message_stays_text(repository: Repository) -> None:
    site = the_site(repository, site_url="https://map.example/")
    parsed = feedparser.parse(feeds.atom(site))
    assert {e.title_detail.type for e in parsed.entries} == {"text/plain"}
    contents = [
        e.findtext(f"{ATOM}content") or "" for e in ElementTree.fromstring(feeds.atom(site)).iter(f"{ATOM}entry")
    ]
    (entry,) = [html5lib.parse(text, namespaceHTMLElements=False) for text in contents if "alert(1)" in text]
    assert entry.find(".//script") is None
    assert entry.findtext(".//p") == HOSTILE.replace("\x1b", "\\x1b")
    page = html5lib.parse(str(changes_page(site)), namespaceHTMLElements=False)
    assert page.find(".//script") is None
    assert any("<script>alert(1)</script>" in "".join(h.itertext()) for h in page.iter("p"))
    repository.replace("tower/new-reading", "strength: strong", "strength: slight")
    repository.commit(HOSTILE)
    site = the_site(repository)
    pages = dict(render_site(site.assessment, SHELL, {}, site.settings, history=site.history))
    claim = html5lib.parse(pages["claim/gear-old.html"].decode(), namespaceHTMLElements=False)
    scripts = [script.attrib for script in claim.iter("script")]
    assert scripts
    assert all("src" in script or script["type"] in JSON_TYPES for script in scripts)
    assert any("<script>alert(1)</script>" in "".join(p.itertext()) for p in claim.iter("p"))


def test_an_entry_names_what_moved_and_by_how_much(repository: Repository) -> None:
    site = the_site(repository)
    feed = json.loads(feeds.json_feed(site))
    (item,) = [i for i in feed["items"] if "<p>a reading</p>" in i["content_html"]]
    data = item["_counterpoise"]
    move = next(m for m in data["moves"] if m["claim"] == "gear-old")
    assert site.history is not None
    turn = next(t for t in site.history.turns["gear-old"] if t.subject == "a reading")
    assert (move["before"], move["after"], move["nats"]) == (turn.before, turn.after, turn.weight)
    assert move["nats"] > SMALL
    assert data["records"] == {"added": 2}
    assert [abs(m["nats"]) for m in data["moves"]] == sorted((abs(m["nats"]) for m in data["moves"]), reverse=True)
    assert "A new reading" in item["content_html"]
    most = site.ref(data["moves"][0]["claim"]).title
    moved = f"{words.percent(data['moves'][0]['before'])} → {words.percent(data['moves'][0]['after'])}"
    assert item["title"] == f"{data['moved']} credences moved, most: {most} {moved}"
    assert f"</time></a> {escape(item['title'])}</h3>" in str(changes_page(site))


def test_the_same_history_gives_the_same_bytes(repository: Repository) -> None:
    first, second = the_site(repository), the_site(repository)
    assert feeds.atom(first) == feeds.atom(second)
    assert feeds.json_feed(first) == feeds.json_feed(second)


def test_a_feed_without_history_is_empty_and_valid(clock: Assessment) -> None:
    for settings, updated in (
        (Settings(), "1970-01-01T00:00:00Z"),
        (Settings(revised="2026-11-22"), "2026-11-22T00:00:00Z"),
    ):
        site = Site(clock, settings)
        parsed = feedparser.parse(feeds.atom(site))
        assert not parsed.bozo
        assert parsed.entries == []
        assert parsed.feed.updated == updated
        assert json.loads(feeds.json_feed(site))["items"] == []
    assert "without the history" in str(changes_page(Site(clock, Settings())))


def test_a_feed_holds_the_last_fifty_changes(clock: Assessment) -> None:
    steps = tuple(
        Step(f"{n:040x}", START + n, f"change {n}", (Touched("cold-oil", "changed"),), ()) for n in range(120)
    )
    site = Site(clock, Settings(), Timeline(steps))
    entries = feedparser.parse(feeds.atom(site)).entries
    said = [html5lib.parseFragment(e.content[0].value)[0].text for e in entries]
    assert said == [f"change {n}" for n in range(119, 69, -1)]
    assert len(json.loads(feeds.json_feed(site))["items"]) == 50
    html = str(changes_page(site))
    assert html.count("<li id=") == 50


def test_every_change_stands_on_the_page_of_its_month_and_the_latest_on_the_first(clock: Assessment) -> None:
    month = 31 * 86_400
    steps = tuple(
        Step(f"{n:012x}{n:028x}", START + n % 4 * month + n, f"change {n}", (Touched("cold-oil", "changed"),), ())
        for n in range(120)
    )
    site = Site(clock, Settings(), Timeline(steps))
    pages = {path: str(page.body) for path, page in month_pages(site)}
    assert len(pages) == 4
    first = str(changes_page(site))
    assert re.findall(r'href="(changes/[^"#]+)"', first) == list(pages)
    for step in steps:
        (holder,) = [path for path, html in pages.items() if f'<li id="change-{step.commit[:12]}"' in html]
        page, _, place = address(site, step.commit, step.time).partition("#")
        assert f'<li id="{place}"' in {**pages, "changes.html": first}[page]
        assert page in ("changes.html", holder)
    assert sum(html.count("<li id=") for html in pages.values()) == 120
    assert all(
        re.search(rf">{name}</h1>", html)
        for name, html in zip(
            (
                "Changes in February 2024",
                "Changes in January 2024",
                "Changes in December 2023",
                "Changes in November 2023",
            ),
            pages.values(),
            strict=True,
        )
    )


@pytest.mark.parametrize("time", [-5, 0, 1_700_000_000, 10**15])
def test_any_number_is_a_time(time: int) -> None:
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", stamp(time))


# ---- pages ----------------------------------------------------------------------------------------------------------


def test_a_claims_page_lists_its_moves_newest_first(repository: Repository) -> None:
    site = the_site(repository)
    told = past(site, "gear-old")
    assert told is not None
    assert [move.note for move in told.moves] == ["restored", "withdrawn", "a reading", "the first records"]
    assert told.moves[0].records[0].id == "new-reading"
    assert told.moves[0].after == site.ref("gear-old").credence.text  # type: ignore[union-attr]
    assert told.pending == ""
    assert "Moved 3 times since it was added on 2023-11-14" in told.said
    assert len(told.pictures) == 2
    tree = ElementTree.fromstring(str(told.pictures[0]))
    svg = "{http://www.w3.org/2000/svg}"
    assert tree.findtext(f"{svg}title") == "Credence over time"
    assert "2023-11-15: " in (tree.findtext(f"{svg}desc") or "")
    assert len(tree.findall(f"{svg}circle")) == 4
    assert all(dot.findtext(f"{svg}title") for dot in tree.findall(f"{svg}circle"))


def test_a_picture_of_the_past_is_true_to_scale(repository: Repository) -> None:
    site = the_site(repository)
    assert site.history is not None
    told = past(site, "gear-old")
    assert told is not None
    svg = "{http://www.w3.org/2000/svg}"
    tree = ElementTree.fromstring(str(told.pictures[0]))
    dots = [(float(c.attrib["cx"]), float(c.attrib["cy"])) for c in tree.findall(f"{svg}circle")]
    turns = site.history.turns["gear-old"]
    zero, one = (float(x.attrib["y1"]) for x in (tree.findall(f"{svg}line")[0], tree.findall(f"{svg}line")[2]))
    for (_, y), turn in zip(dots, turns, strict=True):
        assert turn.after is not None
        assert y == pytest.approx(zero + turn.after * (one - zero), abs=0.01)
    gaps = [
        (b[0] - a[0]) / (later.time - earlier.time)
        for a, b, earlier, later in zip(dots, dots[1:], turns, turns[1:], strict=False)
    ]
    assert gaps == pytest.approx([gaps[0]] * len(gaps), rel=1e-3)


def test_the_json_of_a_claim_carries_its_whole_past(repository: Repository) -> None:
    site = the_site(repository)
    pages = dict(render_site(site.assessment, SHELL, {}, site.settings, history=site.history))
    history = json.loads(pages["claim/gear-old.json"])["history"]
    assert history == json.loads(json.dumps(past_data(site, "gear-old")))
    assert [move["subject"] for move in history] == ["the first records", "a reading", "withdrawn", "restored"]
    assert history[1]["records"] == ["new-reading", "log-two"]
    assert history[-1]["after"] == pytest.approx(site.credences["gear-old"].credence, abs=1e-9)
    assert "history" not in json.loads(dict(render_site(site.assessment, SHELL, {}, Settings()))["claim/gear-old.json"])


def test_a_claim_that_never_moved_says_so(repository: Repository) -> None:
    site = the_site(repository)
    assert site.history is not None
    still = [id for id, turns in site.history.turns.items() if len(turns) == 1 and id in site.credences]
    said = {past(site, id).said for id in still}  # type: ignore[union-attr]
    assert still
    assert all(text.startswith(("It has not moved", "Not assessed since")) for text in said)
    assert {past(site, id).pictures == [] for id in still} == {True}  # type: ignore[union-attr]


def test_what_is_not_committed_yet_is_told_as_such(repository: Repository) -> None:
    repository.write("tower/third-reading", evidence("gear-old", "log-two", strength="strong"))
    told = past(the_site(repository), "gear-old")
    assert told is not None
    assert told.pending.startswith("Changes that are not committed yet move it from ")


def test_the_front_page_names_the_latest_moves_and_new_records(repository: Repository) -> None:
    site = the_site(repository)
    found = front(site)
    assert found is not None
    moves = [(move.claim.id, change.note) for move, change in found.moves]
    assert ("gear-old", "restored") in moves
    assert ("new-reading", "2023-11-15") in [(record.id, day) for record, day in found.added]
    assert front(Site(site.assessment, Settings())) is None


def test_small_moves_are_counted_and_not_named(clock: Assessment) -> None:
    def turn(weight: float) -> Turn:
        return Turn("c" * 40, START, "a", "s", (), 0.5, 0.5 + weight / 4, weight, True, 0.5)

    step = Step(
        "c" * 40, START, "s", (Touched("cold-oil", "changed"),), (("cold-oil", turn(0.5)), ("gear-old", turn(0.001)))
    )
    html = str(changes_page(Site(clock, Settings(), Timeline((step,)))))
    assert "+1 more credence moved" in html
    assert html.count("kb-changes__move") == 1


@pytest.mark.parametrize(
    ("subject", "said"),
    [
        ("A reading of the **new** gauge (#12)", "A reading of the new gauge"),
        ("Link to [the log](https://logs.example/1) of `tower`", "Link to the log of tower"),
        ("a*b*c and snake_case_name stay", "a*b*c and snake_case_name stay"),
        ("word " * 60, "word " * 26 + "word…"),
        ("", ""),
    ],
)
def test_a_message_is_quoted_without_markup_and_cut(subject: str, said: str) -> None:
    assert note(subject) == said


def test_a_message_is_shown_as_the_editors_note(repository: Repository) -> None:
    site = the_site(repository)
    assert '<p class="kb-changes__subject">The editors’ note: “moved back”</p>' in str(changes_page(site))
    claim = dict(render_site(site.assessment, SHELL, {}, site.settings, history=site.history))["claim/gear-old.html"]
    assert "The editors’ note: <a" in claim.decode()


def test_a_change_in_the_fold_of_its_day_has_its_time_and_not_the_day_again(repository: Repository) -> None:
    html = str(changes_page(the_site(repository)))
    folds = html.split('<details class="kb-day"')[1:]
    assert folds
    for fold in folds:
        summary, inside = fold.split("</summary>")
        day = re.search(r">(\d{4}-\d\d-\d\d)</time>", summary)
        assert day is not None
        assert f">{day[1]}</time>" not in inside
        assert re.search(r">\d\d:\d\d UTC</time>", inside)


def test_what_is_not_named_is_a_link_to_where_it_is(clock: Assessment) -> None:
    def turn(weight: float) -> Turn:
        return Turn("c" * 40, START, "a", "s", (), 0.5, 0.5 + weight / 20, weight, True, 0.5)

    every = sorted(entry.id for entry in clock.corpus)
    moved = tuple((id, turn(1 + n / 10)) for n, id in enumerate(every[: LISTED + 4]))
    step = Step("c" * 40, START, "s", tuple(Touched(id, "changed") for id in every), moved)
    site = Site(clock, Settings(), Timeline((step,)))
    first, (_, month) = str(changes_page(site)), next(iter(month_pages(site)))
    place = "changes/2023-11.html#change-cccccccccccc"
    assert f'<a href="{place}">+{len(every) - LISTED} more</a>' in first
    assert f'<a href="{place}">+4 more credences moved</a>' in first
    listed = str(month.body).split('class="kb-changes__deeds"')[1]
    assert all(site.ref(id).href in listed for id in every)
    assert str(month.body).count("kb-changes__move") == LISTED + 4
    assert "more</a>" not in str(month.body)
