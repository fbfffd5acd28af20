"""Terms: the senses of a word, who uses which, which claims rest on which, and where they clash."""

from __future__ import annotations

from dataclasses import dataclass

from markupsafe import Markup

from kb import models as m
from kb import vocab
from kb.corpus import Entry
from kb.pages.facts import Fact, by_whom
from kb.pages.page import Page, Section, page
from kb.pages.positions import positions_on
from kb.pages.records import common
from kb.pages.render import render
from kb.pages.site import Ref, Site

CLASHES = (vocab.Relation.VERBAL_CLASH, vocab.Relation.RESOLVED_BY_SCOPE)
"""Relations between claims that only seem to disagree."""

INDEXED = 20
"""From more words than this on, the list begins with its letters."""


@dataclass(frozen=True)
class Sense:
    """One sense of a word: its record, definition, whose it is, the claims that use it, positions that take it up."""

    ref: Ref
    definition: str
    by: list[Ref]
    claims: list[Ref]
    positions: int


@dataclass(frozen=True)
class Clash:
    """Two claims that only seem to disagree: how, the senses of the word on either side, and why."""

    one: Ref
    other: Ref
    kind: str
    meaning: str
    senses: list[Ref]
    why: str


def render_term(site: Site, entry: Entry) -> Page:
    """The page of a term: this sense, the other senses of its word, claims that use it, clashes."""
    record = site.corpus.record(entry.id, m.Term)
    senses = site.table(by_word).get(record.word.casefold(), [entry.id])
    claims = site.refs(site.table(claims_by_sense).get(entry.id, []))
    facts = [Fact("Word", record.word)]
    facts += [Fact("Leaves out", record.leaves_out)] if record.leaves_out else []
    facts += by_whom(site, record.by)
    sections = [
        Section("senses", "Senses of the word"),
        Section("claims", "Claims that use it"),
        Section("clashes", "Where senses clash"),
        Section("positions", "Who holds what"),
        Section("data", "Data and citation"),
    ]
    body = render(
        "term.html.j2",
        **common(site, entry),
        facts=facts,
        others=[sense(site, id) for id in senses if id != entry.id],
        claims=claims,
        clashes=[clash for clash in site.ask(clashes) if entry.id in {s.id for s in clash.senses}],
        positions=positions_on(site, entry.id),
        passages=site.passages(record.seen_in),
        sections=sections,
    )
    return page(site, entry, body, description=f"{record.word}: {record.definition}", sections=sections)


def sense(site: Site, id: str) -> Sense:
    """One sense as a line of a table; where no speaker is named, the authors of the first source count."""
    record = site.corpus.record(id, m.Term)
    by = [record.by] if record.by is not None else []
    if not by and record.seen_in:
        by = list(site.corpus.record(record.seen_in[0].source, m.Source).authors)
    claims = site.refs(site.table(claims_by_sense).get(id, []))
    return Sense(site.ref(id), record.definition, site.refs(by), claims, len(positions_on(site, id)))


def by_word(site: Site) -> dict[str, list[str]]:
    """Word in small letters to the active terms that are senses of it."""
    found: dict[str, list[str]] = {}
    for id, term in site.corpus.of(m.Term, active=True):
        found.setdefault(term.word.casefold(), []).append(id)
    return found


def claims_by_sense(site: Site) -> dict[str, list[str]]:
    """Term to the active claims that fix a word to it."""
    found: dict[str, list[str]] = {}
    for id, claim in site.corpus.of(m.Claim, active=True):
        for term in sorted({site.corpus[t].id for t in claim.senses.values() if t in site.corpus}):
            found.setdefault(term, []).append(id)
    return found


def clashes(site: Site) -> list[Clash]:
    """Claims that only seem to disagree, with the senses that either of them fixes."""
    found = []
    for id, claim in site.corpus.of(m.Claim, active=True):
        for relation in claim.relations:
            other = site.corpus.find(relation.to)
            if relation.type not in CLASHES or other is None or not isinstance(other.record, m.Claim):
                continue
            terms = sorted({*claim.senses.values(), *other.record.senses.values()})
            found.append(
                Clash(
                    site.ref(id),
                    site.ref(other.id),
                    relation.type.label,
                    relation.type.definition,
                    site.refs([t for t in terms if t in site.corpus]),
                    relation.why or "",
                )
            )
    return found


def terms_list(site: Site) -> Markup:
    """Every word with its senses, and the clashes of words among the claims."""
    words: dict[str, list[Sense]] = {}
    for id, term in site.corpus.of(m.Term, active=True):
        words.setdefault(term.word, []).append(sense(site, id))
    ordered = sorted(words.items(), key=lambda x: x[0].casefold())
    anchors: dict[str, str] = {}
    rows = []
    for word, senses in ordered:
        letter = _letter(word)
        first = letter not in anchors
        anchor = anchors.setdefault(letter, f"letter-{len(anchors) + 1}")
        rows.append((word, senses, anchor if first else ""))
    letters = list(anchors.items()) if len(rows) > INDEXED else []
    return render("terms-list.html.j2", root="", words=rows, letters=letters, clashes=site.ask(clashes))


def _letter(word: str) -> str:
    """Under which letter a word stands; ``#`` for what begins with none."""
    first = word[:1].upper()
    return first if first.isalpha() else "#"
