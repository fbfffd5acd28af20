"""Exclusive questions as the rules see them."""

from __future__ import annotations

from functools import lru_cache

from kb import models as m
from kb.corpus import Corpus


@lru_cache(maxsize=2)
def exclusive(corpus: Corpus) -> dict[str, str]:
    """Claim to the exclusive question that it answers; the first in order of id where it answers several."""
    found: dict[str, str] = {}
    for id, question in corpus.of(m.Question, active=True):
        if question.exclusive:
            for answer in question.answers:
                found.setdefault(answer, id)
    return found
