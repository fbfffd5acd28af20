"""Names that the Turtle export uses: namespaces, IRIs of records and of our own terms, and what each term means."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any
from urllib.parse import quote

import rdflib
from rdflib import URIRef

from kb import vocab


class Names:
    """The names of a namespace, each made once: rdflib makes and checks one anew at each use.

    Args:
        space: the namespace, or an rdflib class that knows which names it has.
    """

    def __init__(self, space: type[rdflib.namespace.DefinedNamespace] | str) -> None:
        self._space: Any = rdflib.Namespace(space) if isinstance(space, str) else space

    def __getattr__(self, name: str) -> URIRef:
        made: URIRef = self._space[name]
        setattr(self, name, made)
        return made

    def __getitem__(self, name: str) -> URIRef:
        found: URIRef = getattr(self, name)
        return found

    def __str__(self) -> str:
        return str(self._space)


AIF = Names("http://www.arg.dundee.ac.uk/aif#")
CITO = Names("http://purl.org/spar/cito/")
CP = Names(vocab.VOCAB)
OA = Names("http://www.w3.org/ns/oa#")
DCTERMS, FOAF, PROV, RDF = Names(rdflib.DCTERMS), Names(rdflib.FOAF), Names(rdflib.PROV), Names(rdflib.RDF)
RDFS, SKOS, XSD = Names(rdflib.RDFS), Names(rdflib.SKOS), Names(rdflib.XSD)
DATASET = URIRef(f"{vocab.RECORD}export:dataset")

_ESTABLISHED = ("http://", "https://")


@lru_cache(maxsize=65536)
def part(text: str) -> str:
    """Text as one part of an IRI: everything but letters, digits and ``-._~`` percent-encoded."""
    return quote(text, safe="")


@lru_cache(maxsize=65536)
def record(id: str, *rest: str) -> URIRef:
    """IRI of a record, or of a part of it: no record has a colon in its id, so parts cannot collide with records."""
    return URIRef(vocab.RECORD + ":".join(part(p) for p in (id, *rest)))


def topic(name: str) -> URIRef:
    """IRI of a topic."""
    return record("topic", name)


@lru_cache(maxsize=None, typed=True)  # words of two lists can be equal: both are strings
def term(word: vocab.Term) -> URIRef:
    """IRI of a term of the vocabulary.

    An established term keeps its own.  Ours carry the name of their list, since some words stand in two lists (an
    experiment is a kind of record and a design); kinds, which are classes, stand alone.
    """
    if word.iri.startswith(_ESTABLISHED):
        return URIRef(word.iri)
    if isinstance(word, vocab.Kind):
        return CP[part(word.value)]
    return CP[f"{_slug(type(word).__name__)}-{part(word.value)}"]


def _slug(name: str) -> str:
    return "".join(f"-{c.lower()}" if c.isupper() else c for c in name).lstrip("-")


LISTS: tuple[type[vocab.Term], ...] = (
    vocab.Attitude,
    vocab.Basis,
    vocab.Design,
    vocab.Distribution,
    vocab.ExperimentState,
    vocab.Firmness,
    vocab.Form,
    vocab.Kill,
    vocab.SourceType,
    vocab.State,
)
"""Lists of terms that are published as concepts."""

PREDICATES: tuple[type[vocab.Term], ...] = (vocab.LineageKind, vocab.Relation, vocab.Stance)
"""Lists of terms that tie two records, and so are published as properties."""

CLASSES: Mapping[str, str] = {
    "link": "What a reason or an item of evidence says about a claim, with its strength.",
    "likelihood": "The probability of an item or outcome, given one answer or claim.",
    "step": "One paragraph of the story of a number, with the record that it tells of.",
    "passage": "A place in a source, found by its first and last words.",
    "topic": "A folder of records on one subject.",
}
"""Classes of our own beside the kinds of records."""

PROPERTIES: Mapping[str, str] = {
    "activeState": "Whether the record is in force.",
    "affiliation": "An organisation that a person belongs to.",
    "anchorEnd": "The last words of a passage.",
    "anchorStart": "The first words of a passage.",
    "answer": "A claim that answers the question, or the answer that a likelihood speaks of.",
    "asOf": "The date at which a quantity held.",
    "assessed": "Whether any evidence lies beneath the claim.",
    "assumes": "A claim that a formula rests on.",
    "authorsText": "Authors as the source lists them.",
    "baseRate": "Probability before anything here is counted.",
    "basis": "Where a number comes from.",
    "bridge": "A claim that ties this metric to another.",
    "caseAgainst": "The strongest case for no.",
    "caseFor": "The strongest case for yes.",
    "condition": "The claim under which alone a forecast is scored.",
    "container": "Journal, site or series of a source.",
    "contributionDb": "What a reason adds to the claim now, in decibans; negative where it opposes.",
    "cost": "What an experiment would take.",
    "counts": "Whether the link carries weight.",
    "credence": "Probability of a claim, given what lies beneath it; absent where the claim is not assessed.",
    "criteria": "What a third party would look at to decide a forecast.",
    "cutsBothWays": "Whether a failing reason counts against the claim.",
    "design": "How an item of evidence came about.",
    "digest": "SHA-256 of the record's file, or of all records.",
    "distribution": "How the spread of a quantity is read.",
    "doi": "DOI of a source.",
    "due": "Date by which a forecast is decided.",
    "exclusive": "Whether at most one answer can be true.",
    "experimentDesign": "How an experiment would be run.",
    "experimentState": "How far an experiment has got.",
    "firmness": "How far a credence can be relied on: high, moderate, low or very low; not how likely the claim is.",
    "firmnessBecause": "A reason why a credence is not firmer.",
    "form": "What sort of proposition a claim is.",
    "formerId": "An id that the record had before.",
    "formula": "How a quantity is computed from its inputs.",
    "from": "A premise of a link: the claims or the item that it rests on.",
    "gap": "What the stored copy of a source is missing.",
    "groups": "Independent groups among the evidence beneath a claim.",
    "high": "Upper end of an interval.",
    "ifFalse": "Probability of an outcome if the claim is false.",
    "ifTrue": "Probability of an outcome if the claim is true.",
    "input": "A quantity that a formula uses.",
    "items": "Number of evidence items with weight beneath a claim.",
    "kill": "Share of the bearing that an undercut takes once it is certain.",
    "locator": "Page, section or time stamp of a passage.",
    "low": "Lower end of an interval.",
    "median": "Middle of a quantity's spread.",
    "mentions": "A quantity that the record speaks of.",
    "method": "How the credence was computed: exact, conserved or iterated.",
    "metric": "What a quantity measures.",
    "of": "Whose view a position reports or voices.",
    "on": "The record that a position is taken on.",
    "onQuestion": "The question that a likelihood vector bears on.",
    "outcome": "A possible outcome of an experiment, or how a forecast came out.",
    "period": "The time that a quantity or claim covers.",
    "place": "Which paragraph of a story it is, from 1.",
    "population": "Which models, people or firms a claim is about.",
    "premise": "The claim that an undercut rests on.",
    "prior": "Probability of an answer before evidence.",
    "probability": "Probability of the item, given the answer.",
    "reliability": "Chance that an item is as described, or that a source can be trusted.",
    "root": "The source that vouches for an item.",
    "scheme": "The pattern of an argument.",
    "scopeDomain": "The field or kind of task that a claim is about.",
    "scopeMetric": "What a claim's measure is.",
    "searched": "What was looked for and not found.",
    "sense": "The term that fixes a word's sense in a claim.",
    "settledBy": "An experiment that would settle the claim.",
    "snapshot": "File name of the stored copy of a source.",
    "sourceType": "What kind of publication a source is.",
    "stance": "Direction of a link, or a person's stance.",
    "statedCredence": "The credence that a person stated, as number, word or phrase.",
    "strengthDb": "Strength of a link as stated, in decibans; negative where it opposes.",
    "strengthText": "Strength of a link as the record states it.",
    "target": "The link, item, argument or undercut that an undercut attacks.",
    "tells": "A paragraph of the story of a claim or question, as an editor tells it.",
    "tellsOf": "The record whose effect a paragraph of a story tells of.",
    "tie": "A person to whom somebody is tied.",
    "to": "The claim, undercut or question that a link bears on.",
    "unit": "Unit of a quantity.",
    "value": "The number of a quantity.",
    "viewpointOn": "A record that a viewpoint sets differently.",
    "why": "Why so, and why this much.",
    "word": "The word that a term is a sense of.",
}
"""Properties of our own, each with its meaning; a test holds that every one used is here and every one here is used."""
