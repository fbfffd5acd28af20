from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb.imports import ImportFault, read_cited
from kb.imports.bibtex import plain
from kb.vocab import SourceType

BIB = r"""
@string{letters = "Clock Letters"}
@comment{ not an entry }
@article{doe2024,
  title = {The {Slow} Clock: an \'{e}tude \& a {\"U}bung},
  author = {Doe, Jane and van der Berg, Jan and {Open Clock Group} and Kim Lee and others},
  journal = letters # { (Series B)},
  year = 2024, month = feb,
  doi = {https://doi.org/10.1000/ab_c}
}
@misc{kim, title = "Quoted {\"o} -- thing", author = "Lee, Kim", eprint = {2509.14786},
  archivePrefix = {arXiv}, date = {2025-09-03}}
"""
RIS = "TY  - JOUR\nTI  - A slow\n clock\nAU  - Doe, Jane\nAU  - Lee, Kim\nPY  - 2023/05/06/\nJO  - Letters\n"
RIS += "UR  - https://clocks.example/a\nDO  - 10.1000/xyz\nER  - \n"


def test_bibtex() -> None:
    cited = read_cited(BIB.encode(), "x.bib", "doe2024")
    assert cited.title == "The Slow Clock: an étude & a Übung"
    assert cited.authors == ("Jane Doe", "Jan van der Berg", "Open Clock Group", "Kim Lee")
    assert cited.families == ("Doe", "van der Berg", "Open Clock Group", "Lee")
    assert (cited.issued, cited.container, cited.doi) == ("2024-02", "Clock Letters (Series B)", "10.1000/ab_c")
    assert cited.url == "https://doi.org/10.1000/ab_c"
    assert cited.type is SourceType.PEER_REVIEWED_PAPER


def test_bibtex_of_arxiv() -> None:
    cited = read_cited(BIB.encode(), "no-ending", "kim")
    assert (cited.title, cited.issued, cited.type) == ("Quoted ö – thing", "2025-09-03", SourceType.PREPRINT)
    assert (cited.url, cited.container) == ("https://arxiv.org/abs/2509.14786", "arXiv 2509.14786")


def test_ris() -> None:
    cited = read_cited(RIS.encode(), "x")
    assert (cited.title, cited.authors) == ("A slow clock", ("Jane Doe", "Kim Lee"))
    assert (cited.issued, cited.url, cited.doi) == ("2023-05-06", "https://clocks.example/a", "10.1000/xyz")


def test_csl() -> None:
    item = {
        "id": "k", "type": "post-weblog", "title": "<i>On</i> clocks &amp; time", "container-title": "A site",
        "author": [{"family": "Beethoven", "given": "L.", "non-dropping-particle": "van"}, {"literal": "Clock Club"}],
        "issued": {"date-parts": [["2024", 2, 30]]}, "URL": "https://clocks.example/b",
    }  # fmt: skip
    for data in (item, [item], {"items": [item]}):
        cited = read_cited(json.dumps(data).encode(), "x.json")
        assert (cited.key, cited.title, cited.type) == ("k", "On clocks & time", SourceType.POST)
        assert cited.authors == ("L. van Beethoven", "Clock Club")
        assert cited.issued == "2024-02", "30 February is no day"
    raw = read_cited(json.dumps(item | {"issued": {"raw": "2023-07-09"}}).encode(), "x.json")
    assert raw.issued == "2023-07-09"


def test_what_does_not_fit_is_cut_or_left_out() -> None:
    item = {
        "title": "word " * 60 + "\u202e",
        "URL": "javascript:alert(1)",
        "DOI": "nonsense",
        "type": ["x"],
        "author": 7,
    }
    cited = read_cited(json.dumps(item).encode(), "x.json")
    assert len(cited.title) <= 120
    assert cited.title.endswith("word…")
    assert (cited.url, cited.doi, cited.type, cited.authors, cited.issued) == (None, None, None, (), None)


@pytest.mark.parametrize(
    ("raw", "name", "says"),
    [
        (b"{", "x.json", "x.json:1:1 import the file is not valid JSON; "),
        (b"[" * 100_000, "x.json", "not valid JSON"),
        (b"7", "x.json", "holds no CSL items"),
        (b"{}", "x.json", "an item has no `title`"),
        (b"[]", "x.json", "holds 0 sources"),
        (b"\xff", "x.bib", "is not UTF-8"),
        (b"hello", "x.txt", "format is not known"),
        (b"x" * (1024 * 1024 + 1), "x.bib", "more than 1048576 bytes"),
        (b"\n@article{a, title={b", "x.bib", "x.bib:2:1 import a value is not closed"),
        (b"@article{a, title={b}", "x.bib", "the entry is not closed"),
        (b"@article{a, {b}}", "x.bib", "`name = value` is expected"),
        (b"@article{a, year=2020}", "x.bib", "the entry a has no title"),
        (b"TI  - x\n", "x.ris", "x.ris:1:1 import `TI` stands before any"),
        (b"TY  - JOUR\nTI  - x\n", "x.ris", "the entry has no end"),
        (b"TY  - JOUR\nER  - \n", "x.ris", "has no title"),
        (BIB.encode(), "x.bib", "the file holds 2 sources; choose one with --entry: doe2024, kim"),
    ],
)  # fmt: skip
def test_faults_say_where_and_what_to_do(raw: bytes, name: str, says: str) -> None:
    with pytest.raises(ImportFault) as caught:
        read_cited(raw, name)
    assert says in str(caught.value)
    assert "; " in str(caught.value)


@pytest.mark.parametrize(
    ("latex", "text"),
    [
        (r"\o re \ss{} {\aa}", "øre ß å"),
        (r"\c{c}\v{s}\'\i{}\^{o}", "çšíô"),
        (r"\$5 \& 7\% of $x$", "$5 & 7% of x"),
        (r"a~b \emph{c} {D}-{E}", "a b c D-E"),
        ("pages 3--4 --- ``so''", 'pages 3–4 — "so"'),
    ],
)
def test_latex_letters(latex: str, text: str) -> None:
    assert plain(latex) == text


@given(
    st.sampled_from(["x.bib", "x.ris", "x.json", "x"]), st.text(max_size=200), st.sampled_from(["", BIB, RIS, "@a{b,"])
)
def test_no_file_is_fatal(name: str, text: str, before: str) -> None:
    try:
        cited = read_cited((before + text).encode("utf-8", "replace"), name)
    except ImportFault:
        return
    assert len(cited.title) <= 120
