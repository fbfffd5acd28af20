"""Records that newcomers break: each is told the file, the line, the column, a code, and what to write instead.

Every case changes one valid record; nothing ends in a traceback, and an error ends with exit code 1.
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import NamedTuple

import pytest
from support import Kb

from kb.codes import every_code
from kb.rules._examples import world

EVIDENCE = """\
kind: evidence
title: The ninth kettle sang
text: The ninth kettle sang before it boiled.
design: observation
seen_in:
  - source: kettle-log
    locator: row 9
bears_on:
  - claim: waiting-feels-long
    stance: opposes
    strength: slight
    why: Somebody had the patience to listen.
"""
CLAIM = """\
kind: claim
title: Lids keep the heat in
text: A lid keeps the heat of a kettle in.
bears_on:
  - claim: watched-kettles-boil-late
    stance: supports
    strength: slight
    why: Who watches lifts the lid.
"""
SOURCE = """\
kind: source
title: Letters on kettles
type: post
authors_text: A reader
issued: 2025-05
url: https://example.org/letters
"""
QUANTITY = """\
kind: quantity
title: Kettles a day
metric: kettles boiled in one kitchen
unit: kettles per day
as_of: 2025-04
value: 6
basis: guessed
seen_in:
  - source: cooks-blog
    locator: third paragraph
"""
POSITION = """\
kind: position
by: the-tester
on: waiting-feels-long
stance: asserts
credence: likely
said: 2025-03
seen_in:
  - source: kettle-log
    locator: last page
