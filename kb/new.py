"""Drafts of new records: an id, a topic, near-duplicates, the file's text, and what the record would change.

Nothing here writes or asks; a draft is tried among all other records before anybody writes it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from pydantic import BaseModel, TypeAdapter, ValidationError
from pydantic_core import ErrorDetails
from rapidfuzz import fuzz, process, utils

from kb import fmt, vocab
from kb import models as m
from kb.alike import wording
from kb.corpus import Corpus, Entry
from kb.drafts import annotation_at, model_at, options
from kb.engine import assess
from kb.engine.impact import Impact, difference
from kb.errors import Finding, Level
from kb.imports import Cited
from kb.load import RESERVED, read_record
from kb.rules import run_rules
from kb.text import Path, read_document
from kb.typed import date_of, in_latin_letters, plain_letters
from kb.validate import locate, value_at
from kb.wording import Wrong, in_words

LONGEST_SLUG = 60
_EXPLAINED = frozenset(
    {"base_rate", "basis", "credence", "design", "form", "formula", "kill", "outcomes", "premises", "priors"}
    | {"reliability", "scheme", "seen_in", "senses", "set", "stance", "target", "type"}
)
"""Fields that get a comment in a new file: those that need a judgement or have a form of their own."""
_DATES = frozenset({"accessed", "added", "as_of", "by", "date", "issued", "said", "since"})
"""Fields that may hold a date: how people write one is put into the form of a record."""
_COMMON = frozenset(
    {"a", "an", "and", "are", "as", "at", "by", "for", "from", "how", "in", "is", "of", "on", "the", "to"}
)


@dataclass(frozen=True, slots=True)
class Draft:
    """A record that is not written yet.

    Attributes:
        id, kind, topic: what it will be, and in which folder.
        path: its file, below the folder of the records as the user named it.
        text: the file's bytes, in canonical form.
    """

    id: str
    kind: vocab.Kind
    topic: str
    path: str
    text: bytes


@dataclass(frozen=True, slots=True)
class Trial:
    """What the records would be with the drafts among them.

    Attributes:
        findings: what would be wrong that is not wrong now.
        impact: credences that would move, largest first; ``None`` when other records have errors.
        credences: new claims and undercuts with their credences.
    """

    findings: tuple[Finding, ...]
    impact: Impact | None = None
    credences: Mapping[str, float] = field(default_factory=dict)

    @property
    def failed(self) -> bool:
        """Whether a draft has an error."""
        return any(f.level is Level.ERROR for f in self.findings)


# names


def slug(text: str, most: int = LONGEST_SLUG) -> str:
    """A text as an id: lower-case words joined by hyphens, cut between words; ``record`` when nothing is left."""
    words = re.findall(r"[a-z0-9]+", plain_letters(text).replace("'", "").replace("’", ""))
    found = ""
    for word in words:
        longer = f"{found}-{word}" if found else word[:most]
        if len(longer) > most:
            break
        found = longer
    return found or "record"


def free_id(wanted: str, corpus: Corpus, taken: Iterable[str] = ()) -> str:
    """The wanted id, or it with the first number that makes it unique among ids, aliases and unread files."""
    used = {*corpus.entries, *corpus.aliases, *corpus.unread, *taken, *RESERVED}
    if wanted not in used:
        return wanted
    return next(name for n in range(2, len(used) + 3) if (name := f"{wanted[:76].rstrip('-')}-{n}") not in used)


def source_id(title: str, families: tuple[str, ...], issued: str | None) -> str:
    """``<first author>-<year>-<words>`` as far as they are known; an author in other letters is left out."""
    words = [word for word in slug(title, 200).split("-") if word not in _COMMON][:3]
    author = slug(families[0], 20) if families and in_latin_letters(families[0]) else ""
    year = re.match(r"\d{4}(?![^-])", issued or "", re.ASCII)
    return "-".join(part for part in (author, year[0] if year else "", *words) if part)[:80].strip("-")


def position_id(data: Mapping[str, Any]) -> str:
    """``<who>-<stance>-<what>``."""
    return slug(f"{data.get('by', '')} {data.get('stance', '')} {data.get('on', '')}", 80)


def propose_id(data: Mapping[str, Any], kind: vocab.Kind, corpus: Corpus, taken: Iterable[str] = ()) -> str:
    """An id that nothing has, from a record's title or, for a position, from its parts."""
    title = data.get("title")
    if kind is vocab.Kind.POSITION and not title:
        wanted = position_id(data)
    elif kind is vocab.Kind.SOURCE:
        authors = [corpus.find(str(id)) for id in data.get("authors", ())]
        names = [entry.title for entry in authors if entry is not None]
        names += [str(data.get("authors_text", "")).split(",")[0].split(" and ")[0]]
        families = tuple(name.split()[-1] for name in names if name.split())
        wanted = source_id(str(title or ""), families, data.get("issued"))
    else:
        wanted = slug(str(title or ""))
    return free_id(wanted or kind.value, corpus, taken)


