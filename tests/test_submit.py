"""The issue form: what its answers become, and every command of the workflow `submit` against real repositories."""

from __future__ import annotations

import json
import os
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from repositories import Repository
from support import ROOT, Kb

from kb.errors import Level
from kb.imports.form import FIELDS, LABEL, LABELS, MAX_ANSWERS, NotAForm, read_answers, read_issue
from kb.load import load
from kb.rules import check_tree

FORM = ROOT / ".github" / "ISSUE_TEMPLATE" / "submit-evidence.yml"
WORKFLOW = ROOT / ".github" / "workflows" / "submit.yml"
GOOD = {
    "claim": "cold-oil",
    "stance": "supports",
    "strength": "moderate",
    "why": "Stiff oil is what the claim predicts.\n\nA worn gear would not stiffen it.",
    "title": "Oil was found stiff in every winter",
    "text": "In each of ten winters the oil was found stiff.",
    "design": "observation",
    "source": "keeper-log",
    "first-words": "stiff oil was found",
    "terms": "- [X] The words are mine, and I agree to publish them under CC BY 4.0.",
}
NEW_SOURCE = {
    "source": "https://clocks.example/winter",
    "source-title": "Winters in the tower",
    "source-type": "post",
    "authors": "Jane Doe",
    "issued": "2024-02",
}


def body(**changes: str | None) -> str:
    """The text that GitHub makes of these answers."""
    answers = {**GOOD, **{name.replace("_", "-"): text for name, text in changes.items()}}
    return "\n\n".join(f"### {one.label}\n\n{answers.get(one.id) or '_No response_'}" for one in FIELDS)


def event(text: str, number: int = 12, **changes: Any) -> dict[str, Any]:
    issue = {
        "number": number, "state": "open", "body": text, "title": "Evidence: $(touch sprung)",
        "labels": [{"name": LABEL}], "user": {"login": "a-reader", "id": 99},
    }  # fmt: skip
    return {"action": "opened", "issue": {**issue, **changes}}


def wrong_of(text: str) -> dict[str, str]:
    return {one.label: one.message for one in read_answers(text).wrong}


# the form and its answers


def test_the_form_asks_what_is_read() -> None:
    form = yaml.safe_load(FORM.read_text())
    asked = [part for part in form["body"] if "id" in part]
    assert [(p["id"], p["attributes"]["label"]) for p in asked] == [(f.id, f.label) for f in FIELDS]
    needed = {p["id"] for p in asked if p.get("validations", {}).get("required")}
    assert needed | {"terms"} == {f.id for f in FIELDS if f.needed}
    assert {p["id"] for p in asked if p["type"] == "textarea"} == {f.id for f in FIELDS if f.long} - {"terms"}
    assert form["labels"] == [LABEL]
    assert f"'{LABEL}'" in WORKFLOW.read_text()


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_answers_are_cut_at_the_headings(end: str) -> None:
    found = read_answers(body().replace("\n", end))
    assert found.wrong == ()
    wanted = {id: " ".join(text.split()) for id, text in GOOD.items() if id != "terms"}
    assert found.given == wanted


@pytest.mark.parametrize(
    ("change", "label", "says"),
    [
        ({"claim": None}, "Claim", "no answer"),
        ({"title": "one\ntwo"}, "Title", "2 lines"),
        ({"title": "a\u2028b"}, "Title", ""),
        ({"why": "Because.\n### Title\nanother title"}, "Title", "stands twice"),
        ({"why": "Because.\n### Claim\nworn-gear"}, "Claim", "stands twice"),
        ({"text": "# A heading of my own\nand more"}, "What was found", "headings"),
        ({"text": "```\ncode\n```"}, "What was found", "headings"),
        ({"text": "It was seen. <!-- and this is hidden -->"}, "What was found", "hides a comment"),
        ({"terms": "- [ ] The words are mine"}, "Before you send it", "not ticked"),
        ({"source": ""}, "Source", "no answer"),
    ],
)
def test_what_is_wrong_is_said_under_its_heading(change: dict[str, str | None], label: str, says: str) -> None:
    found = wrong_of(body(**change))
    if says:
        assert says in found[label]
    else:
        assert found == {}


