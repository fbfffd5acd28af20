from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support import ROOT, Kb

from kb import passages
from kb.anchors import located_passages, snapshot_name
from kb.load import load
from kb.models import Anchor, Evidence
from kb.rules import check_tree
from kb.snapshots import Found, Snapshot, digest_of, find, word_count

LOG = """The keeper’s log

The oil was stiff each morning. It hadn’t been changed since the autumn, and the hands crept – slowly – behind the
bells until the sun had warmed the southern wall of the tower.
The bells rang late. The bells rang late.
Afterwards the new oil was poured in, and after two days of waiting, listening and comparing \
with the radio nobody in the whole town could find any delay.
"""
LATE = "Afterwards the new oil was poured in"


@pytest.fixture
def tower(clock_copy: Path) -> tuple[Path, Path, Path]:
    """The records, one that cites the log without an anchor, and the log."""
    path = clock_copy / "tower" / "new-oil-helped.yaml"
    path.write_text(
        "kind: evidence\ntitle: After an oil change the delay was gone\ntext: With new oil nobody found a delay.\n"
        "design: observation\n# kept\nseen_in:\n  - source: keeper-log\n    no_anchor: It was not looked up yet.\n"
        "bears_on:\n  - claim: cold-oil\n    stance: supports\n    strength: slight\n"
        "    why: It is what would be seen.\n"
    )
    log = clock_copy.parent / "keeper-log.txt"
    log.write_text(LOG)
    return clock_copy, path, log


def anchor_of(root: Path) -> Anchor:
    record = load(root).corpus["new-oil-helped"].record
    assert isinstance(record, Evidence)
    anchor = record.seen_in[0].anchor
    assert anchor is not None
    return anchor


def test_passages_are_offered_and_one_is_taken(kb: Kb, tower: tuple[Path, Path, Path]) -> None:
    root, path, log = tower
    ran = kb("anchor", "new-oil-helped", "--snapshot", log, "--claims", root)
    before = path.read_text()
    assert ran.code == 1
    assert ran.out.startswith("passage 1: no anchor yet; the likeliest passages are\n  1. line 6, ")
    choose = "  choose one with --pick N; --sentences K takes those that follow it too\n"
    assert ran.out.endswith(f"{choose}nothing was written\n")
    assert path.read_text() == before
    ran = kb("anchor", "new-oil-helped", "--snapshot", log, "--claims", root, "--pick", "1")
    assert ran.code == 0
    assert ran.out.endswith(f"wrote {path}\n")
    anchor = anchor_of(root)
    assert anchor.start == "Afterwards the new oil was"
    assert anchor.end == "town could find any delay."
    match = find(Snapshot("", LOG), anchor)
    assert match.status is Found.EXACT
    assert anchor.digest == digest_of(Snapshot("", LOG).text[match.start : match.end])
    text = path.read_text()
    assert "no_anchor" not in text
    assert "# kept" in text
    assert check_tree(root) == ()
    again = kb("anchor", "new-oil-helped", "--snapshot", log, "--claims", root)
    assert (again.code, again.out.splitlines()[-1]) == (0, "nothing to write")


def test_words_are_spelt_as_the_copy_spells_them(kb: Kb, tower: tuple[Path, Path, Path]) -> None:
    root, _, log = tower
    ran = kb("anchor", "new-oil-helped", "--snapshot", log, "--claims", root, "--search", "it hadn't been changed",
             "--pick", "1", "--json")  # fmt: skip
    data = json.loads(ran.out)
    assert (ran.code, data["written"]) == (0, True)
    assert anchor_of(root).start == "It hadn’t been changed since"


def test_a_passage_may_have_several_sentences(kb: Kb, tower: tuple[Path, Path, Path]) -> None:
    root, _, log = tower
    command = ("anchor", "new-oil-helped", "--snapshot", log, "--claims", root, "--search", "The oil was stiff")
    ran = kb(*command, "--pick", "1", "--sentences", "3")
    assert ran.code == 0, ran.out
    anchor = anchor_of(root)
    assert (anchor.start, anchor.end) == ("The oil was stiff each", "southern wall of the tower.")
    match = find(Snapshot("", LOG), anchor)
    assert (match.status, Snapshot("", LOG).text[match.start : match.end].count(".")) == (Found.EXACT, 2)
    ran = kb(*command, "--pick", "1", "--sentences", "50")
    assert (ran.code, anchor_of(root).end) == (0, "town could find any delay.")
    assert kb(*command, "--pick", "1", "--sentences", "0").code == 2


