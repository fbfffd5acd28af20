"""``kb serve``: the site in the browser while records are being written."""

from __future__ import annotations

import os
import signal
import tempfile
import threading
import webbrowser
from pathlib import Path
from typing import Annotated

import typer

from kb import git
from kb.cli.replay import site_history
from kb.cli.shell import ClaimsOption, claims_folder, say
from kb.cli.site import project_of
from kb.publish import config_of, epoch
from kb.serve import Desk, LiveSite, Session, listen

NAME = "serve"
PORT = 8000


def command(
    port: Annotated[
        int, typer.Option("--port", "-p", min=0, max=65535, help="Port on this machine; 0 takes any that is free.")
    ] = PORT,
    no_open: Annotated[bool, typer.Option("--no-open", help="Do not open the browser.")] = False,
    claims: ClaimsOption = None,
) -> None:
    """Show the site in the browser and keep it up to date while you write.

    Builds the site in a folder of its own, serves it to this machine alone, and watches the records, the hand-written
    pages and the theme.  When a file is saved, the pages that it touches are made again, and the open page reloads.
    While records have errors they are listed here and above every page, and the last good site stays.  Ctrl-C ends it.

    \b
    Examples:
      kb serve
      kb serve --port 8080 --no-open
    """
    folder = claims_folder(claims)
    config = config_of(project_of(folder))
    moment = epoch() if "SOURCE_DATE_EPOCH" in os.environ else git.commit_time(config.parent)
    with tempfile.TemporaryDirectory(prefix="counterpoise-") as made:
        site = Path(made) / "site"
        site.mkdir()
        live = LiveSite(site, config, moment, lambda corpus: site_history(claims, corpus.aliases))
        desk = Desk(live)
        server = listen(port, desk)
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        before = signal.signal(signal.SIGTERM, signal.default_int_handler)
        try:
            session = Session(folder, config.parent, live, desk, say)
            say(f"building the site; {server.address}")
            session.records()
            say(f"open {server.address} and save a record; Ctrl-C ends")
            if not no_open:
                webbrowser.open(server.address)
            session.follow(threading.Event())
        except KeyboardInterrupt:
            say("ended")
        finally:
            signal.signal(signal.SIGTERM, before)
            desk.close()
            server.shutdown()
            thread.join()
            server.server_close()
