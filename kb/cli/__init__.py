"""The command ``kb``: one sub-command a module.  Only here does anything print or exit.

Exit codes: 0 done; 1 the records have errors, or something named does not exist; 2 the command line is wrong;
70 a fault of this program; 74 a file could not be read or written; 75 another build is running.
"""

from __future__ import annotations

import importlib
import os
import sys
import traceback
from collections.abc import Iterable
from typing import Annotated, Any, Literal

import typer

from kb.cli.shell import complain, ready_streams, say
from kb.errors import InvalidCorpus, KbError, Level, UnknownId

SOFTWARE, IO = 70, 74

_STYLE: Literal["rich"] | None = "rich" if sys.stdout.isatty() and "NO_COLOR" not in os.environ else None

COMMANDS = (
    "check",
    "rules",
    "show",
    "credences",
    "cruxes",
    "experiments",
    "impact",
    "disagree",
    "diff",
    "history",
    "withdraw",
    "export",
    "anchors",
    "anchor",
    "fmt",
    "new",
    "submit",
    "schema",
    "site",
    "serve",
)
"""The sub-commands in the order of ``kb --help``, each a module of this package."""


def _version(value: bool) -> None:
    if value:
        from kb.export.data import version  # costs what most commands need not pay

        say(f"counterpoise {version()}")
        raise typer.Exit


def _root(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version and stop.")
    ] = False,
) -> None:
    """Read, check and compute a knowledge base of claims and evidence.

    The records are YAML files below claims/, found from the current folder upwards; --claims names another folder.
    Every command takes --json for programs.  Output is plain when it goes into a pipe, and NO_COLOR is respected.

    \b
    Examples:
      kb check                      what is wrong, where, and what to write instead
      kb credences --sort moved     every claim; what the evidence moved most comes first
      kb show ID                    a claim with the sum behind its credence
      kb show --help                more on one command
    """


def application(names: Iterable[str] = COMMANDS) -> typer.Typer:
    """The command with these sub-commands: importing one costs up to half a second, and a run needs one."""
    made = typer.Typer(
        name="kb",
        no_args_is_help=True,
        rich_markup_mode=_STYLE,
        pretty_exceptions_enable=False,
        add_completion=True,
        context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    )
    made.callback()(_root)
    for name in names:
        module = importlib.import_module(f"{__name__}.{name}")
        made.command(module.NAME)(module.command)
    return made


def __getattr__(name: str) -> Any:
    """``app``, the command with all its sub-commands, made when it is asked for."""
    if name != "app":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    made = globals()["app"] = application()
    return made


def main() -> None:
    """Entry point: run a command and leave with its exit code; a user never sees a traceback."""
    ready_streams()
    named = sys.argv[1:2]
    try:
        application(named if named and named[0] in COMMANDS else COMMANDS)()
    except UnknownId as error:
        near = f"the nearest ids are {', '.join(error.nearest)}" if error.nearest else "kb credences lists the claims"
        _leave(f"unknown id {error.id!r}; {near}", 1)
    except InvalidCorpus as error:
        for finding in error.findings:
            if finding.level is Level.ERROR:
                complain(str(finding), prefix="")
        _leave(str(error), 1)
    except KbError as error:
        _leave(str(error), getattr(error, "exit_code", 1))
    except OSError as error:
        where = f"{error.filename}: " if error.filename else ""
        _leave(f"{where}{error.strerror or error}", IO)
    except Exception as error:
        if os.environ.get("KB_DEBUG"):
            traceback.print_exc()
        what = f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
        _leave(f"a fault of this program, please report it: {what[:300]} (KB_DEBUG=1 shows where)", SOFTWARE)


def _leave(message: str, code: int) -> None:
    complain(message)
    sys.exit(code)
