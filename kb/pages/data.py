"""Data beside the pages: each record as JSON and Turtle, its citation, the sum of a claim as CSV."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator

from kb import odds
from kb.corpus import Entry
from kb.export.data import firmness_data
from kb.export.indented import dumps
from kb.export.single import record_turtle
from kb.export.table import cell
from kb.pages import cite
from kb.pages.firmness import rating
from kb.pages.history_view import past_data
from kb.pages.site import Site
from kb.pages.sums import sum_of


def beside(site: Site, entry: Entry) -> Iterator[tuple[str, bytes]]:
    """(ending, content) of each file beside a record's page."""
    yield cite.JSON.ending, record_json(site, entry)
    if entry.id in site.credences:
        yield cite.CSV.ending, sum_csv(site, entry.id)
    yield cite.TURTLE.ending, record_turtle(site.assessment, entry, site.explain, lambda id: rating(site, id))
    cited = cite.citation(site, entry)
    yield cite.BIBTEX.ending, f"{cited.bibtex}\n".encode()
    yield cite.CSL.ending, cited.csl.encode()


def record_json(site: Site, entry: Entry) -> bytes:
    """A record, its credence and the rows of its sum."""
    data: dict[str, object] = {
        "id": entry.id,
        "iri": f"urn:counterpoise:{entry.id}",
        "topic": entry.topic,
        "digest": entry.digest,
        "record": entry.record.model_dump(mode="json", exclude_none=True, by_alias=True),
    }
    if entry.id in site.credences:
        c = site.credences[entry.id]
        data["credence"] = {
            "assessed": c.assessed,
            "credence": c.credence if c.assessed else None,
            "base_rate": c.base_rate,
            "low": c.low,
            "high": c.high,
            "method": c.method,
            "items": c.items,
            "groups": c.groups,
            "firmness": firmness_data(rating(site, entry.id)),
        }
        data["sum"] = [
            {"kind": r.kind, "ids": list(r.ids), "db": odds.db(r.weight), "probability_after": r.probability}
            for r in site.explain(entry.id).rows()
        ]
        if site.history is not None:
            data["history"] = past_data(site, entry.id)
    return (dumps(data, 2, sort_keys=True) + "\n").encode()


def sum_csv(site: Site, id: str) -> bytes:
    """The sum of a claim, a line a row: what it is, the odds factor, decibans, the probability after it."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(["line", "id", "odds_factor", "db", "probability_after"])
    for row in sum_of(site, id).rows():
        name = row.ref.id if row.ref is not None else ""
        factor = odds.odds_factor(row.weight.nats)
        numbers = [f"{factor:.12g}", f"{odds.db(row.weight.nats):.12g}", f"{odds.sigma(row.after):.12g}"]
        writer.writerow([cell(row.label), name, *numbers])
    return out.getvalue().encode()
