"""Fragments of the hand-written pages: the questions on the front page, tables, lists, scales."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from functools import partial

import numpy as np
from markupsafe import Markup

from kb import models as m
from kb import odds, vocab
from kb.engine import arithmetic
from kb.pages import turning, words
from kb.pages.changes import front
from kb.pages.evidence import counted_once_list, evidence_list
from kb.pages.outline import outline_fragment, topic_outline
from kb.pages.page import Page, Section, made
from kb.pages.past import changes_page
from kb.pages.people import people_list
from kb.pages.predictions import predictions_list
from kb.pages.quantities import quantities_list
from kb.pages.question import Standing, standing
from kb.pages.render import render
from kb.pages.rules import rules_list
from kb.pages.site import Ref, Site
from kb.pages.sources import sources_list
from kb.pages.sums import Weight
from kb.pages.table import claims_table
from kb.pages.terms import terms_list

LISTED = 6
_NEWS = frozenset(
    {vocab.Kind.CLAIM, vocab.Kind.QUESTION, vocab.Kind.EVIDENCE, vocab.Kind.ARGUMENT, vocab.Kind.UNDERCUT}
)
"""Kinds of record that are told of as new."""


def fragments(site: Site, sizes: Mapping[str, int]) -> dict[str, Callable[[], Markup]]:
    """Every fragment that a hand-written page may ask for, made when it does.

    Args:
        site: the site.
        sizes: export file to its size in bytes.
    """
    root = ""
    return {
        "counts": lambda: Markup(_counts(site)),
        "questions": lambda: render("front.html.j2", root=root, standings=_standings(site)),
        "highlights": lambda: _highlights(site, _standings(site)),
        "claims-table": lambda: claims_table(site),
        "outline": lambda: outline_fragment(site),
        "evidence-list": lambda: evidence_list(site),
        "counted-once": lambda: counted_once_list(site),
        "sources-list": lambda: sources_list(site),
        "people-list": lambda: people_list(site),
        "predictions-list": lambda: predictions_list(site),
        "quantities-list": lambda: quantities_list(site),
        "terms-list": lambda: terms_list(site),
        "topics-list": lambda: _topics(site),
        "data-list": lambda: _data(site, sizes),
        "changes": lambda: changes_page(site),
        "rules-list": rules_list,
        **{f"scale-{which}": partial(_scale, which) for which in ("strength", "credence", "design", "source")},
    }


def _standings(site: Site) -> list[Standing]:
    return [standing(site, e) for e in site.questions]


def _counts(site: Site) -> str:
    """One line: how much there is, and how much of it is assessed."""
    assessed = sum(c.assessed for id, c in site.credences.items() if site.corpus[id].kind == "claim")
    kinds = Counter(e.kind for e in site.corpus if e.record.active)
    said = [words.count(kinds[k], k.value, vocab.PLURAL[k]) for k in (vocab.Kind.QUESTION, vocab.Kind.CLAIM)]
    said += [f"{kinds[vocab.Kind.EVIDENCE]} items of evidence", words.count(kinds[vocab.Kind.SOURCE], "source")]
    said.append(words.count(kinds[vocab.Kind.POSITION], "position"))
    revised = f" Last changed on {site.settings.revised}." if site.settings.revised else ""
    share = f"{assessed} of the claims have evidence beneath them; the others say “not assessed”."
    return f"{words.listing(said)}. {share}{revised}"


def _highlights(site: Site, standings: Sequence[Standing]) -> Markup:
    """Biggest cruxes, claims moved most, latest additions."""
    cruxes = [c for s in standings for a in s.answers for c in turning.cruxes(site, a.ref.id)]
    cruxes.sort(key=lambda c: (not c.known, -c.expected, -c.swing, c.target.id, c.ref.id))
    one_each: dict[str, turning.Crux] = {}
    for crux in cruxes:
        one_each.setdefault(crux.ref.id, crux)
    moved = [(-abs(c.weight), id) for id, c in site.credences.items() if c.assessed and site.corpus[id].kind == "claim"]
    dated = [(e.record.added, e.id) for e in site.corpus if e.record.added and e.record.active and e.kind in _NEWS]
    dated.sort(key=lambda x: x[1])
    dated.sort(key=lambda x: x[0], reverse=True)
    return render(
        "highlights.html.j2",
        root="",
        cruxes=list(one_each.values())[:LISTED],
        moved=[(site.ref(id), Weight.of(site.credences[id].weight)) for _, id in sorted(moved)[:LISTED]],
        latest=[(site.ref(id), added) for added, id in dated[:LISTED]],
        changes=front(site),
    )


def _topics(site: Site) -> Markup:
    topics = []
    for name in site.topic_names:
        claims = [e.id for e in site.in_topic.get(name, ()) if isinstance(e.record, m.Claim)]
        topic = site.corpus.topics.get(name)
        assessed = sum(site.credences[id].assessed for id in claims)
        items = sum(e.kind is vocab.Kind.EVIDENCE for e in site.in_topic.get(name, ()))
        said = topic.question if topic else ""
        topics.append((name, site.topic_title(name), said, len(claims), assessed, items, _leading(site, name)))
    viewpoints = [site.ref(id) for id, _ in site.corpus.of(m.Viewpoint, active=True)]
    return render("topics-list.html.j2", root="", topics=topics, viewpoints=viewpoints)


def _leading(site: Site, name: str) -> Ref | None:
    """The likeliest answer to a topic's first question, as far as one is assessed."""
    asked = [standing(site, e) for e in site.questions if e.topic == name]
    ref = asked[0].answers[0].ref if asked and asked[0].assessed else None
    return ref if ref is not None and ref.credence is not None and ref.credence.assessed else None


