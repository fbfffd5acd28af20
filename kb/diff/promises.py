"""What a change may not do: delete an id, give it another meaning, or remove or rewrite a large part of the records."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from kb.diff.changes import ids_of, is_rewrite
from kb.diff.report import Problem, Reworded, short
from kb.load import Loaded

SHARE = 0.1
"""Share of the records that one change may remove or rewrite."""
WITHDRAW = 'put the file back and run: kb withdraw {} --why "..."'


def broken(
    base: Loaded, head: Loaded, reworded: Iterable[Reworded] = (), tip: Loaded | None = None
) -> tuple[Problem, ...]:
    """Promises that a change breaks.

    Args:
        base: the records that the change starts from.
        head: the records after it.
        reworded: claims and undercuts whose words differ.
        tip: the records as they are meanwhile, where others have changed them since ``base``.
    """
    gone = _gone(base, head)
    found = [_removed(base, id) for id in gone]
    found += _other_kind(base, head)
    found += [_turned(one) for one in reworded if one.turned]
    found += _too_much(base, head, gone)
    if tip is not None:
        found += _taken(base, head, tip)
    return tuple(found)


def _gone(base: Loaded, head: Loaded) -> list[str]:
    """Ids that lead nowhere any more."""
    return sorted(ids_of(base) - ids_of(head) - set(head.corpus.aliases))


def _removed(base: Loaded, id: str) -> Problem:
    entry = base.corpus.entries.get(id)
    hint = f"{WITHDRAW.format(id)}; if it has another name now, list the old one there: aliases: [{id}]"
    place = entry.path if entry is not None else base.corpus.root
    message = f"the record {id} is deleted; a published id never vanishes"
    return Problem(place=short(place), code="removed-id", message=short(message, 1_500), hint=short(hint, 1_500))


def _turned(one: Reworded) -> Problem:
    """An id whose words now say something else."""
    message = f"{one.id} no longer says what was judged: {one.turned}; an id keeps its meaning"
    hint = (
        "keep the old words and give the new statement an id of its own; where the old one no longer holds, run: "
        f'kb withdraw {one.id} --why "..."'
    )
    return Problem(place=one.place, code="changed-meaning", message=short(message, 1_500), hint=short(hint, 1_500))


def _other_kind(base: Loaded, head: Loaded) -> Iterator[Problem]:
    """An id that stands for a record of another kind."""
    for id, before in base.corpus.entries.items():
        after = head.corpus.find(id)
        if after is not None and after.kind is not before.kind:
            message = f"{id} was a record of kind {before.kind} and is one of kind {after.kind}; ids keep their meaning"
            hint = f'choose a new file name for the new record, and withdraw the old one: kb withdraw {id} --why "..."'
            yield Problem(place=short(after.path), code="reused-id", message=message, hint=hint)


def _too_much(base: Loaded, head: Loaded, gone: list[str]) -> Iterator[Problem]:
    """More than a tenth of the records removed or rewritten; a single record is never too much."""
    rewritten = [
        id
        for id, before in base.corpus.entries.items()
        if (after := head.corpus.entries.get(id)) is not None and is_rewrite(before, after)
    ]
    total, touched = len(ids_of(base)), len(gone) + len(rewritten)
    if touched > 1 and touched > SHARE * total:
        message = (
            f"{len(gone)} of {total} records are removed and {len(rewritten)} rewritten: {touched / total:.0%}, "
            f"and one change may touch {SHARE:.0%}"
        )
        hint = 'split it into smaller changes; records that no longer hold are withdrawn: kb withdraw ID --why "..."'
        yield Problem(place=short(head.corpus.root), code="rewritten-records", message=message, hint=hint)


def _taken(base: Loaded, head: Loaded, tip: Loaded) -> Iterator[Problem]:
    """Ids that this change and somebody else's have both chosen since they parted."""
    new = ids_of(head) - ids_of(base)
    for id in sorted(new & (ids_of(tip) - ids_of(base))):
        ours, theirs = head.corpus.entries.get(id), tip.corpus.entries.get(id)
        if ours is not None and theirs is not None and ours.digest == theirs.digest and ours.topic == theirs.topic:
            continue
        what = f"for {theirs.kind} “{short(theirs.title, 80)}” in {theirs.topic}/" if theirs is not None else ""
        message = f"the id {id} has meanwhile been chosen by somebody else {what}".rstrip()
        hint = f"rename your file, for example {id}-2.yaml; if both say the same, keep theirs and delete yours"
        place = ours.path if ours is not None else f"{head.corpus.root}/…/{id}.yaml"
        yield Problem(place=short(place), code="id-taken", message=short(message, 1_500), hint=short(hint, 1_500))
