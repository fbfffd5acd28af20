"""Questions of ``kb new`` to somebody at a terminal: one field after the other, each answer checked at once."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import typer

from kb import models as m
from kb import new, vocab
from kb.corpus import Corpus
from kb.drafts import annotation_at, options
from kb.text import Path

_WELCOME: dict[vocab.Kind, tuple[str, ...]] = {
    vocab.Kind.QUESTION: ("text", "answers"),
    vocab.Kind.CLAIM: ("form",),
    vocab.Kind.UNDERCUT: ("text", "why"),
    vocab.Kind.POSITION: ("credence", "text", "said"),
    vocab.Kind.QUANTITY: ("value", "period", "by"),
    vocab.Kind.SOURCE: ("authors_text", "issued", "url", "container"),
    vocab.Kind.PERSON: ("text", "url"),
    vocab.Kind.VIEWPOINT: ("text", "by"),
}
"""Fields that are asked for though a record can do without them."""


class Asker:
    """Asks for fields on a terminal.

    Args:
        corpus: the records, to find those that somebody means.
    """

    def __init__(self, corpus: Corpus) -> None:
        self.corpus = corpus

    def fields(self, data: dict[str, Any], kind: vocab.Kind) -> None:
        """Ask for a kind's needed fields, and for those that are welcome, where the data lack them."""
        needed = [name for name in new.needed(kind) if name != "link"]
        for name in [*needed, *(n for n in _WELCOME.get(kind, ()) if n not in needed)]:
            if name not in data:
                value = self._field(data, kind, (name,), optional=name not in needed)
                if value is not None:
                    data[name] = value

    def which_source(self, today: str) -> tuple[str | None, dict[str, Any] | None]:
        """The id of the source that is meant, or the fields of a new one."""
        typer.echo("Source: where it is said: an id, or words of its title; `new` for one that is not there yet.")
        near: list[str] = []
        while True:
            answer = str(typer.prompt("source", default="", show_default=False)).strip()
            if answer == "new":
                data: dict[str, Any] = {"kind": "source", "accessed": today, "added": today}
                self.fields(data, vocab.Kind.SOURCE)
                return None, data
            found = self.corpus.find(_chosen(answer, near))
            if found is not None and isinstance(found.record, m.Source):
                return found.id, None
            if not answer:
                return None, None
            near = self._suggest(answer, (vocab.Kind.SOURCE,))

    def passage(self) -> dict[str, Any]:
        """Where in the source: words, a place, or why neither."""
        given = self._until("first 3 to 8 words of the passage (empty: none)", self._words, optional=True)
        if given:
            last = self._until("last 3 to 8 words (empty: the passage is short)", self._words, optional=True)
            return {"anchor": {"start": given, **({"end": last} if last else {})}}
        place = str(typer.prompt("page, section or time (empty: none)", default="", show_default=False)).strip()
        if place:
            return {"locator": place}
        reason = self._until("why neither can be given", lambda text: _at_least(text, 10), optional=True)
        return {"no_anchor": reason} if reason else {}

    def link(self, data: dict[str, Any], kind: vocab.Kind, where: Path) -> None:
        """What it bears on."""
        link: Any = data
        for step in where:
            fresh: Any = [{}] if step == "bears_on" else {}
            link = link.setdefault(step, fresh) if isinstance(link, dict) else link[step]
        if "claim" not in link:
            claim = self._record(
                (vocab.Kind.CLAIM, vocab.Kind.UNDERCUT), "claim it bears on (empty: none)", optional=True
            )
            if claim is None:
                if not link:
                    data.pop(str(where[0]))
                return
            link["claim"] = claim
        for name in ("stance", "strength", "why"):
            if name not in link:
                link[name] = self._field(data, kind, (*where, name))

    def sure(self, question: str) -> bool:
        """Yes or no."""
        return bool(typer.confirm(question, default=False))

    def _field(self, data: dict[str, Any], kind: vocab.Kind, path: Path, *, optional: bool = False) -> Any:
        """One field: shows what it is for and its choices, and asks until the answer fits."""
        annotation = annotation_at(m.MODELS[kind], path, data)
        words = [o for option in options(annotation) for o in _words_of(option)]
        about = new.explained(m.Link if len(path) > 1 else m.MODELS[kind], str(path[-1]))
        typer.echo(f"{str(path[-1]).replace('_', ' ').capitalize()}: {about}")
        if path[-1] == "strength":
            typer.echo(f"  how many times likelier it is to see this if the claim is true: {new.strength_scale()}")
        if words and not all(word in about for word in words):
            typer.echo(f"  one of: {', '.join(words)}")
        empty = " (empty: none)" if optional else ""
        return self._until(f"{path[-1]}{empty}", lambda text: new.value_of(text, kind, path, data), optional=optional)

    def _until(self, prompt: str, parse: Callable[[str], Any], *, optional: bool = False) -> Any:
        while True:
            answer = str(typer.prompt(prompt, default="", show_default=False)).strip()
            if not answer and optional:
                return None
            try:
                return parse(answer)
            except ValueError as error:
                typer.echo(f"  {error}")

    def _record(self, kinds: Iterable[vocab.Kind], prompt: str, *, optional: bool) -> str | None:
        wanted = tuple(kinds)
        typer.echo("Claim: an id, or words of its title.")
        near: list[str] = []
        while True:
            answer = str(typer.prompt(prompt, default="", show_default=False)).strip()
            if not answer and optional:
                return None
            found = self.corpus.find(_chosen(answer, near))
            if found is not None and found.kind in wanted:
                return found.id
            near = self._suggest(answer, wanted)

    def _suggest(self, words: str, kinds: tuple[vocab.Kind, ...]) -> list[str]:
        """Name the records that may be meant; their ids, in the order in which they are numbered."""
        near = new.closest_records(words, kinds, self.corpus)
        what = "if it is one of these, type its number" if near else "try other words"
        typer.echo(f"  no {kinds[0]} has that id; {what}")
        for n, entry in enumerate(near, 1):
            typer.echo(f"  {n}  {entry.id}: {entry.title}")
        return [entry.id for entry in near]

    @staticmethod
    def _words(text: str) -> str:
        if not 3 <= len(text.split()) <= 8:
            raise ValueError(f"these are {len(text.split())} words: give 3 to 8, exactly as the source has them")
        return text


def _chosen(answer: str, near: list[str]) -> str:
    """The id that a number stands for; anything else as it was typed."""
    return near[int(answer) - 1] if answer.isdecimal() and 1 <= int(answer) <= len(near) else answer


def _at_least(text: str, least: int) -> str:
    if len(text) < least:
        raise ValueError(f"write at least {least} characters")
    return text


def _words_of(option: Any) -> list[str]:
    """The words that may be written, of a vocabulary or a literal."""
    if isinstance(option, type) and issubclass(option, vocab.Term):
        return [str(word.value) for word in option]
    return [str(word) for word in getattr(option, "__args__", ()) if isinstance(word, str)]
