"""Answers to the issue form "submit evidence", from the text that GitHub makes of them.

The text is untrusted: whoever opened the issue can have edited it into anything.  It is cut at the form's own headings,
each at most once and in the form's order, and every answer is plain text.  Nothing of it is ever a field's name, a
file's name, YAML or a command.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field

from kb.errors import KbError
from kb.text import clean

LABEL = "evidence"
"""Label that the form gives to its issues; others are refused."""
MAX_ANSWERS = 65_536
"""Characters of an issue that are read: as many as GitHub lets it have."""
MAX_EVENT = 4 * 1024 * 1024
"""Bytes of an event's file that are read."""
_NOTHING = frozenset({"_No response_", "No response", "None", ""})
_LOGIN = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,38})\Z")
_TICKED = re.compile(r"-\s*\[[xX]\]\s")


class NotAForm(KbError):
    """What was given is no issue of the form; the message says why."""


@dataclass(frozen=True, slots=True)
class Field:
    """One question of the form.

    Attributes:
        id: its id in the form's file.
        label: the heading over its answer.
        needed: whether the form asks for an answer.
        long: whether the answer may have several lines.
    """

    id: str
    label: str
    needed: bool = False
    long: bool = False


FIELDS = (
    Field("claim", "Claim", needed=True),
    Field("stance", "Which way does it speak?", needed=True),
    Field("strength", "How strongly?", needed=True),
    Field("why", "Why that much?", needed=True, long=True),
    Field("title", "Title", needed=True),
    Field("text", "What was found", needed=True, long=True),
    Field("design", "How was it found?", needed=True),
    Field("source", "Source", needed=True),
    Field("source-title", "Title of the source"),
    Field("source-type", "Type of the source"),
    Field("authors", "Authors of the source"),
    Field("issued", "Date of the source"),
    Field("first-words", "First words of the passage"),
    Field("last-words", "Last words of the passage"),
    Field("locator", "Place in the source"),
    Field("terms", "Before you send it", needed=True, long=True),
)
LABELS: Mapping[str, str] = {one.id: one.label for one in FIELDS}


@dataclass(frozen=True, slots=True)
class Wrong:
    """Something to put right: under which heading, what, and what to write instead."""

    label: str
    message: str
    instead: str


@dataclass(frozen=True)
class Issue:
    """An issue that the form made.

    Attributes:
        number: its number; 0 where the text alone was given.
        author: who opened it, as a line for a commit's message; empty when it is not known.
        body: its text.
    """

    number: int
    author: str
    body: str


@dataclass(frozen=True)
class Answers:
    """What an issue answers.

    Attributes:
        given: answers by the field's id; a question without an answer is left out.
        wrong: what cannot be read.
        notes: what was left out of the answers.
    """

    given: Mapping[str, str]
    wrong: tuple[Wrong, ...] = ()
    notes: tuple[str, ...] = field(default=())


def read_issue(raw: bytes, *, event: bool) -> Issue:
    """The issue of a file.

    Args:
        raw: the file.
        event: whether it is the JSON that GitHub hands to a workflow, else the issue's text alone.

    Raises:
        NotAForm: it cannot be read, is a pull request, is closed, or lacks the form's label.
    """
    if not event:
        return Issue(0, "", raw[: 4 * MAX_ANSWERS + 1].decode("utf-8", "replace"))
    if len(raw) > MAX_EVENT:
        raise NotAForm(f"the event has more than {MAX_EVENT} bytes; give the issue's text alone")
    try:
        data = json.loads(raw)
        issue = data["issue"]
        number, body, state = issue["number"], issue["body"] or "", issue["state"]
        labels = [str(label["name"]) for label in issue["labels"]]
    except (ValueError, TypeError, KeyError, RecursionError):
        raise NotAForm("this is not the event of an issue; give $GITHUB_EVENT_PATH of a workflow on `issues`") from None
    if not isinstance(number, int) or isinstance(number, bool) or number < 1 or not isinstance(body, str):
        raise NotAForm("this is not the event of an issue; its number or its text is missing")
    if issue.get("pull_request") is not None:
        raise NotAForm(f"#{number} is a pull request; only issues of the form become records")
    if state != "open":
        raise NotAForm(f"issue #{number} is closed; open it again to try again")
    if LABEL not in labels:
        raise NotAForm(f"issue #{number} lacks the label {LABEL}, which the form gives; use the form, or add the label")
    return Issue(number, _author(issue.get("user")), body)


