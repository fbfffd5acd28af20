from __future__ import annotations

import csv
import io
import json
import subprocess
import sys
from pathlib import Path

import pytest
from repositories import DAY, START, Repository, evidence, source
from support import Kb

from kb import git, history, odds
from kb.cli import replay
from kb.cli.history import sparkline
from kb.cli.replay import moments
from kb.cli.versions import place, stored
from kb.engine import assess
from kb.timeline import turns


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Repository:
    """A history of eight commits, one of them a merge, one broken and one beside the records."""
    made = Repository.clock(tmp_path / "project")
    monkeypatch.chdir(made.folder)
    made.write("sources/log-two", source())
    made.write("tower/new-reading", evidence("gear-old", "log-two"))
    made.commit("a reading")
    (made.folder / "README").write_text("beside the records")
    made.commit("not about records")
    made.replace("tower/cold-oil", "Thick oil slows", "Stiff oil slows")
    made.commit("a word")
    made.branch("other")
    made.write("tower/other-reading", evidence("cold-oil", "log-two"))
    made.commit("on a branch")
    made.go("main")
    made.replace("tower/gear-old", "credence: 0.4", "credence: 0.3")
    made.commit("another base rate")
    made.merge("other")
    made.replace("tower/new-reading", "strength: strong", "strength: [")
    made.commit("broken")
    made.path("tower/new-reading").write_text(evidence("gear-old", "log-two", strength="slight"))
    made.commit("repaired")
    return made


def test_every_state_equals_a_full_computation(repository: Repository) -> None:
    where = place(None)
    history = moments(where, repository.head(), cached=False)
    assert len(history) == 7
    for moment in history:
        credences = assess(stored(where, moment.commit).corpus, intervals=False).credences
        assert set(moment.standings) == set(credences)
        for id, (z, _, known) in moment.standings.items():
            assert odds.sigma(z) == pytest.approx(credences[id].credence, abs=1e-12), (moment.subject, id)
            assert known is credences[id].assessed


def test_when_and_by_which_commit(kb: Kb, repository: Repository) -> None:
    data = json.loads(kb("history", "gear-old", "--json").out)
    subjects = [turn["subject"] for turn in data["turns"]]
    assert subjects == ["the first records", "a reading", "another base rate", "broken", "repaired"]
    assert data["commits"] == 7
    first, reading = data["turns"][:2]
    assert (first["before"], first["date"]) == (None, "2023-11-14T22:13:20+00:00")
    assert reading["records"] == ["log-two", "new-reading"]
    assert reading["before"] == first["after"]
    assert reading["db"] == pytest.approx(odds.db(odds.logit(reading["after"]) - odds.logit(reading["before"])))
    merged = json.loads(kb("history", "cold-oil", "--json").out)["turns"]
    assert "merge other" in [turn["subject"] for turn in merged]
    assert json.loads(kb("history", "stiff-oil", "--json").out)["claim"] == "cold-oil"
    out = kb("history", "gear-old").out
    assert "moved in 5 commits of 7 that changed records" in out
    assert "new-reading" in out


def test_the_cache_gives_the_same_and_is_used(kb: Kb, repository: Repository, monkeypatch: pytest.MonkeyPatch) -> None:
    cold = kb("history", "gear-old", "--json").out
    files = sorted((repository.folder / replay.CACHE).rglob("*.json"))
    assert len(files) == 7

    def never(*_: object) -> None:
        raise AssertionError("computed again")

    with monkeypatch.context() as patched:
        patched.setattr(history, "Replay", never)
        assert kb("history", "gear-old", "--json").out == cold
    for file, junk in zip(files, ["", "[]", "{", '{"a": 1}', '{"a": [1]}', "null", "[" * 9999], strict=True):
        file.write_text(junk)
    assert kb("history", "gear-old", "--json").out == cold
    assert kb("history", "gear-old", "--json", "--no-cache").out == cold


