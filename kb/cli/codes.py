"""Every code that a finding may have, and what it means.  No command lives here."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from types import MappingProxyType

from kb.coherence import COHERENCE
from kb.errors import Level
from kb.rules import READING, RULES, Code


@lru_cache(maxsize=1)
def every_code() -> Mapping[str, Code]:
    """Codes of reading, of the rules and of the rules about sums, in order of code."""
    found = dict(READING)
    for rule in RULES.values():
        found[rule.code] = Code(rule.code, rule.family, rule.level, rule.doc)
    for odd in COHERENCE.values():
        found[odd.code] = Code(odd.code, odd.family, Level.SUGGESTION, odd.doc)
    return MappingProxyType(dict(sorted(found.items())))
