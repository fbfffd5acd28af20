"""Every term of the data model, once: value, label, definition and, where one exists, the IRI of an established term.

Schema, RDF, legend, glossary and help texts all read from here.  No arithmetic lives here but the tables of defaults.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

VOCAB = "urn:counterpoise:vocab:"
RECORD = "urn:counterpoise:"


class Term(StrEnum):
    """A string enumeration whose members carry a label, a definition and an IRI."""

    label: str
    definition: str
    iri: str

    def __new__(cls, value: str, definition: str, iri: str = "", label: str = "") -> Term:
        """Make a member from its value, definition, IRI and label."""
        member = str.__new__(cls, value)
        member._value_ = value
        member.definition = definition
        member.label = label or value.replace("-", " ")
        member.iri = iri or f"{VOCAB}{value}"
        return member


class Kind(Term):
    """What a record is."""

    QUESTION = "question", "Something people disagree on, with the claims that answer it."
    CLAIM = "claim", "A proposition that may be true or false."
    ARGUMENT = "argument", "An inference that needs several premises together."
    UNDERCUT = "undercut", "A reason why a link or an item fails to bear, whatever the truth of its conclusion."
    EVIDENCE = "evidence", "Something observed, found, measured or witnessed."
    POSITION = "position", "A person's stance on a record."
    QUANTITY = "quantity", "A number with a metric, a unit, a period and a basis."
    EXPERIMENT = "experiment", "A test that somebody proposed, with its possible outcomes."
    TERM = "term", "One sense of a word."
    SOURCE = "source", "A document, talk, dataset or comment."
    PERSON = "person", "A person or organisation."
    VIEWPOINT = "viewpoint", "Somebody's inputs where they differ from the neutral ones."


SHELVES = {Kind.SOURCE: "sources", Kind.PERSON: "people", Kind.TERM: "terms", Kind.VIEWPOINT: "viewpoints"}
"""Kinds that live on a fixed shelf beside the topics."""

PLURAL = {
    Kind.QUESTION: "questions",
    Kind.CLAIM: "claims",
    Kind.ARGUMENT: "arguments",
    Kind.UNDERCUT: "undercuts",
    Kind.EVIDENCE: "evidence",
    Kind.POSITION: "positions",
    Kind.QUANTITY: "quantities",
    Kind.EXPERIMENT: "experiments",
    Kind.TERM: "terms",
    Kind.SOURCE: "sources",
    Kind.PERSON: "people",
    Kind.VIEWPOINT: "viewpoints",
}


class Stance(Term):
    """The direction of a link."""

    SUPPORTS = "supports", "Makes the claim more likely.", "http://purl.org/spar/cito/supports"
    OPPOSES = "opposes", "Makes the claim less likely.", "http://purl.org/spar/cito/disputes"


class State(Term):
    """Editors' word about a record; not a speaker's change of mind."""

    ACTIVE = "active", "In force."
    WITHDRAWN = "withdrawn", "Taken back by the editors; carries no weight."
    SUPERSEDED = "superseded", "Replaced by a later record; carries no weight."
    MERGED = "merged", "Joined into another record; carries no weight."


class Form(Term):
    """What sort of proposition a claim is."""

    EMPIRICAL = "empirical", "About how things are or were."
    CAUSAL = "causal", "About what brings about what."
    FORECAST = "forecast", "About what will happen by a date."
    COUNTERFACTUAL = "counterfactual", "About what would happen, or would have happened, under a condition."
    DEFINITION = "definition", "About how a word should be used."
    NORMATIVE = "normative", "About what should be done."


class Relation(Term):
    """How two claims stand to each other, without weight."""

    NARROWER = "narrower", "Says the same of a part of the scope.", "http://www.w3.org/2004/02/skos/core#broader"
    RESTATES = "restates", "Says the same in other words.", "http://www.w3.org/2004/02/skos/core#closeMatch"
    CONTRARY = "contrary", "Cannot be true together with it."
    VERBAL_CLASH = "verbal-clash", "Only seems to clash: a word has two senses."
    RESOLVED_BY_SCOPE = "resolved-by-scope", "Only seems to clash: the scopes differ."


class Design(Term):
    """How an item of evidence came about; sets its default reliability."""

    EXPERIMENT = "experiment", "Something was varied on purpose and the effect measured."
    BENCHMARK = "benchmark", "Systems were scored on a fixed set of tasks."
    STATISTIC = "statistic", "A figure counted over many cases."
    OBSERVATION = "observation", "Something seen and recorded, without intervention."
    MODEL = "model", "The output of a calculation or simulation."
    SURVEY = "survey", "Answers of many people to the same questions."
    TESTIMONY = "testimony", "A report by someone placed to know."
    ANECDOTE = "anecdote", "A single case somebody tells."
    THOUGHT_EXPERIMENT = "thought-experiment", "A case imagined, not observed."


DESIGN_RELIABILITY: dict[Design, float] = {
    Design.EXPERIMENT: 0.9,
    Design.BENCHMARK: 0.9,
    Design.STATISTIC: 0.85,
    Design.OBSERVATION: 0.85,
    Design.MODEL: 0.75,
    Design.SURVEY: 0.75,
    Design.TESTIMONY: 0.8,
    Design.ANECDOTE: 0.6,
    Design.THOUGHT_EXPERIMENT: 0.5,
}
"""Default item reliability: the chance that the item was observed and recorded right."""


class SourceType(Term):
    """What kind of publication a source is; sets its default reliability.  The IRI slot holds the CSL-JSON type."""

    PEER_REVIEWED_PAPER = "peer-reviewed-paper", "A paper that passed peer review.", "article-journal"
    OFFICIAL_STATISTICS = "official-statistics", "Figures published by a statistical office or regulator.", "dataset"
    PREPRINT = "preprint", "A paper made public before review.", "article"
    DATASET = "dataset", "Data published by its makers.", "dataset"
    MODEL_CARD = "model-card", "A model's description by its makers.", "report"
    REPORT = "report", "A report by a research organisation.", "report"
    DATA_PAGE = "data-page", "A data page by a research organisation.", "webpage"
    POST = "post", "A post by a named practitioner.", "post-weblog"
    NEWSLETTER = "newsletter", "A newsletter by a named practitioner.", "post-weblog"
    INTERVIEW = "interview", "An interview or podcast with a named practitioner.", "interview"
    COMMENT = "comment", "A comment by a named person.", "post"
    UNNAMED_COMMENT = "unnamed-comment", "A comment by somebody the stored text does not name.", "post"
    PRESS = "press", "A press article.", "article-newspaper"
    ANNOUNCEMENT = "announcement", "A company's announcement.", "webpage"


ROOT_RELIABILITY: dict[SourceType, float] = {
    SourceType.PEER_REVIEWED_PAPER: 0.9,
    SourceType.OFFICIAL_STATISTICS: 0.9,
    SourceType.PREPRINT: 0.85,
    SourceType.DATASET: 0.85,
    SourceType.MODEL_CARD: 0.85,
    SourceType.REPORT: 0.85,
    SourceType.DATA_PAGE: 0.85,
    SourceType.POST: 0.7,
    SourceType.NEWSLETTER: 0.7,
    SourceType.INTERVIEW: 0.7,
    SourceType.COMMENT: 0.6,
    SourceType.UNNAMED_COMMENT: 0.5,
    SourceType.PRESS: 0.65,
    SourceType.ANNOUNCEMENT: 0.65,
}
"""Default root reliability: the chance that the voucher can be trusted."""


class LineageKind(Term):
    """Why two roots are not independent."""

    SAME_STUDY = "same-study", "Separate analyses of the same data."
    TIES = "ties", "Co-authors, or shared informants."
    RESTATEMENT = "restatement", "Cites, quotes or linkposts the other."


LINEAGE_DEPENDENCE: dict[LineageKind, float] = {
    LineageKind.SAME_STUDY: 0.7,
    LineageKind.TIES: 0.3,
    LineageKind.RESTATEMENT: 1.0,
}
ROOT_DEPENDENCE = 0.5
"""Dependence between the items of one root on one claim."""
TESTIMONY_DEPENDENCE = 0.5
"""Dependence, at least, between roots that offer only testimony or anecdote on one claim."""
FAULTY_LOOKALIKE = 0.5
"""h: the chance, relative to the larger conditional, that a faulty item looks like this anyway."""


class Attitude(Term):
    """A person's stance on a record."""

    ASSERTS = "asserts", "Holds it and says so."
    DENIES = "denies", "Holds the opposite and says so."
    GRANTS = "grants", "Accepts it for argument's sake."
    CONCEDES = "concedes", "Accepts it against the thrust of their own argument."
    RETRACTS = "retracts", "Held it and took it back."
    DISCLAIMS = "disclaims", "Says that they never held it, or take no stand on it."
    REPORTS = "reports", "Passes on somebody else's view."
    VOICES = "voices", "Speaks it as a hypothesis, without holding it."
    ASKS = "asks", "Raises it as a question."


