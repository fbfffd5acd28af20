from __future__ import annotations

import json
import os
import pty
import re
import select
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support import CLOCK, ROOT, Kb

from kb import models as m
from kb import new, vocab
from kb.alike import alike
from kb.engine import Assessment, assess
from kb.fmt import formatted
from kb.imports import Cited
from kb.load import load
from kb.models.base import ID_PATTERN
from kb.rules import check_tree

EVIDENCE = (
    "new", "evidence", "--title", "Oil was found stiff in every winter", "--text",
    "In each of ten winters the oil was found stiff.", "--design", "observation", "--claim", "cold-oil", "--stance",
    "supports", "--strength", "moderate", "--why", "Stiff oil is what the claim predicts.", "--source", "keeper-log",
    "--start", "stiff oil was found", "--added", "2026-11-22",
)  # fmt: skip
BIB = """@article{doe, title={Watching clocks}, author={Doe, Jane}, journal={Clock Letters}, year=2024,
doi={10.1000/abc}}"""


def test_evidence_is_written_checked_and_weighed(kb: Kb, clock: Assessment, clock_copy: Path) -> None:
    ran = kb(*EVIDENCE, "--claims", clock_copy)
    path = clock_copy / "tower" / "oil-was-found-stiff-in-every-winter.yaml"
    assert (ran.code, ran.err) == (0, "")
    assert ran.out.splitlines()[0] == f"wrote {path}"
    text = path.read_text()
    assert text.startswith("# yaml-language-server: $schema=../../kb/schemas/evidence.schema.json\nkind: evidence\n")
    assert "    # How many times likelier to see this if the claim is true than if it is false:\n" in text
    assert '      start: "stiff oil was found"\n' in text
    assert text.endswith("added: 2026-11-22\n")
    assert formatted(text.encode(), str(path)).changed is False
    assert not [f for f in check_tree(clock_copy) if f.level == "error"]
    after = assess(load(clock_copy).corpus)
    moved = {id for id in after.credences if after.credences[id].credence != clock.credences[id].credence}
    assert f"it moves {len(moved)} credences:" in ran.out
    old, now = clock.credences["cold-oil"].credence, after.credences["cold-oil"].credence
    assert now > old
    assert f"{old:.0%} → {now:.0%}" in ran.out
    assert " > " not in ran.out


def test_json_says_the_same(kb: Kb, clock: Assessment, clock_copy: Path) -> None:
    ran = kb(*EVIDENCE, "--claims", clock_copy, "--json", "--dry-run")
    data = json.loads(ran.out)
    assert (ran.code, data["failed"], data["written"], data["findings"]) == (0, False, False, [])
    (file,) = data["files"]
    assert not Path(file["path"]).exists()
    moves = {move["claim"]: move for move in data["moves"]}
    assert moves["cold-oil"]["without"] == pytest.approx(clock.credences["cold-oil"].credence, abs=1e-12)
    again = json.loads(kb(*EVIDENCE, "--claims", clock_copy, "--json").out)
    assert again["written"] is True
    assert again["files"] == data["files"]
    assert Path(file["path"]).read_text() == file["text"]


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (("--start", "two words"), "anchor-words"),
        (("--claim", "cold-oils"), "unknown-reference"),
        (("--why", "too short"), "`bears_on.why` is too short; write at least 10 characters"),
    ],
)
def test_nothing_is_written_when_it_would_not_check(
    kb: Kb, clock_copy: Path, change: tuple[str, str], says: str
) -> None:
    arguments = [*EVIDENCE]
    if change[0] in arguments:
        arguments[arguments.index(change[0]) + 1] = change[1]
    else:
        arguments += change
    before = {path: path.read_bytes() for path in clock_copy.rglob("*") if path.is_file()}
    ran = kb(*arguments, "--claims", clock_copy)
    assert ran.code in (1, 2)
    assert says in ran.out + ran.err
    assert {path: path.read_bytes() for path in clock_copy.rglob("*") if path.is_file()} == before


