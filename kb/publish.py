"""Writing what the pure part of the program made: the old bytes or the new ones, never half.

A file is replaced by a rename.  The site is built in a fresh folder beside the target, flushed, and exchanged for it in
one step; one lock keeps a second build out.
"""

from __future__ import annotations

import contextlib
import ctypes
import datetime
import errno
import fcntl
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from kb.engine import Assessment
from kb.errors import KbError, Unavailable
from kb.export import FORMATS
from kb.export.data import version
from kb.frame import CONFIG, BuildFailed, Frame, render_frame
from kb.pages import FrameError, Settings, preview, workers
from kb.pages.build import Rendering
from kb.pages.preview import Draw
from kb.pages.site import Site
from kb.pages.workers import Export
from kb.timeline import Timeline

OURS = Path("assets/kb.css")
"""A file that every built site has: a folder without it is not replaced."""
FONTS = Path("assets/fonts")
PICTURES = Path(".kb-cache/previews")
PNG_START, PNG_END = b"\x89PNG\r\n\x1a\n", b"IEND\xaeB`\x82"
RENAME_EXCHANGE = 2


class Busy(KbError):
    """Another build of the same site is running."""

    exit_code = 75


@dataclass(frozen=True)
class Built:
    """A finished build.

    Attributes:
        path: the site's folder.
        pages: HTML pages.
        files: all files.
        size: bytes of all files.
    """

    path: Path
    pages: int
    files: int
    size: int

    @property
    def index(self) -> Path:
        """The page to open first."""
        return self.path / "index.html"


def write_atomic(path: str | Path, data: bytes) -> None:
    """Replace a file as a whole: written beside it, flushed to disk, then renamed over it.

    A device or pipe is written to as it is, since it cannot be replaced.

    Raises:
        OSError: the file cannot be written (74 on the command line); the old one is intact.
    """
    target = Path(path).resolve()
    if target.exists() and not target.is_file() and not target.is_dir():
        with target.open("wb") as stream:
            stream.write(data)
        return
    umask = os.umask(0)
    os.umask(umask)
    fd, temporary = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name[:60]}.")
    try:
        with os.fdopen(fd, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
            os.fchmod(file.fileno(), 0o666 & ~umask)
        Path(temporary).replace(target)
    except BaseException:
        with contextlib.suppress(OSError):
            Path(temporary).unlink()
        raise


def build_site(
    assessment: Assessment,
    project: str | Path = ".",
    target: str | Path = "site/public",
    exports: Mapping[str, Export] | None = None,
    changed_at: int | None = None,
    history: Timeline | None = None,
    frame: Callable[[Path], Frame] | None = None,
) -> Built:
    """Render the frame and all pages, and put them in place of the old site.

    Args:
        assessment: records with their credences.
        project: the folder with ``mkdocs.yml``.
        target: the site's folder, relative to the working directory; its parent is made.
        exports: file name to content, or to what makes it, written to ``data/``.
        changed_at: seconds since 1970 of the last change, shown on pages; default: ``SOURCE_DATE_EPOCH``, or none.
        history: what changed before, for the pages and feeds of changes.
        frame: puts the frame into a folder, where it is being made already.

    Raises:
        Busy: another build is running.
        BuildFailed: the frame could not be rendered.
        Unavailable: there is no ``mkdocs.yml``, or ``target`` is a folder that is not a site.
        OSError: something could not be written (disk full); the old site is intact.
    """
    config = config_of(project)
    goal = Path(target).resolve()
    _refuse_foreign(goal)
    goal.parent.mkdir(parents=True, exist_ok=True)
    moment = changed_at if changed_at is not None else epoch()
    settings = settings_of(config, moment)
    with _lock(goal.parent), _fresh(goal) as fresh:
        made = frame(fresh) if frame is not None else render_frame(config, fresh, moment)
        draw = artist(fresh / FONTS, config.parent / PICTURES)
        try:
            rendering = Rendering(Site(assessment, settings, history), made.shell, made.pages, draw)
            workers.make(rendering, exports or {}, lambda path, data: _write(f"{fresh}/{path}", data))
        except FrameError as error:
            raise BuildFailed(f"{CONFIG}: {error}") from None
        _flush(fresh)
        built = _count(fresh, goal)
        _exchange(fresh, goal)
    return built


def config_of(project: str | Path) -> Path:
    """The settings of the site in a project's folder.

    Raises:
        Unavailable: there are none.
    """
    config = Path(project).resolve() / CONFIG
    if not config.is_file():
        raise Unavailable(f"{config} does not exist; run this in the project's folder")
    return config


def artist(fonts: Path, kept: Path) -> Draw:
    """Draws pictures for link previews with the site's fonts, each once: it is kept by the digest of what it shows.

    Args:
        fonts: folder of the fonts.
        kept: folder of the pictures; one that cannot be read or written costs time, not the picture.
    """
    loaded = {path.name: path.read_bytes() for path in sorted(fonts.glob("*.woff2"))}

    def draw(picture: preview.Preview) -> bytes:
        path = kept / f"{picture.digest(loaded)}.png"
        with contextlib.suppress(OSError):
            found = path.read_bytes()
            if found.startswith(PNG_START) and found.endswith(PNG_END):
                return found
        made = preview.draw(picture, loaded)
        with contextlib.suppress(OSError):
            kept.mkdir(parents=True, exist_ok=True)
            write_atomic(path, made)
        return made

    return draw


def epoch() -> int | None:
    """``SOURCE_DATE_EPOCH`` of the environment."""
    text = os.environ.get("SOURCE_DATE_EPOCH", "")
    return int(text) if text.isdigit() else None


def settings_of(config: Path, moment: int | None) -> Settings:
    """What the pages need to know of ``mkdocs.yml``; an address that is not set stays unknown."""
    try:
        data: Any = yaml.safe_load(config.read_text("utf-8"))
    except yaml.YAMLError as error:
        raise BuildFailed(f"{CONFIG} cannot be read: {str(error).splitlines()[0]}") from None
    extra = data.get("extra") or {}
    day = None
    if moment is not None:
        day = datetime.datetime.fromtimestamp(moment, datetime.UTC).date().isoformat()
    return Settings(
        name=str(data.get("site_name", "Counterpoise")),
        site_url=data.get("site_url") or None,
        repository=extra.get("repository") or None,
        branch=str(extra.get("branch", "main")),
        revised=day,
        version=version(),
        exports={f.file_name: f.says for f in FORMATS.values()},
    )


def _refuse_foreign(goal: Path) -> None:
    """Refuse to replace a folder that holds something else than a site of ours."""
    if goal.exists() and not goal.is_dir():
        raise Unavailable(f"{goal} is not a folder; choose another place for the site")
    if goal.is_dir() and any(goal.iterdir()) and not (goal / OURS).is_file():
        raise Unavailable(f"{goal} holds files that are not a site built here; choose another folder, or empty it")


@contextlib.contextmanager
def _lock(folder: Path) -> Iterator[None]:
    """Hold the one lock of a folder; it ends with the process, so a crash leaves none behind.

    Raises:
        Busy: somebody else holds it.
    """
    fd = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        try:
            fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            if error.errno in (errno.EWOULDBLOCK, errno.EACCES):
                raise Busy(f"another build is writing to {folder}; wait until it has ended") from None
            raise
        yield
    finally:
        os.close(fd)


@contextlib.contextmanager
def _fresh(goal: Path) -> Iterator[Path]:
    """A new folder beside the target; whatever is in it at the end is deleted, as are leftovers of a crash."""
    prefix = f"{goal.name}.new-"
    for stale in sorted(goal.parent.glob(f"{prefix}*")):
        _remove(stale)
    made = Path(tempfile.mkdtemp(prefix=prefix, dir=goal.parent))
    umask = os.umask(0)
    os.umask(umask)
    made.chmod(0o777 & ~umask)
    try:
        yield made
    finally:
        _remove(made)


def _remove(path: Path) -> None:
    """Delete a file or a folder, if it is there."""
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path, ignore_errors=True)
    else:
        path.unlink(missing_ok=True)


