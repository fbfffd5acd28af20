"""``kb check``: read all records, apply every rule, print what is wrong."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Sequence
from difflib import unified_diff
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer
from rich.text import Text

from kb import fixes, report, vocab
from kb.cli.shell import (
    CLAIMS,
    ClaimsOption,
    JsonOption,
    claims_folder,
    complain,
    count,
    read,
    say,
    say_bytes,
    say_json,
)
from kb.cli.since import changed_since, touched
from kb.codes import every_code
from kb.coherence import check_coherence
from kb.corpus import Corpus
from kb.engine import assess
from kb.errors import LEVEL_ORDER, Finding, Level, Unavailable, limited, plain
from kb.export.data import version
from kb.frame import CONFIG
from kb.load import TOPIC_FILE, Loaded, load
from kb.publish import settings_of, write_atomic
from kb.rules import run_rules

NAME = "check"


class Format(StrEnum):
    """How findings are printed."""

    TEXT = "text"
    JSON = "json"
    SARIF = "sarif"
    GITHUB = "github"


_STYLE = {Level.ERROR: "bold red", Level.WARNING: "yellow", Level.SUGGESTION: "cyan"}


def command(
    path: Annotated[
        Path | None,
        typer.Argument(
            metavar="PATH",
            help="Folder of the records, or one record's file; default: claims/ here or above.",
            show_default=False,
        ),
    ] = None,
    coherence: Annotated[
        bool,
        typer.Option(
            "--coherence/--no-coherence",
            help="Compute the credences too, and suggest a second look where they are odd.",
        ),
    ] = True,
    since: Annotated[
        str | None, typer.Option(metavar="REV", help="Show what changed since a git revision, and what that touches.")
    ] = None,
    fix: Annotated[
        bool, typer.Option("--fix", help="First mend form, quotation marks, old ids, and other small things.")
    ] = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="With --fix: write nothing, show what would change.")
    ] = False,
    format: Annotated[Format, typer.Option(help="text, json, sarif (code scanning) or github (notes on lines).")] = (
        Format.TEXT
    ),
    claims: ClaimsOption = None,
    json: JsonOption = False,
    level: Annotated[Level, typer.Option(help="Show findings of this level and worse.")] = Level.SUGGESTION,
) -> None:
    """Say what is wrong in the records, and what to write instead.

    Each finding is one line: path:line:col code message; what to write instead.
    Errors stop a build, warnings and suggestions do not.  Exit code 1 when there are errors, else 0.
    Without errors the credences are computed too, and sums that are right and still worth a look are suggested.

    \b
    Examples:
      kb check                                     all records
      kb check claims/data-vs-algorithms/x.yaml    what concerns one file
      kb check --level error                       errors alone
      kb check --no-coherence                      the records alone, computing nothing
      kb check --since main --fix                  what a branch changed, mended where that is safe
      kb check --fix --dry-run                     what would be mended; writes nothing
      kb rules unknown-reference                   what a code means, with examples
      kb check --format sarif >findings.sarif      for code scanning
    """
    root, only = _target(path, claims)
    format = Format.JSON if json else format
    if fix or dry_run:
        for line in _fix(root, only, since, dry_run):
            say(line) if format is Format.TEXT else complain(line)
    loaded, findings = read(root) if since is None else _read_all(root)
    if coherence and not report.is_failure(findings):
        findings = (*findings, *check_coherence(assess(loaded.corpus, intervals=False)))
        findings = findings if since is not None else limited(findings, loaded.corpus.root)
    if since is not None:
        files = touched(loaded.draft, *changed_since(loaded.corpus.root, since))
        findings = limited([f for f in findings if f.path in files], loaded.corpus.root)
    if only is not None:
        findings = tuple(f for f in findings if Path(f.path).resolve() == only)
    shown = [f for f in findings if LEVEL_ORDER[f.level] <= LEVEL_ORDER[level]]
    if format is Format.JSON:
        say_json(_data(loaded.corpus, findings, shown))
    elif format is Format.SARIF:
        say_bytes(report.as_sarif(shown, every_code(), version(), _site_url(loaded.corpus.root)).encode())
    elif format is Format.GITHUB:
        say_bytes(report.as_github(shown).encode())
    else:
        about = str(path) if only is not None else f"{count(len(loaded.corpus), 'record')} checked"
        if since is not None:
            about = f"{count(len(files), 'file')} changed since {since} or touched by that"
        say(*[finding_line(f) for f in shown], *by_rule(shown), _summary(about, findings))
    raise typer.Exit(1 if report.is_failure(findings) else 0)


def _site_url(root: str) -> str | None:
    """Public address of the site that the records belong to, if it is set."""
    config = Path(root).resolve().parent / CONFIG
    return settings_of(config, None).site_url if config.is_file() else None


def _target(path: Path | None, claims: Path | None) -> tuple[Path | None, Path | None]:
    """The folder to read and, where one file was named, that file: a record is checked among all the others.

    Raises:
        Unavailable: there is no such file, or it does not lie among records.
    """
    if path is None or path.is_dir():
        return path or claims, None
    if not path.exists():
        raise Unavailable(f"{path} does not exist; name a folder of records or one record's file")
    root = path.resolve().parent.parent
    if path.suffix != ".yaml" or not (root.name == CLAIMS or any(root.glob(f"*/{TOPIC_FILE}"))):
        raise Unavailable(f"{path} is not a record's file; records are claims/<topic>/<id>.yaml")
    return Path(os.path.relpath(root)), path.resolve()


def _read_all(root: Path | None) -> tuple[Loaded, tuple[Finding, ...]]:
    """The records and every finding, so that what is left out at the end is not what was asked for."""
    loaded = load(claims_folder(root))
    rules = [f for f in run_rules(loaded.draft) if (f.path, f.line, f.col) not in loaded.mended]
    return loaded, tuple(sorted({*loaded.findings, *rules}, key=Finding.sort_key))


def _fix(root: Path | None, only: Path | None, since: str | None, dry_run: bool) -> list[str]:
    """Mend the files that are looked at, and say what was done; with ``dry_run`` only say what would be."""
    loaded = load(claims_folder(root))
    renamed = fixes.old_names(loaded.corpus)
    folder = Path(loaded.corpus.root)
    wanted = changed_since(loaded.corpus.root, since)[0] if since is not None else None
    lines: list[str] = []
    for file in sorted(folder.glob("*/*.yaml")):
        name = file.as_posix()
        if file.is_symlink() or not file.is_file() or (only is not None and file.resolve() != only):
            continue
        if wanted is not None and name not in wanted and name not in renamed:
            continue
        raw = file.read_bytes()
        made = fixes.fixed(raw, name, renamed.get(name))
        if made.text != raw:
            if not dry_run:
                write_atomic(file, made.text)
            lines.append(f"{'would fix' if dry_run else 'fixed'} {name}: {', '.join(made.done)}")
            lines += _difference(raw, made.text) if dry_run else []
    return lines


def _difference(old: bytes, new: bytes) -> list[str]:
    """Lines that differ, as ``diff -u`` shows them, without its head."""
    before, after = (text.decode("utf-8", "backslashreplace").splitlines() for text in (old, new))
    return [f"  {plain(line)}" for line in list(unified_diff(before, after, n=0, lineterm=""))[2:]]


def finding_line(finding: Finding) -> Text:
    """A finding with its place dimmed and its code in the colour of its level."""
    place = f"{finding.path}:{finding.line}:{finding.col}"
    if plain(place) != place:
        return Text(str(finding))
    code = Text(finding.code, style=_STYLE[finding.level])
    return Text.assemble((place, "dim"), " ", code, " ", plain(f"{finding.message}; {finding.hint}"))


def _summary(about: str, findings: tuple[Finding, ...]) -> Text:
    """The last line: what was checked, how many findings."""
    worst = min((f.level for f in findings), key=LEVEL_ORDER.__getitem__, default=None)
    style = _STYLE[worst] if worst is not None else "green"
    return Text.assemble(f"{plain(about)}: ", (report.summary(findings), style))


def by_rule(findings: Sequence[Finding]) -> list[str]:
    """How often each rule spoke; nothing when fewer than two did."""
    counts = report.by_code(findings)
    return ["by rule: " + ", ".join(f"{code} {n}" for code, n in counts.items())] if len(counts) > 1 else []


def by_kind(corpus: Corpus) -> dict[str, int]:
    """Kind to number of records, in the order of the data model, kinds without records left out."""
    counts = Counter(entry.kind for entry in corpus)
    return {kind.value: counts[kind] for kind in vocab.Kind if counts[kind]}


def _data(corpus: Corpus, findings: tuple[Finding, ...], shown: list[Finding]) -> dict[str, object]:
    return {
        "failed": report.is_failure(findings),
        "records": len(corpus),
        "by_kind": by_kind(corpus),
        "counts": {level.value: n for level, n in report.by_level(findings).items()},
        "codes": report.by_code(findings),
        "findings": [f.as_dict() for f in shown],
    }
