"""The frame of the site, made by MkDocs: hand-written pages, style and scripts, and the shell of every record."""

from __future__ import annotations

import contextlib
import errno
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from kb.errors import KbError

CONFIG = "mkdocs.yml"
SHELL = Path("record/shell.html")
UNUSED = (
    "assets/javascripts/lunr",
    "assets/javascripts/workers",
    "sitemap.xml",
    "sitemap.xml.gz",
    "record",
)
"""What the frame's generator writes and the site does not use: its own search, its list of pages, the shell."""
BUNDLE = "assets/javascripts/bundle.*.min.js"
ALTERNATES = ('"link[rel=alternate]"', '"link[rel=alternate][hreflang]"')
"""Material's script takes every alternate for the site in another language and asks each for a sitemap."""
OURS = ("assets/kb.css", "assets/js/**/*.js")
_COMMENT = re.compile(r"^[ \t]*(?://[^\n]*|/\*(?:[^*]|\*(?!/))*\*/[ \t]*)\n", re.MULTILINE)
MKDOCS_SECONDS = 300


class BuildFailed(KbError):
    """The frame could not be rendered; the message says why.  The old site is intact."""


@dataclass(frozen=True)
class Frame:
    """What MkDocs made of the hand-written pages.

    Attributes:
        shell: the page that records are stamped into.
        pages: path to hand-written page, with its marks.
    """

    shell: str
    pages: Mapping[str, str]


def render_frame(config: Path, into: Path, moment: int | None) -> Frame:
    """Render the hand-written pages and what belongs to them into a folder, without what the site does not use.

    Args:
        config: the site's settings.
        into: an empty folder.
        moment: seconds since 1970 of the last change, or ``None``.

    Raises:
        BuildFailed: MkDocs could not render them.
        OSError: the disk is full.
    """
    process = _begin(config, into, moment)
    try:
        _finish(process, into)
    finally:
        _stop(process)
    return _tidied(into)


@contextlib.contextmanager
def frame_begun(config: Path, moment: int | None) -> Iterator[Callable[[Path], Frame]]:
    """Begin to render the frame, which needs no record, while the caller reads them.

    Args:
        config: the site's settings.
        moment: seconds since 1970 of the last change, or ``None``.

    Returns:
        What waits for the frame and puts it into an empty folder; raises as :func:`render_frame`.
    """
    with tempfile.TemporaryDirectory(prefix="frame-", ignore_cleanup_errors=True) as name:
        made = Path(name) / "frame"
        process = _begin(config, made, moment)

        def finish(into: Path) -> Frame:
            _finish(process, into)
            shutil.copytree(made, into, dirs_exist_ok=True, copy_function=shutil.copyfile)
            return _tidied(into)

        try:
            yield finish
        finally:
            _stop(process)


def _begin(config: Path, into: Path, moment: int | None) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "mkdocs", "build", "--quiet", "--strict", "-f", str(config), "-d", str(into)]
    env = {**os.environ, "NO_MKDOCS_2_WARNING": "1", "SOURCE_DATE_EPOCH": str(moment or 0)}
    return subprocess.Popen(command, env=env, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE)


def _finish(process: subprocess.Popen[bytes], into: Path) -> None:
    """Wait for MkDocs; what it made for ``into`` is whole, or this raises."""
    try:
        out, err = process.communicate(timeout=MKDOCS_SECONDS)
    except subprocess.TimeoutExpired:
        raise BuildFailed(f"mkdocs did not end within {MKDOCS_SECONDS} s") from None
    if process.returncode != 0:
        said = (err + out).decode("utf-8", "replace").strip().splitlines()
        if any("No space left" in line for line in said):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(into))
        raise BuildFailed("mkdocs could not render the frame: " + " | ".join(said[-3:] or ["it said nothing"]))


def _stop(process: subprocess.Popen[bytes]) -> None:
    """End a process that nobody waits for any more."""
    with process:
        if process.poll() is None:
            process.kill()


def _tidied(into: Path) -> Frame:
    """Read the pages that MkDocs wrote, and delete what the site does not use."""
    shell = (into / SHELL).read_text("utf-8")
    for name in UNUSED:
        path = into / name
        if path.is_dir():
            shutil.rmtree(path, ignore_errors=True)
        else:
            path.unlink(missing_ok=True)
    for stale in sorted(into.rglob("*.map")):
        stale.unlink()
    for script in sorted(into.glob(BUNDLE)):
        script.write_text(script.read_text("utf-8").replace(*ALTERNATES), "utf-8")
    for path in sorted(path for pattern in OURS for path in into.glob(pattern)):
        path.write_text(without_comments(path.read_text("utf-8")), "utf-8")
    return Frame(shell, {p.relative_to(into).as_posix(): p.read_text("utf-8") for p in sorted(into.rglob("*.html"))})


def without_comments(text: str) -> str:
    """A script or style sheet of ours without the comments that have lines of their own.

    They are for whoever changes it, in the repository; a reader of the site would load them with each first visit.
    """
    return _COMMENT.sub("", text)