def test_missing_headings_and_empty_texts() -> None:
    assert set(wrong_of("")) == {field.label for field in FIELDS if field.needed}
    assert set(wrong_of("### Claim\n\ncold-oil")) == {f.label for f in FIELDS if f.needed} - {"Claim"}
    assert list(wrong_of("x" * (MAX_ANSWERS + 1))) == ["The issue"]


def test_characters_that_no_record_holds_are_left_out() -> None:
    found = read_answers(body(text="In each \u202e of \x1b[31m ten\u200b winters."))
    assert found.given["text"] == "In each of [31m ten winters."
    assert found.notes
    assert read_answers(body()).notes == ()


@given(st.text(max_size=400))
def test_any_text_is_read(text: str) -> None:
    for whole in (text, body(why=text), body(claim=text)):
        found = read_answers(whole)
        assert set(found.given) <= {field.id for field in FIELDS}
        assert all("\n" not in answer and answer for answer in found.given.values())


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"pull_request": {"url": "x"}}, "is a pull request"),
        ({"labels": []}, "lacks the label evidence"),
        ({"labels": [{"name": "bug"}]}, "lacks the label evidence"),
        ({"state": "closed"}, "is closed"),
        ({"number": "12; rm -rf"}, "not the event of an issue"),
        ({"number": True}, "not the event of an issue"),
        ({"body": 5}, "not the event of an issue"),
        ({"labels": None}, "not the event of an issue"),
    ],
)
def test_other_events_are_refused(changes: dict[str, Any], says: str) -> None:
    with pytest.raises(NotAForm, match=says):
        read_issue(json.dumps(event(body(), **changes)).encode(), event=True)


@pytest.mark.parametrize("raw", [b"", b"[]", b"{}", b'{"issue": 3}', b"[" * 100_000, b"\xff"])
def test_what_is_no_event_is_refused(raw: bytes) -> None:
    with pytest.raises(NotAForm):
        read_issue(raw, event=True)


def test_credit_is_given_to_names_that_github_gives_out() -> None:
    def author(**user: Any) -> str:
        return read_issue(json.dumps(event(body(), user=user)).encode(), event=True).author

    assert author(login="a-reader", id=99) == "a-reader <99+a-reader@users.noreply.github.com>"
    for hostile in ("a b", "a\nSigned-off-by: x", "<x>", "", "-a", "a" * 40, 5):
        assert author(login=hostile, id=99) == ""
    assert author(login="a", id="99") == ""


# answers as records


def errors(root: Path) -> list[str]:
    return [str(f) for f in check_tree(root) if f.level is Level.ERROR]


@pytest.fixture
def submit(kb: Kb, clock_copy: Path, tmp_path: Path) -> Any:
    def run(text: str, *options: str) -> Any:
        path = tmp_path / "issue.md"
        path.write_text(text, encoding="utf-8", newline="")
        return kb("submit", path, "--claims", clock_copy, "--added", "2026-11-22", *options)

    return run


def test_evidence_is_written_and_its_effect_said(submit: Any, clock_copy: Path) -> None:
    before = set(clock_copy.rglob("*"))
    ran = submit(body())
    path = clock_copy / "tower" / "oil-was-found-stiff-in-every-winter.yaml"
    assert ran.code == 0, ran
    assert set(clock_copy.rglob("*")) - before == {path}
    assert not errors(clock_copy)
    record = load(clock_copy).corpus["oil-was-found-stiff-in-every-winter"].record
    assert record.title == GOOD["title"]  # type: ignore[attr-defined]
    assert record.bears_on[0].why == " ".join(GOOD["why"].split())  # type: ignore[attr-defined]
    assert ran.out.splitlines()[0] == f"wrote {path}"
    assert re.search(r"it moves \d+ credences", ran.out)