def test_one_more_commit_starts_from_the_cache(kb: Kb, repository: Repository) -> None:
    kb("history", "gear-old", "--json")
    repository.write("tower/third", evidence("gear-old", "log-two", strength="moderate"))
    repository.commit("a third")
    warm = kb("history", "gear-old", "--json").out
    assert warm == kb("history", "gear-old", "--json", "--no-cache").out
    assert json.loads(warm)["turns"][-1]["subject"] == "a third"


def test_what_is_known_needs_no_engine(kb: Kb, repository: Repository) -> None:
    """A second run costs no import of numpy, networkx or the rules: with 500 commits it is to take a second."""
    cold = kb("history", "gear-old", "--json")
    script = (
        "import sys; sys.argv = ['kb', 'history', 'gear-old', '--json']\n"
        "from kb.cli import main\n"
        "try:\n    main()\nfinally:\n"
        "    heavy = {'numpy', 'networkx', 'kb.engine', 'kb.rules', 'jinja2', 'rdflib', 'mkdocs'} & set(sys.modules)\n"
        "    print(sorted(heavy), file=sys.stderr)\n"
    )
    warm = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=60, check=True)
    assert warm.stdout == cold.out
    assert warm.stderr == "[]\n"
    repository.write("tower/third", evidence("gear-old", "log-two"))
    repository.commit("a third")
    again = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=60, check=True)
    assert "kb.engine" in again.stderr, "the test would see it"


def test_a_claim_that_is_gone_and_one_that_never_was(kb: Kb, repository: Repository) -> None:
    repository.path("tower/never-assessed").unlink()
    repository.commit("gone")
    data = json.loads(kb("history", "never-assessed", "--json").out)
    assert [turn["there"] for turn in data["turns"]] == [True, False]
    ran = kb("history", "no-such-claim")
    assert (ran.code, ran.err.count("\n")) == (1, 1)
    ran = kb("history", "keeper")
    assert (ran.code, ran.err.count("\n")) == (1, 1)
    assert "only claims" in ran.err


def test_hostile_messages_are_printed_plain(kb: Kb, repository: Repository) -> None:
    repository.write("tower/third", evidence("gear-old", "log-two"))
    repository.commit("::error::\x1b[31m \u202e evil \x01 subject")
    out = kb("history", "gear-old").out
    assert "\x1b" not in out
    assert "\u202e" not in out
    assert json.loads(kb("history", "gear-old", "--json").out)["turns"][-1]["records"] == ["third"]


def test_sparkline(repository: Repository) -> None:
    found = turns(moments(place(None), repository.head(), cached=False), ["gear-old"])
    line = sparkline(found)
    assert len(line) == len(found)
    assert line[1] >= line[0]


# states of the past


def test_export_as_of_a_revision_and_of_a_day(kb: Kb, repository: Repository) -> None:
    def credence(*arguments: str) -> str:
        ran = kb("export", "csv", *arguments)
        assert ran.code == 0, ran.err
        (row,) = [r for r in csv.DictReader(io.StringIO(ran.out)) if r["id"] == "gear-old"]
        return row["credence"]

    first = repository.git("rev-list", "--max-parents=0", "HEAD").strip()
    old, now = credence("--as-of", first), credence()
    assert old != now
    assert credence("--as-of", "HEAD") == now
    assert credence("--as-of", "2023-11-14") == old
    assert credence("--as-of", "2100-01-01") == now
    assert git.commit_before(".", "2023-11-15") != first
    assert START % DAY < DAY - 1
    for when in ("2001-01-01", "nowhere", "--x", "2023-13-41"):
        ran = kb("export", "csv", f"--as-of={when}")
        assert (ran.code, ran.out, ran.err.count("\n")) == (1, "", 1), when
    broken = repository.git("log", "--format=%H", "--grep", "^broken").strip()
    ran = kb("export", "csv", "--as-of", broken)
    assert (ran.code, ran.out) == (1, "")
    assert "claims/tower/new-reading.yaml:" in ran.err
