from __future__ import annotations

import fcntl
import json
import os
import pty
import re
import subprocess
import sys
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from rich.cells import cell_len
from support import CLOCK, ROOT, Kb

import kb.cli
from kb import cli, engine
from kb.cli import layout, shell
from kb.engine import Assessment
from kb.export import FORMATS
from kb.load import load

IDS = [entry.id for entry in load(CLOCK).corpus]
FINDING = re.compile(r"^\S+:\d+:\d+ [a-z-]+ .+; .+$")
COMMAND = (sys.executable, "-m", "kb.cli")


def run(*arguments: str, **options: object) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run((*COMMAND, *arguments), capture_output=True, cwd=ROOT, timeout=60, **options)  # type: ignore[call-overload,no-any-return]


# check


def test_check_good_records(kb: Kb) -> None:
    ran = kb("check", CLOCK)
    assert (ran.code, ran.out, ran.err) == (0, f"{len(IDS)} records checked: no findings\n", "")


def test_check_json(kb: Kb) -> None:
    data = json.loads(kb("check", CLOCK, "--json").out)
    assert data["records"] == len(IDS)
    assert sum(data["by_kind"].values()) == len(IDS)
    assert len(data["by_kind"]) == 12
    assert (data["failed"], data["counts"]["error"], data["findings"]) == (False, 0, [])


def test_check_says_where_what_and_what_instead(kb: Kb, clock_copy: Path) -> None:
    path = clock_copy / "tower" / "cold-oil.yaml"
    path.write_text(path.read_text().replace("form: causal", "form: casual"))
    ran = kb("check", clock_copy)
    assert ran.code == 1
    lines = ran.out.splitlines()
    assert all(FINDING.match(line) for line in lines[:-1] if not line.startswith("by rule: ")), lines
    line = next(line for line in lines if "form" in line)
    assert line.startswith(f"{path}:5:7 schema ")
    assert "did you mean causal?" in line
    assert re.search(r"records checked: \d+ error", lines[-1])
    data = json.loads(kb("check", clock_copy, "--json").out)
    assert data["counts"]["error"] == sum(f["level"] == "error" for f in data["findings"]) > 0


def test_check_one_file_shows_that_file_alone(kb: Kb, clock_copy: Path) -> None:
    for name in ("cold-oil", "worn-gear"):
        path = clock_copy / "tower" / f"{name}.yaml"
        path.write_text(path.read_text().replace("form: causal", "form: casual"))
    ran = kb("check", clock_copy / "tower" / "worn-gear.yaml")
    assert ran.code == 1
    assert "worn-gear.yaml:5:7 schema" in ran.out
    assert "cold-oil.yaml:" not in ran.out
    assert kb("check", clock_copy / "tower" / "why-late.yaml").code == 0


