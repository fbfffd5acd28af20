"""After any edit the site that is brought up to date equals, byte for byte, the one that is built anew."""

from __future__ import annotations

import gc
import random
import re
import shutil
from collections.abc import Callable, Hashable
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType

import pytest
from support import CLOCK, ROOT

from kb.engine import assess
from kb.engine.assessment import reassess
from kb.engine.impact import beneath
from kb.errors import Level
from kb.export import FORMATS
from kb.frame import Frame
from kb.load import Known, load
from kb.pages import lists, turning, workers
from kb.pages import outline as outlines
from kb.pages.build import Rendering, render_site
from kb.pages.lists import fragments, render_topic
from kb.pages.observed import ObservedSite
from kb.pages.recall import NOTHING, Recall
from kb.pages.site import Settings, Site
from kb.rules import check_loaded
from kb.serve import LiveSite, live

BREAD = ROOT / "tests" / "browser" / "corpus"
SHELL = "@@kb:title@@ @@kb:head@@ @@kb:body@@ @@kb:toc@@"
SETTINGS = Settings(site_url="https://example.org/", repository="https://example.org/repo", revised="2026-01-02")
QUICK = {"csv": FORMATS["csv"]}
"""The other exports take longer than all pages."""
STEPS = 5
"""Comparisons a debate; between two of them lie one to three edits."""


def debates() -> ModuleType:
    spec = spec_from_file_location("debates", ROOT / "bench" / "debates.py")
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def draw(picture: object) -> bytes:
    return repr(picture).encode()


@pytest.fixture
def frame(monkeypatch: pytest.MonkeyPatch) -> Frame:
    """A frame with every fragment, one a page, without MkDocs."""
    site = Site(assess(load(BREAD).corpus), SETTINGS)
    pages = {f"{name}.html": f"<h1>{name}</h1><!--kb:{name}-->" for name in [*fragments(site, {}), "decisions"]}
    pages["guide/mentions.html"] = "[[@cold-rise-tastes-better]] [[@t000-claim-03]] [[@repair-pays]]"
    made = Frame(SHELL, pages)
    monkeypatch.setattr(live, "render_frame", lambda config, into, moment: made)
    monkeypatch.setattr(live, "settings_of", lambda config, moment: SETTINGS)
    monkeypatch.setattr(live, "artist", lambda fonts, kept: draw)
    monkeypatch.setattr(live, "FORMATS", QUICK)
    return made


# ------------------------------------------------------------------------------------------------------------- edits


def other_strength(text: str, r: random.Random) -> str:
    return re.sub(
        r"strength: \w+", f"strength: {r.choice(('negligible', 'slight', 'moderate', 'strong'))}", text, count=1
    )


def other_side(text: str, r: random.Random) -> str:
    return re.sub(r"stance: (supports|opposes)", f"stance: {r.choice(('supports', 'opposes'))}", text, count=1)


def other_title(text: str, r: random.Random) -> str:
    return re.sub(r"^title: (.*)$", f"title: Changed {r.randrange(1000)} times", text, count=1, flags=re.MULTILINE)


def other_words(text: str, r: random.Random) -> str:
    return re.sub(r"^(text|why|definition): \S+", r"\1: Anything", text, count=1, flags=re.MULTILINE)


def notes(text: str, r: random.Random) -> str:
    return (
        text if "\nnotes:" in text else f"{text.rstrip()}\nnotes: Somebody looked at this {r.randrange(100)} times.\n"
    )


def withdrawn(text: str, r: random.Random) -> str:
    why = "It was withdrawn to see what happens then."
    return text if "\nstatus:" in text else f"{text.rstrip()}\nstatus:\n  state: withdrawn\n  why: {why}\n"


def alias(text: str, r: random.Random) -> str:
    return text if "\naliases:" in text else f"{text.rstrip()}\naliases:\n  - old-name-{r.randrange(10_000)}\n"


