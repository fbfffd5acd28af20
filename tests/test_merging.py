"""Several people at once: branches merged in any order, ids chosen twice, a branch that means harm."""

from __future__ import annotations

import itertools
import json
import random
import shutil
from pathlib import Path

import pytest
from repositories import Repository, evidence, source
from support import Kb

from kb.engine import Credence, assess
from kb.load import load

STRENGTHS = ("negligible", "slight", "moderate", "strong", "very strong", "decisive")


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Repository:
    made = Repository.clock(tmp_path / "project")
    monkeypatch.chdir(made.folder)
    return made


def credences() -> dict[str, Credence]:
    loaded = load("claims")
    assert not loaded.findings, loaded.findings
    return dict(assess(loaded.corpus).credences)


def add(repository: Repository, n: int, claim: str | None = None) -> None:
    """A contributor's two files."""
    repository.write(f"sources/log-{n}", source(f"Log book {n}"))
    claim = claim or ("gear-old", "cold-oil", "costs-rise")[n % 3]
    repository.write(f"tower/reading-{n}", evidence(claim, f"log-{n}", strength=STRENGTHS[n % len(STRENGTHS)]))


def test_two_branches_add_evidence_to_one_claim(kb: Kb, repository: Repository) -> None:
    for n in (0, 3):
        repository.branch(f"person-{n}")
        add(repository, n)
        repository.commit(f"reading {n}")
        repository.go("main")
    found = []
    for order in itertools.permutations((0, 3)):
        repository.branch(f"merged-{order[0]}")
        for n in order:
            repository.merge(f"person-{n}")
        found.append(credences())
        assert kb("check", "--level", "error").code == 0
    repository.branch("by-one-person")
    for n in (3, 0):
        add(repository, n)
    found.append(credences())
    assert found[0] == found[1] == found[2]
    repository.git("clean", "-qfd")
    repository.go("main")
    assert found[0]["gear-old"].credence > credences()["gear-old"].credence


@pytest.mark.parametrize("claim", [None, "gear-old"])
def test_twenty_branches_in_random_orders(repository: Repository, claim: str | None) -> None:
    for n in range(20):
        repository.branch(f"person-{n}")
        add(repository, n, claim)
        repository.commit(f"reading {n}")
    found = []
    for seed in range(3):
        order = random.Random(seed).sample(range(20), 20)
        repository.branch(f"merged-{seed}")
        for n in order:
            repository.merge(f"person-{n}")
        found.append((load("claims").corpus.digest, credences()))
    assert found[0] == found[1] == found[2]
    supports = load("claims").corpus.evidence_for["gear-old"]
    assert len(supports) >= (20 if claim else 6)


def test_an_id_chosen_twice_in_two_topics_is_named_with_both_places(kb: Kb, repository: Repository) -> None:
    repository.write("oil/_topic", "title: Oil\nquestion: What does the oil do?\n")
    repository.commit("a second topic")
    repository.branch("one")
    repository.write("tower/new-reading", evidence("gear-old", "keeper-log"))
    repository.commit("one")
    repository.branch("two")
    repository.write("oil/new-reading", evidence("cold-oil", "keeper-log"))
    repository.commit("two")
    # before the merge: the branch is told that the id has been taken meanwhile
    repository.go("main")
    repository.merge("one")
    ran = kb("diff", "main", "two")
    assert ran.code == 1
    (line,) = [line for line in ran.out.splitlines() if "id-taken" in line]
    assert line.startswith("claims/oil/new-reading.yaml:1:1 id-taken the id new-reading has meanwhile been chosen")
    assert "rename your file" in line
    # after it: git sees no conflict, the check does
    repository.merge("two")
    ran = kb("check", "--level", "error")
    assert ran.code == 1
    assert "duplicate-id the id new-reading is taken by" in ran.out
    assert "choose another file name" in ran.out
    assert kb("diff", "main~1").code == 1


