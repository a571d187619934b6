"""What is noted of every request."""

import logging
import time

from opentelemetry import trace
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.observability.log_lines import fields
from api.observability.request_ids import HEADER, request_id_of, work_on
from api.observability.service_metrics import ServiceMetrics

logger = logging.getLogger(__name__)

# Of requests that reached no route: refused before, or of a path that leads nowhere.
NO_ROUTE = "none"


class Observation:
    """Names, counts and logs the requests that come by; it stands outside of whatever may refuse one."""

    def __init__(self, app: ASGIApp, *, metrics: ServiceMetrics) -> None:
        self.app = app
        self._metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        request_id = request_id_of(Headers(scope=scope).getlist(HEADER))
        work_on(request_id)
        trace.get_current_span().set_attribute("kutip.request_id", request_id)
        started = time.perf_counter()
        status = 500  # where nothing comes by: an unexpected error is answered further outside
        is_noted = False

        def note() -> None:
            nonlocal is_noted
            if not is_noted:
                self._note(scope, status=status, seconds=time.perf_counter() - started)
            is_noted = True

        async def watched(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                MutableHeaders(scope=message)[HEADER] = request_id
            elif message["type"] == "http.response.body" and not message.get("more_body", False):
                note()  # before the client can know that the reply is whole, and ask for the counts
            await send(message)

        try:
            await self.app(scope, receive, watched)
        finally:
            note()

    def _note(self, scope: Scope, *, status: int, seconds: float) -> None:
        route, method = route_of(scope), scope["method"]
        self._metrics.note_request(route=route, method=method, status=status, seconds=seconds)
        milliseconds = round(seconds * 1000, 2)
        told = fields(method=method, route=route, status=status, milliseconds=milliseconds)
        logger.info("request", extra=told)


def route_of(scope: Scope) -> str:
    """Return the template of the route that a request took, such as `/v1/models/{model}`."""
    route = scope.get("route")
    if route is None and (endpoint := scope.get("endpoint")) is not None:
        # Starlette's own routes, unlike FastAPI's, leave their endpoint alone.
        taken = (it for it in scope["app"].routes if getattr(it, "endpoint", None) is endpoint)
        route = next(taken, None)
    return getattr(route, "path", None) or NO_ROUTE
