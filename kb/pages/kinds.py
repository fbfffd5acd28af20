"""Which module makes the page of which kind of record."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from kb import vocab
from kb.corpus import Entry
from kb.pages.claim import render_claim
from kb.pages.evidence import render_evidence
from kb.pages.experiments import render_experiment
from kb.pages.inferences import render_argument, render_position, render_undercut
from kb.pages.page import Page
from kb.pages.people import render_person
from kb.pages.quantities import render_quantity
from kb.pages.question import render_question
from kb.pages.records import render_plain
from kb.pages.site import Site
from kb.pages.sources import render_source
from kb.pages.terms import render_term
from kb.pages.viewpoint import render_viewpoint

MAKERS: Mapping[vocab.Kind, Callable[[Site, Entry], Page]] = {
    vocab.Kind.QUESTION: render_question,
    vocab.Kind.ARGUMENT: render_argument,
    vocab.Kind.UNDERCUT: render_undercut,
    vocab.Kind.EVIDENCE: render_evidence,
    vocab.Kind.POSITION: render_position,
    vocab.Kind.QUANTITY: render_quantity,
    vocab.Kind.EXPERIMENT: render_experiment,
    vocab.Kind.TERM: render_term,
    vocab.Kind.SOURCE: render_source,
    vocab.Kind.PERSON: render_person,
    vocab.Kind.VIEWPOINT: render_viewpoint,
}


def render_record(site: Site, entry: Entry) -> Page:
    """The page of one record: a claim's where it carries a credence, otherwise that of its kind."""
    if entry.id in site.credences:
        return render_claim(site, entry)
    return MAKERS.get(entry.kind, render_plain)(site, entry)