def test_a_new_source_is_a_second_file(kb: Kb, clock_copy: Path, tmp_path: Path) -> None:
    (tmp_path / "x.bib").write_text(BIB)
    at = EVIDENCE.index("--source")
    arguments = [*EVIDENCE[:at], *EVIDENCE[at + 2 :], "--from", str(tmp_path / "x.bib"), "--claims", str(clock_copy)]
    ran = kb(*arguments)
    assert ran.code == 0, ran
    source = clock_copy / "sources" / "doe-2024-watching-clocks.yaml"
    assert ran.out.splitlines()[0] == f"wrote {source}"
    assert "doi: 10.1000/abc\n" in source.read_text()
    item = load(clock_copy).corpus["oil-was-found-stiff-in-every-winter"].record
    assert item.seen_in[0].source == "doe-2024-watching-clocks"  # type: ignore[attr-defined]
    assert not [f for f in check_tree(clock_copy) if f.level == "error"]
    arguments[arguments.index("--title") + 1] = "Something else was seen"
    arguments[arguments.index("--start") + 1] = "something else was seen"
    again = kb(*arguments)
    assert again.out.count("wrote ") == 1, "the source is known by its DOI"


def test_near_duplicates_are_named(kb: Kb, clock_copy: Path) -> None:
    assert kb(*EVIDENCE, "--claims", clock_copy).err == ""
    ran = kb(*EVIDENCE, "--claims", clock_copy)
    assert ran.code == 0
    assert "similar: oil-was-found-stiff-in-every-winter points at the same passage of keeper-log (100%): " in ran.err
    assert (clock_copy / "tower" / "oil-was-found-stiff-in-every-winter-2.yaml").exists()
    arguments = [*EVIDENCE]
    arguments[arguments.index("--start") + 1] = "some other words here"
    arguments[arguments.index("--title") + 1] = "In every winter oil was found to be stiff"
    assert "says nearly the same" in kb(*arguments, "--claims", clock_copy, "--dry-run").err


def near(title: str, text: str, claim: str, source: str, start: str) -> dict[str, Any]:
    return {
        "kind": "evidence", "title": title, "text": text,
        "bears_on": [{"claim": claim, "stance": "supports", "strength": "slight"}],
        "seen_in": [{"source": source, "anchor": {"start": start}}],
    }  # fmt: skip


DUPLICATES = [
    (
        "a-trapped-agent-caused-its-own-trouble",
        near("Gemini blamed a broken system for problems that it had made",
             "Journalists found that the plea for help which Gemini published was about a mess of its own making.",
             "agents-blame-bugs-for-their-own-errors", "time-2025-ai-village", "words from another place"),
    ),
    (
        "four-breakthroughs-each-opened-a-data-source",
        near("Each of the four big breakthroughs came with a new kind of data",
             "ImageNet brought deep nets, the web's text transformers, people's labels RLHF, verifiers reasoning.",
             "agents-blame-bugs-for-their-own-errors", "brown-2024-o1-talk", "words from another place"),
    ),
    (
        "o1-improved-steadily-with-more-rl-compute",
        near("More reinforcement training made o1 better in a steady way",
             "OpenAI says o1 gets better consistently with more RL compute and thinking time.",
             "rl-gains-stay-log-linear", "morris-2025-no-new-ideas", "words from another place"),
    ),
    (
        "o1-improved-steadily-with-more-rl-compute",
        near("Something with quite other words", "Nothing in here resembles what it says over there.",
             "rl-gains-stay-log-linear", "brown-2024-o1-talk", "found that the performance of o1 rises"),
    ),
    (
        "four-breakthroughs-each-opened-a-data-source",
        near("Four breakthroughs each opened new sources of data", "It says so.",
             "agents-blame-bugs-for-their-own-errors", "brown-2024-o1-talk", "words from another place"),
    ),
]  # fmt: skip


def test_near_duplicates_in_the_founding_debate() -> None:
    """Five that people might write: paraphrases, another cut of one passage, and a title with a word changed."""
    corpus = load(ROOT / "claims").corpus
    for id, data in DUPLICATES:
        found = alike(data, vocab.Kind.EVIDENCE, corpus)
        assert id in [one.id for one in found], (id, data["title"])
        assert len(found) <= 2, "one who is warned of everything reads nothing"
    fresh = near("Cats sleep longer in winter", "Owners in Norway logged that their cats sleep two hours longer.",
                 "rl-gains-stay-log-linear", "brown-2024-o1-talk", "the cats of Norway sleep")  # fmt: skip
    assert alike(fresh, vocab.Kind.EVIDENCE, corpus) == ()


