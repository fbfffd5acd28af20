"""A record in each state of its life (in force, withdrawn, superseded, merged), through commands and on its page."""

from __future__ import annotations

import csv
import io
import json
import re
from pathlib import Path

import pytest
from repositories import Repository, evidence, source
from support import CLOCK, Kb
from test_pages import SHELL

from kb.engine import assess
from kb.load import load
from kb.pages import Settings, render_site
from kb.vocab import State

LEFT = [State.WITHDRAWN, State.SUPERSEDED, State.MERGED]
WHY = "The later reading corrects it."
ITEM, CLAIM, OTHER = "reading-one", "clock-is-fast", "clock-is-slow"


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Repository:
    """A claim with two items, and a claim that may take its place, in a commit of their own."""
    made = Repository.clock(tmp_path / "project")
    monkeypatch.chdir(made.folder)
    for id, title in ((CLAIM, "The clock runs fast"), (OTHER, "The clock does not keep time")):
        made.write(
            f"tower/{id}", f"kind: claim\ntitle: {title}\ntext: {title}, by a minute a day or more.\nform: empirical\n"
        )
    for n, name in enumerate((ITEM, "reading-two")):
        made.write(f"sources/log-{name}", source(f"Log book {n}"))
        made.write(f"tower/{name}", evidence(CLAIM, f"log-{name}", title=f"Reading number {n}"))
    made.commit("readings")
    return made


def leave(kb: Kb, id: str, state: State, by: str) -> None:
    successor = () if state is State.WITHDRAWN else ("--by", by)
    ran = kb("withdraw", id, "--why", WHY, "--state", state, "--since", "2024-01-02", *successor)
    assert ran.code == 0, ran.err


def credence(id: str) -> float:
    return assess(load("claims").corpus).credences[id].credence


def pages() -> dict[str, str]:
    made = dict(render_site(assess(load("claims").corpus), SHELL, {}, Settings()))
    return {name: raw.decode() for name, raw in made.items() if name.endswith(".html")}


def words(page: str) -> str:
    """What a page says, without its mark-up."""
    return " ".join(re.sub(r"<[^>]+>", " ", page).split())


def test_a_record_in_force_is_not_marked(kb: Kb, repository: Repository) -> None:
    assert "withdrawn" not in kb("show", ITEM).out
    assert WHY not in pages()[f"evidence/{ITEM}.html"]
    data = json.loads(kb("show", ITEM, "--json").out)
    assert data["active"] is True


@pytest.mark.parametrize("state", LEFT)
def test_evidence_that_leaves_carries_no_weight_and_is_still_read(kb: Kb, repository: Repository, state: State) -> None:
    both = credence(CLAIM)
    leave(kb, ITEM, state, "reading-two")
    # check: no error, and nothing of its own to mend
    ran = kb("check", "--level", "warning")
    assert ran.code == 0
    assert f"{ITEM}.yaml" not in ran.out
    # credences: as if it had never been
    alone = credence(CLAIM)
    assert 0.5 < alone < both
    text = repository.path(f"tower/{ITEM}").read_text()
    repository.path(f"tower/{ITEM}").unlink()
    assert credence(CLAIM) == alone
    repository.path(f"tower/{ITEM}").write_text(text)
    # show
    shown = kb("show", ITEM).out
    assert f"{state} since 2024-01-02" in shown
    assert WHY in shown
    assert ("[reading-two]" in shown) is (state is not State.WITHDRAWN)
    # diff
    found = json.loads(kb("diff", "HEAD", "--json").out)
    assert [(c["id"], c["what"]) for c in found["changes"]] == [(ITEM, "withdrawn")]
    assert found["broken"] == []
    assert found["moves"][0]["claim"] == CLAIM
    assert found["moves"][0]["after"] == alone
    assert found["moves"][0]["path"] == [ITEM, CLAIM]
    # its page stays, and says so; the claim's page does not count it
    made = pages()
    assert {f"evidence/{ITEM}.html", "evidence/reading-two.html"} <= set(made)
    page = words(made[f"evidence/{ITEM}.html"])
    assert state.label.lower() in page.lower()
    assert WHY in page
    assert ('href="../evidence/reading-two.html"' in made[f"evidence/{ITEM}.html"]) is (state is not State.WITHDRAWN)
    assert "Reading number 1" in words(made[f"claim/{CLAIM}.html"])
    # exports keep the record and its status
    ran = kb("export", "json")
    record = json.loads(ran.out)["records"][ITEM]
    assert record["active"] is False
    assert record["record"]["status"]["state"] == state
    turtle = kb("export", "turtle")
    assert turtle.code == 0
    assert ITEM in turtle.out
    # history
    repository.commit(f"{state}")
    turns = json.loads(kb("history", CLAIM, "--json").out)["turns"]
    assert [(t["subject"], t["records"]) for t in turns][-1] == (f"{state}", [ITEM])
    assert turns[-1]["after"] == pytest.approx(alone, abs=1e-11)
    # and back
    repository.git("revert", "--no-edit", "HEAD")
    assert credence(CLAIM) == both
    found = json.loads(kb("diff", "HEAD~1", "--json").out)
    assert [(c["id"], c["what"]) for c in found["changes"]] == [(ITEM, "restored")]