def propose_topic(data: Mapping[str, Any], kind: vocab.Kind, corpus: Corpus) -> str | None:
    """The folder a record belongs in: its kind's shelf, that of a record it names, or that of the likest record.

    ``None`` when there is no topic yet.
    """
    shelf = vocab.SHELVES.get(kind)
    if shelf is not None:
        return shelf
    shelves = set(vocab.SHELVES.values())
    for id in _ids_in(data):
        entry = corpus.find(id)
        if entry is not None and entry.topic not in shelves:
            return entry.topic
    texts = {e.id: wording(e.record) for e in corpus if e.topic not in shelves}
    wanted = wording(data)
    hit = (
        process.extractOne(wanted, texts, scorer=fuzz.token_set_ratio, processor=utils.default_process)
        if texts
        else None
    )
    if hit is not None:
        return corpus[hit[2]].topic
    return next(iter(corpus.topics), None)


def _ids_in(data: Any) -> list[str]:
    """Every text in the data that could be an id, those that carry weight first."""
    if isinstance(data, str):
        return [data] if re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", data) else []
    if isinstance(data, Mapping):
        first = [data[key] for key in ("bears_on", "link", "target", "on", "claim") if key in data]
        return [id for value in [*first, *data.values()] for id in _ids_in(value)]
    return [id for value in data for id in _ids_in(value)] if isinstance(data, list | tuple) else []


# what exists already


def known_source(cited: Cited, corpus: Corpus) -> str | None:
    """The existing source with the same DOI or address."""
    for id, source in corpus.of(m.Source, active=True):
        same_doi = cited.doi is not None and source.doi is not None and cited.doi.lower() == source.doi.lower()
        if same_doi or (cited.url is not None and source.url is not None and _page(cited.url) == _page(source.url)):
            return id
    return None


def source_at(named: str, corpus: Corpus) -> str | None:
    """The existing source with this address or DOI."""
    doi = re.sub(r"^(?:https?://(?:dx\.)?doi\.org/|doi:\s*)", "", named, flags=re.I)
    known = doi if re.match(r"10\.\d{4,9}/\S+\Z", doi) else None
    return known_source(Cited("", named, None, url=named if "://" in named else None, doi=known), corpus)


def _page(url: str) -> str:
    """An address without what does not tell pages apart."""
    return re.sub(r"^https?://(www\.)?|[/#]+$", "", url).lower()


# data


def source_data(cited: Cited, corpus: Corpus, today: str) -> dict[str, Any]:
    """The fields of a source record; authors who have a record are named by it, the others as text."""
    people = {entry.title.casefold(): entry.id for entry in corpus if isinstance(entry.record, m.Person)}
    ids = [people[name.casefold()] for name in cited.authors if name.casefold() in people]
    others = [name for name in cited.authors if name.casefold() not in people]
    while others and len(", ".join(others)) > 280:
        others = [*[name for name in others if name != "and others"][:-1], "and others"]
    data: dict[str, Any] = {
        "kind": "source",
        "title": cited.title,
        "type": str(cited.type) if cited.type is not None else None,
        "authors": ids or None,
        "authors_text": ", ".join(others) or None,
        "issued": cited.issued,
        "url": cited.url,
        "container": cited.container,
        "doi": cited.doi,
        "accessed": today,
        "added": today,
    }
    return {key: value for key, value in data.items() if value is not None}


def value_of(text: str, kind: vocab.Kind, path: Path, data: Mapping[str, Any]) -> Any:
    """What a person typed for a field as plain data: text where the field takes text, else YAML.

    Raises:
        ValueError: the field does not exist or cannot hold it; the message says what it takes.
    """
    annotation = annotation_at(m.MODELS[kind], path, data)
    name = ".".join(map(str, path))
    if annotation is None:
        raise ValueError(f"{kind} has no field `{name}`; kb schema {kind} lists them")
    check = TypeAdapter(annotation)
    document, faults = read_document(f"v: {text}".encode(), "")
    tried: list[Any] = [text]
    date = date_of(text)
    if date is not None and path[-1] in _DATES:
        tried.append(date)
    if document is not None and not faults:
        tried.append(document.data["v"])
    if any(getattr(option, "__origin__", None) is tuple for option in options(annotation)):
        tried.append([part.strip() for part in text.split(",") if part.strip()])
    faults_of: list[tuple[Any, ErrorDetails]] = []
    for value in tried:
        try:
            check.validate_json(json.dumps(value), strict=True)
        except ValidationError as error:
            faults_of.append((value, error.errors(include_url=False)[0]))
        else:
            return value
    value, problem = next((one for one in reversed(faults_of) if not isinstance(one[0], str)), faults_of[0])
    where = locate(problem["loc"], value)
    model = m.MODELS[kind]
    wrong = Wrong(
        kind=problem["type"],
        ctx=problem.get("ctx", {}),
        raw=problem["msg"],
        field=".".join(step for step in (*path, *where) if isinstance(step, str)),
        name=str((*path, *where)[-1]),
        value=value_at(value, where),
        parent=model_at(model, path[:-1], data),
        annotation=annotation,
    )
    raise ValueError("; ".join(in_words(wrong)))


