"""The list of all pages for search engines; made only when the public address is known."""

from __future__ import annotations

from collections.abc import Iterable

from markupsafe import escape


def sitemap(site_url: str, paths: Iterable[str], revised: str | None) -> bytes:
    """A sitemap of ``paths`` below ``site_url``."""
    base = site_url.rstrip("/") + "/"
    date = f"<lastmod>{escape(revised)}</lastmod>" if revised else ""
    lines = [f"<url><loc>{escape(base + path)}</loc>{date}</url>" for path in sorted(set(paths))]
    head = '<?xml version="1.0" encoding="UTF-8"?>\n<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">\n'
    return (head + "\n".join(lines) + "\n</urlset>\n").encode()
