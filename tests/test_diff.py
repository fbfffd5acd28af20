from __future__ import annotations

import json
import math
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from repositories import Repository, evidence, source
from support import CLOCK, ROOT, Kb

from kb import diff, odds
from kb.cli.versions import at_commit, commit, place
from kb.diff.markdown import LONGEST, code
from kb.diff.meaning import kept, reversal, side_by_side
from kb.diff.report import MAX_REPORT, BadReport, Diff, read_report
from kb.engine import assess
from kb.load import load
from kb.models import Claim

RECORDS = len(load(CLOCK).corpus)


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Repository:
    made = Repository.clock(tmp_path / "project")
    monkeypatch.chdir(made.folder)
    return made


def seen(kb: Kb, *arguments: str) -> Diff:
    """The report of a comparison."""
    ran = kb("diff", *arguments, "--json")
    assert ran.out, ran.err
    found = read_report(ran.out.encode())
    assert ran.code == int(found.failed)
    return found


# records in words


def test_nothing_differs(kb: Kb, repository: Repository) -> None:
    found = seen(kb, "main")
    assert (found.changes, found.moves, found.records) == ((), (), (RECORDS, RECORDS))
    assert kb("diff", "main").out == "\nmain → claims: no record differs; no credence moves\n"


def test_new_evidence_moves_credences_along_a_path(kb: Kb, repository: Repository) -> None:
    before = assess(load("claims").corpus).credences
    repository.write("sources/log-two", source())
    repository.write("tower/new-reading", evidence("gear-old", "log-two"))
    after = assess(load("claims").corpus).credences
    found = seen(kb, "main")
    assert {c.id: c.what for c in found.changes} == {"log-two": "added", "new-reading": "added"}
    new = next(c for c in found.changes if c.id == "new-reading")
    assert new.details == ("supports gear-old, strong",)
    assert new.moves == found.moved == len(found.moves)
    moves = {m.claim: m for m in found.moves}
    for id, move in moves.items():
        assert move.before == before[id].credence
        assert move.after == after[id].credence
        assert move.weight == pytest.approx(odds.logit(move.after) - odds.logit(move.before), abs=1e-9)
    assert moves["gear-old"].path == ("new-reading", "gear-old")
    assert moves["repair-pays"].path[0] == "new-reading"
    assert moves["repair-pays"].path[-2:] == ("gear-old", "repair-pays")
    assert found.moves[0].claim == "gear-old"
    assert [abs(m.weight) for m in found.moves] == sorted((abs(m.weight) for m in found.moves), reverse=True)


def test_fields_in_words(kb: Kb, repository: Repository) -> None:
    repository.replace("tower/gear-old", "strength: moderate", "strength: slight")
    repository.replace("tower/gear-old", "credence: 0.4", "credence: 0.3")
    repository.replace("tower/cold-oil", "Thick oil slows the clock", "Stiff oil slows the clock")
    found = seen(kb, "main")
    details = {c.id: c.details for c in found.changes}
    assert details["gear-old"] == (
        "base rate credence: 0.4 → 0.3",
        "link to repair-pays strength: moderate → slight",
    )
    assert details["cold-oil"] == ("title reworded: “Thick oil slows the clock” → “Stiff oil slows the clock”",)


def test_a_change_without_effect_says_so_and_why(kb: Kb, repository: Repository) -> None:
    repository.replace("tower/cold-oil", "Thick oil slows the clock", "Stiff oil slows the clock")
    repository.write("tower/worn-gear", "# a comment\n" + repository.path("tower/worn-gear").read_text())
    found = seen(kb, "main")
    notes = {c.id: (c.moves, c.note) for c in found.changes}
    assert notes["cold-oil"] == (0, "what was judged against its old words now stands under the new ones")
    assert notes["worn-gear"] == (0, "only wording or passages differ")
    assert found.moves == ()
    out = kb("diff", "main").out
    assert "moves no credence: only wording or passages differ" in out
    assert "Claims reworded" in out
    assert "formatting or comments alone" in out
    assert out.splitlines()[-1] == "main → claims: 2 changed; no credence moves"


def test_a_moved_file_keeps_its_id(kb: Kb, repository: Repository) -> None:
    repository.write("oil/_topic", "title: Oil\nquestion: What does the oil do?\n")
    repository.path("tower/cold-oil").rename(repository.path("oil/cold-oil"))
    found = seen(kb, "main")
    assert [(c.id, c.what, c.details) for c in found.changes] == [("cold-oil", "moved", ("moved from tower/ to oil/",))]
    assert found.notes == ("new topic oil",)
    assert not found.broken


def test_a_withdrawn_record_is_called_withdrawn(kb: Kb, repository: Repository) -> None:
    path = repository.path("tower/maker-mark")
    path.write_text(path.read_text() + "status: {state: withdrawn, since: 2026-03-01, why: The mark was a forgery.}\n")
    found = seen(kb, "main")
    assert [(c.id, c.what) for c in found.changes] == [("maker-mark", "withdrawn")]
    assert {m.claim for m in found.moves} >= {"gear-old"}
    assert found.moves[0].path[0] == "maker-mark"


