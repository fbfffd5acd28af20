"""What rules share: how they report, and every place in which a record names another one.  No rule lives here."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from typing import Any, Generic, TypeVar

from rapidfuzz import process

from kb import models as m
from kb.anchors import located_passages
from kb.corpus import NONE, Corpus, Entry
from kb.errors import MAX_PER_RUN, Finding, Level
from kb.rules._alone import One
from kb.text import Path
from kb.vocab import Kind

T = TypeVar("T")
Check = Callable[[Corpus], Iterator[Finding]]


class Family(StrEnum):
    """What a rule is about; each has a heading and a sentence."""

    heading: str
    about: str

    def __new__(cls, value: str, heading: str, about: str) -> Family:
        """Make a member from its value, heading and sentence."""
        member = str.__new__(cls, value)
        member._value_ = value
        member.heading = heading
        member.about = about
        return member

    TEXT = "text", "Text of the file", "Characters and YAML: whether the file can be read at all."
    SCHEMA = "schema", "Fields and files", "Which fields a kind has, what may stand in them, and where its file lies."
    REFERENCE = "reference", "References", "Whether what a record names is there and is the right thing."
    ANCHOR = "anchor", "Passages and anchors", "Whether a reader can find the passage, and whose words a record uses."
    ARGUMENT = "argument", "Reasons and questions", "How claims, arguments, undercuts and questions hang together."
    EVIDENCE = "evidence", "Evidence and strengths", "How much an item can carry, and why."
    QUANTITY = "quantity", "Quantities", "Numbers with their metric, spread, date and origin."
    FORECAST = "forecast", "Forecasts", "Whether a third party could tell later how it came out."
    POSITION = "position", "Positions and viewpoints", "Who holds what, since when, and how firmly."
    LINEAGE = "lineage", "Origins", "Whether one origin is counted once."
    STYLE = "style", "Wording", "Titles and texts that read well in lists and on pages."
    SAFETY = "safety", "Safety and privacy", "Addresses and markup that should not reach a visitor."
    CHECK = "check", "The check itself", "What the check says about itself."


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule.

    Attributes:
        code: its name in findings, and of its examples in ``kb/rules/examples``.
        family: what it is about.
        level: the level of its findings.
        check: corpus to findings.
        doc: what it looks for, why it matters and how to mend it.
        alone: whether it looks at each record by itself, and at others only by their ids.
    """

    code: str
    family: Family
    level: Level
    check: Check
    doc: str
    alone: bool = False


class Reporter:
    """Makes the findings of one rule; the code is the module's name with hyphens.

    Args:
        module: name of the rule's module.
        family: what it is about.
        level: of its findings.
        alone: whether it looks at each record by itself, and at others only by their ids.
    """

    def __init__(self, module: str, family: Family, level: Level, *, alone: bool = False) -> None:
        self.code = module.rpartition(".")[2].replace("_", "-")
        self.family = family
        self.level = level
        self.alone = alone

    def __call__(
        self, entry: Entry, where: Path, message: str, hint: str, *, key: bool = False, level: Level | None = None
    ) -> Finding:
        """A finding at a path inside a record; ``key`` points at a field's name instead of its value."""
        line, col = entry.document.mark(where, key=key)
        return Finding(entry.path, line, col, self.code, message, hint, level or self.level)


CLAIM = frozenset({Kind.CLAIM})
NODE = frozenset({Kind.CLAIM, Kind.UNDERCUT})
PERSON = frozenset({Kind.PERSON})
SOURCE = frozenset({Kind.SOURCE})
QUANTITY = frozenset({Kind.QUANTITY})
ANY = frozenset(Kind)

_SEEN = (("seen_in.*.source", SOURCE),)
_BY = (("by", PERSON),)
_RECORD = (("status.by", ANY),)
_STORY = (("story.*.record", frozenset({Kind.CLAIM, Kind.ARGUMENT, Kind.EVIDENCE, Kind.UNDERCUT})),)


def _link(at: str) -> tuple[tuple[str, frozenset[Kind]], ...]:
    return ((f"{at}.claim", NODE), (f"{at}.by", PERSON), (f"{at}.seen_in.*.source", SOURCE))


