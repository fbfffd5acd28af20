"""What all pages share: addresses, references with their credence, explanations, settings.

Holds no HTML.  A page module asks it for views and hands them to a template.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, TypeVar, TypeVarTuple, cast
from urllib.parse import urlencode

from kb import models as m
from kb import vocab
from kb.corpus import Entry
from kb.engine import Assessment
from kb.engine.propagate import Propagated
from kb.engine.results import Credence, Explanation
from kb.engine.viewpoints import Change
from kb.grouping import Grouping
from kb.pages import prose, words
from kb.timeline import Timeline

K = TypeVar("K", bound=Hashable)
T = TypeVar("T")
V = TypeVar("V")
Ts = TypeVarTuple("Ts")


@dataclass(frozen=True)
class Settings:
    """What the pages know about the site they are part of.

    Attributes:
        name: name of the site.
        site_url: public address with a slash at the end; ``None`` while it is unknown.
        repository: web address of the repository; ``None`` while it is unknown.
        branch: branch that edits go to.
        revised: date of the last change, YYYY-MM-DD; ``None`` when unknown.
        version: version of the tool.
        exports: file name in ``data/`` to a one-line description.
    """

    name: str = "Counterpoise"
    site_url: str | None = None
    repository: str | None = None
    branch: str = "main"
    revised: str | None = None
    version: str = ""
    exports: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class CredenceView:
    """A credence as pages show it.

    Attributes:
        assessed: whether there is any evidence beneath; when not, no percentage is shown.
        p, base: probabilities.
        low, high: interval, or ``None``.
        text, word, base_text: as said to readers.
        side: ``for`` when it moved up from its base rate, ``against`` when down, ``neutral``.
    """

    assessed: bool
    p: float
    base: float
    low: float | None
    high: float | None
    text: str
    word: str
    base_text: str
    side: str

    @property
    def range(self) -> str:
        """The interval in words, empty where there is none."""
        if not self.assessed or self.low is None or self.high is None:
            return ""
        return f"{words.percent(self.low)} to {words.percent(self.high)}"


@dataclass(frozen=True)
class Ref:
    """A link to a record's page.

    Attributes:
        id, kind, title: of the record; ``kind`` is also the folder of its page.
        href: address below the root of the site.
        credence: for claims and undercuts.
        active: whether the record is in force.
        state: in force or not, in one word.
    """

    id: str
    kind: str
    title: str
    href: str
    credence: CredenceView | None
    active: bool
    state: str = vocab.State.ACTIVE.value


@dataclass(frozen=True)
class PassageView:
    """Where a source says something.

    Attributes:
        source: the source.
        url: deep link to the passage, or ``None``.
        words: first and last words, as in the source, or ``None``.
        locator: page or section, or ``None``.
        missing: why there is no anchor, or ``None``.
    """

    source: Ref
    url: str | None
    words: str | None
    locator: str | None
    missing: str | None


class Site:
    """Lookups for one assessment; everything is computed once and in a fixed order.

    Args:
        assessment: records and credences.
        settings: what the pages know about the site.
        history: what changed before; ``None`` where that is not known.
    """

    def __init__(self, assessment: Assessment, settings: Settings, history: Timeline | None = None) -> None:
        self.assessment = assessment
        self.history = history
        self.corpus = assessment.corpus
        self.credences = assessment.credences
        self.settings = settings
        self._asked: dict[Hashable, Any] = {}
        self.made: dict[tuple[str, str], object] = {}
        """What page modules made for one record and need again, by (what, id); :meth:`ask` does it better."""

    def ask(self, make: Callable[[Site, *Ts], T], *args: *Ts) -> T:
        """The value of ``make(site, *args)``, made once for all pages that want it.

        Args:
            make: a function of a module, which looks at nothing but the site and ``args``.
            args: ids and the like: they can be hashed.
        """
        key = (make, args)
        if key not in self._asked:
            self._asked[key] = make(self, *args)
        return cast(T, self._asked[key])

    def table(self, make: Callable[[Site], Mapping[K, V]]) -> Mapping[K, V]:
        """A lookup made in one go for all pages: as :meth:`ask`, but a page rests only on the keys that it looks up."""
        return self.ask(make)

    def gather(self, make: Gives[K, V], over: Callable[[Site], Iterable[str]], key: K) -> tuple[V, ...]:
        """What records give to a key, record by record: a lookup of which an edit touches only what it touches.

        Args:
            make: gives (key, value) pairs for one id; as for :meth:`ask`, and it may not gather itself.
            over: the ids.
            key: whose values are wanted.

        Returns:
            The values in order of the ids that give them.
        """
        return self.ask(_gathered, make, over).get(key, ())

    def explain(self, id: str) -> Explanation:
        """How one claim's credence comes about, asked of the engine once."""
        return self.ask(_explain, id)

    def sweep(self, id: str) -> Propagated:
        """The engine's arrays, for a page that reads what lies beneath one claim and nothing else."""
        return self.assessment.result

    def ref(self, id: str) -> Ref:
        """A link to a record; a record that does not exist is shown by its id and leads nowhere useful."""
        return self.ask(_ref, id)

    def refs(self, ids: Iterator[str] | tuple[str, ...] | list[str]) -> list[Ref]:
        """Links to several records."""
        return [self.ref(id) for id in ids]

    def position_title(self, position: m.Position) -> str:
        """What a position without a title is called: who, stance, what."""
        if position.title is not None:
            return position.title
        said = f"{self.corpus[position.by].title} {position.stance}: {self.corpus[position.on].title}"
        return said[:1].upper() + said[1:]

    def credence(self, id: str) -> CredenceView | None:
        """A claim's credence, or ``None`` for a record that has none (an undercut shows its premise's)."""
        if id not in self.credences:
            record = self.corpus[id].record
            if isinstance(record, m.Undercut) and record.premise is not None and record.premise != id:
                return self.credence(record.premise)
            return None
        c = self.credences[id]
        return CredenceView(
            assessed=c.assessed,
            p=c.credence,
            base=c.base_rate,
            low=c.low,
            high=c.high,
            text=words.percent(c.credence) if c.assessed else "not assessed",
            word=vocab.credence_word(c.credence) if c.assessed else "not assessed",
            base_text=words.percent(c.base_rate),
            side=words.side(c.weight) if c.assessed else "neutral",
        )

    def passage(self, passage: m.Passage) -> PassageView:
        """A passage with its deep link, where the source has an address."""
        source = self.corpus[passage.source].record
        url = source.get("url")
        return PassageView(
            source=self.ref(passage.source),
            url=prose.deep_link(url, passage.anchor) if prose.is_web_address(url) else None,
            words=prose.passage_words(passage.anchor) if passage.anchor is not None else None,
            locator=passage.locator,
            missing=passage.no_anchor,
        )

    def passages(self, passages: tuple[m.Passage, ...]) -> list[PassageView]:
        """Several passages."""
        return [self.passage(p) for p in passages]

    @cached_property
    def questions(self) -> tuple[Entry, ...]:
        """Active questions in the order of the front page."""
        found = [e for e in self.corpus if isinstance(e.record, m.Question) and e.record.active]
        return tuple(sorted(found, key=lambda e: (e.record.get("order"), e.id)))

    @cached_property
    def viewpoints(self) -> Mapping[str, Assessment]:
        """Viewpoint record, or person who stated a credence, to the debate as it stands under it."""
        return {holder: self.assessment.under(holder, intervals=False) for holder in self.assessment.viewpoints}

    @cached_property
    def inputs_elsewhere(self) -> Mapping[str, tuple[Change, ...]]:
        """Viewpoint to the inputs that it sets."""
        return {h: a.overlay.changes if a.overlay is not None else () for h, a in self.viewpoints.items()}

    @cached_property
    def elsewhere(self) -> Mapping[str, tuple[tuple[str, Credence], ...]]:
        """Claim to (viewpoint, its credence under it) wherever that differs from the neutral one."""
        return _grouped(
            (id, (holder, theirs))
            for holder, assessment in self.viewpoints.items()
            for id, theirs in assessment.credences.items()
            if theirs.credence != self.credences[id].credence
        )

    @cached_property
    def topic_names(self) -> tuple[str, ...]:
        """Folders that are topics (not shelves), in their order."""
        shelves = set(vocab.SHELVES.values())
        found = {e.topic for e in self.corpus if e.topic not in shelves}
        return tuple(sorted(found, key=lambda t: (self._topic_order(t), t)))

    @cached_property
    def in_topic(self) -> Mapping[str, tuple[Entry, ...]]:
        """Folder to the active records in it."""
        return _grouped((e.topic, e) for e in self.corpus if e.record.active)

    def _topic_order(self, name: str) -> int:
        topic = self.corpus.topics.get(name)
        return topic.order if topic is not None else 999

    def topic_title(self, name: str) -> str:
        """A topic's title, or its folder in words."""
        topic = self.corpus.topics.get(name)
        return topic.title if topic is not None else words.capital(name.replace("-", " "))

    @cached_property
    def experiments_on(self) -> Mapping[str, tuple[str, ...]]:
        """Claim to the experiments that would tell it from its denial."""
        found: dict[str, set[str]] = {}
        for id, experiment in self.corpus.of(m.Experiment, active=True):
            for outcome in experiment.outcomes:
                for claim in outcome.likelihood:
                    found.setdefault(claim, set()).add(id)
        for id, claim_record in self.corpus.of(m.Claim, active=True):
            for experiment_id in claim_record.settled_by:
                found.setdefault(id, set()).add(experiment_id)
        return {claim: tuple(sorted(ids)) for claim, ids in found.items()}

    @cached_property
    def written_by(self) -> Mapping[str, tuple[str, ...]]:
        """Person to the sources they wrote."""
        return _grouped((author, id) for id, s in self.corpus.of(m.Source) for author in s.authors)

    @cached_property
    def reported_of(self) -> Mapping[str, tuple[str, ...]]:
        """Person to the positions that others report of them."""
        return _grouped((p.of, id) for id, p in self.corpus.of(m.Position, active=True) if p.of and p.of != p.by)

    @cached_property
    def drawn_by(self) -> Mapping[str, tuple[str, ...]]:
        """Person to their arguments, undercuts, quantities, experiments and terms."""
        return _grouped(
            (e.record.get("by"), e.id)
            for e in self.corpus
            if e.record.get("by") is not None and not isinstance(e.record, m.Position)
        )

    @cached_property
    def undercut_items(self) -> Mapping[str, tuple[tuple[str, str], ...]]:
        """Record whose link is attacked to (undercut, claim), in order of claim."""
        found: dict[str, list[tuple[str, str]]] = {}
        for (source, claim), ids in sorted(self.corpus.undercuts_of.items()):
            found.setdefault(source, []).extend((u, claim) for u in ids)
        return {source: tuple(pairs) for source, pairs in found.items()}

    def backlinks(self, id: str) -> tuple[str, ...]:
        """Records that name a record, anywhere in their fields, by its id or by an old one."""
        entry = self.corpus.find(id)
        old = entry.record.aliases if entry is not None else ()
        names = [id, *(name for name in old if self.corpus[name].id == id)]
        return tuple(sorted({other for name in names for other in self.corpus.named_in.get(name, ())} - {id}))

    def items_beneath(self, id: str) -> frozenset[str]:
        """Evidence items with weight beneath a claim: its own, its rivals', and those of its reasons; each once.

        They are as many as the engine counts: the answers of an exclusive question share what bears on any of them.
        """
        return self.ask(_items_beneath, id, True)

    def items_through_links(self, id: str) -> frozenset[str]:
        """The same without what arrives only through rival answers."""
        return self.ask(_items_beneath, id, False)

    def edit_url(self, entry: Entry) -> str | None:
        """Where to edit the record's file; ``None`` while the repository is unknown."""
        if self.settings.repository is None:
            return None
        return f"{self._repository}/edit/{self.settings.branch}/claims/{entry.topic}/{entry.id}.yaml"

    def report_url(self, entry: Entry) -> str | None:
        """Where to report a problem with a record."""
        if self.settings.repository is None:
            return None
        return f"{self._repository}/issues/new?{urlencode({'title': f'Problem with {entry.id}'})}"

    def form_url(self, claim: str) -> str | None:
        """The form that takes evidence on a claim, with the claim filled in."""
        if self.settings.repository is None:
            return None
        return f"{self._repository}/issues/new?{urlencode({'template': 'submit-evidence.yml', 'claim': claim})}"

    def commit_url(self, commit: str) -> str | None:
        """Where to read a commit line by line."""
        return None if self.settings.repository is None else f"{self._repository}/commit/{commit}"

    def new_file_url(self, topic: str, name: str, text: str) -> str | None:
        """Where a prefilled new file opens."""
        if self.settings.repository is None:
            return None
        query = urlencode({"filename": f"{name}.yaml", "value": text})
        return f"{self._repository}/new/{self.settings.branch}/claims/{topic}?{query}"

    @property
    def _repository(self) -> str:
        return (self.settings.repository or "").rstrip("/")

    def canonical(self, path: str) -> str | None:
        """A page's public address; ``None`` while the site's is unknown."""
        if self.settings.site_url is None:
            return None
        return self.settings.site_url.rstrip("/") + "/" + path


