"""Addresses that track their readers."""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import urlsplit, urlunsplit

from kb.corpus import Corpus
from kb.errors import Finding, Level
from kb.rules._base import Family, Reporter

report = Reporter(__name__, Family.SAFETY, Level.WARNING)

TRACKING = re.compile(
    r"(?:utm_\w+|fbclid|gclid|dclid|msclkid|yclid|igshid|mc_cid|mc_eid|_hsenc|_hsmi|ref_src|ref_url|s_cid|vero_id|mkt_tok"
    r"|triedRedirect|publication_id|r_done|isFreemail)\Z",
)


def check(corpus: Corpus) -> Iterator[Finding]:
    """An address carries no tracking parameters.

    They say who shared the link with whom, and make two addresses of one page. Delete them; `kb check --fix` does it.
    """
    for entry in corpus:
        url = entry.record.get("url")
        if url is not None and without_tracking(url) != url:
            yield report(entry, ("url",), "the address carries tracking parameters", f"write {without_tracking(url)}")


def without_tracking(url: str) -> str:
    """An address without the parameters that only track."""
    if "?" not in url:
        return url
    parts = urlsplit(url)
    kept = [part for part in parts.query.split("&") if not TRACKING.match(part.partition("=")[0])]
    return urlunsplit(parts._replace(query="&".join(kept))) if len(kept) < len(parts.query.split("&")) else url
