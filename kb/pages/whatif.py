"""What if: the inputs that a reader may move on a claim's page, and the data with which the page recomputes itself.

The list of inputs stands in the page and can be read without scripts.  What lies beneath the claim is a script beside
the page, loaded when somebody first moves something.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Literal

from jinja2.utils import htmlsafe_json_dumps

from kb import models as m
from kb import vocab
from kb.engine.graph import NONE_SUFFIX
from kb.engine.part import Part, closure, named, part_of, plain
from kb.pages import turning, words
from kb.pages.site import Ref, Site

MOST = 10
"""Inputs that a page lets a reader move."""
MOST_CLAIMS = 5
"""Claims among them, where there are enough other inputs: a credence is a conclusion, the others are judgements."""
STRENGTHS = 2
"""Strengths of the claim's own evidence and reasons among them, where it has any: what readers argue about first."""
MAX_BENEATH = 1_000
"""Above this many claims beneath a claim, its page does not recompute itself."""
SEEN = 0.001
"""Inputs that move the number by less, as a probability, are offered last."""
NEGLIGIBLE = 1.5
"""Where the lowest word for a strength ends, in dB: half-way to where it meets the next one."""

Kind = Literal["credence", "base rate", "strength", "reliability"]
LETTERS: dict[Kind, str] = {"credence": "c", "base rate": "b", "strength": "s", "reliability": "r"}
"""How an address names a kind of input."""
Address = tuple[Kind, str, str]
"""An input: its kind, the record that states it, and for a strength the claim that it bears on."""


@dataclass(frozen=True)
class Movable:
    """An input that a reader may move.

    Attributes:
        key: names it in the page's address; stays the same when records around it change.
        kind: which input it is.
        ref: the record that states it, or the claim whose credence it is.
        target: for a strength the claim that it bears on, else ``None``.
        role: for a strength ``reason`` or ``evidence``, else empty.
        number: what the map has: a probability, or a signed weight in nats.
        said: the same in words.
        effect: how far it moves the claim, in words; empty where it moves nothing now.
        file: path of the file that states it, below the repository; empty for a credence, which no file states.
    """

    key: str
    kind: Kind
    ref: Ref
    target: Ref | None
    role: str
    number: float
    said: str
    effect: str
    file: str


@dataclass(frozen=True)
class WhatIf:
    """The section of one claim's page.

    Attributes:
        inputs: what a reader may move, in order of what it does to the claim.
        script: file name of the data, beside the page; empty where there is nothing to move.
        too_many: whether too much lies beneath for a page to recompute.
        propose: where an issue is opened, or ``None`` while the repository is unknown.
    """

    inputs: list[Movable]
    script: str
    too_many: bool
    propose: str | None


