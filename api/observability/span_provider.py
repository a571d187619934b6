"""What makes the spans of this process; needs the SDK of OpenTelemetry, which is optional."""

import os
from importlib.metadata import version

# What FastAPI sends them with; it only warns where it is missing.
import opentelemetry.exporter.otlp.proto.http.trace_exporter  # noqa: F401
from opentelemetry.context import Context
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import Span, SpanProcessor, TracerProvider


def span_provider() -> TracerProvider:
    """Return it, under the name of the service that OTEL_SERVICE_NAME gives."""
    name = os.environ.get("OTEL_SERVICE_NAME") or "kutip"
    resource = Resource.create({"service.name": name, "service.version": version("kutip")})
    provider = TracerProvider(resource=resource, shutdown_on_exit=False)  # FastAPI sees to that
    provider.add_span_processor(_WithoutQueries())
    return provider


class _WithoutQueries(SpanProcessor):
    """Takes the query out of addresses: whatever a client put there."""

    def on_start(self, span: Span, parent_context: Context | None = None) -> None:
        if "url.query" in (span.attributes or {}):
            span.set_attribute("url.query", "REDACTED")
