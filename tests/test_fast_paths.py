"""What takes a short way for speed says the same as the long way: escaping, pictures, indented JSON, names of RDF."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest
import rdflib
from hypothesis import given
from hypothesis import strategies as st
from jinja2 import FileSystemLoader
from markupsafe import Markup, escape

from kb import vocab
from kb.export import rdfterms
from kb.export.indented import dumps
from kb.export.literals import decimal
from kb.pages import render
from kb.pages.draw import el, join, label, num, wrap
from kb.pages.escaping import escaped
from kb.pages.render import ENDING, compile_all, environment

TEXT = st.text(st.one_of(st.sampled_from("&<>'\"; #x27amp\n"), st.characters(exclude_categories=["Cs"])))
JSON = st.recursive(
    st.one_of(TEXT, st.integers(), st.booleans(), st.none(), st.floats(allow_nan=False, allow_infinity=False)),
    lambda inner: st.one_of(st.lists(inner), st.lists(inner).map(tuple), st.dictionaries(TEXT, inner)),
)


@given(TEXT, TEXT)
def test_an_element_escapes_what_markupsafe_escapes(child: str, value: str) -> None:
    assert el("a", child, href=value) == f'<a href="{escape(value)}">{escape(child)}</a>'
    assert join([child, Markup("<b>"), value]) == f"{escape(child)}<b>{escape(value)}"
    assert (
        label([child], 1.5, 2, 0, value)
        == f'<text class="{escape(value)}"><tspan x="1.5" y="2">{escape(child)}</tspan></text>'
    )


@given(TEXT)
def test_elements_are_html_and_stay_as_they_are_inside_others(child: str) -> None:
    inner = el("b", child)
    assert type(inner) is Markup
    assert el("a", inner) == f"<a>{inner}</a>"
    assert el("a", f"{inner}") == f"<a>{escape(str(inner))}</a>"


class Html:
    def __html__(self) -> str:
        return "<b>&</b>"


@given(st.one_of(TEXT, TEXT.map(Markup), st.integers(), st.floats(), st.none(), st.just(Html()), st.lists(TEXT)))
def test_templates_escape_what_markupsafe_escapes(value: object) -> None:
    assert escaped(value) == escape(value)
    assert type(escaped(value)) is Markup
    one = environment().from_string("{% macro m(x) %}{{ x }}{% endmacro %}<a b='{{ x }}'>{{ m(x) }}{{ x }}</a>")
    assert one.render(x=value) == f"<a b='{escape(value)}'>{escape(value) + escape(value)}</a>"


def test_macros_are_called_alike_everywhere() -> None:
    one = environment().from_string(
        "{% macro m(x, y=2) %}{{ x }}{{ y }};{% endmacro %}{% macro c(x) %}{{ caller() }}{{ x }}{% endmacro %}"
        "{% block b %}{{ m(1) }}{% for x in xs %}{{ m(x, y=x) }}"
        "{% call c(x) %}<i>{% endcall %}{% endfor %}{% endblock %}"
    )
    assert one.render(xs=["<"]) == "12;&lt;&lt;;<i>&lt;"
    with pytest.raises(TypeError):
        environment().from_string("{% macro m(x) %}{{ x }}{% endmacro %}{{ m(1, z=2) }}").render()


@pytest.mark.parametrize("text", [Markup("<i>x</i> y"), "<i>x</i> y", Markup("<i>"), "<i>"])
def test_lines_of_text_are_plain_whatever_was_wrapped_before(text: str) -> None:
    assert {type(line) for line in wrap(text, 10_000, 10, 1)} == {str}
    assert el("p", *wrap(text, 10_000, 10, 1)) == f"<p>{escape(str(text))}</p>"


@pytest.mark.parametrize(
    ("value", "shown"), [(0.0, "0"), (-0.0, "0"), (-0.001, "0"), (1, "1"), (10.0, "10"), (2.50, "2.5"), (100, "100")]
)
def test_coordinates_are_short(value: float, shown: str) -> None:
    assert num(value) == shown


@given(JSON, st.sampled_from([1, 2]), st.booleans())
def test_indented_json_is_that_of_the_standard_library(data: object, indent: int, sort_keys: bool) -> None:
    assert dumps(data, indent, sort_keys=sort_keys) == json.dumps(
        data, ensure_ascii=False, indent=indent, sort_keys=sort_keys
    )


@pytest.mark.parametrize("value", [float("nan"), float("inf"), float("-inf")])
def test_numbers_that_json_does_not_know_are_refused_where_asked(value: float) -> None:
    assert dumps([value], 1) == json.dumps([value], indent=1)
    with pytest.raises(ValueError, match="not JSON compliant"):
        dumps({"x": [value]}, 1, allow_nan=False)


def test_words_of_two_lists_that_read_alike_keep_their_own_names() -> None:
    kind, design = rdfterms.term(vocab.Kind.EXPERIMENT), rdfterms.term(vocab.Design.EXPERIMENT)
    assert str(vocab.Kind.EXPERIMENT.value) == str(vocab.Design.EXPERIMENT.value)
    assert kind != design


def test_kept_names_are_those_of_their_namespace() -> None:
    assert rdfterms.DCTERMS.title == rdflib.DCTERMS.title
    assert rdfterms.DCTERMS["title"] is rdfterms.DCTERMS.title
    assert str(rdfterms.RDF) == str(rdflib.RDF)
    with pytest.raises(AttributeError, match="titel"):
        _ = rdfterms.DCTERMS.titel


@pytest.mark.parametrize("order", [(0.0, -0.0), (-0.0, 0.0), (-1e-9, 0.0)])
def test_zero_has_no_sign_whatever_was_written_before(order: tuple[float, float]) -> None:
    """The cache takes 0.0 and -0.0 for one number, so what is written must not depend on which of them came first."""
    decimal.cache_clear()
    assert [str(decimal(value)) for value in order] == ["0.000000", "0.000000"]


@given(st.floats(min_value=-1e9, max_value=1e9), st.sampled_from([4, 6]))
def test_numbers_of_rdf_have_the_decimals_that_formatting_gives(value: float, digits: int) -> None:
    shown = f"{value:.{digits}f}"
    assert str(decimal(value, digits)) == (shown.lstrip("-") if float(shown) == 0 else shown)


class TestCompiledTemplates:
    @pytest.fixture
    def folder(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
        monkeypatch.setattr(render, "TEMPLATES", tmp_path)
        monkeypatch.setattr(sys, "dont_write_bytecode", False)
        (tmp_path / "one.j2").write_text("{{ x }}!")
        return tmp_path

    @staticmethod
    def said(folder: Path) -> str:
        made = environment.__wrapped__()
        made.loader = FileSystemLoader(folder)
        return made.get_template("one.j2").render(x="<a>")

    def test_a_template_is_compiled_once_and_kept(self, folder: Path) -> None:
        assert self.said(folder) == "&lt;a&gt;!"
        (kept,) = (folder / "__pycache__").iterdir()
        first = kept.stat()
        assert self.said(folder) == "&lt;a&gt;!"
        assert kept.stat().st_mtime_ns == first.st_mtime_ns

    def test_another_source_is_compiled_anew(self, folder: Path) -> None:
        self.said(folder)
        (folder / "one.j2").write_text("{{ x }}?")
        assert self.said(folder) == "&lt;a&gt;?"

    @pytest.mark.parametrize("broken", [b"", b"junk", b"j2"])
    def test_what_was_kept_badly_is_compiled_anew(self, folder: Path, broken: bytes) -> None:
        self.said(folder)
        (kept,) = (folder / "__pycache__").iterdir()
        for damaged in (broken, kept.read_bytes()[:-20]):
            kept.write_bytes(damaged)
            assert self.said(folder) == "&lt;a&gt;!"

    def test_nothing_is_kept_where_nothing_can_be(self, folder: Path) -> None:
        (folder / "__pycache__").write_text("a file")
        assert self.said(folder) == "&lt;a&gt;!"

    def test_what_is_kept_is_no_template(self) -> None:
        compile_all()
        assert all(name.endswith(".j2") for name in environment().list_templates(ENDING))
