"""Traces of `kutip serve` for an OpenTelemetry collector, if one is configured."""

import os

from opentelemetry import trace

from rag.datatypes import Answer
from rag.errors import MissingExtra
from rag.listeners import CompletedWork, Listener, Searched

# The variables that every OpenTelemetry SDK reads, besides OTEL_SERVICE_NAME, OTEL_EXPORTER_OTLP_HEADERS etc.
ENDPOINTS = ("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "OTEL_EXPORTER_OTLP_ENDPOINT")


def set_up_tracing() -> None:
    """Record spans if a collector is configured. FastAPI sends them.

    Raises:
        MissingExtra: the OpenTelemetry SDK is not installed.
    """
    configured = [name for name in ENDPOINTS if os.environ.get(name)]
    if not configured:
        return
    try:
        # Imported here because the module needs the optional extra `otel`.
        from api.observability.span_provider import span_provider
    except ImportError as error:
        raise MissingExtra(
            f"{configured[0]} is set, but the OpenTelemetry SDK is not installed: "
            "run `pip install 'kutip[otel]'`, or unset the variable."
        ) from error
    trace.set_tracer_provider(span_provider())


def record_on_span(*, has_texts: bool) -> Listener:
    """Return a listener that adds the outcome of an answer to the request's span.

    With `has_texts`, the texts of questions, answers and queries are added too.
    """

    def record(completed: CompletedWork) -> None:
        span = trace.get_current_span()
        match completed:
            case Answer():
                span.set_attributes(_of_answer(completed))
                if has_texts:
                    span.set_attributes(
                        {"kutip.question": completed.question, "kutip.answer": completed.answer}
                    )
            case Searched(query=query) if has_texts:
                span.set_attribute("kutip.query", query)

    return record


def _of_answer(answer: Answer) -> dict[str, str | int]:
    attributes = {
        "kutip.mode": answer.mode,
        "kutip.citations": len(answer.citations),
        "kutip.degraded": answer.degraded,
        "kutip.refusal_reason": answer.refusal_reason,
    }
    return {name: value for name, value in attributes.items() if value is not None}
