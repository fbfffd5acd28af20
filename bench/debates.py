"""Invented debates of any size with the shape of the founding one: records as files, the same for the same seed.

Shares of each kind, links a claim, evidence a claim and length of texts follow the founding debate; a claim of one
topic in twenty bears on another topic.  What the records say is made of words drawn at random.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path

TOPIC = 100
"""Records a topic, those of its sources and people included."""
CLAIMS, EVIDENCE, POSITIONS, QUANTITIES, SOURCES = 21, 19, 26, 9, 14
UNDERCUTS, ARGUMENTS, TERMS, PEOPLE = 3, 1, 3, 3

_WORDS = """
compute data training models labs benchmarks scaling inference transfer planning memory tools agents energy chips
algorithms synthesis feedback reward curricula capability forecasts research progress experiments budgets teams
latency context distillation pruning search verification alignment pressure demand supply talent funding

limits speeds explains slows predicts masks drives replaces outpaces follows requires shapes reveals

more better cheaper longer wider deeper newer older shared public private early late steady sudden
"""
_NOUNS, _VERBS, _LEADS = (tuple(part.split()) for part in _WORDS.split("\n\n"))
_STRENGTHS = ("negligible", "slight", "moderate", "strong")
_DESIGNS = ("observation", "testimony", "anecdote", "benchmark", "survey")
_TYPES = ("post", "preprint", "press", "peer-reviewed-paper")
_ATTITUDES = ("asserts", "denies", "grants", "concedes")


def debate(records: int, seed: int = 1) -> Iterator[tuple[str, str]]:
    """Files of a debate as (path below the records, text); a few more or fewer than ``records``."""
    for n in range(max(records // TOPIC, 1)):
        yield from _topic(n, max(records // TOPIC, 1), random.Random(f"{seed} {n}"))


def write(folder: Path, records: int, seed: int = 1) -> int:
    """Write a debate's files below a folder, and say how many records there are."""
    written = 0
    for name, text in debate(records, seed):
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
        written += not name.endswith("_topic.yaml")
    return written