class Movables:
    """The inputs beneath one claim: which there are, where the engine keeps them, what they do."""

    def __init__(self, site: Site, id: str) -> None:
        self.site, self.id = site, id
        self.result = site.sweep(id)
        self.net = self.result.net
        self.at = self.net.at[id]

    @cached_property
    def part(self) -> Part | None:
        """What lies beneath the claim; ``None`` where it is too much."""
        claims = closure(self.result, self.at, MAX_BENEATH)
        return None if len(claims) > MAX_BENEATH else part_of(self.result, claims)

    @cached_property
    def held(self) -> dict[Address, list[int]]:
        """Every input beneath with the rows of the network that hold it."""
        part, net = self.part, self.net
        found: dict[Address, list[int]] = {}
        if part is None:
            return found
        for c in part.claims:
            if NONE_SUFFIX not in net.ids[c]:
                found[("base rate", net.ids[c], "")] = [c]
                if c != self.at:
                    found[("credence", net.ids[c], "")] = [c]
        for j in part.links:
            found.setdefault(("strength", net.link_ids[j], net.ids[net.link_claim[j]]), []).append(j)
        for k in part.items:
            id, claim = net.item_ids[k], net.ids[net.item_claim[k]]
            if (id, claim) not in self._vectors:
                found.setdefault(("strength", id, claim), []).append(k)
            found.setdefault(("reliability", id, ""), []).append(k)
        for r in part.roots:
            found[("reliability", net.root_ids[r], "")] = [r]
        return {address: rows for address, rows in found.items() if address[1] in self.site.corpus}

    @cached_property
    def _vectors(self) -> set[tuple[str, str]]:
        """Items and answers on which they bear through a question: one vector, whose entries do not move alone."""
        assert self.part is not None
        found = set()
        for id in sorted({self.net.item_ids[k] for k in self.part.items}):
            for link in self.site.corpus.record(id, m.Evidence).bears_on:
                if not isinstance(link, m.Link):
                    question = self.site.corpus.record(link.question, m.Question)
                    found |= {(id, answer) for answer in [*question.answers, link.question + NONE_SUFFIX]}
        return found

    def chosen(self) -> list[tuple[Address, str]]:
        """The inputs that the page offers, with what each does to the claim; the strongest first."""
        claims, others = self._ranked()
        direct = [a for a in dict.fromkeys(self._direct()) if a in self.held]
        own = [a for a in direct if a[0] == "strength"][:STRENGTHS]
        ranked = {x[1]: x for x in others}
        kept = [ranked.get(a, (0.0, a, "")) for a in own]
        rest = [x for x in others if x[1] not in own]
        few = claims[: max(MOST_CLAIMS, MOST - len(kept) - len(rest))]
        found = sorted([*few, *kept, *rest[: MOST - len(few) - len(kept)]], key=lambda x: (-x[0], x[1]))
        offered = {address for _, address, _ in found}
        more: dict[Address, None] = dict.fromkeys([("base rate", self.id, ""), *direct] if found else [])
        unranked = [a for a in more if a in self.held and a not in offered]
        return [(a, effect) for _, a, effect in found] + [(a, "") for a in unranked[: MOST - len(found)]]

    def _ranked(self) -> tuple[list[tuple[float, Address, str]], list[tuple[float, Address, str]]]:
        """Claims and other inputs with how far each moves the number, the farthest first."""
        claims: list[tuple[float, Address, str]] = []
        others: list[tuple[float, Address, str]] = []
        if not turning.is_small(self.site):
            return claims, others
        cruxes = self.site.assessment.cruxes(self.id)
        assessed = self.site.credences[self.id].assessed
        for c in cruxes.claims:
            size = c.largest / 2 if c.expected is None else c.expected
            effect = f"{words.percent(c.if_false)} if false, {words.percent(c.if_true)} if true"
            claims.append((size, ("credence", c.claim, ""), effect))
        if assessed:
            for p in cruxes.parameters:
                others.append((p.change, (p.kind, p.record, p.target), f"± {words.points(p.change)} points"))
        claims = [x for x in claims if x[0] >= SEEN and x[1] in self.held]
        others = [x for x in others if x[0] >= SEEN and x[1] in self.held]
        return claims, others

    def _direct(self) -> list[Address]:
        """Inputs of the claim itself, without asking what they do: what adds most first, then what is strongest."""
        net, state = self.net, self.result.state
        found: list[tuple[float, float, Address]] = []
        for j in self.result.conserver.uses.links[self.at]:
            premises = self.result.conserver.uses.premises[j]
            weight = (-abs(float(state.mu[j, 0])), -abs(float(net.link_weight[j])))
            found += [(*weight, ("credence", net.ids[p], "")) for p in premises]
            found.append((*weight, ("strength", net.link_ids[j], self.id)))
        for g in self.result.conserver.uses.pairs[self.at]:
            for k in self.result.conserver.uses.items[g]:
                weight = (-abs(float(state.item_weight[k, 0])), -abs(float(net.item_weight[k])))
                found.append((*weight, ("strength", net.item_ids[k], self.id)))
                found.append((*weight, ("reliability", net.item_ids[k], "")))
        return [address for *_, address in sorted(found)]

    def view(self, address: Address, effect: str) -> Movable:
        """An input as the page shows it."""
        kind, record, target = address
        row = self.held[address][0]
        site, inputs = self.site, self.result.setup.inputs
        entry = site.corpus[record]
        file = f"claims/{entry.topic}/{entry.id}.yaml"
        role = ""
        if kind == "credence":
            number, file = site.credences[record].credence, ""
        elif kind == "base rate":
            number = float(inputs.base_rate[row, 0])
            question = self.question_of(record)
            if question is not None:
                file = f"claims/{site.corpus[question].topic}/{question}.yaml"
        elif kind == "strength":
            role = "evidence" if isinstance(entry.record, m.Evidence) else "reason"
            number = float((inputs.item_weight if role == "evidence" else inputs.link_weight)[row, 0])
        else:
            of_item = isinstance(entry.record, m.Evidence)
            number = float((inputs.item_reliability if of_item else inputs.root_reliability)[row, 0])
        said = strength_said(number) if kind == "strength" else words.percent(number)
        if kind == "credence" and not site.credences[record].assessed:
            said = f"not assessed, base rate {said}"
        bears = site.ref(target) if target else None
        return Movable(self._key(address), kind, site.ref(record), bears, role, number, said, effect, file)

    def _key(self, address: Address) -> str:
        kind, record, target = address
        ids = [record] if target in ("", self.id) else [record, target]
        return ".".join([LETTERS[kind], *ids])

    def question_of(self, claim: str) -> str | None:
        """The exclusive question whose priors hold a claim's base rate."""
        q = int(self.net.question_of[self.net.at[claim]])
        return self.net.question_ids[q] if q >= 0 else None

    def places(self, address: Address) -> list[object]:
        """Where the browser's engine keeps an input: the name of the change, and rows of the part.

        An answer's base rate is followed by its siblings' rows, which share the rest.
        """
        part = self.part
        assert part is not None
        kind, record, _ = address
        rows = self.held[address]
        evidence = isinstance(self.site.corpus[record].record, m.Evidence)
        if kind == "credence":
            return ["pin", [part.claims[c] for c in rows]]
        if kind == "base rate":
            q = int(self.net.question_of[rows[0]])
            siblings = [int(a) for a in self.net.questions[q] if a != rows[0]] if q >= 0 else []
            return ["baseRate", [part.claims[c] for c in rows], [part.claims[c] for c in siblings]]
        if kind == "strength":
            numbered = part.items if evidence else part.links
            return ["itemWeight" if evidence else "linkWeight", [numbered[x] for x in rows]]
        numbered = part.items if evidence else part.roots
        return ["itemReliability" if evidence else "rootReliability", [numbered[x] for x in rows]]


