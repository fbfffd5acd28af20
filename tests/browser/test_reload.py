"""An open page reloads when a record that it shows is saved, within the page's security policy."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from conftest import CHANGED, CORPUS, ROOT, Open
from playwright.sync_api import expect

from kb.publish import config_of
from kb.serve import Desk, LiveSite, Session, listen

TERM = "terms/better-as-preferred.yaml"


@pytest.fixture
def session(tmp_path: Path) -> Iterator[tuple[Session, str]]:
    """A session with its address."""
    records = Path(shutil.copytree(CORPUS, tmp_path / "claims"))
    (tmp_path / "site").mkdir()
    live = LiveSite(tmp_path / "site", config_of(ROOT), CHANGED)
    desk = Desk(live)
    server = listen(0, desk)
    made = Session(records, ROOT, live, desk, lambda line: None)
    made.records()
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield made, server.address
    desk.close()
    server.shutdown()
    thread.join()
    server.server_close()


def test_an_open_page_reloads(session: tuple[Session, str], visit: Open) -> None:
    work, address = session
    path = work.claims / TERM
    text = path.read_text("utf-8")
    touched, other = visit(), visit()
    touched.page.goto(f"{address}term/better-as-preferred.html")
    other.page.goto(f"{address}person/baker-b.html")
    other.page.evaluate("window.stayed = true")

    path.write_text(text.rstrip() + "\nnotes: Somebody looked at this again.\n", "utf-8")
    work.records()
    expect(touched.page.get_by_text("Somebody looked at this again.")).to_be_visible()
    assert other.page.evaluate("window.stayed") is True

    path.write_text(text + "colour: red\n", "utf-8")
    work.records()
    for tab in (touched, other):
        expect(tab.page.get_by_role("alert")).to_contain_text("better-as-preferred.yaml:")
    path.write_text(text, "utf-8")
    work.records()
    for tab in (touched, other):
        expect(tab.page.get_by_role("alert")).to_have_count(0)
        assert tab.problems == []