def reliability(text: str, r: random.Random) -> str:
    if not re.search(r"^kind: (source|evidence)$", text, re.MULTILINE) or "\nreliability:" in text:
        return text
    return f"{text.rstrip()}\nreliability:\n  value: 0.{r.randint(4, 9)}\n  why: It was looked at again with care.\n"


def base_rate(text: str, r: random.Random) -> str:
    if not re.search(r"^kind: claim$", text, re.MULTILINE) or "\nbase_rate:" in text:
        return text
    return f"{text.rstrip()}\nbase_rate:\n  value: 0.{r.randint(2, 8)}\n  why: So it is in cases like this one.\n"


def less_linked(text: str, r: random.Random) -> str:
    return re.sub(r"^bears_on:\n(?:[ -].*\n)+", "", text, count=1, flags=re.MULTILINE)


EDITS = (
    other_strength,
    other_strength,
    other_side,
    other_title,
    other_words,
    notes,
    withdrawn,
    alias,
    reliability,
    base_rate,
    less_linked,
)


def told(text: str, path: Path, folder: Path, r: random.Random) -> str:
    """A story of one to three of the records that bear on a claim, or another one, or none."""
    text = re.sub(r"^story:\n(?:[ -].*\n)+", "", text, count=1, flags=re.MULTILINE)
    link = re.compile(rf"^\s*(?:- )?claim: {path.stem}$", re.MULTILINE)
    bearing = sorted(p.stem for p in folder.rglob("*.yaml") if link.search(p.read_text("utf-8")))
    steps = r.sample(bearing, min(len(bearing), r.randint(0, 3)))
    lines = [f"  - record: {id}\n    text: It was told {r.randrange(100)} times.\n" for id in steps]
    return f"{text.rstrip()}\n{'story:' if steps else ''}\n{''.join(lines)}"


def edit(folder: Path, r: random.Random) -> str:
    """Change, add or remove a file at random, in a way that the records' rules allow; says what was done."""
    while True:
        path = r.choice(sorted(folder.rglob("*.yaml")))
        before = path.read_text("utf-8")
        added = path.with_name(f"{path.stem[:60]}-{r.randrange(1000)}.yaml")
        what = r.choice(("remove", "add", "tell", "tell", *EDITS))
        if what == "remove":
            path.unlink()
        elif what == "add" and path.name != "_topic.yaml":
            added.write_text(before, "utf-8")
        elif what == "tell" and re.search(r"^kind: claim$", before, re.MULTILINE):
            path.write_text(told(before, path, folder, r), "utf-8")
        elif callable(what):
            path.write_text(what(before, r), "utf-8")
        if not any(f.level is Level.ERROR for f in check_loaded(load(folder))) and (
            added.exists() or not path.exists() or path.read_text("utf-8") != before
        ):
            return f"{what if isinstance(what, str) else what.__name__} {path.name}"
        path.write_text(before, "utf-8")
        added.unlink(missing_ok=True)


def alike(a: object, b: object) -> bool:
    """Whether two values are the same but for the rounding of sums that were added up in another order."""
    return a == b or rounded(a) == rounded(b)


def rounded(value: object) -> str:
    return re.sub(r"\d+\.\d+(e[-+]\d+)?", lambda found: f"{float(found[0]):.9g}", repr(value))


def built_anew(folder: Path, frame: Frame) -> dict[str, bytes]:
    assessment = assess(load(folder).corpus)
    exports = {form.file_name: form.render(assessment) for form in QUICK.values()}
    return dict(render_site(assessment, frame.shell, frame.pages, SETTINGS, exports, draw=draw))


def on_disk(folder: Path) -> dict[str, bytes]:
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()}


def differences(a: dict[str, bytes], b: dict[str, bytes]) -> list[str]:
    return sorted(path for path in {*a, *b} if a.get(path) != b.get(path))