def test_few_records_of_the_founding_debate_look_like_another_one() -> None:
    corpus = load(ROOT / "claims").corpus
    items = [entry for entry in corpus if entry.kind is vocab.Kind.EVIDENCE and entry.record.active][::9]
    warned = [e.id for e in items if any(a.id != e.id for a in alike(e.document.data, vocab.Kind.EVIDENCE, corpus))]
    assert len(items) > 15
    assert len(warned) < len(items) / 4, warned


def test_an_id_that_is_taken(kb: Kb, clock_copy: Path) -> None:
    ran = kb(*EVIDENCE, "--id", "cold-oil", "--claims", clock_copy)
    assert (ran.code, ran.out) == (1, "")
    assert "the id cold-oil is taken" in ran.err


@pytest.mark.parametrize("option", ["--id", "--topic"])
@pytest.mark.parametrize("name", ["../../x", "/etc/x", "Not An Id", "a--b", "x.yaml"])
def test_names_cannot_leave_the_records(kb: Kb, clock_copy: Path, option: str, name: str) -> None:
    before = sorted(clock_copy.parent.rglob("*"))
    ran = kb(*EVIDENCE, option, name, "--claims", clock_copy)
    assert (ran.code, ran.out) == (2, "")
    assert f"{option} {name!r} is not a name" in ran.err
    assert sorted(clock_copy.parent.rglob("*")) == before


def test_what_is_missing_is_said_at_once(kb: Kb, clock_copy: Path) -> None:
    ran = kb("new", "evidence", "--claims", clock_copy)
    assert (ran.code, ran.out) == (2, "")
    assert all(f"--{name}: " in ran.err for name in ("title", "text", "design"))
    assert "--claim, --stance, --strength and --why: " in ran.err
    assert "--source and --start: " in ran.err
    several = kb(
        *EVIDENCE, "--claims", clock_copy, "--stance", "support", "--strength", "huge", "--design", "measurement"
    )
    assert (several.code, several.err.count("\n")) == (2, 1)
    assert all(f"`{name}` cannot be" in several.err for name in ("design", "bears_on.stance", "bears_on.strength"))
    assert "--set stance=...: " in kb("new", "position", "--claims", clock_copy).err
    assert "--source-type: " in kb("new", "source", "--source-title", "A page", "--claims", clock_copy).err
    assert kb("new", "sandwich", "--claims", clock_copy).code == 2
    for wrong in (("--set", "nothing=1"), ("--set", "stance"), ("--set", "bears_on.5.why=abc"), ("--design", "x")):
        ran = kb(*EVIDENCE, *wrong, "--claims", clock_copy)
        assert (ran.code, ran.out) == (2, ""), wrong
        assert ran.err.count("\n") == 1


OTHERS = {
    "claim": ["--title", "The oil is old", "--text", "The oil has not been changed.", "--claim", "cold-oil", "--stance",
              "supports", "--strength", "{db: 4}", "--why", "Old oil is thicker than new oil."],
    "question": ["--title", "Is the oil old?", "--set", "answers=cold-oil, worn-gear"],
    "argument": ["--title", "Both together", "--set", "premises=cold-oil, worn-gear", "--claim", "repair-pays",
                 "--stance", "supports", "--strength", "slight", "--why", "Both faults together cost more."],
    "undercut": ["--title", "The list says nothing", "--text", "The list was never read.", "--set",
                 "target.from=gear-old", "--set", "target.to=repair-pays", "--set", "kill=0.4", "--why",
                 "A list that nobody read shows little."],
    "position": ["--set", "by=keeper", "--set", "on=cold-oil", "--set", "stance=denies", "--set", "credence=unlikely"],
    "quantity": ["--title", "Weeks of delay", "--set", "metric=delay", "--set", "unit=weeks", "--set", "value=3",
                 "--set", "basis=guessed"],
    "experiment": ["--title", "Warm the oil", "--text", "Warm the oil and watch.", "--set",
                   "outcomes=[{id: faster, text: It runs}, {id: same, text: It does not}]"],
    "term": ["--title", "late (by a day)", "--set", "word=late", "--set", "definition=A day or more behind."],
    "source": ["--title", "A clock page", "--source-type", "post", "--url", "https://clocks.example/p",
               "--issued", "2024"],
    "person": ["--title", "Jane Doe", "--set", "type=person"],
    "viewpoint": ["--title", "The guild's view", "--set", "by=guild"],
}  # fmt: skip