def _data(site: Site, sizes: Mapping[str, int]) -> Markup:
    files = [(name, site.settings.exports.get(name, ""), _size(sizes[name])) for name in sorted(sizes)]
    return render("data-list.html.j2", files=files, digest=site.corpus.digest, revised=site.settings.revised)


def _size(n: int) -> str:
    return f"{n / 1e6:.1f} MB" if n >= 1e6 else f"{max(n / 1e3, 0.1):.1f} kB"


def _scale(which: str) -> Markup:
    """A table of the words or defaults that records may use."""
    half = [
        (w, words.factor(odds.nats(w.db)), words.percent(odds.sigma(odds.nats(w.db))))
        for w in vocab.STRENGTH_WORDS.values()
    ]
    caps = [(t, v, words.capped(float(arithmetic.cap(np.array([v]))[0]))) for t, v in vocab.ROOT_RELIABILITY.items()]
    return render(
        "scales.html.j2",
        which=which,
        strengths=half,
        credences=[(w, words.percent(a), words.percent(b)) for w, (a, b) in vocab.CREDENCE_WORDS.items()],
        designs=list(vocab.DESIGN_RELIABILITY.items()),
        sources=caps,
    )


def render_topic(site: Site, name: str) -> Page:
    """The page of a topic."""
    topic = site.corpus.topics.get(name)
    inside = site.in_topic.get(name, ())
    claims = [site.ref(e.id) for e in inside if e.kind is vocab.Kind.CLAIM]
    claims.sort(key=lambda r: (-(r.credence.p if r.credence else 0), r.id))
    done = {vocab.Kind.QUESTION, vocab.Kind.CLAIM, vocab.Kind.POSITION}
    others = [
        (kind.value, [site.ref(e.id) for e in inside if e.kind is kind])
        for kind in vocab.Kind
        if kind not in done and any(e.kind is kind for e in inside)
    ]
    plural = {kind.value: many for kind, many in vocab.PLURAL.items()}
    sections = [Section("questions", "Questions"), Section("claims", "Claims")]
    branches = topic_outline(site, name)
    sections += [Section("outline", "Outline")] if branches else []
    sections += [Section(kind, words.capital(plural[kind])) for kind, _ in others]
    body = render(
        "topic.html.j2",
        branches=branches,
        person={},
        root="../",
        title=site.topic_title(name),
        question=topic.question if topic else "",
        standings=[standing(site, e) for e in site.questions if e.topic == name],
        claims=[r for r in claims if r.credence and r.credence.assessed],
        open=[r for r in claims if not (r.credence and r.credence.assessed)],
        others=others,
    )
    title = site.topic_title(name)
    said = f"{title}: {topic.question if topic else ''}"
    return made(site, f"topic/{name}.html", title, body, description=said, sections=sections)
