"""What happens when a file is saved: records are read and checked, pages made again, the browser told."""

from __future__ import annotations

import contextlib
import gc
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from threading import Event

from watchfiles import watch

from kb import report
from kb.engine import Assessment
from kb.engine.assessment import reassess
from kb.errors import KbError, Level
from kb.frame import CONFIG
from kb.load import Known, load
from kb.rules import Checked, check_loaded
from kb.serve.live import LiveSite
from kb.serve.web import Desk

FRAME = ("site/pages", "site/theme", CONFIG)
"""What the frame of the site is made of, below the project's folder."""
QUIET_MS = 20
"""Changes that follow each other within this time belong together."""
AT_MOST_MS = 200
"""They are taken up after this time even while more of them come."""
LOOK_MS = 500
"""How long to wait for a change before looking whether to stop."""
QUIET_LOOKS = 6
"""After so many looks without a change nobody waits, and memory is tidied."""
SHOWN = 8
"""Files that one line names."""


class Session:
    """Keeps the site up to date with files.

    Args:
        claims: folder of the records.
        project: folder with the site's settings.
        live: the site.
        desk: what the server shows.
        tell: says a line to whoever started it.
    """

    def __init__(self, claims: Path, project: Path, live: LiveSite, desk: Desk, tell: Callable[[str], None]) -> None:
        self.claims = claims
        self.project = project
        self.live = live
        self.desk = desk
        self._tell = tell
        self._known = Known()
        self._checked = Checked()
        self._shown = ""
        self._before: Assessment | None = None

    def records(self) -> None:
        """Read the records and show them, or what is wrong with them."""
        with _untidy() if self.live.ready else contextlib.nullcontext():
            self._records()

    def _records(self) -> None:
        start = time.perf_counter()
        try:
            loaded = load(self.claims, self._known)
            findings = check_loaded(loaded, errors_alone=True, known=self._checked)  # the others wait for `kb check`
            if report.is_failure(findings):
                self._fail([str(finding) for finding in findings if finding.level is Level.ERROR])
                return
            if loaded.corpus.digest == self._shown:
                self._mended(frozenset(), start)
                return
            first = not self.live.ready
            assessment = reassess(loaded.corpus, self._before)
            changed = self.live.show(assessment, lists_later=not first)
            self._before = assessment
            self._mended(changed, start, name_them=not first)
            if first:
                _tidy()
            lists = self.live.finish()
            if lists:
                self._mended(lists, start)
            self._shown = loaded.corpus.digest
        except (KbError, OSError) as error:
            self._fail([str(error)])

    def frame(self) -> None:
        """Render the hand-written pages and the style anew."""
        start = time.perf_counter()
        try:
            self._mended(self.live.reframe(), start)
        except (KbError, OSError) as error:
            self._fail([str(error)])

    def follow(self, stop: Event) -> None:
        """Watch the files until told to stop."""
        frame = [self.project / name for name in FRAME if (self.project / name).exists()]
        quiet = 0
        for n, paths in enumerate(_changes([self.claims, *frame], stop)):
            quiet = 0 if paths else quiet + 1
            if quiet == QUIET_LOOKS:
                _tidy()
            if n == 0:  # what was saved before the watch began
                self.records()
            if any(self._belongs(path, [self.claims]) for path in paths):
                self.records()
            if any(self._belongs(path, frame) for path in paths):
                self.frame()

    @staticmethod
    def _belongs(path: Path, to: Iterable[Path]) -> bool:
        return any(path.is_relative_to(folder.resolve()) for folder in to)

    def _mended(self, changed: frozenset[str], start: float, *, name_them: bool = True) -> None:
        """Show the site as it is now."""
        had_errors = bool(self.desk.problems)
        self.desk.publish(changed)
        seconds = f"{time.perf_counter() - start:.2f} s"
        if changed and not name_them:
            self._tell(f"{seconds}: {len(changed)} files")
        elif changed:
            names = sorted(changed, key=lambda path: (not path.endswith(".html"), path))
            more = f" and {len(names) - SHOWN} more" if len(names) > SHOWN else ""
            self._tell(f"{seconds}: {', '.join(names[:SHOWN])}{more}")
        elif had_errors:
            self._tell("no errors any more")

    def _fail(self, problems: list[str]) -> None:
        for line in problems:
            self._tell(line)
        self._tell(
            "the last good site stays until this is mended" if self.live.ready else "no site yet: mend this first"
        )
        self.desk.fail(problems)


@contextlib.contextmanager
def _untidy() -> Iterator[None]:
    """Leave garbage that goes in circles where it is: to find it Python reads all of memory, while one waits."""
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()  # what is there now is not looked through by the next search either
        gc.enable()


def _tidy() -> None:
    """Free garbage that goes in circles, and leave the rest out of later searches."""
    gc.unfreeze()
    gc.collect()
    gc.freeze()


def _changes(paths: Iterable[Path], stop: Event) -> Iterator[set[Path]]:
    """Sets of files that were changed together; empty ones when nothing happens."""
    for found in watch(
        *paths, stop_event=stop, debounce=AT_MOST_MS, step=QUIET_MS, rust_timeout=LOOK_MS, yield_on_timeout=True
    ):
        yield {Path(path).resolve() for _, path in found}
