"""Answers to the issue form as records: an item of evidence and, where it is new, its source.  Writes nothing.

Whatever is wrong is said under the heading of the form where it can be put right.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from kb import models as m
from kb import new, vocab
from kb.alike import Alike, alike
from kb.corpus import Corpus
from kb.diff import Diff, compare
from kb.diff.markdown import MARK as DIFF_MARK
from kb.diff.markdown import code, markdown
from kb.drafts import MISSING_ID
from kb.errors import Finding, Level, Unavailable
from kb.imports.form import LABELS, Answers, Wrong
from kb.load import Loaded, load_files
from kb.new import Draft
from kb.rules import check_loaded
from kb.rules._base import a_kind
from kb.text import Path as DataPath
from kb.text import read_document
from kb.typed import chosen, date_of, in_latin_letters, named, passage_words, with_a_cut

MARK = "<!-- kb-submit -->"
"""First line of the comment, by which the next run finds it."""
_URL = re.compile(r"https?://", re.I)
_DOI = re.compile(r"(?:doi:\s*|https?://(?:dx\.)?doi\.org/)?(10\.\d{4,9}/\S+)\Z", re.I)
_PLACES: dict[vocab.Kind, dict[DataPath, str]] = {
    vocab.Kind.EVIDENCE: {
        ("title",): "title",
        ("text",): "text",
        ("design",): "design",
        ("seen_in",): "first-words",
        ("seen_in", 0, "source"): "source",
        ("seen_in", 0, "anchor", "end"): "last-words",
        ("seen_in", 0, "locator"): "locator",
        ("bears_on",): "claim",
        ("bears_on", 0, "stance"): "stance",
        ("bears_on", 0, "strength"): "strength",
        ("bears_on", 0, "why"): "why",
    },
    vocab.Kind.SOURCE: {
        ("title",): "source-title",
        ("type",): "source-type",
        ("authors_text",): "authors",
        ("issued",): "issued",
        ("url",): "source",
        ("doi",): "source",
    },
}
"""Where in a record each answer of the form ends up."""
_ALSO: dict[vocab.Kind, dict[str, str]] = {
    vocab.Kind.EVIDENCE: {"start": LABELS["first-words"], "anchor": LABELS["first-words"], "added": "today"},
    vocab.Kind.SOURCE: {"authors": LABELS["authors"], "accessed": "today", "added": "today"},
}
"""What fields are called that are no place of an answer of their own."""
_FIELD = re.compile(r"`([a-z_]+(?:\.[a-z_]+)*):?`")
_ORDER = {label: n for n, label in enumerate(LABELS.values())}


@dataclass(frozen=True)
class Submission:
    """What answers make.

    Attributes:
        drafts: the new files, the item of evidence last; none while something is wrong.
        wrong: what to put right.
        alike: existing records that may say the same.
        warnings: what a check says of the new files that is no error.
        notes: what else to know.
        effect: what the new files do to the credences; ``None`` while something is wrong.
    """

    drafts: tuple[Draft, ...] = ()
    wrong: tuple[Wrong, ...] = ()
    alike: tuple[Alike, ...] = ()
    warnings: tuple[Finding, ...] = ()
    notes: tuple[str, ...] = ()
    effect: Diff | None = None


def submission(answers: Answers, loaded: Loaded, files: Iterable[tuple[str, bytes | None]], today: str) -> Submission:
    """Make records of answers, and try them among the others.

    Args:
        answers: what the form says.
        loaded: the records that are there.
        files: the same as (path below their folder, content).
        today: date of adding, YYYY-MM-DD.
    """
    corpus = loaded.corpus
    fields = _Fields(answers.given, corpus)
    drafts: list[Draft] = []
    named, fresh = fields.source(today)
    if fresh is not None:
        named = new.propose_id(fresh, vocab.Kind.SOURCE, corpus)
        drafts.append(new.draft(named, vocab.Kind.SOURCE, "sources", fresh, corpus.root, comments=False))
    item = fields.evidence(named, today)
    id = new.propose_id(item, vocab.Kind.EVIDENCE, corpus, [one.id for one in drafts])
    topic = new.propose_topic(item, vocab.Kind.EVIDENCE, corpus)
    if topic is None:
        raise Unavailable("there is no topic yet; make one before others add to it: claims/TOPIC/_topic.yaml")
    drafts.append(new.draft(id, vocab.Kind.EVIDENCE, topic, item, corpus.root, comments=False))
    told = {one.label for one in answers.wrong}
    wrong = [*answers.wrong, *(one for one in dict.fromkeys(fields.wrong) if one.label not in told)]
    return _tried(answers, loaded, list(files), drafts, wrong, alike(item, vocab.Kind.EVIDENCE, corpus))


def _tried(
    answers: Answers,
    loaded: Loaded,
    files: list[tuple[str, bytes | None]],
    drafts: list[Draft],
    wrong: list[Wrong],
    alike: tuple[Alike, ...],
) -> Submission:
    """The drafts among the records: everything that is wrong with them, or what they do.

    Drafts are tried with their stand-ins when answers are wrong, so that one answer tells of all faults at once; what
    follows from a stand-in is left out.
    """
    after = load_files([*files, *((f"{d.topic}/{d.id}.yaml", d.text) for d in drafts)], loaded.corpus.root)
    after_findings = check_loaded(after)
    by_path = {draft.path: draft for draft in drafts}
    ours = [f for f in after_findings if f.path in by_path]
    told = {one.label for one in wrong}
    for finding in ours:
        if finding.level is Level.ERROR and MISSING_ID not in finding.message:
            one = _put(finding, by_path[finding.path])
            wrong += [one] if one.label not in told and one not in wrong else []
    if wrong:
        return Submission(wrong=_in_order(wrong), alike=() if told else alike, notes=answers.notes)
    before_findings = check_loaded(loaded)
    effect = compare(
        loaded, after, names=("the records", "with this"), base_findings=before_findings, head_findings=after_findings
    )
    warnings = tuple(
        replace(f, message=_labelled(f.message, kind), hint=_labelled(f.hint, kind))
        for f in ours
        if f.level is Level.WARNING and (kind := by_path[f.path].kind)
    )
    return Submission(tuple(drafts), (), alike, warnings, answers.notes, effect)


def _in_order(wrong: Iterable[Wrong]) -> tuple[Wrong, ...]:
    """Faults in the order of the form's headings."""
    return tuple(sorted(wrong, key=lambda one: _ORDER.get(one.label, len(_ORDER))))


