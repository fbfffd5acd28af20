"""Citations from addresses, against a server of our own: nothing here leaves this machine."""

from __future__ import annotations

import contextlib
import http.client
import json
import re
import socket
import threading
import time
import urllib.request
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support import Kb

from kb import fetch
from kb.fetch import ACCEPT, Unreachable, address_of, fetch_cited, is_address, public_address, safe_opener
from kb.imports import MAX_BYTES, ImportFault, page
from kb.load import load
from kb.rules import check_tree
from kb.vocab import SourceType

CSL = {
    "type": "article-journal", "title": "Watching clocks", "DOI": "10.1000/abc", "URL": "https://doi.org/10.1000/abc",
    "author": [{"family": "Doe", "given": "Jane"}], "issued": {"date-parts": [[2024, 2]]},
    "container-title": "Clock Letters",
}  # fmt: skip
PAGE = """<!doctype html><html><head><title>A post | A site</title>
<meta property="og:title" content="How clocks run late &amp; why"><meta name="author" content="Jane van Doe">
<meta property="article:published_time" content="2024-03-05T10:00:00Z"><meta property="og:site_name" content="A site">
</head><body><title>Not this</title><meta name="citation_title" content="nor this"></body></html>"""


class Server:
    """Answers by path; notes what it is asked."""

    def __init__(self) -> None:
        self.answers: dict[str, tuple[int, dict[str, str], bytes]] = {}
        self.asked: list[tuple[str, str, dict[str, str]]] = []
        server = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                server.asked.append((self.headers["Host"], self.path, dict(self.headers)))
                status, headers, body = server.answers.get(self.path, (404, {}, b""))
                self.send_response(status)
                for name, value in headers.items():
                    self.send_header(name, value)
                self.end_headers()
                try:
                    for start in range(0, len(body), 65_536):
                        self.wfile.write(body[start : start + 65_536])
                        time.sleep(float(headers.get("X-Slow", 0)))
                except OSError:
                    pass

            def log_message(self, *args: Any) -> None:
                pass

        self.http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.http.daemon_threads = True
        threading.Thread(target=self.http.serve_forever, daemon=True).start()
        port = self.http.server_address[1]

        class Plain(urllib.request.HTTPSHandler):
            """Every host of the network is this server."""

            def https_open(self, req: urllib.request.Request) -> Any:
                def connection(host: str, **options: Any) -> http.client.HTTPConnection:
                    return http.client.HTTPConnection("127.0.0.1", port, timeout=options.get("timeout"))

                return self.do_open(connection, req)  # type: ignore[arg-type]

        self.opener = safe_opener(Plain())

    def csl(self, path: str, data: Any = CSL, kind: str = "application/vnd.citationstyles.csl+json") -> None:
        self.answers[path] = (200, {"Content-Type": kind}, json.dumps(data).encode())


@pytest.fixture
def server() -> Iterator[Server]:
    made = Server()
    yield made
    made.http.shutdown()
    made.http.server_close()


# what is asked


@pytest.mark.parametrize(
    ("named", "address"),
    [
        ("10.1000/abc", "https://doi.org/10.1000/abc"),
        ("doi: 10.1000/abc", "https://doi.org/10.1000/abc"),
        ("https://dx.doi.org/10.1000/a<b>c", "https://doi.org/10.1000/a%3Cb%3Ec"),
        ("arXiv:2403.05812", "https://doi.org/10.48550/arXiv.2403.05812"),
        ("https://arxiv.org/abs/2403.05812v2", "https://doi.org/10.48550/arXiv.2403.05812"),
        ("https://arxiv.org/pdf/2403.05812.pdf", "https://doi.org/10.48550/arXiv.2403.05812"),
        ("https://arxiv.org/abs/math/0309136", "https://doi.org/10.48550/arXiv.math/0309136"),
        ("https://clocks.example/post?a=b", "https://clocks.example/post?a=b"),
    ],
)
def test_addresses(named: str, address: str) -> None:
    assert is_address(named)
    assert address_of(named) == address


@pytest.mark.parametrize(
    "named",
    [
        "http://clocks.example/", "file:///etc/passwd", "ftp://clocks.example/", "https://u:p@clocks.example/",
        "https://clocks.example:8443/", "https:///x", "https://[::1", "https://a.example/\x00", "https://a:b/",
        "gopher://x", "HTTP://clocks.example/",
    ],
)  # fmt: skip
def test_other_addresses_are_refused(named: str) -> None:
    assert is_address(named)
    with pytest.raises(Unreachable, match="--from FILE"):
        address_of(named)


