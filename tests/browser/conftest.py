"""The invented debate as a built site, served both ways, and one Chromium for all tests of this folder."""

from __future__ import annotations

import functools
import http.server
import os
import shutil
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from kb import odds
from kb.engine import Assessment, assess
from kb.export import FORMATS
from kb.load import load
from kb.publish import build_site
from kb.timeline import Moment, Timeline, Touched, timeline

ROOT = Path(__file__).resolve().parents[2]
CORPUS = Path(__file__).parent / "corpus"
CHANGED = 1_700_000_000
QUIET = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
"""A Chromium that talks to nobody on its own account."""

PATIENCE = 20_000
"""Milliseconds to wait for what should come at once: machines that run tests are busy."""
expect.set_options(timeout=PATIENCE)

KINDS = {
    "front": "index.html",
    "claims": "claims.html",
    "outline": "map.html",
    "evidence list": "evidence.html",
    "sources list": "sources.html",
    "people list": "people.html",
    "terms list": "terms.html",
    "changes": "changes.html",
    "changes of a month": "changes/2023-11.html",
    "quantities list": "quantities.html",
    "predictions": "predictions.html",
    "topics list": "topics.html",
    "guide": "guide.html",
    "method": "method.html",
    "data": "data.html",
    "contribute": "contribute.html",
    "decision": "decisions/0001-stamped-shell.html",
    "guide to modelling": "guide/modelling.html",
    "claim": "claim/cold-rise-tastes-better.html",
    "claim without evidence": "claim/steam-makes-crust.html",
    "hostile claim": "claim/hostile-claim.html",
    "withdrawn claim": "claim/withdrawn-claim.html",
    "question": "question/is-a-long-cold-rise-better.html",
    "exclusive question": "question/which-factor-matters-most.html",
    "evidence": "evidence/first-tasting-prefers-cold.html",
    "source": "source/fermentation-study.html",
    "person": "person/baker-b.html",
    "term": "term/better-as-preferred.html",
    "topic": "topic/rise.html",
    "argument": "argument/habit-and-aroma.html",
    "undercut": "undercut/bakers-like-the-schedule.html",
    "undercut by a claim": "undercut/tasting-was-not-blind.html",
    "quantity": "quantity/preference-share.html",
    "experiment": "experiment/blind-tasting-at-scale.html",
    "position": "position/university-denies-taste.html",
    "viewpoint": "viewpoint/view-of-baker-b.html",
}
"""Every kind of page to one page of that kind."""


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The site of the invented debate."""
    loaded = load(CORPUS)
    assert not loaded.findings, loaded.findings
    assessment = assess(loaded.corpus)
    exports = {form.file_name: form.render(assessment) for form in FORMATS.values()}
    target = tmp_path_factory.mktemp("site") / "public"
    return build_site(assessment, ROOT, target, exports, CHANGED, past_of(assessment)).path


def past_of(assessment: Assessment) -> Timeline:
    """An invented past: claims came at their base rates, then their evidence, with a hostile message."""
    now = {id: (odds.logit(c.credence), odds.logit(c.base_rate), c.assessed) for id, c in assessment.credences.items()}
    first = {id: (base, base, known) for id, (_, base, known) in now.items()}
    ids = tuple(entry.id for entry in assessment.corpus)
    said = "Evidence </title><script>document.title='ran'</script> & \"more\""
    moments = [
        Moment("a" * 40, CHANGED - 90_000, "A", "Claims", ids, first, tuple(Touched(id, "added") for id in ids)),
        Moment("b" * 40, CHANGED, "B", said, ids[:9], now, tuple(Touched(id, "changed") for id in ids[:9])),
    ]
    return timeline(moments, {})


class Quiet(http.server.SimpleHTTPRequestHandler):
    """A server that writes no log."""

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


@pytest.fixture(scope="session")
def served(built: Path) -> Iterator[str]:
    """The site's address on this machine, with a slash at the end."""
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Quiet, directory=str(built)))
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture(params=["file", "http"])
def base(request: pytest.FixtureRequest, built: Path, served: str) -> str:
    """Both ways to open the site: from the disk and from a server."""
    return built.as_uri() + "/" if request.param == "file" else served


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """One Chromium; without one the tests fail where CI=true, and are skipped elsewhere."""
    path = os.environ.get("CHROMIUM") or shutil.which("chromium")
    if path is None:
        message = "no chromium on the PATH: apt-get install chromium, or set CHROMIUM=/path/to/it"
        if os.environ.get("CI") == "true":
            pytest.fail(message)
        pytest.skip(message)
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=path, args=QUIET)
        yield opened
        opened.close()


class Visit:
    """A tab that remembers what went wrong in it.

    Attributes:
        page: the tab.
        problems: errors of scripts, of the console and of the security policy, and dialogs that opened.
        requests: addresses that were asked for.
    """

    def __init__(self, context: BrowserContext) -> None:
        self.context = context
        self.page: Page = context.new_page()
        self.problems: list[str] = []
        self.requests: list[str] = []
        self.page.on("console", self._console)
        self.page.on("pageerror", lambda error: self.problems.append(f"script: {error}"))
        self.page.on("request", lambda request: self.requests.append(request.url))
        self.page.on("dialog", self._dialog)

    def _console(self, message: object) -> None:
        if getattr(message, "type", "") in ("error", "warning"):
            self.problems.append(f"console: {getattr(message, 'text', '')}")

    def _dialog(self, dialog: object) -> None:
        self.problems.append(f"dialog: {getattr(dialog, 'message', '')}")
        dismiss: Callable[[], None] = getattr(dialog, "dismiss")  # noqa: B009 - Playwright's type is private
        dismiss()

    def scheme(self) -> str | None:
        """The colour scheme that the page shows."""
        return self.page.locator("body").get_attribute("data-md-color-scheme")


Open = Callable[..., Visit]


@pytest.fixture
def visit(browser: Browser) -> Iterator[Open]:
    """Open a tab: ``visit(width=390, scheme="dark", scripts=False)``."""
    contexts: list[BrowserContext] = []

    def opened(*, width: int = 1280, scheme: str = "light", scripts: bool = True) -> Visit:
        context = browser.new_context(
            viewport={"width": width, "height": 844},
            color_scheme="dark" if scheme == "dark" else "light",
            java_script_enabled=scripts,
        )
        context.set_default_timeout(PATIENCE)
        contexts.append(context)
        return Visit(context)

    yield opened
    for context in contexts:
        context.close()
