"""A source's citation from its address: the one place of this package that reads the network, and only when asked to.

Only https, also after a redirect; only public addresses, each checked at the moment of connecting; no proxy, no cookie,
no credentials; bounded in size and time.  What comes back is data to be distrusted, as a file would be.
"""

from __future__ import annotations

import http.client
import ipaddress
import re
import socket
import time
import urllib.error
import urllib.request
from pathlib import PurePosixPath
from typing import Any
from urllib.parse import quote, urlsplit

from kb.errors import KbError
from kb.imports import MAX_BYTES, Cited, read_cited
from kb.imports import page as web_page

SECONDS = 20.0
"""Time that reading an answer may take; each connection, one more a redirect, gets half of it."""
REDIRECTS = 6
ACCEPT = "application/vnd.citationstyles.csl+json, application/x-research-info-systems;q=0.6, text/html;q=0.3"
AGENT = "counterpoise (kb new --from)"
_DOI = re.compile(r"(?:doi:\s*|https?://(?:dx\.)?doi\.org/)?(10\.\d{4,9}/\S+)\Z", re.I)
_ARXIV = re.compile(
    r"(?:arxiv:\s*|https?://(?:www\.)?arxiv\.org/(?:abs|pdf|html)/)(\d{4}\.\d{4,5}|[a-z-]+(?:\.[A-Z]{2})?/\d{7})"
    r"(?:v\d+)?(?:\.pdf)?/?\Z",
    re.I,
)
_KINDS = {
    "application/vnd.citationstyles.csl+json": ".json",
    "application/json": ".json",
    "application/x-bibtex": ".bib",
    "application/x-research-info-systems": ".ris",
}
GO_ON = (
    "save the source's citation as a file (CSL-JSON, BibTeX or RIS) and give it with --from FILE, "
    "or describe the source with --source-title, --source-type and --url"
)


class Unreachable(KbError):
    """An address gives no citation; the message says why and how to go on without it."""

    def __init__(self, address: str, why: str) -> None:
        super().__init__(f"{address[:200]}: {why}; {GO_ON}")


def is_address(named: str) -> bool:
    """Whether a text names something on the network: an address, a DOI or a paper of arXiv."""
    return bool(re.match(r"[a-z][a-z0-9+.-]*://", named, re.I) or _DOI.match(named) or _ARXIV.match(named))


def address_of(named: str) -> str:
    """Where to ask for a citation: of a DOI, and of a paper of arXiv, its resolver; else the address itself.

    Raises:
        Unreachable: it is no https address of a public host.
    """
    arxiv, doi = _ARXIV.match(named), _DOI.match(named)
    if arxiv is not None:
        return f"https://doi.org/10.48550/arXiv.{arxiv[1]}"
    if doi is not None:
        return f"https://doi.org/{quote(doi[1], safe='/:;().-_~%')}"
    _check(named)
    return named


def fetch_cited(named: str, opener: urllib.request.OpenerDirector | None = None) -> Cited:
    """The source at an address, as it describes itself.

    Args:
        named: an https address, a DOI, or ``arXiv:`` and a number.
        opener: asks the network; the default is :func:`safe_opener`.

    Raises:
        Unreachable: there is no answer, or none that holds a citation.
        ImportFault: the citation cannot be read.
    """
    address = address_of(named)
    raw, kind = _answer(address, opener or safe_opener())
    if kind in ("text/html", "application/xhtml+xml"):
        return web_page.read(raw.decode("utf-8", "replace"), address)
    if kind not in _KINDS:
        raise Unreachable(
            address, f"it answers with {kind[:60] or 'nothing that says what it is'}, not with a citation"
        )
    name = PurePosixPath(urlsplit(address).path).stem or "answer"
    return read_cited(raw, f"{name}{_KINDS[kind]}")


def safe_opener(*handlers: urllib.request.BaseHandler) -> urllib.request.OpenerDirector:
    """What asks the network: https alone, public addresses alone, no proxy.

    Args:
        handlers: take the place of the handler of https.
    """
    made = urllib.request.OpenerDirector()
    default = (urllib.request.HTTPDefaultErrorHandler(), urllib.request.HTTPErrorProcessor(), _Redirects())
    for handler in (*default, *(handlers or (_PublicHttps(),))):
        made.add_handler(handler)
    return made


def _answer(address: str, opener: urllib.request.OpenerDirector) -> tuple[bytes, str]:
    """(content, its type) at an address."""
    end = time.monotonic() + SECONDS
    request = urllib.request.Request(address, headers={"Accept": ACCEPT, "User-Agent": AGENT})
    try:
        with opener.open(request, timeout=SECONDS / 2) as answer:
            pieces: list[bytes] = []
            size = 0
            while size <= MAX_BYTES and (piece := answer.read1(65_536)):
                pieces.append(piece)
                size += len(piece)
                if time.monotonic() > end:
                    raise TimeoutError("it takes too long")
            kind = answer.headers.get_content_type()
    except urllib.error.HTTPError as error:
        error.close()
        raise Unreachable(address, f"it answers {error.code}") from None
    except (OSError, http.client.HTTPException, ValueError) as error:
        reason = getattr(error, "reason", None) or error
        words = getattr(reason, "strerror", None) or str(reason) or type(reason).__name__
        raise Unreachable(address, str(words)[:200]) from None
    if size > MAX_BYTES:
        raise Unreachable(address, f"the answer has more than {MAX_BYTES} bytes")
    return b"".join(pieces), kind


def _check(address: str) -> None:
    """Refuse what is no plain https address."""
    try:
        parts = urlsplit(address)
        port = parts.port
    except ValueError:
        raise Unreachable(address, "this is not an address") from None
    if parts.scheme.lower() != "https":
        raise Unreachable(address, "only https is read")
    if not parts.hostname or port not in (None, 443) or "@" in parts.netloc or not address.isprintable():
        raise Unreachable(address, "an address has a host, no port and no password")


class _Redirects(urllib.request.HTTPRedirectHandler):
    """Follows a few redirects, to https alone."""

    max_redirections = REDIRECTS
    max_repeats = 2

    def redirect_request(self, req: Any, fp: Any, code: int, msg: str, headers: Any, newurl: str) -> Any:
        """The request to make next."""
        try:
            _check(newurl)
        except Unreachable:
            fp.close()
            raise
        return super().redirect_request(req, fp, code, msg, headers, newurl)


def public_address(host: str, port: int) -> tuple[Any, ...]:
    """Family, type, protocol and address to connect to.

    Raises:
        OSError: the host has no address, or one that is not public.
    """
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    for *_, address in found:
        if not ipaddress.ip_address(str(address[0]).partition("%")[0]).is_global:
            raise OSError(f"{host} is not a public address")
    family, kind, protocol, _, address = found[0]
    return family, kind, protocol, address


class _Connection(http.client.HTTPSConnection):
    """Connects to the very address that was checked, so that no name can mean another one a moment later."""

    def connect(self) -> None:
        """Connect, and prove the host's certificate."""
        family, kind, protocol, address = public_address(self.host, self.port)
        plain = socket.socket(family, kind, protocol)
        plain.settimeout(self.timeout)
        try:
            plain.connect(address)
            self.sock = self._context.wrap_socket(plain, server_hostname=self.host)  # type: ignore[attr-defined]  # unnamed in the stubs
        except BaseException:
            plain.close()
            raise


class _PublicHttps(urllib.request.HTTPSHandler):
    def https_open(self, req: urllib.request.Request) -> Any:
        """Open by a checked connection."""
        return self.do_open(_Connection, req)
