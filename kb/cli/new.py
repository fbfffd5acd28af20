"""``kb new``: write a record's file, and that of its source when the source is new."""

from __future__ import annotations

import sys
from itertools import pairwise
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.text import Text

from kb import models as m
from kb import new, odds, report, vocab
from kb.alike import Alike, alike
from kb.cli.ask import Asker
from kb.cli.check import finding_line
from kb.cli.shell import ClaimsOption, JsonOption, complain, count, read, say, say_bytes, say_json, today
from kb.corpus import Corpus
from kb.errors import KbError
from kb.fetch import fetch_cited, is_address
from kb.imports import MAX_BYTES, Cited, read_cited
from kb.new import Draft, Trial
from kb.publish import write_atomic
from kb.text import Path as DataPath
from kb.typed import in_latin_letters, passage_words, with_a_cut

NAME = "new"
MOST_MOVES = 10
SMALLEST = 0.05
"""Moves of fewer decibans are counted and not listed."""
_LINKED: dict[vocab.Kind, DataPath] = {
    vocab.Kind.EVIDENCE: ("bears_on", 0),
    vocab.Kind.CLAIM: ("bears_on", 0),
    vocab.Kind.ARGUMENT: ("link",),
}


class Unclear(KbError):
    """The command line does not say enough, or something wrong; exit code 2."""

    exit_code = 2


def _option(help: str, metavar: str | None = None) -> Any:
    return typer.Option(help=help, metavar=metavar, show_default=False)


