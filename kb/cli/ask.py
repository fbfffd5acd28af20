"""Questions of ``kb new`` to somebody at a terminal: one field after the other, each answer checked at once."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from functools import partial
from typing import Any

import typer

from kb import models as m
from kb import new, vocab
from kb.cli.shell import count
from kb.corpus import Corpus
from kb.drafts import annotation_at, options
from kb.rules.anchor_words import FEWEST, MOST
from kb.snapshots import word_count
from kb.text import Path
from kb.typed import in_latin_letters, named, passage_words
from kb.validate import value_at

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

_DOI = re.compile(r"(?:doi:\s*|https?://(?:dx\.)?doi\.org/)?(10\.\d{4,9}/\S+)\Z", re.I)


class Asker:
    """Asks for fields on a terminal.

    Args:
        corpus: the records, to find those that somebody means.
        has_id: whether the record's id is given, so that it need not be made of the title.
    """

    def __init__(self, corpus: Corpus, *, has_id: bool = False) -> None:
        self.corpus, self.has_id = corpus, has_id

    def fields(self, data: dict[str, Any], kind: vocab.Kind) -> None:
        """Ask for a kind's needed fields, and for those that are welcome, where the data lack them."""
        needed = [name for name in new.needed(kind) if name != "link"]
        for name in [*needed, *(n for n in _WELCOME.get(kind, ()) if n not in needed)]:
            if name not in data:
                value = self._field(data, kind, (name,), optional=name not in needed)
                if value is not None:
                    data[name] = value

    def which_source(self, today: str, *, optional: bool) -> tuple[str | None, dict[str, Any] | None]:
        """The id of the source that is meant, or the fields of a new one."""
        typer.echo("Source: where it is said: an id, or words of its title; `new` for one that is not there yet.")
        near: list[str] = []
        while True:
            answer = named(_answer("source", optional=optional))
            if answer == "new":
                return None, self._new_source({}, today)
            if not answer:
                if optional:
                    return None, None
                typer.echo("  this is needed: an id, words of a title, or `new`")
                continue
            known = new.source_at(answer, self.corpus)
            found = self.corpus.find(known or _chosen(answer, near))
            if found is not None and isinstance(found.record, m.Source):
                return found.id, None
            doi = _DOI.match(answer)
            if doi is not None or answer.startswith(("http://", "https://")):
                if typer.confirm("  no source here has that address. Add it as a new one?", default=True):
                    where = {"url": f"https://doi.org/{doi[1]}", "doi": doi[1]} if doi else {"url": answer}
                    return None, self._new_source(where, today)
                continue
            near = self._suggest(answer, (vocab.Kind.SOURCE,))

    def _new_source(self, known: dict[str, Any], today: str) -> dict[str, Any]:
        data: dict[str, Any] = {"kind": "source", **known, "accessed": today, "added": today}
        self.fields(data, vocab.Kind.SOURCE)
        return data

    def passage(self) -> dict[str, Any]:
        """Where in the source: words, a place, or why neither."""
        given = self._until("first 3 to 8 words of the passage", partial(_words, "start"), optional=True)
        if given:
            last = self._until("last 3 to 8 words", partial(_words, "end"), optional=True)
            return {"anchor": {"start": given, **({"end": last} if last else {})}}
        place = self._until("page, section or time", partial(_of_passage, "locator"), optional=True)
        if place:
            return {"locator": place}
        typer.echo("  a reader must find it: say why there are no words and no place, e.g. that the text is lost")
        return {"no_anchor": self._until("why neither can be given", partial(_of_passage, "no_anchor"))}

    def link(self, data: dict[str, Any], kind: vocab.Kind, where: Path) -> None:
        """What it bears on."""
        link: Any = data
        for step in where:
            fresh: Any = [{}] if step == "bears_on" else {}
            link = link.setdefault(step, fresh) if isinstance(link, dict) else link[step]
        if "claim" not in link:
            claims = (vocab.Kind.CLAIM, vocab.Kind.UNDERCUT)
            claim = self._record(claims, "claim it bears on", optional=not link and not new.needs_claim(kind))
            if claim is None:
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
            stance = str(value_at(data, (*path[:-1], "stance")))
            typer.echo(f"  how many times {new.likelier(stance)}: {new.strength_scale()}")
        if words and not all(word in about for word in words):
            typer.echo(f"  one of: {', '.join(words)}")

        def parse(text: str) -> Any:
            if path == ("title",) and not self.has_id and not in_latin_letters(text):
                raise ValueError("the file's name is made of the title: write it in English, in Latin letters")
            return new.value_of(text, kind, path, data)

        return self._until(str(path[-1]), parse, optional=optional)

    def _until(self, prompt: str, parse: Callable[[str], Any], *, optional: bool = False) -> Any:
        while True:
            answer = _answer(prompt, optional=optional)
            if not answer:
                if optional:
                    return None
                typer.echo("  this is needed: type an answer")
                continue
            try:
                return parse(answer)
            except ValueError as error:
                typer.echo(f"  {error}")

    def _record(self, kinds: Iterable[vocab.Kind], prompt: str, *, optional: bool) -> str | None:
        wanted = tuple(kinds)
        typer.echo("Claim: an id, or words of its title.")
        near: list[str] = []
        while True:
            answer = named(_answer(prompt, optional=optional))
            if not answer:
                if optional:
                    return None
                typer.echo("  this is needed: without a claim it changes no credence; type an id, or words of a title")
                continue
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


def _answer(prompt: str, *, optional: bool) -> str:
    """What somebody types; says which questions may be left empty."""
    return str(typer.prompt(f"{prompt} (empty: none)" if optional else prompt, default="", show_default=False)).strip()


def _of_passage(name: str, text: str) -> Any:
    """A field of a passage.

    Raises:
        ValueError: it cannot hold the text.
    """
    return new.value_of(text, vocab.Kind.EVIDENCE, ("seen_in", 0, name), {})


def _words(name: str, text: str) -> str:
    """The words at one end of a passage.

    Raises:
        ValueError: they are too few or too many.
    """
    words = passage_words(text)
    n = word_count(words)
    if not FEWEST <= n <= MOST:
        which = "first" if name == "start" else "last"
        raise ValueError(
            f"`{name}` has {count(n, 'word')}; write the {which} {FEWEST} to {MOST} words of the passage, "
            "exactly as the source has them"
        )
    return str(new.value_of(words, vocab.Kind.EVIDENCE, ("seen_in", 0, "anchor", name), {}))


def _chosen(answer: str, near: list[str]) -> str:
    """The id that a number stands for; anything else as it was typed."""
    return near[int(answer) - 1] if answer.isdecimal() and 1 <= int(answer) <= len(near) else answer


def _words_of(option: Any) -> list[str]:
    """The words that may be written, of a vocabulary or a literal."""
    if isinstance(option, type) and issubclass(option, vocab.Term):
        return [str(word.value) for word in option]
    return [str(word) for word in getattr(option, "__args__", ()) if isinstance(word, str)]
