"""One model per kind of record, in the order of the data model.  Field descriptions are the hover texts of editors."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Discriminator, Field, Tag, model_validator

from kb import vocab
from kb.models.base import (
    Day,
    Id,
    Model,
    PartialDate,
    Passage,
    Passages,
    Probability,
    Prose,
    Record,
    Short,
    Title,
    Url,
    Why,
)
from kb.models.story import Story
from kb.models.weights import BaseRate, Bearing, Credence, Link, Outcome, Reliability, ReliabilityValue, Strength

Ids = Annotated[tuple[Id, ...], Field(max_length=100)]
Links = Annotated[tuple[Link, ...], Field(max_length=50)]
BY = Field(None, title="By", description="Id of the person who says so.")
SEEN = Field((), title="Seen in", description="Where it is said: source and anchor.")
STORY = Field(
    (),
    title="Story",
    description="The evidence in the order in which to tell it: for each step a record that bears on it, and a text.",
)


class Question(Record):
    """Something people disagree on."""

    kind: Literal[vocab.Kind.QUESTION] = Field(title="Kind", description="question")
    title: Title = Field(title="Title", description="The question in at most 120 characters.")
    text: Prose | None = Field(None, title="Text", description="The question spelt out.")
    answers: Ids = Field((), title="Answers", description="Ids of the claims that answer it.")
    exclusive: bool = Field(False, title="Exclusive", description="true when at most one answer can be true.")
    priors: Annotated[dict[Id, Probability], Field(max_length=50)] | None = Field(
        None,
        title="Priors",
        description="Prior of each answer and of `none`, summing to 1; default: none .1, the rest equal.",
    )
    priors_why: Why | None = Field(None, title="Why these priors", description="Needed when priors are given.")
    case_for: Prose | None = Field(
        None, title="Case for", description="The strongest case for yes (or the first answer), in our words."
    )
    case_against: Prose | None = Field(
        None, title="Case against", description="The strongest case for no, in our words."
    )
    story: Story = STORY
    searched: Prose | None = Field(
        None, title="Searched", description="What was looked for, where and when, and not found."
    )
    order: Annotated[int, Field(ge=0, le=999)] = Field(99, title="Order", description="Place on the front page.")
    seen_in: Passages = SEEN


class Scope(Model):
    """Where and when a claim is meant to hold."""

    domain: Short | None = Field(None, title="Domain", description="The field or kind of task.")
    period: Short | None = Field(None, title="Period", description="The time it speaks of.")
    metric: Short | None = Field(None, title="Metric", description="What is measured.")
    population: Short | None = Field(None, title="Population", description="Which models, people or firms.")


class ClaimRelation(Model):
    """A tie between claims that carries no weight."""

    to: Id = Field(title="To", description="Id of the other claim.")
    type: vocab.Relation = Field(
        title="Type", description="narrower, restates, contrary, verbal-clash or resolved-by-scope."
    )
    why: Why | None = Field(None, title="Why", description="Why they are so related.")


class Resolution(Model):
    """How a forecast came out."""

    outcome: Literal["true", "false", "void", "undecidable"] = Field(
        title="Outcome", description="true, false, void or undecidable."
    )
    date: Day = Field(title="Date", description="When it was resolved.")
    source: Id | None = Field(None, title="Source", description="Id of the source that resolves it.")
    why: Why | None = Field(None, title="Why", description="Needed when the outcome is undecidable or void.")


class Forecast(Model):
    """What makes a claim a forecast that a third party could score."""

    by: PartialDate = Field(title="By", description="Date by which it is decided, YYYY[-MM[-DD]].")
    condition: Id | None = Field(None, title="Condition", description="Claim under which alone it is scored.")
    criteria: Prose = Field(title="Criteria", description="What a third party would look at to decide it.")
    resolved: Resolution | None = Field(None, title="Resolved", description="How it came out.")


class Claim(Record):
    """A proposition that may be true or false."""

    kind: Literal[vocab.Kind.CLAIM] = Field(title="Kind", description="claim")
    title: Title = Field(title="Title", description="The claim as one short sentence.")
    text: Prose = Field(title="Text", description="The proposition, in our own words, at most 600 characters.")
    form: vocab.Form = Field(vocab.Form.EMPIRICAL, title="Form", description="What sort of proposition it is.")
    scope: Scope | None = Field(None, title="Scope", description="Domain, period, metric and population.")
    senses: Annotated[dict[Short, Id], Field(max_length=20)] = Field(
        default_factory=dict, title="Senses", description="Word to the term record that fixes its sense here."
    )
    base_rate: BaseRate | None = Field(
        None, title="Base rate", description="How likely before any evidence; default .5."
    )
    bears_on: Links = Field((), title="Bears on", description="The claims that it is a reason for or against.")
    story: Story = STORY
    relations: Annotated[tuple[ClaimRelation, ...], Field(max_length=50)] = Field(
        (), title="Relations", description="Ties to other claims without weight."
    )
    settled_by: Ids = Field((), title="Settled by", description="Experiments that would settle it.")
    forecast: Forecast | None = Field(None, title="Forecast", description="Date, condition and criteria of a forecast.")
    quantities: Ids = Field((), title="Quantities", description="Quantities that it speaks of.")
    seen_in: Passages = SEEN


class Argument(Record):
    """An inference that needs several premises together."""

    kind: Literal[vocab.Kind.ARGUMENT] = Field(title="Kind", description="argument")
    title: Title = Field(title="Title", description="The inference in a few words.")
    text: Prose | None = Field(None, title="Text", description="How the premises together bear on the conclusion.")
    premises: Annotated[tuple[Id, ...], Field(min_length=1, max_length=12)] = Field(
        title="Premises",
        description="Ids of the claims that are needed together: two or more (one only for an analogy).",
    )
    link: Link | None = Field(None, title="Link", description="What they bear on, and how strongly.")
    scheme: Short | None = Field(
        None, title="Scheme", description="e.g. extrapolation, analogy; an analogy carries no strength."
    )
    concludes: Id | None = Field(
        None, title="Concludes", description="The claim an analogy illustrates; it carries no weight."
    )
    by: Id | None = BY
    seen_in: Passages = SEEN

    @model_validator(mode="after")
    def _analogy_has_no_strength(self) -> Argument:
        """An analogy illustrates and carries no weight; any other argument needs a link."""
        if self.scheme == "analogy":
            if self.link is not None:
                raise ValueError("an analogy carries no strength: give `concludes: <claim>` instead of `link`")
        elif self.link is None:
            raise ValueError("an argument needs `link: {claim, stance, strength, why}`")
        elif len(self.premises) < 2:
            raise ValueError("one premise needs no argument file: let the claim `bears_on` its conclusion")
        return self


class UndercutTarget(Model):
    """What an undercut attacks: one link or item ({from, to}), an argument, or another undercut."""

    from_: Id | None = Field(None, alias="from", title="From", description="Claim or evidence whose link is attacked.")
    to: Id | None = Field(None, title="To", description="Claim that the attacked link bears on.")
    argument: Id | None = Field(None, title="Argument", description="Argument whose inference is attacked.")
    undercut: Id | None = Field(None, title="Undercut", description="Undercut that is itself attacked.")

    @model_validator(mode="after")
    def _one_target(self) -> UndercutTarget:
        """Exactly one of {from, to}, {argument}, {undercut}."""
        pair = self.from_ is not None and self.to is not None
        if (self.from_ is None) != (self.to is None) or pair + (self.argument is not None) + (
            self.undercut is not None
        ) != 1:
            raise ValueError("give exactly one of {from, to}, {argument}, {undercut}")
        return self


def _kill_tag(value: Any) -> str:
    """Whether a word or a number is meant."""
    return "<number>" if isinstance(value, float) else "<word>"


KillValue = Annotated[
    Annotated[vocab.Kill, Tag("<word>")] | Annotated[Probability, Tag("<number>")], Discriminator(_kill_tag)
]


class Undercut(Record):
    """A reason why a link or an item fails to bear, whatever the truth of its conclusion."""

    kind: Literal[vocab.Kind.UNDERCUT] = Field(title="Kind", description="undercut")
    title: Title = Field(title="Title", description="The reason in one short sentence.")
    text: Prose | None = Field(
        None, title="Text", description="The reason; evidence may bear on it by this record's id."
    )
    premise: Id | None = Field(None, title="Premise", description="A claim that is the reason, instead of `text`.")
    base_rate: BaseRate | None = Field(None, title="Base rate", description="Default .3; not with `premise`.")
    target: UndercutTarget = Field(title="Target", description="{from, to}, {argument} or {undercut}.")
    kill: KillValue = Field(title="Kill", description="weakens .3, halves .5, guts .8, voids .95, or a number.")
    why: Why | None = Field(None, title="Why", description="Why it takes this much.")
    by: Id | None = BY
    seen_in: Passages = SEEN

    @model_validator(mode="after")
    def _text_or_premise(self) -> Undercut:
        """Either its own text or a claim that says it."""
        if (self.text is None) == (self.premise is None):
            raise ValueError("give either `text` or `premise`, not both")
        if self.premise is not None and self.base_rate is not None:
            raise ValueError("the premise has the base rate: leave `base_rate` out")
        return self


class Lineage(Model):
    """Another root that this item is not independent of."""

    root: Id = Field(title="Root", description="Id of the other source.")
    kind: vocab.LineageKind = Field(title="Kind", description="same-study, ties or restatement.")


class Evidence(Record):
    """Something observed, found, measured or witnessed."""

    kind: Literal[vocab.Kind.EVIDENCE] = Field(title="Kind", description="evidence")
    title: Title = Field(title="Title", description="The finding as one short sentence.")
    text: Prose = Field(title="Text", description="What was found, in our own words, at most 600 characters.")
    design: vocab.Design = Field(title="Design", description="How it came about; sets the default reliability.")
    root: Id | None = Field(
        None, title="Root", description="Source that vouches for it; default: the first of `seen_in`."
    )
    seen_in: Passages = SEEN
    reliability: Reliability | None = Field(
        None, title="Reliability", description="Chance that the item is as described, whatever it implies."
    )
    lineage: Annotated[tuple[Lineage, ...], Field(max_length=20)] = Field(
        (), title="Lineage", description="Other roots that it is not independent of."
    )
    bears_on: Annotated[tuple[Bearing, ...], Field(max_length=50)] = Field(
        (), title="Bears on", description="The claims it supports or opposes, or once an exclusive question."
    )
    quantities: Ids = Field((), title="Quantities", description="Quantities that it reports.")


class Said(Model):
    """A stated direction of change, or a phrase that stands for a credence."""

    phrase: Annotated[str, Field(min_length=1, max_length=60)] | None = Field(
        None, title="Phrase", description="At most four words of the speaker, when no number was given."
    )
    direction: Literal["up", "down"] | None = Field(
        None, title="Direction", description="up or down: an update, not a level."
    )
    since: Short | None = Field(None, title="Since", description="Since when.")

    @model_validator(mode="after")
    def _phrase_or_direction(self) -> Said:
        """Exactly one of phrase and direction."""
        if (self.phrase is None) == (self.direction is None):
            raise ValueError("give either `phrase` or `direction`")
        if self.phrase is not None and len(self.phrase.split()) > 4:
            raise ValueError("a phrase has at most four words")
        return self


def _stated_tag(value: Any) -> str:
    """Whether a level (word or number) or a phrase or direction is meant."""
    return "<said>" if isinstance(value, dict | Said) else "<level>"


Stated = Annotated[Annotated[Credence, Tag("<level>")] | Annotated[Said, Tag("<said>")], Discriminator(_stated_tag)]


class Position(Record):
    """A person's stance on a record."""

    kind: Literal[vocab.Kind.POSITION] = Field(title="Kind", description="position")
    title: Title | None = Field(None, title="Title", description="Optional; generated from who, stance and what.")
    by: Id = Field(title="By", description="Who says it.")
    on: Id = Field(title="On", description="Claim, argument, undercut, term or quantity.")
    of: Id | None = Field(None, title="Of", description="Whose view it is, when it is reported or voiced.")
    stance: vocab.Attitude = Field(
        title="Stance", description="asserts, denies, grants, concedes, retracts, disclaims, ..."
    )
    credence: Stated | None = Field(
        None, title="Credence", description="Only where stated: word, number, {phrase} or {direction, since}."
    )
    text: Prose | None = Field(None, title="Text", description="What they hold, in our own words.")
    said: PartialDate | None = Field(None, title="Said", description="When, YYYY[-MM[-DD]].")
    seen_in: Passages = SEEN