@pytest.mark.parametrize("source", ["https://clocks.example/winter", "10.1000/abc", "https://doi.org/10.1000/abc"])
def test_a_new_source_is_a_second_file(submit: Any, clock_copy: Path, source: str) -> None:
    data = json.loads(submit(body(**{**NEW_SOURCE, "source": source}), "--json").out)
    assert [Path(f["path"]).parent.name for f in data["files"]] == ["sources", "tower"]
    assert data["files"][0]["id"] == "doe-2024-winters-tower"
    assert not errors(clock_copy)
    again = json.loads(submit(body(**{**NEW_SOURCE, "source": source, "title": "Another thing seen"}), "--json").out)
    assert [Path(f["path"]).parent.name for f in again["files"]] == ["tower"], "the source is there now"
    assert {c["id"] for c in data["effect"]["changes"]} == {f["id"] for f in data["files"]}


def test_a_page_may_be_named_by_its_address(submit: Any, clock_copy: Path) -> None:
    claim, source = "https://map.example/claims/cold-oil.html#top", "https://map.example/sources/keeper-log.html"
    data = json.loads(submit(body(claim=claim, source=source), "--json").out)
    assert (data["failed"], len(data["files"])) == (False, 1)
    assert load(clock_copy).corpus.evidence_for["cold-oil"][-1][0] is not None


@pytest.mark.parametrize(
    ("change", "label", "says"),
    [
        ({"claim": "cold-oils"}, "Claim", "no claim has the id cold-oils; one of these? cold-oil ("),
        ({"claim": "keeper-log"}, "Claim", "keeper-log is a source, not a claim"),
        ({"stance": "neither"}, "Which way does it speak?", "'neither' is not one of the form's words"),
        ({"strength": "{db: 60}"}, "How strongly?", "write one of negligible, slight"),
        ({"design": "sandwich"}, "How was it found?", "write one of experiment"),
        ({"title": "x" * 121}, "Title", "120"),
        ({"text": "x" * 601}, "What was found", "600"),
        ({"why": "short"}, "Why that much?", "10"),
        ({"source": "keeper-lo"}, "Source", "no source has the id keeper-lo; give one of these, if you mean it: "),
        ({"source": "https://clocks.example/w"}, "Title of the source", "is not answered"),
        ({**NEW_SOURCE, "issued": "last week"}, "Date of the source", "write 2026-03 for a month"),
        ({**NEW_SOURCE, "source": "https://a b"}, "Source", "write blanks in an address as %20"),
        ({"first-words": "two words"}, "First words of the passage", "3 to 8"),
        ({"first-words": None}, "First words of the passage", "nothing says where"),
        ({"last-words": "three more words", "first-words": None}, "First words of the passage", "without the first"),
        ({"last-words": "two words"}, "Last words of the passage", "3 to 8"),
    ],
)
def test_what_is_wrong_with_a_record_is_said_under_a_heading(
    submit: Any, clock_copy: Path, change: dict[str, str | None], label: str, says: str
) -> None:
    before = sorted(clock_copy.rglob("*"))
    ran = submit(body(**change))
    assert ran.code == 1
    line = next(line for line in ran.out.splitlines() if line.startswith(f"{label}: "))
    assert says in line
    assert sorted(clock_copy.rglob("*")) == before
    comment = submit(body(**change), "--markdown").out
    assert comment.startswith("<!-- kb-submit -->\n**Thank you. This cannot become a record yet.**")
    assert f"- **{label}**: `" in comment


def test_everything_that_is_wrong_is_said_at_once(submit: Any) -> None:
    data = json.loads(submit(body(claim="nothing-at-all", title="x" * 130, stance="maybe", terms=None), "--json").out)
    assert [one["label"] for one in data["wrong"]] == [LABELS[id] for id in ("claim", "stance", "title", "terms")]


@pytest.mark.parametrize("issued", ["12/03/2026", "last week", "2026-13", '"soon"'])
def test_a_wrong_date_is_the_only_fault(submit: Any, issued: str) -> None:
    data = json.loads(submit(body(**{**NEW_SOURCE, "issued": issued}), "--json").out)
    assert [one["label"] for one in data["wrong"]] == ["Date of the source"]
    assert data["wrong"][0]["instead"].startswith("write 2026-03 for a month")


