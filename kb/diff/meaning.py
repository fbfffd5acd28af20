"""Whether a claim still says what it said: what was judged against its words, and whether they have turned around.

Words alone are compared, by rules that a person can follow; a change of meaning that they miss is still listed with
the old and the new words, for somebody to look at.
"""

from __future__ import annotations

import difflib
import re
from collections import Counter
from collections.abc import Iterable, Iterator

from kb import models as m
from kb.corpus import Corpus, Entry
from kb.diff.report import Reworded, Words, short

KEPT = 0.3
"""Share of the words of title and text (both sides counted, 0 to 1) below which a claim counts as another one.

Of 40 rewordings of claims and undercuts in the making of the first 900 records all keep more; two claims picked at
random share some 0.05."""
ELSE_ALIKE = 0.7
"""Share of its other words (0 to 1) that a sentence keeps when a negation or an opposite turns it around; of one that
is rewritten further, single words tell nothing."""
AROUND = 5
"""Words shown on either side of a change."""
MOST_WORDS = 400
"""Differing words that are compared; a longer stretch counts as one change."""

_ENDINGS = ("ments", "ment", "ing", "est", "ers", "er", "ed", "es", "ly", "s", "e")
_STEM = 3
"""Letters that an ending leaves at least."""


def _set(words: str) -> frozenset[str]:
    return frozenset(words.split())


def _stem(word: str) -> str:
    end = next((end for end in _ENDINGS if word.endswith(end) and len(word) - len(end) >= _STEM), "")
    return word.removesuffix(end)


_SMALL = _set(
    "a an and are as at be been but by can could do does for from had has have if in into is it its may might of on or "
    "other so some such than that the their them then there these they this those to was were which who will with would"
)
"""Words too common to tell claims apart."""
_NEGATIONS = _set(
    "not no never none nobody nothing nowhere neither without cannot hardly barely scarcely rarely seldom unlikely "
    "impossible"
)
_WEAK = frozenset(map(_stem, _set("less fewer least fails lacks misses poorly weak")))
"""Words that may stand for a negation, and so bring back a sentence that lost or got one; alone they turn nothing."""
_PAIRS = (
    "more less|more fewer|most least|most few|many few|much little|rise fall|rises falls|rose fell|rise drop|"
    "increase decrease|increase reduce|raise reduce|raise lower|raise cut|grow shrink|grow decline|fast slow|"
    "quick slow|rapid slow|accelerate slow|accelerate decelerate|above below|over under|before after|"
    "better worse|best worst|good bad|good poor|well poorly|high low|large small|big small|strong weak|"
    "support oppose|help harm|help hinder|help hurt|gain loss|gain lose|win lose|easy hard|easier harder|"
    "cheap dear|cheap expensive|true false|early late|sooner later|up down|near far|long short|with without|"
    "always never|all none|every no|allow prevent|improve worsen|agree disagree|include exclude|exceed trail|"
    "ahead behind|succeed fail"
)
_OPPOSITES = frozenset(frozenset(map(_stem, pair.split())) for pair in _PAIRS.split("|"))
_PREFIXES = (("over", "under"), ("up", "down"), ("pro", "anti"), ("", "un"), ("", "in"), ("", "im"), ("", "non"),
             ("", "dis"), ("", "ir"))  # fmt: skip
"""Beginnings that make two words opposites, where the rest is the same."""


def reworded(base: Corpus, head: Corpus) -> tuple[Reworded, ...]:
    """Claims and undercuts whose words differ and against whose old words something was judged, in order of id.

    An id that lives on as an alias is followed to the record that now has it.
    """
    found = []
    for id, before in base.entries.items():
        after = head.find(id)
        record = before.record
        if after is None or not isinstance(record, m.Claim | m.Undercut) or after.kind is not before.kind:
            continue
        words = tuple(_words(before, after))
        items = sum(len(base.evidence_for.get(on, ())) for on in (id, *base.questions_of.get(id, ())))
        reasons = len(base.reasons_for.get(id, ())) + len(base.reasons_from.get(id, ()))
        positions = len(base.positions_on.get(id, ()))
        if words and record.active and (items or reasons or positions or record.base_rate is not None):
            found.append(
                Reworded(
                    id=short(id),
                    kind=before.kind.value,
                    place=short(_place(after, words[0].field)),
                    items=items,
                    reasons=reasons,
                    positions=positions,
                    words=words,
                    turned=short(_turned(before, after, words), 1_500),
                )
            )
    return tuple(sorted(found, key=lambda one: (not one.turned, one.id)))


def _words(before: Entry, after: Entry) -> Iterator[Words]:
    """Fields that say what a claim is, where they differ by more than spaces."""
    for field in ("title", "text", "scope"):
        old, new = _said(before, field), _said(after, field)
        if old != new:
            yield Words(field=field, before=short(old, 1_500), after=short(new, 1_500))


def _place(entry: Entry, field: str) -> str:
    """Where a field stands: path, line and column."""
    line, col = entry.document.marks.get((field,), (1, 1))
    return f"{entry.path}:{line}:{col}"


