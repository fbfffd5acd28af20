"""The list of all pages for search engines; made only when the public address is known."""

from __future__ import annotations

from collections.abc import Mapping

from markupsafe import Markup


def sitemap(site_url: str, pages: Mapping[str, str | None]) -> bytes:
    """A sitemap of pages below ``site_url``.

    Args:
        site_url: the public address.
        pages: address below it to the day of its last change; a page whose day is unknown carries none.
    """
    base = site_url.rstrip("/") + "/"
    lines = []
    for path, day in sorted(pages.items()):
        date = Markup("<lastmod>{}</lastmod>").format(day) if day else ""
        lines.append(Markup("<url><loc>{}</loc>{}</url>").format(base + path, date))
    head = '<?xml version="1.0" encoding="UTF-8"?>\n<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">\n'
    return (head + "\n".join(lines) + "\n</urlset>\n").encode()
