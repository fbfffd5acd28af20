"""Numbers as the pages say them: odds first, decibans second, probabilities as whole percentages."""

from __future__ import annotations

import math
from collections.abc import Sequence

from kb import odds, vocab


def percent(p: float) -> str:
    """A probability as readers see it, e.g. ``73%``."""
    return odds.say_percent(p)


def shares(ps: Sequence[float]) -> list[str]:
    """Chances of outcomes of which one comes, as percentages that add up to 100."""
    return odds.say_shares(ps)


def factor(nat: float) -> str:
    """A weight as a factor of the odds with the typographic signs, e.g. ``×3.2`` or ``÷3.2``."""
    return odds.say_factor(nat).replace("x", "×")


def decibans(nat: float) -> str:
    """A weight in signed decibans with a true minus sign, e.g. ``−3.0 dB``."""
    return odds.say_db(nat).replace("-", "−")


def capped(nat: float) -> str:
    """The most that a root could ever add; without a limit for reliability 1."""
    return "no limit" if math.isinf(nat) else f"{odds.db(nat):.1f} dB"


def log_odds(nat: float) -> str:
    """Running log odds in decibans, e.g. ``+4.2 dB`` for odds of 2.6 to 1."""
    return decibans(nat)


def odds_to_one(nat: float) -> str:
    """Log odds as odds in whole words: ``2.6 to 1`` or ``1 to 2.6``."""
    ratio = math.exp(abs(nat))
    shown = f"{ratio:.0f}" if ratio >= 100 else f"{ratio:.3g}"
    return f"{shown} to 1" if nat >= 0 else f"1 to {shown}"


def side(nat: float) -> str:
    """Class of a weight: ``for``, ``against`` or ``neutral``."""
    if abs(nat) < 5e-4:
        return "neutral"
    return "for" if nat > 0 else "against"


def strength(nat: float) -> str:
    """The word for a weight's size, ``no weight`` for none."""
    return "no weight" if abs(nat) < 5e-4 else vocab.strength_word(odds.db(nat))


def points(p: float) -> str:
    """A change of a probability in percentage points."""
    return f"{100 * abs(p):.0f}" if abs(p) >= 0.01 else f"{100 * abs(p):.1g}"


def bits(x: float) -> str:
    """An expected information in bits; what rounds to nothing is said to be small, not to be none."""
    return f"{x:.2f}" if x >= 0.005 or x <= 0 else "< 0.01"


def teaches(x: float) -> str:
    """How much an expected information in bits is, in a few words that need no unit."""
    scale = ((0.3, "much"), (0.1, "a fair amount"), (0.01, "a little"))
    return next((said for least, said in scale if round(x, 2) >= least), "next to nothing")


def count(n: int, one: str, many: str | None = None) -> str:
    """``1 reason``, ``3 reasons``."""
    return f"{n} {one if n == 1 else many or one + 's'}"


def listing(parts: list[str]) -> str:
    """``a``, ``a and b``, ``a, b and c``."""
    if len(parts) < 2:
        return "".join(parts)
    return f"{', '.join(parts[:-1])} and {parts[-1]}"


def adding_up(parts: Sequence[float], total: float) -> list[float]:
    """Weights rounded to a tenth of a deciban so that the rounded ones sum to the rounded total.

    The first part, the base rate, keeps its own rounding; the others differ from theirs by at most one tenth, those
    that were nearest to the next tenth first.

    Args:
        parts: in nats.
        total: their sum, in nats.

    Returns:
        The parts in nats again, each a whole number of tenths of a deciban.
    """
    exact = [10 * odds.db(p) for p in parts]
    shown = [round(x) for x in exact]
    gap = round(10 * odds.db(total)) - sum(shown)
    step = 1 if gap > 0 else -1
    movable = sorted(range(1, len(parts)), key=lambda i: (step * (shown[i] - exact[i]), i))
    for i in [i for i in movable if exact[i] != 0][: abs(gap)]:
        shown[i] += step
    return [odds.nats(x / 10) for x in shown]


METHODS = {
    "exact": "Exact: nothing beneath this claim is used twice, so the sum is full Bayesian inference over it.",
    "conserved": "Some evidence reaches this claim by more than one route; it is counted once, by a maximum flow.",
    "iterated": "This claim lies on a circle of reasons; no claim is allowed to support itself.",
}
"""Method of a credence to one sentence for readers."""


def capital(text: str) -> str:
    """The text with its first letter capital."""
    return text[:1].upper() + text[1:]


def shorten(text: str, length: int) -> str:
    """Text on one line, cut at a word, with a sign of the cut, to at most ``length`` characters."""
    one = " ".join(text.split())
    if len(one) <= length:
        return one
    return one[: length - 1].rsplit(" ", 1)[0].rstrip(",;:.") + "…"