def command(
    kind: Annotated[vocab.Kind, typer.Argument(metavar="KIND", help="evidence, claim, source, position, ...")],
    title: Annotated[str | None, _option("The record in one short sentence.", "TEXT")] = None,
    text: Annotated[str | None, _option("What it says, in your own words, at most 600 characters.", "TEXT")] = None,
    design: Annotated[str | None, _option("Evidence: how it came about, e.g. benchmark.", "WORD")] = None,
    claim: Annotated[str | None, _option("The claim that it bears on.", "ID")] = None,
    stance: Annotated[str | None, _option("supports or opposes.", "WORD")] = None,
    strength: Annotated[str | None, _option("slight, moderate, strong, ..., {db: 5}, {lr: 3}.", "WORD")] = None,
    why: Annotated[str | None, _option("Why it bears on the claim, and why this much.", "TEXT")] = None,
    source: Annotated[str | None, _option("The source that says it.", "ID")] = None,
    start: Annotated[str | None, _option("First 3 to 8 words of the passage.", "WORDS")] = None,
    end: Annotated[str | None, _option("Last 3 to 8 words; not for passages under 16 words.", "WORDS")] = None,
    locator: Annotated[str | None, _option("Page, section, table or time stamp.", "TEXT")] = None,
    no_anchor: Annotated[str | None, _option("Why neither words nor a place can be given.", "TEXT")] = None,
    from_: Annotated[
        str | None,
        typer.Option(
            "--from",
            help="The source's CSL-JSON, BibTeX or RIS (`-` reads it), or its DOI, arXiv:NUMBER or https address.",
            metavar="FILE|ADDRESS",
        ),
    ] = None,
    entry: Annotated[str | None, _option("Which entry of that file.", "KEY")] = None,
    url: Annotated[str | None, _option("A new source's address.", "URL")] = None,
    source_title: Annotated[str | None, _option("A new source's title.", "TEXT")] = None,
    source_type: Annotated[str | None, _option("A new source's type, e.g. preprint.", "WORD")] = None,
    authors: Annotated[str | None, _option("A new source's authors, as it lists them.", "TEXT")] = None,
    issued: Annotated[str | None, _option("A new source's date, YYYY[-MM[-DD]].", "DATE")] = None,
    set_: Annotated[
        list[str] | None,
        typer.Option("--set", help="Any field, e.g. --set target.from=ID; may be repeated.", metavar="FIELD=VALUE"),
    ] = None,
    id: Annotated[str | None, _option("The file's name; default: made from the title.", "ID")] = None,
    topic: Annotated[str | None, _option("Its folder; default: that of the claim, or the likest.", "NAME")] = None,
    added: Annotated[str | None, _option("Date of adding; default: today.", "YYYY-MM-DD")] = None,
    plain: Annotated[bool, typer.Option("--plain", help="Write no comments that explain the fields.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Print the files and write nothing.")] = False,
    claims: ClaimsOption = None,
    json: JsonOption = False,
) -> None:
    """Write a new record, and say which credences it moves.

    On a terminal it asks for what is missing.  A source that is not there yet is written as a second file.
    The record is tried among all the others first: nothing is written when it has an error.
    Exit code 1 then, 2 when something needed is not given.  The network is used for `--from ADDRESS` alone.

    \b
    Examples:
      kb new evidence                                   asks one thing after the other
      kb new source --from paper.bib                    a source from a reference manager's file
      kb new source --from arXiv:2403.05812             a source from what its publisher says
      kb new evidence --from paper.json --title "..." --text "..." --design benchmark \\
          --start "first words of it" --claim ID --stance supports --strength slight --why "..."
      kb new undercut --title "..." --text "..." --set target.from=ID --set target.to=ID --set kill=halves
      kb new position --set by=ID --set on=ID --set stance=asserts --source ID --start "..."
    """
    loaded, found = read(claims)
    corpus = loaded.corpus
    day = added or today()
    about_source = {"title": source_title, "type": source_type, "authors_text": authors, "issued": issued, "url": url}
    if kind is vocab.Kind.SOURCE:
        about_source["title"] = source_title or title
    cited = _cited(from_, entry) if from_ is not None else None
    flags: dict[DataPath, str | None] = {("title",): title, ("text",): text, ("design",): design}
    if kind in _LINKED:
        for name, value in (("claim", claim), ("stance", stance), ("strength", strength), ("why", why)):
            flags[*_LINKED[kind], name] = value
    elif why is not None:
        flags["why",] = why
    for one in set_ or []:
        name, sign, value = one.partition("=")
        if not sign or not name:
            raise Unclear(f"--set {one[:60]!r} is not FIELD=VALUE, e.g. --set stance=asserts")
        flags[tuple(int(step) if step.isdigit() else step for step in name.strip().split("."))] = value
    _names(id, topic, corpus)
    asker = Asker(corpus, has_id=id is not None) if sys.stdin.isatty() and sys.stdout.isatty() and not json else None
    drafts: list[Draft] = []
    if kind is vocab.Kind.SOURCE:
        data = _source(cited, about_source, corpus, day)
        _fill(data, {path: v for path, v in flags.items() if path != ("title",)}, kind)
        if asker is not None:
            asker.fields(data, kind)
    else:
        data = {"kind": kind.value}
        _fill(data, flags, kind)
        named, fresh = _which_source(source, cited, about_source, corpus, day)
        cites = "seen_in" in m.MODELS[kind].model_fields
        if not cites and (named is not None or fresh is not None):
            raise Unclear(f"a {kind} cites no source; leave the options about a source out")
        if asker is not None:
            asker.fields(data, kind)
            if fresh is not None:
                asker.fields(fresh, vocab.Kind.SOURCE)
            elif cites and named is None and "seen_in" not in data:
                named, fresh = asker.which_source(day, optional=not new.needs_source(data, kind))
        if fresh is not None:
            _demand(fresh, vocab.Kind.SOURCE)
            _latin(fresh, "write --source-title in English, in Latin letters")
            named = new.propose_id(fresh, vocab.Kind.SOURCE, corpus)
            drafts.append(new.draft(named, vocab.Kind.SOURCE, "sources", fresh, corpus.root, comments=not plain))
        if named is not None and "seen_in" not in data:
            given = {"locator": locator, "no_anchor": no_anchor}
            passage: dict[str, Any] = {name: value for name, value in given.items() if value is not None}
            ends = {name: passage_words(words) or words for name, words in (("start", start), ("end", end)) if words}
            if start is not None:
                passage["anchor"] = {"start": start, **ends}
            data["seen_in"] = [{"source": named, **(passage or (asker.passage() if asker is not None else {}))}]
        if asker is not None and kind in _LINKED:
            asker.link(data, kind, _LINKED[kind])
        data["added"] = day
    _demand(data, kind)
    if id is None:
        _latin(data, "write it in English, in Latin letters, or name the file with --id")
    id = id or new.propose_id(data, kind, corpus, [one.id for one in drafts])
    topic = topic or new.propose_topic(data, kind, corpus)
    if topic is None:
        raise Unclear("there is no topic yet; name one with --topic")
    _names(id, topic, corpus)
    drafts.append(new.draft(id, kind, topic, data, corpus.root, comments=not plain))
    _finish(corpus, drafts, alike(data, kind, corpus), report.is_failure(found), asker, dry_run=dry_run, json=json)