class Estimate(Model):
    """A number with its spread."""

    low: float = Field(title="Low", description="Low end (5%).")
    median: float | None = Field(None, title="Median", description="Middle.")
    high: float = Field(title="High", description="High end (95%).")
    distribution: vocab.Distribution | None = Field(
        None, title="Distribution", description="normal, lognormal or uniform."
    )


def _value_tag(value: Any) -> str:
    """Whether a number or an estimate with its spread is meant."""
    return "<estimate>" if isinstance(value, dict | Estimate) else "<number>"


class Confirmed(Passage):
    """Where the number was found at its primary source."""


class Quantity(Record):
    """A number with a meaning."""

    kind: Literal[vocab.Kind.QUANTITY] = Field(title="Kind", description="quantity")
    title: Title = Field(title="Title", description="What is counted, in one short line.")
    text: Prose | None = Field(None, title="Text", description="What the number says, in our own words.")
    metric: Short = Field(title="Metric", description="What is measured, e.g. compute-equivalent gain at equal loss.")
    unit: Short = Field(title="Unit", description="e.g. `x per year`, `GPUs`, `1` for a pure ratio.")
    period: Short | None = Field(None, title="Period", description="The time the number covers.")
    as_of: PartialDate | None = Field(None, title="As of", description="The date at which it held.")
    value: (
        Annotated[Annotated[float, Tag("<number>")] | Annotated[Estimate, Tag("<estimate>")], Discriminator(_value_tag)]
        | None
    ) = Field(None, title="Value", description="A number or {low, median, high, distribution}.")
    formula: Short | None = Field(
        None, title="Formula", description="+ - * / ** and brackets over the names in `inputs`."
    )
    inputs: Annotated[dict[str, Id], Field(max_length=20)] = Field(
        default_factory=dict, title="Inputs", description="Name in the formula to the quantity it stands for."
    )
    states: float | None = Field(
        None, title="States", description="The result as the source states it, checked against the formula."
    )
    assumes: Ids = Field((), title="Assumes", description="Claims that the formula rests on, e.g. independence.")
    by: Id | None = BY
    basis: vocab.Basis = Field(
        title="Basis", description="measured, derived, estimated, guessed, forecast or rhetorical."
    )
    confirmed: Confirmed | None = Field(
        None, title="Confirmed", description="Where the primary source gives the number."
    )
    unconfirmed: Why | None = Field(
        None, title="Unconfirmed", description="What was looked up, when it could not be confirmed."
    )
    bridges: Ids = Field((), title="Bridges", description="Claims that tie this metric to another.")
    seen_in: Passages = SEEN

    @model_validator(mode="after")
    def _value_or_formula(self) -> Quantity:
        """Either a value or a formula with inputs."""
        if (self.value is None) == (self.formula is None):
            raise ValueError("give either `value` or `formula`")
        if (self.formula is None) != (not self.inputs):
            raise ValueError("`formula` and `inputs` belong together")
        return self


