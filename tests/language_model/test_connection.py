"""The connection to a language model's server: redirects, compression, and proxies."""

import gzip
import threading
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from rag.errors import LanguageModelError, LanguageModelUnavailable
from rag.language_model import bounded_replies
from rag.language_model.protocol import TextPart
from tests.language_model.test_openai_model import model_at, run
from tests.language_model.test_servers import TEXT, delta, lines
from tests.openai_server import Script, serving

REPLY = lines(delta(TEXT, "stop"))

# What a server does with a request: it gets the handler, after the body was read.
Act = Callable[[BaseHTTPRequestHandler], None]


@contextmanager
def acting(act: Act) -> Iterator[tuple[str, list[tuple[str, str, str | None]]]]:
    """Run a server; give its address, and the method, target and accepted encoding of each request."""
    requests: list[tuple[str, str, str | None]] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers.get("Content-Length", 0)))
            requests.append((self.command, self.path, self.headers.get("Accept-Encoding")))
            act(self)

        def do_CONNECT(self) -> None:
            self.do_POST()

        def log_message(self, *_: object) -> None:
            """Keep quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=[0.01], daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}", requests
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def replying(
    body: bytes, *, encoding: str | None = None, location: str | None = None, status: int = 200
) -> Act:
    def reply(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(status)
        handler.send_header("Content-Type", "text/event-stream")
        handler.send_header("Content-Length", str(len(body)))
        if encoding:
            handler.send_header("Content-Encoding", encoding)
        if location:
            handler.send_header("Location", location)
        handler.end_headers()
        handler.wfile.write(body)

    return reply


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_is_not_followed(status: int) -> None:
    other = Script([TEXT])
    with serving(other) as elsewhere:
        redirect = replying(b"", status=status, location=f"{elsewhere}/chat/completions")
        with acting(redirect) as (url, _), pytest.raises(LanguageModelUnavailable, match="check OPENAI_BASE"):
            run(model_at(f"{url}/v1"))
    assert other.requests == []


def test_no_compression_is_asked_for() -> None:
    with acting(replying(REPLY)) as (url, requests):
        assert run(model_at(f"{url}/v1")) == [TextPart(TEXT)]
    assert requests == [("POST", "/v1/chat/completions", "identity")]


@pytest.mark.parametrize(
    ("encoding", "body"),
    [("gzip", gzip.compress(REPLY)), ("deflate", zlib.compress(REPLY)), ("GZIP", gzip.compress(REPLY))],
)
def test_a_reply_that_is_compressed_nevertheless_is_read(encoding: str, body: bytes) -> None:
    with acting(replying(body, encoding=encoding)) as (url, _):
        assert run(model_at(f"{url}/v1")) == [TextPart(TEXT)]


@pytest.mark.parametrize("status", [200, 400, 500])
def test_decompressed_bytes_are_counted(status: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bounded_replies, "MAXIMUM_BYTES", 2**20)
    bomb = gzip.compress(b"data: " + b" " * (64 * 2**20))
    assert len(bomb) < 2**17
    with (
        acting(replying(bomb, encoding="gzip", status=status)) as (url, _),
        pytest.raises(LanguageModelError, match="more than 1048576 bytes"),
    ):
        run(model_at(f"{url}/v1", timeout_seconds=20))


@pytest.mark.parametrize(
    ("encoding", "reason"), [("br", "compressed with 'br'"), ("gzip", "cannot be decomp")]
)
def test_a_reply_that_cannot_be_decompressed_is_reported(encoding: str, reason: str) -> None:
    with (
        acting(replying(b"\x0b\x02\x80" * 9, encoding=encoding)) as (url, _),
        pytest.raises(LanguageModelError, match=reason),
    ):
        run(model_at(f"{url}/v1"))


def test_the_proxy_of_the_environment_is_used(monkeypatch: pytest.MonkeyPatch) -> None:
    with acting(replying(REPLY)) as (proxy, requests):
        monkeypatch.setenv("HTTP_PROXY", proxy)
        assert run(model_at("http://model.example/v1")) == [TextPart(TEXT)]
    assert requests[0][1] == "http://model.example/v1/chat/completions"


def test_https_goes_through_a_tunnel_of_the_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    with acting(replying(b"", status=502)) as (proxy, requests):
        monkeypatch.setenv("HTTPS_PROXY", proxy)
        with pytest.raises(LanguageModelUnavailable, match="check OPENAI_BASE_URL"):
            run(model_at("https://model.example/v1"))
    assert requests[0][:2] == ("CONNECT", "model.example:443")


def test_no_proxy_is_used_for_the_hosts_of_no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    with acting(replying(b"", status=502)) as (proxy, requests), serving(Script([TEXT])) as url:
        monkeypatch.setenv("HTTP_PROXY", proxy)
        monkeypatch.setenv("NO_PROXY", "127.0.0.1")
        assert run(model_at(url))[0] == TextPart(TEXT)
    assert requests == []