def _finish(
    corpus: Corpus, drafts: list[Draft], alike: tuple[Alike, ...], broken: bool, asker: Asker | None, *,
    dry_run: bool, json: bool,
) -> None:  # fmt: skip
    """Try the drafts, write them, and say what they do."""
    taken = [one for one in drafts if Path(one.path).exists()]
    if taken:
        raise KbError(f"{taken[0].path}: the id {taken[0].id} is taken; choose another one with --id")
    trial = new.try_out(corpus, drafts, broken=broken)
    if not json:
        for other in alike:
            complain(f"{other.id} {other.why} ({other.similarity:.0%}): {other.title}", prefix="similar: ")
    sure = asker is None or trial.failed or dry_run or not alike or asker.sure("Write it all the same?")
    write = sure and not trial.failed and not dry_run
    if write:
        write_drafts(drafts)
    if json:
        say_json(_data(drafts, alike, trial, written=write))
    elif trial.failed or dry_run:
        for one in drafts:
            say(f"# {one.path}")
            say_bytes(one.text)
        say(*map(finding_line, trial.findings))
    else:
        say(
            *[f"{'wrote' if write else 'not written:'} {one.path}" for one in drafts],
            *map(finding_line, trial.findings),
        )
    if not json and not trial.failed:
        say(*_moves(corpus, drafts, trial))
    elif not json and (asker is None or dry_run):
        complain("nothing was written: mend what is named above")
    elif not json:
        for one, kept in zip(drafts, _kept(drafts, Path(corpus.root)), strict=True):
            complain(f"kept in {kept}: mend there what is named above, move it to {one.path}, and run kb check")
    raise typer.Exit(1 if trial.failed or not sure else 0)


def _names(id: str | None, topic: str | None, corpus: Corpus) -> None:
    """Refuse names that are none, and ids that are taken: before anything is asked.

    Raises:
        Unclear: a name cannot be part of a path.
        KbError: the id is taken.
    """
    for name, what in ((id, "--id"), (topic, "--topic")):
        if name is not None and new.slug(name, 80) != name:  # it becomes a part of a path
            raise Unclear(f"{what} {name[:90]!r} is not a name; write lower-case words joined by hyphens")
    if id is not None and (id in corpus or id in corpus.unread):
        raise KbError(f"the id {id} is taken; choose another one with --id")


def _latin(data: dict[str, Any], instead: str) -> None:
    """Refuse a title of which no id can be made.

    Raises:
        Unclear: it has few Latin letters.
    """
    title = str(data.get("title") or "")
    if not in_latin_letters(title):
        raise Unclear(f"no file's name can be made of the title {with_a_cut(title)!r}; {instead}")


def _kept(drafts: list[Draft], root: Path) -> list[Path]:
    """Put drafts with errors into the present folder or, where that is one of the records, beside the records."""
    inside = Path.cwd().is_relative_to(root.resolve())
    folder = root.resolve().parent if inside else Path()
    done: list[Path] = []
    for one in drafts:
        names = (f"{one.id}.draft{n}.yaml" for n in ("", *(f"-{k}" for k in range(2, 1000))))
        path = next(path for name in names if not (path := folder / name).exists())
        write_atomic(path, one.text)
        done.append(path)
    return done