class Experiment(Record):
    """A test that somebody proposed."""

    kind: Literal[vocab.Kind.EXPERIMENT] = Field(title="Kind", description="experiment")
    title: Title = Field(title="Title", description="The test in one short line.")
    text: Prose = Field(title="Text", description="What would be done.")
    outcomes: Annotated[tuple[Outcome, ...], Field(min_length=2, max_length=12)] = Field(
        title="Outcomes", description="At least two; for each claim each column of likelihoods sums to 1."
    )
    design: Prose | None = Field(None, title="Design", description="How it would be run.")
    cost: Short | None = Field(None, title="Cost", description="What it would take.")
    by: Id | None = BY
    state: vocab.ExperimentState = Field(
        vocab.ExperimentState.PROPOSED, title="State", description="proposed, running or done."
    )
    seen_in: Passages = SEEN


class Term(Record):
    """One sense of a word."""

    kind: Literal[vocab.Kind.TERM] = Field(title="Kind", description="term")
    title: Title = Field(
        title="Title", description="The word with its sense, e.g. `algorithmic progress (everything but compute)`."
    )
    word: Short = Field(title="Word", description="The word or phrase.")
    definition: Prose = Field(title="Definition", description="The sense, in our own words.")
    leaves_out: Prose | None = Field(None, title="Leaves out", description="What this sense does not cover.")
    by: Id | None = BY
    seen_in: Passages = SEEN