"""
PASSAGE = "seen_in:\n  - source: kettle-log\n    locator: row 9\n"
X = "kettles/x.yaml"
SX = "sources/x.yaml"


class Case(NamedTuple):
    """A broken file, where the finding must stand, its code, and words that the remedy must hold."""

    name: str
    text: str | bytes
    line: int
    col: int
    code: str
    remedy: tuple[str, ...]
    path: str = X
    said: str = ""
    level: str = "error"


def evidence(old: str, new: str) -> str:
    """The item with one place changed."""
    assert EVIDENCE.count(old) == 1, old
    return EVIDENCE.replace(old, new)


def source(old: str, new: str) -> str:
    assert SOURCE.count(old) == 1, old
    return SOURCE.replace(old, new)


def quantity(new: str) -> str:
    return QUANTITY.replace("value: 6", new)


def position(new: str) -> str:
    return POSITION.replace("credence: likely", new)


CASES = [
    # the file as text
    Case("indented-too-little", evidence("    stance:", "   stance:"), 10, 4, "yaml-syntax",
         ("indent", "below its first one"), said="line up"),
    Case("list-entry-not-indented", evidence("    stance:", "  stance:"), 10, 3, "yaml-syntax",
         ("indent", "- claim"), said="line up"),
    Case("tab", evidence("    stance:", "\tstance:"), 10, 1, "text-character", ("use spaces",), said="a tab"),
    Case("no-colon", evidence("design: obs", "design obs"), 4, 1, "yaml-syntax", ("name: value",), said="no colon"),
    Case("no-blank-after-colon", evidence("design: obs", "design:obs"), 4, 1, "yaml-syntax",
         ("write `design: observation`",), said="after the colon"),
    Case("no-blank-after-dash", evidence("  - claim", "  -claim"), 9, 3, "yaml-syntax", ("write `- claim: ...`",),
         said="after the dash"),
    Case("quote-not-closed", evidence("title: The", 'title: "The'), 2, 8, "yaml-syntax", ("close it",),
         said="never closed"),
    Case("apostrophe-in-single-quotes", evidence("title: The ninth kettle sang", "title: 'The cook's kettle sang'"),
         2, 18, "yaml-syntax", ('put the text in " instead of \'',), said="ends here"),
    Case("colon-in-text", evidence("text: The", "text: Note: the"), 3, 11, "yaml-syntax",
         ('put the value in quotes: `text: "Note: the',), said="inside the value"),
    Case("starts-with-percent", evidence("title: The", "title: %9 of the"), 2, 8, "yaml-syntax",
         ('`title: "%9 of the ninth kettle sang"`',), said="cannot start with `%`"),
    Case("starts-with-hash", evidence("title: The ninth", "title: #9"), 2, 7, "schema", ("# needs quotes",),
         said="is empty"),
    Case("text-behind-bar", evidence("text: The ninth", "text: | The ninth"), 3, 9, "yaml-syntax",
         ("next line", "indented"), said="behind `|`"),
    Case("value-missing-in-brackets", evidence("locator: row 9", "locator: [a, @]"), 7, 18, "yaml-syntax",
         ("put",), said="cannot start with `@`"),
    Case("text-before-fields", "Some words.\n" + EVIDENCE, 1, 1, "yaml-syntax", ("name: value",), said="no colon"),
    Case("field-twice", EVIDENCE + "title: It sang\n", 13, 1, "yaml-duplicate-key", ("keep one of the two",),
         said="first on line 2"),
    Case("byte-order-mark", "\ufeff" + EVIDENCE, 1, 1, "text-character", ("save", "without BOM")),
    Case("utf-16", EVIDENCE.encode("utf-16-le"), 1, 2, "text-character", ("delete it",)),
    Case("latin-1", evidence("text: The ninth", "text: In the café the ninth").encode("latin-1"), 3, 17,
         "text-encoding", ("save it as UTF-8",)),
    Case("no-break-space", evidence("design: obs", "design:\u00a0obs"), 4, 1, "yaml-syntax", ("type a blank",),
         said="no-break space"),
    Case("backwards-text", evidence("ninth kettle sang\n", "ninth \u202ekettle sang\n"), 2, 18, "text-character",
         ("delete it",), said="turns text round"),
    Case("zero-width-space", evidence("waiting-", "waiting\u200b-"), 9, 19, "text-character", ("delete it",)),
    Case("accent-in-two-parts", evidence("text: The", "text: In the cafe\u0301 the"), 3, 17, "text-character",
         ("retype",)),
    Case("merge-conflict", evidence("design: observation\n",
         "<<<<<<< HEAD\ndesign: observation\n=======\ndesign: anecdote\n>>>>>>> theirs\n"), 4, 1, "merge-conflict",
         ("keep one side", "delete the lines")),
    Case("two-records", EVIDENCE + "---\n" + CLAIM, 13, 1, "yaml-documents", ("one record a file",)),
    Case("empty", "", 1, 1, "yaml-syntax", ("kind: ...",), said="empty"),
    Case("comments-alone", "# nothing yet\n", 1, 1, "yaml-syntax", ("kind: ...",), said="empty"),
    Case("list-instead-of-fields", "- kind: evidence\n- title: x\n", 1, 1, "yaml-syntax", ("kind: ...",)),
    Case("prose", "The ninth kettle sang.\n", 1, 1, "yaml-syntax", ("kind: ...",)),
    Case("huge-file", EVIDENCE + "notes: " + "so on " * 12_000 + "\n", 1, 1, "yaml-size", ("split it", "shorten")),
    # names and places
    Case("capital-letters-in-name", EVIDENCE, 1, 1, "id", ("lower-case", "ninth-kettle.yaml"),
         "kettles/Ninth_Kettle.yaml"),
    Case("blank-in-name", EVIDENCE, 1, 1, "id", ("hyphens", "ninth-kettle.yaml"), "kettles/ninth kettle.yaml"),
    Case("other-id-inside", "id: y\n" + EVIDENCE, 1, 5, "id", ("write `id: x`", "leave the line out")),
    Case("ending-yml", EVIDENCE, 1, 1, "file-place", ("rename it to x.yaml",), "kettles/x.yml"),
    Case("source-in-a-topic", SOURCE, 1, 7, "file-place", ("move the file to sources/",), "kettles/letters.yaml"),
    Case("evidence-on-a-shelf", EVIDENCE, 1, 7, "file-place", ("folder of a topic",), SX),
    Case("outside-all-folders", EVIDENCE, 1, 1, "file-place", ("move it into a topic's folder",), "x.yaml"),
    Case("topic-misspelt", CLAIM, 1, 7, "topic-file", ("kettles", "_topic.yaml"), "kettels/x.yaml", level="warning"),
    Case("id-taken", "kind: term\ntitle: long\nword: long\ndefinition: Longer than it is.\n", 1, 1,
         "duplicate-id", ("another file name",), "terms/watched-kettles-boil-late.yaml"),
    # fields
    Case("kind-misspelt", evidence("evidence", "evidance"), 1, 7, "schema", ("did you mean evidence?",)),
    Case("kind-missing", evidence("kind: evidence\n", ""), 1, 1, "schema", ("did you mean evidence?", "`kind:`")),
    Case("title-missing", evidence("title: The ninth kettle sang\n", ""), 1, 1, "schema", ("add `title: ...`",)),
    Case("source-missing", evidence(PASSAGE, ""), 2, 8, "no-root", ("add `seen_in:`", "`source:`")),
    Case("field-misspelt", evidence("design:", "desgin:"), 4, 1, "schema", ("did you mean `design`?",)),
    Case("field-unknown", EVIDENCE + "colour: red\n", 13, 1, "schema", ("fields here:", "bears_on")),
    Case("word-misspelt", evidence("opposes", "oppose"), 10, 13, "schema", ("did you mean opposes?",)),
    Case("word-unknown", evidence("observation", "rumour"), 4, 9, "schema", ("write one of", "anecdote")),
    Case("word-with-capital", evidence("slight", "Slight"), 11, 15, "schema", ("did you mean slight?",)),
    Case("no-is-a-word", evidence("text: The ninth kettle sang before it boiled.", "text: NO"), 3, 7, "schema",
         ("at least 3 characters",)),
    Case("text-instead-of-list", evidence(PASSAGE, "seen_in: kettle-log\n"), 5, 10, "schema",
         ("start each entry with `- `", "`source:`")),
    Case("fields-instead-of-list", evidence(PASSAGE, PASSAGE.replace("  - ", "  ").replace("    ", "  ")), 6, 3,
         "schema", ("start each entry with `- `",)),
    Case("list-instead-of-text", evidence("title: The ninth kettle sang", "title: [It sang]"), 2, 8, "schema",
         ("write `title: It sang`",)),
    Case("number-instead-of-text", source("2025-05", "2025"), 5, 9, "schema", ('in quotes: "2025"',), SX),
    Case("truth-instead-of-text", QUANTITY.replace("kettles per day", "true"), 4, 7, "schema", ('"true"',)),
    Case("text-too-long", evidence("text: The", "text: " + "So and so. " * 60 + "The"), 3, 7, "schema",
         ("at most 600",)),
    Case("reason-missing", evidence("    why: Somebody had the patience to listen.\n", ""), 11, 5, "missing-why",
         ("add `why:`",)),
    Case("reason-too-short", evidence("Somebody had the patience to listen.", "sure"), 12, 10, "schema",
         ("at least 10 characters",)),
    Case("commas-in-brackets", evidence("    locator: row 9", "    anchor: {start: the kettle of tin, which sang}"),
         7, 40, "schema", ("in quotes", "one field a line")),
    # numbers, dates, addresses
    Case("number-in-quotes", quantity('value: "6"'), 6, 8, "schema", ("take the quotation marks away: 6",)),
    Case("number-with-unit", quantity("value: 6 kettles"), 6, 8, "schema", ("the number alone: 6",)),
    Case("thousands-with-comma", quantity("value: 6,000"), 6, 8, "schema", ("without commas: 6000",)),
    Case("leading-zero", quantity("value: 06"), 6, 8, "yaml-number", ("without leading zeros",)),
    Case("infinite", quantity("value: .inf"), 6, 8, "yaml-number", ("write a number",)),
    Case("interval-reversed", quantity("value: {low: 9, high: 3}"), 6, 14, "quantity-interval",
         ("smaller number as `low`",)),
    Case("percentage-as-number", position("credence: 60"), 5, 11, "schema", ("0.6 for 60%",)),
    Case("percentage-with-sign", position("credence: 60%"), 5, 11, "schema", ("write 0.6 for 60%",)),
    Case("certainty", position("credence: 1"), 5, 11, "schema", ("strictly between 0 and 1",)),
    Case("credence-word-unknown", position("credence: probable"), 5, 11, "schema", ("likely", "a number such as 0.7")),
    Case("negative-ratio", evidence("strength: slight", "strength: {lr: -3}"), 11, 20, "schema",
         ("at least 1", "stance: opposes")),
    Case("bare-number-as-strength", evidence("slight", "3"), 11, 15, "schema", ("slight", "{db: 5}", "{lr: 3}")),
    Case("table-against-its-stance", evidence("strength: slight", "strength: {if_true: 0.9, if_false: 0.1}"), 9, 5,
         "schema", ("exchange them", "other stance")),
    Case("reliability-without-name", evidence("bears_on:", "reliability: 0.9\nbears_on:"), 8, 14, "schema",
         ("`value:`", "`why:`")),
    Case("no-such-day", source("2025-05", "2025-02-30"), 5, 9, "schema", ("YYYY-MM-DD",), SX, "is not a date"),
    Case("date-with-slashes", source("2025-05", "03/05/2025"), 5, 9, "schema", ("YYYY-MM-DD",), SX),
    Case("date-in-words", source("2025-05", "May 2025"), 5, 9, "schema", ("YYYY-MM",), SX),
    Case("address-without-scheme", source("https://", "www."), 6, 6, "schema", ("https://www.example.org/lett",), SX),
    Case("address-with-blank", source("org/letters", "org/my letters"), 6, 6, "schema", ("my%20letters",), SX),
    Case("address-that-runs", source("https://example.org/letters", "javascript:alert(1)"), 6, 6, "schema",
         ("starts with https://",), SX),
    Case("address-with-password", source("https://", "https://me:secret@"), 6, 6, "url-host", ("before the @",), SX),
    # references
    Case("claim-misspelt", evidence("waiting-feels-long", "waiting-feel-long"), 9, 12, "unknown-reference",
         ("did you mean waiting-feels-long?",)),
    Case("source-without-file", evidence("kettle-log", "my-own-diary-of-it"), 6, 13, "unknown-reference",
         ("the id of a source", "add my-own-diary-of-it.yaml")),
    Case("question-as-claim", evidence("waiting-feels-long", "do-watched-kettles-boil-late"), 9, 12, "wrong-kind",
         ("the question's answers",)),
    Case("anchor-too-long", evidence("locator: row 9", "anchor: {start: 'the ninth kettle of all sang for so long'}"),
         7, 21, "anchor-words", ("3 to 8 words",)),
    Case("anchor-as-text", evidence("locator: row 9", "anchor: " + "the ninth kettle sang " * 4), 7, 13, "schema",
         ("write two lines: `anchor:` and, below it and indented, `  start: \"first words\"`",),
         said="the ninth kettle sang the ninth kettle sang the ninth kettl…'"),
    Case("author-by-name", source("authors_text:", "author:"), 4, 1, "schema",
         ("for a name without a record write `authors_text: A reader`",), SX),
    Case("authors-by-name", source("authors_text:", "authors:"), 4, 10, "schema",
         ("for a name without a record write `authors_text: A reader`",), SX),
    Case("list-of-names", source("authors_text: A reader", "authors: [Jane Example]"), 4, 11, "schema",
         ("for a name without a record write `authors_text: Jane Example`",), SX),
    Case("author-by-id", source("authors_text: A reader", "author: the-cook"), 4, 1, "schema",
         ("did you mean `authors`?",), SX),
    Case("anchor-in-quotes", evidence("locator: row 9", "anchor: {start: '\"the ninth kettle sang...\"'}"), 7, 21,
         "anchor-edited", ("here: the ninth kettle sang",), level="warning", said="a mark of omission"),
    # wording: worth mending, and no reason to stop a build
    Case("markdown-in-title", evidence("title: The ninth", "title: The **ninth**"), 2, 8, "markup", ("plain words",),
         level="warning"),
    Case("html-in-text", evidence("text: The ninth", "text: The <b>ninth</b>"), 3, 7, "markup", ("plain words",),
         level="warning"),
    Case("curly-quotes", evidence("title: The ninth kettle sang", "title: “The ninth kettle sang”"), 2, 8,
         "curly-quotes", ("delete them",), level="warning"),
    Case("stop-after-title", evidence("title: The ninth kettle sang", "title: The ninth kettle sang."), 2, 8,
         "title-stop", ("leave it out",), level="warning"),
    Case("question-as-title-of-a-claim", CLAIM.replace("title: Lids keep the heat in", "title: Do lids keep heat in?"),
         2, 8, "question-mark", ("say what is claimed",), level="warning"),
    Case("tracking-in-address", source("letters", "letters?utm_source=a"), 6, 6, "url-tracking",
         ("write https://example.org/letters",), SX, level="warning"),
]  # fmt: skip


@pytest.fixture
def kettles(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The valid records of the rules' examples, in ``claims/`` of the current folder."""
    for name, content in world().items():
        path = tmp_path / "claims" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    monkeypatch.chdir(tmp_path)
    return tmp_path / "claims"


