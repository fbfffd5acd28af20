"""A folder that holds the site of the present records: after an edit only files that differ are written again."""

from __future__ import annotations

import contextlib
import filecmp
import hashlib
import shutil
import tempfile
import threading
from collections.abc import Callable, Hashable, Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from kb.corpus import Corpus
from kb.engine import Assessment
from kb.export import FORMATS
from kb.frame import CONFIG, BuildFailed, Frame, render_frame
from kb.pages import FrameError
from kb.pages.build import Files, Part, Rendering
from kb.pages.observed import ObservedSite
from kb.publish import FONTS, PICTURES, artist, settings_of
from kb.timeline import Timeline


@dataclass(frozen=True)
class _Rest:
    """What is left to make after the pages of single records.

    Attributes:
        parts: lists of many records; empty once they are made.
        made: the files of single records, which are as they should be.
        changed: paths of the files that changed since :meth:`LiveSite.finish` last told.
        restamp: whether every page is written anew.
    """

    parts: tuple[Part, ...]
    made: tuple[Files, ...]
    changed: frozenset[str]
    restamp: bool

    @cached_property
    def wanted(self) -> frozenset[str]:
        """Paths of the files of single records."""
        return _paths(self.made)


def _paths(made: Iterable[Files]) -> frozenset[str]:
    return frozenset(path for files in made for path, _ in files)


