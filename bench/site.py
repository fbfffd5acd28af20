"""The site beside plain mkdocs-material and beside bare Jinja2: ``python bench/site.py [--sizes 100,1000,10000]``.

Invented debates of a realistic shape (``bench/debates.py``), all measured in one run; prints Markdown tables.  Each
build is a process of its own; *seconds* are processor seconds of it and its children, *wall* is what a clock shows,
memory is the largest resident set.  A busy machine changes both, ratios less; kb site and floor run twice in turn
(``--rounds``), and the run with fewer processor seconds counts.

* **kb site**: records checked, credences, exports, every page and its data files, all pictures drawn, written and
  flushed to disk.
* **Material, words**: the same text as Markdown, a page a record, outside the navigation, under plain mkdocs-material.
* **Material, pages**: the same, but each Markdown page holds the article of ours as raw HTML, tables and pictures
  included.
* **floor**: the same records read and assessed, and their pages rendered by the same templates under bare Jinja2,
  without pictures, data files, frame and disk.
* **edit**: in a running ``kb serve``, from a saved file to the pages of all records that it touches being written and
  told of, and to everything, lists of all records included (median of five strengths changed).
"""

from __future__ import annotations

import argparse
import contextlib
import functools
import gzip
import html
import http.server
import json
import os
import re
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import debates

ROOT = Path(__file__).resolve().parent.parent
SECONDS = 1200
"""After so long by the clock a build is stopped."""
EDITS = 5
SETTLE = 10
"""Seconds for the file system to be done with what was deleted."""
FIRST = "claim/t000-claim-00.html"


@dataclass(frozen=True)
class Run:
    """One process: wall seconds, processor seconds with its children, largest memory in MB, what it printed.

    A process that was stopped took more than its seconds say.
    """

    wall: float
    cpu: float
    memory: float
    out: str
    stopped: bool = False

    def says(self, seconds: float, digits: int = 1) -> str:
        """Seconds of this run as a table has them."""
        return f"{'over ' if self.stopped else ''}{seconds:.{digits}f}"


def environment() -> dict[str, str]:
    """The environment of every process: Python keeps what it compiled, as it does where nobody forbids it."""
    kept = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    return {**kept, "NO_MKDOCS_2_WARNING": "1"}


def run(command: list[str], cwd: Path = ROOT) -> Run:
    """Run a command to its end; ``wait4`` counts it with its children."""
    start = time.perf_counter()
    with tempfile.TemporaryFile("w+") as out:
        process = subprocess.Popen(command, cwd=cwd, stdout=out, stderr=subprocess.STDOUT, env=environment())
        timer = threading.Timer(SECONDS, process.kill)
        timer.start()
        _, status, used = os.wait4(process.pid, 0)
        timer.cancel()
        wall = time.perf_counter() - start
        out.seek(0)
        said = out.read()
    process.returncode = os.waitstatus_to_exitcode(status)
    stopped = wall >= SECONDS and process.returncode == -9
    if process.returncode != 0 and not stopped:
        raise SystemExit(f"{' '.join(command)} failed:\n{said[-2000:]}")
    return Run(wall, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024, said, stopped)


def size(folder: Path) -> float:
    """Megabytes of all files below a folder."""
    return sum(p.stat().st_size for p in folder.rglob("*") if p.is_file()) / 1e6


def gz(data: bytes) -> float:
    """Kilobytes after compression as servers do it."""
    return len(gzip.compress(data, 6)) / 1e3


# -------------------------------------------------------------------------------------------------------- the peers


def project(work: Path) -> None:
    """The site's settings and hand-written pages beside the records: no picture is there from an earlier build."""
    shutil.copy(ROOT / "mkdocs.yml", work)
    shutil.copytree(ROOT / "site", work / "site", ignore=shutil.ignore_patterns("public*"))


def material(built: Path, folder: Path, form: Callable[[str], str]) -> Path:
    """A project for plain mkdocs-material with every built record page as Markdown, outside the nav.

    Args:
        built: our site.
        folder: of the project.
        form: a page of ours as Markdown.
    """
    pages = folder / "docs"
    for path in sorted(built.rglob("*.html")):
        if path.parent == built or path.parent.name in ("guide", "decisions"):
            continue
        target = pages / path.relative_to(built).with_suffix(".md")
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(form(path.read_text("utf-8")), "utf-8")
    (pages / "index.md").write_text("# Claims\n\n[the first](claim/t000-claim-00.md)\n", "utf-8")
    (folder / "mkdocs.yml").write_text(
        "site_name: Peer\ntheme:\n  name: material\n  font: false\nuse_directory_urls: false\nplugins: [search]\n"
        "markdown_extensions: [attr_list, tables]\nvalidation: {omitted_files: ignore}\nnav:\n  - Claims: index.md\n",
        "utf-8",
    )
    return folder