def write_drafts(drafts: list[Draft]) -> None:
    """Write all files, or none."""
    done: list[Path] = []
    try:
        for one in drafts:
            path = Path(one.path)
            path.parent.mkdir(exist_ok=True)
            write_atomic(path, one.text)
            done.append(path)
    except BaseException:
        for path in done:
            path.unlink(missing_ok=True)
        raise


def _cited(named: str, entry: str | None) -> Cited:
    """What a file or an address says of a source."""
    if named == "-":
        return read_cited(sys.stdin.buffer.read(MAX_BYTES + 1), "-", entry)
    path = Path(named)
    if is_address(named) and not path.is_file():
        return fetch_cited(named)
    if not path.is_file():
        raise KbError(f"{named[:200]} is not a file; give the source's CSL-JSON, BibTeX or RIS, or its address")
    with path.open("rb") as file:
        return read_cited(file.read(MAX_BYTES + 1), path.as_posix(), entry)


def _source(cited: Cited | None, about: dict[str, str | None], corpus: Corpus, today: str) -> dict[str, Any]:
    """Fields of a new source: what the file says, and what the flags say instead."""
    data = new.source_data(cited, corpus, today) if cited is not None else {"kind": "source", "added": today}
    if about["authors_text"] is not None:
        data.pop("authors", None)
    for name, value in about.items():
        if value is not None:
            data[name] = _value(value, vocab.Kind.SOURCE, (name,), data)
    return data


def _which_source(
    id: str | None, cited: Cited | None, about: dict[str, str | None], corpus: Corpus, today: str
) -> tuple[str | None, dict[str, Any] | None]:
    """The id of an existing source, or the fields of a new one, or neither.

    Raises:
        Unclear: the source that was named does not exist.
    """
    if id is not None and corpus.find(id) is None:
        at = new.source_at(id, corpus)
        if at is None:
            raise Unclear(_no_source(id, corpus))
        id = at
    named = id or (new.known_source(cited, corpus) if cited is not None else None)
    if named is not None:
        corpus.record(corpus[named].id, m.Source)
        return corpus[named].id, None
    if cited is None and not any(about.values()):
        return None, None
    return None, _source(cited, about, corpus, today)


def _no_source(named: str, corpus: Corpus) -> str:
    """What to do about a source that is not there."""
    if "://" in named or is_address(named):
        url = f"--url {named[:200]}" if "://" in named else "--url"
        how = f"for a new one give {url}, --source-title and --source-type, or use --from {named[:200]}"
        return f"{named[:200]} is no source here; {how}"
    near = [entry.id for entry in new.closest_records(named, (vocab.Kind.SOURCE,), corpus)]
    mean = f"did you mean {', '.join(near)}? For" if near else "for"
    return f"no source has the id {named[:80]}; {mean} a new one give --url, --source-title and --source-type"


def _value(text: str, kind: vocab.Kind, path: DataPath, data: dict[str, Any]) -> Any:
    try:
        return new.value_of(text, kind, path, data)
    except ValueError as error:
        raise Unclear(str(error)) from None


def _fill(data: dict[str, Any], flags: dict[DataPath, str | None], kind: vocab.Kind) -> None:
    """Put what the flags say into the data.

    Raises:
        Unclear: some of them do not fit; the message names each.
    """
    wrong: list[str] = []
    for path, text in flags.items():
        if text is None:
            continue
        try:
            value = _value(text, kind, path, data)
        except Unclear as error:
            wrong.append(str(error))
            continue
        here: Any = data
        for step, following in pairwise(path):
            if isinstance(here, list):
                if not isinstance(step, int) or step > len(here):
                    raise Unclear(f"--set {'.'.join(map(str, path))}: entries of a list are numbered 0, 1, 2, ...")
                if step == len(here):
                    here.append([] if isinstance(following, int) else {})
                here = here[step]
            else:
                here = here.setdefault(step, [] if isinstance(following, int) else {})
        if isinstance(here, list):
            here.append(value)
        else:
            here[path[-1]] = value
    if wrong:
        raise Unclear("; ".join(wrong))


