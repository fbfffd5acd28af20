"""What viewpoints set differently."""

from __future__ import annotations

from collections.abc import Iterator

from kb import models as m
from kb.corpus import Corpus, Entry
from kb.errors import Finding, Level
from kb.rules._base import Family, Reporter, a_kind

report = Reporter(__name__, Family.POSITION, Level.ERROR, alone=True)
_FIELDS: dict[type[m.Record], tuple[str, ...]] = {
    m.Claim: ("base_rate", "strength", "strengths"),
    m.Undercut: ("base_rate", "kill"),
    m.Argument: ("strength",),
    m.Evidence: ("strength", "strengths", "reliability"),
    m.Source: ("reliability",),
}


def check(corpus: Corpus) -> Iterator[Finding]:
    """A viewpoint sets only what the record has, and says where the difference comes from.

    A strength set for a record without that link would change nothing.  ``strength`` is for a record with one link,
    ``strengths`` names the links of one with several; ``base_rate`` is for claims and undercuts, ``kill`` for
    undercuts, ``reliability`` for evidence and sources.  Each entry has ``seen_in``, or ``editor: true`` for the
    editors' reading.
    """
    for id, viewpoint in corpus.of(m.Viewpoint):
        for name, override in viewpoint.set.items():
            target = corpus.entries.get(name)
            if target is not None and type(target.record) in _FIELDS:
                yield from _fit(corpus[id], name, override, target)
            if not override.seen_in and not override.editor:
                yield report(
                    corpus[id],
                    ("set", name),
                    f"nothing says where the view of {name} comes from",
                    "add `seen_in:` with source and anchor, or `editor: true`",
                    key=True,
                )


def _fit(entry: Entry, name: str, override: m.Override, target: Entry) -> Iterator[Finding]:
    """Findings on one record that the viewpoint sets."""
    may = _FIELDS[type(target.record)]
    has = [f for f in ("base_rate", "strength", "strengths", "reliability", "kill") if getattr(override, f)]
    for field in has:
        if field not in may:
            yield report(
                entry,
                ("set", name, field),
                f"{name} is {a_kind(frozenset({target.kind}))} and has no {field.replace('_', ' ')}",
                f"here you may set {', '.join(may)}",
                key=True,
            )
    if not has:
        yield report(entry, ("set", name), f"nothing is set for {name}", f"set {', '.join(may)}", key=True)
    links = [b.claim for b in target.record.get("bears_on", ()) if isinstance(b, m.Link)]
    if isinstance(target.record, m.Argument) and target.record.link is not None:
        links = [target.record.link.claim]
    if override.strength is not None and "strength" in may and len(links) != 1:
        hint = f"use `strengths:` with {', '.join(links[:5])}" if links else "take it out"
        yield report(entry, ("set", name, "strength"), f"{name} has {len(links)} links", hint, key=True)
    for link in override.strengths:
        if "strengths" in may and link not in links:
            yield report(
                entry,
                ("set", name, "strengths", link),
                f"{name} has no link to {link}",
                f"its links: {', '.join(links[:5]) or 'none'}",
                key=True,
            )
