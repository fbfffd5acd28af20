"""Judgements without a reason."""

from __future__ import annotations

from collections.abc import Iterator

from kb import models as m
from kb import vocab
from kb.corpus import Corpus, Entry
from kb.errors import Finding, Level
from kb.rules._base import Family, Reporter
from kb.text import Path

report = Reporter(__name__, Family.EVIDENCE, Level.ERROR, alone=True)


def check(corpus: Corpus) -> Iterator[Finding]:
    """Every judgement gives its reason: each strength, and each base rate, reliability or prior away from its default.

    A number without a reason cannot be argued with.  Add ``why:`` of one or two sentences that a sceptic would accept,
    or leave the number out and the default holds.
    """
    hint = "add `why:` of one or two sentences that a sceptic would accept"
    for entry in corpus:
        for where, message in _unexplained(entry):
            always = where[-1] in ("strength", "likelihood", "priors")  # needs its reason whatever the value
            yield report(entry, where, message, hint, key=always)


def _unexplained(entry: Entry) -> Iterator[tuple[Path, str]]:
    """(path, message) of each judgement of one record that lacks its reason."""
    record = entry.record
    for i, link in enumerate(record.get("bears_on", ())):
        if link.why is None:
            field = "strength" if isinstance(link, m.Link) else "likelihood"
            yield ("bears_on", i, field), f"the {field} has no reason"
    if isinstance(record, m.Argument) and record.link is not None and record.link.why is None:
        yield ("link", "strength"), "the strength has no reason"
    if isinstance(record, m.Claim | m.Undercut) and record.base_rate is not None and record.base_rate.why is None:
        default = vocab.CLAIM_BASE_RATE if isinstance(record, m.Claim) else vocab.UNDERCUT_BASE_RATE
        stated = m.credence_value(record.base_rate.credence)
        if stated != default:
            yield (
                ("base_rate", "credence"),
                f"the base rate {stated:g} is not the default {default:g} and has no reason",
            )
    if isinstance(record, m.Undercut) and isinstance(record.kill, float) and record.why is None:
        yield ("kill",), f"the kill {record.kill:g} has no reason"
    if isinstance(record, m.Evidence | m.Source) and record.reliability is not None and record.reliability.why is None:
        if isinstance(record, m.Evidence):
            default, of = vocab.DESIGN_RELIABILITY[record.design], record.design.label
        else:
            default, of = vocab.ROOT_RELIABILITY[record.type], record.type.label
        stated = m.reliability_value(record.reliability.value)
        if stated != default:
            message = f"the reliability {stated:g} is not the default {default:g} of {of} and has no reason"
            yield ("reliability", "value"), message
    if isinstance(record, m.Question) and record.priors is not None and record.priors_why is None:
        yield ("priors",), "the priors have no reason (`priors_why`)"
    if isinstance(record, m.Claim) and record.forecast is not None and record.forecast.resolved is not None:
        resolved = record.forecast.resolved
        if resolved.outcome in ("void", "undecidable") and resolved.why is None:
            yield ("forecast", "resolved", "outcome"), f"the outcome {resolved.outcome} has no reason"
        elif resolved.source is None and resolved.why is None:
            yield ("forecast", "resolved", "outcome"), f"the outcome {resolved.outcome} has neither source nor reason"