@pytest.mark.parametrize("named", ["paper.bib", "./10.bib", "C:/x.bib", "-", "", "a b", "arxiv.json"])
def test_files_are_no_addresses(named: str) -> None:
    assert not is_address(named)


@pytest.mark.parametrize(
    "address",
    ["127.0.0.1", "10.0.0.1", "192.168.1.1", "169.254.169.254", "0.0.0.0", "::1", "fe80::1%1", "fc00::1", "100.64.0.1",
     "::ffff:127.0.0.1"],
)  # fmt: skip
@pytest.mark.parametrize("first", [True, False])
def test_private_addresses_are_refused(monkeypatch: pytest.MonkeyPatch, address: str, first: bool) -> None:
    def resolve(host: str, port: int, **_: Any) -> list[Any]:
        found = [(0, 0, 0, "", (address, port)), (0, 0, 0, "", ("93.184.216.34", port))]
        return found if first else found[::-1]

    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    with pytest.raises(OSError, match="is not a public address"):
        public_address("clocks.example", 443)
    with pytest.raises(Unreachable, match="is not a public address"):
        fetch_cited("https://clocks.example/")


def test_the_address_that_was_checked_is_the_one_connected_to(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[Any] = []

    class Socket:
        def __init__(self, *kind: Any) -> None:
            asked.append(kind)

        def settimeout(self, seconds: float) -> None:
            assert 0 < seconds <= fetch.SECONDS

        def connect(self, address: Any) -> None:
            asked.append(address)
            raise OSError("refused")

        def close(self) -> None:
            asked.append("closed")

    found = (socket.AF_INET, socket.SOCK_STREAM, 6, "", ("93.184.216.34", 443))
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: [found])
    monkeypatch.setattr(socket, "socket", Socket)
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:9")
    with pytest.raises(Unreachable, match="refused"):
        fetch_cited("https://clocks.example/")
    assert asked == [(socket.AF_INET, socket.SOCK_STREAM, 6), ("93.184.216.34", 443), "closed"]


# what comes back


def test_a_doi_is_asked_for_csl(server: Server) -> None:
    server.answers["/10.1000/abc"] = (302, {"Location": "https://registry.example/works/abc"}, b"")
    server.csl("/works/abc")
    found = fetch_cited("10.1000/abc", server.opener)
    assert (found.title, found.doi, found.authors, found.issued) == (
        "Watching clocks", "10.1000/abc", ("Jane Doe",), "2024-02",
    )  # fmt: skip
    assert found.type is SourceType.PEER_REVIEWED_PAPER
    assert [path for _, path, _ in server.asked] == ["/10.1000/abc", "/works/abc"]
    for _, _, headers in server.asked:
        assert headers["Accept"] == ACCEPT
        assert not {"Cookie", "Authorization", "Referer"} & set(headers)


def test_a_page_says_what_it_is(server: Server) -> None:
    server.answers["/post"] = (200, {"Content-Type": "text/html; charset=utf-8"}, PAGE.encode())
    found = fetch_cited("https://clocks.example/post", server.opener)
    assert (found.title, found.authors, found.families) == ("How clocks run late & why", ("Jane van Doe",), ("Doe",))
    assert (found.issued, found.url, found.container) == ("2024-03-05", "https://clocks.example/post", "A site")
    assert found.type is None


def test_scholarly_pages() -> None:
    head = (
        '<meta name="citation_title" content="On clocks"><meta name="citation_author" content="Doe, Jane">'
        '<meta name="citation_author" content="Roe, Richard"><meta name="citation_date" content="2024/02/29">'
        '<meta name="citation_doi" content="10.1000/abc"><meta name="citation_journal_title" content="Clock Letters">'
    )
    found = page.read(head, "https://clocks.example/p")
    assert found.authors == ("Jane Doe", "Richard Roe")
    assert (found.type, found.issued, found.doi) == (SourceType.PEER_REVIEWED_PAPER, "2024-02-29", "10.1000/abc")
    arxiv = page.read(f'{head}<meta name="citation_arxiv_id" content="2403.05812">', "https://x.example/")
    assert (arxiv.url, arxiv.type) == ("https://arxiv.org/abs/2403.05812", SourceType.PREPRINT)
    with pytest.raises(ImportFault, match="no title"):
        page.read("<html><body><h1>Nothing</h1>", "https://x.example/")


@given(st.text(alphabet=st.sampled_from("<>!-/=\"' abmetitlhdnco&;#x0"), max_size=300))
def test_any_page_is_read(text: str) -> None:
    with contextlib.suppress(ImportFault):
        assert page.read(text, "https://x.example/").title


