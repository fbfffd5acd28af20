"""Weights as people write them (words, decibans, ratios, conditionals) and the links that carry them."""

from __future__ import annotations

import math
from typing import Annotated, Any, Literal

from pydantic import Discriminator, Field, Tag, model_validator

from kb import odds, vocab
from kb.models.base import Id, Model, OpenProbability, Passages, Probability, Short, Why

StrengthWord = Literal["negligible", "slight", "moderate", "strong", "very strong", "decisive"]
ReliabilityWord = Literal["very low", "low", "fair", "good", "high"]
CredenceWord = Literal[
    "almost no chance", "very unlikely", "unlikely", "roughly even", "likely", "very likely", "almost certain"
]
Decibans = Annotated[float, Field(ge=0, le=vocab.MAX_DB)]


class StrengthDb(Model):
    """A strength in decibans; the stance gives the sign."""

    db: Decibans = Field(title="Decibans", description="10 log10 of the likelihood ratio, 0 to 40.")
    range: tuple[Decibans, Decibans] | None = Field(
        None, title="Range", description="Low and high in dB, for intervals."
    )


class StrengthLr(Model):
    """A strength as a likelihood ratio of at least 1; the stance gives the direction."""

    lr: Annotated[float, Field(ge=1, le=10_000)] = Field(
        title="Likelihood ratio",
        description="How many times more likely the item is on the side it favours; at least 1.",
    )
    range: tuple[Decibans, Decibans] | None = Field(
        None, title="Range", description="Low and high in dB, for intervals."
    )


class StrengthTable(Model):
    """A strength as two conditional probabilities of the item (or reason) given the claim true and false."""

    if_true: Probability = Field(title="If true", description="P(item | claim true), or P(reason | claim true).")
    if_false: Probability = Field(title="If false", description="P(item | claim false), or P(reason | claim false).")


def _strength_tag(value: Any) -> str | None:
    """Which branch of a strength is meant, so that an error speaks of that branch alone."""
    if isinstance(value, dict):
        return next((tag for tag, key in (("<db>", "db"), ("<lr>", "lr")) if key in value), "<table>")
    if isinstance(value, Model):
        return {"StrengthDb": "<db>", "StrengthLr": "<lr>"}.get(type(value).__name__, "<table>")
    return "<word>"


Strength = Annotated[
    Annotated[StrengthWord, Tag("<word>")]
    | Annotated[StrengthDb, Tag("<db>")]
    | Annotated[StrengthLr, Tag("<lr>")]
    | Annotated[StrengthTable, Tag("<table>")],
    Discriminator(_strength_tag),
]


def _number_tag(value: Any) -> str:
    """Whether a word or a number is meant (anything that is neither is told about words)."""
    return "<number>" if isinstance(value, int | float) and not isinstance(value, bool) else "<word>"


ReliabilityValue = Annotated[
    Annotated[ReliabilityWord, Tag("<word>")] | Annotated[OpenProbability, Tag("<number>")], Discriminator(_number_tag)
]
Credence = Annotated[
    Annotated[CredenceWord, Tag("<word>")] | Annotated[OpenProbability, Tag("<number>")], Discriminator(_number_tag)
]


def strength_nats(strength: Strength, stance: vocab.Stance) -> float:
    """Signed weight in nats: positive supports, negative opposes."""
    if isinstance(strength, StrengthTable):
        return math.log(strength.if_true) - math.log(strength.if_false)
    if isinstance(strength, StrengthDb):
        size = odds.nats(strength.db)
    elif isinstance(strength, StrengthLr):
        size = math.log(strength.lr)
    else:
        size = odds.nats(vocab.STRENGTH_WORDS[strength].db)
    return size if stance is vocab.Stance.SUPPORTS else -size


def strength_range(strength: Strength) -> tuple[float, float]:
    """Size of a strength in nats as (low, high): the word's range, the stated range, or the value twice."""
    if isinstance(strength, StrengthDb | StrengthLr) and strength.range is not None:
        low, high = strength.range
        return odds.nats(low), odds.nats(high)
    if isinstance(strength, str):
        word = vocab.STRENGTH_WORDS[strength]
        return odds.nats(word.low), odds.nats(word.high)
    size = abs(strength_nats(strength, vocab.Stance.SUPPORTS))
    return size, size


def strength_text(strength: Strength) -> str:
    """A strength as the file states it, for people."""
    if isinstance(strength, StrengthDb):
        return f"{strength.db:g} dB"
    if isinstance(strength, StrengthLr):
        return f"likelihood ratio {strength.lr:g}"
    if isinstance(strength, StrengthTable):
        return f"{strength.if_true:g} if true, {strength.if_false:g} if false"
    return strength


