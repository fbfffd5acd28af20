"""The rendered frame: marked places that are filled with a record's page, or with fragments on a hand-written page.

The frame is text made by MkDocs.  It is cut once at its marks, so record text never passes through a template of the
theme and a mark inside a record stays what it is: text.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from markupsafe import Markup, escape

from kb.pages import hints

PLACES = ("head", "title", "body", "toc")
_PLACE = re.compile(r"@@kb:([a-z-]+)@@")
_MARK = re.compile(r"<!--kb:([a-z-]+)-->")
_RECORD = re.compile(r"\[\[@([a-z0-9-]+)\]\]")
_MATERIAL_FAULTS = (
    # `autocomplete` is not allowed on a check box, and a toggle without a name is announced as a nameless one.
    (
        'data-md-toggle="drawer" type="checkbox" id="__drawer" autocomplete="off"',
        'data-md-toggle="drawer" type="checkbox" id="__drawer" aria-hidden="true" tabindex="-1"',
    ),
    # The title of a list of contents is no label: there is no check box that it would open.
    ('<label class="md-nav__title" for="__toc">', '<label class="md-nav__title">'),
    (
        'data-md-toggle="search" type="checkbox" id="__search" autocomplete="off"',
        'data-md-toggle="search" type="checkbox" id="__search" aria-hidden="true" tabindex="-1"',
    ),
    # Without the style sheet (a page that was not found, below a folder that nobody foresaw) a sign fills the screen.
    (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 24 24">',
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 24 24" width="24" height="24">',
    ),
)


_TABLE = re.compile(r"<table>.*?</table>", re.DOTALL)


def _scrolling(table: re.Match[str]) -> str:
    """A hand-written table like those of the record pages; the theme's script would wrap it without a tab stop."""
    inner = table[0].removeprefix("<table>")
    return f'<div class="kb-scroll" tabindex="0" role="group" aria-label="Table"><table class="kb-table">{inner}</div>'


class FrameError(ValueError):
    """The frame lacks a place, or asks for a fragment that nobody renders."""


def mend(html: str) -> str:
    """A page of the frame without the theme's faults and without blank lines; its tables scroll, by keyboard too."""
    for wrong, right in _MATERIAL_FAULTS:
        html = html.replace(wrong, right)
    html = _TABLE.sub(_scrolling, html)
    return re.sub(r"\n[ \t]*(?:\n[ \t]*)+", "\n", html)


@dataclass(frozen=True)
class Shell:
    """A frame cut at its places.

    Attributes:
        parts: literal text and names of places in turn, beginning and ending with text.
    """

    parts: tuple[str, ...]

    @classmethod
    def from_html(cls, html: str) -> Shell:
        """Cut a rendered shell page at its ``@@kb:name@@`` places.

        Raises:
            FrameError: a place of :data:`PLACES` is missing or unknown.
        """
        parts = tuple(_PLACE.split(mend(html)))
        found = set(parts[1::2])
        if found != set(PLACES):
            wrong = ", ".join(sorted(found ^ set(PLACES)))
            raise FrameError(f"the shell has other places than the pages fill: {wrong}")
        return cls(parts)

    def stamp(self, values: Mapping[str, str | Markup]) -> bytes:
        """The frame with its places filled, as UTF-8; anything that is not :class:`Markup` is escaped."""
        filled = {name: str(escape(values[name])) for name in PLACES}
        return "".join(filled[p] if i % 2 else p for i, p in enumerate(self.parts)).encode()


def by_name(id: str) -> Markup:
    """The mention of a record that has no page here: its id."""
    return Markup("<code>{}</code>").format(id)


def fill(
    html: str, fragments: Mapping[str, Markup], record: Callable[[str], Markup] = by_name, root: str = ""
) -> bytes:
    """A hand-written page with its marks replaced, as UTF-8.

    Args:
        html: the rendered page.
        fragments: what stands for each ``<!--kb:name-->``.
        record: what stands for ``[[@id]]``, the mention of a record.
        root: relative path to the root of the site, for the links of explanations.

    Raises:
        FrameError: the page asks for a fragment that does not exist.
    """

    def one(match: re.Match[str]) -> str:
        if match[1] not in fragments:
            raise FrameError(f"no fragment is called {match[1]}; there are: {', '.join(sorted(fragments))}")
        return str(fragments[match[1]])

    # Mentions first: what a fragment holds is record text, and a mark in it stays text.
    mentioned = _RECORD.sub(lambda match: str(record(match[1])), mend(html))
    filled = str(hints.stop_once(_MARK.sub(one, mentioned)))
    return filled.replace("</article>", f"{hints.boxes(filled, root)}</article>", 1).encode()
