"""What the repository as a whole promises: layers, clean files, documents that say what the program does."""

from __future__ import annotations

import math
import os
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
import yaml
from support import ROOT, Kb

from kb import git
from kb.cli import app
from kb.engine import assess
from kb.load import load

TRACKED = git.tracked(ROOT)
TEXT = {".md", ".py", ".yaml", ".yml", ".toml", ".txt", ".json", ".cff", ".css", ".html", ".js", ".cfg", ""}
LONGEST = 440
"""Lines of a module; a longer one wants to be two."""
LONGER = {"kb/models/kinds.py": "one flat list of fields, kind after kind"}

if TRACKED is None:  # an unpacked archive, without git
    TRACKED = tuple(sorted(p.relative_to(ROOT).as_posix() for p in (ROOT / "kb").rglob("*.py")))


def texts() -> list[tuple[str, str]]:
    """(path, text) of every text file that git keeps, vendored ones left out."""
    found = []
    for name in TRACKED or ():
        path = ROOT / name
        if name.startswith("tests/corpora/bad/"):  # mistakes are kept there on purpose
            continue
        if path.suffix in TEXT and "vendor" not in path.parts and path.is_file() and not path.is_symlink():
            found.append((name, path.read_text(encoding="utf-8")))
    return found


def blocks(text: str, language: str) -> list[str]:
    """Fenced blocks of one language in a Markdown text."""
    return re.findall(rf"^```{language}\n(.*?)^```", text, re.M | re.S)


def test_layers_hold() -> None:
    tool = Path(sys.executable).with_name("lint-imports")
    if not tool.exists():
        pytest.skip("import-linter is not installed: make test")
    done = subprocess.run([tool, "--no-cache"], cwd=ROOT, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stdout


def test_modules_are_short_and_open_with_what_they_hold() -> None:
    for name in TRACKED or ():
        if name.startswith("kb/") and name.endswith(".py") and (ROOT / name).exists():
            text = (ROOT / name).read_text(encoding="utf-8")
            assert text.count("\n") <= LONGEST or name in LONGER, f"{name} has {text.count(chr(10))} lines: split it"
            assert not text or text.startswith('"""'), f"{name} has no opening docstring"


def test_no_index_address_and_no_path_of_a_machine() -> None:
    index = re.compile(r"(?i)(--(extra-)?index-url|--find-links|PIP_INDEX_URL|UV_(DEFAULT_)?INDEX|registry\s*=\s*http)")
    hosts = re.compile(r"(?i)https?://[^\s/\"']*(" + "|".join(("py" + "pi", "python" + "hosted", "npm" + "js")) + r")")
    paths = re.compile(r"(?<![\w.])/(work|root|home/\w+|tmp/\w+|opt/\w+)/\w")
    for name, text in texts():
        if name == "tests/test_repository.py":
            continue
        for line, content in enumerate(text.split("\n"), 1):
            for pattern in (index, hosts, paths):
                found = pattern.search(content)
                assert not found, f"{name}:{line} names {found[0] if found else ''}"


def test_requirements_are_pinned_with_hashes_and_have_no_address() -> None:
    pinned = {}
    names = sorted(path.name for path in ROOT.glob("requirements*.txt"))
    for name in names:
        text = (ROOT / name).read_text()
        assert "://" not in text
        assert text.startswith("# Written by `make lock`")
        entries = re.split(r"\n(?=[a-z])", text.split("\n", 1)[1].strip())
        for entry in entries:
            assert re.match(r"[a-z0-9-]+(\[[a-z,]+\])?==\S+( ; .+)? \\\n +--hash=sha256:[0-9a-f]{64}", entry), entry[
                :80
            ]
        pinned[name] = {re.match(r"\S+", entry)[0] for entry in entries}  # type: ignore[index]
    assert pinned["requirements.txt"] <= pinned["requirements-dev.txt"]


def test_every_dependency_is_locked() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())

    def locked(name: str) -> set[str]:
        return {m[1] for m in re.finditer(r"^([a-z0-9-]+)==", (ROOT / name).read_text(), re.M)}

    def wanted(specifications: list[str]) -> set[str]:
        return {re.match(r"[A-Za-z0-9_.-]+", s)[0].lower().replace("_", "-") for s in specifications}  # type: ignore[index]

    groups = project["dependency-groups"]
    assert wanted(project["project"]["dependencies"]) | wanted(groups["build"]) <= locked("requirements.txt"), (
        "make lock"
    )
    assert wanted(groups["dev"]) <= locked("requirements-dev.txt"), "make lock"
    assert wanted(project["build-system"]["requires"]) <= locked("requirements.txt")


def test_no_file_ends_without_a_line_end_or_holds_a_conflict() -> None:
    for name, text in texts():
        assert name.endswith(".json") or not text or text.endswith("\n"), f"{name} does not end with a line end"
        assert not re.search(r"^(<{7} |>{7} )", text, re.M), name


def test_citation_and_changelog_know_the_version() -> None:
    version = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]
    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text())
    assert citation["version"] == version
    assert {"cff-version", "message", "title", "authors", "type", "license"} <= set(citation)
    assert citation["cff-version"] == "1.2.0"
    changelog = (ROOT / "CHANGELOG.md").read_text()
    assert "## [Unreleased]" in changelog
    if version != "0.1.0":
        assert f"## [{version}]" in changelog


