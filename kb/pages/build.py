"""All pages of the site, one after the other."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from kb.pages.claim import render_claim
from kb.pages.shell import Shell
from kb.pages.site import Assessed, Settings, Site


def render_site(
    assessed: Assessed, shell: str, frames: Mapping[str, str], settings: Settings
) -> Iterator[tuple[str, bytes]]:
    """Every page and data file as (path below the root of the site, bytes), in a fixed order."""
    site = Site(assessed, settings)
    cut = Shell.from_html(shell)
    for entry in site.corpus:
        if entry.id in site.credences:
            page = render_claim(site, entry)
            yield page.path, cut.stamp({"head": page.head, "title": page.title, "body": page.body, "toc": page.toc})
