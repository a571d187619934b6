"""Answers HEAD like GET, without the body."""

from starlette.types import ASGIApp, Message, Receive, Scope, Send

# What the router notes about a request, for the log.
_ROUTING = ("route", "endpoint", "path_params")


class HeadRequests:
    """Passes a HEAD request on as a GET request, and drops the body of the reply."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on."""
        if scope["type"] != "http" or scope["method"] != "HEAD":
            await self.app(scope, receive, send)
            return
        # subtle: a copy, because the server reads the method of its own scope when it sends the reply.
        getting = {**scope, "method": "GET"}

        async def send_without_body(message: Message) -> None:
            scope.update({name: getting[name] for name in _ROUTING if name in getting})
            if message["type"] == "http.response.body":
                message = {**message, "body": b""}
            await send(message)

        await self.app(getting, receive, send_without_body)