@pytest.mark.parametrize("kind", [kind.value for kind in vocab.Kind if kind is not vocab.Kind.EVIDENCE])
def test_every_kind(kb: Kb, clock_copy: Path, kind: str) -> None:
    cited = [] if kind in ("person", "source") else ["--source", "keeper-log", "--locator", "page 7"]
    ran = kb("new", kind, *OTHERS[kind], *cited, "--claims", clock_copy)
    assert ran.code == 0, ran
    path = Path(re.match(r"wrote (\S+)\n", ran.out)[1])  # type: ignore[index]
    assert path.parent.name == vocab.SHELVES.get(vocab.Kind[kind.upper()], "tower")
    assert not [f for f in check_tree(clock_copy) if f.level == "error"]
    assert formatted(path.read_bytes(), str(path)).changed is False


def test_a_new_claims_credence_is_said(kb: Kb, clock_copy: Path) -> None:
    ran = kb("new", "claim", *OTHERS["claim"], "--claims", clock_copy)
    assert " 50% is the credence of the-oil-is-old" in ran.out


def test_records_with_errors_can_be_added_to(kb: Kb, clock_copy: Path) -> None:
    (clock_copy / "tower" / "broken.yaml").write_text("kind: claim\n")
    ran = kb(*EVIDENCE, "--claims", clock_copy)
    assert ran.code == 0
    assert "other records have errors" in ran.out


def _without(flag: str, *instead: str) -> list[str]:
    """The flags of the item without one of them, and with others."""
    at = EVIDENCE.index(flag)
    return [*EVIDENCE[:at], *EVIDENCE[at + 2 :], *instead]


def test_signs_around_the_words_of_a_passage_are_taken_off(kb: Kb, clock_copy: Path) -> None:
    words = ("--start", '"stiff oil was found..."', "--end", "**in each of the winters**…")
    ran = kb(*_without("--start", *words), "--claims", clock_copy, "--dry-run")
    assert ran.code == 0, ran
    assert '      start: "stiff oil was found"\n      end: "in each of the winters"\n' in ran.out


@pytest.mark.parametrize(
    ("source", "says"),
    [
        ("https://clocks.example/p", "is no source here; for a new one give --url https://clocks.example/p, "
         "--source-title and --source-type, or use --from https://clocks.example/p"),
        ("keeper-lag", "no source has the id keeper-lag; did you mean keeper-log? For a new one give --url, "),
        ("zzz", "no source has the id zzz; for a new one give --url, --source-title and --source-type"),
    ],
)  # fmt: skip
def test_a_source_that_is_not_there(kb: Kb, clock_copy: Path, source: str, says: str) -> None:
    ran = kb(*_without("--source", "--source", source), "--claims", clock_copy)
    assert (ran.code, ran.out) == (2, "")
    assert says in ran.err
    assert "kb credences" not in ran.err


def test_an_address_that_is_there_is_its_source(kb: Kb, clock: Assessment, clock_copy: Path) -> None:
    id, url = next((id, s.url) for id, s in clock.corpus.of(m.Source) if s.url is not None)
    ran = kb(*_without("--source", "--source", url), "--claims", clock_copy, "--dry-run")
    assert ran.code == 0, ran
    assert f"source: {id}\n" in ran.out


