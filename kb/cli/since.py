"""What has changed since a revision, and the records that it touches.  No command lives here."""

from __future__ import annotations

import hashlib
from pathlib import Path

from kb import git
from kb.corpus import Corpus
from kb.errors import KbError
from kb.rules._base import references


def changed_since(root: str, revision: str) -> tuple[frozenset[str], frozenset[str]]:
    """Records' files that differ from a revision, and the ids of those that are gone.

    A branch is compared with where it left the revision, so that what others did there since does not count.

    Args:
        root: folder of the records, as the user named it.
        revision: a branch, tag or commit.

    Raises:
        KbError: git is missing, or knows no such revision.
    """
    git.needs_repository(root)
    commit = git.commit_of(root, revision)
    if commit is None:
        hint = (
            "in a clone without history: git fetch --unshallow"
            if git.is_shallow(root)
            else "see git log and git branch"
        )
        raise KbError(f"git knows no revision {revision[:60]!r}; {hint}")
    head = git.commit_of(root, "HEAD")
    base = (git.merge_base(root, head, commit) if head is not None else None) or commit
    then = {stored.path: stored.blob for stored in git.files_at(root, base, git.prefix(root) or "")}
    now = {path.relative_to(root).as_posix(): path for path in Path(root).glob("*/*.yaml") if not path.is_symlink()}
    changed = {name for name, path in now.items() if then.get(name) != _blob(path, then.get(name, ""))}
    ids = {Path(name).stem for name in now}
    gone = {Path(name).stem for name in then if name not in now and name.endswith(".yaml")} - ids
    return frozenset(f"{root}/{name}" for name in changed), frozenset(gone)


def _blob(path: Path, like: str) -> str:
    """Git's name for a file's content."""
    raw = path.read_bytes()
    return hashlib.new("sha256" if len(like) == 64 else "sha1", b"blob %d\0" % len(raw) + raw).hexdigest()


def touched(corpus: Corpus, changed: frozenset[str], gone: frozenset[str]) -> frozenset[str]:
    """Files that changed, those of the records that they name, and those that name them or what is gone."""
    ids = {entry.id for entry in corpus if entry.path in changed}
    names = {alias for id in ids for alias in corpus[id].record.aliases} | ids | gone
    found = set(changed)
    for ref in references(corpus):
        if ref.id in names:
            found.add(ref.entry.path)
        elif ref.entry.id in ids:
            named = corpus.find(ref.id)
            found |= {named.path} if named is not None else set()
    return frozenset(found)
