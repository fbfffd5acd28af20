"""BibTeX and BibLaTeX: entries with braces, quotes, ``#`` and ``@string``; LaTeX's accents become letters."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping

from kb.imports.cited import Cited, ImportFault, cited, date_of
from kb.vocab import SourceType

_PEER = ("article", "inproceedings", "conference", "incollection", "inbook", "proceedings")
_TYPES = {
    **dict.fromkeys(_PEER, SourceType.PEER_REVIEWED_PAPER),
    **dict.fromkeys(("techreport", "report", "book", "phdthesis", "mastersthesis", "thesis"), SourceType.REPORT),
    **dict.fromkeys(("unpublished", "preprint"), SourceType.PREPRINT),
    **dict.fromkeys(("online", "electronic", "www"), SourceType.POST),
    "dataset": SourceType.DATASET,
}
_HEAD = re.compile(r"@\s*([A-Za-z]+)\s*([{(])")
_NAME = re.compile(r"\s*([^\s=,{}()\"#%']+)\s*=")
_MACRO = re.compile(r"[^\s,{}()\"#=]+")
_ACCENTS = {
    "`": "\u0300", "'": "\u0301", "^": "\u0302", "~": "\u0303", "=": "\u0304", "u": "\u0306", ".": "\u0307",
    '"': "\u0308", "r": "\u030a", "H": "\u030b", "v": "\u030c", "d": "\u0323", "c": "\u0327", "k": "\u0328",
}  # fmt: skip
_LETTERS = {
    "ss": "ß", "ae": "æ", "AE": "Æ", "oe": "œ", "OE": "Œ", "o": "ø", "O": "Ø", "l": "ł", "L": "Ł", "aa": "å",
    "AA": "Å", "i": "i", "j": "j", "th": "þ", "dh": "ð", "textendash": "–", "textemdash": "—", "ldots": "...",
    "dots": "...", "textquoteright": "’", "textquoteleft": "‘", "&": "&", "%": "%", "$": "$", "#": "#", "_": "_",
}  # fmt: skip
_ACCENT = re.compile(r"\\([`'^~=.\"]|[uvHcdkr](?![A-Za-z]))\s*(?:\{\s*(\\?[A-Za-z])\s*\}|(\\?[A-Za-z]))")
_COMMAND = re.compile(r"\\(?:([A-Za-z]+)\s?|([&%$#_]))")


def read(text: str, name: str) -> list[Cited]:
    """Every entry of a file; raises :class:`ImportFault` when it is not BibTeX."""
    macros: dict[str, str] = {}
    found: list[Cited] = []
    at = 0
    while (head := _HEAD.search(text, at)) is not None:
        kind = head[1].lower()
        line = text.count("\n", 0, head.start()) + 1
        if kind in ("comment", "preamble"):
            at = head.end()
            continue
        reader = _Reader(text, head.end(), name, macros)
        if kind == "string":
            macros |= reader.fields()
        else:
            key = reader.key()
            found.append(_cited(kind, key, reader.fields(), name, line))
        at = reader.at
    return found


class _Reader:
    """Reads the fields of one entry."""

    def __init__(self, text: str, at: int, name: str, macros: Mapping[str, str]) -> None:
        self.text, self.at, self.name, self.macros = text, at, name, macros

    def fault(self, message: str) -> ImportFault:
        line = self.text.count("\n", 0, self.at) + 1
        return ImportFault(self.name, line, message, "check braces, quotes and commas of this entry")

    def key(self) -> str:
        """The entry's key."""
        end = re.compile(r"[,})\s]").search(self.text, self.skip())
        if end is None:
            raise self.fault("the entry is not closed")
        key = self.text[self.at : end.start()]
        self.at = end.start()
        return key

    def skip(self) -> int:
        """Go over white space and commas."""
        while self.at < len(self.text) and self.text[self.at] in " \n\t,":
            self.at += 1
        return self.at

    def fields(self) -> dict[str, str]:
        """Name to value of each field; the first of a name counts."""
        found: dict[str, str] = {}
        while True:
            self.skip()
            if self.at >= len(self.text):
                raise self.fault("the entry is not closed")
            if self.text[self.at] in "})":
                self.at += 1
                return found
            match = _NAME.match(self.text, self.at)
            if match is None:
                raise self.fault("`name = value` is expected")
            self.at = match.end()
            found.setdefault(match[1].lower(), self.value())

    def value(self) -> str:
        """One value: braced, quoted, a number or a macro, joined by ``#``."""
        parts: list[str] = []
        while True:
            while self.at < len(self.text) and self.text[self.at].isspace():
                self.at += 1
            sign = self.text[self.at : self.at + 1]
            if sign in ("{", '"') and sign:
                parts.append(self.balanced(sign))
            else:
                match = _MACRO.match(self.text, self.at)
                if match is None:
                    raise self.fault("a value is missing")
                self.at = match.end()
                parts.append(self.macros.get(match[0].lower(), match[0]))
            rest = re.compile(r"\s*#").match(self.text, self.at)
            if rest is None:
                return "".join(parts)
            self.at = rest.end()

    def balanced(self, sign: str) -> str:
        """A value up to the brace or quotation mark that closes it."""
        begin = self.at + 1
        depth = 0
        for at in range(begin, len(self.text)):
            char = self.text[at]
            if self.text[at - 1] == "\\" and char in '{}"':
                continue
            if depth == 0 and char == ("}" if sign == "{" else '"'):
                self.at = at + 1
                return self.text[begin:at]
            depth += (char == "{") - (char == "}")
        raise self.fault("a value is not closed")