def _write(path: str, data: bytes) -> None:
    """Write a file of the fresh folder; there are tens of thousands, so each takes the short way."""
    flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC
    try:
        fd = os.open(path, flags, 0o666)
    except FileNotFoundError:  # the first file of its folder
        Path(path).parent.mkdir(parents=True, exist_ok=True)
        fd = os.open(path, flags, 0o666)
    try:
        rest = memoryview(data)
        while rest:
            rest = rest[os.write(fd, rest) :]
    finally:
        os.close(fd)


def _flush(folder: Path) -> None:
    """Bring the folder's file system to disk, so that the exchange never shows empty files after a crash.

    Raises:
        OSError: the file system could not take the data.
    """
    fd = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        libc = ctypes.CDLL(None, use_errno=True)
        if not hasattr(libc, "syncfs"):
            os.sync()
        elif libc.syncfs(fd) != 0:
            number = ctypes.get_errno()
            raise OSError(number, os.strerror(number), str(folder))
    finally:
        os.close(fd)


def _count(folder: Path, goal: Path) -> Built:
    """How much was built."""
    pages = files = size = 0
    folders = [os.fspath(folder)]
    while folders:
        with os.scandir(folders.pop()) as found:
            for one in found:
                if one.is_dir(follow_symlinks=False):
                    folders.append(one.path)
                elif one.is_file():
                    pages += one.name.endswith(".html")
                    files += 1
                    size += one.stat().st_size
    return Built(goal, pages, files, size)


def _exchange(fresh: Path, goal: Path) -> None:
    """Put ``fresh`` in the place of ``goal`` in one step, leaving the old site at ``fresh`` to be deleted.

    Where the system cannot exchange two folders, the old one is moved aside first, and put back if that fails.
    """
    if not goal.exists():
        fresh.rename(goal)
        return
    if _renameat2(fresh, goal):
        return
    aside = goal.with_name(f"{goal.name}.new-old")
    goal.rename(aside)
    try:
        fresh.rename(goal)
    except BaseException:
        aside.rename(goal)
        raise
    _remove(aside)


def _renameat2(a: Path, b: Path) -> bool:
    """Exchange two folders atomically; false where the system or the file system has no such call.

    Raises:
        OSError: the call exists and failed.
    """
    libc = ctypes.CDLL(None, use_errno=True)
    if not hasattr(libc, "renameat2"):
        return False
    at_fdcwd = -100
    if libc.renameat2(at_fdcwd, os.fsencode(a), at_fdcwd, os.fsencode(b), RENAME_EXCHANGE) == 0:
        return True
    number = ctypes.get_errno()
    if number in (errno.ENOSYS, errno.EINVAL, errno.ENOTSUP):
        return False
    raise OSError(number, os.strerror(number), str(b))