def test_a_passage_over_several_lines_is_spelt_as_the_copy_spells_it() -> None:
    raw = "It’s “late” – says the keeper.\nNobody’s clock in the whole town isn’t late.\nThat’s all of it, he’d say."
    snapshot = Snapshot("", raw)
    anchor = passages.pointing_at(snapshot, raw, 0, len(snapshot.text))
    assert anchor is not None
    assert (anchor.start, anchor.end) == ("It’s “late” – says the keeper.", "all of it, he’d say.")
    assert find(snapshot, anchor).status is Found.EXACT


@pytest.mark.parametrize(
    ("given", "found"),
    [
        ("A vexy popular question in the AI", "A very popular question in the AI"),
        ("A very very popular question in the", "A very popular question in the AI"),
        ("popular questions in the AI world", "popular question in the AI world"),
        ("A very popular question in an", "A very popular question in the"),
    ],
)
def test_near_words_are_as_many_as_were_given(given: str, found: str) -> None:
    raw = "Others said so.A very popular question in the AI world is this one. More text follows here.\n"
    near = passages.nearest(Snapshot("", raw), raw, Anchor(start=given))
    assert near is not None
    assert near.anchor.start == found
    assert 0.6 < near.similarity < 1
    assert near.differences


def test_anchors_of_the_founding_debate_can_be_mended() -> None:
    """A word of each of some real anchors is misspelt: the words that are there are found again."""
    copies = ROOT.parent / "shared" / "sources"
    if not copies.is_dir():
        pytest.skip("the stored copies are not here")
    corpus = load(ROOT / "claims").corpus
    texts = {path.name: path.read_text("utf-8", "replace") for path in sorted(copies.glob("*.txt"))}
    snapshots = {name: Snapshot(name, text) for name, text in texts.items()}
    tried = mended = 0
    for entry in list(corpus)[::7]:
        for _, passage in located_passages(entry.record):
            name = snapshot_name(corpus, passage.source)
            words = passage.anchor.start.split() if passage.anchor is not None else []
            if name not in snapshots or len(words) < 4 or len(words[1]) < 3:
                continue
            assert passage.anchor is not None
            wrong = " ".join([words[0], words[1][:-1] + "z", *words[2:]])
            near = passages.nearest(snapshots[name], texts[name], Anchor(start=wrong, end=passage.anchor.end))
            tried += 1
            at = find(snapshots[name], passage.anchor).start
            mended += near is not None and find(snapshots[name], near.anchor).start == at
    assert tried > 30
    assert mended / tried > 0.9


def write_anchor(path: Path, **fields: str) -> None:
    lines = "".join(f'      {name}: "{value}"\n' for name, value in fields.items())
    path.write_text(path.read_text().replace("    no_anchor: It was not looked up yet.\n", f"    anchor:\n{lines}"))


def test_a_near_match_shows_what_differs(kb: Kb, tower: tuple[Path, Path, Path]) -> None:
    root, path, log = tower
    write_anchor(path, start="Afterwards some new oil was poured", end="could find any delays.")
    command = ("anchor", "new-oil-helped", "--snapshot", log, "--claims", root)
    ran = kb(*command)
    assert ran.code == 1
    assert ran.out.splitlines()[0].startswith("passage 1: not there; ")
    assert '% similar: start: "Afterwards the new oil was poured", end: "could find any delay."' in ran.out
    assert '  given "some", there "the"\n  given "delays.", there "delay."\n' in ran.out
    data = json.loads(kb(*command, "--json").out)["passages"][0]
    assert (data["status"], data["done"]) == ("near", False)
    assert data["differences"] == [{"given": "some", "found": "the"}, {"given": "delays.", "found": "delay."}]
    assert 0.8 <= data["similarity"] < 1
    assert kb(*command, "--accept").code == 0
    assert anchor_of(root).start == "Afterwards the new oil was poured"
    assert anchor_of(root).digest is not None