def test_leading_answer_and_cruxes(kb: Kb, repository: Repository) -> None:
    repository.write("sources/log-two", source())
    repository.write("tower/oil-thick", evidence("cold-oil", "log-two", strength="decisive"))
    found = seen(kb, "main")
    assert [(a.question, a.before, a.after) for a in found.leading] == [("why-late", "worn-gear", "cold-oil")]
    # worn-gear competes with cold-oil in their question: the path leads through it
    path = next(m.path for m in found.moves if m.claim == "worn-gear")
    assert path == ("oil-thick", "cold-oil", "why-late", "worn-gear")
    repository.replace(
        "tower/worn-gear",
        "form: causal",
        "form: causal\nbears_on:\n  - {claim: repair-pays, stance: supports, strength: decisive, why: It would fail.}",
    )
    found = seen(kb, "main")
    cruxes = {c.crux: c for c in found.cruxes if c.claim == "repair-pays"}
    # cold-oil competes with it: settling the one settles the other
    assert {id: c.new for id, c in cruxes.items()} == {"worn-gear": True, "cold-oil": True}
    assert cruxes["worn-gear"].before == 0


def test_evidence_of_one_root_is_called_shared(kb: Kb, repository: Repository) -> None:
    repository.write("sources/log-two", source())
    for name in ("reading-one", "reading-two"):
        repository.write(f"tower/{name}", evidence("never-assessed", "log-two"))
    found = seen(kb, "main")
    assert {(s.item, s.claim, s.with_) for s in found.shared} == {
        ("reading-one", "never-assessed", ("reading-two",)),
        ("reading-two", "never-assessed", ("reading-one",)),
    }
    assert all(0 < s.adds < s.stated for s in found.shared)
    move = next(m for m in found.moves if m.claim == "never-assessed")
    assert (move.before, move.after is not None) == (None, True)


def test_a_crux_that_is_lost(kb: Kb, repository: Repository) -> None:
    link = "bears_on:\n  - {claim: repair-pays, stance: supports, strength: decisive, why: It would fail.}"
    path = repository.replace("tower/worn-gear", "form: causal", f"form: causal\n{link}")
    repository.commit("a crux")
    path.write_text(path.read_text().replace(f"{link}\n", ""))
    found = seen(kb, "HEAD")
    (lost,) = [c for c in found.cruxes if c.claim == "repair-pays" and c.crux == "worn-gear"]
    assert not lost.new
    assert lost.before > 0.01
    assert lost.after == 0
    out = kb("diff", "HEAD").out
    assert re.search(r"^  leaves the five largest, \d+ → 0 pp: .* \[worn-gear\]$", out, re.M)
    assert re.search(
        r"^- `.*` for `.*` leaves the five largest, \d+ → 0 pp$", kb("diff", "HEAD", "--markdown").out, re.M
    )


def test_a_crux_that_another_pushes_out_is_no_news(kb: Kb, repository: Repository) -> None:
    link = "bears_on:\n  - {claim: never-assessed, stance: supports, strength: STRENGTH, why: It would be so then.}\n"
    for n in range(7):
        repository.write(f"sources/log-{n}", source(f"Log {n}"))
        strong = "moderate" if n < 6 else "negligible"
        text = f"kind: claim\ntitle: Reason {n}\ntext: Reason number {n} holds.\n{link.replace('STRENGTH', strong)}"
        repository.write(f"tower/reason-{n}", text)
        repository.write(f"tower/item-{n}", evidence(f"reason-{n}", f"log-{n}", title=f"Item {n}", strength="slight"))
    repository.commit("reasons")
    repository.replace("tower/reason-6", "strength: negligible", "strength: decisive")
    cruxes = {c.crux: c for c in seen(kb, "HEAD").cruxes if c.claim == "never-assessed"}
    assert cruxes["reason-6"].new
    assert cruxes["reason-6"].after > cruxes["reason-6"].before
    assert all(abs(c.after - c.before) >= 0.005 for c in cruxes.values())
    kept = at_commit(place(None), repository.head(), "HEAD").loaded
    before, after = (
        {c.claim for c in sorted(found, key=lambda c: (-c.largest, c.claim))[:5]}
        for found in (assess(state.corpus).cruxes("never-assessed").claims for state in (kept, load("claims")))
    )
    assert after - before == {"reason-6"}
    assert len(before - after) == 1, "one made place"


def test_a_leading_answer_that_is_none_of_them(kb: Kb, repository: Repository) -> None:
    for n, (id, claim) in enumerate((("a", "worn-gear"), ("b", "cold-oil"))):
        repository.write(f"sources/log-{id}", source(f"Log {n}"))
        text = evidence(claim, f"log-{id}", strength="decisive", title=f"Against {id}")
        repository.write(f"tower/against-{id}", text.replace("stance: supports", "stance: opposes"))
    found = seen(kb, "main")
    assert [(a.question, a.after, a.after_title) for a in found.leading] == [("why-late", "none", "none of these")]
    assert "→ `none of these`" in kb("diff", "main", "--markdown").out


# why


