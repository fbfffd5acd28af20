"""What every import format is read into, and the cleaning that all of them share."""

from __future__ import annotations

import html
import re
import unicodedata
from dataclasses import dataclass

from kb.errors import KbError
from kb.text import clean
from kb.vocab import SourceType

MAX_BYTES = 1024 * 1024
MAX_TITLE, MAX_SHORT, MAX_AUTHORS, MAX_URL = 120, 200, 300, 500
_URL = re.compile(r"https?://[^\s<>\"{}|\\^`]+\Z")
_DOI = re.compile(r"10\.\d{4,9}/\S+\Z")
_TAG = re.compile(r"</?(?:i|b|em|strong|sub|sup|sc|span|scp|p|title)(?:\s[^<>]*)?>", re.I)
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")


class ImportFault(KbError):
    """A file that cannot be imported; the message says where, what and what to do."""

    def __init__(self, name: str, line: int, message: str, hint: str) -> None:
        super().__init__(f"{name}:{line}:1 import {message}; {hint}")


@dataclass(frozen=True, slots=True)
class Cited:
    """A source as a bibliography describes it.

    Attributes:
        key: name of the entry in its file; empty when there is none.
        title: at most 120 characters.
        type: what kind of publication it seems to be; ``None`` when nothing tells.
        authors: names, given names first, as the file lists them.
        families: the authors' family names.
        issued: YYYY[-MM[-DD]].
        url, doi, container: as a source record holds them.
    """

    key: str
    title: str
    type: SourceType | None
    authors: tuple[str, ...] = ()
    families: tuple[str, ...] = ()
    issued: str | None = None
    url: str | None = None
    doi: str | None = None
    container: str | None = None


def tidy(text: object) -> str:
    """A field as one line of clean text, without mark-up."""
    if not isinstance(text, str | int | float):
        return ""
    plain = html.unescape(_TAG.sub("", str(text)))
    plain, _ = clean(unicodedata.normalize("NFC", " ".join(plain.split())))
    return " ".join(plain.split())


def cut(text: str, most: int) -> str:
    """A text of at most ``most`` characters, cut between words."""
    if len(text) <= most:
        return text
    short = text[: most - 1]
    return (short.rsplit(" ", 1)[0] if " " in short else short).rstrip(" ,;:-") + "…"


def date_of(year: object, month: object = None, day: object = None) -> str | None:
    """YYYY[-MM[-DD]] of the parts that make sense; ``None`` without a year."""
    found = re.search(r"\d{4}", tidy(year))
    if found is None or int(found[0]) < 1000:
        return None
    name = tidy(month).lower()
    number = next((n for n, short in enumerate(_MONTHS, 1) if name.startswith(short)), None)
    if number is None:
        number = int(name) if name.isascii() and name.isdigit() and len(name) <= 2 else 0
    if not 1 <= number <= 12:
        return found[0]
    written = tidy(day)
    last = (31, 29 if _leap(int(found[0])) else 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)[number - 1]
    if written.isascii() and written.isdigit() and len(written) <= 2 and 1 <= int(written) <= last:
        return f"{found[0]}-{number:02}-{int(written):02}"
    return f"{found[0]}-{number:02}"


def _leap(year: int) -> bool:
    return year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)


def cited(
    *,
    key: object,
    title: object,
    type: SourceType | None,
    names: list[tuple[str, str]],
    issued: str | None,
    url: object,
    doi: object,
    container: object,
) -> Cited:
    """A source from raw fields.

    Args:
        key, title, url, doi, container: as the file has them.
        type: what its kind of entry says.
        names: (family, given) of each author; an organisation has no given name.
        issued: the date, already in form.
    """
    doi_ = re.sub(r"^(?:https?://(?:dx\.)?doi\.org/|doi:\s*)", "", tidy(doi), flags=re.I)
    doi_ = doi_ if _DOI.match(doi_) and len(doi_) <= MAX_SHORT else ""
    url_ = tidy(url)
    url_ = url_ if _URL.match(url_) and len(url_) <= MAX_URL else f"https://doi.org/{doi_}" if doi_ else ""
    if not _URL.match(url_):
        url_ = ""
    where = tidy(container)
    if "arxiv" in f"{where} {url_} {doi_}".lower():
        type = SourceType.PREPRINT
    people = [(tidy(family), tidy(given)) for family, given in names]
    people = [(family, given) for family, given in people if family or given]
    return Cited(
        tidy(key)[:MAX_SHORT],
        cut(tidy(title), MAX_TITLE),
        type,
        tuple(cut(f"{given} {family}".strip(), MAX_SHORT) for family, given in people),
        tuple(family or given for family, given in people),
        issued,
        url_ or None,
        doi_ or None,
        cut(where, MAX_SHORT) or None,
    )
