"""Exports: one module per format, each a function from assessed records to bytes.

The same records give the same bytes on every run, whatever the hash seed, time zone, locale or working directory.
Nothing here writes a file.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from kb.engine import Assessment
from kb.export.json import render as render_json
from kb.export.table import render as render_csv
from kb.export.turtle import render as render_turtle

__all__ = ["FORMATS", "Format"]


@dataclass(frozen=True, slots=True)
class Format:
    """One export format.

    Attributes:
        name: what ``kb export`` calls it.
        media_type: for web servers and ``Content-Type``.
        extension: of its file, with the dot.
        render: assessed records to the file's bytes.
        says: one line on what it holds.
    """

    name: str
    media_type: str
    extension: str
    render: Callable[[Assessment], bytes]
    says: str

    @property
    def file_name(self) -> str:
        """Name of the file that this format is published under."""
        return f"counterpoise{self.extension}"


FORMATS: Mapping[str, Format] = MappingProxyType(
    {
        f.name: f
        for f in (
            Format("csv", "text/csv", ".csv", render_csv, "one line a claim: credence, base rate, strongest reasons"),
            Format("json", "application/json", ".json", render_json, "everything: records, credences, contributions"),
            Format("turtle", "text/turtle", ".ttl", render_turtle, "everything as RDF: PROV, Dublin Core, SKOS, AIF"),
        )
    }
)
"""Name to format, in order of name."""
