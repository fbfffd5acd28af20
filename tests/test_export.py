from __future__ import annotations

import csv
import io
import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from support import CLOCK, ROOT, Kb

from kb import models as m
from kb.engine import Assessment, assess
from kb.export import FORMATS
from kb.export.data import claims, finite, shares, strongest
from kb.export.table import COLUMNS, cell
from kb.load import load

ENVIRONMENTS = (
    {"PYTHONHASHSEED": "1", "TZ": "Asia/Kathmandu", "LC_ALL": "C"},
    {"PYTHONHASHSEED": "4242", "TZ": "America/St_Johns", "LC_ALL": "C.UTF-8", "PYTHONUTF8": "0"},
)


def table(data: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(data.decode(), newline="")))


def test_formats_are_in_order_and_say_what_they_are() -> None:
    assert list(FORMATS) == sorted(FORMATS)
    assert {f.file_name for f in FORMATS.values()} == {"counterpoise.csv", "counterpoise.json", "counterpoise.ttl"}
    assert all("/" in f.media_type and f.says for f in FORMATS.values())


@pytest.mark.parametrize("name", FORMATS)
def test_same_records_same_bytes(name: str, clock: Assessment) -> None:
    first = FORMATS[name].render(clock)
    assert first == FORMATS[name].render(clock)
    assert first == FORMATS[name].render(assess(load(CLOCK).corpus))
    assert first.endswith(b"\n")
    assert not first.startswith(b"\xef\xbb\xbf")


def test_same_bytes_in_other_surroundings(clock: Assessment, tmp_path: Path) -> None:
    for n, extra in enumerate(ENVIRONMENTS):
        folder = tmp_path / str(n)
        where = (ROOT, tmp_path)[n]
        subprocess.run(
            (sys.executable, "-m", "kb.cli", "export", "all", "--claims", str(CLOCK), "--output", str(folder)),
            cwd=where,
            env={**os.environ, "PYTHONPATH": str(ROOT), **extra},
            check=True,
            capture_output=True,
            timeout=60,
        )
        for form in FORMATS.values():
            assert (folder / form.file_name).read_bytes() == form.render(clock), (form.name, extra)


# csv


def test_csv_is_one_line_a_claim(clock: Assessment) -> None:
    data = FORMATS["csv"].render(clock)
    assert data.count(b"\r\n") == data.count(b"\n") == 1 + len(claims(clock.corpus))
    rows = table(data)
    assert list(rows[0]) == list(COLUMNS)
    assert [r["id"] for r in rows] == [id for id, _r in clock.corpus.of(m.Claim, active=True)]


def test_csv_leaves_the_credence_of_what_is_not_assessed_empty(clock: Assessment) -> None:
    by_id = {r["id"]: r for r in table(FORMATS["csv"].render(clock))}
    row = by_id["never-assessed"]
    assert (row["assessed"], row["credence"], row["low"], row["high"]) == ("false", "", "", "")
    assert (row["base_rate"], row["strongest_for"], row["strongest_against"]) == ("0.500000", "", "")
    for id, row in by_id.items():
        credence = clock.credences[id]
        assert (row["assessed"] == "true") is credence.assessed
        if credence.assessed:
            assert float(row["credence"]) == pytest.approx(credence.credence, abs=5e-7)
        assert int(row["items"]) == credence.items
        assert int(row["independent_groups"]) == credence.groups
        assert row["digest"] == clock.corpus.digest


def test_csv_names_the_strongest_reasons(clock: Assessment) -> None:
    by_id = {r["id"]: r for r in table(FORMATS["csv"].render(clock))}
    assert by_id["gear-old"]["strongest_for"] == "gear-photographed"
    assert by_id["costs-rise"]["strongest_against"] == "prices-flat"
    assert by_id["repair-pays"]["strongest_for"] == "gear-old"
    assert by_id["worn-gear"]["question"] == "why-late"
    assert by_id["gear-old"]["title"] == '\'=The gear is "original", and old'


@given(st.text(max_size=80))
@example("=1+1")
@example("\t=1+1")
@example("\n@SUM(A1)")
@example("＝1+1")
@example(" -1")
def test_no_cell_is_a_formula(text: str) -> None:
    made = cell(text)
    assert not made.startswith(("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠"))
    assert "\n" not in made
    assert "\r" not in made
    back = next(csv.reader(io.StringIO(_line(made), newline="")))
    assert back == [made]


def _line(text: str) -> str:
    out = io.StringIO()
    csv.writer(out, lineterminator="\r\n").writerow([text])
    return out.getvalue()