def _demand(data: dict[str, Any], kind: vocab.Kind) -> None:
    """Say everything that is missing at once.

    Raises:
        Unclear: a field without which there is no record is not given.
    """
    missing = [name for name in new.needed(kind) if data.get(name) in (None, [], {})]
    model = m.MODELS[kind]
    asked = [f"{_flag(kind, name)}: {new.explained(model, name).rstrip('.')}" for name in missing if name != "link"]
    if missing and new.needs_claim(kind) and not data.get("bears_on") and not data.get("link"):
        asked.append("--claim, --stance, --strength and --why: what it bears on, which way, how strongly, and why")
    if not data.get("seen_in"):
        if new.needs_source(data, kind):
            where = "--source ID, or --url, --source-title and --source-type for a new one"
            asked.append(f"--source and --start: where it is said ({where}), and the first words of it")
    elif set(data["seen_in"][0]) == {"source"}:
        asked.append("--start: the first words of it (--locator: page, section or time; --no-anchor: why neither)")
    if asked:
        raise Unclear(f"a new record of kind {kind} needs more: {'; '.join(asked)} (kb new --help has examples)")


def _flag(kind: vocab.Kind, name: str) -> str:
    """How a field is given on the command line."""
    if kind is vocab.Kind.SOURCE and name in ("title", "type"):
        return f"--source-{name}"
    return f"--{name}" if name in ("title", "text", "design") else f"--set {name}=..."


def _moves(corpus: Corpus, drafts: list[Draft], trial: Trial) -> list[Text | str]:
    """What the records do to the credences."""
    if trial.impact is None:
        return ["other records have errors, so that no credence can be computed: run kb check"]
    moves = trial.impact.moves
    lines: list[Text | str] = [f"{odds.say_percent(p):>6} is the credence of {id}" for id, p in trial.credences.items()]
    if not moves:
        return [*lines, "it moves no other credence" if lines else "it moves no credence"]
    felt = [move for move in moves if abs(odds.db(move.weight)) >= SMALLEST] or list(moves[:1])
    lines += [f"it moves {count(len(moves), 'credence')}:"]
    for move in felt[:MOST_MOVES]:
        style = "green" if move.weight > 0 else "red"
        lines.append(
            Text.assemble(
                f"{odds.say_percent(move.without):>6} → {odds.say_percent(move.with_):<6}",
                (f"{odds.say_factor(move.weight):>6} {odds.say_db(move.weight):>9}", style),
                f"  {corpus[move.claim].title}",
            )
        )
    shown = min(len(felt), MOST_MOVES)
    if len(moves) > shown:
        lines.append(f"and {len(moves) - shown} more, by less: kb impact {drafts[-1].id}")
    return lines


def _data(drafts: list[Draft], alike: tuple[Alike, ...], trial: Trial, *, written: bool) -> dict[str, Any]:
    moves = trial.impact.moves if trial.impact is not None else None
    return {
        "failed": trial.failed,
        "written": written,
        "files": [
            {"id": d.id, "kind": d.kind.value, "topic": d.topic, "path": d.path, "text": d.text.decode()}
            for d in drafts
        ],
        "similar": [{"id": a.id, "title": a.title, "why": a.why, "similarity": a.similarity} for a in alike],
        "findings": [f.as_dict() for f in trial.findings],
        "credences": dict(trial.credences),
        "moves": moves
        if moves is None
        else [
            {"claim": v.claim, "without": v.without, "with": v.with_, "weight": v.weight, "db": odds.db(v.weight)}
            for v in moves
        ],
    }
