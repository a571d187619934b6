"""HEAD requests, answered by the routes for GET."""

from starlette.types import ASGIApp, Receive, Scope, Send


class HeadRequests:
    """Passes a HEAD request on as GET. The server sends the headers of the reply and leaves out its body."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on."""
        if scope["type"] == "http" and scope["method"] == "HEAD":
            # subtle: a copy, because the server looks into its own scope for whether to send the body.
            scope = {**scope, "method": "GET"}
        await self.app(scope, receive, send)