def _put(finding: Finding, draft: Draft) -> Wrong:
    """A finding in a draft as a fault of the answer that it comes from."""
    document, _ = read_document(draft.text, draft.path)
    assert document is not None, "a draft is readable"
    at = max(
        ((mark, path) for path, mark in document.marks.items() if mark <= (finding.line, finding.col)),
        key=lambda one: (one[0], len(one[1])),
        default=((1, 1), ()),
    )[1]
    at = at[:-1] if at and at[-1] == "?" else at
    places = _PLACES[draft.kind]
    id = next((places[at[:n]] for n in range(len(at), 0, -1) if at[:n] in places), None)
    label = LABELS[id] if id is not None else "The record"
    return Wrong(label, _labelled(finding.message, draft.kind), _labelled(finding.hint, draft.kind))


def _labelled(text: str, kind: vocab.Kind) -> str:
    """A check's words with the form's headings instead of the names of fields, which who fills in a form never sees."""
    names = {str(path[-1]): LABELS[id] for path, id in _PLACES[kind].items() if isinstance(path[-1], str)}
    names = {**names, **_ALSO[kind]}

    def label(found: re.Match[str]) -> str:
        name = names.get(found[1].rpartition(".")[2])
        return f"“{name}”" if name is not None else found[0]

    return _FIELD.sub(label, text)


