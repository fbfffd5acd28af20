"""What the form for adding in place has to know: words, limits, sources, and the ids that are taken.

The form is a script that is loaded when somebody opens it (``site/pages/assets/js/add/``); this is its data, as a
script too, so that it loads from a file as from a server.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from annotated_types import MaxLen, MinLen
from jinja2.utils import htmlsafe_json_dumps
from pydantic import BaseModel
from pydantic.fields import FieldInfo

from kb import models as m
from kb import vocab
from kb.engine.graph import QUIET_DESIGNS, source_reliability
from kb.fmt import hint
from kb.load import RESERVED
from kb.pages import whatif
from kb.pages.site import Site
from kb.rules import weak_design

PATH = "assets/adding.js"
_KINDS: dict[vocab.Kind, type[BaseModel]] = {
    kind: m.MODELS[kind] for kind in (vocab.Kind.EVIDENCE, vocab.Kind.SOURCE, vocab.Kind.UNDERCUT, vocab.Kind.CLAIM)
}
"""The kinds of which the form makes records."""
_ALSO: tuple[type[BaseModel], ...] = (m.Link, m.Passage, m.Anchor)


def script(site: Site) -> bytes:
    """The data of the form."""
    text = str(htmlsafe_json_dumps(_data(site), separators=(",", ":"), ensure_ascii=False))
    return b"window.counterpoiseAdding=" + text.encode() + b";\n"


def _data(site: Site) -> dict[str, object]:
    """Everything by name; words come as rows of (word, label, definition, number)."""
    return {
        "newFile": _address(site, "new"),
        "editFile": _address(site, "edit"),
        "heads": {kind.value: hint(kind.value) for kind in _KINDS},
        "limits": {model.__name__: _limits(model) for model in (*_KINDS.values(), *_ALSO)},
        "about": {model.__name__: _about(model) for model in (*_KINDS.values(), *_ALSO)},
        "designs": [[d.value, d.label, d.definition, vocab.DESIGN_RELIABILITY[d]] for d in vocab.Design],
        "quiet": sorted(design.value for design in QUIET_DESIGNS),
        "tops": {word: w.high for word, w in vocab.STRENGTH_WORDS.items()},
        "most": {design.value: word for design, word in weak_design.MOST.items()},
        "types": [[t.value, t.label, t.definition, vocab.ROOT_RELIABILITY[t]] for t in vocab.SourceType],
        "strengths": [[w.word, w.db, factor] for w, factor in _strengths()],
        "kills": [[k.value, vocab.KILL_VALUE[k]] for k in vocab.Kill],
        "base": {"claim": vocab.CLAIM_BASE_RATE, "undercut": vocab.UNDERCUT_BASE_RATE},
        "words": {"credence": whatif.credence_limits(), "strength": whatif.strength_limits()},
        "sources": [_source(site, id, source) for id, source in site.corpus.of(m.Source, active=True)],
        "taken": sorted(_taken(site)),
    }


def _address(site: Site, what: str) -> str | None:
    """Where files of the records are made (``new``) or changed (``edit``); ``None`` while the repository is unknown."""
    repository = site.settings.repository
    return f"{repository.rstrip('/')}/{what}/{site.settings.branch}/claims/" if repository is not None else None


def _strengths() -> Iterable[tuple[vocab.StrengthWord, str]]:
    return zip(vocab.STRENGTH_WORDS.values(), m.strength_factors().values(), strict=True)


def _limits(model: type[BaseModel]) -> dict[str, list[int]]:
    """Field of a model to the fewest and the most characters that it takes, for fields that are text."""
    found = {}
    for name, field in model.model_fields.items():
        lengths = [0, 0]
        for one in _constraints(field):
            if isinstance(one, MinLen):
                lengths[0] = one.min_length
            elif isinstance(one, MaxLen):
                lengths[1] = one.max_length
        if lengths[1]:
            found[field.alias or name] = lengths
    return found


def _constraints(field: FieldInfo) -> list[Any]:
    """What limits the lengths of a field, however its type is wrapped."""
    found: list[Any] = list(field.metadata)
    queue: list[Any] = [field.annotation]
    while queue:
        at = queue.pop()
        for one in getattr(at, "__metadata__", ()):
            found += one.metadata if isinstance(one, FieldInfo) else [one]
        queue += [inner for inner in getattr(at, "__args__", ()) if inner is not type(None)]
    return found


def _about(model: type[BaseModel]) -> dict[str, str]:
    """Field of a model to what it is for."""
    return {field.alias or name: field.description or "" for name, field in model.model_fields.items()}


def _source(site: Site, id: str, source: m.Source) -> list[object]:
    """Id, title, type, who, date, reliability, address without what does not tell pages apart, DOI."""
    who = ", ".join([*(site.corpus[a].title for a in source.authors), *filter(None, [source.authors_text])])
    address = source.url.lower().split("://", 1)[-1].removeprefix("www.").rstrip("/#") if source.url else ""
    number = source_reliability(source)
    return [id, source.title, source.type.value, who, source.issued or "", number, address, (source.doi or "").lower()]


def _taken(site: Site) -> set[str]:
    """Every id that no new record may have."""
    corpus = site.corpus
    return {*corpus.entries, *corpus.aliases, *corpus.unread, *RESERVED}