class Kill(Term):
    """How much an undercut takes from what it attacks, once it is certain."""

    WEAKENS = "weakens", "Takes 0.3 of the bearing."
    HALVES = "halves", "Takes 0.5 of the bearing."
    GUTS = "guts", "Takes 0.8 of the bearing."
    VOIDS = "voids", "Takes 0.95 of the bearing."


KILL_VALUE: dict[Kill, float] = {Kill.WEAKENS: 0.3, Kill.HALVES: 0.5, Kill.GUTS: 0.8, Kill.VOIDS: 0.95}


class Firmness(Term):
    """How far a credence can be relied on, after GRADE; not how likely the claim is."""

    HIGH = "high", "More evidence is unlikely to move the number much."
    MODERATE = "moderate", "More evidence may well move the number."
    LOW = "low", "More evidence is likely to move the number much."
    VERY_LOW = "very low", "The number is little more than a start."


class Basis(Term):
    """Where a number comes from."""

    MEASURED = "measured", "Read off something."
    DERIVED = "derived", "Computed from other quantities by a formula."
    ESTIMATED = "estimated", "Inferred by a stated method."
    GUESSED = "guessed", "Said without a method."
    FORECAST = "forecast", "Said of the future."
    RHETORICAL = "rhetorical", "Said for illustration; not to be used in a formula."


