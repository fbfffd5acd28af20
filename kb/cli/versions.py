"""States of the records for sub-commands that compare them: a folder, or a revision that git keeps."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from kb import git
from kb.cli.shell import CLAIMS, assess_checked, claims_folder
from kb.corpus import Entry
from kb.errors import Finding, Unavailable
from kb.load import Loaded, load, load_files, read_record
from kb.text import MAX_BYTES

if TYPE_CHECKING:
    from kb.engine import Assessment

_DAY = re.compile(r"\d{4}-\d{2}-\d{2}\Z")


@dataclass(frozen=True)
class Place:
    """Where the records lie in a repository.

    Attributes:
        folder: a folder inside the repository, to run git in.
        under: path of the records from the top of the repository, e.g. ``claims/``.
        shown: what paths in messages start with.
    """

    folder: Path
    under: str
    shown: str


@dataclass(frozen=True)
class Version:
    """One state of the records, read and checked; ``commit`` is ``None`` for a folder."""

    name: str
    loaded: Loaded
    findings: tuple[Finding, ...]
    commit: str | None = None


def place(claims: Path | None) -> Place:
    """Where git finds the records: the folder that is read otherwise, or ``claims/`` of a bare repository.

    Raises:
        Unavailable: there is no repository here.
    """
    if claims is None and git.is_bare("."):
        return Place(Path(), f"{CLAIMS}/", CLAIMS)
    folder = claims_folder(claims)
    git.needs_repository(folder)
    under = git.prefix(folder)
    if under is None:
        raise Unavailable(f"{folder} is not in the work tree of a git repository; name two folders instead")
    return Place(folder, under, folder.as_posix())


def commit(where: Place, revision: str) -> str:
    """The commit that a revision names.

    Raises:
        Unavailable: there is none.
    """
    found = git.commit_of(where.folder, revision)
    if found is None:
        raise Unavailable(
            f"{revision[:80]!r} is neither a folder nor a revision of this repository; "
            "name a branch, a tag, a commit (git log --oneline lists them) or a folder of records"
        )
    return found


def stored(where: Place, id: str) -> Loaded:
    """The records at a commit."""
    files = git.files_at(where.folder, id, where.under)
    plain = [file for file in files if file.mode in git.PLAIN]
    held = dict(git.contents(where.folder, (file.blob for file in plain), MAX_BYTES + 1))
    return load_files(((f.path, held[f.blob] if f.mode in git.PLAIN else None) for f in files), where.shown)


def one_stored(where: Place, id: str, record: str) -> Entry | None:
    """One record at a commit, by its id or an alias; reads the others only where no file has this name."""
    for file in git.files_at(where.folder, id, where.under):
        path = PurePosixPath(file.path)
        if path.stem == record and len(path.parts) == 2 and file.mode in git.PLAIN:
            ((_, raw),) = git.contents(where.folder, [file.blob], MAX_BYTES + 1)
            entry = read_record(raw, f"{where.shown}/{file.path}", path.parts[0], mend=False).entry
            if entry is not None:
                return entry
    return stored(where, id).corpus.find(record)


def at_commit(where: Place, id: str, name: str) -> Version:
    """The records at a commit, checked."""
    from kb.rules import check_loaded

    loaded = stored(where, id)
    return Version(name, loaded, check_loaded(loaded), id)


def assessed_as_of(claims: Path | None, when: str) -> Assessment:
    """The records of a day or a revision with their credences, computed with the engine of today.

    Args:
        claims: folder of the records, as for every command.
        when: YYYY-MM-DD (the last commit of that day, UTC, or before it), or a revision.

    Raises:
        Unavailable: there is no such state.
        InvalidCorpus: the records had errors then.
    """
    where = place(claims)
    if _DAY.match(when):
        found = git.commit_before(where.folder, when)
        if found is None:
            raise Unavailable(f"there is no commit up to {when}; git log --format=%cs lists the days")
    else:
        found = commit(where, when)
    version = at_commit(where, found, when)
    if not version.loaded.corpus.entries and not version.findings:
        raise Unavailable(f"there were no records in {where.under or 'the repository'} at {when}")
    return assess_checked(version.loaded, version.findings)


def files_of(version: Version, where: Place | None) -> Callable[[str], bytes | None]:
    """A way to a version's files, by their paths in messages.

    Args:
        version: the records.
        where: the repository, for a version that git keeps.
    """
    if version.commit is None or where is None:
        known = {entry.path for entry in version.loaded.corpus}
        return lambda path: Path(path).read_bytes() if path in known else None
    blobs = {
        f"{where.shown}/{file.path}": file.blob
        for file in git.files_at(where.folder, version.commit, where.under)
        if file.mode in git.PLAIN and file.size <= MAX_BYTES
    }

    def stored_file(path: str) -> bytes | None:
        blob = blobs.get(path)
        return next(raw for _, raw in git.contents(where.folder, [blob], MAX_BYTES)) if blob is not None else None

    return stored_file


def in_folder(folder: Path) -> Version:
    """The records of a folder, checked; of a project's folder those in its ``claims/``.

    Raises:
        Unavailable: the folder is a link, which a hostile branch could point anywhere.
    """
    from kb.rules import check_loaded

    if (folder / CLAIMS).is_dir() and not any(folder.glob("*/_topic.yaml")):
        folder = folder / CLAIMS
    if folder.is_symlink():
        raise Unavailable(f"{folder} is a symbolic link; name the folder that it leads to")
    loaded = load(folder)
    return Version(folder.as_posix(), loaded, check_loaded(loaded))