def _topic(n: int, topics: int, r: random.Random) -> Iterator[tuple[str, str]]:
    """One topic: a question with three answers, a tree of reasons with cross links, evidence, positions and so on."""
    t, folder = f"t{n:03}", f"topic-{n:03}"
    yield f"{folder}/_topic.yaml", f"title: Topic {n} on {r.choice(_NOUNS)}\nquestion: {_sentence(r, 8)}\norder: {n}\n"
    people = [f"{t}-person-{i}" for i in range(PEOPLE)]
    for id in people:
        name = f"{r.choice(_NOUNS).capitalize()} {r.choice(_VERBS).capitalize()} {n}"
        yield f"people/{id}.yaml", f"kind: person\ntitle: {name}\ntype: person\ntext: {_sentence(r, 9)}\n"
    sources = [f"{t}-source-{i}" for i in range(SOURCES)]
    for i, id in enumerate(sources):
        kin = f"part_of: {sources[i - 1]}\n" if i % 5 == 4 else ""
        yield (
            f"sources/{id}.yaml",
            (
                f"kind: source\ntitle: {_title(r)}\ntype: {r.choice(_TYPES)}\nauthors:\n  - {r.choice(people)}\n"
                f"issued: 2025-{r.randint(1, 12):02}\nno_url: Invented; there is no such document.\n{kin}"
            ),
        )
    terms = [f"{t}-term-{i}" for i in range(TERMS)]
    for i, id in enumerate(terms):
        word = f"{_NOUNS[(n + i) % len(_NOUNS)]} {n}"
        yield (
            f"terms/{id}.yaml",
            f"kind: term\ntitle: {word} (sense {i})\nword: {word}\ndefinition: {_sentence(r, 16)}\n",
        )
    claims = [f"{t}-claim-{i:02}" for i in range(CLAIMS)]
    exclusive = n % 10 < 7
    order = f"exclusive: {'true' if exclusive else 'false'}\norder: {n}\n"
    yield (
        f"{folder}/{t}-question.yaml",
        (
            f"kind: question\ntitle: Does {r.choice(_LEADS)} {r.choice(_NOUNS)} {r.choice(_VERBS)} it in topic {n}?\n"
            f"text: {_sentence(r, 20)}\nanswers:\n{_list(claims[:3])}case_for: {_prose(r, 3)}\n"
            f"case_against: {_prose(r, 3)}\n{order}"
        ),
    )
    links: list[tuple[str, str]] = []
    for i, id in enumerate(claims):
        to = []
        if i >= 3:
            to.append(claims[r.randrange(0, max(i // 2, 3))])
            if r.random() < 0.1 and i > 6 and topics > 1:
                to.append(f"t{(n + r.randrange(1, min(topics, 4))) % topics:03}-claim-{r.randrange(3, 6):02}")
        links += [(id, c) for c in to]
        sense = f"senses:\n  {_NOUNS[n % len(_NOUNS)]}: {terms[i % TERMS]}\n" if i % 4 == 0 else ""
        bears = "bears_on:\n" + "".join(_link(r, c) for c in to) if to else ""
        yield (
            f"{folder}/{id}.yaml",
            (
                f"kind: claim\ntitle: {_title(r)}\ntext: {_sentence(r, 22)}\nsummary: {_prose(r, 2)}\n"
                f"{sense}{bears}{_seen(r, sources)}{_added(r)}"
            ),
        )
    evidence = [f"{t}-evidence-{i:02}" for i in range(EVIDENCE)]
    for i, id in enumerate(evidence):
        on = claims[(i * 7 + n) % CLAIMS]
        kin = f"lineage:\n  - root: {sources[(i + 3) % SOURCES]}\n    kind: ties\n" if i % 6 == 5 else ""
        yield (
            f"{folder}/{id}.yaml",
            (
                f"kind: evidence\ntitle: {_title(r)}\ntext: {_sentence(r, 26)}\ndesign: {r.choice(_DESIGNS)}\n"
                f"root: {sources[i % SOURCES]}\n{kin}{_seen(r, [sources[i % SOURCES]])}"
                f"bears_on:\n{_link(r, on)}{_added(r)}"
            ),
        )
    for i in range(UNDERCUTS):
        a, b = links[(i * 5) % len(links)]
        yield (
            f"{folder}/{t}-undercut-{i}.yaml",
            (
                f"kind: undercut\ntitle: {_title(r)}\ntext: {_sentence(r, 18)}\ntarget:\n  from: {a}\n  to: {b}\n"
                f"kill: {r.choice(('weakens', 'halves', 'guts'))}\nwhy: {_sentence(r, 12)}\n{_seen(r, sources)}"
            ),
        )
    for i in range(ARGUMENTS):
        bears = _link(r, claims[0]).replace("  - ", "  ").replace("    ", "  ")
        yield (
            f"{folder}/{t}-argument-{i}.yaml",
            (
                f"kind: argument\ntitle: {_title(r)}\ntext: {_sentence(r, 18)}\npremises:\n{_list(claims[12:14])}"
                f"link:\n{bears}{_seen(r, sources)}"
            ),
        )
    for i in range(POSITIONS):
        on, who = claims[(i * 3) % CLAIMS], people[i % PEOPLE]
        level = f"credence: 0.{r.randint(55, 95)}\n" if n % 25 == 0 and i == 0 else ""
        stance = "asserts" if level else r.choice(_ATTITUDES)
        yield (
            f"{folder}/{t}-position-{i:02}.yaml",
            (
                f"kind: position\nby: {who}\non: {on}\nstance: {stance}\n{level}"
                f"text: {_sentence(r, 12)}\nsaid: 2025-{r.randint(1, 12):02}-{r.randint(1, 28):02}\n{_seen(r, sources)}"
            ),
        )
    for i in range(QUANTITIES):
        yield (
            f"{folder}/{t}-quantity-{i}.yaml",
            (
                f"kind: quantity\ntitle: {_title(r)}\nmetric: {r.choice(_NOUNS)} a year\nunit: x per year\n"
                f"value: {r.uniform(1, 20):.2f}\nas_of: 2025-{r.randint(1, 12):02}\nbasis: estimated\n"
                f"unconfirmed: {_sentence(r, 8)}\nassumes:\n{_list([claims[i]])}{_seen(r, sources)}"
            ),
        )


def _sentence(r: random.Random, words: int) -> str:
    """A sentence of about so many words."""
    said = " ".join(f"{r.choice(_LEADS)} {r.choice(_NOUNS)} {r.choice(_VERBS)}" for _ in range(max(words // 3, 1)))
    return f"{said} {r.choice(_NOUNS)}.".capitalize()


def _prose(r: random.Random, sentences: int) -> str:
    return " ".join(_sentence(r, 15) for _ in range(sentences))


def _title(r: random.Random) -> str:
    said = f"{r.choice(_LEADS)} {r.choice(_NOUNS)} {r.choice(_VERBS)} {r.choice(_LEADS)} {r.choice(_NOUNS)}"
    return f"{said} by {r.choice(_LEADS)} {r.choice(_NOUNS)} {r.randrange(10_000)}".capitalize()


def _link(r: random.Random, to: str) -> str:
    stance = "supports" if r.random() < 0.65 else "opposes"
    strength = r.choice(_STRENGTHS)
    return f"  - claim: {to}\n    stance: {stance}\n    strength: {strength}\n    why: {_sentence(r, 18)}\n"


def _seen(r: random.Random, sources: list[str]) -> str:
    start = f"{r.choice(_LEADS)} {r.choice(_NOUNS)} {r.choice(_VERBS)}"
    return f'seen_in:\n  - source: {r.choice(sources)}\n    anchor:\n      start: "{start} {r.choice(_NOUNS)}"\n'


def _added(r: random.Random) -> str:
    return f"added: 2026-{r.randint(1, 11):02}-{r.randint(1, 28):02}\n"


def _list(ids: list[str]) -> str:
    return "".join(f"  - {id}\n" for id in ids)