@pytest.mark.parametrize("debate", ["bread", "clock", "generated", "too large to settle"])
def test_random_edits(debate: str, frame: Frame, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    records = tmp_path / "claims"
    if debate in ("bread", "clock"):
        shutil.copytree(BREAD if debate == "bread" else CLOCK, records)
    else:
        debates().write(records, 100)
    if debate == "too large to settle":
        monkeypatch.setattr(turning, "MAX_CLAIMS", 5)
    (tmp_path / "site").mkdir()
    site, known, r = LiveSite(tmp_path / "site", tmp_path / "mkdocs.yml"), Known(), random.Random(debate)
    assessment = reassess(load(records, known).corpus, None)
    site.show(assessment)
    spared = 0
    for step in range(STEPS):
        done = [edit(records, r) for _ in range(step % 3 + 1)] if step else []
        before, earlier = on_disk(site.folder), frozenset[str]()
        if step == 4:  # an edit whose lists nobody waits for
            assessment = reassess(load(records, known).corpus, assessment)
            earlier = site.show(assessment, lists_later=True)
            done.append(edit(records, r))
        assessment = reassess(load(records, known).corpus, assessment)
        expected = built_anew(records, frame)
        changed = site.show(assessment, lists_later=step > 1)
        if step > 1:
            half, ids = on_disk(site.folder), {path.stem for path in records.rglob("*.yaml")}
            ones = {path for path in expected if re.split("[/.]", path)[1] in ids and "/" in path}
            assert [path for path in sorted(ones) if half.get(path) != expected[path]] == [], done
        if step == 3:
            site.settle("outline.html")
            assert (site.folder / "outline.html").read_bytes() == expected["outline.html"]
        changed |= site.finish()
        assert site.finish() == frozenset()
        site.settle("data-list.html")
        assert site._site is not None
        assert site._site.wrong(assess(load(records).corpus), alike) == [], done
        after = on_disk(site.folder)
        assert differences(after, expected) == [], done
        late = {"data-list.html", *(f"data/{form.file_name}" for form in QUICK.values())}
        assert set(differences(before, after)) - late <= changed | earlier, done
        if not earlier:
            assert changed == set(differences(before, after)) - late, done
        spared += len(after) - len(changed)
    assert spared > 0


def test_a_page_with_the_numbers_beneath_a_claim_is_made_again_when_one_of_them_moves(tmp_path: Path) -> None:
    """A page may read the engine's arrays; all it says of what it read is the name of the claim."""
    records, known = tmp_path / "claims", Known()
    debates().write(records, 100)
    assessment = reassess(load(records, known).corpus, None)
    site, net = ObservedSite(assessment, SETTINGS), assessment.result.net
    below = {id: {net.ids[c] for c in beneath(net, i)} for i, id in enumerate(net.ids)}
    top = max(sorted(below), key=lambda id: len(below[id]))
    direct = {net.ids[c] for c in net.reasons_into[net.at[top]]}
    deep = next(id for id in sorted(below[top] - direct) if (records / "topic-000" / f"{id}.yaml").exists())
    apart = next(id for id in sorted(below) if id != deep and deep not in below[id] and top not in below[id])
    for id in (top, apart):
        site.recall.page(weights_beneath, id)
    path = records / "topic-000" / f"{deep}.yaml"
    path.write_text(base_rate(path.read_text("utf-8"), random.Random(1)), "utf-8")
    assessment = reassess(load(records, known).corpus, assessment)
    site.renew(assessment)
    value, is_new = site.recall.page(weights_beneath, top)
    assert is_new
    assert value == weights_beneath(Site(assessment, SETTINGS), top)
    assert site.recall.page(weights_beneath, apart) == (weights_beneath(Site(assessment, SETTINGS), apart), False)


def test_a_topic_is_left_alone_when_a_record_of_another_one_changes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(outlines, "WHOLE", 1)
    records, known = Path(shutil.copytree(BREAD, tmp_path / "claims")), Known()
    assessment = reassess(load(records, known).corpus, None)
    site = ObservedSite(assessment, SETTINGS)
    topics = {name: render_topic(site.plain, name) for name in site.plain.topic_names}
    assert len(topics) > 1
    assert all(site.recall.page(render_topic, name) == (made, True) for name, made in topics.items())
    entry = next(e for e in site.plain.corpus if e.id in site.plain.credences and not e.record.get("notes"))
    path = records / entry.topic / f"{entry.id}.yaml"
    path.write_text(notes(path.read_text("utf-8"), random.Random(1)), "utf-8")
    looked: list[str] = []

    def noted(site: Site, name: str) -> list[outlines.Branch]:
        looked.append(name)
        return outlines.topic_outline(site, name)

    monkeypatch.setattr(lists, "topic_outline", noted)
    site.renew(reassess(load(records, known).corpus, assessment))
    for name in topics:
        site.recall.page(render_topic, name)
    assert looked == [entry.topic]


def weights_beneath(site: Site, id: str) -> dict[str, float]:
    """Log odds of a claim and of all that lies beneath it, by name, read from the engine's arrays."""
    result = site.sweep(id)
    return {
        result.net.ids[c]: round(float(result.state.log_odds[c, 0]), 9)
        for c in (result.net.at[id], *beneath(result.net, result.net.at[id]))
    }


def test_what_does_not_change_is_not_written(frame: Frame, tmp_path: Path) -> None:
    records = Path(shutil.copytree(BREAD, tmp_path / "claims"))
    (tmp_path / "site").mkdir()
    site = LiveSite(tmp_path / "site", tmp_path / "mkdocs.yml")
    site.show(assess(load(records).corpus))
    times = {p: p.stat().st_mtime_ns for p in site.folder.rglob("*") if p.is_file()}
    term = records / "terms" / "better-as-preferred.yaml"
    term.write_text(term.read_text("utf-8").rstrip() + "\nnotes: Somebody looked at this again.\n", "utf-8")
    changed = site.show(assess(load(records).corpus))
    assert "term/better-as-preferred.html" in changed
    assert len(changed) < 10
    assert {p.relative_to(site.folder).as_posix() for p, t in times.items() if p.stat().st_mtime_ns != t} == changed


def test_a_file_read_before_is_read_again_when_it_changes(tmp_path: Path) -> None:
    records, known = Path(shutil.copytree(CLOCK, tmp_path / "claims")), Known()
    first = load(records, known)
    path = next(p for p in sorted(records.rglob("*.yaml")) if "\ntitle: " in p.read_text("utf-8"))
    for n in range(3):  # faster than the clock of some file systems
        path.write_text(re.sub(r"(?m)^title: .*$", f"title: Name number {n}", path.read_text("utf-8")), "utf-8")
        assert load(records, known).corpus[path.stem].title == f"Name number {n}"
    assert load(records, known).corpus.digest == load(records).corpus.digest != first.corpus.digest
    path.write_text("kind: claim\n", "utf-8")
    assert load(records, known).findings == load(records).findings


def test_rules_see_an_edit_among_records_that_were_looked_at_before(tmp_path: Path) -> None:
    records, known = Path(shutil.copytree(CLOCK, tmp_path / "claims")), Known()
    before = check_loaded(load(records, known), errors_alone=True)
    path = next(p for p in sorted(records.rglob("*.yaml")) if re.search(r"- claim: ", p.read_text("utf-8")))
    text = path.read_text("utf-8")
    path.write_text(re.sub(r"- claim: \S+", "- claim: no-such-claim", text, count=1), "utf-8")
    found = check_loaded(load(records, known), errors_alone=True)
    assert [f.code for f in found if f not in before and f.path.endswith(path.name)] == ["unknown-reference"]
    assert found == check_loaded(load(records), errors_alone=True)
    path.write_text(text, "utf-8")
    assert check_loaded(load(records, known), errors_alone=True) == before


# ------------------------------------------------------------------------------------------------------------ recall


class Counted:
    """Numbers by name, and how often each question about them was worked out."""

    def __init__(self, **numbers: int) -> None:
        self.numbers = numbers
        self.recall = Recall(self)
        self.worked: list[Hashable] = []

    def number(self, name: str) -> int:
        found: int = self.recall.fact(name, lambda: self.numbers[name])
        return found

    def ask(self, make: Callable[..., int], *args: Hashable) -> int:
        found: int = self.recall.result(make, *args)
        return found


def is_even(subject: Counted, name: str) -> int:
    subject.worked.append(("even", name))
    return subject.number(name) % 2 == 0


def said(subject: Counted, a: str, b: str) -> int:
    subject.worked.append("said")
    return 10 * subject.ask(is_even, a) + (subject.number(b) if subject.ask(is_even, a) else 0)


def test_an_answer_that_comes_out_as_before_troubles_nobody() -> None:
    c = Counted(a=2, b=5)
    assert c.recall.page(said, "a", "b") == (15, True)
    c.worked.clear()
    c.numbers["a"] = 4
    c.recall.renew()
    assert c.recall.page(said, "a", "b") == (15, False)
    assert c.worked == [("even", "a")]
    c.numbers["a"] = 3
    c.recall.renew()
    assert c.recall.page(said, "a", "b") == (0, True)
    c.worked.clear()
    c.numbers["b"] = 7  # no longer asked for
    c.recall.renew()
    assert c.recall.page(said, "a", "b") == (0, False)
    assert c.worked == []


def test_a_question_that_fails_is_asked_again() -> None:
    def or_zero(subject: Counted, name: str) -> int:
        try:
            return subject.number(name)
        except KeyError:
            return 0

    c = Counted(a=1)
    assert c.recall.page(or_zero, "b") == (0, True)
    c.numbers["b"] = 9
    c.recall.renew()
    assert c.recall.page(or_zero, "b") == (9, True)
    del c.numbers["b"]
    c.recall.renew()
    assert c.recall.page(or_zero, "b") == (0, True)


def test_what_was_put_away_lasts_until_something_it_was_made_from_changes() -> None:
    def doubled(subject: Counted) -> int:
        found = subject.recall.piece("twice")
        if found is NOTHING:
            subject.worked.append("twice")
            found = 2 * subject.number("a")
            subject.recall.put_away("twice", found)
        return int(found)

    def tripled(subject: Counted) -> int:
        return doubled(subject) + subject.number("a")

    c = Counted(a=1, b=1)
    assert (c.recall.page(doubled)[0], c.recall.page(tripled)[0]) == (2, 3)
    assert c.worked == ["twice"]
    c.numbers["a"] = 2
    c.recall.renew()
    assert (c.recall.page(tripled)[0], c.recall.page(doubled)[0]) == (6, 4)
    assert c.worked == ["twice", "twice"]
    c.recall.forget(doubled)
    c.recall.forget(tripled)
    c.recall.renew()
    assert c.recall.piece("twice") is NOTHING


def test_several_processes_make_the_same_site(frame: Frame, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workers, "WORTH_IT", 10)
    monkeypatch.setattr(workers, "BLOCK", 7)
    monkeypatch.setattr(workers, "processes", lambda: 2)
    rendering = Rendering(Site(assess(load(BREAD).corpus), SETTINGS), frame.shell, frame.pages, draw)

    def write(path: str, data: bytes) -> None:
        target = tmp_path / "site" / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(data)

    workers.make(rendering, {"a.csv": b"1\n", "b.json": lambda: b"[]\n"}, write)
    expected = dict(
        render_site(
            assess(load(BREAD).corpus),
            frame.shell,
            frame.pages,
            SETTINGS,
            {"a.csv": b"1\n", "b.json": b"[]\n"},
            draw=draw,
        )
    )
    assert differences(on_disk(tmp_path / "site"), expected) == []
    assert gc.isenabled()

    def full(path: str, data: bytes) -> None:
        raise OSError(28, "No space left on device")

    with pytest.raises(OSError, match="No space left"):
        workers.make(rendering, {}, full)
    with pytest.raises(ZeroDivisionError):
        workers.make(rendering, {"a.csv": lambda: bytes(1 // 0)}, write)
    assert gc.isenabled()