Gives = Callable[[Site, str], Iterable[tuple[K, V]]]
"""What gives pairs of key and value for an id."""


def _gathered(site: Site, make: Gives[K, V], over: Callable[[Site], Iterable[str]]) -> Mapping[K, tuple[V, ...]]:
    return Grouping(lambda id: make(site, id), ((id, id) for id in sorted(over(site)))).groups


def _explain(site: Site, id: str) -> Explanation:
    return site.assessment.explain(id)


def _ref(site: Site, id: str) -> Ref:
    entry = site.corpus[id]
    title = site.position_title(entry.record) if isinstance(entry.record, m.Position) else entry.title
    kind = entry.kind.value
    status = entry.record.status
    state = vocab.State.ACTIVE if status is None else status.state
    address = f"{kind}/{entry.id}.html"
    return Ref(entry.id, kind, title, address, site.credence(entry.id), entry.record.active, state.value)


def _items_beneath(site: Site, id: str, rivals: bool) -> frozenset[str]:
    """Items of all claims that one rests on; reasons that go round in a circle are followed once."""
    found: set[str] = set()
    seen = {id}
    waiting = [id]
    while waiting:
        at = waiting.pop()
        e = site.explain(at)
        found.update(item.id for group in e.groups for root in group.roots for item in root.items if item.stated)
        beneath = {p for link in e.links if link.stated for p in link.premises}
        if rivals:
            beneath.update(a for q in site.corpus.questions_of.get(at, ()) for a in _exclusive(site, q))
        beneath = {p for p in beneath if p in site.credences} - seen
        seen |= beneath
        waiting += sorted(beneath)
    return frozenset(found)


def _exclusive(site: Site, question: str) -> Sequence[str]:
    """The answers of a question of which at most one can be true; none for another question."""
    record = site.corpus.record(question, m.Question)
    return record.answers if record.exclusive else ()


def _grouped(pairs: Iterable[tuple[str, V]]) -> Mapping[str, tuple[V, ...]]:
    """Pairs to key and values, keeping order."""
    found: dict[str, list[V]] = {}
    for key, value in pairs:
        found.setdefault(key, []).append(value)
    return {key: tuple(values) for key, values in found.items()}