@pytest.mark.parametrize("state", LEFT)
def test_a_claim_that_leaves_has_no_credence_and_keeps_its_address(
    kb: Kb, repository: Repository, state: State
) -> None:
    leave(kb, CLAIM, state, OTHER)
    ran = kb("check", "--level", "warning")
    assert ran.code == 0
    lines = [line for line in ran.out.splitlines() if "withdrawn-reference" in line and CLAIM in line]
    assert {re.split(r"[/.]", line)[2] for line in lines} == {ITEM, "reading-two"}, "its items are named"
    instead = "take the reference out" if state is State.WITHDRAWN else f"point to {OTHER} instead"
    assert all(instead in line for line in lines)
    assert CLAIM not in assess(load("claims").corpus).credences
    assert CLAIM not in kb("credences").out
    for options in ((), ("--json",), ("--viewpoint", "careful-keeper")):
        shown = kb("show", CLAIM, *options)
        assert shown.code == 0, shown.err
        assert WHY in " ".join(shown.out.split())
    assert "not computed: a record that is not in force has none" in kb("show", CLAIM).out
    found = json.loads(kb("diff", "HEAD", "--json").out)
    assert (found["broken"], found["faults"]) == ([], [])
    assert [(m["claim"], m["after"]) for m in found["moves"]] == [(CLAIM, None)]
    made = pages()
    page = words(made[f"claim/{CLAIM}.html"])
    assert state.label.lower() in page.lower()
    assert WHY in page
    if state is not State.WITHDRAWN:
        assert f'href="../claim/{OTHER}.html"' in made[f"claim/{CLAIM}.html"]
    rows = list(csv.DictReader(io.StringIO(kb("export", "csv").out)))
    assert CLAIM not in {row["id"] for row in rows if row.get("credence")}
    assert json.loads(kb("export", "json").out)["records"][CLAIM]["active"] is False
    repository.commit("out")
    turns = json.loads(kb("history", CLAIM, "--json").out)["turns"]
    assert [(t["subject"], t["there"], t["after"] is None) for t in turns] == [
        ("readings", True, False), ("out", False, True),
    ]  # fmt: skip
    assert f"→ {state}" in kb("history", CLAIM).out
    # the state before is still there to be read
    rows = list(csv.DictReader(io.StringIO(kb("export", "csv", "--as-of", "HEAD~1").out)))
    assert float(next(row["credence"] for row in rows if row["id"] == CLAIM)) > 0.5