def markdown(page: str) -> str:
    """The words of a page as Markdown: headings, paragraphs, list items with their links, rows of tables."""
    body = page[page.index("<article") : page.index("</article>")]
    body = re.sub(r"<(svg|script|style)\b.*?</\1>", "", body, flags=re.DOTALL)
    body = re.sub(r'<a [^>]*?href="([^"#:]+)\.html"[^>]*>(.*?)</a>', r"[\2](\1.md)", body, flags=re.DOTALL)
    lines = []
    for tag, inner in re.findall(r"<(h1|h2|h3|p|li|dt|dd|tr|summary)\b[^>]*>(.*?)</\1>", body, flags=re.DOTALL):
        text = " ".join(html.unescape(re.sub(r"<[^>]+>", " ", inner)).split())
        if text:
            lines.append({"h1": "# ", "h2": "## ", "h3": "### ", "li": "- "}.get(tag, "") + text)
    return "\n\n".join(lines) + "\n"


def article(page: str) -> str:
    """All that a page shows, as one block of raw HTML, which Markdown may hold."""
    start = page.index(">", page.index("<article")) + 1
    return f"<div>\n{page[start : page.index('</article>')].strip()}\n</div>\n"


FLOOR = """
import sys
from kb.engine import assess
from kb.load import load
from kb.pages import bars, draw, maps, prose, render, waterfall
from kb.pages.kinds import render_record
from kb.pages.site import Settings, Site
from markupsafe import Markup
class Nothing:
    __bool__ = lambda self: False
    __len__ = lambda self: 0
    __iter__ = lambda self: iter(())
    __html__ = __str__ = lambda self: ""
    def __getattr__(self, name):
        if name.startswith("__"):
            raise AttributeError(name)
        return self
    def __call__(self, *args, **named):
        return self
nothing = Nothing()
bars.large = bars.stacked = lambda *args, **named: Markup("")
maps.neighbourhood = maps.tree = waterfall.waterfall = nothing
render.environment().globals["spark"] = nothing
site = Site(assess(load(sys.argv[1]).corpus), Settings())
print(sum(len(render_record(site, entry).body) for entry in site.corpus))
"""

EDIT = """
import json, sys, time
from pathlib import Path
from kb.load import Known
from kb.publish import config_of
from kb.serve import Desk, LiveSite, Session
claims, folder, project, edits = Path(sys.argv[1]), Path(sys.argv[2]), Path(sys.argv[3]), int(sys.argv[4])
said = []
live = LiveSite(folder, config_of(project), 0)
def note(line):
    said.append((time.perf_counter(), time.process_time(), line))
session = Session(claims, project, live, Desk(live), note)
session.records()
found = []
for n in range(edits):
    path = claims / f"topic-{n * 7 % max(1, len(list(claims.glob('topic-*')))):03}" / ""
    path = sorted(path.glob("*-claim-1*.yaml"))[n]
    text = path.read_text("utf-8")
    head, _, tail = text.partition("strength: ")
    word = "slight" if tail.startswith("strong") else "strong"
    path.write_text(head + "strength: " + word + tail[tail.index(chr(10)):], "utf-8")
    said.clear()
    start, cpu = time.perf_counter(), time.process_time()
    session.records()
    pages = said[0]
    assert "claim/" in pages[2], said
    found.append((pages[0] - start, pages[1] - cpu, time.perf_counter() - start, time.process_time() - cpu))
print(json.dumps(found))
"""


# ---------------------------------------------------------------------------------------------------------- browser


class Quiet(http.server.SimpleHTTPRequestHandler):
    """A server that writes no log."""

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


@contextlib.contextmanager
def served(folder: Path) -> Iterator[str]:
    """Serve a folder on this machine."""
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Quiet, directory=str(folder)))
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/"
    finally:
        server.shutdown()


def first_looks(folder: Path) -> tuple[float, float] | None:
    """Milliseconds to the first credence on screen, and from a key in the search box to the first result."""
    chromium = os.environ.get("CHROMIUM") or shutil.which("chromium")
    if chromium is None:
        return None
    from playwright.sync_api import sync_playwright

    with served(folder) as address, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        page = browser.new_page()
        start = time.perf_counter()
        page.goto(f"{address}{FIRST}", wait_until="commit")
        page.locator(".kb-result__number").first.wait_for(state="visible")
        seen = time.perf_counter() - start
        page.wait_for_load_state()
        page.locator("[data-kb-search]").first.click()
        box = page.locator("dialog.kb-search input").first
        box.wait_for(state="visible")
        start = time.perf_counter()
        box.fill("compute")
        page.locator("dialog.kb-search ol a").first.wait_for(state="visible")
        found = time.perf_counter() - start
        browser.close()
    return seen * 1e3, found * 1e3


# ----------------------------------------------------------------------------------------------------------- tables


