"""A real HTTP server that speaks the OpenAI chat wire from a script."""

import json
import re
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass
class Script:
    """What the server does with a request.

    `pieces` are streamed; in them `{1}` becomes the marker of evidence 1 and `{none}` that of a refusal, read
    from the prompt as a model would. `status` other than 200 is answered at once with `body`.
    """

    pieces: Sequence[str] = ()
    status: int = 200
    body: bytes = b'{"error": {"message": "scripted", "type": "server_error"}}'
    finish_reason: str | None = "stop"
    usage: dict[str, int] | None = field(default_factory=lambda: {"prompt_tokens": 7, "completion_tokens": 3})
    raw: bytes | None = None
    delay_seconds: float = 0.0
    requests: list[dict[str, Any]] = field(default_factory=list)


@contextmanager
def serving(script: Script) -> Iterator[str]:
    """Run the server in a thread; give its base URL."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(script))
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}/v1"
    finally:
        server.shutdown()
        server.server_close()


def _handler(script: Script) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            request = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            script.requests.append(request)
            try:
                self._answer(request)
            except (BrokenPipeError, ConnectionResetError):
                return  # the client went away, as some tests want it to

        def _answer(self, request: dict[str, Any]) -> None:
            self.send_response(script.status)
            is_stream = script.status == 200
            self.send_header("Content-Type", "text/event-stream" if is_stream else "application/json")
            self.end_headers()
            if not is_stream:
                self.wfile.write(script.body)
            elif script.raw is not None:
                self.wfile.write(script.raw)
            else:
                for line in _lines(script, request):
                    time.sleep(script.delay_seconds)
                    self.wfile.write(line)
                    self.wfile.flush()

        def log_message(self, *_: object) -> None:
            """Keep quiet."""

    return Handler


def _lines(script: Script, request: dict[str, Any]) -> Iterator[bytes]:
    replace = _markers(request["messages"])
    for piece in script.pieces:
        yield _event({"content": replace(piece)}, None)
    yield _event({}, script.finish_reason)
    if script.usage:
        total = sum(script.usage.values())
        yield _data({**_CHUNK, "choices": [], "usage": {**script.usage, "total_tokens": total}})
    yield b"data: [DONE]\n\n"


_CHUNK = {"id": "scripted", "object": "chat.completion.chunk", "created": 0, "model": "scripted"}


def _event(delta: dict[str, str], finish_reason: str | None) -> bytes:
    return _data({**_CHUNK, "choices": [{"index": 0, "delta": delta, "finish_reason": finish_reason}]})


def _data(value: dict[str, Any]) -> bytes:
    return b"data: " + json.dumps(value).encode() + b"\n\n"


def _markers(messages: Sequence[dict[str, str]]) -> Callable[[str], str]:
    """Read the marker from the prompt: the form it gives for evidence 1."""
    found = re.search(r"\[\[(\w+):1\]\]", messages[0]["content"])
    assert found, "the prompt shows the form of a marker"
    word = found[1]
    return lambda piece: re.sub(r"\{(none|[\d, ]+)\}", lambda match: f"[[{word}:{match[1]}]]", piece)