@pytest.mark.parametrize("state", LEFT)
def test_every_kind_of_record_can_leave(kb: Kb, repository: Repository, state: State) -> None:
    """Whatever the kind: no error of this program, its page is there, and ``kb show`` says what became of it."""
    corpus = load(CLOCK).corpus
    seen = set()
    for entry in corpus:
        if entry.kind in seen or not entry.record.active:
            continue
        seen.add(entry.kind)
        path = Path("claims") / Path(entry.path).relative_to(CLOCK)
        before = path.read_text()
        other = next((e.id for e in corpus if e.kind is entry.kind and e.id != entry.id), "keeper-log")
        by = "" if state is State.WITHDRAWN else f", by: {other}"
        path.write_text(f'{before}status: {{state: {state}, since: 2024-01-02, why: "{WHY}"{by}}}\n')
        loaded = load("claims")
        assert not loaded.findings, (entry.id, loaded.findings)
        shown = kb("show", entry.id)
        # another record may not do without it: then that is said, with file and line
        assert shown.code == 0 or re.search(r"^claims/\S+:\d+:\d+ ", shown.err, re.M), (entry.id, shown.err)
        if shown.code == 0:
            assert f"{state} since 2024-01-02" in shown.out, entry.id
            if state is State.MERGED:  # the slow part, and pages tell the states apart by a word
                assert WHY in words(pages()[f"{entry.kind.value}/{entry.id}.html"]), entry.id
            assert kb("export", "json").code == 0
            assert kb("credences").code == 0
        path.write_text(before)
    assert len(seen) >= 10


def test_a_file_that_is_not_finished_is_an_error_with_its_place_and_moves_nothing(
    kb: Kb, repository: Repository
) -> None:
    """A draft lies beside the records in nobody's way but its author's."""
    repository.write("tower/half", "kind: evidence\ntitle: Half a record\n")
    ran = kb("check", "--level", "error")
    assert ran.code == 1
    assert re.search(r"^claims/tower/half\.yaml:\d+:\d+ schema the field `text` is missing; ", ran.out, re.M)
    found = json.loads(kb("diff", "HEAD", "--json").out)
    assert (found["computed"], [(c["id"], c["what"]) for c in found["changes"]]) == (False, [("half", "unreadable")])
    for command in (("credences",), ("show", CLAIM), ("export", "csv")):
        ran = kb(*command)
        assert (ran.code, ran.out) == (1, ""), command
        assert "claims/tower/half.yaml:" in ran.err
    repository.commit("half")
    history = json.loads(kb("history", CLAIM, "--json").out)
    assert [t["subject"] for t in history["turns"]] == ["readings"]


def test_only_a_status_takes_a_record_out(kb: Kb, repository: Repository) -> None:
    for arguments, says in (
        (("withdraw", ITEM, "--why", WHY, "--state", "superseded"), "names what replaces it: --by ID"),
        (("withdraw", ITEM, "--why", WHY, "--state", "merged", "--by", ITEM), "cannot replace itself"),
        (("withdraw", ITEM, "--why", WHY, "--state", "active"), "active when it has no status"),
    ):
        ran = kb(*arguments)
        assert (ran.code, ran.out) == (1, "")
        assert says in ran.err
    leave(kb, ITEM, State.WITHDRAWN, "")
    ran = kb("withdraw", ITEM, "--why", WHY)
    assert (ran.code, f"{ITEM} is withdrawn already" in ran.err) == (1, True)


def test_a_withdrawn_source_vouches_for_nothing(kb: Kb, repository: Repository) -> None:
    before = credence(CLAIM)
    log = f"log-{ITEM}"
    ran = kb("withdraw", log, "--why", "The keeper took it back.")
    assert ran.code == 0, ran.out
    assert CLAIM in ran.out
    both = assess(load(repository.folder / "claims").corpus)
    assert both.credences[CLAIM].items == 1
    assert 0.5 < both.credences[CLAIM].credence < before
    shown = pages()
    assert "Not counted: Reading number 0 , because its source no longer stands: Log book 0" in words(
        shown[f"claim/{CLAIM}.html"]
    )
    assert "source was withdrawn" in words(shown[f"evidence/{ITEM}.html"])


@pytest.mark.parametrize("state", [State.SUPERSEDED, State.MERGED])
def test_a_replaced_source_goes_on_vouching_until_its_items_point_to_the_new_one(
    kb: Kb, repository: Repository, state: State
) -> None:
    before = credence(CLAIM)
    ran = kb("withdraw", f"log-{ITEM}", "--why", WHY, "--state", state.value, "--by", "log-reading-two")
    assert ran.code == 0, ran.out
    assert credence(CLAIM) == before
    assert "withdrawn-reference" in kb("check").out
