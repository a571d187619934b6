"""Records the requests of a language model as trace spans, after the GenAI semantic conventions."""

import json
import time
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import aclosing
from typing import Any
from urllib.parse import urlsplit

from opentelemetry import trace
from opentelemetry.trace import Span, SpanKind, StatusCode

from rag.errors import LanguageModelCutOff, LanguageModelError
from rag.language_model.protocol import DEFAULT_SAMPLING, LanguageModel, Sampling, TextPart, Usage
from rag.prompts import Message


class TracedLanguageModel:
    """Records the parameters, usage, time and outcome of each request; records texts only with `has_texts`.

    https://opentelemetry.io/docs/specs/semconv/gen-ai/gen-ai-spans/
    """

    def __init__(self, language_model: LanguageModel, *, base_url: str, has_texts: bool) -> None:
        self.name = language_model.name
        self._language_model = language_model
        self._has_texts = has_texts
        self._attributes = {
            "gen_ai.operation.name": "chat",
            "gen_ai.provider.name": "openai",
            "gen_ai.request.model": self.name,
            "gen_ai.request.stream": True,
            **_server_attributes(base_url),
        }

    async def stream(
        self, messages: Sequence[Message], sampling: Sampling = DEFAULT_SAMPLING
    ) -> AsyncGenerator[TextPart | Usage]:
        """Yield the parts that the language model yields.

        Raises:
            LanguageModelError: there is no usable text, or it is cut off; the class gives the reason.
        """
        # subtle: not the current span, because the caller would add its own spans to it between parts.
        span = trace.get_tracer(__name__).start_span(
            f"chat {self.name}",
            kind=SpanKind.CLIENT,
            attributes={**self._attributes, **_request_attributes(sampling)},
        )
        started, texts = time.perf_counter(), list[str]()
        try:
            async with aclosing(self._language_model.stream(messages, sampling)) as parts:
                async for part in parts:
                    if isinstance(part, Usage):
                        span.set_attribute("gen_ai.usage.input_tokens", part.prompt_tokens)
                        span.set_attribute("gen_ai.usage.output_tokens", part.completion_tokens)
                    else:
                        if not texts:
                            seconds = time.perf_counter() - started
                            span.set_attribute("gen_ai.response.time_to_first_chunk", seconds)
                        texts.append(part.text)
                    yield part
            span.set_attribute("gen_ai.response.finish_reasons", ["stop"])
        except LanguageModelError as error:
            _set_error(span, error)
            raise
        finally:
            if self._has_texts and span.is_recording():
                _set_texts(span, messages, "".join(texts))
            span.end()


def _server_attributes(base_url: str) -> dict[str, str | int]:
    address = urlsplit(base_url)
    port = address.port or {"https": 443, "http": 80}.get(address.scheme, 0)
    return {"server.address": address.hostname or "", "server.port": port}


def _request_attributes(sampling: Sampling) -> Mapping[str, Any]:
    attributes: dict[str, Any] = {"gen_ai.request.temperature": sampling.temperature}
    if sampling.max_tokens is not None:
        attributes["gen_ai.request.max_tokens"] = sampling.max_tokens
    if sampling.stop:
        attributes["gen_ai.request.stop_sequences"] = sampling.stop
    return attributes


def _set_error(span: Span, error: LanguageModelError) -> None:
    if isinstance(error, LanguageModelCutOff):
        span.set_attribute("gen_ai.response.finish_reasons", ["length"])
    span.set_attribute("error.type", error.reason)
    span.set_status(StatusCode.ERROR)


def _set_texts(span: Span, messages: Sequence[Message], text: str) -> None:
    written = [_message("assistant", text)]
    read = [_message(message["role"], message["content"]) for message in messages]
    span.set_attribute("gen_ai.input.messages", json.dumps(read, ensure_ascii=False))
    span.set_attribute("gen_ai.output.messages", json.dumps(written, ensure_ascii=False))


def _message(role: str, text: str) -> dict[str, object]:
    return {"role": role, "parts": [{"type": "text", "content": text}]}
