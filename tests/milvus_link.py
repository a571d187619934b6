"""A gRPC server between a client and Milvus, which passes on what it is sent, or does what a test says."""

from collections.abc import Callable, Iterator
from concurrent import futures
from contextlib import contextmanager
from typing import Any

import grpc

# What becomes of a request: its bytes, and how to pass it on, into the bytes of the reply.
Fault = Callable[[bytes, Callable[[], bytes], Any], bytes]


class Link(grpc.GenericRpcHandler):  # type: ignore[misc]
    """Passes requests on; `faults` are what becomes instead of those of some methods."""

    def __init__(self, target: str) -> None:
        self.faults: dict[str, Fault] = {}
        self.sent: list[str] = []
        self._channel = grpc.insecure_channel(target)

    def service(self, call: Any) -> Any:
        """Return what handles one request."""
        method = call.method.rpartition("/")[2]

        def handle(request: bytes, context: Any) -> bytes:
            self.sent.append(method)

            def passed_on() -> bytes:
                reply: bytes = self._channel.unary_unary(call.method)(request)
                return reply

            fault = self.faults.get(method)
            return fault(request, passed_on, context) if fault else passed_on()

        return grpc.unary_unary_rpc_method_handler(handle)


@contextmanager
def linked(uri: str) -> Iterator[tuple[str, Link]]:
    """Give the address of a link to the server at `uri`, and the link."""
    link = Link(uri.removeprefix("http://"))
    server = grpc.server(futures.ThreadPoolExecutor(8), handlers=[link])
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    try:
        yield f"http://127.0.0.1:{port}", link
    finally:
        server.stop(grace=None).wait()
