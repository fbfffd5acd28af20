"""Two records that say the same."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterator
from itertools import combinations

from kb import vocab
from kb.corpus import Corpus
from kb.errors import Finding, Level
from kb.rules._base import Family, Reporter

report = Reporter(__name__, Family.STYLE, Level.WARNING)

ALIKE = 0.6
"""Share of runs of three words."""
FEWEST = 3
COMMON = 20
"""Runs of words that more records share tell nothing."""
FIELDS = ("text", "definition")
TOLD_APART = frozenset({vocab.Kind.POSITION, vocab.Kind.QUANTITY, vocab.Kind.PERSON, vocab.Kind.EXPERIMENT})
"""Kinds whose other fields tell them apart."""


def check(corpus: Corpus) -> Iterator[Finding]:
    """Two records of one kind do not say the same in nearly the same words.

    Written twice, one finding counts twice and one claim has two credences. Join the two and keep both passages, or say
    in each text what tells it from the other.
    """
    runs: dict[str, frozenset[tuple[str, ...]]] = {}
    holders: dict[vocab.Kind, dict[tuple[str, ...], list[str]]] = defaultdict(lambda: defaultdict(list))
    for entry in corpus:
        text = next((entry.record.get(name) for name in FIELDS if entry.record.get(name)), None)
        if text is None or not entry.record.active or entry.kind in TOLD_APART:
            continue
        words = re.findall(r"\w+", text.lower())
        runs[entry.id] = frozenset(zip(words, words[1:], words[2:], strict=False))
        here = holders[entry.kind]
        for run in runs[entry.id]:
            here[run].append(entry.id)
    shared: Counter[tuple[str, str]] = Counter()
    for ids in (ids for of_kind in holders.values() for ids in of_kind.values() if 1 < len(ids) <= COMMON):
        shared.update(combinations(ids, 2))
    for (a, b), n in sorted(shared.items()):
        if n >= ALIKE * len(runs[a] | runs[b]) and len(runs[a]) > FEWEST and not _told_apart(corpus, a, b):
            field = next(name for name in FIELDS if corpus[b].record.get(name))
            yield report(
                corpus[b],
                (field,),
                f"{a} says nearly the same",
                "join the two records, or say in each what tells it from the other",
            )


def _told_apart(corpus: Corpus, a: str, b: str) -> bool:
    """Whether two records are known to stand side by side, as answers or by a relation, or differ in their numbers."""
    numbers = [
        sorted(re.findall(r"\d+", f"{entry.title} {entry.record.get('text') or ''}"))
        for entry in (corpus[a], corpus[b])
    ]
    if numbers[0] != numbers[1]:
        return True
    if set(corpus.questions_of.get(a, ())) & set(corpus.questions_of.get(b, ())):
        return True
    return any(
        relation.to == other for one, other in ((a, b), (b, a)) for relation in corpus[one].record.get("relations", ())
    )
