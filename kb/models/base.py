"""What every record shares: strict base model, bounded strings, anchors, passages, status.

Kinds live in ``kinds``, weights in ``weights``.  Models hold what the file says; defaults that need other records
(a root's reliability, an answer's prior) are resolved by the corpus and the graph.
"""

from __future__ import annotations

import datetime
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from kb import vocab

ID_PATTERN = r"^[a-z0-9]+(-[a-z0-9]+)*$"


def _calendar(text: str) -> str:
    """Refuse dates that no calendar has."""
    parts = [int(p) for p in text.split("-")]
    try:
        datetime.date(*[*parts, 1, 1][:3])
    except ValueError as error:
        raise ValueError(f"{text} is not a date ({error}): write a date of the calendar as YYYY-MM-DD") from None
    return text


Id = Annotated[str, Field(pattern=ID_PATTERN, max_length=80)]
Title = Annotated[str, Field(min_length=3, max_length=120)]
Prose = Annotated[str, Field(min_length=3, max_length=600)]
Notes = Annotated[str, Field(min_length=1, max_length=20_000)]
Why = Annotated[str, Field(min_length=10, max_length=1_000)]
Short = Annotated[str, Field(min_length=1, max_length=200)]
Url = Annotated[str, Field(pattern=r"^https?://[^\s<>\"{}|\\^`]+$", max_length=500)]
Day = Annotated[str, Field(pattern=r"^\d{4}-\d{2}-\d{2}$"), AfterValidator(_calendar)]
PartialDate = Annotated[str, Field(pattern=r"^\d{4}(-\d{2}(-\d{2})?)?$"), AfterValidator(_calendar)]
Probability = Annotated[float, Field(gt=0, lt=1)]
OpenProbability = Annotated[float, Field(ge=1e-6, le=1 - 1e-6)]


class Model(BaseModel):
    """Strict, closed and frozen: a key that is not listed is an error, and nothing is converted silently."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True, allow_inf_nan=False, str_max_length=20_000)


class Anchor(Model):
    """The first and last few words of a passage; a passage under 16 words gives ``start`` alone."""

    start: Annotated[str, Field(max_length=160)] = Field(
        title="First words", description="The first 3 to 8 words of the passage, exactly as the source has them."
    )
    end: Annotated[str, Field(max_length=160)] | None = Field(
        None, title="Last words", description="The last 3 to 8 words of the passage; left out under 16 words."
    )
    digest: Annotated[str, Field(pattern=r"^[0-9a-f]{16}$")] | None = Field(
        None, title="Digest", description="Digest of the normalised passage, filled by `kb anchor`; never asked of you."
    )


class Passage(Model):
    """Where a source says it."""

    source: Id = Field(title="Source", description="Id of the source record.")
    anchor: Anchor | None = Field(None, title="Anchor", description="First and last words of the passage.")
    locator: Short | None = Field(
        None, title="Locator", description="Page, section, table or time stamp, e.g. `Table 2`."
    )
    no_anchor: Why | None = Field(
        None,
        title="Why there is no anchor",
        description="Needed when no anchor is given, e.g. the text was not available.",
    )


Passages = Annotated[tuple[Passage, ...], Field(max_length=20)]


class Status(Model):
    """The editors' word about a record."""

    state: vocab.State = Field(title="State", description="active, withdrawn, superseded or merged.")
    since: Day | None = Field(None, title="Since", description="Date of the change, YYYY-MM-DD.")
    why: Why | None = Field(None, title="Why", description="Why the state is not active.")
    by: Id | None = Field(
        None, title="Replaced by", description="The record that supersedes it or that it was merged into."
    )


class Record(Model):
    """Fields that every kind shares."""

    id: Id | None = Field(None, title="Id", description="Optional; must equal the file's name without `.yaml`.")
    summary: Prose | None = Field(None, title="Summary", description="Two sentences for a reader in a hurry.")
    notes: Notes | None = Field(None, title="Notes", description="Editors' notes, Markdown.")
    added: Day | None = Field(None, title="Added", description="Date on which the record was added, YYYY-MM-DD.")
    status: Status | None = Field(None, title="Status", description="Only when the record is no longer active.")
    aliases: Annotated[tuple[Id, ...], Field(max_length=20)] = Field(
        (), title="Aliases", description="Old ids that should still lead here."
    )

    @property
    def active(self) -> bool:
        """Whether the record is in force."""
        return self.status is None or self.status.state is vocab.State.ACTIVE

    def get(self, name: str, default: Any = None) -> Any:
        """A field's value, or ``default`` where this kind has no such field."""
        return getattr(self, name, default)
