"""The files that the form for adding in place makes, and what it says of them, are what Python makes and says."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from typing import Any

import pytest
from conftest import CORPUS, ROOT
from hypothesis import example, given, settings
from hypothesis import strategies as st
from playwright.sync_api import Browser, Page

from kb import fmt, new, vocab
from kb.corpus import Corpus
from kb.engine import assess
from kb.load import Loaded, load, load_files
from kb.pages import Settings, Site, adding
from kb.rules import check_loaded
from kb.text import clean, read_document
from kb.typed import date_of, in_latin_letters, passage_words

pytestmark = pytest.mark.browser

SCRIPTS = ROOT / "site/pages/assets/js/add"
NASTY = (
    "on: yes",
    "- a dash",
    "yes",
    "No",
    "12:30",
    "1e5",
    "0x1f",
    "~",
    "null",
    "2026",
    "2026-03",
    "#not a comment",
    "a #b",
    "a: b",
    "it's",
    'she said "no"',
    "back\\slash",
    "both ' and \"",
    "*star",
    "&and",
    "!bang",
    "|",
    ">",
    "%",
    "@at",
    "`tick`",
    "ends with:",
    "[list]",
    "{map}",
    "? what",
    ", comma",
    "=",
    "<b>bold</b>",
    "</script><script>alert(1)</script>",
    "\u202eturned",
    "zero\u200bwidth",
    "e\u0301 composed",
    "line\nbreak",
    "tab\there",
    " no\u00a0break ",
    "...",
    "---",
    "👩\u200d🔬",
    "日本語の題",
    "Ünïcödé & Œuvre",
    "\ufeffmark",
    "\u2028line",
    "+1_000",
    "١٢",
    "-",
    "",
    "a\x00b",
    "\u0085",
    ".5",
    "0o17",
)
TEXTS = st.one_of(
    st.sampled_from(NASTY),
    st.lists(st.sampled_from(NASTY), min_size=1, max_size=3).map(" ".join),
    st.text(st.characters(codec="utf-8"), max_size=40),
    st.text("-:#'\"\\ ,yn01.eé\n\t[]{}&*!|>%@`", max_size=30),
)


@pytest.fixture(scope="module")
def bread() -> Loaded:
    return load(CORPUS)


@pytest.fixture(scope="module")
def form(browser: Browser, bread: Loaded) -> Iterator[Page]:
    """A page with the form's data, its writer of files and its checks."""
    page = browser.new_page()
    site = Site(assess(bread.corpus, intervals=False), Settings())
    page.add_script_tag(content=adding.script(site).decode())
    for name in ("records.js", "checks.js"):
        page.add_script_tag(path=SCRIPTS / name)
    yield page
    page.close()


def cleaned(text: str) -> str:
    """What the form for issues makes of an answer."""
    return " ".join(clean(unicodedata.normalize("NFC", text))[0].split())


def known(text: str) -> bool:
    """Whether no character is younger than Python's tables: the browser's may know more of Unicode."""
    return not any(unicodedata.category(c) in ("Cn", "Co") for c in text)


def evidence(text: str) -> dict[str, Any]:
    """A record with one text wherever a text can stand."""
    seen = {"source": "university-trial", "anchor": {"start": text, "end": text}, "locator": text}
    link = {"claim": "cold-rise-tastes-better", "stance": "supports", "strength": "very strong", "why": text}
    fields = {"title": text, "text": text, "design": "thought-experiment", "seen_in": [seen], "bears_on": [link]}
    return {"kind": "evidence", **fields, "added": "2026-11-29"}


def without_empty(value: Any) -> Any:
    """The record without what is empty, which the form leaves out."""
    if isinstance(value, dict):
        return {k: v for k, inner in value.items() if (v := without_empty(inner)) not in ("", {}, [])}
    return [v for one in value if (v := without_empty(one)) not in ("", {}, [])] if isinstance(value, list) else value