def _author(user: object) -> str:
    """``name <address>`` of somebody whose name and number are what GitHub gives out."""
    if not isinstance(user, dict):
        return ""
    login, id = user.get("login"), user.get("id")
    if not isinstance(login, str) or not _LOGIN.match(login) or not isinstance(id, int) or isinstance(id, bool):
        return ""
    return f"{login} <{id}+{login}@users.noreply.github.com>"


def read_answers(body: str) -> Answers:
    """Cut an issue's text into answers.

    Args:
        body: the text, of any origin.

    Returns:
        Each answer as one line of plain text, with everything that is wrong with the form as such: headings that are
        missing, stand twice or out of order, hidden comments, answers of too many lines.
    """
    if len(body) > MAX_ANSWERS:
        too_long = Wrong("The issue", f"has more than {MAX_ANSWERS:,} characters", "say it in a few sentences")
        return Answers({}, (too_long,))
    text, refused = clean(unicodedata.normalize("NFC", body.replace("\r\n", "\n").replace("\r", "\n")))
    notes = ("characters that no record may hold were left out of the answers",) if refused else ()
    found, wrong_headings = _sections(text)
    given: dict[str, str] = {}
    wrong = list(wrong_headings)
    for one in FIELDS:
        if any(told.label == one.label for told in wrong_headings):
            continue
        if one.id not in found:
            if one.needed:
                wrong.append(Wrong(one.label, "this heading is missing", f"add a line `### {one.label}`, then answer"))
            continue
        answer = found[one.id].strip()
        answer = "" if answer in _NOTHING else answer
        fault = _fault(one, answer)
        if fault is not None:
            wrong.append(fault)
        elif answer and one.id != "terms":
            given[one.id] = " ".join(answer.split())
    return Answers(given, tuple(wrong), notes)


def _sections(text: str) -> tuple[dict[str, str], list[Wrong]]:
    """What stands below each heading of the form."""
    order = {f"### {one.label}": n for n, one in enumerate(FIELDS)}
    found: dict[str, list[str]] = {}
    wrong: list[Wrong] = []
    last = -1
    for line in text.split("\n"):
        n = order.get(line.strip())
        if n is not None and n > last:
            last = n
            found[FIELDS[n].id] = []
        elif n is not None:
            where = FIELDS[last].label
            instead = f"write the answer to “{where}” without it, or put the headings in the form's order"
            again = Wrong(FIELDS[n].label, "this heading stands twice, or in the wrong place", instead)
            wrong += [again] if again not in wrong else []
            found[FIELDS[last].id].append("")
        elif last >= 0:
            found[FIELDS[last].id].append(line)
    return {id: "\n".join(lines) for id, lines in found.items()}, wrong


def _fault(one: Field, answer: str) -> Wrong | None:
    """What is wrong with an answer whatever it says."""
    if one.id == "terms":
        if _TICKED.match(answer):
            return None
        return Wrong(one.label, "the box is not ticked", "tick it (write `- [x]`) if the words are yours")
    if not answer:
        return Wrong(one.label, "there is no answer", "write one below the heading") if one.needed else None
    if "<!--" in answer:
        return Wrong(one.label, "the answer hides a comment that readers of the issue do not see", "take `<!--` out")
    lines = [line for line in answer.split("\n") if line.strip()]
    if not one.long and len(lines) > 1:
        return Wrong(one.label, f"the answer has {len(lines)} lines", "write it on one line")
    if any(re.match(r"\s{0,3}(#{1,6}\s|```|~~~|-{3,}\s*\Z)", line) for line in lines):
        return Wrong(one.label, "the answer has headings, code or rules in it", "write plain sentences")
    return None
