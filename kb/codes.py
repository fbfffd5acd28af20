"""Every code that a finding may have, and what it means: those of reading, of rules, and of rules about sums."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import lru_cache
from types import MappingProxyType

from kb.coherence import COHERENCE
from kb.errors import Level
from kb.rules import READING, RULES, Code, Family


@lru_cache(maxsize=1)
def every_code() -> Mapping[str, Code]:
    """Code to its meaning, in order of code."""
    found = dict(READING)
    for rule in RULES.values():
        found[rule.code] = Code(rule.code, rule.family, rule.level, rule.doc)
    for odd in COHERENCE.values():
        found[odd.code] = Code(odd.code, odd.family, Level.SUGGESTION, odd.doc)
    return MappingProxyType(dict(sorted(found.items())))


def by_family() -> Iterator[tuple[Family, list[Code]]]:
    """(family, its codes in order of code), families in their own order."""
    for family in Family:
        yield family, [code for code in every_code().values() if code.family is family]