def measure(records: int, work: Path, turns: int) -> list[tuple[str, ...]]:
    """Rows of the table of one size: what, kb site, Material in two forms, floor, note."""
    claims, site = work / "claims", work / "site" / "public"
    written = debates.write(claims, records)
    project(work)
    rounds = []
    for _ in range(turns):
        for left in (site, work / ".kb-cache"):  # as for the peers, there is no site to replace
            shutil.rmtree(left, ignore_errors=True)
        time.sleep(SETTLE)
        built = run([sys.executable, "-m", "kb.cli", "site", "--claims", str(claims), "-o", str(site)])
        rounds.append((built, run([sys.executable, "-c", FLOOR, str(claims)])))
    ours, floor = (min(runs, key=lambda one: one.cpu) for runs in zip(*rounds, strict=True))
    mkdocs = [sys.executable, "-m", "mkdocs", "build", "-q", "-d"]
    peer_folder = material(site, work / "peer", markdown)
    peer = run([*mkdocs, str(work / "peer" / "site")], peer_folder)
    full = run([*mkdocs, str(work / "full" / "site")], material(site, work / "full", article))
    (work / "live").mkdir()
    edit = run([sys.executable, "-c", EDIT, str(claims), str(work / "live"), str(ROOT), str(EDITS)])
    edits = json.loads(edit.out.strip().splitlines()[-1])
    first = peer_folder / "docs" / FIRST.replace(".html", ".md")
    first.write_text(first.read_text("utf-8") + "\n\nOne more line.\n", "utf-8")
    again = run([*mkdocs, str(work / "peer" / "site")], peer_folder)
    wall, cpu, wall_all, cpu_all = (statistics.median(times) for times in zip(*edits, strict=True))
    worst = [max(times) for times in zip(*edits, strict=True)]
    weights = sorted(gz(p.read_bytes()) for p in (site / "claim").glob("*.html"))
    peer_page = gz((work / "peer" / "site" / FIRST).read_bytes())
    scripts = [p for p in sorted((site / "assets").rglob("*.js")) if "/js/" in p.as_posix()]
    form = sum(gz(p.read_bytes()) for p in scripts if p.parent.name == "add")
    script = sum(gz(p.read_bytes()) for p in scripts) - form
    style = gz((site / "assets/kb.css").read_bytes())
    looks = first_looks(site)
    all_ = (ours, peer, full, floor)
    peers = (work / "peer" / "site", work / "full" / "site")
    rows = [
        (f"full build, seconds ({written} records)", *(x.says(x.cpu) for x in all_), ""),
        ("full build, wall", *(x.says(x.wall) for x in all_), ""),
        ("ratio to kb site, seconds", *(x.says(x.cpu / ours.cpu, 2) for x in all_), ""),
        ("ratio to kb site, wall", *(x.says(x.wall / ours.wall, 2) for x in all_), ""),
        ("memory, MB", *(f"{x.memory:.0f}" for x in all_), ""),
        ("output, MB", *(f"{size(folder):.1f}" for folder in (site, *peers)), "", ""),
        ("one edit, its pages, seconds", f"{cpu:.2f}", f"{again.cpu:.1f}", "", "", f"worst {worst[1]:.2f}"),
        ("one edit, its pages, wall", f"{wall:.2f}", f"{again.wall:.1f}", "", "", f"worst {worst[0]:.2f}"),
        ("one edit, everything, seconds", f"{cpu_all:.2f}", f"{again.cpu:.1f}", "", "", f"worst {worst[3]:.2f}"),
        ("one edit, everything, wall", f"{wall_all:.2f}", f"{again.wall:.1f}", "", "", f"worst {worst[2]:.2f}"),
        (
            "claim page, kB gz",
            f"{weights[len(weights) // 2]:.1f}",
            f"{peer_page:.1f}",
            "",
            "",
            f"largest {weights[-1]:.1f}",
        ),
        (
            "own script and style, kB gz",
            f"{script + style:.1f}",
            "",
            "",
            "",
            f"style {style:.1f}; the form adds {form:.1f}",
        ),
    ]
    if looks is not None:
        rows.append(("first credence on screen, ms", f"{looks[0]:.0f}", "", "", "", ""))
        rows.append(("first search result, ms", f"{looks[1]:.0f}", "", "", "", ""))
    return rows


def main() -> None:
    """Measure each size and print its table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--sizes", default="100,1000,10000", help="records, separated by commas")
    parser.add_argument("--rounds", type=int, default=2, help="how often kb site and floor are measured, in turn")
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    given = parser.parse_args()
    for records in (int(n) for n in given.sizes.split(",")):
        with tempfile.TemporaryDirectory(prefix="bench-site-") as name:
            rows = measure(records, Path(name), given.rounds)
        names = ("", "kb site", "Material, words", "Material, pages", "floor", "")
        print(f"\n### {records:,} records\n\n| {' | '.join(names)} |\n{'|---' * len(names)}|")
        for row in rows:
            print(f"| {' | '.join(row)} |", flush=True)


if __name__ == "__main__":
    main()
