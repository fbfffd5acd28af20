from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError
from pydantic_sarif.model import (  # type: ignore[import-untyped]
    StaticAnalysisResultsFormatSarifVersion210JsonSchema,
)
from repositories import Repository
from support import Kb

from kb import report
from kb.errors import Finding, Level
from kb.fixes import fixed
from kb.fmt import formatted
from kb.load import load
from kb.rules import RULES, Code, Family
from kb.text import read_document

OIL = Path("tower") / "cold-oil.yaml"
ODD = [
    Finding("a,b:c%/x.yaml", 3, 7, "some-rule", "100% wrong: \x1b", "write\nless", Level.ERROR),
    Finding("claims/y.yaml", 1, 1, "other", "::error::x", "y", Level.SUGGESTION),
]


# formats


def test_github_commands_are_escaped() -> None:
    first, second = report.as_github(ODD).splitlines()
    assert first == (
        "::error file=a%2Cb%3Ac%25/x.yaml,line=3,col=7,title=some-rule::100%25 wrong: \\x1b; write\\x0aless"
    )
    assert second.startswith("::notice file=claims/y.yaml,line=1,col=1,title=other::")
    assert all(line.startswith("::") for line in (first, second))


SOME = Code("some-rule", Family.STYLE, Level.WARNING, "What it is.\n\nWhy, and\nhow.\n\nAnd more.")


def sarif(site_url: str | None = None) -> dict[str, Any]:
    data: dict[str, Any] = json.loads(report.as_sarif(ODD, {"some-rule": SOME}, "1.2.3", site_url))
    return data


def test_sarif_names_rules_places_and_levels() -> None:
    data = sarif()
    assert data["version"] == "2.1.0"
    (run,) = data["runs"]
    rules = run["tool"]["driver"]["rules"]
    assert [rule["id"] for rule in rules] == ["other", "some-rule"]
    assert rules[1] == {
        "id": "some-rule",
        "shortDescription": {"text": "What it is."},
        "fullDescription": {"text": "Why, and how.\n\nAnd more."},
        "help": {
            "text": "What it is.\n\nWhy, and how.\n\nAnd more.",
            "markdown": "**What it is.**\n\nWhy, and how.\n\nAnd more.",
        },
        "defaultConfiguration": {"level": "warning"},
        "properties": {"tags": ["style"]},
    }
    one, two = run["results"]
    assert (one["ruleId"], one["level"], two["level"]) == ("some-rule", "error", "note")
    assert rules[one["ruleIndex"]]["id"] == "some-rule"
    place = one["locations"][0]["physicalLocation"]
    assert place["region"] == {"startLine": 3, "startColumn": 7}
    assert place["artifactLocation"]["uri"] == "a%2Cb%3Ac%25/x.yaml"


def test_sarif_points_to_the_page_of_rules_once_its_address_is_known() -> None:
    assert "helpUri" not in json.dumps(sarif())
    rules = sarif("https://example.org/map/")["runs"][0]["tool"]["driver"]["rules"]
    assert rules[1]["helpUri"] == "https://example.org/map/rules.html#some-rule"


def test_sarif_follows_the_official_schema(kb: Kb, clock_copy: Path) -> None:
    """The models are generated from the schema of SARIF 2.1.0, and refuse fields that it does not know."""
    path = clock_copy / OIL
    path.write_text(path.read_text().replace("form: causal", "form: casual"))
    for data in (sarif("https://example.org/"), json.loads(kb("check", clock_copy, "--format", "sarif").out)):
        assert StaticAnalysisResultsFormatSarifVersion210JsonSchema.model_validate(data).runs
    spoilt = sarif()
    spoilt["runs"][0]["results"][0]["place"] = "here"
    with pytest.raises(ValidationError, match="place"):
        StaticAnalysisResultsFormatSarifVersion210JsonSchema.model_validate(spoilt)
    spoilt = sarif()
    del spoilt["runs"][0]["tool"]["driver"]["name"]
    with pytest.raises(ValidationError, match="name"):
        StaticAnalysisResultsFormatSarifVersion210JsonSchema.model_validate(spoilt)


def test_every_format_says_the_same(kb: Kb, clock_copy: Path) -> None:
    path = clock_copy / OIL
    path.write_text(path.read_text().replace("form: causal", "form: casual"))
    shown = {name: kb("check", clock_copy, "--format", name) for name in ("text", "json", "sarif", "github")}
    assert {ran.code for ran in shown.values()} == {1}
    found = json.loads(shown["json"].out)["findings"]
    assert shown["json"].out == kb("check", clock_copy, "--json").out
    results = json.loads(shown["sarif"].out)["runs"][0]["results"]
    assert [r["ruleId"] for r in results] == [f["code"] for f in found]
    assert len(shown["github"].out.splitlines()) == len(found)
    assert f"::error file={path},line=5,col=7,title=schema::" in shown["github"].out
    rules = json.loads(shown["sarif"].out)["runs"][0]["tool"]["driver"]["rules"]
    assert set(RULES) <= {rule["id"] for rule in rules}
    assert kb("check", clock_copy, "--format", "xml").code == 2