@settings(max_examples=250, deadline=None)
@given(st.lists(TEXTS, min_size=5, max_size=12))
@example(list(NASTY))
def test_any_text_makes_the_bytes_that_python_writes(form: Page, texts: list[str]) -> None:
    texts = [text for text in texts if known(text)]
    plain = form.evaluate("(texts) => texts.map(window.counterpoiseRecords.clean)", texts)
    assert plain == [cleaned(text) for text in texts]
    records = [evidence(text) for text in plain]
    files = form.evaluate("(records) => records.map(window.counterpoiseRecords.file)", records)
    for text, record, file in zip(plain, records, files, strict=True):
        assert file.encode() == fmt.text_of(without_empty(record), head=fmt.hint("evidence")), text
        assert not fmt.formatted(file.encode(), "x.yaml").changed
        document, faults = read_document(file.encode(), "x.yaml")
        assert faults == ()
        assert document is not None
        assert document.data == without_empty(record), "what was typed is what is read"


@settings(max_examples=150, deadline=None)
@given(st.lists(st.tuples(TEXTS, TEXTS, st.sampled_from(("", "2024", "2024-02", "20245"))), min_size=4, max_size=10))
@example(
    [("On the Origin of Species", "Charles Darwin", "1859"), ("L’œuvre d’Émile", "Zoë Ångström and A. Łoś", "2024")]
)
@example([("Titel: Größe", "王 小明, Jane Doe", ""), ("the of and", "", "2020-01-02"), ("x" * 90, "y" * 30, "2001")])
def test_ids_are_those_that_kb_new_proposes(form: Page, bread: Loaded, rows: list[tuple[str, str, str]]) -> None:
    asked = [[cleaned(a), cleaned(b), c] for a, b, c in rows if known(a + b)]
    found = form.evaluate(
        """(rows) => { const r = window.counterpoiseRecords; return rows.map(([title, authors, issued]) => [
          r.freeId(r.slug(title)),
          r.freeId(r.sourceId({ title, authors_text: authors, issued }) || "source"),
          r.inLatinLetters(title),
        ]); }""",
        asked,
    )
    for (title, authors, issued), (item, source, latin) in zip(asked, found, strict=True):
        assert item == new.propose_id({"title": title}, vocab.Kind.EVIDENCE, bread.corpus)
        data = {"title": title, "authors_text": authors, "issued": issued}
        assert source == new.propose_id(data, vocab.Kind.SOURCE, bread.corpus)
        assert latin is in_latin_letters(title)
    taken = form.evaluate("window.counterpoiseRecords.freeId('cold-rise-tastes-better')")
    assert taken == "cold-rise-tastes-better-2"


DATES = (
    "2026",
    "2026-3",
    "2026/03/12",
    "12.3.2026",
    "13/03/2026",
    "03/13/2026",
    "March 2026",
    "12th of March 2026",
    "Mar. 3, 2026",
    "2026 march 12",
    "soon",
    "32/01/2026",
    "2026-13",
    "0000",
    "sept 2020",
    "“May 2021”",
)
WORDS = (
    "**bold words** and _more_",
    "*one* two __three__",
    "snake_case_words stay",
    "***all of it***",
    "“of one hundred tasters”",
    "... of one hundred",
    "[…] the rest (…)",
    "'tis so it’s",
    '"a" and "b"',
    "… and so on …",
    "",
    "«ja»",
)


def test_dates_and_words_of_passages_are_read_as_python_reads_them(form: Page) -> None:
    assert form.evaluate("(x) => x.map(window.counterpoiseRecords.dateOf)", DATES) == [date_of(x) for x in DATES]
    assert form.evaluate("(x) => x.map(window.counterpoiseRecords.passageWords)", WORDS) == [
        passage_words(x) for x in WORDS
    ]


