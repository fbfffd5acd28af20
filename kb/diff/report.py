"""What a comparison of two states of the records found, as bounded data: printed, written as JSON and read back.

A report that comes from elsewhere is untrusted: every text and list has a limit, and nothing unknown is taken.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from kb.errors import KbError

MOST = 2_000
"""Entries of a list at most; counts beside the lists are of everything."""
MAX_REPORT = 4 * 1024 * 1024
"""Bytes of a report that is read back."""

Name = Annotated[str, Field(max_length=300)]
Line = Annotated[str, Field(max_length=1_500)]
Chance = Annotated[float, Field(gt=0, lt=1)]
Count = Annotated[int, Field(ge=0, le=10_000_000)]
Share = Annotated[float, Field(ge=0, le=1)]
Nats = Annotated[float, Field(ge=-100, le=100)]
Names = Annotated[tuple[Name, ...], Field(max_length=200)]
What = Literal["added", "removed", "changed", "moved", "withdrawn", "restored", "unreadable"]


class BadReport(KbError):
    """A report that was read back is not one."""


class _Data(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


class Felt(_Data):
    """What a change does to one claim, in nats."""

    claim: Name
    weight: Nats


class RecordChange(_Data):
    """One record that differs.

    Attributes:
        what: what happened to it.
        details: the change, field by field, in words.
        moves: how many claims the change moves, the other changes given; ``None`` when that was not worked out.
        most: those that it moves most, largest first.
        note: why it moves nothing, where that is known.
    """

    id: Name
    kind: Name
    title: Name
    path: Name
    what: What
    details: Annotated[tuple[Line, ...], Field(max_length=200)] = ()
    moves: Count | None = None
    most: Annotated[tuple[Felt, ...], Field(max_length=10)] = ()
    note: Line = ""


class Words(_Data):
    """One field of a claim before and after."""

    field: Name
    before: Line
    after: Line


class Reworded(_Data):
    """A claim or undercut whose words differ, and what was judged against the old ones.

    Attributes:
        place: path, line and column of the first field that differs.
        items, reasons, positions: how many items of evidence, links to and from it, and positions it had.
        words: title, text and scope, where they differ.
        turned: why it seems to say something else now; empty where it does not.
    """

    id: Name
    kind: Name
    place: Name
    items: Count
    reasons: Count
    positions: Count
    words: Annotated[tuple[Words, ...], Field(min_length=1, max_length=3)]
    turned: Line = ""


class LinkEffect(_Data):
    """How an item of evidence bears on a claim, where the item or the link is new, differs or is gone.

    Attributes:
        says: stance and strength, or the likelihoods.
        why: the reason that the record gives.
        design: how the finding came about.
        reliability: of the item, 0 to 1.
        root, root_reliability: the source that vouches for it, and how far that is trusted, 0 to 1.
        before, after: what the item does to the claim, all else given, in nats; ``None`` where there is no such link
            in force.
    """

    item: Name
    title: Name
    claim: Name
    claim_title: Name
    says: Line
    why: Line
    design: Name
    reliability: Share
    root: Name
    root_reliability: Share | None
    before: Nats | None
    after: Nats | None


class CredenceMove(_Data):
    """A claim whose credence differs.

    Attributes:
        before, after: credence; ``None`` where it is not assessed or not there.
        weight: difference of log odds, in nats; of a claim that is only on one side, from its base rate.
        path: ids from the change that does most of it up to the claim.
    """

    claim: Name
    title: Name
    before: Chance | None
    after: Chance | None
    weight: Nats
    path: Names = ()


class LeadingAnswer(_Data):
    """A question with another leading answer; ``None`` where no answer is assessed."""

    question: Name
    title: Name
    before: Name | None
    after: Name | None
    before_title: Name = ""
    after_title: Name = ""


class CruxChange(_Data):
    """A claim that enters or leaves the five that another claim turns on most, because its own value has changed.

    Attributes:
        new: whether it enters.
        before, after: the largest change of the other claim's credence when the crux is settled, 0 to 1.
    """

    claim: Name
    title: Name
    crux: Name
    crux_title: Name
    new: bool
    before: Share
    after: Share


class SharedItem(_Data):
    """A new item that does not count as independent.

    Attributes:
        with_: the items or roots that it is counted with.
        how: in words, why they are one voice.
        stated: weight as stated, in nats.
        adds: what it adds to the claim now, in nats.
    """

    item: Name
    claim: Name
    with_: Names
    how: Line
    stated: Nats
    adds: Nats


class SharedRow(_Data):
    """A claim at which more, or less, is taken off because evidence reaches it by several routes; in nats."""

    claim: Name
    title: Name
    before: Nats
    after: Nats


class Problem(_Data):
    """A promise that the change breaks, or a fault in the records."""

    place: Name
    code: Name
    message: Line
    hint: Line


class Diff(_Data):
    """Two states of the records compared.

    Attributes:
        base, head: their names.
        records: how many there are before and after.
        changes: every record that differs, by id.
        computed: whether credences could be compared.
        reworded: claims and undercuts that something was judged against and whose words differ.
        moves: claims that move, largest first.
        links: what new and changed links of evidence do, largest first.
        broken: promises that the change breaks.
        faults: errors in the records of the head.
        notes: what else to know.
    """

    base: Name
    head: Name
    records: tuple[Count, Count]
    changes: Annotated[tuple[RecordChange, ...], Field(max_length=MOST)] = ()
    changed: Count = 0
    computed: bool = False
    reworded: Annotated[tuple[Reworded, ...], Field(max_length=MOST)] = ()
    moves: Annotated[tuple[CredenceMove, ...], Field(max_length=MOST)] = ()
    moved: Count = 0
    links: Annotated[tuple[LinkEffect, ...], Field(max_length=MOST)] = ()
    leading: Annotated[tuple[LeadingAnswer, ...], Field(max_length=MOST)] = ()
    cruxes: Annotated[tuple[CruxChange, ...], Field(max_length=MOST)] = ()
    shared: Annotated[tuple[SharedItem, ...], Field(max_length=MOST)] = ()
    rows: Annotated[tuple[SharedRow, ...], Field(max_length=MOST)] = ()
    anchors: Annotated[tuple[Problem, ...], Field(max_length=MOST)] = ()
    broken: Annotated[tuple[Problem, ...], Field(max_length=MOST)] = ()
    faults: Annotated[tuple[Problem, ...], Field(max_length=MOST)] = ()
    notes: Annotated[tuple[Line, ...], Field(max_length=20)] = ()

    @property
    def failed(self) -> bool:
        """Whether the change may not go in as it is."""
        return bool(self.broken or self.faults)


def read_report(data: bytes) -> Diff:
    """A report from its JSON.

    Raises:
        BadReport: it is too large, no JSON, or holds something that a report does not hold.
    """
    if len(data) > MAX_REPORT:
        raise BadReport(f"the report has more than {MAX_REPORT} bytes; make it anew: kb diff BASE HEAD --json")
    try:
        return Diff.model_validate_json(data)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        where = ".".join(str(step) for step in first["loc"])[:80] or "the file"
        raise BadReport(
            f"this is not a report of kb diff: {where}: {first['msg'][:120]}; make it anew: kb diff BASE HEAD --json"
        ) from None


def short(text: str, most: int = 300) -> str:
    """Text on one line, cut where it is longer than a report's field takes."""
    one = " ".join(text.split())
    return one if len(one) <= most else f"{one[: most - 1].rstrip()}…"