def test_csv_golden(clock: Assessment, golden: Callable[[str, bytes], None]) -> None:
    golden("clock.csv", FORMATS["csv"].render(clock))


# json


def test_json_holds_everything(clock: Assessment) -> None:
    data = json.loads(FORMATS["json"].render(clock))
    assert set(data) == {
        "generator",
        "license",
        "digest",
        "semantics",
        "viewpoint",
        "units",
        "topics",
        "records",
        "credences",
        "explanations",
    }
    assert data["digest"] == clock.corpus.digest
    assert list(data["records"]) == list(clock.corpus.entries)
    assert all(r["record"] == clock.corpus[id].document.data for id, r in data["records"].items())
    assert list(data["credences"]) == list(data["explanations"]) == list(clock.credences)
    assert data["credences"]["never-assessed"]["credence"] is None
    assert data["topics"]["tower"]["title"] == "The tower clock"


def test_json_sums_add_up(clock: Assessment) -> None:
    data = json.loads(FORMATS["json"].render(clock))
    for id, e in data["explanations"].items():
        parts = sum(g["contribution"] for g in e["groups"]) + sum(link["contribution"] for link in e["links"])
        assert e["base"] + e["shift"] + parts + e["shared"] + e["competition"] == pytest.approx(e["total"], abs=1e-12)
        *rows, total = e["rows"]
        assert sum(r["weight"] for r in rows) == pytest.approx(total["weight"], abs=1e-12)
        if data["credences"][id]["credence"] is not None:
            assert total["probability"] == pytest.approx(data["credences"][id]["credence"], abs=1e-12)


def test_a_record_read_back_from_json_is_the_same_record(clock: Assessment) -> None:
    data = json.loads(FORMATS["json"].render(clock))
    for id, made in data["records"].items():
        record = clock.corpus[id].record
        assert type(record).model_validate_json(json.dumps(made["record"])) == record


def test_infinity_becomes_null() -> None:
    assert finite({"cap": float("inf"), "rest": [1.5, (float("-inf"), "x")]}) == {
        "cap": None,
        "rest": [1.5, [None, "x"]],
    }


# shares


def test_shares_sum_to_the_groups_and_links(clock: Assessment) -> None:
    for id in clock.credences:
        e = clock.explain(id)
        parts = sum(g.contribution for g in e.groups) + sum(link.contribution for link in e.links)
        assert sum(s.weight for s in shares(e)) == pytest.approx(parts, abs=1e-12)
        best, worst = strongest(e)
        assert (best is None) is not any(s.weight > 0 for s in shares(e))
        assert (worst is None) is not any(s.weight < 0 for s in shares(e))


# the command


def test_export_prints_the_bytes(clock: Assessment, capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    from kb.cli import app

    with pytest.raises(SystemExit) as left:
        app(["export", "csv", "--claims", str(CLOCK)])
    assert left.value.code == 0
    assert capfdbinary.readouterr().out == FORMATS["csv"].render(clock)


def test_export_writes_and_replaces_a_file(kb: Kb, clock: Assessment, tmp_path: Path) -> None:
    path = tmp_path / "new" / "out.ttl"
    ran = kb("export", "turtle", "--claims", CLOCK, "--output", path)
    assert (ran.code, ran.err) == (0, "")
    assert path.read_bytes() == FORMATS["turtle"].render(clock)
    path.write_bytes(b"old")
    data = json.loads(kb("export", "turtle", "--claims", CLOCK, "-o", path, "--json").out)
    assert data[0]["bytes"] == path.stat().st_size > 1000
    assert [p.name for p in path.parent.iterdir()] == ["out.ttl"]
    assert path.stat().st_mode & 0o777 == 0o666 & ~_umask()


def _umask() -> int:
    value = os.umask(0)
    os.umask(value)
    return value


def test_export_all_into_a_folder(kb: Kb, tmp_path: Path) -> None:
    assert kb("export", "all", "--claims", CLOCK, "--output", tmp_path / "data").code == 0
    assert sorted(p.name for p in (tmp_path / "data").iterdir()) == sorted(f.file_name for f in FORMATS.values())


def test_export_mistakes(kb: Kb) -> None:
    ran = kb("export", "xlsx", "--claims", CLOCK)
    assert (ran.code, ran.out) == (1, "")
    assert "csv, json, turtle" in ran.err
    ran = kb("export", "all", "--claims", CLOCK)
    assert ran.code == 1
    assert "--output DIR" in ran.err