def test_the_flags_of_source_and_passage_are_named(kb: Kb, clock_copy: Path) -> None:
    for arguments, flags in (
        (_without("--source"), ("--source ID", "--url", "--source-title", "--start")),
        (_without("--start"), ("--start", "--locator", "--no-anchor")),
    ):
        ran = kb(*arguments, "--claims", clock_copy)
        assert (ran.code, ran.out) == (2, "")
        assert all(flag in ran.err for flag in flags)
        assert "root" not in ran.err


@pytest.mark.parametrize(
    ("flag", "value", "says"),
    [
        ("--issued", "12/03/2026", "`issued` cannot be '12/03/2026'; write a date as \"YYYY\", YYYY-MM or YYYY-MM-DD"),
        ("--source-type", "blog", "`type` cannot be 'blog'; "),
        ("--source-title", "x" * 301, "`title` has 301 characters; shorten it to at most 120"),
        ("--url", "clocks.example/p", "write a full address that starts with https://"),
    ],
)
def test_what_does_not_fit_is_said_in_plain_words(kb: Kb, clock_copy: Path, flag: str, value: str, says: str) -> None:
    given = {"--source-title": "A page", "--source-type": "post", "--url": "https://clocks.example/p", flag: value}
    ran = kb("new", "source", *(part for pair in given.items() for part in pair), "--claims", clock_copy)
    assert (ran.code, ran.out) == (2, "")
    assert says in ran.err
    assert not re.search(r"String should|Input should|\^", ran.err)


def test_a_date_in_words_is_taken(kb: Kb, clock_copy: Path) -> None:
    ran = kb("new", "source", *OTHERS["source"][:-1], "3 Mar 2026", "--claims", clock_copy, "--dry-run")
    assert "issued: 2026-03-03\n" in ran.out


def test_the_comment_on_a_strength_follows_the_stance(kb: Kb, clock_copy: Path) -> None:
    ran = kb(*EVIDENCE, "--stance", "opposes", "--claims", clock_copy, "--dry-run")
    assert "    # How many times likelier to see this if the claim is false than if it is true:\n" in ran.out


def test_a_title_in_other_letters(kb: Kb, clock_copy: Path) -> None:
    arguments = _without("--title", "--title", "2029年的人工智能")
    ran = kb(*arguments, "--claims", clock_copy)
    assert (ran.code, ran.out) == (2, "")
    assert "write it in English, in Latin letters, or name the file with --id" in ran.err
    named = kb(*arguments, "--id", "ai-of-2029", "--claims", clock_copy)
    assert named.out.startswith(f"wrote {clock_copy / 'tower' / 'ai-of-2029.yaml'}\n")
    source = ("--source-title", "钟楼里的时钟", "--source-type", "post", "--url", "https://clocks.example/p")
    fresh = kb(*_without("--source", *source), "--claims", clock_copy)
    assert (fresh.code, fresh.out) == (2, "")
    assert "write --source-title in English" in fresh.err


# ids


@pytest.mark.parametrize(
    ("text", "slug"),
    [
        ("Qwen3 outperforms Llama 2!", "qwen3-outperforms-llama-2"),
        ("Größe: été — naïve", "grosse-ete-naive"),
        ("The keeper's log", "the-keepers-log"),
        ("…", "record"),
        ("word " * 30, "-".join(["word"] * 12)),
    ],
)
def test_slugs(text: str, slug: str) -> None:
    assert new.slug(text) == slug


@given(st.text(max_size=300))
def test_any_text_makes_an_id(text: str) -> None:
    made = new.slug(text)
    assert re.fullmatch(ID_PATTERN.removesuffix("$"), made)
    assert len(made) <= 60


def test_ids_are_free(clock: Assessment) -> None:
    corpus = clock.corpus
    assert new.free_id("cold-oil", corpus) == "cold-oil-2"
    assert new.free_id("cold-oil", corpus, ["cold-oil-2"]) == "cold-oil-3"
    assert new.free_id("none", corpus) == "none-2"
    assert new.free_id("quite-new", corpus) == "quite-new"
    long = "a" * 80
    assert len(new.free_id(long, corpus, [long])) <= 80


