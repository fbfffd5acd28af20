"""All pages of the site, one after the other."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping

from markupsafe import Markup

from kb import models as m
from kb.corpus import Entry
from kb.engine import Assessment
from kb.pages import data, feeds, maps
from kb.pages.claim import render_claim
from kb.pages.forecasts import predictions_csv
from kb.pages.lists import fragments, render_topic
from kb.pages.moves import Move, moves_by_item, moves_by_root
from kb.pages.page import Page
from kb.pages.quantities import quantities_csv, render_quantity
from kb.pages.question import render_question
from kb.pages.records import render_evidence, render_person, render_plain, render_source
from kb.pages.redirect import redirects
from kb.pages.shell import Shell, by_name, fill
from kb.pages.site import Settings, Site
from kb.pages.sitemap import sitemap
from kb.timeline import Timeline

INDEX_PATH = "assets/search-index.js"
DECISIONS = "decisions/"
_HEADING = re.compile(r"<h1[^>]*>(.*?)</h1>", re.DOTALL)


def render_site(
    assessment: Assessment,
    shell: str,
    frames: Mapping[str, str],
    settings: Settings,
    exports: Mapping[str, bytes] | None = None,
    history: Timeline | None = None,
) -> Iterator[tuple[str, bytes]]:
    """Every page and data file as (path below the root of the site, bytes), in a fixed order.

    Args:
        assessment: records and credences.
        shell: the rendered shell page.
        frames: path to rendered hand-written page, whose marks are filled.
        settings: what the pages know about the site.
        exports: name to content of the files in ``data/``.
        history: what changed before; ``None`` where that is not known.

    Raises:
        FrameError: the shell or a hand-written page does not fit.
    """
    site = Site(assessment, settings, history)
    cut = Shell.from_html(shell)
    by_root, by_item = moves_by_root(site), moves_by_item(site)
    paths: list[str] = []
    for entry in site.corpus:
        made = _page(site, entry, by_root, by_item)
        paths.append(made.path)
        yield made.path, _stamp(cut, made)
        yield made.path.removesuffix(".html") + ".json", data.record_json(site, entry)
        if entry.id in site.credences:
            yield made.path.removesuffix(".html") + ".csv", data.sum_csv(site, entry.id)
        ties = maps.ties_script(site, entry)
        if ties is not None:
            yield made.path.removesuffix(".html") + ".map.js", ties
    for name in site.topic_names:
        made = render_topic(site, name)
        paths.append(made.path)
        yield made.path, _stamp(cut, made)
    files = exports or {}
    pieces = fragments(site, by_root, by_item, {name: len(content) for name, content in files.items()})
    pieces["decisions"] = _decisions(frames)
    for path in sorted(frames):
        paths.append(path)
        yield path, fill(frames[path], pieces, _mention(site, path), "../" * path.count("/"))
    for path, page in redirects(site):
        yield path, _stamp(cut, page)
    yield INDEX_PATH, data.search_index(site)
    yield feeds.ATOM_PATH, feeds.atom(site)
    yield feeds.JSON_PATH, feeds.json_feed(site)
    yield "predictions.csv", predictions_csv(site)
    yield "quantities.csv", quantities_csv(site)
    for name in sorted(files):
        yield f"data/{name}", files[name]
    if settings.site_url is not None:
        yield "sitemap.xml", sitemap(settings.site_url, [p for p in paths if p != "404.html"], settings.revised)


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


def _stamp(cut: Shell, page: Page) -> bytes:
    return cut.stamp({"head": page.head, "title": page.title, "body": page.body, "toc": page.toc})


def _page(site: Site, entry: Entry, by_root: Mapping[str, list[Move]], by_item: Mapping[str, list[Move]]) -> Page:
    """The page of one record."""
    if entry.id in site.credences:
        return render_claim(site, entry)
    record = entry.record
    if isinstance(record, m.Question):
        return render_question(site, entry)
    if isinstance(record, m.Evidence):
        return render_evidence(site, entry, by_item)
    if isinstance(record, m.Source):
        return render_source(site, entry, by_root)
    if isinstance(record, m.Person):
        return render_person(site, entry, by_root)
    if isinstance(record, m.Quantity):
        return render_quantity(site, entry)
    return render_plain(site, entry)