@pytest.mark.parametrize(
    ("issued", "date"),
    [("March 2024", "2024-03"), ("3 Mar 2024", "2024-03-03"), ('"2024"', '"2024"'), ("2024/03/12", "2024-03-12")],
)
def test_dates_in_the_usual_ways_are_taken(submit: Any, clock_copy: Path, issued: str, date: str) -> None:
    assert submit(body(**{**NEW_SOURCE, "issued": issued})).code == 0
    assert f"issued: {date}\n" in (clock_copy / "sources" / "doe-2024-winters-tower.yaml").read_text()


def test_faults_of_every_sort_are_said_in_one_round(submit: Any, clock_copy: Path) -> None:
    """What the form, the records and the rules say: a claim, a title, a new source's date, the first words."""
    text = body(**{**NEW_SOURCE, "claim": "nothing-at-all", "title": "x" * 130, "source-title": None,
                   "issued": "12/03/2026", "first-words": "two words", "why": "short"})  # fmt: skip
    data = json.loads(submit(text, "--json").out)
    ids = ("claim", "why", "title", "source-title", "issued", "first-words")
    assert [one["label"] for one in data["wrong"]] == [LABELS[id] for id in ids]
    assert "this-is-still-missing" not in json.dumps(data)
    nothing = json.loads(submit(body(**dict.fromkeys(GOOD)), "--json").out)
    assert [one["label"] for one in nothing["wrong"]] == [LABELS[i] for i in GOOD]
    lone = json.loads(submit(body(**{"source": None, "first-words": "two words"}), "--json").out)
    assert [one["label"] for one in lone["wrong"]] == ["Source", "First words of the passage"]


def test_signs_around_the_words_of_a_passage_are_taken_off(submit: Any, clock_copy: Path) -> None:
    words = {"first-words": '"stiff oil was found..."', "last-words": "**in each of the winters**…"}
    assert submit(body(**words)).code == 0
    text = (clock_copy / "tower" / "oil-was-found-stiff-in-every-winter.yaml").read_text()
    assert '      start: "stiff oil was found"\n      end: "in each of the winters"\n' in text


def test_ids_and_addresses_in_markdown_are_read(submit: Any) -> None:
    link = {**NEW_SOURCE, "source": "[the log of winters](https://clocks.example/winter)", "claim": "`cold-oil`"}
    assert submit(body(**link), "--dry-run").code == 0
    assert submit(body(source="`keeper-log`", strength="slight: about 2 times as likely"), "--dry-run").code == 0


def test_every_option_of_the_form_is_taken(submit: Any) -> None:
    fields = {part["id"]: part["attributes"] for part in yaml.safe_load(FORM.read_text())["body"] if "id" in part}
    for id in ("stance", "strength", "design", "source-type"):
        for option in fields[id]["options"]:
            assert submit(body(**{**NEW_SOURCE, id: option}), "--dry-run").code == 0, option


def test_an_item_is_no_claim(submit: Any, clock_copy: Path) -> None:
    assert submit(body()).code == 0
    ran = submit(body(claim="oil-was-found-stiff-in-every-winter"))
    assert "Claim: oil-was-found-stiff-in-every-winter is evidence, not a claim; " in ran.out


def test_moves_are_listed_where_nothing_is_written(submit: Any) -> None:
    ran = submit(body(), "--dry-run")
    moves = json.loads(submit(body(), "--dry-run", "--json").out)["effect"]["moves"]
    assert moves
    assert "kb diff" not in ran.out
    for move in moves:
        ends = f"{move['before']:.0%} → {move['after']:.0%}"
        assert re.search(rf"^ *{re.escape(ends)} .*  {move['claim']}: ", ran.out, re.MULTILINE), (ends, ran.out)


def test_a_look_speaks_in_the_words_of_the_form(submit: Any) -> None:
    ran = submit(body(**{**NEW_SOURCE, "issued": "2026-12-24"}), "--markdown")
    assert "“Date of the source” is 2026-12-24, after “today” (2026-11-22)" in ran.out