def broken(kettles: Path, case: Case) -> None:
    path = kettles / case.path
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(case.text if isinstance(case.text, bytes) else case.text.encode())


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_broken_record_is_told_where_what_and_what_to_write(kb: Kb, kettles: Path, case: Case) -> None:
    broken(kettles, case)
    ran = kb("check", "--json")
    found = [f for f in json.loads(ran.out)["findings"] if f["path"] == f"claims/{case.path}"]
    assert ran.code == (1 if case.level == "error" else 0)
    assert ran.err == ""
    hits = [f for f in found if f["code"] == case.code and (f["line"], f["col"]) == (case.line, case.col)]
    assert len(hits) == 1, found
    (hit,) = hits
    assert hit["level"] == case.level
    assert case.said in hit["message"]
    for words in case.remedy:
        assert words in hit["hint"]
    assert not re.search(r"mapping values|expected|token|scalar|indicator|Traceback|pydantic", str(hit)), "plain words"
    assert case.code in every_code()


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_the_line_in_the_terminal(kb: Kb, kettles: Path, case: Case) -> None:
    broken(kettles, case)
    ran = kb("check", "--no-coherence")
    start = f"claims/{case.path}:{case.line}:{case.col} {case.code} "
    lines = [line for line in ran.out.splitlines() if line.startswith(start)]
    assert len(lines) == 1, ran.out
    assert "; " in lines[0]
    assert lines[0].isprintable()
    assert "Traceback" not in ran.out + ran.err


