"""Two states of the records compared: what was changed, what it does to the credences, what it must not do."""

from __future__ import annotations

from kb.anchors import check_anchors
from kb.diff.changes import ids_of, record_changes, topic_changes
from kb.diff.effects import effects
from kb.diff.form import Raw, form_note
from kb.diff.markdown import markdown
from kb.diff.meaning import reworded
from kb.diff.promises import broken
from kb.diff.report import MOST, BadReport, Diff, Problem, RecordChange, read_report, short
from kb.diff.text import text
from kb.engine import assess
from kb.errors import Finding, Level
from kb.load import Loaded

MOST_REWORDED = 500
"""Rewordings that are listed, those that turn a claim around first: each holds the old and the new words."""

__all__ = ["BadReport", "Diff", "compare", "markdown", "read_report", "text"]


def compare(
    base: Loaded,
    head: Loaded,
    *,
    names: tuple[str, str] = ("base", "head"),
    base_findings: tuple[Finding, ...] = (),
    head_findings: tuple[Finding, ...] = (),
    tip: Loaded | None = None,
    snapshots: str | None = None,
    raw: Raw | None = None,
) -> Diff:
    """Compare two states of the records.

    Args:
        base: the records before.
        head: the records after.
        names: what to call the two.
        base_findings, head_findings: what is wrong with them; credences are compared where neither has errors.
        tip: the records that others have made of ``base`` meanwhile, to find ids that both have chosen.
        snapshots: folder of stored copies; anchors of what was changed are looked up there.
        raw: gives the files after the change; those not in canonical form are noted.
    """
    changes = record_changes(base, head)
    faults = tuple(_problem(f) for f in head_findings if f.level is Level.ERROR)
    notes = list(topic_changes(base.corpus, head.corpus))[:10]
    odd = form_note(changes, raw, head.corpus.root) if raw is not None else None
    notes += [short(odd, 1_500)] if odd is not None else []
    words = reworded(base.corpus, head.corpus)
    diff = Diff(
        base=short(names[0]),
        head=short(names[1]),
        records=(len(ids_of(base)), len(ids_of(head))),
        changes=changes[:MOST],
        changed=len(changes),
        reworded=words[:MOST_REWORDED],
        broken=broken(base, head, words, tip)[:MOST],
        faults=faults[:MOST],
        anchors=_anchors(head, changes, snapshots)[:MOST] if snapshots is not None else (),
    )
    if faults:
        notes.append("credences are not compared: the records after the change have errors")
        return diff.model_copy(update={"notes": tuple(notes)})
    if any(f.level is Level.ERROR for f in base_findings):
        notes.append("credences are not compared: the records before the change have errors")
        return diff.model_copy(update={"notes": tuple(notes)})
    before, after = (assess(loaded.corpus, intervals=False) for loaded in (base, head))
    found = effects(before, after, changes)
    judged = {one.id for one in words}
    return diff.model_copy(
        update={
            "changes": tuple(_looked_at(change, judged) for change in found.changes[:MOST]),
            "computed": True,
            "moves": found.moves,
            "links": found.links,
            "moved": len(found.moves),
            "leading": found.leading,
            "cruxes": found.cruxes,
            "shared": found.shared,
            "rows": found.rows,
            "notes": (*notes, *found.notes),
        }
    )


def _looked_at(change: RecordChange, reworded: set[str]) -> RecordChange:
    """No claim's new words go by as mere wording where something was judged against the old ones."""
    if change.moves != 0 or change.id not in reworded:
        return change
    return change.model_copy(update={"note": "what was judged against its old words now stands under the new ones"})


def _problem(finding: Finding) -> Problem:
    return Problem(
        place=short(f"{finding.path}:{finding.line}:{finding.col}"),
        code=short(finding.code),
        message=short(finding.message, 1_500),
        hint=short(finding.hint, 1_500),
    )


def _anchors(head: Loaded, changes: tuple[RecordChange, ...], snapshots: str) -> tuple[Problem, ...]:
    """Anchors that do not match, of the records that changed and of those that cite a changed source."""
    touched = {change.id for change in changes}
    for id in sorted(touched):
        touched.update(head.corpus.cited_in.get(id, ()))
    found = [r.finding() for r in check_anchors(head.corpus, snapshots) if r.record in touched]
    return tuple(_problem(f) for f in found if f is not None)