PLACES: Mapping[Kind, tuple[tuple[str, frozenset[Kind]], ...]] = {
    Kind.QUESTION: (("answers.*", CLAIM), ("priors.?", CLAIM), *_STORY, *_SEEN, *_RECORD),
    Kind.CLAIM: (
        ("senses.*", frozenset({Kind.TERM})),
        *_link("bears_on.*"),
        *_STORY,
        ("relations.*.to", CLAIM),
        ("settled_by.*", frozenset({Kind.EXPERIMENT})),
        ("forecast.condition", CLAIM),
        ("forecast.resolved.source", SOURCE),
        ("quantities.*", QUANTITY),
        *_SEEN,
        *_RECORD,
    ),
    Kind.ARGUMENT: (("premises.*", CLAIM), *_link("link"), ("concludes", CLAIM), *_BY, *_SEEN, *_RECORD),
    Kind.UNDERCUT: (
        ("premise", CLAIM),
        ("target.from", frozenset({Kind.CLAIM, Kind.EVIDENCE})),
        ("target.to", frozenset({Kind.CLAIM, Kind.UNDERCUT, Kind.QUESTION})),
        ("target.argument", frozenset({Kind.ARGUMENT})),
        ("target.undercut", frozenset({Kind.UNDERCUT})),
        *_BY,
        *_SEEN,
        *_RECORD,
    ),
    Kind.EVIDENCE: (
        ("root", SOURCE),
        ("lineage.*.root", SOURCE),
        *_link("bears_on.*"),
        ("bears_on.*.question", frozenset({Kind.QUESTION})),
        ("bears_on.*.likelihood.?", CLAIM),
        ("quantities.*", QUANTITY),
        *_SEEN,
        *_RECORD,
    ),
    Kind.POSITION: (
        *_BY,
        ("on", frozenset({Kind.CLAIM, Kind.ARGUMENT, Kind.UNDERCUT, Kind.TERM, Kind.QUANTITY})),
        ("of", PERSON),
        *_SEEN,
        *_RECORD,
    ),
    Kind.QUANTITY: (
        ("inputs.*", QUANTITY),
        ("assumes.*", CLAIM),
        *_BY,
        ("confirmed.source", SOURCE),
        ("bridges.*", CLAIM),
        *_SEEN,
        *_RECORD,
    ),
    Kind.EXPERIMENT: (("outcomes.*.likelihood.?", CLAIM), *_BY, *_SEEN, *_RECORD),
    Kind.TERM: (*_BY, *_SEEN, *_RECORD),
    Kind.SOURCE: (
        ("authors.*", PERSON),
        ("part_of", SOURCE),
        ("quotes.*", SOURCE),
        ("derived_from.*", SOURCE),
        ("supersedes.*", SOURCE),
        *_RECORD,
    ),
    Kind.PERSON: (("affiliations.*", PERSON), ("ties.*.to", PERSON), *_RECORD),
    Kind.VIEWPOINT: (
        *_BY,
        ("set.?", frozenset({Kind.CLAIM, Kind.UNDERCUT, Kind.ARGUMENT, Kind.EVIDENCE, Kind.SOURCE})),
        ("set.*.strengths.?", frozenset({Kind.CLAIM, Kind.UNDERCUT})),
        ("set.*.seen_in.*.source", SOURCE),
        *_SEEN,
        *_RECORD,
    ),
}
"""Kind to the places where it names other records: path (``*`` any entry, ``?`` the keys) and the kinds meant."""

_STEPS = {kind: tuple((tuple(at.split(".")), at, kinds) for at, kinds in places) for kind, places in PLACES.items()}


@dataclass(frozen=True, slots=True)
class Reference:
    """One place in which a record names another.

    Attributes:
        entry: the record that names.
        where: path of the id inside its file.
        place: the same as a pattern, e.g. ``bears_on.*.claim``.
        id: the id that is named.
        kinds: the kinds that may stand there.
        key: whether the id is the key of a field rather than its value.
    """

    entry: Entry
    where: Path
    place: str
    id: str
    kinds: frozenset[Kind]
    key: bool

    @property
    def field(self) -> str:
        """The place for people, e.g. ``bears_on.claim``."""
        return self.place.replace(".*", "").replace(".?", "")


def _walk(data: Any, steps: tuple[str, ...], where: Path) -> Iterator[tuple[Path, str, bool]]:
    """(path, id, is key) of every match of a pattern."""
    if not steps:
        if isinstance(data, str):
            yield where, data, False
        return
    step, rest = steps[0], steps[1:]
    if step == "*":
        items = data.items() if isinstance(data, dict) else enumerate(data) if isinstance(data, list) else ()
        for name, value in items:
            yield from _walk(value, rest, (*where, name))
    elif step == "?":
        if isinstance(data, dict):
            for name in data:
                if name != NONE:
                    yield (*where, name), name, True
    elif isinstance(data, dict) and step in data:
        yield from _walk(data[step], rest, (*where, step))


class _Each(Generic[T]):
    """What a function makes of each record, kept while the record is the same object: an edit changes few of them."""

    def __init__(self, make: Callable[[Entry], tuple[T, ...]]) -> None:
        self._make = make
        self._known: dict[int, tuple[Entry, tuple[T, ...]]] = {}

    def __call__(self, corpus: Corpus, entries: Iterable[Entry] | None = None) -> tuple[T, ...]:
        """What is made of records, one after the other.

        Args:
            corpus: the records.
            entries: the same in another order.
        """
        if isinstance(corpus, One):
            return tuple(made for entry in corpus for made in self._make(entry))
        entries = corpus if entries is None else entries
        known, now = self._known, {}
        for entry in entries:
            found = known.get(id(entry))
            now[id(entry)] = found if found is not None and found[0] is entry else (entry, self._make(entry))
        self._known = now
        return tuple(made for _, of_one in now.values() for made in of_one)


