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
    assert "    # How many times likelier it is if the claim is true than if not:\n" in text
    assert '      start: "stiff oil was found"\n' in text
    assert text.endswith("added: 2026-11-22\n")
    assert formatted(text.encode(), str(path)).changed is False
    assert not [f for f in check_tree(clock_copy) if f.level == "error"]
    after = assess(load(clock_copy).corpus)
    moved = {id for id in after.credences if after.credences[id].credence != clock.credences[id].credence}
    assert f"it moves {len(moved)} credences:" in ran.out
    old, now = clock.credences["cold-oil"].credence, after.credences["cold-oil"].credence
    assert now > old
    assert f"{old:.0%} > {now:.0%}" in ran.out


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
        (("--why", "too short"), "schema"),
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
    assert says in ran.out or (says == "schema" and "`bears_on.0.why` cannot be" in ran.err)
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
    assert all(f"`{name}` cannot be" in several.err for name in ("design", "bears_on.0.stance", "bears_on.0.strength"))
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
    assert "these are 2 words: give 3 to 8" in shown
    assert "  1  cold-oil: " in shown
    assert "claim is true: negligible 1.26, slight 2, moderate 5, " in shown
    assert "wrote claims/tower/oil-was-found-stiff-in-every-winter.yaml" in shown
    assert "it moves" in shown
    assert not [f for f in check_tree(clock_copy) if f.level == "error"]
