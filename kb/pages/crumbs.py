"""The way to a record's page, for readers and for machines."""

from __future__ import annotations

from kb import vocab
from kb.corpus import Entry
from kb.pages.site import Site

SHELF_PAGES = {
    vocab.Kind.EVIDENCE: ("Evidence", "evidence.html"),
    vocab.Kind.SOURCE: ("Sources", "sources.html"),
    vocab.Kind.PERSON: ("People", "people.html"),
    vocab.Kind.TERM: ("Terms", "terms.html"),
    vocab.Kind.QUANTITY: ("Quantities", "quantities.html"),
    vocab.Kind.QUANTITY: ("Quantities", "quantities.html"),
}


def crumbs(site: Site, entry: Entry) -> list[tuple[str, str]]:
    """(label, address below the root) of the pages above a record's: its question, its shelf or its topic."""
    if entry.kind is vocab.Kind.QUESTION:
        return [("Questions", "index.html")]
    shelf = SHELF_PAGES.get(entry.kind)
    if shelf is not None:
        return [shelf]
    question = next(iter(site.corpus.questions_of.get(entry.id, ())), None)
    if question is not None:
        ref = site.ref(question)
        return [("Questions", "index.html"), (ref.title, ref.href)]
    if entry.topic in vocab.SHELVES.values():
        return [("Topics", "topics.html")]
    return [("Topics", "topics.html"), (site.topic_title(entry.topic), f"topic/{entry.topic}.html")]
