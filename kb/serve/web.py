"""The server: files of the site's folder on this machine's own address, and word of changes to pages that are open."""

from __future__ import annotations

import errno
import html
import json
import re
import socketserver
import threading
from collections import deque
from functools import cache
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import ClassVar
from urllib.parse import unquote, urlsplit

from kb.errors import Unavailable, plain
from kb.serve.live import LiveSite

HOST = "127.0.0.1"
OURS = "/-/"
"""Addresses below this are the server's own; no file of a site begins so."""
REMEMBERED = 8
"""Changes of which a page that was busy can still hear one by one."""
HEARTBEAT = 10.0
"""Seconds after which a connection that has nothing to say shows that it is alive."""
TYPES = {
    ".html": "text/html; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".json": "application/json; charset=utf-8",
    ".csv": "text/csv; charset=utf-8",
    ".ttl": "text/turtle; charset=utf-8",
    ".atom": "application/atom+xml; charset=utf-8",
    ".xml": "application/xml; charset=utf-8",
    ".bib": "text/plain; charset=utf-8",
    ".svg": "image/svg+xml",
    ".png": "image/png",
    ".woff2": "font/woff2",
}
POLICY = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; base-uri 'none'"
_BODY = re.compile(rb"<body[^>]*>")


class Desk:
    """What the server shows just now, and who waits to hear of the next change.

    Attributes:
        live: the site.
        problems: what is wrong with the records; empty when they are shown as they are.
        version: goes up with every change.
        closing: whether the server is about to end.
    """

    def __init__(self, live: LiveSite) -> None:
        self.live = live
        self.problems: tuple[str, ...] = ()
        self.version = 0
        self.closing = False
        self._changes: deque[frozenset[str] | None] = deque(maxlen=REMEMBERED)
        self._news = threading.Condition()

    def publish(self, changed: frozenset[str]) -> None:
        """The site was brought up to date; ``changed`` are the paths of files that differ."""
        with self._news:
            whole = bool(self.problems) or any(p.startswith("assets/") for p in changed)
            if changed or whole:
                self.problems = ()
                self._tell(None if whole else changed)

    def fail(self, problems: list[str]) -> None:
        """The records have errors: the site stays, and they are shown above it."""
        with self._news:
            if tuple(problems) != self.problems:
                self.problems = tuple(problems)
                self._tell(None)

    def close(self) -> None:
        """Let those go who wait."""
        with self._news:
            self.closing = True
            self._news.notify_all()

    def wait(self, seen: int) -> tuple[int, frozenset[str] | None]:
        """A version after ``seen`` with the paths that changed since (``None`` for any), or ``seen`` after a while."""
        with self._news:
            self._news.wait_for(lambda: self.version != seen or self.closing, HEARTBEAT)
            missed = self.version - seen
            if not 0 < missed <= len(self._changes):
                return self.version, None
            since = list(self._changes)[-missed:]
            return self.version, None if None in since else frozenset().union(*(paths or () for paths in since))

    def _tell(self, changed: frozenset[str] | None) -> None:
        self.version += 1
        self._changes.append(changed)
        self._news.notify_all()


class Server(ThreadingHTTPServer):
    """Serves a desk on the loopback address alone."""

    daemon_threads = True
    request_queue_size = 64

    def __init__(self, port: int, desk: Desk) -> None:
        self.desk = desk
        super().__init__((HOST, port), _Handler)

    def server_bind(self) -> None:
        """Take the port, without asking the network for this machine's name."""
        socketserver.TCPServer.server_bind(self)
        self.server_name, self.server_port = HOST, self.server_address[1]

    @property
    def address(self) -> str:
        """Where to open the site."""
        return f"http://{HOST}:{self.server_port}/"


def listen(port: int, desk: Desk) -> Server:
    """A server on a port; 0 takes any that is free.

    Raises:
        Unavailable: the port is taken, or may not be used.
    """
    try:
        return Server(port, desk)
    except (OSError, OverflowError) as error:
        why = "is taken" if getattr(error, "errno", None) == errno.EADDRINUSE else f"cannot be used ({error})"
        raise Unavailable(f"port {port} {why}; choose another with --port, or 0 for any that is free") from None