@_Each
def _references(entry: Entry) -> tuple[Reference, ...]:
    return tuple(
        Reference(entry, where, place, id, kinds, key)
        for steps, place, kinds in _STEPS[entry.kind]
        for where, id, key in _walk(entry.document.data, steps, ())
    )


@_Each
def _links(entry: Entry) -> tuple[tuple[Entry, Path, m.Link], ...]:
    return tuple((entry, where, link) for where, link in links(entry))


@_Each
def _passages(entry: Entry) -> tuple[tuple[Entry, Path, m.Passage], ...]:
    return tuple((entry, where, passage) for where, passage in located_passages(entry.record))


def references(corpus: Corpus) -> tuple[Reference, ...]:
    """Every reference in the records, file by file in order of path."""
    return _all_references(corpus) if isinstance(corpus, Corpus) else _references(corpus)


@lru_cache(maxsize=2)
def _all_references(corpus: Corpus) -> tuple[Reference, ...]:
    return _references(corpus, sorted(corpus, key=lambda e: e.path))


class Nearest:
    """Suggests existing ids; only as often as findings are shown, since each search reads all ids."""

    def __init__(self, corpus: Corpus) -> None:
        self._corpus = corpus
        self._left = MAX_PER_RUN
        self._ids: dict[frozenset[Kind], list[str]] = {}

    def __call__(self, id: str, kinds: frozenset[Kind]) -> str | None:
        """The existing id of one of these kinds that looks most like ``id``, or ``None``."""
        if self._left <= 0:
            return None
        self._left -= 1
        every = self._corpus.whole if isinstance(self._corpus, One) else self._corpus
        ids = self._ids.setdefault(kinds, [e.id for e in every if e.kind in kinds and e.record.active])
        hit = process.extractOne(id, ids, score_cutoff=75)
        return hit[0] if hit else None


_WITH_ARTICLE = {
    Kind.ARGUMENT: "an argument",
    Kind.UNDERCUT: "an undercut",
    Kind.EXPERIMENT: "an experiment",
    Kind.EVIDENCE: "an item of evidence",
}


def a_kind(kinds: frozenset[Kind]) -> str:
    """``a claim``, ``a claim or an undercut``: kinds as people say them."""
    words = [_WITH_ARTICLE.get(k, f"a {k}") for k in Kind if k in kinds]
    return words[0] if len(words) == 1 else ", ".join(words[:-1]) + f" or {words[-1]}"


def shorten(ids: list[str], most: int = 8) -> list[str]:
    """A list of ids for people: the middle of a long one is left out."""
    return ids if len(ids) <= most else [*ids[: most - 2], "...", ids[-1]]


def count(n: int, noun: str) -> str:
    """``1 word``, ``2 words``."""
    return f"{n} {noun}" if n == 1 else f"{n} {noun}s"


def links(entry: Entry) -> Iterator[tuple[Path, m.Link]]:
    """(path, link) of every link that a record carries to a claim."""
    for i, bearing in enumerate(entry.record.get("bears_on", ())):
        if isinstance(bearing, m.Link):
            yield ("bears_on", i), bearing
    link = entry.record.get("link")
    if link is not None:
        yield ("link",), link


def every_link(corpus: Corpus) -> tuple[tuple[Entry, Path, m.Link], ...]:
    """(record, path, link) of every link to a claim."""
    return _links(corpus)


@lru_cache(maxsize=2)
def texts(corpus: Corpus) -> tuple[tuple[Entry, Path, str], ...]:
    """(record, path, text) of everything that the records say in words; ids, anchors and addresses left out."""
    return tuple((entry, where, text) for entry in corpus for where, text in texts_in(entry.document.data))


def passages(corpus: Corpus) -> tuple[tuple[Entry, Path, m.Passage], ...]:
    """(record, path, passage) of every passage that the records cite."""
    return _passages(corpus)


def texts_in(data: Any) -> Iterator[tuple[Path, str]]:
    """(path, text) of everything that a file's data say in words."""
    todo: list[tuple[Path, Any]] = [((), data)]
    while todo:
        where, value = todo.pop()
        if isinstance(value, dict):
            todo += [((*where, key), inner) for key, inner in value.items() if key not in _NO_WORDS]
        elif isinstance(value, list):
            todo += [((*where, n), inner) for n, inner in enumerate(value)]
        elif isinstance(value, str) and " " in value:
            yield where, value


_NO_WORDS = frozenset({"anchor", "url", "doi", "snapshot", "formula"})


def after(one: str, other: str) -> bool:
    """Whether a date certainly lies after another one; either may lack its day or its month."""
    n = min(len(one), len(other))
    return one[:n] > other[:n]
