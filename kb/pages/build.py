"""All pages of the site, one after the other."""

from __future__ import annotations

import re
from collections.abc import Callable, Hashable, Iterator, Mapping
from dataclasses import dataclass

from markupsafe import Markup

from kb.engine import Assessment
from kb.pages import adding, cite, data, feeds, jsonld, maps, outline, preview, rows, whatif
from kb.pages.changes import modified
from kb.pages.evidence import evidence_listing
from kb.pages.forecasts import predictions_csv
from kb.pages.kinds import render_record
from kb.pages.lists import fragments, render_topic
from kb.pages.page import Page
from kb.pages.past import month_pages
from kb.pages.people import people_listing
from kb.pages.preview import Draw
from kb.pages.quantities import quantities_csv, quantities_listing
from kb.pages.redirect import redirects
from kb.pages.rows import Listing
from kb.pages.search import INDEX_PATH, search_index
from kb.pages.shell import Shell, by_name, fill
from kb.pages.site import Settings, Site
from kb.pages.sitemap import sitemap
from kb.pages.sources import sources_listing
from kb.pages.table import claims_listing
from kb.pages.track import scores_csv
from kb.timeline import Timeline

DECISIONS = "decisions/"
_SIZES = "<!--kb:data-list-->"
"""The mark of a page that says how large the exports are."""
_HEADING = re.compile(r"<h1[^>]*>(.*?)</h1>", re.DOTALL)
LISTS = (claims_listing, evidence_listing, sources_listing, quantities_listing, people_listing)
"""Lists that are tables; each has its rows as data and takes as many pages as it needs."""


Files = tuple[tuple[str, bytes | Page], ...]


@dataclass(frozen=True)
class Part:
    """Some files of the site that are made together: those of one record, of one topic, one hand-written page.

    Attributes:
        make: makes the files out of a site and ``args``.
        args: what tells this part from others that are made alike.
        late: whether it needs the exports, which take longer than all pages.
    """

    make: Callable[..., Files]
    args: tuple[Hashable, ...] = ()
    late: bool = False

    @property
    def of_one(self) -> bool:
        """Whether it says what one record is, rather than listing many."""
        return self.make is _record

    @property
    def of_picture(self) -> bool:
        """Whether it is a picture for link previews."""
        return self.make is _picture


class Rendering:
    """How the parts of a site become files.

    Args:
        site: what the pages say.
        shell: the rendered shell page.
        frames: path to rendered hand-written page, whose marks are filled.
        draw: draws the pictures for link previews.

    Raises:
        FrameError: the shell lacks a place.
    """

    def __init__(self, site: Site, shell: str, frames: Mapping[str, str], draw: Draw = preview.draw) -> None:
        self.site = site
        self.shell = Shell.from_html(shell)
        self.frames = frames
        self._decisions = _decisions(frames)
        self._draw = draw

    def parts(self, exports: Mapping[str, bytes] | None = None) -> Iterator[Part]:
        """Every part of the site in a fixed order; without exports those that need them are left out."""
        for entry in self.site.corpus:
            yield Part(_record, (entry.id,))
        for name in self.site.topic_names:
            yield Part(_topic, (name,))
        yield from self.hand_written(None if exports is None else {name: len(exports[name]) for name in exports})
        for id in (preview.WHOLE, *(entry.id for entry in self.site.questions)):
            yield Part(_picture, (id, self._draw))
        yield Part(_redirects)
        yield Part(_data_files)
        yield Part(_search, tuple(sorted(self.frames.items())))
        for make in LISTS:
            yield Part(_list, (make,))
        yield Part(_months)
        yield Part(_outline)
        if self.site.settings.site_url is not None:
            yield Part(_sitemap, tuple(sorted(self.frames)))
        for name in sorted(exports or {}):
            yield export(name, (exports or {})[name])

    def hand_written(self, sizes: Mapping[str, int] | None) -> Iterator[Part]:
        """The hand-written pages; without the exports' sizes in bytes those that tell them are left out."""
        told = tuple(sorted((sizes or {}).items()))
        for path in sorted(self.frames):
            late = _SIZES in self.frames[path]
            if not late or sizes is not None:
                yield Part(_frame, (path, self.frames[path], self._decisions, told if late else ()), late)

    def files(self, part: Part) -> Iterator[tuple[str, bytes]]:
        """The files of one part as (path below the root of the site, bytes)."""
        return self.stamped(part.make(self.site, *part.args))

    def stamped(self, files: Files) -> Iterator[tuple[str, bytes]]:
        """Files with their pages inside the frame."""
        for path, made in files:
            yield path, made if isinstance(made, bytes) else self._stamp(made)

    def _stamp(self, page: Page) -> bytes:
        return self.shell.stamp({"head": page.head, "title": page.title, "body": page.body, "toc": page.toc})


