"""Passages with the path at which the file gives them."""

from __future__ import annotations

from collections.abc import Iterator

from kb import models as m
from kb.text import Path


def located_passages(record: m.Record) -> Iterator[tuple[Path, m.Passage]]:
    """(path, passage) of every passage that a record cites, those of its links, overrides and confirmation included."""
    for i, passage in enumerate(record.get("seen_in", ())):
        yield ("seen_in", i), passage
    for i, link in enumerate(record.get("bears_on", ())):
        for j, passage in enumerate(link.seen_in):
            yield ("bears_on", i, "seen_in", j), passage
    link = record.get("link")
    if link is not None:
        for j, passage in enumerate(link.seen_in):
            yield ("link", "seen_in", j), passage
    confirmed = record.get("confirmed")
    if confirmed is not None:
        yield ("confirmed",), confirmed
    if isinstance(record, m.Viewpoint):
        for name, override in record.set.items():
            for j, passage in enumerate(override.seen_in):
                yield ("set", name, "seen_in", j), passage
