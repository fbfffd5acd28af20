"""One record as Turtle: the triples that the whole export holds about it, written line by line.

A library graph and serializer for each record would take a multiple of the time that the site's build may take.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from rdflib import RDF, XSD, Literal, URIRef

from kb.corpus import Entry
from kb.engine import Assessment, Explanation
from kb.export.rdfrecords import Triple, Writer
from kb.export.turtle import prefixed

_ESCAPES = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\r": "\\r", "\t": "\\t"}
_ESCAPED = re.compile(r'[\\"\x00-\x1f\x7f]')


class _Sheet:
    """Takes triples and keeps them in order of arrival."""

    def __init__(self) -> None:
        self.triples: list[Triple] = []

    def add(self, triple: Triple) -> object:
        self.triples.append(triple)
        return self


def record_turtle(assessed: Assessment, entry: Entry, explain: Callable[[str], Explanation] | None = None) -> bytes:
    """What the whole export says in a record's name, as UTF-8 Turtle, subjects and lines sorted.

    Args:
        assessed: records and credences.
        entry: the record.
        explain: how a claim's credence comes about, where the caller has it already.
    """
    sheet = _Sheet()
    Writer(sheet, assessed, explain).record(entry)
    used: dict[str, str] = {}
    by_subject: dict[str, set[str]] = {}
    for node, predicate, value in sheet.triples:
        verb = "a" if predicate == RDF.type else _iri(predicate, used)
        shown = _literal(value, used) if isinstance(value, Literal) else _iri(value, used)
        by_subject.setdefault(_iri(node, used), set()).add(f"{verb} {shown}")
    lines = [f"# Generated from the record {entry.id}; do not edit."]
    lines += [f"@prefix {prefix}: <{space}> ." for prefix, space in sorted(used.items())]
    for subject in sorted(by_subject):
        lines += ["", subject + " " + " ;\n    ".join(sorted(by_subject[subject])) + " ."]
    return ("\n".join(lines) + "\n").encode()


def _iri(node: object, used: dict[str, str]) -> str:
    """An IRI, short where it lies in one of the export's namespaces."""
    iri = str(node)
    short = prefixed(iri)
    if short is None:
        return f"<{iri}>"
    prefix, space, name = short
    used[prefix] = space
    return f"{prefix}:{name}"


def _literal(value: Literal, used: dict[str, str]) -> str:
    text = '"' + _ESCAPED.sub(lambda m: _ESCAPES.get(m[0], f"\\u{ord(m[0]):04X}"), str(value)) + '"'
    if value.language:
        return f"{text}@{value.language}"
    if value.datatype is None or value.datatype == XSD.string:
        return text
    return f"{text}^^{_iri(URIRef(value.datatype), used)}"