def test_an_id_chosen_twice_in_one_topic_is_said_before_git_finds_a_conflict(kb: Kb, repository: Repository) -> None:
    for name, claim in (("one", "gear-old"), ("two", "cold-oil")):
        repository.branch(name)
        repository.write("tower/new-reading", evidence(claim, "keeper-log"))
        repository.commit(name)
    repository.go("main")
    repository.merge("one")
    ran = kb("diff", "main", "two")
    assert ran.code == 1
    assert "claims/tower/new-reading.yaml:1:1 id-taken" in ran.out
    assert "CONFLICT" in repository.git("merge", "two", check=False)
    ran = kb("check", "--level", "error")
    assert ran.code == 1
    assert "merge-conflict git has left a merge conflict in the file" in ran.out
    assert "give yours another file name" in ran.out
    assert "Traceback" not in ran.out + ran.err
    # the same file on both sides is no conflict of meaning
    repository.git("merge", "--abort")
    repository.branch("three", "main~1")
    repository.write("tower/new-reading", evidence("gear-old", "keeper-log"))
    repository.commit("three")
    assert kb("diff", "main", "three").code == 0


def test_a_pull_request_of_three_hundred_files(kb: Kb, repository: Repository) -> None:
    repository.branch("large")
    for n in range(150):
        add(repository, n)
    repository.commit("three hundred files")
    ran = kb("diff", "main", "large", "--json")
    assert ran.code == 0
    data = json.loads(ran.out)
    assert data["changed"] == 300
    assert {m["claim"] for m in data["moves"]} >= {"gear-old", "cold-oil", "costs-rise"}
    made = kb("diff", "main", "large", "--markdown").out
    assert len(made) < 65_536


def test_a_hostile_branch_changes_rules_tool_and_records_at_once(
    kb: Kb, repository: Repository, tmp_path: Path
) -> None:
    """The commands of the workflow `validate`, run by the base's tool: nothing of the branch acts."""
    sprung = tmp_path / "sprung"
    repository.branch("evil")
    for name in ("kb/__init__.py", "kb/rules/__init__.py", "sitecustomize.py", "claims/conftest.py"):
        path = repository.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"open({str(sprung)!r}, 'w')\n")
    (repository.folder / "mkdocs.yml").write_text("hooks: [sitecustomize.py]\n")
    (repository.folder / ".gitattributes").write_text("*.yaml filter=evil diff=evil export-ignore\n")
    (repository.claims / "tower" / "passwd.yaml").symlink_to("/etc/passwd")
    shutil.rmtree(repository.claims / "people")
    (repository.claims / "people").symlink_to("/etc")
    repository.write("tower/bomb", "a: &a [x, x]\nb: &b [*a, *a]\nc: [*b, *b]\n")
    repository.write("tower/deep", "[" * 30_000)
    repository.write("tower/large", "kind: claim\ntext: " + "x" * 200_000)
    repository.write("tower/!!python", "!!python/object/apply:os.system ['touch sprung']\n")
    repository.write("tower/gear-old", evidence("gear-old", "keeper-log", title="::set-output name=x::y"))
    repository.commit("harmless ::error::")
    merged = tmp_path / "head"
    repository.git("clone", "-q", "-b", "evil", ".", str(merged))
    repository.go("main")
    repository.git("fetch", "-q", "--no-tags", str(merged), "HEAD")
    ran = kb("diff", "--exact", "main", "FETCH_HEAD", "--json")
    assert ran.code == 1, ran.err
    data = json.loads(ran.out)
    assert not data["computed"]
    assert {"removed-id", "reused-id"} <= {p["code"] for p in data["broken"]}
    assert {"file-place", "yaml-alias", "yaml-depth", "yaml-size", "yaml-tag"} <= {p["code"] for p in data["faults"]}
    report = tmp_path / "report.json"
    report.write_text(ran.out)
    text = kb("diff", "--report", report)
    assert text.code == 1
    assert not any(line.lstrip().startswith("::") for line in text.out.splitlines())
    assert "root:" not in text.out
    assert "root:" not in kb("diff", "--report", report, "--markdown").out
    assert not sprung.exists()
    assert not (repository.folder / "sprung").exists()


def test_a_link_in_place_of_the_records_is_refused(kb: Kb, repository: Repository, tmp_path: Path) -> None:
    repository.branch("link")
    shutil.move(repository.claims, tmp_path / "elsewhere")
    repository.claims.symlink_to(tmp_path / "elsewhere")
    repository.commit("a link")
    ran = kb("diff", str(tmp_path / "elsewhere"), "claims")
    assert (ran.code, ran.err.count("\n")) == (1, 1)
    assert "symbolic link" in ran.err
    repository.go("main")
    data = json.loads(kb("diff", "main", "link", "--json").out)
    assert {p["code"] for p in data["broken"]} == {"removed-id", "rewritten-records"}