class _Fields:
    """Answers as fields of records.  Where one is missing or wrong something valid stands instead, and it is said.

    Args:
        given: the answers.
        corpus: the records that are there.

    Attributes:
        wrong: what the records alone do not show to be wrong.
    """

    def __init__(self, given: Mapping[str, str], corpus: Corpus) -> None:
        self.given, self.corpus = given, corpus
        self.wrong: list[Wrong] = []

    def evidence(self, source: str | None, today: str) -> dict[str, Any]:
        """The item of evidence."""
        link = {
            "claim": self._claim(),
            "stance": self._word("stance", [stance.value for stance in vocab.Stance]),
            "strength": self._word("strength", list(vocab.STRENGTH_WORDS)),
            "why": self._needed("why"),
        }
        title = self._needed("title")
        self._latin("title", title)
        return {
            "title": title,
            "text": self._needed("text"),
            "design": self._word("design", [design.value for design in vocab.Design]),
            "seen_in": [_without_none({"source": source or MISSING_ID, **self._passage()})],
            "bears_on": [link],
            "added": today,
        }

    def source(self, today: str) -> tuple[str | None, dict[str, Any] | None]:
        """The id of a source that is there, or the fields of a new one."""
        answer = named(self._needed("source"))
        given = "source" in self.given
        known = self._known(answer) if given else None
        if known is not None:
            return known, None
        doi = _DOI.match(answer)
        fresh = doi is not None or _URL.match(answer) is not None
        if given and not fresh:
            near = new.closest_records(answer, (vocab.Kind.SOURCE,), self.corpus)
            ids = f"give one of these, if you mean it: {', '.join(entry.id for entry in near)}; or " if near else ""
            self._say("source", f"no source has the id {answer[:80]}", f"{ids}give its address: https://...")
        about = {
            "title": self._source_title(needed=fresh),
            "type": self._source_type(needed=fresh),
            "authors_text": self.given.get("authors"),
            "issued": self._date(today),
        }
        if not fresh:
            return None, None
        where = {"url": f"https://doi.org/{doi[1]}", "doi": doi[1]} if doi is not None else {"url": answer}
        return None, _without_none({**about, **where, "accessed": today, "added": today})

    def _source_title(self, *, needed: bool) -> str | None:
        if needed:
            self._needed("source-title", "the source is new here, and this is not answered")
        title = self.given.get("source-title", MISSING_ID)
        self._latin("source-title", title)
        return title

    def _source_type(self, *, needed: bool) -> str | None:
        if not needed and "source-type" not in self.given:
            return None
        return self._word("source-type", [kind.value for kind in vocab.SourceType])

    def _date(self, today: str) -> str | None:
        """The date of the source; today where the answer is none, so that nothing follows from it."""
        answer = self.given.get("issued")
        if answer is None:
            return None
        date = date_of(answer)
        if date is None:
            instead = "write 2026-03 for a month, 2026-03-12 for a day, or the year alone"
            self._say("issued", f"{with_a_cut(answer)!r} cannot be read as one date", instead)
        return date or today

    def _latin(self, id: str, text: str) -> None:
        if not in_latin_letters(text):
            message = "the name of the file is made of it, and it has few Latin letters"
            self._say(id, message, "write it in English, the language of the records")

    def _known(self, answer: str) -> str | None:
        """The source with this id, address or DOI."""
        entry = self.corpus.find(_last_part(answer))
        if entry is not None and isinstance(entry.record, m.Source):
            return entry.id
        return new.source_at(answer, self.corpus)

    def _claim(self) -> str:
        if "claim" not in self.given:
            return self._needed("claim")
        answer = named(self.given["claim"])
        kinds = (vocab.Kind.CLAIM, vocab.Kind.UNDERCUT)
        entry = self.corpus.find(_last_part(answer))
        if entry is not None and entry.kind in kinds:
            return entry.id
        near = new.closest_records(answer, kinds, self.corpus)
        hint = "; ".join(f"{one.id} ({one.title})" for one in near)
        what = f"no claim has the id {answer[:80]}"
        if entry is not None:
            is_a = "evidence" if entry.kind is vocab.Kind.EVIDENCE else a_kind(frozenset({entry.kind}))
            what = f"{entry.id} is {is_a}, not a claim"
        self._say("claim", what, f"one of these? {hint}" if hint else "copy the last part of the address of its page")
        return MISSING_ID

    def _passage(self) -> dict[str, Any]:
        first, last = (passage_words(self.given.get(id, "")) or None for id in ("first-words", "last-words"))
        place = self.given.get("locator")
        if first is None and last is not None:
            self._say("first-words", "the last words are given without the first", "give both, or the first alone")
        elif first is None and place is None:
            instead = f"give the first 3 to 8 words, or page, section or time under “{LABELS['locator']}”"
            self._say("first-words", "nothing says where in the source it is", instead)
        anchor = _without_none({"start": first, "end": last}) if first is not None else None
        return {"anchor": anchor, "locator": place}

    def _word(self, id: str, words: list[str]) -> str:
        answer = chosen(self._needed(id, "nothing is chosen"))
        if answer not in words and id in self.given:
            self._say(id, f"{answer[:60]!r} is not one of the form's words", f"write one of {', '.join(words)}")
        return answer if answer in words else words[0]

    def _needed(self, id: str, message: str = "there is no answer") -> str:
        """An answer without which there is no record."""
        if id not in self.given:
            self._say(id, message, "write one below the heading")
        return self.given.get(id, MISSING_ID)

    def _say(self, id: str, message: str, instead: str) -> None:
        self.wrong.append(Wrong(LABELS[id], message, instead))