def test_formats_without_findings(kb: Kb, clock_copy: Path) -> None:
    assert kb("check", clock_copy, "--format", "github").out == ""
    assert json.loads(kb("check", clock_copy, "--format", "sarif").out)["runs"][0]["results"] == []


# fixes


@pytest.mark.parametrize(
    ("before", "after", "done"),
    [
        ("kind: claim\ntitle: a: b\n", 'kind: claim\ntitle: "a: b"\n', "quotation marks on line 2"),
        ("kind: claim\ntitle: `a`\ntext: @b\n", 'kind: claim\ntitle: "`a`"\ntext: "@b"\n', "lines? 2, 3"),
        ("gaps:\n  - a: b: c\n", 'gaps:\n  - a: "b: c"\n', "quotation marks on line 2"),
        ("kind: source\nissued: 2024\n", 'kind: source\nissued: "2024"\n', "numbers that are text"),
        ("kind: claim\ntitle: a\u200bb\n", "kind: claim\ntitle: ab\n", "characters that no file may hold"),
        ("kind: claim\nid: other\n", "kind: claim\nid: x\n", "the field id"),
        ("kind: claim\ntitle: It boils late.\n", "kind: claim\ntitle: It boils late\n", "the full stop of the title"),
        ("kind: claim\ntext: 'a  b '\n", "kind: claim\ntext: a b\n", "stray blanks"),
        (
            "kind: source\nurl: https://example.org/a?utm_source=x&b=2#c\n",
            "kind: source\nurl: https://example.org/a?b=2#c\n",
            "tracking parameters",
        ),
        ("title: abc\nkind: claim\r\n", "kind: claim\ntitle: abc\n", "form"),
    ],
)
def test_what_is_mended(before: str, after: str, done: str) -> None:
    made = fixed(before.encode(), "claims/t/x.yaml")
    assert made.text.decode() == after
    assert re.search(done.replace("lines? ", "line "), ", ".join(made.done))
    assert fixed(made.text, "claims/t/x.yaml").text == made.text


@pytest.mark.parametrize(
    "text",
    [
        b"kind: claim\ntitle: [a\n",
        b"kind: claim\ntitle: a: b # is this a comment: yes\n",
        b"\xff\xfe",
        b"kind: claim\ntitle: 'a\n",
        b"a: &x 1\nb: *x\n",
        b"",
        b"kind: source\ntitle: It boils late.\nurl: https://example.org/a?b=2\n",
        b"kind: claim\ntitle: It boils, etc.\nnotes: a  b\n",
        b"kind: claim\ntitle: It boils late ...\n",
        b"kind: source\nurl: http://example.org/\n",
        b"title: It boils late.\n",
    ],
)
def test_what_is_left_alone(text: bytes) -> None:
    made = fixed(text, "x.yaml")
    assert (made.text, made.done) == (text, ())


def test_fix_mends_and_then_checks(kb: Kb, clock_copy: Path) -> None:
    path = clock_copy / OIL
    path.write_text(re.sub("^title: .*$", "title: Cold: it slows", path.read_text(), flags=re.M))
    assert kb("check", clock_copy).code == 1
    ran = kb("check", clock_copy, "--fix")
    assert ran.code == 0, ran
    assert f"fixed {path}: quotation marks on line 3" in ran.out
    assert ran.out.splitlines()[-1].endswith(": no findings")
    for file in clock_copy.rglob("*.yaml"):
        assert formatted(file.read_bytes(), str(file)).changed is False
    again = kb("check", clock_copy, "--fix")
    assert again.out.count("fixed ") == 0


def test_a_dry_run_shows_what_would_change_and_writes_nothing(kb: Kb, clock_copy: Path) -> None:
    path = clock_copy / OIL
    path.write_text(re.sub("^title: (.*)$", r"title: \1.", path.read_text(), flags=re.M))
    before = path.read_bytes()
    ran = kb("check", path, "--fix", "--dry-run")
    assert path.read_bytes() == before
    assert re.search(r"^would fix \S*cold-oil\.yaml: the full stop of the title$", ran.out, re.M)
    (old,) = re.findall(r"^  -title: (.*)$", ran.out, re.M)
    (new,) = re.findall(r"^  \+title: (.*)$", ran.out, re.M)
    assert old == f"{new}."
    assert " title-stop " in ran.out, "the file is still as it was"
    assert kb("check", path, "--dry-run").out == ran.out
    assert "title-stop" not in kb("check", path, "--fix").out


