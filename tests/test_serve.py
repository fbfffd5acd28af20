"""``kb serve``: a real server, a real edit, pages that change; errors are shown and the last good site stays."""

from __future__ import annotations

import contextlib
import gc
import http.client
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from support import ROOT

from kb.publish import config_of
from kb.serve import Desk, LiveSite, Server, Session, listen

BREAD = ROOT / "tests" / "browser" / "corpus"
TERM = "terms/better-as-preferred.yaml"
TERM_PAGE = "/term/better-as-preferred.html"
PATIENCE = 60
"""Seconds to wait for what should come at once: machines that run tests are busy."""


class Served:
    """A session with its server.

    Attributes:
        records: the folder to edit.
        said: lines that the session told whoever started it.
    """

    def __init__(self, session: Session, server: Server, said: list[str]) -> None:
        self.records = session.claims
        self.site = session.live.folder
        self.desk = session.desk
        self.port = server.server_port
        self.said = said

    def get(self, path: str, host: str | None = None, method: str = "GET") -> tuple[int, str, dict[str, str]]:
        """Status, text and headers of an address, asked for as it is written."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)
        with contextlib.closing(connection):
            connection.putrequest(method, path, skip_host=True)
            connection.putheader("Host", host or f"127.0.0.1:{self.port}")
            connection.endheaders()
            answer = connection.getresponse()
            return answer.status, answer.read().decode(), dict(answer.getheaders())

    def edit(self, name: str, text: str | None) -> None:
        """Save a file, as editors do: beside it, then in its place; ``None`` deletes it."""
        path = self.records / name
        if text is None:
            path.unlink()
            return
        beside = path.with_name(f".{path.name}.swp")
        beside.write_text(text, "utf-8")
        beside.replace(path)

    def until(self, holds: Callable[[], bool]) -> None:
        """Wait until something holds."""
        end = time.monotonic() + PATIENCE
        while not holds():
            assert time.monotonic() < end, self.said[-10:]
            time.sleep(0.02)

    def files(self) -> dict[str, int]:
        """Path to time of change of every file."""
        return {p.relative_to(self.site).as_posix(): p.stat().st_mtime_ns for p in self.site.rglob("*") if p.is_file()}


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """The invented debate, watched and served on a free port."""
    folder = tmp_path_factory.mktemp("serve")
    records = Path(shutil.copytree(BREAD, folder / "claims"))
    (folder / "site").mkdir()
    live = LiveSite(folder / "site", config_of(ROOT), 1_700_000_000)
    desk = Desk(live)
    server, said, stop = listen(0, desk), [], threading.Event()
    session = Session(records, ROOT, live, desk, said.append)
    session.records()
    threads = [threading.Thread(target=server.serve_forever), threading.Thread(target=session.follow, args=(stop,))]
    for thread in threads:
        thread.start()
    yield Served(session, server, said)
    stop.set()
    desk.close()
    server.shutdown()
    for thread in threads:
        thread.join()
    server.server_close()


def test_pages_are_served_as_they_are_built_but_for_one_script(served: Served) -> None:
    status, text, head = served.get(TERM_PAGE)
    assert status == 200
    assert head["Content-Type"] == "text/html; charset=utf-8"
    assert head["Cache-Control"] == "no-store"
    on_disk = (served.site / TERM_PAGE.lstrip("/")).read_text("utf-8")
    script = f'<script src="/-/reload.js" data-version="{served.desk.version}" defer></script>'
    assert text.count(script) == 1
    assert text.replace(script, "") == on_disk
    assert 'http-equiv="Content-Security-Policy"' in text
    assert "/-/" not in on_disk
    assert "EventSource" in served.get("/-/reload.js")[1]
    assert not any("EventSource" in p.read_text("utf-8") for p in served.site.rglob("*.js"))
    assert served.get("/")[1] == served.get("/index.html")[1]
    assert served.get(TERM_PAGE, method="HEAD")[1] == ""
    assert served.get("/assets/kb.css")[2]["Content-Type"].startswith("text/css")


def test_an_edit_changes_the_pages_it_touches_and_no_others(served: Served) -> None:
    before, version, said = served.files(), served.desk.version, len(served.said)
    text = (served.records / TERM).read_text("utf-8")
    served.edit(TERM, text.rstrip() + "\nnotes: Somebody looked at this again.\n")
    served.until(lambda: served.desk.version > version)
    assert "Somebody looked at this again." in served.get(TERM_PAGE)[1]
    after = served.files()
    changed = {path for path in after if after[path] != before.get(path)}
    assert "term/better-as-preferred.html" in changed
    assert len(changed) < 10
    assert before.keys() == after.keys()
    assert any("term/better-as-preferred.html" in line for line in served.said[said:])
    served.until(gc.isenabled)  # it rests only while somebody waits
    version = served.desk.version
    served.edit(TERM, text)
    served.until(lambda: served.desk.version > version)
    assert "Somebody looked at this again." not in served.get(TERM_PAGE)[1]


def test_pages_come_and_go_with_their_records(served: Served) -> None:
    text = (
        (served.records / TERM).read_text("utf-8").replace("title: ", "title: Another ").replace("word: ", "word: x ")
    )
    served.edit("terms/one-more.yaml", text)
    served.until(lambda: served.get("/term/one-more.html")[0] == 200)
    assert "one-more" in served.get("/terms.html")[1]
    served.edit("terms/one-more.yaml", None)
    served.until(lambda: served.get("/term/one-more.html")[0] == 404)
    assert not (served.site / "term/one-more.json").exists()
    assert "one-more" not in served.get("/terms.html")[1]


def test_errors_are_shown_and_the_last_good_site_stays(served: Served) -> None:
    before = served.files()
    text = (served.records / TERM).read_text("utf-8")
    served.edit(TERM, text + "colour: <b>red</b>\n")
    served.until(lambda: bool(served.desk.problems))
    line = len(text.splitlines()) + 1
    found = next(said for said in served.said if f"better-as-preferred.yaml:{line}:" in said)
    assert "colour" in found
    assert served.said[-1] == "the last good site stays until this is mended"
    page = served.get(TERM_PAGE)[1]
    assert f"better-as-preferred.yaml:{line}:" in page
    assert 'role="alert"' in page
    assert "<b>red</b>" not in page
    assert served.files() == before
    served.edit(TERM, text)
    served.until(lambda: not served.desk.problems)
    assert 'role="alert"' not in served.get(TERM_PAGE)[1]
    assert served.said[-1] == "no errors any more"
    assert served.files() == before


def test_exports_are_made_when_they_are_asked_for(served: Served) -> None:
    claim = "rise/cold-rise-tastes-better.yaml"
    text = (served.records / claim).read_text("utf-8")
    assert "Renamed for a while" not in served.get("/data/counterpoise.json")[1]
    title = next(line for line in text.splitlines() if line.startswith("title: "))
    version = served.desk.version
    served.edit(claim, text.replace(title, "title: Renamed for a while"))
    served.until(lambda: served.desk.version > version)
    assert "Renamed for a while" in served.get("/data/counterpoise.json")[1]
    size = len((served.site / "data/counterpoise.json").read_bytes())
    assert f"{size / 1e3:.1f} kB" in served.get("/data.html")[1]
    served.edit(claim, text)
    served.until(lambda: "Renamed for a while" not in served.get("/claim/cold-rise-tastes-better.html")[1])


@pytest.mark.parametrize(
    "path",
    [
        "/../mkdocs.yml",
        "/../../../../../../etc/passwd",
        "/%2e%2e/%2e%2e/etc/passwd",
        "/claim/..%2f..%2fclaims/terms/better-as-preferred.yaml",
        "//etc/passwd",
        "/claim//../index.html",
        "/..%5c..%5cetc%5cpasswd",
        "/index.html%00.css",
        "/claim",
        "/claim/",
        "/.hidden",
        "/linked.html",
        "/-/../index.html",
        "/-/live.py",
        "/" + "a" * 4000,
    ],
)
def test_nothing_outside_the_site_is_served(served: Served, path: str) -> None:
    (served.site.parent / "secret").write_text("not to be seen", "utf-8")
    link = served.site / "linked.html"
    link.symlink_to(served.site.parent / "secret")
    (served.site / ".hidden").write_text("not to be seen", "utf-8")
    try:
        status, text, _ = served.get(path)
    finally:
        link.unlink()
        (served.site / ".hidden").unlink()
    assert status == 404
    assert "not to be seen" not in text
    assert "root:" not in text


def test_only_this_machine_is_answered(served: Served) -> None:
    assert served.get("/", host=f"localhost:{served.port}")[0] == 200
    assert served.get("/", host="example.org")[0] == 421
    assert served.get("/-/events", host=f"example.org:{served.port}")[0] == 421
    assert served.get("/", method="POST")[0] == 501
    with socket.socket() as other:  # a server on all addresses would answer to any of 127.0.0.0/8
        assert other.connect_ex(("127.0.0.2", served.port)) != 0


def test_open_pages_hear_of_changes(served: Served) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", served.port, timeout=PATIENCE)
    with contextlib.closing(connection):
        connection.request("GET", "/-/events")
        answer = connection.getresponse()
        assert answer.getheader("Content-Type") == "text/event-stream"

        def event() -> dict[str, object]:
            while not (line := answer.readline()).startswith(b"data: "):
                assert line
            return dict(json.loads(line.removeprefix(b"data: ")))

        first = event()
        assert first == {"version": served.desk.version, "changed": []}
        text = (served.records / TERM).read_text("utf-8")
        served.edit(TERM, text.rstrip() + "\nnotes: Hello.\n")
        told = event()
        assert first["version"] < told["version"] <= served.desk.version  # type: ignore[operator]
        changed = told["changed"]
        assert isinstance(changed, list)
        assert "term/better-as-preferred.html" in changed
        served.edit(TERM, text + "colour: red\n")
        while (told := event())["changed"] is not None:  # lists follow the pages of records
            assert "term/better-as-preferred.html" not in told["changed"]  # type: ignore[operator]
        assert served.desk.problems  # every page shows the errors
        served.edit(TERM, text)
        assert event()["changed"] is None


def test_who_missed_some_changes_hears_of_them_together(tmp_path: Path) -> None:
    desk = Desk(LiveSite(tmp_path, config_of(ROOT)))
    for path in ("a.html", "b.html"):
        desk.publish(frozenset({path}))
    assert desk.wait(0) == (2, frozenset({"a.html", "b.html"}))
    assert desk.wait(1) == (2, frozenset({"b.html"}))
    for _ in range(20):
        desk.publish(frozenset({"c.html"}))
    assert desk.wait(1) == (22, None)
    desk.fail(["wrong"])
    assert desk.wait(21) == (23, None)


def test_a_taken_port_is_said(served: Served) -> None:
    command = [sys.executable, "-m", "kb.cli", "serve", "--no-open", "--port", str(served.port), "--claims", str(BREAD)]
    ran = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=PATIENCE, check=False)
    assert ran.returncode == 1
    assert ran.stderr == f"kb: port {served.port} is taken; choose another with --port, or 0 for any that is free\n"


def hear_ctrl_c() -> None:
    """A job in the background ignores Ctrl-C, and so would what it starts."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def test_ctrl_c_ends_it_cleanly(tmp_path: Path) -> None:
    records = Path(shutil.copytree(BREAD, tmp_path / "claims"))
    (records / TERM).write_text("kind: term\n", "utf-8")
    command = [sys.executable, "-u", "-m", "kb.cli", "serve", "--no-open", "--port", "0", "--claims", str(records)]
    env = {**os.environ, "TMPDIR": str(tmp_path)}
    started = subprocess.Popen(
        command,
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=env,
        preexec_fn=hear_ctrl_c,
    )
    with started as run, contextlib.ExitStack() as end:
        end.callback(run.kill)  # whatever fails below, nothing waits for it
        assert run.stdout is not None
        assert run.stderr is not None
        lines = [run.stdout.readline()]
        while "Ctrl-C" not in lines[-1]:
            lines.append(run.stdout.readline())
            assert lines[-1]
        assert any("better-as-preferred.yaml:1:1" in line for line in lines)
        assert "no site yet" in "".join(lines)
        port = int(lines[0].rsplit(":", 1)[1].rstrip("/\n"))
        with contextlib.closing(http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)) as connection:
            connection.request("GET", "/")
            answer = connection.getresponse()
            assert answer.status == 503
            assert "better-as-preferred.yaml:1:1" in answer.read().decode()
        run.send_signal(signal.SIGINT)
        assert run.wait(PATIENCE) == 0
        assert run.stdout.read().endswith("ended\n")
        assert run.stderr.read() == ""
    assert [p.name for p in tmp_path.iterdir()] == ["claims"]
