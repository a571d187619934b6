"""The provider of this process's OpenTelemetry spans. It needs the OpenTelemetry SDK, an optional extra."""

import os
from importlib.metadata import version

# FastAPI sends the spans with this exporter and only warns if it is missing. This import raises an error.
import opentelemetry.exporter.otlp.proto.http.trace_exporter  # noqa: F401
from opentelemetry.context import Context
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import Span, SpanProcessor, TracerProvider


def span_provider() -> TracerProvider:
    """Return the provider, with the service name from OTEL_SERVICE_NAME."""
    name = os.environ.get("OTEL_SERVICE_NAME") or "kutip"
    resource = Resource.create({"service.name": name, "service.version": version("kutip")})
    provider = TracerProvider(resource=resource, shutdown_on_exit=False)  # FastAPI shuts it down
    provider.add_span_processor(_QueryRedactor())
    return provider


class _QueryRedactor(SpanProcessor):
    """Removes the query string from URLs, since it may hold private data."""

    def on_start(self, span: Span, parent_context: Context | None = None) -> None:
        if "url.query" in (span.attributes or {}):
            span.set_attribute("url.query", "REDACTED")
