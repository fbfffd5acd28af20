"""Snippets and settings of editors: what a snippet writes is a record, in canonical form."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest
import yaml
from repositories import Repository, evidence
from support import ROOT

from kb import vocab
from kb.cli import app
from kb.fmt import formatted, hint
from kb.load import read_record

SNIPPETS = json.loads((ROOT / ".vscode" / "counterpoise.code-snippets").read_text())
KINDS = [kind.value for kind in vocab.Kind]
_DATE = {"CURRENT_YEAR": "2026", "CURRENT_MONTH": "11", "CURRENT_DATE": "22"}


def typed(body: list[str], choice: int = 0) -> str:
    """What a snippet writes when its placeholders are left as they are and a word of each list is chosen."""

    def fill(match: re.Match[str]) -> str:
        if match[1] in _DATE:
            return _DATE[match[1]]
        if match[2] is not None:
            words = match[2].split(",")
            return words[choice % len(words)]
        return {"https://": "https://example.org/x"}.get(match[3], match[3])

    text = "\n".join(body) + "\n"
    return re.sub(r"\$\{(?:([A-Z_]+)|\d+\|([^|]*)\||\d+:([^}]*))\}", fill, text).replace("\\$", "$")


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("choice", [0, 1, 2])
def test_every_kind_has_a_snippet_that_makes_a_record(kind: str, choice: int) -> None:
    snippet = SNIPPETS[f"kb {kind}"]
    assert snippet["prefix"] == [f"kb-{kind}"]
    text = typed(snippet["body"], choice)
    assert text.startswith(hint(kind) + "\n")
    topic = vocab.SHELVES.get(vocab.Kind[kind.upper()], "topic")
    read = read_record(text.encode(), f"claims/{topic}/x.yaml", topic)
    assert not read.findings, [str(f) for f in read.findings]
    assert read.entry is not None
    if kind not in ("position", "source"):  # a placeholder for a year needs its quotation marks
        assert formatted(text.encode(), "x.yaml").text == text.encode()


def test_snippets_offer_just_the_words_of_the_vocabulary() -> None:
    lists = {
        "evidence": vocab.Design, "claim": vocab.Form, "position": vocab.Attitude, "quantity": vocab.Basis,
        "source": vocab.SourceType, "person": vocab.PersonType, "undercut": vocab.Kill,
    }  # fmt: skip
    for kind, words in lists.items():
        assert f"|{','.join(word.value for word in words)}|" in "\n".join(SNIPPETS[f"kb {kind}"]["body"]), kind
    strengths = f"|{','.join(vocab.STRENGTH_WORDS)}|"
    assert all(
        strengths in "\n".join(SNIPPETS[f"kb {name}"]["body"]) for name in ("evidence", "claim", "argument", "link")
    )


def test_settings_name_files_and_commands_that_exist() -> None:
    settings = json.loads((ROOT / ".vscode" / "settings.json").read_text())
    for schema in settings["yaml.schemas"]:
        assert (ROOT / schema).is_file()
    known = {command.name for command in app.registered_commands}
    tasks = json.loads((ROOT / ".vscode" / "tasks.json").read_text())["tasks"]
    hooks = [h for r in yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text())["repos"] for h in r["hooks"]]
    for entry in [*(task["command"] for task in tasks), *(hook["entry"] for hook in hooks)]:
        program, name, *_ = [*entry.split(), ""]
        assert Path(program).parent == Path(".venv/bin")
        assert Path(program).name != "kb" or name in known, entry


@pytest.fixture
def hooked(tmp_path: Path) -> Repository:
    """A project with the hooks of this one, and this one's programs."""
    if not (ROOT / ".venv" / "bin" / "pre-commit").exists():
        pytest.skip("pre-commit is not installed: make test")
    made = Repository.clock(tmp_path / "project")
    (made.folder / ".gitignore").write_text(".venv\n")
    (made.folder / ".venv").symlink_to(ROOT / ".venv")
    shutil.copy(ROOT / ".pre-commit-config.yaml", made.folder)
    subprocess.run([ROOT / ".venv" / "bin" / "kb", "fmt"], cwd=made.folder, capture_output=True, check=True)
    made.commit("hooks, and records in form")
    return made


def hooks(repository: Repository, tmp_path: Path, *arguments: str) -> tuple[int, str]:
    """Run pre-commit on what is staged."""
    repository.git("add", "-A")
    config = {f"GIT_CONFIG_{name}": os.devnull for name in ("GLOBAL", "SYSTEM")}
    done = subprocess.run(
        [ROOT / ".venv" / "bin" / "pre-commit", *(arguments or ("run", "--color=never"))],
        env={**os.environ, **config, "PRE_COMMIT_HOME": str(tmp_path / "home")},
        cwd=repository.folder, capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    return done.returncode, done.stdout + done.stderr


def test_the_hooks_form_and_check_records(hooked: Repository, tmp_path: Path) -> None:
    assert hooks(hooked, tmp_path, "validate-config")[0] == 0
    wild = evidence("gear-old", "keeper-log").replace("design: o", "design:   o")
    path = hooked.write("tower/new-reading", wild)
    code, said = hooks(hooked, tmp_path)
    assert code == 1, said
    assert "files were modified by this hook" in said
    assert "design: observation\n" in path.read_text()
    code, said = hooks(hooked, tmp_path)
    assert code == 0, said
    assert re.search(r"^check the records\.+Passed$", said, re.M)
    path.write_text(path.read_text().replace("claim: gear-old", "claim: gear-olds"))
    code, said = hooks(hooked, tmp_path)
    assert code == 1
    assert re.search(r"^claims/tower/new-reading\.yaml:\d+:\d+ unknown-reference .*; .*gear-old", said, re.M)
    assert "Traceback" not in said


def test_the_hooks_look_at_code_alone_where_code_changed(hooked: Repository, tmp_path: Path) -> None:
    path = hooked.folder / "x.py"
    path.write_text('"""A module."""\n\nimport os\n')
    code, said = hooks(hooked, tmp_path)
    assert code == 1
    assert re.search(r"^ruff\.+Failed$", said, re.M)
    assert "F401" in said
    assert re.search(r"^check the records\.+\(no files to check\)Skipped$", said, re.M)
    path.write_text('"""A module."""\n')
    assert hooks(hooked, tmp_path)[0] == 0


def test_the_task_reads_findings() -> None:
    tasks = json.loads((ROOT / ".vscode" / "tasks.json").read_text())["tasks"]
    pattern = next(task["problemMatcher"]["pattern"] for task in tasks if task["problemMatcher"])
    match = re.match(pattern["regexp"], "claims/t/x.yaml:3:7 some-rule it is wrong; write it right")
    assert match is not None
    assert match.groups() == ("claims/t/x.yaml", "3", "7", "some-rule", "it is wrong; write it right")