class Source(Record):
    """A document, talk, dataset or comment, after CSL-JSON."""

    kind: Literal[vocab.Kind.SOURCE] = Field(title="Kind", description="source")
    title: Title = Field(title="Title", description="Title of the document, at most 120 characters.")
    type: vocab.SourceType = Field(title="Type", description="What kind of publication; sets the default reliability.")
    authors: Ids = Field((), title="Authors", description="Ids of the persons who wrote it.")
    authors_text: Annotated[str, Field(max_length=300)] | None = Field(
        None, title="Authors as text", description="Authors who have no record of their own, as the source lists them."
    )
    issued: PartialDate | None = Field(None, title="Issued", description="YYYY[-MM[-DD]].")
    url: Url | None = Field(None, title="URL", description="Where it is.")
    no_url: Why | None = Field(None, title="Why there is no URL", description="Needed when `url` is missing.")
    container: Short | None = Field(None, title="Container", description="Journal, site or series.")
    doi: Annotated[str, Field(pattern=r"^10\.\d{4,9}/\S+$", max_length=200)] | None = Field(
        None, title="DOI", description="DOI."
    )
    part_of: Id | None = Field(None, title="Part of", description="The thread or document that it belongs to.")
    quotes: Ids = Field((), title="Quotes", description="Sources that it quotes.")
    derived_from: Ids = Field((), title="Derived from", description="Sources that it restates or is computed from.")
    supersedes: Ids = Field((), title="Supersedes", description="Sources that it replaces.")
    reliability: Reliability | None = Field(
        None, title="Reliability", description="Default by type; anything else with a why."
    )
    snapshot: Annotated[str, Field(max_length=120)] | None = Field(
        None, title="Snapshot", description="File name of the stored copy that anchors are checked against."
    )
    accessed: Day | None = Field(None, title="Accessed", description="When it was last read.")
    gaps: Annotated[tuple[Short, ...], Field(max_length=20)] = Field(
        (), title="Gaps", description="What the stored copy is missing."
    )