def test_links_say_why_and_which_way(kb: Kb, repository: Repository) -> None:
    for n, stance in enumerate(("supports", "opposes")):
        repository.write(f"sources/log-{n}", source(f"Log {n}"))
        text = evidence("gear-old", f"log-{n}", title=f"Reading {n}", strength="moderate")
        repository.write(f"tower/reading-{n}", text.replace("stance: supports", f"stance: {stance}"))
    found = seen(kb, "main")
    links = {link.item: link for link in found.links}
    impact = assess(load("claims").corpus).impacts
    for n, sign in enumerate((1, -1)):
        link = links[f"reading-{n}"]
        (move,) = [move for move in impact[f"reading-{n}"].moves if move.claim == "gear-old"]
        assert link.before is None
        assert link.after == pytest.approx(move.weight)
        assert sign * move.weight > 0
        assert (link.design, link.root) == ("observation", f"log-{n}")
        assert link.why == "Such a reading is far likelier if the claim holds."
    out, comment = kb("diff", "main").out, kb("diff", "main", "--markdown").out
    assert re.search(r"^  new \+\d+\.\d dB +Reading 0 \[reading-0\]$", out, re.M)
    assert re.search(r"^  new -\d+\.\d dB +Reading 1 \[reading-1\]$", out, re.M)
    assert "why: Such a reading is far likelier" in out
    (row,) = [line for line in comment.splitlines() if "`reading-1`" in line and line.startswith("| **")]
    assert re.match(
        r"\| \*\*new -\d+\.\d dB\*\* \| `gear-old` \| `Reading 1` `reading-1` \| `opposes, moderate` \|", row
    )
    assert re.search(r"\| `observation, reliable \d+%; log-1 \d+%` \| `Such a reading .*` \|$", row)


def test_a_changed_link_has_both_effects(kb: Kb, repository: Repository) -> None:
    repository.replace("tower/maker-mark", "{db: 6, range: [4, 8]}", "{db: 2, range: [1, 4]}")
    repository.replace("tower/gear-photographed", "title: ", "title: Yes, ")
    (link,) = seen(kb, "main").links
    assert (link.item, link.claim) == ("maker-mark", "gear-old")
    assert link.before is not None
    assert link.after is not None
    assert link.before > link.after > 0
    path = repository.path("tower/maker-mark")
    path.write_text(path.read_text() + "status: {state: withdrawn, since: 2026-03-01, why: The mark was a forgery.}\n")
    (link,) = seen(kb, "main").links
    assert (link.after, link.before is not None) == (None, True)
    assert re.search(r"^  \+\d\.\d dB → gone +The gear bears", kb("diff", "main").out, re.M)


def test_a_record_names_what_it_moves_most(kb: Kb, repository: Repository) -> None:
    repository.write("sources/log-two", source())
    repository.write("tower/new-reading", evidence("gear-old", "log-two"))
    found = seen(kb, "main")
    change = next(c for c in found.changes if c.id == "new-reading")
    assert change.most[0].claim == "gear-old"
    assert change.most[0].weight == pytest.approx(next(m.weight for m in found.moves if m.claim == "gear-old"))
    named = f"moves {change.moves} claims: gear-old {odds.say_db(change.most[0].weight)}, "
    assert named in kb("diff", "main").out
    assert f"`{named.removeprefix('moves ')}" in kb("diff", "main", "--markdown").out


# words


TURNED = [
    ("Benchmarks overstate progress", "Benchmarks understate progress"),
    ("Scores rise faster than ability.", "Scores rise more slowly than ability."),
    ("The trend will hold", "The trend will not hold"),
    ("Data can be made by programs", "Data cannot be made by programs"),
    ("A takeover is likely", "A takeover is unlikely"),
    ("Most gains come from data", "Few gains come from data"),
    ("Progress doesn't slow down", "Progress slows down"),
    ("More compute helps research", "Less compute helps research"),
]
KEPT = [
    ("The clock runs faster", "The clock runs no slower"),
    ("The gains did not carry over well", "The gains carried over less well"),
    ("Loss does not register most of what data brings", "Loss misses much of what data brings"),
    ("New tests are hard for the sake of it", "New tests are hard for their own sake"),
    ("Research is not closed in this way", "Research is neither closed in this way nor simple to verify"),
    ("Code or a thing", "Code or a few things"),
    ("Data built by labour", "Data built by hard labour"),
    ("", ""),
]


@pytest.mark.parametrize(("before", "after"), TURNED)
def test_words_that_turn_a_claim_around(before: str, after: str) -> None:
    assert reversal(before, after)
    assert reversal(after, before)


@pytest.mark.parametrize(("before", "after"), KEPT)
def test_words_that_do_not(before: str, after: str) -> None:
    assert reversal(before, after) == ""
    assert reversal(after, before) == ""
    assert kept(before, before) == 1


