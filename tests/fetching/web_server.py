"""A web server in a thread, whose pages a test sets and whose requests a test reads."""

import gzip
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

Sending = Callable[[BaseHTTPRequestHandler, threading.Event], None]


@dataclass
class Reply:
    """A reply to one address. `sends` writes the body instead of `body`, bit by bit, until the event."""

    body: bytes = b""
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    sends: Sending | None = None


@dataclass
class Site:
    """The pages of a server, and what was asked of it; a list of replies is used one by one."""

    pages: dict[str, Reply | list[Reply]] = field(default_factory=dict)
    requests: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    url: str = ""

    @property
    def asked(self) -> list[str]:
        """Return the paths of pages that were asked for."""
        own = ("/robots.txt", "/.well-known/tdmrep.json")
        return [path for path, _ in self.requests if path not in own]

    def add(self, path: str, body: str, **headers: str) -> None:
        """Set a page; `{url}` in it becomes the address of the server."""
        text = body.replace("{url}", self.url)
        self.pages[path] = Reply(text.encode(), headers={k.replace("_", "-"): v for k, v in headers.items()})

    def add_packed(self, path: str, body: str) -> None:
        """Set a file that is packed."""
        self.pages[path] = Reply(
            gzip.compress(body.replace("{url}", self.url).encode()),
            headers={"Content-Type": "application/gzip"},
        )


@contextmanager
def serving(site: Site) -> Iterator[Site]:
    """Run the server; its address is then in the site."""
    is_over = threading.Event()
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(site, is_over))
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, args=[0.01], daemon=True)
    thread.start()
    site.url = f"http://127.0.0.1:{server.server_address[1]}"
    try:
        yield site
    finally:
        is_over.set()
        server.shutdown()
        server.server_close()
        thread.join()


def _handler(site: Site, is_over: threading.Event) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            site.requests.append((self.path, dict(self.headers.items())))
            found = site.pages.get(self.path, Reply(status=404))
            reply = found.pop(0) if isinstance(found, list) else found
            etag = reply.headers.get("ETag")
            if etag and self.headers.get("If-None-Match") == etag:
                reply = Reply(status=304, headers={"ETag": etag})
            try:
                self._send(reply)
            except (BrokenPipeError, ConnectionResetError):
                self.close_connection = True  # the client went away, as some tests want it to

        def _send(self, reply: Reply) -> None:
            if reply.sends:
                self.close_connection = True
                reply.sends(self, is_over)
                return
            self.send_response(reply.status)
            headers = {"Content-Type": "text/html; charset=utf-8", **reply.headers}
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(reply.body)))
            self.end_headers()
            self.wfile.write(reply.body)

        def log_message(self, *_: object) -> None:
            """Keep quiet."""

    return Handler


def endless(handler: BaseHTTPRequestHandler, is_over: threading.Event) -> None:
    """Send a body without an end as fast as the client takes it."""
    handler.send_response(200)
    handler.send_header("Content-Type", "text/html")
    handler.end_headers()
    while not is_over.is_set():
        handler.wfile.write(b"<p>Kopi</p>" * 1000)


def dripping(handler: BaseHTTPRequestHandler, is_over: threading.Event) -> None:
    """Send a body byte by byte."""
    handler.send_response(200)
    handler.send_header("Content-Type", "text/html")
    handler.end_headers()
    while not is_over.wait(0.01):
        handler.wfile.write(b"k")


def dripping_head(handler: BaseHTTPRequestHandler, is_over: threading.Event) -> None:
    """Send the head of a reply byte by byte."""
    handler.wfile.write(b"HTTP/1.1 200 OK\r\nX-Kopi: ")
    while not is_over.wait(0.01):
        handler.wfile.write(b"k")


def cut_short(handler: BaseHTTPRequestHandler, _: threading.Event) -> None:
    """Send less than the head of the reply promises."""
    handler.send_response(200)
    handler.send_header("Content-Length", "1000")
    handler.end_headers()
    handler.wfile.write(b"<p>Kopi")
