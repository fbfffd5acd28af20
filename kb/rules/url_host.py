"""Addresses that others cannot open, or should not see."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator
from urllib.parse import urlsplit

from kb.corpus import Corpus
from kb.errors import Finding, Level
from kb.rules._base import Family, Reporter

report = Reporter(__name__, Family.SAFETY, Level.ERROR, alone=True)

SHORT = frozenset(
    {"bit.ly", "t.co", "tinyurl.com", "goo.gl", "ow.ly", "is.gd", "buff.ly", "lnkd.in", "dlvr.it", "rb.gy"}
)


def check(corpus: Corpus) -> Iterator[Finding]:
    """An address leads to a public host by its name, without a password in it and not through a link shortener.

    A private host opens for nobody else, a password would be published, and a shortened link can lead somewhere else
    tomorrow.  Write the address of the page itself.
    """
    for entry in corpus:
        url = entry.record.get("url")
        fault = fault_of(url) if url is not None else None
        if fault is not None:
            yield report(entry, ("url",), *fault)


def fault_of(url: str) -> tuple[str, str] | None:
    """What is wrong with an address, and what to write instead; ``None`` for one that leads to a public page."""
    try:
        parts = urlsplit(url)
        host, _ = (parts.hostname or "").rstrip("."), parts.port
    except ValueError:
        return "the address cannot be read", "copy it again from the browser"
    if parts.username is not None or parts.password is not None:
        return "the address holds a user name or a password", "write the address without what stands before the @"
    if host in SHORT:
        return f"{host} only forwards to another page", "open it, and write the address that it leads to"
    try:
        ipaddress.ip_address(host)
        return f"{host} is a machine and not a name", "write the address with the name of the site"
    except ValueError:
        pass
    private = "." not in host or host.endswith(
        (".local", ".localhost", ".internal", ".lan", ".home", ".test", ".onion")
    )
    if private:
        return f"{host or 'the address'} is not a public site", "write an address that every reader can open"
    return None