def test_every_claim_is_turned_by_a_negation_and_is_no_other_claim() -> None:
    claims = [entry for entry in load(ROOT / "claims").corpus
              if isinstance(entry.record, Claim)]  # fmt: skip
    texts = [f"{entry.title} {entry.record.get('text')}" for entry in claims]
    turned = [(text, re.sub(r"\b(is|are|will|can)\b", r"\1 not", text, count=1)) for text in texts]
    changed = [(a, b) for a, b in turned if a != b]
    assert len(changed) > 50
    assert [a for a, b in changed if not reversal(a, b)] == []
    assert all(reversal(text, text) == "" for text in texts)
    shares = [kept(a, b) for a, b in zip(texts, texts[len(texts) // 2 :], strict=False)]
    assert sum(share < 0.3 for share in shares) > 0.9 * len(shares)


def test_a_claim_turned_around_fails(kb: Kb, repository: Repository) -> None:
    repository.replace("tower/cold-oil", "The clock runs late because", "The clock does not run late because")
    found = seen(kb, "main")
    assert [p.code for p in found.broken] == ["changed-meaning"]
    (one,) = found.reworded
    assert (one.id, [w.field for w in one.words]) == ("cold-oil", ["text"])
    base = load(CLOCK).corpus
    assert one.items == len(base.evidence_for.get("cold-oil", ())) + len(base.evidence_for.get("why-late", ()))
    assert one.positions == len(base.positions_on.get("cold-oil", ()))
    assert one.items + one.reasons + one.positions > 0
    ran = kb("diff", "main")
    assert ran.code == 1
    lines = ran.out.splitlines()
    assert re.match(
        r"^claims/tower/cold-oil\.yaml:4:7 changed-meaning cold-oil .*“not” is put in.*; .*kb withdraw", lines[0]
    )
    assert lines[2] == "Claims reworded"
    assert "was judged against the old words" in lines[3] or "were judged against the old words" in lines[3]
    assert lines[4] == "    text  was The clock [-runs-] late because its oil thickens …"
    assert lines[5] == "          now The clock {+does not run+} late because its oil thickens …"
    comment = kb("diff", "main", "--markdown").out
    assert "now `The clock {+does not run+} late because its oil thickens …`" in comment
    assert comment.index("### Claims reworded") < comment.index("1 record")


def test_another_claim_under_an_old_id_fails(kb: Kb, repository: Repository) -> None:
    text = repository.path("tower/cold-oil").read_text()
    text = re.sub(r"\ntitle: .*\ntext: .*", "\ntitle: Bells ring\ntext: Pigeons sit on every bell of this town.", text)
    repository.write("tower/cold-oil", text)
    (problem,) = seen(kb, "main").broken
    assert problem.code == "changed-meaning"
    assert "title and text keep 0% of their words" in problem.message
    # nor may it hide behind an alias, of a claim or of anything else
    repository.path("tower/cold-oil").unlink()
    repository.write("tower/bells-ring", text.replace("aliases: [stiff-oil]", "aliases: [stiff-oil, cold-oil]"))
    assert [p.code for p in seen(kb, "main").broken] == ["changed-meaning"]
    repository.path("tower/bells-ring").unlink()
    repository.write("sources/log-two", f"{source()}aliases: [cold-oil]\n")
    assert "reused-id" in [p.code for p in seen(kb, "main").broken]


def test_a_small_rewording_passes_and_is_listed(kb: Kb, repository: Repository) -> None:
    repository.replace("tower/cold-oil", "title: Thick oil slows", "title: Stiff oil slows")
    repository.replace("tower/cold-oil", "metric: minutes a week", "metric: minutes a month")
    found = seen(kb, "main")
    assert not found.failed
    assert [(w.field, w.before == w.after) for w in found.reworded[0].words] == [("title", False), ("scope", False)]
    assert found.reworded[0].turned == ""


def test_what_nothing_was_judged_against_may_change(kb: Kb, repository: Repository) -> None:
    repository.write("tower/alone", "kind: claim\ntitle: The bell is loud\ntext: The bell is loud at night.\n")
    repository.commit("a claim that nothing bears on")
    repository.replace("tower/alone", "is loud", "is not loud")
    found = seen(kb, "HEAD")
    assert (found.reworded, found.broken) == ((), ())
    repository.replace(
        "tower/alone", "kind: claim", "kind: claim\nbase_rate: {credence: 0.2, why: One bell in five is.}"
    )
    repository.commit("a base rate")
    repository.replace("tower/alone", "is not loud", "is loud")
    assert [p.code for p in seen(kb, "HEAD").broken] == ["changed-meaning"]
    assert "its base rate was judged against the old words" in kb("diff", "HEAD").out


def test_many_rewordings_fit_into_a_comment() -> None:
    text = "word " * 250
    one = {
        "id": "a", "kind": "claim", "place": "a.yaml:1:1", "items": 1, "reasons": 0, "positions": 0,
        "words": [{"field": field, "before": text, "after": f"{text} {field}"} for field in ("title", "text")],
    }  # fmt: skip
    link = {
        "item": "i", "title": "t" * 300, "claim": "c", "claim_title": "c", "says": "s" * 1000, "why": "w" * 1500,
        "design": "d", "reliability": 0.5, "root": "", "root_reliability": None, "before": 1.0, "after": 0.0,
    }  # fmt: skip
    data = {
        "base": "a",
        "head": "b",
        "records": [1, 2],
        "computed": True,
        "reworded": [one] * 500,
        "links": [link] * 300,
    }
    made = diff.markdown(read_report(json.dumps(data).encode()))
    assert len(made) < LONGEST / 2
    assert "… and 488 more." in made
    assert "… and 288 more." in made
    assert "**+4.3 dB → 0.0 dB**" in made
    assert "no source vouches" in made


def test_what_moves_hardly_anything_is_said_so() -> None:
    change = {"id": "a", "kind": "evidence", "title": "t", "path": "p", "what": "added", "moves": 2}
    data = {"base": "a", "head": "b", "records": [1, 2], "changes": [change], "changed": 1, "computed": True}
    report = read_report(json.dumps(data).encode())
    assert "moves 2 claims, each by less than 0.05 dB" in diff.text(report)
    assert "`2 claims, each by less than 0.05 dB`" in diff.markdown(report)


def test_long_texts_show_where_they_differ() -> None:
    many = " ".join(f"word{n}" for n in range(300))
    old, new = side_by_side(f"{many} rise {many}", f"{many} fall {many}")
    assert old == "… word295 word296 word297 word298 word299 [-rise-] word0 word1 word2 word3 word4 …"
    assert new == old.replace("[-rise-]", "{+fall+}")
    assert side_by_side("a", "a") == ("a", "a")
    assert side_by_side("", "b") == ("", "{+b+}")


# passages and form

LOG = "The bells were late again. The oil was as stiff as wax in the morning. Nobody in town had noticed it.\n"


@pytest.fixture
def copies(repository: Repository, tmp_path: Path) -> Path:
    """Two records that cite a source with a stored copy."""
    text = source().replace("type: dataset\n", "type: dataset\nsnapshot: log-two.txt\n")
    repository.write("sources/log-two", text)
    for n, words in enumerate(("The oil was as stiff", "The bells were late again")):
        passage = f'    anchor:\n      start: "{words}"\n'
        made = evidence("gear-old", "log-two", title=f"Reading {n}")
        made = made.replace("    no_anchor: The readings were told in person.\n", passage)
        repository.write(f"tower/reading-{n}", made)
    repository.commit("readings")
    folder = tmp_path / "copies"
    folder.mkdir()
    (folder / "log-two.txt").write_text(LOG)
    return folder


def test_anchors_of_what_changed_are_looked_up(kb: Kb, repository: Repository, copies: Path) -> None:
    assert seen(kb, "main~1", "main", "--snapshots", str(copies)).anchors == ()
    repository.replace("tower/reading-0", "The oil was as stiff", "The oil was like a zebra")
    repository.replace("tower/reading-1", "Reading 1,", "Another reading,")
    assert seen(kb, "HEAD").anchors == (), "only where copies are named"
    found = seen(kb, "HEAD", "--snapshots", str(copies))
    (problem,) = found.anchors
    assert problem.code in ("anchor-near", "anchor-missing")
    assert problem.place.startswith("claims/tower/reading-0.yaml:")
    assert not found.failed, "whether a copy is right is for people to say"
    ran = kb("diff", "HEAD", "--snapshots", str(copies))
    assert re.search(rf"^claims/tower/reading-0\.yaml:\d+:\d+ {problem.code} .*; .*$", ran.out, re.M)
    assert "### Passages that do not match" in kb("diff", "HEAD", "--snapshots", str(copies), "--markdown").out


def test_anchors_that_a_changed_source_leaves_behind(kb: Kb, repository: Repository, copies: Path) -> None:
    (copies / "log-three.txt").write_text("The oil was as stiff as wax in the morning.\n")
    repository.replace("sources/log-two", "log-two.txt", "log-three.txt")
    places = [p.place.rpartition("/")[2].split(":")[0] for p in seen(kb, "HEAD", "--snapshots", str(copies)).anchors]
    assert places == ["reading-1.yaml"]


def test_files_out_of_form_are_a_note_and_no_failure(kb: Kb, repository: Repository) -> None:
    repository.write("tower/tidy", evidence("gear-old", "keeper-log", title="Tidy"))
    kb("fmt", "claims/tower/tidy.yaml")
    repository.write("tower/wild", evidence("gear-old", "keeper-log", title="Wild").replace("design: o", "design:   o"))
    for at in ((), ("wild",)):
        if at:
            repository.branch("wild")
            repository.commit("wild")
        found = seen(kb, "main", *at)
        (note,) = [note for note in found.notes if "form" in note]
        assert note.startswith("1 file is not in canonical form, which stops nothing")
        assert note.endswith(": kb fmt claims/tower/wild.yaml")
        assert not found.failed
    assert "- `1 file is not in canonical form" in kb("diff", "main", "wild", "--markdown").out
    kb("fmt", "claims/tower/wild.yaml")
    repository.commit("tidy")
    assert not [note for note in seen(kb, "main", "wild").notes if "form" in note]
    for n in range(9):
        text = evidence("gear-old", "keeper-log", title=f"Wild {n}").replace("design: o", "design:   o")
        repository.write(f"tower/wild-{n}", text)
    (note,) = [note for note in seen(kb, "main").notes if "form" in note]
    assert note.startswith("9 files are")
    assert note.endswith(": kb fmt claims")


# promises


def test_a_deleted_id_fails_with_the_way_to_withdraw(kb: Kb, repository: Repository) -> None:
    repository.path("people/guild").unlink()
    ran = kb("diff", "main")
    assert ran.code == 1
    line = next(line for line in ran.out.splitlines() if "removed-id" in line)
    assert re.match(r"^\S*people/guild\.yaml:1:1 removed-id .*; .*kb withdraw guild --why", line)
    assert "Traceback" not in ran.out + ran.err


def test_an_id_may_live_on_as_an_alias(kb: Kb, repository: Repository) -> None:
    text = repository.path("tower/never-assessed").read_text()
    repository.path("tower/never-assessed").unlink()
    repository.write("tower/clock-is-admired", f"{text}aliases: [never-assessed]\n")
    found = seen(kb, "main")
    assert {c.id: c.what for c in found.changes} == {"clock-is-admired": "added", "never-assessed": "removed"}
    assert "removed-id" not in {p.code for p in found.broken}


def test_an_id_keeps_its_kind(kb: Kb, repository: Repository) -> None:
    repository.write("tower/never-assessed", evidence("gear-old", "keeper-log"))
    assert [p.code for p in seen(kb, "main").broken] == ["reused-id"]


def test_rewriting_more_than_a_tenth_fails(kb: Kb, repository: Repository) -> None:
    names = sorted(
        p.relative_to(repository.claims).with_suffix("").as_posix() for p in repository.claims.rglob("*.yaml")
    )
    chosen = [n for n in names if "\ntitle: " in repository.path(n).read_text() and "_topic" not in n]
    allowed = math.floor(RECORDS * 0.1)
    for name in chosen[:allowed]:
        text = repository.path(name).read_text()
        repository.write(name, re.sub(r"\ntitle: .*", "\ntitle: Another title", text))
    assert seen(kb, "main").broken == ()
    name = chosen[allowed]
    repository.write(name, re.sub(r"\ntitle: .*", "\ntitle: Another title", repository.path(name).read_text()))
    (problem,) = seen(kb, "main").broken
    assert problem.code == "rewritten-records"
    assert f"{allowed + 1} rewritten" in problem.message
    assert "kb withdraw ID --why" in problem.hint


# what is compared with what


def test_revisions_folders_and_both(kb: Kb, repository: Repository, tmp_path: Path) -> None:
    first = repository.head()
    repository.write("sources/log-two", source())
    repository.write("tower/new-reading", evidence("gear-old", "log-two"))
    repository.commit("a reading")
    old = tmp_path / "old"
    repository.git("worktree", "add", "-q", str(old), first)
    reports = [
        seen(kb, first, "main"),
        seen(kb, first),
        seen(kb, str(old / "claims"), "claims"),
        seen(kb, str(old), "main"),
        seen(kb, str(old)),
    ]
    moves = [[(m.claim, m.before, m.after, m.path) for m in r.moves] for r in reports]
    assert moves[0]
    assert all(one == moves[0] for one in moves)
    assert all(r.changed == 2 for r in reports)


def test_what_others_changed_meanwhile_is_not_mine(kb: Kb, repository: Repository) -> None:
    repository.branch("mine")
    repository.write("tower/mine-too", evidence("gear-old", "keeper-log"))
    repository.commit("mine")
    repository.go("main")
    repository.write("tower/theirs", evidence("cold-oil", "keeper-log"))
    repository.commit("theirs")
    found = seen(kb, "main", "mine")
    assert [c.id for c in found.changes] == ["mine-too"]
    assert found.base.endswith("where it left main")
    exact = seen(kb, "main", "mine", "--exact")
    assert {(c.id, c.what) for c in exact.changes} == {("mine-too", "added"), ("theirs", "removed")}
    assert exact.failed


def test_bare_repository(kb: Kb, repository: Repository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = repository.head()
    repository.write("tower/new-reading", evidence("gear-old", "keeper-log"))
    repository.commit("a reading")
    repository.git("clone", "-q", "--bare", ".", str(tmp_path / "bare.git"))
    monkeypatch.chdir(tmp_path / "bare.git")
    found = seen(kb, first, "main")
    assert [c.id for c in found.changes] == ["new-reading"]


def test_records_of_a_revision_are_those_of_its_folder(repository: Repository) -> None:
    repository.write("tower/Bad Name", "kind: claim\n")
    repository.write("tower/note", "no: kind\n")
    (repository.claims / "tower" / "page.txt").write_text("x")
    (repository.claims / "stray.yaml").write_text("x")
    (repository.claims / "tower" / "deep").mkdir()
    (repository.claims / "tower" / "deep" / "x.yaml").write_text("x")
    (repository.claims / "No Topic").mkdir()
    (repository.claims / "No Topic" / "x.yaml").write_text("x")
    (repository.claims / "tower" / "link.yaml").symlink_to("/etc/passwd")
    (repository.claims / "tower" / "large.yaml").write_text("a" * 70_000)
    repository.commit("many mistakes")
    where = place(None)
    kept, lies = at_commit(where, commit(where, "HEAD"), "HEAD").loaded, load("claims")
    assert [str(f) for f in kept.findings] == [str(f) for f in lies.findings]
    assert kept.corpus.digest == lies.corpus.digest
    assert len(kept.findings) >= 8


def test_invalid_records_are_findings_and_no_traceback(kb: Kb, repository: Repository) -> None:
    repository.write("tower/new-reading", "kind: [evidence\n")
    repository.replace("tower/cold-oil", "form: causal", "form: casual")
    (repository.claims / "tower" / "link.yaml").symlink_to("/etc/passwd")
    found = seen(kb, "main")
    assert not found.computed
    assert {p.code for p in found.faults} >= {"yaml-syntax", "schema", "file-place"}
    assert {c.id: c.what for c in found.changes}["cold-oil"] == "unreadable"
    ran = kb("diff", "main")
    assert ran.code == 1
    assert "claims/tower/cold-oil.yaml:5:7 schema" in ran.out
    assert ran.out.splitlines()[-1].startswith("main → claims:")
    assert "credences not compared" in ran.out
    repository.commit("broken")
    repository.branch("repair")
    assert seen(kb, "main~1", "main").faults


@pytest.mark.parametrize(
    "arguments",
    [
        (),
        ("nowhere",),
        ("--exact",),
        ("-x",),
        ("main", "nowhere"),
        ("main:claims",),
        ("main", "--snapshots", "nowhere"),
    ],
)
def test_wrong_arguments_are_said_in_a_line(kb: Kb, repository: Repository, arguments: tuple[str, ...]) -> None:
    ran = kb("diff", *arguments)
    assert ran.code in (1, 2)
    assert "Traceback" not in ran.err
    assert ran.err
    if ran.code == 1:
        assert ran.err.count("\n") == 1


def test_outside_a_repository(kb: Kb, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "claims").mkdir()
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))
    ran = kb("diff", "main")
    assert (ran.code, ran.err.count("\n")) == (1, 1)
    assert "not in a git repository" in ran.err
    assert kb("diff", str(CLOCK), str(CLOCK)).code == 0


def test_settings_and_attributes_of_a_repository_run_nothing(kb: Kb, repository: Repository) -> None:
    trap = repository.folder / "trap.sh"
    trap.write_text(f"#!/bin/sh\ntouch '{repository.folder / 'sprung'}'\ncat\n")
    trap.chmod(0o755)
    with (repository.folder / ".git" / "config").open("a") as config:
        for section in ('filter "trap"', 'diff "trap"'):
            names = ("smudge", "clean", "process") if "filter" in section else ("textconv", "command")
            config.write(f"[{section}]\n" + "".join(f"\t{name} = {trap}\n" for name in names))
        config.write(f"[core]\n\tfsmonitor = {trap}\n\tpager = {trap}\n[pager]\n\tlog = {trap}\n")
    first = repository.head()
    (repository.folder / ".gitattributes").write_text("* filter=trap diff=trap\n")
    repository.write("tower/new-reading", evidence("gear-old", "keeper-log"))
    subprocess.run(["rm", "-f", "sprung"], cwd=repository.folder, check=True)
    assert kb("diff", first).code == 0
    assert kb("history", "gear-old").code == 0
    assert not (repository.folder / "sprung").exists()


# the comment

HOSTILE = (
    "@everyone <img src=x onerror=alert(1)> ![p](http://evil.example/p.png) [a](http://evil.example) #1 "
    "`` ` </code><script>alert(1)</script> | x |"
)


def strip_code(text: str) -> str:
    """Markdown without its code spans: what GitHub would read mentions, links and HTML in."""
    return re.sub(r"`[^`\n]*`", "", text)


def test_hostile_text_stays_in_code_spans(kb: Kb, repository: Repository) -> None:
    quoted = json.dumps(HOSTILE[:118])
    repository.write(
        "sources/log-two", f"kind: source\ntitle: {quoted}\ntype: dataset\nno_url: It lies in the tower.\n"
    )
    repository.write(
        "tower/new-reading", evidence("gear-old", "log-two").replace("title: A new reading", f"title: {quoted}")
    )
    repository.replace("tower/cold-oil", "title: Thick oil slows the clock", f"title: {quoted}")
    repository.write("tower/@everyone <img src=x>", "kind: claim\n")
    for args in ((), ("--exact",)):
        made = kb("diff", "main", *args, "--markdown").out
        assert "evil.example" in made
        bare = strip_code(made)
        for word in ("@everyone", "evil.example", "<img", "<script", "onerror", "#1"):
            assert word not in bare, word
        assert set(re.findall(r"<[^>]+>", bare)) <= {
            "<!-- kb-diff -->", "<br>", "<details>", "</details>", "<summary>", "</summary>"
        }  # fmt: skip
        for line in made.splitlines():
            if line.startswith("| "):
                assert line.count("|") in (5, 7), line
    repository.path("tower/@everyone <img src=x>").unlink()
    made = kb("diff", "main", "--markdown").out
    (link,) = [line for line in made.splitlines() if line.startswith("| **")]
    assert "evil.example" in link
    for word in ("@everyone", "evil.example", "<img", "#1"):
        assert word not in strip_code(made), word


def test_code_spans_cannot_be_left() -> None:
    for text in ("`", "a`b``c", "\n\n# x", "|", "", " ", "\u202e@x", "::error::x", "\x1b[31m", "x" * 9_000):
        made = code(text)
        assert made[0] == made[-1] == "`"
        assert "`" not in made[1:-1]
        assert made[1:-1].strip()
        assert "\n" not in made
        assert "|" not in made
        assert len(made) < 200


def test_markdown_of_a_report_equals_that_of_the_comparison(kb: Kb, repository: Repository, tmp_path: Path) -> None:
    repository.write("sources/log-two", source())
    repository.write("tower/new-reading", evidence("gear-old", "log-two"))
    report = tmp_path / "report.json"
    report.write_text(kb("diff", "main", "--json").out)
    made = kb("diff", "main", "--markdown").out
    assert made == kb("diff", "--report", report, "--markdown").out
    assert made.startswith("<!-- kb-diff -->\n")
    assert "| 83% | 92% |" in made or re.search(r"\| 83% \| \d\d% \| x", made)
    assert "graph LR" in made
    assert '["gear-old<br>83%' in made


def test_a_map_shows_paths_of_several_steps_alone() -> None:
    def made(*paths: tuple[str, ...]) -> str:
        moves = [{"claim": p[-1], "title": "x", "before": 0.2, "after": 0.5, "weight": 1.0, "path": p} for p in paths]
        data = {"base": "a", "head": "b", "records": [1, 2], "computed": True, "moves": moves, "moved": len(moves)}
        return diff.markdown(read_report(json.dumps(data).encode()))

    assert "mermaid" not in made(("item", "claim"), ("other", "claim-two"))
    drawn = made(("item", "claim"), ("item", "claim", "answer"))
    assert drawn.count(" --> ") == 2
    assert 'n1["claim<br>20% → 50%"]' in drawn
    hostile = made(('a"];click n0 "javascript:x"', "b", "c"), ("end", "graph", "subgraph"))
    assert "javascript" not in strip_code(hostile)
    assert [line for line in hostile.splitlines() if " --> " in line] == ["  n0 --> n1", "  n1 --> n2"]


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"[]",
        b"{}",
        b'{"base": "a", "head": "b", "records": [1, 2], "more": 1}',
        b'{"base": "a", "head": "b", "records": [-1, 2]}',
        b'{"base": "a", "head": "b", "records": [1, NaN]}',
        json.dumps({"base": "a" * 400, "head": "b", "records": [1, 2]}).encode(),
        b" " * (MAX_REPORT + 1),
        b"[" * 100_000,
    ],
)
def test_reports_from_elsewhere_are_checked(kb: Kb, tmp_path: Path, data: bytes) -> None:
    with pytest.raises(BadReport):
        read_report(data)
    path = tmp_path / "report.json"
    path.write_bytes(data)
    ran = kb("diff", "--report", path, "--markdown")
    assert (ran.code, ran.out, ran.err.count("\n")) == (1, "", 1)