def test_fix_of_one_file_leaves_the_others(kb: Kb, clock_copy: Path) -> None:
    other = clock_copy / "tower" / "worn-gear.yaml"
    before = other.read_bytes() + b"# kept as it is   \n"
    other.write_bytes(before)
    path = clock_copy / OIL
    path.write_bytes(path.read_bytes() + b"order:   \n")
    kb("check", path, "--fix")
    assert other.read_bytes() == before


def test_fix_writes_present_ids(kb: Kb, clock_copy: Path) -> None:
    (old, _) = next((a, id) for a, id in load(clock_copy).corpus.aliases.items() if id == "cold-oil")
    item = clock_copy / "tower" / "oil-change.yaml"
    item.write_text(item.read_text().replace("cold-oil: {", f"{old}: {{"))
    assert " old-id " in kb("check", clock_copy).out
    ran = kb("check", clock_copy, "--fix", "--json")
    assert ran.code == 0
    assert json.loads(ran.out)["findings"] == []
    assert "old ids" in ran.err
    assert item.read_text().count("      cold-oil:\n") == 2


def test_fix_never_changes_what_good_records_say(kb: Kb, clock_copy: Path) -> None:
    before = [entry.record for entry in load(clock_copy).corpus]
    assert kb("check", clock_copy, "--fix").code == 0
    assert [entry.record for entry in load(clock_copy).corpus] == before


def test_what_is_mended_reads() -> None:
    made = fixed(b"kind: claim\ntitle: a: b\n", "x.yaml")
    document, faults = read_document(made.text, "x.yaml")
    assert document is not None
    assert not faults


# since a revision


def test_since_shows_what_changed_and_what_it_touches(kb: Kb, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made = Repository.clock(tmp_path / "r")
    monkeypatch.chdir(made.folder)
    assert kb("check", "--since", "HEAD").out == "0 files changed since HEAD or touched by that: no findings\n"
    oil = made.claims / OIL
    oil.write_text(oil.read_text().replace("form: causal", "form: casual"))
    other = made.claims / "tower" / "repair-pays.yaml"
    other.write_text(other.read_text().replace("kind: claim", "kind: clam"))
    made.commit("two mistakes")
    (made.claims / "tower" / "lone.yaml").write_text("kind: claim\ntitle: Nobody asks this\ntext: Nobody asks this.\n")
    ran = kb("check", "--since", "HEAD")
    assert ran.code == 0, "the mistakes are older"
    assert "lone.yaml" in ran.out
    assert "cold-oil.yaml" not in ran.out
    assert "1 file changed since HEAD or touched by that" in ran.out
    ran = kb("check", "--since", "main~1", "--json")
    assert ran.code == 1
    assert {"claims/tower/cold-oil.yaml", "claims/tower/repair-pays.yaml"} <= {
        finding["path"] for finding in json.loads(ran.out)["findings"]
    }


def test_since_tells_of_references_to_what_is_gone(kb: Kb, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made = Repository.clock(tmp_path / "r")
    monkeypatch.chdir(made.folder)
    (made.claims / OIL).unlink()
    ran = kb("check", "--since", "HEAD")
    assert ran.code == 1
    assert "unknown-reference" in ran.out
    assert "oil-change.yaml" in ran.out


def test_since_on_a_branch_leaves_out_what_others_did(kb: Kb, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made = Repository.clock(tmp_path / "r")
    monkeypatch.chdir(made.folder)
    made.git("checkout", "-q", "-b", "mine")
    (made.claims / "tower" / "lone.yaml").write_text("kind: claim\ntitle: Nobody asks this\ntext: Nobody asks this.\n")
    made.commit("mine")
    made.git("checkout", "-q", "main")
    (made.claims / "tower" / "theirs.yaml").write_text("kind: claim\ntitle: Their claim\ntext: Somebody's claim.\n")
    made.commit("theirs")
    made.git("checkout", "-q", "mine")
    assert kb("check", "--since", "main").out.splitlines()[-1].startswith("1 file changed since main")


def test_since_what_git_does_not_know(
    kb: Kb, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, clock_copy: Path
) -> None:
    made = Repository.clock(tmp_path / "r")
    monkeypatch.chdir(made.folder)
    for revision in ("nothing", "-x", ""):
        ran = kb("check", f"--since={revision}")
        assert (ran.code, ran.out) == (1, "")
        assert "git knows no revision" in ran.err
    ran = kb("check", clock_copy, "--since", "HEAD")
    assert (ran.code, "not in a git repository" in ran.err) == (1, True)