class LiveSite:
    """The site in a folder.

    Args:
        folder: an empty folder.
        config: the site's settings, ``mkdocs.yml``.
        moment: seconds since 1970 of the last change, shown on pages, or ``None``.
        history: what changed before, given the records.

    Attributes:
        folder: where the site lies.
    """

    def __init__(
        self,
        folder: Path,
        config: Path,
        moment: int | None = None,
        history: Callable[[Corpus], Timeline | None] = lambda _: None,
    ) -> None:
        self.folder = folder
        self._config = config
        self._moment = moment
        self._history = history
        self._lock = threading.RLock()
        self._settings = settings_of(config, moment)
        self._frame: Frame | None = None
        self._static: frozenset[str] = frozenset()
        self._site: ObservedSite | None = None
        self._rendering: Rendering | None = None
        self._draw = artist(folder / FONTS, config.parent / PICTURES)
        self._parts: frozenset[tuple[Hashable, ...]] = frozenset()
        self._digests: dict[str, bytes] = {}
        self._late: frozenset[str] = frozenset()
        self._rest: _Rest | None = None
        self._is_late = False
        self._stopped_half_way = False

    @property
    def ready(self) -> bool:
        """Whether there is a site to look at."""
        return bool(self._digests)

    def reframe(self) -> frozenset[str]:
        """Render the hand-written pages and their style anew, and return the paths of the files that changed.

        Raises:
            BuildFailed: they cannot be rendered; the site is as it was.
        """
        with tempfile.TemporaryDirectory(prefix="frame-", dir=self.folder.parent) as name:
            fresh = Path(name)
            settings = settings_of(self._config, self._moment)
            frame = render_frame(self._config, fresh, self._moment)
            with self._lock:
                changed = self._copy(fresh, frame)
                restamp = self._frame is not None and self._frame.shell != frame.shell
                assessment = self._site.plain.assessment if self._site is not None else None
                if settings != self._settings:
                    self._settings, self._site = settings, None
                self._frame = frame
                self._rendering = None
                if assessment is not None:
                    changed |= self._show(assessment, restamp=restamp)
                return changed

    def show(self, assessment: Assessment, *, lists_later: bool = False) -> frozenset[str]:
        """Bring the pages up to date with records and credences, and return the paths of the files that changed.

        Args:
            assessment: records and credences.
            lists_later: leave what lists many records to :meth:`finish`, or to the first who asks for it; who asks for
                a page always gets it as it is now.

        Raises:
            BuildFailed: a hand-written page asks for what does not exist.
        """
        with self._lock:
            if self._frame is None:
                self.reframe()
            return self._show(assessment, lists_later=lists_later)

    def finish(self) -> frozenset[str]:
        """Make what :meth:`show` left for later, and return the paths of the files that changed since.

        Raises:
            BuildFailed: a hand-written page asks for what does not exist.
        """
        with self._lock:
            self._make_rest()
            rest, self._rest = self._rest, None
            return rest.changed if rest is not None else frozenset()

    def settle(self, path: str) -> None:
        """Make a file that was left for later, such as a list or an export, now that somebody asks for it."""
        rest = self._rest
        if rest is not None and (path in rest.wanted or path in self._static):
            return  # it is as it should be, and whoever makes the lists just now is not waited for
        with self._lock:
            with contextlib.suppress(BuildFailed):  # who edits is told by `finish`
                self._make_rest()
            if self._is_late and path in self._late and self._rendering is not None and self._site is not None:
                assessment = self._site.plain.assessment
                exports = {form.file_name: form.render(assessment) for form in FORMATS.values()}
                self._write(part for part in self._rendering.parts(exports) if part.late)
                self._is_late = False

    def _show(self, assessment: Assessment, *, restamp: bool = False, lists_later: bool = False) -> frozenset[str]:
        assert self._frame is not None
        restamp, self._stopped_half_way = restamp or self._stopped_half_way, True
        before, self._rest = self._rest, None
        if self._site is None:
            self._site = ObservedSite(assessment, self._settings, self._history(assessment.corpus))
            self._rendering = None
        elif assessment is not self._site.plain.assessment:
            self._site.renew(assessment)
        try:
            if self._rendering is None:
                self._rendering = Rendering(self._site, self._frame.shell, self._frame.pages, self._draw)
            names = {f"data/{form.file_name}" for form in FORMATS.values()}
            self._late = frozenset(
                names | {str(part.args[0]) for part in self._rendering.hand_written({}) if part.late}
            )
            self._is_late = True
            parts = tuple(self._rendering.parts())
            self._forget_all_but(parts)
            changed, made = self._write((part for part in parts if part.of_one), restamp=restamp)
        except FrameError as error:
            raise BuildFailed(f"{CONFIG}: {error}") from None
        self._stopped_half_way = False
        if before is not None:
            restamp = restamp or (before.restamp and bool(before.parts))
        lists = tuple(part for part in parts if not part.of_one)
        self._rest = _Rest(lists, made, before.changed if before is not None else frozenset(), restamp)
        return changed if lists_later else changed | self.finish()

    def _make_rest(self) -> None:
        """Make what lists many records, and delete the files of records that are gone."""
        rest = self._rest
        if rest is None or not rest.parts:
            return
        self._stopped_half_way = True
        try:
            changed, lists = self._write(iter(rest.parts), restamp=rest.restamp)
        except FrameError as error:
            raise BuildFailed(f"{CONFIG}: {error}") from None
        gone = frozenset(self._digests) - rest.wanted - _paths(lists) - self._late
        for path in gone:
            (self.folder / path).unlink(missing_ok=True)
            del self._digests[path]
        self._stopped_half_way = False
        self._rest = _Rest((), rest.made, rest.changed | changed | gone, restamp=False)

    def _forget_all_but(self, parts: tuple[Part, ...]) -> None:
        """Drop what was made of records that are gone."""
        assert self._site is not None
        now: frozenset[tuple[Hashable, ...]] = frozenset((part.make, *part.args) for part in parts)
        for make, *args in self._parts - now:
            self._site.recall.forget(make, *args)  # type: ignore[arg-type]  # the first of a part is what makes it
        self._parts = now

    def _write(self, parts: Iterator[Part], *, restamp: bool = False) -> tuple[frozenset[str], tuple[Files, ...]]:
        """Make parts that need it; returns the paths that changed, and the files of all parts."""
        assert self._site is not None
        assert self._rendering is not None
        changed: set[str] = set()
        made: list[Files] = []
        for part in parts:
            files, is_new = self._site.recall.page(part.make, *part.args)
            made.append(files)
            if is_new or restamp:
                for path, data in self._rendering.stamped(files):
                    if self._put(path, data):
                        changed.add(path)
        return frozenset(changed), tuple(made)

    def _put(self, path: str, data: bytes) -> bool:
        """Write a file as a whole, where it differs from what is there."""
        digest = hashlib.sha256(data).digest()
        if self._digests.get(path) == digest:
            return False
        target = self.folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        beside = target.with_name(f".{target.name[:60]}.new")
        beside.write_bytes(data)
        beside.replace(target)
        self._digests[path] = digest
        return True

    def _copy(self, fresh: Path, frame: Frame) -> frozenset[str]:
        """Take over what belongs to the hand-written pages: style, scripts, fonts, pictures."""
        found = {p.relative_to(fresh).as_posix() for p in fresh.rglob("*") if p.is_file()} - frame.pages.keys()
        changed = set()
        for path in sorted(found):
            target = self.folder / path
            if not target.is_file() or not filecmp.cmp(fresh / path, target, shallow=False):
                target.parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(fresh / path, target)
                changed.add(path)
        for path in self._static - found:
            (self.folder / path).unlink(missing_ok=True)
            changed.add(path)
        self._static = frozenset(found)
        return frozenset(changed)
