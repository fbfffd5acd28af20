"""What the search reads of the pages about the map."""

from __future__ import annotations

from kb.pages.explained import documents

HEAD = '<html><head><meta name="description" content="How it &amp; why"></head><body><h2>Menu</h2><article class="x">'
TAIL = "</article><footer><h2>Foot</h2></footer></body></html>"


def page(body: str) -> str:
    """A rendered page of the frame."""
    return HEAD + body + TAIL


def test_a_page_is_read_with_its_sections_and_what_they_open_with() -> None:
    long = "It says so, and goes on saying it at such a length that nobody reads to its end. " * 3
    body = (
        '<h1 id="page-title">Method</h1><p>Before.</p><h2 id="firmness">How <em>firm</em></h2>'
        f'<p>{long}</p><p>Last words.</p><h3 id="scores">Scores</h3><table><tr><td>7</td></tr></table><p>Good.</p>'
        '<h2 id="page">Parts</h2><dl><dt>The bar</dt><dd>Is drawn.</dd></dl>'
    )
    found = [
        d
        for d in documents({"method.html": page(body)})
        if d[2] in ("Method", "How firm", "Scores", "Parts", "The bar")
    ]
    assert found[0] == ("method", "page", "Method", "How it & why", "", "", "How firm; Scores; Parts")
    assert [d[0] for d in found[1:]] == ["method#firmness", "method#scores", "method#page"]
    assert found[1][3].startswith("It says so")
    assert "Last words" not in found[1][3]
    assert found[2][3:6] == ("Good.", "", "Method")
    assert found[3][2:4] == ("The bar", "Is drawn.")


def test_a_word_that_explains_itself_stands_for_a_section_of_the_same_name() -> None:
    found = documents(
        {"method.html": page('<h1 id="page-title">Method</h1><h2 id="firmness">Firmness</h2><p>Text.</p>')}
    )
    assert [d[3][:7] for d in found if d[2] == "Firmness"] == ["How far"]
    assert ("method#scores", "Brier score") in [(d[0], d[2]) for d in found]
    assert not [d for d in found if d[0].startswith("guide")], "a page that is not there is led to"


def test_decisions_are_read_as_wholes_and_rules_one_by_one() -> None:
    decision = page('<h1 id="page-title">Decision 1</h1><h2 id="context">Context</h2><p>It was slow.</p>')
    rules = page('<h1 id="page-title">Rules</h1>')
    found = documents({"decisions/0001-x.html": decision, "rules.html": rules, "404.html": page("<h1>Lost</h1>")})
    assert [d[0] for d in found if d[1] == "page"] == ["decisions/0001-x", "rules"]
    assert "rules#title-stop" in [d[0] for d in found if d[1] == "rule"]
