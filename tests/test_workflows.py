"""The workflows: valid, with least rights, pinned; every command of theirs that is ours runs here."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml
from repositories import Repository, evidence
from support import ROOT, Kb

from kb import models as m
from kb import typed, vocab
from kb.cli import app

GITHUB = ROOT / ".github"
WORKFLOWS = sorted((GITHUB / "workflows").glob("*.yml"))
FORM = GITHUB / "ISSUE_TEMPLATE" / "submit-evidence.yml"
UNTRUSTED = re.compile(
    r"\$\{\{[^}]*(head_ref|\.title|\.body|\.message|head\.ref|head\.label|head_branch|\.login|\.name)\b"
)


def read(path: Path) -> dict[str, Any]:
    data = yaml.safe_load(path.read_text())
    assert isinstance(data, dict)
    return data


def steps(path: Path) -> list[dict[str, Any]]:
    return [step for job in read(path)["jobs"].values() for step in job["steps"]]


def tool(name: str) -> Path:
    """A checking tool of the development group."""
    path = Path(sys.executable).with_name(name)
    if not path.exists():
        pytest.skip(f"{name} is not installed: make test")
    return path


def test_the_workflows_are_there() -> None:
    assert {path.stem for path in WORKFLOWS} >= {"validate", "comment", "publish"}


def test_zizmor_finds_nothing() -> None:
    done = subprocess.run(
        [tool("zizmor"), "--offline", "--no-progress", "--persona=pedantic", "."],
        cwd=GITHUB, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize(
    ("schema", "files"),
    [
        ("vendor.github-workflows", WORKFLOWS),
        ("custom.github-workflows-require-timeout", WORKFLOWS),
        ("vendor.github-issue-forms", [FORM]),
        ("vendor.github-issue-config", [GITHUB / "ISSUE_TEMPLATE" / "config.yml"]),
    ],
)
def test_files_are_what_github_takes(schema: str, files: list[Path]) -> None:
    command = [tool("check-jsonschema"), "--builtin-schema", schema, *files]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.stem)
def test_least_rights(path: Path) -> None:
    data = read(path)
    assert data["permissions"] == {}, "rights are given job by job"
    on = data[True]  # YAML reads `on` as true
    assert "pull_request_target" not in on
    for name, job in data["jobs"].items():
        assert "permissions" in job, name
        assert "timeout-minutes" in job, name
        writes = {right for right, how in job["permissions"].items() if how == "write"}
        if "pull_request" in on:
            assert not writes, f"{name}: what a pull request starts may write nothing"
            assert not re.search(r"\bsecrets\.\w", path.read_text())
            assert "github.token" not in path.read_text()
        for step in job["steps"]:
            if step.get("uses", "").startswith("actions/checkout"):
                assert step["with"]["persist-credentials"] is False


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.stem)
def test_actions_are_pinned_and_text_is_never_pasted_into_a_script(path: Path) -> None:
    for step in steps(path):
        if "uses" in step:
            assert re.fullmatch(r"actions/[a-z-]+@[0-9a-f]{40}", step["uses"]), step["uses"]
        assert "${{" not in step.get("run", ""), "values reach a script through env alone"
    assert not UNTRUSTED.search(path.read_text())
    pins = re.findall(r"uses: (\S+?)@([0-9a-f]{40}) # (v\S+)", path.read_text())
    assert len(pins) == sum("uses" in step for step in steps(path))


def test_one_version_of_each_action() -> None:
    pins: dict[str, set[str]] = {}
    for path in WORKFLOWS:
        for step in steps(path):
            if "uses" in step:
                action, _, pin = step["uses"].partition("@")
                pins.setdefault(action, set()).add(pin)
    assert all(len(found) == 1 for found in pins.values()), pins


def test_validate_runs_the_tool_of_the_base() -> None:
    first, second = (s for s in steps(GITHUB / "workflows" / "validate.yml") if "checkout" in s.get("uses", ""))
    assert first["with"]["ref"] == "${{ github.event.pull_request.base.sha }}"
    assert first["with"]["path"] == "base"
    assert second["with"]["path"] == "head"
    for step in steps(GITHUB / "workflows" / "validate.yml"):
        assert "head/" not in step.get("run", "").replace("../head HEAD", ""), "nothing of the pull request is named"
        assert step.get("working-directory", "base") == "base"


def test_comment_never_checks_the_pull_request_out() -> None:
    path = GITHUB / "workflows" / "comment.yml"
    for step in steps(path):
        assert "ref" not in step.get("with", {})
        assert "git " not in step.get("run", "")
    assert read(path)[True] == {"workflow_run": {"workflows": ["validate"], "types": ["completed"]}}


def test_the_job_that_writes_reads_no_word_of_an_issue() -> None:
    path = GITHUB / "workflows" / "submit.yml"
    jobs = read(path)["jobs"]
    assert jobs["records"]["permissions"] == {"contents": "read"}
    assert "GH_TOKEN" not in str(jobs["records"])
    for condition in ("state == 'open'", "!github.event.issue.pull_request", "labels.*.name, 'evidence'"):
        assert condition in jobs["records"]["if"]
    assert jobs["propose"]["needs"] == "records"
    text = str(jobs["propose"])
    assert set(re.findall(r"github\.event\.[\w.]+", text)) == {"github.event.issue.number"}
    assert "GITHUB_EVENT_PATH" not in text
    assert ".venv" not in text, "it runs git and gh alone"
    assert read(path)["concurrency"]["group"] == "submit-${{ github.event.issue.number }}"
    for step in steps(path):
        if "checkout" in step.get("uses", ""):
            assert step["with"]["ref"] == "main"


def test_publish_is_for_main_alone() -> None:
    assert read(GITHUB / "workflows" / "publish.yml")[True] == {"push": {"branches": ["main"]}}


def test_commands_of_ours_exist() -> None:
    known = {command.name for command in app.registered_commands}
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), re.M))
    named = set()
    for path in WORKFLOWS:
        for step in steps(path):
            run = step.get("run", "")
            named |= set(re.findall(r"bin/kb ([a-z-]+)", run))
            assert set(re.findall(r"\bmake ([a-z]+)", run)) <= targets
    assert named
    assert named <= known
    template = (GITHUB / "PULL_REQUEST_TEMPLATE.md").read_text()
    assert set(re.findall(r"`kb ([a-z]+)", template)) <= known


def test_the_commands_of_validate_on_a_pull_request(kb: Kb, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Shallow copies of base and merged head as the workflow has them, and its fetch between the two."""
    upstream = Repository.clock(tmp_path / "upstream")
    upstream.branch("theirs")
    upstream.write("tower/new-reading", evidence("gear-old", "keeper-log"))
    upstream.commit("a reading")
    upstream.go("main")
    upstream.write("tower/meanwhile", evidence("cold-oil", "keeper-log"))
    base = upstream.commit("meanwhile")
    upstream.branch("pull")
    upstream.merge("theirs")
    address = upstream.folder.as_uri()
    upstream.git("clone", "-q", "--depth=1", "-b", "main", address, str(tmp_path / "base"))
    upstream.git("clone", "-q", "--depth=2", "-b", "pull", address, str(tmp_path / "head"))
    monkeypatch.chdir(tmp_path / "base")
    run = next(s["run"] for s in steps(GITHUB / "workflows" / "validate.yml") if "FETCH_HEAD" in s.get("run", ""))
    (fetch,) = re.findall(r"git -C base (fetch .+)", run)
    copy = Repository(tmp_path / "base")
    copy.git(*fetch.split())
    assert copy.git("rev-parse", "FETCH_HEAD^1").strip() == base
    (compare,) = re.findall(r"kb (diff .+? --json)", run)
    ran = kb(*compare.split())
    assert ran.code == 0, ran.err
    report = tmp_path / "report.json"
    report.write_text(ran.out)
    made = kb("diff", "--report", report, "--markdown")
    assert made.code == 0
    assert "`new-reading`" in made.out
    assert "meanwhile" not in made.out