def needed(kind: vocab.Kind) -> tuple[str, ...]:
    """Fields without which a record of this kind is none, in the order of the data model."""
    fields = m.MODELS[kind].model_fields
    return tuple(field.alias or name for name, field in fields.items() if field.is_required() and name != "kind")


def needs_source(data: Mapping[str, Any], kind: vocab.Kind) -> bool:
    """Whether a check refuses a record of this kind that names no source and passage."""
    if kind is vocab.Kind.QUANTITY:
        return not any(data.get(name) for name in ("confirmed", "unconfirmed", "formula"))
    return kind in (vocab.Kind.EVIDENCE, vocab.Kind.POSITION)


def needs_claim(kind: vocab.Kind) -> bool:
    """Whether a record of this kind is idle unless it bears on a claim."""
    return kind in (vocab.Kind.EVIDENCE, vocab.Kind.ARGUMENT)


def explained(model: type[BaseModel], name: str) -> str:
    """What a field is for."""
    return next((f.description or "" for key, f in model.model_fields.items() if name in (key, f.alias)), "")


# files


def draft(id: str, kind: vocab.Kind, topic: str, data: Mapping[str, Any], root: str, *, comments: bool = True) -> Draft:
    """A record's file.

    Args:
        id, kind, topic: what it is and where it lies.
        data: its fields; those that are ``None`` are left out.
        root: folder of the records, as the user named it.
        comments: explain the fields.
    """
    fields = {"kind": kind.value, **{key: value for key, value in data.items() if value is not None and key != "kind"}}
    text = fmt.text_of(fields, _comments(kind, fields) if comments else {}, fmt.hint(kind.value))
    return Draft(id, kind, topic, f"{root}/{topic}/{id}.yaml", text)


def _comments(kind: vocab.Kind, data: Mapping[str, Any]) -> dict[Path, str]:
    """What each field is for, above it; the fields that everybody can read without help have none."""
    model = m.MODELS[kind]
    found: dict[Path, str] = {(name,): explained(model, name) for name in data if name in _EXPLAINED}
    links = data.get("bears_on")
    for where in [("bears_on", 0)] if links else [("link",)] if data.get("link") else []:
        stance = value_at(data, (*where, "stance"))
        found[(*where, "strength")] = f"How many times {likelier(str(stance))}:\n{strength_scale()}."
        found[(*where, "why")] = explained(m.Link, "why")
    return {path: text for path, text in found.items() if value_at(data, path) is not None}


def likelier(stance: str) -> str:
    """What a strength counts, of a link with this stance."""
    first, second = ("false", "true") if stance == vocab.Stance.OPPOSES else ("true", "false")
    return f"likelier to see this if the claim is {first} than if it is {second}"


def strength_scale() -> str:
    """The words of strength, each with its likelihood ratio."""
    return ", ".join(f"{word} {factor}" for word, factor in m.strength_factors().items())


def try_out(corpus: Corpus, drafts: Iterable[Draft], *, broken: bool = False) -> Trial:
    """Put drafts among the records, apply every rule, and compare credences.

    Args:
        corpus: the records that are there.
        drafts: the new ones.
        broken: other records have errors, so that no credence can be computed.
    """
    entries: list[Entry] = []
    findings: list[Finding] = []
    for one in drafts:
        read = read_record(one.text, one.path, one.topic)
        findings += read.findings
        if read.entry is not None:
            entries.append(read.entry)
    ids = {entry.id for entry in entries}
    others = [entry for entry in corpus if entry.id not in ids]
    more = Corpus([*others, *entries], corpus.topics, corpus.root, corpus.unread)
    known = set(run_rules(corpus))
    findings += [f for f in run_rules(more) if f not in known]
    trial = Trial(tuple(sorted(set(findings), key=Finding.sort_key)))
    if trial.failed or broken:
        return trial
    before, after = assess(corpus, intervals=False), assess(more, intervals=False)
    credences = {id: after.credences[id].credence for id in sorted(ids) if id in after.credences}
    return Trial(trial.findings, difference(entries[-1].id if entries else "", after.result, before.result), credences)


def closest_records(words: str, kinds: Iterable[vocab.Kind], corpus: Corpus, most: int = 3) -> list[Entry]:
    """Active records of some kinds whose id or wording is likest to what somebody typed."""
    wanted = frozenset(kinds)
    texts = {e.id: f"{e.id.replace('-', ' ')} {e.title}" for e in corpus if e.kind in wanted and e.record.active}
    hits = process.extract(words, texts, scorer=fuzz.token_set_ratio, processor=utils.default_process, limit=most)
    return [corpus[id] for _, score, id in hits if score >= 40]
