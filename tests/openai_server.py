"""A real HTTP server that speaks the OpenAI chat wire from a script."""

import json
import os
import re
import socket
import struct
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import cycle
from typing import Any


@dataclass
class Script:
    """What the server does with a request.

    `pieces` are streamed; in them `{1}` becomes the marker of evidence 1 and `{none}` that of a refusal, read
    from the prompt as a model would. `tear` cuts all into pieces of so many characters, markers too. `raw` is
    streamed instead, byte for byte. `status` other than 200 is answered with `body`, in which `{key}` becomes
    the key that the client sent, and with `retry_after`. `cut_after` closes the connection behind so many
    pieces, `reset_after` resets it, `silent_after` says nothing more. `is_endless` begins again and again.
    `refused` are parameters with their errors: a request with one of them is answered with 400 and its error.
    `hang_seconds` pass before anything is said, `drip_seconds` before each piece. `compose` writes from
    the messages what is said in place of `pieces`.
    """

    pieces: Sequence[str] = ()
    tear: int | None = None
    status: int = 200
    body: bytes = b'{"error": {"message": "scripted", "type": "server_error"}}'
    finish_reason: str | None = "stop"
    usage: dict[str, int] | None = field(default_factory=lambda: {"prompt_tokens": 7, "completion_tokens": 3})
    raw: bytes | None = None
    cut_after: int | None = None
    reset_after: int | None = None
    silent_after: int | None = None
    is_endless: bool = False
    retry_after: str | None = None
    hang_seconds: float = 0.0
    drip_seconds: float = 0.0
    longest_prompt_characters: int | None = None
    refused: dict[str, dict[str, str]] = field(default_factory=dict)
    compose: Callable[[Sequence[dict[str, str]]], str] | None = None
    requests: list[dict[str, Any]] = field(default_factory=list)
    keys: list[str] = field(default_factory=list)
    rewriting: "Script | None" = None

    def followed_by(self, request: dict[str, Any]) -> "Script":
        """Return the script that a request follows."""
        is_rewriting = not _MARKER.search(request["messages"][0]["content"])
        return self.rewriting.followed_by(request) if self.rewriting and is_rewriting else self


_MARKER = re.compile(r"\[\[(\w+):1\]\]")


@contextmanager
def serving(script: Script) -> Iterator[str]:
    """Run the server in a thread; give its base URL."""
    is_over = threading.Event()
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(script, is_over))
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, args=[0.01], daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}/v1"
    finally:
        is_over.set()
        server.shutdown()
        server.server_close()
        thread.join()


def _handler(main: Script, is_over: threading.Event) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"  # connections are kept alive, as those of real servers are

        def do_POST(self) -> None:
            request = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            script = main.followed_by(request)
            script.requests.append(request)
            script.keys.append(self.headers["Authorization"].removeprefix("Bearer "))
            is_over.wait(script.hang_seconds)
            try:
                if _is_too_long(script, request):
                    self._refuse(400, _TOO_LONG)
                elif (name := next(filter(request.__contains__, script.refused), None)) is not None:
                    self._refuse(400, json.dumps({"error": script.refused[name]}).encode())
                elif script.status == 200:
                    self._stream(script, request)
                else:
                    body = script.body.replace(b"{key}", script.keys[-1].encode())
                    self._refuse(script.status, body, retry_after=script.retry_after)
            except (BrokenPipeError, ConnectionResetError):
                self.close_connection = True  # the client went away, as some tests want it to

        def _refuse(self, status: int, body: bytes, *, retry_after: str | None = None) -> None:
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.send_header(*(("Retry-After", retry_after) if retry_after else ("Retry-After-Ms", "1")))
            self.end_headers()
            self.wfile.write(body)

        def _stream(self, script: Script, request: dict[str, Any]) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "text/event-stream")
            self.send_header("Transfer-Encoding", "chunked")
            self.end_headers()
            lines = [script.raw] if script.raw is not None else [*_lines(script, request)]
            for place, line in enumerate(cycle(lines) if script.is_endless else lines):
                if place == script.reset_after:
                    is_over.wait(0.2)  # the client would not see what it has not read by then
                    self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _NO_GOODBYE)
                    os.close(self.connection.detach())
                if place in (script.cut_after, script.reset_after):
                    self.close_connection = True
                    return
                if place == script.silent_after:
                    is_over.wait()
                is_over.wait(script.drip_seconds)
                self._write_chunk(line)
            self._write_chunk(b"")

        def _write_chunk(self, data: bytes) -> None:
            self.wfile.write(f"{len(data):x}\r\n".encode() + data + b"\r\n")
            self.wfile.flush()

        def log_message(self, *_: object) -> None:
            """Keep quiet."""

    return Handler


# With it a connection that is closed is reset.
_NO_GOODBYE = struct.pack("ii", 1, 0)

_TOO_LONG = b'{"error": {"message": "maximum context length exceeded", "code": "context_length_exceeded"}}'


def _is_too_long(script: Script, request: dict[str, Any]) -> bool:
    limit = script.longest_prompt_characters
    return limit is not None and sum(len(message["content"]) for message in request["messages"]) > limit


def _lines(script: Script, request: dict[str, Any]) -> Iterator[bytes]:
    replace = _markers(request["messages"])
    pieces = [script.compose(request["messages"])] if script.compose else map(replace, script.pieces)
    if script.tear:
        text = "".join(pieces)
        pieces = [text[at : at + script.tear] for at in range(0, len(text), script.tear)]
    for piece in pieces:
        yield event({"content": piece}, None)
    yield event({}, script.finish_reason)
    if script.usage:
        total = sum(script.usage.values())
        yield _data({**_CHUNK, "choices": [], "usage": {**script.usage, "total_tokens": total}})
    yield b"data: [DONE]\n\n"


_CHUNK = {"id": "scripted", "object": "chat.completion.chunk", "created": 0, "model": "scripted"}


def event(delta: dict[str, str], finish_reason: str | None) -> bytes:
    """Return one chunk of a chat completion as a server-sent event."""
    return _data({**_CHUNK, "choices": [{"index": 0, "delta": delta, "finish_reason": finish_reason}]})


def _data(value: dict[str, Any]) -> bytes:
    return b"data: " + json.dumps(value).encode() + b"\n\n"


def _markers(messages: Sequence[dict[str, str]]) -> Callable[[str], str]:
    """Read the marker from the prompt: the form it gives for evidence 1, if it asks for markers."""
    found = _MARKER.search(messages[0]["content"])
    word = found[1] if found else ""
    return lambda piece: re.sub(r"\{(none|[\d, ]+)\}", lambda match: f"[[{word}:{match[1]}]]", piece)