def test_a_hostile_report_stays_in_code_spans_and_short() -> None:
    one = {"id": HOSTILE, "kind": HOSTILE, "title": HOSTILE, "path": HOSTILE, "what": "added", "details": [HOSTILE] * 9,
           "moves": 9, "most": [{"claim": HOSTILE, "weight": 1.0}]}  # fmt: skip
    move = {"claim": "x", "title": HOSTILE, "before": None, "after": 0.5, "weight": 1.0}
    problem = {"place": HOSTILE, "code": HOSTILE, "message": HOSTILE, "hint": HOSTILE}
    data = {
        "base": HOSTILE, "head": HOSTILE, "records": [1, 2], "changes": [one] * 300, "changed": 300, "computed": True,
        "moves": [{**move, "path": [HOSTILE, 'a"];click n0 "javascript:x"', "x"]}, {**move, "path": ["a", "b", "x"]}],
        "leading": [{"question": "q", "title": HOSTILE, "before": "a", "after": None, "before_title": HOSTILE}],
        "cruxes": [{"claim": "c", "title": HOSTILE, "crux": "d", "crux_title": HOSTILE, "new": True, "before": 0,
                     "after": 0.1}],
        "links": [{
            "item": HOSTILE, "title": HOSTILE, "claim": HOSTILE, "claim_title": HOSTILE, "says": HOSTILE,
            "why": HOSTILE, "design": HOSTILE, "reliability": 0.5, "root": HOSTILE, "root_reliability": 0.5,
            "before": None, "after": 1.0,
        }],
        "reworded": [{
            "id": HOSTILE, "kind": HOSTILE, "place": HOSTILE, "items": 1, "reasons": 1, "positions": 1,
            "words": [{"field": HOSTILE, "before": HOSTILE, "after": "x"}], "turned": HOSTILE,
        }],
        "shared": [{"item": HOSTILE, "claim": "c", "with_": [HOSTILE], "how": HOSTILE, "stated": 1.0, "adds": 0.5}],
        "broken": [problem], "faults": [problem], "anchors": [problem], "notes": [HOSTILE],
    }  # fmt: skip
    report = read_report(json.dumps(data).encode())
    made = diff.markdown(report)
    assert len(made) < LONGEST + 200
    bare = strip_code(made)
    for word in ("@everyone", "evil.example", "<img", "<script", "javascript"):
        assert word not in bare
    assert diff.markdown(report) == made
    assert "\x1b" not in diff.text(report)


# bytes


def test_same_states_same_bytes(repository: Repository) -> None:
    repository.write("sources/log-two", source())
    repository.write("tower/new-reading", evidence("gear-old", "log-two"))
    made = set()
    for seed, zone in (("1", "UTC"), ("2", "Asia/Kathmandu")):
        done = subprocess.run(
            [sys.executable, "-m", "kb.cli", "diff", "main", "--json"],
            env={**os.environ, "PYTHONHASHSEED": seed, "TZ": zone},
            capture_output=True,
            timeout=60,
            check=True,
        )
        made.add(done.stdout)
    assert len(made) == 1
