"""The explanations of words and units: each used, each with its box once, each leading to the place that tells more."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from markupsafe import Markup

from kb.pages.hints import HINTS, boxes, stop_once, tip

ROOT = Path(__file__).resolve().parents[1]
TEMPLATES = ROOT / "kb" / "pages" / "templates"
USED = re.compile(r"""\btip\("([a-z-]+)\"""")


def test_every_explanation_is_used_and_every_use_is_explained() -> None:
    used = {key for path in TEMPLATES.glob("*.j2") for key in USED.findall(path.read_text("utf-8"))}
    used |= {key for path in (ROOT / "kb" / "pages").glob("*.py") for key in USED.findall(path.read_text("utf-8"))}
    assert used == set(HINTS)


def test_an_explanation_is_short_and_starts_with_no_other_one() -> None:
    for key, hint in HINTS.items():
        assert 40 < len(hint.text) <= 320, key
        assert hint.text.endswith("."), key
        assert not re.search(r"\b(nats?|logit|posterior|prior)\b", hint.text, re.IGNORECASE), key


def test_the_place_that_tells_more_exists() -> None:
    for key, hint in HINTS.items():
        page, _, anchor = hint.more.partition("#")
        text = (ROOT / "site" / "pages" / page.replace(".html", ".md")).read_text("utf-8")
        assert f"{{#{anchor}}}" in text, key


def test_each_word_on_a_page_has_one_box_in_a_fixed_order() -> None:
    body = Markup("<p>{} {} {} {}</p>").format(tip("odds"), tip("bits"), tip("odds", "odds"), tip("credence"))
    made = boxes(body, "../")
    assert re.findall(r'<div popover class="kb-tipbox" id="tip-([a-z-]+)"', made) == ["credence", "odds", "bits"]
    assert 'href="../guide.html#decibans"' in made
    for key in ("credence", "odds", "bits"):
        assert f'popovertarget="tip-{key}"' in body
        assert f'aria-describedby="tip-{key}-text"' in body
        assert f'id="tip-{key}-text"' in made
    assert boxes("<p>no word is marked</p>", "") == ""


def test_a_label_is_escaped_and_an_unknown_key_is_refused() -> None:
    assert "<b>" not in tip("odds", "<b>odds</b>")
    with pytest.raises(KeyError):
        tip("karma")


def test_a_label_that_is_html_is_not_mixed_up_with_one_that_reads_alike() -> None:
    for _ in range(2):
        assert "<b>odds</b></button>" in tip("odds", Markup("<b>odds</b>"))
        assert "&lt;b&gt;odds&lt;/b&gt;</button>" in tip("odds", "<b>odds</b>")


def test_the_tab_key_stops_at_a_word_once_in_a_section_or_fold() -> None:
    odds, bits = tip("odds"), tip("bits")
    body = Markup("<section>{0}{1}{0}</section><section>{0}<details>{0}</details>{0}{0}</section>").format(odds, bits)
    made = stop_once(body)
    assert [' tabindex="-1"' in button for button in re.findall(r"<button[^>]*>", made)] == [
        *(False, False, True),
        *(False, False, False, True),
    ]
    assert made.replace(' tabindex="-1"', "") == body