def test_missing_changed_and_ambiguous_passages(kb: Kb, tower: tuple[Path, Path, Path]) -> None:
    root, path, log = tower
    command = ("anchor", "new-oil-helped", "--snapshot", log, "--claims", root)
    write_anchor(path, start="a zebra crossed the square")
    before = path.read_text()
    ran = kb(*command)
    assert (ran.code, "look for the passage with --search" in ran.out) == (1, True)
    path.write_text(before.replace("a zebra crossed the square", "The bells rang late"))
    ran = kb(*command)
    assert (ran.code, "is found twice; give more words" in ran.out) == (1, True)
    path.write_text(before.replace("a zebra crossed the square", "The oil was stiff each"))
    dry = kb(*command, "--dry-run")
    assert (dry.code, "nothing was written" in dry.out, anchor_of(root).digest) == (0, True, None)
    assert kb(*command).code == 0
    log.write_text(LOG.replace("stiff each morning", "stiff each long morning"))
    ran = kb(*command)
    assert (ran.code, "the passage has changed" in ran.out) == (1, True)
    old = anchor_of(root).digest
    assert kb(*command, "--accept").code == 0
    assert anchor_of(root).digest not in (None, old)


def test_words_that_are_given_are_looked_up_first(kb: Kb, tower: tuple[Path, Path, Path]) -> None:
    root, path, log = tower
    command = ("anchor", "new-oil-helped", "--snapshot", log, "--claims", root)
    assert kb(*command, "--start", "no such words here").code == 1
    assert "no_anchor" in path.read_text()
    assert kb(*command, "--start", LATE, "--end", "could find any delay.").code == 0
    assert anchor_of(root).start == LATE


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (("nothing-of-it",), "unknown id"),
        (("--snapshot", "no/such/file"), "is not a file"),
        (("--passage", "9"), "--passage names one of them"),
        (("--end", "last words here"), "--end needs --start"),
    ],
)
def test_what_cannot_be_done(kb: Kb, tower: tuple[Path, Path, Path], change: tuple[str, ...], says: str) -> None:
    root, _, log = tower
    ids = ("new-oil-helped",) if change[0].startswith("--") else ()
    copy = () if "--snapshot" in change else ("--snapshot", log)
    ran = kb("anchor", *ids, *change, *copy, "--claims", root)
    assert (ran.code, ran.out) == (1, "")
    assert says in ran.err
    assert ran.err.count("\n") == 1


def test_another_copy_is_refused(kb: Kb, tower: tuple[Path, Path, Path]) -> None:
    root, _, log = tower
    other = log.rename(log.with_name("another.txt"))
    ran = kb("anchor", "new-oil-helped", "--snapshot", other, "--claims", root)
    assert ran.code == 1
    assert "its sources' copies are named keeper-log.txt" in ran.err


WORDS = ["the", "oil", "was", "cold", "and", "late", "bells", "rang", "–", "“often”", "it’s", "so"]


@given(st.lists(st.sampled_from(WORDS), min_size=1, max_size=60))
def test_a_chosen_anchor_leads_where_it_should(words: list[str]) -> None:
    raw = ". ".join(" ".join(words[n : n + 20]).capitalize() for n in range(0, len(words), 20)) + ".\n"
    snapshot = Snapshot("", raw)
    for begin, end, _ in snapshot.pieces:
        anchor = passages.pointing_at(snapshot, raw, begin, end)
        if anchor is not None:
            match = find(snapshot, anchor)
            assert (match.status, match.start) == (Found.EXACT, begin)
            assert 3 <= word_count(anchor.start) <= 8
            assert anchor.end is None or 3 <= word_count(anchor.end) <= 8
            assert anchor.start in raw


def test_differing_words() -> None:
    assert passages.differing("a b c d", "a x c d e") == [("b", "x"), ("", "e")]
    assert passages.differing("a b", "a b") == []
