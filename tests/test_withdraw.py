from __future__ import annotations

import json
import re
import unicodedata
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support import Kb

from kb.engine import assess
from kb.fmt import formatted
from kb.load import load, read_record
from kb.withdrawal import with_status

WHY = "The keeper found the mark to be forged."


def test_sets_the_status_and_keeps_everything_else(kb: Kb, clock_copy: Path) -> None:
    path = clock_copy / "tower" / "maker-mark.yaml"
    text = f"# one\n{path.read_text()}\n# what a person wrote\nadded: 2026-01-05   # beside it\n"
    path.write_text(text)
    before = assess(load(clock_copy).corpus).credences
    ran = kb("withdraw", "maker-mark", "--why", WHY, "--since", "2026-03-01", "--claims", clock_copy, "--json")
    assert (ran.code, ran.err) == (0, "")
    made = path.read_text()
    assert made == f"{text}status:\n  state: withdrawn\n  since: 2026-03-01\n  why: {WHY}\n"
    loaded = load(clock_copy)
    assert not loaded.findings
    assert not loaded.corpus["maker-mark"].record.active
    after = assess(loaded.corpus).credences
    data = json.loads(ran.out)
    assert data["written"] is True
    moved = {move["claim"]: (move["before"], move["after"]) for move in data["moves"]}
    assert moved == {
        id: (before[id].credence, after[id].credence)
        for id in before
        if before[id].assessed and before[id].credence != pytest.approx(after[id].credence, abs=1e-12)
    }
    assert "gear-old" in moved
    assert {b["id"]: b["how"] for b in data["bereft"]}["gear-old"] == "1 other support left"


def test_lists_what_now_lacks_support(kb: Kb, clock_copy: Path) -> None:
    ran = kb("withdraw", "gear-old", "--why", WHY, "--claims", clock_copy, "--json")
    assert ran.code == 0, ran.err
    lost = {b["id"]: b for b in json.loads(ran.out)["bereft"]}
    assert lost["together"]["how"] == "a premise of it is gone"
    assert lost["together"]["alone"] is True
    assert "repair-pays" in lost
    assert kb("check", clock_copy, "--level", "error").code == 0


def test_a_source_takes_its_items_along(kb: Kb, clock_copy: Path) -> None:
    ran = kb("withdraw", "keeper-log", "--why", WHY, "--claims", clock_copy, "--dry-run", "--json")
    lost = {b["id"] for b in json.loads(ran.out)["bereft"]}
    assert "maker-mark" in lost


def test_a_source_that_is_replaced_goes_on_vouching(kb: Kb, clock_copy: Path) -> None:
    args = ("--why", WHY, "--claims", clock_copy, "--dry-run", "--json")
    title = "kind: source\ntitle: Another log book\ntype: dataset\nno_url: It lies in the tower.\n"
    (clock_copy / "sources" / "new-log.yaml").write_text(title)
    ran = kb("withdraw", "keeper-log", "--state", "superseded", "--by", "new-log", *args)
    data = json.loads(ran.out)
    assert data["moves"] == []
    assert "maker-mark" not in {one["id"] for one in data["bereft"]}
    gone = json.loads(kb("withdraw", "keeper-log", *args).out)
    assert gone["moves"] != []
    assert {"maker-mark", "gear-old"} <= {one["id"] for one in gone["bereft"]}


def test_dry_run_changes_nothing(kb: Kb, clock_copy: Path) -> None:
    digest = load(clock_copy).corpus.digest
    ran = kb("withdraw", "maker-mark", "--why", WHY, "--claims", clock_copy, "--dry-run")
    assert ran.out.startswith("maker-mark would be withdrawn\n")
    assert load(clock_copy).corpus.digest == digest


def test_superseded_names_what_replaces_it(kb: Kb, clock_copy: Path) -> None:
    args = ("withdraw", "maker-mark", "--why", WHY, "--claims", clock_copy, "--state", "superseded")
    ran = kb(*args)
    assert (ran.code, ran.err.count("\n")) == (1, 1)
    assert "--by ID" in ran.err
    assert kb(*args, "--by", "gear-photographed").code == 0
    status = load(clock_copy).corpus["maker-mark"].record.status
    assert status is not None
    assert (status.state, status.by) == ("superseded", "gear-photographed")