GOOD: dict[str, Any] = {
    "kind": "evidence",
    "title": "Blind tasters chose the cold loaf",
    "text": "In a blind tasting 70 of 100 tasters chose the loaf that rose cold.",
    "design": "experiment",
    "seen_in": [{"source": "university-trial", "anchor": {"start": "of one hundred tasters"}}],
    "bears_on": [
        {
            "claim": "cold-rise-tastes-better",
            "stance": "supports",
            "strength": "moderate",
            "why": "Rare where loaves taste alike.",
        }
    ],
    "added": "2026-11-29",
}
SOURCE: dict[str, Any] = {
    "kind": "source",
    "title": "Trials of bread",
    "type": "preprint",
    "authors_text": "Jane Doe",
    "issued": "2024-02",
    "url": "https://trials.example.org/bread",
    "accessed": "2026-11-29",
    "added": "2026-11-29",
}
UNDERCUT: dict[str, Any] = {
    "kind": "undercut",
    "title": "Acids need not be tasted",
    "text": "More acid below the threshold of taste is not tasted.",
    "target": {"from": "acids-form-in-the-cold", "to": "cold-rise-tastes-better"},
    "kill": "halves",
    "added": "2026-11-29",
}
CLAIM = {k: v for k, v in GOOD.items() if k not in ("design", "seen_in")} | {"kind": "claim"}
LINK = GOOD["bears_on"][0]
SEEN = GOOD["seen_in"][0]


def link(**changes: Any) -> dict[str, Any]:
    return {"bears_on": [LINK | changes]}


def seen(**anchor: Any) -> dict[str, Any]:
    return {"seen_in": [SEEN | {"anchor": anchor}]}


FAULTS: list[tuple[dict[str, Any], dict[str, Any]]] = [
    (GOOD, {"title": "No"}),
    (GOOD, {"title": "T" + "x" * 130}),
    (GOOD, {"title": None}),
    (GOOD, {"text": None}),
    (GOOD, {"title": "It ends with a stop."}),
    (GOOD, {"title": "It was of Smith et al."}),
    (GOOD, {"title": "Is it so?"}),
    (GOOD, {"title": "small letters first"}),
    (GOOD, {"title": "ALL OF THIS SHOUTS"}),
    (GOOD, {"title": "o3 keeps its letters"}),
    (GOOD, {"title": "It is **bold** here"}),
    (GOOD, {"title": "“It stands in marks”"}),
    (GOOD, {"text": "Too <b>bold</b> a text."}),
    (GOOD, {"text": "It breaks off"}),
    (GOOD, {"text": "Blind tasters chose the cold loaf."}),
    (GOOD, {"text": "x" * 601}),
    (GOOD, {"text": "It cites (see “there.”)"}),
    (GOOD, link(why=None)),
    (GOOD, link(why="Short")),
    (GOOD, link(why="y" * 1001)),
    (GOOD, {"design": None}),
    (GOOD, link(stance=None)),
    (GOOD, link(strength=None)),
    (GOOD, link(why="With `ticks` in the reason.")),
    (GOOD, {"design": "anecdote", **link(strength="strong")}),
    (GOOD, {"design": "testimony", **link(strength="decisive")}),
    (GOOD, {"design": "thought-experiment", **link(strength="slight")}),
    (GOOD, seen(start="two words")),
    (GOOD, seen(start="one two three four five six seven eight nine")),
    (GOOD, seen(start="one two three", end="one")),
    (GOOD, seen(start="- - -")),
    (GOOD, seen(start="... one two three")),
    (GOOD, seen(start="one two three", end="one Two three")),
    (GOOD, seen(start="he says: “in a blind tasting, 70 of”")),
    (GOOD, seen(start="one two three", end="Chose the loaf that rose.")),
    (GOOD, seen(end="one two three")),
    (GOOD, seen(start="one two three " + "z" * 160)),
    (GOOD, {"seen_in": [{"source": "university-trial", "locator": "z" * 201}]}),
    (GOOD, {"seen_in": [{"source": "university-trial", "locator": "Table 2"}]}),
    (SOURCE, {"title": None}),
    (SOURCE, {"type": None}),
    (SOURCE, {"url": None}),
    (SOURCE, {"url": "trials.example.org/bread"}),
    (SOURCE, {"url": "www.example.org"}),
    (SOURCE, {"url": "https://a b.example.org/x y"}),
    (SOURCE, {"url": "it's here"}),
    (SOURCE, {"url": "http://trials.example.org/"}),
    (SOURCE, {"url": "https://bit.ly/abc"}),
    (SOURCE, {"url": "https://10.0.0.1/x"}),
    (SOURCE, {"url": "https://localhost/x"}),
    (SOURCE, {"url": "https://printer.local/x"}),
    (SOURCE, {"url": "https://me:secret@trials.example.org/x"}),
    (SOURCE, {"url": "https://trials.example.org/x?utm_source=feed&page=2#top"}),
    (SOURCE, {"url": "https://trials.example.org/x?fbclid=9"}),
    (SOURCE, {"url": "https://trials.example.org/" + "z" * 500}),
    (SOURCE, {"authors_text": None}),
    (SOURCE, {"issued": None}),
    (SOURCE, {"authors_text": None, "issued": None}),
    (SOURCE, {"type": "comment", "authors_text": None}),
    (SOURCE, {"authors_text": "a" * 301}),
    (SOURCE, {"issued": "2027-01"}),
    (SOURCE, {"issued": "2026-11-30"}),
    (SOURCE, {"issued": "2026"}),
    (SOURCE, {"title": "A `code` title"}),
    (UNDERCUT, {"title": "Is it tasted?"}),
    (UNDERCUT, {"kill": None}),
    (UNDERCUT, {"why": "Short"}),
    (UNDERCUT, {"why": "Half of the acids lie below it."}),
    (CLAIM, {"title": "It probably tastes better"}),
    (CLAIM, link(why=None)),
    (CLAIM, {"text": None}),
]
OTHERS = {
    "orphan-claim",
    "unused-record",
    "empty-undercut",
    "no-passage",
    "two-routes",
    "strength-limited",
    "lone-testimony",
}
"""What a check says of a record among others, and not of what was typed into the form."""


