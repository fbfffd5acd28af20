"""What people type, made plain: words of a passage, dates, ids and addresses, words of a list.  Knows no record."""

from __future__ import annotations

import re
import unicodedata

_QUOTES = (('"', '"'), ("'", "'"), ("“", "”"), ("„", "“"), ("„", "”"), ("‘", "’"), ("«", "»"), ("»", "«"), ("”", "”"))
_DOTS = re.compile(r"\A(?:\[?(?:…|\.\s?\.(?:\s?\.)*)\]?\s*)+|(?:\s*\[?(?:…|\.\s?\.(?:\s?\.)*)\]?)+\Z")
_EMPHASIS = (
    re.compile(r"\*\*\*(?=\S)(.+?)(?<=\S)\*\*\*"),
    re.compile(r"\*\*(?=\S)(.+?)(?<=\S)\*\*"),
    re.compile(r"(?<![\w_])__(?=\S)(.+?)(?<=\S)__(?![\w_])"),
    re.compile(r"(?<![\w*])\*(?=\S)([^*]+?)(?<=\S)\*(?![\w*])"),
    re.compile(r"(?<![\w_])_(?=\S)([^_]+?)(?<=\S)_(?![\w_])"),
)
_LINK = re.compile(r"\[[^\]\n]*\]\(\s*<?(\S+?)>?(?:\s+\"[^\"]*\")?\s*\)\Z")
_MONTHS = {
    name: n
    for n, names in enumerate(
        ("january jan", "february feb", "march mar", "april apr", "may", "june jun", "july jul", "august aug",
         "september sept sep", "october oct", "november nov", "december dec"),
        1,
    )
    for name in names.split()
}  # fmt: skip
_YEAR_FIRST = re.compile(r"(\d{4})(?:[-/.](\d{1,2})(?:[-/.](\d{1,2}))?)?\Z")
_NUMBERS = re.compile(r"(\d{1,2})[-/.](\d{1,2})[-/.](\d{4})\Z")
_NAMED = (
    re.compile(r"(?P<month>[a-z]+)\.?,? (?P<year>\d{4})\Z"),
    re.compile(r"(?P<day>\d{1,2})(?:st|nd|rd|th|\.)? (?:of )?(?P<month>[a-z]+)\.?,? (?P<year>\d{4})\Z"),
    re.compile(r"(?P<month>[a-z]+)\.? (?P<day>\d{1,2})(?:st|nd|rd|th)?,? (?P<year>\d{4})\Z"),
    re.compile(r"(?P<year>\d{4}),? (?P<month>[a-z]+)\.?(?: (?P<day>\d{1,2}))?\Z"),
)
_UNDECOMPOSED = str.maketrans({"ß": "ss", "æ": "ae", "ø": "o", "œ": "oe", "ł": "l", "đ": "d", "ð": "d", "þ": "th"})


def without_quotes(text: str) -> str:
    """The text without quotation marks or backticks around the whole of it."""
    bare = text.strip()
    while len(bare) > 1:
        inner = next((bare[1:-1] for a, b in (*_QUOTES, ("`", "`")) if bare[0] == a and bare[-1] == b), None)
        if inner is None or any(sign in inner for sign in (bare[0], bare[-1]) if sign not in "'’"):
            break
        bare = inner.strip()
    return bare


def passage_words(text: str) -> str:
    """Words of a passage without what only surrounds them: quotation marks, marks of omission, bold and italics.

    A quotation mark at one end alone stays: it may be the source's own.
    """
    bare = text.strip()
    while True:
        before = bare
        bare = _DOTS.sub("", without_quotes(bare)).strip()
        for pattern in _EMPHASIS:
            bare = pattern.sub(r"\1", bare)
        if bare == before:
            return bare


def named(text: str) -> str:
    """An id or address without backticks, quotation marks or angle brackets; of a Markdown link, its address."""
    bare = without_quotes(text)
    link = _LINK.match(bare)
    if link is not None:
        return link[1]
    if bare.startswith("[") and bare.endswith("]") and "](" not in bare:
        bare = bare[1:-1]
    return without_quotes(bare[1:-1] if bare.startswith("<") and bare.endswith(">") else bare)


def chosen(text: str) -> str:
    """The word of a list: what stands before the colon that explains it, without backticks or quotation marks."""
    return without_quotes(without_quotes(text).partition(":")[0])


def date_of(text: str) -> str | None:
    """YYYY, YYYY-MM or YYYY-MM-DD of a date in the usual ways of writing; ``None`` where it can be read in two ways.

    ``12/03/2026`` is such a one; ``13/03/2026`` is not.  Whether the calendar has the day is not looked at.
    """
    bare = " ".join(without_quotes(text).lower().split())
    first = _YEAR_FIRST.match(bare)
    if first is not None:
        return _written(int(first[1]), *(int(part) if part else None for part in first.groups()[1:]))
    numbers = _NUMBERS.match(bare)
    if numbers is not None:
        one, other, year = (int(part) for part in numbers.groups())
        if one > 12 or one == other:
            return _written(year, other, one)
        return _written(year, one, other) if other > 12 else None
    for pattern in _NAMED:
        match = pattern.match(bare)
        if match is not None and match["month"] in _MONTHS:
            day = match.groupdict().get("day")
            return _written(int(match["year"]), _MONTHS[match["month"]], int(day) if day else None)
    return None


def _written(year: int, month: int | None = None, day: int | None = None) -> str | None:
    if (month is not None and not 1 <= month <= 12) or (day is not None and not 1 <= day <= 31):
        return None
    return "-".join([f"{year:04}", *(f"{part:02}" for part in (month, day) if part is not None)])


def plain_letters(text: str) -> str:
    """The text in small letters, without accents; letters of other scripts stay as they are."""
    plain = unicodedata.normalize("NFKD", text.lower().translate(_UNDECOMPOSED))
    return "".join(c for c in plain if not unicodedata.combining(c))


def in_latin_letters(text: str) -> bool:
    """Whether an id can be made of the text: at least half of its letters are Latin ones."""
    letters = [c for c in plain_letters(text) if c.isalpha()]
    return 2 * sum("a" <= c <= "z" for c in letters) >= len(letters)


def with_a_cut(text: str, most: int = 60) -> str:
    """The text, or its beginning and an ellipsis."""
    return text if len(text) <= most else f"{text[: most - 1].rstrip()}…"
