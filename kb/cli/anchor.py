"""``kb anchor``: choose the passage that a record points at, and fill in its words and digest."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import click
import typer

from kb import fmt, passages
from kb import models as m
from kb.anchors import located_passages, snapshot_name
from kb.cli.shell import ClaimsOption, JsonOption, claims_folder, count, say, say_json
from kb.corpus import Corpus, Entry
from kb.errors import KbError, Unavailable
from kb.load import load, read_record
from kb.publish import write_atomic
from kb.snapshots import MAX_SNAPSHOT, Found, Snapshot, digest_of, find
from kb.text import Path as DataPath

NAME = "anchor"


@dataclass
class Result:
    """What became of one passage.

    Attributes:
        number: which passage of the record, from 1.
        where: its path in the file.
        status: as :class:`kb.snapshots.Found` says, or ``none`` without an anchor.
        lines: what to show.
        new: the anchor to write.
        data: the same for programs.
        done: whether nothing is left to mend.
    """

    number: int
    where: DataPath
    status: str
    lines: list[str]
    data: dict[str, Any]
    new: m.Anchor | None = None
    done: bool = False


def command(
    id: Annotated[str, typer.Argument(metavar="ID", help="The record.")],
    snapshot: Annotated[Path, typer.Option(metavar="FILE", help="The stored copy of its source, as text.")],
    search: Annotated[
        str | None, typer.Option(metavar="WORDS", help="Offer the passages that are likest to these words.")
    ] = None,
    pick: Annotated[int | None, typer.Option(min=1, metavar="N", help="Take the passage with this number.")] = None,
    sentences: Annotated[
        int, typer.Option(min=1, max=50, metavar="N", help="How many sentences the passage that is picked has.")
    ] = 1,
    start: Annotated[str | None, typer.Option(metavar="WORDS", help="Take these as the first words.")] = None,
    end: Annotated[str | None, typer.Option(metavar="WORDS", help="Take these as the last words.")] = None,
    accept: Annotated[
        bool, typer.Option("--accept", help="Take the closest words, or a passage that has changed.")
    ] = False,
    passage: Annotated[
        int | None, typer.Option(min=1, metavar="N", help="Which of the record's passages, from 1; default: all.")
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Write nothing.")] = False,
    claims: ClaimsOption = None,
    json: JsonOption = False,
) -> None:
    """Fill in where in its source a record points: the words and the digest of the passage.

    A passage that is found once gets its digest.  Where the words are not there, the closest ones are shown with what
    differs; where there are none, the likeliest passages are offered: choose one with --pick, or on a terminal.
    The record's file is written in canonical form.  Exit code 1 when something is left to mend.

    \b
    Examples:
      kb anchor ID --snapshot copies/post.txt                   look the words up and fill in the digest
      kb anchor ID --snapshot copies/post.txt --accept          take the closest words instead of misspelt ones
      kb anchor ID --snapshot copies/post.txt --search "more data" --pick 2 --sentences 3
      kb anchor ID --snapshot copies/post.txt --start "first words of it" --end "the last words"
    """
    raw = _read(snapshot)
    corpus = load(claims_folder(claims)).corpus
    entry = corpus[id]
    chosen = _passages(corpus, entry, snapshot.name, passage)
    if (search or pick or start) and len(chosen) > 1:
        bare = [one for one in chosen if one[2].anchor is None]
        if len(bare) != 1:
            raise KbError(f"{entry.id} has {len(chosen)} passages of this source; say which one with --passage N")
        chosen = bare
    if end is not None and start is None:
        raise KbError("--end needs --start; give the first words of the passage too")
    copy = Snapshot(snapshot.name, raw)
    results: list[Result] = []
    for number, where, one in chosen:
        given = m.Anchor(start=start, end=end) if start is not None else one.anchor
        if given is None or search is not None or pick is not None:
            words = search or " ".join(str(entry.record.get(name) or "") for name in ("title", "text"))
            results.append(_offer(number, where, raw, words, pick, sentences, ask=not json))
        else:
            results.append(_look_up(number, where, copy, raw, given, accept=accept or start is not None))
    written = not dry_run and _write(entry, chosen, results)
    done = all(result.done for result in results)
    if json:
        passages_ = [{"passage": r.number, "status": r.status, "done": r.done, **r.data} for r in results]
        say_json({"record": entry.id, "path": entry.path, "written": written, "passages": passages_})
    else:
        for result in results:
            say(*[f"passage {result.number}: {result.lines[0]}", *(f"  {line}" for line in result.lines[1:])])
        say(f"wrote {entry.path}" if written else "nothing to write" if done and not dry_run else "nothing was written")
    raise typer.Exit(0 if done else 1)


def _read(path: Path) -> str:
    if not path.is_file():
        raise Unavailable(f"{path} is not a file; name the stored copy of the source with --snapshot FILE")
    with path.open("rb") as file:
        raw = file.read(MAX_SNAPSHOT + 1)
    if len(raw) > MAX_SNAPSHOT:
        raise Unavailable(f"{path} has more than {MAX_SNAPSHOT} bytes; give the text of the source alone")
    return raw.decode("utf-8", "replace")


def _passages(corpus: Corpus, entry: Entry, name: str, number: int | None) -> list[tuple[int, DataPath, m.Passage]]:
    """(number, path, passage) of the record's passages that lie in this stored copy.

    Raises:
        KbError: there is none; the message says which copies there are.
    """
    every = [(n, where, one) for n, (where, one) in enumerate(located_passages(entry.record), 1)]
    if number is not None:
        found = [one for one in every if one[0] == number]
        if not found:
            raise KbError(f"{entry.id} has {count(len(every), 'passage')}; --passage names one of them")
        return found
    copies = {n: snapshot_name(corpus, one.source) for n, _, one in every}
    found = [one for one in every if copies[one[0]] in (None, name)]
    if not found:
        wanted = ", ".join(sorted({copy for copy in copies.values() if copy is not None}))
        hint = f"its sources' copies are named {wanted}" if wanted else "add `seen_in:` with the source first"
        raise KbError(f"{entry.id} points at nothing in {name}; {hint}")
    return found


def _look_up(number: int, where: DataPath, copy: Snapshot, raw: str, given: m.Anchor, *, accept: bool) -> Result:
    """Find an anchor's words, and say what is there instead where they are not."""
    match = find(copy, given)
    shown = f'"{given.start}"' + (f' ... "{given.end}"' if given.end is not None else "")
    data: dict[str, Any] = {"start": given.start, "end": given.end, "similarity": match.similarity}
    result = Result(number, where, match.status.value, [], data)
    if match.status is Found.EXACT:
        text = copy.text[match.start : match.end]
        digest = digest_of(text)
        data |= {"digest": digest, "line": passages.line_of(copy, match.start or 0), "text": text}
        result.done = given.digest in (None, digest) or accept
        result.lines = [f"found once, line {data['line']}: {text}"]
        if not result.done:
            result.lines = ["the passage has changed: read it again, and take it with --accept", text]
        elif given.digest != digest:
            result.new = given.model_copy(update={"digest": digest})
    elif match.status is Found.AMBIGUOUS:
        result.lines = [f"{shown} is found twice; give more words: --start and --end"]
        longer = passages.pointing_at(copy, raw, match.start or 0, match.end or 0)
        if longer is not None:
            data["closest"] = {"start": longer.start, "end": longer.end}
            result.lines.append(f"the first of them alone: {_words(longer)}")
    else:
        near = passages.nearest(copy, raw, given)
        if near is None:
            result.lines = [f"{shown} is not there; look for the passage with --search WORDS"]
            return result
        data |= {
            "closest": {"start": near.anchor.start, "end": near.anchor.end},
            "similarity": near.similarity,
            "differences": [{"given": a, "found": b} for a, b in near.differences],
        }
        result.lines = [f"not there; {near.similarity:.0%} similar: {_words(near.anchor)}"]
        result.lines += [f'given "{a}", there "{b}"' if a and b else f'{"missing" if b else "too many"}: "{a or b}"'
                         for a, b in near.differences]  # fmt: skip
        if accept and near.anchor.digest is not None:
            result.new, result.done = near.anchor, True
        else:
            result.lines.append("take the words that are there with --accept")
    return result


