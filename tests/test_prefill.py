"""Links of the pages that open a prefilled file: filled in, it is a record; before that, errors say what is left."""

from __future__ import annotations

import html
import random
import re
from pathlib import Path
from urllib.parse import parse_qs, unquote, urlsplit

import pytest
import yaml
from support import CLOCK, ROOT
from test_pages import SHELL

from kb import vocab
from kb.corpus import Corpus
from kb.engine import Assessment, assess
from kb.errors import Level
from kb.load import load, read_record
from kb.new import Draft, try_out
from kb.pages import Settings, Site, cite, render_site

HUB = "https://forge.example/a/b"
ANSWERS = {
    "title": "Something that was seen on the way",
    "text": "It was seen on the way that the thing is so.",
    "design": "observation",
    "start": "it was seen that",
    "end": "the thing is so",
    "stance": "supports",
    "strength": "slight",
    "why": "It is what the claim would make us see.",
    "kill": "halves",
}


def links(pages: dict[str, bytes]) -> dict[str, set[str]]:
    """(new, edit, issue) to the addresses that pages open."""
    found: dict[str, set[str]] = {"new": set(), "edit": set(), "issues": set()}
    for name, raw in pages.items():
        if name.endswith(".html"):
            for href in re.findall(rf'href="({HUB}/[^"]+)"', raw.decode()):
                address = html.unescape(href)
                kind = urlsplit(address).path.split("/")[3]
                found.setdefault(kind, set()).add(address)
    return found


def opened(address: str) -> tuple[str, str, str]:
    """(folder, name, text) of the file that an address opens."""
    parts = urlsplit(address)
    query = parse_qs(parts.query, strict_parsing=True)
    return parts.path.split("/new/main/")[1], query["filename"][0], query["value"][0]


def empty_fields(text: str) -> list[str]:
    """Names of the fields that a file leaves empty: what stands after them is less indented, or nothing."""
    lines = [line for line in text.split("\n") if line.strip() and not line.strip().startswith("#")]
    found = []
    for line, after in zip(lines, [*lines[1:], ""], strict=True):
        match = re.fullmatch(r"(\s*(?:- )?)([\w-]+):( \"\")?", line)
        if match and (match[3] or len(after) - len(after.lstrip(" -")) <= len(match[1])):
            found.append(match[2])
    return found


def filled(text: str, corpus: Corpus) -> str:
    """The file with every empty field filled in."""
    source = next(id for id, record in corpus.entries.items() if record.kind is vocab.Kind.SOURCE)
    wanted = iter(empty_fields(text))
    name = next(wanted, None)
    lines = []
    chance = 0.2
    for line in text.split("\n"):
        if re.fullmatch(rf"\s*(?:- )?{re.escape(name or '/')}:( \"\")?", line):
            value = {**ANSWERS, "source": source}.get(name or "")
            if value is None:
                chance += 0.1
                value = f"{chance:.1f}"
            line, name = f"{line.removesuffix(chr(34) * 2).rstrip()} {value}", next(wanted, None)
        lines.append(line)
    return "\n".join(lines)


def draft(address: str, text: str) -> Draft:
    folder, name, _ = opened(address)
    topic = folder.removeprefix("claims/")
    kind = vocab.Kind(re.findall(r"^kind: (\w+)$", text, re.M)[0])
    return Draft(name.removesuffix(".yaml"), kind, topic, f"{folder}/{name}", text.encode())


def errors(corpus: Corpus, made: Draft) -> list[str]:
    return [str(f) for f in try_out(corpus, [made], broken=True).findings if f.level is Level.ERROR]


@pytest.fixture(scope="module")
def of_the_clock(clock: Assessment) -> dict[str, set[str]]:
    return links(dict(render_site(clock, SHELL, {}, Settings(repository=HUB))))


def test_every_prefilled_file_becomes_a_record(of_the_clock: dict[str, set[str]], clock: Assessment) -> None:
    kinds = set()
    assert len(of_the_clock["new"]) > 15
    for address in sorted(of_the_clock["new"]):
        folder, name, text = opened(address)
        assert (CLOCK.parent / CLOCK.name / folder.removeprefix("claims/")).is_dir()
        assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*\.yaml", name)
        assert name.removesuffix(".yaml") not in clock.corpus
        whole = filled(text, clock.corpus)
        made = draft(address, whole)
        assert errors(clock.corpus, made) == [], whole
        kinds.add(made.kind.value)
        assert len(address) < 6_000, "servers refuse longer ones"
    assert kinds == {"evidence", "undercut"}


