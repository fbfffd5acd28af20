"""The story of a number: what an editor tells of the reasons and findings behind it, in the order to be told."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from kb.models.base import Id, Model, Prose


class Step(Model):
    """One paragraph of a story, and the record whose effect is told with it."""

    record: Id = Field(
        title="Record",
        description="Id of an item, a reason (claim or argument) or an undercut of one of these, that bears on it.",
    )
    text: Prose = Field(title="Text", description="What it shows and how far, in our own words.")


Story = Annotated[tuple[Step, ...], Field(max_length=30)]
