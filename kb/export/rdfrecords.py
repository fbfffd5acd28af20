"""Records as triples: one method a kind of record.  Names come from ``rdfterms``; the file is made by ``turtle``."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Protocol

from rdflib import Literal, URIRef
from rdflib.term import Node

from kb import models as m
from kb import vocab
from kb.corpus import Corpus, Entry
from kb.engine import Assessment, Explanation
from kb.engine.firmness import Firmness
from kb.export.data import shares
from kb.export.literals import date, decibans, decimal, plain, truth, words
from kb.export.rdfterms import AIF, CP, DATASET, DCTERMS, FOAF, OA, PROV, RDF, RDFS, SKOS, record, term
from kb.export.rdfterms import topic as topic_iri

Triple = tuple[URIRef, URIRef, Node]
"""Subject, predicate, value."""


class Triples(Protocol):
    """Whatever takes triples: a graph, or a list of them."""

    def add(self, triple: Triple, /) -> object:
        """Take one."""


class Writer:
    """Adds records to a graph.

    Args:
        graph: takes the triples.
        assessed: records and credences.
        explain: how a claim's credence comes about, where the caller has it already.
        firmness: how firm a claim's credence is, likewise.
    """

    def __init__(
        self,
        graph: Triples,
        assessed: Assessment,
        explain: Callable[[str], Explanation] | None = None,
        firmness: Callable[[str], Firmness | None] | None = None,
    ) -> None:
        self._graph = graph
        self._assessed = assessed
        self._explain = explain or assessed.explain
        self._firmness = firmness or assessed.firmness.of
        self._corpus: Corpus = assessed.corpus

    def put(self, subject: URIRef, predicate: URIRef, value: Node | None) -> None:
        """One triple; none where the value is unknown."""
        if value is not None:
            self._graph.add((subject, predicate, value))

    def refer(self, subject: URIRef, predicate: URIRef, ids: Iterable[str] | str | None) -> None:
        """A triple to each of the records with these ids."""
        for id in (ids,) if isinstance(ids, str) else ids or ():
            self.put(subject, predicate, record(id))

    def topic(self, name: str, topic: m.Topic) -> None:
        """A topic."""
        iri = topic_iri(name)
        self.put(iri, RDF.type, CP.topic)
        self.put(iri, DCTERMS.title, words(topic.title))
        self.put(iri, DCTERMS.description, words(topic.question))

    def record(self, entry: Entry) -> None:
        """A record with everything that its file says, and its credence where it has one."""
        iri, r = record(entry.id), entry.record
        self.put(iri, RDF.type, term(entry.kind))
        self.put(iri, RDF.type, PROV.Agent if isinstance(r, m.Person) else PROV.Entity)
        self.put(iri, DCTERMS.identifier, plain(entry.id))
        self.put(iri, DCTERMS.title, words(entry.title))
        self.put(iri, DCTERMS.description, words(r.get("text")))
        self.put(iri, DCTERMS.abstract, words(r.summary))
        self.put(iri, SKOS.editorialNote, words(r.notes))
        self.put(iri, DCTERMS.created, date(r.added))
        self.put(iri, DCTERMS.isPartOf, DATASET)
        self.put(iri, CP.digest, plain(entry.digest))
        self.put(iri, CP.activeState, truth(r.active))
        if entry.topic in self._corpus.topics:
            self.put(iri, DCTERMS.isPartOf, topic_iri(entry.topic))
        if r.status is not None:
            self.put(iri, DCTERMS.type, term(r.status.state))
            self.refer(iri, DCTERMS.isReplacedBy, r.status.by)
        for alias in r.aliases:
            self.put(iri, CP.formerId, plain(alias))
        self.refer(iri, PROV.wasAttributedTo, r.get("by"))
        self._passages(iri, (entry.id,), r.get("seen_in", ()))
        self._own(entry, iri)
        if entry.id in self._assessed.credences:
            self._credence(entry.id, iri)

    def _own(self, entry: Entry, iri: URIRef) -> None:
        """Fields of the kind."""
        match entry.record:
            case m.Question() as r:
                self._question(r, iri)
                self._story(entry.id, iri, r.story)
            case m.Claim() as r:
                self._claim(entry.id, r, iri)
                self._story(entry.id, iri, r.story)
            case m.Argument() as r:
                self._argument(entry.id, r, iri)
            case m.Undercut() as r:
                self._undercut(entry.id, r, iri)
            case m.Evidence() as r:
                self._evidence(entry.id, r, iri)
            case m.Position() as r:
                self._position(r, iri)
            case m.Quantity() as r:
                self._quantity(entry.id, r, iri)
            case m.Experiment() as r:
                self._experiment(entry.id, r, iri)
            case m.Term() as r:
                self._term(r, iri)
            case m.Source() as r:
                self._source(r, iri)
            case m.Person() as r:
                self._person(r, iri)
            case m.Viewpoint() as r:
                self._viewpoint(entry.id, r, iri)

    def _passages(self, owner: URIRef, name: tuple[str, ...], passages: Iterable[m.Passage]) -> None:
        """Places in sources, each a resource of its own below the record or link that cites it."""
        for n, passage in enumerate(passages, 1):
            iri = record(*name, "passage", str(n))
            self.put(owner, DCTERMS.references, iri)
            self.refer(owner, PROV.wasDerivedFrom, passage.source)
            self._passage(iri, passage)

    def _passage(self, iri: URIRef, passage: m.Passage) -> None:
        self.put(iri, RDF.type, CP.passage)
        self.put(iri, RDF.type, OA.SpecificResource)
        self.refer(iri, OA.hasSource, passage.source)
        if passage.anchor is not None:
            self.put(iri, CP.anchorStart, plain(passage.anchor.start))
            self.put(iri, CP.anchorEnd, plain(passage.anchor.end))
        self.put(iri, CP.locator, plain(passage.locator))
        self.put(iri, CP.why, words(passage.no_anchor))

    def _credence(self, id: str, iri: URIRef) -> None:
        found = self._assessed.credences[id]
        self.put(iri, CP.assessed, truth(found.assessed))
        self.put(iri, CP.baseRate, decimal(found.base_rate))
        if not found.assessed:
            return
        self.put(iri, CP.credence, decimal(found.credence))
        self.put(iri, CP.low, decimal(found.low))
        self.put(iri, CP.high, decimal(found.high))
        self.put(iri, CP.method, plain(found.method))
        self.put(iri, CP.items, Literal(found.items))
        self.put(iri, CP.groups, Literal(found.groups))
        firm = self._firmness(id)
        if firm is not None:
            self.put(iri, CP.firmness, term(firm.level))
            for reason in firm.reasons:
                self.put(iri, CP.firmnessBecause, words(reason.said))
        self._contributions(id, self._explain(id))

    def _contributions(self, id: str, explanation: Explanation) -> None:
        """What each reason and item adds now, on the resource of its link."""
        added: dict[str, float] = {}
        for share in shares(explanation):
            added[share.id] = added.get(share.id, 0.0) + share.weight
        own = {reason.source for reason in self._corpus.reasons_for.get(id, ())}
        own |= {item for item, _link in self._corpus.evidence_for.get(id, ())}
        for carrier, weight in sorted(added.items()):
            # what does not bear on the claim itself came through its exclusive question
            through = () if carrier in own else self._corpus.questions_of.get(id, ())[:1]
            self.put(record(carrier, "bears-on", *through, id), CP.contributionDb, decibans(weight))

    def _link(self, carrier: str, premises: tuple[str, ...], link: m.Link) -> None:
        """What a reason or item says about a claim, as a resource of its own.

        Two links of one record on one claim share a resource; a rule refuses them.
        """
        iri, supports = record(carrier, "bears-on", link.claim), link.stance is vocab.Stance.SUPPORTS
        to = record(link.claim)
        self.put(iri, RDF.type, CP.link)
        self.put(iri, RDF.type, AIF["RA-node"] if supports else AIF["CA-node"])
        self.put(iri, AIF["Conclusion"] if supports else AIF["ConflictedElement"], to)
        self.put(to, RDF.type, AIF["I-node"])
        for premise in premises:
            self.refer(iri, CP["from"], premise)
            self.put(record(premise), AIF["Premise"] if supports else AIF["ConflictingElement"], iri)
            self.put(record(premise), RDF.type, AIF["I-node"])
            self.put(record(premise), term(link.stance), to)
        self.put(iri, CP.to, to)
        self.put(iri, CP.stance, term(link.stance))
        self.put(iri, CP.strengthDb, decibans(m.strength_nats(link.strength, link.stance)))
        self.put(iri, CP.strengthText, plain(m.strength_text(link.strength)))
        self.put(iri, CP.why, words(link.why))
        self.put(iri, CP.cutsBothWays, truth(link.cuts_both_ways))
        self.put(iri, CP.counts, truth(link.counts is None or link.counts.value))
        self.refer(iri, PROV.wasAttributedTo, link.by)
        self._passages(iri, (carrier, "bears-on", link.claim), link.seen_in)

    def _question(self, r: m.Question, iri: URIRef) -> None:
        self.refer(iri, CP.answer, r.answers)
        self.put(iri, CP.exclusive, truth(r.exclusive))
        for answer, prior in (r.priors or {}).items():
            node = URIRef(f"{iri}:prior:{answer}")
            self.put(node, RDF.type, CP.likelihood)
            self.put(iri, CP.prior, node)
            self._answer(node, answer)
            self.put(node, CP.probability, decimal(prior))
        self.put(iri, CP.why, words(r.priors_why))
        self.put(iri, CP.caseFor, words(r.case_for))
        self.put(iri, CP.caseAgainst, words(r.case_against))
        self.put(iri, CP.searched, words(r.searched))

    def _story(self, id: str, iri: URIRef, steps: Iterable[m.Step]) -> None:
        """What an editor tells of the evidence, paragraph by paragraph, in order."""
        for n, step in enumerate(steps, 1):
            node = record(id, "story", str(n))
            self.put(iri, CP.tells, node)
            self.put(node, RDF.type, CP.step)
            self.put(node, CP.place, Literal(n))
            self.refer(node, CP.tellsOf, step.record)
            self.put(node, DCTERMS.description, words(step.text))

    def _answer(self, node: URIRef, answer: str) -> None:
        """The answer that a likelihood or prior speaks of; ``none`` of them is a literal, not a record."""
        self.put(node, CP.answer, record(answer) if answer in self._corpus else plain(answer))

    def _claim(self, id: str, r: m.Claim, iri: URIRef) -> None:
        self.put(iri, CP.form, term(r.form))
        if r.scope is not None:
            self.put(iri, CP.scopeDomain, words(r.scope.domain))
            self.put(iri, CP.period, words(r.scope.period))
            self.put(iri, CP.scopeMetric, words(r.scope.metric))
            self.put(iri, CP.population, words(r.scope.population))
        self.refer(iri, CP.sense, sorted(set(r.senses.values())))
        self.put(iri, CP.why, None if r.base_rate is None else words(r.base_rate.why))
        for link in r.bears_on:
            self._link(id, (id,), link)
        for relation in r.relations:
            self.put(iri, term(relation.type), record(relation.to))
        self.refer(iri, CP.settledBy, r.settled_by)
        self.refer(iri, CP.mentions, r.quantities)
        if r.forecast is not None:
            self.put(iri, CP.due, date(r.forecast.by))
            self.refer(iri, CP.condition, r.forecast.condition)
            self.put(iri, CP.criteria, words(r.forecast.criteria))
            if r.forecast.resolved is not None:
                self.put(iri, CP.outcome, plain(r.forecast.resolved.outcome))

    def _argument(self, id: str, r: m.Argument, iri: URIRef) -> None:
        self.put(iri, CP.scheme, words(r.scheme))
        if r.link is not None:
            self._link(id, r.premises, r.link)
        else:
            self.refer(iri, CP["from"], r.premises)
            self.refer(iri, CP.to, r.concludes)

    def _undercut(self, id: str, r: m.Undercut, iri: URIRef) -> None:
        target = r.target
        if target.from_ is not None and target.to is not None:
            attacked = record(target.from_, "bears-on", target.to)
        elif target.argument is not None:
            argument = self._corpus[target.argument].record
            link = argument.get("link")
            attacked = record(target.argument, "bears-on", link.claim) if link else record(target.argument)
        else:
            attacked = record(target.undercut or "", "attacks")
        node = record(id, "attacks")
        reason = record(r.premise) if r.premise is not None else iri
        self.put(node, RDF.type, AIF["CA-node"])
        self.put(node, AIF["ConflictedElement"], attacked)
        self.put(reason, AIF["ConflictingElement"], node)
        self.put(reason, RDF.type, AIF["I-node"])
        self.put(iri, CP.target, attacked)
        self.refer(iri, CP.premise, r.premise)
        self.put(iri, CP.kill, decimal(vocab.KILL_VALUE[r.kill] if isinstance(r.kill, vocab.Kill) else r.kill))
        self.put(iri, CP.why, words(r.why))

    def _evidence(self, id: str, r: m.Evidence, iri: URIRef) -> None:
        self.put(iri, CP.design, term(r.design))
        self.refer(iri, CP.root, self._corpus.root_of(r))
        self._reliability(iri, r.reliability)
        self.refer(iri, CP.mentions, r.quantities)
        for tie in r.lineage:
            self.put(iri, term(tie.kind), record(tie.root))
        for bearing in r.bears_on:
            if isinstance(bearing, m.Link):
                self._link(id, (id,), bearing)
            else:
                self._likelihoods(id, bearing)

    def _likelihoods(self, id: str, r: m.AnswerLikelihood) -> None:
        iri = record(id, "bears-on", r.question)
        self.put(iri, RDF.type, CP.link)
        self.refer(iri, CP["from"], id)
        self.refer(iri, CP.to, r.question)
        self.put(iri, CP.why, words(r.why))
        self.refer(iri, PROV.wasAttributedTo, r.by)
        self._passages(iri, (id, "bears-on", r.question), r.seen_in)
        for answer, p in r.likelihood.items():
            node = record(id, "bears-on", r.question, answer)
            self.put(iri, DCTERMS.hasPart, node)
            self.put(node, RDF.type, CP.likelihood)
            self.refer(node, CP.onQuestion, r.question)
            self._answer(node, answer)
            self.put(node, CP.probability, decimal(p))

    def _reliability(self, iri: URIRef, reliability: m.Reliability | None) -> None:
        if reliability is not None:
            self.put(iri, CP.reliability, decimal(m.reliability_value(reliability.value)))
            self.put(iri, CP.why, words(reliability.why))

    def _position(self, r: m.Position, iri: URIRef) -> None:
        self.refer(iri, CP.on, r.on)
        self.refer(iri, CP.of, r.of)
        self.put(iri, CP.stance, term(r.stance))
        self.put(iri, DCTERMS.date, date(r.said))
        match r.credence:
            case float() | int() as number:
                self.put(iri, CP.statedCredence, decimal(number))
            case str() as word:
                self.put(iri, CP.statedCredence, plain(word))
            case m.Said() as said:
                self.put(iri, CP.statedCredence, plain(said.phrase or f"{said.direction} {said.since or ''}".strip()))

    def _quantity(self, id: str, r: m.Quantity, iri: URIRef) -> None:
        self.put(iri, CP.metric, words(r.metric))
        self.put(iri, CP.unit, plain(r.unit))
        self.put(iri, CP.period, words(r.period))
        self.put(iri, CP.asOf, date(r.as_of))
        self.put(iri, CP.basis, term(r.basis))
        if isinstance(r.value, m.Estimate):
            self.put(iri, CP.low, Literal(r.value.low))
            self.put(iri, CP.high, Literal(r.value.high))
            self.put(iri, CP.median, None if r.value.median is None else Literal(r.value.median))
            self.put(iri, CP.distribution, None if r.value.distribution is None else term(r.value.distribution))
        elif r.value is not None:
            self.put(iri, CP.value, Literal(r.value))
        self.put(iri, CP.formula, plain(r.formula))
        self.refer(iri, CP.input, sorted(set(r.inputs.values())))
        self.refer(iri, CP.assumes, r.assumes)
        self.refer(iri, CP.bridge, r.bridges)
        if r.confirmed is not None:
            node = record(id, "confirmed")
            self.put(iri, PROV.hadPrimarySource, node)
            self._passage(node, r.confirmed)

    def _experiment(self, id: str, r: m.Experiment, iri: URIRef) -> None:
        self.put(iri, CP.experimentState, term(r.state))
        self.put(iri, CP.experimentDesign, words(r.design))
        self.put(iri, CP.cost, words(r.cost))
        for outcome in r.outcomes:
            node = record(id, "outcome", outcome.id)
            self.put(iri, CP.outcome, node)
            self.put(node, RDFS.label, words(outcome.text))
            for claim, table in outcome.likelihood.items():
                cell = record(id, "outcome", outcome.id, claim)
                self.put(cell, RDF.type, CP.likelihood)
                self.put(cell, CP.outcome, node)
                self.refer(cell, CP.answer, claim)
                self.put(cell, CP.ifTrue, decimal(table.if_true))
                self.put(cell, CP.ifFalse, decimal(table.if_false))

    def _term(self, r: m.Term, iri: URIRef) -> None:
        self.put(iri, RDF.type, SKOS.Concept)
        self.put(iri, SKOS.prefLabel, words(r.title))
        self.put(iri, CP.word, words(r.word))
        self.put(iri, SKOS.definition, words(r.definition))
        self.put(iri, SKOS.scopeNote, words(r.leaves_out))

    def _source(self, r: m.Source, iri: URIRef) -> None:
        self.put(iri, RDF.type, FOAF.Document)
        self.put(iri, CP.sourceType, term(r.type))
        self.refer(iri, DCTERMS.creator, r.authors)
        self.put(iri, CP.authorsText, plain(r.authors_text))
        self.put(iri, DCTERMS.issued, date(r.issued))
        self.put(iri, FOAF.page, None if r.url is None else URIRef(r.url))
        self.put(iri, CP.doi, plain(r.doi))
        self.put(iri, CP.container, plain(r.container))
        self.refer(iri, DCTERMS.isPartOf, r.part_of)
        self.refer(iri, PROV.wasQuotedFrom, r.quotes)
        self.refer(iri, PROV.wasDerivedFrom, r.derived_from)
        self.refer(iri, DCTERMS.replaces, r.supersedes)
        self._reliability(iri, r.reliability)
        self.put(iri, CP.snapshot, plain(r.snapshot))
        for gap in r.gaps:
            self.put(iri, CP.gap, words(gap))

    def _person(self, r: m.Person, iri: URIRef) -> None:
        self.put(iri, RDF.type, term(r.type))
        self.put(iri, FOAF.name, plain(r.title))
        self.put(iri, FOAF.homepage, None if r.url is None else URIRef(r.url))
        self.refer(iri, CP.affiliation, r.affiliations)
        self.refer(iri, CP.tie, [tie.to for tie in r.ties])

    def _viewpoint(self, id: str, r: m.Viewpoint, iri: URIRef) -> None:
        for target, override in r.set.items():
            node = record(id, "set", target)
            self.put(iri, CP.viewpointOn, node)
            self.refer(node, CP.on, target)
            if override.base_rate is not None:
                self.put(node, CP.baseRate, decimal(m.credence_value(override.base_rate)))
            if override.reliability is not None:
                self.put(node, CP.reliability, decimal(m.reliability_value(override.reliability)))
            if override.kill is not None:
                kill = override.kill
                self.put(node, CP.kill, decimal(vocab.KILL_VALUE[kill] if isinstance(kill, vocab.Kill) else kill))
            if override.strength is not None:
                self.put(node, CP.strengthText, plain(m.strength_text(override.strength)))
            for to, strength in override.strengths.items():
                cell = record(id, "set", target, to)
                self.put(node, DCTERMS.hasPart, cell)
                self.refer(cell, CP.to, to)
                self.put(cell, CP.strengthText, plain(m.strength_text(strength)))
            self.put(node, CP.why, words(override.why))
            self._passages(node, (id, "set", target), override.seen_in)