def test_one_mistake_is_told_once(kb: Kb, kettles: Path) -> None:
    """What follows from a mistake is not reported beside it."""
    also = {
        "source-in-a-topic": {"unused-record"},  # nothing names it, which is another fact
        "two-records": set(),
        "utf-16": {"text-character"},
    }
    for case in CASES:
        broken(kettles, case)
        found = json.loads(kb("check", "--no-coherence", "--json").out)["findings"]
        about = [f for f in found if f["path"] == f"claims/{case.path}"]
        if case.name == "author-by-name":
            assert [f["code"] for f in about if f["level"] == "error"] == ["schema"], about
        others = {f["code"] for f in about} - {case.code} - {"unused-record"}
        assert others <= also.get(case.name, set()), (case.name, about)
        (kettles / case.path).unlink()


def test_the_records_that_are_broken_are_valid_before(kb: Kb, kettles: Path) -> None:
    for text, name in (
        (EVIDENCE, X),
        (CLAIM, "kettles/y.yaml"),
        (QUANTITY, "kettles/z.yaml"),
        (POSITION, "kettles/p.yaml"),
    ):
        (kettles / name).write_text(text)
    ran = kb("check", "--no-coherence")
    assert (ran.code, ran.out.splitlines()[-1].rpartition(": ")[2]) == (0, "no findings")