def test_source_ids() -> None:
    assert (
        new.source_id("On the Watching of Clocks in Towers", ("van Doe",), "2024-02")
        == "van-doe-2024-watching-clocks-towers"
    )
    assert new.source_id("Clocks", (), None) == "clocks"
    assert new.source_id("Clocks", ("王小明",), "March 2026") == "clocks"
    assert new.source_id("Clocks", ("Doe",), "2026") == "doe-2026-clocks"


def test_a_known_source_is_known_by_its_address(clock: Assessment) -> None:
    id, url = next((id, s.url) for id, s in clock.corpus.of(m.Source) if s.url is not None)
    cited = Cited("", "Another title", None, url=url.replace("https://", "http://www.") + "/")
    assert new.known_source(cited, clock.corpus) == id
    assert new.known_source(Cited("", "x", None, url="https://other.example/"), clock.corpus) is None


def test_authors_with_a_record_are_named_by_it(clock: Assessment) -> None:
    name = clock.corpus["keeper"].title
    data = new.source_data(Cited("", "A title", None, (name, "Jane Doe")), clock.corpus, "2026-11-22")
    assert (data["authors"], data["authors_text"]) == (["keeper"], "Jane Doe")
    many = new.source_data(Cited("", "A title", None, tuple(f"Author Number {n}" for n in range(90))), clock.corpus, "")
    assert len(many["authors_text"]) <= 300
    assert many["authors_text"].endswith(", and others")


def test_the_topic_is_that_of_the_claim_or_of_the_likest_record(clock: Assessment) -> None:
    corpus = clock.corpus
    assert new.propose_topic({"bears_on": [{"claim": "cold-oil"}]}, vocab.Kind.EVIDENCE, corpus) == "tower"
    assert new.propose_topic({"title": "The oil is thick"}, vocab.Kind.CLAIM, corpus) == "tower"
    assert new.propose_topic({"title": "Somebody"}, vocab.Kind.PERSON, corpus) == "people"
    assert new.propose_topic({"title": "x"}, vocab.Kind.CLAIM, load(CLOCK / "tower").corpus) is None


# on a terminal


def _talk(arguments: list[str], answers: list[str], cwd: Path) -> tuple[int, str]:
    """Run ``kb`` on a terminal and type the answers, each when the program asks."""
    master, slave = pty.openpty()
    env = {**os.environ, "TERM": "dumb", "NO_COLOR": "1", "PYTHONPATH": str(ROOT), "COLUMNS": "200"}
    command = [sys.executable, "-m", "kb.cli", *arguments]
    process = subprocess.Popen(command, stdin=slave, stdout=slave, stderr=slave, cwd=cwd, env=env)
    os.close(slave)
    shown, waiting, limit = "", list(answers), time.monotonic() + 60
    while time.monotonic() < limit:
        ready, _, _ = select.select([master], [], [], 0.2)
        if ready:
            try:
                piece = os.read(master, 65536).decode("utf-8", "replace")
            except OSError:
                break
            if not piece:
                break
            shown += piece
        elif waiting and re.search(r"[:\]] ?\Z", shown):
            os.write(master, f"{waiting.pop(0)}\n".encode())
        elif process.poll() is not None:
            break
    code = process.wait(timeout=10)
    os.close(master)
    return code, shown.replace("\r\n", "\n")


def test_it_asks_for_what_is_missing(clock_copy: Path) -> None:
    answers = [
        "Oil was found stiff in every winter", "In each of ten winters the oil was found stiff.", "observatio",
        "observation", "log of nobody", "keeper-log", "too short", "stiff oil was found", "", "oil", "1",
        "supports", "moderate", "Stiff oil is what the claim predicts.",
    ]  # fmt: skip
    code, shown = _talk(["new", "evidence", "--added", "2026-11-22"], answers, clock_copy.parent)
    assert code == 0, shown
    assert "`design` cannot be 'observatio'" in shown
    assert "  no source has that id; " in shown
    assert "`start` has 2 words; write the first 3 to 8 words of the passage" in shown
    assert "  1  cold-oil: " in shown
    assert "claim is true than if it is false: negligible 1.26, slight 2, moderate 5, " in shown
    assert "wrote claims/tower/oil-was-found-stiff-in-every-winter.yaml" in shown
    assert "it moves" in shown
    assert not [f for f in check_tree(clock_copy) if f.level == "error"]