@pytest.mark.parametrize("id", ["title", "source-title"])
def test_a_title_in_other_letters_is_asked_for_in_english(submit: Any, id: str) -> None:
    data = json.loads(submit(body(**{**NEW_SOURCE, id: "2029年的人工智能"}), "--json").out)
    assert [one["label"] for one in data["wrong"]] == [LABELS[id]]
    assert data["wrong"][0]["instead"] == "write it in English, the language of the records"


def test_authors_in_other_letters_are_kept_and_left_out_of_the_id(submit: Any) -> None:
    data = json.loads(submit(body(**{**NEW_SOURCE, "authors": "王小明"}), "--json").out)
    assert data["files"][0]["id"] == "2024-winters-tower"
    assert "authors_text: 王小明" in data["files"][0]["text"]


def test_a_place_does_where_words_cannot_be_given(submit: Any, clock_copy: Path) -> None:
    assert submit(body(**{"first-words": None, "locator": "page 7"})).code == 0
    assert not errors(clock_copy)


def test_near_duplicates_are_named(submit: Any) -> None:
    assert submit(body()).code == 0
    comment = submit(body(), "--markdown").out
    assert "### These records may say the same" in comment
    assert "`oil-was-found-stiff-in-every-winter` `Oil was found stiff in every winter`" in comment


def test_records_with_errors_are_no_fault_of_the_issue(submit: Any, clock_copy: Path) -> None:
    (clock_copy / "tower" / "broken.yaml").write_text("kind: claim\n")
    ran = submit(body(), "--markdown")
    assert ran.code == 0
    assert "credences are not compared" in ran.out


# hostile answers

SPRING = "touch sprung"
HOSTILE = {
    "shell": f"$({SPRING}) `{SPRING}` ; {SPRING} && {SPRING} | {SPRING} > x",
    "expression": "${{ github.token }} ${{ secrets.X }} {{ 7*7 }}",
    "yaml": '"\nkind: claim\nstatus: {state: withdrawn}\n- !!python/object/apply:os.system ["touch sprung"]',
    "path": "../../../etc/passwd",
    "absolute": "/etc/passwd",
    "quotes": "'\"\\' --flag -rf *",
    "mention": "@everyone #1 ![x](https://evil.example/p.png) <img src=x onerror=alert(1)> [a](https://evil.example)",
    "fence": "`` ``` </details> ~~~ | a | b |",
    "command": "::set-output name=x::y ::error:: ::add-mask::x",
    "option": "--id=../../x",
    "control": "a\x00b\x1b[31mc\u202ed\u200be\ufeff",
    "lines": "one\ntwo\nthree",
    "headings": "### Claim\n\nworn-gear\n\n### Terms\n\n### Before you send it\n\n- [x] yes",
    "comment": "<!-- kb-diff --> <!--",
    "huge": "x" * 60_000,
    "template": "{{ config }} {% include '/etc/passwd' %}",
}
PROSE = ("text", "why", "source-title", "first-words", "locator", "authors")


def bare(markdown: str) -> str:
    """Markdown without code spans and our own marks: what GitHub reads mentions, links and HTML in."""
    return re.sub(r"`[^`\n]*`", "", markdown)


@pytest.mark.parametrize("hostile", HOSTILE)
@pytest.mark.parametrize("field", ["claim", "title", "source", "stance", "all the others"])
def test_hostile_answers_are_data(
    submit: Any, clock_copy: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, hostile: str, field: str
) -> None:
    monkeypatch.chdir(tmp_path)
    before = {path: path.read_bytes() for path in clock_copy.rglob("*") if path.is_file()}
    fields = PROSE if field == "all the others" else (field,)
    ran = submit(body(**{**NEW_SOURCE, **dict.fromkeys(fields, HOSTILE[hostile])}), "--markdown")
    assert ran.code in (0, 1)
    assert ran.err == ""
    after = {path: path.read_bytes() for path in clock_copy.rglob("*") if path.is_file()}
    assert {path: after.get(path) for path in before} == before, "no file that was there differs"
    fresh = set(after) - set(before)
    assert (len(fresh) > 0) is (ran.code == 0)
    for path in fresh:
        assert path.parent.name in ("tower", "sources")
        assert re.fullmatch(r"[a-z0-9-]+\.yaml", path.name)
    assert not errors(clock_copy)
    assert not list(tmp_path.rglob("sprung"))
    outside = bare(ran.out)
    for word in ("@everyone", "evil.example", "<img", "${{", "$(", "::set-output", "\x1b", "\u202e"):
        assert word not in outside
    assert outside.count("<!--") == 1
    assert len(ran.out) < 65_536