class ExperimentState(Term):
    """How far a proposed experiment has got."""

    PROPOSED = "proposed", "Somebody said what to do."
    RUNNING = "running", "Somebody is doing it."
    DONE = "done", "Finished; counts only through an evidence record."


class PersonType(Term):
    """What sort of speaker a person record is."""

    PERSON = "person", "A named person.", "http://xmlns.com/foaf/0.1/Person"
    ORGANISATION = (
        "organisation",
        "A company, laboratory, institute or group.",
        "http://xmlns.com/foaf/0.1/Organization",
    )
    UNNAMED = "unnamed", "A speaker whom the stored text does not name.", "http://xmlns.com/foaf/0.1/Agent"


class Distribution(Term):
    """How the spread of a quantity is read."""

    NORMAL = "normal", "Symmetric around the median."
    LOGNORMAL = "lognormal", "Symmetric around the median on a log scale."
    UNIFORM = "uniform", "Equal between low and high."


@dataclass(frozen=True, slots=True)
class StrengthWord:
    """A word for a strength: its weight in dB, the range that intervals draw from, and whose scale it follows."""

    word: str
    db: float
    low: float
    high: float
    after: str


STRENGTH_WORDS: dict[str, StrengthWord] = {
    w.word: w
    for w in (
        StrengthWord("negligible", 1, 0, 2, "about the least perceptible change (Good)"),
        StrengthWord("slight", 3, 1, 5, "Jeffreys 1-10^.5; Kass & Raftery 1-3"),
        StrengthWord("moderate", 7, 5, 10, "Jeffreys 10^.5-10; Kass & Raftery 3-20"),
        StrengthWord("strong", 13, 10, 15, "Jeffreys 10-10^1.5; Kass & Raftery from 20"),
        StrengthWord("very strong", 17, 15, 20, "Jeffreys 10^1.5-100"),
        StrengthWord("decisive", 23, 20, 30, "Jeffreys > 100; Kass & Raftery > 150"),
    )
}
RELIABILITY_WORDS: dict[str, float] = {"very low": 0.3, "low": 0.5, "fair": 0.7, "good": 0.85, "high": 0.95}
CREDENCE_WORDS: dict[str, tuple[float, float]] = {
    "almost no chance": (0.01, 0.05),
    "very unlikely": (0.05, 0.20),
    "unlikely": (0.20, 0.45),
    "roughly even": (0.45, 0.55),
    "likely": (0.55, 0.80),
    "very likely": (0.80, 0.95),
    "almost certain": (0.95, 0.99),
}
"""After ICD 203 (US intelligence community standard on analytic confidence); ranges as probabilities."""

CLAIM_BASE_RATE = 0.5
UNDERCUT_BASE_RATE = 0.3
NONE_PRIOR = 0.1
MAX_DB = 40.0


def credence_word(p: float) -> str:
    """The ICD 203 word for a probability; outside 1-99% the words of the outermost bands are kept."""
    for word, (_low, high) in CREDENCE_WORDS.items():
        if p < high or word == "almost certain":
            return word
    raise AssertionError("unreachable: the last word takes everything")


def strength_word(db: float) -> str:
    """The nearest strength word for a weight in dB (its size, not its sign)."""
    size = abs(db)
    for word in STRENGTH_WORDS.values():
        if size < word.high or word.word == "decisive":
            if word.word == "negligible" and size >= 1.5:
                continue
            return word.word
    raise AssertionError("unreachable: the last word takes everything")