TYPED = [
    "Oil was found stiff in every winter", "In each of ten winters the oil was found stiff.", "observation",
]  # fmt: skip
LINK = ["oil", "1", "opposes", "moderate", "Stiff oil is what the claim predicts."]


def test_what_is_needed_is_asked_for_again_at_once(clock_copy: Path) -> None:
    """Nothing typed is lost: an empty answer where one is needed is refused where it is given."""
    answers = ["", *TYPED, "", "keeper-log", "", "", "", "too short", "the log was lost in a fire", "", *LINK]
    code, shown = _talk(["new", "evidence", "--added", "2026-11-22"], answers, clock_copy.parent)
    assert code == 0, shown
    assert "  this is needed: type an answer\ntitle: " in shown
    assert "  this is needed: an id, words of a title, or `new`\nsource: " in shown
    assert "  this is needed: type an answer\nwhy neither can be given: " in shown
    assert "`seen_in.no_anchor` is too short; write at least 10 characters" in shown
    assert "  this is needed: without a claim it changes no credence; type an id, or words of a title\n" in shown
    assert "claim it bears on (empty: none)" not in shown
    assert "how many times likelier to see this if the claim is false than if it is true: " in shown
    assert not [f for f in check_tree(clock_copy) if f.level == "error"]


def test_an_address_at_the_prompt_becomes_a_new_source(clock_copy: Path) -> None:
    source = ["https://clocks.example/w", "", "Winters", "blog", "post", "Jane Doe", "March 2024", ""]
    answers = [*TYPED, *source, '"stiff oil was found..."', "", *LINK]
    code, shown = _talk(["new", "evidence", "--added", "2026-11-22"], answers, clock_copy.parent)
    assert code == 0, shown
    assert "no source here has that address. Add it as a new one? [Y/n]: " in shown
    assert "`type` cannot be 'blog'; " in shown
    assert "Input should" not in shown
    text = (clock_copy / "sources" / "doe-2024-winters.yaml").read_text()
    assert "url: https://clocks.example/w\n" in text
    assert "issued: 2024-03\n" in text
    item = (clock_copy / "tower" / "oil-was-found-stiff-in-every-winter.yaml").read_text()
    assert '      start: "stiff oil was found"\n' in item


def test_what_was_typed_is_kept_when_it_cannot_become_a_record(clock_copy: Path) -> None:
    root = clock_copy.parent
    before = sorted(clock_copy.rglob("*"))
    arguments = ["new", "evidence", "--added", "2026-11-22", "--set", "root=nobody-at-all"]
    for name in ("oil-was-found-stiff-in-every-winter.draft.yaml", "oil-was-found-stiff-in-every-winter.draft-2.yaml"):
        code, shown = _talk(arguments, [*TYPED, "keeper-log", "stiff oil was found", "", *LINK], root)
        assert code == 1, shown
        assert f"kept in {name}: mend there what is named above, move it to claims/tower/" in shown
        assert "In each of ten winters the oil was found stiff." in (root / name).read_text()
    assert sorted(clock_copy.rglob("*")) == before
    assert (root / name).read_text() == (root / name.replace("draft-2", "draft")).read_text()
    inside = [*TYPED, "keeper-log", "stiff oil was found", "", *LINK]
    _, shown = _talk([*arguments, "--claims", "."], inside, clock_copy)
    assert f"kept in {root / name.replace('draft-2', 'draft-3')}: " in shown
    assert sorted(clock_copy.rglob("*")) == before, "a draft among the records would be read as one of them"


def test_a_flag_that_cannot_do_is_refused_before_anything_is_asked(clock_copy: Path) -> None:
    for flags, says in (
        (["--id", "cold-oil"], "the id cold-oil is taken"),
        (["--topic", "../x"], "is not a name"),
        (["--source", "keeper-lag"], "no source has the id keeper-lag"),
    ):
        code, shown = _talk(["new", "evidence", *flags], [], clock_copy.parent)
        assert code in (1, 2), shown
        assert says in shown
        assert "title:" not in shown