def test_the_form_offers_what_a_record_takes() -> None:
    fields = {f["id"]: f for f in read(FORM)["body"] if "id" in f}
    offered = {id: f["attributes"].get("options") for id, f in fields.items()}
    factors = m.strength_factors()
    assert list(factors) == list(vocab.STRENGTH_WORDS)
    assert offered["strength"] == [f"{word}: about {factor} times as likely" for word, factor in factors.items()]
    assert "slight: about 2 times as likely" in offered["strength"]
    assert offered["design"] == [f"{design.value}: {design.definition}" for design in vocab.Design]
    assert offered["source-type"] == [f"{kind.value}: {kind.definition}" for kind in vocab.SourceType]
    assert [typed.chosen(one) for one in offered["stance"]] == [stance.value for stance in vocab.Stance]
    assert [one.rpartition(" ")[2] for one in offered["stance"]] == ["true", "false"]
    required = {id for id, f in fields.items() if f.get("validations", {}).get("required")}
    assert {"claim", "stance", "strength", "why", "title", "text", "design", "source"} <= required


def test_owners_are_no_invented_names() -> None:
    lines = (GITHUB / "CODEOWNERS").read_text().splitlines()
    for line in lines:
        if not line.startswith("#") and line.strip():
            assert "ORGANISATION" not in line, "put real owners in, or leave the line commented out"
    assert any(line.startswith("# /claims/") for line in lines)
