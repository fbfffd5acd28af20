"""Pages at old ids that lead to the record that has them now: nothing published goes dead."""

from __future__ import annotations

from collections.abc import Iterator

from markupsafe import Markup

from kb.pages.page import Page
from kb.pages.render import render
from kb.pages.site import Site


def redirects(site: Site) -> Iterator[tuple[str, Page]]:
    """(path, page) for every alias, in order of alias."""
    for alias, id in sorted(site.corpus.aliases.items()):
        if alias in site.corpus.entries:
            continue
        ref = site.ref(id)
        path = f"{ref.kind}/{alias}.html"
        body = render("redirect.html.j2", ref=ref, alias=alias, root="../")
        head = render("redirect-head.html.j2", target=f"../{ref.href}", canonical=site.canonical(ref.href))
        yield path, Page(path, f"{ref.title} – {site.settings.name}", head, body, Markup(""))