def changed(good: dict[str, Any], changes: dict[str, Any]) -> dict[str, Any]:
    def bare(value: Any) -> Any:
        if isinstance(value, dict):
            return {k: bare(v) for k, v in value.items() if v is not None}
        return [bare(one) for one in value] if isinstance(value, list) else value

    found: dict[str, Any] = bare({**good, **changes})
    return found


def test_the_form_says_what_kb_check_says(form: Page, bread: Loaded) -> None:
    raw = [
        (entry.path.removeprefix(f"{bread.corpus.root}/"), (CORPUS / entry.topic / f"{entry.id}.yaml").read_bytes())
        for entry in bread.corpus
    ]
    raw += [(f"{t}/_topic.yaml", (CORPUS / t / "_topic.yaml").read_bytes()) for t in bread.corpus.topics]
    records = [changed(good, changes) for good, changes in FAULTS]
    theirs = form.evaluate("(all) => all.map((one) => window.counterpoiseChecks.check(one.kind, one))", records)
    assert [
        form.evaluate("(one) => window.counterpoiseChecks.check(one.kind, one)", good)
        for good in (GOOD, SOURCE, UNDERCUT, CLAIM)
    ] == [[]] * 4
    wrong = []
    for record, said in zip(records, theirs, strict=True):
        topic = "sources" if record["kind"] == "source" else "rise"
        file = fmt.text_of(record, head=fmt.hint(record["kind"]))
        path = f"{topic}/zz-new.yaml"
        loaded = load_files([*raw, (path, file)], bread.corpus.root)
        ours = [f for f in check_loaded(loaded) if f.path.endswith(path) and f.code not in OTHERS]
        for finding in ours:
            if not any(
                (finding.message, finding.hint, finding.level.value) == (f["message"], f["hint"], f["level"])
                for f in said
            ):
                wrong.append((record.get("title", ""), finding.code, finding.message, finding.hint, said))
        if not any(f.level.value == "error" for f in ours):
            extra = [f["message"] for f in said if f["message"] not in {x.message for x in ours}]
            wrong += [(record.get("title"), "only the form says", extra)] if extra else []
    assert wrong == []


def test_what_has_few_latin_letters_or_no_source_is_said_before_there_is_a_file(form: Page, bread: Corpus) -> None:
    """What `kb new` and the form for issues say of answers: no check of a file can."""
    said = form.evaluate(
        "(one) => window.counterpoiseChecks.check(one.kind, one)", changed(GOOD, {"title": "日本語の題です"})
    )
    assert [f["message"] for f in said] == ["the name of the file is made of it, and it has few Latin letters"]
    nothing = form.evaluate("(one) => window.counterpoiseChecks.check(one.kind, one)", changed(GOOD, {"seen_in": [{}]}))
    assert [(f["at"], f["level"]) for f in nothing] == [("source", "error"), ("first", "error")]