def test_hostile_pages_end_soon() -> None:
    started = time.monotonic()
    for piece in ("<", "<!--", "<meta ", "<a b=", "&", "<title>", "</", "<![CDATA[", "<?"):
        text = piece * (300_000 // len(piece))
        with contextlib.suppress(ImportFault):
            page.read(text, "https://x.example/")
    assert time.monotonic() - started < 20


@pytest.mark.parametrize(
    ("answer", "says"),
    [
        ((404, {}, b""), "it answers 404"),
        ((500, {}, b"x"), "it answers 500"),
        ((200, {"Content-Type": "application/pdf"}, b"%PDF"), "answers with application/pdf"),
        ((200, {"Content-Type": "application/json"}, b" " * (MAX_BYTES + 2)), "has more than"),
        ((302, {"Location": "http://clocks.example/"}, b""), "only https"),
        ((302, {"Location": "file:///etc/passwd"}, b""), "it answers 302"),
        ((302, {"Location": "https://clocks.example:22/"}, b""), "no port"),
        ((302, {"Location": "https://clocks.example/p"}, b""), "infinite loop|it answers 302"),
        ((302, {}, b""), "it answers 302"),
    ],
)
def test_answers_that_are_no_citation(server: Server, answer: Any, says: str) -> None:
    server.answers["/p"] = answer
    with pytest.raises(Unreachable) as caught:
        fetch_cited("https://clocks.example/p", server.opener)
    assert re.search(says, str(caught.value))
    assert "--from FILE" in str(caught.value)


@pytest.mark.parametrize("body", [b"", b"{}", b"[1]", b"{", b'{"title": 5}', b"\xff\xfe"])
def test_citations_that_cannot_be_read(server: Server, body: bytes) -> None:
    server.answers["/p"] = (200, {"Content-Type": "application/vnd.citationstyles.csl+json"}, body)
    with pytest.raises(ImportFault):
        fetch_cited("https://clocks.example/p", server.opener)


def test_slow_answers_are_given_up_on(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    server.answers["/p"] = (200, {"Content-Type": "text/html", "X-Slow": "0.3"}, b"x" * 900_000)
    monkeypatch.setattr(fetch, "SECONDS", 1.0)
    with pytest.raises(Unreachable, match=r"too long|timed out"):
        fetch_cited("https://clocks.example/p", server.opener)


# kb new --from


def test_a_source_from_its_address(kb: Kb, server: Server, clock_copy: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fetch, "safe_opener", lambda: server.opener)
    server.csl("/10.1000/abc")
    server.answers["/post"] = (200, {"Content-Type": "text/html"}, PAGE.encode())
    ran = kb("new", "source", "--from", "https://doi.org/10.1000/abc", "--claims", clock_copy)
    assert ran.code == 0, ran
    assert ran.out.startswith(f"wrote {clock_copy}/sources/doe-2024-watching-clocks.yaml")
    # a page seldom says what kind of thing it is
    ran = kb("new", "source", "--from", "https://clocks.example/post", "--claims", clock_copy)
    assert (ran.code, ran.out) == (2, "")
    assert "type: What kind of publication" in ran.err
    ran = kb("new", "source", "--from", "https://clocks.example/post", "--source-type", "post", "--claims", clock_copy)
    assert ran.code == 0, ran
    assert load(clock_copy).corpus["doe-2024-clocks-run-late"].record.url == "https://clocks.example/post"  # type: ignore[attr-defined]
    assert not [f for f in check_tree(clock_copy) if f.level == "error"]


def test_an_address_that_gives_nothing_says_how_to_go_on(
    kb: Kb, server: Server, clock_copy: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fetch, "safe_opener", lambda: server.opener)
    before = sorted(clock_copy.rglob("*"))
    for named in ("https://clocks.example/none", "http://clocks.example/", "10.1000/none"):
        ran = kb("new", "source", "--from", named, "--claims", clock_copy)
        assert (ran.code, ran.out, ran.err.count("\n")) == (1, "", 1)
        assert "save the source's citation as a file" in ran.err
        assert "--source-title" in ran.err
    assert sorted(clock_copy.rglob("*")) == before


def test_a_file_whose_name_looks_like_a_doi_is_read(
    kb: Kb, clock_copy: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "10.1000").mkdir()
    (tmp_path / "10.1000" / "abc").write_text(json.dumps(CSL))
    monkeypatch.chdir(tmp_path)
    ran = kb("new", "source", "--from", "10.1000/abc", "--claims", clock_copy)
    assert ran.code == 0, ran