def test_check_one_file_from_where_it_lies(kb: Kb, clock_copy: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = clock_copy / "tower" / "worn-gear.yaml"
    path.write_text(path.read_text().replace("form: causal", "form: casual"))
    monkeypatch.chdir(clock_copy / "tower")
    ran = kb("check", "worn-gear.yaml")
    assert ran.code == 1
    assert ran.out.startswith("../tower/worn-gear.yaml:5:7 schema")
    assert ran.out.splitlines()[-1] == "worn-gear.yaml: 1 error"


@pytest.mark.parametrize("path", ["/dev/null", "Makefile", "tests/corpora/good/clock/nothing.yaml", "mkdocs.yml"])
def test_check_of_what_is_no_record(kb: Kb, path: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    ran = kb("check", path)
    assert (ran.code, ran.out) == (1, "")
    assert ran.err.count("\n") == 1


def test_check_coherence_suggests_and_never_fails(kb: Kb, clock_copy: Path) -> None:
    path = clock_copy / "tower" / "gear-old.yaml"
    path.write_text(
        path.read_text().replace("credence: 0.4", "credence: 0.9").replace("strength: moderate", "strength: decisive")
    )
    assert "strength-limited" not in kb("check", clock_copy, "--no-coherence").out
    ran = kb("check", clock_copy)
    assert ran.code == 0
    assert "gear-old.yaml:" in ran.out
    assert " strength-limited " in ran.out


def test_check_level_hides_lesser_findings(kb: Kb, clock_copy: Path) -> None:
    (clock_copy / "tower" / "lone.yaml").write_text("kind: claim\ntitle: Nobody asks this\ntext: Nobody asks this.\n")
    everything, errors = kb("check", clock_copy), kb("check", clock_copy, "--level", "error")
    assert everything.code == errors.code == 0
    assert "lone.yaml" in everything.out
    assert errors.out.count("\n") == 1


# what every command does


def test_records_are_found_upwards(kb: Kb, clock_copy: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(clock_copy / "tower")
    assert kb("check").code == 0
    assert kb("show", "cold-oil").code == 0


def test_no_records_here(kb: Kb, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    ran = kb("check")
    assert (ran.code, ran.out) == (1, "")
    assert "--claims DIR" in ran.err


def test_folder_that_does_not_exist(kb: Kb) -> None:
    ran = kb("credences", "--claims", "no/such/folder")
    assert ran.code == 1
    assert "no/such/folder is not a folder of records" in ran.err
    assert kb("check", "no/such/folder").code == 1


def test_records_with_errors_are_not_computed(kb: Kb, clock_copy: Path) -> None:
    (clock_copy / "tower" / "odd.yaml").write_text("kind: claim\n")
    for arguments in (("show", "cold-oil"), ("credences",), ("export", "csv")):
        ran = kb(*arguments, "--claims", clock_copy)
        assert (ran.code, ran.out) == (1, "")
        assert FINDING.match(ran.err.splitlines()[0])
        assert "run kb check" in ran.err.splitlines()[-1]


def test_every_module_of_a_command_is_registered() -> None:
    folder = Path(kb.cli.__file__).parent
    named = {m[1] for p in folder.glob("*.py") if (m := re.search(r'^NAME = "([\w-]+)"', p.read_text(), re.M))}
    assert {command.name for command in cli.app.registered_commands} == named


@pytest.mark.parametrize("name", [c.name for c in cli.app.registered_commands])
def test_help_teaches(kb: Kb, name: str) -> None:
    ran = kb(name, "--help")
    assert ran.code == 0
    assert re.search(rf"Examples:\n\s+kb {name}", ran.out)
    assert "--json" in ran.out or name == "serve", "what runs until it is stopped has no result to print"


def test_help_of_the_command_names_all(kb: Kb) -> None:
    ran = kb("--help")
    assert ran.code == 0
    for command in cli.app.registered_commands:
        assert f"\n  {command.name} " in ran.out


def test_version(kb: Kb) -> None:
    assert re.fullmatch(r"counterpoise \d+\.\d+\.\d+\n", kb("--version").out)


def test_wrong_command_line_exits_2(kb: Kb) -> None:
    assert kb("no-such-command").code == 2
    assert kb("show").code == 2
    assert kb("check", "--no-such-option").code == 2


def test_a_fault_is_one_line_and_70(kb: Kb, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(_corpus: object) -> None:
        raise ZeroDivisionError("oh\nno")

    monkeypatch.setattr(engine, "assess", fail)
    ran = kb("credences", "--claims", CLOCK)
    assert (ran.code, ran.out) == (70, "")
    assert ran.err.count("\n") == 1
    assert "report it" in ran.err
    assert "Traceback" not in ran.err


def test_a_reader_that_stops_is_no_error() -> None:
    script = f"'{sys.executable}' -m kb.cli export json --claims '{CLOCK}'; echo $? >&2"
    done = subprocess.run(
        ["sh", "-c", f"({script}) | head -c 5"], capture_output=True, cwd=ROOT, timeout=60, check=True
    )
    assert (done.stdout, done.stderr) == (b'{\n "g', b"0\n")


def test_a_full_disk_is_74(kb: Kb) -> None:
    if not Path("/dev/full").exists():
        pytest.skip("no /dev/full here")
    ran = kb("export", "csv", "--claims", CLOCK, "--output", "/dev/full")
    assert ran.code == 74
    assert "Traceback" not in ran.err


def test_odd_bytes_on_the_command_line() -> None:
    done = subprocess.run(
        [*map(os.fsencode, COMMAND), b"show", b"\xff\n\x1b[31m", b"--claims", os.fsencode(CLOCK)],
        capture_output=True,
        cwd=ROOT,
        timeout=60,
        check=False,
    )
    assert done.returncode == 1
    assert done.stderr.startswith(b"kb: unknown id")
    assert done.stderr.count(b"\n") == 1
    assert b"\x1b" not in done.stderr


def test_a_terminal_that_knows_ascii_alone() -> None:
    done = run("show", "gear-old", "--claims", str(CLOCK), env={**os.environ, "PYTHONIOENCODING": "ascii"})
    assert done.returncode == 0
    assert b"\\xf7" in done.stdout or b"\\u201c" in done.stdout


def test_plain_in_a_pipe_styled_on_a_terminal() -> None:
    arguments = ("show", "gear-old", "--claims", str(CLOCK))
    assert b"\x1b" not in run(*arguments).stdout
    env = {k: v for k, v in os.environ.items() if k not in ("NO_COLOR", "TERM", "COLUMNS")}

    def on_terminal(extra: dict[str, str]) -> bytes:
        parent, child = pty.openpty()
        with subprocess.Popen(
            (*COMMAND, *arguments), stdout=child, stderr=child, cwd=ROOT, env={**env, "TERM": "xterm-256color", **extra}
        ) as process:
            os.close(child)
            out = b""
            try:
                while chunk := os.read(parent, 65536):
                    out += chunk
            except OSError:  # the terminal is closed
                pass
            os.close(parent)
        assert process.returncode == 0
        return out

    assert b"\x1b[1m" in on_terminal({})
    assert not re.search(rb"\x1b\[[0-9;]*3[0-7]", on_terminal({"NO_COLOR": "1"}))


# show


@pytest.mark.parametrize("id", IDS)
def test_show_every_record(kb: Kb, clock: Assessment, id: str) -> None:
    ran = kb("show", id, "--claims", CLOCK)
    assert (ran.code, ran.err) == (0, "")
    assert id in ran.out
    assert max(len(line) for line in ran.out.splitlines() if "http" not in line) <= shell.PIPE_WIDTH
    assert not re.search(r"[ \t]\n|\n\n\n|None|Kind\.", ran.out)
    data = json.loads(kb("show", id, "--claims", CLOCK, "--json").out)
    assert (data["id"], data["kind"]) == (id, clock.corpus[id].kind.value)
    assert data["record"] == clock.corpus[id].document.data


@pytest.mark.parametrize("id", ["repair-pays", "gear-old", "worn-gear", "cold-oil", "list-is-old"])
def test_the_shown_sum_adds_up_exactly(kb: Kb, clock: Assessment, id: str) -> None:
    out = kb("show", id, "--claims", CLOCK).out
    table = out[out.index("How this number comes about") : out.index("A row adds its dB")]
    rows = re.findall(r"^  (\S.*?) {2,}(\S+) +([+-]?\d+\.\d\d) +(\S+%)$", table, re.M)
    label, odds, total, percent = rows[-1]
    assert label == "total"
    assert sum(Decimal(db) for _label, _odds, db, _after in rows[:-1]) == Decimal(total)
    assert rows[0][0] == "base rate"
    credence = clock.credences[id].credence
    assert percent == f"{100 * credence:.0f}%"
    above, below = odds.split(":")
    assert float(above) / (float(above) + float(below)) == pytest.approx(credence, abs=0.002)
    assert 1 / (1 + 10 ** (-float(total) / 10)) == pytest.approx(credence, abs=0.001)


def test_show_says_reasons_sources_and_holders(kb: Kb) -> None:
    out = kb("show", "gear-old", "--claims", CLOCK).out
    assert "Reasons for" in out
    assert "stated as strong" in out
    assert "https://example.org/log?page=1&part=a#top:~:text=his%20mark%20is%20on%20it\n" in out
    assert "The keeper asserts, very likely, 2026-01" in out
    assert "Such wear takes decades." in out


def test_show_never_gives_a_percentage_for_what_is_not_assessed(kb: Kb) -> None:
    out = kb("show", "never-assessed", "--claims", CLOCK).out
    assert "not assessed: there is no evidence beneath it. Base rate 50%." in out
    assert "likely" not in out
    question = kb("show", "repair-pays", "--claims", CLOCK).out
    assert "adds nothing yet: not assessed; x2 (+3.00 dB) if it were certain (slight)" in question


def test_show_golden(kb: Kb, golden: Callable[[str, bytes], None]) -> None:
    shown = "".join(kb("show", id, "--claims", CLOCK).out for id in ("repair-pays", "why-late", "list-is-old"))
    golden("show.txt", shown.encode())


def test_show_says_why_a_link_carries_no_weight(kb: Kb, clock_copy: Path) -> None:
    path = clock_copy / "tower" / "never-assessed.yaml"
    disowned = "counts: {value: false, why: The visitors took it back.}, why: What"
    path.write_text(path.read_text().replace("why: What", disowned))
    out = kb("show", "repair-pays", "--claims", clock_copy).out
    assert "Without weight\n  - The clock is admired" in out
    assert "supports, stated as slight; shown without weight\n    because The visitors took it back." in out


def test_show_takes_a_file_and_an_alias(kb: Kb) -> None:
    whole = kb("show", "cold-oil", "--claims", CLOCK).out
    assert kb("show", CLOCK / "tower" / "cold-oil.yaml", "--claims", CLOCK).out == whole
    assert kb("show", "stiff-oil", "--claims", CLOCK).out == whole


def test_show_unknown_id(kb: Kb) -> None:
    ran = kb("show", "cold-oyl", "--claims", CLOCK)
    assert (ran.code, ran.out) == (1, "")
    assert ran.err.startswith("kb: unknown id 'cold-oyl'; the nearest ids are cold-oil")
    assert ran.err.count("\n") == 1


def test_show_json_adds_up(kb: Kb) -> None:
    data = json.loads(kb("show", "repair-pays", "--claims", CLOCK, "--json").out)
    rows = data["explanation"]["rows"]
    assert sum(r["weight"] for r in rows[:-1]) == pytest.approx(rows[-1]["weight"], abs=1e-12)
    assert rows[-1]["probability"] == pytest.approx(data["credence"]["credence"], abs=1e-12)


# credences


def test_credences_list_and_order(kb: Kb) -> None:
    data = json.loads(kb("credences", "--claims", CLOCK, "--json").out)
    assert [c["id"] for c in data] == sorted(c["id"] for c in data)
    assert [c["credence"] for c in data if c["id"] == "never-assessed"] == [None]
    assert "list-is-old" not in [c["id"] for c in data]
    moved = json.loads(kb("credences", "--claims", CLOCK, "--json", "--sort", "moved", "--undercuts").out)
    weights = [abs(c["weight"]) for c in moved if c["assessed"]]
    assert weights == sorted(weights, reverse=True)
    assert "list-is-old" in [c["id"] for c in moved]


def test_credences_of_a_question(kb: Kb) -> None:
    ran = kb("credences", "--claims", CLOCK, "--question", "why-late")
    assert ran.code == 0
    assert [line.strip() for line in ran.out.splitlines() if line.startswith(" " * 46)] == ["cold-oil", "worn-gear"]
    wrong = kb("credences", "--claims", CLOCK, "--question", "cold-oil")
    assert wrong.code == 1
    assert "why-late" in wrong.err


# site


def test_site_is_built_and_summed_up_in_three_lines(kb: Kb, clock: Assessment, tmp_path: Path) -> None:
    ran = kb("site", "--claims", CLOCK, "--output", tmp_path / "public")
    assert (ran.code, ran.err) == (0, "")
    where, records, findings, moved = ran.out.splitlines()
    assert where.startswith(f"Open {tmp_path / 'public' / 'index.html'}: ")
    assert (tmp_path / "public" / "index.html").is_file()
    assert records.startswith(f"{len(IDS)} records: 2 questions, 6 claims, 2 arguments, 2 undercuts, 5 evidence")
    assert findings == "findings: no findings"
    assert moved == "5 of 6 claims moved from their base rate, 1 are not assessed"
    for form in FORMATS.values():
        assert (tmp_path / "public" / "data" / form.file_name).read_bytes() == form.render(clock)


def test_site_is_not_built_from_records_with_errors(kb: Kb, clock_copy: Path, tmp_path: Path) -> None:
    (clock_copy / "tower" / "odd.yaml").write_text("kind: claim\n")
    ran = kb("site", "--claims", clock_copy, "--output", tmp_path / "public")
    assert ran.code == 1
    assert "odd.yaml:1:1" in ran.err
    assert not (tmp_path / "public").exists()


def test_site_says_what_is_wrong_where_the_engine_cannot_work(kb: Kb, clock_copy: Path, tmp_path: Path) -> None:
    record = clock_copy / "tower" / "gear-photographed.yaml"
    record.write_text(record.read_text("utf-8").replace("claim: gear-old", "claim: no-such-claim"), "utf-8")
    ran = kb("site", "--claims", clock_copy, "--output", tmp_path / "public")
    assert ran.code == 1
    assert "gear-photographed.yaml" in ran.err
    assert "no-such-claim" in ran.err
    assert "Traceback" not in ran.err
    assert not (tmp_path / "public").exists()


def test_a_second_build_is_75(kb: Kb, tmp_path: Path) -> None:
    lock = os.open(tmp_path, os.O_RDONLY)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX)
        ran = kb("site", "--claims", CLOCK, "--output", tmp_path / "public")
    finally:
        os.close(lock)
    assert (ran.code, ran.out) == (75, "")
    assert ran.err.count("\n") == 1


# anchors


@pytest.fixture
def copies(tmp_path: Path) -> Path:
    folder = tmp_path / "copies"
    folder.mkdir()
    (folder / "keeper-log.txt").write_text(
        "The year began with frost. In January the oil was stiff. His mark is on it, and his mark is on it still.\n"
        "The clock was still behind in April, and slower by the day, though the nights were mild. "
        "I never changes it, the old gear. Nobody has asked about the bell so far.\n"
    )
    return folder


def test_anchors_exact_near_ambiguous_and_missing(kb: Kb, copies: Path) -> None:
    ran = kb("anchors", "--snapshots", copies, "--claims", CLOCK)
    assert ran.code == 1
    lines = ran.out.splitlines()
    assert all(FINDING.match(line) for line in lines[:-1]), lines
    data = json.loads(kb("anchors", "--snapshots", copies, "--claims", CLOCK, "--json").out)
    status = {a["record"]: a["status"] for a in data["anchors"]}
    assert status["cold-oil"] == status["late-in-spring"] == "exact"
    assert status["keeper-asserts"] in ("near", "missing")
    assert lines[-1].startswith(f"{len(status)} anchors: ")
    assert data["counts"]["exact"] == sum(s == "exact" for s in status.values())


def test_anchors_coverage_lists_what_nobody_points_at(kb: Kb, copies: Path) -> None:
    ran = kb("anchors", "--snapshots", copies, "--claims", CLOCK, "--coverage")
    assert "keeper-log.txt: " in ran.out
    assert "Nobody has asked about the bell so far." in ran.out
    assert "In January the oil was stiff." not in ran.out


def test_anchors_without_copies(kb: Kb, tmp_path: Path) -> None:
    ran = kb("anchors", "--snapshots", tmp_path, "--claims", CLOCK)
    assert ran.code == 0
    assert re.fullmatch(r"\d+ anchors: \d+ unchecked\n", ran.out)
    assert kb("anchors", "--snapshots", tmp_path / "nowhere", "--claims", CLOCK).code == 1


# rounding


@given(st.lists(st.floats(-40, 40), min_size=1, max_size=30), st.integers(0, 3))
def test_rounded_parts_add_up_to_the_rounded_total(parts: list[float], digits: int) -> None:
    total = sum(parts)
    *shown, whole = [Decimal(text) for text in layout.add_up(parts, total, digits)]
    assert sum(shown) == whole
    unit = Decimal(1).scaleb(-digits)
    assert abs(whole - Decimal(total)) <= unit / 2
    assert all(abs(s - Decimal(p)) <= unit for s, p in zip(shown, parts, strict=True))


@given(st.text(max_size=60), st.integers(2, 40))
@example("\u200d", 2)
@example("\u200d\u200d漢a", 2)
def test_cutting_keeps_to_the_width(text: str, width: int) -> None:
    assert cell_len(layout.cut(text, width)) <= width
    assert cell_len(layout.fit(layout.cut(text, width), width)) >= width
