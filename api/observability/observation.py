"""Middleware that logs and counts every request."""

import logging
import time

from opentelemetry import trace
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.observability.log_lines import fields
from api.observability.request_ids import HEADER, request_id_of, set_request_id
from api.observability.service_metrics import ServiceMetrics

logger = logging.getLogger(__name__)

# The route of requests that were refused before routing or whose path matches no route.
NO_ROUTE = "none"


class Observation:
    """Gives each request an id, counts it and logs it.

    This is the outermost middleware, so it also records requests that other middleware refuses.
    """

    def __init__(self, app: ASGIApp, *, metrics: ServiceMetrics) -> None:
        self.app = app
        self._metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on and record it when its reply is complete."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        request_id = request_id_of(Headers(scope=scope).getlist(HEADER))
        set_request_id(request_id)
        trace.get_current_span().set_attribute("kutip.request_id", request_id)
        started = time.perf_counter()
        status = 500  # if no reply passes here: Starlette answers an unexpected error outside this middleware
        is_recorded = False

        def record() -> None:
            nonlocal is_recorded
            if not is_recorded:
                self._record(scope, status=status, seconds=time.perf_counter() - started)
            is_recorded = True

        async def send_and_record(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                MutableHeaders(scope=message)[HEADER] = request_id
            elif message["type"] == "http.response.body" and not message.get("more_body", False):
                record()  # before the client receives the end of the reply and can read the metrics
            await send(message)

        try:
            await self.app(scope, receive, send_and_record)
        finally:
            record()

    def _record(self, scope: Scope, *, status: int, seconds: float) -> None:
        route, method = route_of(scope), scope["method"]
        self._metrics.record_request(route=route, method=method, status=status, seconds=seconds)
        milliseconds = round(seconds * 1000, 2)
        values = fields(method=method, route=route, status=status, milliseconds=milliseconds)
        logger.info("request", extra=values)


def route_of(scope: Scope) -> str:
    """Return the template of the route that handled a request, such as `/v1/models/{model}`."""
    route = scope.get("route")
    if route is None and (endpoint := scope.get("endpoint")) is not None:
        # Starlette's own routes, unlike FastAPI's, set only their endpoint in the scope.
        matching = (it for it in scope["app"].routes if getattr(it, "endpoint", None) is endpoint)
        route = next(matching, None)
    return getattr(route, "path", None) or NO_ROUTE