def test_licences_are_there() -> None:
    assert "Apache License" in (ROOT / "LICENSE").read_text()
    content = (ROOT / "LICENSE-CONTENT").read_text()
    assert "https://creativecommons.org/licenses/by/4.0/legalcode" in content
    assert all(f"Section {n} –" in content for n in range(1, 9))


def test_records_are_in_canonical_form(kb: Kb) -> None:
    done = kb("fmt", "--check", str(ROOT / "claims"))
    assert done.code == 0, done.out


@pytest.mark.parametrize("name", ["README.md", "CONTRIBUTING.md", "claims/README.md"])
def test_links_between_documents_lead_somewhere(name: str) -> None:
    path = ROOT / name
    for target in re.findall(r"\]\(([^)#]+)[^)]*\)", path.read_text()):
        if "://" not in target:
            assert (path.parent / target).exists(), f"{name} links to {target}"


@pytest.mark.parametrize("name", ["README.md", "CONTRIBUTING.md", "CHANGELOG.md", "claims/README.md"])
def test_documents_name_only_commands_that_exist(name: str) -> None:
    known = {command.name for command in app.registered_commands}
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), re.M))
    text = (ROOT / name).read_text()
    code = "\n".join([*blocks(text, "sh"), *blocks(text, "console"), *re.findall(r"`([^`\n]+)`", text)])
    for command in re.findall(r"(?:^|bin/|\$ )kb ([a-z][a-z-]*)", code, re.M):
        assert command in known, f"{name} names `kb {command}`"
    for target in re.findall(r"(?:^|\s)make ([a-z]+)", code, re.M):
        assert target in targets, f"{name} names `make {target}`"


# the worked example of the README


@pytest.fixture
def weather(tmp_path: Path) -> Path:
    """The records of the README in a folder."""
    for block in blocks((ROOT / "README.md").read_text(), "yaml"):
        name = re.match(r"# (\S+\.yaml)\n", block)
        assert name is not None, block
        path = tmp_path / name[1]
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(block)
    return tmp_path


def test_readme_records_are_without_findings(kb: Kb, weather: Path) -> None:
    assert kb("check", weather).out == "5 records checked: no findings\n"


def test_readme_prints_what_the_command_prints(kb: Kb, weather: Path) -> None:
    (shown,) = blocks((ROOT / "README.md").read_text(), "console")
    command, *lines = shown.rstrip("\n").split("\n")
    ran = kb(*command.removeprefix("$ kb ").split(), "--claims", weather)
    assert ran.code == 0
    assert "\n".join(lines) in ran.out


def test_readme_arithmetic_is_the_engines(weather: Path) -> None:
    text = " ".join((ROOT / "README.md").read_text().split())
    assessment = assess(load(weather).corpus)
    explanation = assessment.explain("street-is-wet")
    (root,) = explanation.groups[0].roots
    (item,) = root.items
    ratio = 10 ** (13 / 10)
    by_hand = (0.85 + 0.15 * 0.5) / (0.85 / ratio + 0.15 * 0.5)
    assert item.weight == pytest.approx(math.log(by_hand), abs=1e-12)
    assert f"= {by_hand:.2f}." in text
    twice = (0.85 + 0.15 * 0.5) / (0.85 / by_hand + 0.15 * 0.5)
    assert root.contribution == pytest.approx(math.log(twice), abs=1e-12)
    assert f"gives {twice:.2f}." in text
    credence = assessment.credences["street-is-wet"].credence
    assert f"{twice:.2f} to 1, or {credence:.0%}." in text


def test_readme_python_runs(weather: Path, tmp_path: Path) -> None:
    (code,) = blocks((ROOT / "README.md").read_text(), "python")
    shutil.copytree(weather, tmp_path / "run" / "claims", ignore=shutil.ignore_patterns("run"))
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path / "run", capture_output=True, text=True, timeout=60, check=True
    )
    assert [line.split()[0] for line in done.stdout.splitlines()] == ["it-rained", "street-is-wet"]


# the makefile


@pytest.mark.skipif(shutil.which("make") is None, reason="no make here")
def test_make_help_lists_every_target() -> None:
    env = {k: v for k, v in os.environ.items() if k not in ("MAKEFLAGS", "MAKELEVEL", "MFLAGS")}
    done = subprocess.run(["make", "-s", "help"], cwd=ROOT, capture_output=True, text=True, check=True, env=env)
    for target in ("site", "test", "check", "lint", "lock", "clean"):
        assert f"make {target}" in done.stdout


@pytest.mark.skipif(shutil.which("make") is None, reason="no make here")
def test_an_old_python_gets_one_line(tmp_path: Path) -> None:
    old = tmp_path / "bin"
    old.mkdir()
    for name in ("python3", "python3.11", "python3.12", "python3.13", "python3.14"):
        (old / name).write_text("#!/bin/sh\nexit 1\n")
        (old / name).chmod(0o755)
    shutil.copy(ROOT / "Makefile", tmp_path)
    env = {"PATH": f"{old}:/usr/bin:/bin"}
    done = subprocess.run(
        ["make", ".venv/.stamp-venv"], cwd=tmp_path, capture_output=True, text=True, env=env, check=False
    )
    assert done.returncode == 2
    assert done.stderr.splitlines()[0].startswith("Counterpoise needs Python 3.11 or newer")
    assert not (tmp_path / ".venv").exists()