def strength_factors() -> dict[str, str]:
    """Word of strength to its likelihood ratio as people read it."""
    factors = {word.word: 10 ** (word.db / 10) for word in vocab.STRENGTH_WORDS.values()}
    return {word: f"{x:.0f}" if x > 1.5 else f"{x:.2f}" for word, x in factors.items()}


def reliability_value(value: ReliabilityValue) -> float:
    """A reliability as a number strictly between 0 and 1."""
    return vocab.RELIABILITY_WORDS[value] if isinstance(value, str) else value


def credence_value(value: Credence) -> float:
    """A credence as a number: words stand for the middle of their range."""
    if isinstance(value, str):
        low, high = vocab.CREDENCE_WORDS[value]
        return (low + high) / 2
    return value


class BaseRate(Model):
    """How likely a claim is before anything here is counted."""

    credence: Credence = Field(title="Credence", description="A word or a number strictly between 0 and 1.")
    why: Why | None = Field(None, title="Why", description="Why this base rate; needed away from the default.")


class Reliability(Model):
    """How far an item or a voucher can be relied on."""

    value: ReliabilityValue = Field(title="Value", description="A word or a number strictly between 0 and 1.")
    why: Why | None = Field(None, title="Why", description="Why it differs from the default; needed then.")


class Counts(Model):
    """Shown but without weight: voiced only to be disowned, or taken back."""

    value: bool = Field(title="Counts", description="false: shown, weight 0.")
    why: Why = Field(title="Why", description="Why it does not count.")


class Link(Model):
    """How a claim, an argument or an item of evidence bears on a claim."""

    claim: Id = Field(title="Claim", description="Id of the claim (or of the undercut) that it bears on.")
    stance: vocab.Stance = Field(title="Stance", description="supports or opposes.")
    strength: Strength = Field(
        title="Strength",
        description="negligible, slight, moderate, strong, very strong, decisive; or {db}, {lr}, {if_true, if_false}.",
    )
    why: Why | None = Field(None, title="Why", description="Why it bears, and why this much: one or two sentences.")
    by: Id | None = Field(None, title="By", description="Who draws the link, when it is not the editors.")
    seen_in: Passages = Field((), title="Seen in", description="Where the link is drawn.")
    cuts_both_ways: bool = Field(
        False,
        title="Cuts both ways",
        description="true when the claim predicts the reason, so that its failure counts against.",
    )
    counts: Counts | None = Field(None, title="Counts", description="{value: false, why} shows the link with weight 0.")

    @model_validator(mode="after")
    def _table_matches_stance(self) -> Link:
        """Refuse a table whose conditionals point the other way than the stance."""
        if isinstance(self.strength, StrengthTable):
            up = self.strength.if_true > self.strength.if_false
            if self.strength.if_true != self.strength.if_false and up is not (self.stance is vocab.Stance.SUPPORTS):
                raise ValueError(
                    "the conditionals point the other way than the stance: exchange them, or write the other stance"
                )
        return self

    @property
    def weight(self) -> float:
        """Signed weight in nats as stated; 0 when the link does not count."""
        if self.counts is not None and not self.counts.value:
            return 0.0
        return strength_nats(self.strength, self.stance)

    @property
    def range(self) -> tuple[float, float]:
        """Low and high of the weight's size in nats, for intervals; (0, 0) when the link does not count."""
        return strength_range(self.strength) if self.weight != 0 else (0.0, 0.0)


class AnswerLikelihood(Model):
    """How an item bears on all answers of an exclusive question at once."""

    question: Id = Field(title="Question", description="Id of an exclusive question.")
    likelihood: Annotated[dict[Id, Probability], Field(min_length=2, max_length=50)] = Field(
        title="Likelihood", description="P(item | answer) for each answer; `none` for none of these."
    )
    why: Why | None = Field(None, title="Why", description="Why these likelihoods.")
    by: Id | None = Field(None, title="By", description="Who judges so, when it is not the editors.")
    seen_in: Passages = Field((), title="Seen in", description="Where it is said.")


class Outcome(Model):
    """One possible outcome of an experiment."""

    id: Id = Field(title="Id", description="Short name of the outcome, unique in the experiment.")
    text: Short = Field(title="Text", description="What would be observed.")
    likelihood: Annotated[dict[Id, StrengthTable], Field(max_length=50)] = Field(
        default_factory=dict,
        title="Likelihood",
        description="For each claim: P(outcome | true) and P(outcome | false).",
    )


def _bearing_tag(value: Any) -> str:
    """Whether an item bears on a question or on a claim."""
    on_question = "question" in value if isinstance(value, dict) else isinstance(value, AnswerLikelihood)
    return "<question>" if on_question else "<claim>"


Bearing = Annotated[
    Annotated[Link, Tag("<claim>")] | Annotated[AnswerLikelihood, Tag("<question>")], Discriminator(_bearing_tag)
]