def _without_none(data: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in data.items() if value is not None}


def _last_part(answer: str) -> str:
    """The id in the address of a record's page; anything else as it is."""
    if not _URL.match(answer):
        return answer
    return re.split(r"[?#]", answer)[0].rstrip("/").rpartition("/")[2].removesuffix(".html")


def as_markdown(made: Submission) -> str:
    """The answer to whoever opened the issue: what to put right, or what the records do.

    What anybody wrote stands in code spans, where GitHub reads no mention, link, picture or HTML.
    """
    lines = [MARK]
    if made.wrong:
        lines += ["**Thank you. This cannot become a record yet.**", ""]
        lines += [
            "Edit the issue (three dots, then Edit), and put these answers right; this looks again by itself.",
            "",
        ]
        for one in made.wrong:
            label = f"**{one.label}**" if one.label in _ORDER else code(one.label, 80)
            lines.append(f"- {label}: {code(one.message, 400)}")
            lines.append(f"  <br>{code(one.instead, 600)}")
    else:
        files = "a file" if len(made.drafts) == 1 else f"{len(made.drafts)} files"
        lines += [f"**Thank you. This makes {files}**, which an editor reads before it counts.", ""]
        lines += [f"- {code(draft.path)}" for draft in made.drafts]
    lines.append("")
    if made.alike:
        lines += ["### These records may say the same", ""]
        lines += [f"- {code(a.id, 90)} {code(a.title)}: {code(f'{a.why} ({a.similarity:.0%})')}" for a in made.alike]
        lines += ["", "If yours adds nothing to one of them, close the issue.", ""]
    if made.warnings:
        lines += ["### Worth a look", ""]
        lines += [f"- {code(f.code)} {code(f.message, 300)}: {code(f.hint, 300)}" for f in made.warnings[:12]]
        lines.append("")
    if made.notes:
        lines += [*(f"- {code(note, 300)}" for note in made.notes), ""]
    if made.effect is not None:
        lines.append(markdown(made.effect).removeprefix(f"{DIFF_MARK}\n"))
    return "\n".join(lines).rstrip("\n") + "\n"


def commit_message(number: int, author: str) -> str:
    """Message of the commit: the issue, and who wrote it; no word of the issue."""
    about = f" from #{number}" if number else " from the form"
    credit = f"\n\nCo-authored-by: {author}" if author else ""
    return f"Evidence{about}{credit}\n"
