"""Explanations of the words and units on the pages: one text for each, shown on hover, on focus and on tap.

A page marks a word with :func:`tip`, a button; the box with its text stands once at the end of the page, as a popover
of HTML, so it opens on a click or a tap without a script, and is an ordinary note where a browser knows no popovers.
A short script adds hover and focus.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache, lru_cache

from markupsafe import Markup

from kb import odds, vocab
from kb.pages import words

_USED = re.compile(r'popovertarget="tip-([a-z-]+)"')
_STOPS = re.compile(
    r'<(?:section|h2|h3|/?details)\b|<button type="button" class="kb-tip" popovertarget="tip-([a-z-]+)"'
)


@dataclass(frozen=True)
class Hint:
    """An explanation.

    Attributes:
        name: what it explains, as a heading of the box.
        text: one to three sentences, understood without knowing any of the others.
        more: page and anchor below the root of the site where it is told at length, or empty.
    """

    name: str
    text: str
    more: str = ""


def _scale(parts: Iterable[tuple[str, str]]) -> str:
    return "; ".join(f"{word} {meaning}" for word, meaning in parts)


_LIKELIHOODS = _scale((word, f"{low:.0%} to {high:.0%}") for word, (low, high) in vocab.CREDENCE_WORDS.items())
_STRENGTHS = _scale((w.word, words.factor(odds.nats(w.db))) for w in vocab.STRENGTH_WORDS.values())

HINTS: dict[str, Hint] = {
    "credence": Hint(
        "Credence",
        "How likely the claim is, given the evidence on this map and nothing else. It is computed from the records; "
        "nobody’s opinion enters it.",
        "guide.html#short",
    ),
    "word": Hint("Words for likelihood", f"Each word stands for a range: {_LIKELIHOODS}.", "guide.html#credence"),
    "interval": Hint(
        "Interval",
        "Nine times out of ten the number lies in this range when the strengths, base rates and reliabilities that "
        "people judged are drawn anew from their ranges. A wide range says that the number leans on judgement.",
        "method.html#intervals",
    ),
    "firmness": Hint(
        "Firmness",
        "How far the number can be relied on, not how likely the claim is: a claim at 5% can be as firm as one at 95%. "
        "It starts at high and goes down for a wide interval, for few independent groups or one source that carries "
        "most, for weighty reasons without evidence, and for evidence that is little trusted.",
        "method.html#firmness",
    ),
    "base-rate": Hint(
        "Base rate",
        "How likely the claim is before anything on this page is counted: 50% unless a record gives another number "
        "with a reason. The answers of a question of which at most one can be true share 100%.",
        "method.html#words",
    ),
    "not-assessed": Hint(
        "Not assessed",
        "No evidence lies beneath the claim, neither directly nor through its reasons. A number would only repeat the "
        "base rate and look like a finding, so none is shown.",
        "guide.html#not-assessed",
    ),
    "odds": Hint(
        "Odds",
        "Odds compare yes with no: 75% is 3 to 1, 50% is 1 to 1, 20% is 1 to 4. A weight multiplies them: ×2 turns "
        "50% into 67%, and ÷2 turns 50% into 33%. Factors are rounded to three figures.",
        "guide.html#decibans",
    ),
    "ratio": Hint(
        "Likelihood ratio",
        "How many times likelier the finding is if the claim is true than if it is false. ×5 means five times as "
        "likely, and multiplies the odds by 5; ÷5 means one fifth as likely, and divides them by 5.",
        "guide.html#decibans",
    ),
    "decibans": Hint(
        "Decibans (dB)",
        "The same weights on a scale that adds instead of multiplying, as for loudness: +10 dB multiplies the odds by "
        "10, +3 dB by 2, and −3 dB halves them. One is about as little as anybody can feel.",
        "guide.html#decibans",
    ),
    "strength": Hint(
        "Words for strength",
        f"How strongly one thing bears on another. Each word stands for a factor of the odds: {_STRENGTHS}.",
        "guide.html#strength",
    ),
    "alone": Hint(
        "Alone",
        "What the findings of this line would add if each were certainly right and none overlapped with another: the "
        "plain sum of what the records state.",
        "method.html#evidence",
    ),
    "own-trust": Hint(
        "After the item’s own reliability",
        "What the finding says once it may have been observed or recorded wrongly, and once what undercuts it is "
        "taken off. The reliability of its source, and overlap with other findings, come after that.",
        "method.html#evidence",
    ),
    "after-trust": Hint(
        "After the sources’ reliability and overlap",
        "What a group of findings adds in the end: each item’s own reliability is counted, each source that vouches "
        "may be wrong, and findings that lean on the same people or data count as partly one.",
        "method.html#evidence",
    ),
    "reliability": Hint(
        "Reliability",
        "How likely it is that the finding was observed and recorded right; for a source, that it can be trusted. "
        "From 0 to 1. Where a record gives no value with a reason, the default of its kind is used.",
        "method.html#defaults",
    ),
    "group": Hint(
        "Group",
        "Findings that lean on the same people, data or testimony. Within a group the second adds less than the first; "
        "groups that are independent count in full beside each other.",
        "method.html#evidence",
    ),
    "if-certain": Hint(
        "If certain",
        "What this reason would do to the claim if the reason were known to be true.",
        "guide.html#claim-page",
    ),
    "adds-now": Hint(
        "Adds now",
        "What the reason does to the claim, given how likely the reason is today. A reason that nobody has shown adds "
        "nothing, however strong it sounds.",
        "guide.html#claim-page",
    ),
    "by-itself": Hint(
        "By itself",
        "Where this reason alone would take the claim from its base rate.",
        "guide.html#claim-page",
    ),
    "undercut": Hint(
        "Undercut",
        "An objection to the link, not to the claim: it grants that the reason may be true and denies that it bears. "
        "It takes away as much as there is evidence for the undercut.",
        "method.html#undercuts",
    ),
    "counted-once": Hint(
        "Counted once",
        "When the same finding reaches the claim by two routes, adding up both would count it twice. What the second "
        "route repeats is taken off again.",
        "method.html#shared",
    ),
    "competition": Hint(
        "Competition",
        "At most one answer to the question can be true, so what raises one answer lowers the others.",
        "method.html#words",
    ),
    "viewpoint": Hint(
        "Viewpoint",
        "The neutral viewpoint uses the records’ own inputs. Another viewpoint replaces some of them with the numbers "
        "that a person has stated, and everything is computed again.",
        "guide.html#not",
    ),
    "bits": Hint(
        "Bits",
        "How much settling it is expected to teach about the claim. One bit is what a fair coin’s toss tells; 0 means "
        "that the answer would not move the number. From 0.3 it is called much, from 0.1 a fair amount, from 0.01 a "
        "little.",
        "method.html#intervals",
    ),
    "brier": Hint(
        "Brier score",
        "The mean squared distance between the number and what happened, counted as 1 or 0. 0 is perfect; always "
        "saying 50% gives 0.25; being certain and wrong gives 1.",
        "method.html#scores",
    ),
    "log-score": Hint(
        "Log score",
        "The binary logarithm of the probability given to what happened, on average. 0 is perfect; always saying 50% "
        "gives −1 bit; being nearly certain and wrong costs many.",
        "method.html#scores",
    ),
    "deviation": Hint(
        "One standard deviation",
        "A typical error of a judged number: about two times out of three the number somebody else would have put "
        "there is nearer than this.",
        "method.html#intervals",
    ),
}
"""Key to explanation, in the order in which a page lists those it uses."""


@lru_cache(maxsize=4096, typed=True)  # a label that is HTML differs from one that only reads alike
def tip(key: str, label: str | None = None) -> Markup:
    """A word that explains itself: a button with the word, or with the explanation's own name.

    Raises:
        KeyError: there is no such explanation.
    """
    return Markup(
        '<button type="button" class="kb-tip" popovertarget="tip-{0}" popovertargetaction="show" '
        'aria-describedby="tip-{0}-text">{1}</button>'
    ).format(key, HINTS[key].name if label is None else label)


def stop_once(html: str) -> Markup:
    """A page on which the Tab key stops at a word's explanation once in each section, not at each repetition.

    The others stay buttons for pointers, taps and the reading cursor of a screen reader. What a fold holds counts as
    a section, since a word in a closed one cannot be reached.
    """
    seen: set[str] = set()

    def one(match: re.Match[str]) -> str:
        key = match[1]
        if key is None:
            seen.clear()
        elif key in seen:
            return f'{match[0]} tabindex="-1"'
        else:
            seen.add(key)
        return match[0]

    return Markup(_STOPS.sub(one, html))  # the page's own HTML, with an attribute of ours


def boxes(html: str, root: str) -> Markup:
    """The boxes of all words that a page marks, in a fixed order; nothing where it marks none."""
    used = set(_USED.findall(html))
    found = [_box(key, root) for key in HINTS if key in used]
    if not found:
        return Markup("")
    return Markup('<div class="kb-tipboxes">{}</div>\n').format(Markup("").join(found))


@cache
def _box(key: str, root: str) -> Markup:
    hint = HINTS[key]
    more = Markup(' <a href="{}">More</a>').format(root + hint.more) if hint.more else ""
    return Markup(
        '<div popover class="kb-tipbox" id="tip-{0}"><p><strong>{1}</strong></p><p id="tip-{0}-text">{2}</p>{3}</div>'
    ).format(key, hint.name, hint.text, Markup("<p>{}</p>").format(more) if more else "")