def render_site(
    assessment: Assessment,
    shell: str,
    frames: Mapping[str, str],
    settings: Settings,
    exports: Mapping[str, bytes] | None = None,
    history: Timeline | None = None,
    draw: Draw = preview.draw,
) -> Iterator[tuple[str, bytes]]:
    """Every page and data file as (path below the root of the site, bytes), in a fixed order.

    Args:
        assessment: records and credences.
        shell: the rendered shell page.
        frames: path to rendered hand-written page, whose marks are filled.
        settings: what the pages know about the site.
        exports: name to content of the files in ``data/``.
        history: what changed before; ``None`` where that is not known.
        draw: draws the pictures for link previews.

    Raises:
        FrameError: the shell or a hand-written page does not fit.
    """
    rendering = Rendering(Site(assessment, settings, history), shell, frames, draw)
    for part in rendering.parts(exports or {}):
        yield from rendering.files(part)


def _record(site: Site, id: str) -> Files:
    """The page of a record and the data beside it."""
    entry = site.corpus[id]
    page = render_record(site, entry)
    stem = page.path.removesuffix(".html")
    files: list[tuple[str, bytes | Page]] = [(page.path, page)]
    files += [(f"{stem}{ending}", content) for ending, content in data.beside(site, entry)]
    if id in site.credences:
        script = whatif.script(site, id)
        if script is not None:
            files.append((f"{stem}.whatif.js", script))
    ties = maps.ties_script(site, entry)
    if ties is not None:
        files.append((f"{stem}.map.js", ties))
    return tuple(files)


def _topic(site: Site, name: str) -> Files:
    page = render_topic(site, name)
    return ((page.path, page),)


def _frame(site: Site, path: str, html: str, decisions: Markup, sizes: tuple[tuple[str, int], ...]) -> Files:
    """A hand-written page with its fragments."""
    pieces = {
        **fragments(site, dict(sizes)),
        "decisions": lambda: decisions,
        "page-head": lambda: jsonld.frame_head(site, path),
        "cite-site": lambda: cite.whole_section(site),
    }
    return ((path, fill(html, _Lazy(pieces), _mention(site, path), "../" * path.count("/"))),)


class _Lazy(Mapping[str, Markup]):
    """Fragments that are made when a page asks for them."""

    def __init__(self, makers: Mapping[str, Callable[[], Markup]]) -> None:
        self._makers = makers

    def __getitem__(self, name: str) -> Markup:
        return self._makers[name]()

    def __contains__(self, name: object) -> bool:
        return name in self._makers

    def __iter__(self) -> Iterator[str]:
        return iter(self._makers)

    def __len__(self) -> int:
        return len(self._makers)


def _picture(site: Site, id: str, draw: Draw) -> Files:
    """A picture for link previews."""
    made = preview.of_question(site, site.corpus[id]) if id != preview.WHOLE else preview.of_all(site)
    return ((made.path, draw(made)),)


def _redirects(site: Site) -> Files:
    return tuple(redirects(site))


def _data_files(site: Site) -> Files:
    """What is read by scripts, readers of feeds and programs, beside the exports."""
    return (
        (adding.PATH, adding.script(site)),
        (feeds.ATOM_PATH, feeds.atom(site)),
        (feeds.JSON_PATH, feeds.json_feed(site)),
        *cite.whole_files(site),
        ("predictions.csv", predictions_csv(site)),
        ("quantities.csv", quantities_csv(site)),
        ("scores.csv", scores_csv(site)),
    )


def _search(site: Site, *frames: tuple[str, str]) -> Files:
    """What the search reads, of records and of hand-written pages."""
    return ((INDEX_PATH, search_index(site, dict(frames))),)


def _list(site: Site, make: Callable[[Site], Listing]) -> Files:
    """The rows of a long list as data, and its further pages."""
    return rows.files(site, make)


def _outline(site: Site) -> Files:
    script = outline.outline_script(site)
    return ((outline.SCRIPT_PATH, script),) if script is not None else ()


def _months(site: Site) -> Files:
    return month_pages(site)


def _sitemap(site: Site, *frames: str) -> Files:
    dates, revised = site.table(modified), site.settings.revised
    pages = {site.ref(e.id).href: dates.get(e.id, revised) for e in site.corpus if e.record.active}
    pages |= {f"topic/{name}.html": revised for name in site.topic_names}
    pages |= {path: revised for path in frames if path != "404.html"}
    return (("sitemap.xml", sitemap(site.settings.site_url or "", pages)),)


def _export(site: Site, name: str, content: bytes) -> Files:
    return ((f"data/{name}", content),)


def export(name: str, content: bytes) -> Part:
    """An export, as it is."""
    return Part(_export, (name, content), late=True)


def _decisions(frames: Mapping[str, str]) -> Markup:
    """Links to the hand-written decisions by their headings, for the page beside them."""
    found = []
    for path in sorted(frames):
        heading = _HEADING.search(frames[path])
        if path.startswith(DECISIONS) and heading is not None and not path.endswith("/index.html"):
            text = Markup(heading[1]).striptags()
            found.append(Markup('<li><a href="{}">{}</a></li>').format(path.removeprefix(DECISIONS), text))
    return Markup('<ul class="kb-list">{}</ul>').format(Markup("").join(found))


def _mention(site: Site, path: str) -> Callable[[str], Markup]:
    """How a hand-written page mentions a record: a link with its title, or its id where there is no such record."""
    root = "../" * path.count("/")

    def mention(id: str) -> Markup:
        if id not in site.corpus:
            return by_name(id)
        ref = site.ref(id)
        return Markup('<a href="{}">{}</a>').format(root + ref.href, ref.title)

    return mention