def plain(latex: str) -> str:
    """LaTeX as plain text: accents as letters, commands and braces left out."""

    def accented(match: re.Match[str]) -> str:
        letter = (match[2] or match[3]).removeprefix("\\")
        return unicodedata.normalize("NFC", letter + _ACCENTS[match[1]])

    text = _ACCENT.sub(accented, re.sub(r"(?<!\\)\$", "", latex))
    text = _COMMAND.sub(lambda match: _LETTERS.get(match[1] or match[2], ""), text)
    text = text.replace("---", "—").replace("--", "–").replace("``", '"').replace("''", '"')
    return re.sub(r"[{}]", "", text).replace("~", " ").replace("\\", "")


def _names(written: str) -> list[tuple[str, str]]:
    """(family, given) of names joined by ``and``; braces keep an organisation together."""
    found: list[tuple[str, str]] = []
    for name in re.split(r"\s+and\s+", " ".join(written.split())):
        if name.lower() == "others" or not name:
            continue
        if name.startswith("{") and name.endswith("}") and name.count("{") == 1:
            found.append((plain(name), ""))
        elif "," in name:
            parts = [plain(part).strip() for part in name.split(",")]
            found.append((parts[0], parts[-1]))
        else:
            *given, family = plain(name).split() or [""]
            found.append((family, " ".join(given)))
    return found


def _cited(kind: str, key: str, fields: Mapping[str, str], name: str, line: int) -> Cited:
    if not fields.get("title", "").strip():
        raise ImportFault(name, line, f"the entry {key[:60]} has no title", "add `title = {...}`")
    date = re.split(r"[/-]", fields.get("date", "")) if fields.get("date") else []
    parts = date or [fields.get("year", ""), fields.get("month", ""), fields.get("day", "")]
    eprint = plain(fields.get("eprint", ""))
    prefix = fields.get("archiveprefix", fields.get("eprinttype", "")).lower()
    on_arxiv = prefix == "arxiv" and bool(re.fullmatch(r"\d{4}\.\d{4,5}(v\d+)?|[a-z.-]+/\d{7}", eprint))
    url = fields.get("url") or (f"https://arxiv.org/abs/{eprint}" if on_arxiv else "")
    container = next((fields[n] for n in ("journal", "journaltitle", "booktitle", "institution") if n in fields), "")
    publisher = fields.get("publisher", "") if not on_arxiv else f"arXiv {eprint}"
    type_ = _TYPES.get(kind) or (SourceType.PREPRINT if eprint else None)
    return cited(
        key=key,
        title=plain(fields["title"]),
        type=type_,
        names=_names(fields.get("author", "")),
        issued=date_of(*[*parts, None, None][:3]),
        url=re.sub(r"\\([_%#&~])", r"\1", re.sub(r"\\url\{(.*)\}", r"\1", url)),
        doi=re.sub(r"\\([_%#&])", r"\1", fields.get("doi", "")),
        container=plain(container or publisher),
    )