@pytest.mark.parametrize(
    "arguments",
    [
        ("nothing-here", "--why", WHY),
        ("maker-mark", "--why", "short"),
        ("maker-mark", "--why", WHY, "--since", "yesterday"),
        ("maker-mark", "--why", WHY, "--since", "2026-02-31"),
        ("maker-mark", "--why", WHY, "--by", "nothing-here"),
        ("maker-mark", "--why", WHY, "--by", "maker-mark"),
        ("maker-mark", "--why", WHY, "--state", "active"),
        ("withdrawn-item", "--why", WHY),
        ("maker-mark", "--why", "\u202e evil evil evil"),
    ],
)
def test_refusals_are_one_line_and_change_nothing(kb: Kb, clock_copy: Path, arguments: tuple[str, ...]) -> None:
    digest = load(clock_copy).corpus.digest
    ran = kb("withdraw", *arguments, "--claims", clock_copy)
    assert (ran.code, ran.out, ran.err.count("\n")) == (1, "", 1)
    assert load(clock_copy).corpus.digest == digest


def test_an_old_status_is_replaced_where_it_stands() -> None:
    text = "kind: term\nstatus: # old\n  state: active\n\n# about the word\nword: late\n"
    made = with_status(text, "withdrawn", "2026-03-01", WHY)
    assert made == (
        f"kind: term\nstatus:\n  state: withdrawn\n  since: 2026-03-01\n  why: {WHY}\n\n# about the word\nword: late\n"
    )
    flow = "kind: term\nstatus: {state: active,\n  since: 2026-01-01}\nword: late"
    assert with_status(flow, "withdrawn", "2026-03-01", WHY).count("status:") == 1


@pytest.mark.parametrize("why", ["The source was retracted.", "Retracted: the figure # 3 was wrong.", "- not so: yes"])
def test_a_canonical_file_stays_canonical(kb: Kb, clock_copy: Path, why: str) -> None:
    path = clock_copy / "tower" / "maker-mark.yaml"
    assert kb("fmt", path).code == 0
    path.write_text("# what a person wrote\n" + path.read_text() + "# at the end\n")
    kb("fmt", path)
    before = path.read_bytes()
    assert kb("withdraw", "maker-mark", "--why", why, "--since", "2026-03-01", "--claims", clock_copy).code == 0
    made = formatted(path.read_bytes(), "x.yaml")
    assert path.read_bytes() != before
    assert not made.changed
    text = path.read_text()
    assert "# what a person wrote" in text
    assert "# at the end" in text
    status = load(clock_copy).corpus["maker-mark"].record.status
    assert status is not None
    assert status.why == why


def test_moves_are_shown_with_an_arrow(kb: Kb, clock_copy: Path) -> None:
    out = kb("withdraw", "maker-mark", "--why", WHY, "--claims", clock_copy, "--dry-run").out
    assert re.search(r"^ *\d+% → \d+% ", out, re.M)
    assert not re.search(r"% +> +\d", out)
    shown = kb("impact", "maker-mark", "--claims", clock_copy).out
    assert re.search(r"^ *\d+% → \d+% ", shown, re.M)


@given(
    st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs", "Cn", "Co", "Cf", "Zl", "Zp"]), min_size=10)
)
def test_any_reason_survives_being_written(why: str) -> None:

    why = unicodedata.normalize("NFC", why)[:1000]
    text = "kind: person\ntitle: Somebody\ntype: person\n"
    read = read_record(with_status(text, "withdrawn", "2026-03-01", why).encode(), "people/x.yaml", "people")
    if read.entry is not None:
        assert read.entry.record.status is not None
        assert read.entry.record.status.why == why
    else:
        assert len(why) < 10 or any(f.code == "text-character" for f in read.findings), read.findings
