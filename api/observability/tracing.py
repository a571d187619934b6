"""Traces of `kutip serve` for a collector of OpenTelemetry, where one is set."""

import os

from opentelemetry import trace

from rag.datatypes import Answer
from rag.errors import MissingExtra
from rag.listeners import Done, Listener, Searched

# As every SDK of OpenTelemetry reads them, with OTEL_SERVICE_NAME, OTEL_EXPORTER_OTLP_HEADERS and others.
ENDPOINTS = ("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "OTEL_EXPORTER_OTLP_ENDPOINT")


def set_up_tracing() -> None:
    """Make spans of what this process does where a collector is set; FastAPI sends them.

    Raises:
        MissingExtra: the SDK of OpenTelemetry is not installed.
    """
    if not any(os.environ.get(name) for name in ENDPOINTS):
        return
    try:
        # Imported here because it needs what is optional.
        from api.observability.span_provider import span_provider
    except ImportError as error:
        raise MissingExtra(
            f"A collector of traces is set ({ENDPOINTS[1]}), and what sends them is not installed: "
            "run `pip install 'kutip[otel]'`, or unset it."
        ) from error
    trace.set_tracer_provider(span_provider())


def note_on_span(*, has_texts: bool) -> Listener:
    """Return what tells the span of a request how it was answered."""

    def note(done: Done) -> None:
        span = trace.get_current_span()
        match done:
            case Answer():
                span.set_attributes(_of_answer(done))
                if has_texts:
                    span.set_attributes({"kutip.question": done.question, "kutip.answer": done.answer})
            case Searched(query=query) if has_texts:
                span.set_attribute("kutip.query", query)

    return note


def _of_answer(answer: Answer) -> dict[str, str | int]:
    told = {
        "kutip.mode": answer.mode,
        "kutip.citations": len(answer.citations),
        "kutip.degraded": answer.degraded,
        "kutip.refusal_reason": answer.refusal_reason,
    }
    return {name: value for name, value in told.items() if value is not None}