def test_windows_line_ends_and_emoji_are_taken(kb: Kb, kettles: Path) -> None:
    (kettles / X).write_bytes(evidence("boiled.", "boiled 🫖.").replace("\n", "\r\n").encode())
    assert kb("check", "--no-coherence").out.endswith(": no findings\n")


def test_everything_that_is_wrong_with_a_file_is_said_at_once(kb: Kb, kettles: Path) -> None:
    """Reading, fields, references, reasons, wording and addresses: none hides another."""
    (kettles / X).write_text(
        EVIDENCE.replace("title: The ninth kettle sang", "title: The ninth kettle sang.")
        .replace("design: observation", "desgin: observation")
        .replace("source: kettle-log", "source: kettle-lag")
        .replace("stance: opposes", "stance: oppose")
        .replace("boiled.", "boiled, says me@example.org.")
        .replace("    why: Somebody had the patience to listen.\n", "    why: Somebody had the patience to listen.\n"
                 "  - claim: watched-kettles-boil-late\n    stance: opposes\n    strength: moderate\n")
        + "added: 2026-02-30\ntitle: It sang\n"
    )  # fmt: skip
    found = json.loads(kb("check", "--json").out)["findings"]
    about = {(f["line"], f["code"]) for f in found if f["path"] == f"claims/{X}"}
    assert about == {
        (2, "title-stop"),
        (3, "email-address"),
        (4, "schema"),
        (6, "unknown-reference"),
        (10, "schema"),
        (15, "missing-why"),
        (16, "schema"),
        (17, "yaml-duplicate-key"),
    }
    assert len(about) >= 6


def test_thirty_broken_records_at_once(kb: Kb, kettles: Path) -> None:
    """One run over all of them: every file is named with its own code."""
    wanted = set()
    for n, case in enumerate(CASES):
        if case.path in (X, SX):
            case = case._replace(path=case.path.replace("x.yaml", f"x{n}.yaml"))
            broken(kettles, case)
            wanted.add((f"claims/{case.path}", case.code))
    assert len(wanted) > 30
    ran = kb("check", "--no-coherence", "--json")
    found = {(f["path"], f["code"]) for f in json.loads(ran.out)["findings"]}
    errors = {(path, code) for path, code in wanted if every_code()[code].level == "error" and code != "id"}
    assert errors <= found
    assert ran.code == 1