# the workflow's commands

GH = r"""#!/bin/sh
# stands for GitHub: notes what it is asked, and answers what the test has laid out
printf '%s\n' "$*" >> "$GH_LOG"
case "$1 $2" in
  "pr list") cat "$GH_STATE/pull" ;;
  "pr create")
    [ ! -e "$GH_STATE/refuse" ] || exit 1
    while [ "$#" -gt 0 ]; do
      [ "$1" = --body-file ] && cp "$2" "$GH_STATE/body"
      [ "$1" = --title ] && printf '%s' "$2" > "$GH_STATE/title"
      shift
    done
    echo https://github.example/pull/34 ;;
  "api --paginate") cat "$GH_STATE/comments" ;;
  "api --method") cp answer.md "$GH_STATE/comment" ;;
  "auth setup-git") ;;
  *) exit 9 ;;
esac
"""


class Hub:
    """A repository with a copy that stands for GitHub's, and the jobs of the workflow run against it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.work = Repository.clock(folder / "work")
        self.origin = folder / "origin.git"
        self.work.git("clone", "-q", "--bare", ".", str(self.origin))
        self.work.git("config", "-f", str(self.origin / "config"), "uploadpack.allowAnySHA1InWant", "true")
        self.state = folder / "state"
        self.state.mkdir()
        (self.state / "pull").write_text("")
        (self.state / "comments").write_text("")
        tools = folder / "tools"
        tools.mkdir()
        (tools / "gh").write_text(GH)
        (tools / "gh").chmod(0o755)
        self.env = {
            **os.environ,
            "PATH": f"{tools}:{os.environ['PATH']}",
            "GH_LOG": str(folder / "log"),
            "GH_STATE": str(self.state),
            "GIT_CONFIG_GLOBAL": os.devnull,
            "GIT_CONFIG_SYSTEM": os.devnull,
            "GITHUB_EVENT_PATH": str(folder / "event.json"),
            "SOURCE_DATE_EPOCH": "1790000000",
            "GH_REPO": "somebody/records",
        }
        self.runs = 0

    def git(self, *arguments: str) -> str:
        return self.work.git("--git-dir", str(self.origin), *arguments).strip()

    def _job(self, name: str, copy: Path, number: str) -> subprocess.CompletedProcess[str]:
        steps = yaml.safe_load(WORKFLOW.read_text())["jobs"][name]["steps"]
        (script,) = [step["run"] for step in steps if step.get("shell") == "bash"]
        return subprocess.run(
            ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", script],
            cwd=copy, env={**self.env, "NUMBER": number}, capture_output=True, text=True, timeout=120, check=False,
        )  # fmt: skip

    def copy(self, name: str) -> Path:
        self.runs += 1
        path = self.folder / f"{name}-{self.runs}"
        self.work.git("clone", "-q", "--depth=1", "-b", "main", self.origin.as_uri(), str(path))
        return path

    def records(self, data: dict[str, Any]) -> Path:
        """The first job; its artifact."""
        Path(self.env["GITHUB_EVENT_PATH"]).write_text(json.dumps(data))
        copy = self.copy("records")
        (copy / ".venv").symlink_to(ROOT / ".venv")
        done = self._job("records", copy, "")
        assert done.returncode == 0, done.stdout + done.stderr
        return copy / "made"

    def propose(self, made: Path, number: str = "12") -> subprocess.CompletedProcess[str]:
        """The second job."""
        copy = self.copy("propose")
        (copy / "made").symlink_to(made)
        return self._job("propose", copy, number)

    @property
    def comment(self) -> str:
        return (self.state / "comment").read_text()

    @property
    def log(self) -> str:
        return (self.folder / "log").read_text()


@pytest.fixture
def hub(tmp_path: Path) -> Hub:
    if not (ROOT / ".venv" / "bin" / "kb").exists():
        pytest.skip("the program is not installed in .venv: make test")
    return Hub(tmp_path)


BRANCH = "evidence/issue-12"
FILE = "claims/tower/oil-was-found-stiff-in-every-winter.yaml"


def test_an_issue_becomes_a_pull_request(hub: Hub) -> None:
    done = hub.propose(hub.records(event(body(**NEW_SOURCE))))
    assert done.returncode == 0, done.stdout + done.stderr
    changed = hub.git("diff", "--name-status", "main", BRANCH).split("\n")
    assert changed == ["A\tclaims/sources/doe-2024-winters-tower.yaml", f"A\t{FILE}"]
    assert "claim: cold-oil\n" in hub.git("show", f"{BRANCH}:{FILE}")
    message = hub.git("log", "-1", "--format=%B", BRANCH)
    assert message == "Evidence from #12\n\nCo-authored-by: a-reader <99+a-reader@users.noreply.github.com>"
    assert (hub.state / "title").read_text() == "Evidence from issue #12"
    text = (hub.state / "body").read_text()
    assert text.startswith("<!-- kb-submit -->\n**Thank you. This makes 2 files**")
    assert text.endswith("\nFrom the form: closes #12.\n")
    assert "| before | after | odds |" in text
    assert hub.comment.endswith("The pull request: https://github.example/pull/34\n")
    assert "sprung" not in hub.log
    assert "Oil was found" not in hub.log, "no word of the issue is on a command line"


def test_an_edited_issue_replaces_its_records(hub: Hub) -> None:
    hub.propose(hub.records(event(body())))
    (hub.state / "pull").write_text("OPEN 34\n")
    (hub.state / "comments").write_text("77\n")
    done = hub.propose(hub.records(event(body(title="The oil stiffens when it freezes"))))
    assert done.returncode == 0, done.stdout + done.stderr
    changed = hub.git("diff", "--name-status", "main", BRANCH).split("\n")
    assert changed == ["A\tclaims/tower/the-oil-stiffens-when-it-freezes.yaml"]
    assert hub.log.count("pr create") == 1
    assert "--method PATCH repos/somebody/records/issues/comments/77" in hub.log
    assert hub.comment.endswith("The pull request: #34\n")
    # an answer that is wrong leaves the branch as it was
    tip = hub.git("rev-parse", BRANCH)
    assert hub.propose(hub.records(event(body(claim="nothing-like-it")))).returncode == 0
    assert hub.git("rev-parse", BRANCH) == tip
    assert "cannot become a record yet" in hub.comment
    assert hub.comment.endswith(f"The branch `{BRANCH}` still has what the issue said before.\n")


def test_what_an_editor_changed_is_left_alone(hub: Hub) -> None:
    hub.propose(hub.records(event(body())))
    hub.work.git("fetch", "-q", str(hub.origin), BRANCH)
    hub.work.git("checkout", "-q", "FETCH_HEAD")
    hub.work.replace("tower/oil-was-found-stiff-in-every-winter", "moderate", "slight")
    hub.work.commit("an editor's judgement")
    hub.work.git("push", "-q", str(hub.origin), f"HEAD:refs/heads/{BRANCH}")
    tip = hub.git("rev-parse", BRANCH)
    (hub.state / "pull").write_text("OPEN 34\n")
    done = hub.propose(hub.records(event(body(title="The oil stiffens when it freezes"))))
    assert done.returncode == 0, done.stdout + done.stderr
    assert hub.git("rev-parse", BRANCH) == tip
    assert "edited by hand since" in hub.comment


@pytest.mark.parametrize("state", ["MERGED", "CLOSED"])
def test_what_has_been_decided_stays_decided(hub: Hub, state: str) -> None:
    (hub.state / "pull").write_text(f"{state} 34\n")
    done = hub.propose(hub.records(event(body())))
    assert done.returncode == 0
    assert BRANCH not in hub.git("branch", "--list", "--format=%(refname:short)")
    assert not (hub.state / "comment").exists()


def test_a_branch_without_the_right_to_open_a_pull_request(hub: Hub) -> None:
    (hub.state / "refuse").write_text("")
    done = hub.propose(hub.records(event(body())))
    assert done.returncode == 0, done.stdout + done.stderr
    assert hub.git("rev-parse", BRANCH)
    assert hub.comment.endswith(f"The branch `{BRANCH}` is there; an editor opens its pull request.\n")


@pytest.mark.parametrize("hostile", ["shell", "expression", "yaml", "path", "headings", "mention", "control"])
def test_a_hostile_issue_makes_records_or_an_answer(hub: Hub, hostile: str) -> None:
    answers = dict.fromkeys(("title", "text", "why", "locator"), HOSTILE[hostile])
    done = hub.propose(hub.records(event(body(**answers))))
    assert done.returncode == 0, done.stdout + done.stderr
    assert not list(hub.folder.rglob("sprung"))
    heads = hub.git("branch", "--list", "--format=%(refname:short)").split()
    assert set(heads) <= {"main", BRANCH}
    if BRANCH in heads:
        for line in hub.git("diff", "--raw", "main", BRANCH).split("\n"):
            assert re.fullmatch(r":000000 100644 0+ [0-9a-f]+ A\tclaims/[a-z-]+/[a-z0-9-]+\.yaml", line)
    assert "@everyone" not in bare(hub.comment)
    assert "evil.example" not in bare(hub.comment)
    if (hub.state / "title").exists():
        assert (hub.state / "title").read_text() == "Evidence from issue #12"


@pytest.mark.parametrize("trap", ["other", "link", "changed", "removed", "outside", "hooks", "executable"])
def test_the_job_that_writes_takes_new_records_alone(hub: Hub, trap: str) -> None:
    """Whatever the first job hands over, even if it were taken over by what it reads."""
    evil = hub.folder / "evil"
    hub.work.git("clone", "-q", str(hub.origin), str(evil))
    claims = evil / "claims"
    if trap == "other":
        (evil / ".github").mkdir()
        (evil / ".github" / "x.yml").write_text("on: push\n")
    elif trap == "link":
        (claims / "tower" / "passwd.yaml").symlink_to("/etc/passwd")
    elif trap == "changed":
        path = claims / "tower" / "cold-oil.yaml"
        path.write_text(path.read_text() + "# more\n")
    elif trap == "removed":
        (claims / "tower" / "cold-oil.yaml").unlink()
    elif trap == "executable":
        (claims / "tower" / "new.yaml").write_text("kind: claim\n")
        (claims / "tower" / "new.yaml").chmod(0o755)
    else:
        (claims / "tower" / "new.yaml").write_text("kind: claim\n")
    hub.work.git("-C", str(evil), "add", "-A")
    patch = hub.work.git("-C", str(evil), "diff", "--binary", "--cached")
    if trap == "outside":
        patch = patch.replace("claims/tower/new.yaml", "../outside.yaml")
    elif trap == "hooks":
        patch = patch.replace("claims/tower/new.yaml", ".git/hooks/pre-push")
    made = hub.folder / "made"
    made.mkdir()
    (made / "records.patch").write_text(patch)
    (made / "comment.md").write_text("<!-- kb-submit -->\n")
    (made / "message").write_text("x\n")
    done = hub.propose(made)
    assert done.returncode != 0
    assert hub.git("branch", "--list", "--format=%(refname:short)").split() == ["main"]
    assert not (hub.state / "body").exists()
    assert not (hub.folder / "outside.yaml").exists()


@pytest.mark.parametrize("number", ["12; touch sprung", "", "../x", "$(touch sprung)", "12\n13"])
def test_the_branch_is_named_by_a_number_alone(hub: Hub, number: str) -> None:
    done = hub.propose(hub.records(event(body())), number)
    assert done.returncode != 0
    assert hub.git("branch", "--list", "--format=%(refname:short)").split() == ["main"]
    assert not list(hub.folder.rglob("sprung"))
