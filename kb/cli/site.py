"""``kb site``: check the records, compute the credences, write exports and pages."""

from __future__ import annotations

import gc
import os
from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from kb import git, report, vocab
from kb import models as m
from kb.cli.check import by_kind
from kb.cli.replay import site_history
from kb.cli.shell import ClaimsOption, JsonOption, claims_folder, complain, count, say, say_json
from kb.engine import Assessment, assess
from kb.errors import Finding, InvalidCorpus, Level, Unavailable
from kb.export import FORMATS
from kb.frame import CONFIG, frame_begun
from kb.load import load
from kb.processes import beside
from kb.publish import build_site, config_of, epoch
from kb.rules import check_loaded

NAME = "site"
DATA = "data"
STILL = 1e-9
"""A claim that moved by less than this many nats has not moved."""


def command(
    output: Annotated[
        Path | None,
        typer.Option(
            "--output", "-o", metavar="DIR", show_default=False, help="Folder of the site; default: site/public."
        ),
    ] = None,
    claims: ClaimsOption = None,
    json: JsonOption = False,
) -> None:
    """Build the site, with its exports and every page.

    Checks the records, computes the credences, writes the exports into the site's data/ and renders every page.
    The old site stays until the new one is complete.  Nothing is built when the records have errors.
    Exit code 75 when another build is running, 74 when something cannot be written.

    \b
    Examples:
      kb site
      kb site --output preview
    """
    folder = claims_folder(claims)
    project = project_of(folder)
    target = output if output is not None else Path(os.path.relpath(project / "site" / "public"))
    moment = git.commit_time(project) if "SOURCE_DATE_EPOCH" not in os.environ else epoch()
    with frame_begun(config_of(project), moment) as frame:
        found, findings = _checked(folder)
        exports = {form.file_name: partial(form.render, found) for form in FORMATS.values()}
        history = None
        try:
            history = site_history(claims, found.corpus.aliases)
        except git.GitFailed as error:
            complain(f"the site is built without the history of its records: {error}")
        built = build_site(found, project, target, exports, moment, history, frame)
    claims_count, seen, moved = _moved(found)
    if json:
        say_json(
            {
                "index": (target / "index.html").as_posix(),
                "pages": built.pages,
                "files": built.files,
                "bytes": built.size,
                "exports": [(target / DATA / name).as_posix() for name in exports],
                "records": by_kind(found.corpus),
                "findings": {level.value: n for level, n in report.by_level(findings).items()},
                "claims": claims_count,
                "assessed": seen,
                "moved": moved,
            }
        )
        return
    names = {kind.value: plural for kind, plural in vocab.PLURAL.items()}
    kinds = ", ".join(f"{n} {kind if n == 1 else names[kind]}" for kind, n in by_kind(found.corpus).items())
    say(
        f"Open {target / 'index.html'}: {count(built.pages, 'page')}, {built.size / 1e6:.1f} MB, exports in {DATA}/",
        f"{count(len(found.corpus), 'record')}: {kinds}",
        f"findings: {report.summary(findings)}" + ("; kb check lists them" if findings else ""),
        f"{moved} of {count(claims_count, 'claim')} moved from their base rate, {claims_count - seen} are not assessed",
    )


def project_of(claims: Path) -> Path:
    """The folder with the site's settings: the one that holds the records, or the current one or one above it.

    Raises:
        Unavailable: there is none.
    """
    here = Path.cwd()
    for folder in (claims.resolve().parent, here, *here.parents):
        if (folder / CONFIG).is_file():
            return folder
    raise Unavailable(f"there is no {CONFIG} here or above; go to the project's folder")


def _checked(folder: Path) -> tuple[Assessment, tuple[Finding, ...]]:
    """The records with their credences and what was found about them; rules and engine work side by side.

    Raises:
        InvalidCorpus: the records have errors.
    """
    gc.disable()  # hardly any of what is made here is garbage, and to find that out all of it is read again and again
    try:
        loaded = load(folder)
        with beside(partial(check_loaded, loaded)) as check:
            found = failed = None
            try:
                found = assess(loaded.corpus)
                _ = found.credences
            except Exception as error:  # as it must, where records name what does not exist
                failed = error
            findings = check()
    finally:
        gc.enable()
    if any(f.level is Level.ERROR for f in findings):
        raise InvalidCorpus(findings)
    if failed is not None:
        raise failed
    assert found is not None
    return found, findings


def _moved(found: Assessment) -> tuple[int, int, int]:
    """How many claims there are, how many are assessed, and how many of those moved from their base rate."""
    listed = [c for id, c in found.credences.items() if isinstance(found.corpus[id].record, m.Claim)]
    return len(listed), sum(c.assessed for c in listed), sum(c.assessed and abs(c.weight) > STILL for c in listed)