def _said(entry: Entry, field: str) -> str:
    value = entry.document.data.get(field)
    if isinstance(value, dict):
        return "; ".join(f"{name}: {value[name]}" for name in sorted(value))
    return " ".join(str(value).split()) if value is not None else ""


def _turned(before: Entry, after: Entry, words: tuple[Words, ...]) -> str:
    """Why the record now seems to say something else; empty where it does not."""
    for one in words:
        if one.field != "scope":
            why = reversal(one.before, one.after)
            if why:
                return f"{one.field}: {why}"
    if all(_said(entry, "text") for entry in (before, after)):
        share = kept(*(f"{_said(entry, 'title')} {_said(entry, 'text')}" for entry in (before, after)))
        if share < KEPT:
            return f"title and text keep {share:.0%} of their words, and a claim keeps {KEPT:.0%}"
    return ""


def kept(before: str, after: str) -> float:
    """Share of words that two texts have in common, 0 to 1: endings and the commonest words aside, both sides count."""
    return _share(_stems(_bare(before)), _stems(_bare(after)))


def _stems(words: Iterable[str]) -> Counter[str]:
    return Counter(_stem(word) for word in words if word not in _SMALL)


def _share(old: Counter[str], new: Counter[str]) -> float:
    total = old.total() + new.total()
    return 2 * (old & new).total() / total if total else 1.0


def reversal(before: str, after: str) -> str:
    """What turns a sentence around, in words; empty where nothing does.

    A word in place of its opposite, or a negation brought or taken, turns a sentence around that is otherwise much as
    it was; two turns, as "no slower" for "faster", bring it back.
    """
    old, new = Counter(_bare(before)), Counter(_bare(after))
    gone, come, both = old - new, new - old, old & new
    why = ""
    turns = 0
    for a in sorted(gone):
        for b in sorted(come):
            if gone[a] and come[b] and _opposite(a, b):
                gone[a] -= 1
                come[b] -= 1
                turns += 1
                why = why or f"“{a}” has become “{b}”"
    for side, done in ((gone, "taken out"), (come, "put in")):
        for word in sorted(side):
            if side[word] and (_negates(word) or _stem(word) in _WEAK):
                turns += side[word]
                side[word] = 0
                if _negates(word):
                    why = why or f"“{word}” is {done}"
    alike = _share(_stems((both + gone).elements()), _stems((both + come).elements()))
    return why if turns % 2 and alike >= ELSE_ALIKE else ""


def _opposite(a: str, b: str) -> bool:
    if frozenset((_stem(a), _stem(b))) in _OPPOSITES:
        return True
    for one, other in ((a, b), (b, a)):
        for first, second in _PREFIXES:
            if one.startswith(first) and other.startswith(second):
                rest = one.removeprefix(first)
                if len(rest) > _STEM and other == second + rest:
                    return True
    return False


def _negates(word: str) -> bool:
    return word in _NEGATIONS or word.endswith(("n't", "n’t"))


def _bare(text: str) -> list[str]:
    """Words of a text, small letters, without punctuation."""
    return re.findall(r"[^\W_]+(?:['’][^\W_]+)*|%", text.lower())


def runs(old: list[str], new: list[str]) -> Iterator[tuple[bool, list[str], list[str]]]:
    """Two texts as runs of words that are the same and runs that differ: (same, old words, new words), in order."""
    start = next((n for n, (a, b) in enumerate(zip(old, new, strict=False)) if a != b), min(len(old), len(new)))
    most = min(len(old), len(new)) - start
    end = next((n for n in range(most) if old[-1 - n] != new[-1 - n]), most)
    a, b = old[start : len(old) - end], new[start : len(new) - end]
    if start:
        yield True, old[:start], new[:start]
    if max(len(a), len(b)) > MOST_WORDS:
        yield False, a, b
    elif a or b:
        for tag, i, j, k, n in difflib.SequenceMatcher(None, a, b, autojunk=False).get_opcodes():
            yield tag == "equal", a[i:j], b[k:n]
    if end:
        yield True, old[len(old) - end :], new[len(new) - end :]


def side_by_side(before: str, after: str, most: int = 600) -> tuple[str, str]:
    """Two texts with what differs in marks, ``[-old-]`` and ``{+new+}``, and words around it; the rest is ``…``.

    Args:
        before, after: the texts.
        most: characters of either at most.
    """
    if before == after:
        return short(before, most), short(after, most)
    parts = list(runs(before.split(), after.split()))
    old: list[str] = []
    new: list[str] = []
    for n, (same, a, b) in enumerate(parts):
        if same:
            head = a[:AROUND] if n else []
            tail = a[-AROUND:] if n + 1 < len(parts) else []
            around = a if len(head) + len(tail) >= len(a) else [*head, "…", *tail]
            old += around
            new += around
        else:
            old += [f"[-{' '.join(a)}-]"] if a else []
            new += [f"{{+{' '.join(b)}+}}"] if b else []
    return short(" ".join(old), most), short(" ".join(new), most)
