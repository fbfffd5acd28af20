"""What a record says line by line: the lines at the head of its page."""

from __future__ import annotations

from dataclasses import dataclass, field

from kb.pages.site import Ref, Site


@dataclass
class Fact:
    """One line of a record's page: a label, then text, references and a remark."""

    label: str
    text: str = ""
    refs: list[Ref] = field(default_factory=list)
    note: str = ""
    url: str | None = None


def by_whom(site: Site, by: str | None) -> list[Fact]:
    """The line that says whose it is, where the record does."""
    return [Fact("By", refs=[site.ref(by)])] if by is not None else []
