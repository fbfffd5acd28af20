"""A site that notices what each page asks of it.

Stands in for :class:`~kb.pages.site.Site` where pages are made again after an edit: records, engine and lookups are
the same, and everything that is asked of them is noted.  What it does not know how to look at closely counts as a
question about everything, so that whoever asks it is made again after every edit.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping
from functools import cached_property
from typing import Any, TypeVar, TypeVarTuple, cast

from kb import models as m
from kb.corpus import Corpus, Entry
from kb.engine import Assessment
from kb.engine.incremental import differing
from kb.engine.propagate import Propagated
from kb.engine.results import Explanation
from kb.pages.recall import NOTHING, Recall
from kb.pages.site import Gives, Settings, Site
from kb.timeline import Timeline

K = TypeVar("K", bound=Hashable)
T = TypeVar("T")
V = TypeVar("V")
Ts = TypeVarTuple("Ts")

ABSENT = object()
"""The answer to a question about a key that is not there."""
BENEATH = frozenset({"cruxes", "explain", "firm", "routes", "slopes"})
"""Questions to the engine whose answer rests on what lies beneath the claim that they name, and on nothing else."""


class Observed(Mapping[K, V]):
    """A mapping of the present revision; each key that is asked for is noted by itself."""

    def __init__(self, recall: Recall, name: Hashable, now: Callable[[], Mapping[K, V]]) -> None:
        self._recall = recall
        self._name = name
        self._now = now

    def _one(self, key: K) -> Any:
        return self._recall.facts((self._name, "key"), lambda: _or_absent(self._now())).ask(key)

    def __getitem__(self, key: K) -> V:
        found = self._one(key)
        if found is ABSENT:
            raise KeyError(key)
        return cast(V, found)

    def __contains__(self, key: object) -> bool:
        return self._one(cast(K, key)) is not ABSENT

    def __iter__(self) -> Iterator[K]:
        return iter(cast("tuple[K, ...]", self._recall.fact((self._name, "keys"), lambda: tuple(self._now()))))

    def __len__(self) -> int:
        return cast(int, self._recall.fact((self._name, "size"), lambda: len(self._now())))

    def __getattr__(self, name: str) -> Any:
        return self._recall.fact((self._name, "attribute", name), lambda: getattr(self._now(), name))


def _or_absent(now: Mapping[K, V]) -> Callable[[K], Any]:
    """What reads a mapping's keys, those that it lacks too."""
    get = now.get
    return lambda key: get(key, cast(V, ABSENT))


class ObservedCorpus:
    """The records of the present revision; has the face of :class:`~kb.corpus.Corpus`."""

    def __init__(self, site: ObservedSite) -> None:
        self._site = site

    def _now(self) -> Corpus:
        return self._site.plain.corpus

    def _ask(self, *question: Hashable, read: Callable[[], T]) -> T:
        return cast(T, self._site.recall.fact(("corpus", *question), read))

    def __len__(self) -> int:
        return self._ask("size", read=lambda: len(self._now()))

    def __iter__(self) -> Iterator[Entry]:
        return iter(self._ask("entries", read=lambda: tuple(self._now())))

    def __contains__(self, id: object) -> bool:
        known = self._site.recall.facts(("corpus", "known"), lambda: self._now().__contains__)
        return cast(bool, known.ask(id))

    def __getitem__(self, id: str) -> Entry:
        found = self.find(id)
        return found if found is not None else self._now()[id]

    def find(self, id: str) -> Entry | None:
        """The record with this id or alias, or ``None``."""
        return cast("Entry | None", self._site.recall.facts(("corpus", "find"), lambda: self._now().find).ask(id))

    def record(self, id: str, kind: type[m.Record]) -> m.Record:
        """The record with this id, known to be of this kind."""
        self.find(id)
        return self._now().record(id, kind)

    def of(self, kind: type[m.Record], *, active: bool = False) -> Iterator[tuple[str, m.Record]]:
        """(id, record) of one kind in order of id."""
        return iter(self._ask("of", kind, active, read=lambda: tuple(self._now().of(kind, active=active))))

    def root_of(self, item: m.Evidence) -> str | None:
        """Id of the source that vouches for an item."""
        return self._now().root_of(item)

    def __getattr__(self, name: str) -> Any:
        value = getattr(self._now(), name)
        if isinstance(value, Mapping):
            return Observed(self._site.recall, ("corpus", name), lambda: getattr(self._now(), name))
        if callable(value):
            self._site.everything()
            return value
        return self._ask("attribute", name, read=lambda: getattr(self._now(), name))


