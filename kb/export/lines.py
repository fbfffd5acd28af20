"""Triples written as Turtle line by line, subjects and lines sorted: a prefix only where it is used, no blank nodes."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import lru_cache

from rdflib import DCTERMS, FOAF, OWL, PROV, RDF, RDFS, SKOS, XSD, Literal, URIRef
from rdflib.namespace import DCAT

from kb.export.rdfrecords import Triple
from kb.export.rdfterms import AIF, CITO, CP, OA

PREFIXES: Mapping[str, str] = {
    "aif": str(AIF),
    "cito": str(CITO),
    "cp": str(CP),
    "dcat": str(DCAT),
    "dcterms": str(DCTERMS),
    "foaf": str(FOAF),
    "oa": str(OA),
    "owl": str(OWL),
    "prov": str(PROV),
    "rdf": str(RDF),
    "rdfs": str(RDFS),
    "skos": str(SKOS),
    "xsd": str(XSD),
}
_LOCAL = re.compile(r"[A-Za-z_][A-Za-z0-9_-]*")
"""Local names that need no escape in Turtle."""
_TYPE, _STRING = str(RDF.type), str(XSD.string)
_ESCAPES = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\r": "\\r", "\t": "\\t"}
_ESCAPED = re.compile(r'[\\"\x00-\x1f\x7f]')


class Sheet:
    """Takes triples and keeps them in order of arrival."""

    def __init__(self) -> None:
        self.triples: list[Triple] = []

    def add(self, triple: Triple) -> object:
        """Take one."""
        self.triples.append(triple)
        return self


def written(triples: Iterable[Triple], head: str) -> bytes:
    """Triples as UTF-8 Turtle.

    Args:
        triples: in any order; one that comes twice is written once.
        head: the first line, a comment.
    """
    used: dict[str, str] = {}
    by_subject: dict[str, set[str]] = {}
    for node, predicate, value in triples:
        iri = str(predicate)
        verb = "a" if iri == _TYPE else _iri(iri, used)
        shown = _literal(value, used) if isinstance(value, Literal) else _iri(value, used)
        by_subject.setdefault(_iri(node, used), set()).add(f"{verb} {shown}")
    lines = [head]
    lines += [f"@prefix {prefix}: <{space}> ." for prefix, space in sorted(used.items())]
    for subject in sorted(by_subject, key=lambda name: name.strip("<>")):
        lines += ["", subject + " " + " ;\n    ".join(sorted(by_subject[subject])) + " ."]
    return ("\n".join(lines) + "\n").encode()


@lru_cache(maxsize=65536)
def prefixed(iri: str) -> tuple[str, str, str] | None:
    """(prefix, namespace, local name) of an IRI in one of our namespaces, ``None`` for any other."""
    for prefix, space in PREFIXES.items():
        if iri.startswith(space) and _LOCAL.fullmatch(iri, len(space)):
            return prefix, space, iri[len(space) :]
    return None


def _iri(node: object, used: dict[str, str]) -> str:
    """An IRI, short where it lies in one of the export's namespaces."""
    iri = str(node)
    short = prefixed(iri)
    if short is None:
        return f"<{iri}>"
    prefix, space, name = short
    used[prefix] = space
    return f"{prefix}:{name}"


def _escape(found: re.Match[str]) -> str:
    return _ESCAPES.get(found[0]) or f"\\u{ord(found[0]):04X}"


def _literal(value: Literal, used: dict[str, str]) -> str:
    text = f'"{_ESCAPED.sub(_escape, value)}"'
    if value.language:
        return f"{text}@{value.language}"
    if value.datatype is None or str(value.datatype) == _STRING:
        return text
    return f"{text}^^{_iri(URIRef(value.datatype), used)}"