def _words(anchor: m.Anchor) -> str:
    return f'start: "{anchor.start}"' + (f', end: "{anchor.end}"' if anchor.end is not None else "")


def _offer(
    number: int, where: DataPath, raw: str, words: str, pick: int | None, sentences: int, *, ask: bool
) -> Result:
    """The likeliest passages, and the one that is chosen."""
    found = passages.candidates(raw, words, max(5, pick or 0))
    data = [
        {"text": c.text, "line": c.line, "similarity": c.similarity, "start": c.anchor and c.anchor.start,
         "end": c.anchor and c.anchor.end} for c in found
    ]  # fmt: skip
    result = Result(number, where, "none", ["no anchor yet; the likeliest passages are"], {"candidates": data})
    offered = [f"{n}. line {c.line}, {c.similarity:.0%}: {c.text}" for n, c in enumerate(found, 1)]
    if not found:
        result.lines = ["nothing in this copy is like it; look for other words with --search WORDS"]
        return result
    if pick is None and ask and sys.stdin.isatty() and sys.stdout.isatty():
        say(*offered)
        answer = str(typer.prompt("which one (empty: none)", default="", show_default=False)).strip()
        pick = int(answer) if answer.isdecimal() else None
        if pick is not None and sentences == 1:
            sentences = typer.prompt("how many sentences from there", default=1, type=click.IntRange(1, 50))
    if pick is None or pick > len(found):
        result.lines += [*offered, "choose one with --pick N; --sentences K takes those that follow it too"]
        return result
    chosen = passages.longer(found[pick - 1], raw, sentences) if sentences > 1 else found[pick - 1]
    if chosen.anchor is None:
        result.lines = ["no eight words lead to this passage alone; give others with --start and --end", chosen.text]
        return result
    result.new, result.done, result.status = chosen.anchor, True, Found.EXACT.value
    result.lines = [f"line {chosen.line}: {_words(chosen.anchor)}", chosen.text]
    result.data |= {"start": chosen.anchor.start, "end": chosen.anchor.end, "digest": chosen.anchor.digest}
    return result


def _write(entry: Entry, chosen: list[tuple[int, DataPath, m.Passage]], results: list[Result]) -> bool:
    """Write the record's file with the new anchors; ``False`` when there are none.

    Raises:
        KbError: the file would not check.
    """
    values: dict[DataPath, Any] = {}
    for (_, where, one), result in zip(chosen, results, strict=True):
        if result.new is not None:
            values[*where, "anchor"] = result.new.model_dump(exclude_none=True)
            if one.no_anchor is not None:
                values[*where, "no_anchor"] = None
    if not values:
        return False
    path = Path(entry.path)
    made = fmt.with_values(path.read_bytes(), entry.path, values)
    if made.text is None:
        raise KbError(str(made.findings[0]))
    findings = read_record(made.text, entry.path, entry.topic).findings
    if findings:
        raise KbError(str(findings[0]))
    write_atomic(path, made.text)
    return True