class PersonTie(Model):
    """A tie between persons that makes their testimony less independent."""

    to: Id = Field(title="To", description="Id of the other person.")
    why: Why = Field(title="Why", description="Co-author, reviewer, informant, employer.")


class Person(Record):
    """A person or organisation."""

    kind: Literal[vocab.Kind.PERSON] = Field(title="Kind", description="person")
    title: Title = Field(title="Name", description="Name as the sources give it.")
    type: vocab.PersonType = Field(title="Type", description="person, organisation or unnamed.")
    text: Prose | None = Field(None, title="Text", description="Who it is, in one sentence.")
    url: Url | None = Field(None, title="URL", description="Home page.")
    affiliations: Ids = Field((), title="Affiliations", description="Organisations.")
    ties: Annotated[tuple[PersonTie, ...], Field(max_length=50)] = Field(
        (), title="Ties", description="Persons they are tied to."
    )


class Override(Model):
    """What a viewpoint sets differently for one record."""

    base_rate: Credence | None = Field(None, title="Base rate", description="A word or number.")
    strength: Strength | None = Field(None, title="Strength", description="For a record with one link.")
    strengths: Annotated[dict[Id, Strength], Field(max_length=20)] = Field(
        default_factory=dict, title="Strengths", description="Target to strength, for a record with several links."
    )
    reliability: ReliabilityValue | None = Field(None, title="Reliability", description="Of an item or a source.")
    kill: KillValue | None = Field(None, title="Kill", description="Of an undercut.")
    why: Why = Field(title="Why", description="Why it differs.")
    seen_in: Passages = SEEN
    editor: bool = Field(False, title="Editor", description="true when it is the editors' reading, not a statement.")


class Viewpoint(Record):
    """Somebody's inputs, where they differ from the neutral ones."""

    kind: Literal[vocab.Kind.VIEWPOINT] = Field(title="Kind", description="viewpoint")
    title: Title = Field(title="Title", description="Whose viewpoint.")
    text: Prose | None = Field(None, title="Text", description="What marks it.")
    by: Id | None = BY
    set: Annotated[dict[Id, Override], Field(max_length=500)] = Field(
        default_factory=dict, title="Set", description="Record id to what differs."
    )
    seen_in: Passages = SEEN


class Topic(Model):
    """A folder of records: `_topic.yaml`."""

    title: Title = Field(title="Title", description="Name of the topic.")
    question: Prose = Field(title="Question", description="What the topic asks.")
    order: Annotated[int, Field(ge=0, le=999)] = Field(99, title="Order", description="Place in lists.")