def strength_said(nats: float) -> str:
    """A strength in words: odds first, decibans second."""
    if words.side(nats) == "neutral":
        return "no weight"
    return f"odds {words.factor(nats)} ({words.decibans(nats)}), {words.strength(nats)}"


def what_if(site: Site, id: str) -> WhatIf:
    """The section "What if" of a claim's page."""
    return site.ask(_made, id)[0]


def script(site: Site, id: str) -> bytes | None:
    """What lies beneath a claim, as a script that loads from a file as from a server; ``None`` where it is too much.

    ``names`` has for each claim its kind, id and title; ``inputs`` leads from a key to where the engine keeps it;
    it is empty where nothing bears on the claim yet.  ``ids`` says which records stand behind the rows.
    """
    return site.ask(_made, id)[1]


def _made(site: Site, id: str) -> tuple[WhatIf, bytes | None]:
    """The section and the script of one claim."""
    movables = Movables(site, id)
    part = movables.part
    views = [(address, movables.view(address, effect)) for address, effect in movables.chosen()]
    repository = site.settings.repository
    section = WhatIf(
        inputs=[view for _, view in views],
        script=f"{id}.whatif.js" if views else "",
        too_many=part is None,
        propose=f"{repository.rstrip('/')}/issues/new" if repository is not None else None,
    )
    if part is None:
        return section, None
    data = {
        "claim": part.claims[movables.at],
        "topic": site.corpus[id].topic,
        "names": [_name(site, movables.net.ids[c]) for c in part.claims],
        "inputs": {view.key: movables.places(address) for address, view in views},
        "words": {"credence": credence_limits(), "strength": strength_limits()},
        "part": plain(movables.result, part),
        "ids": named(movables.result, part),
    }
    text = str(htmlsafe_json_dumps(data, separators=(",", ":")))
    return section, f"window.counterpoiseWhatIf={text};\n".encode()


def _name(site: Site, id: str) -> list[str]:
    """Kind, id and title of a claim; a question's "none of these" is no record and has no kind."""
    if id not in site.corpus:
        question = id.removesuffix(NONE_SUFFIX)
        return ["", id, f"None of the answers to “{site.ref(question).title}”"]
    ref = site.ref(id)
    return [ref.kind, ref.id, ref.title]


def credence_limits() -> list[tuple[str, float]]:
    """Words for a probability, each with the probability that it ends below; the last word takes the rest."""
    return [(word, high) for word, (_, high) in vocab.CREDENCE_WORDS.items()]


def strength_limits() -> list[tuple[str, float]]:
    """Words for a strength, each with the decibans that it ends below; the last word takes the rest."""
    return [(w.word, min(w.high, NEGLIGIBLE) if w.low == 0 else w.high) for w in vocab.STRENGTH_WORDS.values()]