class _Handler(BaseHTTPRequestHandler):
    server: Server
    protocol_version = "HTTP/1.1"
    server_version = "kb"
    sys_version = ""
    names: ClassVar[tuple[str, ...]] = (HOST, "localhost")

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing: the terminal is for findings."""

    def do_HEAD(self) -> None:
        """Answer without content."""
        self.do_GET()

    def do_GET(self) -> None:
        """Answer with a file, or with word of changes."""
        host = (self.headers.get("Host") or "").partition(":")[0]
        if host not in self.names:  # a page of the network that calls this machine by another name
            self._send(
                HTTPStatus.MISDIRECTED_REQUEST, b"this server answers to 127.0.0.1 and localhost\n", "text/plain"
            )
            return
        path = unquote(urlsplit(self.path).path)
        if path == f"{OURS}events":
            self._events()
        elif path.startswith(OURS):
            self._asset(path.removeprefix(OURS))
        else:
            self._file(path)

    def _asset(self, name: str) -> None:
        if name in ("reload.js", "errors.css"):
            self._send(HTTPStatus.OK, _asset(name), TYPES[Path(name).suffix])
        else:
            self._send(HTTPStatus.NOT_FOUND, b"no such file\n", "text/plain")

    def _file(self, path: str) -> None:
        desk = self.server.desk
        if not desk.live.ready:
            self._page(HTTPStatus.SERVICE_UNAVAILABLE, b"<html lang=en><body></body></html>")
            return
        name = path.lstrip("/") or "index.html"
        desk.live.settle(name)
        target = _inside(desk.live.folder, name)
        if target is None:
            missing = desk.live.folder / "404.html"
            self._page(HTTPStatus.NOT_FOUND, missing.read_bytes() if missing.is_file() else b"<body>not found</body>")
        elif target.suffix == ".html":
            self._page(HTTPStatus.OK, target.read_bytes())
        else:
            self._send(HTTPStatus.OK, target.read_bytes(), TYPES.get(target.suffix, "application/octet-stream"))

    def _page(self, status: HTTPStatus, content: bytes) -> None:
        """A page with the script that reloads it and, while records have errors, with these."""
        desk = self.server.desk
        added = f'<script src="{OURS}reload.js" data-version="{desk.version}" defer></script>'.encode()
        if desk.problems or not desk.live.ready:
            added += _problems(desk.problems, ready=desk.live.ready)
        found = _BODY.search(content)
        at = found.end() if found else 0
        head = {} if desk.live.ready else {"Content-Security-Policy": POLICY}
        self._send(status, content[:at] + added + content[at:], TYPES[".html"], head)

    def _send(self, status: HTTPStatus, content: bytes, kind: str, head: dict[str, str] | None = None) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(content)))
        self.send_header("Cache-Control", "no-store")
        self.send_header("X-Content-Type-Options", "nosniff")
        for name, value in (head or {}).items():
            self.send_header(name, value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(content)

    def _events(self) -> None:
        """Word of each change as it happens, until the reader goes away."""
        self.send_response(HTTPStatus.OK)
        self.send_header("Content-Type", "text/event-stream")
        self.send_header("Cache-Control", "no-store")
        self.send_header("Connection", "close")
        self.end_headers()
        if self.command == "HEAD":
            return
        desk = self.server.desk
        seen = desk.version
        try:
            self._event({"version": seen, "changed": []})
            while not desk.closing:
                version, changed = desk.wait(seen)
                if version == seen:
                    self.wfile.write(b":\n\n")
                else:
                    self._event({"version": version, "changed": sorted(changed) if changed is not None else None})
                self.wfile.flush()
                seen = version
        except OSError:
            pass  # the page was closed
        self.close_connection = True

    def _event(self, data: dict[str, object]) -> None:
        self.wfile.write(f"data: {json.dumps(data)}\n\n".encode())
        self.wfile.flush()


def _inside(folder: Path, name: str) -> Path | None:
    """The plain file of that name below a folder, or ``None``: nothing outside, nothing hidden, no link."""
    parts = name.split("/")
    if any(part in ("", ".", "..") or part.startswith(".") or "\\" in part or "\0" in part for part in parts):
        return None
    target = folder.joinpath(*parts)
    try:
        if not target.is_file() or target.resolve() != folder.resolve().joinpath(*parts):
            return None
    except OSError:
        return None
    return target


def _problems(problems: tuple[str, ...], *, ready: bool) -> bytes:
    """What is wrong, above a page."""
    count = f"{len(problems)} error{'' if len(problems) == 1 else 's'} in the records"
    said = f"{count}: this is the site as it was before" if ready else count if problems else "The site is being built"
    lines = "".join(f"<li>{html.escape(plain(line))}</li>" for line in problems)
    style = f'<link rel="stylesheet" href="{OURS}errors.css">'
    return f'{style}<div class="kb-errors" role="alert"><p>{said}</p><ol>{lines}</ol></div>'.encode()


@cache
def _asset(name: str) -> bytes:
    return (Path(__file__).parent / "assets" / name).read_bytes()
