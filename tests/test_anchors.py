"""Anchors: found, found twice, nearly found, not found; deep links; coverage; hostile copies."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kb import models as m
from kb.anchors import AnchorResult, check_anchors, coverage, passage_link, snapshot_name
from kb.corpus import Corpus
from kb.errors import Level
from kb.load import load
from kb.snapshots import Found, Snapshot, deep_link, digest_of, find, is_snapshot_name, normalise

LOG = """The kettle log

Ten kettles were filled to the brim with cold water. Each stood on its own plate – none was watched.
Ten more were filled the same way, and these were watched from the first minute to the last. They all boiled "at once".

What the watchers saidOne of them fell asleep5. It’s a long wait, said another.
"""


def look(start: str, end: str | None = None, text: str = LOG) -> tuple[Found, str | None]:
    """How an anchor is found in a text, and the passage."""
    snapshot = Snapshot("log.txt", text)
    match = find(snapshot, m.Anchor(start=start, end=end))
    passage = None if match.start is None else snapshot.text[match.start : match.end]
    return match.status, passage


# --- normalising


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("  a \n\t b\u00a0c  ", "a b c"),
        ("\u201ca\u201d \u2018b\u2019 \u00abc\u00bb", '"a" \'b\' "c"'),
        ("a\u2013b\u2014c\u2212d\u2011e", "a-b-c-d-e"),
        ("wait\u2026", "wait..."),
        ("in\u00advisi\u200bble", "invisible"),
        ("cafe\u0301", "caf\u00e9"),
        ("Case Counts", "Case Counts"),
        ("", ""),
    ],
)
def test_normalise(text: str, plain: str) -> None:
    assert normalise(text) == plain
    assert normalise(plain) == plain


@settings(max_examples=200, deadline=None, derandomize=True)
@given(st.text(max_size=60))
def test_normalising_twice_changes_nothing(text: str) -> None:
    assert normalise(normalise(text)) == normalise(text)


@settings(max_examples=200, deadline=None, derandomize=True)
@given(st.text(alphabet="ab.!? \nA'\"\u2013\u2019(5", max_size=80))
def test_a_copy_is_normalised_line_by_line_as_a_whole_would_be(raw: str) -> None:
    snapshot = Snapshot("x", raw)
    assert snapshot.text == normalise(raw)
    joined = " ".join(snapshot.text[begin:end] for begin, end, _ in snapshot.pieces)
    assert joined == snapshot.text


# --- finding


def test_exact() -> None:
    assert look("Ten kettles were filled", "was watched.") == (
        Found.EXACT,
        "Ten kettles were filled to the brim with cold water. Each stood on its own plate - none was watched.",
    )


def test_start_alone_runs_to_the_end_of_the_sentence() -> None:
    assert look("They all boiled") == (Found.EXACT, 'They all boiled "at once".')
    text = "One " + "very " * 40 + "long sentence."
    status, passage = look("One very", None, text)
    assert (status, len((passage or "").split())) == (Found.EXACT, 15)


def test_typographic_signs_and_white_space_do_not_matter() -> None:
    assert look("It's a   long wait")[0] is Found.EXACT
    assert look("own plate - none was")[0] is Found.EXACT
    assert look("own plate — none was")[0] is Found.EXACT
    assert look("boiled “at once”")[0] is Found.EXACT


def test_case_matters() -> None:
    assert look("ten kettles were filled to the brim")[0] is Found.NEAR


def test_a_passage_may_run_over_lines() -> None:
    assert look("none was watched.", "the same way")[0] is Found.EXACT


def test_words_are_whole_words() -> None:
    assert look("attle lo", None, "Cattle log, kettle log")[0] is not Found.EXACT
    assert look("cat sat on", None, "the cat sat once")[0] is not Found.EXACT
    assert look("the cat sat", None, "bathe cat sat; the cat sat down")[1] == "the cat sat down"


def test_headings_and_footnote_marks_that_a_copy_glues_to_words() -> None:
    assert look("One of them fell")[0] is Found.EXACT
    assert look("of them fell asleep")[0] is Found.EXACT


def test_found_twice() -> None:
    assert look("were filled")[0] is Found.AMBIGUOUS
    assert look("were filled", "the first minute")[0] is Found.AMBIGUOUS, "a browser would take the first start"
    assert look("were filled", "was watched.")[0] is Found.EXACT, "from the second start no such end follows"


def test_the_next_end_counts() -> None:
    assert look("aa bb", "cc dd", "aa bb 1 cc dd 2 cc dd") == (Found.EXACT, "aa bb 1 cc dd")


def test_start_and_end_may_overlap_in_a_short_passage() -> None:
    assert look("aa bb cc", "bb cc dd", "x aa bb cc dd x") == (Found.EXACT, "aa bb cc dd")


def test_an_end_before_the_start_is_none() -> None:
    assert look("They all boiled", "to the brim")[0] is Found.MISSING


def test_near_gives_the_closest_words() -> None:
    match = find(Snapshot("log.txt", LOG), m.Anchor(start="Ten ketles were filed", end="with cold watr"))
    assert match.status is Found.NEAR
    assert 0.8 <= match.similarity < 1
    assert match.closest == 'start: "Ten kettles were filled", end: "with cold water."'


def test_missing() -> None:
    assert look("nothing of the kind here")[0] is Found.MISSING
    assert look("Ten kettles were filled", "nothing of the kind")[0] is Found.MISSING
    assert look("anything", None, "")[0] is Found.MISSING
    assert look("")[0] is Found.MISSING


@settings(max_examples=100, deadline=None, derandomize=True)
@given(st.data())
def test_any_passage_of_a_text_without_repetition_is_found(data: st.DataObject) -> None:
    words = [f"w{n}" for n in range(data.draw(st.integers(20, 60)))]
    text = " ".join(words)
    first = data.draw(st.integers(0, len(words) - 16))
    last = data.draw(st.integers(first + 15, len(words) - 1))
    start, end = " ".join(words[first : first + 4]), " ".join(words[last - 3 : last + 1])
    assert look(start, end, text) == (Found.EXACT, " ".join(words[first : last + 1]))


@pytest.mark.parametrize(
    ("name", "text", "anchor"),
    [
        ("one word", "word " * 10_000, m.Anchor(start="word word word", end="word word word")),
        ("one word, no end", "word " * 10_000, m.Anchor(start="word word word", end="never to be found")),
        ("one word, end inside words", "word " * 10_000 + "xwordx", m.Anchor(start="word word word", end="xword")),
        ("one word, near", "word " * 10_000, m.Anchor(start="ward werd wurd word ward werd wurd word")),
        ("one letter", "a" * 50_000, m.Anchor(start="a" * 150, end="a" * 150)),
        ("letters", "a " * 25_000, m.Anchor(start="a a a a a a a b", end="a a a a a a b")),
        ("full stops", ". " * 25_000, m.Anchor(start=". . .", end=". . .")),
        ("sentence ends", "A.' " * 12_000, m.Anchor(start="A.' B.' A.'", end="A.' A.' C.'")),
        ("quotes", "'" * 50_000, m.Anchor(start="''' ''' '''")),
        ("white space", " \n" * 25_000, m.Anchor(start="a b c")),
        ("almost", ("abcdefghij " * 4_500), m.Anchor(start="abcdefghij abcdefghix abcdefghij", end="jihgfedcba " * 10)),
    ],
)
def test_hostile_copies_are_settled_quickly(name: str, text: str, anchor: m.Anchor) -> None:
    snapshot = Snapshot(name, text)
    began = time.process_time()
    find(snapshot, anchor)
    _ = snapshot.pieces
    assert time.process_time() - began < 1.0


# --- deep links


@pytest.mark.parametrize(
    ("start", "end", "fragment"),
    [
        ("a few words", None, "a%20few%20words"),
        ("first words here", "last words there", "first%20words%20here,last%20words%20there"),
        ("well-known, they say", None, "well%2Dknown%2C%20they%20say"),
        ("R&D #1 50%", None, "R%26D%20%231%2050%25"),
        ("it’s “so” – é", None, "it%E2%80%99s%20%E2%80%9Cso%E2%80%9D%20%E2%80%93%20%C3%A9"),
        ("two  spaces\nand a line", None, "two%20spaces%20and%20a%20line"),
        ("a/b?c=d:e;f+g", None, "a%2Fb%3Fc%3Dd%3Ae%3Bf%2Bg"),
    ],
)
def test_deep_links(start: str, end: str | None, fragment: str) -> None:
    anchor = m.Anchor(start=start, end=end)
    assert deep_link("https://example.org/log", anchor) == f"https://example.org/log#:~:text={fragment}"


def test_a_url_with_a_fragment_keeps_it() -> None:
    link = deep_link("https://example.org/log#part-2", m.Anchor(start="a few words"))
    assert link == "https://example.org/log#part-2:~:text=a%20few%20words"


# --- names of copies


@pytest.mark.parametrize("name", ["log.txt", "log-2025_1.txt", "Log", "0"])
def test_bare_file_names(name: str) -> None:
    assert is_snapshot_name(name)


@pytest.mark.parametrize(
    "name", ["../log.txt", "/etc/passwd", "a/b", "a\\b", "..", ".hidden", "", "a\n", "x" * 130, "a b", "-rf"]
)
def test_paths_are_no_names(name: str) -> None:
    assert not is_snapshot_name(name)


# --- records

Make = Callable[[dict[str, str]], Corpus]


@pytest.fixture
def make(tmp_path: Path) -> Make:
    """Records of a claims folder by file name, beside the copies in ``snapshots``."""

    def write(files: dict[str, str]) -> Corpus:
        for name, text in files.items():
            path = tmp_path / "claims" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        loaded = load(tmp_path / "claims")
        assert loaded.findings == ()
        return loaded.corpus

    (tmp_path / "snapshots").mkdir()
    (tmp_path / "snapshots" / "log.txt").write_text(LOG)
    return write


def source(extra: str = "snapshot: log.txt\nurl: https://example.org/log\n", type: str = "report") -> str:
    return f"kind: source\ntitle: The log\ntype: {type}\n{extra}"


def claim(*anchors: str, source: str = "log") -> str:
    seen = "".join(f"  - source: {source}\n    anchor:\n{anchor}" for anchor in anchors)
    return f"kind: claim\ntitle: Kettles boil\ntext: Every kettle boils in the end.\nseen_in:\n{seen}"


def anchor(start: str, end: str = "", digest: str = "") -> str:
    parts = {"start": start, "end": end, "digest": digest}
    return "".join(f"      {name}: {text!r}\n" for name, text in parts.items() if text)


def one(corpus: Corpus, tmp_path: Path) -> AnchorResult:
    [result] = check_anchors(corpus, tmp_path / "snapshots")
    return result


def test_a_result_says_where_what_and_how(make: Make, tmp_path: Path) -> None:
    corpus = make(
        {"sources/log.yaml": source(), "kettles/a.yaml": claim(anchor("Ten kettles were", "none was watched."))}
    )
    result = one(corpus, tmp_path)
    assert (result.record, result.line, result.col) == ("a", 7, 14)
    assert (result.source, result.snapshot, result.status) == ("log", "log.txt", Found.EXACT)
    assert result.words == 19
    assert result.passage is not None
    assert result.digest == hashlib.sha256(result.passage.encode()).hexdigest()[:16] == digest_of(result.passage)
    assert result.url == "https://example.org/log#:~:text=Ten%20kettles%20were,none%20was%20watched."
    assert result.finding() is None


def test_every_status_has_its_finding(make: Make, tmp_path: Path) -> None:
    corpus = make(
        {
            "sources/log.yaml": source(),
            "kettles/a.yaml": claim(
                anchor("Ten ketles were filled"),
                anchor("no such words at all"),
                anchor("kettles were filled", "brim with cold water."),
                anchor("were filled the same", "", "0123456789abcdef"),
                anchor("were filled the"),
            ),
        }
    )
    results = check_anchors(corpus, tmp_path / "snapshots")
    found = [
        (result.status, finding and (finding.code, finding.level))
        for result in results
        for finding in [result.finding()]
    ]
    assert found == [
        (Found.NEAR, ("anchor-near", Level.ERROR)),
        (Found.MISSING, ("anchor-missing", Level.ERROR)),
        (Found.EXACT, ("anchor-short", Level.SUGGESTION)),
        (Found.EXACT, ("anchor-digest", Level.ERROR)),
        (Found.EXACT, None),
    ]


def test_without_a_copy_nothing_is_checked(make: Make, tmp_path: Path) -> None:
    files = {"kettles/a.yaml": claim(anchor("no such words"))}
    for extra in ("", "snapshot: other.txt\n", "snapshot: ../claims/kettles/a.yaml\n"):
        corpus = make({**files, "sources/log.yaml": source(extra + "no_url: It is on paper only.\n")})
        result = one(corpus, tmp_path)
        assert (result.status, result.finding(), result.url) == (Found.UNCHECKED, None, None)
    assert one(make({"sources/log.yaml": source()}), tmp_path / "nowhere").status is Found.UNCHECKED


def test_copies_that_are_no_plain_files_are_left_alone(make: Make, tmp_path: Path) -> None:
    (tmp_path / "snapshots" / "folder.txt").mkdir()
    corpus = make(
        {"sources/log.yaml": source("snapshot: folder.txt\n"), "kettles/a.yaml": claim(anchor("some few words"))}
    )
    assert one(corpus, tmp_path).status is Found.UNCHECKED


def test_a_comment_is_looked_up_where_its_thread_is(make: Make, tmp_path: Path) -> None:
    corpus = make(
        {
            "sources/log.yaml": source(),
            "sources/comment.yaml": source("part_of: log\n", "comment"),
            "sources/answer.yaml": source("part_of: comment\n", "comment"),
            "kettles/a.yaml": claim(anchor("It's a long wait"), source="answer"),
        }
    )
    result = one(corpus, tmp_path)
    assert (result.status, result.snapshot) == (Found.EXACT, "log.txt")
    assert result.url == "https://example.org/log#:~:text=It%27s%20a%20long%20wait"
    record = corpus.record("a", m.Claim)
    assert passage_link(corpus, record.seen_in[0]) == result.url


def test_sources_that_are_part_of_each_other_end(make: Make) -> None:
    corpus = make(
        {
            "sources/a.yaml": source("part_of: b\n", "comment"),
            "sources/b.yaml": source("part_of: a\n", "comment"),
        }
    )
    assert snapshot_name(corpus, "a") is None
    assert snapshot_name(corpus, "nowhere") is None


def test_results_are_in_order_of_file_and_place(make: Make, tmp_path: Path) -> None:
    corpus = make(
        {
            "sources/log.yaml": source(),
            "kettles/b.yaml": claim(anchor("Ten more were filled"), anchor("They all boiled")),
            "kettles/a.yaml": claim(anchor("said another")),
        }
    )
    results = check_anchors(corpus, tmp_path / "snapshots")
    assert [(r.record, r.line) for r in results] == [("a", 7), ("b", 7), ("b", 10)]
    assert results == check_anchors(corpus, tmp_path / "snapshots")


# --- coverage


def test_coverage_shows_what_no_record_speaks_of(make: Make, tmp_path: Path) -> None:
    corpus = make(
        {
            "sources/log.yaml": source(),
            "sources/comment.yaml": source("part_of: log\n", "comment"),
            "kettles/a.yaml": claim(anchor("Ten kettles were", "plate - none was watched.")),
            "kettles/b.yaml": claim(anchor("on its own plate")),
        }
    )
    [covered] = coverage(corpus, tmp_path / "snapshots")
    assert (covered.snapshot, covered.sources) == ("log.txt", ("comment", "log"))
    assert [(piece.line, piece.records) for piece in covered.pieces] == [
        (3, ("a",)),
        (3, ("a", "b")),
        (4, ()),
        (4, ()),
        (6, ()),
        (6, ()),
    ]
    assert [piece.text.split()[0] for piece in covered.uncovered] == ["Ten", "They", "What", "It's"]
    assert covered.share == pytest.approx(19 / 56)


def test_coverage_leaves_out_copies_that_are_not_there(make: Make, tmp_path: Path) -> None:
    corpus = make({"sources/log.yaml": source("snapshot: other.txt\n")})
    assert coverage(corpus, tmp_path / "snapshots") == ()


def test_the_founding_documents_hold_every_anchor() -> None:
    """Where the stored copies of the founding documents lie beside the project, every anchor must be in them."""
    root = Path(__file__).resolve().parents[1]
    copies = root.parent / "shared" / "sources"
    if not copies.is_dir():
        pytest.skip("the stored copies are not here")
    results = check_anchors(load(root / "claims").corpus, copies)
    assert [str(finding) for r in results if (finding := r.finding()) and finding.level is Level.ERROR] == []
