"""Records that differ between two states, and how, in words.  Computes no credence."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from kb.corpus import Corpus, Entry
from kb.diff.meaning import side_by_side
from kb.diff.report import RecordChange, What, short
from kb.load import TOPIC_FILE, Loaded

PROSE = frozenset({"title", "text", "summary", "notes", "why", "word", "definition", "leaves_out", "question"})
"""Fields that are read, not computed with."""
KEYS = ("claim", "question", "to", "source", "root", "id", "record")
"""What tells the entries of a list apart, by field."""
LONG = 60
"""Characters above which a text is called reworded whatever its field."""
SHOWN = 90
"""Characters of a value that are shown."""
DIFFERING = 300
"""Characters of what differs between two texts that are shown."""


def ids_of(loaded: Loaded) -> set[str]:
    """Ids that are taken, those of files that cannot be read included."""
    unread = {name for name in loaded.corpus.unread if not name.endswith(f"/{TOPIC_FILE}")}
    return set(loaded.corpus.entries) | unread


def record_changes(base: Loaded, head: Loaded) -> tuple[RecordChange, ...]:
    """Every record that differs, in order of id."""
    found = []
    for id in sorted(ids_of(base) | ids_of(head)):
        before, after = base.corpus.entries.get(id), head.corpus.entries.get(id)
        if before is not None and after is not None:
            change = _changed(before, after)
            if change is not None:
                found.append(change)
        elif after is not None:
            found.append(
                _one(after, "added", _gist(after) if id not in ids_of(base) else ("could not be read before",))
            )
        elif id in ids_of(head):
            if before is not None or id not in ids_of(base):
                found.append(_unreadable(id, before, head))
        elif before is not None:
            found.append(_one(before, "removed"))
        else:
            found.append(RecordChange(id=short(id), kind="file", title="", path="", what="removed"))
    return tuple(found)


def topic_changes(base: Corpus, head: Corpus) -> tuple[str, ...]:
    """Topics that were added, removed or changed, in words."""
    found = []
    for name in sorted({*base.topics, *head.topics}):
        before, after = base.topics.get(name), head.topics.get(name)
        if before is None:
            found.append(f"new topic {name}")
        elif after is None:
            found.append(f"topic {name} is gone")
        elif before != after:
            found.append(f"topic {name}: {'; '.join(describe(before.model_dump(), after.model_dump()))}")
    return tuple(short(line, 1_500) for line in found)


def _one(entry: Entry, what: What, details: tuple[str, ...] = ()) -> RecordChange:
    return RecordChange(
        id=entry.id,
        kind=entry.kind.value,
        title=short(entry.title),
        path=short(entry.path),
        what=what,
        details=tuple(short(line, 1_500) for line in details[:200]),
    )


def _unreadable(id: str, before: Entry | None, head: Loaded) -> RecordChange:
    path = next((f.path for f in head.findings if f.path.endswith(f"/{id}.yaml")), "")
    kind, title = (before.kind.value, short(before.title)) if before is not None else ("file", "")
    return RecordChange(id=short(id), kind=kind, title=title, path=short(path), what="unreadable")


def _changed(before: Entry, after: Entry) -> RecordChange | None:
    moved = before.topic != after.topic
    if before.digest == after.digest and not moved:
        return None
    details = list(describe(before.document.data, after.document.data))
    if moved:
        details.insert(0, f"moved from {before.topic}/ to {after.topic}/")
    if not details:
        details = ["formatting or comments alone"]
    what: What = "moved" if moved and len(details) == 1 else "changed"
    if before.record.active and not after.record.active:
        what = "withdrawn"
    elif after.record.active and not before.record.active:
        what = "restored"
    return _one(after, what, tuple(details))


def is_rewrite(before: Entry, after: Entry) -> bool:
    """Whether a record says something else than before: more than its format, folder or status differs."""
    return _without(before, "status") != _without(after, "status")


def weighs_differently(before: Entry, after: Entry) -> bool:
    """Whether anything differs that the engine reads: not only wording and where it is said."""
    same: bool = _numbers(before.document.data) == _numbers(after.document.data)
    return not same


def _numbers(data: Any) -> Any:
    """A record without its prose, marks of passages and dates."""
    left_out = (PROSE - {"question"}) | {"anchor", "locator", "no_anchor", "added", "since", "story"}
    if isinstance(data, dict):
        return {name: _numbers(value) for name, value in data.items() if name not in left_out}
    if isinstance(data, list):
        return [_numbers(value) for value in data]
    return data


def _without(entry: Entry, *fields: str) -> dict[str, Any]:
    return {name: value for name, value in entry.document.data.items() if name not in fields}


def _gist(entry: Entry) -> tuple[str, ...]:
    """What a new record bears on."""
    data = entry.document.data
    links = [*_dicts(data.get("bears_on")), *_dicts([data.get("link")])]
    found = [_link_words(link) for link in links]
    target = data.get("target")
    if isinstance(target, dict):
        found.append("undercuts " + " > ".join(str(value) for value in target.values()))
    if "on" in data and "stance" in data:
        found.append(f"{data.get('by')} {data['stance']} {data['on']}")
    return tuple(found)


def _dicts(value: Any) -> list[dict[str, Any]]:
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []


def _link_words(link: dict[str, Any]) -> str:
    if "question" in link:
        return f"bears on {link['question']}: {_show(link.get('likelihood'))}"
    return f"{link.get('stance')} {link.get('claim')}, {_show(link.get('strength'))}"


def describe(before: Any, after: Any, name: str = "") -> Iterator[str]:
    """How one value became another, in words, field by field.

    Args:
        before, after: data of a file, or a part of it.
        name: what to call the part.
    """
    if before == after:
        return
    if isinstance(before, dict) and isinstance(after, dict):
        for field in [*before, *(f for f in after if f not in before)]:
            called = f"{name} {_said(field)}".strip()
            if field not in after:
                yield f"{called} left out (was {_show(before[field])})"
            elif field not in before:
                yield from _new(field, after[field], called)
            elif _is_prose(field, before[field], after[field]):
                if before[field] != after[field]:
                    yield f"{called} reworded: {_differing(before[field], after[field])}"
            else:
                yield from describe(before[field], after[field], called)
    elif isinstance(before, list) and isinstance(after, list):
        yield from _describe_lists(before, after, name)
    else:
        yield f"{name}: {_show(before)} → {_show(after)}"


def _differing(before: str, after: str) -> str:
    """Two texts, in full where they are short, else what differs with some words around it."""
    if max(len(before), len(after)) > SHOWN:
        before, after = side_by_side(before, after, DIFFERING)
    return f"“{short(before, DIFFERING)}” → “{short(after, DIFFERING)}”"


def _is_prose(field: str, before: Any, after: Any) -> bool:
    both = isinstance(before, str) and isinstance(after, str)
    return both and (field in PROSE or max(len(before), len(after)) > LONG)


def _new(field: str, value: Any, called: str) -> Iterator[str]:
    if field == "bears_on" and _dicts(value):
        for link in _dicts(value):
            yield f"new link: {_link_words(link)}"
    else:
        yield f"{called} given: {_show(value)}"


def _describe_lists(before: list[Any], after: list[Any], name: str) -> Iterator[str]:
    old, new = _keyed(before), _keyed(after)
    if not (old.keys() ^ new.keys()) and all(old[key] == new[key] for key in old):
        yield f"{name} in another order"
        return
    one = {"bears on": "link to", "seen in": "passage in"}.get(name, name)
    for key in [*old, *(key for key in new if key not in old)]:
        if key not in new:
            yield f"{one} {_show(key)} left out"
        elif key not in old:
            link = isinstance(new[key], dict) and one == "link to"
            yield f"new link: {_link_words(new[key])}" if link else f"{one} {_show(key)} added"
        else:
            yield from describe(old[key], new[key], f"{one} {_show(key)}")


def _keyed(values: list[Any]) -> dict[str, Any]:
    """Entries of a list by what tells them apart; the second of two that look alike is numbered."""
    found: dict[str, Any] = {}
    for value in values:
        name = next((value[key] for key in KEYS if key in value), None) if isinstance(value, dict) else value
        key = _show(name if name is not None else value)
        again = 2
        while key in found:
            key, again = f"{key.split(' (')[0]} ({again})", again + 1
        found[key] = value
    return found


def _said(field: str) -> str:
    return str(field).replace("_", " ")


def _show(value: Any) -> str:
    """A value in a few words."""
    if isinstance(value, bool) or value is None:
        text = {True: "true", False: "false", None: "nothing"}[value]
    elif isinstance(value, dict):
        text = ", ".join(f"{_said(key)} {_show(one)}" for key, one in value.items())
    elif isinstance(value, list):
        text = ", ".join(_show(one) for one in value)
    else:
        text = f"{value:g}" if isinstance(value, float) else str(value)
    return short(text, SHOWN)