class ObservedAssessment:
    """The engine's numbers of the present revision; has the face of :class:`~kb.engine.Assessment`."""

    def __init__(self, site: ObservedSite) -> None:
        self._site = site

    @property
    def corpus(self) -> Corpus:
        """The records."""
        return self._site.corpus

    def __getattr__(self, name: str) -> Any:
        site = self._site
        if name in ("credences", "impacts"):
            return Observed(site.recall, ("engine", name), lambda: getattr(site.plain.assessment, name))
        if name not in ("viewpoints", *_METHODS):
            site.everything()
            return getattr(site.plain.assessment, name)
        if name == "viewpoints":
            return site.recall.fact(("engine", name), lambda: site.plain.assessment.viewpoints)

        def call(*args: Hashable) -> Any:
            return site.recall.facts(("engine", name), lambda: lambda args: site.answer(name, args)).ask(args)

        return call


_METHODS = frozenset({"experiments", "impact", "under", "disagree", "id_of", *BENEATH})


class ObservedSite(Site):
    """A site through its revisions.

    Attributes:
        recall: every answer that it gave.
        plain: the site of the present revision, unobserved.
    """

    def __init__(self, assessment: Assessment, settings: Settings, history: Timeline | None = None) -> None:
        self.recall = Recall(self)
        self.plain = Site(assessment, settings, history)
        self._answers: dict[tuple[str, Any], Any] = {}
        self._since: dict[str, int] = {}
        super().__init__(cast(Assessment, ObservedAssessment(self)), settings, history)
        self.corpus = cast(Corpus, ObservedCorpus(self))
        self.credences = self.assessment.credences
        self.made = cast("dict[tuple[str, str], object]", _Pieces(self.recall))

    def renew(self, assessment: Assessment) -> None:
        """Go on to a new revision of the records."""
        changed = differing(self.plain.assessment.result, assessment.result)
        self._answers = {
            (name, args): value
            for (name, args), value in self._answers.items()
            if args and args[0] in assessment.credences and args[0] not in changed
        }
        self._since.update(dict.fromkeys(changed, self.recall.revision + 1))
        self.plain = Site(assessment, self.settings, self.history)
        self.recall.renew()

    def wrong(self, assessment: Assessment, alike: Callable[[Any, Any], bool]) -> list[Hashable]:
        """What this site takes for known and a site made anew of the same records says otherwise; for tests."""
        plain, answers = self.plain, self._answers
        self.plain, self._answers = Site(assessment, self.settings, self.history), {}
        try:
            return self.recall.wrong(self.plain, alike)
        finally:
            self.plain, self._answers = plain, answers

    def answer(self, name: str, args: tuple[Hashable, ...]) -> Any:
        """What the engine says; kept from revision to revision where what lies beneath a claim is as it was."""
        if name not in BENEATH:
            return getattr(self.plain.assessment, name)(*args)
        if (name, args) not in self._answers:
            self._answers[name, args] = getattr(self.plain.assessment, name)(*args)
        return self._answers[name, args]

    def everything(self) -> None:
        """Note that somebody looked at everything."""
        self.recall.fact("everything", lambda: self.plain.corpus.digest)

    def ask(self, make: Callable[[Site, *Ts], T], *args: *Ts) -> T:
        """See :meth:`Site.ask`."""
        return cast(T, self.recall.result(make, *cast("tuple[Hashable, ...]", args)))

    def table(self, make: Callable[[Site], Mapping[K, V]]) -> Mapping[K, V]:
        """See :meth:`Site.table`."""
        return Observed(self.recall, make, lambda: self.plain.table(make))

    def gather(self, make: Gives[K, V], over: Callable[[Site], Iterable[str]], key: K) -> tuple[V, ...]:
        """See :meth:`Site.gather`."""
        return self.recall.gathered(make, lambda: over(self.plain)).ask(key) or ()

    def explain(self, id: str) -> Explanation:
        """See :meth:`Site.explain`."""
        return self.assessment.explain(id)

    def sweep(self, id: str) -> Propagated:
        """See :meth:`Site.sweep`."""
        self.recall.facts("beneath", lambda: lambda claim: self._since.get(claim, 0)).ask(id)
        return self.plain.assessment.result

    def __getattribute__(self, name: str) -> Any:
        if name not in _LOOKUPS:
            return super().__getattribute__(name)
        if isinstance(getattr(self.plain, name), Mapping):
            return Observed(self.recall, ("lookup", name), lambda: getattr(self.plain, name))
        return self.recall.fact(("lookup", name), lambda: getattr(self.plain, name))

    __hash__ = None  # type: ignore[assignment]  # it is no key: its answers change


_LOOKUPS = frozenset(name for name, value in vars(Site).items() if isinstance(value, cached_property))


class _Pieces:
    """What page modules put away for each other, by key."""

    def __init__(self, recall: Recall) -> None:
        self._recall = recall

    def get(self, key: Hashable, default: object = None) -> object:
        """What was put away, or ``default``."""
        found: object = self._recall.piece(("piece", key))
        return default if found is NOTHING else found

    def __setitem__(self, key: Hashable, value: object) -> None:
        self._recall.put_away(("piece", key), value)