def test_every_empty_field_is_an_error_that_names_it(of_the_clock: dict[str, set[str]]) -> None:
    for address in sorted(of_the_clock["new"]):
        _, _, text = opened(address)
        made = draft(address, text)
        empty = empty_fields(text)
        assert len(empty) >= 6
        read = read_record(made.text, made.path, made.topic)
        assert read.entry is None
        said = [f"{f.message}; {f.hint}" for f in read.findings]
        for name in set(empty) - {"end"}:
            assert any(re.search(rf"`(?:[\w.-]+\.)?{re.escape(name)}`", message) for message in said), (name, said)
        assert all(f.hint for f in read.findings)


def test_the_targets_of_prefilled_files_are_those_of_the_page(clock: Assessment) -> None:
    site = Site(clock, Settings(repository=HUB))
    for entry in clock.corpus:
        for action in cite.actions(site, entry):
            if "/new/" in action.url:
                assert re.search(rf": {entry.id}$", opened(action.url)[2], re.M), action
    kinds = {entry.kind.value: {a.label for a in cite.actions(site, entry)} for entry in clock.corpus}
    assert kinds["claim"] >= {"Edit this file", "Add evidence by a form", "Add evidence as a file", "Report a problem"}
    assert kinds["argument"] >= {"Edit this file", "Contest it"}
    assert kinds["undercut"] >= {"Edit this file", "Add evidence by a form", "Add evidence as a file", "Contest it"}


def test_the_form_opens_with_the_claim(of_the_clock: dict[str, set[str]], clock: Assessment) -> None:
    forms = [parse_qs(urlsplit(a).query) for a in sorted(of_the_clock["issues"]) if "template=" in a]
    assert len(forms) > 5
    for query in forms:
        form = yaml.safe_load((ROOT / ".github" / "ISSUE_TEMPLATE" / query.pop("template")[0]).read_text())
        assert set(query) <= {part.get("id") for part in form["body"]}
        assert clock.corpus[query["claim"][0]].kind in ("claim", "undercut")


def test_edit_links_lead_to_files(of_the_clock: dict[str, set[str]]) -> None:
    assert len(of_the_clock["edit"]) > 20
    for address in of_the_clock["edit"]:
        path = unquote(urlsplit(address).path).split("/edit/main/claims/")[1]
        assert (CLOCK / path).is_file(), address
    assert of_the_clock["issues"]


def test_a_name_that_is_taken_is_numbered(clock: Assessment, clock_copy: Path) -> None:
    site = Site(clock, Settings(repository=HUB))
    add = next(a.url for a in cite.actions(site, clock.corpus["cold-oil"]) if a.label == "Add evidence as a file")
    folder, name, text = opened(add)
    (clock_copy / folder.removeprefix("claims/") / name).write_text(filled(text, clock.corpus))
    more = Site(assess(load(clock_copy).corpus), Settings(repository=HUB))
    again = next(a.url for a in cite.actions(more, more.corpus["cold-oil"]) if a.label == "Add evidence as a file")
    assert opened(again)[1] == name.replace(".yaml", "-2.yaml")


def test_prefilled_files_of_the_founding_debate() -> None:
    """A sample of each kind of link."""
    found = assess(load(ROOT / "claims").corpus, intervals=False)
    site = Site(found, Settings(repository=HUB))
    entries = [e for e in found.corpus if e.record.active and e.kind in ("claim", "question", "argument", "undercut")]
    chosen = random.Random(7).sample(entries, 8)
    chosen += [next(e for e in entries if e.kind == kind) for kind in ("question", "argument", "undercut")]
    chosen.append(max(entries, key=lambda e: len(e.id)))
    addresses = [a.url for e in chosen for a in cite.actions(site, e) if "/new/" in a.url]
    reasons = random.Random(7).sample(found.corpus.reasons, 4)
    addresses += [cite.contest_url(site, r.source, r.link.claim, "data-vs-algorithms") or "" for r in reasons]
    made = []
    for n, address in enumerate(addresses):
        one = draft(address, filled(opened(address)[2], found.corpus))
        made.append(Draft(f"{one.id[:70]}-{n}", one.kind, one.topic, one.path.replace(".yaml", f"-{n}.yaml"), one.text))
    trial = try_out(found.corpus, made, broken=True)
    assert [str(f) for f in trial.findings if f.level is Level.ERROR] == []
