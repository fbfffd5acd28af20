"""The invented debate with a payload in every free text of every record, each of another family.

A payload that runs sets ``window.ran``; one that a template takes for its own shows what it computed.
"""

from __future__ import annotations

from itertools import count
from pathlib import Path
from typing import Any

import yaml

FAMILIES: dict[str, tuple[str, ...]] = {
    "html": (
        "<script>window.ran=1</script>",
        "<img src=x onerror=window.ran=1>",
        "<details open ontoggle=window.ran=1>x",
        "<iframe srcdoc='<script>parent.ran=1</script>'>",
        "</p></section></article><body onload=window.ran=1>",
    ),
    "attribute": (
        '" autofocus onfocus="window.ran=1" x="',
        "' onmouseover='window.ran=1' style='position:fixed;inset:0",
        "x` onmouseenter=window.ran=1 y=`",
        '"><input autofocus onfocus=window.ran=1>',
    ),
    "url": (
        "javascript:window.ran=1",
        "java\u00a0script:window.ran=1//https://x.example",
        "data:text/html,<script>parent.ran=1</script>",
        "&#106;avascript:window.ran=1",
    ),
    "markdown": (
        "[x](javascript:window.ran=1) ![y](https://tracker.example/y.png)",
        "[x](<data:text/html;base64,PHNjcmlwdD4=>) <https://a.example/'onfocus=window.ran=1>",
        '[x](https://a.example "title\\" onmouseover=\\"window.ran=1")',
        "**<b onclick=window.ran=1>b</b>** `<script>window.ran=1</script>`",
    ),
    "svg": (
        "</title></text></svg><svg onload=window.ran=1>",
        "<svg><animate onbegin=window.ran=1 attributeName=x dur=1s>",
        "</desc><foreignObject><img src=x onerror=window.ran=1></foreignObject>",
    ),
    "template": (
        "{{ 7 * 1191 }} {% raw %} {# x #} ${window.ran=1}",
        "@@kb:body@@ @@kb:head@@ <!--kb:questions--> [[@baker-b]]",
    ),
    "script": (
        "</script><script>window.ran=1</script><!--",
        "<!--<script>\\u003c/script>*/ window.ran=1 //",
        "');window.ran=1;('",
    ),
    "cell": ('=HYPERLINK("https://x.example")', "+1+cmd|' /C calc'!A0", "@SUM(1+1)", "-2+3", "＝1+1", "＠SUM(1+1)"),
    "huge": ("W" * 118, "\U0001f9ed" * 110, "a/" * 55),
}
"""Family to payloads of at most 120 characters, the length of a title."""

FREE = {
    *("title", "text", "summary", "why", "notes", "locator", "metric", "unit", "domain", "period", "population"),
    *("case_for", "case_against", "priors_why", "searched", "no_anchor", "start", "end", "phrase", "criteria"),
    *("word", "definition", "leaves_out", "authors_text", "no_url", "container", "gaps", "cost", "unconfirmed"),
}
"""Fields that hold free text; ids, dates, numbers and words of a list are checked when a record is read."""

_SHORTEST = 12
_LIMITS = {"phrase": 60, "unit": 200, "start": 160, "end": 160}


def write_hostile(corpus: Path, target: Path) -> int:
    """Write the records of ``corpus`` to ``target`` with a payload in each free text; the number of payloads."""
    payloads = [p for family in FAMILIES.values() for p in family]
    turn = count()

    def hostile(key: str, value: Any) -> Any:
        if isinstance(value, dict):
            return {("on" if k is True else k): hostile(k, v) for k, v in value.items()}  # YAML 1.1 reads on as true
        if isinstance(value, list):
            return [hostile(key, v) for v in value]
        if key in FREE and isinstance(value, str):
            limit = _LIMITS.get(key, 120)
            n = next(turn)
            payload = payloads[n % len(payloads)]
            while len(payload) > limit:
                payload = payloads[next(turn) % len(payloads)]
            return payload if len(payload) >= _SHORTEST else f"{payload} {'.' * _SHORTEST}"
        return value

    for path in sorted(corpus.rglob("*.yaml")):
        record = yaml.safe_load(path.read_text("utf-8"))
        made = target / path.relative_to(corpus)
        made.parent.mkdir(parents=True, exist_ok=True)
        made.write_text(yaml.safe_dump(hostile("", record), allow_unicode=True, sort_keys=False), "utf-8")
    return next(turn)
